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

#define LOG_LIMIT   (64 << 10) /* characters of one log message */
#define DROPS_AFTER 1000       /* ms until the client is told of log messages over the limit */

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

static void plan_to_tell_drops(struct breakpoints *breakpoints)
{
    if (!breakpoints->drops_planned) {
        breakpoints->drops_planned = true;
        pthread_mutex_lock(&breakpoints->backend->lock);
        helper_plan_notes(breakpoints->backend, DROPS_AFTER);
        pthread_mutex_unlock(&breakpoints->backend->lock);
    }
}

static void tell_drops_of(struct breakpoint_file *file, struct breakpoint *breakpoint, void *data)
{
    struct breakpoints *breakpoints = data;
    int64_t fresh = breakpoint->dropped - breakpoint->told_drops;
    if (fresh == 0) {
        return;
    }
    if (server_congested(breakpoints->backend->server)) {
        plan_to_tell_drops(breakpoints);
        return;
    }
    char text[100];
    int length = snprintf(text, sizeof(text), "\xe2\x80\xa6 %lld log %s dropped\n", (long long)fresh,
                          fresh == 1 ? "message" : "messages");
    backend_output(breakpoints->backend, "console", text, (size_t)length, file ? file->path : NULL, breakpoint->line);
    breakpoint->told_drops = breakpoint->dropped;
    breakpoint->told_hits = breakpoint->hits;
    breakpoints_send(breakpoints, file, breakpoint, "changed");
}

void breakpoints_tell_drops(struct breakpoints *breakpoints)
{
    if (breakpoints->drops_planned) {
        breakpoints->drops_planned = false;
        breakpoints_visit(breakpoints, tell_drops_of, breakpoints);
    }
}

static void log_hit(struct breakpoints *breakpoints, struct breakpoint *breakpoint, PyObject *frame, int line)
{
    /* What cannot be sent need not be made, either. */
    bool congested = server_congested(breakpoints->backend->server);
    if (congested || !breakpoint_may_log(breakpoint)) {
        breakpoint->dropped++;
        plan_to_tell_drops(breakpoints);
        return;
    }
    if (breakpoint->dropped > breakpoint->told_drops) {
        tell_drops_of(file_of_breakpoint(breakpoints, breakpoint), breakpoint, breakpoints);
    }
    write_log(breakpoints, breakpoint, frame, line);
}

/* Count and test one breakpoint that was reached. */
static void hit_one(struct breakpoints *breakpoints, struct breakpoint *breakpoint, PyObject *frame, PyObject *code,
                    int line, struct hits *hits)
{
    if (!is_for_thread(breakpoints, breakpoint)) {
        return;
    }
    if (breakpoint->condition) {
        counter_add(&breakpoints->backend->counters.conditions, 1);
        switch (condition_test(breakpoint->condition, frame, code, hits->error, sizeof(hits->error))) {
        case CONDITION_FALSE:
            return;
        case CONDITION_FAILED: /* stop and say so, whatever else is asked */
            breakpoint->hits++;
            if (hits->count < HITS_LIMIT) {
                hits->ids[hits->count++] = breakpoint->id;
            }
            return;
        case CONDITION_TRUE:
            break;
        }
    }
    breakpoint->hits++;
    if (!breakpoint_hits_suffice(breakpoint)) {
        return;
    }
    hits->news = hits->news || !breakpoint->acted;
    breakpoint->acted = true;
    if (breakpoint->log) {
        log_hit(breakpoints, breakpoint, frame, line);
        return;
    }
    hits->run_to = hits->run_to || breakpoint->run_to;
    hits->function = hits->function || breakpoint->function;
    if (!breakpoint->run_to && hits->count < HITS_LIMIT) {
        hits->ids[hits->count++] = breakpoint->id;
    }
}

bool breakpoints_hit(struct breakpoints *breakpoints, struct armed_code *armed, int line, struct hits *hits)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame(); /* borrowed */
    if (!frame) {
        return false;
    }
    *hits = (struct hits){0};
    PyObject *code = Py_NewRef(armed->code);
    Py_INCREF(frame);
    breakpoints->busy++;
    bool at_start = line == 0;
    int wanted = at_start ? armed->table.first_line : line;
    struct breakpoint *breakpoint = NULL;
    if (armed->file && (!at_start || lines_start_needed(&armed->table))) {
        breakpoint = armed->file->first;
    }
    for (; breakpoint; breakpoint = breakpoint->next) {
        if (breakpoint_is_active(breakpoint) && breakpoint->line == wanted) {
            hit_one(breakpoints, breakpoint, frame, code, wanted, hits);
        }
    }
    struct source *source = at_start ? sources_of_code(breakpoints->backend->sources, code) : NULL;
    for (breakpoint = source ? breakpoints->functions : NULL; breakpoint; breakpoint = breakpoint->next) {
        if (breakpoint_is_active(breakpoint) && breakpoint_names_code(breakpoint, code, source_filename(source))) {
            hit_one(breakpoints, breakpoint, frame, code, wanted, hits);
        }
    }
    Py_DECREF(frame);
    Py_DECREF(code);
    if (--breakpoints->busy == 0 && breakpoints->retired) {
        breakpoint_free_list(breakpoints->retired);
        breakpoints->retired = NULL;
    }
    if (hits->news && breakpoints->some_wait && !breakpoints->backend->ended) {
        breakpoints_order(breakpoints, NULL, false);
    }
    return !breakpoints->backend->ended && (hits->count > 0 || hits->run_to);
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

static void describe_hit(struct breakpoint_file *file, struct breakpoint *breakpoint, void *data)
{
    struct describe_visit *visit = data;
    bool among = is_among(visit->hits, breakpoint);
    if (visit->others ? !among && !breakpoint->run_to && breakpoint->hits != breakpoint->told_hits : among) {
        value_append(visit->arena, visit->list, breakpoint_describe(visit->arena, file, breakpoint));
        breakpoint->told_hits = breakpoint->hits;
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
