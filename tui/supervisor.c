#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "spawn.h"

struct supervisor {
    pid_t tui;
    int tty;              /* -1 without a controlling terminal */
    struct termios modes; /* of the terminal as the shell left it */
};

/* What the TUI may have switched on and a SIGKILL left on. All terminals that pytui draws on either know these
 * sequences of xterm's or skip them. In order: bracketed paste, mouse, synchronized update, keypad, attributes, main
 * screen, and the cursor last: going back to the main screen may restore an old state of it. */
static const char restore_string[] = "\033[?2004l\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2026l\033[?1l\033>"
                                     "\033[0m\033[?1049l\033[?25h\r";

/* Whether both are the same but for bits that the kernel changes by itself (PENDIN, FLUSHO). */
static bool same_modes(const struct termios *a, const struct termios *b)
{
    tcflag_t local = ICANON | ECHO | ISIG | IEXTEN;
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
           (a->c_lflag & local) == (b->c_lflag & local);
}

/* Only when it was left in raw modes: had the TUI not opened it yet or given it back already, leaving the alternate
 * screen a second time would move the cursor. And only while the terminal is ours, not the shell's. */
static bool restore_terminal(const struct supervisor *supervisor)
{
    struct termios now;
    if (supervisor->tty < 0 || tcgetpgrp(supervisor->tty) != getpgrp() || tcgetattr(supervisor->tty, &now) < 0 ||
        same_modes(&now, &supervisor->modes))
        return false;
    ssize_t written = write(supervisor->tty, restore_string, sizeof(restore_string) - 1);
    tcsetattr(supervisor->tty, TCSADRAIN, &supervisor->modes);
    return written > 0;
}

static _Noreturn void tui_killed(const struct supervisor *supervisor, int number)
{
    restore_terminal(supervisor);
    fprintf(stderr, "pytui: the debugger was ended by signal %d (%s); the program goes on without it\n", number,
            strsignal(number));
    _exit(128 + number);
}

/* The shell must see this process stopped as well, to take the terminal back. */
static void follow_stop(const struct supervisor *supervisor)
{
    kill(getpid(), SIGSTOP);
    /* Continued: `fg` reaches the whole group, `kill -CONT` only this process. */
    kill(supervisor->tui, SIGCONT);
}

static void reap(const struct supervisor *supervisor)
{
    int status;
    while (waitpid(supervisor->tui, &status, WNOHANG | WUNTRACED) == supervisor->tui) {
        if (WIFSTOPPED(status))
            follow_stop(supervisor);
        else if (WIFSIGNALED(status))
            tui_killed(supervisor, WTERMSIG(status));
        else
            _exit(WEXITSTATUS(status));
    }
}

/* What the kernel or the TUI sent went to the whole group: passing it on would double it. */
static void forward(const struct supervisor *supervisor, const siginfo_t *info)
{
    if (info->si_code <= 0 && info->si_pid != supervisor->tui)
        kill(supervisor->tui, info->si_signo);
}

static _Noreturn void supervise(const struct supervisor *supervisor, const sigset_t *signals)
{
    for (;;) {
        siginfo_t info;
        int number = sigwaitinfo(signals, &info);
        if (number == SIGCHLD)
            reap(supervisor);
        else if (number > 0)
            forward(supervisor, &info);
    }
}

/* Hold nothing open that the program's neighbours in a pipeline wait for the end of. */
static void release_streams(int *tty)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 2; fd++) {
        if (!isatty(fd))
            dup2(null, fd);
    }
    if (*tty > 3)
        *tty = dup3(*tty, 3, O_CLOEXEC);
    spawn_close_range(*tty < 0 ? 3 : 4, UINT_MAX, false);
}

static void become_tui(pid_t supervisor, const sigset_t *mask)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != supervisor)
        _exit(128 + SIGTERM);
    /* Once the supervisor is killed the shell has the terminal: giving it back must not stop on that. */
    signal(SIGTTOU, SIG_IGN);
    sigprocmask(SIG_SETMASK, mask, NULL);
}

void supervisor_start(void)
{
    struct supervisor supervisor = {.tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
    if (supervisor.tty >= 0 && tcgetattr(supervisor.tty, &supervisor.modes) < 0) {
        close(supervisor.tty);
        supervisor.tty = -1;
    }
    static const int watched[] = {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGUSR1, SIGUSR2};
    sigset_t signals, mask;
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
        sigaddset(&signals, watched[i]);
    signal(SIGCHLD, SIG_DFL); /* ignored, there would be nothing to wait for */
    sigprocmask(SIG_BLOCK, &signals, &mask);

    pid_t self = getpid();
    supervisor.tui = fork();
    if (supervisor.tui < 0) {
        fprintf(stderr, "pytui: cannot start a process: %s\n", strerror(errno));
        exit(1);
    }
    if (supervisor.tui == 0) {
        if (supervisor.tty >= 0)
            close(supervisor.tty);
        become_tui(self, &mask);
        return;
    }
    sigset_t terminal;
    sigemptyset(&terminal);
    sigaddset(&terminal, SIGTTOU);
    sigprocmask(SIG_BLOCK, &terminal, NULL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    release_streams(&supervisor.tty);
    supervise(&supervisor, &signals);
}
