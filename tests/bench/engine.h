/*
 * What the comparison times: one program an engine, each of which is protocol.c with one of lookout.c,
 * onnxruntime.c, opencv.cpp and onednn.cpp. A failure ends the program with a line on stderr.
 */
#ifndef LOOKOUT_TESTS_BENCH_ENGINE_H
#define LOOKOUT_TESTS_BENCH_ENGINE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct Engine Engine;

typedef struct EngineOptions {
    const char *weights; /* file: .safetensors, or what export_onnx.py made of it */
    int size;            /* of the square input, in pixels */
    int threads;
    const char *extra;  /* lookout: instruction set, "" for the best; onnxruntime: path of its library */
    const uint8_t *rgb; /* [size][size][3] */
    float *planes;      /* [3][size][size]: the same picture as (value - 127.5) / 127.5 */
} EngineOptions;

/* The pixels must outlive the engine, which lives until the program ends. */
Engine *engine_create(const EngineOptions *options);
/* One inference. */
void engine_run(Engine *engine);
/* The head's raw outputs of the last run, level by level [pixels][anchors * (classes + 4)]. */
void engine_write_head(Engine *engine, FILE *file);
/* A JSON object of one line: "name", "version", and what else there is to know. */
void engine_describe(Engine *engine, FILE *file);
/* Peak of fused multiply-adds in GFLOP/s on the engine's threads, measured now; 0 where it cannot tell. */
double engine_peak_gflops(Engine *engine);

__attribute__((noreturn, format(printf, 1, 2))) void engine_fail(const char *format, ...);
/* Writes a map of [channels][pixels] as [pixels][channels]. */
void engine_write_planes(const float *planes, size_t channels, size_t pixels, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
