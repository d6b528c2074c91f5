#include "app/commands/version.h"

#include "detector/lookout.h"
#include <jansson.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libyuv/version.h>

static void print_av(FILE *to, const char *name, unsigned version)
{
    fprintf(to, "%s %u.%u.%u\n", name, AV_VERSION_MAJOR(version), AV_VERSION_MINOR(version),
            AV_VERSION_MICRO(version));
}

static void print_instruction_sets(FILE *to)
{
    LookoutEngine *engine = lookout_engine_create(&(LookoutEngineOptions){.threads = 1}, NULL);
    fputs("instruction sets:", to);
    for (const char *const *isa = lookout_isa_names(); *isa; isa++)
        fprintf(to, " %s", *isa);
    if (engine)
        fprintf(to, " (here: %s)", lookout_engine_isa(engine));
    fputs("\n", to);
    lookout_engine_destroy(engine);
}

void version_print(FILE *to)
{
    fprintf(to, "lookout %s\n", LOOKOUT_VERSION);
    print_av(to, "libavformat", avformat_version());
    print_av(to, "libavcodec", avcodec_version());
    fprintf(to, "libyuv %d\n", LIBYUV_VERSION);
    fprintf(to, "jansson %s\n", jansson_version_str());
    print_instruction_sets(to);
}
