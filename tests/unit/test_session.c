#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_backend.h"
#include "protocol/channel.h"
#include "tui/model.h"
#include "tui/session.h"

#define X(value)      "[{\"name\": \"x\", \"value\": \"" value "\", \"variablesReference\": 0}]"
#define LIST(value)   "[{\"name\": \"items\", \"value\": \"" value "\", \"variablesReference\": 20}]"
#define ITEM(n, text) "{\"name\": \"[" #n "]\", \"value\": \"" text "\", \"variablesReference\": 0}"

static int setup(void **state)
{
    struct fake *fake = calloc(1, sizeof *fake);
    fake_setup(fake);
    *state = fake;
    return 0;
}

static int teardown(void **state)
{
    fake_teardown(*state);
    free(*state);
    return 0;
}

static struct model *model_of(struct fake *fake)
{
    return session_model(fake->session);
}

static struct model_variable *row_named(struct fake *fake, const char *name)
{
    int depth;
    for (size_t i = 0; i < model_variable_rows(model_of(fake)); i++) {
        struct model_variable *row = model_variable_row(model_of(fake), i, &depth);
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

static void starts_in_the_order_of_dap(void **state)
{
    struct fake *fake = *state;
    session_add_breakpoint(fake->session, "/a.py", 3, NULL);
    session_add_breakpoint(fake->session, "/b.py", 1, NULL);
    session_add_breakpoint(fake->session, "/a.py", 8, NULL);
    session_add_function_breakpoint(fake->session, "work", NULL);
    fake_connect(fake, false);
    const struct value *arguments = fake_expect(fake, "initialize");
    assert_int_equal(value_get_int(value_get_map(arguments, "pytui"), "protocolVersion", 0), MESSAGE_PROTOCOL_VERSION);
    fake_answer(fake, fake_json(fake, "{\"pytui\": {\"protocolVersion\": 1, \"backendVersion\": \"0\", "
                                      "\"pythonVersion\": \"3.13.0\", \"implementation\": \"cpython\", "
                                      "\"engine\": \"monitoring\", \"pid\": 7}}"));
    fake_expect_nothing(fake); /* it waits for initialized */
    fake_event(fake, "initialized", NULL);
    arguments = fake_expect(fake, "setBreakpoints");
    assert_string_equal(value_get_text(value_get_map(arguments, "source"), "path", ""), "/a.py");
    assert_int_equal(value_count(value_get_array(arguments, "breakpoints")), 2);
    arguments = fake_expect(fake, "setBreakpoints");
    assert_string_equal(value_get_text(value_get_map(arguments, "source"), "path", ""), "/b.py");
    arguments = fake_expect(fake, "setFunctionBreakpoints");
    assert_string_equal(value_get_text(value_at(value_get_array(arguments, "breakpoints"), 0), "name", ""), "work");
    arguments = fake_expect(fake, "setExceptionBreakpoints");
    assert_string_equal(value_at(value_get_array(arguments, "filters"), 0)->string.bytes, "uncaught");
    arguments = fake_expect(fake, "configurationDone");
    assert_false(value_get_bool(value_get_map(arguments, "pytui"), "stopOnEntry", true));
    assert_int_equal(model_of(fake)->state, MODEL_STARTING);
    fake_answer(fake, NULL);
    assert_int_equal(model_of(fake)->state, MODEL_RUNNING);
    assert_string_equal(model_of(fake)->python_version, "3.13.0");
}

static void exception_filters_are_sent_at_once(void **state)
{
    struct fake *fake = *state;
    session_set_filter(fake->session, MODEL_FILTER_RAISED, true, "KeyError OSError");
    starts_in_the_order_of_dap(state);
    session_set_filter(fake->session, MODEL_FILTER_UNCAUGHT, false, NULL);
    const struct value *arguments = fake_expect(fake, "setExceptionBreakpoints");
    assert_int_equal(value_count(value_get_array(arguments, "filters")), 0);
    const struct value *option = value_at(value_get_array(arguments, "filterOptions"), 0);
    assert_string_equal(value_get_text(option, "filterId", ""), "raised");
    assert_string_equal(value_get_text(option, "condition", ""), "KeyError, OSError");
    fake_answer(fake, NULL);
}

static void just_my_code_is_sent_when_it_is_not_the_default(void **state)
{
    struct fake *fake = *state;
    starts_in_the_order_of_dap(state); /* without a word of it */
    session_set_just_my_code(fake->session, false);
    const struct value *arguments = fake_expect(fake, "pytui/setJustMyCode");
    assert_false(value_get_bool(arguments, "justMyCode", true));
    assert_null(value_get_array(arguments, "rules"));
    fake_answer(fake, fake_json(fake, "{\"justMyCode\": false}"));
    session_add_code_rule(fake->session, "vendored.deep", false);
    fake_expect(fake, "pytui/setJustMyCode");
    fake_answer(fake, fake_json(fake, "{\"justMyCode\": false}"));
    session_add_code_rule(fake->session, "vendored/mine.py", true);
    arguments = fake_expect(fake, "pytui/setJustMyCode");
    const struct value *rules = value_get_array(arguments, "rules");
    assert_int_equal(value_count(rules), 2);
    assert_string_equal(value_get_text(value_at(rules, 0), "path", ""), "vendored/mine.py");
    assert_true(value_get_bool(value_at(rules, 0), "include", false));
    assert_string_equal(value_get_text(value_at(rules, 1), "module", ""), "vendored.deep");
    assert_false(value_get_bool(value_at(rules, 1), "include", true));
}

static void another_protocol_version_is_refused_by_name(void **state)
{
    struct fake *fake = *state;
    fake_connect(fake, true);
    fake_expect(fake, "initialize");
    fake_answer(fake, fake_json(fake, "{\"pytui\": {\"protocolVersion\": 9, \"backendVersion\": \"7.7\", "
                                      "\"pythonVersion\": \"3.13.0\", \"implementation\": \"cpython\", "
                                      "\"engine\": \"monitoring\", \"pid\": 7}}"));
    assert_int_equal(fake->refusals, 1);
    assert_non_null(strstr(fake->said, "version 9"));
    assert_non_null(strstr(fake->said, "7.7"));
    assert_int_equal(model_of(fake)->state, MODEL_LOST);
}

static void an_interpreter_without_backend_is_refused_in_its_own_words(void **state)
{
    struct fake *fake = *state;
    fake_connect(fake, true);
    fake_expect(fake, "initialize");
    fake_event(fake, "output",
               fake_json(fake, "{\"category\": \"important\", \"output\": \"no backend for 3.10\\n\"}"));
    assert_int_equal(fake->refusals, 0);
    fake_event(fake, "terminated", NULL);
    assert_int_equal(fake->refusals, 1);
    assert_non_null(strstr(fake->said, "no backend for 3.10"));
    assert_int_equal(model_of(fake)->state, MODEL_LOST);
}

static void a_stop_fills_the_model_without_asking_more(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    struct model *model = model_of(fake);
    assert_int_equal(model->state, MODEL_STOPPED);
    assert_int_equal(fake->stops, 1);
    assert_int_equal(model->frame_count, 2);
    assert_string_equal(model->frames[0].name, "work");
    assert_int_equal(model->frames[0].line, 6);
    assert_string_equal(model->frames[1].path, "/t.py");
    assert_string_equal(model->thread_name, "MainThread");
    assert_int_equal(model_variable_rows(model), 2); /* x, Globals: the first scope has no heading */
    assert_string_equal(row_named(fake, "x")->value, "1");
    assert_false(row_named(fake, "x")->changed);
    assert_non_null(model_local(model, "x", 1));
    fake_expect_nothing(fake);
}

static void a_changed_value_is_marked_with_the_one_before(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    session_step(fake->session, SESSION_NEXT);
    fake_expect(fake, "next");
    fake_answer(fake, NULL);
    fake_stop(fake, "step", "work", 7, X("3"));
    assert_true(row_named(fake, "x")->changed);
    assert_string_equal(row_named(fake, "x")->previous, "1");
    session_step(fake->session, SESSION_NEXT);
    fake_expect(fake, "next");
    fake_stop(fake, "step", "other", 2, X("9")); /* another function's x */
    assert_false(row_named(fake, "x")->changed);
    session_step(fake->session, SESSION_STEP_OUT);
    fake_expect(fake, "stepOut");
    fake_stop(fake, "step", "work", 8, X("3"));
    assert_false(row_named(fake, "x")->changed);
}

static void a_new_name_is_marked(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, "[]");
    session_step(fake->session, SESSION_NEXT);
    fake_expect(fake, "next");
    fake_stop(fake, "step", "work", 7, X("3"));
    assert_true(row_named(fake, "x")->changed);
    assert_null(row_named(fake, "x")->previous);
}

static void children_come_in_pages_and_stay_open_over_stops(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, LIST("[1, 2]"));
    session_expand(fake->session, row_named(fake, "items"), true);
    const struct value *arguments = fake_expect(fake, "variables");
    assert_int_equal(value_get_int(arguments, "variablesReference", 0), 20);
    assert_int_equal(value_get_int(arguments, "start", -1), 0);
    assert_true(row_named(fake, "items")->loading);
    fake_answer(fake, fake_json(fake, "{\"variables\": [" ITEM(0, "1") "], \"pytui\": {\"more\": true}}"));
    assert_string_equal(row_named(fake, "[0]")->value, "1");
    assert_true(row_named(fake, "items")->more);

    session_want_children(fake->session, row_named(fake, "items"), 1, 2);
    session_want_children(fake->session, row_named(fake, "items"), 1, 2); /* one at a time */
    arguments = fake_expect(fake, "variables");
    assert_int_equal(value_get_int(arguments, "start", -1), 1);
    fake_answer(fake, fake_json(fake, "{\"variables\": [" ITEM(1, "2") "], \"pytui\": {\"more\": false}}"));
    assert_string_equal(row_named(fake, "[1]")->value, "2");
    assert_false(row_named(fake, "items")->more);
    fake_expect_nothing(fake);

    session_step(fake->session, SESSION_NEXT);
    fake_expect(fake, "next");
    fake_stop(fake, "step", "work", 7, LIST("[1, 5]"));
    assert_true(row_named(fake, "items")->expanded);
    assert_true(session_pending(fake->session) > 0);
    fake_expect(fake, "variables");
    fake_answer(fake, fake_json(fake, "{\"variables\": [" ITEM(0, "1") ", " ITEM(1, "5") "]}"));
    assert_int_equal(session_pending(fake->session), 0);
    assert_true(row_named(fake, "[1]")->changed);
    assert_string_equal(row_named(fake, "[1]")->previous, "2");
    assert_false(row_named(fake, "[0]")->changed);
}

static void an_answer_for_an_older_stop_is_dropped(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, LIST("[1, 2]"));
    session_expand(fake->session, row_named(fake, "items"), true);
    fake_expect(fake, "variables");
    struct message late = fake->request;
    fake_stop(fake, "pause", "other", 2, LIST("[]"));
    fake->request = late;
    fake_answer(fake, fake_json(fake, "{\"variables\": [" ITEM(0, "1") "]}"));
    assert_null(row_named(fake, "[0]"));
}

static void another_frame_is_shown_when_it_is_whole(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    session_select_frame(fake->session, 1);
    assert_int_equal(value_get_int(fake_expect(fake, "scopes"), "frameId", 0), 101);
    assert_non_null(row_named(fake, "x")); /* the old one stays until then */
    fake_answer(fake, fake_json(fake, "{\"scopes\": [{\"name\": \"Locals\", \"variablesReference\": 30, "
                                      "\"expensive\": false}]}"));
    assert_non_null(row_named(fake, "x"));
    assert_int_equal(value_get_int(fake_expect(fake, "variables"), "variablesReference", 0), 30);
    fake_answer(fake, fake_json(fake, "{\"variables\": [{\"name\": \"y\", \"value\": \"2\", "
                                      "\"variablesReference\": 0}]}"));
    assert_null(row_named(fake, "x"));
    assert_string_equal(row_named(fake, "y")->value, "2");
    assert_false(model_of(fake)->variables_loading);
}

static void moves_typed_ahead_run_in_order(void **state)
{
    struct fake *fake = *state;
    session_step(fake->session, SESSION_NEXT); /* before anything runs */
    session_step(fake->session, SESSION_STEP_IN);
    session_step(fake->session, SESSION_STEP_OUT);
    assert_int_equal(session_pending(fake->session), 3);
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    fake_expect(fake, "next");
    fake_answer(fake, NULL);
    fake_expect_nothing(fake);
    fake_stop(fake, "step", "work", 7, X("1"));
    fake_expect(fake, "stepIn");
    fake_stop(fake, "step", "work", 8, X("1"));
    fake_expect(fake, "stepOut");
    fake_stop(fake, "step", "work", 9, X("1"));
    fake_expect_nothing(fake);
    assert_int_equal(session_pending(fake->session), 0);
}

static void moves_are_forgotten_at_a_stop_for_another_reason(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    for (int i = 0; i < 3; i++)
        session_step(fake->session, SESSION_NEXT);
    fake_expect(fake, "next");
    fake_stop(fake, "breakpoint", "work", 7, X("1"));
    fake_expect_nothing(fake);
    assert_int_equal(session_pending(fake->session), 0);
}

static void a_refused_move_leaves_it_stopped(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    session_run_to(fake->session, "/t.py", 400);
    session_step(fake->session, SESSION_NEXT);
    const struct value *arguments = fake_expect(fake, "pytui/runTo");
    assert_int_equal(value_get_int(arguments, "line", 0), 400);
    fake_refuse(fake, "there is no line 400");
    assert_int_equal(model_of(fake)->state, MODEL_STOPPED);
    assert_string_equal(fake->said, "there is no line 400");
    fake_expect_nothing(fake);
}

static void post_mortem_only_continues(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_event(fake, "stopped",
               fake_json(fake, "{\"reason\": \"exception\", \"text\": \"ValueError: no\", \"pytui\": {"
                               "\"stackFrames\": [{\"id\": 1, \"name\": \"f\", \"line\": 2, \"column\": 0}], "
                               "\"moreFrames\": false, \"scopes\": [], \"pages\": [], \"threadName\": \"M\", "
                               "\"postMortem\": true, \"exception\": {\"typeName\": \"ValueError\", \"message\": "
                               "\"no\", \"stackTrace\": \"Traceback\"}}}"));
    struct model *model = model_of(fake);
    assert_true(model->post_mortem);
    char text[128];
    model_describe_state(model, text, sizeof text);
    assert_string_equal(text, "post-mortem: ValueError: no");
    assert_string_equal(model->exception, "Traceback");
    assert_false(session_step(fake->session, SESSION_NEXT));
    assert_true(session_step(fake->session, SESSION_CONTINUE));
    fake_expect(fake, "continue");
}

static void breakpoints_follow_what_the_backend_says(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    int id = session_add_breakpoint(fake->session, "/t.py", 5, NULL)->id;
    fake_expect(fake, "setBreakpoints");
    fake_answer(fake, fake_json(fake, "{\"breakpoints\": [{\"id\": 41, \"verified\": true, \"line\": 7, \"message\": "
                                      "\"moved to line 7\", \"pytui\": {\"state\": \"moved\", \"hits\": 0}}]}"));
    struct model_breakpoint *breakpoint = model_breakpoint_find(model_of(fake), id);
    assert_int_equal(breakpoint->line, 7);
    assert_true(breakpoint->verified);
    assert_string_equal(fake->said, "moved to line 7");
    assert_ptr_equal(model_breakpoint_at(model_of(fake), "/t.py", 7), breakpoint);

    fake_event(fake, "breakpoint",
               fake_json(fake,
                         "{\"reason\": \"changed\", \"breakpoint\": {\"id\": 41, \"verified\": true, \"line\": 7, "
                         "\"pytui\": {\"hits\": 3}}}"));
    assert_int_equal(breakpoint->hits, 3);

    session_add_breakpoint(fake->session, "/t.py", 6, NULL); /* lands on the same line: one is enough */
    const struct value *arguments = fake_expect(fake, "setBreakpoints");
    assert_int_equal(value_get_int(value_at(value_get_array(arguments, "breakpoints"), 0), "line", 0), 5);
    fake_answer(fake, fake_json(fake, "{\"breakpoints\": [{\"id\": 41, \"verified\": true, \"line\": 7}, "
                                      "{\"id\": 42, \"verified\": true, \"line\": 7}]}"));
    assert_int_equal(model_of(fake)->breakpoint_count, 1);
    arguments = fake_expect(fake, "setBreakpoints");
    assert_int_equal(value_count(value_get_array(arguments, "breakpoints")), 1);

    fake_event(fake, "breakpoint",
               fake_json(fake, "{\"reason\": \"removed\", \"breakpoint\": {\"id\": 41, \"verified\": false}}"));
    assert_int_equal(model_of(fake)->breakpoint_count, 0);
}

static void an_answer_that_is_overtaken_moves_nothing(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    int first = session_add_breakpoint(fake->session, "/t.py", 5, NULL)->id;
    fake_expect(fake, "setBreakpoints");
    fake_answer(fake, fake_json(fake, "{\"breakpoints\": [{\"id\": 41, \"verified\": true, \"line\": 5}]}"));
    session_add_breakpoint(fake->session, "/t.py", 7, NULL);
    fake_expect(fake, "setBreakpoints");
    struct message stale = fake->request;
    session_change_breakpoint(fake->session, first, fake_json(fake, "{\"line\": 10}"));
    fake_expect(fake, "setBreakpoints");
    struct message newest = fake->request;

    fake_event(fake, "breakpoint",
               fake_json(fake, "{\"reason\": \"changed\", \"breakpoint\": {\"id\": 41, \"verified\": true, "
                               "\"line\": 7}}"));
    fake->request = stale;
    fake_answer(fake, fake_json(fake, "{\"breakpoints\": [{\"id\": 41, \"verified\": true, \"line\": 7}, "
                                      "{\"id\": 42, \"verified\": true, \"line\": 7}]}"));
    assert_int_equal(model_of(fake)->breakpoint_count, 2);
    assert_int_equal(model_breakpoint_find(model_of(fake), first)->line, 10);
    fake_expect_nothing(fake);
    fake->request = newest;
    fake_answer(fake, fake_json(fake, "{\"breakpoints\": [{\"id\": 41, \"verified\": true, \"line\": 11}, "
                                      "{\"id\": 42, \"verified\": true, \"line\": 7}]}"));
    assert_int_equal(model_breakpoint_find(model_of(fake), first)->line, 11);
}

static bool result_ok;
static char result_text[256];

static void on_result(struct session *session, bool ok, const char *result, void *data)
{
    (void)session;
    (void)data;
    result_ok = ok;
    snprintf(result_text, sizeof result_text, "%s", result);
}

static void evaluate_echoes_and_refreshes(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    assert_false(session_evaluate(fake->session, "x", NULL, NULL)); /* it runs */
    fake_stop(fake, "entry", "work", 6, X("1"));
    assert_true(session_evaluate(fake->session, "x = 5", on_result, NULL));
    const struct value *arguments = fake_expect(fake, "evaluate");
    assert_int_equal(value_get_int(arguments, "frameId", 0), 100);
    assert_true(session_evaluating(fake->session));
    struct message evaluate = fake->request;
    fake_event(fake, "output", fake_json(fake, "{\"category\": \"stdout\", \"output\": \"par\"}"));
    fake_event(fake, "output", fake_json(fake, "{\"category\": \"stdout\", \"output\": \"tial\"}"));
    fake->request = evaluate;
    fake_answer(fake, fake_json(fake, "{\"result\": \"42\", \"variablesReference\": 0}"));
    assert_false(session_evaluating(fake->session));
    assert_true(result_ok);
    assert_string_equal(result_text, "42");
    const struct model *model = model_of(fake);
    assert_int_equal(model->line_count, 3);
    assert_string_equal(model->lines[0].text, ">>> x = 5");
    assert_string_equal(model->lines[1].text, "partial");
    assert_string_equal(model->lines[2].text, "42");
    fake_expect(fake, "scopes");
}

static void evaluate_can_be_interrupted(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    session_evaluate(fake->session, "while 1: pass", on_result, NULL);
    fake_expect(fake, "evaluate");
    struct message evaluate = fake->request;
    session_interrupt_evaluate(fake->session);
    assert_int_equal(value_get_int(fake_expect(fake, "cancel"), "requestId", 0), evaluate.seq);
    fake_answer(fake, NULL);
    fake->request = evaluate;
    fake_refuse(fake, "interrupted");
    assert_false(result_ok);
    assert_string_equal(result_text, "interrupted");
}

static size_t completion_start, completion_count;
static char completion_word[64];

static void on_completion(struct session *session, size_t start, char *const *words, size_t count, void *data)
{
    (void)session;
    (void)data;
    completion_start = start;
    completion_count = count;
    if (count > 0)
        snprintf(completion_word, sizeof completion_word, "%s", words[0]);
}

static void completion_counts_in_utf16_on_the_wire(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    const char *line = "é + \U0001F600 + na"; /* 2 + 3 + 4 + 3 + 2 bytes, 1 + 3 + 2 + 3 + 2 units */
    assert_true(session_complete(fake->session, line, strlen(line), on_completion, NULL));
    const struct value *arguments = fake_expect(fake, "completions");
    assert_int_equal(value_get_int(arguments, "column", 0), 12);
    fake_answer(fake, fake_json(fake, "{\"targets\": [{\"label\": \"name\", \"start\": 9, \"length\": 2}]}"));
    assert_int_equal(completion_count, 1);
    assert_int_equal(completion_start, 12);
    assert_string_equal(completion_word, "name");
}

static void the_end_of_the_channel_alone_is_no_loss_yet(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    channel_destroy(fake->channel);
    fake->channel = NULL;
    fake_turn(fake);
    assert_int_equal(model_of(fake)->state, MODEL_RUNNING);
    assert_false(session_connected(fake->session));
    session_exited(fake->session, 9);
    assert_int_equal(model_of(fake)->state, MODEL_ENDED);
    char text[64];
    model_describe_state(model_of(fake), text, sizeof text);
    assert_string_equal(text, "killed by SIGKILL");
    assert_int_equal(fake->messages, 0);
}

static void last_words_are_heard_before_the_end(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    struct value *body = fake_json(fake, "{\"category\": \"console\", \"output\": \"last words\\n\"}");
    assert_true(channel_send(fake->channel, fake->out, message_event(fake->out, "output", body)) > 0);
    session_exited(fake->session, 3 << 8);
    assert_int_equal(model_of(fake)->line_count, 1);
    char text[64];
    model_describe_state(model_of(fake), text, sizeof text);
    assert_string_equal(text, "exited with status 3");
}

static void garbage_loses_the_connection_with_a_reason(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    assert_int_equal(write(channel_fd(fake->channel), "\xff\xff\xff\xff garbage", 12), 12);
    fake_turn(fake);
    assert_int_equal(model_of(fake)->state, MODEL_LOST);
    assert_true(fake->said_error);
    assert_non_null(strstr(fake->said, "connection"));
    assert_string_equal(row_named(fake, "x")->value, "1"); /* what was known stays */
    assert_false(session_step(fake->session, SESSION_NEXT));
}

static void unknown_and_malformed_messages_are_let_go(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_event(fake, "pytui/fromTheFuture", fake_json(fake, "{\"a\": 1}"));
    fake_event(fake, "stopped", fake_json(fake, "{\"reason\": 3}"));
    fake->request.seq = 12345;
    fake_answer(fake, NULL);
    assert_int_equal(model_of(fake)->state, MODEL_RUNNING);
    assert_true(session_connected(fake->session));
    fake_stop(fake, "pause", "work", 6, X("1"));
    assert_int_equal(model_of(fake)->state, MODEL_STOPPED);
}

static void who_waits_for_an_answer_hears_of_the_end(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    session_evaluate(fake->session, "os._exit(1)", on_result, NULL);
    fake_expect(fake, "evaluate");
    result_ok = true;
    session_exited(fake->session, 1 << 8);
    assert_false(result_ok);
    assert_non_null(strstr(result_text, "ended"));
}

static void breakpoints_that_an_import_moves_together_become_one(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    session_add_breakpoint(fake->session, "/m.py", 5, NULL);
    fake_expect(fake, "setBreakpoints");
    fake_answer(fake, fake_json(fake, "{\"breakpoints\": [{\"id\": 41, \"verified\": false, \"line\": 5}]}"));
    session_add_breakpoint(fake->session, "/m.py", 7, NULL);
    fake_expect(fake, "setBreakpoints");
    fake_answer(fake, fake_json(fake, "{\"breakpoints\": [{\"id\": 41, \"verified\": false, \"line\": 5}, "
                                      "{\"id\": 42, \"verified\": false, \"line\": 7}]}"));
    assert_int_equal(model_of(fake)->breakpoint_count, 2);
    fake_event(fake, "breakpoint",
               fake_json(fake, "{\"reason\": \"changed\", \"breakpoint\": {\"id\": 41, \"verified\": true, "
                               "\"line\": 7, \"pytui\": {\"state\": \"moved\", \"hits\": 0}}}"));
    assert_int_equal(model_of(fake)->breakpoint_count, 1);
    const struct value *arguments = fake_expect(fake, "setBreakpoints");
    assert_int_equal(value_count(value_get_array(arguments, "breakpoints")), 1);
}

static void count_results(struct session *session, bool ok, const char *result, void *data)
{
    (void)session, (void)ok, (void)result;
    ++*(int *)data;
}

static void a_destroyed_session_calls_nobody(void **state)
{
    struct fake *fake = *state;
    int results = 0;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    assert_true(session_evaluate(fake->session, "slow()", count_results, &results));
    session_destroy(fake->session);
    fake->session = NULL;
    assert_int_equal(results, 0);
}

static void children_go_to_the_row_that_asked(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6,
              "[{\"name\": \"<A>\", \"value\": \"[1]\", \"variablesReference\": 20}, "
              "{\"name\": \"<A>\", \"value\": \"[2]\", \"variablesReference\": 21}]");
    int depth;
    struct model_variable *first = model_variable_row(model_of(fake), 0, &depth);
    struct model_variable *second = model_variable_row(model_of(fake), 1, &depth);
    session_expand(fake->session, second, true);
    fake_expect(fake, "variables");
    fake_answer(fake, fake_json(fake, "{\"variables\": [" ITEM(0, "2") "], \"pytui\": {\"more\": false}}"));
    assert_int_equal(first->count, 0);
    assert_int_equal(second->count, 1);
    assert_false(second->loading);
}

static void lines_out_of_range_are_none(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_event(fake, "stopped",
               fake_json(fake, "{\"reason\": \"step\", \"pytui\": {\"stackFrames\": ["
                               "{\"id\": 1, \"name\": \"f\", \"line\": -2147483648, \"column\": 0}, "
                               "{\"id\": 2, \"name\": \"g\", \"line\": 4294967297, \"column\": 0}], "
                               "\"moreFrames\": false, \"scopes\": [], \"pages\": [], \"threadName\": \"M\"}}"));
    assert_int_equal(model_of(fake)->frames[0].line, 0);
    assert_int_equal(model_of(fake)->frames[1].line, 0);
}

static void frames_are_selected_only_at_a_stop(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    session_step(fake->session, SESSION_CONTINUE);
    fake_expect(fake, "continue");
    session_select_frame(fake->session, 1);
    assert_int_equal(model_of(fake)->selected_frame, 0); /* the variables shown are still that frame's */
}

static void output_without_newlines_does_not_become_one_line(void **state)
{
    struct fake *fake = *state;
    char text[3000] = "";
    fake_start(fake);
    for (int i = 0; i < 200; i++)
        strcat(text, "0123456789");
    char body[4000];
    snprintf(body, sizeof body, "{\"category\": \"stdout\", \"output\": \"%s\"}", text);
    for (int i = 0; i < 20; i++)
        fake_event(fake, "output", fake_json(fake, body));
    size_t whole = 0;
    for (size_t i = 0; i < model_of(fake)->line_count; i++) {
        size_t length = strlen(model_of(fake)->lines[i].text);
        assert_true(length <= 16384);
        whole += length;
    }
    assert_int_equal(whole, 40000);
}

static void variables_stay_when_the_end_comes_amid_a_fetch(void **state)
{
    struct fake *fake = *state;
    fake_start(fake);
    fake_stop(fake, "entry", "work", 6, X("1"));
    session_select_frame(fake->session, 1);
    fake_expect(fake, "scopes");
    fake_answer(fake, fake_json(fake, "{\"scopes\": [{\"name\": \"Locals\", \"variablesReference\": 30, "
                                      "\"expensive\": false}]}"));
    fake_expect(fake, "variables");
    session_exited(fake->session, 0);
    assert_non_null(row_named(fake, "x"));
    assert_false(model_of(fake)->variables_loading);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(starts_in_the_order_of_dap),
        TEST(exception_filters_are_sent_at_once),
        TEST(just_my_code_is_sent_when_it_is_not_the_default),
        TEST(another_protocol_version_is_refused_by_name),
        TEST(an_interpreter_without_backend_is_refused_in_its_own_words),
        TEST(a_stop_fills_the_model_without_asking_more),
        TEST(a_changed_value_is_marked_with_the_one_before),
        TEST(a_new_name_is_marked),
        TEST(children_come_in_pages_and_stay_open_over_stops),
        TEST(an_answer_for_an_older_stop_is_dropped),
        TEST(another_frame_is_shown_when_it_is_whole),
        TEST(moves_typed_ahead_run_in_order),
        TEST(moves_are_forgotten_at_a_stop_for_another_reason),
        TEST(a_refused_move_leaves_it_stopped),
        TEST(post_mortem_only_continues),
        TEST(breakpoints_follow_what_the_backend_says),
        TEST(an_answer_that_is_overtaken_moves_nothing),
        TEST(evaluate_echoes_and_refreshes),
        TEST(evaluate_can_be_interrupted),
        TEST(completion_counts_in_utf16_on_the_wire),
        TEST(the_end_of_the_channel_alone_is_no_loss_yet),
        TEST(last_words_are_heard_before_the_end),
        TEST(garbage_loses_the_connection_with_a_reason),
        TEST(unknown_and_malformed_messages_are_let_go),
        TEST(who_waits_for_an_answer_hears_of_the_end),
        TEST(breakpoints_that_an_import_moves_together_become_one),
        TEST(a_destroyed_session_calls_nobody),
        TEST(children_go_to_the_row_that_asked),
        TEST(lines_out_of_range_are_none),
        TEST(frames_are_selected_only_at_a_stop),
        TEST(output_without_newlines_does_not_become_one_line),
        TEST(variables_stay_when_the_end_comes_amid_a_fetch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
