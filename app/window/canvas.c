#include "app/window/canvas.h"

#include "app/window/mosaic.h"
#include "app/window/picture_texture.h"
#include "app/window/text_layer.h"
#include "base/message.h"
#include <SDL.h>
#include <stdlib.h>

/* A picture with its texts, and where it was drawn last. */
typedef struct Cell {
    PictureTexture picture;
    TextLayer label, centre;
    SDL_Rect place;
    const char *click;
} Cell;

enum { STATUS, STATE, CENTRE, NOTICE, LAYERS };

struct Canvas {
    Drawing *drawing;
    Font *font, *cell_font; /* each for letters of one size; NULL: no font, no texts */
    Cell cells[CANVAS_MAX_PICTURES];
    TextLayer layers[LAYERS];
    int shown[CANVAS_MAX_PICTURES]; /* [shown_count] numbers of pictures, as drawn last */
    int shown_count;
};

Canvas *canvas_create(void)
{
    Canvas *canvas = calloc(1, sizeof *canvas);
    if (!canvas)
        return NULL;
    Error no_font = {0};
    canvas->font = font_create(&no_font);
    canvas->cell_font = font_create(&no_font);
    canvas->drawing = drawing_create(&no_font);
    if (no_font.message[0])
        message("%s", no_font.message);
    canvas->layers[STATUS].panel.keeps_width = true;
    if (canvas->drawing)
        return canvas;
    canvas_destroy(canvas);
    return NULL;
}

void canvas_destroy(Canvas *canvas)
{
    if (!canvas)
        return;
    for (int i = 0; i < CANVAS_MAX_PICTURES; i++) {
        picture_texture_free(&canvas->cells[i].picture);
        text_layer_free(&canvas->cells[i].label);
        text_layer_free(&canvas->cells[i].centre);
    }
    for (int i = 0; i < LAYERS; i++)
        text_layer_free(&canvas->layers[i]);
    font_destroy(canvas->font);
    font_destroy(canvas->cell_font);
    drawing_destroy(canvas->drawing);
    free(canvas);
}

int canvas_set_picture(Canvas *canvas, SDL_Renderer *renderer, int number, const Frame *picture,
                       const DrawBox *boxes, int count, Error *error)
{
    return picture_texture_set(&canvas->cells[number].picture, renderer, picture, canvas->drawing, boxes,
                               count, error);
}

/* ---- drawing ------------------------------------------------------------------------------------ */

/* Letters that are readable in a picture of 320x180 (10 pixels an em) and in proportion, but not as large, on
 * a 4K screen (38); twice as large where a point of the desktop is two pixels. */
static int letter_size(double scale, int width, int height)
{
    return (int)(8 * scale + SDL_min(width, height) / 72.0);
}

static int draw_overlay(Canvas *canvas, SDL_Renderer *renderer, const Overlay *overlay, int width, int height,
                        double scale)
{
    const char *const strings[LAYERS] = {overlay->status, overlay->state, overlay->centre, overlay->notice};
    const int em = letter_size(scale, width, height), margin = em * 3 / 4;
    int failed = 0;
    for (int i = 0; canvas->font && i < LAYERS; i++) {
        TextLayer *layer = &canvas->layers[i];
        failed |= text_layer_set(layer, renderer, canvas->font, strings[i], em, width - 2 * margin,
                                 height - 2 * margin);
        const Panel *panel = &layer->panel;
        const int right = width - margin - panel->width, middle = (width - panel->width) / 2;
        const SDL_Point corners[LAYERS] = {
            [STATUS] = {margin, margin},
            [STATE] = {right, margin},
            [CENTRE] = {middle, (height - panel->height) / 2},
            [NOTICE] = {middle, height - margin - panel->height},
        };
        failed |= text_layer_draw(layer, renderer, corners[i].x, corners[i].y);
    }
    return failed;
}

static int draw_cell(Canvas *canvas, SDL_Renderer *renderer, Cell *cell, const Tile *tile, int em)
{
    const SDL_Rect *place = &cell->place;
    const int margin = em / 2, widest = place->w - 2 * margin, highest = place->h - 2 * margin;
    int failed = 0;
    if (cell->picture.texture)
        failed |= picture_texture_draw(&cell->picture, renderer, place, tile->dim);
    if (!canvas->cell_font)
        return failed;
    failed |= text_layer_set(&cell->label, renderer, canvas->cell_font, tile->label, em, widest, highest);
    failed |= text_layer_draw(&cell->label, renderer, place->x + margin, place->y + margin);
    failed |= text_layer_set(&cell->centre, renderer, canvas->cell_font, tile->centre, em, widest, highest);
    const Panel *centre = &cell->centre.panel;
    failed |= text_layer_draw(&cell->centre, renderer, place->x + (place->w - centre->width) / 2,
                              place->y + (place->h - centre->height) / 2);
    return failed;
}

static int draw_cells(Canvas *canvas, SDL_Renderer *renderer, const Tile *tiles, int count, int width,
                      int height, double scale)
{
    double aspects[CANVAS_MAX_PICTURES] = {0};
    MosaicPlace places[CANVAS_MAX_PICTURES];
    int smallest = SDL_min(width, height), failed = 0;
    for (int i = 0; i < count; i++)
        aspects[i] = canvas->cells[tiles[i].picture].picture.aspect;
    mosaic_place(aspects, count, width, height, places);
    for (int i = 0; i < count; i++)
        smallest = SDL_min(smallest, SDL_min(places[i].width, places[i].height));
    /* the same in all, as a font keeps the letters of one size */
    const int em = letter_size(scale, smallest, smallest);
    for (int i = 0; i < count; i++) {
        Cell *cell = &canvas->cells[tiles[i].picture];
        cell->place = (SDL_Rect){places[i].x, places[i].y, places[i].width, places[i].height};
        cell->click = tiles[i].click;
        canvas->shown[i] = tiles[i].picture;
        failed |= draw_cell(canvas, renderer, cell, &tiles[i], em);
    }
    canvas->shown_count = count;
    return failed;
}

int canvas_draw(Canvas *canvas, SDL_Renderer *renderer, const Tile *tiles, int count, const Overlay *overlay,
                double scale)
{
    int width = 1, height = 1;
    int failed = SDL_GetRendererOutputSize(renderer, &width, &height);
    failed |= SDL_SetRenderDrawColor(renderer, 0, 0, 0, 255);
    failed |= SDL_RenderClear(renderer);
    failed |= draw_cells(canvas, renderer, tiles, count, width, height, scale);
    failed |= draw_overlay(canvas, renderer, overlay, width, height, scale);
    return failed ? -1 : 0;
}

const char *canvas_click(const Canvas *canvas, int x, int y)
{
    const SDL_Point place = {x, y};
    for (int i = 0; i < canvas->shown_count; i++) {
        const Cell *cell = &canvas->cells[canvas->shown[i]];
        if (SDL_PointInRect(&place, &cell->place))
            return cell->click;
    }
    return NULL;
}
