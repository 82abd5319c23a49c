/* Which rows the Stack pane has: threads, frames, folds. */
#include "unit.h"

#include "tui/model.h"
#include "tui/model_tree.h"
#include "tui/stack_rows.h"
#include "tui/xalloc.h"

#include <stdio.h>
#include <string.h>

/* One letter a frame: u is the user's, l is a library's. */
static struct model *make_model(const char *frames)
{
    struct model *model = model_create();
    for (; *frames; frames++) {
        struct model_frame *frame = model_frame_add(model);
        frame->name = xstrdup("f");
        frame->subtle = *frames == 'l';
    }
    return model;
}

static void add_thread(struct model *model, int64_t id)
{
    struct model_thread *thread = model_thread_add(model);
    thread->id = id;
    thread->name = xstrdup("t");
}

/* "uF2u": what rows there are: frames by u, folds with their count, threads by t, more by m. */
static void describe(const struct stack_rows *rows, char *text)
{
    static const char letters[] = {[STACK_ROW_THREAD] = 't', [STACK_ROW_FRAME] = 'u', [STACK_ROW_FOLD] = 'F'};
    *text = '\0';
    for (size_t i = 0; i < rows->count; i++) {
        enum stack_row_kind kind = rows->rows[i].kind;
        char letter = kind == STACK_ROW_MORE ? 'm' : letters[kind];
        text += kind == STACK_ROW_FOLD ? sprintf(text, "F%zu", rows->rows[i].count) : sprintf(text, "%c", letter);
    }
}

static void runs_of_library_frames_fold(void **state)
{
    (void)state;
    static const struct {
        const char *frames;
        size_t selected;
        bool fold, more;
        const char *rows;
    } cases[] = {
        {"", 0, true, false, ""},
        {"u", 0, true, false, "u"},
        {"ulu", 0, true, false, "uuu"},
        {"ullu", 0, true, false, "uF2u"},
        {"ullu", 0, false, false, "uuuu"},
        {"ullulll", 0, true, false, "uF2uF3"},
        {"ullulll", 2, true, false, "uuuuF3"},
        {"llu", 0, true, false, "uuu"},
        {"ull", 0, true, true, "uF2m"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct model *model = make_model(cases[i].frames);
        struct stack_rows rows = {.fold = cases[i].fold};
        char text[64];
        model->selected_frame = cases[i].selected;
        model->more_frames = cases[i].more;
        stack_rows_make(&rows, model);
        describe(&rows, text);
        assert_string_equal(text, cases[i].rows);
        stack_rows_finish(&rows);
        model_destroy(model);
    }
}

static void opened_folds_stay_until_the_next_stop(void **state)
{
    (void)state;
    struct model *model = make_model("ullu");
    struct stack_rows rows = {.fold = true};
    char text[64];
    stack_rows_open(&rows, 1);
    stack_rows_make(&rows, model);
    describe(&rows, text);
    assert_string_equal(text, "uuuu");
    stack_rows_reset(&rows);
    stack_rows_make(&rows, model);
    describe(&rows, text);
    assert_string_equal(text, "uF2u");
    assert_int_equal(stack_rows_of_frame(&rows, 2), 1);
    assert_int_equal(stack_rows_of_frame(&rows, 3), 2);
    stack_rows_finish(&rows);
    model_destroy(model);
}

static void frames_stand_below_their_thread(void **state)
{
    (void)state;
    struct model *model = make_model("uu");
    struct stack_rows rows = {0};
    char text[64];
    model->thread_id = 2;
    for (int64_t id = 1; id <= 3; id++)
        add_thread(model, id);
    stack_rows_make(&rows, model);
    describe(&rows, text);
    assert_string_equal(text, "ttuut");
    rows.collapsed = true;
    stack_rows_make(&rows, model);
    describe(&rows, text);
    assert_string_equal(text, "ttt");
    model->thread_id = 9; /* the list is older than this thread */
    stack_rows_make(&rows, model);
    describe(&rows, text);
    assert_string_equal(text, "uu");
    stack_rows_finish(&rows);
    model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_library_frames_fold),
        cmocka_unit_test(opened_folds_stay_until_the_next_stop),
        cmocka_unit_test(frames_stand_below_their_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
