/* What the model tests share: weights, pictures, engines, and the comparison of maps. */
#ifndef LOOKOUT_TESTS_DETECTOR_MODEL_TEST_H
#define LOOKOUT_TESTS_DETECTOR_MODEL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "detector/model/model.h"
#include "detector/plan/plan.h"

#define ALPHAS 4
#define SIZES 4
extern const char *const test_alphas[ALPHAS]; /* "1.00", ... as in the names of the files */
extern const int test_sizes[SIZES];

/* Each fails the running test if it cannot be created. */
LookoutEngine *test_engine(int threads, const char *isa);
LookoutModel *test_model(LookoutEngine *engine, const char *path);
Plan *test_plan(const LookoutModel *model, int size, PlanMode mode);

/* Path of a weight file of the source tree (models/), or of ../shared/weights-2; static. */
const char *test_weights(const char *alpha);
const char *test_shared_weights(const char *alpha);

/* size x size RGB bytes that the caller frees: the golden input of that size if it is there, else a
 * synthetic picture of smooth colours and sharp shapes; or noise. */
uint8_t *test_picture(int size);
uint8_t *test_noise(int size);

/* How far a float32 layer may be from a more exact one: 1e-4 * max(rms of the layer, 1e-3). */
double test_tolerance(double rms);

/* The channels of a pixel, counted row by row, of a float32 map. */
const float *test_pixel(const PlanMap *map, int pixel);

/* Fails unless all five maps of the heads are the same bit for bit. */
void test_same_heads(const Plan *a, const Plan *b, const char *what);

/* Writes a weight file of another network with random weights, of a size that keeps activations in range.
 * Returns 0 if that fails. */
int test_write_random_weights(const char *path, double alpha, int classes,
                              const int padding[NETWORK_STRIDED]);

#endif
