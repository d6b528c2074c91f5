/* Properties of the plan: cost, memory, and results that do not depend on the number of threads. */
#include "tests/detector/model_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "detector/base/cpu.h"
#include "detector/plan/plan_memory.h"
#include "tests/support/shared.h"

/* The specification's tables: parameters by alpha, millions of multiply-adds by alpha and size. */
static const int64_t parameters[ALPHAS] = {5551308, 3237132, 1540684, 461964};
static const struct {
    int alpha, size;
    double mult_adds;
} costs[] = {
    {0, 224, 661.1}, {0, 192, 482.3}, {0, 160, 339.1}, {0, 128, 214.1}, {1, 224, 388.3}, {1, 192, 283.3},
    {1, 160, 199.2}, {1, 128, 125.8}, {2, 224, 187.2}, {2, 192, 136.6}, {2, 160, 96.0},  {2, 128, 60.6},
    {3, 224, 57.8},  {3, 192, 42.2},  {3, 160, 29.6},  {3, 128, 18.7},  {0, 256, 856.4}, {0, 288, 1091.7},
    {0, 320, 1339},  {1, 320, 786.6}, {2, 320, 379.3}, {3, 320, 117.1},
};

static void costs_are_those_of_the_specification(void **state)
{
    (void)state;
    LookoutEngine *engine = test_engine(1, NULL);
    for (size_t c = 0; c < sizeof costs / sizeof *costs; c++) {
        LookoutModel *model = test_model(engine, test_weights(test_alphas[costs[c].alpha]));
        Plan *plan = test_plan(model, costs[c].size, PLAN_NORMAL);
        int64_t cost = 0, weights = 0;
        for (int i = 0; i < NETWORK_LAYERS; i++) {
            LookoutLayer layer = plan_layer(plan, i);
            cost += layer.mult_adds;
            weights += layer.parameters;
        }
        assert_int_equal(weights, parameters[costs[c].alpha]);
        assert_int_equal(lookout_model_info(model)->parameters, weights);
        assert_true(fabs((double)cost * 1e-6 - costs[c].mult_adds) <= 0.05);
        plan_destroy(plan);
        lookout_model_destroy(model);
    }
    lookout_engine_destroy(engine);
}

/* A plan that has run. */
typedef struct Run {
    LookoutEngine *engine;
    LookoutModel *model;
    Plan *plan;
} Run;

static Run run_plan(const char *isa, int threads, const char *alpha, const uint8_t *rgb, int size)
{
    Run run = {.engine = test_engine(threads, isa)};
    run.model = test_model(run.engine, test_weights(alpha));
    run.plan = test_plan(run.model, size, PLAN_NORMAL);
    plan_run(run.plan, rgb, size * 3);
    return run;
}

static void end_run(Run *run)
{
    plan_destroy(run->plan);
    lookout_model_destroy(run->model);
    lookout_engine_destroy(run->engine);
}

static int cpu_has(const char *isa)
{
    CpuFlags flags = 0;
    return cpu_flags_of(isa, &flags) && (flags & ~cpu_detect()) == 0;
}

static void expect_same_for_all_threads(const char *isa, const char *alpha, int size)
{
    static const int thread_counts[] = {2, 3, 4, 7};
    uint8_t *rgb = test_picture(size);
    Run expected = run_plan(isa, 1, alpha, rgb, size);
    for (size_t t = 0; t < sizeof thread_counts / sizeof *thread_counts; t++) {
        char what[64];
        snprintf(what, sizeof what, "%s, size %d, %s, %d threads", alpha, size, isa, thread_counts[t]);
        Run run = run_plan(isa, thread_counts[t], alpha, rgb, size);
        for (int again = 0; again < 3; again++) { /* the threads' shares differ each time */
            test_same_heads(run.plan, expected.plan, what);
            plan_run(run.plan, rgb, size * 3);
        }
        end_run(&run);
    }
    end_run(&expected);
    free(rgb);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    for (const char *const *isa = lookout_isa_names(); *isa; isa++)
        for (int a = 0; a < ALPHAS && cpu_has(*isa); a++)
            for (int size = 96; size <= 224; size += 128)
                expect_same_for_all_threads(*isa, test_alphas[a], size);
}

/* All but C, whose compiler may round a multiply-add twice. */
static void instruction_sets_do_not_change_a_bit(void **state)
{
    (void)state;
    const char *const *first = lookout_isa_names() + 1;
    if (!*first || !cpu_has(*first))
        skip();
    for (int a = 0; a < ALPHAS; a++) {
        uint8_t *rgb = test_picture(128);
        Run expected = run_plan(*first, 1, test_alphas[a], rgb, 128);
        for (const char *const *isa = first + 1; *isa; isa++)
            if (cpu_has(*isa)) {
                Run run = run_plan(*isa, 1, test_alphas[a], rgb, 128);
                test_same_heads(run.plan, expected.plan, *isa);
                end_run(&run);
            }
        end_run(&expected);
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
    Run expected = run_plan(NULL, 2, "0.25", rgb, SIZE), run = run_plan(NULL, 2, "0.25", rgb, SIZE);
    memset(rgb, 0, SIZE * SIZE * 3);
    plan_run(run.plan, rgb, SIZE * 3); /* so that what is compared is not left from the first run */
    plan_run(run.plan, padded, STRIDE);
    test_same_heads(run.plan, expected.plan, "padded rows");
    end_run(&run);
    end_run(&expected);
    free(rgb);
    free(padded);
}

static void buffers_are_reused(void **state)
{
    (void)state;
    LookoutEngine *engine = test_engine(2, NULL);
    LookoutModel *model = test_model(engine, test_weights("1.00"));
    Plan *normal = test_plan(model, 224, PLAN_NORMAL), *keeping = test_plan(model, 224, PLAN_KEEP_LAYERS);
    /* The two largest maps that live together are conv0's and block1's, 1.6 + 3.2 MB; the heads' come on
     * top. */
    assert_true(plan_map_bytes(normal) < 6000000);
    assert_true(plan_map_bytes(keeping) > 3 * plan_map_bytes(normal));
    plan_destroy(normal);
    plan_destroy(keeping);
    lookout_model_destroy(model);
    lookout_engine_destroy(engine);
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
        cmocka_unit_test(instruction_sets_do_not_change_a_bit),
        cmocka_unit_test(strides_do_not_matter),
        cmocka_unit_test(buffers_are_reused),
        cmocka_unit_test(buffers_that_live_together_lie_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
