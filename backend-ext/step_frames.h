/* What steps want to know of frames and where they lead. GIL held; no Python error stays set. */
#pragma once

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

struct backend;

PyObject *step_frames_code(PyObject *frame);   /* new reference, never NULL */
long step_frames_instruction(PyObject *frame); /* f_lasti */
int step_frames_line(PyObject *frame);         /* f_lineno; 0: none */

/* The name of CODE for "returned from …". */
void step_frames_name(PyObject *code, char *buffer, size_t size);

/* The frame that FRAME returns to, frozen code left out: new reference; NULL at the program's outermost one. */
PyObject *step_frames_caller(struct backend *backend, PyObject *frame);

/* Where a frame returns to. */
struct way_out {
    PyObject *caller; /* owned: the next frame out in which steps stop; NULL: there is none */
    PyObject *gate;   /* owned: the outermost of the library frames on the way to it; NULL: no such on the way */
};
void way_out_find(struct way_out *way, struct backend *backend, PyObject *frame);
void way_out_finish(struct way_out *way);

/* Whether FRAME belongs to a hook of the import machinery, a finder or loader: between it and STEPPED, the
 * frame of the step, stands frozen code, and no module that is imported. */
bool step_frames_are_of_import(PyObject *frame, PyObject *stepped);

/* Whether CODE is a comprehension within one line of its function: not seen as a place of its own (3.11). */
bool step_frames_within_line(PyObject *code);

/* Whether CODE is a function's, in distinction to the body of a class or module; and whether it is a coroutine's
 * or an asynchronous generator's. */
bool step_frames_is_function(PyObject *code);
bool step_frames_is_coroutine(PyObject *code);
/* Whether calling CODE makes a generator or coroutine, which begins when it is first asked for something. */
bool step_frames_is_generator(PyObject *code);

/* The code of a function of Python, plain or a method: new reference; NULL for all else. And only that of a generator
 * or coroutine function. */
PyObject *step_frames_code_of(PyObject *callable);
PyObject *step_frames_generator_of(PyObject *callable);

/* Whether what CODE returns is what a call gave: not a generator's, a comprehension's or that of `__init__`. */
bool step_frames_is_called(PyObject *code);

bool step_frames_has_name(PyObject *code, const char *name); /* co_name; false for "" */

/* Whether CODE, which yields VALUE, waits as a coroutine does and gives nothing to its caller. */
bool step_frames_suspends(PyObject *code, PyObject *value);

/* Whether CODE, which the calling frame runs, is the function of threading in which its threads begin. */
bool step_frames_is_bootstrap(PyObject *code);
