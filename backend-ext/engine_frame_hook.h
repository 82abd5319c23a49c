/* CPython 3.11: which frames are traced. Frame evaluation hook (PEP 523), marks on code objects and the
 * trace function of each thread. Used by engine_settrace.c only.
 *
 * Every call of Python code comes through the hook, which looks at the mark of the code. A frame that
 * is wanted runs with our C trace function set in its thread, any other frame without it. So, whenever
 * the interpreter runs Python code, this holds: the trace function is set exactly if the running C frame
 * (_PyCFrame) is wanted. Three things can break it, and frame_hook_settle() mends it: interest changes
 * while frames run (`generation` tells), the program calls sys.settrace(), a greenlet is switched.
 *
 * A C frame that began without the hook is "bare": nothing of ours runs when it returns, and it passes its
 * tracing flag on to its caller. So it is traced when its caller is wanted. Python frames that were inlined
 * into one C frame share its flag: all are traced when one is wanted. */
#pragma once

#include <Python.h>

/* After Python.h: the core's headers want the core's macro, Python.h must not see it. */
#define Py_BUILD_CORE 1
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE

#include <stdbool.h>
#include <stdint.h>

struct armed_code;

/* What is wanted of one code object. Owned by the code object, in its extra slot. */
struct code_interest {
    struct code_interest *next, **link; /* of all there are */
    PyCodeObject *code;                 /* borrowed */
    struct armed_code *armed;           /* borrowed; NULL */
    unsigned watched;                   /* ENGINE_… */
    bool seen;                          /* its first entry was reported */
    bool passed;                        /* that all starts are watched is not meant for it */
    bool is_comprehension;              /* and stands on one line */
    bool has_points;                    /* instructions of it are armed */
    bool is_subscript;                  /* the body of a __getitem__: kept to the end */
    uint64_t generation;                /* for which `only_line` holds */
    int only_line;                      /* the one of its lines that is of interest; 0: it is not that simple */
};

/* Mutable and static, since the interpreter gives the hook nothing else to find it by. Guarded by the GIL. */
struct frame_hook {
    _PyFrameEvalFunction next;  /* what was there before */
    bool installed;             /* as far as we know */
    uint64_t generation;        /* changes with all interest */
    uintptr_t quiet;            /* mark of code whose frames need nothing at all */
    uintptr_t seen;             /* mark of code that was seen, and nothing is wanted of it; with MARK_PASSED, too */
    unsigned watched_all;       /* ENGINE_… */
    const PyCodeObject *ending; /* whose being left by an exception is always told; compared only; NULL */
    bool running;
    Py_ssize_t slot; /* of code extras; -1: not there */
    struct code_interest *interests;
    Py_tracefunc trace, trace_both;    /* alone, and together with the program's own */
    const _PyInterpreterFrame *caller; /* what it calls is to be reported when it returned; compared only; NULL */
    void (*called)(_PyInterpreterFrame *, PyObject *);           /* that frame returned this */
    void (*ended)(PyThreadState *, _PyInterpreterFrame *, bool); /* by an exception, which is set: true; or returned */
};
extern struct frame_hook frame_hook;

/* What codeobject.c keeps in co_extra; frame_hook_prepare() tests that it is so. */
struct code_extra {
    Py_ssize_t count;
    void *marks[1];
};

/* Bit of a mark that is no pointer: that all starts are watched is not meant for this code. */
#define MARK_PASSED ((uintptr_t)2)

/* 0: not seen; lowest bit set: seen, and in which session; else a struct code_interest. */
static inline uintptr_t code_mark(const PyCodeObject *code)
{
    const struct code_extra *extra = code->co_extra;
    return extra && frame_hook.slot < extra->count ? (uintptr_t)extra->marks[frame_hook.slot] : 0;
}

static inline struct code_interest *code_interest(const PyCodeObject *code)
{
    uintptr_t mark = code_mark(code);
    return mark & 1 ? NULL : (struct code_interest *)mark;
}

static inline bool code_is_seen(const PyCodeObject *code)
{
    uintptr_t mark = code_mark(code);
    return mark & 1 ? (mark & ~MARK_PASSED) == frame_hook.seen : mark && ((struct code_interest *)mark)->seen;
}

/* Whether it is told that an exception leaves a frame of CODE. */
bool frame_hook_wants_unwind(const PyCodeObject *code);

/* Take a slot for marks. False with a Python error. */
bool frame_hook_prepare(void);

/* Begin: a new session of marks. False with a Python error. */
bool frame_hook_install(void);

/* Remove the hook, our trace functions and all interest. Idempotent. */
void frame_hook_remove(void);

/* Remember that CODE was seen. False: out of memory. */
bool code_mark_seen(PyCodeObject *code);

/* Whether starts of CODE, which was seen, are left out when all starts are watched. */
void code_pass_starts(PyCodeObject *code, bool passed);

/* The interest in CODE, made if there is none. NULL: out of memory; no Python error. */
struct code_interest *code_interest_make(PyCodeObject *code);
void code_interest_drop(struct code_interest *interest);

/* Interest changed: frames that run in any thread are traced, or not any longer, from now on. */
void frame_hook_changed(void);

/* Trace the running C frame of this thread or not, as interest says. */
void frame_hook_settle(PyThreadState *tstate);

/* A thread state stands in the list before it is filled in. */
bool frame_hook_is_complete(const PyThreadState *tstate);

/* Whether FRAME is not under the hook: its end is seen by the trace function only. */
bool frame_is_bare(PyThreadState *tstate, const _PyInterpreterFrame *frame);

/* The trace function that the program itself set in this thread, below ours (trace_both). */
Py_tracefunc frame_hook_program_trace(const PyThreadState *tstate);
