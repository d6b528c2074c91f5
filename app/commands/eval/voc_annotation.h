/* Annotation files of Pascal VOC: http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/ */
#ifndef LOOKOUT_APP_COMMANDS_EVAL_VOC_ANNOTATION_H
#define LOOKOUT_APP_COMMANDS_EVAL_VOC_ANNOTATION_H

#include "app/commands/eval/dataset_builder.h"
#include <stddef.h>

/*
 * Reads the objects of one annotation file from size bytes of XML (text[size] must be writable, and is
 * changed) into the builder's last image; sets that image's width and height where they are given. label is
 * the file in messages. Categories are made as they are met. Returns 0, or -1 with error.
 *
 * VOC counts pixels from 1 and a box holds the pixels of both its corners, so it is as wide as
 * xmax - xmin + 1 and begins at xmin - 1 of ours. The development kit's overlap computes with the same
 * (VOCevaldet.m: iw = bi(3) - bi(1) + 1).
 */
int voc_parse(DatasetBuilder *builder, char *text, size_t size, const char *label, Error *error);

#endif
