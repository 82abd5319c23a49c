/* What the interpreter calls, by tool and event: from sys.monitoring's arguments to control_…().
 *
 * Every line event of armed code costs a call until it is answered with DISABLE. INSTRUCTION events would leave less
 * behind (a place in a line that is jumped to from the same line makes no LINE event, so that it cannot be disabled,
 * and costs some nanoseconds each time: 1.1 times bare for a loop of awaits), but the interpreter moves a frame to
 * another line from LINE and JUMP events only, and a stop at a breakpoint has to allow that. */
#include "engine_monitoring.h"

#include "backend.h"
#include "breakpoints.h"
#include "compat.h"

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
    struct watched *watched = engine->running ? engine_make_watched(engine, code) : NULL;
    if (watched) {
        watched->lingers = PyThread_get_thread_ident();
        engine_settle_watched(engine, watched);
        mark_done(engine, code, line, true);
    }
}

/* Report a line to the control side, and keep the other tool from reporting it again. */
static void report_watched_line(struct engine *engine, PyObject *code, int line)
{
    struct watched *watched = engine_find_watched(engine, code);
    if (watched && watched->lingers == PyThread_get_thread_ident()) {
        watched->lingers = 0;
        engine_settle_watched(engine, watched);
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

static PyObject *on_watched_jump(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct engine *engine = engine_of(self);
    if (count < 3 || !engine->running) {
        Py_RETURN_NONE;
    }
    count_call(engine, &engine->backend->counters.line_callbacks);
    PyObject *code = arguments[0];
    struct watched *watched = engine_find_watched(engine, code);
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
        if (!control_watched_call(engine->backend, (int)PyLong_AsLong(arguments[1]), arguments[2])) {
            return Py_NewRef(engine->disable);
        }
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
        const struct watched *watched = engine_find_watched(engine, arguments[0]);
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

PyMethodDef engine_breakpoint_callbacks[EVENT_COUNT] = {
    [EVENT_START] = CALLBACK(on_discovered),
    [EVENT_RESUME] = CALLBACK(on_rediscovered),
    [EVENT_LINE] = CALLBACK(on_armed_line),
    [EVENT_JUMP] = CALLBACK(on_armed_jump),
    [EVENT_INSTRUCTION] = CALLBACK(on_armed_instruction),
};

PyMethodDef engine_control_callbacks[EVENT_COUNT] = {
    [EVENT_START] = CALLBACK(on_watched_start),   [EVENT_RESUME] = CALLBACK(on_watched_resume),
    [EVENT_RETURN] = CALLBACK(on_watched_return), [EVENT_YIELD] = CALLBACK(on_watched_yield),
    [EVENT_LINE] = CALLBACK(on_watched_line),     [EVENT_JUMP] = CALLBACK(on_watched_jump),
    [EVENT_UNWIND] = CALLBACK(on_unwind),         [EVENT_THROW] = CALLBACK(on_watched_throw),
    [EVENT_RAISE] = CALLBACK(on_raise),           [EVENT_CALL] = CALLBACK(on_watched_call),
};
