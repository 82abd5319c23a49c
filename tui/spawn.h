/* Starting a process as a shell would: with the streams, signals and descriptors that pytui itself
 * was started with, whatever pytui did to its own since. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What this process got from its parent, for handing it on. */
struct spawn_origin {
    sigset_t mask;    /* blocked signals */
    sigset_t ignored; /* signals that were ignored (nohup) */
    bool closed[3];   /* standard streams that were closed */
    int *descriptors; /* owned: open ones from 3 on without close-on-exec (process substitution, make) */
    size_t descriptor_count;
};

/* Look, first thing in main(). Standard streams that are closed are opened on /dev/null, so that no
 * other file can land there. */
void spawn_origin_init(struct spawn_origin *origin);
/* Close the handed-on descriptors here: whoever waits for their end must not wait for pytui. */
void spawn_origin_release(struct spawn_origin *origin);
void spawn_origin_finish(struct spawn_origin *origin);

struct spawn_request {
    const char *path; /* file to execute; no search */
    char *const *argv;
    char *const *environment;
    int terminal;                      /* slave of a pty that becomes the streams below; -1: none */
    bool on_terminal[3];               /* standard streams that are to be `terminal` */
    int keep;                          /* a descriptor to leave open under its number; -1: none */
    const struct spawn_origin *origin; /* borrowed; NULL: nothing blocked, ignored or inherited */
};

/* Start it in a process group of its own, which becomes TERMINAL's foreground group if that is the
 * controlling terminal. Returns once the program runs, or -1 with *ERROR the errno of what failed. */
pid_t spawn(const struct spawn_request *request, int *error);

/* close_range(2) with FLAGS for all descriptors from FIRST to LAST, where the kernel lacks it too. */
void spawn_close_range(unsigned first, unsigned last, bool only_on_exec);
