/* Messages on standard error: one line each, "lookout: ...", without control characters. Any thread may write
 * one; lines of several threads do not mix. */
#ifndef LOOKOUT_BASE_MESSAGE_H
#define LOOKOUT_BASE_MESSAGE_H

#include <stdbool.h>

void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line that the next one replaces, cut to the terminal's width; for a terminal only. message_clear()
 * removes it, as message() does. */
void message_status(const char *text);
void message_clear(void);

/* Whether standard error is a terminal that can rewrite a line. */
bool message_on_terminal(void);

#endif
