/* Greedy non-maximum suppression, each class for itself. */
#ifndef LOOKOUT_NMS_H
#define LOOKOUT_NMS_H

#include "detector/detector.h"

/* detections: [count], best first. Drops each whose intersection over union with a kept one of its class is
 * above iou, moves those kept to the front in their order, and stops when there are max_detections of them.
 * Returns their number. */
int nms_run(Detection *detections, int count, double iou, int max_detections);

#endif
