/* How every thread of the program starts: signals are for the main thread, so all others block them. */
#ifndef LOOKOUT_BASE_THREAD_H
#define LOOKOUT_BASE_THREAD_H

#include <pthread.h>

/* As pthread_create() without attributes: 0 or an error number. Threads that it starts inherit the mask. */
int thread_start(pthread_t *thread, void *(*run)(void *), void *argument);

#endif
