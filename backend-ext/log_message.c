#include "log_message.h"

#include "compat.h"
#include "expression.h"
#include "recursion_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log_message {
    struct log_part {
        char *text;                   /* owned: literal text; NULL: an expression */
        struct expression expression; /* when text is NULL */
    } * parts;
    size_t count;
};

/* The end of the expression that starts at TEXT: its closing brace, NULL if there is none. */
static const char *find_closing(const char *text)
{
    int depth = 0;
    char quote = 0;
    for (const char *at = text; *at; at++) {
        if (quote) {
            if (*at == '\\' && at[1]) {
                at++;
            } else if (*at == quote) {
                quote = 0;
            }
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (strchr("([{", *at)) {
            depth++;
        } else if (*at == '}' && depth == 0) {
            return at;
        } else if (strchr(")]}", *at)) {
            depth--;
        }
    }
    return NULL;
}

static struct log_part *add_part(struct log_message *message)
{
    struct log_part *parts = realloc(message->parts, (message->count + 1) * sizeof(*parts));
    if (!parts) {
        return NULL;
    }
    message->parts = parts;
    parts[message->count] = (struct log_part){0};
    return &parts[message->count++];
}

static bool add_literal(struct log_message *message, const char *text, size_t length)
{
    struct log_part *last = message->count ? &message->parts[message->count - 1] : NULL;
    size_t before = last && last->text ? strlen(last->text) : 0;
    if (!last || !last->text) {
        last = add_part(message);
    }
    char *joined = last ? realloc(last->text, before + length + 1) : NULL;
    if (!joined) {
        return false;
    }
    memcpy(joined + before, text, length);
    joined[before + length] = '\0';
    last->text = joined;
    return true;
}

struct log_message *log_message_create(const char *text, char *error, size_t size)
{
    struct log_message *message = calloc(1, sizeof(*message));
    bool ok = message != NULL;
    snprintf(error, size, "out of memory");
    while (ok && *text) {
        if ((text[0] == '{' || text[0] == '}') && text[1] == text[0]) {
            ok = add_literal(message, text, 1);
            text += 2;
        } else if (text[0] != '{') {
            size_t length = text[0] == '}' ? 1 : strcspn(text, "{}");
            ok = add_literal(message, text, length);
            text += length;
        } else {
            const char *end = find_closing(text + 1);
            char *inner = end ? strndup(text + 1, (size_t)(end - text - 1)) : NULL;
            struct log_part *part = inner ? add_part(message) : NULL;
            ok = part && expression_init(&part->expression, inner, error, size);
            if (!end) {
                snprintf(error, size, "a { has no }; write {{ for a brace");
            }
            free(inner);
            text = end ? end + 1 : text;
        }
    }
    if (!ok) {
        log_message_destroy(message);
        return NULL;
    }
    return message;
}

void log_message_destroy(struct log_message *message)
{
    if (!message) {
        return;
    }
    for (size_t i = 0; i < message->count; i++) {
        free(message->parts[i].text);
        expression_finish(&message->parts[i].expression);
    }
    free(message->parts);
    free(message);
}

/* str(VALUE), also where the program's recursion limit is reached. */
static PyObject *make_text(PyObject *value)
{
    PyObject *text = PyObject_Str(value);
    if (!text && PyErr_ExceptionMatches(PyExc_RecursionError)) {
        PyErr_Clear();
        int limit = recursion_room_open();
        text = PyObject_Str(value);
        recursion_room_close(limit);
    }
    return text;
}

/* str() of the part's value, or what it raised: new reference. */
static PyObject *format_part(struct log_part *part, PyObject *frame, PyObject *code)
{
    if (part->text) {
        return PyUnicode_DecodeUTF8(part->text, (Py_ssize_t)strlen(part->text), "replace");
    }
    PyObject *value = expression_evaluate(&part->expression, frame, code);
    PyObject *text = value ? make_text(value) : NULL;
    Py_XDECREF(value);
    if (!text && PyErr_Occurred() && !expression_interrupted()) {
        char error[256];
        expression_describe_error(error, sizeof(error));
        text = PyUnicode_FromFormat("<%s>", error);
    }
    return text;
}

PyObject *log_message_format(struct log_message *message, PyObject *frame)
{
    PyObject *code = PyObject_GetAttrString(frame, "f_code");
    PyObject *parts = code ? PyList_New(0) : NULL;
    PyObject *empty = parts ? PyUnicode_FromString("") : NULL;
    for (size_t i = 0; empty && i < message->count; i++) {
        PyObject *text = format_part(&message->parts[i], frame, code);
        if (text) {
            PyList_Append(parts, text);
        }
        Py_XDECREF(text);
        PyErr_Clear();
    }
    PyObject *joined = empty ? PyUnicode_Join(empty, parts) : NULL;
    Py_XDECREF(empty);
    Py_XDECREF(parts);
    Py_XDECREF(code);
    PyErr_Clear();
    return joined;
}
