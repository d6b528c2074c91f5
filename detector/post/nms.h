/* Greedy non-maximum suppression within each class. */
#ifndef LOOKOUT_DETECTOR_POST_NMS_H
#define LOOKOUT_DETECTOR_POST_NMS_H

#include "detector/lookout.h"

/* detections: [count], best first. Drops each whose intersection over union with a kept one of its class is
 * above iou, moves those kept to the front in their order, and stops when there are max_detections of them.
 * Returns their number. */
int nms_run(LookoutDetection *detections, int count, double iou, int max_detections);

#endif
