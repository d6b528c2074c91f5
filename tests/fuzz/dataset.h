/* A data set that a fuzzed parser fills, and what must hold of it. */
#ifndef LOOKOUT_TESTS_FUZZ_DATASET_H
#define LOOKOUT_TESTS_FUZZ_DATASET_H

#include "app/commands/eval/dataset_builder.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The bytes with a NUL behind them and nothing else; NULL when out of memory. */
static inline char *text_of(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1);
    if (text) {
        if (size)
            memcpy(text, bytes, size);
        text[size] = 0;
    }
    return text;
}

static inline void check_dataset(const Dataset *dataset)
{
    int boxes = 0;
    for (int i = 0; i < dataset->category_count; i++)
        if (builder_name_problem(dataset->categories[i]))
            abort();
    for (int i = 0; i < dataset->image_count; i++) {
        if (dataset->images[i].first_box != boxes || !*dataset->images[i].path)
            abort();
        boxes += dataset->images[i].box_count;
    }
    if (boxes != dataset->box_count)
        abort();
    for (int i = 0; i < boxes; i++) {
        const DatasetBox *box = &dataset->boxes[i];
        if (box->category < 0 || box->category >= dataset->category_count || !isfinite(box->x + box->y) ||
            !(box->width >= 0 && box->height >= 0 && isfinite(box->width + box->height + box->area)))
            abort();
    }
}

/* Of a parser that has returned `failed`. */
static inline void check_parsed(const DatasetBuilder *builder, int failed, const Error *error)
{
    if (!failed)
        check_dataset(builder->dataset);
    else if (!*error->message || strchr(error->message, '\n'))
        abort();
}

#endif
