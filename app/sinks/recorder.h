/*
 * Recordings with boxes: what --output asks for, from the first picture to the last, and what key r begins
 * and ends, to lookout-DATE-TIME.mkv in the current directory, never over an existing file.
 */
#ifndef LOOKOUT_APP_SINKS_RECORDER_H
#define LOOKOUT_APP_SINKS_RECORDER_H

#include "app/run/notices.h"
#include "app/run/sink.h"
#include "app/run/status.h"

/* Everything in it outlives the recorder. */
typedef struct RecorderSetup {
    const char *path;           /* of --output; NULL: key r decides when, the time decides on the name */
    const char *const *classes; /* [K] names, for labels */
    double frame_rate;          /* see WriterOptions */
    bool still;                 /* a single picture */
    bool warns;                 /* that there is no font for labels */
    bool live;                  /* a recording begins with the next picture, not with the one that is shown */
    Notices *notices;           /* where it reports what key r does, as on standard error */
    Status *status;             /* where it reports the file that is being recorded to */
} RecorderSetup;

/* Checks what can be checked from the path alone; files are created with the first picture. NULL with error.
 */
Sink *recorder_create(const RecorderSetup *setup, Error *error);

/* What a recording to --output is encoded with, as "H.264 (libx264)"; "" before the first picture. fallback:
 * it is not the encoder that was asked for, which is worth telling. After the sink was finished. */
const char *recorder_encoder(const Sink *sink, bool *fallback);
/* Recordings that a key has begun and that could not be written. */
int recorder_failures(const Sink *sink);

#endif
