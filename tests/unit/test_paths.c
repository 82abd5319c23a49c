#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/paths.h"

static char home[] = "/tmp/pytui-paths-XXXXXX";

static void check_path(char *path, const char *below_home)
{
    char expected[256];
    assert_non_null(path);
    snprintf(expected, sizeof expected, "%s%s", home, below_home);
    assert_string_equal(path, expected);
    free(path);
}

static unsigned mode_of(const char *below_home)
{
    char path[256];
    struct stat status;
    snprintf(path, sizeof path, "%s%s", home, below_home);
    return stat(path, &status) == 0 ? (unsigned)status.st_mode & 07777 : 0;
}

static void variables_win_over_home(void **state)
{
    (void)state;
    setenv("HOME", home, 1);
    unsetenv("XDG_CONFIG_HOME");
    check_path(paths_config(NULL), "/.config/pytui");
    check_path(paths_config("config.ini"), "/.config/pytui/config.ini");
    setenv("XDG_CONFIG_HOME", "relative", 1); /* to be ignored, says the specification */
    check_path(paths_config(NULL), "/.config/pytui");
    char other[256];
    snprintf(other, sizeof other, "%s/other", home);
    setenv("XDG_CONFIG_HOME", other, 1);
    check_path(paths_config(NULL), "/other/pytui");
    assert_int_equal(mode_of("/other"), 0); /* nothing is made for reading */
}

static void state_is_made_for_us_alone(void **state)
{
    (void)state;
    umask(0);
    unsetenv("XDG_STATE_HOME");
    check_path(paths_state("history"), "/.local/state/pytui/history");
    assert_int_equal(mode_of("/.local/state/pytui"), 0700);
    check_path(paths_state(NULL), "/.local/state/pytui");
}

static void runtime_refuses_what_others_can_enter(void **state)
{
    (void)state;
    char runtime[256];
    setenv("XDG_RUNTIME_DIR", home, 1);
    check_path(paths_runtime("1.sock"), "/pytui/1.sock");
    assert_int_equal(mode_of("/pytui"), 0700);
    snprintf(runtime, sizeof runtime, "%s/pytui", home);
    assert_int_equal(chmod(runtime, 0755), 0);
    assert_null(paths_runtime(NULL));
    assert_int_equal(errno, EPERM);
    assert_int_equal(rmdir(runtime), 0);
    assert_int_equal(symlink("/tmp", runtime), 0);
    assert_null(paths_runtime(NULL));
    assert_int_equal(errno, EPERM);
    assert_int_equal(unlink(runtime), 0);
}

static void failures_say_why(void **state)
{
    (void)state;
    char file[256];
    snprintf(file, sizeof file, "%s/file", home);
    FILE *stream = fopen(file, "w");
    assert_non_null(stream);
    fclose(stream);
    setenv("XDG_STATE_HOME", file, 1);
    assert_null(paths_state(NULL));
    assert_int_equal(errno, ENOTDIR);
}

static int make_home(void **state)
{
    (void)state;
    return mkdtemp(home) == NULL ? -1 : 0;
}

static int remove_home(void **state)
{
    (void)state;
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s", home);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_win_over_home),
        cmocka_unit_test(state_is_made_for_us_alone),
        cmocka_unit_test(runtime_refuses_what_others_can_enter),
        cmocka_unit_test(failures_say_why),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
