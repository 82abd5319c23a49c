#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "tui/model_tree.h"
#include "tui/xalloc.h"

static struct model_variable *value_of(size_t indexed)
{
    struct model_variable *value = model_variable_create(NULL);
    value->name = xstrdup("items");
    value->indexed = (int64_t)indexed;
    return value;
}

/* A page of COUNT children from START on, of as many as VALUE says. */
static void page(struct model_variable *value, size_t start, size_t count)
{
    for (size_t i = start; i < start + count; i++)
        if (!model_variable_child(value, i))
            model_variable_place(value, i)->name = xasprintf("[%zu]", i);
    model_variable_learn(value, start, count, (int64_t)(start + count) < value->indexed);
}

static void pages_come_in_any_order(void **state)
{
    (void)state;
    struct model_variable *value = value_of(10000000);
    page(value, 0, 100);
    assert_int_equal(model_variable_total(value), 10000000);
    assert_true(value->more);
    page(value, 9999900, 100);
    assert_false(value->more);
    page(value, 5000000, 100);
    page(value, 5000050, 100); /* half of it is there */
    assert_int_equal(value->count, 350);
    for (size_t i = 1; i < value->count; i++)
        assert_true(value->children[i - 1]->index < value->children[i]->index);
    assert_string_equal(model_variable_child(value, 5000149)->name, "[5000149]");
    assert_null(model_variable_child(value, 5000150));
    assert_int_equal(model_variable_total(value), 10000000);
    assert_false(model_variable_is_whole(value));
    model_variable_destroy(value);
}

static void what_to_ask_for_next(void **state)
{
    (void)state;
    static const struct {
        size_t from, until, start, count;
    } cases[] = {
        {0, 50, 0, 0},                     /* all here */
        {90, 130, 100, 100},               /* forwards from what is here */
        {4990, 5000, 4900, 100},           /* backwards from what is here */
        {9999970, 10000000, 9999900, 100}, /* the end */
        {9999970, 20000000, 9999900, 100}, /* and behind it */
        {700000, 700040, 699975, 100},     /* somewhere */
        {5100, 5140, 5100, 100},
        {130, 4990, 105, 100}, /* all of a gap */
        {20000000, 20000010, 0, 0},
    };
    struct model_variable *value = value_of(10000000);
    page(value, 0, 100);
    page(value, 5000, 100);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t start = 0, count = 0;
        bool some = model_variable_wanted(value, cases[i].from, cases[i].until, 100, &start, &count);
        assert_int_equal(some, cases[i].count > 0);
        assert_int_equal(start, cases[i].start);
        assert_int_equal(count, cases[i].count);
    }
    model_variable_destroy(value);
}

static void the_end_of_what_nobody_counted(void **state)
{
    (void)state;
    struct model_variable *value = value_of(0);
    size_t start, count;
    for (size_t i = 0; i < 100; i++)
        model_variable_place(value, i);
    model_variable_learn(value, 0, 100, true);
    assert_true(model_variable_has_open_end(value));
    assert_int_equal(model_variable_total(value), 100);
    assert_true(model_variable_wanted(value, 100, 101, 100, &start, &count));
    assert_int_equal(start, 100);
    assert_int_equal(count, 100);
    model_variable_learn(value, 100, 0, false); /* it was exactly that many */
    assert_int_equal(model_variable_total(value), 100);
    assert_true(model_variable_is_whole(value));
    assert_false(model_variable_wanted(value, 100, 101, 100, &start, &count));
    model_variable_destroy(value);
}

static void a_value_that_became_shorter(void **state)
{
    (void)state;
    struct model_variable *value = value_of(10000);
    size_t start, count;
    page(value, 0, 100);
    page(value, 9900, 100);
    model_variable_learn(value, 5000, 0, false); /* nothing there any more */
    assert_int_equal(model_variable_total(value), 100);
    assert_int_equal(value->count, 100);
    assert_true(model_variable_wanted(value, 100, 101, 100, &start, &count)); /* who knows what there is */
    model_variable_learn(value, 100, 0, false);
    assert_true(model_variable_is_whole(value));
    model_variable_destroy(value);
}

static void what_is_far_is_dropped_but_for_what_the_user_touched(void **state)
{
    (void)state;
    struct model_variable *value = value_of(100000);
    for (size_t start = 0; start < 100000; start += 100) {
        page(value, start, 100);
        if (start == 300) {
            model_variable_child(value, 310)->expanded = true;
            model_variable_child(value, 320)->marks = xstrdup("@");
        }
        model_variable_trim(value, start + 50, 1000);
        assert_true(value->count <= 1002);
    }
    assert_non_null(model_variable_child(value, 310));
    assert_non_null(model_variable_child(value, 320));
    assert_null(model_variable_child(value, 311));
    assert_non_null(model_variable_child(value, 99999));
    assert_non_null(model_variable_child(value, 99100));
    assert_int_equal(model_variable_total(value), 100000);
    page(value, 0, 100);
    model_variable_trim(value, 50, 100);
    assert_non_null(model_variable_child(value, 0));
    assert_null(model_variable_child(value, 99999));
    assert_int_equal(model_variable_total(value), 100000);
    model_variable_destroy(value);
}

static void rows_count_what_is_not_here(void **state)
{
    (void)state;
    struct model *model = model_create();
    struct model_variable *root = model_variable_create(NULL), *scope = model_variable_create(root);
    scope->name = xstrdup("Locals");
    scope->scope = scope->expanded = true;
    struct model_variable *items = model_variable_create(scope), *after = model_variable_create(scope);
    items->name = xstrdup("items");
    items->expanded = true;
    items->indexed = 10000000;
    after->name = xstrdup("after");
    page(items, 0, 100);
    page(items, 5000, 100);
    struct model_variable *inner = model_variable_child(items, 5050), *one = model_variable_create(inner);
    inner->expanded = true;
    one->name = xstrdup("one");
    model_set_root(model, root);
    assert_int_equal(model_variable_rows(model), 10000003);

    static const struct {
        size_t row;
        const char *name;
        size_t index;
    } cases[] = {{0, "items", 0},           {1, "[0]", 0},         {100, "[99]", 99},
                 {101, NULL, 100},          {5000, NULL, 4999},    {5001, "[5000]", 5000},
                 {5051, "[5050]", 5050},    {5052, "one", 0},      {5053, "[5051]", 5051},
                 {10000001, NULL, 9999999}, {10000002, "after", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct model_row *run = model_row_at(model, cases[i].row);
        size_t row = 0;
        assert_int_equal(run->index + (cases[i].row - run->first), cases[i].index);
        assert_int_equal(run->variable != NULL, cases[i].name != NULL);
        if (cases[i].name)
            assert_string_equal(run->variable->name, cases[i].name);
        assert_true(model_row_of(model, run->parent, cases[i].index, &row));
        assert_int_equal(row, cases[i].row);
    }
    assert_null(model_row_at(model, 10000003));
    assert_false(model_row_of(model, items, 10000000, &(size_t){0}));
    size_t runs = (size_t)(model_row_end(model) - model_row_at(model, 0));
    assert_true(runs < 210); /* it costs what is here */
    model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_come_in_any_order),
        cmocka_unit_test(what_to_ask_for_next),
        cmocka_unit_test(the_end_of_what_nobody_counted),
        cmocka_unit_test(a_value_that_became_shorter),
        cmocka_unit_test(what_is_far_is_dropped_but_for_what_the_user_touched),
        cmocka_unit_test(rows_count_what_is_not_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
