#include "app/options/option_value.h"

#include "base/text.h"
#include "vision/input/camera/modes.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void *field_of(Options *options, const Option *option)
{
    return (char *)options + option->offset;
}

/* "1, 0.75, 0.5, 0.25" */
static void list_choices(const Option *option, char *text, size_t size)
{
    int length = 0;
    for (int i = 0; option->choices[i] && (size_t)length < size; i++)
        length += snprintf(text + length, size - (size_t)length, "%s%s", i ? ", " : "", option->choices[i]);
}

/* Index of the choice within `tolerance` of value, or -1. */
static int find_choice(const Option *option, double value, double tolerance)
{
    for (int i = 0; option->choices[i]; i++) {
        double choice;
        if (!text_to_number(option->choices[i], &choice) && fabs(value - choice) <= tolerance)
            return i;
    }
    return -1;
}

/* Adds one item of a list; returns -1 for what is not allowed. */
typedef int (*AddItem)(Options *options, const Option *option, const char *item);

/* A list separated by commas, or the word "all" in place of the list `all`. remark: what the message adds
 * to the choices. */
static int set_list(Options *options, const Option *option, const char *value, const char *all, AddItem add,
                    const char *remark, Error *error)
{
    if (!strcmp(value, "all"))
        value = all;
    for (const char *item = value;; item++) {
        char text[32];
        const int length = (int)strcspn(item, ",");
        snprintf(text, sizeof text, "%.*s", length, item);
        if ((size_t)length >= sizeof text || add(options, option, text)) {
            char choices[64];
            list_choices(option, choices, sizeof choices);
            return error_set_usage(error, "option --%s: '%.*s' is not one of %s%s", option->name, length,
                                   item, choices, remark);
        }
        item += length;
        if (!*item)
            return 0;
    }
}

static int add_alpha(Options *options, const Option *option, const char *item)
{
    OptionAlphas *alphas = &options->alphas;
    double alpha;
    if (text_to_number(item, &alpha) || find_choice(option, alpha, 0) < 0)
        return -1;
    for (int i = 0; i < alphas->count; i++)
        if (alphas->values[i] == alpha)
            return 0;
    alphas->values[alphas->count++] = alpha;
    return 0;
}

static int set_alpha(Options *options, const Option *option, const char *value, Error *error)
{
    options->alphas.count = 0;
    options->model.alpha = MODEL_ALPHA_AUTO;
    if (!strcmp(value, "auto"))
        return 0;
    if (set_list(options, option, value, "1,0.75,0.5,0.25", add_alpha, "", error))
        return -1;
    options->model.alpha = options->alphas.values[0];
    return 0;
}

static void add_size(OptionSizes *sizes, int size)
{
    for (int i = 0; i < sizes->count; i++)
        if (sizes->values[i] == size)
            return;
    sizes->values[sizes->count++] = size;
}

static int add_rho_item(Options *options, const Option *option, const char *item)
{
    /* the sides are sevenths of 224, the choices are those rounded */
    static const int sevenths[] = {10, 9, 8, 7, 6, 5, 4};
    double rho;
    (void)option;
    if (text_to_number(item, &rho))
        return -1;
    for (size_t i = 0; i < sizeof sevenths / sizeof *sevenths; i++) {
        if (fabs(rho - sevenths[i] / 7.0) <= 0.005 + 1e-9) {
            add_size(&options->sizes, LOOKOUT_FULL_SIZE / 7 * sevenths[i]);
            return 0;
        }
    }
    return -1;
}

static int add_size_item(Options *options, const Option *option, const char *item)
{
    int64_t size;
    if (text_to_integer(item, &size) || size < (int64_t)option->minimum || size > (int64_t)option->maximum ||
        size % LOOKOUT_SIZE_STEP)
        return -1;
    add_size(&options->sizes, (int)size);
    return 0;
}

static int set_rho(Options *options, const Option *option, const char *value, Error *error)
{
    options->sizes.count = 0;
    if (set_list(options, option, value, "1,0.857,0.714,0.571", add_rho_item, " (of 224 pixels)", error))
        return -1;
    options->model.size = options->sizes.values[0];
    return 0;
}

static int set_size(Options *options, const Option *option, const char *value, Error *error)
{
    char remark[64];
    snprintf(remark, sizeof remark, ", nor another multiple of %d from %.0f to %.0f", LOOKOUT_SIZE_STEP,
             option->minimum, option->maximum);
    options->sizes.count = 0;
    if (set_list(options, option, value, "224,192,160,128", add_size_item, remark, error))
        return -1;
    options->model.size = options->sizes.values[0];
    return 0;
}

static bool is_side(const Option *option, const char *text, int *side)
{
    int64_t number;
    if (text_to_integer(text, &number) || number < (int64_t)option->minimum ||
        number > (int64_t)option->maximum)
        return false;
    *side = (int)number;
    return true;
}

static int set_camera_size(Options *options, const Option *option, const char *value, Error *error)
{
    char side[2][16];
    int width, height;
    if (sscanf(value, "%15[0-9]x%15[0-9]", side[0], side[1]) == 2 &&
        strlen(side[0]) + strlen(side[1]) + 1 == strlen(value) && is_side(option, side[0], &width) &&
        is_side(option, side[1], &height)) {
        options->camera.width = width;
        options->camera.height = height;
        return 0;
    }
    return error_set_usage(error, "option --%s: '%s' is not %s, as 640x480", option->name, value,
                           option->argument);
}

static int set_camera_format(Options *options, const Option *option, const char *value, Error *error)
{
    options->camera.format = camera_fourcc_named(value);
    if (options->camera.format)
        return 0;
    return error_set_usage(error, "option --%s: '%s' is not known; there are " CAMERA_FORMAT_NAMES,
                           option->name, value);
}

/* A whole number within the option's range. */
static int parse_whole(const Option *option, const char *value, int64_t *number, Error *error)
{
    if (!text_to_integer(value, number) && *number >= (int64_t)option->minimum &&
        *number <= (int64_t)option->maximum)
        return 0;
    return error_set_usage(error, "option --%s: '%s' is not a whole number from %.0f to %.0f", option->name,
                           value, option->minimum, option->maximum);
}

static int set_integer(Options *options, const Option *option, const char *value, Error *error)
{
    int64_t number;
    if (parse_whole(option, value, &number, error))
        return -1;
    *(int *)field_of(options, option) = (int)number;
    return 0;
}

static int set_count(Options *options, const Option *option, const char *value, Error *error)
{
    int64_t number;
    if (parse_whole(option, value, &number, error))
        return -1;
    *(int64_t *)field_of(options, option) = number;
    return 0;
}

static int set_number(Options *options, const Option *option, const char *value, Error *error)
{
    double number;
    if (!text_to_number(value, &number) && number >= option->minimum && number <= option->maximum) {
        *(double *)field_of(options, option) = number;
        return 0;
    }
    return error_set_usage(error, "option --%s: '%s' is not a number from %.0f to %.0f", option->name, value,
                           option->minimum, option->maximum);
}

static int set_flag(Options *options, const Option *option, const char *value, Error *error)
{
    const bool on = !strcmp(value, "yes");
    if (!on && strcmp(value, "no"))
        return error_set_usage(error, "option --%s: '%s' is neither yes nor no", option->name, value);
    *(bool *)field_of(options, option) = on;
    return 0;
}

static int set_text(Options *options, const Option *option, const char *value, Error *error)
{
    if (!*value)
        return error_set_usage(error, "option --%s: its value %s is empty", option->name, option->argument);
    *(const char **)field_of(options, option) = value;
    return 0;
}

int option_set_value(Options *options, const Option *option, const char *value, Error *error)
{
    switch (option->type) {
    case OPTION_FLAG:
        return set_flag(options, option, value, error);
    case OPTION_INTEGER:
        return set_integer(options, option, value, error);
    case OPTION_COUNT:
        return set_count(options, option, value, error);
    case OPTION_NUMBER:
        return set_number(options, option, value, error);
    case OPTION_ALPHA:
        return set_alpha(options, option, value, error);
    case OPTION_RHO:
        return set_rho(options, option, value, error);
    case OPTION_CAMERA_SIZE:
        return set_camera_size(options, option, value, error);
    case OPTION_CAMERA_FORMAT:
        return set_camera_format(options, option, value, error);
    case OPTION_SIZE:
        return set_size(options, option, value, error);
    case OPTION_TEXT:
    case OPTION_FILE:
        break;
    }
    return set_text(options, option, value, error);
}
