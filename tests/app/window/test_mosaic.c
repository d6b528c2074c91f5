/* Pictures in a grid: each with its aspect, none over another, and no grid that shows more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/window/mosaic.h"
#include <math.h>

enum { MOST = 64 };

static void test_one_picture_fills_the_window(void **state)
{
    (void)state;
    MosaicPlace place;
    mosaic_place((double[]){16.0 / 9}, 1, 640, 360, &place);
    assert_true(place.x == 0 && place.y == 0 && place.width == 640 && place.height == 360);
    mosaic_place((double[]){16.0 / 9}, 1, 900, 450, &place); /* bars left and right */
    assert_true(place.x == 50 && place.y == 0 && place.width == 800 && place.height == 450);
    mosaic_place((double[]){8.0 / 3}, 1, 640, 480, &place); /* above and below */
    assert_true(place.x == 0 && place.y == 120 && place.width == 640 && place.height == 240);
}

static void test_the_grid_follows_aspects_and_window(void **state)
{
    (void)state;
    MosaicPlace places[6];
    const double wide[] = {2, 2, 2, 2, 2, 2}, high[] = {0.5, 0.5, 0.5, 0.5};
    mosaic_place(wide, 4, 1280, 720, places); /* 2 x 2 */
    assert_true(places[1].y == places[0].y && places[2].x == places[0].x && places[3].x == places[1].x);
    assert_true(places[2].y > places[0].y && places[1].x > places[0].x);
    mosaic_place(wide, 2, 400, 800, places); /* one above the other */
    assert_true(places[0].x == places[1].x && places[1].y >= places[0].y + places[0].height);
    mosaic_place(wide, 2, 1200, 300, places); /* side by side */
    assert_true(places[0].y == places[1].y && places[1].x >= places[0].x + places[0].width);
    mosaic_place(high, 4, 1280, 640, places); /* all in a row */
    for (int i = 1; i < 4; i++)
        assert_true(places[i].y == places[0].y && places[i].x > places[i - 1].x);
    mosaic_place(wide, 5, 1280, 800, places); /* 2 x 3; the last row stands in the middle */
    assert_int_equal(places[2].x, places[0].x);
    assert_true(places[4].y > places[2].y && places[2].y > places[0].y);
    assert_in_range(2 * places[4].x + places[4].width, 1278, 1282);
}

static void test_a_picture_that_is_not_known_yet_has_a_place(void **state)
{
    (void)state;
    MosaicPlace places[2];
    mosaic_place((double[]){0, 16.0 / 9}, 2, 1000, 300, places);
    assert_int_equal(places[0].width, places[1].width);
    assert_int_equal(places[0].height, places[1].height);
}

static double sum_of_areas(const MosaicPlace *places, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += (double)places[i].width * places[i].height;
    return sum;
}

/* In a grid with that many columns, without gaps. */
static double area_with(int columns, const double *aspects, int count, int width, int height)
{
    const double w = (double)width / columns, h = height / ceil((double)count / columns);
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += w > h * aspects[i] ? h * aspects[i] * h : w * w / aspects[i];
    return sum;
}

static void test_any_number_in_any_window(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1280, 800}, {640, 1100}, {3840, 400}, {300, 300}};
    static const double some[] = {16.0 / 9, 4.0 / 3, 1, 9.0 / 16, 2.35};
    double aspects[MOST];
    for (int i = 0; i < MOST; i++)
        aspects[i] = some[i * 7 % 5];
    for (int size = 0; size < 4; size++)
        for (int count = 1; count <= MOST; count++) {
            const int width = sizes[size][0], height = sizes[size][1];
            MosaicPlace places[MOST];
            mosaic_place(aspects, count, width, height, places);
            for (int i = 0; i < count; i++) {
                const MosaicPlace *a = &places[i];
                assert_true(a->x >= 0 && a->y >= 0 && a->x + a->width <= width && a->y + a->height <= height);
                assert_true(fabs(a->width - a->height * aspects[i]) <= 1 + aspects[i]);
                for (int j = 0; j < i; j++) {
                    const MosaicPlace *b = &places[j];
                    assert_true(a->x >= b->x + b->width || b->x >= a->x + a->width ||
                                a->y >= b->y + b->height || b->y >= a->y + a->height);
                }
            }
            for (int columns = 1; columns <= count; columns++) /* gaps take a little */
                assert_true(sum_of_areas(places, count) >
                            0.8 * area_with(columns, aspects, count, width, height));
        }
}

/* As the user draws the window smaller: never out of it, never nothing. */
static void test_windows_with_hardly_any_room(void **state)
{
    (void)state;
    double aspects[MOST] = {0};
    MosaicPlace places[MOST];
    for (int width = 1; width < 70; width += 3)
        for (int height = 1; height < 70; height += 3) {
            mosaic_place(aspects, MOST, width, height, places);
            for (int i = 0; i < MOST; i++)
                assert_true(places[i].width >= 1 && places[i].height >= 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_picture_fills_the_window),
        cmocka_unit_test(test_the_grid_follows_aspects_and_window),
        cmocka_unit_test(test_a_picture_that_is_not_known_yet_has_a_place),
        cmocka_unit_test(test_any_number_in_any_window),
        cmocka_unit_test(test_windows_with_hardly_any_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
