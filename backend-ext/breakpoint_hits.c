#include "backend.h"
#include "breakpoint.h"
#include "breakpoints.h"
#include "breakpoints_internal.h"
#include "compat.h"
#include "condition.h"
#include "helper.h"
#include "log_message.h"
#include "server.h"
#include "sources.h"
#include "threads.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LOG_LIMIT     (64 << 10) /* characters of one log message */
#define REACHED_LIMIT 100        /* breakpoints at one place that can act */
#define COUNTS_AFTER  1000 /* ms until the client is told of log messages over the limit and of failed conditions */

static struct breakpoint_file *file_of_breakpoint(struct breakpoints *breakpoints, const struct breakpoint *wanted)
{
    for (struct breakpoint_file *file = breakpoints->files; file; file = file->next) {
        for (struct breakpoint *breakpoint = file->first; breakpoint; breakpoint = breakpoint->next) {
            if (breakpoint == wanted) {
                return file;
            }
        }
    }
    return NULL;
}

static void write_log(struct breakpoints *breakpoints, struct breakpoint *breakpoint, PyObject *frame, int line)
{
    PyObject *text = log_message_format(breakpoint->log, frame);
    bool cut = text && PyUnicode_GetLength(text) > LOG_LIMIT;
    PyObject *part = text ? PyUnicode_Substring(text, 0, LOG_LIMIT) : NULL;
    PyObject *whole = part ? PyUnicode_FromFormat("%U%s", part, cut ? "\xe2\x80\xa6\n" : "\n") : NULL;
    PyObject *bytes = whole ? PyUnicode_AsEncodedString(whole, "utf-8", "backslashreplace") : NULL;
    if (bytes) {
        struct breakpoint_file *file = file_of_breakpoint(breakpoints, breakpoint);
        backend_output(breakpoints->backend, "console", PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes),
                       file ? file->path : NULL, line);
    }
    Py_XDECREF(bytes);
    Py_XDECREF(whole);
    Py_XDECREF(part);
    Py_XDECREF(text);
    PyErr_Clear();
}

/* Whether the calling thread is one that BREAKPOINT is for. */
static bool is_for_thread(const struct breakpoints *breakpoints, const struct breakpoint *breakpoint)
{
    if (!breakpoint->thread_text) {
        return true;
    }
    long long id = threads_current(breakpoints->backend);
    if (breakpoint->thread_id) {
        return id == breakpoint->thread_id;
    }
    char name[256];
    threads_name(breakpoints->backend, id, name, sizeof(name));
    return strcmp(name, breakpoint->thread_text) == 0;
}

static void plan_to_tell_counts(struct breakpoints *breakpoints)
{
    if (!breakpoints->telling_planned) {
        breakpoints->telling_planned = true;
        pthread_mutex_lock(&breakpoints->backend->lock);
        helper_plan_notes(breakpoints->backend, COUNTS_AFTER);
        pthread_mutex_unlock(&breakpoints->backend->lock);
    }
}

static void say_dropped(struct breakpoints *breakpoints, const struct breakpoint_file *file,
                        const struct breakpoint *breakpoint, int64_t count)
{
    char text[100];
    int length = snprintf(text, sizeof(text), "\xe2\x80\xa6 %lld log %s dropped\n", (long long)count,
                          count == 1 ? "message" : "messages");
    backend_output(breakpoints->backend, "console", text, (size_t)length, file ? file->path : NULL, breakpoint->line);
}

static void tell_counts_of(struct breakpoint_file *file, struct breakpoint *breakpoint, void *data)
{
    struct breakpoints *breakpoints = data;
    int64_t fresh = breakpoint->dropped - breakpoint->told_drops;
    if (fresh == 0 && breakpoint->failures <= breakpoint->told_failures) {
        return;
    }
    if (server_congested(breakpoints->backend->server)) {
        plan_to_tell_counts(breakpoints);
        return;
    }
    breakpoint->told_drops = breakpoint->dropped;
    breakpoint->told_hits = breakpoint->hits;
    breakpoint->told_failures = breakpoint->failures;
    if (fresh > 0) {
        say_dropped(breakpoints, file, breakpoint, fresh);
    }
    breakpoints_send(breakpoints, file, breakpoint, "changed");
}

void breakpoints_tell_counts(struct breakpoints *breakpoints)
{
    if (breakpoints->telling_planned) {
        breakpoints->telling_planned = false;
        breakpoints_visit(breakpoints, tell_counts_of, breakpoints);
    }
}

static void log_hit(struct breakpoints *breakpoints, struct breakpoint *breakpoint, PyObject *frame, int line)
{
    /* What cannot be sent need not be made, either. */
    bool congested = server_congested(breakpoints->backend->server);
    if (congested || !breakpoint_may_log(breakpoint)) {
        breakpoint->dropped++;
        plan_to_tell_counts(breakpoints);
        return;
    }
    if (breakpoint->dropped > breakpoint->told_drops) {
        tell_counts_of(file_of_breakpoint(breakpoints, breakpoint), breakpoint, breakpoints);
    }
    write_log(breakpoints, breakpoint, frame, line);
}

/* One report of the engine. */
struct report {
    PyObject *frame;      /* owned; NULL until report_frame() */
    PyObject *code;       /* owned */
    int line;             /* that is reached */
    int offset;           /* of the instruction, where one is armed; else -1 */
    bool at_start, lines; /* a frame begins; breakpoints on the whole line are concerned */
};

/* Borrowed. What only counts does without: the interpreter would make an object of the frame. NULL: there is no
 * memory for one. */
static PyObject *report_frame(struct report *report)
{
    if (!report->frame) {
        report->frame = Py_XNewRef((PyObject *)PyEval_GetFrame());
    }
    return report->frame;
}

/* What BREAKPOINT is by now: while a condition ran its list may have been replaced. NULL: it is set no more, or asks
 * for something else. */
static struct breakpoint *current(struct breakpoint *breakpoint)
{
    while (breakpoint && breakpoint->retired) {
        breakpoint = breakpoint->heir;
    }
    return breakpoint && breakpoint_is_active(breakpoint) ? breakpoint : NULL;
}

/* It stops or logs: those that wait for it are to know. */
static void note_act(struct breakpoint *breakpoint, struct hits *hits)
{
    hits->news = hits->news || !breakpoint->acted;
    breakpoint->acted = true;
}

static void add_id(struct hits *hits, const struct breakpoint *breakpoint)
{
    if (hits->count < HITS_LIMIT) {
        hits->ids[hits->count++] = breakpoint->id;
    }
}

/* The first failure stops and says so, whatever else is asked; the next ones would be no news: they are counted. */
static void fail_condition(struct breakpoints *breakpoints, struct breakpoint *breakpoint, const char *error,
                           struct hits *hits)
{
    if (breakpoint->failures++ > 0) {
        plan_to_tell_counts(breakpoints);
        return;
    }
    snprintf(breakpoint->failure, sizeof(breakpoint->failure), "%s", error);
    snprintf(hits->error, sizeof(hits->error), "%s", error);
    hits->function = hits->function || breakpoint->function;
    note_act(breakpoint, hits);
    add_id(hits, breakpoint);
}

/* The breakpoint that was reached, if its condition is true. */
static struct breakpoint *test_condition(struct breakpoints *breakpoints, struct breakpoint *breakpoint,
                                         struct report *report, struct hits *hits)
{
    char error[sizeof(hits->error)];
    if (!breakpoint->condition) {
        return breakpoint;
    }
    if (!report_frame(report)) {
        return NULL;
    }
    counter_add(&breakpoints->backend->counters.conditions, 1);
    enum condition_result result =
        condition_test(breakpoint->condition, report->frame, report->code, error, sizeof(error));
    breakpoint = result == CONDITION_FALSE ? NULL : current(breakpoint);
    if (breakpoint && result == CONDITION_FAILED) {
        fail_condition(breakpoints, breakpoint, error, hits);
    }
    return result == CONDITION_TRUE ? breakpoint : NULL;
}

/* Count and test one breakpoint that was reached. */
static void hit_one(struct breakpoints *breakpoints, struct breakpoint *reached, struct report *report,
                    struct hits *hits)
{
    struct breakpoint *breakpoint = current(reached);
    if (!breakpoint || !is_for_thread(breakpoints, breakpoint)) {
        return;
    }
    breakpoint = test_condition(breakpoints, breakpoint, report, hits);
    if (!breakpoint) {
        return;
    }
    breakpoint->hits++;
    if (!breakpoint_hits_suffice(breakpoint)) {
        return;
    }
    note_act(breakpoint, hits);
    if (breakpoint->log) {
        if (report_frame(report)) {
            log_hit(breakpoints, breakpoint, report->frame, report->line);
        }
        return;
    }
    hits->run_to = hits->run_to || breakpoint->run_to;
    hits->function = hits->function || breakpoint->function;
    if (!breakpoint->run_to) {
        add_id(hits, breakpoint);
    }
}

/* Breakpoints that a report concerns, found before the first condition runs, after which lists may be others. */
struct reached {
    struct breakpoint *list[REACHED_LIMIT];
    size_t count;
};

static void hit_reached(struct breakpoints *breakpoints, const struct reached *reached, struct report *report,
                        struct hits *hits)
{
    for (size_t i = 0; i < reached->count; i++) {
        hit_one(breakpoints, reached->list[i], report, hits);
    }
}

/* Not the whole of HITS is set: it is large, and a count is all that most reports come to. */
static void report_begin(struct breakpoints *breakpoints, struct report *report, PyObject *code, struct hits *hits)
{
    hits->count = 0;
    hits->run_to = hits->function = hits->news = false;
    hits->error[0] = '\0';
    report->frame = NULL;
    report->code = Py_NewRef(code);
    breakpoints_begin(breakpoints);
}

static bool report_end(struct breakpoints *breakpoints, struct report *report, struct hits *hits)
{
    bool acts = (hits->count > 0 || hits->run_to) && report_frame(report);
    Py_XDECREF(report->frame);
    Py_DECREF(report->code);
    breakpoints_end(breakpoints);
    if (hits->news && breakpoints->some_wait && !breakpoints->backend->ended) {
        breakpoints_order(breakpoints, NULL, false);
    }
    return acts && !breakpoints->backend->ended;
}

static long frame_offset(PyObject *frame)
{
    PyObject *offset = PyObject_GetAttrString(frame, "f_lasti");
    long number = offset ? PyLong_AsLong(offset) : -1;
    Py_XDECREF(offset);
    PyErr_Clear();
    return number;
}

/* Breakpoints on the instruction of the report. Those of other instructions in the line are not concerned. */
struct points {
    int64_t ids[HITS_LIMIT];
    size_t count;
};

static void find_points(struct points *points, const struct armed_code *armed, int offset)
{
    points->count = 0;
    for (size_t i = 0; offset >= 0 && i < armed->point_count && points->count < HITS_LIMIT; i++) {
        if (armed->points[i].offset == offset) {
            points->ids[points->count++] = armed->points[i].id;
        }
    }
}

static bool is_at(const struct breakpoint *breakpoint, const struct report *report, const struct points *points)
{
    if (!breakpoint->statement) {
        return report->lines && breakpoint->line == report->line;
    }
    for (size_t i = 0; i < points->count; i++) {
        if (points->ids[i] == breakpoint->id) {
            return true;
        }
    }
    return false;
}

static void hit_all(struct breakpoints *breakpoints, const struct armed_code *armed, struct report *report,
                    struct hits *hits)
{
    struct reached reached;
    struct points points;
    find_points(&points, armed, report->offset);
    struct breakpoint *breakpoint = armed->file && (report->lines || points.count) ? armed->file->first : NULL;
    reached.count = 0;
    for (; breakpoint && reached.count < REACHED_LIMIT; breakpoint = breakpoint->next) {
        if (breakpoint_is_active(breakpoint) && is_at(breakpoint, report, &points)) {
            reached.list[reached.count++] = breakpoint;
        }
    }
    hit_reached(breakpoints, &reached, report, hits);
}

static void hit_functions(struct breakpoints *breakpoints, struct report *report, struct hits *hits)
{
    struct reached reached;
    struct source *source = sources_of_code(breakpoints->backend->sources, report->code);
    struct breakpoint *breakpoint = source ? breakpoints->functions : NULL;
    reached.count = 0;
    for (; breakpoint && reached.count < REACHED_LIMIT; breakpoint = breakpoint->next) {
        if (breakpoint_is_active(breakpoint) &&
            breakpoint_names_code(breakpoint, report->code, source_filename(source))) {
            reached.list[reached.count++] = breakpoint;
        }
    }
    hit_reached(breakpoints, &reached, report, hits);
}

void breakpoints_pass_point(struct breakpoints *breakpoints, const struct armed_code *armed)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame(); /* borrowed */
    long offset = frame ? frame_offset(frame) : -1;
    if (offset >= 0 && armed_code_has_point(armed, (int)offset)) {
        thread_marks_set(&breakpoints->passed, armed->code, frame, offset);
    }
}

/* An armed instruction is dealt with at the report of its line, which comes first: a stop for both is one. */
static void take_point_of_line(struct breakpoints *breakpoints, const struct armed_code *armed, struct report *report)
{
    PyObject *frame = armed->point_count ? report_frame(report) : NULL;
    long offset = frame ? frame_offset(frame) : -1;
    if (offset >= 0 && armed_code_has_point(armed, (int)offset)) {
        report->offset = (int)offset;
        thread_marks_set(&breakpoints->passed, report->code, frame, offset);
    }
}

bool breakpoints_hit(struct breakpoints *breakpoints, struct armed_code *armed, int line, struct hits *hits)
{
    struct report report = {.line = line ? line : armed->table.first_line, .offset = -1, .at_start = line == 0};
    report_begin(breakpoints, &report, armed->code, hits);
    report.lines = !report.at_start || lines_start_needed(&armed->table);
    if (!report.at_start) {
        take_point_of_line(breakpoints, armed, &report);
    }
    hit_all(breakpoints, armed, &report, hits);
    if (report.at_start) {
        hit_functions(breakpoints, &report, hits);
    }
    return report_end(breakpoints, &report, hits);
}

/* Whether it was dealt with when its line was reported. */
static bool was_passed(struct breakpoints *breakpoints, struct report *report)
{
    const struct thread_mark *mark = thread_marks_find(&breakpoints->passed);
    bool same =
        mark && mark->code == report->code && mark->frame == report_frame(report) && mark->at == (long)report->offset;
    thread_marks_forget(&breakpoints->passed);
    return same;
}

bool breakpoints_hit_point(struct breakpoints *breakpoints, struct armed_code *armed, int offset, struct hits *hits)
{
    struct report report = {.line = line_table_at(&armed->table, offset), .offset = offset};
    report_begin(breakpoints, &report, armed->code, hits);
    if (!was_passed(breakpoints, &report)) {
        hit_all(breakpoints, armed, &report, hits);
    }
    return report_end(breakpoints, &report, hits);
}

/* Take the breakpoints for which GONE says so out of LIST; whether there were any. */
static bool remove_where(struct breakpoint **list, bool (*gone)(const struct breakpoint *breakpoint, const void *data),
                         const void *data, struct breakpoint **removed)
{
    bool any = false;
    while (*list) {
        struct breakpoint *breakpoint = *list;
        if (gone(breakpoint, data)) {
            *list = breakpoint->next;
            breakpoint->next = *removed;
            *removed = breakpoint;
            any = true;
        } else {
            list = &breakpoint->next;
        }
    }
    return any;
}

static bool ends_with_stop(const struct breakpoint *breakpoint, const void *data)
{
    const struct hits *hits = data;
    for (size_t i = 0; hits && i < hits->count; i++) {
        if (hits->ids[i] == breakpoint->id && breakpoint->temporary) {
            return true;
        }
    }
    return breakpoint->run_to;
}

static void report_removed(struct breakpoints *breakpoints, const struct breakpoint_file *file,
                           struct breakpoint *removed)
{
    for (struct breakpoint *breakpoint = removed; breakpoint; breakpoint = breakpoint->next) {
        breakpoints_send(breakpoints, file, breakpoint, "removed");
    }
    breakpoints_retire(breakpoints, removed);
}

void breakpoints_after_hit(struct breakpoints *breakpoints, const struct hits *hits)
{
    for (struct breakpoint_file *file = breakpoints->files; file; file = file->next) {
        struct breakpoint *removed = NULL;
        if (remove_where(&file->first, ends_with_stop, hits, &removed)) {
            breakpoints_arm(breakpoints, file);
            report_removed(breakpoints, file, removed);
        }
    }
    struct breakpoint *removed = NULL;
    if (remove_where(&breakpoints->functions, ends_with_stop, hits, &removed)) {
        breakpoints_arm(breakpoints, NULL);
        report_removed(breakpoints, NULL, removed);
    }
}

static bool list_has(const struct breakpoint *first, const struct hits *hits)
{
    for (const struct breakpoint *breakpoint = first; breakpoint; breakpoint = breakpoint->next) {
        for (size_t i = 0; i < hits->count; i++) {
            if (breakpoint->id == hits->ids[i]) {
                return true;
            }
        }
    }
    return false;
}

bool hits_are_set(const struct breakpoints *breakpoints, const struct hits *hits)
{
    bool set = hits->count == 0 || list_has(breakpoints->functions, hits);
    for (const struct breakpoint_file *file = breakpoints->files; file && !set; file = file->next) {
        set = list_has(file->first, hits);
    }
    return set;
}

const char *hits_reason(const struct hits *hits)
{
    return hits->count == 0 && hits->run_to ? "goto" : hits->function ? "function breakpoint" : "breakpoint";
}

struct describe_visit {
    const struct hits *hits; /* or NULL */
    struct arena *arena;
    struct value *list;
    bool others; /* those that only counted */
};

static bool is_among(const struct hits *hits, const struct breakpoint *breakpoint)
{
    for (size_t i = 0; hits && i < hits->count; i++) {
        if (hits->ids[i] == breakpoint->id) {
            return true;
        }
    }
    return false;
}

static bool has_news(const struct breakpoint *breakpoint)
{
    return breakpoint->hits != breakpoint->told_hits || breakpoint->failures != breakpoint->told_failures;
}

static void describe_hit(struct breakpoint_file *file, struct breakpoint *breakpoint, void *data)
{
    struct describe_visit *visit = data;
    bool among = is_among(visit->hits, breakpoint);
    if (visit->others ? !among && !breakpoint->run_to && has_news(breakpoint) : among) {
        value_append(visit->arena, visit->list, breakpoint_describe(visit->arena, file, breakpoint));
        breakpoint->told_hits = breakpoint->hits;
        breakpoint->told_failures = breakpoint->failures;
    }
}

struct value *breakpoints_describe_hits(struct breakpoints *breakpoints, struct arena *arena, const struct hits *hits)
{
    struct describe_visit visit = {.hits = hits, .arena = arena, .list = value_array(arena)};
    breakpoints_visit(breakpoints, describe_hit, &visit);
    visit.others = true;
    breakpoints_visit(breakpoints, describe_hit, &visit);
    return visit.list;
}
