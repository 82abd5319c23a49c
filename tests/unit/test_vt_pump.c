#include "unit.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/vt_pump.h"
#include "tui/width.h"

static void ignore_write(void *data, const char *bytes, size_t length)
{
    (void)data;
    (void)bytes;
    (void)length;
}

struct fixture {
    struct vt *vt;
    struct vt_pump pump;
    int asked, urgent_from; /* urgent() is true from that call on */
};

static bool is_urgent(void *data)
{
    struct fixture *fixture = data;
    return ++fixture->asked >= fixture->urgent_from;
}

static void start(struct fixture *fixture, int fd, int64_t microseconds)
{
    fixture->vt = vt_create(24, 80, 1000, &(struct vt_callbacks){.write = ignore_write});
    fixture->asked = 0;
    fixture->urgent_from = 1 << 30;
    vt_pump_init(&fixture->pump, &(struct vt_pump_options){fd, fixture->vt, is_urgent, fixture, microseconds});
}

static void assert_last(const struct vt *vt, const char *text)
{
    int row, column;
    vt_cursor(vt, &row, &column);
    char *line = vt_line_text(vt, row);
    assert_string_equal(line, text);
    free(line);
}

static void test_pipe(void **state)
{
    (void)state;
    struct fixture fixture;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    start(&fixture, ends[0], 1000000);
    assert_int_equal(vt_pump_run(&fixture.pump), VT_PUMP_IDLE); /* nothing there: it must not block */
    assert_int_equal(write(ends[1], "one\r\ntwo", 8), 8);
    assert_int_equal(vt_pump_run(&fixture.pump), VT_PUMP_IDLE);
    assert_last(fixture.vt, "two");
    assert_int_equal(write(ends[1], "\r\nend", 5), 5);
    close(ends[1]);
    assert_int_equal(vt_pump_run(&fixture.pump), VT_PUMP_END);
    assert_last(fixture.vt, "end");
    assert_int_equal(vt_pump_run(&fixture.pump), VT_PUMP_END);
    vt_destroy(fixture.vt);
    close(ends[0]);
}

/* A key stops it after a step; what was read is not lost. */
static void test_urgent(void **state)
{
    (void)state;
    struct fixture fixture;
    char text[6000];
    int ends[2], turns = 0;
    assert_int_equal(pipe(ends), 0);
    start(&fixture, ends[0], 1000000);
    fixture.urgent_from = 1;
    memset(text, 'x', sizeof text);
    memcpy(text + sizeof text - 5, "\r\nend", 5);
    assert_int_equal(write(ends[1], text, sizeof text), sizeof text);
    close(ends[1]);
    enum vt_pump_result result;
    while ((result = vt_pump_run(&fixture.pump)) == VT_PUMP_MORE)
        turns++;
    assert_int_equal(result, VT_PUMP_END);
    assert_true(turns > 3);
    assert_last(fixture.vt, "end");
    vt_destroy(fixture.vt);
    close(ends[0]);
}

static void test_budget(void **state)
{
    (void)state;
    struct fixture fixture;
    int ends[2], turns = 0;
    assert_int_equal(pipe(ends), 0);
    start(&fixture, ends[0], 1);
    char text[9000];
    memset(text, 'x', sizeof text);
    assert_int_equal(write(ends[1], text, sizeof text), sizeof text);
    while (vt_pump_run(&fixture.pump) == VT_PUMP_MORE)
        turns++;
    assert_true(turns >= 8);
    close(ends[0]);
    close(ends[1]);
    vt_destroy(fixture.vt);
}

/* The slave's last close is EIO on the master; that is the end, not an error. */
static void test_pty(void **state)
{
    (void)state;
    struct fixture fixture;
    int master, slave;
    assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
    start(&fixture, master, 1000000);
    assert_int_equal(write(slave, "line\nlast", 9), 9);
    close(slave);
    enum vt_pump_result result;
    while ((result = vt_pump_run(&fixture.pump)) == VT_PUMP_IDLE)
        ; /* the kernel hands it over in its own time */
    assert_int_equal(result, VT_PUMP_END);
    assert_last(fixture.vt, "last");
    close(master);
    vt_destroy(fixture.vt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_urgent),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_pty),
    };
    width_set_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
