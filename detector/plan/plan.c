#include "detector/plan/plan.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "detector/base/clock.h"
#include "detector/base/error.h"
#include "detector/base/memory.h"
#include "detector/ops/gather.h"
#include "detector/plan/plan_memory.h"

#define CACHE_LINE 64
#define MAX_OPS (NETWORK_LAYERS + NETWORK_EXTRAS) /* the dense layers take two */

/* An op, the layer that its output belongs to or is gathered for, and when and where it runs. */
typedef struct PlanOp {
    Op op;
    int phase; /* ops of the same phase do not depend on each other */
    int layer;
    int in_buffer, out_buffer; /* of the plan; in_buffer is -1 for the picture */
} PlanOp;

/* What belongs to one worker. Each starts with a share of an op's units that lie next to those it computed of
 * the op before, which are still in its cache. A worker that has finished its share takes units from the
 * shares of the others. */
typedef struct Worker {
    alignas(CACHE_LINE) atomic_int next[MAX_OPS]; /* the next unit of its share, by op */
} Worker;

struct Plan {
    const LookoutModel *model;
    PlanMode mode;
    int threads;
    MapShape picture;
    MapShape shapes[NETWORK_LAYERS]; /* of the layers' outputs */
    PlanBuffer buffers[MAX_OPS];     /* by layer, then those of gathered inputs */
    int buffer_count;
    PlanOp ops[MAX_OPS]; /* by phase */
    int op_count;
    int first_op[MAX_OPS + 1]; /* of each phase */
    int phases;
    OpContext context;
    Worker *workers;
    size_t map_bytes;     /* of all maps, at the start of the working memory */
    size_t scratch_bytes; /* of each worker, behind the maps */
    bool profiling;
    double layer_ms[NETWORK_LAYERS];
};

/* ---- running ------------------------------------------------------------------------------------ */

static int share_begin(const Plan *plan, const Op *op, int worker)
{
    return (int)((long long)op->units * worker / plan->threads);
}

/* Runs units of the op that belong to the share of `owner` until none is left. */
static void run_share(Plan *plan, int index, int owner, char *scratch)
{
    const Op *op = &plan->ops[index].op;
    atomic_int *next = &plan->workers[owner].next[index];
    int end = share_begin(plan, op, owner + 1);
    while (atomic_load_explicit(next, memory_order_relaxed) < end) {
        int unit = atomic_fetch_add_explicit(next, 1, memory_order_relaxed);
        if (unit < end)
            op->kernel->run(op, &plan->context, unit, scratch);
    }
}

/* Divides the wall time of a phase among its ops in proportion to what worker 0 spent on its own shares. */
static void add_times(Plan *plan, int phase, const double *marks, double phase_end)
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
    char *scratch = plan->context.work + plan->map_bytes + (size_t)worker * plan->scratch_bytes;
    bool timed = plan->profiling && worker == 0;
    if (timed)
        memset(plan->layer_ms, 0, sizeof plan->layer_ms);
    double marks[MAX_OPS + 1];
    for (int phase = 0; phase < plan->phases; phase++) {
        int first = plan->first_op[phase], end = plan->first_op[phase + 1];
        if (timed)
            marks[0] = clock_milliseconds();
        for (int op = first; op < end; op++) {
            run_share(plan, op, worker, scratch);
            if (timed)
                marks[op - first + 1] = clock_milliseconds();
        }
        for (int i = 1; i < plan->threads; i++)
            for (int op = first; op < end; op++)
                run_share(plan, op, (worker + i) % plan->threads, scratch);
        pool_barrier(plan->model->engine->pool, worker);
        if (timed)
            add_times(plan, phase, marks, clock_milliseconds());
    }
}

void plan_run(Plan *plan, const uint8_t *rgb, ptrdiff_t stride)
{
    const ArenaMemory memory = arena_take(plan->model->engine->arena);
    plan->context.work = memory.work;
    plan->context.zeros = memory.zeros;
    plan->context.rgb = rgb;
    plan->context.stride = stride;
    for (int worker = 0; worker < plan->threads; worker++)
        for (int op = 0; op < plan->op_count; op++)
            atomic_store_explicit(&plan->workers[worker].next[op],
                                  share_begin(plan, &plan->ops[op].op, worker), memory_order_relaxed);
    pool_run(plan->model->engine->pool, plan->threads, run_phases, plan);
}

/* ---- making ------------------------------------------------------------------------------------- */

static void find_shapes(Plan *plan, int size)
{
    const Network *network = &plan->model->network;
    plan->picture = (MapShape){size, size, 3, DTYPE_U8, 3};
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const NetworkLayer *layer = &network->layers[i];
        int height = layer->input < 0 ? size : plan->shapes[layer->input].height;
        int out = (height + layer->stride - 1) / layer->stride;
        plan->shapes[i] = plan->model->family->map_shape(out, out, layer->out_channels);
    }
}

static MapShape input_shape(const Plan *plan, int layer)
{
    int input = plan->model->network.layers[layer].input;
    return input < 0 ? plan->picture : plan->shapes[input];
}

static void add_op(Plan *plan, PlanOp plan_op)
{
    Op *op = &plan_op.op;
    op->kernel->split(op, &plan->model->engine->kernels, plan->threads);
    plan->ops[plan->op_count++] = plan_op;
}

static void add_layer_op(Plan *plan, int phase, int layer)
{
    const NetworkLayer *network = &plan->model->network.layers[layer];
    const PackedWeights *weights = &plan->model->layers[layer].weights;
    bool pointwise = network->kind == LOOKOUT_LAYER_POINTWISE;
    add_op(plan, (PlanOp){
                     .op =
                         {
                             .kernel = plan->model->layers[layer].kernel,
                             .in = input_shape(plan, layer),
                             .out = plan->shapes[layer],
                             .stride = network->stride,
                             .padding = network->padding,
                             .relu6 = network->relu6,
                             .filter = pointwise ? NULL : weights,
                             .pointwise = pointwise ? weights : NULL,
                         },
                     .phase = phase,
                     .layer = layer,
                     .in_buffer = network->input,
                     .out_buffer = layer,
                 });
}

/* One op for a depthwise layer and the pointwise layer after it. */
static void add_separable_op(Plan *plan, int phase, int layer)
{
    const NetworkLayer *depthwise = &plan->model->network.layers[layer], *pointwise = depthwise + 1;
    add_op(plan, (PlanOp){
                     .op =
                         {
                             .kernel = plan->model->family->separable,
                             .in = input_shape(plan, layer),
                             .out = plan->shapes[layer + 1],
                             .stride = depthwise->stride,
                             .padding = depthwise->padding,
                             .relu6 = pointwise->relu6,
                             .filter = &plan->model->layers[layer].weights,
                             .pointwise = &plan->model->layers[layer + 1].weights,
                         },
                     .phase = phase,
                     .layer = layer + 1,
                     .in_buffer = depthwise->input,
                     .out_buffer = layer + 1,
                 });
}

/* Whether the kernel of a 3x3 layer multiplies gathered taps. */
static bool is_dense(const Plan *plan, int layer)
{
    const LookoutModel *model = plan->model;
    return model->network.layers[layer].kind == LOOKOUT_LAYER_CONVOLUTION &&
           model->layers[layer].kernel == model->family->pointwise;
}

/* Two ops for a dense layer: its inputs are gathered once, then shared by all units that multiply them.
 * Returns the phase of the second. */
static int add_dense_ops(Plan *plan, int phase, int layer)
{
    const NetworkLayer *dense = &plan->model->network.layers[layer];
    const MapShape *out = &plan->shapes[layer];
    const MapShape taps = plan->model->family->map_shape(out->height, out->width, 9 * dense->in_channels);
    int buffer = plan->buffer_count++;
    add_op(plan, (PlanOp){
                     .op =
                         {
                             .kernel = &gather_op,
                             .in = input_shape(plan, layer),
                             .out = taps,
                             .stride = dense->stride,
                             .padding = dense->padding,
                         },
                     .phase = phase,
                     .layer = layer,
                     .in_buffer = dense->input,
                     .out_buffer = buffer,
                 });
    add_op(plan, (PlanOp){
                     .op =
                         {
                             .kernel = plan->model->layers[layer].kernel,
                             .in = taps,
                             .out = *out,
                             .relu6 = dense->relu6,
                             .pointwise = &plan->model->layers[layer].weights,
                         },
                     .phase = phase + 1,
                     .layer = layer,
                     .in_buffer = buffer,
                     .out_buffer = layer,
                 });
    return phase + 1;
}

static int compare_phases(const void *a, const void *b)
{
    const PlanOp *left = a, *right = b;
    return left->phase != right->phase ? left->phase - right->phase : left->layer - right->layer;
}

/* Whether a depthwise layer and the layer after it, which is pointwise, become one op. */
static bool fuses(const Plan *plan, int layer)
{
    return plan->mode == PLAN_NORMAL && plan->model->network.layers[layer].kind == LOOKOUT_LAYER_DEPTHWISE &&
           plan->model->family->fuses(&plan->shapes[layer], &plan->shapes[layer + 1],
                                      &plan->model->engine->kernels, plan->threads);
}

static void make_ops(Plan *plan)
{
    const Network *network = &plan->model->network;
    int phase_of_layer[NETWORK_LAYERS];
    plan->buffer_count = NETWORK_LAYERS;
    for (int i = 0; i < NETWORK_LAYERS; i++) {
        const NetworkLayer *layer = &network->layers[i];
        int phase = layer->input < 0 ? 0 : phase_of_layer[layer->input] + 1;
        if (is_dense(plan, i))
            phase = add_dense_ops(plan, phase, i);
        else if (fuses(plan, i))
            add_separable_op(plan, phase, i++);
        else
            add_layer_op(plan, phase, i);
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

/* Buffers live from the phase that writes them to the last one that reads them, the head's to the end. */
static void place_buffers(Plan *plan)
{
    const Network *network = &plan->model->network;
    for (int i = 0; i < plan->op_count; i++) {
        const PlanOp *op = &plan->ops[i];
        bool forever = plan->mode == PLAN_KEEP_LAYERS || network->layers[op->layer].head_level >= 0;
        plan->buffers[op->out_buffer] = (PlanBuffer){
            .bytes = map_bytes(&op->op.out),
            .first = op->phase,
            .last = forever ? PLAN_MEMORY_FOREVER : op->phase,
        };
        if (op->in_buffer >= 0 && plan->buffers[op->in_buffer].last < op->phase)
            plan->buffers[op->in_buffer].last = op->phase;
    }
    plan->map_bytes = plan_memory_place(plan->buffers, plan->buffer_count, KERNEL_ALIGNMENT);
    for (int i = 0; i < plan->op_count; i++) {
        PlanOp *op = &plan->ops[i];
        op->op.in_offset = op->in_buffer < 0 ? 0 : plan->buffers[op->in_buffer].offset;
        op->op.out_offset = plan->buffers[op->out_buffer].offset;
    }
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static bool reserve_memory(Plan *plan)
{
    size_t scratch = 0, zeros = 0;
    for (int i = 0; i < plan->op_count; i++) {
        const Op *op = &plan->ops[i].op;
        scratch = larger(scratch, op->kernel->scratch(op, plan->context.kernels));
        zeros = larger(zeros, op->kernel->zeros(op));
    }
    plan->scratch_bytes = (scratch + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
    plan->workers = memory_alloc(sizeof(Worker) * (size_t)plan->threads);
    return plan->workers &&
           arena_reserve(plan->model->engine->arena,
                         plan->map_bytes + plan->scratch_bytes * (size_t)plan->threads, zeros);
}

Plan *plan_create(const LookoutModel *model, int size, PlanMode mode, LookoutError *error)
{
    Plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        goto fail;
    plan->model = model;
    plan->mode = mode;
    plan->threads = pool_threads(model->engine->pool);
    plan->context.kernels = &model->engine->kernels;
    find_shapes(plan, size);
    make_ops(plan);
    place_buffers(plan);
    if (!reserve_memory(plan))
        goto fail;
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
    free(plan->workers);
    free(plan);
}

/* ---- looking inside ----------------------------------------------------------------------------- */

PlanMap plan_layer_output(const Plan *plan, int layer)
{
    return (PlanMap){plan->context.work + plan->buffers[layer].offset, plan->shapes[layer]};
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
    MapShape in = input_shape(plan, index), out = plan->shapes[index];
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

size_t plan_map_bytes(const Plan *plan)
{
    return plan->map_bytes;
}
