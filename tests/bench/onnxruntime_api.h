/*
 * The few functions of ONNX Runtime's C interface that are called here: its npm package brings the library
 * without a header. The interface is a table of functions that only grows at its end, so their places are
 * good for every release (https://onnxruntime.ai/docs/api/c/struct_ort_api.html).
 */
#ifndef LOOKOUT_TESTS_BENCH_ONNXRUNTIME_API_H
#define LOOKOUT_TESTS_BENCH_ONNXRUNTIME_API_H

#include <stddef.h>
#include <stdint.h>

typedef void OrtObject;        /* environment, options, session, value... */
typedef OrtObject *OrtFailure; /* NULL: success */

enum { ORT_LOGGING_WARNING = 2, ORT_SEQUENTIAL = 0, ORT_OPTIMIZE_ALL = 99, ORT_FLOAT = 1 };
enum { ORT_ARENA_ALLOCATOR = 1, ORT_MEMORY_DEFAULT = 0 };

typedef struct OrtApi {
    void *unused0[2];
    const char *(*get_error_message)(const OrtObject *failure);
    OrtFailure (*create_env)(int logging_level, const char *name, OrtObject **env);
    void *unused4[3];
    OrtFailure (*create_session)(OrtObject *env, const char *path, const OrtObject *options,
                                 OrtObject **session);
    void *unused8[1];
    OrtFailure (*run)(OrtObject *session, const OrtObject *run_options, const char *const *input_names,
                      const OrtObject *const *inputs, size_t input_count, const char *const *output_names,
                      size_t output_count, OrtObject **outputs);
    OrtFailure (*create_session_options)(OrtObject **options);
    void *unused11[2];
    OrtFailure (*set_execution_mode)(OrtObject *options, int mode);
    void *unused14[9];
    OrtFailure (*set_optimization_level)(OrtObject *options, int level);
    OrtFailure (*set_intra_op_threads)(OrtObject *options, int threads);
    void *unused25[24];
    OrtFailure (*create_tensor_with_data)(const OrtObject *memory, void *data, size_t bytes,
                                          const int64_t *shape, size_t dimensions, int type,
                                          OrtObject **value);
    void *unused50[1];
    OrtFailure (*get_tensor_data)(OrtObject *value, float **data);
    void *unused52[9];
    OrtFailure (*get_dimensions_count)(const OrtObject *shape, size_t *count);
    OrtFailure (*get_dimensions)(const OrtObject *shape, int64_t *dimensions, size_t count);
    void *unused63[2];
    OrtFailure (*get_tensor_shape)(const OrtObject *value, OrtObject **shape);
    void *unused66[3];
    OrtFailure (*create_cpu_memory_info)(int allocator, int memory, OrtObject **memory_info);
} OrtApi;

_Static_assert(offsetof(OrtApi, create_cpu_memory_info) == 69 * sizeof(void *), "a place was miscounted");

typedef struct OrtApiBase {
    const OrtApi *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
} OrtApiBase;

#endif
