#include "base/error.h"

#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>

static int fill(Error *error, ErrorCode code, const char *format, va_list arguments)
{
    error->code = code;
    vsnprintf(error->message, sizeof error->message, format, arguments);
    text_make_printable(error->message);
    return -1;
}

int error_set(Error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, ERROR_FAILED, format, arguments);
    va_end(arguments);
    return -1;
}

int error_set_usage(Error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, ERROR_USAGE, format, arguments);
    va_end(arguments);
    return -1;
}
