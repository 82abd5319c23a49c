#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/model.h"
#include "tui/model_tree.h"
#include "tui/xalloc.h"

static struct model_variable *add(struct model_variable *parent, const char *name, const char *value)
{
    struct model_variable *variable = model_variable_create(parent);
    variable->name = xstrdup(name);
    variable->value = xstrdup(value);
    return variable;
}

/* A stop in the only frame, with Locals {x: VALUE}; the row of x. */
static struct model_variable *stop(struct model *model, const char *function, const char *value)
{
    model->stops++;
    model_frames_clear(model);
    struct model_frame *frame = model_frame_add(model);
    frame->name = xstrdup(function);
    char *key = model_frame_key(model, 0);
    model_changes_enter(model, key);
    free(key);
    struct model_variable *root = model_variable_create(NULL), *scope = add(root, "Locals", "");
    scope->scope = true;
    struct model_variable *x = add(scope, "x", value);
    model_set_root(model, root);
    model_changes_mark(model, x);
    return x;
}

static void changes_are_those_since_the_stop_before(void **state)
{
    (void)state;
    struct model *model = model_create();
    assert_false(stop(model, "f", "1")->changed);
    struct model_variable *x = stop(model, "f", "2");
    assert_true(x->changed);
    assert_string_equal(x->previous, "1");
    model_changes_mark(model, x); /* read twice at one stop */
    assert_string_equal(x->previous, "1");
    assert_false(stop(model, "f", "2")->changed);
    assert_false(stop(model, "g", "7")->changed);
    x = stop(model, "f", "3");
    assert_string_equal(x->previous, "2");
    model_destroy(model);
}

static void many_frames_and_values_are_bounded(void **state)
{
    (void)state;
    struct model *model = model_create();
    char name[16];
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "f%d", i);
        stop(model, name, "1");
    }
    assert_false(stop(model, "f0", "2")->changed); /* forgotten */
    assert_true(stop(model, "f499", "2")->changed);
    model->stops++;
    model_changes_enter(model, "big");
    struct model_variable *root = model_variable_create(NULL), *scope = add(root, "Locals", "");
    scope->scope = true;
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "v%d", i);
        model_changes_mark(model, add(scope, name, "1"));
    }
    model_set_root(model, root);
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "v%d", i);
        model_set_expanded(model, "big", name, true);
    }
    assert_int_equal(model_expanded(model, "big", "v19999"), 1);
    model_destroy(model);
}

static void paths_name_rows_over_trees(void **state)
{
    (void)state;
    struct model_variable *root = model_variable_create(NULL), *scope = add(root, "Locals", "");
    struct model_variable *list = add(scope, "items", "[1]"), *item = add(list, "[0]", "1");
    char *path = model_variable_path(item);
    assert_string_equal(path, "Locals\x1f"
                              "items\x1f"
                              "[0]");
    assert_ptr_equal(model_variable_find(root, path), item);
    assert_ptr_equal(model_variable_find(root, "Locals"), scope);
    assert_null(model_variable_find(root, "Locals\x1fother"));
    assert_null(model_variable_find(root, "Local"));
    free(path);
    model_variable_destroy(root);
}

static void rows_are_those_of_open_values(void **state)
{
    (void)state;
    struct model *model = model_create();
    struct model_variable *root = model_variable_create(NULL), *scope = add(root, "Locals", "");
    scope->scope = scope->expanded = true;
    struct model_variable *list = add(scope, "items", "[1]");
    add(list, "[0]", "1");
    struct model_variable *globals = add(root, "Globals", "");
    globals->scope = true;
    model_set_root(model, root);
    assert_int_equal(model_variable_rows(model), 2); /* items, Globals */
    list->expanded = true;
    model->generation++;
    assert_int_equal(model_variable_rows(model), 3);
    int depth = -1;
    assert_string_equal(model_variable_row(model, 1, &depth)->name, "[0]");
    assert_int_equal(depth, 1);
    assert_null(model_variable_row(model, 3, &depth));
    model_set_root(model, NULL);
    assert_int_equal(model_variable_rows(model), 0);
    model_destroy(model);
}

static void the_console_forgets_its_oldest_lines(void **state)
{
    (void)state;
    struct model *model = model_create();
    char text[32];
    for (int i = 0; i < 25000; i++) {
        snprintf(text, sizeof text, "line %d", i);
        model_add_line(model, MODEL_LINE_OUTPUT, text);
    }
    assert_true(model->line_count <= 10000 && model->line_count >= 9000);
    assert_string_equal(model->lines[model->line_count - 1].text, "line 24999");
    model_destroy(model);
}

static void states_are_described_for_people(void **state)
{
    (void)state;
    struct model *model = model_create();
    static const struct {
        enum model_state state;
        const char *reason, *text;
        bool post_mortem;
        int status;
        const char *expected;
    } cases[] = {
        {MODEL_STARTING, NULL, NULL, false, 0, "starting"},
        {MODEL_RUNNING, NULL, NULL, false, 0, "running"},
        {MODEL_STOPPED, "step", NULL, false, 0, "stopped: step"},
        {MODEL_STOPPED, "breakpoint", "NameError: x", false, 0, "stopped: breakpoint: NameError: x"},
        {MODEL_STOPPED, "exception", "ValueError: no", true, 0, "post-mortem: ValueError: no"},
        {MODEL_ENDED, NULL, NULL, false, 0, "exited with status 0"},
        {MODEL_ENDED, NULL, NULL, false, 3 << 8, "exited with status 3"},
        {MODEL_ENDED, NULL, NULL, false, 15, "killed by SIGTERM"},
        {MODEL_ENDED, NULL, NULL, false, 11 | 0x80, "killed by SIGSEGV (core dumped)"},
        {MODEL_LOST, NULL, NULL, false, 0, "connection lost"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[128];
        free(model->reason);
        free(model->text);
        model->state = cases[i].state;
        model->reason = xstrdup(cases[i].reason);
        model->text = xstrdup(cases[i].text);
        model->post_mortem = cases[i].post_mortem;
        model->exit_status = cases[i].status;
        model->exit_known = true;
        model_describe_state(model, text, sizeof text);
        assert_string_equal(text, cases[i].expected);
    }
    char text[128];
    model->over = true;
    model_describe_state(model, text, sizeof text);
    assert_string_equal(text, "debugging is over");
    model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_those_since_the_stop_before),
        cmocka_unit_test(many_frames_and_values_are_bounded),
        cmocka_unit_test(paths_name_rows_over_trees),
        cmocka_unit_test(rows_are_those_of_open_values),
        cmocka_unit_test(the_console_forgets_its_oldest_lines),
        cmocka_unit_test(states_are_described_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
