/* Reads a data set from one of three layouts on disk. */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_DATASET_OPEN_H
#define LOOKOUT_APP_COMMANDS_EVAL_DATASET_OPEN_H

#include "app/commands/eval/dataset.h"
#include "base/error.h"

/* Reads the data set at path. What is there decides about the format:
 *
 *   COCO        FOLDER with FOLDER.json beside it; or a .json file, with the pictures in the folder of its
 *               name beside it, in COCO's own layout (annotations/instances_NAME.json, NAME/), or beside it.
 *               https://cocodataset.org/#format-data
 *   Pascal VOC  a folder with Annotations/, JPEGImages/ and ImageSets/Main/ (test.txt, else val.txt,
 *               trainval.txt, train.txt; all of Annotations/ where there is none).
 *               http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/
 *   YOLO        a folder with data.yaml, or a .yaml file (its val, else test, else train: folder, list of
 *               folders, or text file of pictures); or a folder with images/ and labels/.
 *               https://docs.ultralytics.com/datasets/detect/
 *
 * Pictures without annotations are pictures without truth. The caller destroys the data set. Returns NULL
 * with error, one line that names file and entry, for anything that cannot be read, is no data set or has no
 * pictures. */
Dataset *dataset_open(const char *path, Error *error);

#endif
