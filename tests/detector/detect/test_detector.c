/* The public interface: engines, arguments, and detections from pictures of any size. */
#include "tests/detector/model_test.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detector/base/cpu.h"
#include "detector/engine/engine.h"

static void assert_refused(const LookoutError *error, LookoutStatus status, const char *part)
{
    assert_int_equal(error->status, status);
    if (!strstr(error->message, part))
        fail_msg("'%s' does not name '%s'", error->message, part);
}

static void engines_check_their_options(void **state)
{
    (void)state;
    LookoutError error = {0};
    assert_null(lookout_engine_create(&(LookoutEngineOptions){1, "mmx"}, &error));
    assert_refused(&error, LOOKOUT_ERROR_ARGUMENT, "mmx");
    assert_refused(&error, LOOKOUT_ERROR_ARGUMENT, "there are c");
    assert_null(lookout_engine_create(&(LookoutEngineOptions){1, ""}, &error));
    assert_refused(&error, LOOKOUT_ERROR_ARGUMENT, "isa ''");
    assert_null(lookout_engine_create(&(LookoutEngineOptions){-1, NULL}, &error));
    assert_refused(&error, LOOKOUT_ERROR_ARGUMENT, "threads -1");
    assert_null(lookout_engine_create(&(LookoutEngineOptions){LOOKOUT_MAX_THREADS + 1, NULL}, NULL));

    assert_int_equal(setenv("LOOKOUT_ISA", "3dnow", 1), 0);
    assert_null(lookout_engine_create(NULL, &error));
    assert_refused(&error, LOOKOUT_ERROR_ARGUMENT, "LOOKOUT_ISA");
    assert_int_equal(setenv("LOOKOUT_ISA", "c", 1), 0);
    LookoutEngine *engine = lookout_engine_create(NULL, &error);
    assert_non_null(engine);
    assert_string_equal(lookout_engine_isa(engine), "c");
    assert_int_equal(lookout_engine_threads(engine),
                     cpu_cores() < LOOKOUT_MAX_THREADS ? cpu_cores() : LOOKOUT_MAX_THREADS);
    lookout_engine_destroy(engine);
    assert_int_equal(setenv("LOOKOUT_ISA", "", 1), 0); /* as a shell empties it for one command */
    engine = lookout_engine_create(NULL, &error);
    assert_non_null(engine);
    lookout_engine_destroy(engine);
    unsetenv("LOOKOUT_ISA");
    lookout_engine_destroy(NULL);
}

static void every_isa_of_this_cpu_works(void **state)
{
    (void)state;
    assert_string_equal(lookout_isa_names()[0], "c");
    int usable = 0;
    for (const char *const *name = lookout_isa_names(); *name; name++) {
        LookoutError error = {0};
        LookoutEngine *engine = lookout_engine_create(&(LookoutEngineOptions){2, *name}, &error);
        if (!engine) {
            assert_refused(&error, LOOKOUT_ERROR_ARGUMENT, "this CPU lacks it");
            continue;
        }
        usable++;
        assert_string_equal(lookout_engine_isa(engine), *name);
        double one = lookout_engine_peak_gflops(engine, 1), two = lookout_engine_peak_gflops(engine, 2);
        assert_true(one > 0.01 && one < 10000);
        assert_true(two > 0.01 && two < 10000);
        assert_true(lookout_engine_peak_gflops(engine, 1000) > 0.01);
        lookout_engine_destroy(engine);
    }
    assert_true(usable >= 1);
}

typedef struct Fixture {
    LookoutEngine *engine;
    LookoutModel *model;
    LookoutDetector *detector;
    uint8_t *rgb; /* 128 x 128 */
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture)
        return -1;
    fixture->engine = test_engine(2, NULL);
    fixture->model = test_model(fixture->engine, test_weights("0.25"));
    fixture->detector = lookout_detector_create(fixture->model, 128, NULL);
    fixture->rgb = test_picture(128);
    *state = fixture;
    return fixture->detector ? 0 : -1;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    lookout_detector_destroy(fixture->detector);
    lookout_model_destroy(fixture->model);
    lookout_engine_destroy(fixture->engine);
    free(fixture->rgb);
    free(fixture);
    return 0;
}

static void sizes_are_checked(void **state)
{
    Fixture *fixture = *state;
    static const int bad[] = {-32, 0, 1, 32, 100, 225, 544, 1 << 30};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        LookoutError error = {0};
        assert_null(lookout_detector_create(fixture->model, bad[i], &error));
        assert_refused(&error, LOOKOUT_ERROR_ARGUMENT, "expected 224, 192, 160, 128, 256, 288 or 320");
    }
    for (int size = LOOKOUT_MIN_SIZE; size <= LOOKOUT_MAX_SIZE; size += LOOKOUT_SIZE_STEP) {
        LookoutDetector *detector = lookout_detector_create(fixture->model, size, NULL);
        assert_non_null(detector);
        assert_int_equal(lookout_detector_size(detector), size);
        assert_true(lookout_anchor_count(detector) > 0);
        lookout_detector_destroy(detector);
    }
    lookout_detector_destroy(NULL);
    lookout_model_destroy(NULL);
}

static void arguments_are_checked(void **state)
{
    Fixture *fixture = *state;
    enum { TOO_LARGE = LOOKOUT_MAX_IMAGE_SIDE + 1 };
    const LookoutImage good = {fixture->rgb, 128, 128, 128 * 3};
    const LookoutImage images[] = {
        {fixture->rgb, 0, 128, 384},
        {fixture->rgb, 128, -1, 384},
        {fixture->rgb, TOO_LARGE, 1, TOO_LARGE * 3},
        {fixture->rgb, 1, TOO_LARGE, TOO_LARGE},
        {NULL, 128, 128, 384},
        {fixture->rgb, 128, 128, 383},
        {fixture->rgb, 128, 128, -128 * 3},
    };
    const char *const image_parts[] = {"0x128",          "128x-1", "16385x1", "1x16385",
                                       "without pixels", "383",    "-384"};
    LookoutSettings defaults = lookout_default_settings();
    LookoutResult result = {.count = -5};
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        LookoutError error = {0};
        assert_int_equal(lookout_detect(fixture->detector, &images[i], &defaults, &result, &error),
                         LOOKOUT_ERROR_ARGUMENT);
        assert_refused(&error, LOOKOUT_ERROR_ARGUMENT, image_parts[i]);
    }

    float nan = __builtin_nanf("");
    const struct {
        LookoutSettings settings;
        const char *part;
    } cases[] = {
        {{.threshold = -0.1f, .nms_iou = 0.5f, .max_detections = 1}, "threshold"},
        {{.threshold = 1.1f, .nms_iou = 0.5f, .max_detections = 1}, "threshold"},
        {{.threshold = nan, .nms_iou = 0.5f, .max_detections = 1}, "threshold"},
        {{.threshold = 0.5f, .nms_iou = -1, .max_detections = 1}, "nms"},
        {{.threshold = 0.5f, .nms_iou = nan, .max_detections = 1}, "nms"},
        {{.threshold = 0.5f, .nms_iou = 0.5f, .max_detections = 0}, "max-detections"},
        {{.threshold = 0.5f, .nms_iou = 0.5f, .max_detections = LOOKOUT_MAX_DETECTIONS + 1},
         "max-detections"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        LookoutError error = {0};
        assert_int_equal(lookout_detect(fixture->detector, &good, &cases[i].settings, &result, &error),
                         LOOKOUT_ERROR_ARGUMENT);
        assert_refused(&error, LOOKOUT_ERROR_ARGUMENT, cases[i].part);
    }
    assert_int_equal(result.count, -5);
    assert_int_equal(lookout_detect(fixture->detector, &good, &defaults, &result, NULL), LOOKOUT_OK);
    assert_true(result.count >= 0);
}

static void assert_sane(const LookoutResult *result, int classes, int anchors, float threshold)
{
    for (int i = 0; i < result->count; i++) {
        const LookoutDetection *d = &result->detections[i];
        assert_true(d->x1 >= 0 && d->x1 < d->x2 && d->x2 <= 1);
        assert_true(d->y1 >= 0 && d->y1 < d->y2 && d->y2 <= 1);
        assert_true(d->score >= threshold && d->score <= 1);
        assert_true(i == 0 || d->score <= result->detections[i - 1].score);
        assert_true(d->class_index >= 0 && d->class_index < classes);
        assert_true(d->anchor >= 0 && d->anchor < anchors);
    }
}

/* A picture magnified by a whole number is the same picture to the averaging resize. */
static void larger_pictures_give_the_same(void **state)
{
    Fixture *fixture = *state;
    enum { SIZE = 128, ZOOM = 3, STRIDE = SIZE * ZOOM * 3 + 5 };
    uint8_t *zoomed = malloc((size_t)SIZE * ZOOM * STRIDE);
    assert_non_null(zoomed);
    for (int y = 0; y < SIZE * ZOOM; y++)
        for (int x = 0; x < SIZE * ZOOM; x++)
            memcpy(zoomed + y * STRIDE + x * 3, fixture->rgb + (y / ZOOM * SIZE + x / ZOOM) * 3, 3);

    LookoutSettings settings = {
        .threshold = 0.01f, .nms_iou = 0.5f, .max_detections = LOOKOUT_MAX_DETECTIONS};
    LookoutImage image = {fixture->rgb, SIZE, SIZE, SIZE * 3};
    LookoutResult result;
    assert_int_equal(lookout_detect(fixture->detector, &image, &settings, &result, NULL), LOOKOUT_OK);
    assert_true(result.count > 0);
    assert_true(result.inference_ms > 0);
    assert_true(result.resize_ms == 0);
    assert_sane(&result, lookout_model_info(fixture->model)->class_count,
                lookout_anchor_count(fixture->detector), settings.threshold);
    LookoutDetection *expected = malloc((size_t)result.count * sizeof *expected);
    assert_non_null(expected);
    memcpy(expected, result.detections, (size_t)result.count * sizeof *expected);
    int count = result.count;

    LookoutImage larger = {zoomed, SIZE * ZOOM, SIZE * ZOOM, STRIDE};
    assert_int_equal(lookout_detect(fixture->detector, &larger, &settings, &result, NULL), LOOKOUT_OK);
    assert_true(result.resize_ms > 0);
    assert_int_equal(result.count, count);
    assert_memory_equal(result.detections, expected, (size_t)count * sizeof *expected);
    free(expected);
    free(zoomed);
}

static void profile_adds_up(void **state)
{
    Fixture *fixture = *state;
    LookoutImage image = {fixture->rgb, 128, 128, 128 * 3};
    LookoutSettings settings = lookout_default_settings();
    LookoutResult result;
    double most = 0; /* of the inference is accounted for; other programs may come between two layers */
    for (int frame = 0; frame < 20; frame++) {
        int on = frame > 0;
        lookout_set_profiling(fixture->detector, on);
        assert_int_equal(lookout_detect(fixture->detector, &image, &settings, &result, NULL), LOOKOUT_OK);
        double sum = 0;
        for (int i = 0; i < lookout_layer_count(fixture->detector); i++) {
            LookoutLayer layer = lookout_layer(fixture->detector, i);
            assert_true(layer.last_ms >= 0);
            assert_true(!layer.fused || layer.last_ms == 0);
            assert_true(!on || layer.kind != LOOKOUT_LAYER_POINTWISE || layer.last_ms > 0);
            sum += layer.last_ms;
        }
        assert_true(on ? sum <= result.inference_ms : sum == 0);
        most = fmax(most, sum / result.inference_ms);
    }
    assert_true(most > 0.5);
    lookout_set_profiling(fixture->detector, 0);
}

enum { ALL_SIZES = 7, ALL_DETECTORS = ALPHAS * ALL_SIZES };
static const int all_sizes[ALL_SIZES] = {128, 160, 192, 224, 256, 288, 320};

/* What a detector finds in the fixture's picture: all fields of the detections, copied. */
typedef struct Found {
    int count;
    LookoutDetection detections[LOOKOUT_MAX_DETECTIONS];
} Found;

static void detect(const Fixture *fixture, LookoutDetector *detector, Found *found)
{
    const LookoutImage image = {fixture->rgb, 128, 128, 128 * 3};
    const LookoutSettings settings = {
        .threshold = 0, .nms_iou = 0.5f, .max_detections = LOOKOUT_MAX_DETECTIONS};
    LookoutResult result;
    assert_int_equal(lookout_detect(detector, &image, &settings, &result, NULL), LOOKOUT_OK);
    found->count = result.count;
    memcpy(found->detections, result.detections, (size_t)result.count * sizeof *result.detections);
}

static void assert_same(const Found *a, const Found *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->detections, b->detections, (size_t)a->count * sizeof *a->detections);
}

/* Of a detector that has an engine to itself. Returns the engine's working memory. */
static size_t detect_alone(const Fixture *fixture, const char *alpha, int size, Found *found)
{
    LookoutEngine *engine = test_engine(2, NULL);
    LookoutModel *model = test_model(engine, test_weights(alpha));
    LookoutDetector *detector = lookout_detector_create(model, size, NULL);
    assert_non_null(detector);
    detect(fixture, detector, found);
    const size_t bytes = arena_bytes(engine->arena);
    lookout_detector_destroy(detector);
    lookout_model_destroy(model);
    lookout_engine_destroy(engine);
    return bytes;
}

/* Every width and size on one engine, in turn: all find what they find alone, in no more working memory than
 * the largest one needs. */
static void detectors_share_an_engine(void **state)
{
    Fixture *fixture = *state;
    LookoutEngine *engine = test_engine(2, NULL);
    LookoutModel *models[ALPHAS];
    LookoutDetector *detectors[ALL_DETECTORS];
    Found *alone = calloc(ALL_DETECTORS, sizeof *alone), *together = calloc(1, sizeof *together);
    assert_non_null(alone);
    assert_non_null(together);
    size_t most = 0;
    for (int a = 0; a < ALPHAS; a++) {
        models[a] = test_model(engine, test_weights(test_alphas[a]));
        for (int s = 0; s < ALL_SIZES; s++) {
            const int i = a * ALL_SIZES + s;
            const size_t bytes = detect_alone(fixture, test_alphas[a], all_sizes[s], &alone[i]);
            assert_true(alone[i].count > 0);
            most = bytes > most ? bytes : most;
            detectors[i] = lookout_detector_create(models[a], all_sizes[s], NULL);
            assert_non_null(detectors[i]);
        }
    }
    assert_int_equal(arena_bytes(engine->arena), most);
    for (int i = 0; i < 2 * ALL_DETECTORS; i++) {
        const int next = i * 11 % ALL_DETECTORS; /* in another order than they were created */
        detect(fixture, detectors[next], together);
        assert_same(together, &alone[next]);
    }
    for (int i = 0; i < ALL_DETECTORS; i++)
        lookout_detector_destroy(detectors[i]);
    for (int a = 0; a < ALPHAS; a++)
        lookout_model_destroy(models[a]);
    lookout_engine_destroy(engine);
    free(together);
    free(alone);
}

typedef struct Creation {
    const LookoutModel *model;
    int created;
    atomic_bool done;
} Creation;

static void *create_larger_detectors(void *argument)
{
    Creation *creation = argument;
    for (int size = LOOKOUT_MIN_SIZE; size <= LOOKOUT_MAX_SIZE; size += LOOKOUT_SIZE_STEP) {
        LookoutDetector *detector = lookout_detector_create(creation->model, size, NULL);
        creation->created += detector != NULL;
        lookout_detector_destroy(detector);
    }
    atomic_store(&creation->done, true);
    return NULL;
}

/* The working memory grows under a detector that runs. */
static void detectors_are_created_during_detections(void **state)
{
    Fixture *fixture = *state;
    LookoutEngine *engine = test_engine(2, NULL);
    LookoutModel *model = test_model(engine, test_weights("1.00"));
    LookoutDetector *detector = lookout_detector_create(model, 128, NULL);
    assert_non_null(detector);
    Found expected, found;
    detect(fixture, detector, &expected);
    Creation creation = {.model = model};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, create_larger_detectors, &creation), 0);
    for (int runs = 0; runs < 10 || !atomic_load(&creation.done); runs++) {
        detect(fixture, detector, &found);
        assert_same(&found, &expected);
    }
    pthread_join(thread, NULL);
    assert_int_equal(creation.created, (LOOKOUT_MAX_SIZE - LOOKOUT_MIN_SIZE) / LOOKOUT_SIZE_STEP + 1);
    lookout_detector_destroy(detector);
    lookout_model_destroy(model);
    lookout_engine_destroy(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines_check_their_options),
        cmocka_unit_test(every_isa_of_this_cpu_works),
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(larger_pictures_give_the_same),
        cmocka_unit_test(profile_adds_up),
        cmocka_unit_test(detectors_share_an_engine),
        cmocka_unit_test(detectors_are_created_during_detections),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
