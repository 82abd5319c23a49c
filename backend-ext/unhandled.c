#include "unhandled.h"

#include "backend.h"
#include "compat.h"
#include "engine.h"
#include "exception_filters.h"
#include "helper.h"
#include "method_swap.h"
#include "parked.h"
#include "server.h"
#include "stop.h"
#include "values.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REPORTS_A_SECOND 50
#define FRAMES_SHOWN     20

enum { WATCH_THREAD, WATCH_LOOP, WATCH_COUNT };

/* Where the standard library reports what nobody handles. */
static const struct {
    const char *name, *qualified, *module;
} places[WATCH_COUNT] = {
    [WATCH_THREAD] = {"invoke_excepthook", "_make_invoke_excepthook.<locals>.invoke_excepthook", "threading"},
    [WATCH_LOOP] = {"call_exception_handler", "BaseEventLoop.call_exception_handler", "asyncio.base_events"},
};

struct unhandled {
    struct backend *backend;
    PyObject *watched[WATCH_COUNT]; /* owned: code; NULL: not entered yet */
    PyInterpreterState *interpreter;
    struct method_swap swap; /* of sys.unraisablehook */
    bool busy;               /* a report is being made: what looking at it raises is only counted */
    time_t second;           /* of the reports counted below */
    int reported;
    long long unsaid;
};

/* The method has nothing of ours to be found by. One session a process; guarded by the GIL. */
static struct unhandled *hooked;

struct finding {
    const char *kind;
    enum exception_filter_kind filter;
    PyObject *exception; /* borrowed */
    char headline[1024]; /* what happened, before the exception itself */
};

/* Telling. */

static struct value *source_of(struct arena *arena, const struct value *frames)
{
    const struct value *source = value_get_map(value_at(frames, 0), "source");
    return source ? value_copy(arena, source) : NULL;
}

static struct value *describe(struct unhandled *unhandled, struct arena *arena, const struct finding *finding)
{
    struct values *values = unhandled->backend->values;
    char summary[1024];
    values_exception_summary(values, finding->exception, summary, sizeof(summary));
    struct value *details = values_exception(values, arena, finding->exception);
    struct value *frames = values_traceback(values, arena, finding->exception, FRAMES_SHOWN);
    const char *message = arena_printf(arena, "%s: %s", finding->headline, summary);
    const char *trace = value_get_text(details, "stackTrace", "");
    struct value *extra = value_map(arena);
    value_set_text(arena, extra, "kind", finding->kind);
    value_set_text(arena, extra, "message", message);
    value_set_int(arena, extra, "count", (int64_t)atomic_load(&unhandled->backend->counters.unhandled));
    value_set(arena, extra, "exception", details);
    struct value *body = value_map(arena);
    value_set_text(arena, body, "category", "important");
    value_set_text(arena, body, "output", arena_printf(arena, "%s\n%s", message, trace));
    struct value *source = source_of(arena, frames);
    if (source) {
        value_set(arena, body, "source", source);
        value_set_int(arena, body, "line", value_get_int(value_at(frames, 0), "line", 0));
    }
    value_set(arena, extra, "stackFrames", frames);
    value_set(arena, body, "pytui", extra);
    return body;
}

/* Whether this second still has room for a report. */
static bool has_turn(struct unhandled *unhandled)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec != unhandled->second) {
        unhandled->second = now.tv_sec;
        unhandled->reported = 0;
    }
    if (unhandled->reported == REPORTS_A_SECOND || server_congested(unhandled->backend->server)) {
        unhandled->unsaid++;
        return false;
    }
    unhandled->reported++;
    return true;
}

static void tell_unsaid(struct unhandled *unhandled)
{
    char text[128];
    if (unhandled->unsaid > 0) {
        int length = PyOS_snprintf(text, sizeof(text), "%lld unhandled exceptions came too fast to be shown.\n",
                                   unhandled->unsaid);
        unhandled->unsaid = 0;
        backend_output(unhandled->backend, "console", text, (size_t)length, NULL, 0);
    }
}

static void tell(struct unhandled *unhandled, const struct finding *finding)
{
    struct arena *arena = has_turn(unhandled) ? arena_create() : NULL;
    if (arena) {
        tell_unsaid(unhandled);
        backend_event(unhandled->backend, arena, "output", describe(unhandled, arena, finding));
    }
}

/* Whether the exception stops the program. An evaluate's thread is served already; the helper must not be kept. */
static bool stops(struct backend *backend, const struct finding *finding)
{
    return !stop_active(backend) && !helper_is_current(backend) && !backend->exiting &&
           !atomic_load(&backend->terminating) && exception_filter_wants(backend, finding->filter, finding->exception);
}

/* While another thread steps it waits, as a breakpoint's hit does. The filter may be off when its turn comes. */
static void stop_at(struct backend *backend, const struct finding *finding)
{
    if (!parked_wait(backend)) {
        return;
    }
    if (!backend->filters[finding->filter].on) {
        stop_hand_over(backend);
        return;
    }
    stop_enter(backend, &(struct stop_info){.reason = "exception",
                                            .frame = (PyObject *)PyEval_GetFrame(),
                                            .exception = finding->exception,
                                            .post_mortem = true,
                                            .goes_on = true});
}

/* One that a thread ends by is told only when it cannot stop: the program prints it. */
static void handle(struct unhandled *unhandled, const struct finding *finding)
{
    struct backend *backend = unhandled->backend;
    counter_add(&backend->counters.unhandled, 1);
    if (unhandled->busy || backend->ended) {
        return;
    }
    unhandled->busy = true;
    bool stop = stops(backend, finding);
    if (finding->filter != FILTER_UNCAUGHT || (!stop && stop_active(backend))) {
        tell(unhandled, finding);
    }
    unhandled->busy = false;
    if (stop) {
        stop_at(backend, finding);
    }
    PyErr_Clear();
}

/* Unraisable exceptions. */

/* TEXT, a str, into BUFFER without what UTF-8 lacks. */
static void copy_text(PyObject *text, char *buffer, size_t size)
{
    PyObject *bytes =
        text && PyUnicode_Check(text) ? PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace") : NULL;
    PyOS_snprintf(buffer, size, "%.500s", bytes ? PyBytes_AsString(bytes) : "");
    Py_XDECREF(bytes);
    PyErr_Clear();
}

/* ARGUMENTS is (type, exception, traceback, message, object). */
static void look_at_unraisable(struct unhandled *unhandled, PyObject *arguments)
{
    PyObject *exception = PyTuple_GetItem(arguments, 1);
    PyObject *message = PyTuple_GetItem(arguments, 3);
    PyObject *object = PyTuple_GetItem(arguments, 4);
    if (!exception || !message || !object || !PyExceptionInstance_Check(exception)) {
        PyErr_Clear();
        return;
    }
    struct finding finding = {.kind = "unraisable", .filter = FILTER_UNRAISABLE, .exception = exception};
    copy_text(message, finding.headline, sizeof(finding.headline));
    if (!finding.headline[0]) {
        strcpy(finding.headline, "Exception ignored in");
    }
    if (strncmp(finding.headline, "Exception ignored in thread started by", 38) == 0) {
        finding.kind = "thread";
        finding.filter = FILTER_UNCAUGHT;
    }
    size_t used = strlen(finding.headline);
    if (object != Py_None && used + 2 < sizeof(finding.headline)) {
        finding.headline[used++] = ' ';
        values_render(unhandled->backend->values, object, finding.headline + used, sizeof(finding.headline) - used);
    }
    PyErr_Clear();
    handle(unhandled, &finding);
}

static PyObject *on_unraisable(PyObject *module, PyObject *arguments)
{
    struct unhandled *unhandled = hooked; /* may stop being so meanwhile */
    PyCFunction original = unhandled->swap.original;
    bool here = PyInterpreterState_Get() == unhandled->interpreter && getpid() == unhandled->backend->pid;
    if (here && PyTuple_Check(arguments) && PyTuple_Size(arguments) >= 5) {
        PyObject *error = PyErr_GetRaisedException();
        look_at_unraisable(unhandled, arguments);
        if (error) {
            PyErr_SetRaisedException(error);
        }
    }
    return original(module, arguments);
}

void unhandled_start(struct unhandled *unhandled)
{
    PyObject *hook = PySys_GetObject("__unraisablehook__"); /* borrowed: the interpreter's own */
    struct unhandled *former = hooked;
    if (hooked && hooked->swap.method) {
        return;
    }
    unhandled->interpreter = PyInterpreterState_Get();
    hooked = unhandled; /* before anybody can be in on_unraisable() */
    if (!method_swap(&unhandled->swap, hook, "unraisablehook", METH_O, on_unraisable)) {
        hooked = former;
    }
}

void unhandled_stop(struct unhandled *unhandled)
{
    method_swap_back(&unhandled->swap); /* `hooked` stays: another interpreter may be in on_unraisable() */
}

/* Threads and tasks. */

static bool text_is(PyObject *text, const char *wanted)
{
    return text && PyUnicode_Check(text) && PyUnicode_CompareWithASCIIString(text, wanted) == 0;
}

static bool attribute_is(PyObject *object, const char *name, const char *wanted)
{
    PyObject *text = PyObject_GetAttrString(object, name);
    bool same = text_is(text, wanted);
    Py_XDECREF(text);
    PyErr_Clear();
    return same;
}

static bool frame_is_of(PyObject *frame, const char *module)
{
    PyObject *globals = PyObject_GetAttrString(frame, "f_globals");
    bool same = globals && PyDict_Check(globals) && text_is(PyDict_GetItemString(globals, "__name__"), module);
    Py_XDECREF(globals);
    PyErr_Clear();
    return same;
}

/* threading's own last resort: the exception is being handled in the caller. */
static void thread_ended(struct unhandled *unhandled, PyObject *frame)
{
    (void)frame;
    PyObject *exception = PyErr_GetHandledException();
    if (exception && !PyErr_GivenExceptionMatches(exception, PyExc_SystemExit)) {
        struct finding finding = {.kind = "thread", .filter = FILTER_UNCAUGHT, .exception = exception};
        strcpy(finding.headline, "Exception in a thread");
        handle(unhandled, &finding);
    }
    Py_XDECREF(exception);
}

/* loop.call_exception_handler(context) */
static void loop_reported(struct unhandled *unhandled, PyObject *frame)
{
    PyObject *context = values_local(unhandled->backend->values, frame, "context");
    bool known = context && PyDict_Check(context);
    PyObject *exception = known ? PyDict_GetItemString(context, "exception") : NULL; /* borrowed */
    if (exception && PyExceptionInstance_Check(exception)) {
        struct finding finding = {.kind = "task", .filter = FILTER_TASK, .exception = Py_NewRef(exception)};
        copy_text(PyDict_GetItemString(context, "message"), finding.headline, sizeof(finding.headline));
        if (!finding.headline[0]) {
            strcpy(finding.headline, "Exception in the event loop");
        }
        handle(unhandled, &finding);
        Py_DECREF(exception);
    }
    Py_XDECREF(context);
    PyErr_Clear();
}

static void (*const watchers[WATCH_COUNT])(struct unhandled *, PyObject *) = {
    [WATCH_THREAD] = thread_ended,
    [WATCH_LOOP] = loop_reported,
};

unsigned unhandled_watches(const struct unhandled *unhandled, PyObject *code)
{
    for (int i = 0; i < WATCH_COUNT; i++) {
        if (unhandled->watched[i] == code) {
            return ENGINE_STARTS;
        }
    }
    return 0;
}

void unhandled_code_started(struct unhandled *unhandled, PyObject *code)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    for (int i = 0; i < WATCH_COUNT; i++) {
        if (unhandled->watched[i] == code && frame) {
            watchers[i](unhandled, frame);
            return;
        }
    }
}

/* By its name alone; WATCH_COUNT: none. */
static int place_of(PyObject *code)
{
    PyObject *name = PyObject_GetAttrString(code, "co_name");
    int place = 0;
    while (place < WATCH_COUNT && !text_is(name, places[place].name)) {
        place++;
    }
    Py_XDECREF(name);
    PyErr_Clear();
    return place;
}

bool unhandled_may_watch(PyObject *code)
{
    return place_of(code) < WATCH_COUNT;
}

void unhandled_code_entered(struct unhandled *unhandled, PyObject *code)
{
    int place = place_of(code);
    PyObject *frame = place < WATCH_COUNT ? (PyObject *)PyEval_GetFrame() : NULL;
    if (!frame || unhandled->watched[place] || !attribute_is(code, "co_qualname", places[place].qualified) ||
        !frame_is_of(frame, places[place].module)) {
        return;
    }
    unhandled->watched[place] = Py_NewRef(code);
    engine_watch(unhandled->backend->engine, code, ENGINE_STARTS);
    watchers[place](unhandled, frame);
}

/* Life. */

struct unhandled *unhandled_create(struct backend *backend)
{
    struct unhandled *unhandled = calloc(1, sizeof(*unhandled));
    if (unhandled) {
        unhandled->backend = backend;
    }
    return unhandled;
}

void unhandled_destroy(struct unhandled *unhandled)
{
    if (!unhandled) {
        return;
    }
    unhandled_stop(unhandled);
    if (hooked == unhandled) {
        hooked = NULL;
    }
    for (int i = 0; i < WATCH_COUNT; i++) {
        Py_CLEAR(unhandled->watched[i]);
    }
    free(unhandled);
}
