/*
 * liblookout: object detection with a MobileNet v1 SSD on the CPU. C99, C11 or C++.
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
 * Nothing here prints, exits or keeps global state. Objects are destroyed in the reverse order of their
 * creation; every destroy function takes NULL. An engine runs one job at a time: calls of lookout_detect()
 * on detectors of the same engine, and of lookout_engine_peak_gflops(), must not overlap. Models and
 * detectors may be created and destroyed by several threads at once, and during a detection on another
 * detector of the same engine.
 */
#ifndef LOOKOUT_DETECTOR_LOOKOUT_H
#define LOOKOUT_DETECTOR_LOOKOUT_H

#include <stdbool.h>
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

/* ---- limits --------------------------------------------------------------------------------------- */

#define LOOKOUT_MAX_THREADS 64 /* of an engine */
#define LOOKOUT_FULL_SIZE 224  /* pixels a side of the input at rho = 1 (Howard et al. 2017, section 3.4) */
#define LOOKOUT_MIN_SIZE 64    /* input sizes are multiples of LOOKOUT_SIZE_STEP ... */
#define LOOKOUT_MAX_SIZE 512   /* ... from MIN to MAX */
#define LOOKOUT_SIZE_STEP 32   /* the stride of the backbone */
#define LOOKOUT_MAX_IMAGE_SIDE 16384 /* pixels */
#define LOOKOUT_MAX_DETECTIONS 300   /* boxes of a picture: as many candidates reach the suppression */
#define LOOKOUT_MAX_CLASSES 1024     /* of a model */
#define LOOKOUT_MAX_ANCHORS 16       /* at a cell of a level */
#define LOOKOUT_MAX_ANCHOR_SIDE 4096 /* pixels of the input */

/* ---- errors --------------------------------------------------------------------------------------- */

typedef enum LookoutStatus {
    LOOKOUT_OK = 0,
    LOOKOUT_ERROR_ARGUMENT, /* a value outside its documented range */
    LOOKOUT_ERROR_MEMORY,   /* out of memory, or threads could not be started */
    LOOKOUT_ERROR_IO,       /* a file could not be opened or read */
    LOOKOUT_ERROR_FORMAT,   /* the weights file is damaged or of another format */
} LookoutStatus;

/* Filled by a function that fails, left alone by one that succeeds. The caller owns it; NULL is allowed
 * wherever a function takes one. */
typedef struct LookoutError {
    LookoutStatus status;
    char message[512]; /* one line: the thing, what was expected, the remedy */
} LookoutError;

/* ---- engine: an instruction set and a pool of worker threads -------------------------------- */

typedef struct LookoutEngine LookoutEngine;

typedef struct LookoutEngineOptions {
    int threads;     /* 1..LOOKOUT_MAX_THREADS; 0: one for each core in the affinity mask */
    const char *isa; /* a name of lookout_isa_names(); NULL: the name in the environment variable LOOKOUT_ISA
                        if it is set and not empty, else the fastest set that this CPU has */
} LookoutEngineOptions;

/* Starts the worker threads. options may be NULL (defaults). Returns NULL with error filled
 * (ARGUMENT: threads out of range, unknown isa, or one that this CPU lacks; MEMORY). */
LOOKOUT_API LookoutEngine *lookout_engine_create(const LookoutEngineOptions *options, LookoutError *error);
LOOKOUT_API void lookout_engine_destroy(LookoutEngine *engine);

/* Number of threads that take part in a detection, the caller included. */
LOOKOUT_API int lookout_engine_threads(const LookoutEngine *engine);
/* Name of the instruction set in use, a string that lives as long as the program. */
LOOKOUT_API const char *lookout_engine_isa(const LookoutEngine *engine);
/* Instruction sets of this build, NULL-terminated, slowest ("c") first; static. */
LOOKOUT_API const char *const *lookout_isa_names(void);
/* Measures how many fused multiply-adds the engine's instruction set does at most, on `threads` threads at
 * once (1..lookout_engine_threads()), with all operands in registers. Takes about 20 ms. Returns GFLOP/s; a
 * multiply-add counts as 2 operations. */
LOOKOUT_API double lookout_engine_peak_gflops(LookoutEngine *engine, int threads);

/* ---- model: the weights of one file ---------------------------------------------------------- */

typedef struct LookoutModel LookoutModel;

/* Sides of an anchor box in pixels of the network's input, whatever its size is. */
typedef struct LookoutAnchor {
    double width, height; /* above 0, at most LOOKOUT_MAX_ANCHOR_SIDE */
} LookoutAnchor;

/* A feature map that carries anchors. */
typedef struct LookoutLevel {
    const char *feature; /* name of the block whose output it is, as "block5" */
    int stride;          /* pixels of the input from one cell to the next */
    int anchor_count;    /* at each cell: 1..LOOKOUT_MAX_ANCHORS */
    const LookoutAnchor *anchors;
} LookoutLevel;

/* Average precision that the model was measured to have, according to its file: COCO's definition, over IoU
 * .50 to .95 and at IoU .50. */
typedef struct LookoutAccuracy {
    int size;        /* of the input */
    double ap, ap50; /* 0..1; ap50 is 0 if the file does not have it */
} LookoutAccuracy;

typedef struct LookoutModelInfo {
    double alpha;                      /* width multiplier */
    int class_count;                   /* K: 1..LOOKOUT_MAX_CLASSES */
    const char *const *classes;        /* [K] names, UTF-8 */
    int level_count;                   /* feature maps, finest first */
    const LookoutLevel *levels;        /* [level_count] */
    const char *training_data;         /* free text of the file; "" if absent */
    const char *licence;               /* "" if absent */
    const char *measured_on;           /* free text: the data set of the accuracies; "" if absent */
    int accuracy_count;                /* 0 if the file has none */
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

/* Prepares detection on inputs of size x size pixels: LOOKOUT_MIN_SIZE..LOOKOUT_MAX_SIZE, a multiple of
 * LOOKOUT_SIZE_STEP. The models are trained for 224, 192, 160 and 128, and measured at 256, 288 and 320 too,
 * which see more and take longer; the accuracy at other sizes is not known. The detectors of an engine share
 * one block of working memory, as large as the largest that was ever created needs: it grows at the next
 * detection and is freed with the engine. The model must outlive the detector. Returns NULL with error filled
 * (ARGUMENT: another size; MEMORY). */
LOOKOUT_API LookoutDetector *lookout_detector_create(const LookoutModel *model, int size,
                                                     LookoutError *error);
LOOKOUT_API void lookout_detector_destroy(LookoutDetector *detector);
LOOKOUT_API int lookout_detector_size(const LookoutDetector *detector);

/* An 8-bit picture, [height][width][3], R, G, B in memory; stride in bytes between rows. */
typedef struct LookoutImage {
    const uint8_t *rgb;
    int width, height; /* 1..LOOKOUT_MAX_IMAGE_SIDE */
    ptrdiff_t stride;  /* at least 3 * width */
} LookoutImage;

typedef struct LookoutSettings {
    double threshold;       /* 0..1: only scores above it are kept (0 keeps all, 1 none) */
    double nms_iou;         /* 0..1: a box is dropped if its IoU with a better one of its class is above it */
    int max_detections;     /* 1..LOOKOUT_MAX_DETECTIONS */
    const uint8_t *classes; /* [K]: nonzero for the classes to keep; NULL: all */
} LookoutSettings;

/* threshold 0.3, nms_iou 0.5, max_detections 100, all classes */
LOOKOUT_API LookoutSettings lookout_default_settings(void);

/* Corners relative to the picture, 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1. */
typedef struct LookoutDetection {
    float x1, y1, x2, y2;
    float score;     /* sigmoid of the class logit, 0..1 */
    int class_index; /* 0..K-1 */
    int anchor;      /* index of the anchor that it was decoded from */
} LookoutDetection;

typedef struct LookoutResult {
    const LookoutDetection *detections; /* best first; owned by the detector, valid until its next call */
    int count;
    double resize_ms;    /* picture to size x size; 0 if it had that size already */
    double inference_ms; /* from size x size RGB bytes to boxes */
} LookoutResult;

/* Resizes the picture to the detector's size (without keeping its aspect), runs the network, decodes, and
 * suppresses overlapping boxes. Allocates only for a picture wider than all before. Returns LOOKOUT_OK,
 * ARGUMENT (bad picture or settings) or MEMORY. */
LOOKOUT_API LookoutStatus lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                                         const LookoutSettings *settings, LookoutResult *result,
                                         LookoutError *error);

/* ---- what the network is made of --------------------------------------------------------------- */

typedef enum LookoutLayerKind {
    LOOKOUT_LAYER_CONVOLUTION, /* 3x3, all channels */
    LOOKOUT_LAYER_DEPTHWISE,   /* 3x3, each channel by itself */
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
    bool fused;         /* computed in one with the next layer, whose last_ms is the time of both */
    double last_ms;     /* wall time in the last detection; 0 unless profiling, and of a fused layer */
} LookoutLayer;

LOOKOUT_API int lookout_layer_count(const LookoutDetector *detector);
/* index: 0..lookout_layer_count()-1, in the order of execution. */
LOOKOUT_API LookoutLayer lookout_layer(const LookoutDetector *detector, int index);
/* Anchor boxes of all levels: how many boxes the network predicts. */
LOOKOUT_API int lookout_anchor_count(const LookoutDetector *detector);
/* Whether lookout_detect() measures the time of each layer from now on; it does not at first. */
LOOKOUT_API void lookout_set_profiling(LookoutDetector *detector, bool on);

#ifdef __cplusplus
}
#endif

#endif
