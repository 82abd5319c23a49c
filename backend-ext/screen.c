#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

int screen_find_terminal(void)
{
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (tty < 0) {
        return errno;
    }
    pid_t foreground = tcgetpgrp(tty);
    /* The shell waits for commands and we are a job of its: the screen would get in between. */
    if (foreground != getpgrp() && foreground == getsid(0)) {
        kill(0, SIGTTOU);
    }
    close(tty);
    return 0;
}

/* In a copy of the process, in which no lock may be waited for: only system calls from here on. */
static _Noreturn void become(char *const argv[], int channel)
{
    sigset_t none;
    const struct sigaction normal = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) {
        sigaction(number, &normal, NULL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int kept = fcntl(channel, F_DUPFD, SCREEN_CHANNEL + 1);
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY);
    if (kept < 0 || tty < 0) {
        _exit(127);
    }
    for (int fd = 0; fd < SCREEN_CHANNEL; fd++) {
        dup2(tty, fd);
    }
    dup2(kept, SCREEN_CHANNEL);
    syscall(SYS_close_range, SCREEN_CHANNEL + 1u, UINT_MAX, 0u);
    execv(argv[0], argv);
    _exit(127);
}

/* Copies the process, without a signal when the copy ends. As fork() otherwise, but nobody's handlers for that run. */
static long copy_process(void)
{
    return syscall(SYS_clone, 0ul, 0ul, 0ul, 0ul, 0ul);
}

int screen_start(char *const argv[])
{
    int ends[2], status = 0;
    sigset_t all, mask;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        return -1;
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mask); /* no handler of the program's runs in the copy */
    long child = copy_process();
    if (child == 0) {
        long screen = copy_process(); /* its parent ends, so that it belongs to nobody here */
        if (screen == 0) {
            become(argv, ends[1]);
        }
        _exit(screen < 0);
    }
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    close(ends[1]);
    while (child > 0 && waitpid((pid_t)child, &status, __WALL) < 0 && errno == EINTR) {
        continue;
    }
    if (child < 0 || status != 0) {
        close(ends[0]);
        errno = child < 0 ? error : EAGAIN;
        return -1;
    }
    return ends[0];
}
