#include "app/options/options.h"

#include "detector/lookout.h"
#include <stdlib.h>

Options options_default(void)
{
    const LookoutSettings settings = lookout_default_settings();
    return (Options){
        .model = {.size = LOOKOUT_FULL_SIZE},
        .detection =
            {
                .threshold = settings.threshold,
                .nms = settings.nms_iou,
                .max_detections = settings.max_detections,
            },
    };
}

void options_free(Options *options)
{
    free(options->owned.config_path);
    free(options->owned.config_text);
    free(options->owned.input_names);
    *options = options_default();
}
