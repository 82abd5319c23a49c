/* What function a frame runs: where its text stands and what it was called with. Runs no code of the program. */
#include "evaluate.h"
#include "lines.h"
#include "requests.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#define CODE_VARARGS     0x04L
#define CODE_VARKEYWORDS 0x08L

static long code_number(PyObject *code, const char *attribute)
{
    PyObject *number = PyObject_GetAttrString(code, attribute);
    long value = number != NULL ? PyLong_AsLong(number) : 0;
    Py_XDECREF(number);
    PyErr_Clear();
    return value;
}

/* How many of its variables, the first ones, are arguments. */
static Py_ssize_t argument_count(PyObject *code)
{
    long flags = code_number(code, "co_flags");
    return code_number(code, "co_argcount") + code_number(code, "co_kwonlyargcount") +
           ((flags & CODE_VARARGS) != 0 ? 1 : 0) + ((flags & CODE_VARKEYWORDS) != 0 ? 1 : 0);
}

static struct value *arguments(struct values *values, struct arena *arena, const struct frame_entry *entry,
                               long long frame_id)
{
    struct value *rows = value_array(arena);
    PyObject *names = locals_optimized(entry->code) ? locals_names(entry->code, false) : PyList_New(0);
    Py_ssize_t count = argument_count(entry->code);
    for (Py_ssize_t i = 0; names != NULL && i < count && i < PyList_Size(names); i++) {
        PyObject *key = PyList_GetItem(names, i);
        PyObject *object = locals_get(&values->locals, entry->frame, key);
        char name[256];
        object_copy_text(key, name, sizeof(name));
        value_append(arena, rows,
                     object != NULL ? variables_row(values, arena, name, object, frame_id, name, NULL)
                                    : variables_virtual_row(arena, name, "deleted", 0, false));
        Py_XDECREF(object);
    }
    Py_XDECREF(names);
    PyErr_Clear();
    return rows;
}

/* The greatest line of CODE and of what is defined in it. */
static bool find_last_line(PyObject *code, void *data)
{
    int *last = data;
    struct line_table table;
    if (line_table_read(&table, code)) {
        for (size_t i = 0; i < table.count; i++) {
            *last = table.ranges[i].line > *last ? table.ranges[i].line : *last;
        }
        line_table_finish(&table);
    }
    return true;
}

struct value *values_handle_function(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    struct frame_entry *entry = values_frame(values, value_get_int(request->arguments, "frameId", 0));
    if (entry == NULL || entry->frame == NULL) {
        return request_fail(request, ok, "there is no such frame at this stop");
    }
    bool collecting = values_quiet_begin();
    struct value *body = value_map(request->arena);
    int first = (int)code_number(entry->code, "co_firstlineno"), last = first;
    lines_visit_code(entry->code, find_last_line, &last);
    value_set_bool(request->arena, body, "function", locals_optimized(entry->code));
    value_set_int(request->arena, body, "line", first > 0 ? first : 1);
    value_set_int(request->arena, body, "endLine", last > first ? last : first > 0 ? first : 1);
    value_set(request->arena, body, "arguments",
              arguments(values, request->arena, entry, frames_id(&values->frames, entry)));
    values_quiet_end(collecting);
    PyErr_Clear();
    return body;
}
