#include "code_position.h"

#include "compat.h"
#include "text.h"
#include "values.h"

#include <string.h>

#define TEXT_COLUMNS 100
#define LINE_BYTES   2000

bool code_position_read(PyObject *item, struct code_position *out)
{
    int numbers[4];
    for (Py_ssize_t i = 0; i < 4; i++) {
        PyObject *number = PyTuple_GetItem(item, i); /* borrowed */
        if (!number) {
            PyErr_Clear();
            return false;
        }
        numbers[i] = number == Py_None ? -1 : (int)PyLong_AsLong(number);
    }
    *out = (struct code_position){numbers[0], numbers[1], numbers[2], numbers[3]};
    bool ok = !PyErr_Occurred();
    PyErr_Clear();
    return ok;
}

bool code_position_at(PyObject *code, int offset, struct code_position *out)
{
    PyObject *positions = PyObject_CallMethod(code, "co_positions", NULL), *item = NULL;
    bool found = false;
    for (int at = 0; positions && at <= offset && (item = PyIter_Next(positions)); at += 2) {
        found = at == offset && code_position_read(item, out) && out->line > 0;
        Py_DECREF(item);
    }
    Py_XDECREF(positions);
    PyErr_Clear();
    return found;
}

void code_position_text(struct values *values, PyObject *code, const struct code_position *at, char *buffer,
                        size_t size)
{
    struct text text;
    char line[LINE_BYTES];
    text_init(&text, buffer, size, TEXT_COLUMNS);
    buffer[0] = '\0';
    for (int number = at->line; at->column >= 0 && number <= at->end_line && text_room(&text) > 0; number++) {
        if (!values_source_line(values, code, number, line, sizeof(line))) {
            buffer[0] = '\0';
            return;
        }
        size_t length = strlen(line), end = number == at->end_line ? (size_t)at->end_column : length;
        size_t start = number == at->line ? (size_t)at->column : strspn(line, " \t");
        if (number > at->line && line[start] != ')' && text.length > 0 && buffer[text.length - 1] != '(') {
            text_puts(&text, " ");
        }
        end = end < length ? end : length;
        if (start < end) {
            text_put(&text, line + start, end - start);
        }
    }
}
