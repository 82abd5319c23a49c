#include "tui/target.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "scratch.h"
#include "tui/loop.h"
#include "tui/spawn.h"

/* /bin/sh stands for the interpreter: it takes a script and arguments and knows nothing of pytui. */

struct seen {
    struct loop *loop;
    int status, exits;
    int stop_signal;
    char output[8192];
    size_t length;
};

static void on_exit_status(struct target *target, int status, void *data)
{
    (void)target;
    struct seen *seen = data;
    seen->status = status;
    seen->exits++;
    loop_stop(seen->loop, 0);
}

static void on_stop(struct target *target, int signal, void *data)
{
    struct seen *seen = data;
    if (signal != 0)
        seen->stop_signal = signal;
    target_signal(target, SIGCONT);
}

static void on_timeout(struct loop *loop, void *data)
{
    (void)data;
    loop_stop(loop, 1);
}

static struct target *launch(struct seen *seen, const char *script, struct target_options options)
{
    char error[512] = "";
    scratch_write("script", script, 0600);
    *seen = (struct seen){.loop = loop_create(), .status = -1};
    options.kind = TARGET_SCRIPT;
    options.what = "script";
    options.python = "/bin/sh";
    options.home = "home";
    int report = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3); /* launching gives standard output away */
    struct target *target = target_launch(seen->loop, &options, on_exit_status, seen, error, sizeof(error));
    dup2(report, STDOUT_FILENO);
    close(report);
    if (target == NULL)
        fail_msg("%s", error);
    target_set_stop_handler(target, on_stop);
    return target;
}

/* What is on the pty; the program has ended. */
static void read_pty(struct seen *seen, const struct target *target)
{
    struct pollfd pty = {.fd = target_pty(target), .events = POLLIN};
    while (poll(&pty, 1, 2000) > 0) {
        ssize_t length = read(pty.fd, seen->output + seen->length, sizeof(seen->output) - 1 - seen->length);
        if (length <= 0)
            break;
        seen->length += (size_t)length;
    }
}

static void finish(struct seen *seen, struct target *target)
{
    loop_add_timer(seen->loop, 20000, on_timeout, NULL);
    assert_int_equal(loop_run(seen->loop), 0);
    assert_int_equal(seen->exits, 1);
    read_pty(seen, target);
    target_destroy(target);
    loop_destroy(seen->loop);
}

static void run(struct seen *seen, const char *script, struct target_options options)
{
    finish(seen, launch(seen, script, options));
}

static void statuses(void **state)
{
    (void)state;
    struct seen seen;
    run(&seen, "exit 7\n", (struct target_options){0});
    assert_true(WIFEXITED(seen.status) && WEXITSTATUS(seen.status) == 7);
    run(&seen, "kill -TERM $$\n", (struct target_options){0});
    assert_true(WIFSIGNALED(seen.status) && WTERMSIG(seen.status) == SIGTERM);
    run(&seen, "kill -STOP $$; exit 3\n", (struct target_options){0});
    assert_int_equal(seen.stop_signal, SIGSTOP);
    assert_true(WIFEXITED(seen.status) && WEXITSTATUS(seen.status) == 3);
    /* As in a shell a stop from the keyboard works, since the keeper is there to take note of it. */
    run(&seen, "kill -TSTP $$; exit 4\n", (struct target_options){0});
    assert_int_equal(seen.stop_signal, SIGTSTP);
    assert_true(WIFEXITED(seen.status) && WEXITSTATUS(seen.status) == 4);
}

/* Its session hangs up, as when a terminal is closed. */
static void a_killed_keeper_ends_the_program(void **state)
{
    (void)state;
    struct seen seen;
    struct target *target =
        launch(&seen, "echo $PPID >keeper.tmp; mv keeper.tmp keeper; exec sleep 60\n", (struct target_options){0});
    for (int i = 0; i < 4000 && access("keeper", F_OK) != 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    assert_int_equal(kill((pid_t)atoi(scratch_read("keeper")), SIGKILL), 0);
    finish(&seen, target);
    assert_true(WIFSIGNALED(seen.status) && WTERMSIG(seen.status) == SIGHUP);
}

static void its_place_is_that_of_a_job(void **state)
{
    (void)state;
    struct seen seen;
    /* Fields of /proc/PID/stat after the name: state ppid pgrp session tty tpgid. */
    run(&seen,
        "read -r pid name state ppid pgrp session tty tpgid rest </proc/$$/stat\n"
        "echo $((pgrp == pid)) $((session == ppid)) $((tty != 0)) $((tpgid == pid)) >place\n",
        (struct target_options){0});
    assert_string_equal(scratch_read("place"), "1 1 1 1\n");
}

static void arguments_and_size(void **state)
{
    (void)state;
    static char *const arguments[] = {"a b", "", NULL};
    struct seen seen;
    run(&seen, "echo $# \"$1\" >arguments; stty size </dev/tty >size; stty -a </dev/tty >modes\n",
        (struct target_options){.arguments = arguments, .rows = 17, .columns = 71});
    assert_string_equal(scratch_read("arguments"), "2 a b\n");
    assert_string_equal(scratch_read("size"), "17 71\n");
    assert_non_null(strstr(scratch_read("modes"), " iutf8"));
}

static void only_terminals_go_to_the_pane(void **state)
{
    (void)state;
    struct seen seen;
    int saved[3];
    for (int fd = 0; fd < 3; fd++)
        saved[fd] = dup(fd);
    int in = open("input", O_RDWR | O_CREAT, 0600), out = open("output", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(in, "line\n", 5), 5);
    lseek(in, 0, SEEK_SET);
    int pty = posix_openpt(O_RDWR | O_NOCTTY);
    assert_int_equal(grantpt(pty) | unlockpt(pty), 0);
    int tty = open(ptsname(pty), O_RDWR | O_NOCTTY);
    dup2(in, 0);
    dup2(out, 1);
    dup2(tty, 2);
    run(&seen, "read -r word; echo \"got $word\"; echo 'to the pane' >&2; echo $TERM >&2\n",
        (struct target_options){0});
    bool input_released = lseek(0, 0, SEEK_CUR) != 5 || !isatty(0);
    char none;
    ssize_t left = read(0, &none, 1);
    for (int fd = 0; fd < 3; fd++)
        dup2(saved[fd], fd);
    assert_true(input_released);
    assert_int_equal(left, 0); /* /dev/null by now */
    assert_string_equal(scratch_read("output"), "got line\n");
    assert_string_equal(seen.output, "to the pane\r\nxterm-256color\r\n");
    int opened[] = {saved[0], saved[1], saved[2], in, out, pty, tty};
    for (size_t i = 0; i < COUNT(opened); i++)
        close(opened[i]);
}

static void nothing_but_the_channel_is_handed_on(void **state)
{
    (void)state;
    struct seen seen;
    int stray = open("/dev/null", O_RDONLY); /* without close-on-exec, as a careless library opens */
    assert_true(stray > 2);
    struct target *target = launch(&seen, "ls /proc/self/fd >fds\n", (struct target_options){0});
    int channel = target_take_channel(target);
    assert_int_equal(target_take_channel(target), -1);
    finish(&seen, target);
    int number, extra = 0, high = 0;
    for (char *at = (char *)(uintptr_t)scratch_read("fds"); sscanf(at, "%d", &number) == 1; at = strchr(at, '\n') + 1) {
        high += number >= 200;
        extra += number > 10 && number < 200;
    }
    assert_int_equal(high, 1);
    assert_int_equal(extra, 0);
    char text[16];
    assert_int_equal(read(channel, text, sizeof(text)), 0); /* nobody else holds its other end */
    close(channel);
    close(stray);
}

static void what_pytui_inherited_is_handed_on(void **state)
{
    (void)state;
    int file = open("inherited", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    file = dup2(file, 9);
    struct spawn_origin origin;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, previous;
    sigaction(SIGUSR2, &ignore, &previous);
    /* Jobs in the background ignore these. */
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    spawn_origin_init(&origin);
    sigaction(SIGUSR2, &previous, NULL);
    struct seen seen;
    run(&seen, "echo text >&9; grep SigIgn /proc/self/status >ignored\n", (struct target_options){.origin = &origin});
    assert_string_equal(scratch_read("inherited"), "text\n");
    assert_int_equal(fcntl(9, F_GETFD), -1); /* given away */
    unsigned long mask = 0;
    assert_int_equal(sscanf(scratch_read("ignored"), "SigIgn: %lx", &mask), 1);
    /* Above 31 are the C library's own, which make leaves ignored in what it starts. */
    assert_int_equal(mask & 0x7fffffff, 1ul << (SIGUSR2 - 1));
    spawn_origin_finish(&origin);
}

static void starting_fails_with_a_reason(void **state)
{
    (void)state;
    struct loop *loop = loop_create();
    char error[512] = "";
    scratch_write("not-a-program", "\177ELF nonsense", 0700);
    struct target_options options = {.kind = TARGET_CODE, .what = "", .python = "./not-a-program", .home = "home"};
    assert_null(target_launch(loop, &options, on_exit_status, NULL, error, sizeof(error)));
    assert_non_null(strstr(error, "not-a-program"));
    assert_non_null(strstr(error, strerror(ENOEXEC)));
    loop_destroy(loop);
}

static void checks(void **state)
{
    (void)state;
    mkdir("empty", 0700);
    mkdir("full", 0700);
    scratch_write("full/__main__.py", "", 0600);
    scratch_write("good.py", "this is no python(", 0600);
    mkdir("package", 0700);
    scratch_write("package/__init__.py", "", 0600);
    scratch_write("package/__main__.py", "", 0600);
    assert_int_equal(system("cd full && python3 -m zipfile -c ../good.zip __main__.py && "
                            "cd .. && python3 -m zipfile -c bad.zip good.py && (echo '#!/bin/sh'; cat good.zip) >app"),
                     0);
    static const struct {
        enum target_kind kind;
        const char *what, *python;
        const char *error;     /* a word of it; NULL: fine */
        const char *main_path; /* relative to here; NULL: not known */
    } cases[] = {
        {TARGET_SCRIPT, "good.py", NULL, NULL, "good.py"},
        {TARGET_SCRIPT, "./good.py", NULL, NULL, "good.py"},
        {TARGET_SCRIPT, "gone.py", NULL, "gone.py", NULL},
        {TARGET_SCRIPT, "", NULL, "empty", NULL},
        {TARGET_SCRIPT, "empty", NULL, "__main__.py", NULL},
        {TARGET_SCRIPT, "full", NULL, NULL, "full/__main__.py"},
        {TARGET_SCRIPT, "good.zip", NULL, NULL, NULL},
        {TARGET_SCRIPT, "app", NULL, NULL, NULL},
        {TARGET_SCRIPT, "bad.zip", NULL, "__main__.py", NULL},
        {TARGET_SCRIPT, "good.py", "/gone/python", "/gone/python", NULL},
        {TARGET_MODULE, "good", NULL, NULL, "good.py"},
        {TARGET_MODULE, "package", NULL, NULL, "package/__main__.py"},
        {TARGET_MODULE, "json.tool", NULL, NULL, NULL},
        {TARGET_MODULE, "", NULL, "-m", NULL},
        {TARGET_CODE, "", NULL, NULL, NULL},
        {TARGET_STDIN, NULL, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char error[512] = "";
        struct target_options options = {.kind = cases[i].kind,
                                         .what = cases[i].what,
                                         .python = cases[i].python != NULL ? cases[i].python : "/bin/true",
                                         .home = "home"};
        assert_int_equal(target_check(&options, error, sizeof(error)), cases[i].error == NULL);
        if (cases[i].error != NULL) {
            assert_non_null(strstr(error, cases[i].error));
            continue;
        }
        struct seen seen = {.loop = loop_create()};
        int report = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        struct target *target = target_launch(seen.loop, &options, on_exit_status, &seen, error, sizeof(error));
        dup2(report, STDOUT_FILENO);
        close(report);
        assert_non_null(target);
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", scratch_directory, cases[i].main_path != NULL ? cases[i].main_path : "");
        if (cases[i].main_path != NULL)
            assert_string_equal(target_main_path(target), path);
        else
            assert_null(target_main_path(target));
        finish(&seen, target);
    }
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
        cmocka_unit_test(statuses),
        cmocka_unit_test(a_killed_keeper_ends_the_program),
        cmocka_unit_test(its_place_is_that_of_a_job),
        cmocka_unit_test(arguments_and_size),
        cmocka_unit_test(only_terminals_go_to_the_pane),
        cmocka_unit_test(nothing_but_the_channel_is_handed_on),
        cmocka_unit_test(what_pytui_inherited_is_handed_on),
        cmocka_unit_test(starting_fails_with_a_reason),
        cmocka_unit_test(checks),
    };
    return cmocka_run_group_tests(tests, home, scratch_teardown);
}
