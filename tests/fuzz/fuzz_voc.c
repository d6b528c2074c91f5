/* VOC's XML: any bytes. */
#include "app/commands/eval/voc_annotation.h"
#include "tests/fuzz/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    DatasetBuilder builder;
    Error error = {0};
    char *text = text_of(bytes, size);
    if (text && !builder_open(&builder)) {
        if (!builder_add_image(&builder, "x.jpg", 1, 0, 0, "fuzz.xml", &error))
            check_parsed(&builder, voc_parse(&builder, text, size, "fuzz.xml", &error), &error);
        builder_close(&builder);
    }
    free(text);
    return 0;
}
