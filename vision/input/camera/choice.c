#include "vision/input/camera/choice.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define USUAL_RATE 30.0
/* Rates that differ by no more than this count as equal: 29.97 is 30. */
#define SAME_RATE 0.99
/* The usual rate, which nobody asked for, may be missed by this much: 25 at the usual size is better than 30
 * at another. */
#define NEAR_RATE 0.8

/* How far a candidate is from what is wanted, in the order in which it matters. */
typedef struct Cost {
    bool slow;       /* far below the usual rate */
    double size;     /* logarithm of the ratio of sizes */
    bool colourless; /* grey */
    double rate;     /* how far it is above the wanted rate; a lower rate costs more than any higher one */
    bool compressed;
    int conversions; /* rank of the raw formats by what their conversion costs or loses */
} Cost;

static bool is_cheaper(const Cost *a, const Cost *b)
{
    if (a->slow != b->slow)
        return a->slow < b->slow;
    if (a->size != b->size)
        return a->size < b->size;
    if (a->colourless != b->colourless)
        return a->colourless < b->colourless;
    if (a->rate != b->rate)
        return a->rate < b->rate;
    if (a->compressed != b->compressed)
        return a->compressed < b->compressed;
    return a->conversions < b->conversions;
}

static int conversions_of(PixelFormat format)
{
    switch (format) {
    case PIXEL_YUYV:
        return 0;
    case PIXEL_UYVY:
        return 1;
    case PIXEL_NV12:
        return 2;
    case PIXEL_I420:
        return 3;
    case PIXEL_NV21:
        return 4;
    default:
        return 5;
    }
}

/* The fraction of a second that a rate means: 1/30, 1001/30000, or to a thousandth of a frame. */
static void interval_of_rate(double rate, uint32_t *numerator, uint32_t *denominator)
{
    double ntsc = rate * 1.001;
    if (fabs(rate - round(rate)) < 1e-4) {
        *numerator = 1;
        *denominator = (uint32_t)round(rate);
    } else if (fabs(ntsc - round(ntsc)) < 0.005 && fabs(rate - round(rate)) < 0.1) {
        *numerator = 1001;
        *denominator = (uint32_t)round(ntsc) * 1000;
    } else {
        *numerator = 1000;
        *denominator = (uint32_t)round(rate * 1000);
    }
}

/* The rate nearest to the wanted one that a CameraRate has, as an interval. */
static double nearest_rate(const CameraRate *rate, double wanted, uint32_t *numerator, uint32_t *denominator)
{
    double fastest = camera_rate(rate->numerator, rate->denominator);
    double slowest = camera_rate(rate->slow_numerator, rate->slow_denominator);
    *numerator = rate->numerator;
    *denominator = rate->denominator;
    if (wanted >= fastest)
        return fastest;
    if (wanted <= slowest) {
        *numerator = rate->slow_numerator;
        *denominator = rate->slow_denominator;
        return slowest;
    }
    interval_of_rate(wanted, numerator, denominator);
    return wanted;
}

static double cost_of_rate(double rate, double wanted)
{
    if (rate < wanted * SAME_RATE)
        return 1000 + wanted / rate;
    return rate > wanted / SAME_RATE ? rate / wanted : 1;
}

typedef struct Search {
    const CameraRequest *request;
    double wanted_rate;
    bool found;
    Cost best_cost;
    CameraChoice best;
    /* for the error, where nothing was found */
    bool has_format, has_size;
    double most_rate; /* at the requested size and format */
    int nearest_width, nearest_height;
    double nearest_size;
} Search;

static void consider(Search *search, const CameraChoice *candidate, Cost cost, double rate)
{
    const CameraRequest *request = search->request;
    if (request->rate > 0 && rate > 0 && rate < request->rate * SAME_RATE) {
        search->most_rate = fmax(search->most_rate, rate);
        return;
    }
    /* An unknown rate costs a little more than one that is known to be right. */
    cost.rate = rate > 0 ? cost_of_rate(rate, search->wanted_rate) : 1.001;
    cost.slow = rate > 0 && rate < search->wanted_rate * NEAR_RATE;
    if (search->found && !is_cheaper(&cost, &search->best_cost))
        return;
    search->found = true;
    search->best_cost = cost;
    search->best = *candidate;
}

static void consider_mode(Search *search, const CameraModes *modes, const CameraMode *mode)
{
    const CameraRequest *request = search->request;
    PixelFormat format = camera_pixel_format(mode->fourcc);
    if (format == PIXEL_NONE || (request->fourcc && format != camera_pixel_format(request->fourcc)))
        return;
    search->has_format = true;
    int requested_width = request->width ? request->width : CAMERA_USUAL_WIDTH;
    int requested_height = request->height ? request->height : CAMERA_USUAL_HEIGHT;
    CameraChoice candidate = {.fourcc = mode->fourcc};
    camera_mode_size(mode, requested_width, requested_height, &candidate.width, &candidate.height);
    Cost cost = {
        .size = fabs(log((double)candidate.width / requested_width)) +
                fabs(log((double)candidate.height / requested_height)),
        .colourless = format == PIXEL_GREY,
        .compressed = format == PIXEL_MJPEG,
        .conversions = conversions_of(format),
    };
    if (search->nearest_width == 0 || cost.size < search->nearest_size) {
        search->nearest_size = cost.size;
        search->nearest_width = candidate.width;
        search->nearest_height = candidate.height;
    }
    if (request->width && (candidate.width != requested_width || candidate.height != requested_height))
        return;
    search->has_size = true;
    if (mode->rate_count == 0) {
        if (request->rate > 0)
            interval_of_rate(request->rate, &candidate.numerator, &candidate.denominator);
        consider(search, &candidate, cost, 0);
    }
    for (int i = 0; i < mode->rate_count; i++) {
        double rate = nearest_rate(&modes->rates[mode->first_rate + i], search->wanted_rate,
                                   &candidate.numerator, &candidate.denominator);
        if (rate > 0)
            consider(search, &candidate, cost, rate);
    }
}

/* The formats that a camera has, each once. */
static void list_formats(const CameraModes *modes, char *text, size_t room)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < modes->count && used + 8 < room; i++)
        if (i == 0 || modes->modes[i].fourcc != modes->modes[i - 1].fourcc)
            used += (size_t)snprintf(text + used, room - used, "%s%s", used ? ", " : "",
                                     camera_fourcc(modes->modes[i].fourcc).text);
}

static int fail_without_format(const CameraModes *modes, const CameraRequest *request, Error *error)
{
    char list[160];
    list_formats(modes, list, sizeof list);
    if (request->fourcc)
        return error_set(error, "has no format %s; it has %s", camera_fourcc(request->fourcc).text, list);
    return error_set(
        error,
        "has only formats that cannot be read (%s); for a bare sensor, such as the Raspberry Pi's "
        "ribbon camera, run this program with libcamerify",
        list);
}

int camera_choose(const CameraModes *modes, const CameraRequest *request, CameraChoice *choice, Error *error)
{
    Search search = {.request = request, .wanted_rate = request->rate > 0 ? request->rate : USUAL_RATE};
    memset(choice, 0, sizeof *choice);
    for (int i = 0; i < modes->count; i++)
        consider_mode(&search, modes, &modes->modes[i]);
    if (search.found) {
        *choice = search.best;
        return 0;
    }
    if (!search.has_format)
        return fail_without_format(modes, request, error);
    if (!search.has_size)
        return error_set(error, "has no size %dx%d; the nearest is %dx%d", request->width, request->height,
                         search.nearest_width, search.nearest_height);
    return error_set(error, "reaches %.4g frames a second at most%s, not %.4g", search.most_rate,
                     request->width ? " at that size" : "", request->rate);
}
