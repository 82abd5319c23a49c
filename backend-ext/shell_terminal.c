#include "shell_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HIGH 200 /* descriptors from here on are in nobody's way */

void shell_terminal_keep_signals(struct shell_terminal *terminal)
{
    *terminal = (struct shell_terminal){.fd = -1, .saved = {-1, -1, -1}};
    for (int i = 1; i < SHELL_SIGNALS; i++) {
        sigaction(i, NULL, &terminal->actions[i]);
    }
}

void shell_terminal_restore_signals(const struct shell_terminal *terminal)
{
    for (int i = 1; i < SHELL_SIGNALS; i++) {
        sigaction(i, &terminal->actions[i], NULL);
    }
}

/* Change the terminal without being stopped for it, as who is in the background would be. */
static void block_output_signal(sigset_t *before)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &set, before);
}

/* Lines, echo and Ctrl-C, whatever the program made of its terminal; no Ctrl-Z, which would suspend the program. */
static void make_ordinary(const struct shell_terminal *terminal)
{
    struct termios state = terminal->state;
    state.c_iflag |= ICRNL;
    state.c_iflag &= ~(tcflag_t)(IGNCR | INLCR | IGNBRK);
    state.c_oflag |= OPOST | ONLCR;
    state.c_lflag |= ICANON | ECHO | ECHOE | ECHOK | ISIG | IEXTEN;
    state.c_lflag &= ~(tcflag_t)NOFLSH;
    state.c_cc[VSUSP] = _POSIX_VDISABLE;
    tcsetattr(terminal->fd, TCSANOW, &state);
}

bool shell_terminal_open(struct shell_terminal *terminal, char *error, size_t size)
{
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    int high = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, HIGH) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (high < 0 || tcgetattr(high, &terminal->state) < 0) {
        snprintf(error, size,
                 "a shell needs a terminal, and the program has none (/dev/tty: %s); the console works without one",
                 strerror(errno));
        if (high >= 0) {
            close(high);
        }
        return false;
    }
    terminal->fd = high;
    sigset_t before;
    block_output_signal(&before);
    terminal->foreground = tcgetpgrp(high);
    terminal->moved = terminal->foreground > 0 && terminal->foreground != getpgrp() && tcsetpgrp(high, getpgrp()) == 0;
    make_ordinary(terminal);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    for (int i = 0; i < 3; i++) {
        terminal->flags[i] = fcntl(i, F_GETFD);
        terminal->saved[i] = terminal->flags[i] >= 0 ? fcntl(i, F_DUPFD_CLOEXEC, HIGH) : -1;
        dup2(high, i);
    }
    signal(SIGTSTP, SIG_IGN);
    return true;
}

void shell_terminal_close(struct shell_terminal *terminal)
{
    if (terminal->fd < 0) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        if (terminal->saved[i] >= 0) {
            dup2(terminal->saved[i], i);
            fcntl(i, F_SETFD, terminal->flags[i]);
            close(terminal->saved[i]);
        } else {
            close(i);
        }
    }
    sigset_t before;
    block_output_signal(&before);
    tcsetattr(terminal->fd, TCSANOW, &terminal->state);
    if (terminal->moved) {
        tcsetpgrp(terminal->fd, terminal->foreground);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(terminal->fd);
    terminal->fd = -1;
}
