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
#include "engine_monitoring.h"

#include "backend.h"
#include "breakpoints.h"
#include "compat.h"
#include "objects.h"

#include <stdlib.h>
#include <string.h>

const char engine_name[] = "monitoring";
const bool engine_reports_calls = true;
const bool engine_returns_are_free = true;

#define TOOL_COUNT     6          /* ids that tools may take */
#define UNWINDS_OF_ONE 0x030f0000 /* the version from which on the unwinding of one code object can be asked for */

static const char *const event_names[EVENT_COUNT] = {"PY_START", "PY_RESUME",   "PY_RETURN", "PY_YIELD",
                                                     "LINE",     "JUMP",        "PY_UNWIND", "PY_THROW",
                                                     "RAISE",    "INSTRUCTION", "CALL"};

/* Telling the interpreter. */

struct watched *engine_find_watched(struct engine *engine, PyObject *code)
{
    struct watched *watched = engine->watched;
    while (watched && watched->code != code) {
        watched = watched->next;
    }
    return watched;
}

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
    struct watched *watched = engine_find_watched(engine, code);
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

struct watched *engine_make_watched(struct engine *engine, PyObject *code)
{
    struct watched *watched = engine_find_watched(engine, code);
    if (!watched && (watched = calloc(1, sizeof(*watched)))) {
        watched->code = Py_NewRef(code);
        line_table_read(&watched->table, code);
        watched->next = engine->watched;
        engine->watched = watched;
    }
    return watched;
}

void engine_settle_watched(struct engine *engine, struct watched *watched)
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
    struct watched *watched = events ? engine_make_watched(engine, code) : engine_find_watched(engine, code);
    if (watched) {
        watched->events = events;
        engine_settle_watched(engine, watched);
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

/* Calls are told, and returns of what is called can be asked for. */
void engine_follow_calls(struct engine *engine, PyObject *frame)
{
    (void)engine;
    (void)frame;
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

/* Code that did not run since the former session's end still has the starts disabled that it answered so: the
 * interpreter applies changes when code is entered, and between the two nothing has changed for it. */
static bool wake_after_former(struct engine *engine)
{
    static bool used; /* guarded by the GIL */
    bool ok = !used || call_monitoring(engine, "restart_events", "()");
    counter_add(&engine->backend->counters.restart_events, used ? 1 : 0);
    used = true;
    return ok;
}

bool engine_start(struct engine *engine)
{
    unsigned long discovery =
        engine->events[EVENT_START] | (engine->backend->attached ? engine->events[EVENT_RESUME] : 0);
    if (!take_tools(engine) || !register_callbacks(engine, engine->breakpoint_tool, engine_breakpoint_callbacks) ||
        !register_callbacks(engine, engine->control_tool, engine_control_callbacks) ||
        !call_monitoring(engine, "set_events", "(ik)", engine->breakpoint_tool, discovery) ||
        !wake_after_former(engine)) {
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
    give_tool_back(engine, engine->breakpoint_tool, engine_breakpoint_callbacks);
    give_tool_back(engine, engine->control_tool, engine_control_callbacks);
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
