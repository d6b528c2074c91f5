/*
 * liblookout: object detection with a MobileNet v1 SSD on the CPU.
 *
 *     LookoutError error;
 *     LookoutEngine *engine = lookout_engine_create(NULL, &error);
 *     LookoutModel *model = lookout_model_load(engine, "lookout-1.00.safetensors", &error);
 *     LookoutDetector *detector = lookout_detector_create(model, 224, &error);
 *     LookoutResult result;
 *     lookout_detect(detector, &image, &settings, &result, &error);
 *     ...
 *     lookout_detector_destroy(detector);
 *     lookout_model_destroy(model);
 *     lookout_engine_destroy(engine);
 *
 * Nothing here prints, exits or keeps global state. Objects are destroyed in the reverse order of
 * their creation; every destroy function takes NULL. One engine runs one job at a time: calls of
 * lookout_detect() on detectors of the same engine, and of lookout_engine_peak_gflops(), must not
 * overlap. Creating and destroying models and detectors may overlap with a detection on another
 * detector of the same engine.
 */
#ifndef LOOKOUT_DETECTOR_LOOKOUT_H
#define LOOKOUT_DETECTOR_LOOKOUT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LOOKOUT_API __attribute__((visibility("default")))
#else
#define LOOKOUT_API
#endif

typedef enum LookoutStatus {
    LOOKOUT_OK = 0,
    LOOKOUT_ERROR_ARGUMENT, /* a value outside its documented range */
    LOOKOUT_ERROR_MEMORY,   /* out of memory, or threads could not be started */
    LOOKOUT_ERROR_IO,       /* a file could not be opened or read */
    LOOKOUT_ERROR_FORMAT,   /* the weights file is damaged or of another format */
} LookoutStatus;

/* Filled by every function that fails; untouched by one that succeeds. The caller owns it. Where a
 * function takes a LookoutError, NULL is allowed. */
typedef struct LookoutError {
    LookoutStatus status;
    char message[512]; /* one line: the thing, what was expected, the remedy */
} LookoutError;

/* ---- engine: an instruction set and a pool of worker threads -------------------------------- */

typedef struct LookoutEngine LookoutEngine;

typedef struct LookoutEngineOptions {
    int threads;     /* 0: the number of cores in the affinity mask; else 1..64 */
    const char *isa; /* NULL: that of the environment variable LOOKOUT_ISA, else the best this CPU has;
                        or a name of lookout_isa_names() */
} LookoutEngineOptions;

/* Starts the worker threads. options may be NULL (defaults). Returns NULL with error filled
 * (ARGUMENT: threads out of range, unknown isa, or one that this CPU lacks; MEMORY). */
LOOKOUT_API LookoutEngine *lookout_engine_create(const LookoutEngineOptions *options, LookoutError *error);
LOOKOUT_API void lookout_engine_destroy(LookoutEngine *engine);

/* Number of threads that take part in a detection, the caller included. */
LOOKOUT_API int lookout_engine_threads(const LookoutEngine *engine);
/* Name of the instruction set in use, a string that lives as long as the program. */
LOOKOUT_API const char *lookout_engine_isa(const LookoutEngine *engine);
/* Names that this build knows, NULL-terminated, slowest ("c") first; static. */
LOOKOUT_API const char *const *lookout_isa_names(void);
/* Measures the peak of fused multiply-adds of the engine's instruction set on `threads` threads at
 * once (1..lookout_engine_threads()), from registers alone, for about 20 ms. GFLOP/s, a
 * multiply-add counting 2. */
LOOKOUT_API double lookout_engine_peak_gflops(LookoutEngine *engine, int threads);

/* ---- model: the weights of one file ---------------------------------------------------------- */

typedef struct LookoutModel LookoutModel;

/* Sides of an anchor box in pixels of the network's input, whatever its size is. */
typedef struct LookoutAnchor {
    double width, height; /* above 0, at most 4096 */
} LookoutAnchor;

/* A feature map that carries anchors. */
typedef struct LookoutLevel {
    const char *feature; /* the block that it comes from, as "block5" */
    int stride;          /* pixels of the input from one of its cells to the next */
    int anchor_count;    /* at each cell: 1..16 */
    const LookoutAnchor *anchors;
} LookoutLevel;

/* Average precision (COCO's, over IoU .50 to .95, and at IoU .50) that the file says it was measured to have.
 */
typedef struct LookoutAccuracy {
    int size;        /* of the input */
    double ap, ap50; /* 0..1; ap50 is 0 where it is not told */
} LookoutAccuracy;

typedef struct LookoutModelInfo {
    double alpha;                      /* width multiplier */
    int class_count;                   /* K */
    const char *const *classes;        /* [K] names, UTF-8 */
    int level_count;                   /* feature maps, finest first */
    const LookoutLevel *levels;        /* [level_count] */
    const char *training_data;         /* free text of the file; "" where absent */
    const char *licence;               /* "" where absent */
    const char *measured_on;           /* free text: the set that accuracies are of; "" where absent */
    int accuracy_count;                /* 0 where the file tells none */
    const LookoutAccuracy *accuracies; /* [accuracy_count], by ascending size */
    int64_t parameters;                /* weights and biases in the file */
} LookoutModelInfo;

/* Reads and checks a safetensors file of format lookout-ssd-2 and packs its weights for the engine.
 * The engine must outlive the model. Returns NULL with error filled (IO, FORMAT, MEMORY); the
 * message names the file, the tensor or metadata field, and what was expected. */
LOOKOUT_API LookoutModel *lookout_model_load(LookoutEngine *engine, const char *path, LookoutError *error);
LOOKOUT_API void lookout_model_destroy(LookoutModel *model);
/* Lives as long as the model. */
LOOKOUT_API const LookoutModelInfo *lookout_model_info(const LookoutModel *model);

/* ---- detector: a model at one input size ------------------------------------------------------ */

typedef struct LookoutDetector LookoutDetector;

/* Makes the plan and its memory for inputs of size x size pixels: 224, 192, 160 or 128, or 256, 288 or 320
 * for who has the time (any multiple of 32 from 64 to 512 works, without a promise of accuracy). The model
 * must outlive it. Returns NULL with error filled (ARGUMENT: another size; MEMORY). */
LOOKOUT_API LookoutDetector *lookout_detector_create(const LookoutModel *model, int size,
                                                     LookoutError *error);
LOOKOUT_API void lookout_detector_destroy(LookoutDetector *detector);
LOOKOUT_API int lookout_detector_size(const LookoutDetector *detector);

/* An 8-bit picture, [height][width][3], R, G, B in memory; stride in bytes between rows. */
typedef struct LookoutImage {
    const uint8_t *rgb;
    int width, height; /* 1..16384 */
    ptrdiff_t stride;
} LookoutImage;

typedef struct LookoutSettings {
    double threshold;       /* keep scores above it: 0..1 (0 keeps all, 1 none) */
    double nms_iou;         /* a box falls if its IoU with a better one of its class is above: 0..1 */
    int max_detections;     /* 1..300 */
    const uint8_t *classes; /* [K]: nonzero where the class is wanted; NULL: all */
} LookoutSettings;

/* threshold 0.3, nms_iou 0.5, max_detections 100, all classes */
LOOKOUT_API LookoutSettings lookout_default_settings(void);

/* Corners relative to the picture, 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1. */
typedef struct LookoutDetection {
    float x1, y1, x2, y2;
    float score;     /* sigmoid of the class logit, 0..1 */
    int class_index; /* 0..K-1 */
    int anchor;      /* index of the anchor that made it */
} LookoutDetection;

typedef struct LookoutResult {
    const LookoutDetection *detections; /* best first; owned by the detector, valid until its next call */
    int count;
    double resize_ms;    /* picture to size x size; 0 where it already had that size */
    double inference_ms; /* size x size RGB bytes in, boxes out */
} LookoutResult;

/* Resizes the picture (stretched) to the detector's size, runs the network, decodes, and suppresses
 * overlapping boxes. Allocates nothing once it has seen the picture's geometry. Returns LOOKOUT_OK,
 * ARGUMENT (bad picture or settings) or MEMORY. */
LOOKOUT_API LookoutStatus lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                                         const LookoutSettings *settings, LookoutResult *result,
                                         LookoutError *error);

/* ---- what the network is made of --------------------------------------------------------------- */

typedef enum LookoutLayerKind {
    LOOKOUT_LAYER_CONVOLUTION, /* 3x3, all channels */
    LOOKOUT_LAYER_DEPTHWISE,   /* 3x3, each channel for itself */
    LOOKOUT_LAYER_POINTWISE,   /* 1x1 */
} LookoutLayerKind;

typedef struct LookoutLayer {
    const char *name; /* the prefix of its tensors, as "block3.depthwise"; lives as long as the model */
    LookoutLayerKind kind;
    int stride;
    int in_height, in_width, in_channels;
    int out_height, out_width, out_channels;
    int64_t mult_adds;  /* of one inference, without biases */
    int64_t parameters; /* weights and biases */
    double last_ms;     /* wall time in the last detection, 0 unless profiling; a fused pair reports at its
                           pointwise layer */
} LookoutLayer;

LOOKOUT_API int lookout_layer_count(const LookoutDetector *detector);
/* index: 0..lookout_layer_count()-1, in the order of execution. */
LOOKOUT_API LookoutLayer lookout_layer(const LookoutDetector *detector, int index);
/* Anchor boxes in all (the rows of the head). */
LOOKOUT_API int lookout_anchor_count(const LookoutDetector *detector);
/* Nonzero: lookout_detect() takes the time of each layer from now on. Off at first. */
LOOKOUT_API void lookout_set_profiling(LookoutDetector *detector, int on);

#ifdef __cplusplus
}
#endif

#endif
