#include "tests/app/run/rig.h"

#include "base/clock.h"
#include "tests/app/run/fake_detector.h"
#include "tests/support/folder.h"
#include <time.h>

#define PATIENCE_NS INT64_C(60000000000)

/* ---- inputs --------------------------------------------------------------------------------------- */

int rig_luma(int64_t sequence)
{
    return 40 + 10 * (int)(sequence % 18);
}

int64_t rig_time(int64_t sequence)
{
    return INT64_C(1000000000000) + sequence * RIG_INTERVAL_NS;
}

void rig_fill(Frame *picture, int64_t sequence)
{
    assert_int_equal(frame_alloc(picture, PIXEL_I420, RIG_WIDTH, RIG_HEIGHT), 0);
    picture->sar_num = picture->sar_den = 1;
    for (int plane = 0; plane < 3; plane++)
        memset(picture->planes[plane], plane ? 128 : rig_luma(sequence),
               (size_t)picture->strides[plane] * (size_t)frame_plane_height(PIXEL_I420, plane, RIG_HEIGHT));
    picture->sequence = sequence;
    picture->time_ns = rig_time(sequence);
}

static InputStatus clip_read(Input *input, Frame *frame, Error *error)
{
    RigClip *clip = (RigClip *)input;
    if (clip->before)
        clip->before(clip, clip->next);
    if (atomic_load(&clip->interrupted))
        return INPUT_END;
    if (clip->next == clip->frames && clip->is_damaged)
        return error_set(error, "the clip is cut short") ? INPUT_DAMAGED : INPUT_END;
    if (clip->next == clip->frames)
        return INPUT_END;
    rig_fill(&clip->picture, clip->next);
    *frame = clip->picture;
    frame->memory = NULL;
    if (clip->undecodable && clip->next == clip->undecodable) {
        frame->format = PIXEL_MJPEG;
        frame->planes[0] = clip->garbage;
        frame->bytes = sizeof clip->garbage;
    }
    clip->next++;
    return INPUT_FRAME;
}

static void clip_interrupt(Input *input)
{
    atomic_store(&((RigClip *)input)->interrupted, true);
}

static int clip_rewind(Input *input, Error *error)
{
    RigClip *clip = (RigClip *)input;
    if (clip->cannot_rewind)
        return error_set(error, "%s", clip->cannot_rewind);
    clip->next = 0;
    clip->rounds++;
    return 0;
}

void rig_clip_init(RigClip *clip, int frames)
{
    static const InputDriver driver = {.read = clip_read, .interrupt = clip_interrupt, .rewind = clip_rewind};
    rig_clip_finish(clip);
    *clip = (RigClip){.input = {.functions = &driver, .seekable = true, .frame_rate = 30}, .frames = frames};
}

void rig_clip_finish(RigClip *clip)
{
    frame_free(&clip->picture);
}

/* ---- sinks ---------------------------------------------------------------------------------------- */

static SinkResult take(Sink *sink, Observation *observation, Error *error)
{
    RigSink *rig = (RigSink *)sink;
    const int number = atomic_load(&rig->taken);
    if (number < RIG_LOG) {
        rig->seen[number] = (RigSeen){
            .source = observation->source,
            .luma = observation->frame ? observation->frame->planes[0][0] : -1,
            .sequence = observation->sequence,
            .time_ns = observation->time_ns,
            .captured_ns = observation->captured_ns,
            .detected = observation->detected,
            .alpha = observation->alpha,
            .threshold = observation->threshold,
            .size = observation->size,
            .count = observation->count,
        };
        if (observation->count)
            rig->seen[number].object = observation->objects[0];
    }
    atomic_store(&rig->last, observation->sequence);
    atomic_fetch_add(&rig->taken, 1);
    if (number + 1 != rig->fail_at)
        return SINK_OK;
    return rig->failure ? (SinkResult)error_set(error, "%s", rig->failure) : SINK_CLOSED;
}

static SinkResult finish(Sink *sink, Error *error)
{
    (void)error;
    atomic_fetch_add(&((RigSink *)sink)->finished, 1);
    return SINK_OK;
}

static void destroy(Sink *sink)
{
    free(sink);
}

static RigSink *create(const SinkDriver *driver)
{
    RigSink *sink = calloc(1, sizeof *sink);
    assert_non_null(sink);
    sink->sink.driver = driver;
    atomic_init(&sink->last, -1);
    return sink;
}

RigSink *rig_results(void)
{
    static const SinkDriver driver = {.name = "results",
                                      .wants = SINK_WANTS_DETECTED,
                                      .is_a_result = true,
                                      .take = take,
                                      .finish = finish,
                                      .destroy = destroy};
    return create(&driver);
}

RigSink *rig_pictures(void)
{
    static const SinkDriver driver = {.name = "pictures",
                                      .wants = SINK_WANTS_PICTURES,
                                      .is_a_result = true,
                                      .take = take,
                                      .finish = finish,
                                      .destroy = destroy};
    return create(&driver);
}

RigSink *rig_watcher(void)
{
    static const SinkDriver driver = {
        .name = "watcher", .wants = SINK_WANTS_DETECTED, .take = take, .finish = finish, .destroy = destroy};
    return create(&driver);
}

void rig_sleep_ms(int ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

bool rig_wait_taken(RigSink *sink, int count)
{
    const int64_t start = clock_now_ns();
    while (atomic_load(&sink->taken) < count && clock_now_ns() - start < PATIENCE_NS)
        rig_sleep_ms(1);
    return atomic_load(&sink->taken) >= count;
}

/* ---- runs ----------------------------------------------------------------------------------------- */

int rig_set_up(void **state)
{
    static char models[4096];
    Rig *rig = calloc(1, sizeof *rig);
    if (!rig || make_folder(state) || chdir(folder))
        return -1;
    const char *source = getenv("LOOKOUT_SOURCE");
    snprintf(models, sizeof models, "%s/models", source ? source : ".");
    const ModelOptions options = {.path = models, .alpha = 0.25, .size = 64, .threads = 1};
    fake_detector_reset();
    if (run_init(&rig->run, &rig->stop, &options, &rig->error)) {
        print_error("%s\n", rig->error.message);
        return -1;
    }
    *state = rig;
    return 0;
}

int rig_tear_down(void **state)
{
    Rig *rig = *state;
    if (rig->is_started) { /* after a check that has failed */
        fake_detector_release();
        run_end(&rig->run, RUN_QUIT);
        run_join(&rig->run);
    }
    run_finish(&rig->run);
    free(rig);
    return chdir("/") || remove_folder(state) ? -1 : 0;
}

ChannelSetup rig_setup(Input *input)
{
    ChannelSetup setup = {.input = input, .settings = lookout_default_settings(), .threshold = 0.3};
    setup.settings.max_detections = 100;
    return setup;
}

Channel *rig_add(Rig *rig, ChannelSetup *setup)
{
    Channel *channel = run_add_channel(&rig->run, setup);
    assert_non_null(channel);
    return channel;
}

void rig_add_sink(Rig *rig, Channel *channel, Sink *sink)
{
    assert_int_equal(run_add_sink(&rig->run, channel, sink, &rig->error), 0);
}

void rig_start(Rig *rig)
{
    rig->is_started = true;
    if (run_start(&rig->run, &rig->error))
        fail_msg("%s", rig->error.message);
}

ChannelEnd rig_finish(Rig *rig, Channel *channel)
{
    run_wait(&rig->run);
    run_join(&rig->run);
    rig->is_started = false;
    return channel_join(channel, &rig->error);
}

Observation *rig_wait_shown(Channel *channel, int64_t sequence)
{
    const int64_t start = clock_now_ns();
    while (clock_now_ns() - start < PATIENCE_NS) {
        int64_t number = 0;
        Observation *shown = channel_take_shown(channel, &number);
        if (shown && shown->sequence == sequence)
            return shown;
        observation_unref(shown);
        rig_sleep_ms(1);
    }
    fail_msg("frame %d was not shown", (int)sequence);
    return NULL;
}
