/*
 * Worker threads. When the pool is created, a pthread opens one OpenMP parallel region of N-1 threads, which
 * ends when the pool is destroyed. The thread that calls pool_run() is worker 0. Within and between jobs
 * the workers meet at our own barrier: they spin for 50 microseconds, then sleep on a futex, so that an
 * idle program uses no CPU (libgomp's own barrier would spin at the end of every region).
 * N = 1 starts no thread. If OpenMP starts fewer threads than asked for, the work is split over those.
 */
#ifndef LOOKOUT_DETECTOR_BASE_POOL_H
#define LOOKOUT_DETECTOR_BASE_POOL_H

#include "detector/lookout.h"

typedef struct Pool Pool;

/* threads: 1..LOOKOUT_MAX_THREADS. NULL with error filled if there is no memory or threads cannot be
 * started. */
Pool *pool_create(int threads, LookoutError *error);
void pool_destroy(Pool *pool);
int pool_threads(const Pool *pool);

/* Runs body(argument, worker) once on each of the first `threads` workers (1..pool_threads()), worker 0
 * being the caller, and returns when all have finished. */
void pool_run(Pool *pool, int threads, void (*body)(void *argument, int worker), void *argument);

/* Called by every worker that takes part in the running job: returns when all of them have called it. What
 * each wrote before is then visible to all. */
void pool_barrier(Pool *pool, int worker);

#endif
