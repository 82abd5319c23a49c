/* Two lists: files with their line breakpoints (and run-to lines), and function breakpoints. When a
 * list changes, or code of a file with breakpoints is entered for the first time, the lines are bound anew (bind_file)
 * and each code object that is concerned is armed (arm_code), which tells the engine. */
#include "breakpoints.h"

#include "backend.h"
#include "compat.h"
#include "condition.h"
#include "engine.h"
#include "sources.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMPILE_LIMIT (4 << 20) /* bytes of a file that is compiled only to see its lines */

enum binding { BINDING_PENDING, BINDING_VERIFIED, BINDING_MOVED, BINDING_ERROR };

struct breakpoint {
    struct breakpoint *next;
    int64_t id;
    int requested_line, line;                   /* 0: a function breakpoint */
    char *function;                             /* owned: the name asked for; NULL: a line breakpoint */
    char *condition_text, *hit_text, *log_text; /* owned; NULL: none */
    struct condition *condition;                /* owned */
    struct log_message *log;                    /* owned */
    int hit_operation;                          /* 0: none; '=', '>', 'g' (>=), '<', 'l' (<=), '%' */
    long hit_number;
    bool enabled, temporary, run_to;
    long hits;
    enum binding binding;
    char problem[256]; /* of the condition and the like: then binding is BINDING_ERROR */
};

struct breakpoint_file {
    struct breakpoint_file *next;
    char *path; /* owned: as the client said it */
    struct file_identity identity;
    struct breakpoint *first;
    struct line_set lines; /* lines with code, as far as known */
    bool lines_known, loaded;
};

struct breakpoints {
    struct backend *backend;
    struct breakpoint_file *files;
    struct breakpoint *functions;
    int64_t last_id;
    int busy;                   /* conditions and log messages that run now: what they use is not freed */
    struct breakpoint *retired; /* to be freed when none runs */
    struct armed_code **table;  /* open addressing by code pointer; owned entries */
    size_t table_size, armed_count;
};

/* The table of armed code. */

static size_t hash_pointer(const void *pointer, size_t size)
{
    return (size_t)(((uintptr_t)pointer >> 4) * 0x9E3779B97F4A7C15u >> 20) & (size - 1);
}

struct armed_code *breakpoints_armed(struct breakpoints *breakpoints, PyObject *code)
{
    if (!breakpoints->armed_count) {
        return NULL;
    }
    for (size_t i = hash_pointer(code, breakpoints->table_size);; i = (i + 1) & (breakpoints->table_size - 1)) {
        struct armed_code *armed = breakpoints->table[i];
        if (!armed || armed->code == code) {
            return armed;
        }
    }
}

static void place_armed(struct armed_code **table, size_t size, struct armed_code *armed)
{
    size_t i = hash_pointer(armed->code, size);
    while (table[i]) {
        i = (i + 1) & (size - 1);
    }
    table[i] = armed;
}

/* Rebuild the table with SIZE slots, without LEFT_OUT. */
static bool rebuild_table(struct breakpoints *breakpoints, size_t size, const struct armed_code *left_out)
{
    struct armed_code **table = calloc(size, sizeof(struct armed_code *));
    if (!table) {
        return false;
    }
    for (size_t i = 0; i < breakpoints->table_size; i++) {
        if (breakpoints->table[i] && breakpoints->table[i] != left_out) {
            place_armed(table, size, breakpoints->table[i]);
        }
    }
    free(breakpoints->table);
    breakpoints->table = table;
    breakpoints->table_size = size;
    return true;
}

static struct armed_code *add_armed(struct breakpoints *breakpoints, PyObject *code)
{
    if ((breakpoints->armed_count + 1) * 2 > breakpoints->table_size &&
        !rebuild_table(breakpoints, breakpoints->table_size ? breakpoints->table_size * 2 : 64, NULL)) {
        return NULL;
    }
    struct armed_code *armed = calloc(1, sizeof(*armed));
    if (!armed || !line_table_read(&armed->table, code)) {
        free(armed);
        return NULL;
    }
    armed->code = Py_NewRef(code);
    place_armed(breakpoints->table, breakpoints->table_size, armed);
    breakpoints->armed_count++;
    counter_add(&breakpoints->backend->counters.armed_code, 1);
    return armed;
}

static void remove_armed(struct breakpoints *breakpoints, struct armed_code *armed)
{
    if (!rebuild_table(breakpoints, breakpoints->table_size, armed)) {
        return; /* it stays without lines: harmless */
    }
    breakpoints->armed_count--;
    counter_add(&breakpoints->backend->counters.armed_code, (uint64_t)-1);
    line_table_finish(&armed->table);
    free(armed->lines);
    Py_DECREF(armed->code);
    free(armed);
}

void breakpoints_visit_armed(struct breakpoints *breakpoints, void (*visit)(struct armed_code *armed, void *data),
                             void *data)
{
    for (size_t i = 0; i < breakpoints->table_size; i++) {
        if (breakpoints->table[i]) {
            visit(breakpoints->table[i], data);
        }
    }
}

bool armed_code_has_line(const struct armed_code *armed, int line)
{
    for (size_t i = 0; i < armed->line_count; i++) {
        if (armed->lines[i] == line) {
            return true;
        }
    }
    return false;
}

/* One breakpoint. */

static void free_breakpoint(struct breakpoint *breakpoint)
{
    condition_destroy(breakpoint->condition);
    log_message_destroy(breakpoint->log);
    free(breakpoint->function);
    free(breakpoint->condition_text);
    free(breakpoint->hit_text);
    free(breakpoint->log_text);
    free(breakpoint);
}

static void free_breakpoint_list(struct breakpoint *list)
{
    while (list) {
        struct breakpoint *next = list->next;
        free_breakpoint(list);
        list = next;
    }
}

/* Free LIST, or keep it until no condition of it can be running: the helper may change the lists while
 * a condition lets other threads run. */
static void retire_list(struct breakpoints *breakpoints, struct breakpoint *list)
{
    if (!breakpoints->busy) {
        free_breakpoint_list(list);
        return;
    }
    while (list) {
        struct breakpoint *next = list->next;
        list->enabled = false;
        struct breakpoint **last = &breakpoints->retired;
        while (*last) {
            last = &(*last)->next;
        }
        *last = list;
        list->next = NULL;
        list = next;
    }
}

/* "5", "==5", ">=5", ">5", "<5", "<=5" or "%3". */
static bool parse_hit_condition(struct breakpoint *breakpoint, const char *text)
{
    static const struct {
        const char *text;
        int operation;
    } operators[] = {{"==", '='}, {">=", 'g'}, {"<=", 'l'}, {">", '>'}, {"<", '<'}, {"%", '%'}, {"=", '='}, {"", '='}};
    text += strspn(text, " ");
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        size_t width = strlen(operators[i].text);
        if (strncmp(text, operators[i].text, width) != 0) {
            continue;
        }
        char *end = NULL;
        breakpoint->hit_operation = operators[i].operation;
        breakpoint->hit_number = strtol(text + width, &end, 10);
        bool number = end != text + width && end[strspn(end, " ")] == '\0';
        return number && breakpoint->hit_number >= (breakpoint->hit_operation == '%' ? 1 : 0);
    }
    return false;
}

static bool hit_condition_met(const struct breakpoint *breakpoint)
{
    long hits = breakpoint->hits, number = breakpoint->hit_number;
    switch (breakpoint->hit_operation) {
    case '=':
        return hits == number;
    case 'g':
        return hits >= number;
    case 'l':
        return hits <= number;
    case '>':
        return hits > number;
    case '<':
        return hits < number;
    case '%':
        return hits % number == 0;
    default:
        return true;
    }
}

static char *copy_text(const struct value *item, const char *key)
{
    const char *text = value_get_text(item, key, NULL);
    return text && text[strspn(text, " \t\r\n")] ? strdup(text) : NULL;
}

/* Make a breakpoint of a SourceBreakpoint or FunctionBreakpoint. NULL: out of memory. */
static struct breakpoint *read_breakpoint(const struct value *item)
{
    struct breakpoint *breakpoint = calloc(1, sizeof(*breakpoint));
    if (!breakpoint) {
        return NULL;
    }
    const struct value *extra = value_get_map(item, "pytui");
    const char *name = value_get_text(item, "name", NULL);
    int64_t line = value_get_int(item, "line", 0);
    breakpoint->function = name ? strdup(name) : NULL;
    breakpoint->requested_line = breakpoint->line = name || line < 1 || line > INT32_MAX ? 0 : (int)line;
    breakpoint->enabled = value_get_bool(extra, "enabled", true);
    breakpoint->temporary = value_get_bool(extra, "temporary", false);
    breakpoint->condition_text = copy_text(item, "condition");
    breakpoint->hit_text = copy_text(item, "hitCondition");
    breakpoint->log_text = copy_text(item, "logMessage");
    char reason[200] = "";
    if (breakpoint->condition_text &&
        !(breakpoint->condition = condition_create(breakpoint->condition_text, reason, sizeof(reason)))) {
        snprintf(breakpoint->problem, sizeof(breakpoint->problem), "condition: %s", reason);
    } else if (breakpoint->hit_text && !parse_hit_condition(breakpoint, breakpoint->hit_text)) {
        snprintf(breakpoint->problem, sizeof(breakpoint->problem),
                 "hit condition: a number, or one after ==, >=, >, <, <= or %%");
    } else if (breakpoint->log_text &&
               !(breakpoint->log = log_message_create(breakpoint->log_text, reason, sizeof(reason)))) {
        snprintf(breakpoint->problem, sizeof(breakpoint->problem), "log message: %s", reason);
    } else if (!name && breakpoint->requested_line == 0) {
        snprintf(breakpoint->problem, sizeof(breakpoint->problem), "lines are counted from 1");
    }
    return breakpoint;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Whether both are the same to the client: then the new one goes on under the old id. */
static bool same_place(const struct breakpoint *a, const struct breakpoint *b)
{
    return !a->run_to && !b->run_to && a->requested_line == b->requested_line && same_text(a->function, b->function);
}

/* Give each breakpoint of the list NEW the id of the one that it replaces in OLD, and its hits if it asks the same. */
static void take_over(struct breakpoints *breakpoints, struct breakpoint *new, struct breakpoint *old)
{
    for (; new; new = new->next) {
        for (struct breakpoint *was = old; was && !new->id; was = was->next) {
            if (was->id && same_place(new, was)) {
                bool same = same_text(new->condition_text, was->condition_text) &&
                            same_text(new->hit_text, was->hit_text) && same_text(new->log_text, was->log_text);
                new->id = was->id;
                new->hits = same ? was->hits : 0;
                was->id = 0; /* two on one line get two ids */
            }
        }
        if (!new->id) {
            new->id = ++breakpoints->last_id;
        }
    }
}

static const char *binding_name(enum binding binding)
{
    static const char *const names[] = {"pending", "verified", "moved", "error"};
    return names[binding];
}

static struct value *describe_source(struct arena *arena, const char *path)
{
    struct value *source = value_map(arena);
    const char *slash = strrchr(path, '/');
    value_set_text(arena, source, "name", slash ? slash + 1 : path);
    value_set_text(arena, source, "path", path);
    return source;
}

static const char *breakpoint_message(struct arena *arena, const struct breakpoint_file *file,
                                      const struct breakpoint *breakpoint)
{
    switch (breakpoint->binding) {
    case BINDING_ERROR:
        return breakpoint->problem;
    case BINDING_PENDING:
        return breakpoint->function    ? "no such function was called yet"
               : file->identity.exists ? "the file is not loaded yet"
                                       : "no such file, and no code that says it comes from it";
    case BINDING_MOVED:
        return arena_printf(arena, "line %d has no code: moved to %d", breakpoint->requested_line, breakpoint->line);
    case BINDING_VERIFIED:
        break;
    }
    return NULL;
}

/* DAP's Breakpoint. FILE is NULL for function breakpoints. */
static struct value *describe(struct arena *arena, const struct breakpoint_file *file,
                              const struct breakpoint *breakpoint)
{
    struct value *body = value_map(arena), *extra = value_map(arena);
    bool moved = breakpoint->line != breakpoint->requested_line && breakpoint->line > 0;
    value_set_int(arena, body, "id", breakpoint->id);
    value_set_bool(arena, body, "verified",
                   breakpoint->binding == BINDING_VERIFIED || breakpoint->binding == BINDING_MOVED);
    const char *message = breakpoint_message(arena, file, breakpoint);
    if (message) {
        value_set(arena, body, "message", value_string(arena, message, strlen(message)));
    }
    if (file) {
        value_set(arena, body, "source", describe_source(arena, file->path));
    }
    if (breakpoint->line > 0) {
        value_set_int(arena, body, "line", breakpoint->line);
    }
    value_set_int(arena, extra, "hits", breakpoint->hits);
    value_set_text(arena, extra, "state", binding_name(breakpoint->binding));
    if (moved) {
        value_set_int(arena, extra, "requestedLine", breakpoint->requested_line);
    }
    value_set(arena, body, "pytui", extra);
    return body;
}

static void send_changed(struct breakpoints *breakpoints, const struct breakpoint_file *file,
                         const struct breakpoint *breakpoint, const char *reason)
{
    struct arena *arena = breakpoint->run_to ? NULL : arena_create();
    if (arena) {
        struct value *body = value_map(arena);
        value_set_text(arena, body, "reason", reason);
        value_set(arena, body, "breakpoint", describe(arena, file, breakpoint));
        backend_event(breakpoints->backend, arena, "breakpoint", body);
    }
}

/* Arming. */

/* Whether the function breakpoint means CODE: its name or qualified name (or the end of that), after
 * an optional module and colon. */
static bool names_code(const struct breakpoint *breakpoint, PyObject *code, const char *filename)
{
    const char *colon = strchr(breakpoint->function, ':');
    const char *wanted = colon ? colon + 1 : breakpoint->function;
    PyObject *qualified = PyObject_GetAttrString(code, "co_qualname");
    const char *name = qualified && PyUnicode_Check(qualified) ? PyUnicode_AsUTF8AndSize(qualified, NULL) : NULL;
    size_t length = name ? strlen(name) : 0, width = strlen(wanted);
    bool same = name && width && length >= width && strcmp(name + length - width, wanted) == 0 &&
                (length == width || name[length - width - 1] == '.');
    Py_XDECREF(qualified);
    PyErr_Clear();
    if (same && colon) {
        /* pkg.mod is …/pkg/mod.py or …/pkg/mod/__init__.py */
        size_t module = (size_t)(colon - breakpoint->function), end = strlen(filename);
        static const char *const tails[] = {"/__init__.py", ".py"};
        for (size_t i = 0; i < 2; i++) {
            size_t tail = strlen(tails[i]);
            if (end > tail && strcmp(filename + end - tail, tails[i]) == 0) {
                end -= tail;
                break;
            }
        }
        same = end >= module && (end == module || filename[end - module - 1] == '/');
        for (size_t i = 0; same && i < module; i++) {
            char at = filename[end - module + i], want = breakpoint->function[i];
            same = at == want || (want == '.' && at == '/');
        }
    }
    return same;
}

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

static bool is_active(const struct breakpoint *breakpoint)
{
    return breakpoint->enabled && breakpoint->binding != BINDING_ERROR;
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
        if (is_active(breakpoint) && line_table_has(&armed->table, breakpoint->line) &&
            !armed_code_has_line(armed, breakpoint->line)) {
            armed->lines[armed->line_count++] = breakpoint->line;
        }
    }
}

static bool wants_lines(const struct breakpoint_file *file, const struct line_table *table)
{
    for (const struct breakpoint *breakpoint = file ? file->first : NULL; breakpoint; breakpoint = breakpoint->next) {
        if (is_active(breakpoint) && line_table_has(table, breakpoint->line)) {
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
        if (breakpoint->binding == BINDING_ERROR || !names_code(breakpoint, code, filename)) {
            continue;
        }
        wanted = wanted || breakpoint->enabled;
        if (breakpoint->binding == BINDING_PENDING) {
            breakpoint->binding = BINDING_VERIFIED;
            send_changed(breakpoints, NULL, breakpoint, "changed");
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
        if (!lines && !functions) {
            return;
        }
        armed = add_armed(breakpoints, code);
        if (!armed) {
            return;
        }
    }
    armed->file = file;
    set_lines(armed, file);
    armed->start =
        functions || (lines_start_needed(&armed->table) && armed_code_has_line(armed, armed->table.first_line));
    engine_arm(breakpoints->backend->engine, armed);
    if (!armed->line_count && !armed->start) {
        remove_armed(breakpoints, armed);
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

static void arm_file(struct breakpoints *breakpoints, struct breakpoint_file *file)
{
    struct arm_visit visit = {.breakpoints = breakpoints, .file = file};
    sources_visit(breakpoints->backend->sources, arm_visited_source, &visit);
}

/* Binding. */

/* The list of warning filters, as the C code of the warnings machinery finds it. Borrowed, or NULL. */
static PyObject *warning_filters(void)
{
    PyObject *modules = PySys_GetObject("modules"); /* borrowed */
    PyObject *module = modules ? PyDict_GetItemString(modules, "warnings") : NULL;
    module = module ? module : modules ? PyDict_GetItemString(modules, "_warnings") : NULL;
    PyObject *filters = module ? PyObject_GetAttrString(module, "filters") : NULL;
    PyErr_Clear();
    Py_XDECREF(filters); /* the module keeps it */
    return filters && PyList_Check(filters) ? filters : NULL;
}

/* Compile without a word of the compiler's warnings: they belong to the program's own import. */
static PyObject *compile_quietly(PyObject *compile, PyObject *source, const char *path)
{
    PyObject *filters = warning_filters();
    PyObject *ignore = filters ? Py_BuildValue("(sOOOi)", "ignore", Py_None, PyExc_Warning, Py_None, 0) : NULL;
    bool quiet = ignore && PyList_Insert(filters, 0, ignore) == 0;
    PyErr_Clear();
    PyObject *name = PyUnicode_DecodeFSDefault(path);
    PyObject *code = name ? PyObject_CallFunction(compile, "OOsii", source, name, "exec", 0, 1) : NULL;
    PyErr_Clear();
    if (quiet && PyList_GetItem(filters, 0) == ignore) {
        PyList_SetSlice(filters, 0, 1, NULL);
    }
    PyErr_Clear();
    Py_XDECREF(name);
    Py_XDECREF(ignore);
    return code;
}

static PyObject *read_file(const char *path)
{
    FILE *stream = fopen(path, "rbe");
    if (!stream) {
        return NULL;
    }
    char *buffer = malloc(COMPILE_LIMIT);
    size_t length = buffer ? fread(buffer, 1, COMPILE_LIMIT, stream) : 0;
    bool whole = length < COMPILE_LIMIT && !ferror(stream);
    fclose(stream);
    PyObject *source = buffer && whole ? PyBytes_FromStringAndSize(buffer, (Py_ssize_t)length) : NULL;
    free(buffer);
    PyErr_Clear();
    return source;
}

/* The lines of the file as it is on disk. */
static void learn_lines_from_disk(struct breakpoint_file *file)
{
    PyObject *builtins = PyEval_GetBuiltins(); /* borrowed */
    PyObject *compile = builtins ? PyDict_GetItemString(builtins, "compile") : NULL;
    PyObject *source = compile ? read_file(file->identity.path) : NULL;
    PyObject *code = source ? compile_quietly(compile, source, file->identity.path) : NULL;
    if (code) {
        line_set_finish(&file->lines);
        line_set_add_code(&file->lines, code);
        line_set_sort(&file->lines);
        file->lines_known = true;
    }
    Py_XDECREF(code);
    Py_XDECREF(source);
    PyErr_Clear();
}

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
        learn_lines_from_disk(file);
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
        if (events && (before != breakpoint->binding || line_before != breakpoint->line)) {
            send_changed(breakpoints, file, breakpoint, "changed");
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
    struct source *source = sources_of_code(breakpoints->backend->sources, code);
    if (!source) {
        return;
    }
    source_note_code(source, code);
    if (!breakpoints->files && !breakpoints->functions) {
        return;
    }
    struct breakpoint_file *file = file_of_source(breakpoints, source);
    if (file) {
        load_file(breakpoints, file, code);
    }
    if (file || breakpoints->functions) {
        arm_code(breakpoints, file, code, source_filename(source));
    }
}

/* Hits. */

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
    PyObject *bytes = text ? PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace") : NULL;
    char *message = NULL;
    if (bytes && asprintf(&message, "%s\n", PyBytes_AsString(bytes)) >= 0) {
        struct breakpoint_file *file = file_of_breakpoint(breakpoints, breakpoint);
        backend_output(breakpoints->backend, "console", message, strlen(message), file ? file->path : NULL, line);
        free(message);
    }
    Py_XDECREF(bytes);
    Py_XDECREF(text);
    PyErr_Clear();
}

/* Count and test one breakpoint that was reached. */
static void hit_one(struct breakpoints *breakpoints, struct breakpoint *breakpoint, PyObject *frame, PyObject *code,
                    int line, struct hits *hits)
{
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
    if (!hit_condition_met(breakpoint)) {
        return;
    }
    if (breakpoint->log) {
        write_log(breakpoints, breakpoint, frame, line);
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
        if (is_active(breakpoint) && breakpoint->line == wanted) {
            hit_one(breakpoints, breakpoint, frame, code, wanted, hits);
        }
    }
    struct source *source = at_start ? sources_of_code(breakpoints->backend->sources, code) : NULL;
    for (breakpoint = source ? breakpoints->functions : NULL; breakpoint; breakpoint = breakpoint->next) {
        if (is_active(breakpoint) && names_code(breakpoint, code, source_filename(source))) {
            hit_one(breakpoints, breakpoint, frame, code, wanted, hits);
        }
    }
    Py_DECREF(frame);
    Py_DECREF(code);
    if (--breakpoints->busy == 0 && breakpoints->retired) {
        free_breakpoint_list(breakpoints->retired);
        breakpoints->retired = NULL;
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
        send_changed(breakpoints, file, breakpoint, "removed");
    }
    retire_list(breakpoints, removed);
}

void breakpoints_after_hit(struct breakpoints *breakpoints, const struct hits *hits)
{
    for (struct breakpoint_file *file = breakpoints->files; file; file = file->next) {
        struct breakpoint *removed = NULL;
        if (remove_where(&file->first, ends_with_stop, hits, &removed)) {
            arm_file(breakpoints, file);
            report_removed(breakpoints, file, removed);
        }
    }
    struct breakpoint *removed = NULL;
    if (remove_where(&breakpoints->functions, ends_with_stop, hits, &removed)) {
        arm_file(breakpoints, NULL);
        report_removed(breakpoints, NULL, removed);
    }
}

struct value *breakpoints_describe_hits(struct breakpoints *breakpoints, struct arena *arena, const struct hits *hits)
{
    struct value *list = value_array(arena);
    for (size_t i = 0; i < hits->count; i++) {
        for (struct breakpoint_file *file = breakpoints->files; file; file = file->next) {
            for (struct breakpoint *breakpoint = file->first; breakpoint; breakpoint = breakpoint->next) {
                if (breakpoint->id == hits->ids[i]) {
                    value_append(arena, list, describe(arena, file, breakpoint));
                }
            }
        }
        for (struct breakpoint *breakpoint = breakpoints->functions; breakpoint; breakpoint = breakpoint->next) {
            if (breakpoint->id == hits->ids[i]) {
                value_append(arena, list, describe(arena, NULL, breakpoint));
            }
        }
    }
    return list;
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

/* Read the request's list into a linked list, in order. False: out of memory. */
static bool read_list(const struct value *items, struct breakpoint **list)
{
    struct breakpoint **last = list;
    *list = NULL;
    for (size_t i = 0; i < value_count(items); i++) {
        *last = read_breakpoint(value_at(items, i));
        if (!*last) {
            free_breakpoint_list(*list);
            *list = NULL;
            return false;
        }
        last = &(*last)->next;
    }
    return true;
}

static struct value *describe_list(struct arena *arena, const struct breakpoint_file *file,
                                   const struct breakpoint *list)
{
    struct value *body = value_map(arena), *items = value_array(arena);
    for (; list; list = list->next) {
        if (!list->run_to) {
            value_append(arena, items, describe(arena, file, list));
        }
    }
    value_set(arena, body, "breakpoints", items);
    return body;
}

struct value *breakpoints_handle_set(struct request *request, bool *ok)
{
    struct breakpoints *breakpoints = request->backend->breakpoints;
    const char *path = value_get_text(value_get_map(request->arguments, "source"), "path", NULL);
    if (!path || !path[0]) {
        return request_fail(request, ok, "setBreakpoints needs source.path");
    }
    struct breakpoint *list;
    struct breakpoint_file *file = find_file(breakpoints, path);
    if (!file || !read_list(value_get_array(request->arguments, "breakpoints"), &list)) {
        return request_fail(request, ok, "out of memory");
    }
    struct breakpoint *old = file->first;
    take_over(breakpoints, list, old);
    file->first = list;
    if (list) {
        learn_lines(breakpoints, file);
        bind_file(breakpoints, file, false);
    }
    arm_file(breakpoints, file);
    retire_list(breakpoints, old);
    return describe_list(request->arena, file, file->first);
}

struct value *breakpoints_handle_set_functions(struct request *request, bool *ok)
{
    struct breakpoints *breakpoints = request->backend->breakpoints;
    struct breakpoint *list;
    if (!read_list(value_get_array(request->arguments, "breakpoints"), &list)) {
        return request_fail(request, ok, "out of memory");
    }
    struct breakpoint *old = breakpoints->functions;
    take_over(breakpoints, list, old);
    for (struct breakpoint *breakpoint = list; breakpoint; breakpoint = breakpoint->next) {
        breakpoint->binding = breakpoint->problem[0] ? BINDING_ERROR : BINDING_PENDING;
    }
    breakpoints->functions = list;
    if (old || list) {
        arm_file(breakpoints, NULL);
    }
    retire_list(breakpoints, old);
    return describe_list(request->arena, NULL, breakpoints->functions);
}

bool breakpoints_run_to(struct breakpoints *breakpoints, const char *path, int line, char *error, size_t size)
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
        free_breakpoint(breakpoint);
        return false;
    }
    arm_file(breakpoints, file);
    return true;
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
        return; /* a condition runs in some thread: the session is over, but its memory is still in use */
    }
    for (size_t i = 0; i < breakpoints->table_size; i++) {
        struct armed_code *armed = breakpoints->table[i];
        if (armed) {
            line_table_finish(&armed->table);
            free(armed->lines);
            Py_DECREF(armed->code);
            free(armed);
        }
    }
    free(breakpoints->table);
    breakpoints->table = NULL;
    breakpoints->table_size = breakpoints->armed_count = 0;
    while (breakpoints->files) {
        struct breakpoint_file *file = breakpoints->files;
        breakpoints->files = file->next;
        free_breakpoint_list(file->first);
        file_identity_finish(&file->identity);
        line_set_finish(&file->lines);
        free(file->path);
        free(file);
    }
    free_breakpoint_list(breakpoints->functions);
    breakpoints->functions = NULL;
}

void breakpoints_destroy(struct breakpoints *breakpoints)
{
    if (breakpoints) {
        breakpoints_disarm_all(breakpoints);
        free(breakpoints);
    }
}
