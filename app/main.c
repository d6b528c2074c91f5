#include "app/commands/bench.h"
#include "app/commands/detect.h"
#include "app/commands/devices.h"
#include "app/commands/eval/eval.h"
#include "app/commands/info.h"
#include "app/commands/version.h"
#include "app/options/config.h"
#include "app/options/help.h"
#include "app/options/parse.h"
#include "base/exit_code.h"
#include "base/message.h"
#include "base/signals.h"
#include "base/standard_files.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Flushes standard output and reports what could not be written. */
static int finish_stdout(void)
{
    if (!fflush(stdout) && !ferror(stdout))
        return EXIT_DONE;
    int reason = errno; /* of the write that failed */
    if (stdout_is_closed())
        return EXIT_DONE;
    message("cannot write standard output: %s", strerror(reason));
    return EXIT_FAILED;
}

/* A command that prints on standard output and ends. */
static int run_printer(ExitCode (*print)(const Options *, FILE *, Error *), const Options *options)
{
    Error error;
    ExitCode code = print(options, stdout, &error);
    if (code != EXIT_DONE) {
        message("%s", error.message);
        return code;
    }
    return finish_stdout();
}

static int run(const Options *options, atomic_int *stop)
{
    Error error;
    if (options->help) {
        help_print(stdout);
        return finish_stdout();
    }
    if (options->version) {
        version_print(stdout);
        return finish_stdout();
    }
    if (options_check(options, &error)) {
        message("%s", error.message);
        return EXIT_USAGE;
    }
    switch (options->command) {
    case COMMAND_INFO:
        return run_printer(info_print, options);
    case COMMAND_BENCH:
        return bench_run(options, stop);
    case COMMAND_EVAL:
        return eval_run(options, stop);
    case COMMAND_DEVICES:
        return run_printer(devices_print, options);
    case COMMAND_DETECT:
    case COMMAND_COUNT:
        break;
    }
    return detect_run(options, stop);
}

int main(int argc, char *argv[])
{
    if (standard_files_complete()) {
        message("standard input, output or error is closed, and /dev/null cannot be opened: %s",
                strerror(errno));
        return EXIT_FAILED;
    }
    atomic_int *stop = signals_catch();
    Options options;
    Error error;
    int code;
    if (config_load(&options, argc, argv, &error)) {
        message("%s", error.message);
        code = exit_code_of(&error);
    } else {
        code = run(&options, stop);
    }
    options_free(&options);
    return code;
}
