/* Giving the terminal back when nothing orderly is possible: what to write and which modes to set stand
 * ready, so that a signal handler needs only write(2) and tcsetattr(). See term_emergency_restore() in
 * term.h; after a kill -9 it is the supervisor's job. */
#pragma once

#include <stddef.h>
#include <termios.h>

#define TERM_CARE_RESTORE_MAX 512

/* Remember how to restore FD (borrowed, open for as long as this is armed): SEQUENCE of LENGTH bytes
 * (cut at TERM_CARE_RESTORE_MAX) and MODES. Only the process that called this restores. */
void term_care_arm(int fd, const char *sequence, size_t length, const struct termios *modes);
/* The terminal is in order: nothing to restore. */
void term_care_disarm(void);

/* Let SEGV, BUS, FPE, ILL, ABRT and QUIT restore the terminal and then do what they did before. They
 * run on a stack of their own, so that an overflow of the stack is handled too. */
void term_care_catch_signals(void);
