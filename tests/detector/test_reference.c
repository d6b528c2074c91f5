/* Every layer and the head against the plain reference, and a normal plan against one that keeps its
 * layers. */
#include "tests/detector/model_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/detector/reference.h"
#include "tests/support/folder.h"
#include "tests/support/shared.h"

static void compare_layers(const Plan *plan, const Reference *reference, const char *what)
{
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const ReferenceMap *expected = reference_map(reference, i);
        PlanMap map = plan_layer_output(plan, i);
        assert_string_equal(plan_layer(plan, i).name, expected->name);
        assert_int_equal(map.shape.height, expected->height);
        assert_int_equal(map.shape.width, expected->width);
        assert_int_equal(map.shape.channels, expected->channels);
        double tolerance = test_tolerance(expected->rms);
        const double *value = expected->values;
        for (int pixel = 0; pixel < map_pixels(&map.shape); pixel++)
            for (int c = 0; c < map.shape.channels; c++, value++) {
                double got = test_pixel(&map, pixel)[c];
                if (!(fabs(got - *value) <= tolerance)) /* NaN fails */
                    fail_msg("%s: %s at pixel %d, channel %d: %.9g, expected %.9g within %.2g", what,
                             expected->name, pixel, c, got, *value, tolerance);
            }
    }
}

/* One network and picture: the plan of each instruction set against the reference. */
static void check(Reference *reference, const char *path, int size, const uint8_t *rgb, const char *what)
{
    reference_run(reference, size, rgb);
    const char *isas[] = {"c", NULL};
    for (int i = 0; i < 2; i++) {
        /* An engine each, since plans of the same one write over each other's maps. */
        LookoutEngine *engine = test_engine(2, isas[i]), *keeping_engine = test_engine(2, isas[i]);
        LookoutModel *model = test_model(engine, path), *keeping_model = test_model(keeping_engine, path);
        Plan *keeping = test_plan(keeping_model, size, PLAN_KEEP_LAYERS);
        Plan *normal = test_plan(model, size, PLAN_NORMAL);
        char label[256];
        snprintf(label, sizeof label, "%s, size %d, isa %s", what, size, lookout_engine_isa(engine));
        plan_run(keeping, rgb, size * 3);
        compare_layers(keeping, reference, label);
        /* Twice: the second run finds in the buffers what the first one left. */
        for (int run = 0; run < 2; run++) {
            plan_run(normal, rgb, size * 3);
            test_same_heads(normal, keeping, label);
        }
        plan_destroy(keeping);
        plan_destroy(normal);
        lookout_model_destroy(model);
        lookout_model_destroy(keeping_model);
        lookout_engine_destroy(engine);
        lookout_engine_destroy(keeping_engine);
    }
}

static void check_alpha(int alpha)
{
    static const int sizes[] = {320, 288, 256, 224, 192, 160, 128, 96, 352};
    const char *path = test_weights(test_alphas[alpha]);
    Reference *reference = reference_open(path);
    assert_non_null(reference);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t *rgb = test_picture(sizes[i]);
        check(reference, path, sizes[i], rgb, test_alphas[alpha]);
        free(rgb);
    }
    uint8_t *noise = test_noise(128);
    check(reference, path, 128, noise, "noise");
    free(noise);
    reference_close(reference);
}

static void alpha_100(void **state)
{
    (void)state;
    check_alpha(0);
}

static void alpha_075(void **state)
{
    (void)state;
    check_alpha(1);
}

static void alpha_050(void **state)
{
    (void)state;
    check_alpha(2);
}

static void alpha_025(void **state)
{
    (void)state;
    check_alpha(3);
}

/* Widths and head channels that are no multiple of anything, and either padding at every layer. */
static void other_networks(void **state)
{
    assert_int_equal(make_folder(state), 0);
    const char *path = in_folder("random.safetensors");
    static const struct {
        double alpha;
        int classes, size;
        int padding[NETWORK_STRIDED];
    } cases[] = {{0.3, 5, 128, {1, 0, 1, 0, 1, 0, 1}},
                 {0.45, 1, 96, {0, 0, 0, 0, 0, 0, 0}},
                 {0.1, 91, 64, {1, 1, 1, 1, 1, 1, 1}},
                 {0.2, 2, 352, {0, 1, 0, 1, 0, 1, 0}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(test_write_random_weights(path, cases[i].alpha, cases[i].classes, cases[i].padding));
        Reference *reference = reference_open(path);
        assert_non_null(reference);
        uint8_t *noise = test_noise(cases[i].size);
        check(reference, path, cases[i].size, noise, "random weights");
        free(noise);
        reference_close(reference);
    }
    assert_int_equal(remove_folder(state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alpha_025), cmocka_unit_test(alpha_050),      cmocka_unit_test(alpha_075),
        cmocka_unit_test(alpha_100), cmocka_unit_test(other_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
