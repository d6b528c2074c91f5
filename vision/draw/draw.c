#include "vision/draw/draw.h"

#include "base/text.h"
#include "vision/draw/font.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct Drawing {
    Font *font; /* NULL: boxes only */
};

/* Pixels left <= x < right, top <= y < bottom. */
typedef struct Area {
    int left, top, right, bottom;
} Area;

/* A colour in the frame's own matrix and range. */
typedef struct Ink {
    uint8_t y, u, v;
} Ink;

Drawing *drawing_create(Error *warning)
{
    warning->message[0] = '\0';
    Drawing *drawing = calloc(1, sizeof *drawing);
    if (drawing)
        drawing->font = font_create(warning);
    return drawing;
}

void drawing_destroy(Drawing *drawing)
{
    if (!drawing)
        return;
    font_destroy(drawing->font);
    free(drawing);
}

/* ---- colours ---------------------------------------------------------------------------------- */

/* Hue, saturation and value, 0..1 each, to R, G, B. */
static void hsv_to_rgb(double hue, double saturation, double value, uint8_t rgb[3])
{
    static const double offsets[3] = {5, 3, 1};
    for (int i = 0; i < 3; i++) {
        double k = fmod(offsets[i] + hue * 6, 6);
        double ramp = fmax(0, fmin(fmin(k, 4 - k), 1));
        rgb[i] = (uint8_t)lrint(255 * value * (1 - saturation * ramp));
    }
}

void drawing_colour(int class_index, uint8_t rgb[3])
{
    /* Steps of the golden ratio put every hue into the widest gap between those before it; three shades keep
     * apart the hues that come close after going round once or twice. */
    static const double saturation[3] = {0.85, 0.60, 0.95}, value[3] = {1.0, 1.0, 0.80};
    unsigned index = (unsigned)class_index;
    double hue = fmod(0.36 + index % 4096 * 0.6180339887498949, 1.0);
    hsv_to_rgb(hue, saturation[index % 3], value[index % 3], rgb);
}

static uint8_t to_byte(double value)
{
    return (uint8_t)lrint(fmax(0, fmin(value, 255)));
}

/* Y'CbCr of ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance), 8 bits. */
static Ink make_ink(const Frame *frame, const uint8_t rgb[3])
{
    static const double kr[MATRIX_COUNT] = {0.299, 0.2126, 0.2627},
                        kb[MATRIX_COUNT] = {0.114, 0.0722, 0.0593};
    double red = rgb[0] / 255.0, green = rgb[1] / 255.0, blue = rgb[2] / 255.0;
    double r = kr[frame->matrix], b = kb[frame->matrix];
    double y = r * red + (1 - r - b) * green + b * blue;
    double cb = (blue - y) / (2 * (1 - b)), cr = (red - y) / (2 * (1 - r));
    if (frame->range == RANGE_FULL)
        return (Ink){to_byte(255 * y), to_byte(128 + 255 * cb), to_byte(128 + 255 * cr)};
    return (Ink){to_byte(16 + 219 * y), to_byte(128 + 224 * cb), to_byte(128 + 224 * cr)};
}

static uint8_t black_level(const Frame *frame)
{
    return frame->range == RANGE_FULL ? 0 : 16;
}

static uint8_t white_level(const Frame *frame)
{
    return frame->range == RANGE_FULL ? 255 : 235;
}

/* ---- rectangles ------------------------------------------------------------------------------- */

static Area clip(Area area, Area bounds)
{
    if (area.left < bounds.left)
        area.left = bounds.left;
    if (area.top < bounds.top)
        area.top = bounds.top;
    if (area.right > bounds.right)
        area.right = bounds.right;
    if (area.bottom > bounds.bottom)
        area.bottom = bounds.bottom;
    return area;
}

static Area frame_area(const Frame *frame)
{
    return (Area){0, 0, frame->width, frame->height};
}

/* The corners of the area should be even numbers, so that luma and chroma have the same edges. */
static void fill(Frame *frame, Area area, Ink ink)
{
    area = clip(area, frame_area(frame));
    if (area.left >= area.right || area.top >= area.bottom)
        return;
    for (int y = area.top; y < area.bottom; y++)
        memset(frame->planes[0] + (size_t)y * frame->strides[0] + area.left, ink.y,
               (size_t)(area.right - area.left));
    int left = area.left / 2, width = (area.right + 1) / 2 - left;
    for (int y = area.top / 2; y < (area.bottom + 1) / 2; y++) {
        memset(frame->planes[1] + (size_t)y * frame->strides[1] + left, ink.u, (size_t)width);
        memset(frame->planes[2] + (size_t)y * frame->strides[2] + left, ink.v, (size_t)width);
    }
}

/* Lowers the brightness to a third and keeps the hue. */
static void darken(Frame *frame, Area area)
{
    area = clip(area, frame_area(frame));
    int black = black_level(frame);
    for (int y = area.top; y < area.bottom; y++) {
        uint8_t *row = frame->planes[0] + (size_t)y * frame->strides[0];
        for (int x = area.left; x < area.right; x++)
            row[x] = (uint8_t)(row[x] > black ? black + (row[x] - black) / 3 : row[x]);
    }
}

static Area grow(Area area, int by)
{
    return (Area){area.left - by, area.top - by, area.right + by, area.bottom + by};
}

/* The four sides of a frame of the given thickness along the inside of an area at least twice as thick. */
static void ring(Area outer, int thickness, Area sides[4])
{
    Area inner = grow(outer, -thickness);
    sides[0] = (Area){outer.left, outer.top, outer.right, inner.top};
    sides[1] = (Area){outer.left, inner.bottom, outer.right, outer.bottom};
    sides[2] = (Area){outer.left, inner.top, inner.left, inner.bottom};
    sides[3] = (Area){inner.right, inner.top, outer.right, inner.bottom};
}

/* ---- text ------------------------------------------------------------------------------------- */

static uint8_t blend(uint8_t below, uint8_t above, int alpha)
{
    return (uint8_t)((below * (255 - alpha) + above * alpha + 127) / 255);
}

static int mask_at(const Glyph *glyph, Area visible, int left, int top, int x, int y)
{
    if (x < visible.left || x >= visible.right || y < visible.top || y >= visible.bottom)
        return 0;
    return glyph->alpha[(y - top) * glyph->width + x - left];
}

/* Blends a glyph whose mask begins at (left, top), in a grey of the given luma, where `bounds` allows. */
static void draw_glyph(Frame *frame, const Glyph *glyph, int rows, int left, int top, uint8_t luma,
                       Area bounds)
{
    if (!glyph->alpha)
        return;
    Area visible = clip((Area){left, top, left + glyph->width, top + rows}, bounds);
    if (visible.left >= visible.right || visible.top >= visible.bottom)
        return;
    for (int y = visible.top; y < visible.bottom; y++) {
        uint8_t *row = frame->planes[0] + (size_t)y * frame->strides[0];
        const uint8_t *mask = glyph->alpha + (ptrdiff_t)(y - top) * glyph->width;
        for (int x = visible.left; x < visible.right; x++)
            row[x] = blend(row[x], luma, mask[x - left]);
    }
    for (int y = visible.top / 2; y < (visible.bottom + 1) / 2; y++) {
        uint8_t *u = frame->planes[1] + (size_t)y * frame->strides[1];
        uint8_t *v = frame->planes[2] + (size_t)y * frame->strides[2];
        for (int x = visible.left / 2; x < (visible.right + 1) / 2; x++) {
            int alpha = (mask_at(glyph, visible, left, top, 2 * x, 2 * y) +
                         mask_at(glyph, visible, left, top, 2 * x + 1, 2 * y) +
                         mask_at(glyph, visible, left, top, 2 * x, 2 * y + 1) +
                         mask_at(glyph, visible, left, top, 2 * x + 1, 2 * y + 1)) /
                        4;
            u[x] = blend(u[x], 128, alpha);
            v[x] = blend(v[x], 128, alpha);
        }
    }
}

/* Writes UTF-8 text from pen position x, top row y; stops where `bounds` ends. Returns the new pen position.
 */
static int draw_string(Font *font, Frame *frame, int x, int y, const char *utf8, uint8_t luma, Area bounds)
{
    uint32_t codepoint;
    while (x < bounds.right && (codepoint = text_next(&utf8)) != 0) {
        const Glyph *glyph = font_glyph(font, codepoint);
        draw_glyph(frame, glyph, font_height(font), x + glyph->left, y, luma, bounds);
        x += glyph->advance;
    }
    return x;
}

/* Readable at 320x240 (12 pixels an em) and in proportion, but not as large, at 4K (52). */
static int font_size(const Frame *frame)
{
    int side = frame->width < frame->height ? frame->width : frame->height;
    return 7 + side / 48;
}

static int line_width(const Frame *frame)
{
    int side = frame->width < frame->height ? frame->width : frame->height;
    int width = side / 180 & ~1;
    return width < 2 ? 2 : width;
}

static int round_up_even(int value)
{
    return (value + 1) & ~1;
}

/* ---- boxes ------------------------------------------------------------------------------------ */

/* The box rounded to even pixels; false for one that is empty, not a number or outside the frame. */
static bool box_area(const Frame *frame, const DrawBox *box, Area *area)
{
    const float limit = 2 * FRAME_MAX_SIDE;
    float edges[4] = {box->x, box->y, box->x + box->width, box->y + box->height};
    if (!(edges[2] > edges[0] && edges[3] > edges[1])) /* false with a NaN */
        return false;
    int even[4];
    for (int i = 0; i < 4; i++)
        even[i] = 2 * (int)lrintf(fminf(fmaxf(edges[i], -limit), limit) / 2);
    *area = (Area){even[0], even[1], even[2], even[3]};
    /* a box thinner than two pixels is still shown */
    if (area->right == area->left)
        area->right += 2;
    if (area->bottom == area->top)
        area->bottom += 2;
    return area->right > 0 && area->bottom > 0 && area->left < frame->width && area->top < frame->height;
}

static void draw_lines(Frame *frame, Area area, Ink ink)
{
    int line = line_width(frame), outline = line / 4 > 1 ? line / 4 : 1;
    Area sides[4];
    ring(grow(area, outline), outline, sides);
    for (int i = 0; i < 4; i++)
        darken(frame, sides[i]);
    if (area.right - area.left <= 2 * line || area.bottom - area.top <= 2 * line) {
        fill(frame, area, ink);
        return;
    }
    ring(area, line, sides);
    for (int i = 0; i < 4; i++)
        fill(frame, sides[i], ink);
    Area inside = grow(area, -line);
    if (inside.right - inside.left > 2 * outline && inside.bottom - inside.top > 2 * outline) {
        ring(inside, outline, sides);
        for (int i = 0; i < 4; i++)
            darken(frame, sides[i]);
    }
}

/* " 0.87"; empty for a negative score or one that is not a number. */
static void format_score(float score, char text[8])
{
    text[0] = '\0';
    if (!(score >= 0))
        return;
    int hundredths = (int)lrintf(fminf(score, 1) * 100);
    text[0] = ' ';
    text[1] = (char)('0' + hundredths / 100);
    text[2] = '.';
    text[3] = (char)('0' + hundredths / 10 % 10);
    text[4] = (char)('0' + hundredths % 10);
    text[5] = '\0';
}

static void draw_label(Font *font, Frame *frame, const DrawBox *box, Area area, Ink ink, uint8_t luma)
{
    if (!box->label || !box->label[0])
        return;
    char score[8];
    format_score(box->score, score);
    int pad = round_up_even(font_height(font) / 5), score_width = font_width(font, score);
    int width = round_up_even(font_width(font, box->label) + score_width + 2 * pad);
    int height = round_up_even(font_height(font));

    if (width > round_up_even(frame->width))
        width = round_up_even(frame->width); /* a long name is cut, its score is not */
    int left = area.left;
    if (left + width > frame->width)
        left = (frame->width - width) & ~1;
    if (left < 0)
        left = 0;
    int top = area.top - height;
    if (top < 0)
        top = area.top > 0 ? area.top : 0;

    Area plate = {left, top, left + width, top + height};
    fill(frame, plate, ink);
    Area bounds = clip(plate, frame_area(frame));
    Area name = bounds;
    name.right =
        plate.right - pad - score_width < bounds.right ? plate.right - pad - score_width : bounds.right;
    int pen = draw_string(font, frame, left + pad, top, box->label, luma, name);
    if (pen > name.right)
        pen = name.right;
    draw_string(font, frame, pen, top, score, luma, bounds);
}

void drawing_boxes(Drawing *drawing, Frame *frame, const DrawBox *boxes, int count)
{
    bool labels = drawing->font && font_set_size(drawing->font, font_size(frame)) == 0;
    /* Labels after all lines, so that no line crosses one; the first box, which is the best, last and so on
     * top. */
    for (int pass = 0; pass < 1 + labels; pass++) {
        for (int i = count - 1; i >= 0; i--) {
            Area area;
            if (!box_area(frame, &boxes[i], &area))
                continue;
            uint8_t rgb[3];
            drawing_colour(boxes[i].class_index, rgb);
            Ink ink = make_ink(frame, rgb);
            bool bright = 299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] > 128 * 1000;
            if (pass == 0)
                draw_lines(frame, area, ink);
            else
                draw_label(drawing->font, frame, &boxes[i], area, ink,
                           bright ? black_level(frame) : white_level(frame));
        }
    }
}
