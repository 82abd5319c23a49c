#include "protocol/secret.h"

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char home[64], error[512];

static int set_up(void **state)
{
    (void)state;
    snprintf(home, sizeof home, "/tmp/pytui-secret-XXXXXX");
    unsetenv("PYTUI_SECRET_FILE");
    return mkdtemp(home) && setenv("XDG_CONFIG_HOME", home, 1) == 0 ? 0 : -1;
}

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", home, name);
    return path;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path_of("pytui/secret"));
    rmdir(path_of("pytui"));
    unlink(path_of("secret"));
    unlink(path_of("link"));
    return rmdir(home);
}

static void put(const char *text, mode_t mode)
{
    int fd = open(path_of("secret"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    setenv("PYTUI_SECRET_FILE", path_of("secret"), 1);
}

static void one_is_made_on_first_use(void **state)
{
    (void)state;
    struct stat status;
    assert_null(secret_load(false, error, sizeof error)); /* by whom it was not asked to */
    assert_non_null(strstr(error, "there is no such file"));
    mode_t mask = umask(0777);
    struct secret *first = secret_load(true, error, sizeof error);
    umask(mask);
    chmod(path_of("pytui"), 0700);
    if (!first) /* the mask of above keeps all but root from the directory that it made */
        first = secret_load(true, error, sizeof error);
    assert_non_null(first);
    assert_int_equal(first->length, 64);
    assert_int_equal(stat(path_of("pytui/secret"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(status.st_nlink, 1); /* nothing else is left */
    struct secret *second = secret_load(true, error, sizeof error);
    assert_int_equal(second->length, 64);
    assert_memory_equal(first->bytes, second->bytes, 64);
    secret_destroy(first);
    secret_destroy(second);
    unlink(path_of("pytui/secret"));
    first = secret_load(true, error, sizeof error);
    assert_non_null(first);
    secret_destroy(first);
}

static void two_who_make_it_agree(void **state)
{
    (void)state;
    enum { BOTH = 8 };
    int ends[2];
    char texts[BOTH][64];
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < BOTH; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct secret *secret = secret_load(true, error, sizeof error);
            _exit(secret && write(ends[1], secret->bytes, 64) == 64 ? 0 : 1);
        }
    }
    close(ends[1]);
    for (int i = 0, status; i < BOTH; i++)
        assert_true(wait(&status) > 0 && status == 0);
    for (int i = 0; i < BOTH; i++)
        assert_int_equal(read(ends[0], texts[i], 64), 64);
    for (int i = 1; i < BOTH; i++)
        assert_memory_equal(texts[0], texts[i], 64);
    close(ends[0]);
}

static void assert_refused(const char *why)
{
    error[0] = '\0';
    assert_null(secret_load(true, error, sizeof error));
    assert_non_null(strstr(error, why));
    assert_null(strstr(error, "0123456789"));
}

#define GOOD "0123456789abcdef0123456789abcdef"

static void what_others_can_reach_is_refused(void **state)
{
    (void)state;
    static const mode_t modes[] = {0640, 0604, 0620, 0602, 0644, 0666, 0610};
    for (size_t i = 0; i < COUNT(modes); i++) {
        put(GOOD "\n", modes[i]);
        assert_refused("others may read or write it");
    }
    put(GOOD "\n", 0600);
    char target[128];
    snprintf(target, sizeof target, "%s", path_of("secret"));
    assert_int_equal(symlink(target, path_of("link")), 0);
    setenv("PYTUI_SECRET_FILE", path_of("link"), 1);
    assert_refused("a symlink");
    setenv("PYTUI_SECRET_FILE", home, 1);
    assert_refused("not a regular file");
    unlink(target);
    assert_int_equal(mkfifo(target, 0600), 0);
    setenv("PYTUI_SECRET_FILE", target, 1);
    assert_refused("not a regular file");
}

static void another_users_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0) { /* only root can give a file away */
        skip();
    }
    put(GOOD, 0600);
    assert_int_equal(chown(path_of("secret"), 1, (gid_t)-1), 0);
    assert_refused("another user");
}

static void its_length_is_bounded(void **state)
{
    (void)state;
    char longest[SECRET_LONGEST + 3];
    put("", 0600);
    assert_refused("at least 32 bytes");
    put("0123456789abcdef0123456789abcde \n\n\n", 0600);
    assert_refused("at least 32 bytes");
    memset(longest, 'x', sizeof longest);
    longest[SECRET_LONGEST + 1] = '\0';
    put(longest, 0600);
    assert_refused("at most 1024 bytes");
    longest[SECRET_LONGEST] = '\0';
    put(longest, 0600);
    struct secret *secret = secret_load(false, error, sizeof error);
    assert_non_null(secret);
    assert_int_equal(secret->length, SECRET_LONGEST);
    secret_destroy(secret);
    put(GOOD " \r\n", 0400);
    secret = secret_load(false, error, sizeof error);
    assert_non_null(secret);
    assert_int_equal(secret->length, 32);
    secret_destroy(secret);
}

static void a_forked_child_does_not_have_it(void **state)
{
    (void)state;
    int status;
    put(GOOD, 0600);
    struct secret *secret = secret_load(false, error, sizeof error);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(secret->length == 0 && secret->bytes[0] == 0 ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(secret->length, 32);
    secret_destroy(secret);
}

static void without_a_home_it_says_so(void **state)
{
    (void)state;
    unsetenv("XDG_CONFIG_HOME");
    char *kept = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    unsetenv("HOME");
    assert_refused("PYTUI_SECRET_FILE");
    if (kept)
        setenv("HOME", kept, 1);
    free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_is_made_on_first_use, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_who_make_it_agree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_others_can_reach_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_users_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(its_length_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_forked_child_does_not_have_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_home_it_says_so, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
