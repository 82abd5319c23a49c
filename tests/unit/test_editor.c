#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "tui/editor.h"

static void every_editor_is_told_its_way(void **state)
{
    (void)state;
    static const struct {
        const char *editor, *place, *file;
    } cases[] = {
        {"vi", "+12", "/a b.py"},  {"/usr/bin/vim -u NONE", "+12", "/a b.py"}, {"emacs -nw", "+12", "/a b.py"},
        {"hx", "", "/a b.py:12"},  {"/opt/hx --log x", "", "/a b.py:12"},      {"code --wait", "-g", "/a b.py:12"},
        {"hxx", "+12", "/a b.py"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char place[32], file[64];
        editor_place(cases[i].editor, "/a b.py", 12, place, sizeof place, file, sizeof file);
        assert_string_equal(place, cases[i].place);
        assert_string_equal(file, cases[i].file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_editor_is_told_its_way)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
