#include "detector/post/nms.h"

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double area(const LookoutDetection *box)
{
    return ((double)box->x2 - box->x1) * ((double)box->y2 - box->y1);
}

/* In double, where products of differences of floats are nearly exact, so that an IoU equal to the limit does
 * not count as above it. */
static bool overlaps(const LookoutDetection *a, const LookoutDetection *b, double iou)
{
    double width = smaller(a->x2, b->x2) - larger(a->x1, b->x1);
    double height = smaller(a->y2, b->y2) - larger(a->y1, b->y1);
    if (width <= 0 || height <= 0)
        return false;
    double both = width * height;
    return both > iou * (area(a) + area(b) - both);
}

int nms_run(LookoutDetection *detections, int count, double iou, int max_detections)
{
    int kept = 0;
    for (int i = 0; i < count && kept < max_detections; i++) {
        bool drop = false;
        for (int k = 0; k < kept && !drop; k++)
            drop = detections[k].class_index == detections[i].class_index &&
                   overlaps(&detections[k], &detections[i], iou);
        if (!drop)
            detections[kept++] = detections[i];
    }
    return kept;
}
