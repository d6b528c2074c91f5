/* The command line: bytes, cut into arguments at NULs and newlines. */
#include "app/options/inputs.h"
#include "app/options/parse.h"
#include "detector/lookout.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Names of inputs become parts of file names. */
static bool have_usable_names(const Options *options)
{
    for (int i = 0; i < options->input_count; i++) {
        const char *name = options->inputs[i].name;
        if (!*name || *name == '.' || *name == '-' || strchr(name, '/') || strlen(name) >= INPUT_NAME_SIZE)
            return false;
        for (int j = 0; j < i; j++)
            if (!strcmp(name, options->inputs[j].name))
                return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    enum { MOST = OPTIONS_MAX_INPUTS + 8 };
    char *text = malloc(size + 1), *argv[MOST + 2] = {"lookout"};
    if (!text)
        return 0;
    if (size)
        memcpy(text, bytes, size);
    text[size] = 0;
    int argc = 1;
    for (char *word = text; word < text + size && argc <= MOST; word += strlen(word) + 1) {
        word[strcspn(word, "\n")] = 0;
        argv[argc++] = word;
    }
    Options options = options_default();
    Error error;
    if (!options_parse(&options, argc, argv, &error) && !inputs_resolve(&options, &error)) {
        options_check(&options, &error);
        if (options.model.size % LOOKOUT_SIZE_STEP || options.model.size < LOOKOUT_MIN_SIZE ||
            options.model.size > LOOKOUT_MAX_SIZE ||
            !(options.detection.threshold >= 0 && options.detection.threshold <= 1) ||
            options.model.threads < 0 || options.model.threads > LOOKOUT_MAX_THREADS ||
            options.alphas.count > OPTION_MAX_ALPHAS || options.sizes.count > OPTION_MAX_SIZES ||
            !have_usable_names(&options))
            abort();
    }
    options_free(&options);
    free(text);
    return 0;
}
