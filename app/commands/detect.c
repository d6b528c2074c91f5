#include "app/commands/detect.h"

#include "app/commands/detect_outputs.h"
#include "app/window/view.h"
#include "base/exit_code.h"
#include "base/message.h"
#include "vision/input/open.h"
#include <stdio.h>
#include <stdlib.h>

enum { USUAL_WIDTH = 640, USUAL_HEIGHT = 480 }; /* of the window, before the first picture */

/* ---- opening ------------------------------------------------------------------------------------ */

/* What is asked of the detector for this input. */
static int set_up_detection(const Detect *detect, Source *source, LookoutSettings *settings, Error *error)
{
    const LookoutModelInfo *model = model_choice_model(detect->run.choice);
    DetectionOptions detection = detect->options->detection;
    source->mask = calloc((size_t)model->class_count, 1);
    if (!source->mask)
        return error_set(error, "out of memory");
    if (source->spec->classes)
        detection.classes = source->spec->classes;
    return detection_settings(&detection, model, source->mask, settings, error);
}

static int open_input(const Detect *detect, Source *source, Error *error)
{
    const InputOptions input = {.camera = detect->options->camera, .stop = detect->run.stop};
    source->input = input_open(source->spec->path, &input, error);
    if (!source->input)
        return -1;
    if (!detect->options->channel.loop || source->input->seekable)
        return 0;
    error_set_usage(error, "option --loop: %s cannot start again", input_describe(source->input));
    input_destroy(source->input);
    source->input = NULL;
    return -1;
}

/* Among several inputs one that cannot be opened is reported, and the others run. */
static int open_inputs(Detect *detect, Error *error)
{
    const Options *options = detect->options;
    const bool single = options->input_count == 1;
    for (int i = 0; i < options->input_count; i++) {
        Source *source = &detect->sources[detect->count];
        source->spec = &options->inputs[i];
        if (!open_input(detect, source, error)) {
            /* copied, as a camera's description may change once its thread reads */
            snprintf(source->title, sizeof source->title, "%s",
                     single ? input_describe(source->input) : source->spec->name);
            detect->titles[detect->count] = source->title;
            detect->names[detect->count++] = source->spec->name;
            continue;
        }
        if (atomic_load(detect->run.stop) || single)
            return -1;
        message("%s", error->message);
        detect->has_failed = true;
    }
    return detect->count ? 0 : error_set(error, "none of the inputs can be read");
}

static int add_channels(Detect *detect, Error *error)
{
    const Options *options = detect->options;
    for (int i = 0; i < detect->count; i++) {
        Source *source = &detect->sources[i];
        ChannelSetup setup = {
            .name = options->input_count > 1 ? source->spec->name : NULL,
            .input = source->input,
            .options = options->channel,
            .threshold = source->spec->threshold < 0 ? options->detection.threshold : source->spec->threshold,
            .track = options->detection.track,
            .shows = !options->outputs.headless,
        };
        setup.options.realtime |= setup.shows;
        if (set_up_detection(detect, source, &setup.settings, error))
            return -1;
        source->channel = run_add_channel(&detect->run, &setup);
        if (!source->channel)
            return error_set(error, "out of memory");
    }
    return 0;
}

static int open_window(Detect *detect, Error *error)
{
    const Input *first = detect->sources[0].input;
    const bool known = first->width > 0 && first->height > 0;
    int columns = 1;
    while (columns * columns < detect->count)
        columns++;
    const int rows = (detect->count + columns - 1) / columns;
    detect->window = window_create(columns * (known ? first->width : USUAL_WIDTH),
                                   rows * (known ? first->height : USUAL_HEIGHT), error);
    if (!detect->window)
        return -1;
    detect->run.has_window = true;
    detect->run.notices.wake_argument = detect->window;
    detect->run.notices.wake = window_wake;
    return 0;
}

static int open_all(Detect *detect, Error *error)
{
    const Options *options = detect->options;
    if (outputs_check_files(options, error) || run_init(&detect->run, detect->stop, &options->model, error) ||
        open_inputs(detect, error) || outputs_check_paths(detect, error) || add_channels(detect, error))
        return -1;
    if (!options->outputs.headless && open_window(detect, error))
        return -1;
    return outputs_add(detect, error);
}

static void close_all(Detect *detect)
{
    run_finish(&detect->run);
    window_destroy(detect->window);
    for (int i = 0; i < detect->count; i++) {
        Source *source = &detect->sources[i];
        input_destroy(source->input);
        free(source->mask);
        free(source->output);
        free(source->stats);
    }
}

/* ---- running ------------------------------------------------------------------------------------ */

static void report_begin(const Detect *detect)
{
    const LookoutModelInfo *model = model_choice_model(detect->run.choice);
    const LookoutEngine *engine = model_choice_engine(detect->run.choice);
    const int threads = lookout_engine_threads(engine);
    message("weights %s: alpha %g, %d classes", model_choice_model_path(detect->run.choice), model->alpha,
            model->class_count);
    message("input size %d, %s kernels on %d %s", detect->options->model.size, lookout_engine_isa(engine),
            threads, threads == 1 ? "thread" : "threads");
    for (int i = 0; i < detect->count; i++)
        if (detect->sources[i].input->live)
            message("camera %s", input_describe(detect->sources[i].input));
}

/* The main thread shows what the others do. */
static int run_view(Detect *detect, Error *error)
{
    const LookoutEngine *engine = model_choice_engine(detect->run.choice);
    const View view = {
        .window = detect->window,
        .run = &detect->run,
        .names = detect->titles,
        .classes = model_choice_model(detect->run.choice)->classes,
        .isa = lookout_engine_isa(engine),
        .threads = lookout_engine_threads(engine),
    };
    return view_run(&view, error);
}

static void run_all(Detect *detect)
{
    Error error;
    if (detect->options->model.alpha == MODEL_ALPHA_AUTO)
        model_choice_set_automatic(detect->run.choice, true);
    int failed = run_start(&detect->run, &error);
    if (!failed && detect->window)
        failed = run_view(detect, &error);
    else if (!failed)
        run_wait(&detect->run);
    if (failed)
        run_end(&detect->run, RUN_FAILED);
    run_join(&detect->run);
    if (failed) {
        message("%s", error.message);
        detect->has_failed = true;
    }
}

/* ---- the end ------------------------------------------------------------------------------------ */

/* How the channels ended: what has not been reported yet is, and the exit code follows from the worst. */
static ExitCode report_channels(Detect *detect)
{
    ExitCode code = EXIT_DONE;
    const bool single = detect->options->input_count == 1;
    for (int i = 0; i < detect->count; i++) {
        const Source *source = &detect->sources[i];
        Error error;
        const ChannelEnd end = channel_join(source->channel, &error);
        const bool empty = end == CHANNEL_DONE && !statistics_totals(source->statistics)->frames;
        if (empty)
            error_set(&error, "%s: there is not one frame in it", input_describe(source->input));
        if ((single && end != CHANNEL_DONE && end != CHANNEL_STOPPED) || end == CHANNEL_LOST || empty)
            message("%s", error.message);
        if (end == CHANNEL_LOST)
            code = EXIT_LOST;
        else if ((end != CHANNEL_DONE && end != CHANNEL_STOPPED) || empty)
            code = code == EXIT_DONE ? EXIT_FAILED : code;
    }
    return code;
}

static int finish(Detect *detect)
{
    const bool is_unwritten = outputs_report(detect);
    const int stop = atomic_load(detect->stop); /* also while --stats waited for a reader */
    const ExitCode channels = report_channels(detect);
    if (detect->has_failed || detect->run.has_failed || (is_unwritten && stop <= 0))
        return EXIT_FAILED;
    if (stop > 0)
        return EXIT_SIGNAL + stop;
    return channels;
}

int detect_run(const Options *options, atomic_int *stop)
{
    Detect *detect = calloc(1, sizeof *detect); /* too large for a stack */
    Error error;
    int code;
    if (!detect) {
        message("out of memory");
        return EXIT_FAILED;
    }
    detect->options = options;
    detect->stop = stop;
    if (!open_all(detect, &error)) {
        if (options->outputs.verbose)
            report_begin(detect);
        run_all(detect);
        detect->end_reason = atomic_load(stop);
        code = finish(detect);
    } else if (atomic_load(stop) > 0) {
        code = EXIT_SIGNAL + atomic_load(stop);
    } else {
        message("%s", error.message);
        code = exit_code_of(&error);
    }
    close_all(detect);
    free(detect);
    return code;
}
