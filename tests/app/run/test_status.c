/* What is told of an input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/status.h"
#include <math.h>
#include <string.h>

static void what_is_reported(void **state)
{
    (void)state;
    StatusReport report;
    Status *status = status_create();
    assert_non_null(status);
    status_get(status, &report);
    assert_true(report.captured == 0 && report.detected == 0 && report.skipped == 0 && !report.ended);
    assert_true(report.capture_rate == 0 && report.inference_rate == 0 && report.latency_ms == 0);
    assert_true(status_latency_quantile(status, 0.5) == 0);
    for (int i = 0; i < 31; i++)
        status_captured(status, i * INT64_C(33333333), i);
    status_detected(status, 7.5);
    status_detected(status, 5.5);
    status_shown(status, 20);
    status_shown(status, 40);
    status_get(status, &report);
    assert_int_equal(report.captured, 31);
    assert_int_equal(report.skipped, 30);
    assert_int_equal(report.detected, 2);
    assert_true(fabs(report.capture_rate - 30) < 1e-3);
    assert_true(report.inference_ms == 5.5 && report.latency_ms == 40 && report.inference_rate > 0);
    assert_true(fabs(status_latency_quantile(status, 0.5) - 20) < 0.2);
    status_destroy(status);
    status_destroy(NULL);
}

static void states_hold_until_they_change(void **state)
{
    (void)state;
    StatusReport report;
    char name[1000];
    Status *status = status_create();
    assert_non_null(status);
    status_set_lost(status, "the camera is gone");
    status_set_recording(status, "a.mkv");
    status_get(status, &report);
    assert_string_equal(report.lost, "the camera is gone");
    assert_string_equal(report.recording, "a.mkv");
    assert_false(report.ended);
    status_set_lost(status, NULL);
    status_set_ended(status);
    status_get(status, &report);
    assert_string_equal(report.lost, "");
    assert_string_equal(report.recording, "a.mkv");
    assert_true(report.ended);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    status_set_recording(status, name); /* cut to fit */
    status_get(status, &report);
    assert_int_equal(strlen(report.recording), STATUS_TEXT - 1);
    status_set_recording(status, NULL);
    status_get(status, &report);
    assert_string_equal(report.recording, "");
    status_destroy(status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_reported),
        cmocka_unit_test(states_hold_until_they_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
