#include "protocol/arena.h"
#include "protocol/schema.h"
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

static const struct object_schema *arguments_of(const char *command)
{
    const struct message_schema *schema = schema_find(MESSAGE_REQUEST, command);
    assert_non_null(schema);
    return schema->body;
}

static struct value *breakpoint_at(struct arena *arena, int64_t line)
{
    struct value *map = value_map(arena);
    value_set_int(arena, map, "line", line);
    return map;
}

/* setBreakpoints with three breakpoints, right in all. */
static struct value *set_breakpoints(struct arena *arena)
{
    struct value *map = value_map(arena), *source = value_map(arena), *list = value_array(arena);
    value_set_text(arena, source, "path", "/a.py");
    for (int line = 1; line <= 3; line++)
        value_append(arena, list, breakpoint_at(arena, line));
    value_set(arena, map, "source", source);
    value_set(arena, map, "breakpoints", list);
    return map;
}

static void assert_refused(const char *command, const struct value *value, const char *wanted)
{
    char reason[256] = "passed";
    assert_false(schema_check(arguments_of(command), value, reason, sizeof(reason)));
    assert_string_equal(reason, wanted);
}

static void assert_passes(const char *command, const struct value *value)
{
    char reason[256] = "";
    if (!schema_check(arguments_of(command), value, reason, sizeof(reason)))
        fail_msg("%s", reason);
}

static void rows_are_found_by_kind_and_name(void **state)
{
    (void)state;
    assert_string_equal(schema_find(MESSAGE_REQUEST, "next")->name, "next");
    assert_string_equal(schema_find(MESSAGE_EVENT, "stopped")->name, "stopped");
    assert_null(schema_find(MESSAGE_EVENT, "next"));
    assert_null(schema_find(MESSAGE_REQUEST, "stopped"));
    assert_null(schema_find(MESSAGE_REQUEST, ""));
}

static void right_arguments_pass(void **state)
{
    struct arena *arena = *state;
    assert_passes("setBreakpoints", set_breakpoints(arena));
    assert_passes("cancel", value_map(arena));
}

static void unknown_fields_and_nulls_for_optional_ones_pass(void **state)
{
    struct arena *arena = *state;
    struct value *map = set_breakpoints(arena);
    value_set_text(arena, map, "fromTheFuture", "x");
    value_set(arena, map, "breakpoints", value_null(arena));
    assert_passes("setBreakpoints", map);
    value_set(arena, map, "source", value_null(arena));
    assert_refused("setBreakpoints", map, "source: map expected, got null");
}

static void what_is_wrong_is_named_with_its_path(void **state)
{
    struct arena *arena = *state;
    assert_refused("setBreakpoints", NULL, "map expected, missing");
    assert_refused("setBreakpoints", value_int(arena, 1), "map expected, got integer");
    assert_refused("setBreakpoints", value_map(arena), "source: map expected, missing");

    struct value *map = set_breakpoints(arena);
    value_set_text(arena, (struct value *)value_at(value_get(map, "breakpoints"), 2), "line", "7");
    assert_refused("setBreakpoints", map, "breakpoints[2].line: integer expected, got string");

    map = set_breakpoints(arena);
    value_append(arena, (struct value *)value_get(map, "breakpoints"), value_text(arena, "x"));
    assert_refused("setBreakpoints", map, "breakpoints[3]: map expected, got string");

    map = set_breakpoints(arena);
    struct value *pytui = value_map(arena);
    value_set_int(arena, pytui, "enabled", 1);
    value_set(arena, (struct value *)value_at(value_get(map, "breakpoints"), 0), "pytui", pytui);
    assert_refused("setBreakpoints", map, "breakpoints[0].pytui.enabled: boolean expected, got integer");

    map = set_breakpoints(arena);
    value_set(arena, map, "breakpoints", value_map(arena));
    assert_refused("setBreakpoints", map, "breakpoints: array expected, got map");

    map = value_map(arena);
    struct value *filters = value_array(arena);
    value_append(arena, filters, value_int(arena, 1));
    value_set(arena, map, "filters", filters);
    assert_refused("setExceptionBreakpoints", map, "filters[0]: string expected, got integer");
}

static void a_short_reason_is_cut_not_overrun(void **state)
{
    struct arena *arena = *state;
    char reason[8];
    memset(reason, '#', sizeof(reason));
    for (size_t size = 0; size < 8; size++) {
        assert_false(schema_check(arguments_of("setBreakpoints"), value_map(arena), reason, size));
        assert_int_equal(reason[size], '#');
        if (size > 0)
            assert_true(strlen(reason) < size);
        memset(reason, '#', sizeof(reason));
    }
}

static void check_shape(const struct object_schema *object, unsigned depth)
{
    assert_true(depth < 16);
    assert_true(object->count > 0);
    for (size_t i = 0; i < object->count; i++) {
        const struct field_schema *field = &object->fields[i];
        if (!field->name || !field->help)
            fail_msg("%s: a field without a name or help", object->name);
        bool holds_objects = field->type == FIELD_OBJECT || (field->type == FIELD_ARRAY && field->item == FIELD_OBJECT);
        if (field->object && !holds_objects)
            fail_msg("%s.%s: a shape on what is no object", object->name, field->name);
        for (size_t j = 0; j < i; j++)
            if (strcmp(field->name, object->fields[j].name) == 0)
                fail_msg("%s.%s stands twice", object->name, field->name);
        if (field->object)
            check_shape(field->object, depth + 1);
    }
}

static void the_table_is_in_order(void **state)
{
    (void)state;
    bool events = false;
    for (size_t i = 0; i < schema_message_count; i++) {
        const struct message_schema *schema = &schema_messages[i];
        assert_ptr_equal(schema_find(schema->kind, schema->name), schema);
        assert_non_null(schema->help);
        assert_int_not_equal(schema->kind, MESSAGE_RESPONSE);
        assert_false(events && schema->kind == MESSAGE_REQUEST);
        events = schema->kind == MESSAGE_EVENT;
        assert_true(!events || !schema->result);
        if (schema->body)
            check_shape(schema->body, 0);
        if (schema->result)
            check_shape(schema->result, 0);
    }
    check_shape(&schema_error_body, 0);
}

static void a_breakpoint_has_fields_for_people(void **state)
{
    (void)state;
    size_t labels = 0;
    for (size_t i = 0; i < schema_source_breakpoint.count; i++)
        labels += schema_source_breakpoint.fields[i].label != NULL;
    assert_true(labels >= 3);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_are_found_by_kind_and_name),
        TEST(right_arguments_pass),
        TEST(unknown_fields_and_nulls_for_optional_ones_pass),
        TEST(what_is_wrong_is_named_with_its_path),
        TEST(a_short_reason_is_cut_not_overrun),
        TEST(the_table_is_in_order),
        TEST(a_breakpoint_has_fields_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
