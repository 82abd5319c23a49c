#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_backend.h"
#include "protocol/value.h"
#include "tui/loop.h"
#include "tui/model.h"
#include "tui/model_tree.h"
#include "tui/session.h"
#include "tui/watch_store.h"

static struct model *model_of(struct fake *fake)
{
    return session_model(fake->session);
}

static struct model_variable *row(struct fake *fake, size_t index)
{
    int depth;
    struct model_variable *variable = model_variable_row(model_of(fake), index, &depth);
    if (!variable)
        fail_msg("there is no row %zu", index);
    return variable;
}

static const char *text_of(const struct value *items, size_t index, const char *key)
{
    return value_get_text(value_at(items, index), key, "");
}

/* Answer the two requests of a new view: its scopes, and WATCHES. */
static void answer_view(struct fake *fake, const char *watches)
{
    fake_expect(fake, "scopes");
    fake_answer(fake, fake_json(fake, "{\"scopes\": []}"));
    fake_expect(fake, "pytui/watches");
    fake_answer(fake, fake_json(fake, watches));
    fake_turn(fake);
}

static void watches_are_sent_and_shown(void **state)
{
    (void)state;
    struct fake fake;
    fake_setup(&fake);
    fake_start(&fake);
    fake_stop(&fake, "entry", "work", 6, "[]");
    session_add_watch(fake.session, "a + 1", NULL);
    const struct value *sent = value_get_array(fake_expect(&fake, "pytui/setWatches"), "watches");
    assert_int_equal(value_count(sent), 1);
    assert_string_equal(text_of(sent, 0, "expression"), "a + 1");
    int64_t id = value_get_int(value_at(sent, 0), "id", 0);
    assert_int_equal(id, model_of(&fake)->watches[0].id);
    fake_answer(&fake, NULL);
    answer_view(&fake, "{\"frameId\": 1, \"variablesReference\": 70, \"items\": [{\"id\": 1, \"variable\": {\"name\": "
                       "\"a + 1\", \"value\": \"2\", \"variablesReference\": 0}}]}");
    assert_true(row(&fake, 0)->watches);
    assert_string_equal(row(&fake, 1)->name, "a + 1");
    assert_string_equal(row(&fake, 1)->value, "2");
    assert_false(row(&fake, 1)->loading);
    assert_null(session_add_watch(fake.session, "a + 1", NULL));
    assert_non_null(strstr(fake.said, "watched already"));
    fake_teardown(&fake);
}

static void what_is_not_answered_waits_no_longer(void **state)
{
    (void)state;
    struct fake fake;
    fake_setup(&fake);
    fake_start(&fake);
    fake_stop(&fake, "entry", "work", 6, "[]");
    session_add_watch(fake.session, "a", NULL);
    fake_expect(&fake, "pytui/setWatches");
    fake_answer(&fake, NULL);
    answer_view(&fake, "{\"frameId\": 1, \"variablesReference\": 70, \"items\": []}");
    assert_false(row(&fake, 1)->loading);
    assert_string_equal(row(&fake, 1)->value, "<not evaluated here>");
    assert_true(session_retry_watch(fake.session, row(&fake, 1)));
    assert_true(row(&fake, 1)->loading);
    const struct value *asked = fake_expect(&fake, "pytui/watches");
    assert_int_equal(value_count(value_get_array(asked, "ids")), 1);
    fake_refuse(&fake, "no");
    fake_turn(&fake);
    assert_false(row(&fake, 1)->loading);
    assert_string_equal(fake.said, "no");
    fake_teardown(&fake);
}

static void an_event_brings_what_was_late(void **state)
{
    (void)state;
    struct fake fake;
    fake_setup(&fake);
    fake_start(&fake);
    fake_stop(&fake, "entry", "work", 6, "[]");
    session_add_watch(fake.session, "a", NULL);
    fake_expect(&fake, "pytui/setWatches");
    fake_answer(&fake, NULL);
    fake_expect(&fake, "scopes");
    fake_answer(&fake, fake_json(&fake, "{\"scopes\": []}"));
    fake_expect(&fake, "pytui/watches");
    fake_turn(&fake);
    assert_true(row(&fake, 1)->loading);
    char text[300];
    const char *value =
        "{\"frameId\": %lld, \"variablesReference\": 70, \"items\": [{\"id\": 1, \"state\": \"raised\", "
        "\"variable\": {\"name\": \"a\", \"value\": \"<E>\", \"variablesReference\": 0}}]}";
    long long frame = (long long)model_of(&fake)->frames[0].id;
    snprintf(text, sizeof text, value, frame + 1000); /* of a frame that is not shown */
    fake_event(&fake, "pytui/watches", fake_json(&fake, text));
    fake_turn(&fake);
    assert_true(row(&fake, 1)->loading);
    snprintf(text, sizeof text, value, frame);
    fake_event(&fake, "pytui/watches", fake_json(&fake, text));
    fake_turn(&fake);
    assert_string_equal(row(&fake, 1)->value, "<E>");
    assert_string_equal(row(&fake, 1)->state, "raised");
    fake_teardown(&fake);
}

static void watches_change_their_place(void **state)
{
    (void)state;
    struct fake fake;
    fake_setup(&fake);
    fake_start(&fake);
    fake_stop(&fake, "entry", "work", 6, "[]");
    const struct model_frame *frame = model_frame_selected(model_of(&fake));
    int id = session_add_watch(fake.session, "a", NULL)->id;
    assert_true(session_place_watch(fake.session, id, MODEL_WATCH_FUNCTION));
    assert_string_equal(model_of(&fake)->watches[0].function, frame->name);
    session_change_watch(fake.session, id, "b");
    assert_string_equal(model_of(&fake)->watches[0].expression, "b");
    uint64_t revision = model_of(&fake)->watch_revision;
    session_change_watch(fake.session, id, "b");
    assert_int_equal(model_of(&fake)->watch_revision, revision);
    session_remove_watch(fake.session, id);
    session_remove_watch(fake.session, id);
    assert_int_equal(model_of(&fake)->watch_count, 0);
    assert_false(session_place_watch(fake.session, id, MODEL_WATCH_PROJECT));
    fake_teardown(&fake);
}

static void the_rows_of_those_that_stay_move_up(void **state)
{
    (void)state;
    struct fake fake;
    fake_setup(&fake);
    fake_start(&fake);
    fake_stop(&fake, "entry", "work", 6, "[]");
    int first = session_add_watch(fake.session, "a", NULL)->id;
    session_add_watch(fake.session, "b", NULL);
    size_t before = model_variable_rows(model_of(&fake));
    session_remove_watch(fake.session, first);
    assert_int_equal(model_variable_rows(model_of(&fake)), before - 1);
    assert_true(row(&fake, 0)->watches);
    assert_string_equal(row(&fake, 1)->name, "b");
    fake_teardown(&fake);
}

/* Marks. */

static void pins_and_hidden_groups_are_rows(void **state)
{
    (void)state;
    struct fake fake;
    fake_setup(&fake);
    fake_start(&fake);
    fake_stop(&fake, "entry", "work", 6,
              "[{\"name\": \"o\", \"value\": \"<O>\", \"variablesReference\": 20},"
              " {\"name\": \"x\", \"value\": \"1\", \"variablesReference\": 0}]");
    session_expand(fake.session, row(&fake, 0), true);
    fake_expect(&fake, "variables");
    fake_answer(&fake,
                fake_json(&fake, "{\"variables\": [{\"name\": \"a\", \"value\": \"1\", \"variablesReference\": 0},"
                                 "{\"name\": \"methods\", \"value\": \"\", \"variablesReference\": 21,"
                                 " \"presentationHint\": {\"kind\": \"virtual\"}}]}"));
    fake_turn(&fake);
    size_t before = model_variable_rows(model_of(&fake));
    struct model_variable *owner = row(&fake, 0), *name = row(&fake, 1);
    assert_true(session_mark(fake.session, owner, MODEL_MARK_PUBLIC, true));
    assert_int_equal(model_variable_rows(model_of(&fake)), before - 1);
    assert_true(session_mark(fake.session, name, MODEL_MARK_PIN, true));
    assert_true(model_variable_marked(owner, MODEL_MARK_HOLDS));
    assert_int_equal(model_variable_rows(model_of(&fake)), before);
    int depth;
    assert_ptr_equal(model_variable_row(model_of(&fake), 0, &depth), name);
    assert_int_equal(depth, -1);
    session_mark(fake.session, name, MODEL_MARK_PIN, false);
    session_mark(fake.session, owner, MODEL_MARK_PUBLIC, false);
    assert_ptr_equal(row(&fake, 0), owner);
    assert_int_equal(model_variable_rows(model_of(&fake)), before);
    fake_teardown(&fake);
}

/* What is kept. */

struct home {
    char path[64];
};

static int set_up(void **state)
{
    struct home *home = calloc(1, sizeof *home);
    strcpy(home->path, "/tmp/pytui-watches-XXXXXX");
    if (!mkdtemp(home->path))
        return -1;
    setenv("XDG_STATE_HOME", home->path, 1);
    *state = home;
    return 0;
}

static int tear_down(void **state)
{
    struct home *home = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", home->path);
    int status = system(command);
    free(home);
    return status;
}

struct run {
    struct loop *loop;
    struct session *session;
    struct watch_store *store;
};

static struct run begin_run(const char *project)
{
    struct run run = {.loop = loop_create()};
    run.session = session_create(run.loop, &(struct session_handlers){0});
    run.store = watch_store_create(project);
    assert_non_null(run.store);
    watch_store_load(run.store, run.session);
    return run;
}

static void end_run(struct run *run)
{
    char error[200] = "";
    if (!watch_store_save(run->store, run->session, error, sizeof error))
        fail_msg("%s", error);
    watch_store_destroy(run->store);
    session_destroy(run->session);
    loop_destroy(run->loop);
}

static void each_kind_comes_back_where_it_belongs(void **state)
{
    (void)state;
    struct run run = begin_run("/some/project");
    const struct model_watch function = {
        .kind = MODEL_WATCH_FUNCTION, .function = (char[]){"f"}, .path = (char[]){"/some/project/a.py"}};
    const struct model_watch everywhere = {.kind = MODEL_WATCH_EVERYWHERE};
    session_add_watch(run.session, "plain", NULL);
    session_add_watch(run.session, "of_f", &function);
    session_add_watch(run.session, "sys.argv", &everywhere);
    end_run(&run);

    run = begin_run("/some/project");
    const struct model *model = session_model(run.session);
    assert_int_equal(model->watch_count, 3);
    assert_string_equal(model->watches[0].expression, "sys.argv");
    assert_int_equal(model->watches[0].kind, MODEL_WATCH_EVERYWHERE);
    assert_string_equal(model->watches[2].function, "f");
    assert_string_equal(model->watches[2].path, "/some/project/a.py");
    end_run(&run);

    run = begin_run("/another");
    model = session_model(run.session);
    assert_int_equal(model->watch_count, 1);
    session_remove_watch(run.session, model->watches[0].id);
    end_run(&run);

    run = begin_run("/some/project");
    assert_int_equal(session_model(run.session)->watch_count, 2);
    end_run(&run);
}

static void a_file_of_another_kind_is_left_alone(void **state)
{
    const struct home *home = *state;
    struct run run = begin_run("/p");
    session_add_watch(run.session, "a", NULL);
    end_run(&run);
    char command[200];
    snprintf(command, sizeof command, "for f in '%s'/pytui/watches/*; do echo rubbish > \"$f\"; done", home->path);
    assert_int_equal(system(command), 0);
    run = begin_run("/p");
    assert_int_equal(session_model(run.session)->watch_count, 0);
    end_run(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watches_are_sent_and_shown),
        cmocka_unit_test(what_is_not_answered_waits_no_longer),
        cmocka_unit_test(an_event_brings_what_was_late),
        cmocka_unit_test(watches_change_their_place),
        cmocka_unit_test(the_rows_of_those_that_stay_move_up),
        cmocka_unit_test(pins_and_hidden_groups_are_rows),
        cmocka_unit_test_setup_teardown(each_kind_comes_back_where_it_belongs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_another_kind_is_left_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
