/* Build tool: writes what is made from the tables of options and keys on standard output. */
#include "app/options/generate/completions.h"
#include "app/options/generate/manual.h"
#include "app/options/generate/readme.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Today, or the day that a reproducible build names
 * (https://reproducible-builds.org/specs/source-date-epoch).
 */
static const char *build_date(char date[16])
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    const time_t now = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc) || !strftime(date, 16, "%Y-%m-%d", &utc))
        strcpy(date, "unknown");
    return date;
}

static int print_manual(const char *path)
{
    char date[16];
    FILE *page = fopen(path, "r");
    if (!page) {
        perror(path);
        return -1;
    }
    const int failed = manual_print(stdout, page, LOOKOUT_VERSION, build_date(date));
    fclose(page);
    return failed;
}

int main(int argc, char *argv[])
{
    static const struct {
        const char *name;
        void (*print)(FILE *to);
    } kinds[] = {
        {"bash", completions_print_bash},  {"zsh", completions_print_zsh}, {"fish", completions_print_fish},
        {"options", readme_print_options}, {"keys", readme_print_keys},
    };
    const char *what = argc > 1 ? argv[1] : "";
    int failed = -1;
    if (argc == 3 && !strcmp(what, "man"))
        failed = print_manual(argv[2]);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && argc == 2; i++) {
        if (!strcmp(what, kinds[i].name)) {
            kinds[i].print(stdout);
            failed = 0;
        }
    }
    return failed || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
