#include "tui/inline_values.h"
#include "tui/model.h"
#include "tui/source.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

struct row {
    const char *line;
    const char *names; /* joined with blanks */
};

static void names_that_a_line_binds(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"x = 1", "x"},
        {"    total += i", "total"},
        {"a, (b, c) = f(z)", "a b c"},
        {"first, *rest = items", "first rest"},
        {"for i in range(n):", "i"},
        {"async for line, number in reader(x):", "line number"},
        {"with open(p) as f, lock as g:", "f g"},
        {"except ValueError as error:", "error"},
        {"import numpy as np", "np"},
        {"def work(n, size=4, *args, key: str = 'x', **rest):", "n size args key rest"},
        {"async def serve(reader, writer):", "reader writer"},
        {"if (match := find(s)) is not None:", "match"},
        {"self.x = 3", ""},
        {"x: int = 3", "x"},
        {"x == 1", ""},
        {"x <= 1", ""},
        {"f(x=1)", ""},
        {"return total", ""},
        {"# x = 1", ""},
        {"'x = 1'", ""},
        {"", ""},
        {"x >>= 2", "x"},
        {"a = b = 3", "a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inline_name names[8];
        size_t count = inline_values_names(rows[i].line, strlen(rows[i].line), names, 8);
        char joined[128] = "";
        for (size_t n = 0; n < count; n++)
            snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%.*s", n ? " " : "",
                     (int)names[n].length, rows[i].line + names[n].offset);
        assert_string_equal(joined, rows[i].names);
    }
}

static int function_around(const char *text, int line, const char *name)
{
    struct source_store *store = source_store_create();
    struct source *source = source_store_put(store, "<test>", text, strlen(text));
    bool inside = !name || inline_values_inside(source, line, name);
    int found = inline_values_function(source, line, inside);
    source_store_destroy(store);
    return found;
}

static void function_around_a_line(void **state)
{
    (void)state;
    static const char text[] = "import os\n"         /* 1 */
                               "class A:\n"          /* 2 */
                               "    def f(self):\n"  /* 3 */
                               "        x = 1\n"     /* 4 */
                               "\n"                  /* 5 */
                               "        if x:\n"     /* 6 */
                               "            y = 2\n" /* 7 */
                               "        def g():\n"  /* 8 */
                               "            z = 3\n" /* 9 */
                               "        return y\n"  /* 10 */
                               "top = 1\n";          /* 11 */
    assert_int_equal(function_around(text, 7, NULL), 3);
    assert_int_equal(function_around(text, 9, NULL), 8);
    assert_int_equal(function_around(text, 10, NULL), 3);
    assert_int_equal(function_around(text, 3, NULL), 3);
    assert_int_equal(function_around(text, 11, NULL), 0);
    assert_int_equal(function_around(text, 8, "A.f.<locals>.g"), 8);
    assert_int_equal(function_around(text, 8, "A.f"), 3); /* which is about to define g */
    assert_int_equal(function_around(text, 3, "A"), 0);
    assert_int_equal(function_around("async def g[T](x):\n    pass\n", 1, "g"), 1);
    assert_int_equal(function_around("def gg(x):\n    pass\n", 1, "g"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_a_line_binds),
        cmocka_unit_test(function_around_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
