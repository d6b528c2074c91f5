/*
 * `auto` on simulated machines: a camera, detections whose times follow a model that is not the one that is
 * guessed, noise, and loads that come and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/run/rate_control.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
enum { POINTS = 16, MINUTES = 10 };

/* AP as the weights tell it, by alpha and size, ascending. */
static const double accuracies[POINTS] = {0.0335, 0.0365, 0.041,  0.046,  0.0654, 0.0752, 0.0832, 0.0909,
                                          0.0784, 0.0955, 0.1086, 0.1167, 0.0831, 0.0992, 0.1141, 0.1244};

static int points_of_all(NetworkPoint points[POINTS])
{
    for (int i = 0; i < POINTS; i++)
        points[i] = (NetworkPoint){0.25 * (1 + i / 4), 128 + 32 * (i % 4), accuracies[i]};
    return POINTS;
}

typedef struct Machine {
    double ms;       /* of alpha 1 at size 224 */
    double overhead; /* ms of every frame */
    double noise;    /* relative */
    double spikes;   /* share of frames that take four times as long */
    double load;     /* 1: none */
    uint64_t random;
} Machine;

typedef struct Run {
    RateControl *control;
    double rate; /* of the camera */
    NetworkPoint points[POINTS];
    int count;
    NetworkPoint point;
    int64_t now;
    int switches, frames, late;
} Run;

static double uniform(Machine *machine)
{
    machine->random = machine->random * 6364136223846793005u + 1442695040888963407u;
    return ((double)(machine->random >> 11) + 0.5) * 0x1p-53;
}

/* Mult-adds of the whole network, head included, at 94 % down to 77 % of the peak. */
static double true_ms(const Machine *machine, NetworkPoint point)
{
    double pixels = point.size * point.size / (224.0 * 224), alpha = point.alpha;
    double work = (0.86 * alpha * alpha + 0.14 * alpha) * pixels;
    return machine->load * (machine->overhead + machine->ms * work * (1.05 + 0.1 * (1 - alpha)));
}

static double measured_ms(Machine *machine, NetworkPoint point)
{
    double normal = sqrt(-2 * log(uniform(machine))) * cos(2 * M_PI * uniform(machine));
    double ms = true_ms(machine, point) * exp(machine->noise * normal);
    return uniform(machine) < machine->spikes ? 4 * ms : ms;
}

static Run start(double rate, NetworkPoint point)
{
    Run run = {.control = rate_control_create(rate), .rate = rate, .point = point, .now = 5 * SECOND};
    assert_non_null(run.control);
    run.count = points_of_all(run.points);
    return run;
}

/* Frames until that many seconds have passed. */
static void go_on(Run *run, Machine *machine, double seconds)
{
    int64_t end = run->now + (int64_t)(seconds * SECOND), interval = (int64_t)(SECOND / run->rate);
    while (run->now < end) {
        double ms = measured_ms(machine, run->point);
        int64_t busy = (int64_t)(ms * 1e6);
        NetworkPoint next =
            rate_control_update(run->control, run->point, ms, run->now + busy, run->points, run->count);
        run->frames++;
        run->late += busy > interval;
        run->switches += next.alpha != run->point.alpha || next.size != run->point.size;
        run->point = next;
        run->now += busy > interval ? busy : interval;
    }
}

static int is_point(const Run *run, double alpha, int size)
{
    return run->point.alpha == alpha && run->point.size == size;
}

/* The best accuracy of all points that take at most a share of the interval; 0: none does. */
static double best_within(const Run *run, const Machine *machine, double share)
{
    double best = 0;
    for (int i = 0; i < run->count; i++)
        if (true_ms(machine, run->points[i]) <= share * 1000 / run->rate)
            best = fmax(best, run->points[i].accuracy);
    return best;
}

static double accuracy_here(const Run *run)
{
    for (int i = 0; i < run->count; i++)
        if (is_point(run, run->points[i].alpha, run->points[i].size))
            return run->points[i].accuracy;
    return 0;
}

static void a_machine_that_cannot(void **state)
{
    (void)state;
    Machine machine = {.ms = 4000, .overhead = 30, .noise = 0.1, .load = 1, .random = 1};
    Run run = start(30, (NetworkPoint){.alpha = 1, .size = 224});
    go_on(&run, &machine, 60);
    assert_true(is_point(&run, 0.25, 128));
    int switches = run.switches;
    assert_true(switches <= 4);
    go_on(&run, &machine, 60 * MINUTES);
    assert_true(is_point(&run, 0.25, 128));
    assert_int_equal(run.switches, switches);
    rate_control_destroy(run.control);
}

static void a_machine_that_does_it_all(void **state)
{
    (void)state;
    Machine machine = {.ms = 12, .overhead = 2, .noise = 0.15, .spikes = 0.02, .load = 1, .random = 2};
    Run run = start(30, (NetworkPoint){.alpha = 1, .size = 224});
    go_on(&run, &machine, 60 * MINUTES);
    assert_true(is_point(&run, 1, 224));
    assert_int_equal(run.switches, 0);
    rate_control_destroy(run.control);
    /* from the other end */
    run = start(30, (NetworkPoint){.alpha = 0.25, .size = 128});
    go_on(&run, &machine, 20);
    assert_true(is_point(&run, 1, 224));
    assert_true(run.switches <= 4);
    go_on(&run, &machine, 60 * MINUTES);
    assert_true(is_point(&run, 1, 224));
    assert_true(run.switches <= 4);
    rate_control_destroy(run.control);
}

/* Machines of every speed, calm and noisy. */
static void the_best_that_fits(void **state)
{
    (void)state;
    int most = 0, most_at_end = 0, most_noisy = 0;
    double worst_late = 0;
    for (int i = 0; i < 240; i++) {
        Machine machine = {.ms = 8 * pow(1.02, i), .overhead = i % 5, .load = 1, .random = (uint64_t)i};
        machine.noise = 0.08 * (i % 4);
        machine.spikes = i % 3 * 0.01;
        double rate = i % 2 ? 30 : 15;
        Run run = start(rate, (NetworkPoint){.alpha = i % 7 ? 1 : 0.25, .size = i % 7 ? 224 : 128});
        go_on(&run, &machine, 60);
        run.frames = run.late = 0;
        int before = run.switches;
        go_on(&run, &machine, 60 * MINUTES - 120);
        int at_end = run.switches;
        go_on(&run, &machine, 60);
        at_end = run.switches - at_end;
        double late = (double)run.late / run.frames;
        /* on average over the points that hold it: not worse than what fits with a margin */
        if (machine.noise < 0.1 && best_within(&run, &machine, 0.7) > accuracy_here(&run))
            fail_msg("machine %d (%.1f ms): alpha %g, size %d is too little", i, machine.ms, run.point.alpha,
                     run.point.size);
        if (best_within(&run, &machine, 0.9) > 0 && late > 0.3)
            fail_msg("machine %d (%.1f ms): %.0f %% of frames are late", i, machine.ms, 100 * late);
        most = before > most ? before : most;
        most_at_end = at_end > most_at_end ? at_end : most_at_end;
        most_noisy = run.switches > most_noisy ? run.switches : most_noisy;
        worst_late = fmax(worst_late, late);
        rate_control_destroy(run.control);
    }
    printf("most switches: %d in the first minute, %d in ten, %d in the last; most late frames %.1f %%\n",
           most, most_noisy, most_at_end, 100 * worst_late);
    assert_true(most <= 8);
    assert_true(most_noisy <= 20);
    assert_true(most_at_end <= 2);
}

/* Another program comes and goes. */
static void load_that_comes_and_goes(void **state)
{
    (void)state;
    Machine machine = {.ms = 20, .overhead = 2, .noise = 0.1, .load = 1, .random = 3};
    Run run = start(30, (NetworkPoint){.alpha = 1, .size = 224});
    go_on(&run, &machine, 60);
    assert_true(is_point(&run, 1, 224));
    machine.load = 3;
    go_on(&run, &machine, 1);
    assert_true(true_ms(&machine, run.point) < 1000 / run.rate);
    run.frames = run.late = 0;
    go_on(&run, &machine, 60);
    assert_true(run.late < run.frames / 10);
    assert_false(is_point(&run, 1, 224));
    machine.load = 1;
    go_on(&run, &machine, 15);
    assert_true(is_point(&run, 1, 224));
    assert_true(run.switches <= 6);
    rate_control_destroy(run.control);
}

/* A load that ends just while the time of the lower point is learned: it comes to its senses. */
static void short_loads_of_every_length(void **state)
{
    (void)state;
    for (int i = 1; i < 60; i++) {
        Machine machine = {.ms = 20, .overhead = 2, .noise = 0.05, .load = 1, .random = (uint64_t)i};
        Run run = start(30, (NetworkPoint){.alpha = 1, .size = 224});
        go_on(&run, &machine, 10);
        machine.load = 4;
        go_on(&run, &machine, 0.033 * i);
        machine.load = 1;
        go_on(&run, &machine, 300);
        if (!is_point(&run, 1, 224))
            fail_msg("after a load of %d frames it stays at alpha %g, size %d", i, run.point.alpha,
                     run.point.size);
        assert_true(run.switches <= 10);
        rate_control_destroy(run.control);
    }
}

/* Loads that change as fast as one likes cost only so many switches. */
static void it_never_swings(void **state)
{
    (void)state;
    static const double periods[] = {0.3, 1, 3, 5, 8, 13, 20, 40, 100};
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        Machine machine = {.ms = 24, .overhead = 2, .noise = 0.1, .random = i};
        Run run = start(30, (NetworkPoint){.alpha = 1, .size = 224});
        for (int step = 0; run.now < 60 * MINUTES * SECOND; step++) {
            machine.load = step % 2 ? 1 : 2;
            go_on(&run, &machine, periods[i]);
        }
        if (run.switches > 24)
            fail_msg("a load that changes every %g s: %d switches", periods[i], run.switches);
        rate_control_destroy(run.control);
    }
    /* a machine that gets hot: slower with work, faster with rest, within a minute */
    Machine machine = {.ms = 24, .overhead = 2, .noise = 0.1, .load = 1, .random = 9};
    Run run = start(30, (NetworkPoint){.alpha = 1, .size = 224});
    for (double heat = 0; run.now < 60 * MINUTES * SECOND;) {
        heat += (true_ms(&machine, run.point) * run.rate / 1000 - heat) / 60;
        machine.load = 1 + fmax(0, heat - 0.5) * 1.5;
        go_on(&run, &machine, 1);
    }
    printf("a machine that gets hot: %d switches in ten minutes\n", run.switches);
    assert_true(run.switches <= 24);
    rate_control_destroy(run.control);
}

/* One slow frame in many is no reason to leave. */
static void spikes_are_passed_over(void **state)
{
    (void)state;
    Machine machine = {.ms = 20, .overhead = 2, .noise = 0.05, .spikes = 0.04, .load = 1, .random = 5};
    Run run = start(30, (NetworkPoint){.alpha = 1, .size = 224});
    go_on(&run, &machine, 60 * MINUTES);
    assert_true(is_point(&run, 1, 224));
    assert_true(run.switches <= 4);
    rate_control_destroy(run.control);
}

/* While weights are still being loaded. */
static void points_become_ready_one_by_one(void **state)
{
    (void)state;
    Machine machine = {.ms = 300, .overhead = 2, .noise = 0.05, .load = 1, .random = 6};
    Run run = start(30, (NetworkPoint){.alpha = 1, .size = 224});
    NetworkPoint all[POINTS];
    memcpy(all, run.points, sizeof all);
    for (int ready = 1; ready <= POINTS; ready++) {
        memcpy(run.points, &all[POINTS - ready], (size_t)ready * sizeof *all);
        run.count = ready;
        go_on(&run, &machine, 1);
        assert_true(accuracy_here(&run) > 0); /* one of those that are ready */
    }
    go_on(&run, &machine, 30);
    assert_true(true_ms(&machine, run.point) < 1000 / run.rate);
    assert_true(accuracy_here(&run) >= best_within(&run, &machine, 0.7));
    rate_control_destroy(run.control);
}

/* Alpha 1 that is no better than 0.75, and sizes that are no better than smaller ones. */
static void what_is_no_better_is_left_out(void **state)
{
    (void)state;
    Machine machine = {.ms = 10, .overhead = 1, .noise = 0.05, .load = 1, .random = 11};
    for (int i = 0; i < 3; i++) {
        Run run = start(30, (NetworkPoint){.alpha = i ? 0.5 : 1, .size = i == 1 ? 128 : 224});
        for (int k = 0; k < 4; k++) {
            run.points[12 + k].accuracy = run.points[8 + k].accuracy; /* alpha 1 as 0.75 */
            run.points[4 + k].accuracy = 0.06 - 0.001 * k;            /* alpha 0.5, the larger the worse */
        }
        go_on(&run, &machine, 30);
        assert_true(is_point(&run, 0.75, 224));
        assert_true(run.switches <= 2);
        machine.load = 7; /* on its way down it may pass what is worth it, and nothing else */
        for (int second = 0; second < 60; second++) {
            go_on(&run, &machine, 1);
            assert_true(run.point.alpha == 0.75 || run.point.alpha == 0.25 || is_point(&run, 0.5, 128));
        }
        assert_true(true_ms(&machine, run.point) < 1000 / run.rate);
        machine.load = 1;
        rate_control_destroy(run.control);
    }
}

static void accuracies_that_are_not_told(void **state)
{
    (void)state;
    Machine machine = {.ms = 60, .overhead = 1, .load = 1, .random = 7};
    Run run = start(30, (NetworkPoint){.alpha = 1, .size = 224});
    for (int i = 0; i < run.count; i++)
        run.points[i].accuracy = i == 3 ? 0 : 0.5;
    go_on(&run, &machine, 60);
    assert_true(true_ms(&machine, run.point) < 1000 / run.rate);
    assert_true(true_ms(&machine, run.point) > 0.6 * 1000 / run.rate); /* by cost */
    rate_control_destroy(run.control);
}

/* One machine: what holds 15 and 10 frames a second does not hold 60. */
static void targets(void **state)
{
    (void)state;
    Machine machine = {.ms = 40, .overhead = 1, .noise = 0.05, .load = 1, .random = 8};
    Run run = start(15, (NetworkPoint){.alpha = 1, .size = 224});
    go_on(&run, &machine, 20);
    assert_true(is_point(&run, 1, 224));
    rate_control_destroy(run.control);
    run = start(60, run.point);
    go_on(&run, &machine, 5);
    assert_true(true_ms(&machine, run.point) < 1000 / run.rate);
    rate_control_destroy(run.control);
    run = start(10, run.point);
    go_on(&run, &machine, 10);
    assert_true(is_point(&run, 1, 224));
    rate_control_destroy(run.control);
}

/* Pauses, clocks that jump, a point that somebody else chose or that is not in the list. */
static void odd_frames(void **state)
{
    (void)state;
    Machine machine = {.ms = 20, .overhead = 2, .noise = 0.05, .load = 1, .random = 10};
    Run run = start(30, (NetworkPoint){.alpha = 0.5, .size = 160});
    go_on(&run, &machine, 1);
    run.now += 1000 * SECOND; /* nothing was seen to fit in the meantime */
    go_on(&run, &machine, 1);
    assert_int_equal(run.switches, 0);
    run.now -= 500 * SECOND;
    go_on(&run, &machine, 1);
    assert_int_equal(run.switches, 0);
    go_on(&run, &machine, 30);
    assert_true(is_point(&run, 1, 224));
    run.point = (NetworkPoint){.alpha = 0.75, .size = 128};
    go_on(&run, &machine, 30);
    assert_true(is_point(&run, 1, 224));
    /* not one of those that may be chosen: left alone while it holds the rate, else left for good */
    run.point = (NetworkPoint){.alpha = 0.35, .size = 96};
    go_on(&run, &machine, 5);
    assert_true(is_point(&run, 0.35, 96));
    run.count = 0;
    machine.load = 100;
    go_on(&run, &machine, 5);
    assert_true(is_point(&run, 0.35, 96));
    /* more points than there can be */
    NetworkPoint same = {.alpha = 0.5, .size = 128};
    for (int size = 1; size < 1000; size++) {
        NetworkPoint point = {.alpha = 0.5, .size = size};
        run.now += SECOND / 30;
        NetworkPoint next = rate_control_update(run.control, point, 1, run.now, &same, 1);
        assert_true(next.size == size || next.size == same.size);
    }
    rate_control_destroy(run.control);
    rate_control_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_that_cannot),
        cmocka_unit_test(a_machine_that_does_it_all),
        cmocka_unit_test(the_best_that_fits),
        cmocka_unit_test(load_that_comes_and_goes),
        cmocka_unit_test(short_loads_of_every_length),
        cmocka_unit_test(it_never_swings),
        cmocka_unit_test(spikes_are_passed_over),
        cmocka_unit_test(points_become_ready_one_by_one),
        cmocka_unit_test(what_is_no_better_is_left_out),
        cmocka_unit_test(accuracies_that_are_not_told),
        cmocka_unit_test(targets),
        cmocka_unit_test(odd_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
