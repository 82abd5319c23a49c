#include "tui/by_pid.h"

#include "unit.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void nobody(void **state)
{
    (void)state;
    struct by_pid process;
    assert_false(by_pid_look(0, &process));
    assert_false(by_pid_look(-1, &process));
    assert_false(by_pid_look(INT64_MAX, &process));
}

static void no_python(void **state)
{
    (void)state;
    struct by_pid process;
    assert_true(by_pid_look(getpid(), &process));
    assert_int_equal(process.way, BY_PID_NONE);
    assert_non_null(strstr(process.why, "no Python program"));
    assert_int_equal(process.uid, geteuid());
    assert_true(process.age >= 0);
    assert_true(by_pid_same(&process));
    process.began++;
    assert_false(by_pid_same(&process)); /* another one of this id */
}

static void a_zombie(void **state)
{
    (void)state;
    struct by_pid process;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    siginfo_t ended;
    assert_int_equal(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
    assert_true(by_pid_look(child, &process));
    assert_int_equal(process.way, BY_PID_NONE);
    assert_non_null(strstr(process.why, "ended already"));
    assert_false(by_pid_same(&process));
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_false(by_pid_look(child, &process));
}

static void by_names(void **state)
{
    (void)state;
    assert_string_equal(by_pid_way_name(BY_PID_NONE), "-");
    assert_string_equal(by_pid_way_name(BY_PID_ARMED), "armed");
    assert_string_equal(by_pid_way_name(BY_PID_REMOTE), "3.14+");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody),
        cmocka_unit_test(no_python),
        cmocka_unit_test(a_zombie),
        cmocka_unit_test(by_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
