#include "app/window/mosaic.h"

#include <math.h>

enum { GAP = 2 }; /* pixels between two cells */
static const double usual_aspect = 16.0 / 9;

/* The grid is as wide as it has columns; the last row may have fewer cells and stands in the middle. */
typedef struct Grid {
    int count, columns, rows;
} Grid;

static Grid grid_of(int count, int columns)
{
    return (Grid){count, columns, (count + columns - 1) / columns};
}

static double cell_size(int length, int cells)
{
    return fmax(1, (length - GAP * (cells - 1)) / (double)cells);
}

/* The largest size with this aspect within width x height. */
static void fit(double aspect, double *width, double *height)
{
    if (*width > *height * aspect)
        *width = fmax(1, *height * aspect);
    else
        *height = fmax(1, *width / aspect);
}

static double known(double aspect)
{
    return aspect > 0 ? aspect : usual_aspect;
}

static double area(const Grid *grid, const double *aspects, int width, int height)
{
    double sum = 0;
    for (int i = 0; i < grid->count; i++) {
        double w = cell_size(width, grid->columns), h = cell_size(height, grid->rows);
        fit(known(aspects[i]), &w, &h);
        sum += w * h;
    }
    return sum;
}

static Grid best_grid(const double *aspects, int count, int width, int height)
{
    Grid best = grid_of(count, 1);
    double largest = area(&best, aspects, width, height);
    for (int columns = 2; columns <= count; columns++) {
        const Grid grid = grid_of(count, columns);
        const double sum = area(&grid, aspects, width, height);
        if (sum > largest) {
            largest = sum;
            best = grid;
        }
    }
    return best;
}

void mosaic_place(const double *aspects, int count, int width, int height, MosaicPlace *places)
{
    const Grid grid = best_grid(aspects, count, width, height);
    const double cell_width = cell_size(width, grid.columns), cell_height = cell_size(height, grid.rows);
    for (int i = 0; i < count; i++) {
        const int row = i / grid.columns, column = i % grid.columns;
        const int missing = row == grid.rows - 1 ? grid.rows * grid.columns - count : 0;
        double w = cell_width, h = cell_height;
        fit(known(aspects[i]), &w, &h);
        const double left = (cell_width + GAP) * (column + missing / 2.0), top = (cell_height + GAP) * row;
        MosaicPlace *place = &places[i];
        place->width = (int)lrint(w);
        place->height = (int)lrint(h);
        place->x = (int)(left + (cell_width - place->width) / 2);
        place->y = (int)(top + (cell_height - place->height) / 2);
    }
}
