#include "app/run/observation.h"

#include "vision/frame_pool.h"
#include <pthread.h>
#include <stdlib.h>

struct ObservationPool {
    pthread_mutex_t lock; /* over the references of every observation and the list */
    Observation *all;     /* [limit] */
    int limit;
    Observation **unused; /* [unused_count] */
    int unused_count;
};

ObservationPool *observation_pool_create(int limit)
{
    ObservationPool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pool->limit = limit;
    pool->all = calloc((size_t)limit, sizeof *pool->all);
    pool->unused = calloc((size_t)limit, sizeof(Observation *));
    if (!pool->all || !pool->unused) {
        observation_pool_destroy(pool);
        return NULL;
    }
    for (int i = limit; i > 0; i--) {
        pool->all[i - 1].pool = pool;
        pool->unused[pool->unused_count++] = &pool->all[i - 1];
    }
    return pool;
}

void observation_pool_destroy(ObservationPool *pool)
{
    if (!pool)
        return;
    free(pool->unused);
    free(pool->all);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

size_t observation_pool_bytes(const ObservationPool *pool)
{
    return (size_t)pool->limit * sizeof *pool->all;
}

Observation *observation_take(ObservationPool *pool)
{
    pthread_mutex_lock(&pool->lock);
    Observation *observation = pool->unused_count ? pool->unused[--pool->unused_count] : NULL;
    pthread_mutex_unlock(&pool->lock);
    if (!observation)
        return NULL;
    observation->references = 1;
    observation->frame = NULL;
    observation->count = 0;
    return observation;
}

Observation *observation_ref(Observation *observation)
{
    pthread_mutex_lock(&observation->pool->lock);
    observation->references++;
    pthread_mutex_unlock(&observation->pool->lock);
    return observation;
}

void observation_unref(Observation *observation)
{
    if (!observation)
        return;
    ObservationPool *pool = observation->pool;
    pthread_mutex_lock(&pool->lock);
    const bool last = observation->references == 1;
    if (!last)
        observation->references--;
    pthread_mutex_unlock(&pool->lock);
    if (!last)
        return;
    frame_unref(observation->frame); /* nobody else knows the observation any more */
    pthread_mutex_lock(&pool->lock);
    pool->unused[pool->unused_count++] = observation;
    pthread_mutex_unlock(&pool->lock);
}
