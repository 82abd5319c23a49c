/* Questions to programs that listen, for whoever waits for the answers: live.c at once, live_watch.c in the loop. */
#pragma once

#include "live.h"

struct channel;

#define LIVE_PATIENCE 1000 /* ms for all answers together */

/* Ask who is at the other end of FD, which is taken over. */
struct channel *live_question(int fd);

enum live_answer {
    LIVE_PENDING,
    LIVE_ANSWERED, /* what is known of PROGRAM by its answer is set */
    LIVE_SILENT    /* no backend of pytui's, or it is gone */
};
/* Take what came, without blocking. */
enum live_answer live_hear(struct channel *channel, struct live_program *program);

/* After the answer of a program that runs under this kernel: Jupyter's have the names of their notebooks. */
void live_name_kernel(struct live_program *program);

/* By name, then rank, then process; for qsort(). */
int live_compare(const void *left, const void *right);
