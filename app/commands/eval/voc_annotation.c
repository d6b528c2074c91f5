#include "app/commands/eval/voc_annotation.h"

#include "app/commands/eval/xml.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

/* The parts of an <object> that are read. */
enum { XMIN, YMIN, XMAX, YMAX, CORNERS };

typedef struct VocObject {
    bool named, placed[CORNERS];
    char name[DATASET_MAX_NAME + 1];
    double corners[CORNERS];
    bool difficult;
    int line; /* where it begins */
} VocObject;

typedef struct VocReader {
    XmlReader xml;
    DatasetBuilder *builder;
    Error *error;
    VocObject object;
} VocReader;

static int fail(const VocReader *reader, int line, const char *what, const char *problem)
{
    return error_set(reader->error, "%s:%d: %s %s", reader->xml.label, line, what, problem);
}

static int read_name(VocReader *reader)
{
    VocObject *object = &reader->object;
    const char *problem = builder_name_problem(reader->xml.value);
    if (object->named)
        problem = "is there twice in one object";
    if (problem)
        return fail(reader, reader->xml.line, "the object's name", problem);
    strcpy(object->name, reader->xml.value);
    object->named = true;
    return 0;
}

static int read_difficult(VocReader *reader)
{
    double flag;
    if (text_to_number(reader->xml.value, &flag) || (flag != 0 && flag != 1))
        return fail(reader, reader->xml.line, "<difficult>", "is neither 0 nor 1");
    reader->object.difficult = flag == 1;
    return 0;
}

static int read_corner(VocReader *reader, int corner, const char *name)
{
    VocObject *object = &reader->object;
    if (object->placed[corner])
        return fail(reader, reader->xml.line, name, "is there twice in one object");
    if (text_to_number(reader->xml.value, &object->corners[corner]) ||
        !(fabs(object->corners[corner]) <= DATASET_MAX_COORDINATE))
        return fail(reader, reader->xml.line, name, "is not a number from -10000000 to 10000000");
    object->placed[corner] = true;
    return 0;
}

static int read_side(VocReader *reader, const char *name, int *side)
{
    int64_t value;
    if (text_to_integer(reader->xml.value, &value) || value < 0 || value > DATASET_MAX_PICTURE)
        return fail(reader, reader->xml.line, name, "is not a number of pixels up to 100000");
    *side = (int)value;
    return 0;
}

static int finish_object(VocReader *reader)
{
    static const char what[] = "the object that begins here";
    const VocObject *object = &reader->object;
    const double *corners = object->corners;
    if (!object->named)
        return fail(reader, object->line, what, "has no name");
    if (!object->placed[XMIN] || !object->placed[YMIN] || !object->placed[XMAX] || !object->placed[YMAX])
        return fail(reader, object->line, what, "has no whole bndbox: xmin, ymin, xmax and ymax");
    if (corners[XMAX] < corners[XMIN] || corners[YMAX] < corners[YMIN])
        return fail(reader, object->line, what, "has a box whose xmax or ymax is less than its xmin or ymin");

    const char *label = reader->xml.label;
    int count = reader->builder->dataset->category_count;
    int category = builder_find_category(reader->builder, object->name);
    if (category < 0 && builder_add_category(reader->builder, object->name, count + 1, label, reader->error))
        return -1;
    DatasetBox box = {.category = category < 0 ? count : category,
                      .x = corners[XMIN] - 1,
                      .y = corners[YMIN] - 1,
                      .width = corners[XMAX] - corners[XMIN] + 1,
                      .height = corners[YMAX] - corners[YMIN] + 1,
                      .ignored = object->difficult};
    box.area = box.width * box.height;
    return builder_add_box(reader->builder, &box, label, reader->error);
}

/* At the end of an element. */
static int read_element(VocReader *reader)
{
    static const char *const corners[CORNERS] = {"xmin", "ymin", "xmax", "ymax"};
    static const char *const corner_paths[CORNERS] = {
        "annotation/object/bndbox/xmin", "annotation/object/bndbox/ymin", "annotation/object/bndbox/xmax",
        "annotation/object/bndbox/ymax"};
    DatasetImage *image = &reader->builder->dataset->images[reader->builder->dataset->image_count - 1];
    for (int i = 0; i < CORNERS; i++)
        if (xml_is(&reader->xml, corner_paths[i]))
            return read_corner(reader, i, corners[i]);
    if (xml_is(&reader->xml, "annotation/object"))
        return finish_object(reader);
    if (xml_is(&reader->xml, "annotation/object/name"))
        return read_name(reader);
    if (xml_is(&reader->xml, "annotation/object/difficult"))
        return read_difficult(reader);
    if (xml_is(&reader->xml, "annotation/size/width"))
        return read_side(reader, "width", &image->width);
    if (xml_is(&reader->xml, "annotation/size/height"))
        return read_side(reader, "height", &image->height);
    return 0;
}

/* At the start of an element. */
static int enter_element(VocReader *reader)
{
    if (reader->xml.depth == 1 && !xml_is(&reader->xml, "annotation"))
        return fail(reader, reader->xml.line, "the root element",
                    "is not <annotation>; expected VOC's format");
    if (xml_is(&reader->xml, "annotation/object"))
        reader->object = (VocObject){.line = reader->xml.line};
    return 0;
}

int voc_parse(DatasetBuilder *builder, char *text, size_t size, const char *label, Error *error)
{
    VocReader reader = {.builder = builder, .error = error};
    if (xml_open(&reader.xml, text, size, label, error))
        return -1;
    for (;;) {
        switch (xml_next(&reader.xml, error)) {
        case XML_ERROR:
            return -1;
        case XML_DONE:
            return 0;
        case XML_START:
            if (enter_element(&reader))
                return -1;
            break;
        case XML_END:
            if (read_element(&reader))
                return -1;
            break;
        }
    }
}
