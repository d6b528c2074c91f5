/* Snapshots while pictures go by: files, their names, what is reported, and what fails. */
#include "tests/app/sinks/sink_stage.h"

#include "app/sinks/new_file.h"
#include "app/sinks/snapshot.h"
#include <time.h>

static void open_snapshot(void)
{
    stage_set_sink(snapshot_create(stage_classes, &stage.notices));
}

static int failures(void)
{
    return snapshot_failures(sink_queue_sink(stage.queue));
}

static void with_and_without_boxes(void **state)
{
    (void)state;
    char name[256], text[300];
    open_snapshot();
    stage_push(true);
    stage_press(SINK_SNAPSHOT);
    stage_push(true); /* nothing comes of a picture that nobody has asked for */
    stage_wait_for_report("saved lookout-", 1);
    assert_int_equal(stage_find_files(".png", 0, name), 1);
    stage_assert_is_named(name, ".png");
    snprintf(text, sizeof text, "saved %s", name);
    assert_string_equal(stage_report(0), text);
    if (can_read_back()) {
        assert_probe(name, "stream=width,height", "160\n120\n");
        assert_true(stage_corner(name) > 60);
    }
    remove(name);
    stage_press(SINK_CLEAN_SNAPSHOT);
    assert_int_equal(stage_finish(), SINK_OK);
    assert_int_equal(failures(), 0);
    assert_int_equal(stage_find_files(".png", 0, name), 1);
    if (can_read_back())
        assert_true(stage_corner(name) < 25);
}

static void other_commands_are_not_for_it(void **state)
{
    (void)state;
    char name[256];
    open_snapshot();
    stage_push(true);
    stage_press(SINK_RECORD);
    assert_int_equal(stage_finish(), SINK_OK);
    assert_int_equal(stage_find_files(".png", 0, name), 0);
}

static void at_most_two_wait(void **state)
{
    (void)state;
    char name[256];
    open_snapshot();
    stage_hold_saving(true);
    stage_push(true);
    stage_press(SINK_SNAPSHOT);
    stage_wait_for_report("saved", 1); /* the thread is held, with the first in its hands */
    stage_press(SINK_SNAPSHOT);
    assert_int_equal(stage_count_reports("no snapshot"), 0);
    stage_press(SINK_SNAPSHOT);
    stage_press(SINK_CLEAN_SNAPSHOT);
    assert_int_equal(stage_count_reports("no snapshot: the last ones are still being written"), 2);
    stage_hold_saving(false);
    assert_int_equal(stage_finish(), SINK_OK);
    assert_int_equal(stage_find_files(".png", 0, name), 2);
}

static void names_are_never_those_of_others(void **state)
{
    (void)state;
    char names[3][NEW_FILE_NAME], expected[NEW_FILE_NAME];
    Error error;
    struct tm time;
    const time_t when = 1700000000;
    assert_non_null(localtime_r(&when, &time));
    strftime(expected, sizeof expected, "lookout-%Y%m%d-%H%M%S.png", &time);
    FILE *file = fopen(expected, "w");
    assert_non_null(file);
    fputs("precious", file);
    fclose(file);
    for (int i = 0; i < 3; i++)
        assert_int_equal(new_file_create(names[i], "png", when, &error), 0);
    for (int i = 0; i < 3; i++) {
        char numbered[NEW_FILE_NAME];
        snprintf(numbered, sizeof numbered, "%.23s-%d.png", expected, i + 2);
        assert_string_equal(names[i], numbered);
        assert_true(exists(numbered));
    }
    char content[16] = "";
    file = fopen(expected, "r");
    assert_non_null(fgets(content, sizeof content, file));
    fclose(file);
    assert_string_equal(content, "precious");
    /* another suffix is another name, a link to nowhere is one too */
    assert_int_equal(new_file_create(names[0], "mkv", when, &error), 0);
    assert_non_null(strstr(names[0], "-"));
    assert_int_equal(strlen(names[0]), 27);
    assert_int_equal(symlink("nowhere", "link"), 0);
    remove(names[0]);
    assert_int_equal(rename("link", names[0]), 0);
    assert_int_equal(new_file_create(names[1], "mkv", when, &error), 0);
    assert_non_null(strstr(names[1], "-2.mkv"));
    assert_false(exists("nowhere"));
}

static int save_on_a_full_disk(void)
{
    char name[256];
    open_snapshot();
    stage_push(true);
    stage_press(SINK_SNAPSHOT);
    const SinkResult result = stage_finish();
    return result != SINK_OK || failures() != 1 || stage_count_reports("cannot write lookout-") != 1 ||
           !strstr(stage_report(0), ".png: File too large") || stage_find_files(".png", 0, name) != 0;
}

static void a_full_disk(void **state)
{
    (void)state;
    assert_int_equal(stage_run_on_full_disk(100, save_on_a_full_disk), 0);
}

static void a_directory_that_is_gone(void **state)
{
    (void)state;
    char name[256];
    open_snapshot();
    stage_enter_gone_folder();
    stage_push(true);
    stage_press(SINK_SNAPSHOT);
    stage_wait_for_report("cannot write lookout-", 1);
    assert_non_null(strstr(stage_report(0), ": No such file or directory"));
    /* the next one may be written */
    stage_leave_gone_folder();
    stage_press(SINK_SNAPSHOT);
    assert_int_equal(stage_finish(), SINK_OK);
    assert_int_equal(failures(), 1);
    assert_int_equal(stage_find_files(".png", 0, name), 1);
}

int main(void)
{
    av_log_set_level(AV_LOG_QUIET);
    unsetenv("TERM");
    const struct CMUnitTest tests[] = {
        ON_STAGE(with_and_without_boxes),
        ON_STAGE(other_commands_are_not_for_it),
        ON_STAGE(at_most_two_wait),
        ON_STAGE(names_are_never_those_of_others),
        ON_STAGE(a_full_disk),
        ON_STAGE(a_directory_that_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
