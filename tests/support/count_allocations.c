#include "tests/support/count_allocations.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int counting, allocations;

void count_allocations(int on)
{
    atomic_store(&counting, on);
}

int allocations_counted(void)
{
    return atomic_load(&allocations);
}

void forget_allocations(void)
{
    atomic_store(&allocations, 0);
}

static void note(void)
{
    if (atomic_load(&counting))
        atomic_fetch_add(&allocations, 1);
}

/* Declares the wrapper of a function and the function itself, as the linker names them. */
#define WRAP(type, name, parameters, arguments)                                                              \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters                                                                            \
    {                                                                                                        \
        note();                                                                                              \
        return __real_##name arguments;                                                                      \
    }

WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, realloc, (void *block, size_t size), (block, size))
WRAP(void *, reallocarray, (void *block, size_t count, size_t size), (block, count, size))
WRAP(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
WRAP(int, posix_memalign, (void **block, size_t alignment, size_t size), (block, alignment, size))
WRAP(char *, strdup, (const char *text), (text))
WRAP(char *, strndup, (const char *text, size_t size), (text, size))
WRAP(int, vasprintf, (char **text, const char *format, va_list arguments), (text, format, arguments))
