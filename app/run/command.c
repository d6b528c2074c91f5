#include "app/run/command.h"

#include "base/text.h"
#include <string.h>

enum { THRESHOLD_STEP = 5 }; /* hundredths */

/* ---- which inputs are meant ----------------------------------------------------------------------- */

typedef void Act(Channel *channel, int argument);

static void act_on_each(Run *run, Act *act, int argument)
{
    const int alone = atomic_load(&run->view.alone);
    for (int i = 0; i < run->channel_count; i++)
        if (alone < 0 || alone == i)
            act(run->channels[i], argument);
}

/* The one that is asked when all are meant. */
static Channel *first_meant(const Run *run)
{
    const int alone = atomic_load(&run->view.alone);
    return run->channels[alone < 0 ? 0 : alone];
}

/* +1 for up, -1 for down, 0 for anything else. */
static int direction(const char *argument)
{
    return !strcmp(argument, "up") ? 1 : !strcmp(argument, "down") ? -1 : 0;
}

/* ---- handlers -------------------------------------------------------------------------------------- */

static int quit(Run *run, const char *argument)
{
    (void)argument;
    run_end(run, RUN_QUIT);
    return 0;
}

static void toggle(atomic_bool *flag)
{
    atomic_store(flag, !atomic_load(flag));
}

static int full_screen(Run *run, const char *argument)
{
    (void)argument;
    toggle(&run->view.full_screen);
    return 0;
}

static int statistics(Run *run, const char *argument)
{
    (void)argument;
    toggle(&run->view.statistics);
    return 0;
}

static int help(Run *run, const char *argument)
{
    (void)argument;
    toggle(&run->view.help);
    return 0;
}

static void set_paused(Channel *channel, int paused)
{
    channel_set_paused(channel, paused);
}

static int pause_or_go_on(Run *run, const char *argument)
{
    (void)argument;
    act_on_each(run, set_paused, !channel_paused(first_meant(run)));
    return 0;
}

static void take_step(Channel *channel, int argument)
{
    (void)argument;
    channel_step(channel);
}

static int step(Run *run, const char *argument)
{
    (void)argument;
    act_on_each(run, take_step, 0);
    return 0;
}

static void pass_on(Channel *channel, int command)
{
    channel_command(channel, (SinkCommand)command);
}

static int snapshot(Run *run, const char *argument)
{
    if (strcmp(argument, "boxes") && strcmp(argument, "clean"))
        return -1;
    act_on_each(run, pass_on, strcmp(argument, "clean") ? SINK_SNAPSHOT : SINK_CLEAN_SNAPSHOT);
    return 0;
}

static int record(Run *run, const char *argument)
{
    (void)argument;
    act_on_each(run, pass_on, SINK_RECORD);
    return 0;
}

typedef int Step(ModelChoice *choice, int step, NetworkPoint *point, Error *error);

static int step_network(Run *run, Step *take, const char *argument)
{
    NetworkPoint point;
    Error why;
    const int by = direction(argument);
    if (!by)
        return -1;
    if (take(run->choice, by, &point, &why))
        notices_post(&run->notices, "%s", why.message);
    else
        notices_post(&run->notices, "alpha %g, size %d", point.alpha, point.size);
    return 0;
}

static int alpha(Run *run, const char *argument)
{
    return step_network(run, model_choice_step_alpha, argument);
}

static int size(Run *run, const char *argument)
{
    return step_network(run, model_choice_step_size, argument);
}

static int automatic(Run *run, const char *argument)
{
    (void)argument;
    const bool on = !model_choice_is_automatic(run->choice);
    model_choice_set_automatic(run->choice, on);
    notices_post(&run->notices, on ? "auto: alpha and size follow the frame rate" : "auto is off");
    return 0;
}

static void move_threshold(Channel *channel, int hundredths)
{
    channel_move_threshold(channel, hundredths);
}

static int threshold(Run *run, const char *argument)
{
    const int by = direction(argument);
    if (!by)
        return -1;
    act_on_each(run, move_threshold, by * THRESHOLD_STEP);
    notices_post(&run->notices, "threshold %.2f", channel_threshold(first_meant(run)));
    return 0;
}

/* A number from 1 on, or, without a number that exists, all; "toggle": all, or if it is all now the first
 * one. */
static int alone(Run *run, const char *argument)
{
    int64_t number = atomic_load(&run->view.alone) < 0;
    if (strcmp(argument, "toggle") && (text_to_integer(argument, &number) || number < 0))
        return -1;
    atomic_store(&run->view.alone, number <= run->channel_count ? (int)number - 1 : -1);
    return 0;
}

const RunCommand run_command_table[] = {
    {"quit", NULL, "quit", quit},
    {"full-screen", NULL, "full screen, or a window again", full_screen},
    {"pause", NULL, "pause, or go on", pause_or_go_on},
    {"step", NULL, "pause, then one frame at a time", step},
    {"snapshot", "boxes|clean", "save the picture that is shown, as a PNG file", snapshot},
    {"record", NULL, "start or end a recording", record},
    {"alpha", "up|down", "a wider or narrower network", alpha},
    {"size", "up|down", "a larger or smaller input of the network", size},
    {"auto", NULL, "alpha and rho by themselves, or fixed", automatic},
    {"threshold", "up|down", "fewer or more boxes", threshold},
    {"statistics", NULL, "statistics on or off", statistics},
    {"alone", "NUMBER|toggle", "one of several inputs alone; 0: all", alone},
    {"help", NULL, "the list of keys", help},
};
const int run_command_count = sizeof run_command_table / sizeof *run_command_table;

int run_command(Run *run, const char *text, Error *error)
{
    const size_t length = strcspn(text, " ");
    const char *argument = text[length] ? text + length + 1 : NULL;
    for (int i = 0; i < run_command_count; i++) {
        const RunCommand *command = &run_command_table[i];
        if (strlen(command->name) != length || strncmp(command->name, text, length))
            continue;
        const bool fits = !argument == !command->argument;
        if (!fits || command->run(run, argument))
            return error_set(error, "command '%s': expected '%s%s%s'", text, command->name,
                             command->argument ? " " : "", command->argument ? command->argument : "");
        return 0;
    }
    return error_set(error, "there is no command '%s'", text);
}
