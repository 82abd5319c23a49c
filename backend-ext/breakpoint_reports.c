/* What the engine reports of code that holds breakpoints, or that is met for the first time. */
#include "stepping_internal.h"

#include "backend.h"
#include "breakpoints.h"
#include "compat.h"
#include "engine.h"
#include "helper.h"
#include "hold.h"
#include "lifecycle.h"
#include "lines.h"
#include "parked.h"
#include "step_frames.h"
#include "stop.h"
#include "threads.h"
#include "unhandled.h"

bool stepping_is_silent(const struct backend *backend)
{
    return stop_active(backend) || helper_is_current(backend);
}

void stepping_note_line(struct stepping *stepping, int line)
{
    stepping->stood_frame = PyEval_GetFrame();
    stepping->stood_line = line;
}

void stepping_stop_for_hits(struct backend *backend, const struct hits *hits)
{
    if (!parked_wait(backend)) {
        return;
    }
    if (!hits_are_set(backend->breakpoints, hits)) {
        stop_hand_over(backend);
        return;
    }
    struct stop_info info = {.reason = hits_reason(hits),
                             .frame = (PyObject *)PyEval_GetFrame(),
                             .hits = hits,
                             .text = hits->error[0] ? hits->error : NULL};
    stop_enter(backend, &info);
}

/* CODE is entered for the first time: if every thread begins with it, they are seen there from now on. */
static void find_bootstrap(struct backend *backend, PyObject *code)
{
    struct stepping *stepping = backend->stepping;
    if (!stepping->bootstrap && step_frames_is_bootstrap(code)) {
        stepping->bootstrap = Py_NewRef(code);
        engine_watch(backend->engine, code, ENGINE_STARTS);
        threads_current(backend);
    }
}

void stepping_enter_function(struct backend *backend, bool on_def_line, const struct hits *hits)
{
    struct stepping *stepping = backend->stepping;
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    bool other_step = stepping->kind != STEP_NONE && stepping->ident != PyThread_get_thread_ident();
    if (!hits->function || on_def_line || other_step) {
        stepping_stop_for_hits(backend, hits);
    } else {
        stepping_begin_entry(stepping, frame, hits);
    }
}

void stepping_await(struct stepping *stepping, PyObject *code)
{
    PyObject *former = stepping->awaited;
    stepping->awaited = Py_XNewRef(code);
    Py_XDECREF(former);
}

/* CODE is entered for the first time: stop there if that was asked for. */
static void enter_awaited(struct backend *backend, PyObject *code)
{
    struct line_table table;
    bool at_once = false;
    if (code != backend->stepping->awaited || stepping_is_silent(backend)) {
        return;
    }
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    stepping_await(backend->stepping, NULL);
    if (line_table_read(&table, code)) {
        at_once = lines_start_needed(&table); /* no line will come */
        line_table_finish(&table);
    }
    if (at_once) {
        step_marks_set_begun(&backend->stepping->marks);
        stepping_stop_here(backend, &(struct stop_info){.reason = "entry", .frame = frame});
    } else {
        stepping_begin_entry(backend->stepping, frame, NULL);
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
    find_bootstrap(backend, code);
    if (!backend->main_code) {
        lifecycle_find_main(backend, code);
    }
    unhandled_code_entered(backend->unhandled, code);
    enter_awaited(backend, code);
    struct armed_code *armed = breakpoints_armed(backend->breakpoints, code);
    if (armed && armed->start) {
        control_breakpoint_start(backend, armed);
    }
}

void control_code_resumed(struct backend *backend, PyObject *code)
{
    if (!breakpoints_armed(backend->breakpoints, code)) {
        breakpoints_code_entered(backend->breakpoints, code);
    }
}

void stepping_stop_here(struct backend *backend, const struct stop_info *info)
{
    if (!stepping_is_silent(backend) && !stop_active(backend) && parked_wait(backend)) {
        stop_enter(backend, info);
    }
}

void control_breakpoint(struct backend *backend, struct armed_code *armed, int line)
{
    struct hits hits;
    PyObject *code = armed->code;
    if (hold_pass(backend)) {
        armed = backend->ended ? NULL : breakpoints_armed(backend->breakpoints, code);
    }
    if (!armed || !armed_code_has_line(armed, line)) {
        return; /* removed meanwhile */
    }
    if (stop_active(backend)) {
        stop_note_skipped(backend);
        return;
    }
    if (!helper_is_current(backend) && !stepping_was_dealt_with(backend->stepping) &&
        breakpoints_hit(backend->breakpoints, armed, line, &hits)) {
        stepping_note_line(backend->stepping, line);
        stepping_stop_for_hits(backend, &hits);
    }
}

void control_breakpoint_point(struct backend *backend, struct armed_code *armed, int offset)
{
    struct hits hits;
    PyObject *code = armed->code;
    if (hold_pass(backend)) {
        armed = backend->ended ? NULL : breakpoints_armed(backend->breakpoints, code);
    }
    if (!armed || !armed_code_has_point(armed, offset)) {
        return; /* removed meanwhile */
    }
    if (stop_active(backend)) {
        stop_note_skipped(backend);
    } else if (!stepping_is_silent(backend) && breakpoints_hit_point(backend->breakpoints, armed, offset, &hits)) {
        stepping_stop_for_hits(backend, &hits);
    }
}

void control_breakpoint_start(struct backend *backend, struct armed_code *armed)
{
    struct hits hits;
    PyObject *code = armed->code;
    if (hold_pass(backend)) {
        armed = backend->ended ? NULL : breakpoints_armed(backend->breakpoints, code);
    }
    if (!armed) {
        return; /* removed meanwhile */
    }
    bool on_def_line = armed->table.body_on_def_line; /* conditions let others run, who may disarm the code */
    if (lines_start_needed(&armed->table)) {
        step_marks_set_begun(&backend->stepping->marks);
    }
    if (!stepping_is_silent(backend) && breakpoints_hit(backend->breakpoints, armed, 0, &hits)) {
        stepping_enter_function(backend, on_def_line, &hits);
    }
}
