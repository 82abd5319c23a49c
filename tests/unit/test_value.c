#include "protocol/arena.h"
#include "protocol/value.h"

#include "unit.h"

#include <math.h>
#include <stdio.h>
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

static void getters_give_what_was_set(void **state)
{
    struct arena *arena = *state;
    struct value *map = value_map(arena);
    value_set_int(arena, map, "int", INT64_MIN);
    value_set_bool(arena, map, "bool", true);
    value_set_text(arena, map, "text", "x");
    value_set(arena, map, "float", value_float(arena, 2.5));
    value_set(arena, map, "map", value_map(arena));
    value_set(arena, map, "array", value_array(arena));
    assert_true(value_get_int(map, "int", 0) == INT64_MIN);
    assert_true(value_get_bool(map, "bool", false));
    assert_string_equal(value_get_text(map, "text", NULL), "x");
    assert_true(value_get_float(map, "float", 0) == 2.5);
    assert_true(value_get_float(map, "int", 0) == (double)INT64_MIN);
    assert_non_null(value_get_map(map, "map"));
    assert_non_null(value_get_array(map, "array"));
    assert_int_equal(map->map.count, 6);
}

static void getters_fall_back_on_what_is_missing_or_of_another_type(void **state)
{
    struct arena *arena = *state;
    struct value *map = value_map(arena);
    value_set_text(arena, map, "text", "x");
    const struct value *wrong[] = {NULL, value_int(arena, 1), value_array(arena), map};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(value_get_int(wrong[i], "text", 7), 7);
        assert_true(value_get_bool(wrong[i], "text", true));
        assert_true(value_get_float(wrong[i], "text", 1.5) == 1.5);
        assert_null(value_get_map(wrong[i], "text"));
        assert_null(value_get_array(wrong[i], "text"));
        assert_string_equal(value_get_text(wrong[i], "absent", "no"), "no");
        assert_null(value_get_text(wrong[i], "absent", NULL));
        assert_int_equal(value_count(wrong[i]), 0);
        assert_null(value_at(wrong[i], 0));
    }
}

static void setting_again_replaces_in_place(void **state)
{
    struct arena *arena = *state;
    struct value *map = value_map(arena);
    value_set_int(arena, map, "a", 1);
    value_set_int(arena, map, "b", 2);
    value_set_text(arena, map, "a", "new");
    assert_int_equal(map->map.count, 2);
    assert_string_equal(map->map.entries[0].key, "a");
    assert_string_equal(value_get_text(map, "a", NULL), "new");
    char key[] = "changed later";
    value_set_int(arena, map, key, 3);
    key[0] = 'C';
    assert_int_equal(value_get_int(map, "changed later", 0), 3);
}

static void arrays_and_maps_grow(void **state)
{
    struct arena *arena = *state;
    struct value *array = value_array(arena), *map = value_map(arena);
    for (int i = 0; i < 1000; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        value_append(arena, array, value_int(arena, i));
        value_set_int(arena, map, key, i);
    }
    assert_int_equal(value_count(array), 1000);
    assert_int_equal(value_at(array, 999)->integer, 999);
    assert_null(value_at(array, 1000));
    assert_int_equal(value_get_int(map, "k999", -1), 999);
    assert_int_equal(map->map.count, 1000);
}

static void strings_are_repaired_and_keep_nuls(void **state)
{
    struct arena *arena = *state;
    struct value *text = value_string(arena, "a\0\xFF", 3);
    assert_int_equal(text->string.length, 5);
    assert_memory_equal(text->string.bytes, "a\0\xEF\xBF\xBD", 6);
    assert_string_equal(value_text(arena, "\xC3")->string.bytes, "\xEF\xBF\xBD");
    assert_string_equal(value_format(arena, "%s!", "\x80")->string.bytes, "\xEF\xBF\xBD!");
    struct value *map = value_map(arena);
    value_set_int(arena, map, "\xFF", 1);
    assert_string_equal(map->map.entries[0].key, "\xEF\xBF\xBD");
    struct value *bytes = value_bytes(arena, "\xFF\0", 2);
    assert_int_equal(bytes->type, VALUE_BYTES);
    assert_memory_equal(bytes->string.bytes, "\xFF\0", 3);
    assert_int_equal(value_bytes(arena, NULL, 0)->string.length, 0);
}

static void nuls_are_marked_for_readers_of_c_strings(void **state)
{
    struct arena *arena = *state;
    struct value *map = value_map(arena), *array = value_array(arena);
    value_append(arena, array, value_string(arena, "\0a\0", 3));
    value_set(arena, map, "array", array);
    value_set(arena, map, "bytes", value_bytes(arena, "\0", 1));
    value_mark_nuls(arena, map);
    assert_string_equal(value_at(array, 0)->string.bytes, "^@a^@");
    assert_int_equal(value_at(array, 0)->string.length, 5);
    assert_int_equal(value_get(map, "bytes")->string.length, 1);
    value_mark_nuls(arena, NULL);
}

static void long_formatted_text_is_whole(void **state)
{
    struct arena *arena = *state;
    struct value *text = value_format(arena, "%0*d|", 5000, 1);
    assert_int_equal(text->string.length, 5001);
    assert_int_equal(text->string.bytes[5000], '|');
}

static void missing_arguments_do_nothing(void **state)
{
    struct arena *arena = *state;
    struct value *map = value_map(arena), *array = value_array(arena);
    value_set(arena, map, "x", NULL);
    value_set(arena, NULL, "x", map);
    value_set(arena, array, "x", map);
    value_set_text(arena, map, "x", NULL);
    value_append(arena, array, NULL);
    value_append(arena, NULL, map);
    value_append(arena, map, array);
    assert_int_equal(map->map.count, 0);
    assert_int_equal(value_count(array), 0);
    assert_null(value_copy(arena, NULL));
    assert_null(value_text(arena, NULL));
}

static void building_in_a_failed_arena_is_harmless(void **state)
{
    struct arena *arena = *state;
    struct value *map = value_map(arena);
    arena_alloc(arena, SIZE_MAX);
    value_set_int(arena, map, "x", 1);
    value_set(arena, map, "y", value_format(arena, "%d", 1));
    assert_int_equal(map->map.count, 0);
    assert_null(value_map(arena));
    assert_null(value_string(arena, "\xFF", 1));
    assert_null(value_copy(arena, map));
}

static struct value *sample(struct arena *arena)
{
    struct value *map = value_map(arena), *array = value_array(arena), *inner = value_map(arena);
    value_append(arena, array, value_null(arena));
    value_append(arena, array, value_float(arena, NAN));
    value_append(arena, array, value_bytes(arena, "\0\xFF", 2));
    value_set(arena, inner, "list", array);
    value_set(arena, map, "inner", inner);
    value_set(arena, map, "text", value_string(arena, "a\0b", 3));
    value_set_int(arena, map, "number", -1);
    value_set_bool(arena, map, "yes", true);
    return map;
}

static void copies_are_equal_and_independent(void **state)
{
    struct arena *source = arena_create();
    struct arena *arena = *state;
    struct value *original = sample(source);
    struct value *copy = value_copy(arena, original);
    assert_true(value_equal(copy, original));
    arena_destroy(source);
    assert_true(value_equal(copy, sample(arena)));
}

static void equality_is_deep_and_ignores_the_order_of_keys(void **state)
{
    struct arena *arena = *state;
    struct value *a = value_map(arena), *b = value_map(arena);
    value_set_int(arena, a, "x", 1);
    value_set_int(arena, a, "y", 2);
    value_set_int(arena, b, "y", 2);
    value_set_int(arena, b, "x", 1);
    assert_true(value_equal(a, b));
    value_set_int(arena, b, "x", 3);
    assert_false(value_equal(a, b));
    struct value *different[] = {
        value_null(arena),
        value_bool(arena, true),
        value_bool(arena, false),
        value_int(arena, 0),
        value_int(arena, 1),
        value_float(arena, 1),
        value_text(arena, ""),
        value_text(arena, "a"),
        value_text(arena, "b"),
        value_bytes(arena, "a", 1),
        value_array(arena),
        value_map(arena),
        a,
        b,
        sample(arena),
    };
    for (size_t i = 0; i < COUNT(different); i++)
        for (size_t j = 0; j < COUNT(different); j++)
            assert_int_equal(value_equal(different[i], different[j]), i == j);
    assert_true(value_equal(NULL, NULL));
    assert_false(value_equal(a, NULL));
}

static void types_have_names(void **state)
{
    (void)state;
    assert_string_equal(value_type_name(VALUE_MAP), "map");
    assert_string_equal(value_type_name(VALUE_INT), "integer");
    assert_string_equal(value_type_name((enum value_type)99), "unknown");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(getters_give_what_was_set),
        TEST(getters_fall_back_on_what_is_missing_or_of_another_type),
        TEST(setting_again_replaces_in_place),
        TEST(arrays_and_maps_grow),
        TEST(strings_are_repaired_and_keep_nuls),
        TEST(nuls_are_marked_for_readers_of_c_strings),
        TEST(long_formatted_text_is_whole),
        TEST(missing_arguments_do_nothing),
        TEST(building_in_a_failed_arena_is_harmless),
        TEST(copies_are_equal_and_independent),
        TEST(equality_is_deep_and_ignores_the_order_of_keys),
        TEST(types_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
