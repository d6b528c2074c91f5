/* How every thread of the program starts, signals being for the main thread, so that all others block them;
 * and conditions that wait for a time. */
#ifndef LOOKOUT_BASE_THREAD_H
#define LOOKOUT_BASE_THREAD_H

#include <pthread.h>
#include <stdint.h>

/* As pthread_create() without attributes: 0 or an error number. Threads that it starts inherit the mask. */
int thread_start(pthread_t *thread, void *(*run)(void *), void *argument);

/* A condition for condition_wait_until(). */
void condition_init(pthread_cond_t *condition);
/* As pthread_cond_wait(), until this time of CLOCK_MONOTONIC at most. */
void condition_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t time_ns);

#endif
