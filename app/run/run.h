/*
 * A run: the channels of its inputs, the one inference that serves them, and the sinks. It starts them in the
 * right order, ends them in the right order, and knows how it all ended.
 */
#ifndef LOOKOUT_APP_RUN_RUN_H
#define LOOKOUT_APP_RUN_RUN_H

#include "app/run/channel.h"

#define RUN_MAX_INPUTS INFERENCE_MAX_CLIENTS
/* Three of each input's own (recording, statistics, snapshots), and those that all inputs share. */
#define RUN_OWN_SINKS 3
#define RUN_SHARED_SINKS (CHANNEL_MAX_SINKS - RUN_OWN_SINKS)
#define RUN_MAX_SINKS (RUN_OWN_SINKS * RUN_MAX_INPUTS + RUN_SHARED_SINKS)

/* What *stop says when it was no signal that ended the run. */
enum {
    RUN_QUIT = -1,   /* the user, in the window */
    RUN_CLOSED = -2, /* nobody reads our standard output any more */
    RUN_FAILED = -3, /* all outputs have failed, or the window has */
    RUN_LOST = -4,   /* a camera, and exit_on_lost is set */
};

/* What the user has asked the window to show; set by commands. */
typedef struct RunView {
    atomic_bool statistics, help, full_screen;
    atomic_int alone; /* the input that is shown alone and that keys act on; -1: all */
} RunView;

typedef struct Run {
    atomic_int *stop; /* 0, then what ends the run: a signal's number or one of the above. Outlives the run */
    bool has_window;
    RunView view;
    Notices notices;
    ModelChoice *choice;
    Inference *inference;
    Channel *channels[RUN_MAX_INPUTS]; /* [channel_count] */
    int channel_count;
    SinkQueue *sinks[RUN_MAX_SINKS]; /* [sink_count] */
    int sink_count;

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    int reading;                 /* channels whose frames have not ended */
    int running;                 /* channels whose threads have not */
    int results, failed_results; /* sinks that somebody asked for */
    bool has_failed;             /* a sink has, before the run was stopped */
} Run;

/* Loads the network. Returns 0, or -1 with error; the run is then empty. */
int run_init(Run *run, atomic_int *stop, const ModelOptions *options, Error *error);
/* Stopped and joined, or never started. Takes an empty one. */
void run_finish(Run *run);

/* Adds an input; the setup's inference, choice, notices, number and callback are the run's to fill in. NULL
 * when out of memory. */
Channel *run_add_channel(Run *run, ChannelSetup *setup);
/* Adds a sink to one channel, or to all (NULL), which are then complete; owns it, also when it fails. Returns
 * 0, or -1 with error. */
int run_add_sink(Run *run, Channel *channel, Sink *sink, Error *error);

/* Starts the threads: 0, or -1 with error (those that were started are then to be joined all the same). */
int run_start(Run *run, Error *error);
/* Every channel's thread has ended, or something has stopped the run. */
bool run_is_over(Run *run);
/* Waits until it is. */
void run_wait(Run *run);
/* Ends the run for this reason, unless there is another one already. Any thread. */
void run_end(Run *run, int reason);
/* Ends all threads, if nothing has yet, and completes all outputs. */
void run_join(Run *run);

#endif
