#include "tests/app/run/live_rig.h"

#include "tests/app/run/fake_detector.h"

enum { PATIENCE_MS = 60000 };

static void act(Live *live, LiveEvent event)
{
    if (event == PAUSE || event == GO_ON || event == END) {
        channel_set_paused(live->channel, event == PAUSE);
    } else if (event == STEP) {
        channel_step(live->channel);
    } else if (event == SNAPSHOT || event == CLEAN_SNAPSHOT || event == SNAPSHOT_WHILE_LOST) {
        int64_t number = 0;
        live->seen = channel_take_shown(live->channel, &number);
        channel_command(live->channel, event == CLEAN_SNAPSHOT ? SINK_CLEAN_SNAPSHOT : SINK_SNAPSHOT);
    } else if (event == RECORD || event == RECORD_WHILE_LOST) {
        channel_command(live->channel, SINK_RECORD);
    }
}

static bool is_recording(Live *live)
{
    StatusReport report;
    status_get(channel_status(live->channel), &report);
    return report.recording[0];
}

/* What is waited for before the frame, or whatever it is, comes. */
static bool has_come(Live *live, LiveEvent event)
{
    switch (event) {
    case WAIT_FOR_DETECTION:
    case DETECTION_WHILE_LOST:
        return atomic_load(&live->watcher->last) == live->last;
    case BEGUN_THEN_FRAME:
    case BEGUN_THEN_LOST:
        return fake_detector_begun() >= 1;
    case ALLOWED_THEN_FRAME_AFTER_ONE:
        return atomic_load(&live->watcher->taken) >= 1;
    case RELEASED_THEN_FRAME_AFTER_TWO:
        return atomic_load(&live->watcher->taken) >= 2;
    case WAIT_FOR_RECORDING:
        return is_recording(live) != live->is_recording;
    case UNTIL_INTERRUPTED:
        return false;
    default:
        return true;
    }
}

static void wait_for(Live *live, LiveEvent event)
{
    if (event == HELD_FRAME)
        fake_detector_hold();
    if (event == ALLOWED_THEN_FRAME_AFTER_ONE)
        fake_detector_allow(1);
    if (event == RELEASED_THEN_FRAME_AFTER_TWO || event == END)
        fake_detector_release();
    for (int ms = 0; ms < PATIENCE_MS && !atomic_load(&live->interrupted) && !has_come(live, event); ms++)
        rig_sleep_ms(1);
    if (event == WAIT_FOR_RECORDING)
        live->is_recording = !live->is_recording;
}

static void give_frame(Live *live, Frame *frame)
{
    live->last = live->sequence++;
    rig_fill(&live->picture, live->last);
    *frame = live->picture;
    frame->memory = NULL;
}

static void give_garbage(Live *live, Frame *frame)
{
    *frame = (Frame){.format = PIXEL_MJPEG,
                     .width = RIG_WIDTH,
                     .height = RIG_HEIGHT,
                     .planes = {live->garbage},
                     .bytes = sizeof live->garbage,
                     .sequence = live->sequence,
                     .time_ns = rig_time(live->sequence)};
    live->sequence++;
}

static InputStatus live_read(Input *input, Frame *frame, Error *error)
{
    Live *live = (Live *)input;
    if (atomic_load(&live->interrupted))
        return INPUT_END;
    const LiveEvent event = live->events[live->event];
    if (live->event + 1 < live->event_count)
        live->event++;
    wait_for(live, event);
    act(live, event);
    switch (event) {
    case LOST:
    case BEGUN_THEN_LOST:
    case DETECTION_WHILE_LOST:
    case SNAPSHOT_WHILE_LOST:
    case RECORD_WHILE_LOST:
    case WAIT_FOR_RECORDING:
        error_set(error, "the fake camera is gone");
        return INPUT_LOST;
    case BROKEN_JPEG_LATE:
        live->sequence += 200;
        give_garbage(live, frame);
        return INPUT_FRAME;
    case BROKEN_JPEG:
        give_garbage(live, frame);
        return INPUT_FRAME;
    case DAMAGED:
        error_set(error, "the fake camera is broken");
        return INPUT_DAMAGED;
    case UNTIL_INTERRUPTED:
    case END:
    case END_PAUSED:
        return INPUT_END;
    default:
        give_frame(live, frame);
        return INPUT_FRAME;
    }
}

static const char *live_advice(const Input *input)
{
    return ((const Live *)input)->sequence > 3 ? "open the curtains" : NULL;
}

static void live_interrupt(Input *input)
{
    atomic_store(&((Live *)input)->interrupted, true);
}

void live_add(Live *live, Rig *rig, const ChannelSetup *with)
{
    static const InputDriver driver = {.read = live_read, .interrupt = live_interrupt, .advice = live_advice};
    frame_free(&live->picture);
    *live = (Live){.input = {.functions = &driver, .live = true, .frame_rate = 30}};
    ChannelSetup setup = rig_setup(&live->input);
    if (with) {
        setup.options = with->options;
        setup.shows = with->shows;
        setup.track = with->track;
    }
    live->channel = rig_add(rig, &setup);
    rig->run.has_window = setup.shows;
    rig_add_sink(rig, live->channel, &(live->results = rig_results())->sink);
    rig_add_sink(rig, live->channel, &(live->pictures = rig_pictures())->sink);
    rig_add_sink(rig, live->channel, &(live->watcher = rig_watcher())->sink);
}

void live_play(Live *live, const LiveEvent *events, int count)
{
    live->events = events;
    live->event_count = count;
}

void live_finish(Live *live)
{
    frame_free(&live->picture);
}
