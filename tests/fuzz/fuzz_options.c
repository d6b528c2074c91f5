/* The command line: bytes, cut into arguments at NULs and newlines. */
#include "app/options/options.h"

#include "detector/lookout.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    enum { MOST = 64 };
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
    if (!options_parse(&options, argc, argv, &error)) {
        options_check(&options, &error);
        if (options.size % LOOKOUT_SIZE_STEP || options.size < LOOKOUT_MIN_SIZE ||
            options.size > LOOKOUT_MAX_SIZE || !(options.threshold >= 0 && options.threshold <= 1) ||
            options.threads < 0 || options.threads > LOOKOUT_MAX_THREADS ||
            options.alphas.count > OPTION_MAX_ALPHAS || options.sizes.count > OPTION_MAX_SIZES)
            abort();
    }
    free(text);
    return 0;
}
