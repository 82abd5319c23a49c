/* The panes drawn into a grid without a terminal: an app with a real session, whose model is filled
 * by hand. */
#include "protocol/arena.h"
#include "protocol/value.h"
#include "tui/app.h"
#include "tui/canvas.h"
#include "tui/command.h"
#include "tui/command_display.h"
#include "tui/command_run.h"
#include "tui/command_script.h"
#include "tui/complete.h"
#include "tui/config.h"
#include "tui/dialog.h"
#include "tui/dialog_choose.h"
#include "tui/help.h"
#include "tui/layout.h"
#include "tui/loop.h"
#include "tui/model.h"
#include "tui/model_tree.h"
#include "tui/pane_commands.h"
#include "tui/prompt.h"
#include "tui/session.h"
#include "tui/source.h"
#include "tui/theme.h"
#include "tui/vt.h"
#include "tui/xalloc.h"

#include "unit.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char program[] = "def work(n):\n"
                              "    total = 0\n"
                              "    items = [i * i for i in range(20)]\n"
                              "    table = {str(i): i for i in range(10)}\n"
                              "    for i in range(n):\n"
                              "        total += i\n"
                              "        items[i % 20] = total\n"
                              "        table['last'] = total\n"
                              "    return total\n"
                              "work(10000)\n";

static void ignore_bytes(void *data, const char *bytes, size_t length)
{
    (void)data, (void)bytes, (void)length;
}

static struct model_variable *add_variable(struct model_variable *parent, const char *name, const char *type,
                                           const char *value, int64_t reference)
{
    struct model_variable *variable = model_variable_create(parent);
    variable->name = xstrdup(name);
    variable->type = xstrdup(type);
    variable->value = xstrdup(value);
    variable->reference = reference;
    return variable;
}

static void fill_frames(struct model *model)
{
    static const struct {
        const char *name;
        int line;
    } frames[] = {{"work", 6}, {"<module>", 10}};
    for (size_t i = 0; i < 2; i++) {
        struct model_frame *frame = model_frame_add(model);
        frame->id = (int64_t)i + 1;
        frame->name = xstrdup(frames[i].name);
        frame->path = xstrdup("/stepme.py");
        frame->line = frames[i].line;
    }
}

static void fill(struct model *model)
{
    model->state = MODEL_STOPPED;
    model->reason = xstrdup("step");
    model->thread_name = xstrdup("MainThread");
    fill_frames(model);
    model_set_root(model, model_variable_create(NULL));
    struct model_variable *locals = add_variable(model->root, "Locals", NULL, "", 1);
    locals->scope = locals->expanded = true;
    add_variable(locals, "n", "int", "10000", 0);
    struct model_variable *total = add_variable(locals, "total", "int", "3", 0);
    total->changed = true;
    total->previous = xstrdup("1");
    add_variable(locals, "items", "list[20]", "[0, 1, 3, 9, 16, …]", 2);
    model->generation++;
}

static struct app *make_app(void)
{
    static const struct vt_callbacks callbacks = {.write = ignore_bytes};
    static const struct session_handlers handlers = {0};
    struct app *app = xcalloc(1, sizeof *app);
    app->loop = loop_create();
    app->theme = theme_create_default();
    theme_set_colours(app->theme, 256);
    app->keymap = keymap_create();
    app->config = config_create();
    app->completer = completer_create();
    app->sources = source_store_create();
    app->layout = layout_create();
    app->vt = vt_create(10, 60, 100, &callbacks);
    app->sessions = xcalloc(1, sizeof *app->sessions);
    app->sessions[0] = session_create(app->loop, &handlers);
    app->session_count = 1;
    for (int i = 0; i < PANE_COUNT; i++)
        app->panes[i] = pane_table[i]->create(app);
    source_store_put(app->sources, "/stepme.py", program, strlen(program));
    fill(app_model(app));
    pane_source_follow(app);
    return app;
}

static void free_app(struct app *app)
{
    prompt_close(app);
    dialog_close(app);
    for (int i = 0; i < PANE_COUNT; i++)
        pane_table[i]->destroy(app->panes[i]);
    session_destroy(app->sessions[0]);
    free(app->sessions);
    vt_destroy(app->vt);
    layout_destroy(app->layout);
    source_store_destroy(app->sources);
    keymap_destroy(app->keymap);
    config_destroy(app->config);
    completer_destroy(app->completer);
    script_destroy(app->script);
    display_list_destroy(app->displays);
    theme_destroy(app->theme);
    loop_destroy(app->loop);
    free(app);
}

/* The row's text as UTF-8. */
static void row_text(const struct grid *grid, int row, char *out)
{
    for (int column = 0; column < grid_columns(grid); column++) {
        const struct cell *cell = grid_cell(grid, row, column);
        uint32_t c = cell->codepoints[0];
        if (cell->width == 0)
            continue;
        if (c < 0x80)
            *out++ = c ? (char)c : ' ';
        else if (c < 0x800)
            *out++ = (char)(0xc0 | c >> 6), *out++ = (char)(0x80 | (c & 0x3f));
        else
            *out++ = (char)(0xe0 | c >> 12), *out++ = (char)(0x80 | (c >> 6 & 0x3f)),
            *out++ = (char)(0x80 | (c & 0x3f));
    }
    *out = '\0';
}

/* Whether any row holds TEXT; prints the screen when not. */
static bool shows(const struct grid *grid, const char *text)
{
    char row[2000];
    for (int i = 0; i < grid_rows(grid); i++) {
        row_text(grid, i, row);
        if (strstr(row, text))
            return true;
    }
    fprintf(stderr, "not on screen: %s\n", text);
    for (int i = 0; i < grid_rows(grid); i++) {
        row_text(grid, i, row);
        fprintf(stderr, "|%s|\n", row);
    }
    return false;
}

static struct grid *draw(struct app *app, int rows, int columns)
{
    struct grid *grid = grid_create(rows, columns);
    layout_draw(app, canvas_whole(grid));
    dialog_draw(app, canvas_whole(grid));
    return grid;
}

static void screen_of_a_stop(void **state)
{
    (void)state;
    struct app *app = make_app();
    struct grid *grid = draw(app, 40, 120);
    static const char *const expected[] = {
        "stepme.py:6 in work · stopped: step · MainThread",
        "▶  6          total += i",
        "total = 3",
        "   n       10000",
        " ~ total   3",
        "was 1",
        "▸ items   list[20]  [0, 1, 3, 9, 16, …]",
        "▶ work      stepme.py:6",
        "stepme.py:10",
        "Terminal │ Console ─",
        "Variables",
        "Stack",
        "Breakpoints",
        "n next",
        "none; b in Source",
    };
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_true(shows(grid, expected[i]));
    grid_destroy(grid);
    free_app(app);
}

static void every_size_draws(void **state)
{
    (void)state;
    struct app *app = make_app();
    for (int focus = 0; focus < PANE_COUNT; focus++) {
        for (int rows = 1; rows <= 45; rows += rows < 8 ? 1 : 9) {
            for (int columns = 1; columns <= 130; columns += columns < 24 ? 1 : 17) {
                app->focus = (enum pane_kind)focus;
                grid_destroy(draw(app, rows, columns));
                struct layout_place place = layout_pane(app->layout, (enum pane_kind)focus);
                if (rows >= 5 && columns >= 20)
                    assert_true(place.rows > 0);
                assert_true(place.row + place.rows <= rows && place.column + place.columns <= columns);
            }
        }
    }
    grid_destroy(draw(app, 100, 300));
    free_app(app);
}

static void every_layout_draws_at_every_size(void **state)
{
    (void)state;
    static const char *const layouts[] = {"source-first", "wide", "tall", "terminal-first"};
    static const char *const sides[] = {"left", "right"};
    char error[128];
    for (size_t i = 0; i < 2 * COUNT(layouts); i++) {
        struct app *app = make_app();
        assert_true(config_set(app->config, "layout", layouts[i / 2], error, sizeof error));
        assert_true(config_set(app->config, "sidebar", sides[i % 2], error, sizeof error));
        for (int kind = 0; kind < 2 * PANE_COUNT; kind++) {
            for (int rows = 5; rows <= 60; rows += rows < 22 ? 1 : 9) {
                for (int columns = 20; columns <= 140; columns += columns < 56 ? 1 : 17) {
                    app->focus = (enum pane_kind)(kind % PANE_COUNT);
                    app->zoomed = kind >= PANE_COUNT;
                    grid_destroy(draw(app, rows, columns));
                    struct layout_place place = layout_pane(app->layout, app->focus);
                    assert_true(place.rows > 0 && place.columns > 0);
                    assert_true(place.row + place.rows <= rows && place.column + place.columns <= columns);
                }
            }
        }
        free_app(app);
    }
}

static void too_small_says_so(void **state)
{
    (void)state;
    struct app *app = make_app();
    struct grid *grid = draw(app, 4, 60);
    assert_true(shows(grid, "too small"));
    grid_destroy(grid);
    free_app(app);
}

static void exception_filters_are_rows(void **state)
{
    (void)state;
    struct app *app = make_app();
    command_catch(app, "raised ValueError,pkg.Error  OSError");
    assert_string_equal(app_model(app)->filters[MODEL_FILTER_RAISED].types, "ValueError, pkg.Error, OSError");
    command_catch(app, "uncaught");
    struct grid *grid = draw(app, 40, 120);
    assert_true(shows(grid, " ◆ raised exceptions   ValueError, pkg.Error, "));
    assert_true(shows(grid, " ○ uncaught exceptions   off"));
    grid_destroy(grid);
    pane_breakpoints_edit(app, "");
    assert_null(app->dialog);
    pane_breakpoints_delete(app, "");
    assert_false(app_model(app)->filters[MODEL_FILTER_RAISED].on);
    pane_breakpoints_toggle_enabled(app, "");
    assert_true(app_model(app)->filters[MODEL_FILTER_UNCAUGHT].on);
    assert_int_equal(model_filter_rows(app_model(app)), 0);
    command_catch(app, "nonsense");
    assert_int_equal(model_filter_rows(app_model(app)), 0);
    command_catch(app, "userunhandled");
    assert_true(app_model(app)->filters[MODEL_FILTER_USER_UNHANDLED].on);
    command_catch(app, "none");
    assert_false(app_model(app)->filters[MODEL_FILTER_UNCAUGHT].on);
    assert_false(app_model(app)->filters[MODEL_FILTER_USER_UNHANDLED].on);
    free_app(app);
}

static void breakpoints_show_their_fields(void **state)
{
    (void)state;
    struct app *app = make_app();
    struct arena *arena = arena_create();
    struct value *fields = value_map(arena);
    value_set_int(arena, fields, "line", 7);
    value_set_text(arena, fields, "condition", "total > 100");
    struct model_breakpoint *breakpoint = session_add_breakpoint(app_session(app), "/stepme.py", 7, fields);
    breakpoint->verified = true;
    breakpoint->hits = 3;
    struct grid *grid = draw(app, 40, 120);
    assert_true(shows(grid, " ● stepme.py:7   if total > 100   3 hits"));
    assert_true(shows(grid, " ●  7  "));
    grid_destroy(grid);

    pane_breakpoints_edit(app, "");
    grid = draw(app, 40, 120);
    assert_true(shows(grid, "Breakpoint stepme.py:7"));
    assert_true(shows(grid, "total > 100"));
    assert_true(shows(grid, "Log message"));
    assert_true(shows(grid, "[x]"));
    grid_destroy(grid);
    static const char *const keys[] = {"Tab", "!", "Enter"};
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct key key;
        assert_true(key_parse(keys[i], &key));
        dialog_key(app, &key);
    }
    assert_null(app->dialog);
    assert_string_equal(value_get_text(app_model(app)->breakpoints[0]->fields, "condition", ""), "total > 100!");

    pane_breakpoints_delete(app, "");
    assert_int_equal(app_model(app)->breakpoint_count, 0);
    pane_breakpoints_undelete(app, "");
    assert_int_equal(app_model(app)->breakpoint_count, 1);
    arena_destroy(arena);
    free_app(app);
}

static void answer(struct app *app, int button, void *data)
{
    (void)app;
    *(int *)data = button;
}

static void questions_take_letters_and_escape(void **state)
{
    (void)state;
    static const char *const buttons[] = {"End it", "Leave it running", "Cancel", NULL};
    static const struct {
        const char *keys;
        int button;
    } rows[] = {{"Enter", 0}, {"l", 1}, {"Tab Tab Enter", 2}, {"Esc", -1}, {"Left Enter", 2}};
    struct app *app = make_app();
    for (size_t i = 0; i < COUNT(rows); i++) {
        int button = -2;
        char keys[64];
        snprintf(keys, sizeof keys, "%s", rows[i].keys);
        dialog_confirm(app, "Quit", "The program still runs.", buttons, answer, &button);
        grid_destroy(draw(app, 10, 30));
        for (char *save = NULL, *name = strtok_r(keys, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
            struct key key;
            assert_true(key_parse(name, &key));
            assert_true(dialog_key(app, &key));
        }
        assert_int_equal(button, rows[i].button);
        assert_null(app->dialog);
    }
    free_app(app);
}

static void press_keys(struct app *app, const char *names)
{
    char keys[64];
    snprintf(keys, sizeof keys, "%s", names);
    for (char *save = NULL, *name = strtok_r(keys, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        struct key key;
        assert_true(key_parse(name, &key));
        assert_true(dialog_key(app, &key));
    }
}

static void lists_are_picked_from(void **state)
{
    (void)state;
    static const struct choice fruits[] = {{"apple", "green"}, {"banana", NULL}, {"Blackberry", "late"}, {"kiwi", "x"}};
    static const struct {
        const char *keys;
        int index;
    } rows[] = {{"Enter", 1},    {"j Enter", 2},   {"k k Enter", 0}, {"Up Enter", 0}, {"Down Down Down Enter", 3},
                {"b Enter", 2},  {"b b Enter", 1}, {"A Enter", 0},   {"4 Enter", 3},  {"1 9 Enter", 0},
                {"End Esc", -1}, {"End Enter", 3}, {"z Enter", 1},   {"k j Enter", 1}};
    struct app *app = make_app();
    for (size_t i = 0; i < COUNT(rows); i++) {
        int index = -2;
        dialog_choose(app, &(struct choice_list){"Fruit", fruits, COUNT(fruits), 1, answer, &index});
        struct grid *grid = draw(app, 20, 60);
        assert_true(shows(grid, "─ Fruit ─"));
        assert_true(shows(grid, "1 apple        green"));
        assert_true(shows(grid, "2 banana  "));
        assert_true(shows(grid, "Enter picks, Esc cancels"));
        grid_destroy(grid);
        press_keys(app, rows[i].keys);
        assert_int_equal(index, rows[i].index);
        assert_null(app->dialog);
    }
    int index = -2;
    dialog_choose(app, &(struct choice_list){"Nothing", fruits, 0, 0, answer, &index});
    assert_int_equal(index, -1);
    assert_null(app->dialog);
    free_app(app);
}

/* Where TEXT stands on the screen; -1: nowhere. */
static int row_of(const struct grid *grid, const char *text)
{
    char row[2000];
    for (int i = 0; i < grid_rows(grid); i++) {
        row_text(grid, i, row);
        if (strstr(row, text))
            return i;
    }
    return -1;
}

static void long_lists_scroll(void **state)
{
    (void)state;
    char texts[30][16];
    struct choice rows[30];
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(texts[i], sizeof texts[i], "row-%zu", i + 1);
        rows[i] = (struct choice){texts[i], "detail"};
    }
    struct app *app = make_app();
    int index = -2;
    dialog_choose(app, &(struct choice_list){"Many", rows, COUNT(rows), 0, answer, &index});
    struct grid *grid = draw(app, 5, 20);
    assert_true(shows(grid, " 1 row-1"));
    assert_int_equal(row_of(grid, "row-4"), -1);
    grid_destroy(grid);
    press_keys(app, "1 2");
    grid = draw(app, 5, 20);
    assert_true(shows(grid, "12 row-12"));
    grid_destroy(grid);
    grid = draw(app, 12, 60);
    assert_true(shows(grid, "12 of 30  Enter picks, Esc cancels"));
    int row = row_of(grid, "row-11");
    grid_destroy(grid);
    struct key click = {.kind = KEY_KIND_MOUSE, .mouse = KEY_MOUSE_PRESS, .row = row, .column = 30, .button = 1};
    assert_true(dialog_key(app, &click));
    assert_int_equal(index, -2);
    assert_true(dialog_key(app, &click));
    assert_int_equal(index, 10);
    free_app(app);
}

static void help_lists_every_bound_command(void **state)
{
    (void)state;
    struct app *app = make_app();
    char *text = help_text(app);
    for (size_t i = 0; i < command_count; i++)
        if (commands[i].keys && *commands[i].keys && !strstr(text, commands[i].help))
            fail_msg("%s is not in the help", commands[i].name);
    assert_non_null(strstr(text, "(here instead of frame-down)"));
    free(text);
    free_app(app);
}

static void press(struct app *app, enum pane_kind kind, const char *name)
{
    struct key key;
    assert_true(key_parse(name, &key));
    pane_table[kind]->key(app, app->panes[kind], &key);
}

/* Typed ahead of the first paint, or while the screen has no room for the pane. */
static void keys_before_the_first_paint(void **state)
{
    (void)state;
    static const char *const keys[] = {"j", "G", "PgDn", "k", "g", "PgUp", "h", "l"};
    struct app *app = make_app();
    alarm(10);
    for (size_t i = 0; i < COUNT(keys); i++) {
        press(app, PANE_SOURCE, keys[i]);
        press(app, PANE_VARIABLES, keys[i]);
        press(app, PANE_STACK, keys[i]);
        press(app, PANE_BREAKPOINTS, keys[i]);
    }
    alarm(0);
    free_app(app);
}

static void answer_prompt(struct app *app, const char *text)
{
    struct key key;
    assert_non_null(app->prompt);
    key_parse("Ctrl-u", &key);
    prompt_key(app, &key);
    for (; *text; text++) {
        key = (struct key){.kind = KEY_KIND_CHAR, .codepoint = (unsigned char)*text};
        prompt_key(app, &key);
    }
    key_parse("Enter", &key);
    prompt_key(app, &key);
}

static void an_edit_is_for_the_variable_that_was_chosen(void **state)
{
    (void)state;
    struct app *app = make_app();
    grid_destroy(draw(app, 40, 120));
    pane_variables_edit(app, "");
    struct model_variable *locals = app_model(app)->root->children[0];
    char *was = locals->children[0]->name;
    locals->children[0]->name = xstrdup("other"); /* a stop came while the prompt was open */
    free(was);
    answer_prompt(app, "5");
    assert_non_null(strstr(app->message, "nothing was assigned"));
    pane_variables_edit(app, "");
    app->message[0] = '\0';
    answer_prompt(app, "6");
    assert_string_equal(app->message, "");
    free_app(app);
}

static void frames_of_a_running_program_show_their_source(void **state)
{
    (void)state;
    struct app *app = make_app();
    const char *path;
    int line;
    grid_destroy(draw(app, 40, 120));
    app_model(app)->state = MODEL_RUNNING;
    press(app, PANE_STACK, "j");
    pane_stack_use(app, "");
    assert_int_equal(app_model(app)->selected_frame, 0);
    assert_true(pane_source_cursor(app, &path, &line));
    assert_int_equal(line, 10);
    free_app(app);
}

static void what_has_the_focus_is_not_hidden_by_the_zoom(void **state)
{
    (void)state;
    struct app *app = make_app();
    command_find("zoom-terminal")->run(app, "");
    command_find("leave-terminal")->run(app, "");
    assert_true(app->terminal_zoomed); /* keys are commands now, o ends it */
    command_find("focus-variables")->run(app, "");
    struct grid *grid = draw(app, 40, 120);
    assert_true(shows(grid, "items   list[20]"));
    grid_destroy(grid);
    free_app(app);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screen_of_a_stop),
        cmocka_unit_test(every_size_draws),
        cmocka_unit_test(every_layout_draws_at_every_size),
        cmocka_unit_test(keys_before_the_first_paint),
        cmocka_unit_test(an_edit_is_for_the_variable_that_was_chosen),
        cmocka_unit_test(frames_of_a_running_program_show_their_source),
        cmocka_unit_test(what_has_the_focus_is_not_hidden_by_the_zoom),
        cmocka_unit_test(too_small_says_so),
        cmocka_unit_test(breakpoints_show_their_fields),
        cmocka_unit_test(exception_filters_are_rows),
        cmocka_unit_test(questions_take_letters_and_escape),
        cmocka_unit_test(lists_are_picked_from),
        cmocka_unit_test(long_lists_scroll),
        cmocka_unit_test(help_lists_every_bound_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
