/* Whether every installed theme can be read, in direct colour, in 256 and in 16 colours: the contrast (WCAG's ratio) of
 * each role with each ground that it is drawn on. */
#include "unit.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term_colour.h"
#include "tui/theme.h"

/* Argument of the program: the folder of the themes that are installed. */
static const char *themes_folder;
static int unreadable;

enum { MAIN = 1, SECONDARY };

/* Where a role is drawn: over `ground`, and also on the rows of `rows`. */
static const enum role source_rows[] = {ROLE_LINE_CURRENT, ROLE_LINE_CALLER, ROLE_SELECTED, ROLE_SELECTED_FOCUSED,
                                        ROLE_COUNT};
static const enum role list_rows[] = {ROLE_SELECTED_FOCUSED, ROLE_COUNT};
static const enum role no_rows[] = {ROLE_COUNT};

static const struct drawn {
    enum role role, ground;
    int importance;
    const enum role *rows;
} drawn[] = {
    {ROLE_TEXT, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_KEYWORD, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_BUILTIN, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_STRING, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_ESCAPE, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_NUMBER, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_CONSTANT, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_DECORATOR, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_DEFINITION, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_OPERATOR, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_SELF, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_ERROR, ROLE_TEXT, MAIN, source_rows},
    {ROLE_SYNTAX_COMMENT, ROLE_TEXT, SECONDARY, source_rows},
    {ROLE_LINE_NUMBER, ROLE_TEXT, SECONDARY, no_rows},
    {ROLE_INLINE_VALUE, ROLE_TEXT, SECONDARY, source_rows},
    {ROLE_MARK_CURRENT, ROLE_TEXT, SECONDARY, source_rows},
    {ROLE_MARK_BREAKPOINT, ROLE_TEXT, SECONDARY, source_rows},
    {ROLE_SEARCH_HIT, ROLE_TEXT, MAIN, no_rows},
    {ROLE_DIM, ROLE_TEXT, SECONDARY, list_rows},
    {ROLE_VARIABLE_NAME, ROLE_TEXT, MAIN, list_rows},
    {ROLE_VARIABLE_VALUE, ROLE_TEXT, MAIN, list_rows},
    {ROLE_VARIABLE_TYPE, ROLE_TEXT, SECONDARY, list_rows},
    {ROLE_VARIABLE_CHANGED, ROLE_TEXT, MAIN, list_rows},
    {ROLE_STACK_FUNCTION, ROLE_TEXT, MAIN, list_rows},
    {ROLE_STACK_LOCATION, ROLE_TEXT, SECONDARY, list_rows},
    {ROLE_STACK_CURRENT, ROLE_TEXT, MAIN, list_rows},
    {ROLE_BREAKPOINT_LOCATION, ROLE_TEXT, MAIN, list_rows},
    {ROLE_BREAKPOINT_DETAIL, ROLE_TEXT, SECONDARY, list_rows},
    {ROLE_TITLE, ROLE_TEXT, MAIN, no_rows},
    {ROLE_TITLE_FOCUSED, ROLE_TEXT, MAIN, no_rows},
    {ROLE_MESSAGE, ROLE_TEXT, MAIN, no_rows},
    {ROLE_MESSAGE_ERROR, ROLE_TEXT, MAIN, no_rows},
    {ROLE_PROMPT, ROLE_TEXT, MAIN, no_rows},
    {ROLE_INPUT, ROLE_TEXT, MAIN, no_rows},
    {ROLE_STATUS, ROLE_TEXT, MAIN, no_rows},
    {ROLE_STATUS_RUNNING, ROLE_STATUS, MAIN, no_rows},
    {ROLE_STATUS_STOPPED, ROLE_STATUS, MAIN, no_rows},
    {ROLE_STATUS_ERROR, ROLE_STATUS, MAIN, no_rows},
    {ROLE_HINT_KEY, ROLE_STATUS, MAIN, no_rows},
    {ROLE_HINT_TEXT, ROLE_STATUS, SECONDARY, no_rows},
    {ROLE_DIALOG, ROLE_TEXT, MAIN, list_rows},
    {ROLE_DIALOG_TITLE, ROLE_DIALOG, MAIN, no_rows},
    {ROLE_DIALOG_FIELD, ROLE_DIALOG, MAIN, no_rows},
    {ROLE_DIALOG_BUTTON, ROLE_DIALOG, MAIN, no_rows},
    {ROLE_DIALOG_HINT, ROLE_DIALOG, SECONDARY, no_rows},
};

/* The least ratio. 16 colours are the user's own: these are judged by xterm's, mildly. */
static double least_contrast(int importance, bool on_row, int colours)
{
    if (colours <= 16)
        return 2.5;
    return importance == MAIN && !on_row ? 4.5 : 3.0;
}

static double channel_light(uint32_t value)
{
    double part = value / 255.0;
    return part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
    return 0.2126 * channel_light(rgb >> 16 & 255) + 0.7152 * channel_light(rgb >> 8 & 255) +
           0.0722 * channel_light(rgb & 255);
}

static double contrast(uint32_t a, uint32_t b)
{
    double light = luminance(a), dark = luminance(b);
    return light > dark ? (light + 0.05) / (dark + 0.05) : (dark + 0.05) / (light + 0.05);
}

/* What the terminal shows for a colour. False for its own default, which nobody knows. */
static bool shown_rgb(struct colour colour, int colours, bool background, uint32_t *rgb)
{
    struct term_colour_depth depth = {.colours = colours, .indexed = 8};
    bool bold, dim;
    int number =
        background ? term_colour_background(depth, colour) : term_colour_foreground(depth, colour, &bold, &dim);
    *rgb = number >= 0 && (colours <= 256 || number < depth.indexed) ? term_colour_palette((uint8_t)number)
                                                                     : (uint32_t)number;
    return number >= 0;
}

static void check_style(const char *name, const struct drawn *what, struct style style, enum role row, int colours)
{
    uint32_t front, back;
    if (!shown_rgb(style.foreground, colours, false, &front) || !shown_rgb(style.background, colours, true, &back))
        return;
    double ratio = contrast(front, back), least = least_contrast(what->importance, row != ROLE_COUNT, colours);
    if (ratio < least) {
        unreadable++;
        print_error("%s with %d colours: %s on %s%s%s has a contrast of %.2f, not %.1f\n", name, colours,
                    theme_role_name(what->role), theme_role_name(what->ground), row != ROLE_COUNT ? " in " : "",
                    row != ROLE_COUNT ? theme_role_name(row) : "", ratio, least);
    }
}

/* Rows that must stand out from the ground they are on, by their background or, where both are the same, by attributes.
 */
static const struct {
    enum role row, ground;
} rows_on[] = {{ROLE_LINE_CURRENT, ROLE_TEXT},
               {ROLE_SELECTED_FOCUSED, ROLE_TEXT},
               {ROLE_SELECTED_FOCUSED, ROLE_DIALOG},
               {ROLE_SEARCH_HIT, ROLE_LINE_CURRENT},
               {ROLE_SEARCH_HIT, ROLE_SELECTED_FOCUSED}};

/* How far apart two colours are, in all three channels: light blue on white has little contrast, but is seen. */
static int distance(uint32_t a, uint32_t b)
{
    int sum = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        sum += abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
    return sum;
}

static void check_row(const struct theme *theme, const char *name, size_t index, int colours)
{
    struct style ground = style_over(theme_style(theme, ROLE_TEXT), theme_style(theme, rows_on[index].ground));
    struct style row = style_over(ground, theme_style(theme, rows_on[index].row));
    uint32_t back, under;
    bool known = shown_rgb(row.background, colours, true, &back) && shown_rgb(ground.background, colours, true, &under);
    if (!known || row.attributes != ground.attributes || distance(back, under) >= 40)
        return;
    unreadable++;
    print_error("%s with %d colours: %s does not stand out on %s: %d\n", name, colours,
                theme_role_name(rows_on[index].row), theme_role_name(rows_on[index].ground), distance(back, under));
}

static void check_theme(struct theme *theme, const char *name, int colours)
{
    theme_set_colours(theme, colours);
    struct style text = theme_style(theme, ROLE_TEXT);
    for (size_t i = 0; i < COUNT(rows_on); i++)
        check_row(theme, name, i, colours);
    for (size_t i = 0; i < COUNT(drawn); i++) {
        struct style ground = style_over(text, theme_style(theme, drawn[i].ground));
        struct style style = style_over(ground, theme_style(theme, drawn[i].role));
        check_style(name, &drawn[i], style, ROLE_COUNT, colours);
        for (const enum role *row = drawn[i].rows; *row != ROLE_COUNT; row++)
            check_style(name, &drawn[i], style_over(style, theme_style(theme, *row)), *row, colours);
    }
}

static void every_theme_can_be_read(void **state)
{
    (void)state;
    static const int depths[] = {16, 256, 1 << 24};
    DIR *folder = opendir(themes_folder);
    assert_non_null(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char *end = strstr(entry->d_name, ".theme"), error[256] = "";
        if (end == NULL)
            continue;
        *end = '\0';
        struct theme *theme = theme_load(entry->d_name, themes_folder, error, sizeof error);
        assert_non_null(theme);
        for (size_t i = 0; i < COUNT(depths); i++)
            check_theme(theme, entry->d_name, depths[i]);
        theme_destroy(theme);
        count++;
    }
    closedir(folder);
    assert_true(count > 20);
    assert_int_equal(unreadable, 0);
}

int main(int argc, char **argv)
{
    themes_folder = argc > 1 ? argv[1] : "themes";
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_theme_can_be_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
