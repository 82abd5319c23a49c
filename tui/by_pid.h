/* Programs that do not listen, by their process id: what can be told of one from /proc, without touching it, and which
 * way there is into it. by_pid_enter.h goes that way. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum by_pid_way {
    BY_PID_NONE,   /* by_pid.why says why */
    BY_PID_ARMED,  /* pytui.arm(), or PYTUI=arm: a socket waits for us */
    BY_PID_REMOTE, /* CPython 3.14 and newer: sys.remote_exec() */
    BY_PID_GDB,    /* only after the same call did no harm to a child of the same interpreter */
};

struct by_pid {
    int64_t pid;
    uint64_t began; /* its start time in clock ticks: another process of this id has another one */
    int64_t age;    /* seconds; -1: not known */
    uid_t uid;
    char state;            /* as in /proc: T stopped by a signal, Z a zombie */
    bool python;           /* it runs CPython, as far as its files tell */
    int major, minor;      /* of that; 0: not known */
    char executable[4096]; /* "" where it cannot be read */
    char command[1024];    /* its command line in one line; arguments are divided by blanks */
    enum by_pid_way way;   /* the first that there is */
    char why[320];         /* with BY_PID_NONE: a clause for people, the most important reason */
    char gdb_only[320];    /* with BY_PID_GDB: why not the better way */
    char armed[512];       /* with BY_PID_ARMED: the socket's address */
};

/* Look at process PID: a few small files. False: there is no such process. */
bool by_pid_look(int64_t pid, struct by_pid *out);

/* The same process is still there. */
bool by_pid_same(const struct by_pid *process);

/* Whether PATH has a program of that name. */
bool by_pid_has_program(const char *name);

/* "armed", "3.14+", "gdb?": a few letters for a list's column; "-" where there is no way. */
const char *by_pid_way_name(enum by_pid_way way);
