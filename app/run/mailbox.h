/*
 * The newest frame, from one thread to another: three frames, of which one belongs to the writer, one to the
 * reader, and one is the latest that was published. Nobody waits for the other, and nothing is allocated once
 * the frames have their size.
 */
#ifndef LOOKOUT_APP_RUN_MAILBOX_H
#define LOOKOUT_APP_RUN_MAILBOX_H

#include "vision/frame.h"

typedef struct Mailbox Mailbox;

Mailbox *mailbox_create(void); /* NULL when out of memory */
void mailbox_destroy(Mailbox *mailbox);

/* The writer's own frame, to be filled (frame_alloc() and frame_copy() keep its buffer). */
Frame *mailbox_blank(Mailbox *mailbox);
/* Makes that frame the latest. The writer gets another one; if the reader has not taken the last, it is lost.
 * Returns nonzero if so. */
int mailbox_publish(Mailbox *mailbox);

/* The latest frame, which belongs to the reader until the next call; NULL if it has been taken already. */
Frame *mailbox_take(Mailbox *mailbox);
/* The same, waiting for one until the mailbox is closed: then NULL. */
Frame *mailbox_wait(Mailbox *mailbox);
/* No more frames come. Any thread may say so. */
void mailbox_close(Mailbox *mailbox);

#endif
