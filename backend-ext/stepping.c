#include "stepping.h"

#include "backend.h"
#include "breakpoints.h"
#include "compat.h"
#include "engine.h"
#include "exception_filters.h"
#include "helper.h"
#include "lifecycle.h"
#include "lines.h"
#include "parked.h"
#include "stop.h"
#include "thread_marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WATCHED_LIMIT 64 /* code objects watched by one step; far more than a step passes through */

#define HOOK_DEPTH     30 /* frames of a finder between frozen code and the one that is entered */
#define FLAG_COROUTINE 0x80

struct stepping {
    struct backend *backend;
    enum step_kind kind;
    unsigned long ident; /* thread of the step */
    PyObject *frame;     /* owned: the frame being stepped */
    bool has_hits;       /* STEP_ENTRY of a function breakpoint */
    struct hits hits;
    bool pausing;
    unsigned long pause_ident;        /* 0: any thread */
    PyObject *watched[WATCHED_LIMIT]; /* owned: code objects told to the engine */
    size_t watched_count;
    unsigned watched_all;
    struct thread_marks begun; /* frames dealt with at their very beginning, before any line; `at` is f_lasti then */
};

struct stepping *stepping_create(struct backend *backend)
{
    struct stepping *stepping = calloc(1, sizeof(*stepping));
    if (stepping) {
        stepping->backend = backend;
    }
    return stepping;
}

void stepping_destroy(struct stepping *stepping)
{
    if (stepping) {
        stepping_cancel(stepping);
        free(stepping);
    }
}

void stepping_cancel(struct stepping *stepping)
{
    stepping->kind = STEP_NONE;
    stepping->ident = 0;
    stepping->has_hits = false;
    stepping->pausing = false;
    Py_CLEAR(stepping->frame);
}

bool stepping_planned(const struct stepping *stepping)
{
    return stepping->kind != STEP_NONE;
}

bool stepping_elsewhere(const struct stepping *stepping)
{
    return stepping->kind != STEP_NONE && stepping->ident != PyThread_get_thread_ident() && !stepping->pausing;
}

bool stepping_pausing(const struct stepping *stepping)
{
    return stepping->pausing;
}

unsigned long stepping_pause_ident(const struct stepping *stepping)
{
    return stepping->pause_ident;
}

/* What is watched. */

static unsigned wanted_of_all(const struct stepping *stepping)
{
    unsigned events = 0;
    if (stepping->pausing) {
        events |= ENGINE_LINES;
    }
    if (stepping->kind == STEP_IN) {
        events |= ENGINE_STARTS;
    }
    const struct exception_filter *filters = stepping->backend->filters;
    if ((stepping->kind != STEP_NONE && stepping->kind != STEP_ENTRY) || filters[FILTER_UNCAUGHT].on ||
        filters[FILTER_USER_UNHANDLED].on) {
        events |= ENGINE_UNWINDS;
    }
    if (filters[FILTER_RAISED].on) {
        events |= ENGINE_RAISES;
    }
    return events;
}

static void watch_all(struct stepping *stepping, unsigned events)
{
    if (stepping->watched_all != events) {
        stepping->watched_all = events;
        engine_watch_all(stepping->backend->engine, events);
    }
}

static void unwatch(struct stepping *stepping, size_t index)
{
    PyObject *code = stepping->watched[index];
    stepping->watched[index] = stepping->watched[--stepping->watched_count];
    engine_watch(stepping->backend->engine, code, 0);
    Py_DECREF(code);
}

/* Watch the lines and returns of CODE too. */
static void watch(struct stepping *stepping, PyObject *code)
{
    for (size_t i = 0; i < stepping->watched_count; i++) {
        if (stepping->watched[i] == code) {
            return;
        }
    }
    if (stepping->watched_count == WATCHED_LIMIT) {
        unwatch(stepping, 0);
    }
    stepping->watched[stepping->watched_count++] = Py_NewRef(code);
    engine_watch(stepping->backend->engine, code, ENGINE_LINES | ENGINE_RETURNS);
}

static PyObject *frame_code(PyObject *frame)
{
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame); /* new, never NULL */
    return code;
}

void stepping_apply(struct stepping *stepping)
{
    if (stepping->backend->ended) {
        return;
    }
    PyObject *code = stepping->kind != STEP_NONE && stepping->frame ? frame_code(stepping->frame) : NULL;
    for (size_t i = stepping->watched_count; i-- > 0;) {
        if (stepping->watched[i] != code) {
            unwatch(stepping, i);
        }
    }
    if (code) {
        watch(stepping, code);
    }
    Py_XDECREF(code);
    watch_all(stepping, wanted_of_all(stepping));
}

void stepping_finish(struct stepping *stepping)
{
    stepping_cancel(stepping);
    while (stepping->watched_count > 0) {
        Py_DECREF(stepping->watched[--stepping->watched_count]);
    }
    stepping->watched_all = 0;
}

void stepping_begin(struct stepping *stepping, enum step_kind kind, PyObject *frame, unsigned long ident)
{
    stepping_cancel(stepping);
    if (frame) {
        stepping->kind = kind;
        stepping->frame = Py_NewRef(frame);
        stepping->ident = ident;
    }
}

void stepping_begin_entry(struct stepping *stepping, PyObject *frame, const struct hits *hits)
{
    stepping_cancel(stepping);
    stepping->kind = STEP_ENTRY;
    stepping->frame = Py_NewRef(frame);
    stepping->ident = PyThread_get_thread_ident();
    stepping->has_hits = hits != NULL;
    if (hits) {
        stepping->hits = *hits;
    }
    stepping_apply(stepping);
}

void stepping_begin_pause(struct stepping *stepping, unsigned long ident)
{
    stepping->pausing = true;
    stepping->pause_ident = ident;
    watch_all(stepping, wanted_of_all(stepping));
}

/* Frames. */

/* The interpreter's own frozen code (importlib, runpy, zipimport): never stepped through. */
static bool is_frozen(PyObject *code)
{
    PyObject *filename = PyObject_GetAttrString(code, "co_filename");
    const char *text = filename && PyUnicode_Check(filename) ? PyUnicode_AsUTF8AndSize(filename, NULL) : NULL;
    bool frozen = text && strncmp(text, "<frozen ", 8) == 0;
    Py_XDECREF(filename);
    PyErr_Clear();
    return frozen;
}

static bool is_module(PyObject *code)
{
    PyObject *name = PyObject_GetAttrString(code, "co_name");
    bool module = name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "<module>") == 0;
    Py_XDECREF(name);
    PyErr_Clear();
    return module;
}

/* Whether FRAME belongs to a hook of the import machinery, a finder or loader: between it and the frame
 * that is stepped stands frozen code, and no module that is imported. */
static bool is_import_hook(const struct stepping *stepping, PyObject *frame)
{
    PyObject *at = Py_NewRef(frame);
    bool hook = false, done = false;
    for (int depth = 0; !done && depth < HOOK_DEPTH && at && at != Py_None && at != stepping->frame; depth++) {
        PyObject *code = frame_code(at);
        hook = is_frozen(code);
        done = hook || is_module(code);
        Py_DECREF(code);
        PyObject *caller = PyObject_GetAttrString(at, "f_back");
        Py_DECREF(at);
        at = caller;
    }
    Py_XDECREF(at);
    PyErr_Clear();
    return hook;
}

/* The frame that FRAME returns to and that can be shown: new reference; NULL at the outermost frame of
 * the program. */
static PyObject *caller_of(struct stepping *stepping, PyObject *frame)
{
    PyObject *code = frame_code(frame);
    bool outermost = code == stepping->backend->main_code;
    Py_DECREF(code);
    PyObject *caller = outermost ? NULL : PyObject_GetAttrString(frame, "f_back");
    while (caller && caller != Py_None) {
        code = frame_code(caller);
        bool frozen = is_frozen(code);
        Py_DECREF(code);
        if (!frozen) {
            return caller;
        }
        PyObject *next = PyObject_GetAttrString(caller, "f_back");
        Py_DECREF(caller);
        caller = next;
    }
    Py_XDECREF(caller);
    PyErr_Clear();
    return NULL;
}

static bool is_step_frame(const struct stepping *stepping)
{
    return stepping->frame && (PyObject *)PyEval_GetFrame() == stepping->frame;
}

static bool is_step_thread(const struct stepping *stepping)
{
    return stepping->kind != STEP_NONE && stepping->ident == PyThread_get_thread_ident();
}

static long last_instruction(PyObject *frame)
{
    PyObject *offset = PyObject_GetAttrString(frame, "f_lasti");
    long number = offset ? PyLong_AsLong(offset) : -1;
    Py_XDECREF(offset);
    PyErr_Clear();
    return number;
}

/* The calling thread's frame is dealt with at its beginning, in place of a line event that may not come. */
static void note_begun(struct stepping *stepping)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    PyObject *code = frame ? frame_code(frame) : NULL;
    thread_marks_set(&stepping->begun, code, frame, frame ? last_instruction(frame) : 0);
    Py_XDECREF(code);
}

/* Whether this line event is that of a beginning that was dealt with. It does come when lines are armed
 * by the report of the beginning itself. */
static bool was_begun(struct stepping *stepping)
{
    const struct thread_mark *begun = thread_marks_find(&stepping->begun);
    PyObject *frame = begun ? (PyObject *)PyEval_GetFrame() : NULL;
    if (!frame || frame != begun->frame) {
        return false;
    }
    PyObject *code = frame_code(frame);
    bool same = code == begun->code && last_instruction(frame) <= begun->at + 4;
    Py_DECREF(code);
    thread_marks_forget(&stepping->begun);
    return same;
}

/* Reports of the engine. */

/* Whether a report is nobody's: another thread is stopped, and its evaluate runs this one; or it is the
 * helper's own code. */
static bool is_silent(const struct backend *backend)
{
    return stop_active(backend) || helper_is_current(backend);
}

/* While another thread steps, the hit waits. */
static void stop_for_hits(struct backend *backend, const struct hits *hits)
{
    if (!parked_wait(backend, hits) || !hits_are_set(backend->breakpoints, hits)) {
        return;
    }
    struct stop_info info = {.reason = hits_reason(hits),
                             .frame = (PyObject *)PyEval_GetFrame(),
                             .hits = hits,
                             .text = hits->error[0] ? hits->error : NULL};
    stop_enter(backend, &info);
}

/* ON_DEF_LINE: the body stands there, so that no other line will come. */
static void enter_function(struct backend *backend, bool on_def_line, const struct hits *hits)
{
    struct stepping *stepping = backend->stepping;
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    bool other_step = stepping->kind != STEP_NONE && stepping->ident != PyThread_get_thread_ident();
    if (!hits->function || on_def_line || other_step) {
        stop_for_hits(backend, hits);
    } else {
        stepping_begin_entry(stepping, frame, hits);
    }
}

void control_code_entered(struct backend *backend, PyObject *code)
{
    if (breakpoints_armed(backend->breakpoints, code)) {
        return; /* two threads entered it at once, or another tool called restart_events() */
    }
    breakpoints_code_entered(backend->breakpoints, code);
    if (helper_is_current(backend)) {
        return;
    }
    if (!backend->main_code) {
        lifecycle_find_main(backend, code);
    }
    struct armed_code *armed = breakpoints_armed(backend->breakpoints, code);
    if (armed && armed->start) {
        control_breakpoint_start(backend, armed);
    }
}

void control_breakpoint(struct backend *backend, struct armed_code *armed, int line)
{
    struct hits hits;
    if (stop_active(backend)) {
        stop_note_skipped(backend);
        return;
    }
    if (!is_silent(backend) && !was_begun(backend->stepping) &&
        breakpoints_hit(backend->breakpoints, armed, line, &hits)) {
        stop_for_hits(backend, &hits);
    }
}

void control_breakpoint_start(struct backend *backend, struct armed_code *armed)
{
    struct hits hits;
    bool on_def_line = armed->table.body_on_def_line; /* conditions let others run, who may disarm the code */
    if (lines_start_needed(&armed->table)) {
        note_begun(backend->stepping);
    }
    if (!is_silent(backend) && breakpoints_hit(backend->breakpoints, armed, 0, &hits)) {
        enter_function(backend, on_def_line, &hits);
    }
}

static bool pause_here(const struct stepping *stepping)
{
    return stepping->pausing && (!stepping->pause_ident || stepping->pause_ident == PyThread_get_thread_ident());
}

/* Why a watched line of this thread stops; NULL: it does not. */
static const char *line_reason(struct stepping *stepping)
{
    if (is_step_thread(stepping)) {
        if (stepping->kind == STEP_IN) {
            return "step";
        }
        if (stepping->kind != STEP_OUT && is_step_frame(stepping)) {
            return stepping->kind == STEP_OVER ? "step" : stepping->has_hits ? "function breakpoint" : "entry";
        }
    }
    return pause_here(stepping) ? "pause" : NULL;
}

void control_watched_line(struct backend *backend, PyObject *code, int line)
{
    if (is_silent(backend) || was_begun(backend->stepping)) {
        return;
    }
    struct stepping *stepping = backend->stepping;
    const char *reason = line_reason(stepping);
    if (reason && stepping->kind == STEP_IN && strcmp(reason, "step") == 0 && is_frozen(code)) {
        reason = NULL;
    }
    struct armed_code *armed = breakpoints_armed(backend->breakpoints, code);
    struct hits hits = {0};
    bool hit = armed && armed_code_has_line(armed, line) && breakpoints_hit(backend->breakpoints, armed, line, &hits);
    if (stepping->has_hits && reason && strcmp(reason, "function breakpoint") == 0) {
        for (size_t i = 0; i < stepping->hits.count && hits.count < HITS_LIMIT; i++) {
            hits.ids[hits.count++] = stepping->hits.ids[i];
        }
    }
    if (!reason) {
        if (hit) {
            stop_for_hits(backend, &hits);
        }
        return;
    }
    struct stop_info info = {.reason = hit && !(reason && strcmp(reason, "entry") == 0) ? hits_reason(&hits) : reason,
                             .frame = (PyObject *)PyEval_GetFrame(),
                             .hits = hits.count ? &hits : NULL,
                             .text = hits.error[0] ? hits.error : NULL};
    stop_enter(backend, &info);
}

/* Step into: the frame that begins or goes on becomes the one that is stepped. */
void control_watched_start(struct backend *backend, PyObject *code, bool resumed)
{
    if (is_silent(backend)) {
        return;
    }
    struct armed_code *armed = breakpoints_armed(backend->breakpoints, code);
    struct hits hits;
    struct stepping *stepping = backend->stepping;
    if (armed && armed->start && !resumed) {
        if (lines_start_needed(&armed->table)) {
            note_begun(stepping);
        }
        bool on_def_line = armed->table.body_on_def_line;
        if (breakpoints_hit(backend->breakpoints, armed, 0, &hits)) {
            enter_function(backend, on_def_line, &hits);
            return;
        }
    }
    if (stepping->kind != STEP_IN || !is_step_thread(stepping) || is_frozen(code)) {
        return;
    }
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    if (!frame || is_import_hook(stepping, frame)) {
        return;
    }
    struct line_table table;
    bool at_once = false;
    if (!resumed && line_table_read(&table, code)) {
        at_once = lines_start_needed(&table);
        line_table_finish(&table);
    }
    if (at_once) {
        note_begun(stepping);
        stop_enter(backend, &(struct stop_info){.reason = "step", .frame = frame});
        return;
    }
    watch(stepping, code);
}

static bool is_coroutine(PyObject *code)
{
    PyObject *flags = PyObject_GetAttrString(code, "co_flags");
    long number = flags ? PyLong_AsLong(flags) : 0;
    Py_XDECREF(flags);
    PyErr_Clear();
    return (number & FLAG_COROUTINE) != 0;
}

/* The name of CODE for "returned from …", into BUFFER. */
static void code_name(PyObject *code, char *buffer, size_t size)
{
    PyObject *name = PyObject_GetAttrString(code, "co_qualname");
    PyObject *bytes = name && PyUnicode_Check(name) ? PyUnicode_AsEncodedString(name, "utf-8", "replace") : NULL;
    snprintf(buffer, size, "%s", bytes ? PyBytes_AsString(bytes) : "?");
    Py_XDECREF(bytes);
    Py_XDECREF(name);
    PyErr_Clear();
}

/* The thread of the step ends. Hits that wait for the step are due now. */
static void end_without_stop(struct backend *backend)
{
    stepping_cancel(backend->stepping);
    stepping_apply(backend->stepping);
    stop_enter_parked(backend);
}

void control_watched_return(struct backend *backend, PyObject *code, PyObject *value, bool yielded)
{
    struct stepping *stepping = backend->stepping;
    if (is_silent(backend) || !is_step_thread(stepping) || !is_step_frame(stepping)) {
        return;
    }
    if (yielded && (stepping->kind != STEP_IN || is_coroutine(code))) {
        return; /* stays in the generator until it is resumed */
    }
    PyObject *caller = caller_of(stepping, stepping->frame);
    if (!caller) {
        end_without_stop(backend);
        return;
    }
    char function[256];
    code_name(code, function, sizeof(function));
    struct stop_info info = {
        .reason = "step", .frame = caller, .returned = yielded ? NULL : value, .function = function};
    stop_enter(backend, &info);
    Py_DECREF(caller);
}

/* The stepped frame is left by an exception: go on in its caller, which handles it or is left too. */
static void follow_exception(struct stepping *stepping)
{
    PyObject *caller = caller_of(stepping, stepping->frame);
    if (!caller) {
        end_without_stop(stepping->backend);
        return;
    }
    Py_DECREF(stepping->frame);
    stepping->frame = caller;
    stepping->kind = STEP_OVER;
    PyObject *code = frame_code(caller);
    watch(stepping, code);
    Py_DECREF(code);
}

/* An exception leaves the calling frame: stop if that is asked for. */
static void check_left(struct backend *backend, PyObject *exception)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    if (!frame || !backend->filters[FILTER_USER_UNHANDLED].on) {
        return;
    }
    PyObject *caller = caller_of(backend->stepping, frame);
    if (exception_filters_left(backend, frame, caller, exception)) {
        stop_enter(backend, &(struct stop_info){.reason = "exception", .frame = frame, .exception = exception});
    }
    Py_XDECREF(caller);
}

void control_raise(struct backend *backend, PyObject *exception)
{
    PyObject *frame = is_silent(backend) ? NULL : (PyObject *)PyEval_GetFrame();
    if (frame && exception_filters_raised(backend, frame, exception)) {
        stop_enter(backend, &(struct stop_info){.reason = "exception", .frame = frame, .exception = exception});
    }
}

void control_unwind(struct backend *backend, PyObject *code, PyObject *exception)
{
    struct stepping *stepping = backend->stepping;
    if (is_silent(backend)) {
        return;
    }
    if (code == backend->main_code && PyThread_get_thread_ident() == backend->main_ident) {
        PyObject *frame = (PyObject *)PyEval_GetFrame();
        backend->main_left = true;
        if (frame) {
            lifecycle_uncaught(backend, frame, exception);
        }
        return;
    }
    check_left(backend, exception);
    if (is_step_thread(stepping) && stepping->kind != STEP_ENTRY && is_step_frame(stepping)) {
        follow_exception(stepping);
    }
}
