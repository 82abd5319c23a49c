/* How execution is watched. Two implementations, one per build of the extension: engine_monitoring.c
 * (3.12 and newer, sys.monitoring) and engine_settrace.c (3.11). The rest does not know which runs.
 *
 * The engine tells, others decide. It reports through the control_…() functions below, always with
 * the GIL held, in the program's thread that does the thing, with no Python error set. They may block
 * for minutes (a stop); they never raise and leave no error set. PyEval_GetFrame() gives the frame.
 * During such a call the engine must report nothing on the same thread (evaluated code is silent).
 *
 * Three kinds of interest, independent of each other:
 * - discovery: every code object is reported once, when it is first entered (control_code_entered), or resumed
 *   where the program ran before the engine (control_code_resumed); from engine_start() to engine_stop();
 * - armed code (breakpoints): engine_arm();
 * - watched code (stepping, pause): engine_watch() and engine_watch_all().
 *
 * Cost: code neither armed nor watched pays nothing after its first entry. Armed code pays for lines
 * that it is armed for; a line without breakpoint is reported to the interpreter as not wanted. */
#pragma once

#include <Python.h>
#include <stdbool.h>

struct armed_code; /* breakpoints.h */
struct backend;
struct engine;

/* For capabilities: "monitoring" or "settrace". */
extern const char engine_name[];

/* Whether ENGINE_CALLS is reported at all. */
extern const bool engine_reports_calls;

/* Whether watching the returns of code costs nothing before it returns. */
extern const bool engine_returns_are_free;

/* Events that can be watched. */
enum {
    ENGINE_LINES = 1u << 0,   /* a new line, or a jump back to the start of the same line */
    ENGINE_RETURNS = 1u << 1, /* return and yield */
    ENGINE_STARTS = 1u << 2,  /* a frame begins, or is resumed after a yield */
    ENGINE_UNWINDS = 1u << 3, /* a frame is left by an exception */
    ENGINE_CALLS = 1u << 6,   /* calls that this code makes, just before; engine_watch() only; 3.12 and newer */
    ENGINE_RAISES = 1u << 4,  /* an exception comes to a frame, raised there or in a callee; engine_watch_all() only */
    ENGINE_THROWS = 1u << 5,  /* a frame is resumed by an exception; engine_watch_all() only; 3.12 and newer */
};

/* NULL with a Python error set: for example when no monitoring tool id is free. Nothing is watched
 * before engine_start(). The caller owns it. */
struct engine *engine_create(struct backend *backend);
void engine_destroy(struct engine *engine); /* GIL held; stops it first; NULL is fine */

/* Begin discovery. The calling thread and all threads created later are covered. False with a Python error. */
bool engine_start(struct engine *engine);

/* Remove every hook from the interpreter: nothing is reported any more. Safe inside a report and in
 * a forked child; idempotent. */
void engine_stop(struct engine *engine);

/* The armed lines of ARMED->code changed (breakpoints.h has the lines): report control_breakpoint()
 * when one is reached from now on, in every thread, in frames that already run or are suspended too.
 * `armed->start` asks for control_breakpoint_start() as well. An ARMED without lines is to be
 * disarmed; the engine keeps no pointer to it afterwards. */
void engine_arm(struct engine *engine, struct armed_code *armed);

/* Report EVENTS of this code object (a set; 0: none any more). Replaces what was watched of it. */
void engine_watch(struct engine *engine, PyObject *code, unsigned events);

/* Report EVENTS of all code, in every thread (replaces the former set). Includes frames that run. */
void engine_watch_all(struct engine *engine, unsigned events);

/* Report control_unwind() when an exception leaves CODE, and of no other code for this, and control_main_returns() when
 * it returns. False: cannot be done here. */
bool engine_watch_end(struct engine *engine, PyObject *code);

/* Where calls are not reported: report control_call_returned() for what FRAME (NULL: none any more) calls. */
void engine_follow_calls(struct engine *engine, PyObject *frame);

/* Starts of CODE, which control_watched_start() gave up, are of interest again. Not while all starts are watched. */
void engine_wake(struct engine *engine, PyObject *code);

/* The calling thread, outside a report, runs code for the debugger: report nothing of it until this is called again
 * with false. Calls nest. */
void engine_hush(struct engine *engine, bool hushed);

/* What the engine reports. Implemented by stop.c, breakpoints.c and stepping.c. */

/* Once per code object, at its first entry. Arms it if it holds breakpoints; may stop. */
void control_code_entered(struct backend *backend, PyObject *code);

/* Armed code reached a line; LINE holds an enabled breakpoint. Only for lines that ARMED has. */
void control_breakpoint(struct backend *backend, struct armed_code *armed, int line);

/* A frame of CODE, which was never reported, goes on after a yield: it began before the engine. May be said more than
 * once for the same code. */
void control_code_resumed(struct backend *backend, PyObject *code);

/* A frame of armed code with `armed->start` begins (function breakpoints, body on the def line).
 * Not for the entry that control_code_entered() reports: that one does it itself. */
void control_breakpoint_start(struct backend *backend, struct armed_code *armed);

/* Armed code is about to run the instruction at OFFSET, one of ARMED's points. After the report of its line, where
 * one begins there. */
void control_breakpoint_point(struct backend *backend, struct armed_code *armed, int offset);

/* Watched code. When a line is both watched and armed, only control_watched_line() is called: it
 * looks at the breakpoints too. The same for starts. */
void control_watched_line(struct backend *backend, PyObject *code, int line);

/* False: this code's starts need not be reported any more, until engine_wake(); the engine may do so all the same. */
bool control_watched_start(struct backend *backend, PyObject *code, bool resumed);

/* The calling frame is resumed by an exception. */
void control_watched_throw(struct backend *backend, PyObject *code);
void control_watched_return(struct backend *backend, PyObject *code, PyObject *value, bool yielded);
/* The instruction at byte OFFSET of watched CODE is about to call CALLABLE. False: calls by this instruction need not
 * be reported any more, until ENGINE_CALLS of the code goes and comes again. */
bool control_watched_call(struct backend *backend, int offset, PyObject *callable);

/* After control_watched_return(). */
void control_call_returned(struct backend *backend, PyObject *code, PyObject *value);
void control_unwind(struct backend *backend, PyObject *code, PyObject *exception);

/* The code of engine_watch_end() returns; after control_watched_return(), which does this itself. */
void control_main_returns(struct backend *backend);

/* EXCEPTION has its traceback, with the calling frame in front. */
void control_raise(struct backend *backend, PyObject *exception);

/* Ask after each line report (not after jumps back): true with a Python error set when a Ctrl-C that
 * came during the stop is to be raised at this line. The engine's callback then fails with it. Cheap. */
bool control_take_interrupt(struct backend *backend);
