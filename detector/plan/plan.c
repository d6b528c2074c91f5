#include "detector/plan/plan.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "detector/base/clock.h"
#include "detector/base/error.h"
#include "detector/base/memory.h"
#include "detector/plan/plan_memory.h"
#include "detector/plan/plan_ops.h"

#define MAX_OPS (NETWORK_LAYERS + NETWORK_EXTRAS) /* the dense layers take two */

/* What a worker owns. Each worker starts with a share of an op's units, next to those it computed of the op
 * before and so still has in its cache; who has done his share takes from the others'. */
typedef struct Worker {
    alignas(KERNEL_ALIGNMENT) atomic_int next[MAX_OPS]; /* unit that comes next in its share, by op */
    float *scratch;
} Worker;

struct Plan {
    const LookoutModel *model;
    PlanMode mode;
    int threads;
    PlanShape shapes[NETWORK_LAYERS]; /* of the layers' outputs */
    PlanBuffer buffers[MAX_OPS];      /* by layer, then those of gathered inputs */
    int buffer_count;
    PlanOp ops[MAX_OPS]; /* by phase */
    int op_count;
    int first_op[MAX_OPS + 1]; /* of each phase */
    int phases;
    PlanPicture picture;
    Worker *workers;
    char *arena;
    size_t arena_bytes;
    float *scratch, *zeros;
    bool profiling;
    double layer_ms[NETWORK_LAYERS];
};

/* ---- running ------------------------------------------------------------------------------------ */

static int share_begin(const Plan *plan, const PlanOp *op, int worker)
{
    return (int)((long long)op->units * worker / plan->threads);
}

/* Works on the op's units in the share of `owner` until none is left. */
static void work_share(Plan *plan, int index, int owner, float *scratch)
{
    const PlanOp *op = &plan->ops[index];
    atomic_int *next = &plan->workers[owner].next[index];
    int end = share_begin(plan, op, owner + 1);
    while (atomic_load_explicit(next, memory_order_relaxed) < end) {
        int unit = atomic_fetch_add_explicit(next, 1, memory_order_relaxed);
        if (unit < end)
            plan_op_run(op, &plan->model->engine->kernels, &plan->picture, unit, scratch);
    }
}

/* Splits the wall time of a phase among its ops as worker 0 spent it on its own shares. */
static void note_times(Plan *plan, int phase, const double *marks, double phase_end)
{
    int first = plan->first_op[phase], count = plan->first_op[phase + 1] - first;
    double own = marks[count] - marks[0];
    for (int i = 0; i < count; i++)
        plan->layer_ms[plan->ops[first + i].layer] +=
            own > 0 ? (phase_end - marks[0]) * (marks[i + 1] - marks[i]) / own : 0;
}

static void run_phases(void *argument, int worker)
{
    Plan *plan = argument;
    float *scratch = plan->workers[worker].scratch;
    int timed = plan->profiling && worker == 0;
    if (timed)
        memset(plan->layer_ms, 0, sizeof plan->layer_ms);
    double marks[MAX_OPS + 1];
    for (int phase = 0; phase < plan->phases; phase++) {
        int first = plan->first_op[phase], end = plan->first_op[phase + 1];
        if (timed)
            marks[0] = clock_milliseconds();
        for (int op = first; op < end; op++) {
            work_share(plan, op, worker, scratch);
            if (timed)
                marks[op - first + 1] = clock_milliseconds();
        }
        for (int i = 1; i < plan->threads; i++)
            for (int op = first; op < end; op++)
                work_share(plan, op, (worker + i) % plan->threads, scratch);
        pool_barrier(plan->model->engine->pool, worker);
        if (timed)
            note_times(plan, phase, marks, clock_milliseconds());
    }
}

void plan_run(Plan *plan, const uint8_t *rgb, ptrdiff_t stride)
{
    plan->picture.rgb = rgb;
    plan->picture.stride = stride;
    for (int worker = 0; worker < plan->threads; worker++)
        for (int op = 0; op < plan->op_count; op++)
            atomic_store_explicit(&plan->workers[worker].next[op], share_begin(plan, &plan->ops[op], worker),
                                  memory_order_relaxed);
    pool_run(plan->model->engine->pool, plan->threads, run_phases, plan);
}

/* ---- making ------------------------------------------------------------------------------------- */

static void find_shapes(Plan *plan, int size)
{
    const Network *network = &plan->model->network;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const NetworkLayer *layer = &network->layers[i];
        int height = layer->input < 0 ? size : plan->shapes[layer->input].height;
        int out = (height + layer->stride - 1) / layer->stride;
        plan->shapes[i] =
            (PlanShape){out, out, layer->out_channels, kernel_pixel_stride(layer->out_channels)};
    }
}

static PlanShape input_shape(const Plan *plan, int layer)
{
    int input = plan->model->network.layers[layer].input;
    int size = plan->picture.size;
    return input < 0 ? (PlanShape){size, size, 3, 3} : plan->shapes[input];
}

static void add_op(Plan *plan, PlanOp op)
{
    plan_op_split(&op, &plan->model->engine->kernels, plan->threads);
    plan->ops[plan->op_count++] = op;
}

/* One op for a layer, or for a depthwise layer and the pointwise layer after it. */
static void add_layer_op(Plan *plan, int phase, int layer, int fused)
{
    const NetworkLayer *first = &plan->model->network.layers[layer];
    int last = layer + fused;
    const PackedLayer *packed = plan->model->layers;
    PlanOpKind kind = fused                                      ? PLAN_SEPARABLE
                      : first->kind == LOOKOUT_LAYER_CONVOLUTION ? PLAN_CONVOLUTION
                      : first->kind == LOOKOUT_LAYER_DEPTHWISE   ? PLAN_DEPTHWISE
                                                                 : PLAN_POINTWISE;
    add_op(plan, (PlanOp){
                     .kind = kind,
                     .phase = phase,
                     .layer = last,
                     .in_buffer = first->input,
                     .out_buffer = last,
                     .stride = first->stride,
                     .padding = first->padding,
                     .relu6 = plan->model->network.layers[last].relu6,
                     .in_shape = input_shape(plan, layer),
                     .out_shape = plan->shapes[last],
                     .filter = kind == PLAN_POINTWISE ? NULL : &packed[layer],
                     .pointwise = kind == PLAN_SEPARABLE || kind == PLAN_POINTWISE ? &packed[last] : NULL,
                 });
}

/* Two ops for a dense layer: its inputs are gathered once, then shared by all units that multiply them.
 * Returns the phase of the second. */
static int add_dense_ops(Plan *plan, int phase, int layer)
{
    const NetworkLayer *dense = &plan->model->network.layers[layer];
    PlanShape taps = plan->shapes[layer];
    taps.channels = 9 * dense->in_channels;
    taps.pixel_stride = kernel_pixel_stride(taps.channels);
    int buffer = plan->buffer_count++;
    add_op(plan, (PlanOp){
                     .kind = PLAN_GATHER,
                     .phase = phase,
                     .layer = layer,
                     .in_buffer = dense->input,
                     .out_buffer = buffer,
                     .stride = dense->stride,
                     .padding = dense->padding,
                     .in_shape = input_shape(plan, layer),
                     .out_shape = taps,
                 });
    add_op(plan, (PlanOp){
                     .kind = PLAN_POINTWISE,
                     .phase = phase + 1,
                     .layer = layer,
                     .in_buffer = buffer,
                     .out_buffer = layer,
                     .relu6 = dense->relu6,
                     .in_shape = taps,
                     .out_shape = plan->shapes[layer],
                     .pointwise = &plan->model->layers[layer],
                 });
    return phase + 1;
}

static int compare_phases(const void *a, const void *b)
{
    const PlanOp *left = a, *right = b;
    return left->phase != right->phase ? left->phase - right->phase : left->layer - right->layer;
}

static void make_ops(Plan *plan)
{
    const Network *network = &plan->model->network;
    int phase_of_layer[NETWORK_LAYERS];
    plan->buffer_count = NETWORK_LAYERS;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const NetworkLayer *layer = &network->layers[i];
        int phase = layer->input < 0 ? 0 : phase_of_layer[layer->input] + 1;
        if (layer->kind == LOOKOUT_LAYER_CONVOLUTION && layer->input >= 0) {
            phase_of_layer[i] = add_dense_ops(plan, phase, i);
            continue;
        }
        int fused = plan->mode == PLAN_NORMAL && layer->kind == LOOKOUT_LAYER_DEPTHWISE &&
                    plan_op_fuses(&plan->shapes[i], &plan->shapes[i + 1], &plan->model->engine->kernels,
                                  plan->threads);
        add_layer_op(plan, phase, i, fused);
        i += fused;
        phase_of_layer[i] = phase;
    }
    qsort(plan->ops, (size_t)plan->op_count, sizeof *plan->ops, compare_phases);
    for (int i = 0; i < plan->op_count; i++) {
        int phase = plan->ops[i].phase;
        if (phase == plan->phases)
            plan->first_op[plan->phases++] = i;
    }
    plan->first_op[plan->phases] = plan->op_count;
}

static void place_buffers(Plan *plan)
{
    const Network *network = &plan->model->network;
    for (int i = 0; i < plan->op_count; i++) {
        const PlanOp *op = &plan->ops[i];
        int forever = plan->mode == PLAN_KEEP_LAYERS || network->layers[op->layer].head_level >= 0;
        plan->buffers[op->out_buffer] = (PlanBuffer){
            .bytes = sizeof(float) * (size_t)op->out_shape.height * (size_t)op->out_shape.width *
                     (size_t)op->out_shape.pixel_stride,
            .first = op->phase,
            .last = forever ? PLAN_MEMORY_FOREVER : op->phase,
        };
        if (op->in_buffer >= 0 && plan->buffers[op->in_buffer].last < op->phase)
            plan->buffers[op->in_buffer].last = op->phase;
    }
    plan->arena_bytes = plan_memory_place(plan->buffers, plan->buffer_count, KERNEL_ALIGNMENT);
}

static int allocate(Plan *plan)
{
    size_t scratch = 0, zeros = 0;
    for (int i = 0; i < plan->op_count; i++) {
        size_t needed = plan_op_scratch(&plan->ops[i], &plan->model->engine->kernels);
        scratch = needed > scratch ? needed : scratch;
        needed = plan_op_zeros(&plan->ops[i]);
        zeros = needed > zeros ? needed : zeros;
    }
    scratch = (scratch + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES;
    plan->arena = memory_alloc_zeroed(plan->arena_bytes);
    plan->scratch = memory_alloc_zeroed(sizeof(float) * scratch * (size_t)plan->threads);
    plan->zeros = memory_alloc_zeroed(sizeof(float) * zeros);
    plan->workers = memory_alloc_zeroed(sizeof(Worker) * (size_t)plan->threads);
    if (!plan->arena || !plan->scratch || !plan->zeros || !plan->workers)
        return 0;
    plan->picture.zeros = plan->zeros;
    for (int i = 0; i < plan->threads; i++)
        plan->workers[i].scratch = plan->scratch + (size_t)i * scratch;
    return 1;
}

static float *buffer_data(const Plan *plan, int buffer)
{
    return (float *)(void *)(plan->arena + plan->buffers[buffer].offset);
}

static void connect_ops(Plan *plan)
{
    for (int i = 0; i < plan->op_count; i++) {
        PlanOp *op = &plan->ops[i];
        op->in = op->in_buffer < 0 ? NULL : buffer_data(plan, op->in_buffer);
        op->out = buffer_data(plan, op->out_buffer);
    }
}

Plan *plan_create(const LookoutModel *model, int size, PlanMode mode, LookoutError *error)
{
    Plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        goto fail;
    plan->model = model;
    plan->mode = mode;
    plan->threads = pool_threads(model->engine->pool);
    plan->picture.size = size;
    find_shapes(plan, size);
    make_ops(plan);
    place_buffers(plan);
    if (!allocate(plan))
        goto fail;
    connect_ops(plan);
    return plan;

fail:
    plan_destroy(plan);
    detector_fail(error, LOOKOUT_ERROR_MEMORY, "out of memory for the maps of a %dx%d input", size, size);
    return NULL;
}

void plan_destroy(Plan *plan)
{
    if (!plan)
        return;
    free(plan->arena);
    free(plan->scratch);
    free(plan->zeros);
    free(plan->workers);
    free(plan);
}

/* ---- looking inside ----------------------------------------------------------------------------- */

PlanMap plan_layer_output(const Plan *plan, int layer)
{
    const PlanShape *shape = &plan->shapes[layer];
    return (PlanMap){buffer_data(plan, layer), shape->height, shape->width, shape->channels,
                     shape->pixel_stride};
}

PlanMap plan_head(const Plan *plan, int level)
{
    int layer = 0;
    while (plan->model->network.layers[layer].head_level != level)
        layer++;
    return plan_layer_output(plan, layer);
}

/* A layer without an op of its own is computed by the next one's. */
static bool is_fused(const Plan *plan, int layer)
{
    for (int i = 0; i < plan->op_count; i++)
        if (plan->ops[i].layer == layer)
            return false;
    return true;
}

LookoutLayer plan_layer(const Plan *plan, int index)
{
    const NetworkLayer *layer = &plan->model->network.layers[index];
    PlanShape in = input_shape(plan, index), out = plan->shapes[index];
    int64_t weights = network_weight_count(layer);
    return (LookoutLayer){
        .name = layer->name,
        .kind = layer->kind,
        .stride = layer->stride,
        .in_height = in.height,
        .in_width = in.width,
        .in_channels = layer->in_channels,
        .out_height = out.height,
        .out_width = out.width,
        .out_channels = layer->out_channels,
        .mult_adds = weights * out.height * out.width,
        .parameters = weights + layer->out_channels,
        .fused = is_fused(plan, index),
        .last_ms = plan->profiling ? plan->layer_ms[index] : 0,
    };
}

void plan_set_profiling(Plan *plan, bool on)
{
    plan->profiling = on;
    memset(plan->layer_ms, 0, sizeof plan->layer_ms);
}

size_t plan_arena_bytes(const Plan *plan)
{
    return plan->arena_bytes;
}
