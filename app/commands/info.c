#include "app/commands/info.h"

#include "app/commands/cost_model.h"
#include "app/run/weights.h"
#include "base/exit_code.h"
#include "base/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 4188988 as "4,188,988" */
static const char *grouped(int64_t value, char text[32])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRId64, value), out = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            text[out++] = ',';
        text[out++] = digits[i];
    }
    text[out] = 0;
    return text;
}

/* Free text of a weights file, which may hold anything. */
static void print_free_text(FILE *to, const char *title, const char *text)
{
    char *copy = strdup(*text ? text : "not stated");
    if (!copy)
        return;
    text_make_printable(copy);
    fprintf(to, "%-14s%s\n", title, copy);
    free(copy);
}

static void print_measured(FILE *to, const LookoutModelInfo *model)
{
    print_free_text(to, "measured on", model->measured_on);
    for (int i = 0; i < model->accuracy_count; i++)
        fprintf(to, "%-14sAP %.2f %%, AP50 %.2f %% at size %d\n", "", 100 * model->accuracies[i].ap,
                100 * model->accuracies[i].ap50, model->accuracies[i].size);
}

static void print_classes(FILE *to, const LookoutModelInfo *model)
{
    enum { WIDTH = 100, INDENT = 14 };
    fprintf(to, "%-14s", "classes");
    int column = INDENT;
    for (int i = 0; i < model->class_count; i++) {
        char name[256];
        snprintf(name, sizeof name, "%s", model->classes[i]);
        text_make_printable(name);
        int length = (int)strlen(name) + 2; /* with what stands before it */
        if (i && column + length > WIDTH) {
            fprintf(to, ",\n%-14s", "");
            column = INDENT;
        } else if (i) {
            fputs(", ", to);
        }
        fputs(name, to);
        column += length;
    }
    fputs("\n", to);
}

static void print_layers(FILE *to, const LookoutDetector *detector)
{
    static const char *const kinds[] = {
        [LOOKOUT_LAYER_CONVOLUTION] = "conv 3x3",
        [LOOKOUT_LAYER_DEPTHWISE] = "depthwise 3x3",
        [LOOKOUT_LAYER_POINTWISE] = "conv 1x1",
    };
    int64_t mult_adds = 0, parameters = 0;
    char first[32], second[32];
    fprintf(to, "\n%-18s %-13s %6s %14s %14s %12s %11s\n", "layer", "kind", "stride", "in (HxWxC)",
            "out (HxWxC)", "mult-adds", "parameters");
    for (int i = 0; i < lookout_layer_count(detector); i++) {
        LookoutLayer layer = lookout_layer(detector, i);
        char in[48], out[48];
        snprintf(in, sizeof in, "%dx%dx%d", layer.in_height, layer.in_width, layer.in_channels);
        snprintf(out, sizeof out, "%dx%dx%d", layer.out_height, layer.out_width, layer.out_channels);
        fprintf(to, "%-18s %-13s %6d %14s %14s %12s %11s\n", layer.name, kinds[layer.kind], layer.stride, in,
                out, grouped(layer.mult_adds, first), grouped(layer.parameters, second));
        mult_adds += layer.mult_adds;
        parameters += layer.parameters;
    }
    fprintf(to, "%-18s %-13s %6s %14s %14s %12s %11s\n", "total", "", "", "", "", grouped(mult_adds, first),
            grouped(parameters, second));
}

static void print_anchors(FILE *to, const LookoutModelInfo *model, int size)
{
    int total = 0;
    char text[32];
    fprintf(to, "\n%-10s %-7s %-10s %-8s sides in pixels of the input\n", "anchors", "stride", "cells",
            "number");
    for (int i = 0; i < model->level_count; i++) {
        const LookoutLevel *level = &model->levels[i];
        int cells = (size + level->stride - 1) / level->stride, count = cells * cells * level->anchor_count;
        snprintf(text, sizeof text, "%dx%dx%d", cells, cells, level->anchor_count);
        fprintf(to, "%-10s %-7d %-10s %-8d", level->feature, level->stride, text, count);
        for (int k = 0; k < level->anchor_count; k++)
            fprintf(to, " %.4gx%.4g", level->anchors[k].width, level->anchors[k].height);
        fputs("\n", to);
        total += count;
    }
    fprintf(to, "%-10s %-7s %-10s %s\n", "total", "", "", grouped(total, text));
}

/* Howard et al. 2017, tables 6 and 7: alpha at 224, then alpha 1 at the other sizes. */
static void print_paper(FILE *to)
{
    static const struct {
        double alpha;
        int size;
    } rows[] = {{1, 224}, {0.75, 224}, {0.5, 224}, {0.25, 224}, {1, 192}, {1, 160}, {1, 128}};
    enum { CLASSES = 1000 };
    fputs("\nThe paper's classifier (MobileNet with 1000 classes), in millions\n"
          "alpha  size  mult-adds  parameters\n",
          to);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Cost cost = cost_classifier(rows[i].alpha, rows[i].size, CLASSES);
        char alpha[TEXT_NUMBER_SIZE], millions[TEXT_NUMBER_SIZE];
        text_put_number(alpha, rows[i].alpha, 2);
        text_put_number(millions, (double)cost.parameters / 1e6, 1);
        fprintf(to, "%-5s  %4d  %9lld  %10s\n", alpha, rows[i].size, llround((double)cost.mult_adds / 1e6),
                millions);
    }
}

ExitCode info_print(const Options *options, FILE *to, Error *error)
{
    ModelOptions single = options->model;
    single.threads = 1; /* nothing is computed */
    if (options->operand_count)
        single.path = options->operands[0];
    Weights weights;
    if (weights_load(&weights, &single, error))
        return exit_code_of(error);
    LookoutError failure;
    LookoutDetector *detector = lookout_detector_create(weights.model, single.size, &failure);
    if (!detector) {
        error_set(error, "%s", failure.message);
        weights_unload(&weights);
        return EXIT_FAILED;
    }
    const LookoutModelInfo *model = lookout_model_info(weights.model);
    char alpha[TEXT_NUMBER_SIZE], parameters[32];
    text_put_number(alpha, model->alpha, 6);
    print_free_text(to, "weights", weights.path);
    fprintf(to, "%-14s%s\n%-14s%dx%d\n", "alpha", alpha, "input", single.size, single.size);
    fprintf(to, "%-14s%s\n", "parameters", grouped(model->parameters, parameters));
    print_classes(to, model);
    print_free_text(to, "training data", model->training_data);
    print_measured(to, model);
    print_free_text(to, "licence", model->licence);
    print_layers(to, detector);
    print_anchors(to, model, single.size);
    if (!single.path)
        print_paper(to);
    lookout_detector_destroy(detector);
    weights_unload(&weights);
    return EXIT_DONE;
}
