#include "app/commands/devices.h"

#include "base/exit_code.h"
#include "vision/input/camera/list.h"

/* "640x480", or "32x32 to 1920x1080" where any size between is possible. */
static void print_size(FILE *to, const CameraMode *mode)
{
    char text[64];
    if (!mode->most_width)
        snprintf(text, sizeof text, "any size it takes");
    else if (mode->least_width == mode->most_width && mode->least_height == mode->most_height)
        snprintf(text, sizeof text, "%dx%d", mode->most_width, mode->most_height);
    else
        snprintf(text, sizeof text, "%dx%d to %dx%d", mode->least_width, mode->least_height, mode->most_width,
                 mode->most_height);
    fprintf(to, "%-22s", text);
}

static void print_rates(FILE *to, const CameraModes *modes, const CameraMode *mode)
{
    for (int i = 0; i < mode->rate_count; i++) {
        const CameraRate *rate = &modes->rates[mode->first_rate + i];
        double fastest = camera_rate(rate->numerator, rate->denominator);
        double slowest = camera_rate(rate->slow_numerator, rate->slow_denominator);
        fputs(i ? ", " : "", to);
        if (slowest < fastest)
            fprintf(to, "%.4g to ", slowest);
        fprintf(to, "%.4g", fastest);
    }
    fputs(mode->rate_count ? " fps\n" : "\n", to);
}

static bool is_readable(const CameraMode *mode)
{
    return camera_pixel_format(mode->fourcc) != PIXEL_NONE;
}

/* The formats that cannot be used, each once, in one line. */
static void print_others(FILE *to, const CameraModes *modes)
{
    uint32_t last = 0;
    for (int i = 0; i < modes->count; i++) {
        const CameraMode *mode = &modes->modes[i];
        if (is_readable(mode) || mode->fourcc == last)
            continue;
        fprintf(to, "%s%s", last ? ", " : "    not read by lookout: ", camera_fourcc(mode->fourcc).text);
        last = mode->fourcc;
    }
    if (last)
        fputs("\n", to);
}

static void print_camera(FILE *to, const CameraEntry *camera, bool verbose)
{
    fprintf(to, "%s: %s (%s)\n", camera->path, camera->name, camera->bus);
    for (int i = 0; i < camera->modes.count; i++) {
        const CameraMode *mode = &camera->modes.modes[i];
        if (!is_readable(mode))
            continue;
        fprintf(to, "    %-6s", camera_fourcc(mode->fourcc).text);
        print_size(to, mode);
        print_rates(to, &camera->modes, mode);
    }
    if (verbose)
        print_others(to, &camera->modes);
}

ExitCode devices_print(const Options *options, FILE *to, Error *error)
{
    CameraList list;
    if (camera_list(&list, error))
        return EXIT_FAILED;
    int cameras = 0;
    for (int i = 0; i < list.count; i++) {
        const CameraEntry *entry = &list.entries[i];
        cameras += entry->usable;
        if (entry->usable)
            print_camera(to, entry, options->outputs.verbose);
        else if (options->outputs.verbose)
            fprintf(to, "%s: not a camera: %s\n", entry->path, entry->problem.message);
    }
    int others = list.count - cameras;
    camera_list_free(&list);
    if (cameras)
        return EXIT_DONE;
    if (others)
        error_set(error, "there is no camera among the %d video devices; --verbose says why", others);
    else
        error_set(error, "there is no camera, nor any other video device; is it plugged in?");
    return EXIT_FAILED;
}
