#include "app/run/notices.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void notices_init(Notices *notices)
{
    *notices = (Notices){0};
    pthread_mutex_init(&notices->lock, NULL);
}

void notices_finish(Notices *notices)
{
    pthread_mutex_destroy(&notices->lock);
}

void notices_post(Notices *notices, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&notices->lock);
    vsnprintf(notices->text, sizeof notices->text, format, arguments);
    notices->number++;
    pthread_mutex_unlock(&notices->lock);
    va_end(arguments);
    notices_wake(notices);
}

int notices_get(Notices *notices, char text[NOTICE_TEXT])
{
    pthread_mutex_lock(&notices->lock);
    const int number = notices->number;
    memcpy(text, notices->text, NOTICE_TEXT);
    pthread_mutex_unlock(&notices->lock);
    return number;
}

void notices_wake(const Notices *notices)
{
    if (notices->wake)
        notices->wake(notices->wake_argument);
}
