#include "base/message.h"

#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Every line is one call, for which stdio locks the stream: so lines of several threads do not mix. */

#define CLEAR "\r\033[K"

void message(const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    text_make_printable(text);
    fprintf(stderr, "%slookout: %s\n", message_on_terminal() ? CLEAR : "", text);
}

void message_status(const char *text)
{
    struct winsize window;
    int columns = 80;
    if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &window) && window.ws_col > 0)
        columns = window.ws_col;
    char line[256];
    snprintf(line, sizeof line, "lookout: %s", text);
    text_make_printable(line);
    /* one column is left free: a full line would wrap and could not be rewritten */
    fprintf(stderr, "\r%.*s\033[K", columns - 1, line);
}

void message_clear(void)
{
    fputs(CLEAR, stderr);
}

bool message_on_terminal(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb");
}
