#include "app/run/notices.h"

#include "base/error.h"
#include "base/message.h"
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

static void post(Notices *notices, const char *text)
{
    pthread_mutex_lock(&notices->lock);
    snprintf(notices->text, sizeof notices->text, "%.*s", NOTICE_TEXT - 1, text);
    notices->number++;
    pthread_mutex_unlock(&notices->lock);
    notices_wake(notices);
}

void notices_post(Notices *notices, const char *format, ...)
{
    char text[NOTICE_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    post(notices, text);
}

void notices_report(Notices *notices, const char *format, ...)
{
    char text[sizeof((Error *)0)->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    post(notices, text);
    message("%s", text);
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
