/* Where the pictures of several inputs stand in the window. */
#ifndef LOOKOUT_APP_WINDOW_MOSAIC_H
#define LOOKOUT_APP_WINDOW_MOSAIC_H

/* Pixels of the window, the upper left corner and the size. */
typedef struct MosaicPlace {
    int x, y, width, height;
} MosaicPlace;

/* Fills places[count]: each picture as large as it can be, with its own aspect, in the middle of its cell of
 * a grid that is filled row by row. The grid is the one in which the pictures' areas have the largest sum.
 * aspects[count]: width to height as it is to be seen, 0 where it is not known yet. count, width and height
 * are at least 1. */
void mosaic_place(const double *aspects, int count, int width, int height, MosaicPlace *places);

#endif
