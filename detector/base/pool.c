#include "detector/base/pool.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "detector/base/clock.h"
#include "detector/base/cpu.h"
#include "detector/base/error.h"

#define SPIN_NANOSECONDS 50000
/* A thread that waits longer lets others run on its core: the one that it waits for may need it. */
#define YIELD_NANOSECONDS 10000
#define CACHE_LINE 64

/* A counter of steps that threads wait for: the step in the upper bits, and in bit 0 whether a thread sleeps
 * until the next one. Each gate has a cache line of its own. */
typedef struct Gate {
    alignas(CACHE_LINE) atomic_uint word;
} Gate;

struct Pool {
    int threads; /* that take part, the caller included */
    int spin_nanoseconds;
    int workers_asked;
    pthread_t region_thread;
    Gate region_open;

    /* The running job: written by worker 0 before it opens the gates of the workers that take part. */
    void (*body)(void *argument, int worker); /* NULL: leave the region */
    void *argument;
    int job_threads;
    int caller_cpu; /* core that worker 0 opened the job on */

    Gate job[LOOKOUT_MAX_THREADS]; /* of each worker but 0 */
    alignas(CACHE_LINE) atomic_int arrived;
    Gate barrier;
};

static unsigned gate_step(Gate *gate)
{
    return atomic_load_explicit(&gate->word, memory_order_acquire) >> 1;
}

/* Only one thread at a time advances a gate. */
static void gate_advance(Gate *gate)
{
    unsigned next = (atomic_load_explicit(&gate->word, memory_order_relaxed) >> 1) + 1;
    if (atomic_exchange_explicit(&gate->word, next << 1, memory_order_acq_rel) & 1)
        syscall(SYS_futex, &gate->word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Returns when the gate has left `step`. */
static void gate_wait(Gate *gate, unsigned step, int spin_nanoseconds)
{
    step &= UINT_MAX >> 1;
    long long start = spin_nanoseconds ? clock_nanoseconds() : 0, waited = 0;
    do {
        for (int i = 0; i < 16; i++) {
            if (gate_step(gate) != step)
                return;
            relax();
        }
        if (spin_nanoseconds)
            waited = clock_nanoseconds() - start;
        if (waited > YIELD_NANOSECONDS)
            sched_yield();
    } while (waited < spin_nanoseconds);

    while (gate_step(gate) == step) {
        unsigned awake = step << 1, asleep = awake | 1;
        if (atomic_compare_exchange_strong_explicit(&gate->word, &awake, asleep, memory_order_acq_rel,
                                                    memory_order_acquire) ||
            awake == asleep)
            syscall(SYS_futex, &gate->word, FUTEX_WAIT_PRIVATE, asleep, NULL, NULL, 0);
    }
}

void pool_barrier(Pool *pool, int worker)
{
    (void)worker;
    /* Read before arriving: once all have, worker 0 may be setting up the next job. */
    int others = pool->job_threads - 1;
    if (others == 0)
        return;
    unsigned step = gate_step(&pool->barrier);
    if (atomic_fetch_add_explicit(&pool->arrived, 1, memory_order_acq_rel) == others) {
        atomic_store_explicit(&pool->arrived, 0, memory_order_relaxed);
        gate_advance(&pool->barrier);
    } else {
        gate_wait(&pool->barrier, step, pool->spin_nanoseconds);
    }
}

/* When other programs run too, the scheduler may put a worker on the core of the caller. The two
 * run alternately and neither waits long enough for the scheduler to move it, so the worker moves itself. */
static void leave_core(int cpu)
{
    cpu_set_t allowed, others;
    if (sched_getaffinity(0, sizeof allowed, &allowed) || cpu < 0 || cpu >= CPU_SETSIZE)
        return;
    others = allowed;
    CPU_CLR(cpu, &others);
    if (CPU_COUNT(&others) > 0 && !sched_setaffinity(0, sizeof others, &others))
        sched_setaffinity(0, sizeof allowed, &allowed);
}

static void serve(Pool *pool, int worker)
{
    for (unsigned step = 0;; step++) {
        gate_wait(&pool->job[worker], step, pool->spin_nanoseconds);
        if (!pool->body)
            return;
        if (pool->spin_nanoseconds && sched_getcpu() == pool->caller_cpu)
            leave_core(pool->caller_cpu);
        pool->body(pool->argument, worker);
        pool_barrier(pool, worker);
    }
}

static void *open_region(void *argument)
{
    Pool *pool = argument;
    omp_set_dynamic(0);
#pragma omp parallel num_threads(pool->workers_asked)
    {
        int index = omp_get_thread_num();
        if (index == 0) {
            pool->threads = 1 + omp_get_num_threads();
            gate_advance(&pool->region_open);
        }
        serve(pool, index + 1);
    }
    return NULL;
}

static void *wait_for_gate(void *gate)
{
    gate_wait(gate, 0, 0);
    return NULL;
}

/* An OpenMP runtime ends the process if it cannot start a thread, so this tries first whether so many can be
 * started. */
static int threads_can_start(int count)
{
    pthread_t probes[LOOKOUT_MAX_THREADS];
    Gate go = {0};
    int started = 0;
    while (started < count && pthread_create(&probes[started], NULL, wait_for_gate, &go) == 0)
        started++;
    gate_advance(&go);
    for (int i = 0; i < started; i++)
        pthread_join(probes[i], NULL);
    return started == count;
}

Pool *pool_create(int threads, LookoutError *error)
{
    Pool *pool = aligned_alloc(alignof(Pool), sizeof *pool);
    if (!pool) {
        detector_fail(error, LOOKOUT_ERROR_MEMORY, "out of memory for the worker threads");
        return NULL;
    }
    memset(pool, 0, sizeof *pool);
    pool->threads = 1;
    /* With more threads than cores, a thread that spins keeps a core from the thread that it waits for. */
    pool->spin_nanoseconds = threads <= cpu_cores() ? SPIN_NANOSECONDS : 0;
    pool->workers_asked = threads - 1;
    if (pool->workers_asked == 0)
        return pool;

    int code = threads_can_start(pool->workers_asked)
                   ? pthread_create(&pool->region_thread, NULL, open_region, pool)
                   : EAGAIN;
    if (code != 0) {
        detector_fail(error, LOOKOUT_ERROR_MEMORY,
                      "cannot start %d worker threads: %s; ask for fewer threads", pool->workers_asked,
                      strerror(code));
        free(pool);
        return NULL;
    }
    gate_wait(&pool->region_open, 0, 0);
    return pool;
}

void pool_destroy(Pool *pool)
{
    if (!pool)
        return;
    if (pool->workers_asked > 0) {
        pool->body = NULL;
        for (int i = 1; i < pool->threads; i++)
            gate_advance(&pool->job[i]);
        pthread_join(pool->region_thread, NULL);
    }
    free(pool);
}

int pool_threads(const Pool *pool)
{
    return pool->threads;
}

void pool_run(Pool *pool, int threads, void (*body)(void *argument, int worker), void *argument)
{
    pool->body = body;
    pool->argument = argument;
    pool->job_threads = threads;
    pool->caller_cpu = sched_getcpu();
    for (int i = 1; i < threads; i++)
        gate_advance(&pool->job[i]);
    body(argument, 0);
    pool_barrier(pool, 0);
}
