/* Into a process that does not listen (by_pid.h): the interpreter that it runs does that, as another process
 * (backend-ext/enter.py), which gives up and cleans behind itself when we leave, however we do. The program takes the
 * request when it next runs Python, and listens then for one session. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct by_pid;
struct by_pid_entry;

/* Begin. HOME is --home, or NULL. NULL with a reason in ERROR; the error of BY_PID_NONE tells all ways and what to do.
 */
struct by_pid_entry *by_pid_enter(const struct by_pid *process, const char *home, char *error, size_t size);

/* Give up unless it is done. NULL is fine. */
void by_pid_leave(struct by_pid_entry *entry);

/* Readable: there is something for by_pid_follow(). */
int by_pid_entry_fd(const struct by_pid_entry *entry);

enum by_pid_state {
    BY_PID_GOES,   /* not yet */
    BY_PID_ASKED,  /* it was told, and has not run Python since */
    BY_PID_IN,     /* TEXT is its address */
    BY_PID_FAILED, /* TEXT says why */
};

/* Where it stands; never blocks. */
enum by_pid_state by_pid_follow(struct by_pid_entry *entry, char *text, size_t size);

/* "waiting for the program to run Python", and what to do where it cannot. */
void by_pid_waiting_text(const struct by_pid *process, char *text, size_t size);

/* All of that, before there is a screen: waiting is told on standard error, and Ctrl-C ends us. The program's address
 * into ADDRESS; false with a reason in ERROR. */
bool by_pid_reach(const struct by_pid *process, const char *home, char address[512], char *error, size_t size);

/* Which ways there are into PROCESS, and why not: some lines for people. */
void by_pid_explain(const struct by_pid *process, char *text, size_t size);
