#include "exception_filters.h"

#include "backend.h"
#include "condition.h"
#include "engine.h"
#include "exceptions.h"
#include "hold.h"
#include "my_code.h"
#include "parked.h"
#include "requests.h"
#include "step_frames.h"
#include "stepping.h"
#include "stop.h"
#include "values.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *label, *description;
    bool on; /* unless a client says otherwise */
} kinds[FILTER_COUNT] = {
    [FILTER_RAISED] = {"raised", "Raised exceptions", "Stop wherever an exception is raised, caught or not.", false},
    [FILTER_USER_UNHANDLED] = {"userUnhandled", "User-unhandled exceptions",
                               "Stop where an exception leaves user code for library code that called it.", false},
    [FILTER_UNCAUGHT] = {"uncaught", "Uncaught exceptions", "Stop where an exception ends the program or a thread.",
                         true},
    [FILTER_UNRAISABLE] = {"unraisable", "Unraisable exceptions",
                           "Stop at exceptions that have nowhere to go: in __del__, in callbacks of the interpreter.",
                           false},
    [FILTER_TASK] = {"taskException", "Exceptions of tasks",
                     "Stop at exceptions of asyncio's tasks and callbacks that nobody retrieves.", false},
};

/* The instruction that raises, which no header of the stable ABI names: the last one of `raise 1`. 0: not found. */
static unsigned char raise_opcode(void)
{
    PyObject *code = Py_CompileString("raise 1", "<pytui>", Py_file_input);
    PyObject *bytes = code ? PyObject_GetAttrString(code, "co_code") : NULL;
    Py_ssize_t size = bytes ? PyBytes_Size(bytes) : 0;
    unsigned char opcode = size >= 2 ? (unsigned char)PyBytes_AsString(bytes)[size - 2] : 0;
    Py_XDECREF(bytes);
    Py_XDECREF(code);
    PyErr_Clear();
    return opcode;
}

void exception_filters_init(struct backend *backend)
{
    backend->raise_opcode = raise_opcode();
    for (int i = 0; i < FILTER_COUNT; i++) {
        backend->filters[i] = (struct exception_filter){.on = kinds[i].on};
    }
}

unsigned exception_filters_events(const struct backend *backend)
{
    const struct exception_filter *filters = backend->filters;
    unsigned events = 0;
    if (filters[FILTER_RAISED].on) { /* what is raised once main_code is left does not count */
        events |= ENGINE_RAISES | ENGINE_UNWINDS;
    }
    bool ends = filters[FILTER_UNCAUGHT].on && backend->main_code && !backend->end_watched;
    if (filters[FILTER_USER_UNHANDLED].on || ends) {
        events |= ENGINE_UNWINDS;
    }
    return events;
}

void exception_filters_finish(struct exception_filter *filters)
{
    for (int i = 0; i < FILTER_COUNT; i++) {
        free(filters[i].types);
        condition_destroy(filters[i].condition);
        filters[i] = (struct exception_filter){0};
    }
}

static bool matches(const struct backend *backend, enum exception_filter_kind kind, PyObject *exception)
{
    const struct exception_filter *filter = &backend->filters[kind];
    return filter->on && (!filter->types || exceptions_match(backend->values, exception, filter->types, false));
}

/* The frame where EXCEPTION was raised: new reference, NULL when nothing tells. */
static PyObject *raising_frame(PyObject *exception)
{
    PyObject *at = PyException_GetTraceback(exception);
    if (at == Py_None) { /* it was never raised, as a script's syntax error */
        Py_CLEAR(at);
    }
    PyObject *next = at ? PyObject_GetAttrString(at, "tb_next") : NULL;
    while (next && next != Py_None) {
        Py_DECREF(at);
        at = next;
        next = PyObject_GetAttrString(at, "tb_next");
    }
    PyObject *frame = at ? PyObject_GetAttrString(at, "tb_frame") : NULL;
    Py_XDECREF(next);
    Py_XDECREF(at);
    PyErr_Clear();
    return frame;
}

/* Whether the filter's condition is true in FRAME. One that raises stops once and says so; what it would have said of
 * later exceptions nobody knows. */
static bool is_wanted(struct backend *backend, enum exception_filter_kind kind, PyObject *frame, PyObject *exception)
{
    struct exception_filter *filter = &backend->filters[kind];
    if (!filter->condition) {
        return true;
    }
    char error[256], text[400];
    struct condition *condition = condition_share(filter->condition); /* it may be replaced while it runs */
    counter_add(&backend->counters.conditions, 1);
    enum condition_result result = condition_test_exception(condition, frame, exception, error, sizeof(error));
    bool same = filter->condition == condition;
    condition_destroy(condition);
    if (result != CONDITION_FAILED || !same || filter->failed) {
        return same && result == CONDITION_TRUE;
    }
    filter->failed = true;
    int length = snprintf(text, sizeof(text), "the condition of %s raised %s; it stops no more until it is set anew\n",
                          kinds[kind].name, error);
    size_t size = length < (int)sizeof(text) ? (size_t)length : sizeof(text) - 1;
    backend_output(backend, "important", text, size, NULL, 0);
    return true;
}

bool exception_filter_wants(struct backend *backend, enum exception_filter_kind kind, PyObject *exception)
{
    if (!matches(backend, kind, exception)) {
        return false;
    }
    PyObject *frame = PyExceptionInstance_Check(exception) ? raising_frame(exception) : NULL;
    bool wanted = is_wanted(backend, kind, frame, exception);
    Py_XDECREF(frame);
    return wanted;
}

/* The same for the filters that control flow is nothing for. */
static bool wants_not_flow(const struct backend *backend, enum exception_filter_kind kind, PyObject *exception)
{
    bool flow = PyErr_GivenExceptionMatches(exception, PyExc_StopIteration) ||
                PyErr_GivenExceptionMatches(exception, PyExc_StopAsyncIteration) ||
                PyErr_GivenExceptionMatches(exception, PyExc_GeneratorExit);
    const char *types = backend->filters[kind].types;
    return matches(backend, kind, exception) &&
           (!flow || (types && exceptions_match(backend->values, exception, types, true)));
}

static bool is_at_raise(const struct backend *backend, PyObject *frame)
{
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
    PyObject *bytes = PyObject_GetAttrString(code, "co_code");
    PyObject *offset = PyObject_GetAttrString(frame, "f_lasti");
    long at = offset ? PyLong_AsLong(offset) : -1;
    bool raises = bytes && at >= 0 && at < PyBytes_Size(bytes) &&
                  (unsigned char)PyBytes_AsString(bytes)[at] == backend->raise_opcode;
    Py_XDECREF(offset);
    Py_XDECREF(bytes);
    Py_DECREF(code);
    PyErr_Clear();
    return raises;
}

static bool is_frozen_frame(const struct backend *backend, PyObject *frame)
{
    return my_code_frame_origin(backend->my_code, frame) == ORIGIN_HIDDEN;
}

/* Whether the traceback from TRACEBACK on is all frozen code: such frames are never shown a stop in. */
static bool comes_from_frozen(const struct backend *backend, PyObject *traceback)
{
    bool frozen = true;
    PyObject *at = Py_XNewRef(traceback);
    while (at && at != Py_None && frozen) {
        PyObject *frame = PyObject_GetAttrString(at, "tb_frame");
        frozen = frame && is_frozen_frame(backend, frame);
        Py_XDECREF(frame);
        PyObject *next = PyObject_GetAttrString(at, "tb_next");
        Py_DECREF(at);
        at = next;
    }
    Py_XDECREF(at);
    PyErr_Clear();
    return frozen;
}

/* The interpreter tells of every frame that an exception comes to. Where it begins, its traceback has that frame
 * alone; else it is raised only if a `raise` statement stands there. */
static bool is_raised_here(const struct backend *backend, PyObject *frame, PyObject *exception)
{
    if (is_frozen_frame(backend, frame)) {
        return false;
    }
    PyObject *traceback = PyException_GetTraceback(exception);
    PyObject *next = traceback ? PyObject_GetAttrString(traceback, "tb_next") : NULL;
    bool raised = comes_from_frozen(backend, next) || is_at_raise(backend, frame);
    Py_XDECREF(next);
    Py_XDECREF(traceback);
    PyErr_Clear();
    return raised;
}

/* Whether EXCEPTION, which comes to FRAME, is raised there and is to stop. */
static bool is_raised(struct backend *backend, PyObject *frame, PyObject *exception)
{
    bool over = backend->exiting || (backend->main_left && PyThread_get_thread_ident() == backend->main_ident);
    return backend->main_code && !over && PyExceptionInstance_Check(exception) &&
           wants_not_flow(backend, FILTER_RAISED, exception) && is_raised_here(backend, frame, exception) &&
           is_wanted(backend, FILTER_RAISED, frame, exception);
}

/* Whether EXCEPTION is to stop because it leaves FRAME for CALLER (NULL: none that could be shown). */
static bool is_left(struct backend *backend, PyObject *frame, PyObject *caller, PyObject *exception)
{
    if (!caller || !backend->main_code || !PyExceptionInstance_Check(exception) ||
        !wants_not_flow(backend, FILTER_USER_UNHANDLED, exception)) {
        return false;
    }
    if (my_code_frame_origin(backend->my_code, frame) != ORIGIN_USER ||
        my_code_frame_origin(backend->my_code, caller) != ORIGIN_LIBRARY) {
        return false;
    }
    PyObject *raising = raising_frame(exception);
    bool wanted = is_wanted(backend, FILTER_USER_UNHANDLED, raising ? raising : frame, exception);
    Py_XDECREF(raising);
    return wanted;
}

/* While another thread steps it waits, as a breakpoint's hit does. The filter may be off when its turn comes. */
static void stop_at(struct backend *backend, enum exception_filter_kind kind, PyObject *frame, PyObject *exception)
{
    if (!parked_wait(backend)) {
        return;
    }
    if (!backend->filters[kind].on) {
        stop_hand_over(backend);
        return;
    }
    stop_enter(backend, &(struct stop_info){.reason = "exception", .frame = frame, .exception = exception});
}

void exception_filters_leaving(struct backend *backend, PyObject *exception)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    if (!frame || !backend->filters[FILTER_USER_UNHANDLED].on) {
        return;
    }
    PyObject *caller = step_frames_caller(backend, frame);
    if (is_left(backend, frame, caller, exception)) {
        stop_at(backend, FILTER_USER_UNHANDLED, frame, exception);
    }
    Py_XDECREF(caller);
}

void control_raise(struct backend *backend, PyObject *exception)
{
    hold_pass(backend);
    PyObject *frame = stepping_is_silent(backend) ? NULL : (PyObject *)PyEval_GetFrame();
    if (frame && is_raised(backend, frame, exception)) {
        stop_at(backend, FILTER_RAISED, frame, exception);
    }
}

struct value *exception_filters_describe(struct arena *arena)
{
    struct value *filters = value_array(arena);
    for (int i = 0; i < FILTER_COUNT; i++) {
        struct value *filter = value_map(arena);
        value_set_text(arena, filter, "filter", kinds[i].name);
        value_set_text(arena, filter, "label", kinds[i].label);
        value_set_text(arena, filter, "description", kinds[i].description);
        value_set_bool(arena, filter, "default", kinds[i].on);
        value_set_bool(arena, filter, "supportsCondition", true);
        value_set_text(arena, filter, "conditionDescription", "Types with commas between them: ValueError, pkg.Error");
        value_append(arena, filters, filter);
    }
    return filters;
}

/* Switch the filter NAME on in FILTERS, as OPTION (or NULL) has it. False: there is none, or no memory, or a condition
 * that does not compile; *FAILURE is the answer then. */
static bool switch_on(struct request *request, bool *ok, struct exception_filter *filters, const char *name,
                      const struct value *option, struct value **failure)
{
    const char *types = value_get_text(option, "condition", NULL);
    const char *condition = value_get_text(value_get_map(option, "pytui"), "condition", NULL);
    char reason[200];
    int kind = 0;
    while (kind < FILTER_COUNT && strcmp(kinds[kind].name, name) != 0) {
        kind++;
    }
    if (kind == FILTER_COUNT) {
        *failure = request_fail(request, ok,
                                "unknown exception filter \"%.100s\"; there are: raised, userUnhandled, uncaught, "
                                "unraisable, taskException",
                                name);
        return false;
    }
    free(filters[kind].types);
    condition_destroy(filters[kind].condition);
    filters[kind] = (struct exception_filter){.on = true};
    if (types && types[strspn(types, " ,")] && !(filters[kind].types = strdup(types))) {
        *failure = request_fail(request, ok, "out of memory");
        return false;
    }
    if (condition && condition[strspn(condition, " \t\r\n")] &&
        !(filters[kind].condition = condition_create(condition, reason, sizeof(reason)))) {
        *failure = request_fail(request, ok, "condition of %s: %s", name, reason);
        return false;
    }
    return true;
}

struct value *exception_filters_handle_set(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    struct exception_filter wanted[FILTER_COUNT] = {0};
    struct value *failure = NULL;
    bool good = true;
    const struct value *names = value_get_array(request->arguments, "filters");
    const struct value *options = value_get_array(request->arguments, "filterOptions");
    for (size_t i = 0; good && i < value_count(names); i++) {
        const struct value *item = value_at(names, i);
        const char *name = item->type == VALUE_STRING ? item->string.bytes : "?";
        good = switch_on(request, ok, wanted, name, NULL, &failure);
    }
    for (size_t i = 0; good && i < value_count(options); i++) {
        const struct value *item = value_at(options, i);
        const char *name = value_get_text(item, "filterId", "?");
        good = switch_on(request, ok, wanted, name, item, &failure);
    }
    if (!good) {
        exception_filters_finish(wanted);
        return failure;
    }
    exception_filters_finish(backend->filters);
    memcpy(backend->filters, wanted, sizeof(wanted));
    pthread_mutex_lock(&backend->lock);
    bool running = backend->phase == PHASE_RUNNING;
    pthread_mutex_unlock(&backend->lock);
    if (running) { /* else it is applied before the program goes on */
        stepping_apply(backend->stepping);
    }
    return NULL;
}
