/* What the window says in words. */
#ifndef LOOKOUT_APP_WINDOW_VIEW_TEXT_H
#define LOOKOUT_APP_WINDOW_VIEW_TEXT_H

#include "app/run/status.h"
#include <stddef.h>

/* What is known of an input. */
typedef struct InputText {
    const char *name;
    bool live;  /* a camera */
    bool still; /* one picture: it has no rates */
    bool has_picture;
    bool paused;
    double threshold;
    StatusReport report;
} InputText;

/* Of the network, which all inputs share. */
typedef struct NetworkText {
    double alpha;
    int size; /* 0: nothing has been detected yet */
    bool automatic;
    int threads;
    const char *isa;
} NetworkText;

/* What lasts, of all inputs that are shown: true if it is so of one. */
typedef struct StateText {
    bool lost, recording, paused;
} StateText;

/* Each fills text, cut to size, with lines as the window takes them (see canvas.h). */

/* The numbers of one input. */
void view_text_status(char *text, size_t size, const InputText *input, const NetworkText *network);
/* A line over one of several pictures; numbers: with its rates. */
void view_text_label(char *text, size_t size, const InputText *input, bool numbers);
/* Why there is no picture; "" while there is one. */
void view_text_obstacle(char *text, size_t size, const InputText *input);
void view_text_state(char *text, size_t size, const StateText *state);
void view_text_title(char *text, size_t size, const char *name, const NetworkText *network,
                     const StateText *state);
/* The keys. */
void view_text_help(char *text, size_t size);

#endif
