#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tui/loop.h"

/* What happened, a letter an event. */
struct record {
    char events[64];
    struct loop *loop;
    uint64_t other;
    int fds[2];
};

static void note(struct record *record, char event)
{
    size_t length = strlen(record->events);
    assert_true(length + 1 < sizeof record->events);
    record->events[length] = event;
    record->events[length + 1] = '\0';
}

static void on_stop(struct loop *loop, void *data)
{
    note(data, 's');
    loop_stop(loop, 7);
}

static void on_timer(struct loop *loop, void *data)
{
    (void)loop;
    note(data, 't');
}

static void on_timer_again(struct loop *loop, void *data)
{
    note(data, 'a');
    if (strlen(((struct record *)data)->events) < 5)
        loop_add_timer(loop, 0, on_timer_again, data);
    else
        loop_stop(loop, 0);
}

static void on_remove_other(struct loop *loop, void *data)
{
    struct record *record = data;
    note(record, 'r');
    loop_remove(loop, record->other);
    loop_remove(loop, record->other); /* stale ids are harmless */
}

static void timers_run_in_order_and_once(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    loop_add_timer(loop, 20, on_stop, &record);
    loop_add_timer(loop, 1, on_timer, &record);
    record.other = loop_add_timer(loop, 10, on_timer, &record);
    loop_add_timer(loop, 2, on_remove_other, &record);
    assert_int_equal(loop_run(loop), 7);
    assert_string_equal(record.events, "trs");
    loop_destroy(loop);
}

static void timer_added_by_a_timer_waits_for_the_next_turn(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    loop_add_timer(loop, 0, on_timer_again, &record);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(record.events, "aaaaa");
    loop_destroy(loop);
}

static void on_low(struct loop *loop, int fd, short events, void *data)
{
    char byte;
    assert_true(events & POLLIN);
    assert_int_equal(read(fd, &byte, 1), 1);
    note(data, 'l');
    loop_stop(loop, 0);
}

static void on_high(struct loop *loop, int fd, short events, void *data)
{
    char byte;
    (void)loop;
    assert_true(events & POLLIN);
    assert_int_equal(read(fd, &byte, 1), 1);
    note(data, 'h');
}

static void lower_priority_numbers_are_served_first(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    int low[2], high[2];
    assert_int_equal(pipe(low), 0);
    assert_int_equal(pipe(high), 0);
    assert_int_equal(write(low[1], "x", 1), 1);
    assert_int_equal(write(high[1], "x", 1), 1);
    uint64_t low_id = loop_add_fd(loop, low[0], POLLIN, 2, on_low, &record);
    assert_false(loop_urgent(loop, 2));
    uint64_t high_id = loop_add_fd(loop, high[0], POLLIN, 0, on_high, &record);
    assert_true(loop_urgent(loop, 2));
    assert_false(loop_urgent(loop, 0));
    loop_run(loop);
    assert_string_equal(record.events, "hl");
    assert_false(loop_urgent(loop, 2));
    loop_remove(loop, low_id);
    loop_remove(loop, high_id);
    loop_destroy(loop);
    for (int i = 0; i < 2; i++) {
        close(low[i]);
        close(high[i]);
    }
}

static void on_remove_both(struct loop *loop, int fd, short events, void *data)
{
    struct record *record = data;
    (void)fd;
    (void)events;
    note(record, 'b');
    loop_remove(loop, record->other);
    loop_add_timer(loop, 0, on_stop, record);
}

static void removed_in_a_turn_is_not_called_in_it(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    uint64_t first = loop_add_fd(loop, fds[0], POLLIN, 0, on_remove_both, &record);
    record.other = loop_add_fd(loop, fds[0], POLLIN, 1, on_low, &record);
    loop_run(loop);
    assert_null(strchr(record.events, 'l'));
    loop_remove(loop, first);
    loop_destroy(loop);
    close(fds[0]);
    close(fds[1]);
}

static void on_any(struct loop *loop, int fd, short events, void *data)
{
    (void)fd;
    note(data, events & POLLIN ? 'i' : events & POLLHUP ? 'H' : 'o');
    loop_stop(loop, 0);
}

static void hang_up_comes_without_being_asked_for(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    uint64_t id = loop_add_fd(loop, fds[0], 0, 0, on_any, &record);
    close(fds[1]);
    loop_run(loop);
    assert_string_equal(record.events, "H");
    loop_remove(loop, id);
    loop_destroy(loop);
    close(fds[0]);
}

static void events_can_be_changed(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    uint64_t id = loop_add_fd(loop, fds[1], 0, 0, on_any, &record);
    loop_set_events(loop, id, POLLOUT);
    loop_set_events(loop, id + 100, POLLIN);
    loop_run(loop);
    assert_string_equal(record.events, "o");
    loop_remove(loop, id);
    loop_destroy(loop);
    close(fds[0]);
    close(fds[1]);
}

static void on_nothing(struct loop *loop, int fd, short events, void *data)
{
    (void)loop;
    (void)fd;
    (void)events;
    note(data, 'n');
}

static void descriptor_closed_behind_our_back_is_dropped(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    close(fds[0]);
    close(fds[1]);
    loop_add_fd(loop, fds[0], POLLIN, 0, on_nothing, &record);
    loop_add_timer(loop, 5, on_stop, &record);
    loop_run(loop);
    assert_string_equal(record.events, "ns");
    loop_destroy(loop);
}

static void on_signal(struct loop *loop, int signal, void *data)
{
    assert_int_equal(signal, SIGUSR1);
    note(data, 'u');
    loop_stop(loop, 3);
}

static void signals_arrive_in_the_loop_and_are_given_back(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    assert_true(loop_add_signal(loop, SIGUSR1, on_signal, &record));
    assert_false(loop_add_signal(loop, 100000, on_signal, &record));
    raise(SIGUSR1);
    assert_string_equal(record.events, "");
    assert_true(loop_urgent(loop, 0));
    assert_int_equal(loop_run(loop), 3);
    assert_string_equal(record.events, "u");
    loop_destroy(loop);
    struct sigaction now;
    sigaction(SIGUSR1, NULL, &now);
    assert_true(now.sa_handler == SIG_DFL);
}

static int on_hook(struct loop *loop, void *data)
{
    struct record *record = data;
    note(record, 'k');
    if (strlen(record->events) == 3)
        loop_stop(loop, 0);
    return 0;
}

static void hook_runs_each_turn_and_can_ask_not_to_sleep(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    loop_add_hook(loop, on_hook, &record);
    loop_run(loop);
    assert_string_equal(record.events, "kkk");
    loop_destroy(loop);
}

static void a_stop_before_the_run_counts(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    struct record record = {0};
    loop_add_hook(loop, on_hook, &record);
    loop_stop(loop, 5);
    assert_int_equal(loop_run(loop), 5);
    assert_string_equal(record.events, "");
    loop_run(loop);
    assert_string_equal(record.events, "kkk");
    loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_run_in_order_and_once),
        cmocka_unit_test(timer_added_by_a_timer_waits_for_the_next_turn),
        cmocka_unit_test(lower_priority_numbers_are_served_first),
        cmocka_unit_test(removed_in_a_turn_is_not_called_in_it),
        cmocka_unit_test(hang_up_comes_without_being_asked_for),
        cmocka_unit_test(events_can_be_changed),
        cmocka_unit_test(descriptor_closed_behind_our_back_is_dropped),
        cmocka_unit_test(signals_arrive_in_the_loop_and_are_given_back),
        cmocka_unit_test(hook_runs_each_turn_and_can_ask_not_to_sleep),
        cmocka_unit_test(a_stop_before_the_run_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
