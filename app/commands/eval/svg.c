#include "app/commands/eval/svg.h"

#include "base/text.h"

#include <stdbool.h>

static const char style_sheet[] =
    "text{font-family:'DejaVu Sans',Verdana,sans-serif;font-size:11px;fill:#333}"
    ".title{font-size:20px;font-weight:bold}.lead{font-size:13px;fill:#555}.head{font-size:14px;font-weight:"
    "bold}"
    ".name{font-size:12px;font-weight:bold}.note{font-size:10px;fill:#666}.tick{font-size:10px;fill:#777}"
    ".grid{stroke:#e4e4e4}.frame{fill:none;stroke:#999}.curve{fill:none;stroke:#1565a8;stroke-width:1.8}"
    ".area{fill:#1565a8;fill-opacity:.13}.mean{fill:none;stroke:#bbb;stroke-width:1.3}"
    ".bar{fill:#1565a8;fill-opacity:.55}.ideal{stroke:#b3402a;stroke-width:1.3;stroke-dasharray:5 4}"
    ".score{stroke:#333;stroke-width:2}";

void svg_begin(FILE *to, double width, double height)
{
    fprintf(to,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f "
            "%.0f\">\n"
            "<style>%s</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            width, height, width, height, style_sheet);
}

void svg_end(FILE *to)
{
    fputs("</svg>\n", to);
}

/* XML allows no control characters, nor U+FFFE and U+FFFF; U+FFFD replaces a byte that is not UTF-8. */
static bool is_character(uint32_t codepoint)
{
    return codepoint >= 0x20 && codepoint != 0x7f && !(codepoint >= 0xfffd && codepoint <= 0xffff);
}

void svg_text(FILE *to, double x, double y, const char *style, const char *anchor, const char *text)
{
    fprintf(to, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">", x, y, style, anchor);
    while (*text) {
        const char *character = text;
        const uint32_t codepoint = text_next(&text);
        if (codepoint == '&')
            fputs("&amp;", to);
        else if (codepoint == '<')
            fputs("&lt;", to);
        else if (codepoint == '>')
            fputs("&gt;", to);
        else if (is_character(codepoint))
            fwrite(character, 1, (size_t)(text - character), to);
        else
            fputc('?', to);
    }
    fputs("</text>\n", to);
}

static double across(const SvgPanel *panel, double x)
{
    return panel->x + x * panel->width;
}

static double down(const SvgPanel *panel, double y)
{
    return panel->y + (1 - y) * panel->height;
}

void svg_line(FILE *to, const SvgPanel *panel, double x1, double y1, double x2, double y2, const char *style)
{
    fprintf(to, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", across(panel, x1),
            down(panel, y1), across(panel, x2), down(panel, y2), style);
}

void svg_bar(FILE *to, const SvgPanel *panel, double x1, double x2, double top, const char *style)
{
    fprintf(to, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>\n",
            across(panel, x1), down(panel, top), (x2 - x1) * panel->width, top * panel->height, style);
}

void svg_axes(FILE *to, const SvgPanel *panel, int left_numbers, int bottom_numbers)
{
    enum { QUARTERS = 4 };
    for (int i = 0; i <= QUARTERS; i++) {
        const double value = (double)i / QUARTERS;
        char text[16];
        svg_line(to, panel, 0, value, 1, value, "grid");
        svg_line(to, panel, value, 0, value, 1, "grid");
        if (i % 2)
            continue;
        snprintf(text, sizeof text, "%.0f", 100 * value);
        if (left_numbers)
            svg_text(to, panel->x - 6, down(panel, value) + 3.5, "tick", "end", text);
        if (bottom_numbers)
            svg_text(to, across(panel, value), panel->y + panel->height + 14, "tick", "middle", text);
    }
    fprintf(to, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"frame\"/>\n", panel->x,
            panel->y, panel->width, panel->height);
}

static void put_points(FILE *to, const SvgPanel *panel, const double *values, int count, int reached)
{
    for (int i = 0; i < reached; i++)
        fprintf(to, "%.1f,%.1f ", across(panel, (double)i / (count - 1)), down(panel, values[i]));
    fprintf(to, "%.1f,%.1f", across(panel, (double)(reached - 1) / (count - 1)), down(panel, 0));
}

void svg_curve(FILE *to, const SvgPanel *panel, const double *values, int count, const char *line,
               const char *fill)
{
    int reached = count;
    while (reached > 0 && values[reached - 1] <= 0)
        reached--;
    if (!reached)
        return;
    if (fill) {
        fprintf(to, "<polygon class=\"%s\" points=\"%.1f,%.1f ", fill, across(panel, 0), down(panel, 0));
        put_points(to, panel, values, count, reached);
        fputs("\"/>\n", to);
    }
    fprintf(to, "<polyline class=\"%s\" points=\"", line);
    put_points(to, panel, values, count, reached);
    fputs("\"/>\n", to);
}
