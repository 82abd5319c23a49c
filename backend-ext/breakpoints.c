/* Two lists: files with their line breakpoints (and run-to lines), and function breakpoints. When a
 * list changes, or code of a file with breakpoints is entered for the first time, the lines are bound anew (bind_file)
 * and each code object that is concerned is armed (arm_code), which tells the engine. */
#include "breakpoints.h"

#include "backend.h"
#include "breakpoint.h"
#include "breakpoints_internal.h"
#include "compat.h"
#include "engine.h"
#include "file_lines.h"
#include "modules.h"
#include "origin.h"
#include "sources.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct armed_code *breakpoints_armed(struct breakpoints *breakpoints, PyObject *code)
{
    return armed_table_find(&breakpoints->armed, code);
}

void breakpoints_visit_armed(struct breakpoints *breakpoints, void (*visit)(struct armed_code *armed, void *data),
                             void *data)
{
    armed_table_visit(&breakpoints->armed, visit, data);
}

/* Lists. */

void breakpoints_visit(struct breakpoints *breakpoints,
                       void (*visit)(struct breakpoint_file *file, struct breakpoint *breakpoint, void *data),
                       void *data)
{
    for (struct breakpoint_file *file = breakpoints->files; file; file = file->next) {
        for (struct breakpoint *breakpoint = file->first; breakpoint; breakpoint = breakpoint->next) {
            visit(file, breakpoint, data);
        }
    }
    for (struct breakpoint *breakpoint = breakpoints->functions; breakpoint; breakpoint = breakpoint->next) {
        visit(NULL, breakpoint, data);
    }
}

void breakpoints_begin(struct breakpoints *breakpoints)
{
    breakpoints->busy++;
}

void breakpoints_end(struct breakpoints *breakpoints)
{
    if (--breakpoints->busy == 0 && breakpoints->retired) {
        breakpoint_free_list(breakpoints->retired);
        breakpoints->retired = NULL;
    }
}

/* The helper may change the lists while a condition lets other threads run. */
void breakpoints_retire(struct breakpoints *breakpoints, struct breakpoint *list)
{
    if (!breakpoints->busy) {
        breakpoint_free_list(list);
        return;
    }
    while (list) {
        struct breakpoint *next = list->next;
        list->retired = true;
        struct breakpoint **last = &breakpoints->retired;
        while (*last) {
            last = &(*last)->next;
        }
        *last = list;
        list->next = NULL;
        list = next;
    }
}

/* Being switched on again is a new chance. */
static void keep_failures(struct breakpoint *new, const struct breakpoint *was)
{
    if (was->enabled || !new->enabled) {
        new->failures = new->told_failures = was->failures;
        memcpy(new->failure, was->failure, sizeof(new->failure));
    }
}

/* Give each breakpoint of the list NEW the id of the one that it replaces in OLD, and its hits if it asks the same. */
static void take_over(struct breakpoints *breakpoints, struct breakpoint *new, struct breakpoint *old)
{
    for (; new; new = new->next) {
        for (struct breakpoint *was = old; was && !new->id; was = was->next) {
            if (!was->taken && breakpoint_same_place(new, was)) {
                new->id = was->id;
                was->taken = true; /* two on one line get two ids */
                if (breakpoint_same_request(new, was)) {
                    was->heir = new;
                    new->hits = new->told_hits = was->hits;
                    new->dropped = new->told_drops = was->dropped;
                    new->log_second = was->log_second;
                    new->logged = was->logged;
                    new->acted = was->acted;
                    new->released = was->released;
                    keep_failures(new, was);
                }
            }
        }
        if (!new->id) {
            new->id = ++breakpoints->last_id;
        }
    }
}

void breakpoints_send(struct breakpoints *breakpoints, const struct breakpoint_file *file,
                      const struct breakpoint *breakpoint, const char *reason)
{
    struct arena *arena = breakpoint->run_to ? NULL : arena_create();
    if (arena) {
        struct value *body = value_map(arena);
        value_set_text(arena, body, "reason", reason);
        value_set(arena, body, "breakpoint", breakpoint_describe(arena, file, breakpoint));
        backend_event(breakpoints->backend, arena, "breakpoint", body);
    }
}

/* Arming. */

static struct breakpoint_file *file_of_source(struct breakpoints *breakpoints, struct source *source)
{
    for (struct breakpoint_file *file = breakpoints->files; file; file = file->next) {
        if (file->first &&
            file_identity_same(&file->identity, source_identity(source, breakpoints->backend->sources))) {
            return file;
        }
    }
    return NULL;
}

/* The enabled lines of FILE that TABLE has, into ARMED. */
static void set_lines(struct armed_code *armed, const struct breakpoint_file *file)
{
    size_t wanted = 0;
    for (const struct breakpoint *breakpoint = file ? file->first : NULL; breakpoint; breakpoint = breakpoint->next) {
        wanted++;
    }
    int *lines = wanted ? realloc(armed->lines, wanted * sizeof(*lines)) : armed->lines;
    armed->line_count = 0;
    armed->lines = lines ? lines : armed->lines;
    for (const struct breakpoint *breakpoint = file && lines ? file->first : NULL; breakpoint;
         breakpoint = breakpoint->next) {
        if (breakpoint_is_active(breakpoint) && !breakpoint->statement &&
            line_table_has(&armed->table, breakpoint->line) && !armed_code_has_line(armed, breakpoint->line)) {
            armed->lines[armed->line_count++] = breakpoint->line;
        }
    }
}

static bool wants_lines(const struct breakpoint_file *file, const struct line_table *table)
{
    for (const struct breakpoint *breakpoint = file ? file->first : NULL; breakpoint; breakpoint = breakpoint->next) {
        if (breakpoint_is_active(breakpoint) && !breakpoint->statement && line_table_has(table, breakpoint->line)) {
            return true;
        }
    }
    return false;
}

/* Mark the function breakpoints that mean CODE as bound; whether an enabled one is among them. */
static bool bind_functions(struct breakpoints *breakpoints, PyObject *code, const char *filename)
{
    bool wanted = false;
    for (struct breakpoint *breakpoint = breakpoints->functions; breakpoint; breakpoint = breakpoint->next) {
        if (breakpoint->binding == BINDING_ERROR || !breakpoint_names_code(breakpoint, code, filename)) {
            continue;
        }
        wanted = wanted || breakpoint_is_active(breakpoint);
        if (breakpoint->binding == BINDING_PENDING) {
            breakpoint->binding = BINDING_VERIFIED;
            breakpoints_send(breakpoints, NULL, breakpoint, "changed");
        }
    }
    return wanted;
}

/* Make what is armed in CODE right, and tell the engine if that changed anything. */
static void arm_code(struct breakpoints *breakpoints, struct breakpoint_file *file, PyObject *code,
                     const char *filename)
{
    struct armed_code *armed = breakpoints_armed(breakpoints, code);
    bool functions = breakpoints->functions && bind_functions(breakpoints, code, filename);
    if (!armed) {
        struct line_table table;
        bool lines = false;
        if (file && line_table_read(&table, code)) {
            lines = wants_lines(file, &table);
            line_table_finish(&table);
        }
        if (!lines && !functions && !(file && breakpoints_wants_points(file, code))) {
            return;
        }
        armed = armed_table_add(&breakpoints->armed, code);
        if (!armed) {
            return;
        }
        counter_add(&breakpoints->backend->counters.armed_code, 1);
    }
    armed->file = file;
    set_lines(armed, file);
    breakpoints_set_points(armed, file);
    armed->start =
        functions || (lines_start_needed(&armed->table) && armed_code_has_line(armed, armed->table.first_line));
    engine_arm(breakpoints->backend->engine, armed);
    if (!armed->line_count && !armed->point_count && !armed->start && armed_table_remove(&breakpoints->armed, armed)) {
        counter_add(&breakpoints->backend->counters.armed_code, (uint64_t)-1);
    }
}

struct arm_visit {
    struct breakpoints *breakpoints;
    struct breakpoint_file *file; /* the one to arm; NULL: all, for function breakpoints */
    const char *filename;
    struct breakpoint_file *own; /* of the source that is visited */
};

static void arm_visited_code(PyObject *code, void *data)
{
    struct arm_visit *visit = data;
    arm_code(visit->breakpoints, visit->own, code, visit->filename);
}

static bool arm_visited_source(struct source *source, void *data)
{
    struct arm_visit *visit = data;
    if (!source_has_code(source)) {
        return true;
    }
    bool same = visit->file && file_identity_same(&visit->file->identity,
                                                  source_identity(source, visit->breakpoints->backend->sources));
    if (same || !visit->file) {
        visit->own = same ? visit->file : file_of_source(visit->breakpoints, source);
        visit->filename = source_filename(source);
        source_visit_code(source, arm_visited_code, visit);
    }
    return true;
}

void breakpoints_arm(struct breakpoints *breakpoints, struct breakpoint_file *file)
{
    struct arm_visit visit = {.breakpoints = breakpoints, .file = file};
    sources_visit(breakpoints->backend->sources, arm_visited_source, &visit);
}

/* Binding. */

static void add_lines_of_visited(PyObject *code, void *data)
{
    line_set_add_code(data, code);
}

static bool load_from_source(struct source *source, void *data)
{
    struct arm_visit *visit = data;
    if (source_has_code(source) &&
        file_identity_same(&visit->file->identity, source_identity(source, visit->breakpoints->backend->sources))) {
        visit->file->loaded = true;
        source_visit_code(source, add_lines_of_visited, &visit->file->lines);
    }
    return true;
}

/* What is known of the file's lines: from disk, and of the code that runs already. */
static void learn_lines(struct breakpoints *breakpoints, struct breakpoint_file *file)
{
    if (!file->lines_known) {
        struct line_set lines = {0}; /* to compile may let others run, who may enter the file */
        bool known = file_lines_read(file->identity.path, &lines);
        if (file->lines_known) {
            line_set_finish(&lines);
        } else {
            line_set_finish(&file->lines);
            file->lines = lines;
            file->lines_known = known;
        }
    }
    struct arm_visit visit = {.breakpoints = breakpoints, .file = file};
    sources_visit(breakpoints->backend->sources, load_from_source, &visit);
    line_set_sort(&file->lines);
}

/* Where each breakpoint of FILE goes. With EVENTS, what changes is reported. */
static void bind_file(struct breakpoints *breakpoints, struct breakpoint_file *file, bool events)
{
    for (struct breakpoint *breakpoint = file->first; breakpoint; breakpoint = breakpoint->next) {
        enum binding before = breakpoint->binding;
        int line_before = breakpoint->line;
        int line = line_set_next(&file->lines, breakpoint->requested_line);
        if (breakpoint->problem[0] && !(file->loaded && line && strncmp(breakpoint->problem, "no code", 7) == 0)) {
            breakpoint->binding = BINDING_ERROR;
        } else if (file->lines.count && !line) {
            breakpoint->binding = BINDING_ERROR;
            snprintf(breakpoint->problem, sizeof(breakpoint->problem), "no code on line %d or after it",
                     breakpoint->requested_line);
        } else {
            breakpoint->problem[0] = '\0';
            breakpoint->line = line ? line : breakpoint->requested_line;
            breakpoint->binding = !file->loaded                                    ? BINDING_PENDING
                                  : breakpoint->line == breakpoint->requested_line ? BINDING_VERIFIED
                                                                                   : BINDING_MOVED;
        }
        breakpoint->changed = before != breakpoint->binding || line_before != breakpoint->line;
    }
    breakpoints_bind_columns(file);
    for (struct breakpoint *breakpoint = file->first; events && breakpoint; breakpoint = breakpoint->next) {
        if (breakpoint->changed) {
            breakpoints_send(breakpoints, file, breakpoint, "changed");
        }
    }
}

/* CODE of FILE is entered: a module's body says exactly which lines the file has. */
static void load_file(struct breakpoints *breakpoints, struct breakpoint_file *file, PyObject *code)
{
    struct line_table table;
    bool module = false;
    if (line_table_read(&table, code)) {
        module = table.is_module;
        line_table_finish(&table);
    }
    if (module) {
        line_set_finish(&file->lines);
        line_set_add_code(&file->lines, code);
        line_set_sort(&file->lines);
        file->lines_known = true;
    }
    if (module || !file->loaded) {
        file->loaded = true;
        bind_file(breakpoints, file, true);
    }
}

void breakpoints_code_entered(struct breakpoints *breakpoints, PyObject *code)
{
    breakpoints_begin(breakpoints); /* before 3.12 what is allocated here may collect: other threads run then */
    struct source *source = sources_of_code(breakpoints->backend->sources, code);
    if (source) {
        source_note_code(source, code);
        modules_code_entered(breakpoints->backend->modules, code);
    }
    bool wanted = source && (breakpoints->files || breakpoints->functions);
    struct breakpoint_file *file = wanted ? file_of_source(breakpoints, source) : NULL;
    if (file) {
        load_file(breakpoints, file, code);
    }
    if (wanted && (file || breakpoints->functions)) {
        arm_code(breakpoints, file, code, source_filename(source));
    }
    breakpoints_end(breakpoints);
}

/* Requests. */

/* The file that PATH names, made if new. NULL: out of memory. */
static struct breakpoint_file *find_file(struct breakpoints *breakpoints, const char *path)
{
    struct file_identity identity;
    if (!file_identity_init(&identity, path)) {
        return NULL;
    }
    for (struct breakpoint_file *file = breakpoints->files; file; file = file->next) {
        if (file_identity_same(&file->identity, &identity)) {
            file_identity_finish(&file->identity);
            file->identity = identity; /* an editor may have put another inode there */
            return file;
        }
    }
    struct breakpoint_file *file = calloc(1, sizeof(*file));
    char *copy = strdup(path);
    if (!file || !copy) {
        free(file);
        free(copy);
        file_identity_finish(&identity);
        return NULL;
    }
    *file = (struct breakpoint_file){.identity = identity, .path = copy, .next = breakpoints->files};
    breakpoints->files = file;
    return file;
}

static struct value *describe_list(struct arena *arena, const struct breakpoint_file *file,
                                   const struct breakpoint *list)
{
    struct value *body = value_map(arena), *items = value_array(arena);
    for (; list; list = list->next) {
        if (!list->run_to) {
            value_append(arena, items, breakpoint_describe(arena, file, list));
        }
    }
    value_set(arena, body, "breakpoints", items);
    return body;
}

/* A run to a line goes on when breakpoints are set meanwhile. */
static void keep_run_to(struct breakpoint **list, struct breakpoint **old)
{
    while (*old) {
        struct breakpoint *breakpoint = *old;
        if (!breakpoint->run_to) {
            old = &breakpoint->next;
            continue;
        }
        *old = breakpoint->next;
        breakpoint->next = *list;
        *list = breakpoint;
    }
}

/* To read the list may run code, and let others run, at whose hands the session may end. */
static bool read_list(struct request *request, bool *ok, struct breakpoint **list)
{
    if (!breakpoint_read_list(value_get_array(request->arguments, "breakpoints"), list)) {
        request_fail(request, ok, "out of memory");
        return false;
    }
    if (request->backend->ended) {
        breakpoint_free_list(*list);
        request_fail(request, ok, "the debugging session is over");
        return false;
    }
    return true;
}

struct value *breakpoints_handle_set(struct request *request, bool *ok)
{
    struct breakpoints *breakpoints = request->backend->breakpoints;
    const char *path = origin_source_path(value_get_map(request->arguments, "source"));
    struct breakpoint *list;
    if (!path || !path[0]) {
        return request_fail(request, ok, "setBreakpoints needs source.path");
    }
    if (!read_list(request, ok, &list)) {
        return NULL;
    }
    struct breakpoint_file *file = find_file(breakpoints, path);
    if (!file) {
        breakpoint_free_list(list);
        return request_fail(request, ok, "out of memory");
    }
    breakpoints_begin(breakpoints);
    struct breakpoint *old = file->first;
    take_over(breakpoints, list, old);
    keep_run_to(&list, &old);
    file->first = list;
    if (list) {
        learn_lines(breakpoints, file);
        bind_file(breakpoints, file, false);
    }
    breakpoints_order(breakpoints, file, false);
    breakpoints_arm(breakpoints, file);
    breakpoints_retire(breakpoints, old);
    struct value *body = describe_list(request->arena, file, file->first);
    breakpoints_end(breakpoints);
    return body;
}

struct value *breakpoints_handle_set_functions(struct request *request, bool *ok)
{
    struct breakpoints *breakpoints = request->backend->breakpoints;
    struct breakpoint *list;
    if (!read_list(request, ok, &list)) {
        return NULL;
    }
    breakpoints_begin(breakpoints);
    struct breakpoint *old = breakpoints->functions;
    take_over(breakpoints, list, old);
    for (struct breakpoint *breakpoint = list; breakpoint; breakpoint = breakpoint->next) {
        breakpoint->binding = breakpoint->problem[0] ? BINDING_ERROR : BINDING_PENDING;
    }
    breakpoints->functions = list;
    breakpoints_order(breakpoints, NULL, true);
    if (old || list) {
        breakpoints_arm(breakpoints, NULL);
    }
    breakpoints_retire(breakpoints, old);
    struct value *body = describe_list(request->arena, NULL, breakpoints->functions);
    breakpoints_end(breakpoints);
    return body;
}

static bool run_to(struct breakpoints *breakpoints, const char *path, int line, char *error, size_t size)
{
    struct breakpoint_file *file = find_file(breakpoints, path);
    struct breakpoint *breakpoint = file ? calloc(1, sizeof(*breakpoint)) : NULL;
    if (!breakpoint) {
        snprintf(error, size, "out of memory");
        return false;
    }
    *breakpoint = (struct breakpoint){.requested_line = line, .line = line, .enabled = true, .run_to = true};
    breakpoint->next = file->first;
    file->first = breakpoint;
    learn_lines(breakpoints, file);
    bind_file(breakpoints, file, true);
    if (breakpoint->binding == BINDING_ERROR) {
        snprintf(error, size, "%s", breakpoint->problem);
        file->first = breakpoint->next;
        breakpoint->next = NULL;
        breakpoint_free_list(breakpoint);
        return false;
    }
    breakpoints_arm(breakpoints, file);
    return true;
}

bool breakpoints_run_to(struct breakpoints *breakpoints, const char *path, int line, char *error, size_t size)
{
    breakpoints_begin(breakpoints);
    bool ok = run_to(breakpoints, path, line, error, size);
    breakpoints_end(breakpoints);
    return ok;
}

/* Life. */

struct breakpoints *breakpoints_create(struct backend *backend)
{
    struct breakpoints *breakpoints = calloc(1, sizeof(*breakpoints));
    if (breakpoints) {
        breakpoints->backend = backend;
    }
    return breakpoints;
}

void breakpoints_disarm_all(struct breakpoints *breakpoints)
{
    if (breakpoints->busy) {
        return; /* a condition or a request runs in some thread: the session is over, but its memory is in use */
    }
    armed_table_finish(&breakpoints->armed);
    while (breakpoints->files) {
        struct breakpoint_file *file = breakpoints->files;
        breakpoints->files = file->next;
        breakpoint_free_list(file->first);
        file_identity_finish(&file->identity);
        line_set_finish(&file->lines);
        free(file->path);
        free(file);
    }
    breakpoint_free_list(breakpoints->functions);
    breakpoints->functions = NULL;
    thread_marks_finish(&breakpoints->passed);
}

bool breakpoints_in_use(const struct breakpoints *breakpoints)
{
    return breakpoints->busy > 0;
}

void breakpoints_destroy(struct breakpoints *breakpoints)
{
    if (breakpoints) {
        breakpoints_disarm_all(breakpoints);
        free(breakpoints);
    }
}
