/* What breakpoints.c, breakpoint_hits.c and breakpoint_order.c share. */
#pragma once

#include "breakpoints.h"
#include "thread_marks.h"

struct breakpoint;
struct breakpoint_file;

struct breakpoints {
    struct backend *backend;
    struct breakpoint_file *files;
    struct breakpoint *functions;
    int64_t last_id;
    int busy;                   /* conditions, log messages and requests that run now: what they use is not freed */
    struct breakpoint *retired; /* to be freed when none runs */
    bool some_wait;             /* a breakpoint waits until another one acted */
    bool telling_planned;       /* the helper will tell of log messages over the limit, failed conditions */
    struct armed_table armed;
    struct thread_marks passed; /* instructions dealt with at the report of their line; `at` is the offset */
};

/* Call VISIT for each breakpoint with its file, NULL for function breakpoints; it must not change the lists. */
void breakpoints_visit(struct breakpoints *breakpoints,
                       void (*visit)(struct breakpoint_file *file, struct breakpoint *breakpoint, void *data),
                       void *data);

/* Around what may let other threads run: no breakpoint is freed between. */
void breakpoints_begin(struct breakpoints *breakpoints);
void breakpoints_end(struct breakpoints *breakpoints);

/* Free LIST, or keep it until no condition of it can be running. */
void breakpoints_retire(struct breakpoints *breakpoints, struct breakpoint *list);

/* The `breakpoint` event. */
void breakpoints_send(struct breakpoints *breakpoints, const struct breakpoint_file *file,
                      const struct breakpoint *breakpoint, const char *reason);

/* Make what is armed in the code of FILE right; NULL: in all code, for function breakpoints. */
void breakpoints_arm(struct breakpoints *breakpoints, struct breakpoint_file *file);

/* Find the statements that breakpoints of FILE with a column stand on. Their lines are bound. */
void breakpoints_bind_columns(struct breakpoint_file *file);

/* Whether one of FILE stands on a statement of CODE; and those instructions, into ARMED. */
bool breakpoints_wants_points(const struct breakpoint_file *file, PyObject *code);
void breakpoints_set_points(struct armed_code *armed, const struct breakpoint_file *file);

/* Which breakpoints wait for others. The client is told of changes, and what comes of them is armed, but in FILE (or,
 * with FUNCTIONS, of function breakpoints): that is left to the caller. */
void breakpoints_order(struct breakpoints *breakpoints, const struct breakpoint_file *file, bool functions);
