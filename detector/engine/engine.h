/* An instruction set's kernels, the worker pool that runs them and the memory that they work in; shared by
 * all models of a program. */
#ifndef LOOKOUT_DETECTOR_ENGINE_ENGINE_H
#define LOOKOUT_DETECTOR_ENGINE_ENGINE_H

#include "detector/base/pool.h"
#include "detector/engine/arena.h"
#include "detector/kernels/kernels.h"
#include "detector/lookout.h"

/* The kernel table never changes; one job at a time runs on the pool and in the arena. */
struct LookoutEngine {
    Kernels kernels;
    Pool *pool;
    Arena *arena;
};

#endif
