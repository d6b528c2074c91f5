/* Lines that are shown for a few seconds, from any thread to the window; and how the window is woken. */
#ifndef LOOKOUT_APP_RUN_NOTICES_H
#define LOOKOUT_APP_RUN_NOTICES_H

#include <pthread.h>

#define NOTICE_TEXT 256 /* bytes of a line, its end included; longer ones are cut */

typedef struct Notices {
    void (*wake)(void *); /* called whenever there is something new to look at; NULL: nobody looks. Set before
                             other threads know the Notices */
    void *wake_argument;
    pthread_mutex_t lock; /* over what follows */
    char text[NOTICE_TEXT];
    int number;
} Notices;

void notices_init(Notices *notices);
void notices_finish(Notices *notices);

/* A line to be shown; a new one takes the place of the last. */
void notices_post(Notices *notices, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, and a line on standard error (base/message.h) for whoever has closed the window. */
void notices_report(Notices *notices, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Copies the latest line; returns its number, which grows with each (0: there was none). */
int notices_get(Notices *notices, char text[NOTICE_TEXT]);
void notices_wake(const Notices *notices);

#endif
