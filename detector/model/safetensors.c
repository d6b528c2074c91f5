#include "detector/model/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detector/base/error.h"
#include "detector/base/memory.h"

#define LENGTH_BYTES 8

LookoutStatus safetensors_read_file(const char *path, const char *label, uint8_t **bytes, size_t *size,
                                    LookoutError *error)
{
    LookoutStatus status = LOOKOUT_OK;
    uint8_t *buffer = NULL;
    size_t filled = 0, length;
    struct stat info;

    /* O_NONBLOCK: opening a FIFO must not wait for its writer */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return detector_fail(error, LOOKOUT_ERROR_IO, "%s: cannot open weights file: %s", label,
                             strerror(errno));
    if (fstat(fd, &info) != 0) {
        status = detector_fail(error, LOOKOUT_ERROR_IO, "%s: cannot read weights file: %s", label,
                               strerror(errno));
        goto done;
    }
    if (!S_ISREG(info.st_mode)) {
        status =
            detector_fail(error, LOOKOUT_ERROR_IO, "%s: not a regular file, expected a weights file", label);
        goto done;
    }
    if (info.st_size == 0) {
        status = detector_fail(error, LOOKOUT_ERROR_FORMAT,
                               "%s: the file is empty, expected a weights file (.safetensors)", label);
        goto done;
    }
    if ((uintmax_t)info.st_size > SAFETENSORS_MAX_FILE) {
        status = detector_fail(error, LOOKOUT_ERROR_FORMAT,
                               "%s: %jd bytes, expected a weights file of at most %zu bytes", label,
                               (intmax_t)info.st_size, SAFETENSORS_MAX_FILE);
        goto done;
    }
    length = (size_t)info.st_size;
    buffer = memory_alloc(length);
    if (!buffer) {
        status = detector_fail(error, LOOKOUT_ERROR_MEMORY, "%s: no memory for %zu bytes", label, length);
        goto done;
    }
    while (filled < length) {
        ssize_t n = read(fd, buffer + filled, length - filled);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            status = detector_fail(error, LOOKOUT_ERROR_IO, "%s: read %zu of %zu bytes: %s", label, filled,
                                   length, n < 0 ? strerror(errno) : "the file became shorter");
            goto done;
        }
        filled += (size_t)n;
    }
    *bytes = buffer;
    *size = length;
    buffer = NULL;
done:
    free(buffer);
    close(fd);
    return status;
}

/* What the checks of one file share. */
typedef struct Check {
    const char *label;
    LookoutError *error;
} Check;

#define FAIL(check, ...) detector_fail((check)->error, LOOKOUT_ERROR_FORMAT, __VA_ARGS__)
#define TENSOR_FORMAT "%s: tensor %.100s: "

static LookoutStatus parse_shape(const Check *check, const json_t *shape, SafetensorsTensor *tensor,
                                 size_t data_size, size_t *elements)
{
    const char *label = check->label, *name = tensor->name;
    if (!json_is_array(shape))
        return FAIL(check, TENSOR_FORMAT "shape missing or not a list", label, name);
    if (json_array_size(shape) > SAFETENSORS_MAX_RANK)
        return FAIL(check, TENSOR_FORMAT "%zu dimensions, expected at most %d", label, name,
                    json_array_size(shape), SAFETENSORS_MAX_RANK);
    tensor->rank = (int)json_array_size(shape);
    *elements = 1;
    for (int i = 0; i < tensor->rank; i++) {
        const json_t *item = json_array_get(shape, (size_t)i);
        json_int_t n = json_integer_value(item);
        if (!json_is_integer(item) || n < 1)
            return FAIL(check, TENSOR_FORMAT "shape: dimension %d is not a positive integer", label, name, i);
        /* no tensor can have more elements than the data has bytes, so the product cannot overflow */
        if ((uintmax_t)n > data_size / *elements)
            return FAIL(check, TENSOR_FORMAT "shape has more elements than the file's %zu bytes of data",
                        label, name, data_size);
        tensor->shape[i] = n;
        *elements *= (size_t)n;
    }
    return LOOKOUT_OK;
}

static LookoutStatus parse_offsets(const Check *check, const json_t *offsets, SafetensorsTensor *tensor,
                                   size_t data_size, size_t elements)
{
    const char *label = check->label, *name = tensor->name;
    const json_t *first = json_array_get(offsets, 0), *second = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(second))
        return FAIL(check, TENSOR_FORMAT "data_offsets is not a list of two integers", label, name);
    json_int_t begin = json_integer_value(first), end = json_integer_value(second);
    if (begin < 0 || end < begin || (uintmax_t)end > data_size)
        return FAIL(check,
                    TENSOR_FORMAT "data_offsets [%" JSON_INTEGER_FORMAT ",%" JSON_INTEGER_FORMAT
                                  "], expected an interval within the file's %zu bytes of data",
                    label, name, begin, end, data_size);
    tensor->begin = (size_t)begin;
    tensor->end = (size_t)end;
    if (tensor->end - tensor->begin != elements * 2)
        return FAIL(check, TENSOR_FORMAT "%zu bytes of data, expected %zu for its shape", label, name,
                    tensor->end - tensor->begin, elements * 2);
    return LOOKOUT_OK;
}

static LookoutStatus parse_tensor(const Check *check, const json_t *entry, SafetensorsTensor *tensor,
                                  size_t data_size)
{
    const char *label = check->label, *name = tensor->name;
    if (!json_is_object(entry))
        return FAIL(check, TENSOR_FORMAT "header entry is not an object", label, name);
    for (void *i = json_object_iter((json_t *)entry); i; i = json_object_iter_next((json_t *)entry, i)) {
        const char *key = json_object_iter_key(i);
        if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 && strcmp(key, "data_offsets") != 0)
            return FAIL(check, TENSOR_FORMAT "unknown key %.60s, expected dtype, shape, data_offsets", label,
                        name, key);
    }
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    if (!dtype || strcmp(dtype, "F16") != 0)
        return FAIL(check, TENSOR_FORMAT "dtype %.30s, expected F16", label, name,
                    dtype ? dtype : "missing or not a string");
    size_t elements = 0;
    LookoutStatus status = parse_shape(check, json_object_get(entry, "shape"), tensor, data_size, &elements);
    if (status == LOOKOUT_OK)
        status = parse_offsets(check, json_object_get(entry, "data_offsets"), tensor, data_size, elements);
    return status;
}

static LookoutStatus parse_metadata(const Check *check, const json_t *metadata)
{
    if (!json_is_object(metadata))
        return FAIL(check, "%s: __metadata__ is not an object", check->label);
    for (void *i = json_object_iter((json_t *)metadata); i; i = json_object_iter_next((json_t *)metadata, i))
        if (!json_is_string(json_object_iter_value(i)))
            return FAIL(check, "%s: metadata field %.60s: not a string", check->label,
                        json_object_iter_key(i));
    return LOOKOUT_OK;
}

static int compare_begin(const void *left, const void *right)
{
    const SafetensorsTensor *a = left, *b = right;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

/* Sorts the tensors by their data, which they must cover from the first byte to the last, each byte once. */
static LookoutStatus check_cover(const Check *check, SafetensorsTensor *tensors, size_t count,
                                 size_t data_size)
{
    qsort(tensors, count, sizeof *tensors, compare_begin);
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (tensors[i].begin != end)
            return FAIL(check,
                        TENSOR_FORMAT "data begins at %zu, expected %zu (tensors must neither overlap "
                                      "nor leave holes)",
                        check->label, tensors[i].name, tensors[i].begin, end);
        end = tensors[i].end;
    }
    if (end != data_size)
        return FAIL(check, "%s: %zu bytes of data behind the last tensor, expected none", check->label,
                    data_size - end);
    return LOOKOUT_OK;
}

LookoutStatus safetensors_open(Safetensors *file, const uint8_t *bytes, size_t size, const char *label,
                               LookoutError *error)
{
    const Check check = {label, error};
    memset(file, 0, sizeof *file);
    if (size < LENGTH_BYTES)
        return FAIL(&check, "%s: %zu bytes, too short for a safetensors file", label, size);
    uint64_t length = 0;
    for (int i = 0; i < LENGTH_BYTES; i++)
        length |= (uint64_t)bytes[i] << (8 * i);
    if (length > SAFETENSORS_MAX_HEADER || length > size - LENGTH_BYTES)
        return FAIL(
            &check,
            "%s: not a safetensors file, or cut short: header length %" PRIu64 ", expected at most %zu",
            label, length,
            size - LENGTH_BYTES < SAFETENSORS_MAX_HEADER ? size - LENGTH_BYTES : SAFETENSORS_MAX_HEADER);
    size_t data_size = size - LENGTH_BYTES - (size_t)length;
    file->data = bytes + LENGTH_BYTES + length;

    json_error_t json_error;
    file->header =
        json_loadb((const char *)bytes + LENGTH_BYTES, (size_t)length, JSON_REJECT_DUPLICATES, &json_error);
    if (!file->header)
        return FAIL(&check, "%s: the header is not JSON: %.100s (at byte %d)", label, json_error.text,
                    json_error.position);

    LookoutStatus status = LOOKOUT_OK;
    if (!json_is_object(file->header)) {
        status = FAIL(&check, "%s: the header is not a JSON object", label);
        goto fail;
    }
    file->tensors = calloc(json_object_size(file->header) + 1, sizeof *file->tensors);
    if (!file->tensors) {
        status = detector_fail(error, LOOKOUT_ERROR_MEMORY, "%s: no memory for the header", label);
        goto fail;
    }
    for (void *i = json_object_iter(file->header); i; i = json_object_iter_next(file->header, i)) {
        const json_t *value = json_object_iter_value(i);
        if (strcmp(json_object_iter_key(i), "__metadata__") == 0) {
            file->metadata = value;
            status = parse_metadata(&check, value);
        } else {
            SafetensorsTensor *tensor = &file->tensors[file->count++];
            tensor->name = json_object_iter_key(i);
            status = parse_tensor(&check, value, tensor, data_size);
        }
        if (status != LOOKOUT_OK)
            goto fail;
    }
    status = check_cover(&check, file->tensors, file->count, data_size);
    if (status == LOOKOUT_OK)
        return status;
fail:
    safetensors_close(file);
    return status;
}

void safetensors_close(Safetensors *file)
{
    json_decref(file->header);
    free(file->tensors);
    memset(file, 0, sizeof *file);
}

const SafetensorsTensor *safetensors_find(const Safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

int64_t safetensors_find_not_finite(const Safetensors *file, const SafetensorsTensor *tensor)
{
    const uint8_t *in = file->data + tensor->begin;
    size_t count = (tensor->end - tensor->begin) / 2;
    int not_finite = 0;
    /* Without a branch, so that it vectorises. */
    for (size_t i = 0; i < count; i++)
        not_finite |= (in[2 * i + 1] & 0x7c) == 0x7c;
    for (size_t i = 0; not_finite && i < count; i++)
        if ((in[2 * i + 1] & 0x7c) == 0x7c)
            return (int64_t)i;
    return -1;
}
