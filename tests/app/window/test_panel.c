/* Texts over the picture: they fit, they are readable, and they are drawn once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/window/panel.h"
#include <stdlib.h>
#include <string.h>

enum { EM = 16, WIDE = 600, HIGH = 400 };

static Font *open_text(void)
{
    Error warning;
    Font *text = font_create(&warning);
    if (!text)
        skip();
    return text;
}

static uint32_t pixel(const Panel *panel, int x, int y)
{
    return panel->pixels[y * panel->width + x];
}

static int count(const Panel *panel, uint32_t argb)
{
    int found = 0;
    for (int i = 0; i < panel->width * panel->height; i++)
        found += panel->pixels[i] == argb;
    return found;
}

/* The first column that has this colour within some rows; the width if none has. */
static int first_column(const Panel *panel, int top, int bottom, uint32_t argb)
{
    for (int x = 0; x < panel->width; x++)
        for (int y = top; y < bottom; y++)
            if (pixel(panel, x, y) == argb)
                return x;
    return panel->width;
}

static const uint32_t white = 0xFFFFFFFF, soft = 0xFF9EBEDE, red = 0xFFFF4848;

static void test_letters_on_a_dark_ground(void **state)
{
    (void)state;
    Font *text = open_text();
    Panel panel = {0};
    assert_int_equal(panel_set(&panel, text, "HILL", EM, WIDE, HIGH), 1);
    assert_in_range(panel.width, 30, 120);
    assert_in_range(panel.height, EM, 3 * EM);
    assert_true(count(&panel, white) > 40);
    assert_int_equal(count(&panel, soft), 0);
    /* corners are round, the ground lets the picture through and is dark */
    assert_true(pixel(&panel, 0, 0) >> 24 < 40);
    uint32_t ground = pixel(&panel, panel.width / 2, 1);
    assert_in_range(ground >> 24, 150, 220);
    assert_true((ground & 0xFF) < 40 && (ground >> 8 & 0xFF) < 40 && (ground >> 16 & 0xFF) < 40);
    panel_free(&panel);
    assert_null(panel.pixels);
    font_destroy(text);
}

static void test_drawn_again_only_when_something_changes(void **state)
{
    (void)state;
    Font *text = open_text();
    Panel panel = {0};
    assert_int_equal(panel_set(&panel, text, NULL, EM, WIDE, HIGH), 1); /* a size that it had not seen */
    assert_int_equal(panel.width, 0);
    assert_int_equal(panel_set(&panel, text, "", EM, WIDE, HIGH), 0);
    assert_int_equal(panel_set(&panel, text, "30 fps", EM, WIDE, HIGH), 1);
    const uint32_t *pixels = panel.pixels;
    assert_int_equal(panel_set(&panel, text, "30 fps", EM, WIDE, HIGH), 0);
    assert_int_equal(panel_set(&panel, text, "30 fp", EM, WIDE, HIGH), 1);
    assert_ptr_equal(panel.pixels, pixels); /* a smaller text takes the same memory */
    assert_int_equal(panel_set(&panel, text, "30 fps", EM, WIDE, HIGH), 1);
    assert_ptr_equal(panel.pixels, pixels);
    assert_int_equal(panel_set(&panel, text, "30 fps", EM + 1, WIDE, HIGH), 1);
    assert_int_equal(panel_set(&panel, text, "30 fps", EM + 1, WIDE - 1, HIGH), 1);
    assert_int_equal(panel_set(&panel, text, "30 fps", EM + 1, WIDE - 1, HIGH - 1), 1);
    assert_int_equal(panel_set(&panel, text, NULL, EM + 1, WIDE - 1, HIGH - 1), 1);
    assert_int_equal(panel.width, 0);
    panel_free(&panel);
    font_destroy(text);
}

static void test_values_stand_in_a_column(void **state)
{
    (void)state;
    Font *text = open_text();
    Panel panel = {0};
    panel_set(&panel, text, "H\tH\nHHHHHH\tH", EM, WIDE, HIGH);
    int middle = panel.height / 2;
    int first = first_column(&panel, 0, middle, white),
        second = first_column(&panel, middle, panel.height, white);
    assert_int_equal(first, second);
    assert_int_equal(first_column(&panel, 0, middle, soft), first_column(&panel, middle, panel.height, soft));
    assert_true(first_column(&panel, 0, middle, soft) < first && first < panel.width);
    panel_free(&panel);
    font_destroy(text);
}

static void test_recording_light_is_red(void **state)
{
    (void)state;
    Font *text = open_text();
    Panel panel = {0};
    panel_set(&panel, text, "\u25CF", EM, WIDE, HIGH);
    assert_true(count(&panel, red) > 10);
    assert_int_equal(count(&panel, white), 0);
    panel_free(&panel);
    font_destroy(text);
}

static void test_long_lines_are_wrapped(void **state)
{
    (void)state;
    Font *text = open_text();
    Panel one = {0}, wrapped = {0}, word = {0};
    panel_set(&one, text, "saved /home/someone/pictures and so on", EM, WIDE, HIGH);
    panel_set(&wrapped, text, "saved /home/someone/pictures and so on", EM, one.width - 1, HIGH);
    panel_set(&word, text, "saved/home/someone/pictures/and/so/on", EM, 150, HIGH);
    assert_true(wrapped.width < one.width && wrapped.height > one.height);
    assert_true(word.width <= 150 && word.height > wrapped.height);
    panel_free(&one);
    panel_free(&wrapped);
    panel_free(&word);
    font_destroy(text);
}

static void test_smaller_letters_where_it_is_too_high(void **state)
{
    (void)state;
    Font *text = open_text();
    Panel large = {0}, small = {0};
    static const char list[] = "a\tone\nb\ttwo\nc\tthree\nd\tfour\ne\tfive\nf\tsix\ng\tseven\nh\teight";
    panel_set(&large, text, list, 24, WIDE, HIGH);
    panel_set(&small, text, list, 24, WIDE, large.height / 2);
    assert_true(small.height <= large.height / 2 && small.height > large.height / 3);
    assert_true(small.width < large.width * 2 / 3);
    panel_free(&large);
    panel_free(&small);
    font_destroy(text);
}

static void test_a_width_can_be_kept(void **state)
{
    (void)state;
    Font *text = open_text();
    Panel panel = {.keeps_width = 1}, other = {0};
    panel_set(&panel, text, "10.0 fps", EM, WIDE, HIGH);
    int width = panel.width;
    panel_set(&panel, text, "9.9 fps", EM, WIDE, HIGH);
    panel_set(&other, text, "9.9 fps", EM, WIDE, HIGH);
    assert_int_equal(panel.width, width);
    assert_true(other.width < width);
    panel_set(&panel, text, "9.9 fps", EM - 1, WIDE, HIGH);
    assert_true(panel.width < width);
    panel_free(&panel);
    panel_free(&other);
    font_destroy(text);
}

/* Whatever the text and the window: within bounds (the sanitizers look), and not larger than allowed. */
static void test_strange_texts_and_windows(void **state)
{
    (void)state;
    Font *text = open_text();
    char huge[3 * PANEL_TEXT];
    memset(huge, 'W', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    char lines[512];
    memset(lines, '\n', sizeof lines - 1);
    lines[sizeof lines - 1] = '\0';
    const char *const strings[] = {
        huge, lines, "\t", "\t\t\n\ta\t", "\xF0\n\xE2\x97", "a\n\nb\n", "name\tvalue", "\xFF\xFE\tb\x01\x02"};
    static const int sizes[] = {-5, 0, 1, 2, 7, 30, 31, 100, 701};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    Panel panel = {0};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        for (int w = 0; w < SIZES; w++)
            for (int h = 0; h < SIZES; h++) {
                panel_set(&panel, text, strings[i], 1 + 5 * w, sizes[w], sizes[h]);
                assert_true(panel.width <= (sizes[w] > 0 ? sizes[w] : 0));
                assert_true(panel.height <= (sizes[h] > 0 ? sizes[h] : 0));
                assert_true(!panel.width == !panel.height);
            }
    panel_free(&panel);
    font_destroy(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters_on_a_dark_ground),
        cmocka_unit_test(test_drawn_again_only_when_something_changes),
        cmocka_unit_test(test_values_stand_in_a_column),
        cmocka_unit_test(test_recording_light_is_red),
        cmocka_unit_test(test_long_lines_are_wrapped),
        cmocka_unit_test(test_smaller_letters_where_it_is_too_high),
        cmocka_unit_test(test_a_width_can_be_kept),
        cmocka_unit_test(test_strange_texts_and_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
