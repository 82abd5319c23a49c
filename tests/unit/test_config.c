#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/config.h"
#include "tui/inifile.h"

static bool parse(struct config *config, const char *text)
{
    return config_parse(config, "config.ini", text, strlen(text), NULL, NULL);
}

static void every_default_is_a_fine_value(void **state)
{
    (void)state;
    struct config *config = config_create();
    for (int i = 0; i < CONFIG_COUNT; i++) {
        const struct config_info *info = config_info((enum config_setting)i);
        char error[256];
        assert_string_equal(config_text(config, (enum config_setting)i), info->initial);
        assert_true(config_set(config, info->name, info->initial, error, sizeof error));
        assert_non_null(info->help);
        assert_true(strlen(info->help) <= 70); /* it is shown in one row of 80 columns */
    }
    config_destroy(config);
    config_destroy(NULL);
}

static void values_are_taken_over(void **state)
{
    (void)state;
    struct config *config = config_create();
    assert_true(parse(config, "# mine\n"
                              "theme = dark\n"
                              "   mouse = off   ; not here\n"
                              "\tscrollback: 500\n"
                              "quit = leave"));
    assert_string_equal(config_text(config, CONFIG_THEME), "dark");
    assert_false(config_flag(config, CONFIG_MOUSE));
    assert_int_equal(config_number(config, CONFIG_SCROLLBACK), 500);
    assert_string_equal(config_text(config, CONFIG_QUIT), "leave");
    assert_true(config_flag(config, CONFIG_LINE_NUMBERS));
    config_destroy(config);
}

static const struct {
    const char *text;
    const char *complaint;
} mistakes[] = {
    {"\n\nthem = dark\n", "config.ini:3: unknown setting 'them'; did you mean 'theme'?"},
    {"sidebar-witdh = 30\n", "config.ini:1: unknown setting 'sidebar-witdh'; did you mean 'sidebar-width'?"},
    {"frobnicate = 1\n", "config.ini:1: unknown setting 'frobnicate'"},
    {"mouse = perhaps\n", "config.ini:1: 'mouse' is yes or no, not 'perhaps'"},
    {"scrollback = many\n", "config.ini:1: 'scrollback' is a number from 0 to 1000000, not 'many'"},
    {"scrollback = 10x\n", "config.ini:1: 'scrollback' is a number from 0 to 1000000, not '10x'"},
    {"scrollback = -1\n", "config.ini:1: 'scrollback' is a number from 0 to 1000000, not '-1'"},
    {"scrollback = 99999999999999999999\n",
     "config.ini:1: 'scrollback' is a number from 0 to 1000000, not '99999999999999999999'"},
    {"quit = nev\n", "config.ini:1: 'quit' is one of: ask end leave; not 'nev'"},
    {"quit = as\n", "config.ini:1: 'quit' is one of: ask end leave; not 'as'"},
    {"theme =\n", "config.ini:1: 'theme' has no value"},
    {"theme\n", "config.ini:1: expected 'name = value' or '[section]'"},
    {"[colours]\nx = 1\n", "config.ini:2: unknown section [colours]: settings come first, then [keys]"},
};

static void mistakes_are_told_by_line_and_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        struct config *config = config_create();
        assert_false(parse(config, mistakes[i].text));
        assert_int_equal(config_complaint_count(config), 1);
        assert_string_equal(config_complaint(config, 0), mistakes[i].complaint);
        for (int j = 0; j < CONFIG_COUNT; j++)
            assert_string_equal(config_text(config, (enum config_setting)j),
                                config_info((enum config_setting)j)->initial);
        config_destroy(config);
    }
}

static void one_bad_line_costs_no_other(void **state)
{
    (void)state;
    struct config *config = config_create();
    assert_false(parse(config, "mouse = perhaps\ntheme = light\nnonsense\nquit = end\nhistory = x\n"));
    assert_int_equal(config_complaint_count(config), 3);
    assert_string_equal(config_text(config, CONFIG_THEME), "light");
    assert_string_equal(config_text(config, CONFIG_QUIT), "end");
    config_destroy(config);
}

static void long_and_binary_lines_are_refused(void **state)
{
    (void)state;
    struct config *config = config_create();
    char text[1000];
    memset(text, 'x', sizeof text);
    memcpy(text, "theme = ", 8);
    memcpy(text + 990, "\nquit=end\n", 10);
    assert_false(config_parse(config, "config.ini", text, sizeof text, NULL, NULL));
    assert_string_equal(config_complaint(config, 0), "config.ini:1: line is too long");
    assert_string_equal(config_text(config, CONFIG_QUIT), "end");
    assert_false(config_parse(config, "config.ini", "theme = a\0b\n", 12, NULL, NULL));
    assert_string_equal(config_complaint(config, 1), "config.ini:1: a NUL byte: is this a text file?");
    config_destroy(config);
}

struct bound {
    char text[128];
};

static bool bind(void *data, const char *command, const char *keys, char *error, size_t size)
{
    struct bound *bound = data;
    if (strcmp(command, "bad") == 0) {
        snprintf(error, size, "no command '%s'", command);
        return false;
    }
    size_t length = strlen(bound->text);
    snprintf(bound->text + length, sizeof bound->text - length, "%s<%s>", command, keys);
    return true;
}

static void keys_go_to_the_callback(void **state)
{
    (void)state;
    static const char text[] = "mouse = no\n[keys]\nstep-over = n F10\nprompt = :\nbad = x\nhelp = ? Ctrl-h\n";
    struct config *config = config_create();
    struct bound bound = {{0}};
    assert_false(config_parse(config, "config.ini", text, sizeof text - 1, bind, &bound));
    assert_string_equal(bound.text, "step-over<n F10>prompt<:>help<? Ctrl-h>");
    assert_int_equal(config_complaint_count(config), 1);
    assert_string_equal(config_complaint(config, 0), "config.ini:5: no command 'bad'");
    config_destroy(config);
}

static void a_missing_file_matters_only_if_it_was_named(void **state)
{
    (void)state;
    char home[] = "/tmp/pytui-config-XXXXXX", folder[64], file[96];
    assert_non_null(mkdtemp(home));
    setenv("XDG_CONFIG_HOME", home, 1);
    struct config *config = config_create();
    assert_true(config_load(config, NULL, NULL, NULL));
    snprintf(folder, sizeof folder, "%s/pytui", home);
    snprintf(file, sizeof file, "%s/config.ini", folder);
    assert_false(config_load(config, file, NULL, NULL));
    assert_non_null(strstr(config_complaint(config, 0), "config.ini: No such file or directory"));
    assert_int_equal(mkdir(folder, 0700), 0);
    FILE *stream = fopen(file, "w");
    assert_non_null(stream);
    fputs("theme = light\n", stream);
    fclose(stream);
    assert_true(config_load(config, NULL, NULL, NULL));
    assert_string_equal(config_text(config, CONFIG_THEME), "light");
    assert_false(config_load(config, folder, NULL, NULL)); /* a directory */
    config_destroy(config);
    unlink(file);
    rmdir(folder);
    rmdir(home);
}

static const char *const candidates[] = {"theme", "mouse", "quit"};

static const char *candidate_at(size_t index)
{
    return candidates[index];
}

static void suggestions_are_near(void **state)
{
    (void)state;
    assert_string_equal(inifile_nearest("tehme", candidate_at, 3), "theme");
    assert_string_equal(inifile_nearest("mose", candidate_at, 3), "mouse");
    assert_string_equal(inifile_nearest("quits", candidate_at, 3), "quit");
    assert_null(inifile_nearest("history", candidate_at, 3));
    char endless[500];
    memset(endless, 'm', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(inifile_nearest(endless, candidate_at, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_is_a_fine_value),
        cmocka_unit_test(values_are_taken_over),
        cmocka_unit_test(mistakes_are_told_by_line_and_change_nothing),
        cmocka_unit_test(one_bad_line_costs_no_other),
        cmocka_unit_test(long_and_binary_lines_are_refused),
        cmocka_unit_test(keys_go_to_the_callback),
        cmocka_unit_test(a_missing_file_matters_only_if_it_was_named),
        cmocka_unit_test(suggestions_are_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
