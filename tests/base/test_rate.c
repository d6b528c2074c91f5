/* The rate of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rate.h"
#include <math.h>

static void rates(void **state)
{
    (void)state;
    Rate rate = {0};
    assert_true(rate_per_second(&rate) == 0);
    rate_add(&rate, 5000000000);
    assert_true(rate_per_second(&rate) == 0);
    for (int i = 1; i < 500; i++) /* more than it keeps */
        rate_add(&rate, 5000000000 + i * INT64_C(40000000));
    assert_true(fabs(rate_per_second(&rate) - 25) < 1e-6);
    int64_t now = 5000000000 + 499 * INT64_C(40000000);
    for (int i = 0; i < 20; i++) /* what is older than the window no longer counts */
        rate_add(&rate, now += 100000000);
    assert_true(fabs(rate_per_second(&rate) - 10) < 1e-6);
    rate_add(&rate, now + 30000000000); /* after a pause: one interval, as slow as it was */
    assert_true(rate_per_second(&rate) < 0.04);
    rate_add(&rate, 1000); /* the clock starts again */
    assert_true(rate_per_second(&rate) == 0);
    rate_add(&rate, 1000);
    assert_true(rate_per_second(&rate) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
