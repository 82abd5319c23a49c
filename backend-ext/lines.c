#include "lines.h"

#include "compat.h"

#include <stdlib.h>
#include <string.h>

#define FLAG_OPTIMIZED       0x1                   /* a function; not a class body or module */
#define FLAGS_GENERATOR_LIKE (0x20 | 0x80 | 0x200) /* generator, coroutine, async generator */

static int int_attribute(PyObject *object, const char *name)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    long number = value ? PyLong_AsLong(value) : 0;
    Py_XDECREF(value);
    PyErr_Clear();
    return (int)number;
}

/* One (start, end, line or None) of co_lines(). */
static bool add_range(struct line_table *table, size_t *capacity, PyObject *item)
{
    int range[3] = {0};
    for (Py_ssize_t i = 0; i < 3; i++) {
        PyObject *number = PyTuple_GetItem(item, i); /* borrowed */
        if (!number) {
            return false;
        }
        range[i] = number == Py_None ? 0 : (int)PyLong_AsLong(number);
    }
    if (PyErr_Occurred()) {
        return false;
    }
    if (table->count == *capacity) {
        size_t wanted = *capacity ? *capacity * 2 : 16;
        struct line_range *ranges = realloc(table->ranges, wanted * sizeof(*ranges));
        if (!ranges) {
            return false;
        }
        table->ranges = ranges;
        *capacity = wanted;
    }
    table->ranges[table->count++] = (struct line_range){range[0], range[1], range[2]};
    return true;
}

/* A body stands on the def line when that line's first instructions are more than the prologue: RESUME,
 * and for generators the creation of the generator before it. A class body sets __module__ and more
 * there, so for that all lines must be this one. */
static bool find_body_on_def_line(const struct line_table *table, PyObject *code)
{
    int flags = int_attribute(code, "co_flags");
    int prologue = (flags & FLAGS_GENERATOR_LIKE ? 6 : 2) + (Py_Version >= 0x030f0000 ? 2 : 0); /* RESUME's cache */
    for (size_t i = 0; !(flags & FLAG_OPTIMIZED) && i < table->count; i++) {
        if (table->ranges[i].line > 0 && table->ranges[i].line != table->first_line) {
            return false;
        }
    }
    for (size_t i = 0, length = 0; i < table->count; i++) {
        const struct line_range *range = &table->ranges[i];
        if (range->line == table->first_line) {
            length += (size_t)(range->end - range->start);
            if (length > (size_t)prologue) {
                return true;
            }
        } else if (range->line > 0) {
            return false;
        }
    }
    return false;
}

static bool has_name(PyObject *name, const char *wanted)
{
    return name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, wanted) == 0;
}

bool line_table_read(struct line_table *table, PyObject *code)
{
    size_t capacity = 0;
    *table = (struct line_table){.first_line = int_attribute(code, "co_firstlineno")};
    PyObject *lines = PyObject_CallMethod(code, "co_lines", NULL);
    PyObject *item = NULL;
    bool ok = lines != NULL;
    while (ok && (item = PyIter_Next(lines))) {
        ok = add_range(table, &capacity, item);
        Py_DECREF(item);
    }
    Py_XDECREF(lines);
    ok = ok && !PyErr_Occurred();
    PyErr_Clear();
    if (!ok) {
        line_table_finish(table);
        return false;
    }
    PyObject *name = PyObject_GetAttrString(code, "co_name");
    table->is_module = has_name(name, "<module>");
    table->is_comprehension =
        has_name(name, "<listcomp>") || has_name(name, "<setcomp>") || has_name(name, "<dictcomp>");
    table->body_on_def_line = table->is_module || (!table->is_comprehension && find_body_on_def_line(table, code));
    Py_XDECREF(name);
    PyErr_Clear();
    return true;
}

void line_table_finish(struct line_table *table)
{
    free(table->ranges);
    *table = (struct line_table){0};
}

int line_table_at(const struct line_table *table, int offset)
{
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct line_range *range = &table->ranges[middle];
        if (offset < range->start) {
            high = middle;
        } else if (offset >= range->end) {
            low = middle + 1;
        } else {
            return range->line;
        }
    }
    return 0;
}

bool line_table_has(const struct line_table *table, int line)
{
    /* Like one that is inlined, a comprehension is reached once, by the code around it. */
    if (line <= 0 || (table->is_comprehension && line == table->first_line)) {
        return false;
    }
    bool prologue = line == table->first_line && !table->body_on_def_line;
    for (size_t i = 0; i < table->count; i++) {
        if (table->ranges[i].line != line) {
            continue;
        }
        if (!prologue) {
            return true;
        }
        prologue = false; /* the def line again, later in the code: a default of an inner function, say */
    }
    return false;
}

int line_table_first_body_line(const struct line_table *table)
{
    if (table->body_on_def_line) {
        return table->first_line;
    }
    bool prologue = true;
    for (size_t i = 0; i < table->count; i++) {
        int line = table->ranges[i].line;
        if (line == 0 || (prologue && line == table->first_line)) {
            continue;
        }
        return line;
    }
    return 0;
}

bool line_table_is_within_line(const struct line_table *table)
{
    return table->is_comprehension && line_table_first_body_line(table) == 0;
}

bool lines_start_needed(const struct line_table *table)
{
    return table->body_on_def_line && !table->is_module && Py_Version >= 0x030d0000;
}

static bool line_set_add(struct line_set *set, int line)
{
    if (set->count && set->lines[set->count - 1] == line) {
        return true;
    }
    if (set->count == set->capacity) {
        size_t wanted = set->capacity ? set->capacity * 2 : 64;
        int *lines = realloc(set->lines, wanted * sizeof(*lines));
        if (!lines) {
            return false;
        }
        set->lines = lines;
        set->capacity = wanted;
    }
    set->lines[set->count++] = line;
    return true;
}

static bool add_lines_of_one(PyObject *code, void *data)
{
    struct line_set *set = data;
    struct line_table table;
    if (!line_table_read(&table, code)) {
        return true;
    }
    bool ok = true, prologue = !table.body_on_def_line;
    for (size_t i = 0; ok && i < table.count; i++) {
        int line = table.ranges[i].line;
        if (line <= 0 || (prologue && line == table.first_line)) {
            prologue = prologue && line != table.first_line;
            continue;
        }
        ok = line_set_add(set, line);
    }
    line_table_finish(&table);
    return ok;
}

bool lines_visit_code(PyObject *code, bool (*visit)(PyObject *code, void *data), void *data)
{
    if (!visit(code, data)) {
        return false;
    }
    PyObject *constants = PyObject_GetAttrString(code, "co_consts");
    Py_ssize_t count = constants && PyTuple_Check(constants) ? PyTuple_Size(constants) : 0;
    bool go_on = true;
    for (Py_ssize_t i = 0; go_on && i < count; i++) {
        PyObject *constant = PyTuple_GetItem(constants, i); /* borrowed */
        if (constant && Py_TYPE(constant) == Py_TYPE(code)) {
            go_on = lines_visit_code(constant, visit, data);
        }
    }
    Py_XDECREF(constants);
    PyErr_Clear();
    return go_on;
}

bool line_set_add_code(struct line_set *set, PyObject *code)
{
    return lines_visit_code(code, add_lines_of_one, set);
}

static int compare_lines(const void *a, const void *b)
{
    int left = *(const int *)a, right = *(const int *)b;
    return (left > right) - (left < right);
}

void line_set_sort(struct line_set *set)
{
    if (set->count == 0) {
        return;
    }
    qsort(set->lines, set->count, sizeof(*set->lines), compare_lines);
    size_t kept = 1;
    for (size_t i = 1; i < set->count; i++) {
        if (set->lines[i] != set->lines[kept - 1]) {
            set->lines[kept++] = set->lines[i];
        }
    }
    set->count = kept;
}

int line_set_next(const struct line_set *set, int line)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (set->lines[middle] < line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < set->count ? set->lines[low] : 0;
}

bool line_set_has(const struct line_set *set, int line)
{
    return line_set_next(set, line) == line;
}

void line_set_finish(struct line_set *set)
{
    free(set->lines);
    *set = (struct line_set){0};
}

/* The bytecode of the expression TEXT: new reference to bytes, NULL without an error. */
static PyObject *bytecode_of(const char *text)
{
    PyObject *code = Py_CompileString(text, "<pytui>", Py_eval_input);
    PyObject *bytes = code ? PyObject_GetAttrString(code, "co_code") : NULL;
    Py_XDECREF(code);
    PyErr_Clear();
    return bytes;
}

/* A list and a set comprehension over the same names differ in two instructions: the creation of the
 * collection and the append. The dictionary's append stands before the same jump. */
void loop_marks_learn(struct loop_marks *marks)
{
    *marks = (struct loop_marks){0};
    PyObject *list = bytecode_of("[x for x in y]"), *set = bytecode_of("{x for x in y}");
    PyObject *dict = bytecode_of("{x: x for x in y}");
    Py_ssize_t length = list && set ? PyBytes_Size(list) : 0;
    if (length && PyBytes_Size(set) == length && dict) {
        const unsigned char *a = (const unsigned char *)PyBytes_AsString(list);
        const unsigned char *b = (const unsigned char *)PyBytes_AsString(set);
        const unsigned char *c = (const unsigned char *)PyBytes_AsString(dict);
        Py_ssize_t found = 0;
        for (Py_ssize_t i = 0; i + 3 < length; i += 2) {
            found = a[i] != b[i] ? i : found;
        }
        marks->append = a[found];
        marks->add = b[found];
        for (Py_ssize_t i = 2; found && i < PyBytes_Size(dict); i += 2) {
            marks->map_add = c[i] == a[found + 2] ? c[i - 2] : marks->map_add;
        }
    }
    Py_XDECREF(list);
    Py_XDECREF(set);
    Py_XDECREF(dict);
    PyErr_Clear();
}

bool loop_is_comprehension(const struct loop_marks *marks, const struct line_table *table, PyObject *code, int from,
                           int to)
{
    int line = line_table_at(table, to);
    PyObject *bytes = marks->append ? PyObject_GetAttrString(code, "co_code") : NULL;
    Py_ssize_t length = bytes && PyBytes_Check(bytes) ? PyBytes_Size(bytes) : 0;
    const unsigned char *ops = length ? (const unsigned char *)PyBytes_AsString(bytes) : NULL;
    bool found = false;
    /* A filter's jump comes before the append: look on to the end of the line's instructions, where
     * another backward jump of the same loop has it, but not far beyond FROM. */
    for (Py_ssize_t i = to; ops && i < length && i <= (Py_ssize_t)from + 64 && !found; i += 2) {
        if (line_table_at(table, (int)i) != line) {
            break;
        }
        found = ops[i] == marks->append || ops[i] == marks->add || ops[i] == marks->map_add;
    }
    Py_XDECREF(bytes);
    PyErr_Clear();
    return found;
}
