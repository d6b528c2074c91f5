#include "app/commands/eval/picture.h"

#include "vision/input/clip_reader.h"

int picture_reader_open(PictureReader *reader)
{
    *reader = (PictureReader){.converter = converter_create()};
    return reader->converter ? 0 : -1;
}

void picture_reader_close(PictureReader *reader)
{
    frame_free(&reader->rgb);
    converter_destroy(reader->converter);
    *reader = (PictureReader){0};
}

int picture_reader_read(PictureReader *reader, const char *path, const atomic_int *stop, Error *error)
{
    int failed = -1;
    Frame frame;
    InputStatus status;
    Error why;
    Input *source = clip_open(path, &(InputOptions){.stop = stop}, error);
    if (!source)
        return -1;
    if (!source->still)
        error_set(error, "%s: is not a single picture", path);
    else if ((status = source->functions->read(source, &frame, error)) == INPUT_END)
        error_set(error, "%s: stopped while reading it", path);
    else if (status != INPUT_FRAME)
        ; /* error says why */
    else if (converter_to_rgb(reader->converter, &frame, &reader->rgb, &why))
        error_set(error, "%s: %s", path, why.message);
    else if (source->functions->read(source, &frame, error) == INPUT_DAMAGED)
        ; /* not read completely: error says why */
    else
        failed = 0;
    input_destroy(source);
    return failed;
}
