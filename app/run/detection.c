#include "app/run/detection.h"

#include <string.h>

bool classes_are_same(const LookoutModelInfo *a, const LookoutModelInfo *b)
{
    bool same = a->class_count == b->class_count;
    for (int i = 0; same && i < a->class_count; i++)
        same = !strcmp(a->classes[i], b->classes[i]);
    return same;
}

int classes_find(const LookoutModelInfo *model, const char *name, size_t length)
{
    for (int i = 0; i < model->class_count; i++)
        if (strlen(model->classes[i]) == length && !memcmp(model->classes[i], name, length))
            return i;
    return -1;
}

/* Sets mask[k] (of model->class_count) to 1 for each class in the list of names separated by commas, to 0 for
 * the rest; spaces around names do not count. Returns 0, or -1 with error, a usage error that names the class
 * that is unknown. */
static int classes_select(const char *list, const LookoutModelInfo *model, uint8_t *mask, Error *error)
{
    memset(mask, 0, (size_t)model->class_count);
    for (const char *name = list, *end;; name = end + 1) {
        end = name + strcspn(name, ",");
        name += strspn(name, " ");
        size_t length = (size_t)(end - name);
        if (name > end)
            length = 0;
        while (length && name[length - 1] == ' ')
            length--;
        int index = classes_find(model, name, length);
        if (index < 0)
            return error_set_usage(error,
                                   "classes '%.200s': there is no class '%.*s'; 'lookout info' lists them",
                                   list, (int)(length < 200 ? length : 200), name);
        mask[index] = 1;
        if (!*end)
            return 0;
    }
}

int detection_settings(const DetectionOptions *options, const LookoutModelInfo *model, uint8_t *mask,
                       LookoutSettings *settings, Error *error)
{
    *settings = lookout_default_settings();
    settings->threshold = options->threshold;
    settings->nms_iou = options->nms;
    settings->max_detections = options->max_detections;
    if (!options->classes)
        return 0;
    settings->classes = mask;
    return classes_select(options->classes, model, mask, error);
}
