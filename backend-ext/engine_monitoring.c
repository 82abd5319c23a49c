/* The engine for 3.12 and newer, on sys.monitoring, with two tool ids:
 *
 * - the breakpoints' tool discovers code (PY_START of everything, each answered with DISABLE: once a
 *   code object) and reports lines of armed code; a line without breakpoint is answered with DISABLE, so
 *   that it costs nothing from then on;
 * - the control tool serves stepping, pause and exceptions, and never disables anything.
 *
 * One tool could not do both: a place that it disabled for breakpoints is silent for stepping too, and
 * only restart_events(), which touches all code there is, would wake it. DISABLE and local events are
 * kept per tool. CPython calls the tools of one event from the highest id down: the control tool has the
 * higher one, looks at the breakpoints itself, and marks the event as done for the other. */
#include "engine.h"

#include "backend.h"
#include "breakpoints.h"
#include "compat.h"
#include "lines.h"
#include "objects.h"
#include "thread_marks.h"

#include <stdlib.h>
#include <string.h>

const char engine_name[] = "monitoring";
const bool engine_reports_calls = true;
const bool engine_returns_are_free = true;

#define TOOL_COUNT     6 /* ids that tools may take */
#define EVENT_COUNT    11
#define UNWINDS_OF_ONE 0x030f0000 /* the version from which on the unwinding of one code object can be asked for */

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
static const char *const event_names[EVENT_COUNT] = {"PY_START", "PY_RESUME",   "PY_RETURN", "PY_YIELD",
                                                     "LINE",     "JUMP",        "PY_UNWIND", "PY_THROW",
                                                     "RAISE",    "INSTRUCTION", "CALL"};

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

/* Callbacks. */

static struct engine *engine_of(PyObject *self)
{
    return PyCapsule_GetPointer(self, NULL);
}

static void count_call(struct engine *engine, _Atomic uint64_t *kind)
{
    counter_add(&engine->backend->counters.callbacks, 1);
    if (kind) {
        counter_add(kind, 1);
    }
}

/* Whether the control tool dealt with this event of the calling thread; forgets it. */
static bool take_done(struct engine *engine, PyObject *code, int line)
{
    const struct thread_mark *mark = thread_marks_find(&engine->done);
    if (!mark || mark->code != code || mark->at != line) {
        return false;
    }
    thread_marks_forget(&engine->done);
    return true;
}

static void mark_done(struct engine *engine, PyObject *code, int line, bool is_done)
{
    if (is_done) {
        thread_marks_set(&engine->done, code, NULL, line);
    } else {
        thread_marks_forget(&engine->done);
    }
}

/* (code, offset): code is entered for the first time. */
static PyObject *on_discovered(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count < 1 || !engine->running) {
        Py_RETURN_NONE;
    }
    count_call(engine, &engine->backend->counters.start_callbacks);
    control_code_entered(engine->backend, arguments[0]);
    return Py_NewRef(engine->disable);
}

/* (code, offset): a generator or coroutine goes on that began before the engine. Once for each of its yields. */
static PyObject *on_rediscovered(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count < 1 || !engine->running) {
        Py_RETURN_NONE;
    }
    count_call(engine, &engine->backend->counters.start_callbacks);
    control_code_resumed(engine->backend, arguments[0]);
    return Py_NewRef(engine->disable);
}

/* None, or NULL to raise at this line the Ctrl-C that came during the stop. */
static PyObject *line_result(struct engine *engine)
{
    return control_take_interrupt(engine->backend) ? NULL : Py_NewRef(Py_None);
}

/* From 3.14 on the event of an instruction still comes that is armed at the report of its line: at a stop there. */
static void pass_new_point(struct engine *engine, PyObject *code)
{
    struct armed_code *armed =
        Py_Version >= 0x030e0000 && engine->running ? breakpoints_armed(engine->backend->breakpoints, code) : NULL;
    if (armed && armed->point_count) {
        breakpoints_pass_point(engine->backend->breakpoints, armed);
    }
}

/* (code, line) */
static PyObject *on_armed_line(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count < 2 || !engine->running) {
        Py_RETURN_NONE;
    }
    count_call(engine, &engine->backend->counters.line_callbacks);
    PyObject *code = arguments[0];
    int line = (int)PyLong_AsLong(arguments[1]);
    if (take_done(engine, code, line)) {
        Py_RETURN_NONE;
    }
    struct armed_code *armed = breakpoints_armed(engine->backend->breakpoints, code);
    if (armed && !armed_code_has_line(armed, line) && armed_code_reports(armed, line)) {
        Py_RETURN_NONE; /* 3.14.9 and 3.15.1 lose the event of the line's instruction, were the line disabled */
    }
    if (!armed || !armed_code_has_line(armed, line)) {
        return Py_NewRef(engine->disable);
    }
    control_breakpoint(engine->backend, armed, line);
    pass_new_point(engine, code);
    return line_result(engine);
}

/* (code, offset): only where a breakpoint stands on one of several statements in a line. */
static PyObject *on_armed_instruction(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count < 2 || !engine->running) {
        Py_RETURN_NONE;
    }
    count_call(engine, &engine->backend->counters.line_callbacks);
    struct armed_code *armed = breakpoints_armed(engine->backend->breakpoints, arguments[0]);
    int offset = (int)PyLong_AsLong(arguments[1]);
    if (!armed || !armed_code_has_point(armed, offset)) {
        return Py_NewRef(engine->disable);
    }
    control_breakpoint_point(engine->backend, armed, offset);
    return line_result(engine);
}

/* The line on which a jump back ends and starts, if it closes a loop that stands on one line; else 0. */
static int loop_line(struct engine *engine, const struct line_table *table, PyObject *code, PyObject *const *offsets)
{
    int from = (int)PyLong_AsLong(offsets[0]), to = (int)PyLong_AsLong(offsets[1]);
    int line = to < from ? line_table_at(table, to) : 0;
    if (!line || line_table_at(table, from) != line || loop_is_comprehension(&engine->marks, table, code, from, to)) {
        return 0;
    }
    return line;
}

/* (code, offset, destination): a loop on one line fires LINE only once. */
static PyObject *on_armed_jump(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count < 3 || !engine->running) {
        Py_RETURN_NONE;
    }
    count_call(engine, &engine->backend->counters.line_callbacks);
    PyObject *code = arguments[0];
    struct armed_code *armed = breakpoints_armed(engine->backend->breakpoints, code);
    int line = armed ? loop_line(engine, &armed->table, code, arguments + 1) : 0;
    if (take_done(engine, code, line)) {
        Py_RETURN_NONE;
    }
    if (!line || !armed_code_has_line(armed, line)) {
        return Py_NewRef(engine->disable);
    }
    control_breakpoint(engine->backend, armed, line);
    Py_RETURN_NONE;
}

static struct watched *find_watched(struct engine *engine, PyObject *code);
static struct watched *make_watched(struct engine *engine, PyObject *code);
static void settle_watched(struct engine *engine, struct watched *watched);

static bool has_breakpoint(struct engine *engine, PyObject *code, int line)
{
    struct armed_code *armed = breakpoints_armed(engine->backend->breakpoints, code);
    return armed && armed_code_has_line(armed, line);
}

/* LINE got its first breakpoint while the program stood on it. The other tool may be about to report it, or be
 * off there for now, which cannot be told: so the event is marked as done, and this thread's next line in CODE
 * is reported to this tool whatever is watched by then, which does away with a mark that was not wanted. */
static void linger(struct engine *engine, PyObject *code, int line)
{
    struct watched *watched = engine->running ? make_watched(engine, code) : NULL;
    if (watched) {
        watched->lingers = PyThread_get_thread_ident();
        settle_watched(engine, watched);
        mark_done(engine, code, line, true);
    }
}

/* Report a line to the control side, and keep the other tool from reporting it again. */
static void report_watched_line(struct engine *engine, PyObject *code, int line)
{
    struct watched *watched = find_watched(engine, code);
    if (watched && watched->lingers == PyThread_get_thread_ident()) {
        watched->lingers = 0;
        settle_watched(engine, watched);
    }
    bool before = has_breakpoint(engine, code, line);
    mark_done(engine, code, line, before);
    control_watched_line(engine->backend, code, line);
    pass_new_point(engine, code);
    if (!before && has_breakpoint(engine, code, line)) {
        linger(engine, code, line);
    }
}

static PyObject *on_watched_line(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count >= 2 && engine->running) {
        int line = (int)PyLong_AsLong(arguments[1]);
        count_call(engine, &engine->backend->counters.line_callbacks);
        report_watched_line(engine, arguments[0], line);
        PyObject *result = line_result(engine);
        if (!result) {
            mark_done(engine, arguments[0], line, false); /* the other tool is not called any more */
        }
        return result;
    }
    Py_RETURN_NONE;
}

static struct watched *find_watched(struct engine *engine, PyObject *code)
{
    struct watched *watched = engine->watched;
    while (watched && watched->code != code) {
        watched = watched->next;
    }
    return watched;
}

static PyObject *on_watched_jump(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count < 3 || !engine->running) {
        Py_RETURN_NONE;
    }
    count_call(engine, &engine->backend->counters.line_callbacks);
    PyObject *code = arguments[0];
    struct watched *watched = find_watched(engine, code);
    struct armed_code *armed = watched ? NULL : breakpoints_armed(engine->backend->breakpoints, code);
    const struct line_table *table = watched ? &watched->table : armed ? &armed->table : NULL;
    int line = table ? loop_line(engine, table, code, arguments + 1) : 0;
    bool paused = !watched && PyLong_AsLong(arguments[2]) < PyLong_AsLong(arguments[1]); /* all code is watched */
    if (line || paused) {
        report_watched_line(engine, code, line);
    }
    Py_RETURN_NONE;
}

/* (code, offset, callable, first argument) */
static PyObject *on_watched_call(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count >= 3 && engine->running) {
        count_call(engine, NULL);
        control_watched_call(engine->backend, (int)PyLong_AsLong(arguments[1]), arguments[2]);
    }
    Py_RETURN_NONE;
}

static PyObject *on_watched_start(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count >= 1 && engine->running) {
        count_call(engine, &engine->backend->counters.start_callbacks);
        if (!control_watched_start(engine->backend, arguments[0], false)) {
            return Py_NewRef(engine->disable);
        }
    }
    Py_RETURN_NONE;
}

static PyObject *on_watched_resume(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count >= 1 && engine->running) {
        count_call(engine, &engine->backend->counters.start_callbacks);
        if (!control_watched_start(engine->backend, arguments[0], true)) {
            return Py_NewRef(engine->disable);
        }
    }
    Py_RETURN_NONE;
}

/* Cannot be disabled. */
static PyObject *on_watched_throw(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count >= 1 && engine->running) {
        count_call(engine, &engine->backend->counters.start_callbacks);
        control_watched_throw(engine->backend, arguments[0]);
    }
    Py_RETURN_NONE;
}

static PyObject *on_watched_return(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count >= 3 && engine->running) {
        count_call(engine, NULL);
        control_watched_return(engine->backend, arguments[0], arguments[2], false);
    }
    Py_RETURN_NONE;
}

static PyObject *on_watched_yield(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count >= 3 && engine->running) {
        count_call(engine, NULL);
        control_watched_return(engine->backend, arguments[0], arguments[2], true);
    }
    Py_RETURN_NONE;
}

/* Before 3.15 the interpreter tells of all code or none: what comes here is mostly for nobody, and to cost little. */
static PyObject *on_unwind(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count >= 3 && engine->running) {
        count_call(engine, NULL);
        const struct watched *watched = find_watched(engine, arguments[0]);
        if ((engine->watched_all | (watched ? watched->events : 0)) & ENGINE_UNWINDS) {
            control_unwind(engine->backend, arguments[0], arguments[2]);
        }
    }
    Py_RETURN_NONE;
}

/* (code, offset, exception). DISABLE is no answer here: the interpreter would forget the callback. */
static PyObject *on_raise(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count >= 3 && engine->running) {
        count_call(engine, NULL);
        control_raise(engine->backend, arguments[2]);
    }
    Py_RETURN_NONE;
}

#define CALLBACK(function)                                                                                             \
    {                                                                                                                  \
        "pytui", (PyCFunction)(void (*)(void))(function), METH_FASTCALL, NULL                                          \
    }

static PyMethodDef breakpoint_callbacks[EVENT_COUNT] = {
    [EVENT_START] = CALLBACK(on_discovered),
    [EVENT_RESUME] = CALLBACK(on_rediscovered),
    [EVENT_LINE] = CALLBACK(on_armed_line),
    [EVENT_JUMP] = CALLBACK(on_armed_jump),
    [EVENT_INSTRUCTION] = CALLBACK(on_armed_instruction),
};

static PyMethodDef control_callbacks[EVENT_COUNT] = {
    [EVENT_START] = CALLBACK(on_watched_start),   [EVENT_RESUME] = CALLBACK(on_watched_resume),
    [EVENT_RETURN] = CALLBACK(on_watched_return), [EVENT_YIELD] = CALLBACK(on_watched_yield),
    [EVENT_LINE] = CALLBACK(on_watched_line),     [EVENT_JUMP] = CALLBACK(on_watched_jump),
    [EVENT_UNWIND] = CALLBACK(on_unwind),         [EVENT_THROW] = CALLBACK(on_watched_throw),
    [EVENT_RAISE] = CALLBACK(on_raise),           [EVENT_CALL] = CALLBACK(on_watched_call),
};

/* Telling the interpreter. */

/* Call METHOD of sys.monitoring; a failure (code that cannot be instrumented, a tool id taken away by the
 * program) leaves the program as it is and must not reach it. */
static bool call_monitoring(struct engine *engine, const char *method, const char *format, ...)
{
    PyObject *function = PyObject_GetAttrString(engine->monitoring, method);
    va_list values;
    va_start(values, format);
    PyObject *arguments = Py_VaBuildValue(format, values);
    va_end(values);
    PyObject *result = function && arguments ? PyObject_CallObject(function, arguments) : NULL;
    bool ok = result != NULL;
    Py_XDECREF(result);
    Py_XDECREF(arguments);
    Py_XDECREF(function);
    return ok;
}

static void set_local(struct engine *engine, int tool, PyObject *code, unsigned long events)
{
    if (!call_monitoring(engine, "set_local_events", "(iOk)", tool, code, events)) {
        PyErr_Clear();
    }
}

static unsigned long control_bits(const struct engine *engine, unsigned events)
{
    unsigned long bits = 0;
    if (events & ENGINE_LINES) {
        bits |= engine->events[EVENT_LINE] | engine->events[EVENT_JUMP];
    }
    if (events & ENGINE_RETURNS) {
        bits |= engine->events[EVENT_RETURN] | engine->events[EVENT_YIELD];
    }
    if (events & ENGINE_CALLS) {
        bits |= engine->events[EVENT_CALL];
    }
    if (events & ENGINE_STARTS) {
        bits |= engine->events[EVENT_START] | engine->events[EVENT_RESUME];
    }
    if ((events & ENGINE_UNWINDS) && Py_Version >= UNWINDS_OF_ONE) {
        bits |= engine->events[EVENT_UNWIND];
    }
    return bits;
}

static void set_control_local(struct engine *engine, PyObject *code)
{
    struct watched *watched = find_watched(engine, code);
    struct armed_code *armed = breakpoints_armed(engine->backend->breakpoints, code);
    unsigned long bits =
        watched ? control_bits(engine, watched->events | (watched->lingers ? (unsigned)ENGINE_LINES : 0)) : 0;
    if (armed && armed->start) {
        bits |= engine->events[EVENT_START];
    }
    set_local(engine, engine->control_tool, code, bits);
}

static void set_control_global(struct engine *engine, unsigned long bits)
{
    if (!call_monitoring(engine, "set_events", "(ik)", engine->control_tool, bits)) {
        PyErr_Clear();
    }
}

/* Starts that were disabled in CODE come back when the interpreter sees the event go and come again. It compares
 * what is set for all code and for this one together: hence not while all starts are watched. */
void engine_wake(struct engine *engine, PyObject *code)
{
    if (engine->running) {
        unsigned long starts = engine->events[EVENT_START] | engine->events[EVENT_RESUME];
        set_local(engine, engine->control_tool, code, starts);
        set_local(engine, engine->control_tool, code, 0);
        set_control_local(engine, code);
    }
}

/* The same at any time. */
static void wake_armed(struct engine *engine, PyObject *code)
{
    unsigned long starts = engine->events[EVENT_START] | engine->events[EVENT_RESUME];
    bool watched = (engine->control_events & starts) != 0;
    if (watched) {
        set_control_global(engine, engine->control_events & ~starts);
    }
    engine_wake(engine, code);
    if (watched) {
        set_control_global(engine, engine->control_events);
    }
}

/* CPython, up to 3.15.2 at least, forgets which instructions of CODE are armed when a second tool comes to it, as ours
 * does for steps and pauses: it begins to keep that by tools then, and begins with none. So have it begin before
 * anything is armed. */
static void keep_by_tools(struct engine *engine, PyObject *code)
{
    set_local(engine, engine->breakpoint_tool, code, engine->events[EVENT_INSTRUCTION]);
    set_local(engine, engine->control_tool, code, engine->events[EVENT_INSTRUCTION]);
    set_local(engine, engine->control_tool, code, 0);
}

void engine_arm(struct engine *engine, struct armed_code *armed)
{
    if (!engine->running) {
        return;
    }
    if (armed->point_count) {
        keep_by_tools(engine, armed->code);
    }
    /* Off and on again: lines that were disabled before are reported once more, in this code alone. */
    set_local(engine, engine->breakpoint_tool, armed->code, 0);
    unsigned long lines = armed->line_count ? engine->events[EVENT_LINE] | engine->events[EVENT_JUMP] : 0;
    unsigned long points = armed->point_count ? engine->events[EVENT_INSTRUCTION] : 0;
    if (lines | points) {
        set_local(engine, engine->breakpoint_tool, armed->code, lines | points);
    }
    if (armed->start) {
        wake_armed(engine, armed->code);
    } else {
        set_control_local(engine, armed->code);
    }
}

static void free_watched(struct watched *watched)
{
    line_table_finish(&watched->table);
    Py_DECREF(watched->code);
    free(watched);
}

/* NULL: out of memory. */
static struct watched *make_watched(struct engine *engine, PyObject *code)
{
    struct watched *watched = find_watched(engine, code);
    if (!watched && (watched = calloc(1, sizeof(*watched)))) {
        watched->code = Py_NewRef(code);
        line_table_read(&watched->table, code);
        watched->next = engine->watched;
        engine->watched = watched;
    }
    return watched;
}

/* Tell the interpreter what is watched; WATCHED is freed when that is nothing. */
static void settle_watched(struct engine *engine, struct watched *watched)
{
    set_control_local(engine, watched->code);
    if (!watched->events && !watched->lingers) {
        struct watched **link = &engine->watched;
        while (*link != watched) {
            link = &(*link)->next;
        }
        *link = watched->next;
        free_watched(watched);
    }
}

static void settle_all(struct engine *engine);

void engine_watch(struct engine *engine, PyObject *code, unsigned events)
{
    if (!engine->running) {
        return;
    }
    struct watched *watched = events ? make_watched(engine, code) : find_watched(engine, code);
    if (watched) {
        watched->events = events;
        settle_watched(engine, watched);
        settle_all(engine);
    }
}

/* What is uncaught is found without. */
bool engine_watch_end(struct engine *engine, PyObject *code)
{
    (void)engine;
    (void)code;
    return false;
}

void engine_hush(struct engine *engine, bool hushed)
{
    void (*change)(PyThreadState *) = hushed ? engine->enter_tracing : engine->leave_tracing;
    if (engine->enter_tracing && engine->leave_tracing) {
        change(PyThreadState_Get());
    }
}

static bool is_unwinding_watched(const struct engine *engine)
{
    unsigned events = engine->watched_all;
    for (const struct watched *each = engine->watched; each && Py_Version < UNWINDS_OF_ONE; each = each->next) {
        events |= each->events;
    }
    return events & ENGINE_UNWINDS;
}

/* Tell the interpreter what is wanted of all code. */
static void settle_all(struct engine *engine)
{
    unsigned events = engine->watched_all;
    unsigned long bits = control_bits(engine, events & ~(unsigned)(ENGINE_RETURNS | ENGINE_UNWINDS));
    if (events & (ENGINE_STARTS | ENGINE_THROWS)) {
        bits |= engine->events[EVENT_THROW];
    }
    if (is_unwinding_watched(engine)) {
        bits |= engine->events[EVENT_UNWIND];
    }
    if (events & ENGINE_RAISES) {
        bits |= engine->events[EVENT_RAISE];
    }
    if (bits != engine->control_events) {
        engine->control_events = bits;
        set_control_global(engine, bits);
    }
}

void engine_watch_all(struct engine *engine, unsigned events)
{
    if (engine->running) {
        engine->watched_all = events;
        settle_all(engine);
    }
}

/* Life. */

static bool read_events(struct engine *engine)
{
    PyObject *events = PyObject_GetAttrString(engine->monitoring, "events");
    for (int i = 0; events && i < EVENT_COUNT; i++) {
        PyObject *bit = PyObject_GetAttrString(events, event_names[i]);
        engine->events[i] = bit ? PyLong_AsUnsignedLong(bit) : 0;
        Py_XDECREF(bit);
    }
    Py_XDECREF(events);
    return !PyErr_Occurred();
}

/* Take the lowest and the highest of the free ids that serve, the debugger's own first: 0, 3 and 4, then others. */
static bool take_tools(struct engine *engine)
{
    static const int candidates[TOOL_COUNT] = {0, 3, 4, 5, 2, 1};
    int taken[2] = {-1, -1}, count = 0;
    for (int i = 0; i < TOOL_COUNT && count < 2; i++) {
        if (call_monitoring(engine, "use_tool_id", "(is)", candidates[i], "pytui")) {
            taken[count++] = candidates[i];
        } else if (PyErr_ExceptionMatches(PyExc_ValueError)) {
            PyErr_Clear();
        } else {
            break;
        }
    }
    bool swapped = taken[0] > taken[1];
    engine->breakpoint_tool = taken[swapped ? 1 : 0];
    engine->control_tool = taken[swapped ? 0 : 1];
    if (count < 2 && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_RuntimeError, "fewer than two of sys.monitoring's tool ids are free");
    }
    return count == 2;
}

static bool register_callbacks(struct engine *engine, int tool, PyMethodDef *callbacks)
{
    for (int i = 0; i < EVENT_COUNT; i++) {
        if (!callbacks[i].ml_name) {
            continue;
        }
        PyObject *function = PyCFunction_NewEx(&callbacks[i], engine->self, NULL);
        bool ok = function && call_monitoring(engine, "register_callback", "(ikO)", tool, engine->events[i], function);
        Py_XDECREF(function);
        if (!ok) {
            return false;
        }
    }
    return true;
}

struct engine *engine_create(struct backend *backend)
{
    struct engine *engine = calloc(1, sizeof(*engine));
    if (!engine) {
        PyErr_NoMemory();
        return NULL;
    }
    engine->backend = backend;
    engine->breakpoint_tool = engine->control_tool = -1;
    PyObject *monitoring = PySys_GetObject("monitoring"); /* borrowed */
    if (!monitoring) {
        PyErr_SetString(PyExc_RuntimeError, "this Python has no sys.monitoring");
        goto error;
    }
    engine->monitoring = Py_NewRef(monitoring);
    engine->disable = PyObject_GetAttrString(monitoring, "DISABLE");
    engine->self = PyCapsule_New(engine, NULL, NULL);
    if (!engine->disable || !engine->self || !read_events(engine)) {
        goto error;
    }
    loop_marks_learn(&engine->marks);
    void *enter = object_symbol("PyThreadState_EnterTracing"), *leave = object_symbol("PyThreadState_LeaveTracing");
    memcpy(&engine->enter_tracing, &enter, sizeof(enter));
    memcpy(&engine->leave_tracing, &leave, sizeof(leave));
    return engine;
error:
    engine_destroy(engine);
    return NULL;
}

bool engine_start(struct engine *engine)
{
    unsigned long discovery =
        engine->events[EVENT_START] | (engine->backend->attached ? engine->events[EVENT_RESUME] : 0);
    if (!take_tools(engine) || !register_callbacks(engine, engine->breakpoint_tool, breakpoint_callbacks) ||
        !register_callbacks(engine, engine->control_tool, control_callbacks) ||
        !call_monitoring(engine, "set_events", "(ik)", engine->breakpoint_tool, discovery)) {
        engine->running = true;
        PyObject *error = PyErr_GetRaisedException();
        engine_stop(engine);
        PyErr_SetRaisedException(error);
        return false;
    }
    engine->running = true;
    return true;
}

static void give_tool_back(struct engine *engine, int tool, const PyMethodDef *callbacks)
{
    if (tool < 0) {
        return;
    }
    if (!call_monitoring(engine, "set_events", "(ii)", tool, 0)) {
        PyErr_Clear(); /* the program freed the id itself */
        return;
    }
    for (int i = 0; i < EVENT_COUNT; i++) {
        if (callbacks[i].ml_name &&
            !call_monitoring(engine, "register_callback", "(ikO)", tool, engine->events[i], Py_None)) {
            PyErr_Clear();
        }
    }
    if (!call_monitoring(engine, "free_tool_id", "(i)", tool)) {
        PyErr_Clear();
    }
}

static void clear_armed(struct armed_code *armed, void *data)
{
    struct engine *engine = data;
    set_local(engine, engine->breakpoint_tool, armed->code, 0);
    set_local(engine, engine->control_tool, armed->code, 0);
}

/* Local events go first: before 3.14 freeing the id leaves them firing. */
void engine_stop(struct engine *engine)
{
    if (!engine->running) {
        return;
    }
    engine->running = false;
    breakpoints_visit_armed(engine->backend->breakpoints, clear_armed, engine);
    while (engine->watched) {
        struct watched *watched = engine->watched;
        engine->watched = watched->next;
        set_local(engine, engine->control_tool, watched->code, 0);
        free_watched(watched);
    }
    give_tool_back(engine, engine->breakpoint_tool, breakpoint_callbacks);
    give_tool_back(engine, engine->control_tool, control_callbacks);
    engine->breakpoint_tool = engine->control_tool = -1;
}

void engine_destroy(struct engine *engine)
{
    if (!engine) {
        return;
    }
    engine_stop(engine);
    Py_CLEAR(engine->monitoring);
    Py_CLEAR(engine->disable);
    Py_CLEAR(engine->self);
    thread_marks_finish(&engine->done);
    free(engine);
}
