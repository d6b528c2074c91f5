#include "app/run/mailbox.h"

#include <pthread.h>
#include <stdlib.h>

/* The lock is held to swap numbers only: a frame is filled and read by the one thread it belongs to. */
struct Mailbox {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Frame frames[3];
    int blank, latest, taken; /* a permutation of 0, 1, 2: the writer's, the published one, the reader's */
    int fresh;                /* the latest has not been taken */
    int closed;
};

Mailbox *mailbox_create(void)
{
    Mailbox *mailbox = calloc(1, sizeof *mailbox);
    if (!mailbox)
        return NULL;
    pthread_mutex_init(&mailbox->lock, NULL);
    pthread_cond_init(&mailbox->changed, NULL);
    mailbox->latest = 1;
    mailbox->taken = 2;
    return mailbox;
}

void mailbox_destroy(Mailbox *mailbox)
{
    if (!mailbox)
        return;
    for (int i = 0; i < 3; i++)
        frame_free(&mailbox->frames[i]);
    pthread_cond_destroy(&mailbox->changed);
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}

Frame *mailbox_blank(Mailbox *mailbox)
{
    return &mailbox->frames[mailbox->blank];
}

int mailbox_publish(Mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    int lost = mailbox->fresh, latest = mailbox->blank;
    mailbox->blank = mailbox->latest;
    mailbox->latest = latest;
    mailbox->fresh = 1;
    pthread_cond_signal(&mailbox->changed);
    pthread_mutex_unlock(&mailbox->lock);
    return lost;
}

/* With the lock held. */
static Frame *take(Mailbox *mailbox)
{
    if (!mailbox->fresh)
        return NULL;
    int taken = mailbox->latest;
    mailbox->latest = mailbox->taken;
    mailbox->taken = taken;
    mailbox->fresh = 0;
    return &mailbox->frames[taken];
}

Frame *mailbox_take(Mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    Frame *frame = take(mailbox);
    pthread_mutex_unlock(&mailbox->lock);
    return frame;
}

Frame *mailbox_wait(Mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    while (!mailbox->fresh && !mailbox->closed)
        pthread_cond_wait(&mailbox->changed, &mailbox->lock);
    Frame *frame = mailbox->closed ? NULL : take(mailbox);
    pthread_mutex_unlock(&mailbox->lock);
    return frame;
}

void mailbox_close(Mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->closed = 1;
    pthread_cond_broadcast(&mailbox->changed);
    pthread_mutex_unlock(&mailbox->lock);
}
