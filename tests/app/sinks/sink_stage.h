/* What a sink that takes pictures needs around it: frames and observations from pools, its queue, a key, and
 * a list of all that it reports. Each test has a folder of its own, which is the current directory. */
#ifndef LOOKOUT_TESTS_APP_SINKS_SINK_STAGE_H
#define LOOKOUT_TESTS_APP_SINKS_SINK_STAGE_H

#include "tests/support/recording.h"

#include "app/run/notices.h"
#include "app/run/sink_queue.h"
#include "app/run/status.h"
#include <sys/resource.h>

enum { STAGE_WIDTH = 160, STAGE_HEIGHT = 120 };

typedef struct SinkStage {
    Notices notices;
    Status *status;
    atomic_int stop;
    SinkQueue *queue;   /* of the sink that is tested */
    Observation *shown; /* the latest picture, as a window has it */
    int number;         /* of the next picture */
} SinkStage;

extern SinkStage stage;
extern const char *const stage_classes[]; /* of the objects in the pictures */

/* For ON_STAGE(). */
int stage_open(void **state);
int stage_close(void **state);
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

/* Gives the sink its queue and thread. */
void stage_set_sink(Sink *sink);
/* Waits for the sink's thread and returns what became of it. */
SinkResult stage_finish(void);

/* Pushes the next picture, and shows it: a black frame in which one object has its lower left corner near
 * that of the picture. waits: for room in the queue, as for a clip. */
void stage_push(bool waits);
/* Pushes the picture that is shown once more. */
void stage_push_again(void);
/* A key, as app/run/channel.c passes it on. */
void stage_press(SinkCommand command);

/* How many reports begin so, and the n-th of all (from 0). */
int stage_count_reports(const char *start);
const char *stage_report(int n);
/* Waits for that many reports that begin so; fails after a minute. */
void stage_wait_for_report(const char *start, int times);
/* Whoever reports "saved" waits from now on, or no longer. */
void stage_hold_saving(bool held);

/* The n-th file (from 0) of the folder with this suffix, in the order of their names; returns their number.
 */
int stage_find_files(const char *suffix, int n, char name[256]);
/* The name is one that the time makes. */
void stage_assert_is_named(const char *name, const char *suffix);
/* Highest brightness, 0..255, around the lower left corner of a file's first picture: dark without boxes. */
int stage_corner(const char *name);

/* Makes the current directory one that is gone, and back to the test's folder. */
void stage_enter_gone_folder(void);
void stage_leave_gone_folder(void);

/* Runs body in a child, in which no file may become longer than so many bytes; returns what body does. */
int stage_run_on_full_disk(rlim_t bytes, int (*body)(void));

#endif
