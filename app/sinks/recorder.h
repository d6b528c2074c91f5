/*
 * Snapshots and recordings that are asked for while the program runs (keys s, S and r). Files are begun,
 * encoded and closed by threads of its own, so that no frame waits for them. Named lookout-DATE-TIME.png or
 * .mkv in the current directory, never over an existing file.
 */
#ifndef LOOKOUT_APP_SINKS_RECORDER_H
#define LOOKOUT_APP_SINKS_RECORDER_H

#include "app/run/control.h"
#include "vision/frame.h"

typedef struct Recorder Recorder;

/* Listens to control's wishes and tells it, and standard error, what it did. frame_rate: see WriterOptions.
 * live: a full queue drops pictures, as does the time it takes to begin a file, and what is said at the end
 * counts them; otherwise the caller waits.
 * busy_path: what --output is recording, NULL if nothing: a wish to record is then refused with a notice.
 * Both outlive the recorder. NULL when out of memory or threads. */
Recorder *recorder_create(Control *control, double frame_rate, int live, const char *busy_path);
/* Finishes what was begun (a recording is completed). Returns the number of files that failed since the
 * recorder was made. Called once, after the last picture. */
int recorder_finish(Recorder *recorder);
void recorder_destroy(Recorder *recorder); /* finishes, if nobody did; takes NULL */

/* Both are for the one thread that draws. Pictures are PIXEL_I420 and are copied where they are wanted.
 *
 * What is seen, without boxes for WISH_CLEAN_SNAPSHOT and with them for WISH_SNAPSHOT: saved if that was
 * wished. */
void recorder_snapshot(Recorder *recorder, Wish wish, const Frame *picture);
/* Every frame in order, with boxes. The same one may come again, for a wish that is made while the run is
 * paused: it is not recorded twice. NULL: none comes, but a recording that is not wanted any more ends. */
void recorder_record(Recorder *recorder, const Frame *picture);

#endif
