#include "tui/model.h"
#include "tui/source_span.h"

#include "unit.h"

#include <string.h>

/* What of LINE a frame is at, "" for nothing that the line would not say. */
static void check(const char *line, struct model_frame frame, const char *wanted)
{
    struct source_span span;
    bool found = source_span_find(&frame, line, strlen(line), &span);
    char text[128] = "";
    if (found)
        memcpy(text, line + span.offset, span.length);
    assert_string_equal(text, wanted);
}

static void columns_become_bytes_of_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int column, end_column, more_lines; /* as the wire has them */
        const char *span;
    } cases[] = {
        {"x = f(a) + g(b)", 5, 9, 0, "f(a)"},
        {"x = f(a) + g(b)", 12, 16, 0, "g(b)"},
        {"\treturn table[key]", 9, 19, 0, "table[key]"},
        {"y = '漢字' + f(1)", 12, 16, 0, "f(1)"},
        {"y = '𝄞𝄞' + f(1)", 14, 18, 0, "f(1)"}, /* two units each */
        {"x = f(", 5, 2, 2, "f("},
        {"x = f(  # called", 5, 2, 2, "f(  # called"},
        {"    f(1)  ", 5, 9, 0, ""}, /* all of the line */
        {"f(", 1, 2, 2, ""},
        {"x = f(a)", 0, 0, 0, ""},   /* not known */
        {"x = f(a)", 5, 0, 0, ""},   /* where it ends is not known */
        {"x = f(a)", 9, 9, 0, ""},   /* an empty one */
        {"x = f(a)", 30, 40, 0, ""}, /* the file is another one by now */
        {"x = f(a)", 5, 400, 0, "f(a)"},
        {"x = f(a)", 5, 9, -1, ""},
        {"", 1, 4, 0, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        check(cases[i].line,
              (struct model_frame){.line = 3,
                                   .column = cases[i].column,
                                   .end_line = 3 + cases[i].more_lines,
                                   .end_column = cases[i].end_column},
              cases[i].span);
    check("  2 LOAD_NAME x",
          (struct model_frame){.line = 1, .column = 3, .end_line = 1, .end_column = 5, .listed_file = "made"}, "");
}

static void a_name_at_the_beginning_of_a_line_tells_nothing(void **state)
{
    (void)state;
    static const char line[] = "total += work(n)";
    struct source_span name = {0, 5}, call = {9, 7};
    struct model model = {0};
    assert_false(source_span_tells(&model, line, &name));
    assert_true(source_span_tells(&model, line, &call));
    assert_true(source_span_tells(&(struct model){.selected_frame = 1}, line, &name));
    assert_true(source_span_tells(&(struct model){.chain_count = 1}, line, &name));
    assert_true(source_span_tells(&(struct model){.stop_column = 7}, line, &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_become_bytes_of_the_line),
        cmocka_unit_test(a_name_at_the_beginning_of_a_line_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
