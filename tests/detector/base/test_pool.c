/* The worker pool: which worker runs what, the barrier, what idle workers cost, and what happens if threads
 * cannot be started. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "detector/base/cpu.h"
#include "detector/base/pool.h"

#define ROUNDS 200

typedef struct Job {
    Pool *pool;
    int threads;
    int calls[LOOKOUT_MAX_THREADS]; /* each written by its worker alone */
    int values[LOOKOUT_MAX_THREADS];
    int wrong[LOOKOUT_MAX_THREADS];
} Job;

static void count_call(void *argument, int worker)
{
    Job *job = argument;
    job->calls[worker]++;
}

/* Every worker writes, waits for the others, and reads what all of them wrote; plain ints, so that the test
 * notices a barrier that returns early or does not publish. */
static void exchange_values(void *argument, int worker)
{
    Job *job = argument;
    for (int round = 0; round < ROUNDS; round++) {
        job->values[worker] = round * LOOKOUT_MAX_THREADS + worker;
        pool_barrier(job->pool, worker);
        for (int other = 0; other < job->threads; other++)
            job->wrong[worker] += job->values[other] != round * LOOKOUT_MAX_THREADS + other;
        pool_barrier(job->pool, worker);
    }
}

static void every_worker_runs_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 9; threads += 2) {
        Pool *pool = pool_create(threads, NULL);
        assert_non_null(pool);
        assert_int_equal(pool_threads(pool), threads);
        for (int taking_part = 1; taking_part <= threads; taking_part++) {
            Job job = {.pool = pool, .threads = taking_part};
            for (int run = 0; run < 20; run++)
                pool_run(pool, taking_part, count_call, &job);
            for (int worker = 0; worker < LOOKOUT_MAX_THREADS; worker++)
                assert_int_equal(job.calls[worker], worker < taking_part ? 20 : 0);
        }
        pool_destroy(pool);
    }
}

static void barrier_holds_everyone(void **state)
{
    (void)state;
    /* 8: more than there are cores on many a machine */
    for (int threads = 1; threads <= 8; threads = threads < 4 ? threads + 1 : threads * 2) {
        Pool *pool = pool_create(threads, NULL);
        assert_non_null(pool);
        for (int taking_part = 1; taking_part <= threads; taking_part++) {
            Job job = {.pool = pool, .threads = taking_part};
            pool_run(pool, taking_part, exchange_values, &job);
            for (int worker = 0; worker < taking_part; worker++)
                assert_int_equal(job.wrong[worker], 0);
        }
        pool_destroy(pool);
    }
}

static void unused_pools_end(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        Pool *pool = pool_create(1 + i % 4, NULL);
        assert_non_null(pool);
        pool_destroy(pool);
    }
    pool_destroy(NULL);
}

static double cpu_milliseconds(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec * 1e3 + (double)used.tv_nsec * 1e-6;
}

static void sleep_milliseconds(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static double used_in_a_second(void)
{
    double before = cpu_milliseconds();
    sleep_milliseconds(1000);
    return cpu_milliseconds() - before;
}

/* A pool of more threads than cores does not spin at all. */
static int threads_with_cores(void)
{
    int cores = cpu_cores();
    if (cores < 2)
        skip();
    return cores < 4 ? cores : 4;
}

static void idle_workers_sleep(void **state)
{
    (void)state;
    const int threads = threads_with_cores();
    Pool *pool = pool_create(threads, NULL);
    assert_non_null(pool);
    Job job = {.pool = pool, .threads = threads};
    pool_run(pool, threads, exchange_values, &job);
    /* The least of three, since a sanitizer has a thread of its own that works now and then. */
    double least = used_in_a_second();
    for (int i = 0; i < 2 && least >= 5; i++) {
        double used = used_in_a_second();
        least = used < least ? used : least;
    }
    pool_destroy(pool);
    if (least >= 5)
        fail_msg("idle for a second, the workers used %.2f ms", least);
}

/* 30 frames a second, each with hardly any work, so that the time used is that of waiting. Three workers at
 * most may spin 50 us each after every frame, 4.5 ms a second, and waking and sleeping take as much again; a
 * spinning runtime would use 3000. */
static void workers_sleep_between_frames(void **state)
{
    (void)state;
    const int threads = threads_with_cores();
    Pool *pool = pool_create(threads, NULL);
    assert_non_null(pool);
    Job job = {.pool = pool, .threads = threads};
    double before = cpu_milliseconds();
    for (int frame = 0; frame < 30; frame++) {
        pool_run(pool, threads, count_call, &job);
        sleep_milliseconds(33);
    }
    double used = cpu_milliseconds() - before;
    if (used >= 50)
        fail_msg("at 30 frames a second the workers used %.2f ms in a second", used);
    pool_destroy(pool);
}

static int exit_code_of(const char *mode, const char *name, const char *value)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setenv(name, value, 1);
        execl("/proc/self/exe", "test_pool", mode, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The runtime reads OMP_THREAD_LIMIT once, when the program starts. */
static void work_is_split_over_what_openmp_gives(void **state)
{
    (void)state;
    int limited = exit_code_of("count", "OMP_THREAD_LIMIT", "1");
    if (limited == 127)
        skip(); /* an emulator cannot execute what it runs */
    assert_int_equal(limited, 2);
    assert_int_equal(exit_code_of("count", "OMP_DYNAMIC", "true"), 4);
}

static int count_threads(void)
{
    Pool *pool = pool_create(4, NULL);
    if (!pool)
        return 100;
    int threads = pool_threads(pool);
    Job job = {.pool = pool, .threads = threads};
    pool_run(pool, threads, exchange_values, &job);
    for (int worker = 0; worker < threads; worker++)
        if (job.wrong[worker])
            return 101;
    pool_destroy(pool);
    return threads;
}

/* Threads whose stack is larger than the address space cannot be started. */
static void refused_threads_are_an_error(void **state)
{
    (void)state;
    pthread_attr_t usual, huge;
    assert_int_equal(pthread_getattr_default_np(&usual), 0);
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, (size_t)1 << (sizeof(size_t) * 8 - 2));
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    LookoutError error = {0};
    Pool *pool = pool_create(3, &error);
    pthread_setattr_default_np(&usual);
    pthread_attr_destroy(&huge);
    pthread_attr_destroy(&usual);
    assert_null(pool);
    assert_int_equal(error.status, LOOKOUT_ERROR_MEMORY);
    assert_non_null(strstr(error.message, "2 worker threads"));
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "count") == 0)
        return count_threads();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_worker_runs_once),
        cmocka_unit_test(barrier_holds_everyone),
        cmocka_unit_test(unused_pools_end),
        cmocka_unit_test(idle_workers_sleep),
        cmocka_unit_test(workers_sleep_between_frames),
        cmocka_unit_test(work_is_split_over_what_openmp_gives),
        cmocka_unit_test(refused_threads_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
