#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/config_save.h"
#include "tui/inifile.h"
#include "tui/savefile.h"

static const struct {
    const char *before, *after;
} edits[] = {
    {"", "theme = nord\n"},
    {"theme = dark\n", "theme = nord\n"},
    {"theme = dark", "theme = nord\n"},
    {"# mine\n\n  theme: dark ; now\nmouse = no\n", "# mine\n\ntheme = nord\nmouse = no\n"},
    {"mouse = no", "mouse = no\ntheme = nord\n"},
    {"mouse = no\n\n[keys]\ntheme = T\n", "mouse = no\ntheme = nord\n\n[keys]\ntheme = T\n"},
    {"[keys]\nnext = n\n", "theme = nord\n[keys]\nnext = n\n"},
    {"theme-x = 1\n#theme = dark\n", "theme-x = 1\n#theme = dark\ntheme = nord\n"},
    {"theme = a\ntheme = b\n", "theme = a\ntheme = nord\n"},
};

static void one_line_is_changed_or_added(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edits); i++) {
        char *after = config_save_edit(edits[i].before, strlen(edits[i].before), "theme", "nord");
        assert_string_equal(after, edits[i].after);
        free(after);
    }
}

static void the_file_is_made_and_kept(void **state)
{
    (void)state;
    char home[] = "/tmp/pytui-save-XXXXXX", error[256] = "", path[256], target[256];
    assert_non_null(mkdtemp(home));
    setenv("XDG_CONFIG_HOME", home, 1);
    assert_true(config_save("theme", "nord", error, sizeof error));
    snprintf(path, sizeof path, "%s/pytui/config.ini", home);
    snprintf(target, sizeof target, "%s/dotfile", home);
    assert_int_equal(rename(path, target), 0);
    assert_int_equal(chmod(target, 0640), 0);
    assert_int_equal(symlink(target, path), 0);
    assert_true(config_save("mouse", "no", error, sizeof error));
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    size_t length;
    char *text = inifile_load(path, &length);
    assert_string_equal(text, "theme = nord\nmouse = no\n");
    free(text);
    unlink(path);
    unlink(target);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    rmdir(home);
}

static void what_cannot_be_written_stays(void **state)
{
    (void)state;
    assert_false(savefile_write("/nowhere/at/all", "x", 1));
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_is_changed_or_added),
        cmocka_unit_test(the_file_is_made_and_kept),
        cmocka_unit_test(what_cannot_be_written_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
