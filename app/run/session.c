#include "app/run/detect.h"

#include "app/classes.h"
#include "app/message.h"
#include "app/output/result_file.h"
#include "app/output/statistics.h"
#include "app/run/pipeline.h"
#include "app/weights.h"
#include <libavutil/log.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Everything of a run, in the order in which it is made. */
typedef struct Session {
    const Options *options;
    Weights weights;
    Source *source;
    Detector *detector;
    uint8_t *classes; /* mask for --classes, NULL: all */
    RunInfo info;
    Drawing *drawing;
    Output *recording, *json, *statistics, *progress; /* NULL where not asked for */
} Session;

/* Outputs replace existing files, so none may be the input, the weights or another output. */
static int check_files(const Session *session, AppError *error)
{
    const Options *options = session->options;
    const char *const files[] = {options->operand, session->weights.path, options->output, options->json,
                                 options->stats};
    enum { INPUTS = 2, FILES = sizeof files / sizeof *files };
    for (int i = INPUTS; i < FILES; i++)
        for (int j = 0; j < i; j++)
            if (result_file_overwrites(files[i], files[j]))
                return app_fail(error, "%s would be overwritten; write to another file", files[j]);
    return 0;
}

static ExitCode open_detector(Session *session, AppError *error)
{
    const Options *options = session->options;
    ExitCode code = weights_load(&session->weights, options->model, options, error);
    if (code != EXIT_DONE)
        return code;
    if (check_files(session, error))
        return EXIT_USAGE;
    const DetectorModelInfo *model = detector_model_info(session->weights.model);
    if (options->classes) {
        session->classes = calloc((size_t)model->class_count, 1);
        if (!session->classes) {
            app_fail(error, "out of memory");
            return EXIT_FAILED;
        }
        if (classes_select(options->classes, model, session->classes, error))
            return EXIT_USAGE;
    }
    DetectorError failure;
    session->detector = detector_create(session->weights.model, options->size, &failure);
    if (!session->detector) {
        app_fail(error, "%s", failure.message);
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static int open_recording(Session *session, AppError *error)
{
    VisionError warning = {""};
    session->drawing = drawing_create(&warning);
    if (!session->drawing)
        return app_fail(error, "out of memory");
    if (*warning.message)
        message("%s", warning.message);
    session->recording = recording_create(&session->info, error);
    return session->recording ? 0 : -1;
}

static int open_outputs(Session *session, AppError *error)
{
    const Options *options = session->options;
    if (options->output && open_recording(session, error))
        return -1;
    session->statistics = statistics_create(&session->info);
    if (options->json)
        session->json = json_output_create(&session->info);
    /* a line that is rewritten and lines on standard output would overwrite each other on one terminal */
    int free_terminal = message_on_terminal() && !(options->json && !strcmp(options->json, "-") && isatty(1));
    if (options->progress || free_terminal)
        session->progress = progress_create(&session->info);
    if (!session->statistics || (options->json && !session->json))
        return app_fail(error, "out of memory");
    return 0;
}

static ExitCode open_session(Session *session, const atomic_int *stop, AppError *error)
{
    ExitCode code = open_detector(session, error);
    if (code != EXIT_DONE)
        return code;
    VisionError why;
    session->source = source_open(session->options->operand, stop, &why);
    if (!session->source) {
        app_fail(error, "%s", why.message);
        return EXIT_FAILED;
    }
    const DetectorEngine *engine = session->weights.engine;
    session->info = (RunInfo){
        .options = session->options,
        .model = detector_model_info(session->weights.model),
        .isa = detector_engine_isa(engine),
        .threads = detector_engine_threads(engine),
        .source = session->source,
    };
    return open_outputs(session, error) ? EXIT_FAILED : EXIT_DONE;
}

static void close_session(Session *session)
{
    output_destroy(session->progress);
    output_destroy(session->statistics);
    output_destroy(session->json);
    output_destroy(session->recording);
    drawing_destroy(session->drawing);
    detector_destroy(session->detector);
    source_destroy(session->source);
    free(session->classes);
    weights_unload(&session->weights);
}

static PipelineEnd run_pipeline(Session *session, const atomic_int *stop, int64_t *done, AppError *error)
{
    const Options *options = session->options;
    Pipeline pipeline = {
        .source = session->source,
        .detector = session->detector,
        .settings = detector_default_settings(),
        .classes = session->info.model->classes,
        .drawing = session->drawing,
        .frames = options->frames,
        .loop = options->loop,
        .realtime = options->realtime,
        .stop = stop,
    };
    pipeline.settings.threshold = options->threshold;
    pipeline.settings.nms_iou = options->nms;
    pipeline.settings.max_detections = options->max_detections;
    pipeline.settings.classes = session->classes;
    Output *const outputs[] = {session->recording, session->json, session->statistics, session->progress};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        if (outputs[i])
            pipeline.outputs[pipeline.output_count++] = outputs[i];
    PipelineEnd end = pipeline_run(&pipeline, error);
    *done = pipeline.done;
    return end;
}

static void say_begin(const Session *session)
{
    const RunInfo *info = &session->info;
    message("weights %s: alpha %g, %d classes", session->weights.path, info->model->alpha,
            info->model->class_count);
    message("input size %d, %s kernels on %d %s", session->options->size, info->isa, info->threads,
            info->threads == 1 ? "thread" : "threads");
}

/* Summary and statistics of a run that had at least one frame. */
static PipelineEnd say_end(const Session *session, PipelineEnd end, AppError *error)
{
    const Options *options = session->options;
    int fallback = 0;
    const char *encoder = session->recording ? recording_encoder(session->recording, &fallback) : NULL;
    if (encoder && *encoder && (fallback || options->verbose))
        message("recorded as %s", encoder);
    if (session->progress || options->verbose)
        statistics_say(session->statistics);
    if (!options->stats)
        return end;
    AppError why;
    WriteStatus status = statistics_write(session->statistics, encoder, &why);
    if (status == WRITE_FAILED && end != PIPELINE_FAILED && end != PIPELINE_DAMAGED) {
        *error = why;
        end = PIPELINE_FAILED;
    }
    return end;
}

int detect_run(const Options *options, const atomic_int *stop)
{
    Session session = {.options = options};
    AppError error;
    int64_t frames = 0;
    av_log_set_level(AV_LOG_QUIET); /* what goes wrong is told by us, in one line */
    int code = open_session(&session, stop, &error);
    if (code != EXIT_DONE)
        goto out;
    if (options->verbose)
        say_begin(&session);
    PipelineEnd end = run_pipeline(&session, stop, &frames, &error);
    if (frames)
        end = say_end(&session, end, &error);
    switch (end) {
    case PIPELINE_DONE:
        if (!frames) {
            app_fail(&error, "%s: there is not one frame in it", options->operand);
            code = EXIT_FAILED;
        }
        break;
    case PIPELINE_STOPPED:
        code = EXIT_SIGNAL + atomic_load(stop);
        break;
    case PIPELINE_CLOSED:
        break;
    case PIPELINE_DAMAGED:
    case PIPELINE_FAILED:
        code = EXIT_FAILED;
        break;
    }
out:
    close_session(&session);
    if (code == EXIT_FAILED && !frames && atomic_load(stop))
        code = EXIT_SIGNAL + atomic_load(stop); /* the wait for a first frame was ended */
    if (code == EXIT_FAILED || code == EXIT_USAGE)
        message("%s", error.message);
    return code;
}
