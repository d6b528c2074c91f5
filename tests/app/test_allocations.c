/*
 * Our own code allocates nothing a frame once it is running. Calls are counted between the starts of two
 * detections of a whole headless run with a recording, JSON lines, steady boxes and statistics. Of a camera,
 * see tests/app/run/test_channel_load.c.
 */
#include "app/commands/detect.h"
#include "app/options/config.h"
#include "detector/lookout.h"
#include "tests/support/count_allocations.h"
#include "tests/support/folder.h"
#include "vision/record/writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    SLOW_FRAME = 10,
    WARM_FRAMES = 30,
    LAST_FRAME = 110,
    FRAMES = 120,
    PERIOD = 10,
    WIDTH = 322,
    HEIGHT = 241
};

static atomic_int detections;

LookoutStatus __real_lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                                    const LookoutSettings *settings, LookoutResult *result,
                                    LookoutError *error);
LookoutStatus __wrap_lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                                    const LookoutSettings *settings, LookoutResult *result,
                                    LookoutError *error);
LookoutStatus __wrap_lookout_detect(LookoutDetector *detector, const LookoutImage *image,
                                    const LookoutSettings *settings, LookoutResult *result,
                                    LookoutError *error)
{
    int number = atomic_fetch_add(&detections, 1);
    count_allocations(number >= WARM_FRAMES && number < LAST_FRAME);
    return __real_lookout_detect(detector, image, settings, result, error);
}

/* Once recording is slow: then as many frames are in use as ever can be, and have their memory. */
int __real_writer_write(Writer *writer, const Frame *picture, Error *error);
int __wrap_writer_write(Writer *writer, const Frame *picture, Error *error);
int __wrap_writer_write(Writer *writer, const Frame *picture, Error *error)
{
    const struct timespec time = {0, 300000000};
    if (picture->sequence == SLOW_FRAME)
        nanosleep(&time, NULL);
    return __real_writer_write(writer, picture, error);
}

/* A y4m clip of moving stripes that come again, so that no label has a character that was not there before.
 */
static int write_clip(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return -1;
    fprintf(file, "YUV4MPEG2 W%d H%d F30:1 Ip A1:1 C420jpeg\n", WIDTH, HEIGHT);
    for (int frame = 0; frame < FRAMES; frame++) {
        fputs("FRAME\n", file);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                fputc((x * (1 + y / 64) + 3 * (frame % PERIOD)) % 220 + 16, file);
        for (int i = 0; i < 2 * ((WIDTH + 1) / 2) * ((HEIGHT + 1) / 2); i++)
            fputc(128 + (i + frame % PERIOD) % 32, file);
    }
    return fclose(file);
}

/* --threshold 0.02 makes boxes, so that labels are drawn and lines are long. */
static int run(const char *output)
{
    char clip[256], recording[256], json[256], stats[256], models[1024];
    snprintf(clip, sizeof clip, "%s/clip.y4m", folder);
    snprintf(recording, sizeof recording, "%s/%s", folder, output);
    snprintf(json, sizeof json, "%s/out.jsonl", folder);
    snprintf(stats, sizeof stats, "%s/stats.json", folder);
    snprintf(models, sizeof models, "%s/models", getenv("LOOKOUT_SOURCE"));
    char *const argv[] = {"lookout",  "--headless", "--config=/dev/null",
                          "--steady", "-a0.25",     "--size=128",
                          "-t0.02",   "-m",         models,
                          clip,       "-o",         recording,
                          "--json",   json,         "--stats",
                          stats,      NULL};
    atomic_int stop = 0;
    Options options;
    Error error;
    if (write_clip(clip)) {
        perror(clip);
        return -1;
    }
    atomic_store(&detections, 0);
    forget_allocations();
    if (config_load(&options, sizeof argv / sizeof *argv - 1, argv, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return -1;
    }
    int code = detect_run(&options, &stop);
    options_free(&options);
    printf("%s: exit code %d, %d detections, %d allocations in frames %d to %d\n", output, code,
           atomic_load(&detections), allocations_counted(), WARM_FRAMES, LAST_FRAME - 1);
    return code || atomic_load(&detections) != FRAMES || allocations_counted();
}

int main(void)
{
    if (make_folder(NULL))
        return EXIT_FAILURE;
    /* the counter itself works: */
    count_allocations(1);
    void *volatile block = malloc(1);
    free(block);
    count_allocations(0);
    int failed = allocations_counted() != 1;
    if (failed)
        printf("an allocation was not seen\n");
    failed |= run("out.mkv");
    failed |= run("out.y4m");
    failed |= remove_folder(NULL) != 0;
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
