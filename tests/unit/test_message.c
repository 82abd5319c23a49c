#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/value.h"

#include "unit.h"

#include <string.h>

static int set_up(void **state)
{
    *state = arena_create();
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_destroy(*state);
    return 0;
}

static struct value *with_seq(struct arena *arena, struct value *message, int64_t seq)
{
    value_set_int(arena, message, "seq", seq);
    return message;
}

static struct value *thread(struct arena *arena, int64_t id)
{
    struct value *map = value_map(arena);
    value_set_int(arena, map, "threadId", id);
    return map;
}

static struct message parse(struct arena *arena, const struct value *value, const char *wanted)
{
    struct message message;
    char reason[256] = "";
    bool good = message_parse(arena, value, &message, reason, sizeof(reason));
    assert_string_equal(reason, wanted);
    assert_int_equal(good, wanted[0] == '\0');
    assert_non_null(message.name);
    assert_non_null(message.body);
    return message;
}

static void what_is_built_can_be_parsed(void **state)
{
    struct arena *arena = *state;
    struct message message = parse(arena, with_seq(arena, message_request(arena, "next", thread(arena, 4)), 9), "");
    assert_int_equal(message.kind, MESSAGE_REQUEST);
    assert_int_equal(message.seq, 9);
    assert_string_equal(message.name, "next");
    assert_int_equal(value_get_int(message.body, "threadId", 0), 4);
    assert_ptr_equal(message.schema, schema_find(MESSAGE_REQUEST, "next"));

    message = parse(arena, with_seq(arena, message_event(arena, "continued", thread(arena, 5)), 1), "");
    assert_int_equal(message.kind, MESSAGE_EVENT);
    assert_string_equal(message.name, "continued");
    assert_int_equal(value_get_int(message.body, "threadId", 0), 5);

    message = parse(arena, with_seq(arena, message_response(arena, 9, "next", NULL), 2), "");
    assert_int_equal(message.kind, MESSAGE_RESPONSE);
    assert_int_equal(message.request_seq, 9);
    assert_true(message.success);
    assert_null(message.error);
    assert_int_equal(message.body->type, VALUE_MAP);

    message = parse(arena, with_seq(arena, message_error(arena, 9, "next", "not stopped"), 3), "");
    assert_false(message.success);
    assert_string_equal(message.error, "not stopped");
    assert_string_equal(message.name, "next");
}

static void an_error_is_daps_error_object(void **state)
{
    struct arena *arena = *state;
    struct value *value = message_error(arena, 3, "next", "why");
    const struct value *error = value_get_map(value_get_map(value, "body"), "error");
    char reason[128];
    assert_true(schema_check(&schema_error_body, value_get(value, "body"), reason, sizeof(reason)));
    assert_int_equal(value_get_int(error, "id", 0), 1);
    assert_string_equal(value_get_text(error, "format", ""), "why");
    assert_true(value_get_bool(error, "showUser", false));
    assert_string_equal(value_get_text(value, "message", ""), "why");
}

static void failed_responses_always_have_a_text(void **state)
{
    struct arena *arena = *state;
    struct value *value = with_seq(arena, message_response(arena, 1, "next", NULL), 1);
    value_set_bool(arena, value, "success", false);
    assert_string_equal(parse(arena, value, "").error, "refused without a reason");
    value_set_text(arena, value, "message", "cancelled");
    assert_string_equal(parse(arena, value, "").error, "cancelled");
    value_set_int(arena, value, "body", 3);
    assert_string_equal(parse(arena, value, "").error, "cancelled");
    assert_string_equal(parse(arena, with_seq(arena, message_error(arena, 1, "next", NULL), 1), "").error, "failed");
}

static void unknown_names_pass_without_a_schema(void **state)
{
    struct arena *arena = *state;
    struct message message = parse(arena, with_seq(arena, message_request(arena, "teleport", NULL), 1), "");
    assert_null(message.schema);
    assert_string_equal(message.name, "teleport");
    message = parse(arena, with_seq(arena, message_event(arena, "next", NULL), 1), "");
    assert_null(message.schema);
    message = parse(arena, with_seq(arena, message_response(arena, 1, "teleport", NULL), 1), "");
    assert_null(message.schema);
    assert_true(message.success);
}

static void a_malformed_request_can_still_be_answered(void **state)
{
    struct arena *arena = *state;
    struct value *request = with_seq(arena, message_request(arena, "next", NULL), 5);
    struct message message = parse(arena, request, "arguments.threadId: integer expected, missing");
    assert_int_equal(message.kind, MESSAGE_REQUEST);
    assert_int_equal(message.seq, 5);
    assert_string_equal(message.name, "next");

    value_set_text(arena, request, "arguments", "x");
    message = parse(arena, request, "arguments: map expected, got string");
    assert_int_equal(message.seq, 5);

    value_set_int(arena, request, "command", 3);
    message = parse(arena, request, "command: string expected");
    assert_int_equal(message.kind, MESSAGE_REQUEST);
    assert_int_equal(message.seq, 5);
    assert_string_equal(message.name, "");
}

static void null_arguments_count_as_none(void **state)
{
    struct arena *arena = *state;
    struct value *request = with_seq(arena, message_request(arena, "threads", value_null(arena)), 5);
    assert_int_equal(parse(arena, request, "").body->type, VALUE_MAP);
}

static void a_malformed_response_counts_as_failed(void **state)
{
    struct arena *arena = *state;
    struct value *response = with_seq(arena, message_response(arena, 7, "scopes", value_map(arena)), 1);
    struct message message = parse(arena, response, "body.scopes: array expected, missing");
    assert_int_equal(message.kind, MESSAGE_RESPONSE);
    assert_int_equal(message.request_seq, 7);
    assert_false(message.success);
    assert_string_equal(message.error, "malformed response: body.scopes: array expected, missing");

    value_set_bool(arena, response, "success", false);
    parse(arena, response, "");

    value_set_int(arena, response, "success", 1);
    message = parse(arena, response, "a response needs request_seq, an integer above 0, and success, a boolean");
    assert_false(message.success);
    assert_non_null(message.error);
}

static void what_is_no_message_is_never_to_be_answered(void **state)
{
    struct arena *arena = *state;
    static const char reason[] =
        "not a message: it needs seq, an integer above 0, and type: request, response or event";
    struct value *cases[] = {
        value_int(arena, 1),
        value_map(arena),
        with_seq(arena, message_request(arena, "next", NULL), 0),
        with_seq(arena, message_request(arena, "next", NULL), -1),
        with_seq(arena, message_request(arena, "next", NULL), 1),
        NULL,
    };
    value_set_text(arena, cases[4], "type", "demand");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct message message = parse(arena, cases[i], reason);
        assert_int_equal(message.kind, MESSAGE_EVENT);
        assert_int_equal(message.seq, 0);
        assert_string_equal(message.name, "");
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_built_can_be_parsed),
        TEST(an_error_is_daps_error_object),
        TEST(failed_responses_always_have_a_text),
        TEST(unknown_names_pass_without_a_schema),
        TEST(a_malformed_request_can_still_be_answered),
        TEST(null_arguments_count_as_none),
        TEST(a_malformed_response_counts_as_failed),
        TEST(what_is_no_message_is_never_to_be_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
