/* What the files of the engine on sys.monitoring share: its state, and the callbacks that are given to the interpreter.
 * engine_monitoring.c tells the interpreter what is wanted; engine_monitoring_calls.c is what the interpreter calls. */
#pragma once

#include "engine.h"

#include "lines.h"
#include "thread_marks.h"

#include <Python.h>
#include <stdbool.h>

#define EVENT_COUNT 11

enum event {
    EVENT_START,
    EVENT_RESUME,
    EVENT_RETURN,
    EVENT_YIELD,
    EVENT_LINE,
    EVENT_JUMP,
    EVENT_UNWIND,
    EVENT_THROW,
    EVENT_RAISE,
    EVENT_INSTRUCTION,
    EVENT_CALL
};

struct watched {
    struct watched *next;
    PyObject *code; /* owned */
    unsigned events;
    unsigned long lingers; /* ident of the thread whose next line is to be reported in any case: see linger(); or 0 */
    struct line_table table;
};

struct engine {
    struct backend *backend;
    PyObject *monitoring, *disable;    /* owned: sys.monitoring and its DISABLE */
    PyObject *self;                    /* owned: capsule of this, the callbacks' self */
    unsigned long events[EVENT_COUNT]; /* bits: they differ between versions */
    int breakpoint_tool, control_tool; /* -1: not taken */
    unsigned watched_all;              /* ENGINE_… */
    unsigned long control_events;      /* what control_tool has globally */
    struct watched *watched;
    struct loop_marks marks;
    struct thread_marks done; /* events that the control tool dealt with: the other tool's call is for nobody */
    bool running;
    void (*enter_tracing)(PyThreadState *),
        (*leave_tracing)(PyThreadState *); /* no part of the stable ABI, but there */
};

/* By event: what the two tools register; entries without a name are nothing. */
extern PyMethodDef engine_breakpoint_callbacks[EVENT_COUNT], engine_control_callbacks[EVENT_COUNT];

struct watched *engine_find_watched(struct engine *engine, PyObject *code); /* NULL: CODE is not watched */
struct watched *engine_make_watched(struct engine *engine, PyObject *code); /* NULL: out of memory */

/* Tell the interpreter what is watched; WATCHED is freed when that is nothing. */
void engine_settle_watched(struct engine *engine, struct watched *watched);
