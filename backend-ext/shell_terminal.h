/* The program's terminal for a shell: in the place of descriptors 0 to 2, in an ordinary state, with this process in
 * its foreground; and everything as it was afterwards, signal handlers included. Called in the program's own threads,
 * whose descriptors these are. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#define SHELL_SIGNALS 65

struct shell_terminal {
    int fd;       /* the terminal; -1: not open */
    int saved[3]; /* what the program had there; -1: nothing */
    int flags[3]; /* their descriptor flags */
    struct termios state;
    pid_t foreground;
    bool moved; /* the foreground is another process group for now */
    struct sigaction actions[SHELL_SIGNALS];
};

/* Handlers, before anything is loaded that sets some. */
void shell_terminal_keep_signals(struct shell_terminal *terminal);
/* False with a text for people in ERROR; nothing is changed then. */
bool shell_terminal_open(struct shell_terminal *terminal, char *error, size_t size);
void shell_terminal_close(struct shell_terminal *terminal); /* also of one that was never opened */
void shell_terminal_restore_signals(const struct shell_terminal *terminal);
