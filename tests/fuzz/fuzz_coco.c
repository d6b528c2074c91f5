/* COCO's JSON: any bytes. */
#include "app/commands/eval/coco.h"
#include "tests/fuzz/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    DatasetBuilder builder;
    Error error = {0};
    if (!builder_open(&builder))
        check_parsed(&builder, coco_parse(&builder, (const char *)bytes, size, "fuzz.json", &error), &error);
    builder_close(&builder);
    return 0;
}
