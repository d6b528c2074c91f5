/* Quantiles of times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/histogram.h"
#include <math.h>

static void finds_quantiles(void **state)
{
    (void)state;
    static Histogram histogram;
    assert_true(histogram_quantile(&histogram, 0.5) == 0);
    for (int i = 1; i <= 1000; i++)
        histogram_add(&histogram, i * 0.37);
    assert_true(fabs(histogram_quantile(&histogram, 0.5) / (500 * 0.37) - 1) < 0.003);
    assert_true(fabs(histogram_quantile(&histogram, 0.95) / (950 * 0.37) - 1) < 0.003);
    histogram_add(&histogram, 1e12);
    histogram_add(&histogram, 0);
    assert_int_equal(histogram.count, 1002);
    assert_true(histogram_quantile(&histogram, 1) > 1e6);
    assert_true(histogram_quantile(&histogram, 0) == 0);
}

static void merges(void **state)
{
    (void)state;
    static Histogram odd, even, all;
    for (int i = 1; i <= 1000; i++) {
        histogram_add(i % 2 ? &odd : &even, i * 0.37);
        histogram_add(&all, i * 0.37);
    }
    histogram_merge(&odd, &even);
    assert_memory_equal(&odd, &all, sizeof all);
    assert_int_equal(even.count, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_quantiles),
        cmocka_unit_test(merges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
