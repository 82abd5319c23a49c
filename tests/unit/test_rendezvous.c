#include "protocol/rendezvous.h"
#include "protocol/transport.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char error[256];

static int open_place(const char *runtime, bool make)
{
    setenv("XDG_RUNTIME_DIR", runtime, 1);
    error[0] = '\0';
    return rendezvous_open(0, make, error, sizeof error);
}

static void a_place_is_made_for_its_owner_alone(void **state)
{
    (void)state;
    char runtime[] = "/tmp/pytui-unit-XXXXXX", path[300];
    struct stat status;
    assert_non_null(mkdtemp(runtime));
    assert_int_equal(open_place(runtime, false), -1);
    int directory = open_place(runtime, true);
    assert_true(directory >= 0);
    assert_int_equal(fstat(directory, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    close(directory);
    assert_true(rendezvous_path(0, path, sizeof path));
    assert_int_equal(chmod(path, 0750), 0);
    assert_int_equal(open_place(runtime, true), -1);
    assert_non_null(strstr(error, "this user alone"));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink(runtime, path), 0);
    assert_int_equal(open_place(runtime, true), -1);
    assert_non_null(strstr(error, "symlink"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(runtime), 0);
}

/* Whoever swaps the directory for another one reaches nobody through a descriptor that was checked. */
static void a_swapped_directory_is_not_followed(void **state)
{
    (void)state;
    char runtime[] = "/tmp/pytui-unit-XXXXXX", path[300], moved[300];
    assert_non_null(mkdtemp(runtime));
    int directory = open_place(runtime, true);
    assert_true(directory >= 0);
    assert_true(rendezvous_path(0, path, sizeof path));
    snprintf(moved, sizeof moved, "%s/moved", runtime);
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    int door = rendezvous_listen(directory, "one.1", error, sizeof error);
    assert_true(door >= 0);
    assert_int_equal(faccessat(AT_FDCWD, path, F_OK, 0), 0);
    assert_int_equal(faccessat(directory, "one.1", F_OK, 0), 0);
    int fd = rendezvous_dial(directory, "one.1", error, sizeof error);
    assert_true(fd >= 0);
    close(fd);
    assert_false(rendezvous_remove_stale(directory, "one.1"));
    close(door);
    assert_int_equal(rendezvous_dial(directory, "one.1", error, sizeof error), -1);
    assert_true(rendezvous_remove_stale(directory, "one.1"));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(moved), 0);
    assert_int_equal(rmdir(runtime), 0);
    close(directory);
}

static void only_dead_sockets_of_ours_are_removed(void **state)
{
    (void)state;
    char runtime[] = "/tmp/pytui-unit-XXXXXX", path[300];
    assert_non_null(mkdtemp(runtime));
    int directory = open_place(runtime, true);
    int file = openat(directory, "file", O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(symlinkat("file", directory, "link"), 0);
    assert_false(rendezvous_remove_stale(directory, "file"));
    assert_false(rendezvous_remove_stale(directory, "link"));
    assert_false(rendezvous_remove_stale(directory, "../file"));
    assert_int_equal(rendezvous_dial(directory, "../file", error, sizeof error), -1);
    assert_int_equal(rendezvous_dial(directory, "", error, sizeof error), -1);
    unlinkat(directory, "file", 0);
    unlinkat(directory, "link", 0);
    assert_true(rendezvous_path(0, path, sizeof path));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(runtime), 0);
    close(directory);
}

static void names_fit_and_are_plain(void **state)
{
    (void)state;
    char out[RENDEZVOUS_NAME_SIZE];
    rendezvous_name(out, "train.py", 42, -1);
    assert_string_equal(out, "train.py.42");
    rendezvous_name(out, "a/b \033c\xc3\xa4", 42, 7);
    assert_string_equal(out, "a_b__c__.42.r7");
    rendezvous_name(out, "..", 1, -1);
    assert_string_equal(out, "_..1");
    char name[500];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    rendezvous_name(out, name, 4194304, 99999999);
    assert_true(strlen(out) < RENDEZVOUS_NAME_SIZE);
    assert_non_null(strstr(out, ".4194304.r99999999"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_made_for_its_owner_alone),
        cmocka_unit_test(a_swapped_directory_is_not_followed),
        cmocka_unit_test(only_dead_sockets_of_ours_are_removed),
        cmocka_unit_test(names_fit_and_are_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
