#include "tui/options.h"

#include "unit.h"

#include <fcntl.h>

#include "scratch.h"

static enum options_result parse(struct options *options, const char *const *words)
{
    static char *argv[16]; /* the options point into it */
    argv[0] = "pytui";
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    argv[argc] = NULL;
    return options_parse(options, argc, argv);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void programs(void **state)
{
    (void)state;
    static const struct {
        const char *words[6];
        enum target_kind kind;
        const char *what, *first;
    } cases[] = {
        {{"a.py", "-b", "x"}, TARGET_SCRIPT, "a.py", "-b"},
        {{"--", "-a.py", "x"}, TARGET_SCRIPT, "-a.py", "x"},
        {{"-m", "json.tool", "-h"}, TARGET_MODULE, "json.tool", "-h"},
        {{"-mjson.tool", "--help"}, TARGET_MODULE, "json.tool", "--help"},
        {{"--module=json.tool", "f"}, TARGET_MODULE, "json.tool", "f"},
        {{"-c", "pass", "-c"}, TARGET_CODE, "pass", "-c"},
        {{"-Cc", "pass", "x"}, TARGET_CODE, "pass", "x"},
        {{"-", "x"}, TARGET_STDIN, NULL, "x"},
        {{"--continue", "a.py"}, TARGET_SCRIPT, "a.py", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct options options;
        assert_int_equal(parse(&options, cases[i].words), OPTIONS_RUN);
        assert_int_equal(options.target.kind, cases[i].kind);
        if (cases[i].what != NULL)
            assert_string_equal(options.target.what, cases[i].what);
        if (cases[i].first != NULL)
            assert_string_equal(options.target.arguments[0], cases[i].first);
        else
            assert_null(options.target.arguments[0]);
        options_finish(&options);
    }
}

static void subcommands(void **state)
{
    (void)state;
    struct options options;
    assert_int_equal(parse(&options, WORDS("attach")), OPTIONS_RUN);
    assert_string_equal(options.attach, "");
    assert_false(options.list);
    options_finish(&options);
    assert_int_equal(parse(&options, WORDS("--theme", "dark", "attach", "--stop", "train", "-b", "main")), OPTIONS_RUN);
    assert_string_equal(options.attach, "train");
    assert_true(options.stop);
    assert_string_equal(options.breakpoints[0].function, "main");
    options_finish(&options);
    assert_int_equal(parse(&options, WORDS("ls", "--all", "--json")), OPTIONS_RUN);
    assert_true(options.list);
    assert_true(options.json);
    assert_null(options.attach);
    options_finish(&options);
    assert_int_equal(parse(&options, WORDS("./attach", "x")), OPTIONS_RUN);
    assert_null(options.attach);
    assert_string_equal(options.target.what, "./attach");
    options_finish(&options);
    assert_int_equal(parse(&options, WORDS("exec", "train", "-c", "pass")), OPTIONS_RUN);
    assert_string_equal(options.inside, "train");
    assert_int_equal(options.target.kind, TARGET_CODE);
    options_finish(&options);
    assert_int_equal(parse(&options, WORDS("exec", "7", "attach")), OPTIONS_RUN); /* a file of that name */
    assert_string_equal(options.target.what, "attach");
    options_finish(&options);
    assert_int_equal(parse(&options, WORDS("dump", "--json", "7", "--locals")), OPTIONS_RUN);
    assert_string_equal(options.dump, "7");
    assert_true(options.json && options.locals);
    options_finish(&options);
    static const char *const wrong[][5] = {
        {"exec"},
        {"exec", "a"},
        {"exec", "a", "-m", "x"},
        {"dump"},
        {"dump", "a", "b"},
        {"--locals", "ls"},
        {"--all", "attach"},
        {"--all", "a.py"},
        {"attach", "a", "b"},
        {"ls", "a"},
        {"ls", "attach"},
        {"--json", "a.py"},
        {"--json", "attach"},
        {"--stop", "a.py"},
        {"attach", "-c", "pass"},
        {"--stop", "ls"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(parse(&options, wrong[i]), OPTIONS_USAGE);
        options_finish(&options);
    }
}

static void settings(void **state)
{
    (void)state;
    struct options options;
    assert_int_equal(parse(&options, WORDS("--python=3.12", "--python-option", "-X dev", "--python-option=-I", "-C",
                                           "--theme", "dark", "--log=x.log", "--no-mouse", "--home", "/h", "a.py")),
                     OPTIONS_RUN);
    assert_string_equal(options.target.python, "3.12");
    assert_string_equal(options.target.python_options[0], "-X dev");
    assert_string_equal(options.target.python_options[1], "-I");
    assert_null(options.target.python_options[2]);
    assert_true(options.run_on);
    assert_true(options.no_mouse);
    assert_string_equal(options.theme, "dark");
    assert_string_equal(options.log, "x.log");
    assert_string_equal(options.target.home, "/h");
    options_finish(&options);
}

static void breakpoints(void **state)
{
    (void)state;
    mkdir("sub", 0700);
    scratch_write("here.py", "", 0600);
    scratch_write("sub/main.py", "", 0600);
    scratch_write("sub/beside.py", "", 0600);
    struct options options;
    assert_int_equal(parse(&options, WORDS("-b", "here.py:3", "-bbeside.py:10:7", "--break", "main.py:1", "-b",
                                           "Class.method", "-b", "module:function", "sub/main.py")),
                     OPTIONS_RUN);
    assert_int_equal(options.breakpoint_count, 5);
    static const struct {
        const char *path;
        int line, column;
    } lines[] = {{"here.py", 3, 0}, {"sub/beside.py", 10, 7}, {"sub/main.py", 1, 0}};
    for (size_t i = 0; i < COUNT(lines); i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", scratch_directory, lines[i].path);
        assert_string_equal(options.breakpoints[i].path, path);
        assert_int_equal(options.breakpoints[i].line, lines[i].line);
        assert_int_equal(options.breakpoints[i].column, lines[i].column);
    }
    assert_string_equal(options.breakpoints[3].function, "Class.method");
    assert_string_equal(options.breakpoints[4].function, "module:function");
    options_finish(&options);
}

static void wrong_usage(void **state)
{
    (void)state;
    static const char *const cases[][4] = {
        {NULL},
        {"--continue"},
        {"--"},
        {"--nonsense", "a.py"},
        {"-Z", "a.py"},
        {"-m"},
        {"--python"},
        {"--continue=3", "a.py"},
        {"-b", "gone.py:3", "a.py"},
        {"-b", "a.py:0", "a.py"},
        {"-b", "a.py:99999999999999999999", "a.py"},
        {"-b", "a.py", "a.py"},
        {"-b", "", "a.py"},
    };
    int report = dup(STDERR_FILENO), complaints = open("complaints", O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(complaints, STDERR_FILENO);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct options options;
        off_t before = lseek(complaints, 0, SEEK_CUR);
        assert_int_equal(parse(&options, cases[i]), OPTIONS_USAGE);
        assert_true(lseek(complaints, 0, SEEK_CUR) > before);
        options_finish(&options);
    }
    dup2(report, STDERR_FILENO);
    close(report);
    close(complaints);
}

static void help_names_every_option(void **state)
{
    (void)state;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    options_print_help(out);
    fclose(out);
    struct option_row row;
    for (size_t i = 0; options_row(i, &row); i++) {
        char name[64];
        snprintf(name, sizeof(name), " --%s", row.name);
        assert_non_null(strstr(text, name));
        for (size_t j = 0; j < i; j++) {
            struct option_row other;
            options_row(j, &other);
            assert_string_not_equal(row.name, other.name);
            assert_true(row.letter == 0 || row.letter != other.letter);
        }
    }
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        assert_true(length <= 100);
        line += length + 1;
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs),
        cmocka_unit_test(settings),
        cmocka_unit_test(subcommands),
        cmocka_unit_test(breakpoints),
        cmocka_unit_test(help_names_every_option),
        cmocka_unit_test(wrong_usage),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
