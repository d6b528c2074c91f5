#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "detector/post/anchors.h"
#include "tests/support/networks.h"

static void totals(void **state)
{
    (void)state;
    static const int counts[][2] = {{128, 1278}, {160, 2028}, {192, 2886}, {224, 3942},
                                    {256, 5112}, {288, 6522}, {320, 8004}};
    const Network network = usual_network(32);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        assert_int_equal(anchors_count(&network, counts[i][0]), counts[i][1]);
    assert_int_equal(anchors_cells(0, 224), 28);
    assert_int_equal(anchors_cells(3, 224), 4); /* 3.5 */
    assert_int_equal(anchors_cells(4, 224), 2); /* 1.75 */
    assert_int_equal(anchors_cells(4, 96), 1);
}

static void golden(void **state)
{
    (void)state;
    if (!have_golden())
        skip();
    const Network network = golden_network();
    for (int size = 128; size <= 224; size += 32) {
        char name[64];
        size_t bytes = 0;
        snprintf(name, sizeof name, "weights-2/golden/anchors-%d.f32", size);
        float *expected = shared_bytes(name, &bytes);
        assert_non_null(expected);
        assert_int_equal(bytes, (size_t)anchors_count(&network, size) * sizeof(Anchor));
        float *anchors = malloc(bytes);
        assert_non_null(anchors);
        anchors_fill(&network, size, (Anchor *)anchors);
        for (size_t i = 0; i < bytes / sizeof(float); i++)
            assert_true(fabsf(anchors[i] - expected[i]) <= 1e-7f * fabsf(expected[i]));
        free(anchors);
        free(expected);
    }
}

static void check_formulas(const Network *network, int size)
{
    Anchor *anchors = malloc((size_t)anchors_count(network, size) * sizeof *anchors);
    assert_non_null(anchors);
    anchors_fill(network, size, anchors);
    int index = 0;
    for (int level = 0; level < 5; level++) {
        double stride = 8 << level;
        int cells = (int)ceil(size / stride);
        for (int y = 0; y < cells; y++)
            for (int x = 0; x < cells; x++)
                for (int i = 0; i < network->anchors[level].count; i++, index++) {
                    const LookoutAnchor *shape = &network->anchors[level].shapes[i];
                    assert_true(fabs(anchors[index].cx * size - (x + 0.5) * stride) < 1e-4);
                    assert_true(fabs(anchors[index].cy * size - (y + 0.5) * stride) < 1e-4);
                    assert_true(fabs(anchors[index].width * size - shape->width) < 1e-4);
                    assert_true(fabs(anchors[index].height * size - shape->height) < 1e-4);
                }
    }
    assert_int_equal(index, anchors_count(network, size));
    free(anchors);
}

static void formulas(void **state)
{
    (void)state;
    const Network usual = usual_network(32), uneven = uneven_network(3);
    for (int size = LOOKOUT_MIN_SIZE; size <= LOOKOUT_MAX_SIZE; size += LOOKOUT_SIZE_STEP) {
        check_formulas(&usual, size);
        check_formulas(&uneven, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals),
        cmocka_unit_test(golden),
        cmocka_unit_test(formulas),
    };
    return exit_code(cmocka_run_group_tests(tests, NULL, NULL));
}
