/* The engine for CPython 3.11, which has no sys.monitoring.
 *
 * engine_frame_hook.c lets a C trace function run in the frames that somebody wants to hear of, and in no
 * others; this file is that trace function, and turns its events into reports:
 *
 *   frame begins -> hook looks at its code's mark -> trace function set or not -> interpreter calls it for
 *   start, lines, returns -> report_event() -> control_…()
 *
 * Code without a mark was never seen: it is traced for its start, which discovers it.
 *
 * A program with a trace function of its own (coverage, pdb) keeps it: in our frames both are called. What
 * is lost: a frame that itself calls sys.settrace() has no breakpoints until the next Python function that
 * it calls returns, and a frame for which the program cleared f_trace_lines has none. The former is so after
 * greenlet.switch(), too. */
#include "engine_frame_hook.h"

#include "backend.h"
#include "breakpoints.h"
#include "compat.h"
#include "engine.h"

#include <opcode.h>
#include <stdlib.h>

#define OPCODES_FOR_US 2 /* in f_trace_opcodes */

const char engine_name[] = "settrace";
const bool engine_reports_calls = false;
const bool engine_returns_are_free = false;

struct engine {
    struct backend *backend;
};

/* The engine that runs: the interpreter passes nothing to a trace function whose object must stay NULL, since
 * sys.gettrace() shows it. Guarded by the GIL. */
static struct engine *running_engine;

/* Events. */

struct event {
    PyFrameObject *frame;
    PyCodeObject *code;
    struct code_interest *interest; /* NULL: none */
    unsigned watched;               /* ENGINE_… */
    PyObject *argument;
};

static int current_opcode(const PyFrameObject *frame)
{
    return _Py_OPCODE(*frame->f_frame->prev_instr);
}

static bool is_resumed(const PyFrameObject *frame)
{
    int opcode = current_opcode(frame);
    bool at_resume = opcode == RESUME || opcode == RESUME_QUICK;
    return !at_resume || _Py_OPARG(*frame->f_frame->prev_instr) != 0; /* elsewhere: throw() */
}

/* Have the interpreter call for each instruction of FRAME, if that is wanted. Another value than a program sets, whose
 * own trace function must not hear of it. */
static void set_opcode_tracing(PyFrameObject *frame, const struct code_interest *interest)
{
    bool wanted = interest && interest->armed && interest->armed->point_count;
    if (wanted && !frame->f_trace_opcodes) {
        frame->f_trace_opcodes = OPCODES_FOR_US;
    } else if (!wanted && frame->f_trace_opcodes == OPCODES_FOR_US) {
        frame->f_trace_opcodes = 0;
    }
}

static void report_start(struct backend *backend, struct event *event)
{
    bool resumed = is_resumed(event->frame);
    struct armed_code *armed = event->interest ? event->interest->armed : NULL;
    bool first = !code_is_seen(event->code) && code_mark_seen(event->code);
    counter_add(&backend->counters.start_callbacks, 1);
    if (event->watched & ENGINE_STARTS) {
        if (!control_watched_start(backend, (PyObject *)event->code, resumed)) {
            code_pass_starts(event->code, true);
        }
    } else if (!first && !resumed && armed && armed->start) {
        control_breakpoint_start(backend, armed);
    }
    if (first && running_engine && resumed) {
        control_code_resumed(backend, (PyObject *)event->code);
    } else if (first && running_engine) {
        control_code_entered(backend, (PyObject *)event->code);
    }
    set_opcode_tracing(event->frame, code_interest(event->code));
}

static void report_instruction(struct backend *backend, struct event *event)
{
    struct armed_code *armed = event->interest ? event->interest->armed : NULL;
    int offset = _PyInterpreterFrame_LASTI(event->frame->f_frame) * (int)sizeof(_Py_CODEUNIT);
    counter_add(&backend->counters.line_callbacks, 1);
    if (armed && armed_code_has_point(armed, offset)) {
        control_breakpoint_point(backend, armed, offset);
    }
}

static void report_line(struct backend *backend, struct event *event)
{
    const struct code_interest *interest = event->interest;
    set_opcode_tracing(event->frame, interest);
    int line = event->frame->f_lineno; /* set for the time of the event */
    counter_add(&backend->counters.line_callbacks, 1);
    bool all = frame_hook.watched_all & ENGINE_LINES; /* a pause stops anywhere */
    if (!all && interest && interest->is_comprehension && current_opcode(event->frame) == FOR_ITER) {
        return; /* its next item: no new line that a person wrote */
    }
    if (event->watched & ENGINE_LINES) {
        control_watched_line(backend, (PyObject *)event->code, line);
    } else if (interest && interest->armed && armed_code_has_line(interest->armed, line)) {
        control_breakpoint(backend, interest->armed, line);
    } else {
        return;
    }
    struct code_interest *now = running_engine ? code_interest(event->code) : NULL;
    if (now && now->has_points) { /* armed at a stop here, the instruction is still reported */
        breakpoints_pass_point(backend->breakpoints, now->armed);
    }
}

static void report_return(struct backend *backend, struct event *event)
{
    if (event->argument) {
        if (event->watched & ENGINE_RETURNS) {
            bool yielded = current_opcode(event->frame) == YIELD_VALUE;
            control_watched_return(backend, (PyObject *)event->code, event->argument, yielded);
        }
    } else if (frame_hook_wants_unwind(event->code) && frame_is_bare(PyThreadState_Get(), event->frame->f_frame)) {
        control_unwind(backend, (PyObject *)event->code, Py_None); /* the exception is out of reach */
    }
}

/* ARGUMENT is (type, exception, traceback); the exception does not have its traceback yet. */
static void report_raise(struct backend *backend, struct event *event)
{
    PyObject *tuple = event->argument;
    bool whole = tuple && PyTuple_Check(tuple) && PyTuple_GET_SIZE(tuple) == 3;
    PyObject *exception = whole ? PyTuple_GET_ITEM(tuple, 1) : NULL;
    if (!(event->watched & ENGINE_RAISES) || !exception || !PyExceptionInstance_Check(exception)) {
        return;
    }
    if (PyException_SetTraceback(exception, PyTuple_GET_ITEM(tuple, 2)) != 0) {
        PyErr_Clear();
    }
    control_raise(backend, exception);
}

static void report_event(PyFrameObject *frame, int what, PyObject *argument)
{
    static void (*const reports[])(struct backend *, struct event *) = {[PyTrace_CALL] = report_start,
                                                                        [PyTrace_LINE] = report_line,
                                                                        [PyTrace_RETURN] = report_return,
                                                                        [PyTrace_EXCEPTION] = report_raise,
                                                                        [PyTrace_OPCODE] = report_instruction};
    if (!running_engine) {
        return;
    }
    uint64_t generation = frame_hook.generation;
    PyCodeObject *code = (PyCodeObject *)Py_NewRef(frame->f_frame->f_code);
    struct code_interest *interest = code_interest(code);
    struct event event = {
        .frame = frame,
        .code = code,
        .interest = interest,
        .watched = frame_hook.watched_all | (interest ? interest->watched : 0),
        .argument = argument,
    };
    struct backend *backend = running_engine->backend;
    if ((size_t)what < sizeof(reports) / sizeof(*reports) && reports[what]) {
        counter_add(&backend->counters.callbacks, 1);
        reports[what](backend, &event);
    }
    Py_DECREF(code);
    /* A start may be all that was wanted; an exception may come from a frame that a greenlet left traced. */
    if (what == PyTrace_CALL || what == PyTrace_EXCEPTION || generation != frame_hook.generation) {
        frame_hook_settle(PyThreadState_Get());
    }
}

static void find_only_line(struct code_interest *interest)
{
    const struct armed_code *armed = interest->armed;
    bool simple = armed && armed->line_count == 1 && !interest->has_points &&
                  !((frame_hook.watched_all | interest->watched) & ENGINE_LINES);
    interest->only_line = simple ? armed->lines[0] : 0;
    interest->generation = frame_hook.generation;
}

/* Whether the event is another line of code that has a breakpoint on one: the most frequent event. */
static inline bool is_unwanted_line(const PyFrameObject *frame, int what)
{
    struct code_interest *interest = what == PyTrace_LINE ? code_interest(frame->f_frame->f_code) : NULL;
    if (!interest || frame->f_trace_opcodes) {
        return false;
    }
    if (interest->generation != frame_hook.generation) {
        find_only_line(interest);
    }
    return interest->only_line && interest->only_line != frame->f_lineno;
}

static void report_or_count(PyFrameObject *frame, int what, PyObject *argument)
{
    if (running_engine && is_unwanted_line(frame, what)) {
        counter_add(&running_engine->backend->counters.callbacks, 1);
        counter_add(&running_engine->backend->counters.line_callbacks, 1);
    } else {
        report_event(frame, what, argument);
    }
}

/* Whether a Ctrl-C that came during a stop is to be raised at this line; then the error is set. */
static bool raise_interrupt(int what)
{
    return what == PyTrace_LINE && running_engine && control_take_interrupt(running_engine->backend);
}

static int trace(PyObject *object, PyFrameObject *frame, int what, PyObject *argument)
{
    (void)object;
    report_or_count(frame, what, argument);
    return raise_interrupt(what) ? -1 : 0;
}

/* With the program's own trace function, whose OBJECT this is. */
static int trace_both(PyObject *object, PyFrameObject *frame, int what, PyObject *argument)
{
    PyThreadState *tstate = PyThreadState_Get();
    Py_tracefunc program_trace = frame_hook_program_trace(tstate);
    int result = 0;
    Py_XINCREF(object);
    report_or_count(frame, what, argument);
    bool ours_alone = what == PyTrace_OPCODE && frame->f_trace_opcodes == OPCODES_FOR_US;
    if (program_trace && tstate->c_traceobj == object && !ours_alone) { /* else code evaluated at a stop replaced it */
        result = program_trace(object, frame, what, argument);
    }
    if (result == 0 && raise_interrupt(what)) {
        result = -1;
    }
    Py_XDECREF(object);
    if (tstate->c_tracefunc != frame_hook.trace_both && running_engine) {
        frame_hook_settle(tstate); /* the program's function removed itself: ours stays */
    }
    return result;
}

/* FRAME is off the interpreter's stack already, but whole: put it back for the report. */
static void report_end(PyThreadState *tstate, _PyInterpreterFrame *frame, bool unwound)
{
    _PyCFrame *outer = tstate->cframe;
    _PyCFrame cframe = {.current_frame = frame, .previous = outer};
    int what = tstate->tracing_what;
    PyObject *exception = PyErr_GetRaisedException();
    PyObject *code = Py_NewRef(frame->f_code);
    tstate->cframe = &cframe;
    tstate->tracing++;
    tstate->tracing_what = PyTrace_RETURN;
    counter_add(&running_engine->backend->counters.callbacks, 1);
    if (unwound) {
        control_unwind(running_engine->backend, code, exception);
    } else {
        control_main_returns(running_engine->backend);
    }
    tstate->tracing_what = what;
    tstate->tracing--;
    tstate->cframe = outer;
    Py_DECREF(code);
    if (exception) {
        PyErr_SetRaisedException(exception);
    }
}

static void report_called(_PyInterpreterFrame *frame, PyObject *value)
{
    control_call_returned(running_engine->backend, (PyObject *)frame->f_code, value);
}

void engine_follow_calls(struct engine *engine, PyObject *frame)
{
    if (running_engine == engine) {
        frame_hook.caller = frame ? ((PyFrameObject *)frame)->f_frame : NULL;
    }
}

/* Interest. */

static void drop_if_unused(struct code_interest *interest)
{
    if (!interest->armed && !interest->watched && !interest->is_subscript) {
        code_interest_drop(interest);
    }
}

/* Frames of CODE that run already, in any thread; others get it at their next start. */
static void set_opcodes_of_running(PyCodeObject *code, const struct code_interest *interest)
{
    for (PyThreadState *tstate = PyInterpreterState_ThreadHead(PyThreadState_Get()->interp); tstate;
         tstate = PyThreadState_Next(tstate)) {
        PyFrameObject *frame = frame_hook_is_complete(tstate) ? PyThreadState_GetFrame(tstate) : NULL;
        while (frame) {
            if (frame->f_frame->f_code == code) {
                set_opcode_tracing(frame, interest);
            }
            PyFrameObject *caller = PyFrame_GetBack(frame);
            Py_DECREF(frame);
            frame = caller;
        }
    }
}

void engine_arm(struct engine *engine, struct armed_code *armed)
{
    PyCodeObject *code = (PyCodeObject *)armed->code;
    bool wanted = armed->line_count > 0 || armed->point_count > 0 || armed->start;
    if (running_engine != engine) {
        return;
    }
    struct code_interest *interest = wanted ? code_interest_make(code) : code_interest(code);
    if (!interest) {
        return;
    }
    bool had_points = interest->has_points;
    interest->armed = wanted ? armed : NULL;
    interest->has_points = armed->point_count > 0;
    if (had_points || interest->has_points) {
        set_opcodes_of_running(code, interest);
    }
    drop_if_unused(interest);
    frame_hook_changed();
}

void engine_watch(struct engine *engine, PyObject *code, unsigned events)
{
    if (running_engine != engine) {
        return;
    }
    PyCodeObject *watched = (PyCodeObject *)code;
    struct code_interest *interest = events ? code_interest_make(watched) : code_interest(watched);
    if (!interest || interest->watched == events) {
        return;
    }
    interest->watched = events;
    drop_if_unused(interest);
    frame_hook_changed();
}

void engine_wake(struct engine *engine, PyObject *code)
{
    if (running_engine == engine) {
        code_pass_starts((PyCodeObject *)code, false);
    }
}

bool engine_watch_end(struct engine *engine, PyObject *code)
{
    if (running_engine == engine) {
        frame_hook.ending = (PyCodeObject *)code;
    }
    return running_engine == engine;
}

void engine_watch_all(struct engine *engine, unsigned events)
{
    if (running_engine == engine && frame_hook.watched_all != events) {
        frame_hook.watched_all = events;
        frame_hook_changed();
    }
}

void engine_hush(struct engine *engine, bool hushed)
{
    PyThreadState *tstate = PyThreadState_Get();
    if (hushed) {
        PyThreadState_EnterTracing(tstate);
        return;
    }
    PyThreadState_LeaveTracing(tstate);
    if (running_engine == engine && !tstate->tracing) {
        frame_hook_settle(tstate);
    }
}

/* Life. */

struct engine *engine_create(struct backend *backend)
{
    struct engine *engine = calloc(1, sizeof(*engine));
    if (!engine) {
        PyErr_NoMemory();
        return NULL;
    }
    engine->backend = backend;
    frame_hook.trace = trace;
    frame_hook.trace_both = trace_both;
    frame_hook.ended = report_end;
    frame_hook.called = report_called;
    if (!frame_hook_prepare()) {
        free(engine);
        return NULL;
    }
    return engine;
}

bool engine_start(struct engine *engine)
{
    if (running_engine) {
        PyErr_SetString(PyExc_RuntimeError, "a debugger watches this program already");
        return false;
    }
    if (!frame_hook_install()) {
        return false;
    }
    running_engine = engine;
    return true;
}

void engine_stop(struct engine *engine)
{
    if (running_engine == engine) {
        running_engine = NULL;
        frame_hook_remove();
    }
}

void engine_destroy(struct engine *engine)
{
    if (engine) {
        engine_stop(engine);
        free(engine);
    }
}
