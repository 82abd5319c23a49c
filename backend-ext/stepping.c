#include "stepping_internal.h"

#include "backend.h"
#include "breakpoints.h"
#include "compat.h"
#include "engine.h"
#include "exception_filters.h"
#include "helper.h"
#include "hold.h"
#include "lifecycle.h"
#include "lines.h"
#include "my_code.h"
#include "parked.h"
#include "pause.h"
#include "sources.h"
#include "step_frames.h"
#include "step_marks.h"
#include "stop.h"
#include "target_plan.h"
#include "threads.h"
#include "unhandled.h"

#include <stdlib.h>
#include <string.h>

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
        Py_XDECREF(stepping->bootstrap);
        step_marks_finish(&stepping->marks);
        free(stepping);
    }
}

static void forget_step(struct stepping *stepping)
{
    stepping->kind = STEP_NONE;
    stepping->ident = 0;
    stepping->begun_here = stepping->thrown = false;
    target_plan_clear(&stepping->target);
    stepping->has_hits = false;
    Py_CLEAR(stepping->frame);
    returns_clear(&stepping->returns);
}

void stepping_cancel(struct stepping *stepping)
{
    stepping->pausing = false;
    forget_step(stepping);
}

bool stepping_planned(const struct stepping *stepping)
{
    return stepping->kind != STEP_NONE;
}

bool stepping_elsewhere(const struct stepping *stepping)
{
    bool first = !stepping->pausing || stepping->has_hits; /* a pause cancels a step, but no hit */
    return stepping->kind != STEP_NONE && stepping->ident != PyThread_get_thread_ident() && first;
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
    unsigned events = exception_filters_events(stepping->backend);
    if (stepping->pausing || hold_wants_lines(stepping->backend)) {
        events |= ENGINE_LINES;
    }
    bool entering = stepping->kind == STEP_TARGET && target_plan_wants_starts(&stepping->target);
    if (stepping->kind == STEP_IN || entering) {
        events |= ENGINE_STARTS;
    }
    if (stepping->kind != STEP_NONE && stepping->kind != STEP_ENTRY) {
        events |= ENGINE_THROWS;
    }
    return events | (hold_is_used(stepping->backend) ? (unsigned)ENGINE_UNWINDS : 0);
}

static void watch_all(struct stepping *stepping, unsigned events)
{
    if (stepping->watched_all != events) {
        stepping->watched_all = events;
        engine_watch_all(stepping->backend->engine, events);
    }
}

/* What is watched of CODE whether it is stepped or not. */
static unsigned standing_events(const struct stepping *stepping, PyObject *code)
{
    bool main_ends = stepping->main_watched && code == stepping->backend->main_code;
    return (code == stepping->bootstrap ? (unsigned)ENGINE_STARTS : 0) | (main_ends ? (unsigned)ENGINE_RETURNS : 0) |
           unhandled_watches(stepping->backend->unhandled, code);
}

static void unwatch(struct stepping *stepping, size_t index)
{
    PyObject *code = stepping->watched[index].code;
    stepping->watched[index] = stepping->watched[--stepping->watched_count];
    engine_watch(stepping->backend->engine, code, standing_events(stepping, code));
    Py_DECREF(code);
}

/* The end of the main thread has to be known while threads are held, and for a pause that came too late for a line. */
static void watch_main(struct stepping *stepping)
{
    PyObject *code = stepping->backend->main_code;
    bool wanted = code && (engine_returns_are_free || hold_is_used(stepping->backend));
    if (wanted == stepping->main_watched) {
        return;
    }
    stepping->main_watched = wanted;
    for (size_t i = 0; i < stepping->watched_count; i++) {
        if (stepping->watched[i].code == code) {
            return; /* its ends are watched anyway, and unwatch() leaves what is to stay */
        }
    }
    engine_watch(stepping->backend->engine, code, standing_events(stepping, code));
}

/* Watch EVENTS of CODE too. */
static void watch_events(struct stepping *stepping, PyObject *code, unsigned events)
{
    size_t i = 0;
    while (i < stepping->watched_count && stepping->watched[i].code != code) {
        i++;
    }
    if (i == WATCHED_LIMIT) {
        unwatch(stepping, --i); /* the stepped frame's came before */
    }
    if (i == stepping->watched_count) {
        stepping->watched[stepping->watched_count].events = 0;
        stepping->watched[stepping->watched_count++].code = Py_NewRef(code);
    }
    if ((stepping->watched[i].events | events) != stepping->watched[i].events) {
        stepping->watched[i].events |= events;
        engine_watch(stepping->backend->engine, code, stepping->watched[i].events | standing_events(stepping, code));
    }
}

static void watch(struct stepping *stepping, PyObject *code)
{
    watch_events(stepping, code, ENGINE_LINES | ENGINE_RETURNS);
}

void stepping_refresh(struct stepping *stepping)
{
    if (!stepping->backend->ended) {
        watch_main(stepping);
        watch_all(stepping, wanted_of_all(stepping));
    }
}

/* Only WANTED of CODE (NULL: none), of no other code anything. Begins before it ends: interest in unwinding that goes
 * and comes again has the interpreter look at all code. */
static void watch_only(struct stepping *stepping, PyObject *code, unsigned wanted)
{
    if (code) {
        watch_events(stepping, code, wanted);
    }
    for (size_t i = stepping->watched_count; i-- > 0;) {
        if (stepping->watched[i].code != code) {
            unwatch(stepping, i);
        } else if (stepping->watched[i].events != wanted) {
            stepping->watched[i].events = wanted;
            engine_watch(stepping->backend->engine, code, wanted | standing_events(stepping, code));
        }
    }
}

/* Whether what the stepped line calls is to be told. */
static bool follows_calls(const struct stepping *stepping)
{
    return stepping->begun_here && (stepping->kind == STEP_OVER || stepping->kind == STEP_UNTIL);
}

/* Have calls reported again that were left out: the event goes, to come again. */
static void wake_calls(struct stepping *stepping)
{
    for (size_t i = 0; i < stepping->watched_count && stepping->calls_off; i++) {
        unsigned events = stepping->watched[i].events & ~(unsigned)ENGINE_CALLS;
        if (events != stepping->watched[i].events) {
            PyObject *code = stepping->watched[i].code;
            stepping->watched[i].events = events;
            engine_watch(stepping->backend->engine, code, events | standing_events(stepping, code));
        }
    }
    stepping->calls_off = false;
}

void stepping_apply(struct stepping *stepping)
{
    if (stepping->backend->ended) {
        return;
    }
    bool follows = follows_calls(stepping);
    stepping->returns_budget = RETURNS_BUDGET;
    wake_calls(stepping);
    engine_follow_calls(stepping->backend->engine, follows ? stepping->frame : NULL);
    PyObject *code = stepping->kind != STEP_NONE && stepping->frame ? step_frames_code(stepping->frame) : NULL;
    unsigned wanted = ENGINE_LINES | ENGINE_RETURNS;
    bool calls = stepping->kind == STEP_TARGET || (follows && engine_reports_calls);
    wanted |= calls ? (unsigned)ENGINE_CALLS : 0;
    bool may_fail = stepping->kind != STEP_ENTRY || stepping->has_hits; /* by a Ctrl-C before its first line */
    wanted |= may_fail ? (unsigned)ENGINE_UNWINDS : 0;
    watch_only(stepping, code, wanted);
    if (stepping->marks.jump_code) {
        watch(stepping, stepping->marks.jump_code);
    }
    Py_XDECREF(code);
    stepping_refresh(stepping);
}

void stepping_finish(struct stepping *stepping)
{
    stepping_cancel(stepping);
    Py_CLEAR(stepping->marks.jump_code);
    Py_CLEAR(stepping->awaited);
    while (stepping->watched_count > 0) {
        Py_DECREF(stepping->watched[--stepping->watched_count].code);
    }
    stepping->watched_all = 0;
}

void stepping_begin(struct stepping *stepping, enum step_kind kind, PyObject *frame, unsigned long ident)
{
    stepping_cancel(stepping);
    if (frame) {
        stepping->kind = kind;
        stepping->frame = Py_NewRef(frame);
        stepping->begun_here = true;
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
    stepping_refresh(stepping);
}

static void wake_code(PyObject *code, void *data)
{
    engine_wake(data, code);
}

static bool wake_source(struct source *source, void *data)
{
    source_visit_code(source, wake_code, data);
    return true;
}

void stepping_look_again(struct stepping *stepping)
{
    unsigned events = stepping->watched_all;
    if (stepping->passed && !stepping->backend->ended) {
        stepping->passed = false;
        watch_all(stepping, events & ~(unsigned)ENGINE_STARTS);
        sources_visit(stepping->backend->sources, wake_source, stepping->backend->engine);
        watch_all(stepping, events);
    }
}

/* Frames. */

static bool is_step_frame(const struct stepping *stepping)
{
    return stepping->frame && (PyObject *)PyEval_GetFrame() == stepping->frame;
}

static bool is_step_thread(const struct stepping *stepping)
{
    return stepping->kind != STEP_NONE && stepping->ident == PyThread_get_thread_ident();
}

void stepping_set_until(struct stepping *stepping, int line)
{
    stepping->until = line || !stepping->frame ? line : step_frames_line(stepping->frame) + 1;
}

void stepping_set_target(struct stepping *stepping, const struct call_site *site)
{
    target_plan_begin(&stepping->target, site);
    if (!engine_reports_calls || site->next || site->unreported) {
        stepping_look_again(stepping); /* the function may be a library's, whose starts were given up */
    }
}

void stepping_note_jump(struct stepping *stepping, PyObject *frame)
{
    struct breakpoints *breakpoints = stepping->backend->breakpoints;
    step_marks_set_jumped(&stepping->marks, frame);
    struct armed_code *armed = breakpoints_armed(breakpoints, stepping->marks.jump_code);
    if (armed) {
        breakpoints_pass_point(breakpoints, armed);
    }
}

bool stepping_was_dealt_with(struct stepping *stepping)
{
    if (step_marks_are_none(&stepping->marks)) {
        return false;
    }
    bool waits = stepping->marks.jump_code != NULL;
    bool jumped = step_marks_take_jumped(&stepping->marks);
    if (waits && !stepping->marks.jump_code && stepping->kind == STEP_NONE) {
        stepping_apply(stepping); /* its code need not be watched any more */
    }
    return jumped || step_marks_take_begun(&stepping->marks);
}

/* Reports of the engine. */

/* A function that was entered is about to report its hit, and that is a stop, too. */
bool stepping_pauses_here(const struct stepping *stepping)
{
    unsigned long ident = PyThread_get_thread_ident();
    bool entered_elsewhere = stepping->has_hits && stepping->ident != ident;
    return stepping->pausing && !entered_elsewhere && (!stepping->pause_ident || stepping->pause_ident == ident);
}

/* Whether a step stops at this line of the calling frame. */
static bool step_here(struct stepping *stepping, int line)
{
    bool same = is_step_frame(stepping);
    bool thrown = same && stepping->thrown;
    stepping->thrown = stepping->thrown && !same;
    if (thrown && stepping->begun_here && stepping->stood_frame == stepping->frame && stepping->stood_line == line) {
        return false; /* the exception comes out of the `await` that the step began at: 3.13 says the line again */
    }
    bool over = stepping->kind == STEP_OVER || (stepping->kind == STEP_UNTIL && line >= stepping->until);
    over = over || (stepping->kind == STEP_TARGET &&
                    (line < stepping->target.site.first_line || line > stepping->target.site.last_line));
    bool wanted = stepping->kind == STEP_IN || (over && same);
    return wanted && ((same && stepping->begun_here) ||
                      my_code_steps_in(stepping->backend->my_code, (PyObject *)PyEval_GetFrame()));
}

/* Why a watched line of this thread stops; NULL: it does not. */
static const char *line_reason(struct stepping *stepping, int line)
{
    if (is_step_thread(stepping)) {
        if (step_here(stepping, line)) {
            return "step";
        }
        if (stepping->kind == STEP_ENTRY && is_step_frame(stepping)) {
            return stepping->has_hits ? "function breakpoint" : "entry";
        }
    }
    return stepping_pauses_here(stepping) ? "pause" : NULL;
}

/* Lines of all code are watched, for no reason any more: what was held was let go without the GIL. */
static bool is_idle(struct stepping *stepping)
{
    return (stepping->watched_all & ENGINE_LINES) && !stepping->pausing && !hold_wants_lines(stepping->backend);
}

static void stop_at_line(struct backend *backend, const char *reason, const struct hits *hits)
{
    struct stepping *stepping = backend->stepping;
    struct returns returns;
    bool stepped = is_step_thread(stepping) && is_step_frame(stepping);
    if (stepped) {
        returns_move(&returns, &stepping->returns);
    }
    stop_enter(backend, &(struct stop_info){.reason = reason,
                                            .frame = (PyObject *)PyEval_GetFrame(),
                                            .hits = hits,
                                            .text = hits && hits->error[0] ? hits->error : NULL,
                                            .returns = stepped ? &returns : NULL});
    if (stepped) {
        returns_clear(&returns);
    }
}

void control_watched_line(struct backend *backend, PyObject *code, int line)
{
    struct stepping *stepping = backend->stepping;
    hold_pass(backend);
    if (is_idle(stepping)) {
        stepping_refresh(stepping);
    }
    if (stepping_is_silent(backend) || stepping_was_dealt_with(stepping)) {
        return;
    }
    const char *reason = line_reason(stepping, line);
    if (reason && helper_let_finish(backend)) {
        reason = line_reason(stepping, line);
    }
    struct armed_code *armed = breakpoints_armed(backend->breakpoints, code);
    struct hits hits = {0};
    bool hit = armed && armed_code_reports(armed, line) && breakpoints_hit(backend->breakpoints, armed, line, &hits);
    if (stepping->has_hits && reason && strcmp(reason, "function breakpoint") == 0) {
        for (size_t i = 0; i < stepping->hits.count && hits.count < HITS_LIMIT; i++) {
            hits.ids[hits.count++] = stepping->hits.ids[i];
        }
        if (!hits.error[0]) {
            memcpy(hits.error, stepping->hits.error, sizeof(hits.error));
        }
    }
    if (!reason || stop_active(backend)) { /* its condition let another thread stop */
        if (hit) {
            stepping_note_line(stepping, line);
            stepping_stop_for_hits(backend, &hits);
        } else if (is_step_thread(stepping) && is_step_frame(stepping)) {
            returns_clear(&stepping->returns); /* of a line that is passed */
        }
        return;
    }
    stepping_note_line(stepping, line);
    const char *shown = hit && strcmp(reason, "entry") != 0 ? hits_reason(&hits) : reason;
    stop_at_line(backend, shown, hits.count ? &hits : NULL);
}

/* A function breakpoint, or a body on the def line, at the start of the calling frame. True: it stopped. */
static bool armed_start(struct backend *backend, struct armed_code *armed)
{
    struct hits hits;
    bool on_def_line = armed->table.body_on_def_line;
    if (lines_start_needed(&armed->table)) {
        step_marks_set_begun(&backend->stepping->marks);
    }
    bool hit = breakpoints_hit(backend->breakpoints, armed, 0, &hits);
    if (hit) {
        stepping_enter_function(backend, on_def_line, &hits);
    }
    return hit;
}

/* Step into FRAME, which begins or goes on: at once where no line will come, else at its next one. */
static void step_into(struct backend *backend, PyObject *code, PyObject *frame, bool resumed)
{
    struct line_table table;
    bool at_once = false, within = false;
    if (!resumed && line_table_read(&table, code)) {
        at_once = lines_start_needed(&table);
        within = line_table_is_within_line(&table);
        line_table_finish(&table);
    }
    if (at_once) {
        step_marks_set_begun(&backend->stepping->marks);
        stop_enter(backend, &(struct stop_info){.reason = "step", .frame = frame});
    } else if (!within) {
        watch(backend->stepping, code);
    }
}

static void follow(struct stepping *stepping, PyObject *frame, enum step_kind kind, unsigned events)
{
    engine_follow_calls(stepping->backend->engine, NULL);
    returns_clear(&stepping->returns);
    PyObject *former = stepping->frame;
    stepping->frame = Py_NewRef(frame);
    stepping->begun_here = false;
    stepping->kind = kind;
    PyObject *code = step_frames_code(frame);
    watch_events(stepping, code, events | ENGINE_UNWINDS);
    Py_DECREF(code);
    Py_XDECREF(former);
    watch_all(stepping, wanted_of_all(stepping));
}

/* A frame begins while a call is waited for. It is the user's choice: whose code it is does not matter. */
static void enter_target(struct backend *backend, PyObject *code, bool resumed)
{
    struct stepping *stepping = backend->stepping;
    PyObject *frame = resumed || !is_step_thread(stepping) ? NULL : (PyObject *)PyEval_GetFrame();
    if (frame && target_plan_is_reached(&stepping->target, backend, stepping->frame, frame, code)) {
        follow(stepping, frame, STEP_OVER, ENGINE_LINES | ENGINE_RETURNS);
        stepping->begun_here = true;
        step_into(backend, code, frame, false);
    }
}

/* Too much was looked at: what the line calls runs at full speed from now on. */
static void stop_following(struct stepping *stepping)
{
    for (size_t i = stepping->watched_count; i-- > 0;) {
        if (stepping->watched[i].events == ENGINE_RETURNS) {
            unwatch(stepping, i);
        }
    }
    engine_follow_calls(stepping->backend->engine, NULL);
}

/* A call or return is looked at, of any thread. False: that were too many. */
static bool spend(struct stepping *stepping)
{
    if (stepping->returns_budget == 0) {
        return false;
    }
    if (--stepping->returns_budget == 0) {
        stop_following(stepping);
    }
    return stepping->returns_budget > 0;
}

/* The stepped line calls CALLABLE: its return is to be told. False: enough was looked at. */
static bool follow_call(struct stepping *stepping, PyObject *callable)
{
    if (!follows_calls(stepping) || !spend(stepping)) {
        stepping->calls_off = true;
        return false;
    }
    bool mine = is_step_thread(stepping) && is_step_frame(stepping) && stepping->watched_count < CALLEES_LIMIT;
    PyObject *code = mine ? step_frames_code_of(callable) : NULL;
    if (code && !step_frames_is_generator(code)) {
        watch_events(stepping, code, ENGINE_RETURNS);
    }
    Py_XDECREF(code);
    return true;
}

/* The awaited call is about to be made. What it leads to may be a library's, whose starts were given up: those of the
 * function alone come back where that is known. */
static void wake_target(struct stepping *stepping, PyObject *callable)
{
    PyObject *code = stepping->passed ? step_frames_code_of(callable) : NULL;
    if (code && !(stepping->watched_all & ENGINE_STARTS)) {
        engine_wake(stepping->backend->engine, code);
    } else {
        stepping_look_again(stepping);
    }
    Py_XDECREF(code);
}

bool control_watched_call(struct backend *backend, int offset, PyObject *callable)
{
    struct stepping *stepping = backend->stepping;
    if (stepping_is_silent(backend)) {
        return true;
    }
    if (stepping->kind != STEP_TARGET) {
        return follow_call(stepping, callable);
    }
    if (!is_step_thread(stepping) || !is_step_frame(stepping)) {
        return true;
    }
    bool before = target_plan_wants_starts(&stepping->target);
    if (!target_plan_note_call(&stepping->target, offset, callable)) {
        stepping->kind = STEP_OVER;
    } else if (!before && target_plan_wants_starts(&stepping->target)) {
        wake_target(stepping, callable);
    }
    watch_all(stepping, wanted_of_all(stepping));
    return true;
}

/* Starts of code that is never stepped into are not to be reported again: such calls cost nothing. */
bool control_watched_start(struct backend *backend, PyObject *code, bool resumed)
{
    unhandled_code_started(backend->unhandled, code);
    bool bootstrap = code == backend->stepping->bootstrap;
    if (bootstrap) {
        threads_current(backend);
    }
    hold_pass(backend);
    if (stepping_is_silent(backend) || bootstrap) {
        return true;
    }
    struct armed_code *armed = breakpoints_armed(backend->breakpoints, code);
    struct stepping *stepping = backend->stepping;
    if (armed && armed->start && !resumed && armed_start(backend, armed)) {
        return true;
    }
    if (stepping->kind == STEP_TARGET) {
        enter_target(backend, code, resumed);
        return true;
    }
    PyObject *frame = stepping->kind == STEP_IN ? (PyObject *)PyEval_GetFrame() : NULL;
    if (!frame) {
        return true;
    }
    if (!my_code_steps_in(backend->my_code, frame)) {
        bool pass = (!armed || !armed->start) && !unhandled_may_watch(code) && !step_frames_is_bootstrap(code);
        stepping->passed = stepping->passed || pass;
        return !pass;
    }
    if (is_step_thread(stepping) && !step_frames_are_of_import(frame, stepping->frame)) {
        step_into(backend, code, frame, resumed);
    }
    return true;
}

/* The thread of the step ends. Hits that wait for the step are due now. */
static void end_without_stop(struct backend *backend)
{
    forget_step(backend->stepping);
    stepping_apply(backend->stepping);
    stop_hand_over(backend);
}

void stepping_leave(struct stepping *stepping)
{
    if (is_step_thread(stepping)) {
        forget_step(stepping);
        stepping_apply(stepping);
    }
}

void control_watched_throw(struct backend *backend, PyObject *code)
{
    struct stepping *stepping = backend->stepping;
    if (!stepping_is_silent(backend) && is_step_thread(stepping) && is_step_frame(stepping)) {
        stepping->thrown = true;
    }
    control_watched_start(backend, code, true);
}

/* The stepped frame is left for library code: go on until that comes back, or runs user code. A step out is
 * for those who want to get away from here: it takes no user code on the way; but what runs a task comes back
 * only at the end of all tasks. */
static void pass_library(struct stepping *stepping, const struct way_out *way)
{
    PyObject *code = step_frames_code(stepping->frame);
    bool out = stepping->kind == STEP_OUT && !step_frames_is_coroutine(code);
    Py_DECREF(code);
    if (out && !way->caller) {
        end_without_stop(stepping->backend);
    } else {
        follow(stepping, way->gate, out ? STEP_OUT : STEP_IN, ENGINE_RETURNS);
    }
}

/* The stepped frame hands VALUE on and is left for good, or as a generator until it is resumed. */
static void step_left(struct backend *backend, PyObject *code, PyObject *value, bool yielded)
{
    struct stepping *stepping = backend->stepping;
    struct way_out way;
    way_out_find(&way, backend, stepping->frame);
    if (way.gate) {
        pass_library(stepping, &way);
    } else if (!way.caller) {
        end_without_stop(backend);
    } else if (stepping->kind != STEP_OUT && step_frames_within_line(code)) {
        follow(stepping, way.caller, STEP_OVER, ENGINE_LINES | ENGINE_RETURNS); /* the same line again */
    } else {
        struct returns returns;
        returns_move(&returns, &stepping->returns);
        if (!yielded && step_frames_is_function(code)) {
            returns_add(&returns, code, value);
            returns.left = true;
        }
        stepping->left = code;
        stop_enter(backend, &(struct stop_info){.reason = "step", .frame = way.caller, .returns = &returns});
        returns_clear(&returns);
    }
    way_out_finish(&way);
}

/* Whether a return that was reported may be that of a call of the stepped line. */
static bool takes_return(struct stepping *stepping)
{
    return follows_calls(stepping) && spend(stepping) && is_step_thread(stepping);
}

void control_call_returned(struct backend *backend, PyObject *code, PyObject *value)
{
    struct stepping *stepping = backend->stepping;
    bool told = stepping->left == code; /* the step began in the report of its end */
    stepping->left = NULL;
    if (!told && !stepping_is_silent(backend) && takes_return(stepping) && step_frames_is_called(code)) {
        returns_add(&stepping->returns, code, value);
    }
}

/* The calling frame, which is not the stepped one, returns. */
static void note_return(struct stepping *stepping, PyObject *code, PyObject *value)
{
    PyObject *frame = takes_return(stepping) ? (PyObject *)PyEval_GetFrame() : NULL;
    PyObject *caller = frame ? PyObject_GetAttrString(frame, "f_back") : NULL;
    if (caller == stepping->frame && step_frames_is_called(code)) {
        returns_add(&stepping->returns, code, value);
    }
    Py_XDECREF(caller);
    PyErr_Clear();
}

void control_watched_return(struct backend *backend, PyObject *code, PyObject *value, bool yielded)
{
    struct stepping *stepping = backend->stepping;
    if (stepping_is_silent(backend)) {
        return;
    }
    if (code == backend->main_code && PyThread_get_thread_ident() == backend->main_ident) {
        hold_main_left(backend);
        control_main_returns(backend);
    }
    if (!is_step_thread(stepping) || !is_step_frame(stepping)) {
        note_return(stepping, code, value);
        return;
    }
    if (stepping->kind == STEP_ENTRY) {
        return;
    }
    bool leaves = stepping->kind == STEP_IN || !stepping->begun_here; /* else it is followed through its pauses */
    if (!yielded) {
        step_left(backend, code, value, false);
    } else if (leaves && !step_frames_suspends(code, value)) {
        step_left(backend, code, value, true);
    } else if (stepping->kind == STEP_IN) { /* what runs now is another task's: stay until this one is resumed */
        stepping->kind = STEP_OVER;
        watch_all(stepping, wanted_of_all(stepping));
    }
}

/* The stepped frame is left by an exception: go on in its caller, which handles it or is left too. */
static void follow_exception(struct stepping *stepping)
{
    struct way_out way;
    way_out_find(&way, stepping->backend, stepping->frame);
    if (way.gate) {
        pass_library(stepping, &way);
    } else if (way.caller) {
        follow(stepping, way.caller, STEP_OVER, ENGINE_LINES | ENGINE_RETURNS);
    } else {
        end_without_stop(stepping->backend);
    }
    way_out_finish(&way);
}

void control_main_returns(struct backend *backend)
{
    if (!stepping_is_silent(backend)) {
        pause_at_end(backend);
    }
}

/* An exception, as of a Ctrl-C, came between the beginning of a function and its first line. */
static void entry_left(struct backend *backend)
{
    struct hits hits = backend->stepping->hits;
    stop_enter(backend, &(struct stop_info){.reason = hits_reason(&hits),
                                            .frame = (PyObject *)PyEval_GetFrame(),
                                            .hits = &hits,
                                            .text = hits.error[0] ? hits.error : NULL});
}

void control_unwind(struct backend *backend, PyObject *code, PyObject *exception)
{
    struct stepping *stepping = backend->stepping;
    hold_pass(backend);
    if (stepping_is_silent(backend)) {
        return;
    }
    if (code == backend->main_code && PyThread_get_thread_ident() == backend->main_ident) {
        PyObject *frame = (PyObject *)PyEval_GetFrame();
        hold_main_left(backend);
        backend->main_left = true;
        if (frame) {
            lifecycle_main_left(backend, frame, exception);
        }
        return;
    }
    if (stepping->has_hits && is_step_thread(stepping) && is_step_frame(stepping)) {
        entry_left(backend);
    }
    exception_filters_leaving(backend, exception);
    if (is_step_thread(stepping) && stepping->kind != STEP_ENTRY && is_step_frame(stepping)) {
        follow_exception(stepping);
    }
}
