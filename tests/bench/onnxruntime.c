/* ONNX Runtime on the exported network, set as its makers advise for one picture at a time on a CPU: all
 * graph optimisations, operators one after another, N threads within an operator. */
#include <dlfcn.h>
#include <string.h>

#include "tests/bench/engine.h"
#include "tests/bench/onnxruntime_api.h"

enum { OUTPUTS = 5 };

static const char *const input_names[] = {"picture"};
static const char *const output_names[OUTPUTS] = {"head1", "head2", "head3", "head4", "head5"};

struct Engine {
    const OrtApiBase *base;
    const OrtApi *api;
    OrtObject *session, *input;
    OrtObject *outputs[OUTPUTS]; /* made by the first run; later ones write to the same memory */
};

static void check(const Engine *engine, OrtFailure failure, const char *what)
{
    if (failure)
        engine_fail("ONNX Runtime, %s: %s", what, engine->api->get_error_message(failure));
}

static void open_library(Engine *engine, const char *path)
{
    void *library = dlopen(path, RTLD_NOW);
    if (!library)
        engine_fail("%s", dlerror());
    void *symbol = dlsym(library, "OrtGetApiBase");
    const OrtApiBase *(*get_base)(void);
    if (!symbol)
        engine_fail("%s: no OrtGetApiBase; give ONNX Runtime's library", path);
    memcpy(&get_base, &symbol, sizeof get_base);
    engine->base = get_base();
    engine->api = engine->base->get_api(1);
    if (!engine->api)
        engine_fail("%s: version %s lacks the interface's version 1", path, engine->base->get_version());
}

Engine *engine_create(const EngineOptions *options)
{
    static Engine self;
    open_library(&self, options->extra);
    const OrtApi *api = self.api;
    OrtObject *env, *settings, *memory;
    check(&self, api->create_env(ORT_LOGGING_WARNING, "bench", &env), "environment");
    check(&self, api->create_session_options(&settings), "options");
    check(&self, api->set_optimization_level(settings, ORT_OPTIMIZE_ALL), "optimisation");
    check(&self, api->set_execution_mode(settings, ORT_SEQUENTIAL), "execution mode");
    check(&self, api->set_intra_op_threads(settings, options->threads), "threads");
    check(&self, api->create_session(env, options->weights, settings, &self.session), options->weights);

    const int64_t shape[] = {1, 3, options->size, options->size};
    const size_t bytes = (size_t)(3 * shape[2] * shape[3]) * sizeof *options->planes;
    check(&self, api->create_cpu_memory_info(ORT_ARENA_ALLOCATOR, ORT_MEMORY_DEFAULT, &memory), "memory");
    check(&self,
          api->create_tensor_with_data(memory, options->planes, bytes, shape, 4, ORT_FLOAT, &self.input),
          "input");
    return &self;
}

void engine_run(Engine *engine)
{
    const OrtObject *inputs[] = {engine->input};
    check(engine,
          engine->api->run(engine->session, NULL, input_names, inputs, 1, output_names, OUTPUTS,
                           engine->outputs),
          "run");
}

void engine_write_head(Engine *engine, FILE *file)
{
    const OrtApi *api = engine->api;
    for (int i = 0; i < OUTPUTS; i++) {
        OrtObject *shape;
        size_t count;
        int64_t dimensions[4];
        float *data;
        check(engine, api->get_tensor_shape(engine->outputs[i], &shape), "shape");
        check(engine, api->get_dimensions_count(shape, &count), "shape");
        if (count != 4)
            engine_fail("ONNX Runtime, %s: %zu dimensions, expected 4", output_names[i], count);
        check(engine, api->get_dimensions(shape, dimensions, 4), "shape");
        check(engine, api->get_tensor_data(engine->outputs[i], &data), "output");
        engine_write_planes(data, (size_t)dimensions[1], (size_t)(dimensions[2] * dimensions[3]), file);
    }
}

void engine_describe(Engine *engine, FILE *file)
{
    fprintf(file, "{\"name\": \"ONNX Runtime\", \"version\": \"%s\"}", engine->base->get_version());
}

double engine_peak_gflops(Engine *engine)
{
    (void)engine;
    return 0;
}
