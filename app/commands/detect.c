#include "app/commands/detect.h"
#include "base/exit_code.h"

#include "app/commands/output_files.h"
#include "app/run/classes.h"
#include "app/run/pipeline.h"
#include "app/run/steering.h"
#include "app/sinks/statistics.h"
#include "app/window/view.h"
#include "base/message.h"
#include "base/output_path.h"
#include "base/thread.h"
#include "vision/input/camera/modes.h"
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
    atomic_int *stop;
    Control *control;
    Switcher *switcher;
    uint8_t *classes; /* mask for --classes, NULL: all */
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
    return session->options->operand ? session->options->operand : input_describe(session->source);
}

/* Outputs replace existing files, so none may be anything that is read. */
static int check_files(const Options *options, Error *error)
{
    OutputFiles outputs = {.error = error};
    if (output_files_add(&outputs, options->output) || output_files_add(&outputs, options->json) ||
        output_files_add(&outputs, options->stats) || output_files_check_settings(&outputs, options))
        return -1;
    return input_visit_files(options->operand, output_files_check, &outputs);
}

static ExitCode open_detector(Session *session, Error *error)
{
    const Options *options = session->options;
    session->control = control_create(session->stop, options->threshold);
    if (!session->control) {
        error_set(error, "out of memory");
        return EXIT_FAILED;
    }
    ExitCode code = switcher_create(options, &session->switcher, error);
    if (code != EXIT_DONE)
        return code;
    const LookoutModelInfo *model = switcher_model(session->switcher);
    if (options->classes) {
        session->classes = calloc((size_t)model->class_count, 1);
        if (!session->classes) {
            error_set(error, "out of memory");
            return EXIT_FAILED;
        }
        if (classes_select(options->classes, model, session->classes, error))
            return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static ExitCode open_source(Session *session, Error *error)
{
    const Options *options = session->options;
    InputOptions input = {
        .camera = {.width = options->camera_size.width,
                   .height = options->camera_size.height,
                   .frame_rate = options->camera_fps},
        .stop = session->stop,
    };
    bool is_camera = input_is_camera(options->operand);
    if (is_camera && options->loop) {
        error_set(error, "option --loop: a camera has no end");
        return EXIT_USAGE;
    }
    if (is_camera && options->camera_format &&
        !(input.camera.format = camera_fourcc_named(options->camera_format))) {
        error_set(error, "option --camera-format: '%s' is not known; there are " CAMERA_FORMAT_NAMES,
                  options->camera_format);
        return EXIT_USAGE;
    }
    session->source = input_open(options->operand, &input, error);
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
    const Options *options = session->options;
    Error why;
    int still = session->source->still && !options->loop;
    if (options->output && !output_format(options->output, still, &why)) {
        error_set(error, "%s", why.message);
        return EXIT_USAGE;
    }
    if ((options->json && output_path_check(options->json, &why)) ||
        (options->stats && output_path_check(options->stats, &why))) {
        error_set(error, "%s", why.message);
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static int open_outputs(Session *session, Error *error)
{
    const Options *options = session->options;
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
        recorder_create(session->control, source->frame_rate, source->live, session->options->output);
    if (!session->pictures || !session->recorder)
        return error_set(error, "out of memory");
    control_set_waker(session->control, window_wake, session->window);
    return 0;
}

static ExitCode open_session(Session *session, Error *error)
{
    if (check_files(session->options, error))
        return EXIT_USAGE;
    ExitCode code = open_detector(session, error);
    if (code == EXIT_DONE)
        code = open_source(session, error);
    if (code == EXIT_DONE)
        code = check_outputs(session, error);
    if (code != EXIT_DONE)
        return code;
    const LookoutEngine *engine = switcher_engine(session->switcher);
    session->info = (RunInfo){
        .options = session->options,
        .model = switcher_model(session->switcher),
        .isa = lookout_engine_isa(engine),
        .threads = lookout_engine_threads(engine),
        .source = session->source,
        .control = session->control,
    };
    if (open_outputs(session, error))
        return EXIT_FAILED;
    if (!session->options->headless && open_window(session, error))
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
    pipeline->settings = lookout_default_settings();
    pipeline->settings.nms_iou = options->nms;
    pipeline->settings.max_detections = options->max_detections;
    pipeline->settings.classes = session->classes;
    pipeline->classes = session->info.model->classes;
    pipeline->steady = options->steady;
    pipeline->target_rate = options->target_fps;
    pipeline->drawing = session->drawing;
    pipeline->recording = session->recording;
    pipeline->recorder = session->recorder;
    pipeline->window = session->pictures;
    pipeline->frames = options->frames;
    pipeline->loop = options->loop;
    pipeline->realtime = options->realtime || session->window;
    pipeline->exit_on_lost = options->exit_on_lost;
    Output *const outputs[] = {session->json, session->statistics, session->progress};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        if (outputs[i])
            pipeline->outputs[pipeline->output_count++] = outputs[i];
    if (options->alpha == OPTION_ALPHA_AUTO)
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
    message("input size %d, %s kernels on %d %s", session->options->size, info->isa, info->threads,
            info->threads == 1 ? "thread" : "threads");
    if (session->source->live)
        message("camera %s", input_describe(session->source));
}

/* Summary and statistics of a run that had at least one frame. */
static void say_end(Session *session)
{
    const Options *options = session->options;
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
    Session session = {.options = options, .stop = stop};
    av_log_set_level(AV_LOG_QUIET); /* what goes wrong is told by us, in one line */
    int code = open_session(&session, &session.error);
    if (code == EXIT_DONE) {
        if (options->verbose)
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
