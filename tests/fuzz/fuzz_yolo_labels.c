/* YOLO's labels: any bytes. */
#include "app/commands/eval/yolo_labels.h"
#include "tests/fuzz/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static YoloClasses classes;
    DatasetBuilder builder;
    Error error = {0};
    char *text = text_of(bytes, size);
    yolo_classes_open(&classes);
    if (text && !builder_open(&builder)) {
        if (!builder_add_image(&builder, "x.jpg", 1, 0, 0, "fuzz.txt", &error))
            check_parsed(&builder, yolo_parse_labels(&builder, &classes, text, size, "fuzz.txt", &error),
                         &error);
        builder_close(&builder);
    }
    free(text);
    return 0;
}
