/* What test_view.c lets the view work with: a window that notes what it is shown, inputs without threads, and
 * a clock that stands still in between. */
#ifndef LOOKOUT_TESTS_APP_WINDOW_VIEW_FAKES_H
#define LOOKOUT_TESTS_APP_WINDOW_VIEW_FAKES_H

#include "app/window/view.h"

enum { INPUTS = 3 };

/* What is shown of an input. */
typedef struct Place {
    char label[STATUS_TEXT], centre[STATUS_TEXT + 32], click[16];
    bool dim, shown;
    int pictures, boxes; /* that were set; in the last one */
    DrawBox box;         /* the first */
} Place;

/* What the window of a test does and has seen. Every window_wait() is a moment, at which the test may give a
 * command or let something happen. */
struct Window {
    void (*moment)(int number);
    const char *command;
    int moments, most_moments, waits;
    int shows, pictures;
    bool stale, awake, full_screen;
    char status[512], state[128], centre[1024], notice[NOTICE_TEXT], title[512];
    int count; /* of what is shown */
    Place places[INPUTS];
    bool fails, is_gone;
};

struct Channel {
    ChannelSetup setup;
    Input input;
    Status *status;
    bool paused;
    int steps, commands[3];
    double threshold;
    Observation *shown;
    int64_t number;
};

extern Window window;
extern View view;
extern Run run;
extern Channel channels[INPUTS];
extern atomic_int stop;
extern bool over;
extern int64_t now; /* ns */
extern int alpha_steps, size_steps;
extern bool automatic;

/* Before and after each test; one input is shown. */
int set_up(void **state);
int tear_down(void **state);

/* An input has another picture, with a cat in its lower half. captured_ns: 0 where it is not live. */
void publish(int input, int64_t captured_ns);

#endif
