/* A set of pictures with their true boxes; no pixels. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_DATASET_H
#define LOOKOUT_APP_COMMANDS_EVAL_DATASET_H

#include <stdbool.h>
#include <stdint.h>

/* A true box, from its left upper corner. Pixels of the picture as the data set means them, the left edge of
 * the first pixel being 0; fractions of the picture where the data set is relative. All finite, sizes not
 * negative; a box may reach out of its picture. */
typedef struct DatasetBox {
    int category; /* index into Dataset.categories */
    double x, y, width, height;
    double area;  /* in squares of that unit: as the file gives it (of the object), else width * height */
    bool crowd;   /* COCO: a region with many objects; detections in it count as neither right nor wrong */
    bool ignored; /* VOC: "difficult": not counted, whether it is found or not */
} DatasetBox;

typedef struct DatasetImage {
    char *path;               /* for open(); not checked whether there is such a file */
    int64_t id;               /* COCO: the file's, ascending; else 1, 2, 3... */
    int width, height;        /* pixels according to the data set; 0: not given */
    int first_box, box_count; /* Dataset.boxes[first_box .. first_box + box_count - 1] */
} DatasetImage;

typedef struct Dataset {
    char *name;            /* for people: the folder's or the file's, without the path */
    char **categories;     /* [category_count] names: UTF-8 without control characters */
    int64_t *category_ids; /* [category_count] COCO: the file's; YOLO: as in the labels; VOC: 1, 2, 3... */
    int category_count;
    DatasetImage *images; /* [image_count] at least one; in the order of ids, of the list or of names */
    int image_count;
    DatasetBox *boxes; /* [box_count] grouped by image, in the order of the file */
    int box_count;
    bool relative; /* boxes are fractions of the picture (YOLO) */
    char **files;  /* [file_count] paths of what was read for it, pictures apart */
    int file_count;
} Dataset;

/* Takes NULL. */
void dataset_destroy(Dataset *dataset);

#endif
