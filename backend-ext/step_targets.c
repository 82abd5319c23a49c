#include "step_targets.h"

#include "backend.h"
#include "code_position.h"
#include "compat.h"
#include "stop.h"
#include "values.h"
#include "warnings.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TARGETS_MAX     200
#define STATEMENT_LINES 500 /* a call over more lines does not widen the statement */
#define LABEL_SIZE      400
#define INDEX_BITS      16
#define STOP_MASK       0xfffffffLL

/* The opcodes that matter, which differ between versions: learned from the compiler. */
struct call_opcodes {
    unsigned char call, call_keywords, call_star, jump_back;
};

struct target {
    struct code_position position;
    int offset;
    char label[LABEL_SIZE];
};

struct statement {
    PyObject *code;                  /* owned */
    PyObject *bytes;                 /* owned: its bytecode as it was compiled */
    const unsigned char *ops;        /* in it */
    struct code_position *positions; /* owned: one a code unit of two bytes */
    size_t units;
    struct call_opcodes opcodes;
    int first_line, last_line;
    size_t from; /* unit from which on is still to come */
    size_t current;
    struct target *targets; /* owned */
    size_t count;
};

bool call_site_has(const struct call_site *site, int offset, bool any)
{
    for (size_t i = 0; i < site->range_count; i++) {
        if (offset >= site->ranges[i].start && offset < site->ranges[i].end) {
            return any || site->ranges[i].call;
        }
    }
    return false;
}

/* Reading the code. */

/* The last opcode but SKIP of TEXT compiled; caches are 0. */
static unsigned char last_opcode(const char *text, int start, int skip)
{
    PyObject *code = warnings_compile_silently(text, "<pytui>", start);
    PyObject *bytes = code ? PyObject_GetAttrString(code, "co_code") : NULL;
    unsigned char found = 0;
    for (Py_ssize_t i = bytes && PyBytes_Check(bytes) ? PyBytes_Size(bytes) - 2 : -1; i >= 0 && skip >= 0; i -= 2) {
        unsigned char opcode = (unsigned char)PyBytes_AsString(bytes)[i];
        skip -= opcode != 0;
        found = opcode;
    }
    Py_XDECREF(bytes);
    Py_XDECREF(code);
    PyErr_Clear();
    return skip < 0 ? found : 0;
}

static struct call_opcodes learn_opcodes(void)
{
    return (struct call_opcodes){.call = last_opcode("f(0)", Py_eval_input, 1),
                                 .call_keywords = last_opcode("f(a=0)", Py_eval_input, 1),
                                 .call_star = last_opcode("f(*a)", Py_eval_input, 1),
                                 .jump_back = last_opcode("while 1: c", Py_file_input, 0)};
}

static bool is_call(const struct statement *statement, size_t unit)
{
    unsigned char opcode = statement->ops[2 * unit];
    const struct call_opcodes *known = &statement->opcodes;
    return opcode != 0 && (opcode == known->call || opcode == known->call_keywords || opcode == known->call_star);
}

static bool read_code(struct statement *statement)
{
    statement->bytes = PyObject_GetAttrString(statement->code, "co_code");
    statement->units =
        statement->bytes && PyBytes_Check(statement->bytes) ? (size_t)PyBytes_Size(statement->bytes) / 2 : 0;
    statement->positions = calloc(statement->units + 1, sizeof(*statement->positions));
    PyObject *positions = PyObject_CallMethod(statement->code, "co_positions", NULL), *item = NULL;
    bool ok = statement->positions && positions && statement->units > 0;
    for (size_t i = 0; ok && i < statement->units && (item = PyIter_Next(positions)); i++) {
        ok = code_position_read(item, &statement->positions[i]);
        Py_DECREF(item);
    }
    Py_XDECREF(positions);
    ok = ok && !PyErr_Occurred();
    PyErr_Clear();
    statement->ops = ok ? (const unsigned char *)PyBytes_AsString(statement->bytes) : NULL;
    return ok;
}

static bool same_position(const struct code_position *a, const struct code_position *b)
{
    return a->line == b->line && a->end_line == b->end_line && a->column == b->column && a->end_column == b->end_column;
}

static bool same_instruction(const struct statement *statement, size_t a, size_t b)
{
    return memcmp(statement->ops + 2 * a, statement->ops + 2 * b, 2) == 0 &&
           same_position(&statement->positions[a], &statement->positions[b]);
}

/* Whether the call of UNIT is that of __exit__ at the end of a with: three times the same constant before it, at
 * the position of the call itself, where arguments that a person wrote have their own. */
static bool is_exit(const struct statement *statement, size_t unit)
{
    for (size_t at = unit; at > 3 && unit - at < 4; at--) { /* 3.11 has PRECALL between */
        if (statement->ops[2 * (at - 1)] != 0 && same_instruction(statement, at - 1, at - 2) &&
            same_instruction(statement, at - 2, at - 3)) {
            return same_position(&statement->positions[at - 1], &statement->positions[unit]);
        }
    }
    return false;
}

static size_t instruction_end(const struct statement *statement, size_t unit)
{
    do {
        unit++;
    } while (unit < statement->units && statement->ops[2 * unit] == 0);
    return unit;
}

/* Which lines the statement has, and what of it is still to come. */

/* The lines of calls that stand on the statement's lines belong to it too, until nothing is added. */
static void widen(struct statement *statement)
{
    bool wider = true;
    while (wider) {
        wider = false;
        for (size_t i = 0; i < statement->units; i++) {
            const struct code_position *at = &statement->positions[i];
            if (!is_call(statement, i) || at->line > statement->last_line || at->end_line < statement->first_line ||
                at->line < 1 || at->end_line - at->line > STATEMENT_LINES || is_exit(statement, i)) {
                continue;
            }
            wider = wider || at->line < statement->first_line || at->end_line > statement->last_line;
            statement->first_line = at->line < statement->first_line ? at->line : statement->first_line;
            statement->last_line = at->end_line > statement->last_line ? at->end_line : statement->last_line;
        }
    }
}

static bool is_within(const struct statement *statement, size_t unit)
{
    int line = statement->positions[unit].line;
    return line >= statement->first_line && line <= statement->last_line;
}

/* A jump back within the statement, of a loop that stands on its line, makes what it leads to come again. Such
 * loops are short: no jump needs more than a byte. */
static void go_round(struct statement *statement)
{
    for (size_t i = statement->from; i < statement->units; i++) {
        if (statement->ops[2 * i] != statement->opcodes.jump_back || !statement->opcodes.jump_back ||
            !is_within(statement, i)) {
            continue;
        }
        size_t next = instruction_end(statement, i), length = statement->ops[2 * i + 1];
        if (length <= next && next - length < statement->from && is_within(statement, next - length)) {
            statement->from = next - length;
        }
    }
}

/* Names. */

static bool starts_with(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* Whether UNIT makes a call that a person sees as one, and its LABEL: what is called with its arguments, a decorator,
 * a class, on 3.11 a comprehension. An assert makes a call for its message, and a with for its end. */
static bool label_call(const struct statement *statement, struct values *values, size_t unit, char *label, size_t size)
{
    const struct code_position *at = &statement->positions[unit];
    char line[2000];
    code_position_text(values, statement->code, at, label, size);
    size_t length = strlen(label);
    if (is_exit(statement, unit)) {
        return false;
    }
    if (length == 0) {
        snprintf(label, size, "call %zu, line %d", statement->count + 1, at->line);
        return true;
    }
    if (starts_with(label, "assert ") || starts_with(label, "assert(")) {
        return false;
    }
    if (starts_with(label, "class ")) {
        label[strcspn(label, ":")] = '\0';
        return true;
    }
    if (at->column > 0 && (size_t)at->column < sizeof(line) &&
        values_source_line(values, statement->code, at->line, line, sizeof(line)) && line[at->column - 1] == '@') {
        memmove(label + 1, label, length < size - 1 ? length + 1 : size - 1);
        label[0] = '@';
        label[size - 1] = '\0';
        return true;
    }
    return strchr(")]}", label[length - 1]) || strstr(label, "\xe2\x80\xa6");
}

/* The function's name: the word before the parenthesis that belongs to the last one. */
static void name_of(const char *label, char *name, size_t size)
{
    size_t end = strlen(label);
    int depth = 0;
    while (end > 0) {
        char c = label[--end];
        depth += c == ')' ? 1 : c == '(' ? -1 : 0;
        if (depth <= 0) {
            break;
        }
    }
    size_t start = end;
    while (start > 0 &&
           (isalnum((unsigned char)label[start - 1]) || label[start - 1] == '_' || label[start - 1] & 0x80)) {
        start--;
    }
    snprintf(name, size, "%.*s", (int)(end - start), label + start);
}

/* The list. */

static bool is_known(const struct statement *statement, size_t unit)
{
    const struct code_position *at = &statement->positions[unit];
    for (size_t i = 0; at->column >= 0 && i < statement->count; i++) {
        if (same_position(&statement->targets[i].position, at)) {
            return true;
        }
    }
    return false;
}

static void list_targets(struct statement *statement, struct values *values)
{
    statement->targets = calloc(TARGETS_MAX, sizeof(*statement->targets));
    for (size_t i = statement->from; statement->targets && i < statement->units && statement->count < TARGETS_MAX;
         i++) {
        struct target *target = &statement->targets[statement->count];
        if (is_call(statement, i) && is_within(statement, i) && !is_known(statement, i) &&
            label_call(statement, values, i, target->label, sizeof(target->label))) {
            target->position = statement->positions[i];
            target->offset = (int)(2 * i);
            statement->count++;
        }
    }
}

static long long number_of(PyObject *object, const char *name)
{
    PyObject *number = PyObject_GetAttrString(object, name);
    long long value = number && number != Py_None ? PyLong_AsLongLong(number) : -1;
    Py_XDECREF(number);
    PyErr_Clear();
    return value;
}

/* The statement where the stopped frame stands. A frame that waits for a call has made that one. */
static void statement_read(struct statement *statement, struct backend *backend)
{
    PyObject *frame = stop_frame(backend);
    *statement = (struct statement){.code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame)};
    statement->opcodes = learn_opcodes();
    if (!read_code(statement)) {
        statement->units = 0;
        return;
    }
    long long at = number_of(frame, "f_lasti") / 2;
    bool waits = frame != (PyObject *)PyEval_GetFrame() || stop_ident(backend) != PyThread_get_thread_ident();
    statement->current = at < 0 ? 0 : (size_t)at;
    statement->from = waits ? instruction_end(statement, statement->current) : statement->current;
    statement->first_line = statement->last_line = (int)number_of(frame, "f_lineno");
    widen(statement);
    if (!waits) {
        go_round(statement);
    }
    list_targets(statement, backend->values);
}

static void statement_finish(struct statement *statement)
{
    free(statement->positions);
    free(statement->targets);
    Py_XDECREF(statement->bytes);
    Py_XDECREF(statement->code);
}

static long long stop_number(const struct backend *backend)
{
    return (long long)(atomic_load_explicit(&backend->counters.stops, memory_order_relaxed) & STOP_MASK);
}

/* Why nothing can be stepped into at this stop; NULL: it can. */
static const char *cannot_step(const struct backend *backend)
{
    return stop_is_finished(backend) || !stop_frame(backend) ? "nothing can be stepped into: the program has ended"
                                                             : NULL;
}

static struct value *describe(struct arena *arena, struct backend *backend, const struct statement *statement,
                              size_t index)
{
    const struct target *target = &statement->targets[index];
    const struct code_position *at = &target->position;
    struct value *value = value_map(arena);
    value_set_int(arena, value, "id", stop_number(backend) << INDEX_BITS | (long long)(index + 1));
    value_set(arena, value, "label", value_string(arena, target->label, strlen(target->label)));
    value_set_int(arena, value, "line", at->line);
    if (at->column >= 0) {
        value_set_int(arena, value, "column",
                      values_source_column(backend->values, statement->code, at->line, at->column));
        value_set_int(arena, value, "endLine", at->end_line);
        value_set_int(arena, value, "endColumn",
                      values_source_column(backend->values, statement->code, at->end_line, at->end_column));
    }
    return value;
}

struct value *step_targets_handle(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    const char *why = cannot_step(backend);
    long long frame = value_get_int(request->arguments, "frameId", 0);
    if (why) {
        return request_fail(request, ok, "%s", why);
    }
    if (frame != 0 && values_frame_object(backend->values, frame) != stop_frame(backend)) {
        return request_fail(request, ok, "only calls of the frame on top can be stepped into");
    }
    struct statement statement;
    struct value *targets = value_array(request->arena), *body = value_map(request->arena);
    statement_read(&statement, backend);
    for (size_t i = 0; i < statement.count; i++) {
        value_append(request->arena, targets, describe(request->arena, backend, &statement, i));
    }
    statement_finish(&statement);
    value_set(request->arena, body, "targets", targets);
    return body;
}

/* All instructions of the target's position, joined where they follow each other. */
static void find_ranges(const struct statement *statement, const struct target *target, struct call_site *site)
{
    for (size_t i = 0; i < statement->units && site->range_count < CALL_SITE_RANGES;) {
        size_t end = instruction_end(statement, i);
        bool known = target->position.column >= 0;
        if (known ? same_position(&statement->positions[i], &target->position) : (int)(2 * i) == target->offset) {
            bool call = is_call(statement, i) && !is_exit(statement, i);
            site->ranges[site->range_count].start = (int)(2 * i);
            site->ranges[site->range_count].end = (int)(2 * end);
            site->ranges[site->range_count++].call = call;
        }
        i = end;
    }
}

bool step_targets_find(struct request *request, bool *ok, long long id, struct call_site *site)
{
    struct backend *backend = request->backend;
    const char *why = cannot_step(backend);
    long long index = id & ((1LL << INDEX_BITS) - 1);
    *site = (struct call_site){0};
    if (why) {
        request_fail(request, ok, "%s", why);
        return false;
    }
    struct statement statement = {0};
    if (id >> INDEX_BITS == stop_number(backend)) {
        statement_read(&statement, backend);
    }
    bool found = index > 0 && (size_t)index <= statement.count;
    if (found) {
        const struct target *target = &statement.targets[index - 1];
        site->first_line = statement.first_line;
        site->last_line = statement.last_line;
        site->offset = target->offset;
        site->next = (size_t)target->offset == 2 * statement.current && statement.from == statement.current;
        site->unreported = statement.ops[target->offset] == statement.opcodes.call_star && Py_Version < 0x030c0300;
        name_of(target->label, site->name, sizeof(site->name));
        find_ranges(&statement, target, site);
    } else {
        request_fail(request, ok, "there is no such target at this stop: ask for stepInTargets again");
    }
    statement_finish(&statement);
    return found;
}
