#include "app/error.h"

#include "app/cli/text.h"
#include <stdarg.h>
#include <stdio.h>

int app_fail(AppError *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    text_make_printable(error->message);
    return -1;
}
