/* The config file: any bytes. */
#include "app/options/config.h"
#include "app/options/inputs.h"
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
    if (config_parse(&options, text, size, "fuzz.conf", &error)) {
        if (!*error.message || strchr(error.message, '\n'))
            abort();
    } else if (inputs_resolve(&options, &error)) {
        abort();
    } else {
        for (int i = 0; i < options.input_count; i++)
            if (!input_name_is_valid(options.inputs[i].name) || options.inputs[i].threshold > 1)
                abort();
    }
    options_free(&options);
    free(text);
    return 0;
}
