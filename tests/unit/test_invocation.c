#include "tui/invocation.h"

#include "unit.h"

#include "scratch.h"
#include "tui/target.h"

static const char *variable(const struct invocation *invocation, const char *name)
{
    size_t length = strlen(name);
    for (char **item = invocation->environment; *item != NULL; item++) {
        if (strncmp(*item, name, length) == 0 && (*item)[length] == '=')
            return *item + length + 1;
    }
    return NULL;
}

static void expect_variable(const struct invocation *invocation, const char *name, const char *value)
{
    if (value == NULL)
        assert_null(variable(invocation, name));
    else
        assert_string_equal(variable(invocation, name), value);
}

static int home(void **state)
{
    if (scratch_setup(state) != 0)
        return 1;
    mkdir("home", 0700);
    mkdir("home/entry", 0700);
    scratch_write("home/entry/sitecustomize.py", "", 0600);
    scratch_write("home/pytui_preload.so", "", 0600);
    return 0;
}

static struct invocation make(struct target_options options, bool on_terminal)
{
    struct invocation invocation;
    char error[512] = "";
    options.home = "home";
    options.python = "/bin/sh";
    assert_true(invocation_init(&invocation, &options, 207, on_terminal, error, sizeof(error)));
    return invocation;
}

static void command_lines(void **state)
{
    (void)state;
    static char *const arguments[] = {"a", "-b", NULL}, *const python_options[] = {"-X dev", "-P", NULL};
    static const struct {
        enum target_kind kind;
        const char *what;
        const char *argv[5];
    } cases[] = {
        {TARGET_SCRIPT, "x.py", {"x.py"}}, {TARGET_SCRIPT, "-x.py", {"--", "-x.py"}},
        {TARGET_MODULE, "m", {"-m", "m"}}, {TARGET_CODE, "pass", {"-c", "pass"}},
        {TARGET_STDIN, NULL, {"-"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct invocation invocation = make(
            (struct target_options){
                .kind = cases[i].kind, .what = cases[i].what, .arguments = arguments, .python_options = python_options},
            false);
        static const char *const first[] = {"/bin/sh", "-X", "dev", "-P"};
        char **word = invocation.argv;
        for (size_t j = 0; j < COUNT(first); j++)
            assert_string_equal(*word++, first[j]);
        for (size_t j = 0; cases[i].argv[j] != NULL; j++)
            assert_string_equal(*word++, cases[i].argv[j]);
        assert_string_equal(word[0], "a");
        assert_string_equal(word[1], "-b");
        assert_null(word[2]);
        invocation_finish(&invocation);
    }
}

static void the_users_variables_are_kept_for_the_way_back(void **state)
{
    (void)state;
    static const struct {
        const char *before, *during, *saved; /* during: after the entry's path */
    } cases[] = {{NULL, "", NULL}, {"", "", ""}, {"a:b", ":a:b", "a:b"}, {":a", "::a", ":a"}};
    static char *const isolated[] = {"-I", NULL};
    for (size_t i = 0; i < COUNT(cases) * 2; i++) {
        bool preload = i >= COUNT(cases);
        const char *name = preload ? "LD_PRELOAD" : "PYTHONPATH";
        const char *before = cases[i % COUNT(cases)].before;
        if (before != NULL)
            setenv(name, before, 1);
        setenv("PYTUI_PYTHONPATH", "left over", 1);
        struct invocation invocation = make(
            (struct target_options){.kind = TARGET_STDIN, .python_options = preload ? isolated : NULL}, i % 2 == 0);
        char during[512];
        snprintf(during, sizeof(during), "%s/home/%s%s", scratch_directory, preload ? "pytui_preload.so" : "entry",
                 cases[i % COUNT(cases)].during);
        expect_variable(&invocation, name, during);
        expect_variable(&invocation, preload ? "PYTUI_LD_PRELOAD" : "PYTUI_PYTHONPATH", cases[i % COUNT(cases)].saved);
        expect_variable(&invocation, preload ? "PYTHONPATH" : "LD_PRELOAD", NULL);
        expect_variable(&invocation, "PYTUI_CHANNEL", "fd:207");
        expect_variable(&invocation, "TERM", i % 2 == 0 ? "xterm-256color" : "some-term");
        invocation_finish(&invocation);
        unsetenv(name);
        unsetenv("PYTUI_PYTHONPATH");
    }
}

static void isolation_is_seen(void **state)
{
    (void)state;
    static const struct {
        char *options[4];
        bool isolated;
    } cases[] = {
        {{NULL}, false},
        {{"-I"}, true},
        {{"-E"}, true},
        {{"-S"}, true},
        {{"-BS"}, true},
        {{"-OOE"}, true},
        {{"-P", "-s", "-u", "-O"}, false},
        {{"-W", "-I"}, false},
        {{"-X", "-S", "-E"}, true},
        {{"-XE"}, false},
        {{"-W", "error::ImportWarning"}, false},
        {{"-bWerror::E"}, false},
        {{"--check-hash-based-pycs", "-I"}, false},
        {{"--help-xoptions"}, false},
        {{"-"}, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *options[5] = {0};
        memcpy(options, cases[i].options, sizeof(cases[i].options));
        assert_int_equal(invocation_is_isolated(options), cases[i].isolated);
    }
    assert_false(invocation_is_isolated(NULL));
}

static void refuses(struct target_options options, const char *word)
{
    struct invocation invocation;
    char error[512] = "";
    options.python = options.python != NULL ? options.python : "/bin/sh";
    assert_false(invocation_init(&invocation, &options, 207, false, error, sizeof(error)));
    assert_non_null(strstr(error, word));
    invocation_finish(&invocation);
}

static void bad_places(void **state)
{
    (void)state;
    static char *const isolated[] = {"-I", NULL};
    mkdir("a:b", 0700);
    mkdir("a:b/entry", 0700);
    scratch_write("a:b/entry/sitecustomize.py", "", 0600);
    refuses((struct target_options){.kind = TARGET_STDIN, .home = "a:b"}, "colon");
    refuses((struct target_options){.kind = TARGET_STDIN, .home = "nowhere"}, "--home");
    refuses((struct target_options){.kind = TARGET_STDIN, .home = "home", .python = "/gone"}, "/gone");
    remove("home/pytui_preload.so");
    refuses((struct target_options){.kind = TARGET_STDIN, .home = "home", .python_options = isolated}, "preload");
}

int main(void)
{
    setenv("TERM", "some-term", 1);
    unsetenv("PYTHONPATH");
    unsetenv("LD_PRELOAD");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_lines),
        cmocka_unit_test(the_users_variables_are_kept_for_the_way_back),
        cmocka_unit_test(isolation_is_seen),
        cmocka_unit_test(bad_places),
    };
    return cmocka_run_group_tests(tests, home, scratch_teardown);
}
