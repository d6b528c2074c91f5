#include "vision/input/picture_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vision/input/clip_reader.h"
#include "vision/input/drivers.h"

enum { PICTURES_PER_SECOND = 25 };

typedef struct PictureDirectory {
    Input base;
    char *path;
    int fd;
    char **names;
    int count;
    int next;     /* index of the picture to open next */
    bool is_open; /* reader holds picture next - 1 */
    ClipReader reader;
    Interrupt interrupt;
    int broken; /* pictures that could not be read, or not whole */
    Error first_problem;
} PictureDirectory;

bool picture_directory_takes(const char *name)
{
    static const char *const suffixes[] = {"bmp", "gif", "jp2", "jpe", "jpeg", "jpg",  "pbm", "pgm",
                                           "png", "pnm", "ppm", "qoi", "tif",  "tiff", "webp"};
    const char *dot = strrchr(name, '.');
    if (!dot || name[0] == '.')
        return false;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (!strcasecmp(dot + 1, suffixes[i]))
            return true;
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Links are followed. What cannot be examined counts as a picture, so that it is reported when it is to be
 * read. */
static bool is_picture(int directory_fd, const char *name)
{
    struct stat status;
    return picture_directory_takes(name) &&
           (fstatat(directory_fd, name, &status, 0) || S_ISREG(status.st_mode));
}

/* Fills names, sorted. */
static int list_pictures(PictureDirectory *pictures, Error *error)
{
    int failed = -1;
    int room = 0;
    int listing_fd = openat(pictures->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = listing_fd < 0 ? NULL : fdopendir(listing_fd);
    if (!directory) {
        error_set(error, "%s: %s", pictures->path, strerror(errno));
        if (listing_fd >= 0)
            close(listing_fd);
        return -1;
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (!entry && errno) {
            error_set(error, "%s: %s", pictures->path, strerror(errno));
            goto done;
        }
        if (!entry)
            break;
        if (!is_picture(pictures->fd, entry->d_name))
            continue;
        if (pictures->count == room) {
            room = room ? 2 * room : 64;
            char **larger = realloc(pictures->names, (size_t)room * sizeof *larger);
            if (!larger)
                goto out_of_memory;
            pictures->names = larger;
        }
        char *name = strdup(entry->d_name);
        if (!name)
            goto out_of_memory;
        pictures->names[pictures->count++] = name;
    }
    if (pictures->count == 0) {
        error_set(error,
                  "%s: there are no pictures in this directory (files named *.jpg, *.png and the like)",
                  pictures->path);
        goto done;
    }
    qsort(pictures->names, (size_t)pictures->count, sizeof *pictures->names, compare_names);
    failed = 0;
    goto done;
out_of_memory:
    error_set(error, "%s: out of memory", pictures->path);
done:
    closedir(directory);
    return failed;
}

static void note_problem(PictureDirectory *pictures, const Error *problem)
{
    if (pictures->broken++ == 0)
        pictures->first_problem = *problem;
}

/* Checks whether the picture that was delivered was whole, and closes it. */
static void close_picture(PictureDirectory *pictures)
{
    Frame ignored;
    Error problem;
    if (!pictures->is_open)
        return;
    if (clip_reader_next(&pictures->reader, &ignored, &problem) == INPUT_DAMAGED)
        note_problem(pictures, &problem);
    clip_reader_close(&pictures->reader);
    pictures->is_open = false;
}

/* Opens the next picture that can be read. Returns 0, or -1 when there is none or reading is interrupted. */
static int open_picture(PictureDirectory *pictures)
{
    while (!pictures->is_open && pictures->next < pictures->count &&
           !interrupt_is_raised(&pictures->interrupt)) {
        Error problem;
        pictures->is_open =
            !clip_reader_open(&pictures->reader, pictures->fd, pictures->names[pictures->next++],
                              &pictures->interrupt, &problem);
        if (!pictures->is_open)
            note_problem(pictures, &problem);
    }
    return pictures->is_open ? 0 : -1;
}

static InputStatus report_end(const PictureDirectory *pictures, Error *error)
{
    if (pictures->broken == 0)
        return INPUT_END;
    error_set(error, "%s: %d of %d pictures could not be read whole; the first: %.300s", pictures->path,
              pictures->broken, pictures->count, pictures->first_problem.message);
    return INPUT_DAMAGED;
}

static InputStatus directory_read(Input *input, Frame *frame, Error *error)
{
    PictureDirectory *pictures = (PictureDirectory *)input;
    /* The first one is open already. */
    if (pictures->reader.sequence > 0)
        close_picture(pictures);
    while (!open_picture(pictures)) {
        Error problem;
        if (clip_reader_next(&pictures->reader, frame, &problem) == INPUT_FRAME) {
            int index = pictures->next - 1;
            frame->sequence = index;
            frame->time_ns = INT64_C(1000000000) / PICTURES_PER_SECOND * index;
            return INPUT_FRAME;
        }
        note_problem(pictures, &problem);
        clip_reader_close(&pictures->reader);
        pictures->is_open = false;
    }
    return interrupt_is_raised(&pictures->interrupt) ? INPUT_END : report_end(pictures, error);
}

static int directory_rewind(Input *input, Error *error)
{
    PictureDirectory *pictures = (PictureDirectory *)input;
    clip_reader_close(&pictures->reader);
    pictures->reader.sequence = 0;
    pictures->is_open = false;
    pictures->next = 0;
    pictures->broken = 0;
    if (!open_picture(pictures))
        return 0;
    if (interrupt_is_raised(&pictures->interrupt))
        return error_set(error, "%s: stopped while opening it", pictures->path);
    report_end(pictures, error);
    return -1;
}

static void directory_destroy(Input *input)
{
    PictureDirectory *pictures = (PictureDirectory *)input;
    clip_reader_finish(&pictures->reader);
    for (int i = 0; i < pictures->count; i++)
        free(pictures->names[i]);
    free(pictures->names);
    free(pictures->path);
    if (pictures->fd >= 0)
        close(pictures->fd);
    interrupt_finish(&pictures->interrupt);
    free(pictures);
}

static void directory_interrupt(Input *input)
{
    interrupt_raise(&((PictureDirectory *)input)->interrupt);
}

static const char *directory_describe(const Input *input)
{
    return ((const PictureDirectory *)input)->path;
}

static bool directory_takes(const char *path, const struct stat *status)
{
    return path && status && S_ISDIR(status->st_mode);
}

static Input *directory_open(const char *path, const InputOptions *options, Error *error)
{
    PictureDirectory *pictures = calloc(1, sizeof *pictures);
    if (!pictures) {
        error_set(error, "%s: out of memory", path);
        return NULL;
    }
    pictures->base.functions = &picture_directory_driver;
    pictures->base.frame_rate = PICTURES_PER_SECOND;
    pictures->base.seekable = true;
    pictures->fd = -1;
    if (interrupt_init(&pictures->interrupt, options->stop, error))
        goto failed;
    pictures->path = strdup(path);
    pictures->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!pictures->path || pictures->fd < 0) {
        error_set(error, "%s: %s", path, pictures->path ? strerror(errno) : "out of memory");
        goto failed;
    }
    if (list_pictures(pictures, error) || directory_rewind(&pictures->base, error))
        goto failed;
    pictures->base.frame_count = pictures->count;
    return &pictures->base;
failed:
    directory_destroy(&pictures->base);
    return NULL;
}

static int directory_visit_files(const char *path, FileVisitor *visit, void *context)
{
    return visit_directory(path, picture_directory_takes, visit, context);
}

/* Picture files by their suffix, in the byte order of their names; hidden files and subdirectories are left
 * out. A picture that cannot be read is skipped and reported at the end. Picture n is at n/25 s and has the
 * sequence number n, also behind skipped ones. Of an animation the first picture counts. */
const InputDriver picture_directory_driver = {
    .takes = directory_takes,
    .open = directory_open,
    .visit_files = directory_visit_files,
    .read = directory_read,
    .interrupt = directory_interrupt,
    .rewind = directory_rewind,
    .describe = directory_describe,
    .destroy = directory_destroy,
};
