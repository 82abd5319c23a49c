#include "statements.h"

#include "compat.h"
#include "file_lines.h"
#include "lines.h"
#include "origin.h"
#include "warnings.h"

#include "protocol/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARSE_LIMIT ((size_t)1 << 20) /* bytes of a file; its tree takes a hundred times as much */
#define DEPTH_LIMIT 500               /* of the tree that is walked */

/* The tree. */

struct scope {
    const char *name; /* borrowed from the tree */
    int line;
};

struct walk {
    struct statement_list *list;
    int first, last;
    bool failed;
};

static int node_int(PyObject *node, const char *name)
{
    PyObject *value = PyObject_GetAttrString(node, name);
    long number = value && PyLong_Check(value) ? PyLong_AsLong(value) : -1;
    Py_XDECREF(value);
    PyErr_Clear();
    return (int)number;
}

/* The name of the node's class, and of that one's base, into BUFFERs of SIZE. */
static void class_names(PyObject *node, char *own, char *base, size_t size)
{
    PyObject *type = (PyObject *)Py_TYPE(node), *parent = PyObject_GetAttrString(type, "__base__");
    PyObject *names[] = {PyObject_GetAttrString(type, "__name__"),
                         parent ? PyObject_GetAttrString(parent, "__name__") : NULL};
    char *buffers[] = {own, base};
    for (size_t i = 0; i < 2; i++) {
        const char *text = names[i] && PyUnicode_Check(names[i]) ? PyUnicode_AsUTF8AndSize(names[i], NULL) : NULL;
        snprintf(buffers[i], size, "%s", text ? text : "");
        Py_XDECREF(names[i]);
    }
    Py_XDECREF(parent);
    PyErr_Clear();
}

static bool add_statement(struct walk *walk, PyObject *node, const struct scope *scope, bool is_definition)
{
    struct statement_list *list = walk->list;
    int line = node_int(node, "lineno");
    if (line < walk->first || line > walk->last) {
        return true;
    }
    if (list->count == list->capacity) {
        size_t wanted = list->capacity ? list->capacity * 2 : 16;
        struct statement *items = realloc(list->items, wanted * sizeof(*items));
        if (!items) {
            return false;
        }
        list->items = items;
        list->capacity = wanted;
    }
    char *name = strdup(scope->name);
    if (!name) {
        return false;
    }
    list->items[list->count++] = (struct statement){
        .line = line,
        .column = node_int(node, "col_offset"),
        .end_line = node_int(node, "end_lineno"),
        .end_column = node_int(node, "end_col_offset"),
        .scope_line = scope->line,
        .scope = name,
        .is_definition = is_definition,
    };
    return true;
}

static void walk_node(struct walk *walk, PyObject *node, const struct scope *scope, int depth);

static void walk_field(struct walk *walk, PyObject *value, const struct scope *scope, int depth)
{
    if (PyList_Check(value)) {
        for (Py_ssize_t i = 0; i < PyList_Size(value) && !walk->failed; i++) {
            walk_node(walk, PyList_GetItem(value, i), scope, depth);
        }
    } else {
        walk_node(walk, value, scope, depth);
    }
}

/* The line that a definition's code begins on: that of its first decorator. */
static int definition_line(PyObject *node)
{
    PyObject *decorators = PyObject_GetAttrString(node, "decorator_list");
    int line = node_int(node, "lineno");
    PyObject *first = decorators && PyList_Check(decorators) && PyList_Size(decorators) > 0
                          ? PyList_GetItem(decorators, 0)
                          : NULL; /* borrowed */
    int decorator = first ? node_int(first, "lineno") : -1;
    Py_XDECREF(decorators);
    PyErr_Clear();
    return decorator > 0 ? decorator : line;
}

/* The scope that a definition or lambda makes, for what stands in it. */
static struct scope inner_scope(PyObject *node, bool is_lambda, const struct scope *outer)
{
    PyObject *name = is_lambda ? NULL : PyObject_GetAttrString(node, "name");
    const char *text = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, NULL) : NULL;
    struct scope inner = *outer;
    if (is_lambda) {
        inner = (struct scope){"<lambda>", node_int(node, "lineno")};
    } else if (text) {
        inner = (struct scope){text, definition_line(node)};
    }
    Py_XDECREF(name); /* the node keeps it */
    PyErr_Clear();
    return inner;
}

static void walk_fields(struct walk *walk, PyObject *node, const struct scope *scope, int depth)
{
    PyObject *fields = PyObject_GetAttrString(node, "_fields");
    Py_ssize_t count = fields && PyTuple_Check(fields) ? PyTuple_Size(fields) : 0;
    for (Py_ssize_t i = 0; i < count && !walk->failed; i++) {
        PyObject *value = PyObject_GetAttr(node, PyTuple_GetItem(fields, i));
        PyErr_Clear();
        if (value) {
            walk_field(walk, value, scope, depth);
        }
        Py_XDECREF(value);
    }
    Py_XDECREF(fields);
    PyErr_Clear();
}

static void walk_node(struct walk *walk, PyObject *node, const struct scope *scope, int depth)
{
    char own[32], base[32];
    if (depth > DEPTH_LIMIT || !node || !PyObject_HasAttrString(node, "_fields")) {
        return;
    }
    class_names(node, own, base, sizeof(own));
    int line = node_int(node, "lineno"), end = node_int(node, "end_lineno");
    if (line > 0 && (line > walk->last || end < walk->first)) {
        return;
    }
    bool is_lambda = strcmp(own, "Lambda") == 0;
    bool is_definition =
        strcmp(own, "FunctionDef") == 0 || strcmp(own, "AsyncFunctionDef") == 0 || strcmp(own, "ClassDef") == 0;
    if (strcmp(base, "stmt") == 0 && !add_statement(walk, node, scope, is_definition)) {
        walk->failed = true;
        return;
    }
    struct scope inner = is_lambda || is_definition ? inner_scope(node, is_lambda, scope) : *scope;
    PyObject *body = is_lambda ? PyObject_GetAttrString(node, "body") : NULL;
    if (body && !add_statement(walk, body, &inner, false)) {
        walk->failed = true;
    }
    Py_XDECREF(body);
    PyErr_Clear();
    walk_fields(walk, node, &inner, depth + 1);
}

static int compare_statements(const void *a, const void *b)
{
    const struct statement *left = a, *right = b;
    int by_line = (left->line > right->line) - (left->line < right->line);
    return by_line ? by_line : (left->column > right->column) - (left->column < right->column);
}

/* Columns. */

/* The line LINE of TEXT, or NULL. */
static const char *find_line(const char *text, int line, size_t *length)
{
    for (int at = 1; text; at++) {
        size_t width = strcspn(text, "\r\n");
        if (at == line) {
            *length = width;
            return text;
        }
        text += width;
        text = !*text ? NULL : text + (text[0] == '\r' && text[1] == '\n' ? 2 : 1);
    }
    return NULL;
}

/* In text that is not UTF-8 (latin-1, say) every byte is a character that the parser saw as one or two bytes. */
static int foreign_column(const char *text, size_t length, int offset)
{
    int column = 0;
    for (size_t i = 0; i < length && offset > 0; i++, column++) {
        offset -= (unsigned char)text[i] & 0x80 ? 2 : 1;
    }
    return column + 1;
}

static int utf16_column(const char *text, int line, int offset)
{
    size_t length = 0, bytes = offset > 0 ? (size_t)offset : 0;
    const char *found = find_line(text, line, &length);
    if (!found) {
        return offset + 1;
    }
    if (line == 1 && strncmp(found, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark is no part of the line */
        found += 3;
        length -= 3;
    }
    if (!utf8_valid(found, length)) {
        return foreign_column(found, length, offset);
    }
    return (int)origin_utf16_length(found, bytes < length ? bytes : length) + 1;
}

/* Instructions. */

struct position {
    int line, end_line, column, end_column;
    bool known;
};

/* One item of co_positions(). */
static struct position read_position(PyObject *item)
{
    int numbers[4] = {0};
    bool known = PyTuple_Check(item) && PyTuple_Size(item) == 4;
    for (Py_ssize_t i = 0; known && i < 4; i++) {
        PyObject *number = PyTuple_GetItem(item, i); /* borrowed */
        known = number && number != Py_None;
        numbers[i] = known ? (int)PyLong_AsLong(number) : 0;
    }
    PyErr_Clear();
    return (struct position){numbers[0], numbers[1], numbers[2], numbers[3], known};
}

static bool is_inside(const struct position *position, const struct statement *statement)
{
    bool empty = position->line == position->end_line && position->column == position->end_column;
    bool after = position->line > statement->line ||
                 (position->line == statement->line && position->column >= statement->column);
    bool before = position->end_line < statement->end_line ||
                  (position->end_line == statement->end_line && position->end_column <= statement->end_column);
    return position->known && !empty && after && before;
}

static bool same_position(const struct position *a, const struct position *b)
{
    return a->line == b->line && a->end_line == b->end_line && a->column == b->column && a->end_column == b->end_column;
}

/* A number of co_exceptiontable: groups of six bits, the highest first; NULL at the end. */
static const unsigned char *read_number(const unsigned char *at, const unsigned char *end, int *number)
{
    *number = 0;
    for (bool more = true; more; at++) {
        if (at >= end) {
            return NULL;
        }
        *number = *number << 6 | (*at & 0x3f);
        more = *at & 0x40;
    }
    return at;
}

/* Whether exceptions are handled from OFFSET on. Such code has the position of the statement that it belongs to. */
static bool is_handler(PyObject *table, int offset)
{
    const unsigned char *at = (const unsigned char *)PyBytes_AsString(table), *end = at + PyBytes_Size(table);
    while (at && at < end) {
        int numbers[4];
        for (size_t i = 0; at && i < 4; i++) {
            at = read_number(at, end, &numbers[i]);
        }
        if (at && numbers[2] * 2 == offset) {
            return true;
        }
    }
    return false;
}

static bool has_text(PyObject *object, const char *name, const char *wanted)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    const char *text = value && PyUnicode_Check(value) ? PyUnicode_AsUTF8AndSize(value, NULL) : NULL;
    bool same = text && strcmp(text, wanted) == 0;
    Py_XDECREF(value);
    PyErr_Clear();
    return same;
}

bool statement_is_of(const struct statement *statement, PyObject *code)
{
    return (!statement->scope_line || node_int(code, "co_firstlineno") == statement->scope_line) &&
           has_text(code, "co_name", statement->scope);
}

/* What finding the beginnings of a statement in a code object needs. */
struct scan {
    const struct statement *statement;
    PyObject *positions, *bytecode, *handlers; /* owned; positions is an iterator */
    struct position begin;                     /* of its first instruction */
    unsigned char opcode;
    int *offsets;
    size_t count;
};

/* Later runs of its instructions are copies of it when they begin as the first one does. A decorated definition goes
 * on after its decorators, at the same position, by another instruction. */
static void take_run(struct scan *scan, const struct position *position, int offset, unsigned char opcode)
{
    if (is_handler(scan->handlers, offset) || scan->count == STATEMENT_COPIES) {
        return;
    }
    bool copy = scan->count && same_position(position, &scan->begin) &&
                (!scan->statement->is_definition || opcode == scan->opcode);
    if (!scan->count) {
        scan->begin = *position;
        scan->opcode = opcode;
    }
    if (!scan->count || copy) {
        scan->offsets[scan->count++] = offset;
    }
}

static void find_runs(struct scan *scan)
{
    const unsigned char *bytes = (const unsigned char *)PyBytes_AsString(scan->bytecode);
    Py_ssize_t size = PyBytes_Size(scan->bytecode);
    bool was_inside = false;
    PyObject *item;
    for (int offset = 0; offset < size && (item = PyIter_Next(scan->positions)); offset += 2) {
        struct position position = read_position(item);
        Py_DECREF(item);
        if (bytes[offset] == 0) {
            continue; /* a cache of the instruction before */
        }
        bool inside = is_inside(&position, scan->statement);
        if (inside && !was_inside) {
            take_run(scan, &position, offset, bytes[offset]);
        }
        was_inside = inside;
    }
}

size_t statement_offsets(const struct statement *statement, PyObject *code, int offsets[STATEMENT_COPIES])
{
    if (!statement_is_of(statement, code)) {
        return 0;
    }
    struct scan scan = {
        .statement = statement,
        .positions = PyObject_CallMethod(code, "co_positions", NULL),
        .bytecode = PyObject_GetAttrString(code, "co_code"),
        .handlers = PyObject_GetAttrString(code, "co_exceptiontable"),
        .offsets = offsets,
    };
    if (scan.positions && scan.bytecode && PyBytes_Check(scan.bytecode) && scan.handlers &&
        PyBytes_Check(scan.handlers)) {
        find_runs(&scan);
    }
    Py_XDECREF(scan.positions);
    Py_XDECREF(scan.bytecode);
    Py_XDECREF(scan.handlers);
    PyErr_Clear();
    return scan.count;
}

/* Lists. */

struct code_search {
    const struct statement *statement;
    bool found;
};

static bool look_at_code(PyObject *code, void *data)
{
    struct code_search *search = data;
    int offsets[STATEMENT_COPIES];
    search->found = statement_offsets(search->statement, code, offsets) > 0;
    return !search->found;
}

/* Leave out statements without an instruction (`pass`, constants) and such as begin where one did already. */
static void keep_those_with_code(struct statement_list *list, PyObject *code)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct statement *statement = &list->items[i];
        struct code_search search = {.statement = statement};
        bool again = kept && compare_statements(&list->items[kept - 1], statement) == 0;
        lines_visit_code(code, look_at_code, &search);
        if (search.found && !again) {
            list->items[kept++] = *statement;
        } else {
            free(statement->scope);
        }
    }
    list->count = kept;
}

bool statements_read(struct statement_list *list, const char *path, int first, int last, char *error, size_t size)
{
    *list = (struct statement_list){0};
    char *text = file_lines_text(path, PARSE_LIMIT);
    PyObject *tree = text ? warnings_parse_silently(text, path) : NULL;
    PyErr_Clear();
    PyObject *code = tree ? warnings_compile_silently(text, path, Py_file_input) : NULL;
    PyErr_Clear();
    bool ok = code != NULL;
    if (ok) {
        struct walk walk = {.list = list, .first = first, .last = last};
        struct scope module = {"<module>", 0};
        walk_node(&walk, tree, &module, 0);
        if (list->count) {
            qsort(list->items, list->count, sizeof(*list->items), compare_statements);
        }
        keep_those_with_code(list, code);
    } else {
        snprintf(error, size, "%s",
                 !text ? "there is no text of the file, or too much of it" : "the file is no Python");
    }
    for (size_t i = 0; i < list->count; i++) {
        struct statement *statement = &list->items[i];
        statement->utf16_column = utf16_column(text, statement->line, statement->column);
        statement->utf16_end_column = utf16_column(text, statement->end_line, statement->end_column);
    }
    Py_XDECREF(code);
    Py_XDECREF(tree);
    free(text);
    return ok;
}

void statements_finish(struct statement_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].scope);
    }
    free(list->items);
    *list = (struct statement_list){0};
}

struct statement *statement_copy(const struct statement *statement)
{
    struct statement *copy = malloc(sizeof(*copy));
    char *scope = strdup(statement->scope);
    if (!copy || !scope) {
        free(copy);
        free(scope);
        return NULL;
    }
    *copy = *statement;
    copy->scope = scope;
    return copy;
}

void statement_destroy(struct statement *statement)
{
    if (statement) {
        free(statement->scope);
        free(statement);
    }
}
