/* The thread that detects and its clients: whose frame is next, the newest of a client, withdrawing, and
 * rates. */
#include "app/run/rate_control.h"
#include "tests/app/run/fake_detector.h"
#include "tests/app/run/rig.h"

enum { CLIENTS = 4, MOST = 256, PATIENCE_MS = 60000 };

/* A client that keeps its newest frame; frames tell by their brightness which they are. */
typedef struct Client {
    int number, id;
    pthread_mutex_t lock;
    bool has_frame;
    int newest, skipped; /* the waiting frame's number; how many were never looked at */
    Frame picture;       /* what is looked at */
    int looked_at;
    atomic_int answers, failures;
    atomic_bool is_busy; /* offers the next frame with each answer */
    int seen[MOST];
} Client;

static Client clients[CLIENTS];
static Inference *inference;
/* In the order of the answers. */
static atomic_int total;
static int order[MOST];

static void offer(Client *client, int frame)
{
    pthread_mutex_lock(&client->lock);
    client->skipped += client->has_frame;
    client->has_frame = true;
    client->newest = frame;
    pthread_mutex_unlock(&client->lock);
    inference_offer(inference, client->id);
}

static bool take(void *argument, InferenceJob *job)
{
    Client *client = argument;
    pthread_mutex_lock(&client->lock);
    const bool has_frame = client->has_frame;
    client->has_frame = false;
    client->looked_at = client->newest;
    pthread_mutex_unlock(&client->lock);
    if (!has_frame)
        return false;
    rig_fill(&client->picture, client->looked_at);
    job->frame = &client->picture;
    job->settings = lookout_default_settings();
    return true;
}

static void answer(void *argument, const InferenceAnswer *answered)
{
    Client *client = argument;
    const int number = atomic_load(&client->answers);
    if (!answered->result)
        atomic_fetch_add(&client->failures, 1);
    else if (number < MOST && answered->result->count == 1)
        client->seen[number] = fake_detector_luma_of(answered->result->detections[0].x1);
    if (atomic_load(&client->is_busy))
        offer(client, client->looked_at + 1);
    order[atomic_load(&total) % MOST] = client->number;
    atomic_fetch_add(&client->answers, 1);
    atomic_fetch_add(&total, 1);
}

static int set_up(void **state)
{
    static const InferenceClient functions = {.take = take, .answer = answer};
    if (rig_set_up(state))
        return -1;
    Rig *rig = *state;
    inference = rig->run.inference;
    atomic_store(&total, 0);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (Client){.number = i};
        pthread_mutex_init(&clients[i].lock, NULL);
        clients[i].id = inference_add(inference, &functions, &clients[i]);
    }
    return 0;
}

static int tear_down(void **state)
{
    Rig *rig = *state;
    fake_detector_release();
    inference_destroy(rig->run.inference);
    rig->run.inference = NULL;
    for (int i = 0; i < CLIENTS; i++) {
        frame_free(&clients[i].picture);
        pthread_mutex_destroy(&clients[i].lock);
    }
    return rig_tear_down(state);
}

static void start(void)
{
    Error error;
    assert_int_equal(inference_start(inference, &error), 0);
}

static void wait_for(atomic_int *counter, int count)
{
    for (int ms = 0; atomic_load(counter) < count; ms++) {
        assert_true(ms < PATIENCE_MS);
        rig_sleep_ms(1);
    }
}

static void assert_seen(const Client *client, int number, int frame)
{
    assert_in_range(client->seen[number], rig_luma(frame) - 2, rig_luma(frame) + 2);
}

/* One is looked at; of those that come meanwhile the last one is next, and nothing else waits. */
static void the_newest_frame_of_a_client_wins(void **state)
{
    (void)state;
    fake_detector_hold();
    start();
    offer(&clients[0], 1);
    assert_true(fake_detector_wait_begun(1));
    for (int frame = 2; frame <= 6; frame++)
        offer(&clients[0], frame);
    fake_detector_release();
    wait_for(&total, 2);
    rig_sleep_ms(20);
    assert_int_equal(atomic_load(&total), 2);
    assert_seen(&clients[0], 0, 1);
    assert_seen(&clients[0], 1, 6);
    assert_int_equal(clients[0].skipped, 4);
}

static void frames_that_came_before_the_start_are_looked_at(void **state)
{
    (void)state;
    offer(&clients[2], 5);
    start();
    wait_for(&total, 1);
    assert_seen(&clients[2], 0, 5);
}

/* A newer frame does not lose its client's place in the queue. */
static void who_has_waited_longest_is_next(void **state)
{
    (void)state;
    static const int places[] = {2, 3, 1};
    fake_detector_hold();
    start();
    offer(&clients[0], 1);
    assert_true(fake_detector_wait_begun(1));
    for (int i = 0; i < 3; i++) {
        offer(&clients[places[i]], 1);
        rig_sleep_ms(2); /* the clock tells them apart */
    }
    offer(&clients[2], 7);
    offer(&clients[0], 2); /* last, though it has the lowest number */
    fake_detector_release();
    wait_for(&total, 5);
    const int expected[] = {0, 2, 3, 1, 0};
    for (int i = 0; i < 5; i++)
        assert_int_equal(order[i], expected[i]);
    assert_seen(&clients[2], 0, 7);
    assert_seen(&clients[0], 1, 2);
}

/* A clip always has a next frame. A camera's, that comes while one of the clip's is looked at, is the next
 * but one at most: the clip's next one may have come before it. */
static void a_busy_clip_keeps_no_camera_waiting(void **state)
{
    (void)state;
    Client *clip = &clients[0], *camera = &clients[1];
    fake_detector_hold();
    start();
    atomic_store(&clip->is_busy, true);
    offer(clip, 0);
    for (int frame = 0; frame < 20; frame++) {
        assert_true(fake_detector_wait_begun(3 * frame + 1)); /* of the clip */
        offer(camera, frame);
        fake_detector_allow(3);
        wait_for(&total, 3 * frame + 3);
        assert_int_equal(order[3 * frame], 0);
        assert_int_equal(order[3 * frame + 1], 1); /* the clip's next one came later */
        assert_int_equal(order[3 * frame + 2], 0);
        assert_seen(camera, frame, frame);
    }
    atomic_store(&clip->is_busy, false);
    for (int i = 0; i < 40; i++)
        assert_seen(clip, i, i);
}

/* Two clips share: neither is served twice while the other waits. */
static void busy_clients_take_turns(void **state)
{
    (void)state;
    fake_detector_hold();
    start();
    for (int i = 0; i < CLIENTS; i++) {
        atomic_store(&clients[i].is_busy, true);
        offer(&clients[i], 0);
    }
    assert_true(fake_detector_wait_begun(1));
    fake_detector_allow(200);
    wait_for(&total, 200);
    for (int i = 0; i < CLIENTS; i++)
        atomic_store(&clients[i].is_busy, false);
    fake_detector_release();
    for (int i = CLIENTS; i < 200; i++) /* each once in every round */
        assert_int_equal(order[i], order[i - CLIENTS]);
    for (int i = 0; i < CLIENTS; i++)
        for (int k = 0; k < 50; k++)
            assert_seen(&clients[i], k, k);
}

typedef struct Withdrawal {
    Client *client;
    atomic_bool done;
    pthread_t thread;
} Withdrawal;

static void *withdraw(void *argument)
{
    Withdrawal *withdrawal = argument;
    inference_withdraw(inference, withdrawal->client->id);
    atomic_store(&withdrawal->done, true);
    return NULL;
}

/* A client may go once nobody looks at its frame any more. */
static void withdrawing_waits_for_the_answer(void **state)
{
    (void)state;
    Withdrawal withdrawal = {.client = &clients[0]};
    fake_detector_hold();
    start();
    offer(&clients[0], 1);
    assert_true(fake_detector_wait_begun(1));
    offer(&clients[0], 2);
    assert_int_equal(pthread_create(&withdrawal.thread, NULL, withdraw, &withdrawal), 0);
    rig_sleep_ms(20);
    assert_false(atomic_load(&withdrawal.done));
    inference_withdraw(inference, clients[1].id); /* nobody looks at one of this one: at once */
    fake_detector_release();
    pthread_join(withdrawal.thread, NULL);
    assert_int_equal(atomic_load(&clients[0].answers), 1);
    rig_sleep_ms(20);
    assert_int_equal(atomic_load(&clients[0].answers), 1); /* what waited does so no more */
    offer(&clients[1], 3);                                 /* the others go on */
    wait_for(&clients[1].answers, 1);
}

static void a_detection_that_fails_is_told_its_client(void **state)
{
    (void)state;
    start();
    fake_detector_set_failure("out of memory");
    offer(&clients[0], 1);
    wait_for(&clients[0].answers, 1);
    fake_detector_set_failure(NULL);
    offer(&clients[1], 2);
    wait_for(&clients[1].answers, 1);
    assert_int_equal(atomic_load(&clients[0].failures), 1);
    assert_int_equal(atomic_load(&clients[1].failures), 0);
}

/* ---- rates ---------------------------------------------------------------------------------------- */

/* What `auto` is to hold. The linker's --wrap sends the calls here. */
static _Atomic double target;
void __real_rate_control_set_target(RateControl *control, double rate);
void __wrap_rate_control_set_target(RateControl *control, double rate);
void __wrap_rate_control_set_target(RateControl *control, double rate)
{
    atomic_store(&target, rate);
    __real_rate_control_set_target(control, rate);
}

static double target_after_a_detection(void)
{
    const int before = atomic_load(&total);
    offer(&clients[0], 1);
    wait_for(&total, before + 1);
    return atomic_load(&target);
}

static void the_rates_of_all_are_held_together(void **state)
{
    Rig *rig = *state;
    start();
    atomic_store(&target, -1);
    inference_set_rate(inference, clients[0].id, 30);
    assert_true(target_after_a_detection() == -1); /* not asked for */
    model_choice_set_automatic(rig->run.choice, true);
    assert_true(target_after_a_detection() == 30);
    inference_set_rate(inference, clients[1].id, 25);
    inference_set_rate(inference, clients[2].id, 5);
    assert_true(target_after_a_detection() == 60);
    inference_set_rate(inference, clients[0].id, 0); /* it has ended */
    assert_true(target_after_a_detection() == 30);
    inference_set_rate(inference, clients[1].id, 0);
    inference_set_rate(inference, clients[2].id, 0);
    assert_true(target_after_a_detection() == 30); /* the usual one, where nobody says */
}

int main(void)
{
#define INFERENCE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        INFERENCE_TEST(the_newest_frame_of_a_client_wins),
        INFERENCE_TEST(frames_that_came_before_the_start_are_looked_at),
        INFERENCE_TEST(who_has_waited_longest_is_next),
        INFERENCE_TEST(a_busy_clip_keeps_no_camera_waiting),
        INFERENCE_TEST(busy_clients_take_turns),
        INFERENCE_TEST(withdrawing_waits_for_the_answer),
        INFERENCE_TEST(a_detection_that_fails_is_told_its_client),
        INFERENCE_TEST(the_rates_of_all_are_held_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
