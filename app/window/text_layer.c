#include "app/window/text_layer.h"

static int upload(TextLayer *layer, SDL_Renderer *renderer)
{
    const Panel *panel = &layer->panel;
    if (!layer->texture || layer->width < panel->width || layer->height < panel->height) {
        if (layer->texture)
            SDL_DestroyTexture(layer->texture);
        layer->width = SDL_max(layer->width, panel->width);
        layer->height = SDL_max(layer->height, panel->height);
        layer->texture = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING,
                                           layer->width, layer->height);
        if (!layer->texture)
            return -1;
        SDL_SetTextureBlendMode(layer->texture, SDL_BLENDMODE_BLEND);
    }
    const SDL_Rect area = {0, 0, panel->width, panel->height};
    return SDL_UpdateTexture(layer->texture, &area, panel->pixels, panel->width * (int)sizeof *panel->pixels);
}

int text_layer_set(TextLayer *layer, SDL_Renderer *renderer, Font *font, const char *string, int em,
                   int widest, int highest)
{
    const bool changed = panel_set(&layer->panel, font, string, em, widest, highest);
    return changed && layer->panel.width ? upload(layer, renderer) : 0;
}

int text_layer_draw(const TextLayer *layer, SDL_Renderer *renderer, int x, int y)
{
    const SDL_Rect from = {0, 0, layer->panel.width, layer->panel.height}, to = {x, y, from.w, from.h};
    return from.w ? SDL_RenderCopy(renderer, layer->texture, &from, &to) : 0;
}

void text_layer_free(TextLayer *layer)
{
    panel_free(&layer->panel);
    *layer = (TextLayer){0};
}
