/* Properties of the plan: cost, memory, and results that do not depend on the number of threads. */
#include "model_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "detector/plan_memory.h"
#include "tests/unit/shared.h"

/* The specification's tables: millions of multiply-adds by alpha and size, parameters by alpha. */
static const double mult_adds[ALPHAS][SIZES] = {{642.6, 471.5, 328.3, 209.5},
                                                {377.8, 277.1, 193.0, 123.1},
                                                {182.4, 133.8, 93.2, 59.4},
                                                {56.5, 41.4, 28.9, 18.4}};
static const int64_t parameters[ALPHAS] = {4188988, 2461116, 1187132, 367036};

static void costs_are_those_of_the_specification(void **state)
{
    (void)state;
    DetectorEngine *engine = test_engine(1, NULL);
    for (int a = 0; a < ALPHAS; a++) {
        DetectorModel *model = test_model(engine, test_weights(test_alphas[a]));
        assert_int_equal(detector_model_info(model)->parameters, parameters[a]);
        for (int s = 0; s < SIZES; s++) {
            Plan *plan = test_plan(model, test_sizes[s], PLAN_NORMAL);
            int64_t cost = 0, weights = 0;
            for (int i = 0; i < NETWORK_LAYERS; i++) {
                DetectorLayer layer = plan_layer(plan, i);
                cost += layer.mult_adds;
                weights += layer.parameters;
            }
            assert_int_equal(weights, parameters[a]);
            assert_true(fabs((double)cost * 1e-6 - mult_adds[a][s]) <= 0.05);
            plan_destroy(plan);
        }
        detector_model_destroy(model);
    }
    detector_engine_destroy(engine);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    static const int thread_counts[] = {2, 3, 4, 7};
    const char *isas[] = {NULL, "c"};
    for (int i = 0; i < 2; i++)
        for (int a = 0; a < ALPHAS; a++)
            for (int size = 96; size <= 224; size += 128) {
                uint8_t *rgb = test_picture(size);
                DetectorEngine *single = test_engine(1, isas[i]);
                DetectorModel *single_model = test_model(single, test_weights(test_alphas[a]));
                Plan *expected = test_plan(single_model, size, PLAN_NORMAL);
                plan_run(expected, rgb, size * 3);
                for (size_t t = 0; t < sizeof thread_counts / sizeof *thread_counts; t++) {
                    DetectorEngine *engine = test_engine(thread_counts[t], isas[i]);
                    DetectorModel *model = test_model(engine, test_weights(test_alphas[a]));
                    Plan *plan = test_plan(model, size, PLAN_NORMAL);
                    char what[64];
                    snprintf(what, sizeof what, "%s, size %d, %d threads", test_alphas[a], size,
                             thread_counts[t]);
                    for (int run = 0; run < 3; run++) {
                        plan_run(plan, rgb, size * 3);
                        test_same_heads(plan, expected, what);
                    }
                    plan_destroy(plan);
                    detector_model_destroy(model);
                    detector_engine_destroy(engine);
                }
                plan_destroy(expected);
                detector_model_destroy(single_model);
                detector_engine_destroy(single);
                free(rgb);
            }
}

static void strides_do_not_matter(void **state)
{
    (void)state;
    enum { SIZE = 64, STRIDE = SIZE * 3 + 17 };
    uint8_t *rgb = test_noise(SIZE), *padded = malloc(SIZE * STRIDE);
    assert_non_null(padded);
    memset(padded, 0xaa, SIZE * STRIDE);
    for (int y = 0; y < SIZE; y++)
        memcpy(padded + y * STRIDE, rgb + y * SIZE * 3, SIZE * 3);
    DetectorEngine *engine = test_engine(2, NULL);
    DetectorModel *model = test_model(engine, test_weights("0.25"));
    Plan *a = test_plan(model, SIZE, PLAN_NORMAL), *b = test_plan(model, SIZE, PLAN_NORMAL);
    plan_run(a, rgb, SIZE * 3);
    plan_run(b, padded, STRIDE);
    test_same_heads(a, b, "padded rows");
    plan_destroy(a);
    plan_destroy(b);
    detector_model_destroy(model);
    detector_engine_destroy(engine);
    free(rgb);
    free(padded);
}

static void buffers_are_reused(void **state)
{
    (void)state;
    DetectorEngine *engine = test_engine(2, NULL);
    DetectorModel *model = test_model(engine, test_weights("1.00"));
    Plan *normal = test_plan(model, 224, PLAN_NORMAL), *keeping = test_plan(model, 224, PLAN_KEEP_LAYERS);
    /* The two largest maps that live together are conv0's and block1's: 1.6 + 3.2 MB; the heads' come on top.
     */
    assert_true(plan_arena_bytes(normal) < 6000000);
    assert_true(plan_arena_bytes(keeping) > 3 * plan_arena_bytes(normal));
    plan_destroy(normal);
    plan_destroy(keeping);
    detector_model_destroy(model);
    detector_engine_destroy(engine);
}

static void buffers_that_live_together_lie_apart(void **state)
{
    (void)state;
    enum { COUNT = 30 };
    uint64_t random = 3;
    for (int round = 0; round < 200; round++) {
        PlanBuffer buffers[COUNT];
        size_t all = 0;
        for (int i = 0; i < COUNT; i++) {
            int first = (int)(20 * random_unit(&random)), length = (int)(5 * random_unit(&random));
            buffers[i] = (PlanBuffer){.bytes = (size_t)(1000 * random_unit(&random)), .first = first};
            buffers[i].last = i % 7 == 0 ? PLAN_MEMORY_FOREVER : first + length;
            all += buffers[i].bytes + 64;
        }
        size_t arena = plan_memory_place(buffers, COUNT, 64);
        assert_true(arena < all);
        for (int i = 0; i < COUNT; i++) {
            assert_int_equal(buffers[i].offset % 64, 0);
            assert_true(buffers[i].offset + buffers[i].bytes <= arena);
            for (int j = 0; j < i; j++) {
                int together = buffers[i].first <= buffers[j].last && buffers[j].first <= buffers[i].last;
                int apart = buffers[i].offset + buffers[i].bytes <= buffers[j].offset ||
                            buffers[j].offset + buffers[j].bytes <= buffers[i].offset;
                assert_true(!together || apart);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_are_those_of_the_specification),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(strides_do_not_matter),
        cmocka_unit_test(buffers_are_reused),
        cmocka_unit_test(buffers_that_live_together_lie_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
