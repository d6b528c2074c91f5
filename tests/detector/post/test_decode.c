#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "detector/post/decode.h"
#include "detector/post/nms.h"
#include "tests/support/networks.h"

/* ---- a head in one piece: [anchors][classes + 4] ------------------------------------------------ */

static void head_levels(const float *head, const Network *network, int size,
                        DecodeLevel levels[NETWORK_LEVELS])
{
    for (int i = 0; i < NETWORK_LEVELS; i++) {
        int anchors = network->anchors[i].count;
        int cells = anchors_cells(i, size), stride = anchors * (network->class_count + 4);
        levels[i] = (DecodeLevel){.data = head, .cells = cells, .anchors = anchors, .pixel_stride = stride};
        head += cells * cells * stride;
    }
}

/* A head whose logits are all far below any threshold and whose boxes are the anchors. */
static float *empty_head(const Network *network, int size)
{
    size_t row = (size_t)network->class_count + 4;
    float *head = calloc((size_t)anchors_count(network, size) * row, sizeof *head);
    assert_non_null(head);
    for (int i = 0; i < anchors_count(network, size); i++)
        for (int k = 0; k < network->class_count; k++)
            head[(size_t)i * row + (size_t)k] = -100;
    return head;
}

static int run(Decoder *decoder, const float *head, const Network *network, int size,
               const LookoutSettings *settings, const LookoutDetection **detections)
{
    DecodeLevel levels[NETWORK_LEVELS];
    head_levels(head, network, size, levels);
    return decoder_run(decoder, levels, settings, detections);
}

static const LookoutSettings defaults = {.threshold = 0.3f, .nms_iou = 0.5f, .max_detections = 100};

/* ---- golden lists --------------------------------------------------------------------------------- */

static double number(const json_t *array, size_t index)
{
    return json_number_value(json_array_get(array, index));
}

/* head: file of raw outputs; list: file with a "detections" object. */
static void check_golden(const Network *network, const char *head_file, const char *list_file, int size)
{
    size_t bytes = 0, list_bytes = 0;
    float *head = shared_bytes(head_file, &bytes);
    char *text = shared_bytes(list_file, &list_bytes);
    assert_non_null(head);
    assert_non_null(text);
    assert_int_equal(bytes, (size_t)anchors_count(network, size) * 36 * sizeof(float));
    json_t *root = json_loadb(text, list_bytes, 0, NULL);
    const json_t *golden = json_object_get(root, "detections"), *list = json_object_get(golden, "list");
    assert_true(json_array_size(list) > 0);

    LookoutSettings settings = defaults;
    settings.threshold = (float)json_number_value(json_object_get(golden, "threshold"));
    Decoder *decoder = decoder_create(network, size, NULL);
    const LookoutDetection *detections;
    int count = run(decoder, head, network, size, &settings, &detections);
    assert_int_equal(count, json_array_size(list));
    for (int i = 0; i < count; i++) {
        const json_t *expected = json_array_get(list, (size_t)i);
        const json_t *box = json_object_get(expected, "box");
        assert_int_equal(detections[i].anchor, json_integer_value(json_object_get(expected, "anchor")));
        assert_int_equal(detections[i].class_index, json_integer_value(json_object_get(expected, "cls")));
        assert_true(fabs(detections[i].score - json_number_value(json_object_get(expected, "score"))) <=
                    1e-5);
        assert_true(fabs(detections[i].x1 - number(box, 0)) <= 1e-5);
        assert_true(fabs(detections[i].y1 - number(box, 1)) <= 1e-5);
        assert_true(fabs(detections[i].x2 - number(box, 2)) <= 1e-5);
        assert_true(fabs(detections[i].y2 - number(box, 3)) <= 1e-5);
    }
    decoder_destroy(decoder);
    json_decref(root);
    free(text);
    free(head);
}

static void golden_heads(void **state)
{
    (void)state;
    if (!have_golden())
        skip();
    static const char *const alphas[] = {"1.00", "0.75", "0.50", "0.25"};
    const Network network = golden_network();
    for (int size = 128; size <= 224; size += 32) {
        char head[64], list[64];
        for (int i = 0; i < 4; i++) {
            snprintf(head, sizeof head, "weights-2/golden/head-%s-%d.f32", alphas[i], size);
            snprintf(list, sizeof list, "weights-2/golden/golden-%s-%d.json", alphas[i], size);
            check_golden(&network, head, list, size);
        }
        snprintf(head, sizeof head, "weights-2/golden/head-random-%d.f32", size);
        snprintf(list, sizeof list, "weights-2/golden/detections-random-%d.json", size);
        check_golden(&network, head, list, size);
    }
}

/* ---- a plain reference in double ------------------------------------------------------------------- */

typedef struct Pair {
    double logit, box[4];
    int anchor, class_index;
} Pair;

static int compare_pairs(const void *left, const void *right)
{
    const Pair *a = left, *b = right;
    if (a->logit != b->logit)
        return a->logit > b->logit ? -1 : 1;
    if (a->anchor != b->anchor)
        return a->anchor - b->anchor;
    return a->class_index - b->class_index;
}

static double reference_iou(const double *a, const double *b)
{
    double width = fmin(a[2], b[2]) - fmax(a[0], b[0]), height = fmin(a[3], b[3]) - fmax(a[1], b[1]);
    double both = fmax(width, 0) * fmax(height, 0);
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}

static double clip(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

/* Every pair in a list, sorted whole. Returns the number of pairs left in *pairs, which the caller frees. */
static int reference(const float *head, const Network *network, int size, const LookoutSettings *settings,
                     Pair **pairs)
{
    const int classes = network->class_count;
    int anchor_count = anchors_count(network, size), count = 0, kept = 0;
    Anchor *anchors = malloc((size_t)anchor_count * sizeof *anchors);
    Pair *list = malloc((size_t)anchor_count * (size_t)classes * sizeof *list);
    assert_non_null(anchors);
    assert_non_null(list);
    anchors_fill(network, size, anchors);
    double limit = log(settings->threshold / (1.0 - settings->threshold));
    for (int i = 0; i < anchor_count; i++) {
        const float *row = head + (size_t)i * ((size_t)classes + 4), *deltas = row + classes;
        double cx = anchors[i].cx + 0.1 * deltas[0] * anchors[i].width;
        double cy = anchors[i].cy + 0.1 * deltas[1] * anchors[i].height;
        double width = anchors[i].width * exp(clip(0.2 * deltas[2], -4, 4));
        double height = anchors[i].height * exp(clip(0.2 * deltas[3], -4, 4));
        Pair pair = {.anchor = i,
                     .box = {clip(cx - width / 2, 0, 1), clip(cy - height / 2, 0, 1),
                             clip(cx + width / 2, 0, 1), clip(cy + height / 2, 0, 1)}};
        if (pair.box[0] >= pair.box[2] || pair.box[1] >= pair.box[3])
            continue;
        for (int k = 0; k < classes; k++) {
            pair.logit = row[k];
            pair.class_index = k;
            if (pair.logit > limit && (!settings->classes || settings->classes[k]))
                list[count++] = pair;
        }
    }
    qsort(list, (size_t)count, sizeof *list, compare_pairs);
    if (count > LOOKOUT_MAX_DETECTIONS)
        count = LOOKOUT_MAX_DETECTIONS;
    for (int i = 0; i < count; i++) {
        int drop = 0;
        for (int k = 0; k < kept; k++)
            drop |= list[k].class_index == list[i].class_index &&
                    reference_iou(list[k].box, list[i].box) > settings->nms_iou;
        if (!drop)
            list[kept++] = list[i];
    }
    free(anchors);
    *pairs = list;
    return kept < settings->max_detections ? kept : settings->max_detections;
}

static void compare_with_reference(Decoder *decoder, const float *head, const Network *network, int size,
                                   const LookoutSettings *settings)
{
    Pair *expected;
    int expected_count = reference(head, network, size, settings, &expected);
    const LookoutDetection *detections;
    assert_int_equal(run(decoder, head, network, size, settings, &detections), expected_count);
    for (int i = 0; i < expected_count; i++) {
        assert_int_equal(detections[i].anchor, expected[i].anchor);
        assert_int_equal(detections[i].class_index, expected[i].class_index);
        assert_true(fabs(detections[i].score - 1 / (1 + exp(-expected[i].logit))) <= 1e-6);
        assert_true(fabs(detections[i].x1 - expected[i].box[0]) <= 1e-6);
        assert_true(fabs(detections[i].y1 - expected[i].box[1]) <= 1e-6);
        assert_true(fabs(detections[i].x2 - expected[i].box[2]) <= 1e-6);
        assert_true(fabs(detections[i].y2 - expected[i].box[3]) <= 1e-6);
    }
    free(expected);
}

/* steps: logits are rounded to multiples of 1/steps, so that many are equal. */
static float *random_head(uint64_t *seed, const Network *network, int size, double steps)
{
    const size_t classes = (size_t)network->class_count;
    size_t count = (size_t)anchors_count(network, size) * (classes + 4);
    float *head = malloc(count * sizeof *head);
    assert_non_null(head);
    for (size_t i = 0; i < count; i++) {
        int is_logit = i % (classes + 4) < classes;
        double value = random_unit(seed) * 16 - 13;
        head[i] = (float)(is_logit ? round(value * steps) / steps : random_unit(seed) * 60 - 30);
    }
    return head;
}

static void random_heads(void **state)
{
    (void)state;
    static const struct {
        int size, classes;
    } shapes[] = {{64, 1}, {96, 7}, {128, 32}, {224, 32}, {352, 3}, {512, 80}};
    static const float thresholds[] = {0, 0.001f, 0.3f, 0.5f, 0.9f, 1};
    uint64_t seed = 1;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const Network network = s % 2 ? uneven_network(shapes[s].classes) : usual_network(shapes[s].classes);
        Decoder *decoder = decoder_create(&network, shapes[s].size, NULL);
        for (int round = 0; round < 6; round++) {
            float *head = random_head(&seed, &network, shapes[s].size, round % 2 ? 4 : 1e6);
            uint8_t wanted[80] = {0};
            for (int k = 0; k < shapes[s].classes; k++)
                wanted[k] = k % 3 != 1;
            LookoutSettings settings = {.threshold = thresholds[round],
                                        .nms_iou = round < 3 ? 0.5f : 0.3f,
                                        .max_detections = round % 3 ? LOOKOUT_MAX_DETECTIONS : 20,
                                        .classes = round == 4 ? wanted : NULL};
            compare_with_reference(decoder, head, &network, shapes[s].size, &settings);
            free(head);
        }
        decoder_destroy(decoder);
    }
}

/* ---- made by hand -------------------------------------------------------------------------------- */

#define SIZE 128
#define CLASSES 5
#define ROW (CLASSES + 4)

typedef struct Fixture {
    Network network;
    Decoder *decoder;
    float *head;
} Fixture;

static int setup(void **state)
{
    static Fixture fixture;
    fixture.network = usual_network(CLASSES);
    fixture.decoder = decoder_create(&fixture.network, SIZE, NULL);
    fixture.head = empty_head(&fixture.network, SIZE);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    Fixture *fixture = *state;
    decoder_destroy(fixture->decoder);
    free(fixture->head);
    return 0;
}

static void set_logit(Fixture *fixture, int anchor, int class_index, float logit)
{
    fixture->head[anchor * ROW + class_index] = logit;
}

static float *deltas(Fixture *fixture, int anchor)
{
    return fixture->head + anchor * ROW + CLASSES;
}

static int decode(Fixture *fixture, const LookoutSettings *settings, const LookoutDetection **detections)
{
    return run(fixture->decoder, fixture->head, &fixture->network, SIZE, settings, detections);
}

static void nothing(void **state)
{
    const LookoutDetection *found;
    assert_int_equal(decode(*state, &defaults, &found), 0);
}

static void equal_logits_go_by_anchor_then_class(void **state)
{
    const LookoutDetection *found;
    set_logit(*state, 700, 3, 1);
    set_logit(*state, 700, 1, 1);
    set_logit(*state, 20, 4, 1);
    set_logit(*state, 1000, 0, 1.5f);
    assert_int_equal(decode(*state, &defaults, &found), 4);
    static const int anchors[] = {1000, 20, 700, 700}, classes[] = {0, 4, 1, 3};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(found[i].anchor, anchors[i]);
        assert_int_equal(found[i].class_index, classes[i]);
    }
    assert_true(fabs(found[0].score - 1 / (1 + exp(-1.5))) < 1e-6);
}

static void threshold_is_strict(void **state)
{
    const LookoutDetection *found;
    LookoutSettings settings = defaults;
    settings.threshold = 0.5f; /* logit 0 */
    set_logit(*state, 100, 0, 0);
    set_logit(*state, 400, 0, -0.0f);
    assert_int_equal(decode(*state, &settings, &found), 0);
    set_logit(*state, 400, 0, -100);
    set_logit(*state, 100, 1, 1e-30f); /* beside the one that is equal */
    assert_int_equal(decode(*state, &settings, &found), 1);
    assert_int_equal(found[0].class_index, 1);
    set_logit(*state, 100, 1, -100);

    /* the floats around ln(t / (1 - t)) of a threshold whose logit no float equals */
    settings.threshold = 0.3f;
    double limit = log(settings.threshold / (1.0 - settings.threshold));
    float below = (float)limit, above;
    if (below > limit)
        below = nextafterf(below, -INFINITY);
    above = nextafterf(below, INFINITY);
    set_logit(*state, 100, 0, below);
    assert_int_equal(decode(*state, &settings, &found), 0);
    set_logit(*state, 100, 0, above);
    assert_int_equal(decode(*state, &settings, &found), 1);
}

static void threshold_0_keeps_all_and_1_none(void **state)
{
    const LookoutDetection *found;
    LookoutSettings settings = defaults;
    settings.threshold = 0;
    settings.nms_iou = 1;
    settings.max_detections = LOOKOUT_MAX_DETECTIONS;
    assert_int_equal(decode(*state, &settings, &found), LOOKOUT_MAX_DETECTIONS); /* all logits are -100 */
    assert_int_equal(found[299].anchor, 299 / CLASSES);
    assert_int_equal(found[299].class_index, 299 % CLASSES);
    settings.threshold = 1;
    set_logit(*state, 3, 1, 1e30f);
    assert_int_equal(decode(*state, &settings, &found), 0);
}

static void classes_left_out_never_enter(void **state)
{
    Fixture *fixture = *state;
    const LookoutDetection *found;
    static const uint8_t wanted[CLASSES] = {0, 1, 0, 0, 1};
    LookoutSettings settings = defaults;
    settings.classes = wanted;
    settings.max_detections = LOOKOUT_MAX_DETECTIONS;
    /* 1278 unwanted ones, all better, must not take the 300 places */
    for (int i = 0; i < anchors_count(&fixture->network, SIZE); i++)
        set_logit(*state, i, 2, 8);
    set_logit(*state, 300, 1, 1);
    set_logit(*state, 1200, 4, 2);
    assert_int_equal(decode(*state, &settings, &found), 2);
    assert_int_equal(found[0].anchor, 1200);
    assert_int_equal(found[1].anchor, 300);
}

static void max_detections_cuts_the_end(void **state)
{
    const LookoutDetection *found;
    LookoutSettings settings = defaults;
    settings.max_detections = 2;
    set_logit(*state, 10, 0, 1);
    set_logit(*state, 400, 0, 3);
    set_logit(*state, 700, 0, 2);
    assert_int_equal(decode(*state, &settings, &found), 2);
    assert_int_equal(found[0].anchor, 400);
    assert_int_equal(found[1].anchor, 700);
}

static void what_is_not_a_number_is_dropped(void **state)
{
    const LookoutDetection *found;
    set_logit(*state, 10, 0, NAN);
    set_logit(*state, 11, 1, NAN);
    set_logit(*state, 11, 2, 1); /* beside a NaN in the same row */
    for (int i = 0; i < 4; i++) {
        set_logit(*state, 400 + i, 0, 1);
        deltas(*state, 400 + i)[i] = NAN;
    }
    set_logit(*state, 500, 3, INFINITY);
    deltas(*state, 500)[2] = INFINITY; /* the argument of exp is clamped */
    set_logit(*state, 501, 4, 1);
    deltas(*state, 501)[0] = INFINITY;
    LookoutSettings settings = defaults;
    assert_int_equal(decode(*state, &settings, &found), 2);
    assert_int_equal(found[0].anchor, 500);
    assert_true(found[0].score == 1);
    assert_true(found[0].x1 == 0 && found[0].x2 == 1);
    assert_int_equal(found[1].anchor, 11);
    settings.threshold = 0;
    settings.max_detections = LOOKOUT_MAX_DETECTIONS;
    int count = decode(*state, &settings, &found);
    for (int i = 0; i < count; i++)
        assert_false(isnan(found[i].score));
}

static void boxes_beside_the_picture_take_no_place(void **state)
{
    const LookoutDetection *found;
    /* 1000 good logits whose boxes lie left of the picture, then one below it, then a visible one */
    for (int i = 0; i < 1000; i++) {
        set_logit(*state, i, 0, 5);
        deltas(*state, i)[0] = -2000;
    }
    set_logit(*state, 1100, 0, 4);
    deltas(*state, 1100)[1] = 2000;
    set_logit(*state, 1150, 0, 3);
    assert_int_equal(decode(*state, &defaults, &found), 1);
    assert_int_equal(found[0].anchor, 1150);
}

static void only_300_candidates_reach_nms(void **state)
{
    const LookoutDetection *found;
    LookoutSettings settings = defaults;
    settings.max_detections = LOOKOUT_MAX_DETECTIONS;
    /* 300 equal boxes of class 0, the best first in the scan or last, then one of class 1 that comes too
     * late */
    for (int order = 0; order < 2; order++) {
        for (int i = 0; i < 301; i++) {
            float *delta = deltas(*state, i);
            set_logit(*state, i, 0, i == 300 ? -100 : 2 + (order ? 1 : -1) * 0.001f * (float)i);
            delta[2] = delta[3] = 100; /* e^4 times the anchor: the whole picture */
        }
        set_logit(*state, 300, 1, 1);
        assert_int_equal(decode(*state, &settings, &found), 1);
        assert_int_equal(found[0].anchor, order ? 299 : 0);
        /* one candidate less, and it has its place */
        set_logit(*state, 150, 0, -100);
        assert_int_equal(decode(*state, &settings, &found), 2);
        assert_int_equal(found[1].anchor, 300);
    }
}

static void size_is_clamped_and_corners_clipped(void **state)
{
    const LookoutDetection *found;
    int anchor = 3 * (16 * 8 + 8); /* level 1, cell (8, 8): square of 14 pixels around (68, 68) */
    set_logit(*state, anchor, 0, 1);
    float *delta = deltas(*state, anchor);
    delta[2] = -1000;
    delta[3] = 5; /* e */
    assert_int_equal(decode(*state, &defaults, &found), 1);
    assert_true(fabs((found[0].x2 - found[0].x1) * SIZE - 14 * exp(-4)) < 1e-4);
    assert_true(fabs((found[0].y2 - found[0].y1) * SIZE - 14 * exp(1)) < 1e-4);
    assert_true(fabs((found[0].x2 + found[0].x1) / 2 * SIZE - 68) < 1e-4);
    delta[0] = 10;
    delta[1] = -5;
    assert_int_equal(decode(*state, &defaults, &found), 1);
    assert_true(fabs((found[0].x2 + found[0].x1) / 2 * SIZE - (68 + 14)) < 1e-4);
    assert_true(fabs((found[0].y2 + found[0].y1) / 2 * SIZE - (68 - 14 / 2)) < 1e-4);
    delta[0] = 0;
    delta[2] = 1000;
    assert_int_equal(decode(*state, &defaults, &found), 1);
    assert_true(found[0].x1 == 0 && found[0].x2 == 1);
}

static void padding_between_pixels_is_not_read(void **state)
{
    Fixture *fixture = *state;
    DecodeLevel levels[NETWORK_LEVELS];
    float *padded[NETWORK_LEVELS];
    uint64_t seed = 9;
    float *head = random_head(&seed, &fixture->network, SIZE, 1e6);
    head_levels(head, &fixture->network, SIZE, levels);
    for (int i = 0; i < NETWORK_LEVELS; i++) {
        size_t used = (size_t)levels[i].pixel_stride, wide = (used + 15) / 16 * 16 + 16;
        size_t pixels = (size_t)levels[i].cells * (size_t)levels[i].cells;
        padded[i] = malloc(pixels * wide * sizeof(float));
        assert_non_null(padded[i]);
        for (size_t p = 0; p < pixels; p++)
            for (size_t c = 0; c < wide; c++)
                padded[i][p * wide + c] = c < used ? levels[i].data[p * used + c] : 50;
        levels[i].data = padded[i];
        levels[i].pixel_stride = (ptrdiff_t)wide;
    }
    LookoutDetection expected[LOOKOUT_MAX_DETECTIONS];
    const LookoutDetection *found;
    int count = run(fixture->decoder, head, &fixture->network, SIZE, &defaults, &found);
    assert_true(count > 0);
    memcpy(expected, found, sizeof *found * (size_t)count);
    assert_int_equal(decoder_run(fixture->decoder, levels, &defaults, &found), count);
    assert_memory_equal(found, expected, sizeof *found * (size_t)count);
    for (int i = 0; i < NETWORK_LEVELS; i++)
        free(padded[i]);
    free(head);
}

/* ---- non-maximum suppression alone ---------------------------------------------------------------- */

static LookoutDetection box(float x1, float y1, float x2, float y2, int class_index, int anchor)
{
    return (LookoutDetection){
        .x1 = x1, .y1 = y1, .x2 = x2, .y2 = y2, .class_index = class_index, .anchor = anchor};
}

static void iou_equal_to_the_limit_stays(void **state)
{
    (void)state;
    /* intersection 1/8, union 1/4 */
    LookoutDetection equal[] = {box(0, 0, 0.5f, 0.5f, 0, 0), box(0, 0, 0.5f, 0.25f, 0, 1)};
    assert_int_equal(nms_run(equal, 2, 0.5f, 100), 2);
    LookoutDetection above[] = {box(0, 0, 0.5f, 0.5f, 0, 0), box(0, 0, 0.5f, nextafterf(0.25f, 1), 0, 1)};
    assert_int_equal(nms_run(above, 2, 0.5f, 100), 1);
    LookoutDetection same[] = {box(0.1f, 0.2f, 0.3f, 0.7f, 0, 0), box(0.1f, 0.2f, 0.3f, 0.7f, 0, 1)};
    assert_int_equal(nms_run(same, 2, 1, 100), 2);
    assert_int_equal(nms_run(same, 2, 0.999f, 100), 1);
}

static void limit_0_keeps_boxes_that_only_touch(void **state)
{
    (void)state;
    LookoutDetection touch[] = {box(0, 0, 0.5f, 1, 0, 0), box(0.5f, 0, 1, 1, 0, 1)};
    assert_int_equal(nms_run(touch, 2, 0, 100), 2);
    LookoutDetection overlap[] = {box(0, 0, 0.5f, 1, 0, 0), box(0.499f, 0, 1, 1, 0, 1)};
    assert_int_equal(nms_run(overlap, 2, 0, 100), 1);
}

static void a_fallen_box_suppresses_none(void **state)
{
    (void)state;
    /* the first suppresses the second; the third overlaps only the second */
    LookoutDetection chain[] = {box(0, 0, 0.4f, 1, 0, 0), box(0.1f, 0, 0.5f, 1, 0, 1),
                                box(0.2f, 0, 0.6f, 1, 0, 2), box(0, 0, 0.4f, 1, 1, 3)};
    assert_int_equal(nms_run(chain, 4, 0.5f, 100), 3);
    assert_int_equal(chain[0].anchor, 0);
    assert_int_equal(chain[1].anchor, 2);
    assert_int_equal(chain[2].anchor, 3); /* another class */
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_heads),
        cmocka_unit_test(random_heads),
        with_fixture(nothing),
        with_fixture(equal_logits_go_by_anchor_then_class),
        with_fixture(threshold_is_strict),
        with_fixture(threshold_0_keeps_all_and_1_none),
        with_fixture(classes_left_out_never_enter),
        with_fixture(max_detections_cuts_the_end),
        with_fixture(what_is_not_a_number_is_dropped),
        with_fixture(boxes_beside_the_picture_take_no_place),
        with_fixture(only_300_candidates_reach_nms),
        with_fixture(size_is_clamped_and_corners_clipped),
        with_fixture(padding_between_pixels_is_not_read),
        cmocka_unit_test(iou_equal_to_the_limit_stays),
        cmocka_unit_test(limit_0_keeps_boxes_that_only_touch),
        cmocka_unit_test(a_fallen_box_suppresses_none),
    };
    return exit_code(cmocka_run_group_tests(tests, NULL, NULL));
}
