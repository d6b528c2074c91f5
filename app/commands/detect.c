#include "app/commands/detect.h"
#include "base/exit_code.h"

#include "app/commands/output_files.h"
#include "app/run/detection.h"
#include "app/run/pipeline.h"
#include "app/run/steering.h"
#include "app/sinks/statistics.h"
#include "app/window/view.h"
#include "base/message.h"
#include "base/output_path.h"
#include "base/thread.h"
#include "vision/input/open.h"
#include "vision/record/format.h"
#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { USUAL_WIDTH = 640, USUAL_HEIGHT = 480 }; /* of the window, before the first picture */

/* Everything of a run, in the order in which it is made. */
typedef struct Session {
    const Options *options;
    const InputSpec *input;
    OutputOptions outputs; /* their paths with the input's name in place, owned */
    atomic_int *stop;
    Control *control;
    Switcher *switcher;
    uint8_t *classes; /* [class_count] mask of the settings */
    LookoutSettings settings;
    Input *source;
    RunInfo info;
    Drawing *drawing;
    Output *recording, *json, *statistics, *progress; /* NULL where not asked for */
    Recorder *recorder;                               /* with the window only */
    Mailbox *pictures;
    Window *window;
    Pipeline pipeline;
    PipelineEnd end;
    Error error; /* of the run */
} Session;

static const char *input_name(const Session *session)
{
    return session->input->path ? session->input->path : input_describe(session->source);
}

/* Outputs replace existing files, so none may be anything that is read. */
static int check_files(const Options *options, Error *error)
{
    OutputFiles outputs = {.error = error};
    const int count = options->input_count;
    const int failed = output_files_add_each(&outputs, options->outputs.output, options->inputs, count) ||
                       output_files_add(&outputs, options->outputs.json) ||
                       output_files_add_each(&outputs, options->outputs.stats, options->inputs, count) ||
                       output_files_check_settings(&outputs, options) ||
                       output_files_check_inputs(&outputs, options->inputs, count);
    output_files_free(&outputs);
    return failed ? -1 : 0;
}

/* Fills in the paths of the input's own files. */
static int name_outputs(Session *session, Error *error)
{
    const OutputOptions *asked = &session->options->outputs;
    const char *name = session->input->name;
    session->outputs = *asked;
    session->outputs.output = asked->output ? output_path_for(asked->output, name) : NULL;
    session->outputs.stats = asked->stats ? output_path_for(asked->stats, name) : NULL;
    if ((asked->output && !session->outputs.output) || (asked->stats && !session->outputs.stats))
        return error_set(error, "out of memory");
    return 0;
}

static ExitCode open_detector(Session *session, Error *error)
{
    const Options *options = session->options;
    session->control =
        control_create(session->stop, session->input->threshold < 0 ? options->detection.threshold
                                                                    : session->input->threshold);
    if (!session->control) {
        error_set(error, "out of memory");
        return EXIT_FAILED;
    }
    ExitCode code = switcher_create(&options->model, &session->switcher, error);
    if (code != EXIT_DONE)
        return code;
    const LookoutModelInfo *model = switcher_model(session->switcher);
    session->classes = calloc((size_t)model->class_count, 1);
    if (!session->classes) {
        error_set(error, "out of memory");
        return EXIT_FAILED;
    }
    DetectionOptions detection = options->detection;
    if (session->input->classes)
        detection.classes = session->input->classes;
    return detection_settings(&detection, model, session->classes, &session->settings, error) ? EXIT_USAGE
                                                                                              : EXIT_DONE;
}

static ExitCode open_source(Session *session, Error *error)
{
    const InputOptions input = {.camera = session->options->camera, .stop = session->stop};
    session->source = input_open(session->input->path, &input, error);
    return session->source ? EXIT_DONE : EXIT_FAILED;
}

static int open_drawing(Session *session, Error *error)
{
    Error warning = {0};
    session->drawing = drawing_create(&warning);
    if (!session->drawing)
        return error_set(error, "out of memory");
    if (*warning.message)
        message("%s", warning.message);
    return 0;
}

/* What the paths of the outputs have to be, for the input that is open. */
static ExitCode check_outputs(const Session *session, Error *error)
{
    const OutputOptions *outputs = &session->outputs;
    Error why;
    int still = session->source->still && !session->options->channel.loop;
    if (outputs->output && !output_format(outputs->output, still, &why)) {
        error_set(error, "%s", why.message);
        return EXIT_USAGE;
    }
    if ((outputs->json && output_path_check(outputs->json, &why)) ||
        (outputs->stats && output_path_check(outputs->stats, &why))) {
        error_set(error, "%s", why.message);
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static int open_outputs(Session *session, Error *error)
{
    const OutputOptions *options = &session->outputs;
    if ((options->output || !options->headless) && open_drawing(session, error))
        return -1;
    if (options->output) {
        session->recording = recording_create(&session->info, error);
        if (!session->recording)
            return -1;
    }
    session->statistics = statistics_create(&session->info);
    if (options->json)
        session->json = json_output_create(&session->info);
    /* a line that is rewritten and lines on standard output would overwrite each other on one terminal */
    int free_terminal = message_on_terminal() && !(options->json && !strcmp(options->json, "-") && isatty(1));
    if (options->progress || (free_terminal && options->headless))
        session->progress = progress_create(&session->info);
    if (!session->statistics || (options->json && !session->json))
        return error_set(error, "out of memory");
    return 0;
}

static int open_window(Session *session, Error *error)
{
    const Input *source = session->source;
    int known = source->width > 0 && source->height > 0;
    session->window =
        window_create(known ? source->width : USUAL_WIDTH, known ? source->height : USUAL_HEIGHT, error);
    if (!session->window)
        return -1;
    session->pictures = mailbox_create();
    session->recorder =
        recorder_create(session->control, source->frame_rate, source->live, session->outputs.output);
    if (!session->pictures || !session->recorder)
        return error_set(error, "out of memory");
    control_set_waker(session->control, window_wake, session->window);
    return 0;
}

static ExitCode open_session(Session *session, Error *error)
{
    if (check_files(session->options, error))
        return EXIT_USAGE;
    if (name_outputs(session, error))
        return EXIT_FAILED;
    ExitCode code = open_detector(session, error);
    if (code == EXIT_DONE)
        code = open_source(session, error);
    if (code == EXIT_DONE)
        code = check_outputs(session, error);
    if (code != EXIT_DONE)
        return code;
    const LookoutEngine *engine = switcher_engine(session->switcher);
    session->info = (RunInfo){
        .outputs = &session->outputs,
        .detection = &session->options->detection,
        .channel = &session->options->channel,
        .model = switcher_model(session->switcher),
        .isa = lookout_engine_isa(engine),
        .threads = lookout_engine_threads(engine),
        .source = session->source,
        .control = session->control,
    };
    if (open_outputs(session, error))
        return EXIT_FAILED;
    if (!session->options->outputs.headless && open_window(session, error))
        return EXIT_FAILED;
    return EXIT_DONE;
}

static void close_session(Session *session)
{
    recorder_destroy(session->recorder);
    mailbox_destroy(session->pictures);
    window_destroy(session->window);
    output_destroy(session->progress);
    output_destroy(session->statistics);
    output_destroy(session->json);
    output_destroy(session->recording);
    drawing_destroy(session->drawing);
    input_destroy(session->source);
    free(session->classes);
    free((char *)session->outputs.output);
    free((char *)session->outputs.stats);
    switcher_destroy(session->switcher);
    control_destroy(session->control);
}

static void set_up_pipeline(Session *session)
{
    const Options *options = session->options;
    Pipeline *pipeline = &session->pipeline;
    pipeline->source = session->source;
    pipeline->switcher = session->switcher;
    pipeline->control = session->control;
    pipeline->settings = session->settings;
    pipeline->classes = session->info.model->classes;
    pipeline->steady = options->detection.track;
    pipeline->target_rate = options->channel.target_rate;
    pipeline->drawing = session->drawing;
    pipeline->recording = session->recording;
    pipeline->recorder = session->recorder;
    pipeline->window = session->pictures;
    pipeline->frames = options->channel.frames;
    pipeline->loop = options->channel.loop;
    pipeline->realtime = options->channel.realtime || session->window;
    pipeline->exit_on_lost = options->channel.exit_on_lost;
    Output *const outputs[] = {session->json, session->statistics, session->progress};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        if (outputs[i])
            pipeline->outputs[pipeline->output_count++] = outputs[i];
    if (options->model.alpha == MODEL_ALPHA_AUTO)
        steering_set_automatic(&(Steering){session->switcher, session->control}, 1);
}

static void *run_pipeline(void *argument)
{
    Session *session = argument;
    session->end = pipeline_run(&session->pipeline, &session->error);
    if (session->end != PIPELINE_DONE)
        control_pause(session->control, 0); /* a paused window would stay */
    control_set_ended(session->control);
    return NULL;
}

/* The pipeline runs beside the window. */
static void run_with_window(Session *session)
{
    char name[256]; /* once the camera is read, only its thread may ask for the description */
    snprintf(name, sizeof name, "%s", input_name(session));
    pthread_t thread;
    if (thread_start(&thread, run_pipeline, session)) {
        session->end = PIPELINE_FAILED;
        error_set(&session->error, "no thread can be started");
        return;
    }
    const View view = {
        .window = session->window,
        .control = session->control,
        .pictures = session->pictures,
        .steering = {session->switcher, session->control},
        .source = name,
        .live = session->source->live,
        .still = session->source->still,
        .isa = session->info.isa,
        .threads = session->info.threads,
    };
    Error error;
    int broken = view_run(&view, &error);
    control_quit(session->control);
    input_interrupt(session->source);
    pthread_join(thread, NULL);
    if (broken && session->end != PIPELINE_FAILED && session->end != PIPELINE_DAMAGED) {
        session->end = PIPELINE_FAILED;
        session->error = error;
    }
    int is_good = session->end == PIPELINE_DONE || atomic_load(session->stop) == CONTROL_QUIT;
    if (recorder_finish(session->recorder) && is_good && session->end != PIPELINE_FAILED) {
        session->end = PIPELINE_FAILED;
        error_set(&session->error, "not every file that was asked for by a key could be written");
    }
}

static void say_begin(const Session *session)
{
    const RunInfo *info = &session->info;
    message("weights %s: alpha %g, %d classes", switcher_model_path(session->switcher), info->model->alpha,
            info->model->class_count);
    message("input size %d, %s kernels on %d %s", session->options->model.size, info->isa, info->threads,
            info->threads == 1 ? "thread" : "threads");
    if (session->source->live)
        message("camera %s", input_describe(session->source));
}

/* Summary and statistics of a run that had at least one frame. */
static void say_end(Session *session)
{
    const OutputOptions *options = &session->outputs;
    int fallback = 0;
    const char *encoder = session->recording ? recording_encoder(session->recording, &fallback) : NULL;
    if (encoder && *encoder && (fallback || options->verbose))
        message("recorded as %s", encoder);
    if (session->progress || options->verbose)
        statistics_say(session->statistics);
    if (!options->stats)
        return;
    Error why;
    WriteStatus status = statistics_write(session->statistics, session->recording, &why);
    if (status == WRITE_FAILED && session->end != PIPELINE_FAILED && session->end != PIPELINE_DAMAGED) {
        session->error = why;
        session->end = PIPELINE_FAILED;
    }
}

static int exit_code(Session *session)
{
    int stop = atomic_load(session->stop);
    switch (session->end) {
    case PIPELINE_DONE:
        if (atomic_load(&session->pipeline.done))
            return EXIT_DONE;
        error_set(&session->error, "%s: there is not one frame in it", input_name(session));
        return EXIT_FAILED;
    case PIPELINE_STOPPED:
        return stop == CONTROL_QUIT ? EXIT_DONE : EXIT_SIGNAL + stop;
    case PIPELINE_CLOSED:
        return EXIT_DONE;
    case PIPELINE_LOST:
        return EXIT_LOST;
    case PIPELINE_DAMAGED:
    case PIPELINE_FAILED:
        break;
    }
    if (!atomic_load(&session->pipeline.done) && stop > 0)
        return EXIT_SIGNAL + stop; /* the wait for a first frame was ended */
    return EXIT_FAILED;
}

int session_run(const Options *options, atomic_int *stop)
{
    if (options->input_count > 1) {
        message("one input at a time: '%s' and '%s'", options->inputs[0].path, options->inputs[1].path);
        return EXIT_USAGE;
    }
    Session session = {.options = options, .input = &options->inputs[0], .stop = stop};
    av_log_set_level(AV_LOG_QUIET); /* what goes wrong is told by us, in one line */
    int code = open_session(&session, &session.error);
    if (code == EXIT_DONE) {
        if (options->outputs.verbose)
            say_begin(&session);
        set_up_pipeline(&session);
        if (session.window)
            run_with_window(&session);
        else
            run_pipeline(&session);
        if (atomic_load(&session.pipeline.done))
            say_end(&session);
        code = exit_code(&session);
    } else if (code == EXIT_FAILED && atomic_load(stop) > 0) {
        code = EXIT_SIGNAL + atomic_load(stop);
    }
    close_session(&session);
    if (code == EXIT_FAILED || code == EXIT_USAGE || code == EXIT_LOST)
        message("%s", session.error.message);
    return code;
}
