#include "app/commands/detect_outputs.h"

#include "app/commands/output_files.h"
#include "app/sinks/progress.h"
#include "app/sinks/recorder.h"
#include "app/sinks/results.h"
#include "app/sinks/snapshot.h"
#include "app/sinks/summary.h"
#include "base/message.h"
#include "base/output_path.h"
#include "vision/record/format.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What options ask for, app/sinks/results.h. */
static const struct {
    ResultCreate *create;
    size_t path; /* offset of its field in OutputOptions */
} results[] = {
#define RESULT(name, commands, help) {name##_create, offsetof(OutputOptions, name)},
    RESULT_SINKS(RESULT)
#undef RESULT
};
enum { RESULT_COUNT = sizeof results / sizeof *results };
_Static_assert(RESULT_COUNT + 1 <= RUN_SHARED_SINKS, "all results and progress have room");
_Static_assert(2 * OPTIONS_MAX_INPUTS + RESULT_COUNT <= OUTPUT_FILES_MAX, "and so have their files");

/* NULL: it is not asked for. */
static const char *result_path(const OutputOptions *asked, int result)
{
    return *(const char *const *)(const void *)((const char *)asked + results[result].path);
}

/* ---- before anything is opened for writing --------------------------------------------------------- */

int outputs_check_files(const Options *options, Error *error)
{
    OutputFiles outputs = {.error = error};
    const int count = options->input_count;
    int failed = output_files_add_each(&outputs, options->outputs.output, options->inputs, count);
    for (int i = 0; i < RESULT_COUNT && !failed; i++)
        failed = output_files_add(&outputs, result_path(&options->outputs, i));
    failed = failed || output_files_add_each(&outputs, options->outputs.stats, options->inputs, count) ||
             output_files_check_settings(&outputs, options) ||
             output_files_check_inputs(&outputs, options->inputs, count);
    output_files_free(&outputs);
    return failed ? -1 : 0;
}

static bool is_pattern(const char *path)
{
    return path && strstr(path, INPUT_NAME_PLACEHOLDER);
}

static bool is_still(const Detect *detect, const Source *source)
{
    return source->input->still && !detect->options->channel.loop;
}

static int check_source(const Detect *detect, Source *source, Error *error)
{
    const OutputOptions *asked = &detect->options->outputs;
    if (asked->output && !(source->output = output_path_for(asked->output, source->spec->name)))
        return error_set(error, "out of memory");
    if (asked->stats && !(source->stats = output_path_for(asked->stats, source->spec->name)))
        return error_set(error, "out of memory");
    if (source->output && !output_format(source->output, is_still(detect, source), error)) {
        error->code = ERROR_USAGE;
        return -1;
    }
    return source->stats ? output_path_check(source->stats, error) : 0;
}

int outputs_check_paths(Detect *detect, Error *error)
{
    for (int i = 0; i < detect->count; i++)
        if (check_source(detect, &detect->sources[i], error))
            return -1;
    for (int i = 0; i < RESULT_COUNT; i++) {
        const char *path = result_path(&detect->options->outputs, i);
        if (path && output_path_check(path, error))
            return -1;
    }
    return 0;
}

/* ---- the sinks ------------------------------------------------------------------------------------- */

/* Where there are several sources, lines and summaries name them. */
static bool has_names(const Detect *detect)
{
    return detect->options->input_count > 1;
}

static int add(Detect *detect, Channel *channel, Sink *sink, Error *error)
{
    return sink ? run_add_sink(&detect->run, channel, sink, error) : error_set(error, "out of memory");
}

static int add_recorder(Detect *detect, Source *source, const char *path, const Sink **kept, Error *error)
{
    const RecorderSetup setup = {
        .path = path,
        .classes = model_choice_model(detect->run.choice)->classes,
        .frame_rate = source->input->frame_rate,
        .still = path && is_still(detect, source),
        .warns = !detect->window && source == detect->sources,
        .live = source->input->live,
        .notices = &detect->run.notices,
        .status = channel_status(source->channel),
    };
    Sink *recorder = recorder_create(&setup, error);
    *kept = recorder;
    return recorder ? run_add_sink(&detect->run, source->channel, recorder, error) : -1;
}

/* What keys ask for: a window is there. */
static int add_key_sinks(Detect *detect, Source *source, Error *error)
{
    if (!source->output && add_recorder(detect, source, NULL, &source->key_recorder, error))
        return -1;
    Sink *snapshot = snapshot_create(model_choice_model(detect->run.choice)->classes, &detect->run.notices);
    source->snapshot = snapshot;
    return add(detect, source->channel, snapshot, error);
}

static int add_source_sinks(Detect *detect, Source *source, Error *error)
{
    if (source->output && add_recorder(detect, source, source->output, &source->recorder, error))
        return -1;
    Sink *statistics = statistics_create(model_choice_model(detect->run.choice)->class_count);
    source->statistics = statistics;
    if (add(detect, source->channel, statistics, error))
        return -1;
    return detect->window ? add_key_sinks(detect, source, error) : 0;
}

static int add_results(Detect *detect, Error *error)
{
    const Options *options = detect->options;
    ResultSetup setup = {
        .model = model_choice_model(detect->run.choice),
        .max_objects = options->detection.max_detections,
        .sources = has_names(detect) ? detect->names : NULL,
        .source_count = detect->count,
    };
    for (int i = 0; i < RESULT_COUNT; i++) {
        if (!(setup.path = result_path(&options->outputs, i)))
            continue;
        Sink *sink = results[i].create(&setup, error);
        if (!sink || run_add_sink(&detect->run, NULL, sink, error))
            return -1;
    }
    return 0;
}

static int64_t expected_frames(const Detect *detect)
{
    const ChannelOptions *options = &detect->options->channel;
    int64_t all = 0;
    for (int i = 0; i < detect->count; i++) {
        const int64_t clip = options->loop ? 0 : detect->sources[i].input->frame_count;
        const int64_t frames = options->frames && (!clip || options->frames < clip) ? options->frames : clip;
        if (!frames)
            return 0;
        all += frames;
    }
    return all;
}

static bool shows_results(const OutputOptions *asked)
{
    bool to_stdout = false;
    for (int i = 0; i < RESULT_COUNT; i++)
        to_stdout |= output_path_is_stdout(result_path(asked, i));
    return to_stdout && isatty(STDOUT_FILENO);
}

/* A line that is rewritten and lines on standard output would overwrite each other on one terminal. */
static bool shows_progress(const OutputOptions *asked)
{
    return asked->progress || (message_on_terminal() && asked->headless && !shows_results(asked));
}

int outputs_add(Detect *detect, Error *error)
{
    const OutputOptions *asked = &detect->options->outputs;
    for (int i = 0; i < detect->count; i++)
        if (add_source_sinks(detect, &detect->sources[i], error))
            return -1;
    if (add_results(detect, error))
        return -1;
    if (asked->stats) /* it will be written whatever becomes of the other outputs */
        detect->run.results++;
    return shows_progress(asked) ? add(detect, NULL, progress_create(expected_frames(detect)), error) : 0;
}

/* ---- the end --------------------------------------------------------------------------------------- */

static void report_encoders(const Detect *detect)
{
    for (int i = 0; i < detect->count; i++) {
        const Source *source = &detect->sources[i];
        bool fallback = false;
        const char *encoder = source->recorder ? recorder_encoder(source->recorder, &fallback) : "";
        if (*encoder && (fallback || detect->options->outputs.verbose))
            message("%s%srecorded as %s", has_names(detect) ? source->spec->name : "",
                    has_names(detect) ? ": " : "", encoder);
    }
}

static int write_summary(const Summary *summary, int source, const char *path)
{
    Error error;
    if (summary_write(summary, source, path, &error) != WRITE_FAILED)
        return 0;
    message("%s", error.message);
    return -1;
}

static int write_summaries(const Detect *detect, const Summary *summary)
{
    const char *asked = detect->options->outputs.stats;
    int failed = 0;
    if (asked && !is_pattern(asked))
        return write_summary(summary, -1, asked);
    for (int i = 0; asked && i < detect->count; i++)
        failed |= write_summary(summary, i, detect->sources[i].stats);
    return failed;
}

/* Of keys; with a signal the user does not wait for what a key began. */
static int report_key_failures(const Detect *detect)
{
    int failures = 0;
    for (int i = 0; i < detect->count; i++) {
        const Source *source = &detect->sources[i];
        failures += source->key_recorder ? recorder_failures(source->key_recorder) : 0;
        failures += source->snapshot ? snapshot_failures(source->snapshot) : 0;
    }
    if (!failures || detect->end_reason > 0)
        return 0;
    message("not every file that was asked for by a key could be written");
    return -1;
}

int outputs_report(Detect *detect)
{
    const LookoutEngine *engine = model_choice_engine(detect->run.choice);
    SummarySource sources[OPTIONS_MAX_INPUTS];
    int64_t frames = 0;
    for (int i = 0; i < detect->count; i++) {
        const Source *source = &detect->sources[i];
        sources[i] =
            (SummarySource){source->spec->name, source->channel, source->statistics, source->recorder};
        frames += statistics_totals(source->statistics)->frames;
    }
    const Summary summary = {model_choice_model(detect->run.choice),
                             lookout_engine_isa(engine),
                             lookout_engine_threads(engine),
                             sources,
                             detect->count,
                             has_names(detect)};
    if (!frames)
        return 0;
    report_encoders(detect);
    if (detect->options->outputs.verbose || shows_progress(&detect->options->outputs))
        summary_report(&summary, detect->options->outputs.verbose);
    const int failed = write_summaries(detect, &summary);
    return report_key_failures(detect) | failed;
}
