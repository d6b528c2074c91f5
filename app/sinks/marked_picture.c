#include "app/sinks/marked_picture.h"

#include "app/run/objects.h"
#include "base/message.h"
#include "vision/draw/draw.h"
#include <stdlib.h>

struct MarkedPicture {
    const char *const *classes;
    bool warns;
    Drawing *drawing; /* made when it is needed first: it looks for a font */
    Frame drawn;      /* the one copy of a frame that is made, as others look at the frame */
    DrawBox boxes[OBSERVATION_MAX_OBJECTS];
};

MarkedPicture *marked_picture_create(const char *const *classes, bool warns)
{
    MarkedPicture *marked = calloc(1, sizeof *marked);
    if (!marked)
        return NULL;
    marked->classes = classes;
    marked->warns = warns;
    return marked;
}

void marked_picture_destroy(MarkedPicture *marked)
{
    if (!marked)
        return;
    drawing_destroy(marked->drawing);
    frame_free(&marked->drawn);
    free(marked);
}

static bool make_drawing(MarkedPicture *marked)
{
    Error no_font = {0};
    if (!marked->drawing) {
        marked->drawing = drawing_create(&no_font);
        if (marked->warns && no_font.message[0])
            message("%s", no_font.message);
    }
    return marked->drawing != NULL;
}

bool marked_picture_draw(MarkedPicture *marked, const Observation *observation, Frame *picture)
{
    *picture = *observation->frame;
    if (!observation->count)
        return true;
    if (!make_drawing(marked))
        return false;
    if (frame_copy(&marked->drawn, observation->frame))
        return false;
    for (int i = 0; i < observation->count; i++)
        marked->boxes[i] =
            object_box(&observation->objects[i], marked->classes, picture->width, picture->height);
    drawing_boxes(marked->drawing, &marked->drawn, marked->boxes, observation->count);
    *picture = marked->drawn;
    return true;
}
