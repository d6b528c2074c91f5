/* Layers and head against what PyTorch computed (../shared/weights-2/golden). */
#include "tests/detector/model_test.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/shared.h"

static json_t *golden_json(const char *alpha, int size)
{
    char name[128];
    snprintf(name, sizeof name, "weights-2/golden/golden-%s-%d.json", alpha, size);
    size_t bytes = 0;
    char *text = shared_bytes(name, &bytes);
    assert_non_null(text);
    json_t *json = json_loadb(text, bytes, 0, NULL);
    free(text);
    assert_non_null(json);
    return json;
}

static void check_layer(const Plan *plan, int index, const json_t *layers, const char *what)
{
    const char *name = plan_layer(plan, index).name;
    const json_t *golden = json_object_get(layers, name);
    if (!golden)
        fail_msg("%s: no golden layer %s", what, name);
    PlanMap map = plan_layer_output(plan, index);
    const int shape[3] = {map.shape.height, map.shape.width, map.shape.channels};
    for (int i = 0; i < 3; i++)
        assert_int_equal(shape[i],
                         json_integer_value(json_array_get(json_object_get(golden, "shape"), (size_t)i)));

    double tolerance = test_tolerance(json_number_value(json_object_get(golden, "rms")));
    const json_t *indices = json_object_get(golden, "index"), *values = json_object_get(golden, "value");
    assert_true(json_array_size(indices) > 0);
    for (size_t i = 0; i < json_array_size(indices); i++) {
        json_int_t flat = json_integer_value(json_array_get(indices, i));
        double expected = json_number_value(json_array_get(values, i));
        double got = test_pixel(&map, (int)(flat / map.shape.channels))[flat % map.shape.channels];
        if (!(fabs(got - expected) <= tolerance))
            fail_msg("%s: %s[%lld]: %.9g, expected %.9g within %.2g", what, name, (long long)flat, got,
                     expected, tolerance);
    }
}

static void check_head(const Plan *plan, const char *alpha, int size, const char *what)
{
    char name[128];
    snprintf(name, sizeof name, "weights-2/golden/head-%s-%d.f32", alpha, size);
    size_t bytes = 0;
    float *golden = shared_bytes(name, &bytes), *next = golden;
    assert_non_null(golden);
    for (int level = 0; level < NETWORK_LEVELS; level++) {
        PlanMap head = plan_head(plan, level);
        size_t count = (size_t)map_pixels(&head.shape) * (size_t)head.shape.channels;
        assert_true((size_t)(next - golden) + count <= bytes / sizeof *golden);
        double squares = 0;
        for (size_t i = 0; i < count; i++)
            squares += (double)next[i] * next[i];
        double tolerance = test_tolerance(sqrt(squares / (double)count));
        for (size_t i = 0; i < count; i++) {
            size_t channels = (size_t)head.shape.channels;
            double got = test_pixel(&head, (int)(i / channels))[i % channels];
            if (!(fabs(got - next[i]) <= tolerance))
                fail_msg("%s: head%d[%zu]: %.9g, expected %.9g within %.2g", what, level + 1, i, got, next[i],
                         tolerance);
        }
        next += count;
    }
    assert_int_equal((next - golden) * (ptrdiff_t)sizeof *golden, bytes);
    free(golden);
}

static void check_isa(const char *isa)
{
    LookoutEngine *engine = test_engine(2, isa);
    for (int a = 0; a < ALPHAS; a++) {
        LookoutModel *model = test_model(engine, test_shared_weights(test_alphas[a]));
        for (int s = 0; s < SIZES; s++) {
            int size = test_sizes[s];
            char what[64];
            snprintf(what, sizeof what, "%s, size %d, isa %s", test_alphas[a], size,
                     lookout_engine_isa(engine));
            Plan *plan = test_plan(model, size, PLAN_KEEP_LAYERS);
            uint8_t *rgb = test_picture(size);
            json_t *golden = golden_json(test_alphas[a], size);
            plan_run(plan, rgb, size * 3);
            for (int i = 0; i < NETWORK_LAYERS; i++)
                check_layer(plan, i, json_object_get(golden, "layers"), what);
            check_head(plan, test_alphas[a], size, what);
            json_decref(golden);
            free(rgb);
            plan_destroy(plan);
        }
        lookout_model_destroy(model);
    }
    lookout_engine_destroy(engine);
}

static void best_isa_agrees(void **state)
{
    (void)state;
    check_isa(NULL);
}

static void c_agrees(void **state)
{
    (void)state;
    check_isa("c");
}

int main(void)
{
    if (!have_golden())
        return exit_code(0);
    const struct CMUnitTest tests[] = {cmocka_unit_test(best_isa_agrees), cmocka_unit_test(c_agrees)};
    return exit_code(cmocka_run_group_tests(tests, NULL, NULL));
}
