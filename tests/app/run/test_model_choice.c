/* Changing alpha and size while detecting: what can be had, what is said of the rest, and the same boxes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/model_choice.h"
#include "base/clock.h"
#include "tests/support/folder.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 200, HEIGHT = 150, LONGEST_WAIT_S = 120, SIZES = 7 }; /* 128, 160, ..., 320 */

static char models[1024];
static uint8_t picture[HEIGHT * WIDTH * 3];

static int set_up(void **state)
{
    const char *source = getenv("LOOKOUT_SOURCE");
    snprintf(models, sizeof models, "%s/models", source ? source : ".");
    for (int i = 0; i < HEIGHT * WIDTH * 3; i++)
        picture[i] = (uint8_t)(i / 3 % WIDTH * (1 + i / 3 / WIDTH / 40) + 70 * (i % 3));
    return make_folder(state);
}

static int remove_files(void **state)
{
    (void)state;
    return empty_folder();
}

static const char *weights_path(const char *directory, double alpha)
{
    static char paths[2][1100];
    static int next;
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/lookout-%.2f.safetensors", directory, alpha);
    return path;
}

/* Makes the folder's file of one alpha a link to the models' of another. */
static void link_weights(double alpha, double to)
{
    assert_int_equal(symlink(weights_path(models, to), weights_path(folder, alpha)), 0);
}

/* A copy with the first `bytes` of it, in which one text stands for another of the same length. */
static void copy_weights(double alpha, size_t bytes, const char *text, const char *instead)
{
    static char content[16 << 20];
    FILE *from = fopen(weights_path(models, alpha), "rb"), *to = fopen(weights_path(folder, alpha), "wb");
    assert_non_null(from);
    assert_non_null(to);
    size_t size = fread(content, 1, sizeof content, from);
    char *place = text ? memmem(content, size, text, strlen(text)) : NULL;
    if (text) {
        assert_non_null(place);
        memcpy(place, instead, strlen(text));
    }
    assert_int_equal(fwrite(content, 1, bytes < size ? bytes : size, to), bytes < size ? bytes : size);
    fclose(from);
    fclose(to);
}

static ModelChoice *open_choice(const char *model, double alpha, int size, int threads)
{
    ModelOptions options = {.size = LOOKOUT_FULL_SIZE};
    options.path = model;
    options.alpha = alpha;
    options.size = size;
    options.threads = threads;
    Error error;
    ModelChoice *choice = model_choice_create(&options, &error);
    if (!choice)
        fail_msg("%s", error.message);
    return choice;
}

static void ask(ModelChoice *choice, double alpha, int size)
{
    Error error;
    if (model_choice_request(choice, (NetworkPoint){.alpha = alpha, .size = size}, &error))
        fail_msg("%s", error.message);
}

static void nap(void)
{
    const struct timespec time = {0, 1000000};
    nanosleep(&time, NULL);
}

static int64_t deadline(void)
{
    return clock_now_ns() + LONGEST_WAIT_S * INT64_C(1000000000);
}

/* Looks, as between two frames, until the point is there. */
static LookoutDetector *wait_for(ModelChoice *choice, double alpha, int size)
{
    Error error;
    for (int64_t end = deadline(); clock_now_ns() < end; nap()) {
        NetworkPoint point;
        LookoutDetector *detector = model_choice_detector(choice, &point);
        assert_non_null(detector);
        if (fabs(point.alpha - alpha) < 1e-9 && point.size == size)
            return detector;
        if (model_choice_take_failure(choice, &error))
            fail_msg("%s", error.message);
    }
    fail_msg("alpha %g, size %d: did not come", alpha, size);
    return NULL;
}

static void wait_for_failure(ModelChoice *choice, Error *error)
{
    for (int64_t end = deadline(); clock_now_ns() < end; nap())
        if (model_choice_take_failure(choice, error))
            return;
    fail_msg("nothing failed");
}

static int wait_for_ready(ModelChoice *choice, int count, NetworkPoint points[MODEL_MAX_POINTS])
{
    int ready = 0;
    for (int64_t end = deadline(); ready < count && clock_now_ns() < end; nap())
        ready = model_choice_ready(choice, points);
    return ready;
}

static void assert_point(ModelChoice *choice, double alpha, int size)
{
    NetworkPoint point;
    assert_int_equal(lookout_detector_size(model_choice_detector(choice, &point)), size);
    assert_true(fabs(point.alpha - alpha) < 1e-9);
    assert_int_equal(point.size, size);
}

/* Boxes with a threshold that all pass. */
static int detect(LookoutDetector *detector, LookoutDetection detections[100])
{
    const LookoutImage image = {picture, WIDTH, HEIGHT, WIDTH * 3};
    LookoutSettings settings = lookout_default_settings();
    settings.threshold = 0;
    LookoutResult result;
    LookoutError error;
    if (lookout_detect(detector, &image, &settings, &result, &error) != LOOKOUT_OK)
        fail_msg("%s", error.message);
    memcpy(detections, result.detections, (size_t)result.count * sizeof *detections);
    return result.count;
}

/* The same by a detector of its own. */
static int detect_alone(double alpha, int size, int threads, LookoutDetection detections[100])
{
    const LookoutEngineOptions options = {.threads = threads};
    LookoutError error;
    LookoutEngine *engine = lookout_engine_create(&options, &error);
    assert_non_null(engine);
    LookoutModel *model = lookout_model_load(engine, weights_path(models, alpha), &error);
    assert_non_null(model);
    LookoutDetector *detector = lookout_detector_create(model, size, &error);
    assert_non_null(detector);
    int count = detect(detector, detections);
    lookout_detector_destroy(detector);
    lookout_model_destroy(model);
    lookout_engine_destroy(engine);
    return count;
}

static void starts_with_what_was_asked_for(void **state)
{
    (void)state;
    NetworkPoint points[MODEL_MAX_POINTS], point;
    Error error;
    ModelChoice *choice = open_choice(models, 0.25, 160, 1);
    assert_point(choice, 0.25, 160);
    assert_int_equal(model_choice_ready(choice, points), 1);
    assert_true(points[0].accuracy > 0 && points[0].accuracy < 1);
    assert_int_equal(lookout_engine_threads(model_choice_engine(choice)), 1);
    assert_true(model_choice_model(choice)->class_count > 0);
    assert_string_equal(model_choice_model_path(choice), weights_path(models, 0.25));
    assert_int_equal(model_choice_take_failure(choice, &error), 0);
    /* at an end of a list nothing happens */
    assert_int_equal(model_choice_step_alpha(choice, -1, &point, &error), 0);
    assert_true(point.alpha == 0.25 && point.size == 160);
    assert_int_equal(model_choice_ready(choice, points), 1);
    model_choice_destroy(choice);
    model_choice_destroy(NULL);
}

static void a_first_model_that_is_missing(void **state)
{
    (void)state;
    ModelOptions options = {.size = LOOKOUT_FULL_SIZE};
    options.path = folder;
    options.size = 128;
    Error error;
    assert_null(model_choice_create(&options, &error));
    assert_int_equal(error.code, ERROR_FAILED);
    assert_non_null(strstr(error.message, folder));
    options.path = models;
    options.alpha = 0.25;
    options.size = 100; /* no multiple of 32 */
    assert_null(model_choice_create(&options, &error));
    assert_int_equal(error.code, ERROR_FAILED);
    assert_non_null(strstr(error.message, "100"));
}

static void steps_make_all_sizes_of_an_alpha(void **state)
{
    (void)state;
    NetworkPoint points[MODEL_MAX_POINTS], point;
    Error error;
    ModelChoice *choice = open_choice(models, 0.25, 128, 1);
    assert_int_equal(model_choice_step_size(choice, 1, &point, &error), 0);
    assert_int_equal(point.size, 160);
    wait_for(choice, 0.25, 160);
    assert_int_equal(wait_for_ready(choice, SIZES, points), SIZES);
    for (int i = 0; i < SIZES; i++) {
        assert_true(points[i].alpha == 0.25);
        assert_int_equal(points[i].size, 128 + 32 * i);
    }
    /* what is ready is there for the very next frame */
    for (int size = 192; size <= 320; size += 32) {
        assert_int_equal(model_choice_step_size(choice, 1, &point, &error), 0);
        assert_point(choice, 0.25, size);
    }
    assert_int_equal(model_choice_step_size(choice, 1, &point, &error), 0);
    assert_int_equal(point.size, 320);
    /* steps are counted from the last requested, not from what is ready */
    assert_int_equal(model_choice_step_alpha(choice, 1, &point, &error), 0);
    assert_int_equal(model_choice_step_alpha(choice, 1, &point, &error), 0);
    assert_true(point.alpha == 0.75 && point.size == 320);
    wait_for(choice, 0.75, 320);
    model_choice_destroy(choice);
}

static void every_point_gives_the_boxes_of_a_fresh_detector(void **state)
{
    (void)state;
    static const double alphas[] = {1, 0.25, 0.75, 0.5};
    LookoutDetection expected[100], found[100];
    NetworkPoint points[MODEL_MAX_POINTS];
    for (int threads = 1; threads <= 2; threads++) {
        ModelChoice *choice = open_choice(models, 0.5, 224, threads);
        model_choice_set_automatic(choice, true);
        assert_int_equal(wait_for_ready(choice, 4 * SIZES, points), 4 * SIZES);
        for (int i = 0; i < 4 * SIZES; i++) {
            double alpha = alphas[i % 4];
            int size = 128 + 32 * (i / 4);
            ask(choice, alpha, size);
            assert_point(choice, alpha, size);
            int count = detect(model_choice_detector(choice, NULL), found);
            assert_int_equal(count, detect_alone(alpha, size, threads, expected));
            assert_true(count > 0);
            assert_memory_equal(found, expected, (size_t)count * sizeof *found);
        }
        model_choice_destroy(choice);
    }
}

static void a_size_outside_the_list_is_one_more_step(void **state)
{
    (void)state;
    static const int sizes[] = {96, 352}, above[] = {128, 352}, below[] = {96, 320};
    NetworkPoint point;
    Error error;
    for (int i = 0; i < 2; i++) {
        ModelChoice *choice = open_choice(models, 0.25, sizes[i], 1);
        assert_int_equal(model_choice_step_size(choice, 1, &point, &error), 0);
        assert_int_equal(point.size, above[i]);
        wait_for(choice, 0.25, above[i]);
        ask(choice, 0.25, sizes[i]);
        assert_point(choice, 0.25, sizes[i]);
        assert_int_equal(model_choice_step_size(choice, -1, &point, &error), 0);
        assert_int_equal(point.size, below[i]);
        wait_for(choice, 0.25, below[i]);
        model_choice_destroy(choice);
    }
}

static void a_single_file_has_one_alpha(void **state)
{
    (void)state;
    NetworkPoint points[MODEL_MAX_POINTS], point;
    Error error;
    char expected[1200];
    ModelChoice *choice = open_choice(weights_path(models, 0.5), 0, 128, 1);
    snprintf(expected, sizeof expected, "%s has alpha 0.5; to change it, name a directory with --model",
             weights_path(models, 0.5));
    for (int step = -1; step <= 1; step += 2) {
        assert_int_equal(model_choice_step_alpha(choice, step, &point, &error), -1);
        assert_string_equal(error.message, expected);
        assert_true(point.alpha == 0.5);
    }
    assert_int_equal(model_choice_request(choice, (NetworkPoint){.alpha = 1, .size = 128}, &error), -1);
    assert_string_equal(error.message, expected);
    model_choice_set_automatic(choice, true); /* all that can be had */
    assert_int_equal(wait_for_ready(choice, SIZES, points), SIZES);
    assert_int_equal(model_choice_take_failure(choice, &error), 0);
    model_choice_destroy(choice);
}

static void points_outside_the_lists(void **state)
{
    (void)state;
    Error error;
    ModelChoice *choice = open_choice(models, 0.25, 128, 1);
    assert_int_equal(model_choice_request(choice, (NetworkPoint){.alpha = 0.3, .size = 128}, &error), -1);
    assert_non_null(strstr(error.message, "alpha 0.3"));
    assert_int_equal(model_choice_request(choice, (NetworkPoint){.alpha = 0.5, .size = 129}, &error), -1);
    assert_non_null(strstr(error.message, "size 129"));
    assert_point(choice, 0.25, 128);
    model_choice_destroy(choice);
}

static void missing_weights(void **state)
{
    (void)state;
    NetworkPoint points[MODEL_MAX_POINTS], point;
    Error error;
    link_weights(0.25, 0.25);
    link_weights(0.75, 0.75);
    ModelChoice *choice = open_choice(folder, 0.25, 128, 1);
    assert_int_equal(model_choice_request(choice, (NetworkPoint){.alpha = 0.5, .size = 128}, &error), -1);
    assert_non_null(strstr(error.message, folder));
    assert_non_null(strstr(error.message, "lookout-0.50.safetensors"));
    assert_point(choice, 0.25, 128);
    /* a step goes on to the next that is there */
    assert_int_equal(model_choice_step_alpha(choice, 1, &point, &error), 0);
    assert_true(point.alpha == 0.75);
    wait_for(choice, 0.75, 128);
    /* and says what is missing if there is none */
    assert_int_equal(model_choice_step_alpha(choice, 1, &point, &error), -1);
    assert_non_null(strstr(error.message, "lookout-1.00.safetensors"));
    assert_true(point.alpha == 0.75);
    model_choice_set_automatic(choice, true);
    assert_int_equal(wait_for_ready(choice, 2 * SIZES, points), 2 * SIZES);
    model_choice_destroy(choice);
}

/* Asks for alpha 0.5, which is found only later to be of no use. */
static void assert_fails_later(ModelChoice *choice, Error *error)
{
    NetworkPoint point;
    ask(choice, 0.5, 128);
    wait_for_failure(choice, error);
    assert_non_null(strstr(error->message, "lookout-0.50.safetensors"));
    assert_point(choice, 0.25, 128);
    /* the requested is the active point again */
    Error ignored;
    assert_int_equal(model_choice_step_size(choice, -1, &point, &ignored), 0);
    assert_true(point.alpha == 0.25 && point.size == 128);
    assert_int_equal(model_choice_take_failure(choice, &ignored), 0);
}

static void broken_weights_can_be_put_right(void **state)
{
    (void)state;
    Error error;
    link_weights(0.25, 0.25);
    copy_weights(0.5, 100000, NULL, NULL);
    ModelChoice *choice = open_choice(folder, 0.25, 128, 1);
    assert_fails_later(choice, &error);
    assert_fails_later(choice, &error); /* told each time */
    copy_weights(0.5, SIZE_MAX, NULL, NULL);
    ask(choice, 0.5, 128);
    wait_for(choice, 0.5, 128);
    NetworkPoint points[MODEL_MAX_POINTS];
    assert_int_equal(wait_for_ready(choice, 2 * SIZES, points), 2 * SIZES);
    model_choice_destroy(choice);
}

static void other_classes_are_refused(void **state)
{
    (void)state;
    Error error;
    link_weights(0.25, 0.25);
    copy_weights(0.5, SIZE_MAX, "bicycle", "unicorn");
    ModelChoice *choice = open_choice(folder, 0.25, 128, 1);
    assert_fails_later(choice, &error);
    assert_non_null(strstr(error.message, "its classes are not those of "));
    assert_non_null(strstr(error.message, "lookout-0.25.safetensors"));
    model_choice_destroy(choice);
}

static void a_file_that_lies_about_its_alpha(void **state)
{
    (void)state;
    Error error;
    link_weights(0.25, 0.25);
    link_weights(0.5, 0.75);
    ModelChoice *choice = open_choice(folder, 0.25, 128, 1);
    assert_fails_later(choice, &error);
    assert_non_null(strstr(error.message, "expected alpha 0.5, but it has 0.75"));
    model_choice_destroy(choice);
}

static void a_failure_that_is_no_longer_wished_is_not_told(void **state)
{
    (void)state;
    Error error;
    NetworkPoint points[MODEL_MAX_POINTS];
    link_weights(0.25, 0.25);
    link_weights(0.75, 0.75);
    copy_weights(0.5, 100000, NULL, NULL);
    ModelChoice *choice = open_choice(folder, 0.25, 128, 1);
    model_choice_set_automatic(choice, true);
    assert_int_equal(wait_for_ready(choice, 2 * SIZES, points), 2 * SIZES);
    ask(choice, 0.75, 160);
    assert_point(choice, 0.75, 160);
    assert_int_equal(model_choice_take_failure(choice, &error), 0);
    model_choice_destroy(choice);
}

static void destroying_while_it_loads(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        ModelChoice *choice = open_choice(models, 0.25, 128, 1);
        ask(choice, 0.5 + 0.25 * (i % 3), 128 + 32 * (i % 4));
        if (i % 2)
            model_choice_set_automatic(choice, true);
        for (int frame = 0; frame < i / 4; frame++) {
            LookoutDetection found[100];
            detect(model_choice_detector(choice, NULL), found);
        }
        model_choice_destroy(choice);
    }
}

typedef struct Asker {
    ModelChoice *choice;
    atomic_int done;
} Asker;

static void *ask_often(void *argument)
{
    Asker *asker = argument;
    Error error;
    NetworkPoint point, points[MODEL_MAX_POINTS];
    unsigned number = 1;
    while (!atomic_load(&asker->done)) {
        number = number * 1664525 + 1013904223;
        int step = number >> 31 ? 1 : -1;
        if (number >> 30 & 1)
            model_choice_step_alpha(asker->choice, step, &point, &error);
        else
            model_choice_step_size(asker->choice, step, &point, &error);
        model_choice_ready(asker->choice, points);
        nap();
    }
    return NULL;
}

static void keys_while_frames_go_on(void **state)
{
    (void)state;
    enum { FRAMES = 150 };
    static LookoutDetection expected[4 * SIZES][100], found[100];
    static int counts[4 * SIZES];
    Asker asker = {.choice = open_choice(models, 0.25, 128, 1)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ask_often, &asker), 0);
    int seen = 0;
    int64_t end = deadline();
    for (int i = 0; i < FRAMES || (__builtin_popcount((unsigned)seen) < 4 && clock_now_ns() < end); i++) {
        NetworkPoint point;
        LookoutDetector *detector = model_choice_detector(asker.choice, &point);
        int index = SIZES * ((int)lround(point.alpha * 4) - 1) + (point.size - 128) / 32;
        if (!(seen & 1 << index))
            counts[index] = detect_alone(point.alpha, point.size, 1, expected[index]);
        seen |= 1 << index;
        int count = detect(detector, found);
        assert_int_equal(count, counts[index]);
        assert_memory_equal(found, expected[index], (size_t)count * sizeof *found);
    }
    atomic_store(&asker.done, 1);
    pthread_join(thread, NULL);
    assert_true(__builtin_popcount((unsigned)seen) >= 4);
    model_choice_destroy(asker.choice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_what_was_asked_for),
        cmocka_unit_test(a_first_model_that_is_missing),
        cmocka_unit_test(steps_make_all_sizes_of_an_alpha),
        cmocka_unit_test(every_point_gives_the_boxes_of_a_fresh_detector),
        cmocka_unit_test(a_size_outside_the_list_is_one_more_step),
        cmocka_unit_test(a_single_file_has_one_alpha),
        cmocka_unit_test(points_outside_the_lists),
        cmocka_unit_test_teardown(missing_weights, remove_files),
        cmocka_unit_test_teardown(broken_weights_can_be_put_right, remove_files),
        cmocka_unit_test_teardown(other_classes_are_refused, remove_files),
        cmocka_unit_test_teardown(a_file_that_lies_about_its_alpha, remove_files),
        cmocka_unit_test_teardown(a_failure_that_is_no_longer_wished_is_not_told, remove_files),
        cmocka_unit_test(destroying_while_it_loads),
        cmocka_unit_test(keys_while_frames_go_on),
    };
    return cmocka_run_group_tests(tests, set_up, remove_folder);
}
