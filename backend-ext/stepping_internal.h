/* The state of a step, shared by stepping.c and breakpoint_reports.c. GIL held for all. */
#pragma once

#include "stepping.h"

#include "breakpoints.h"
#include "returns.h"
#include "step_marks.h"
#include "target_plan.h"

#include <Python.h>
#include <stdbool.h>

#define WATCHED_LIMIT 64 /* code objects watched by one step; far more than a step passes through */
#define CALLEES_LIMIT 32 /* of these, as long as what is called from its line is added */

struct stepping {
    struct backend *backend;
    enum step_kind kind;
    unsigned long ident;     /* thread of the step */
    PyObject *frame;         /* owned: the frame being stepped */
    bool begun_here;         /* the step was asked for in it: its lines stop whosever they are */
    bool thrown;             /* it was resumed by an exception, and reached no line since */
    const void *stood_frame; /* where a line stopped last; compared only */
    int stood_line;
    int until;                 /* STEP_UNTIL: lines before this one are passed */
    struct target_plan target; /* STEP_TARGET: the call to step into */
    struct returns returns;    /* of the calls that the line made */
    unsigned returns_budget;   /* see RETURNS_BUDGET */
    const PyObject *left; /* code of the function that the last step left, and that is about to end; compared only */
    bool calls_off;       /* the engine was told to leave out some calls */
    bool has_hits;        /* STEP_ENTRY of a function breakpoint */
    struct hits hits;
    bool pausing;
    unsigned long pause_ident; /* 0: any thread */
    struct {
        PyObject *code; /* owned */
        unsigned events;
    } watched[WATCHED_LIMIT]; /* told to the engine */
    size_t watched_count;
    unsigned watched_all;
    bool passed; /* the engine was told to leave out starts of some code */
    struct step_marks marks;
    PyObject *bootstrap; /* owned: with which every thread of threading begins; its starts are watched; or NULL */
    PyObject *awaited;   /* owned: code whose first frame is to stop; or NULL */
    bool main_watched;   /* the end of main_code is watched */
};

/* Whether a line event was dealt with before it came. */
bool stepping_was_dealt_with(struct stepping *stepping);

/* A line stops, or may. */
void stepping_note_line(struct stepping *stepping, int line);

/* While another thread steps, the hit waits. Its breakpoints may be gone when its turn comes. */
void stepping_stop_for_hits(struct backend *backend, const struct hits *hits);

/* ON_DEF_LINE: the body stands there, so that no other line will come. */
void stepping_enter_function(struct backend *backend, bool on_def_line, const struct hits *hits);
