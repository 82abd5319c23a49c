#include "breakpoint.h"

#include "compat.h"
#include "condition.h"
#include "log_message.h"
#include "statements.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOGS_A_SECOND 50 /* unless the client says otherwise */

static void free_breakpoint(struct breakpoint *breakpoint)
{
    condition_destroy(breakpoint->condition);
    log_message_destroy(breakpoint->log);
    free(breakpoint->function);
    free(breakpoint->condition_text);
    free(breakpoint->hit_text);
    free(breakpoint->log_text);
    free(breakpoint->thread_text);
    statement_destroy(breakpoint->statement);
    free(breakpoint);
}

void breakpoint_free_list(struct breakpoint *list)
{
    while (list) {
        struct breakpoint *next = list->next;
        free_breakpoint(list);
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

bool breakpoint_hits_suffice(const struct breakpoint *breakpoint)
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

static void complain(struct breakpoint *breakpoint, const char *what, const char *reason)
{
    if (!breakpoint->problem[0]) {
        snprintf(breakpoint->problem, sizeof(breakpoint->problem), "%s%s", what, reason);
    }
}

/* The fields that DAP does not have. */
static void read_extra(struct breakpoint *breakpoint, const struct value *extra)
{
    const struct value *thread = value_get(extra, "thread");
    breakpoint->enabled = value_get_bool(extra, "enabled", true);
    breakpoint->temporary = value_get_bool(extra, "temporary", false);
    breakpoint->number = value_get_int(extra, "number", 0);
    breakpoint->after = value_get_int(extra, "after", 0);
    int64_t limit = value_get_int(extra, "logLimit", LOGS_A_SECOND);
    breakpoint->log_limit = limit > LONG_MAX ? LONG_MAX : (long)limit;
    if (thread && thread->type == VALUE_INT) {
        breakpoint->thread_id = value_get_int(extra, "thread", 0);
        breakpoint->thread_text = breakpoint->thread_id ? strdup("") : NULL;
    } else if (thread && thread->type == VALUE_STRING) {
        breakpoint->thread_text = copy_text(extra, "thread");
        const char *text = breakpoint->thread_text;
        breakpoint->thread_id = text && strspn(text, "0123456789") == strlen(text) ? strtoll(text, NULL, 10) : 0;
    } else if (thread && thread->type != VALUE_NULL) {
        complain(breakpoint, "thread: ", "its id or its name");
    }
    if (limit < 0) {
        complain(breakpoint, "log limit: ", "messages a second, 0 for any number");
    } else if (breakpoint->after && breakpoint->after == breakpoint->number) {
        complain(breakpoint, "after: ", "it would wait for itself");
    } else if (breakpoint->after < 0) {
        complain(breakpoint, "after: ", "the number of another breakpoint");
    }
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
    int64_t column = value_get_int(item, "column", 0);
    breakpoint->requested_column = name || column < 1 || column > INT32_MAX ? 0 : (int)column;
    breakpoint->condition_text = copy_text(item, "condition");
    breakpoint->hit_text = copy_text(item, "hitCondition");
    breakpoint->log_text = copy_text(name ? extra : item, "logMessage");
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
    read_extra(breakpoint, extra);
    return breakpoint;
}

bool breakpoint_may_log(struct breakpoint *breakpoint)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t time = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (!breakpoint->log_second || time - breakpoint->log_second >= 1000) {
        breakpoint->log_second = time;
        breakpoint->logged = 0;
    }
    if (breakpoint->log_limit && breakpoint->logged >= breakpoint->log_limit) {
        return false;
    }
    breakpoint->logged++;
    return true;
}

int64_t breakpoint_number(const struct breakpoint *breakpoint)
{
    return breakpoint->number ? breakpoint->number : breakpoint->id;
}

bool breakpoint_read_list(const struct value *items, struct breakpoint **list)
{
    struct breakpoint **last = list;
    *list = NULL;
    for (size_t i = 0; i < value_count(items); i++) {
        *last = read_breakpoint(value_at(items, i));
        if (!*last) {
            breakpoint_free_list(*list);
            *list = NULL;
            return false;
        }
        last = &(*last)->next;
    }
    return true;
}

bool breakpoint_is_active(const struct breakpoint *breakpoint)
{
    return breakpoint->enabled && breakpoint->binding != BINDING_ERROR && !breakpoint->waits;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool breakpoint_same_place(const struct breakpoint *a, const struct breakpoint *b)
{
    return !a->run_to && !b->run_to && a->requested_line == b->requested_line &&
           a->requested_column == b->requested_column && same_text(a->function, b->function);
}

bool breakpoint_same_request(const struct breakpoint *a, const struct breakpoint *b)
{
    return same_text(a->condition_text, b->condition_text) && same_text(a->hit_text, b->hit_text) &&
           same_text(a->log_text, b->log_text) && same_text(a->thread_text, b->thread_text) &&
           a->thread_id == b->thread_id && a->after == b->after;
}

bool breakpoint_names_code(const struct breakpoint *breakpoint, PyObject *code, const char *filename)
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

/* "condition failed 17×: NameError: …" */
static const char *failure_message(struct arena *arena, const struct breakpoint *breakpoint)
{
    if (breakpoint->failures == 1) {
        return arena_printf(arena, "condition failed: %s", breakpoint->failure);
    }
    return arena_printf(arena, "condition failed %ld\xc3\x97: %s", breakpoint->failures, breakpoint->failure);
}

static const char *breakpoint_message(struct arena *arena, const struct breakpoint_file *file,
                                      const struct breakpoint *breakpoint)
{
    if (breakpoint->waits && breakpoint->binding != BINDING_ERROR && breakpoint->enabled) {
        return arena_printf(arena, "waits for breakpoint %lld%s", (long long)breakpoint->after,
                            breakpoint->after_known ? "" : ", which there is not");
    }
    if (breakpoint->failures && breakpoint->binding != BINDING_ERROR) {
        return failure_message(arena, breakpoint);
    }
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
    return breakpoint->column_note;
}

struct value *breakpoint_describe(struct arena *arena, const struct breakpoint_file *file,
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
    if (breakpoint->column > 0) {
        value_set_int(arena, body, "column", breakpoint->column);
        value_set_int(arena, body, "endLine", breakpoint->end_line);
        value_set_int(arena, body, "endColumn", breakpoint->end_column);
    }
    value_set_int(arena, extra, "hits", breakpoint->hits);
    value_set_text(arena, extra, "state", binding_name(breakpoint->failures ? BINDING_ERROR : breakpoint->binding));
    if (breakpoint->failures) {
        value_set_int(arena, extra, "failures", breakpoint->failures);
    }
    if (breakpoint->dropped) {
        value_set_int(arena, extra, "dropped", breakpoint->dropped);
    }
    if (breakpoint->waits) {
        value_set_bool(arena, extra, "waits", true);
    }
    if (moved) {
        value_set_int(arena, extra, "requestedLine", breakpoint->requested_line);
    }
    value_set(arena, body, "pytui", extra);
    return body;
}
