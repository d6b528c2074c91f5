/* camera_probe vivid /dev/videoN
 * camera_probe uvc /dev/videoN PID COMMAND...   PID simulates the camera, COMMAND starts another such process
 */
#include "camera_probe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <dirent.h>

#include "vision/input/camera/modes.h"

static char check_name[128], check_notes[512];
static double check_start;
static int descriptors_before;

void probe_fail(const char *file, int line, const char *condition, const char *format, ...)
{
    va_list arguments;
    printf("FAILED  %s: ", check_name);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf(" (%s:%d: %s)\n", file, line, condition);
    fflush(stdout);
    exit(1);
}

double probe_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    EXPECT(directory, "no /proc");
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static int count_mappings(void)
{
    char line[512];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    EXPECT(maps, "no /proc");
    while (fgets(line, sizeof line, maps))
        count += strstr(line, "/dev/video") != NULL;
    fclose(maps);
    return count;
}

void probe_check(const char *format, ...)
{
    if (check_name[0]) {
        int descriptors = count_descriptors(), mappings = count_mappings();
        EXPECT(descriptors == descriptors_before, "%d descriptors before, %d after", descriptors_before,
               descriptors);
        EXPECT(mappings == 0, "%d mappings are left", mappings);
        printf("ok      %s (%.1f s)%s%s\n", check_name, probe_seconds() - check_start,
               check_notes[0] ? ": " : "", check_notes);
        fflush(stdout);
    }
    check_name[0] = check_notes[0] = '\0';
    if (!format)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(check_name, sizeof check_name, format, arguments);
    va_end(arguments);
    descriptors_before = count_descriptors();
    check_start = probe_seconds();
}

void probe_note(const char *format, ...)
{
    size_t used = strlen(check_notes);
    va_list arguments;
    if (used && used + 2 < sizeof check_notes)
        used += (size_t)sprintf(check_notes + used, "; ");
    va_start(arguments, format);
    vsnprintf(check_notes + used, sizeof check_notes - used, format, arguments);
    va_end(arguments);
}

long long probe_count(const atomic_llong *count)
{
    return atomic_load(count);
}

Probe probe_open(const char *path, const char *format, int width, int height, double rate)
{
    InputOptions options = {.camera = {.width = width, .height = height, .frame_rate = rate}};
    if (format)
        options.camera.format = camera_fourcc_named(format);
    Probe probe = {0};
    probe.camera = input_open(path, &options, &probe.error);
    EXPECT(probe.camera, "%s", probe.error.message);
    EXPECT(probe.camera->live && !probe.camera->seekable, "not as a camera is");
    return probe;
}

static void expect_next(const Probe *probe, const Frame *before)
{
    const Frame *frame = &probe->frame;
    double age = probe_seconds() - (double)frame->time_ns / 1e9;
    EXPECT(frame->time_ns > before->time_ns, "time %lld after %lld", (long long)frame->time_ns,
           (long long)before->time_ns);
    EXPECT(frame->sequence > before->sequence, "frame %lld after %lld", (long long)frame->sequence,
           (long long)before->sequence);
    EXPECT(age > -0.01 && age < 5, "a frame that is %.3f s old", age);
    EXPECT(frame->planes[0] && frame->width > 0 && frame->height > 0, "no picture");
}

InputStatus probe_read(Probe *probe)
{
    Frame before = probe->frame;
    InputStatus status = probe->camera->functions->read(probe->camera, &probe->frame, &probe->error);
    EXPECT(status == INPUT_FRAME || status == INPUT_LOST, "status %d", (int)status);
    if (status == INPUT_LOST) {
        probe->outages += !probe->is_lost;
        EXPECT(probe->error.message[0], "lost without a reason");
    } else if (probe->frames++ > 0) {
        expect_next(probe, &before);
    } else {
        probe->first_sequence = probe->frame.sequence;
        probe->first_time_ns = probe->frame.time_ns;
    }
    probe->is_lost = status == INPUT_LOST;
    return status;
}

void probe_frames(Probe *probe, int count)
{
    while (count-- > 0)
        EXPECT(probe_read(probe) == INPUT_FRAME, "%s", probe->error.message);
}

void probe_until(Probe *probe, InputStatus status, double seconds)
{
    double limit = probe_seconds() + seconds;
    while (probe_read(probe) != status)
        EXPECT(probe_seconds() < limit, "waited %.0f s in vain (%s)", seconds, probe->error.message);
}

void probe_expect_all_counted(const Probe *probe)
{
    const InputCounts *counts = &probe->camera->counts;
    long long skipped = probe_count(&counts->skipped), dropped = probe_count(&counts->dropped);
    long long damaged = probe_count(&counts->damaged);
    EXPECT(probe->frame.sequence + 1 == probe->frames + skipped + dropped + damaged,
           "%lld numbers for %lld frames, %lld skipped, %lld dropped, %lld damaged",
           (long long)probe->frame.sequence + 1, probe->frames, skipped, dropped, damaged);
    EXPECT(probe_count(&counts->lost) == probe->outages, "lost %lld times, seen %lld",
           probe_count(&counts->lost), probe->outages);
}

void probe_close(Probe *probe)
{
    input_destroy(probe->camera);
    probe->camera = NULL;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "vivid"))
        vivid_checks(argv[2]);
    else if (argc >= 5 && !strcmp(argv[1], "uvc"))
        uvc_checks(argv[2], atoi(argv[3]), argv + 4);
    else
        return 2;
    probe_check(NULL);
    return 0;
}
