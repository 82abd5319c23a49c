#include "tui/interpreter.h"

#include "unit.h"

#include "scratch.h"

static void expect_found(const char *wanted, const char *path, const char *name)
{
    struct interpreter found;
    char error[512] = "";
    assert_true(interpreter_find(wanted, &found, error, sizeof(error)));
    assert_string_equal(error, "");
    assert_string_equal(found.path, path);
    assert_string_equal(found.name, name);
    interpreter_finish(&found);
}

static void expect_missing(const char *wanted, const char *named)
{
    struct interpreter found;
    char error[512] = "";
    assert_false(interpreter_find(wanted, &found, error, sizeof(error)));
    assert_null(found.path);
    assert_non_null(strstr(error, named));
    assert_non_null(strstr(error, "--python"));
}

static int files(void **state)
{
    if (scratch_setup(state) != 0)
        return 1;
    static const char *const directories[] = {"one", "two", "venv", "venv/bin", "one/python3.9"};
    for (size_t i = 0; i < COUNT(directories); i++)
        mkdir(directories[i], 0700);
    scratch_write("one/python3.12", "", 0600); /* not executable: passed over */
    scratch_write("two/python3.12", "", 0700);
    scratch_write("two/python3", "", 0700);
    scratch_write("venv/bin/python", "", 0700);
    setenv("PATH", "one:two:/nowhere", 1);
    unsetenv("VIRTUAL_ENV");
    return 0;
}

static void by_what_is_asked_for(void **state)
{
    (void)state;
    expect_found("two/python3", "two/python3", "two/python3");
    expect_found("python3.12", "two/python3.12", "python3.12");
    expect_found("3.12", "two/python3.12", "python3.12");
    expect_missing("3.9", "python3.9");
    expect_missing("nosuch", "nosuch");
    expect_missing("./gone/python", "./gone/python");
    expect_missing("one/python3.12", "one/python3.12");
    expect_missing("one/python3.9", "one/python3.9");
    expect_missing("", "--python");
}

static void by_default(void **state)
{
    (void)state;
    expect_found(NULL, "two/python3", "python3");
    setenv("VIRTUAL_ENV", "venv", 1);
    expect_found(NULL, "venv/bin/python", "venv/bin/python");
    expect_found("3.12", "two/python3.12", "python3.12");
    setenv("VIRTUAL_ENV", "/gone", 1);
    expect_missing(NULL, "/gone/bin/python");
    setenv("VIRTUAL_ENV", "", 1);
    expect_found(NULL, "two/python3", "python3");
    setenv("PATH", "one", 1);
    expect_missing(NULL, "python3");
    setenv("PATH", "one::two", 1);
    scratch_write("python3", "", 0700);
    expect_found(NULL, "./python3", "python3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_what_is_asked_for),
        cmocka_unit_test(by_default),
    };
    return cmocka_run_group_tests(tests, files, scratch_teardown);
}
