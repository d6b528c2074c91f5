#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "detector/anchors.h"
#include "tests/unit/shared.h"

static void totals(void **state)
{
    (void)state;
    assert_int_equal(anchors_count(224), 3902);
    assert_int_equal(anchors_count(192), 2860);
    assert_int_equal(anchors_count(160), 2002);
    assert_int_equal(anchors_count(128), 1268);
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
    for (int size = 128; size <= 224; size += 32) {
        char name[64];
        size_t bytes = 0;
        snprintf(name, sizeof name, "weights/golden/anchors-%d.f32", size);
        float *expected = shared_bytes(name, &bytes);
        assert_non_null(expected);
        assert_int_equal(bytes, (size_t)anchors_count(size) * sizeof(Anchor));
        float *anchors = malloc(bytes);
        assert_non_null(anchors);
        anchors_fill(size, (Anchor *)anchors);
        for (size_t i = 0; i < bytes / sizeof(float); i++)
            assert_true(fabsf(anchors[i] - expected[i]) <= 1e-7f * fabsf(expected[i]));
        free(anchors);
        free(expected);
    }
}

/* Aspect ratios (width over height) of each level's anchors; 0 stands for the middle square. */
static const double ratios[5][6] = {
    {1, 0.5, 0}, {1, 0, 2, 0.5, 3, 1.0 / 3}, {1, 0, 2, 0.5, 3, 1.0 / 3}, {1, 0, 2, 0.5}, {1, 0, 2, 0.5}};
static const int shapes[5] = {3, 6, 6, 4, 4};

static void check_formulas(int size)
{
    static const double sides[6] = {15.68, 35.84, 73.92, 123.2, 174.72, 224};
    Anchor *anchors = malloc((size_t)anchors_count(size) * sizeof *anchors);
    assert_non_null(anchors);
    anchors_fill(size, anchors);
    int index = 0;
    for (int level = 0; level < 5; level++) {
        double stride = 8 << level;
        int cells = (int)ceil(size / stride);
        for (int y = 0; y < cells; y++)
            for (int x = 0; x < cells; x++)
                for (int i = 0; i < shapes[level]; i++, index++) {
                    double a = sides[level], b = sides[level + 1], ratio = ratios[level][i];
                    double width = ratio > 0 ? a * sqrt(ratio) : sqrt(a * b);
                    double height = ratio > 0 ? a / sqrt(ratio) : sqrt(a * b);
                    assert_true(fabs(anchors[index].cx * size - (x + 0.5) * stride) < 1e-4);
                    assert_true(fabs(anchors[index].cy * size - (y + 0.5) * stride) < 1e-4);
                    assert_true(fabs(anchors[index].width * size - width) < 1e-4);
                    assert_true(fabs(anchors[index].height * size - height) < 1e-4);
                }
    }
    assert_int_equal(index, anchors_count(size));
    free(anchors);
}

static void formulas(void **state)
{
    (void)state;
    for (int size = 64; size <= 512; size += 32)
        check_formulas(size);
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
