/*
 * libdetector: object detection with a MobileNet v1 SSD on the CPU.
 *
 *     DetectorError error;
 *     DetectorEngine *engine = detector_engine_create(NULL, &error);
 *     DetectorModel *model = detector_model_load(engine, "lookout-1.00.safetensors", &error);
 *     Detector *detector = detector_create(model, 224, &error);
 *     DetectorResult result;
 *     detector_detect(detector, &image, &settings, &result, &error);
 *     ...
 *     detector_destroy(detector);
 *     detector_model_destroy(model);
 *     detector_engine_destroy(engine);
 *
 * Nothing here prints, exits or keeps global state. Objects are destroyed in the reverse order of
 * their creation; every destroy function takes NULL. One engine runs one job at a time: calls of
 * detector_detect() on detectors of the same engine, and of detector_engine_peak_gflops(), must not
 * overlap. Creating and destroying models and detectors may overlap with a detection on another
 * detector of the same engine.
 */
#ifndef LOOKOUT_DETECTOR_H
#define LOOKOUT_DETECTOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define DETECTOR_API __attribute__((visibility("default")))
#else
#define DETECTOR_API
#endif

typedef enum DetectorStatus {
    DETECTOR_OK = 0,
    DETECTOR_ERROR_ARGUMENT, /* a value outside its documented range */
    DETECTOR_ERROR_MEMORY,   /* out of memory, or threads could not be started */
    DETECTOR_ERROR_IO,       /* a file could not be opened or read */
    DETECTOR_ERROR_FORMAT,   /* the weights file is damaged or of another format */
} DetectorStatus;

/* Filled by every function that fails; untouched by one that succeeds. The caller owns it. Where a
 * function takes a DetectorError, NULL is allowed. */
typedef struct DetectorError {
    DetectorStatus status;
    char message[512]; /* one line: the thing, what was expected, the remedy */
} DetectorError;

/* ---- engine: an instruction set and a pool of worker threads -------------------------------- */

typedef struct DetectorEngine DetectorEngine;

typedef struct DetectorEngineOptions {
    int threads;     /* 0: the number of cores in the affinity mask; else 1..64 */
    const char *isa; /* NULL: that of the environment variable LOOKOUT_ISA, else the best this CPU has;
                        or a name of detector_isa_names() */
} DetectorEngineOptions;

/* Starts the worker threads. options may be NULL (defaults). Returns NULL with error filled
 * (ARGUMENT: threads out of range, unknown isa, or one that this CPU lacks; MEMORY). */
DETECTOR_API DetectorEngine *detector_engine_create(const DetectorEngineOptions *options,
                                                    DetectorError *error);
DETECTOR_API void detector_engine_destroy(DetectorEngine *engine);

/* Number of threads that take part in a detection, the caller included. */
DETECTOR_API int detector_engine_threads(const DetectorEngine *engine);
/* Name of the instruction set in use, a string that lives as long as the program. */
DETECTOR_API const char *detector_engine_isa(const DetectorEngine *engine);
/* Names that this build knows, NULL-terminated, slowest ("c") first; static. */
DETECTOR_API const char *const *detector_isa_names(void);
/* Measures the peak of fused multiply-adds of the engine's instruction set on `threads` threads at
 * once (1..detector_engine_threads()), from registers alone, for about 20 ms. GFLOP/s, a
 * multiply-add counting 2. */
DETECTOR_API double detector_engine_peak_gflops(DetectorEngine *engine, int threads);

/* ---- model: the weights of one file ---------------------------------------------------------- */

typedef struct DetectorModel DetectorModel;

/* Sides of an anchor box in pixels of the network's input, whatever its size is. */
typedef struct DetectorAnchor {
    double width, height; /* above 0, at most 4096 */
} DetectorAnchor;

/* A feature map that carries anchors. */
typedef struct DetectorLevel {
    const char *feature; /* the block that it comes from, as "block5" */
    int stride;          /* pixels of the input from one of its cells to the next */
    int anchor_count;    /* at each cell: 1..16 */
    const DetectorAnchor *anchors;
} DetectorLevel;

/* Average precision (COCO's, over IoU .50 to .95, and at IoU .50) that the file says it was measured to have.
 */
typedef struct DetectorAccuracy {
    int size;        /* of the input */
    double ap, ap50; /* 0..1; ap50 is 0 where it is not told */
} DetectorAccuracy;

typedef struct DetectorModelInfo {
    double alpha;                       /* width multiplier */
    int class_count;                    /* K */
    const char *const *classes;         /* [K] names, UTF-8 */
    int level_count;                    /* feature maps, finest first */
    const DetectorLevel *levels;        /* [level_count] */
    const char *training_data;          /* free text of the file; "" where absent */
    const char *licence;                /* "" where absent */
    const char *measured_on;            /* free text: the set that accuracies are of; "" where absent */
    int accuracy_count;                 /* 0 where the file tells none */
    const DetectorAccuracy *accuracies; /* [accuracy_count], by ascending size */
    int64_t parameters;                 /* weights and biases in the file */
} DetectorModelInfo;

/* Reads and checks a safetensors file of format lookout-ssd-2 and packs its weights for the engine.
 * The engine must outlive the model. Returns NULL with error filled (IO, FORMAT, MEMORY); the
 * message names the file, the tensor or metadata field, and what was expected. */
DETECTOR_API DetectorModel *detector_model_load(DetectorEngine *engine, const char *path,
                                                DetectorError *error);
DETECTOR_API void detector_model_destroy(DetectorModel *model);
/* Lives as long as the model. */
DETECTOR_API const DetectorModelInfo *detector_model_info(const DetectorModel *model);

/* ---- detector: a model at one input size ------------------------------------------------------ */

typedef struct Detector Detector;

/* Makes the plan and its memory for inputs of size x size pixels: 224, 192, 160 or 128, or 256, 288 or 320
 * for who has the time (any multiple of 32 from 64 to 512 works, without a promise of accuracy). The model
 * must outlive it. Returns NULL with error filled (ARGUMENT: another size; MEMORY). */
DETECTOR_API Detector *detector_create(const DetectorModel *model, int size, DetectorError *error);
DETECTOR_API void detector_destroy(Detector *detector);
DETECTOR_API int detector_size(const Detector *detector);

/* An 8-bit picture, [height][width][3], R, G, B in memory; stride in bytes between rows. */
typedef struct DetectorImage {
    const uint8_t *rgb;
    int width, height; /* 1..16384 */
    ptrdiff_t stride;
} DetectorImage;

typedef struct DetectorSettings {
    double threshold;       /* keep scores above it: 0..1 (0 keeps all, 1 none) */
    double nms_iou;         /* a box falls if its IoU with a better one of its class is above: 0..1 */
    int max_detections;     /* 1..300 */
    const uint8_t *classes; /* [K]: nonzero where the class is wanted; NULL: all */
} DetectorSettings;

/* threshold 0.3, nms_iou 0.5, max_detections 100, all classes */
DETECTOR_API DetectorSettings detector_default_settings(void);

/* Corners relative to the picture, 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1. */
typedef struct Detection {
    float x1, y1, x2, y2;
    float score;     /* sigmoid of the class logit, 0..1 */
    int class_index; /* 0..K-1 */
    int anchor;      /* index of the anchor that made it */
} Detection;

typedef struct DetectorResult {
    const Detection *detections; /* best first; owned by the detector, valid until its next call */
    int count;
    double resize_ms;    /* picture to size x size; 0 where it already had that size */
    double inference_ms; /* size x size RGB bytes in, boxes out */
} DetectorResult;

/* Resizes the picture (stretched) to the detector's size, runs the network, decodes, and suppresses
 * overlapping boxes. Allocates nothing once it has seen the picture's geometry. Returns DETECTOR_OK,
 * ARGUMENT (bad picture or settings) or MEMORY. */
DETECTOR_API DetectorStatus detector_detect(Detector *detector, const DetectorImage *image,
                                            const DetectorSettings *settings, DetectorResult *result,
                                            DetectorError *error);

/* ---- what the network is made of --------------------------------------------------------------- */

typedef enum DetectorLayerKind {
    DETECTOR_LAYER_CONVOLUTION, /* 3x3, all channels */
    DETECTOR_LAYER_DEPTHWISE,   /* 3x3, each channel for itself */
    DETECTOR_LAYER_POINTWISE,   /* 1x1 */
} DetectorLayerKind;

typedef struct DetectorLayer {
    const char *name; /* the prefix of its tensors, as "block3.depthwise"; lives as long as the model */
    DetectorLayerKind kind;
    int stride;
    int in_height, in_width, in_channels;
    int out_height, out_width, out_channels;
    int64_t mult_adds;  /* of one inference, without biases */
    int64_t parameters; /* weights and biases */
    double last_ms;     /* wall time in the last detection, 0 unless profiling; a fused pair reports at its
                           pointwise layer */
} DetectorLayer;

DETECTOR_API int detector_layer_count(const Detector *detector);
/* index: 0..detector_layer_count()-1, in the order of execution. */
DETECTOR_API DetectorLayer detector_layer(const Detector *detector, int index);
/* Anchor boxes in all (the rows of the head). */
DETECTOR_API int detector_anchor_count(const Detector *detector);
/* Nonzero: detector_detect() takes the time of each layer from now on. Off at first. */
DETECTOR_API void detector_set_profiling(Detector *detector, int on);

#ifdef __cplusplus
}
#endif

#endif
