#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/theme.h"

/* Argument of the program: the folder of the themes that are installed. */
static const char *themes_folder;

static struct theme *parse(const char *text)
{
    char error[256] = "";
    struct theme *theme = theme_parse("t.theme", text, strlen(text), error, sizeof error);
    if (theme == NULL)
        fail_msg("%s", error);
    return theme;
}

static void check_style(const struct theme *theme, enum role role, struct style expected)
{
    if (!style_equal(theme_style(theme, role), expected))
        fail_msg("style of %s", theme_role_name(role));
}

#define INDEX(number)                                                                                                  \
    {                                                                                                                  \
        .kind = COLOUR_INDEX, .red = (number)                                                                          \
    }
#define RGB(r, g, b)                                                                                                   \
    {                                                                                                                  \
        .kind = COLOUR_RGB, .red = (r), .green = (g), .blue = (b)                                                      \
    }

static void lines_become_styles(void **state)
{
    (void)state;
    struct theme *theme = parse("# a comment\n"
                                "text = default\n"
                                "  dim = bright-black   \n"
                                "status = white on blue bold\n"
                                "title = bold underline #ff8000 on 17\n"
                                "border = default on #abc\n"
                                "syntax-string = 0\n"
                                "search-hit = reverse\n");
    check_style(theme, ROLE_TEXT, (struct style){0});
    check_style(theme, ROLE_DIM, (struct style){.foreground = INDEX(8)});
    check_style(theme, ROLE_STATUS,
                (struct style){.foreground = INDEX(7), .background = INDEX(4), .attributes = STYLE_BOLD});
    check_style(theme, ROLE_TITLE,
                (struct style){.foreground = RGB(255, 128, 0),
                               .background = INDEX(17),
                               .attributes = STYLE_BOLD | STYLE_UNDERLINE});
    check_style(theme, ROLE_BORDER, (struct style){.background = RGB(0xaa, 0xbb, 0xcc)});
    check_style(theme, ROLE_SYNTAX_STRING, (struct style){.foreground = INDEX(0)});
    check_style(theme, ROLE_SEARCH_HIT, (struct style){.attributes = STYLE_REVERSE});
    theme_destroy(theme);
}

static void unnamed_roles_follow_their_parent(void **state)
{
    (void)state;
    struct theme *theme = parse("text = red\nsyntax-keyword = green\n");
    check_style(theme, ROLE_SYNTAX_SOFT_KEYWORD, (struct style){.foreground = INDEX(2)});
    check_style(theme, ROLE_VARIABLE_NAME, (struct style){.foreground = INDEX(1)});
    check_style(theme, ROLE_SYNTAX_COMMENT, (struct style){.foreground = INDEX(1)});
    theme_destroy(theme);
}

static void sections_hold_for_fewer_colours(void **state)
{
    (void)state;
    static const struct {
        int colours;
        uint8_t title;
        uint8_t prompt;
    } cases[] = {{1 << 24, 1, 11}, {256, 2, 11}, {16, 3, 11}, {8, 4, 11}};
    struct theme *theme = parse("title = 1\nprompt = 11\n[256]\ntitle = 2\n[16]\ntitle = 3\n[8]\ntitle = 4\n"
                                "[mono]\ntitle = red bold\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        theme_set_colours(theme, cases[i].colours);
        check_style(theme, ROLE_TITLE, (struct style){.foreground = INDEX(cases[i].title)});
        check_style(theme, ROLE_PROMPT, (struct style){.foreground = INDEX(cases[i].prompt)});
    }
    theme_set_colours(theme, 0);
    check_style(theme, ROLE_TITLE, (struct style){.attributes = STYLE_BOLD});
    theme_destroy(theme);
}

static void background_chooses_dark_or_light(void **state)
{
    (void)state;
    struct theme *theme = parse("title = 1\n[dark]\ntitle = 2\n[light]\ntitle = 3\n[16]\ntitle = 4\n");
    theme_set_colours(theme, 1 << 24);
    check_style(theme, ROLE_TITLE, (struct style){.foreground = INDEX(1)});
    theme_set_background(theme, THEME_BACKGROUND_DARK);
    check_style(theme, ROLE_TITLE, (struct style){.foreground = INDEX(2)});
    theme_set_background(theme, THEME_BACKGROUND_LIGHT);
    check_style(theme, ROLE_TITLE, (struct style){.foreground = INDEX(3)});
    theme_set_colours(theme, 16);
    check_style(theme, ROLE_TITLE, (struct style){.foreground = INDEX(4)});
    theme_destroy(theme);
}

static const struct {
    const char *text;
    const char *error;
} mistakes[] = {
    {"title = gren\n", "t.theme:1: unknown colour 'gren'; did you mean 'green'?"},
    {"\n\ntitle = 256\n", "t.theme:3: unknown colour '256': use default, a name like bright-blue, 0..255 or #rrggbb"},
    {"title = #12345\n", "t.theme:1: unknown colour '#12345': use default, a name like bright-blue, 0..255 or #rrggbb"},
    {"title = red on\n", "t.theme:1: a colour is missing after 'on'"},
    {"title = red blue\n", "t.theme:1: 'blue' is one colour too many: write 'foreground on background'"},
    {"titel = red\n", "t.theme:1: unknown role 'titel'; did you mean 'title'?"},
    {"quite-something = red\n", "t.theme:1: unknown role 'quite-something'"},
    {"[32]\ntitle = red\n", "t.theme:2: unknown section [32]: there are [dark], [light], [256], [16], [8] and [mono]"},
    {"title red\n", "t.theme:1: expected 'name = value' or '[section]'"},
};

static void mistakes_are_told_by_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        char error[256] = "";
        assert_null(theme_parse("t.theme", mistakes[i].text, strlen(mistakes[i].text), error, sizeof error));
        assert_string_equal(error, mistakes[i].error);
    }
}

static bool same_look(const struct theme *theme, enum role a, enum role b)
{
    return style_equal(theme_style(theme, a), theme_style(theme, b));
}

/* What is laid over text that has its own colours: seen without hiding them. */
static void check_overlay(const struct theme *theme, const char *name)
{
    struct style style = theme_style(theme, ROLE_SUB_EXPRESSION);
    if (style.attributes == 0 || style.foreground.kind != COLOUR_DEFAULT || style.background.kind != COLOUR_DEFAULT)
        fail_msg("%s: what a frame is at is not underlined", name);
}

/* What a user must be able to tell apart at a glance, whatever the terminal. */
static void check_distinct(struct theme *theme, const char *name)
{
    static const enum role pairs[][2] = {
        {ROLE_TEXT, ROLE_LINE_CURRENT},
        {ROLE_TEXT, ROLE_SELECTED_FOCUSED},
        {ROLE_SELECTED, ROLE_SELECTED_FOCUSED},
        {ROLE_TITLE, ROLE_TITLE_FOCUSED},
        {ROLE_TITLE, ROLE_TITLE_HOTKEY},
        {ROLE_VARIABLE_VALUE, ROLE_VARIABLE_CHANGED},
        {ROLE_TEXT, ROLE_SEARCH_HIT},
        {ROLE_MESSAGE, ROLE_MESSAGE_ERROR},
        {ROLE_STATUS_RUNNING, ROLE_STATUS_STOPPED},
        {ROLE_TEXT, ROLE_SYNTAX_KEYWORD},
    };
    static const int colours[] = {0, 8, 16, 256, 1 << 24};
    for (size_t i = 0; i < COUNT(colours); i++) {
        for (int background = THEME_BACKGROUND_UNKNOWN; background <= THEME_BACKGROUND_LIGHT; background++) {
            theme_set_colours(theme, colours[i]);
            theme_set_background(theme, (enum theme_background)background);
            check_overlay(theme, name);
            for (size_t j = 0; j < COUNT(pairs); j++) {
                if (same_look(theme, pairs[j][0], pairs[j][1]))
                    fail_msg("%s with %d colours: %s looks like %s", name, colours[i], theme_role_name(pairs[j][0]),
                             theme_role_name(pairs[j][1]));
            }
        }
    }
}

static void what_differs_in_meaning_differs_in_looks(void **state)
{
    (void)state;
    struct theme *theme = theme_create_default();
    check_distinct(theme, "default");
    theme_destroy(theme);
}

static void installed_themes_are_fine(void **state)
{
    (void)state;
    DIR *folder = opendir(themes_folder);
    assert_non_null(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char *end = strstr(entry->d_name, ".theme");
        if (end == NULL)
            continue;
        *end = '\0';
        char error[256] = "";
        struct theme *theme = theme_load(entry->d_name, themes_folder, error, sizeof error);
        if (theme == NULL)
            fail_msg("%s", error);
        check_distinct(theme, entry->d_name);
        theme_destroy(theme);
        count++;
    }
    closedir(folder);
    assert_true(count >= 4);
}

/* The default is dark or light as the terminal is; the themes of these names bring that on any terminal. */
static void default_looks_like_dark_and_light(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum theme_background background;
    } cases[] = {{"dark", THEME_BACKGROUND_DARK}, {"light", THEME_BACKGROUND_LIGHT}};
    for (size_t side = 0; side < COUNT(cases); side++) {
        char error[256] = "";
        struct theme *built_in = theme_create_default();
        struct theme *file = theme_load(cases[side].name, themes_folder, error, sizeof error);
        assert_non_null(file);
        theme_set_background(built_in, cases[side].background);
        struct style text = theme_style(file, ROLE_TEXT);
        assert_int_not_equal(text.background.kind, COLOUR_DEFAULT);
        for (int i = 0; i < ROLE_COUNT; i++) {
            enum role role = (enum role)i;
            struct style shown = style_over(text, theme_style(built_in, role));
            if (!style_equal(style_over(text, theme_style(file, role)), shown))
                fail_msg("style of %s", theme_role_name(role));
        }
        theme_destroy(built_in);
        theme_destroy(file);
    }
}

static void the_users_own_themes_come_first(void **state)
{
    (void)state;
    char home[] = "/tmp/pytui-theme-XXXXXX", path[256], error[256] = "";
    assert_non_null(mkdtemp(home));
    setenv("XDG_CONFIG_HOME", home, 1);
    assert_null(theme_load("no-such", themes_folder, error, sizeof error));
    assert_non_null(strstr(error, "there is no theme 'no-such'"));
    assert_null(theme_load("/nowhere/x.theme", themes_folder, error, sizeof error));
    assert_non_null(strstr(error, "cannot read theme /nowhere/x.theme: No such file"));
    snprintf(path, sizeof path, "%s/pytui", home);
    assert_int_equal(mkdir(path, 0700), 0);
    strcat(path, "/themes");
    assert_int_equal(mkdir(path, 0700), 0);
    strcat(path, "/dark.theme");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("text = 99\n", file);
    fclose(file);
    struct theme *theme = theme_load("dark", themes_folder, error, sizeof error);
    assert_non_null(theme);
    check_style(theme, ROLE_TEXT, (struct style){.foreground = INDEX(99)});
    theme_destroy(theme);
    theme = theme_load(path, NULL, error, sizeof error);
    assert_non_null(theme);
    theme_destroy(theme);
    for (char *slash; unlink(path), (slash = strrchr(path, '/')) - path >= (long)strlen(home);) {
        *slash = '\0';
        rmdir(path);
    }
}

int main(int argc, char **argv)
{
    themes_folder = argc > 1 ? argv[1] : "themes";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_styles),
        cmocka_unit_test(unnamed_roles_follow_their_parent),
        cmocka_unit_test(sections_hold_for_fewer_colours),
        cmocka_unit_test(background_chooses_dark_or_light),
        cmocka_unit_test(mistakes_are_told_by_line),
        cmocka_unit_test(what_differs_in_meaning_differs_in_looks),
        cmocka_unit_test(installed_themes_are_fine),
        cmocka_unit_test(default_looks_like_dark_and_light),
        cmocka_unit_test(the_users_own_themes_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
