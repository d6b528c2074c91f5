/* YOLO's data.yaml: any bytes. */
#include "app/commands/eval/yolo_config.h"
#include "tests/fuzz/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static YoloClasses classes;
    YoloConfig config;
    DatasetBuilder builder;
    Error error = {0};
    char *text = text_of(bytes, size);
    yolo_classes_open(&classes);
    if (text && !builder_open(&builder)) {
        check_parsed(&builder,
                     yolo_parse_config(&builder, &classes, &config, text, size, "data.yaml", &error), &error);
        yolo_config_destroy(&config);
        builder_close(&builder);
    }
    free(text);
    return 0;
}
