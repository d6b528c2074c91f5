/* Lookout: a whole inference, RGB bytes in, boxes out. */
#include <stdlib.h>

#include "detector/lookout.h"
#include "detector/plan/plan.h"
#include "tests/bench/engine.h"

struct Engine {
    LookoutEngine *engine;
    LookoutModel *model;
    LookoutDetector *detector;
    LookoutImage image;
    LookoutSettings settings;
};

Engine *engine_create(const EngineOptions *options)
{
    static Engine self;
    LookoutError error;
    const LookoutEngineOptions engine_options = {.threads = options->threads,
                                                 .isa = *options->extra ? options->extra : NULL};
    self.engine = lookout_engine_create(&engine_options, &error);
    self.model = self.engine ? lookout_model_load(self.engine, options->weights, &error) : NULL;
    self.detector = self.model ? lookout_detector_create(self.model, options->size, &error) : NULL;
    if (!self.detector)
        engine_fail("%s", error.message);
    self.image = (LookoutImage){options->rgb, options->size, options->size, 3 * (ptrdiff_t)options->size};
    self.settings = lookout_default_settings();
    return &self;
}

void engine_run(Engine *engine)
{
    LookoutResult result;
    LookoutError error;
    if (lookout_detect(engine->detector, &engine->image, &engine->settings, &result, &error) != LOOKOUT_OK)
        engine_fail("%s", error.message);
}

/* The detector gives boxes, not the head, so this runs a plan as the detector has one. */
void engine_write_head(Engine *engine, FILE *file)
{
    LookoutError error;
    Plan *plan = plan_create(engine->model, engine->image.width, PLAN_NORMAL, &error);
    if (!plan)
        engine_fail("%s", error.message);
    plan_run(plan, engine->image.rgb, engine->image.stride);
    for (int level = 0; level < NETWORK_LEVELS; level++) {
        const PlanMap head = plan_head(plan, level);
        for (int p = 0; p < map_pixels(&head.shape); p++)
            fwrite(head.data + p * head.shape.pixel_bytes, sizeof(float), (size_t)head.shape.channels, file);
    }
    plan_destroy(plan);
}

void engine_describe(Engine *engine, FILE *file)
{
    long long mult_adds = 0;
    for (int i = 0; i < lookout_layer_count(engine->detector); i++)
        mult_adds += lookout_layer(engine->detector, i).mult_adds;
    fprintf(file, "{\"name\": \"Lookout\", \"version\": \"%s\", \"isa\": \"%s\", \"mult_adds\": %lld}",
            LOOKOUT_VERSION, lookout_engine_isa(engine->engine), mult_adds);
}

double engine_peak_gflops(Engine *engine)
{
    return lookout_engine_peak_gflops(engine->engine, lookout_engine_threads(engine->engine));
}
