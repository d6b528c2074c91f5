#include "app/run/playback.h"

#include "base/clock.h"
#include "base/thread.h"

void playback_init(Playback *playback)
{
    *playback = (Playback){0};
    pthread_mutex_init(&playback->lock, NULL);
    condition_init(&playback->changed);
}

void playback_finish(Playback *playback)
{
    pthread_cond_destroy(&playback->changed);
    pthread_mutex_destroy(&playback->lock);
}

void playback_set_paused(Playback *playback, bool paused)
{
    pthread_mutex_lock(&playback->lock);
    playback->paused = paused;
    playback->steps = 0;
    pthread_cond_broadcast(&playback->changed);
    pthread_mutex_unlock(&playback->lock);
}

bool playback_paused(Playback *playback)
{
    pthread_mutex_lock(&playback->lock);
    const bool paused = playback->paused;
    pthread_mutex_unlock(&playback->lock);
    return paused;
}

void playback_step(Playback *playback)
{
    pthread_mutex_lock(&playback->lock);
    playback->steps += playback->paused;
    playback->paused = true;
    pthread_cond_broadcast(&playback->changed);
    pthread_mutex_unlock(&playback->lock);
}

void playback_wait_turn(Playback *playback)
{
    pthread_mutex_lock(&playback->lock);
    while (playback->paused && !playback->steps && !playback->released)
        pthread_cond_wait(&playback->changed, &playback->lock);
    playback->steps -= playback->steps > 0;
    pthread_mutex_unlock(&playback->lock);
}

bool playback_take_turn(Playback *playback)
{
    pthread_mutex_lock(&playback->lock);
    const bool turn = !playback->paused || playback->steps;
    playback->steps -= playback->steps > 0;
    pthread_mutex_unlock(&playback->lock);
    return turn;
}

bool playback_wait_until(Playback *playback, int64_t time_ns)
{
    pthread_mutex_lock(&playback->lock);
    if (!playback->released && clock_now_ns() < time_ns)
        condition_wait_until(&playback->changed, &playback->lock, time_ns);
    const bool goes_on = !playback->released;
    pthread_mutex_unlock(&playback->lock);
    return goes_on;
}

void playback_wake(Playback *playback)
{
    pthread_mutex_lock(&playback->lock);
    pthread_cond_broadcast(&playback->changed);
    pthread_mutex_unlock(&playback->lock);
}

void playback_release(Playback *playback)
{
    pthread_mutex_lock(&playback->lock);
    playback->released = true;
    pthread_cond_broadcast(&playback->changed);
    pthread_mutex_unlock(&playback->lock);
}
