/* The config file: any bytes. */
#include "app/options/config.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1); /* exactly what config_parse() may touch */
    if (!text)
        return 0;
    if (size)
        memcpy(text, bytes, size);
    Options options = options_default();
    Error error;
    if (config_parse(&options, text, size, "fuzz.conf", &error) &&
        (!*error.message || strchr(error.message, '\n')))
        abort();
    free(text);
    return 0;
}
