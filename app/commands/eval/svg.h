/* The pieces that plots are made of, written as SVG. Lengths are pixels, y downwards. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_SVG_H
#define LOOKOUT_APP_COMMANDS_EVAL_SVG_H

#include <stdio.h>

/* A place for a plot whose axes both go from 0 to 1. */
typedef struct SvgPanel {
    double x, y, width, height; /* of the inside; x, y: left upper corner */
} SvgPanel;

void svg_begin(FILE *to, double width, double height);
void svg_end(FILE *to);

/* A text that starts at x, ends there ("end") or is centred on it ("middle"); what XML does not take is
 * replaced by '?'. */
void svg_text(FILE *to, double x, double y, const char *style, const char *anchor, const char *text);
/* Lines at every quarter; numbers beside the axes, in per cent, where they are wanted. */
void svg_axes(FILE *to, const SvgPanel *panel, int left_numbers, int bottom_numbers);
/* The curve through (i / (count - 1), values[i]), down to 0 where the values end: at the first 0 after which
 * all are 0. fill: a class of the style sheet for the area below, NULL for none. */
void svg_curve(FILE *to, const SvgPanel *panel, const double *values, int count, const char *line,
               const char *fill);
/* From (x1, y1) to (x2, y2), in the panel's 0..1. */
void svg_line(FILE *to, const SvgPanel *panel, double x1, double y1, double x2, double y2, const char *style);
/* From the axis up to top, from x1 to x2, in the panel's 0..1. */
void svg_bar(FILE *to, const SvgPanel *panel, double x1, double x2, double top, const char *style);

#endif
