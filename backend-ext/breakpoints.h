/* Breakpoints: what the client asked for, where it is bound, and what a hit means. Independent of the
 * engine, which is told through engine_arm(). GIL held for all.
 *
 * A line breakpoint belongs to a file. Its line moves to the next one that has code, by the loaded
 * code where the file is loaded, else by compiling the file without running it. A binding that changes
 * later is reported by the `breakpoint` event. */
#pragma once

#include "armed.h"
#include "request.h"

#include <Python.h>
#include <stdint.h>

struct arena;
struct backend;
struct breakpoints;
struct value;

#define HITS_LIMIT 16

/* Breakpoints that one event hit and that ask for a stop. */
struct hits {
    int64_t ids[HITS_LIMIT];
    size_t count;
    bool run_to, function; /* among them */
    bool news;             /* one acted for the first time */
    char error[256];       /* of a condition that raised */
};

/* Whether one of them is still set: a stop for them may come late. */
bool hits_are_set(const struct breakpoints *breakpoints, const struct hits *hits);

/* The reason of a stop for them. */
const char *hits_reason(const struct hits *hits);

struct breakpoints *breakpoints_create(struct backend *backend); /* NULL: out of memory */
void breakpoints_destroy(struct breakpoints *breakpoints);
void breakpoints_disarm_all(struct breakpoints *breakpoints); /* the session ends */

/* Whether a condition, a log message or a request about them is at work. */
bool breakpoints_in_use(const struct breakpoints *breakpoints);

/* The armed code of CODE, borrowed, or NULL. The fast path of line events. */
struct armed_code *breakpoints_armed(struct breakpoints *breakpoints, PyObject *code);

/* Call VISIT for each armed code object; it must not change what is armed. */
void breakpoints_visit_armed(struct breakpoints *breakpoints, void (*visit)(struct armed_code *armed, void *data),
                             void *data);

/* A line was reached, or a frame begins (LINE 0): count, test, log. True when HITS asks for a stop. */
bool breakpoints_hit(struct breakpoints *breakpoints, struct armed_code *armed, int line, struct hits *hits);

/* The instruction at OFFSET is about to run, one of ARMED's points. The same. */
bool breakpoints_hit_point(struct breakpoints *breakpoints, struct armed_code *armed, int offset, struct hits *hits);

/* The instruction that the frame stands at is dealt with: its report, if it is armed, comes next and is for nobody. */
void breakpoints_pass_point(struct breakpoints *breakpoints, const struct armed_code *armed);

/* A stop: temporary breakpoints in HITS, and all run-to lines, are removed. */
void breakpoints_after_hit(struct breakpoints *breakpoints, const struct hits *hits);

/* DAP Breakpoint objects as an array: of HITS (which may be NULL), then of those whose count of hits grew since the
 * client was told. */
struct value *breakpoints_describe_hits(struct breakpoints *breakpoints, struct arena *arena, const struct hits *hits);

/* Tell the client of log messages over the limit that it does not know of. */
void breakpoints_tell_counts(struct breakpoints *breakpoints);

/* Bind a run-to line. False with a reason in ERROR. */
bool breakpoints_run_to(struct breakpoints *breakpoints, const char *path, int line, char *error, size_t size);

/* CODE is entered for the first time. Binds and arms. */
void breakpoints_code_entered(struct breakpoints *breakpoints, PyObject *code);

/* All of them, as pytui.BreakpointsResponse (breakpoints_list.c). */
struct value *breakpoints_describe_all(struct breakpoints *breakpoints, struct arena *arena);
struct value *breakpoints_handle_list(struct request *request, bool *ok);

struct value *breakpoints_handle_locations(struct request *request, bool *ok);
struct value *breakpoints_handle_set(struct request *request, bool *ok);
struct value *breakpoints_handle_set_functions(struct request *request, bool *ok);
