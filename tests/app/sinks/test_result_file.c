/* Text files that are written as they come, or in one go: what is refused, cancelled and left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/sinks/whole_file.h"
#include "tests/support/folder.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

static Error error;

static void assert_content(const char *path, const char *expected)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    assert_string_equal(text, expected);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int entries_of_folder(void)
{
    int count = 0;
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while ((entry = readdir(directory)))
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(directory);
    return count;
}

static void the_first_line_replaces_an_old_file(void **state)
{
    (void)state;
    const char *path = in_folder("lines");
    write_file(path, "precious");
    ResultFile *file = result_file_create(path, -1, &error);
    assert_int_equal(result_file_close(file, &error), WRITE_OK);
    result_file_destroy(file);
    assert_content(path, "precious");

    file = result_file_create(path, -1, &error);
    assert_int_equal(result_file_write(file, "one\n", 4, &error), WRITE_OK);
    assert_content(path, "one\n");
    assert_int_equal(result_file_write(file, "two\n", 4, &error), WRITE_OK);
    assert_int_equal(result_file_close(file, &error), WRITE_OK);
    result_file_destroy(file);
    result_file_destroy(NULL);
    assert_content(path, "one\ntwo\n");
}

static void failures_name_the_file(void **state)
{
    (void)state;
    ResultFile *file = result_file_create("/no/such", -1, &error);
    assert_int_equal(result_file_write(file, "x", 1, &error), WRITE_FAILED);
    assert_string_equal(error.message, "cannot write /no/such: No such file or directory");
    result_file_destroy(file);

    file = result_file_create("/dev/full", -1, &error);
    assert_int_equal(result_file_write(file, "x", 1, &error), WRITE_FAILED);
    assert_string_equal(error.message, "cannot write /dev/full: No space left on device");
    result_file_destroy(file);
}

/* What a write to standard output returns when it is this descriptor. */
static WriteStatus write_to_stdout(int descriptor)
{
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    dup2(descriptor, STDOUT_FILENO);
    ResultFile *file = result_file_create("-", -1, &error);
    WriteStatus status = result_file_write(file, "x", 1, &error);
    result_file_destroy(file);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    return status;
}

static void standard_output_that_nobody_reads(void **state)
{
    (void)state;
    int ends[2], full = open("/dev/full", O_WRONLY);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write_to_stdout(ends[1]), WRITE_OK);
    close(ends[0]);
    assert_int_equal(write_to_stdout(ends[1]), WRITE_CLOSED);
    close(ends[1]);
    assert_int_equal(write_to_stdout(full), WRITE_FAILED);
    assert_string_equal(error.message, "cannot write standard output: No space left on device");
    close(full);

    /* of another pipe it is a failure */
    const char *path = in_folder("gone");
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    ResultFile *file = result_file_create(path, -1, &error);
    assert_int_equal(result_file_write(file, "x", 1, &error), WRITE_OK);
    close(reader);
    assert_int_equal(result_file_write(file, "x", 1, &error), WRITE_FAILED);
    assert_non_null(strstr(error.message, "gone: Broken pipe"));
    result_file_destroy(file);
}

static void *cancel_soon(void *file)
{
    poll(NULL, 0, 100);
    result_file_cancel(file);
    return NULL;
}

static void waiting_for_a_reader_is_cancelled(void **state)
{
    (void)state;
    pthread_t thread;
    const char *path = in_folder("nobody");
    assert_int_equal(mkfifo(path, 0600), 0);
    ResultFile *file = result_file_create(path, -1, &error);
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, file), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(result_file_write(file, "x", 1, &error), WRITE_FAILED);
        assert_non_null(strstr(error.message, "nobody: Operation canceled"));
    }
    pthread_join(thread, NULL);
    result_file_destroy(file);

    int stop = eventfd(1, EFD_CLOEXEC);
    assert_int_equal(whole_file_write(path, "x", 1, stop, &error), WRITE_FAILED);
    assert_non_null(strstr(error.message, "nobody: Operation canceled"));
    close(stop);
}

static void a_whole_file_takes_the_place_of_the_old_one(void **state)
{
    (void)state;
    int stop = eventfd(1, EFD_CLOEXEC); /* files are written to the end in any case */
    const char *path = in_folder("whole"), *link = in_folder("link");
    empty_folder();
    write_file(path, "precious");
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("whole", link), 0);
    int old = open(path, O_RDONLY);
    assert_int_equal(whole_file_write(link, "new", 3, stop, &error), WRITE_OK);
    char text[16] = "";
    assert_int_equal(read(old, text, sizeof text), 8); /* who reads it keeps it */
    close(old);
    close(stop);
    struct stat status;
    assert_content(path, "new");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(entries_of_folder(), 2);
}

/* The file may be written though nothing can be created beside it. */
static void a_whole_file_in_a_folder_of_others(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    const char *path = in_folder("whole"), *other = in_folder("other");
    const bool is_root = geteuid() == 0; /* who may create files anywhere */
    empty_folder();
    write_file(path, "precious");
    assert_int_equal(is_root ? chown(path, NOBODY, (gid_t)-1) : 0, 0);
    assert_int_equal(chmod(folder, 0555), 0);
    assert_int_equal(is_root ? seteuid(NOBODY) : 0, 0);
    const WriteStatus written = whole_file_write(path, "new", 3, -1, &error);
    const WriteStatus created = whole_file_write(other, "new", 3, -1, &error);
    assert_int_equal(is_root ? seteuid(0) : 0, 0);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(written, WRITE_OK);
    assert_int_equal(created, WRITE_FAILED);
    assert_non_null(strstr(error.message, "other: Permission denied"));
    assert_content(path, "new");
    assert_int_equal(entries_of_folder(), 1);
}

static void a_whole_file_is_checked_before(void **state)
{
    (void)state;
    assert_int_equal(whole_file_check(NULL, &error), 0);
    assert_int_equal(whole_file_check("-", &error), 0);
    assert_int_equal(whole_file_check(in_folder("new"), &error), 0);
    assert_int_equal(whole_file_check(folder, &error), -1);
    assert_non_null(strstr(error.message, "is a directory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_replaces_an_old_file),
        cmocka_unit_test(failures_name_the_file),
        cmocka_unit_test(standard_output_that_nobody_reads),
        cmocka_unit_test(waiting_for_a_reader_is_cancelled),
        cmocka_unit_test(a_whole_file_takes_the_place_of_the_old_one),
        cmocka_unit_test(a_whole_file_in_a_folder_of_others),
        cmocka_unit_test(a_whole_file_is_checked_before),
    };
    signal(SIGPIPE, SIG_IGN);
    alarm(60); /* a write that waits for ever is a failure */
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
