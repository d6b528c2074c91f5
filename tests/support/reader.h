/* What the tests of the data sets' readers share. */
#ifndef LOOKOUT_TESTS_SUPPORT_READER_H
#define LOOKOUT_TESTS_SUPPORT_READER_H

#include "app/commands/eval/dataset_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static DatasetBuilder builder;
static Error error;

/* A new data set; the one before is destroyed. */
static inline Dataset *renew(void)
{
    builder_close(&builder);
    assert_int_equal(builder_open(&builder), 0);
    error = (Error){0};
    return builder.dataset;
}

static inline int close_builder(void **state)
{
    (void)state;
    builder_close(&builder);
    return 0;
}

/* The last error is one line, and says so. */
static inline void assert_refused(const char *expected)
{
    if (!strstr(error.message, expected))
        fail_msg("'%s' does not tell '%s'", error.message, expected);
    assert_null(strchr(error.message, '\n'));
}

static inline void assert_box(const DatasetBox *box, int category, double x, double y, double width,
                              double height)
{
    assert_int_equal(box->category, category);
    const double is[] = {box->x, box->y, box->width, box->height}, expected[] = {x, y, width, height};
    for (int i = 0; i < 4; i++)
        if (!(is[i] - expected[i] < 1e-9 && expected[i] - is[i] < 1e-9))
            fail_msg("number %d of the box is %.12g, not %.12g", i, is[i], expected[i]);
}

#endif
