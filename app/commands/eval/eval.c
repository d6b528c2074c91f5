#include "app/commands/eval/eval.h"

#include "app/commands/eval/dataset_open.h"
#include "app/commands/eval/plot.h"
#include "app/commands/eval/report.h"
#include "app/commands/eval/report_json.h"
#include "app/commands/output_files.h"
#include "app/sinks/whole_file.h"
#include "base/exit_code.h"
#include "base/message.h"
#include "base/output_path.h"
#include "base/signals.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USUALLY_NAMED = 5 }; /* of the pictures that were left out, without --verbose */

/* Everything of a run, in the order in which it is made. */
typedef struct Eval {
    const Options *options;
    Points points;
    Dataset *dataset;
    Networks networks; /* of the first worker; each other worker opens its own */
    Categories categories;
    Run run;
    Report report;
} Eval;

static int fail_memory(Error *error)
{
    return error_set(error, "out of memory");
}

/* Some files hold the results of a single point only. */
static int check_points(const Eval *eval, Error *error)
{
    const Options *options = eval->options;
    if (points_count(&eval->points) > 1 && (options->eval.detections || options->eval.plot))
        return error_set(
            error,
            "option --%s: holds the results of one point, and --alpha and --size name %d; name one of each",
            options->eval.detections ? "detections" : "plot", points_count(&eval->points));
    return 0;
}

static int check_file(OutputFiles *outputs, const char *path)
{
    struct stat status;
    return stat(path, &status) ? 0 : output_files_check(outputs, path, &status);
}

/* Outputs replace existing files, so none may be of the data set, or another that is read. */
static int check_files(const Eval *eval, OutputFiles *outputs)
{
    const Options *options = eval->options;
    const Dataset *dataset = eval->dataset;
    const char *const paths[] = {options->outputs.json, options->eval.detections, options->eval.plot};
    if (output_files_add(outputs, "-")) /* for the table, or what goes there in its place */
        return -1;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (!output_path_is_stdout(paths[i]) && output_files_add(outputs, paths[i]))
            return -1;
    if (output_files_check_settings(outputs, options))
        return -1;
    for (int i = 0; i < dataset->file_count; i++)
        if (check_file(outputs, dataset->files[i]))
            return -1;
    for (int i = 0; i < dataset->image_count; i++)
        if (check_file(outputs, dataset->images[i].path))
            return -1;
    return 0;
}

static int check_outputs(const Options *options, Error *error)
{
    return whole_file_check(options->outputs.json, error) ||
           whole_file_check(options->eval.detections, error) || whole_file_check(options->eval.plot, error);
}

/* As many as an engine has by default, where the options name no number. */
static int count_threads(const Options *options, Error *error)
{
    LookoutError failure;
    if (options->model.threads)
        return options->model.threads;
    LookoutEngine *engine =
        lookout_engine_create(&(LookoutEngineOptions){.isa = options->model.isa}, &failure);
    if (!engine)
        return error_set(error, "%s", failure.message);
    const int threads = lookout_engine_threads(engine);
    lookout_engine_destroy(engine);
    return threads;
}

static int allocate_run(Eval *eval, Error *error)
{
    Run *run = &eval->run;
    const int points = points_count(&eval->points);
    const size_t images = (size_t)eval->dataset->image_count;
    run->problems = calloc(images, sizeof *run->problems);
    run->found = eval->options->eval.detections ? calloc(images, sizeof *run->found) : NULL;
    run->metrics = calloc((size_t)points, sizeof *run->metrics);
    eval->report.results = calloc((size_t)points, sizeof *eval->report.results);
    if (!run->problems || (eval->options->eval.detections && !run->found) || !run->metrics ||
        !eval->report.results)
        return fail_memory(error);
    for (int i = 0; i < points; i++) {
        run->metrics[i] = metrics_create(eval->dataset, eval->categories.class_of_category,
                                         eval->report.model->class_count);
        if (!run->metrics[i])
            return fail_memory(error);
    }
    return 0;
}

static ExitCode open_eval(Eval *eval, Error *error)
{
    const Options *options = eval->options;
    eval->points = points_of_eval(options);
    if (check_points(eval, error))
        return EXIT_USAGE;
    if (check_outputs(options, error))
        return EXIT_FAILED;
    ExitCode code = networks_open(&eval->networks, &eval->points, &options->model, error);
    if (code != EXIT_DONE)
        return code;
    const Weights *first = &eval->networks.weights[0];
    eval->report.model = lookout_model_info(first->model);
    eval->report.isa = lookout_engine_isa(first->engine);
    if (!options->alphas.count)
        eval->points.alphas.values[0] = eval->report.model->alpha;
    eval->dataset = dataset_open(options->operands[0], error);
    if (!eval->dataset)
        return EXIT_FAILED;
    OutputFiles outputs = {.error = error};
    const int refused = check_files(eval, &outputs);
    output_files_free(&outputs);
    if (refused)
        return exit_code_of(error);
    code = categories_match(&eval->categories, eval->dataset, eval->report.model, &options->detection, error);
    if (code != EXIT_DONE)
        return code;
    eval->run.options = options;
    eval->run.dataset = eval->dataset;
    eval->run.points = &eval->points;
    eval->run.categories = &eval->categories;
    eval->run.threads = count_threads(options, error);
    eval->report.run = &eval->run;
    eval->report.threads = eval->run.threads;
    return eval->run.threads < 0 || allocate_run(eval, error) ? EXIT_FAILED : EXIT_DONE;
}

static void close_eval(Eval *eval)
{
    const int images = eval->dataset ? eval->dataset->image_count : 0;
    for (int i = 0; eval->report.results && i < points_count(&eval->points); i++)
        metrics_result_destroy(eval->report.results[i]);
    for (int i = 0; eval->run.metrics && i < points_count(&eval->points); i++)
        metrics_destroy(eval->run.metrics[i]);
    for (int i = 0; eval->run.problems && i < images; i++)
        free(eval->run.problems[i]);
    for (int i = 0; eval->run.found && i < images; i++)
        free(eval->run.found[i].boxes);
    free(eval->report.results);
    free(eval->run.metrics);
    free(eval->run.problems);
    free(eval->run.found);
    categories_free(&eval->categories);
    networks_close(&eval->networks);
    dataset_destroy(eval->dataset);
}

/* Names the first pictures that were left out; with -v all. Returns how many there are. */
static int name_problems(const Eval *eval)
{
    int count = 0;
    for (int i = 0; i < eval->dataset->image_count; i++) {
        if (!eval->run.problems[i])
            continue;
        if (count++ < USUALLY_NAMED || eval->options->outputs.verbose)
            message("%s", eval->run.problems[i]);
    }
    return count;
}

/* Frees the text. NULL: there was not enough memory to make it. */
static WriteStatus write_text(const char *path, char *text, Error *error)
{
    if (!text)
        return (WriteStatus)fail_memory(error);
    const WriteStatus status = whole_file_write(path, text, strlen(text), signals_fd(), error);
    free(text);
    return status;
}

static WriteStatus write_results(const Eval *eval, Error *error)
{
    const Options *options = eval->options;
    const Report *report = &eval->report;
    bool to_stdout = false; /* then there is no table, which would mix with the lines */
    WriteStatus status = WRITE_OK;
    const char *const outputs[] = {options->outputs.json, options->eval.detections, options->eval.plot};
    char *(*const make[])(const Report *) = {report_json, report_detections, plot_svg};
    for (int i = 0; i < 3 && status == WRITE_OK; i++) {
        if (!outputs[i])
            continue;
        to_stdout |= output_path_is_stdout(outputs[i]);
        status = write_text(outputs[i], make[i](report), error);
    }
    if (status == WRITE_OK && !to_stdout)
        status = write_text("-", report_table(report), error);
    return status;
}

static ExitCode report_results(Eval *eval, Error *error)
{
    const int left_out = name_problems(eval), images = eval->dataset->image_count;
    if (left_out == images) {
        error_set(error, "%s: not one of its pictures could be measured", eval->dataset->name);
        return EXIT_FAILED;
    }
    for (int i = 0; i < points_count(&eval->points); i++) {
        if (atomic_load(eval->run.stop))
            return EXIT_DONE;
        eval->report.results[i] = metrics_finish(eval->run.metrics[i]);
        if (!eval->report.results[i]) {
            fail_memory(error);
            return EXIT_FAILED;
        }
    }
    if (write_results(eval, error) == WRITE_FAILED)
        return EXIT_FAILED;
    if (!left_out)
        return EXIT_DONE;
    error_set(error, "%s: %d of %d pictures could not be measured and are left out%s", eval->dataset->name,
              left_out, images,
              left_out > USUALLY_NAMED && !eval->options->outputs.verbose ? "; -v names all" : "");
    return EXIT_FAILED;
}

int eval_run(const Options *options, const atomic_int *stop)
{
    Eval eval = {.options = options, .run = {.stop = stop}};
    Error error = {0};
    int code = open_eval(&eval, &error);
    if (code == EXIT_DONE)
        code = run_pictures(&eval.run, &eval.networks, &error);
    if (code == EXIT_DONE && !atomic_load(stop))
        code = report_results(&eval, &error);
    if (code != EXIT_USAGE && atomic_load(stop)) /* what failed by then may have done so for being ended */
        code = EXIT_SIGNAL + atomic_load(stop);
    if (code == EXIT_FAILED || code == EXIT_USAGE)
        message("%s", error.message);
    close_eval(&eval);
    return code;
}
