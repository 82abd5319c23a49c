#include "backend-ext/c_stack.h"

#include "unit.h"

#include <pthread.h>
#include <string.h>

#define FRAME_SIZE 4096

struct descent {
    int levels, reached, segments;
};

static void descend_again(void *data);

/* Use FRAME_SIZE of stack at each level, as deep as asked for. */
static void descend(struct descent *descent)
{
    if (c_stack_is_low() && c_stack_measure()) {
        descent->segments++;
        c_stack_extend(descend_again, descent);
        return;
    }
    volatile char used[FRAME_SIZE];
    int level = ++descent->reached;
    used[0] = used[FRAME_SIZE - 1] = (char)level;
    if (level < descent->levels) {
        descend(descent);
    }
    assert_int_equal(used[0], (char)level);
    assert_int_equal(used[FRAME_SIZE - 1], (char)level);
}

static void descend_again(void *data)
{
    assert_false(c_stack_is_low());
    assert_int_equal((uintptr_t)__builtin_frame_address(0) % 16, 0);
    descend(data);
}

static void test_deeper_than_the_stack(void **state)
{
    (void)state;
    struct descent descent = {.levels = 60000}; /* 240 MB */
    descend(&descent);
    uintptr_t floor = c_stack_floor;
    assert_int_equal(descent.reached, descent.levels);
    assert_int_in_range(descent.segments, 3, 6);
    descent = (struct descent){.levels = 60000};
    descend(&descent);
    assert_int_equal(descent.reached, descent.levels);
    assert_true(c_stack_floor == floor && !c_stack_is_low());
}

static void *descend_in_thread(void *data)
{
    descend(data);
    return NULL;
}

static void test_small_stack_of_a_thread(void **state)
{
    (void)state;
    struct descent descent = {.levels = 1000};
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    assert_int_equal(pthread_attr_setstacksize(&attributes, (size_t)256 << 10), 0);
    assert_int_equal(pthread_create(&thread, &attributes, descend_in_thread, &descent), 0);
    pthread_attr_destroy(&attributes);
    pthread_join(thread, NULL);
    assert_int_equal(descent.reached, descent.levels);
    assert_int_equal(descent.segments, 1);
}

static void exit_thread(void *data)
{
    (void)data;
    pthread_exit((void *)1);
}

static void *exit_on_segment(void *data)
{
    c_stack_extend(exit_thread, data);
    return NULL;
}

/* As the interpreter does with daemon threads when it ends. */
static void test_thread_exits_on_another_stack(void **state)
{
    (void)state;
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(pthread_create(&thread, NULL, exit_on_segment, NULL), 0);
    pthread_join(thread, &result);
    assert_ptr_equal(result, (void *)1);
}

static void *give_up(void *data)
{
    c_stack_measure();
    c_stack_give_up();
    *(bool *)data = !c_stack_is_low();
    return NULL;
}

static void test_give_up(void **state)
{
    (void)state;
    pthread_t thread;
    bool enough = false;
    assert_int_equal(pthread_create(&thread, NULL, give_up, &enough), 0);
    pthread_join(thread, NULL);
    assert_true(enough);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deeper_than_the_stack),
        cmocka_unit_test(test_small_stack_of_a_thread),
        cmocka_unit_test(test_thread_exits_on_another_stack),
        cmocka_unit_test(test_give_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
