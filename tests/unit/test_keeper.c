#include "tui/target.h"

#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "scratch.h"
#include "tui/loop.h"

/* A process in pytui's place starts a program and is killed; the program must come to its own end. /bin/sh stands for
 * the interpreter. */

static void ignore_exit(struct target *target, int status, void *data)
{
    (void)target, (void)status, (void)data;
}

/* Fork a debugger in a process group of its own that launches the script, tells so on the pipe, and waits. It gets its
 * standard streams from TTY, so that the program's output goes to the program's own terminal. */
static pid_t start_debugger(const char *script, int tty, int *ready)
{
    int pipes[2];
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    scratch_write("script", script, 0600);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        for (int fd = 0; fd < 3; fd++)
            dup2(tty, fd);
        struct target_options options = {.kind = TARGET_SCRIPT, .what = "script", .python = "/bin/sh", .home = "home"};
        char error[512];
        struct loop *loop = loop_create();
        struct target *target = target_launch(loop, &options, ignore_exit, NULL, error, sizeof(error));
        if (write(pipes[1], target != NULL ? "y" : "n", 1) == 1)
            loop_run(loop);
        _exit(1);
    }
    setpgid(pid, pid);
    close(pipes[1]);
    *ready = pipes[0];
    return pid;
}

static void kill_debugger(pid_t pid)
{
    kill(-pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int open_tty(int *pty)
{
    *pty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_int_equal(grantpt(*pty) | unlockpt(*pty), 0);
    return open(ptsname(*pty), O_RDWR | O_NOCTTY | O_CLOEXEC);
}

/* Start SCRIPT, kill the debugger once it runs, and expect TEXT in the file "result". */
static void outlives(const char *script, const char *text)
{
    int pty, tty = open_tty(&pty), ready;
    char answer;
    remove("result");
    pid_t pid = start_debugger(script, tty, &ready);
    assert_int_equal(read(ready, &answer, 1), 1);
    assert_int_equal(answer, 'y');
    kill_debugger(pid);
    if (!scratch_wait("result", text))
        fail_msg("the program wrote '%s' in place of '%s'", scratch_read("result"), text);
    close(ready);
    close(tty);
    close(pty);
}

static void a_quiet_program(void **state)
{
    (void)state;
    outlives("sleep 0.2; echo end >result\n", "end\n");
}

/* Far more than a terminal's buffer holds: somebody has to read it. */
static void a_program_that_prints(void **state)
{
    (void)state;
    outlives("sleep 0.1; seq 1 100000 && seq 1 1000 >&2 && echo end >result\n", "end\n");
}

static void a_program_that_looks_at_its_terminal(void **state)
{
    (void)state;
    outlives("sleep 0.2; test -t 0 && test -t 1 && stty -a </dev/tty >/dev/null && echo end >result\n", "end\n");
}

static void a_program_that_hangs_on_signals(void **state)
{
    (void)state;
    outlives("trap 'echo HUP >>result' HUP; trap 'echo CONT >>result' CONT; sleep 0.2; echo end >>result\n", "end\n");
}

/* Its terminal stays when all its streams are closed for a while. */
static void a_program_that_closes_its_streams(void **state)
{
    (void)state;
    outlives("exec <&- >&- 2>&-; sleep 0.2; echo text >/dev/tty && echo end >result\n", "end\n");
}

static void a_child_outlives_the_program(void **state)
{
    (void)state;
    outlives("(sleep 0.4; echo text; echo text >/dev/tty && echo child >result) &\nexit 0\n", "child\n");
}

static void a_program_stopped_by_its_terminal_goes_on(void **state)
{
    (void)state;
    outlives("echo before >result; sleep 0.1; kill -TSTP $$; echo after >result\n", "after\n");
}

/* Killed at any moment: either the program was not started at all, or it comes to its end. */
static void at_any_moment(void **state)
{
    (void)state;
    int pty, tty = open_tty(&pty);
    unsigned seed = 20, started = 0;
    for (int round = 0; round < 100; round++) {
        int ready;
        remove("started");
        remove("result");
        pid_t pid = start_debugger("echo x >started; sleep 0.05; seq 1 5000; echo end >result\n", tty, &ready);
        seed = seed * 1103515245 + 12345;
        long moment = (long)(seed >> 8) % 12000000; /* ns; the launch takes some 4 ms */
        nanosleep(&(struct timespec){.tv_nsec = moment}, NULL);
        kill_debugger(pid);
        close(ready);
        /* Long enough for a program that was just about to start. */
        for (int i = 0; i < 20 && access("started", F_OK) != 0; i++)
            nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        if (access("started", F_OK) != 0)
            continue;
        started++;
        if (!scratch_wait("result", "end\n"))
            fail_msg("round %d: killed after %ld ns, the program did not come to its end", round, moment);
    }
    assert_true(started > 0);
    close(tty);
    close(pty);
}

static int home(void **state)
{
    if (scratch_setup(state) != 0)
        return 1;
    mkdir("home", 0700);
    mkdir("home/entry", 0700);
    scratch_write("home/entry/sitecustomize.py", "", 0600);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_program),
        cmocka_unit_test(a_program_that_prints),
        cmocka_unit_test(a_program_that_looks_at_its_terminal),
        cmocka_unit_test(a_program_that_hangs_on_signals),
        cmocka_unit_test(a_program_that_closes_its_streams),
        cmocka_unit_test(a_child_outlives_the_program),
        cmocka_unit_test(a_program_stopped_by_its_terminal_goes_on),
        cmocka_unit_test(at_any_moment),
    };
    return cmocka_run_group_tests(tests, home, scratch_teardown);
}
