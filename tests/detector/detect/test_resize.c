#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "detector/detect/resize.h"
#include "tests/support/shared.h"

/* ---- a plain reference in double: the value of one axis at one output position --------------------- */

/* Weight of source pixel j in output pixel i. */
static double weight(int i, int j, int n, int size)
{
    if (n > 1.5 * size) {
        double begin = (double)i * n / size, end = (i + 1.0) * n / size;
        return fmax(0, fmin(end, j + 1) - fmax(begin, j)) / (end - begin);
    }
    double at = fmin(fmax((i + 0.5) * n / size - 0.5, 0), n - 1);
    return fmax(0, 1 - fabs(at - j));
}

/* Result before it is rounded, [size][size][3]; the caller frees it. */
static double *reference(const LookoutImage *image, int size)
{
    double *columns = calloc((size_t)image->height * (size_t)size * 3, sizeof *columns);
    double *out = calloc((size_t)size * (size_t)size * 3, sizeof *out);
    assert_non_null(columns);
    assert_non_null(out);
    for (int i = 0; i < size; i++)
        for (int j = 0; j < image->width; j++) {
            double w = weight(i, j, image->width, size);
            if (w == 0)
                continue;
            for (int y = 0; y < image->height; y++)
                for (int c = 0; c < 3; c++)
                    columns[(y * size + i) * 3 + c] += w * image->rgb[y * image->stride + j * 3 + c];
        }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < image->height; j++) {
            double w = weight(i, j, image->height, size);
            for (int x = 0; x < size * 3 && w != 0; x++)
                out[i * size * 3 + x] += w * columns[j * size * 3 + x];
        }
    free(columns);
    return out;
}

/* A picture in a block of its own size, so that a sanitizer sees a read past its last pixel. */
static uint8_t *random_picture(uint64_t *seed, int width, int height, ptrdiff_t stride)
{
    size_t bytes = (size_t)(height - 1) * (size_t)stride + (size_t)width * 3;
    uint8_t *rgb = malloc(bytes);
    assert_non_null(rgb);
    for (size_t i = 0; i < bytes; i++)
        rgb[i] = (uint8_t)(random_unit(seed) * 256);
    return rgb;
}

/* Equal to the rounded reference, except where that is half-way between two bytes. */
static void compare(const uint8_t *out, const LookoutImage *image, int size)
{
    double *expected = reference(image, size);
    for (int i = 0; i < size * size * 3; i++)
        if (fabs(out[i] - expected[i]) > 0.5 + 1e-9)
            fail_msg("%d x %d to %d: value %d is %d, expected %.6f", image->width, image->height, size, i,
                     out[i], expected[i]);
    free(expected);
}

static void check_size(uint64_t *seed, Resizer *resizer, int size, int width, int height, int gap)
{
    LookoutImage image = {.width = width, .height = height, .stride = width * 3 + gap};
    uint8_t *rgb = random_picture(seed, width, height, image.stride);
    image.rgb = rgb;
    const uint8_t *out = resizer_run(resizer, NULL, &image, NULL);
    assert_non_null(out);
    compare(out, &image, size);
    free(rgb);
}

static void agrees_with_the_reference(void **state)
{
    (void)state;
    static const struct {
        int width, height, gap;
    } pictures[] = {{1, 1, 0},       {1, 300, 0},   {300, 1, 5},    {2, 3, 0},     {64, 64, 0},
                    {64, 64, 9},     {96, 96, 0},   {97, 96, 1},    {96, 97, 0},   {95, 1000, 0},
                    {337, 335, 3},   {336, 336, 0}, {33, 57, 0},    {128, 64, 0},  {64, 129, 0},
                    {63, 65, 0},     {640, 360, 0}, {160, 120, 32}, {768, 768, 0}, {769, 767, 0},
                    {1920, 1080, 0}, {223, 225, 0}, {4000, 9, 0},   {7, 4001, 2}};
    static const int sizes[] = {64, 128, 224, 512};
    uint64_t seed = 3;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        Resizer *resizer = resizer_create(sizes[s], NULL);
        assert_non_null(resizer);
        for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
            check_size(&seed, resizer, sizes[s], pictures[i].width, pictures[i].height, pictures[i].gap);
        resizer_destroy(resizer);
    }
}

/* The widest sums: all white, as large as a picture may be. */
static void white_stays_white(void **state)
{
    (void)state;
    enum { MOST = LOOKOUT_MAX_IMAGE_SIDE };
    static const int sides[][2] = {{MOST, 1}, {1, MOST}, {MOST, 513}, {700, MOST}, {MOST - 1, 40}, {3, 3}};
    static const int sizes[] = {LOOKOUT_MIN_SIZE, LOOKOUT_FULL_SIZE, LOOKOUT_MAX_SIZE};
    for (size_t s = 0; s < 3; s++)
        for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
            int width = sides[i][0], height = sides[i][1];
            size_t bytes = (size_t)width * (size_t)height * 3;
            uint8_t *rgb = malloc(bytes);
            assert_non_null(rgb);
            memset(rgb, 255, bytes);
            LookoutImage image = {.rgb = rgb, .width = width, .height = height, .stride = width * 3};
            Resizer *resizer = resizer_create(sizes[s], NULL);
            const uint8_t *out = resizer_run(resizer, NULL, &image, NULL);
            assert_non_null(out);
            for (int k = 0; k < sizes[s] * sizes[s] * 3; k++)
                assert_int_equal(out[k], 255);
            resizer_destroy(resizer);
            free(rgb);
        }
}

static void same_size_is_a_copy(void **state)
{
    (void)state;
    uint64_t seed = 4;
    LookoutImage image = {.width = 96, .height = 96, .stride = 96 * 3 + 7};
    uint8_t *rgb = random_picture(&seed, 96, 96, image.stride);
    image.rgb = rgb;
    Resizer *resizer = resizer_create(96, NULL);
    const uint8_t *out = resizer_run(resizer, NULL, &image, NULL);
    for (int y = 0; y < 96; y++)
        assert_memory_equal(out + y * 96 * 3, rgb + y * image.stride, 96 * 3);
    resizer_destroy(resizer);
    free(rgb);
}

static void half_is_rounded_to_even(void **state)
{
    (void)state;
    /* two columns of 64 blocks are averaged: (a + b) / 2 */
    uint8_t rgb[128 * 3];
    for (int i = 0; i < 64; i++)
        for (int c = 0; c < 3; c++) {
            rgb[(2 * i) * 3 + c] = (uint8_t)(2 * i);
            rgb[(2 * i + 1) * 3 + c] = (uint8_t)(2 * i + 1 + 2 * c);
        }
    LookoutImage image = {.rgb = rgb, .width = 128, .height = 1, .stride = sizeof rgb};
    Resizer *resizer = resizer_create(64, NULL);
    const uint8_t *out = resizer_run(resizer, NULL, &image, NULL);
    for (int i = 0; i < 64; i++)
        for (int c = 0; c < 3; c++)
            assert_int_equal(out[i * 3 + c], (int)rint(2 * i + 0.5 + c));
    resizer_destroy(resizer);
}

static void result_does_not_depend_on_threads(void **state)
{
    (void)state;
    uint64_t seed = 5;
    static const int sides[][2] = {{641, 359}, {100, 1000}, {50, 40}, {224, 224}};
    for (int threads = 1; threads <= 5; threads++) {
        LookoutError error;
        Pool *pool = pool_create(threads, &error);
        assert_non_null(pool);
        Resizer *resizer = resizer_create(224, NULL);
        Resizer *alone = resizer_create(224, NULL);
        for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
            LookoutImage image = {.width = sides[i][0], .height = sides[i][1], .stride = sides[i][0] * 3};
            uint8_t *rgb = random_picture(&seed, image.width, image.height, image.stride);
            image.rgb = rgb;
            const uint8_t *expected = resizer_run(alone, NULL, &image, NULL);
            const uint8_t *out = resizer_run(resizer, pool, &image, NULL);
            assert_memory_equal(out, expected, 224 * 224 * 3);
            free(rgb);
        }
        resizer_destroy(alone);
        resizer_destroy(resizer);
        pool_destroy(pool);
    }
}

static void golden(void **state)
{
    (void)state;
    if (!have_golden())
        skip();
    static const int sides[][2] = {{160, 120}, {300, 400}, {640, 360}};
    for (size_t i = 0; i < 3; i++) {
        char in_name[64], out_name[64];
        size_t in_bytes = 0, out_bytes = 0;
        int width = sides[i][0], height = sides[i][1], differ = 0;
        snprintf(in_name, sizeof in_name, "weights-2/golden/resize-%dx%d.rgb", width, height);
        snprintf(out_name, sizeof out_name, "weights-2/golden/resize-%dx%d-to-224.rgb", width, height);
        uint8_t *rgb = shared_bytes(in_name, &in_bytes), *expected = shared_bytes(out_name, &out_bytes);
        assert_non_null(rgb);
        assert_non_null(expected);
        assert_int_equal(in_bytes, (size_t)width * (size_t)height * 3);
        assert_int_equal(out_bytes, 224 * 224 * 3);
        LookoutImage image = {.rgb = rgb, .width = width, .height = height, .stride = width * 3};
        Resizer *resizer = resizer_create(224, NULL);
        const uint8_t *out = resizer_run(resizer, NULL, &image, NULL);
        for (size_t k = 0; k < out_bytes; k++) {
            assert_true(abs(out[k] - expected[k]) <= 1); /* 1 if the exact value is half-way */
            differ += out[k] != expected[k];
        }
        print_message("%d x %d to 224: %d of %zu values differ\n", width, height, differ, out_bytes);
        resizer_destroy(resizer);
        free(expected);
        free(rgb);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_reference),
        cmocka_unit_test(white_stays_white),
        cmocka_unit_test(same_size_is_a_copy),
        cmocka_unit_test(half_is_rounded_to_even),
        cmocka_unit_test(result_does_not_depend_on_threads),
        cmocka_unit_test(golden),
    };
    return exit_code(cmocka_run_group_tests(tests, NULL, NULL));
}
