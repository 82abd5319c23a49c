#include "expression.h"

#include "compat.h"
#include "recursion_room.h"
#include "warnings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "Type: text" of the error that is set, which is cleared. */
void expression_describe_error(char *buffer, size_t size)
{
    PyObject *exception = PyErr_GetRaisedException();
    PyObject *name = exception ? PyObject_GetAttrString((PyObject *)Py_TYPE(exception), "__name__") : NULL;
    PyErr_Clear();
    PyObject *text = exception ? PyObject_Str(exception) : NULL;
    PyErr_Clear();
    PyObject *full = name ? PyUnicode_FromFormat(text ? "%U: %U" : "%U", name, text) : NULL;
    PyObject *bytes = full ? PyUnicode_AsEncodedString(full, "utf-8", "backslashreplace") : NULL;
    snprintf(buffer, size, "%s", bytes ? PyBytes_AsString(bytes) : "an error");
    Py_XDECREF(bytes);
    Py_XDECREF(full);
    Py_XDECREF(text);
    Py_XDECREF(name);
    Py_XDECREF(exception);
    PyErr_Clear();
}

PyObject *expression_compile(const char *text)
{
    return warnings_compile_silently(text, "<breakpoint>", Py_eval_input);
}

static void forget_context(struct expression *expression)
{
    Py_CLEAR(expression->context);
    Py_CLEAR(expression->globals);
    Py_CLEAR(expression->function);
    for (size_t i = 0; i < expression->count; i++) {
        Py_CLEAR(expression->names[i]);
    }
    expression->count = 0;
    expression->too_many_names = false;
}

void expression_finish(struct expression *expression)
{
    forget_context(expression);
    Py_CLEAR(expression->code);
    Py_CLEAR(expression->globals_name);
    Py_CLEAR(expression->extra);
    free(expression->text);
    expression->text = NULL;
}

bool expression_init(struct expression *expression, const char *text, char *error, size_t size)
{
    *expression = (struct expression){0};
    while (isspace((unsigned char)*text)) {
        text++;
    }
    locals_init(&expression->locals);
    expression->text = strdup(text);
    expression->code = expression_compile(text);
    expression->globals_name = PyUnicode_InternFromString("f_globals");
    if (!expression->code || !expression->text || !expression->globals_name) {
        expression_describe_error(error, size);
        expression_finish(expression);
        return false;
    }
    return true;
}

static bool is_ascii(const char *text)
{
    while (*text && !(*text & 0x80)) {
        text++;
    }
    return !*text;
}

/* Whether TEXT uses the identifier NAME (as a variable or an attribute: too often does no harm). The
 * compiler normalises identifiers: one that is not ASCII may be any name's spelling. */
static bool mentions(const char *text, const char *name)
{
    size_t length = strlen(name);
    if (!is_ascii(text)) {
        return true;
    }
    for (const char *at = text; (at = strstr(at, name)); at += length) {
        unsigned char before = at == text ? ' ' : (unsigned char)at[-1], after = (unsigned char)at[length];
        bool inside =
            isalnum(before) || before == '_' || before >= 0x80 || isalnum(after) || after == '_' || after >= 0x80;
        if (!inside) {
            return true;
        }
    }
    return false;
}

/* Add the names in CODE's attribute KIND that the expression mentions. */
static bool add_names(struct expression *expression, PyObject *code, const char *kind)
{
    PyObject *names = PyObject_GetAttrString(code, kind);
    Py_ssize_t count = names && PyTuple_Check(names) ? PyTuple_Size(names) : 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name = PyTuple_GetItem(names, i); /* borrowed */
        const char *text = PyUnicode_AsUTF8AndSize(name, NULL);
        if (!text || !(isalpha((unsigned char)text[0]) || text[0] == '_' || (unsigned char)text[0] >= 0x80) ||
            !mentions(expression->text, text)) {
            continue;
        }
        bool known = false;
        for (size_t k = 0; k < expression->count; k++) {
            known = known || PyUnicode_Compare(expression->names[k], name) == 0;
        }
        if (!known && expression->count < PARAMETERS_LIMIT) {
            expression->names[expression->count++] = Py_NewRef(name);
        } else if (!known) {
            expression->too_many_names = true;
        }
    }
    bool ok = names != NULL;
    Py_XDECREF(names);
    return ok;
}

long expression_code_flags(PyObject *code)
{
    PyObject *flags = PyObject_GetAttrString(code, "co_flags");
    long number = flags ? PyLong_AsLong(flags) : 0;
    Py_XDECREF(flags);
    return number;
}

/* "lambda a, b: (\ntext\n)": the line ends keep a comment in the text from swallowing the bracket. */
static PyObject *make_function(struct expression *expression, PyObject *globals)
{
    PyObject *source = PyUnicode_FromString("lambda ");
    for (size_t i = 0; source && i < expression->count; i++) {
        PyObject *longer = PyUnicode_FromFormat("%U%U,", source, expression->names[i]);
        Py_DECREF(source);
        source = longer;
    }
    if (source && expression->extra) {
        PyObject *longer = PyUnicode_FromFormat("%U%U,", source, expression->extra);
        Py_DECREF(source);
        source = longer;
    }
    PyObject *whole = source ? PyUnicode_FromFormat("%U: (\n%s\n)", source, expression->text) : NULL;
    const char *text = whole ? PyUnicode_AsUTF8AndSize(whole, NULL) : NULL;
    PyObject *code = text ? expression_compile(text) : NULL;
    PyObject *function = code ? PyEval_EvalCode(code, globals, globals) : NULL;
    Py_XDECREF(code);
    Py_XDECREF(whole);
    Py_XDECREF(source);
    return function;
}

bool expression_is_module(PyObject *code)
{
    PyObject *name = PyObject_GetAttrString(code, "co_name");
    bool module = name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "<module>") == 0;
    Py_XDECREF(name);
    PyErr_Clear();
    return module;
}

/* Make the function for frames of CODE. False with a Python error. */
static bool prepare(struct expression *expression, PyObject *code, PyObject *globals)
{
    if (expression->context == code && expression->globals == globals) {
        return true;
    }
    forget_context(expression);
    bool module = expression_is_module(code);
    bool optimized = expression_code_flags(code) & FLAG_OPTIMIZED;
    if (PyErr_Occurred()) {
        return false;
    }
    if (optimized && (!add_names(expression, code, "co_varnames") || !add_names(expression, code, "co_cellvars") ||
                      !add_names(expression, code, "co_freevars"))) {
        return false;
    }
    if ((optimized || module) && !expression->too_many_names) {
        expression->function = make_function(expression, globals);
        if (!expression->function) {
            return false;
        }
    }
    expression->context = Py_NewRef(code);
    expression->globals = Py_NewRef(globals);
    return true;
}

/* LOCALS, a mapping, as a dictionary of its own with the extra variable in it: new reference. Takes LOCALS. */
static PyObject *with_extra(const struct expression *expression, PyObject *locals, PyObject *value)
{
    PyObject *copy = locals ? PyDict_New() : NULL;
    if (copy && (PyDict_Update(copy, locals) != 0 || PyDict_SetItem(copy, expression->extra, value) != 0)) {
        Py_CLEAR(copy);
    }
    Py_XDECREF(locals);
    return copy;
}

/* Evaluate with the locals as a dictionary: class bodies, and names that are not bound (yet). */
static PyObject *evaluate_slowly(struct expression *expression, PyObject *frame, PyObject *value)
{
    PyObject *globals = PyObject_GetAttrString(frame, "f_globals");
    PyObject *locals = globals ? PyObject_GetAttrString(frame, "f_locals") : NULL;
    if (value) {
        locals = with_extra(expression, locals, value);
    }
    PyObject *result = locals ? PyEval_EvalCode(expression->code, globals, locals) : NULL;
    Py_XDECREF(locals);
    Py_XDECREF(globals);
    return result;
}

/* The expression's value in FRAME: new reference, or NULL with a Python error. EXTRA: of that variable, or NULL. */
static PyObject *evaluate_once(struct expression *expression, PyObject *frame, PyObject *code, PyObject *extra)
{
    PyObject *globals = PyObject_GetAttr(frame, expression->globals_name);
    bool ready = globals && prepare(expression, code, globals);
    Py_XDECREF(globals);
    if (!ready) {
        return NULL;
    }
    if (!expression->function) {
        return evaluate_slowly(expression, frame, extra);
    }
    PyObject *values[PARAMETERS_LIMIT + 1];
    size_t count = 0;
    while (count < expression->count &&
           (values[count] = locals_get(&expression->locals, frame, expression->names[count]))) {
        count++;
    }
    PyObject *result = NULL;
    if (count == expression->count) {
        values[count] = extra;
        result = PyObject_Vectorcall(expression->function, values, count + (extra != NULL), NULL);
    } else {
        PyErr_Clear();
        result = evaluate_slowly(expression, frame, extra);
    }
    while (count > 0) {
        Py_DECREF(values[--count]);
    }
    return result;
}

static PyObject *evaluate(struct expression *expression, PyObject *frame, PyObject *code, PyObject *extra)
{
    PyObject *result = evaluate_once(expression, frame, code, extra);
    if (!result && PyErr_ExceptionMatches(PyExc_RecursionError)) {
        PyErr_Clear();
        int limit = recursion_room_open();
        result = evaluate_once(expression, frame, code, extra);
        recursion_room_close(limit);
    }
    return result;
}

PyObject *expression_evaluate(struct expression *expression, PyObject *frame, PyObject *code)
{
    return evaluate(expression, frame, code, NULL);
}

/* Without a frame. */
static PyObject *evaluate_alone(struct expression *expression, PyObject *extra)
{
    PyObject *globals = PyDict_New(), *builtins = PyEval_GetBuiltins(); /* borrowed */
    PyObject *result = NULL;
    if (globals && PyDict_SetItem(globals, expression->extra, extra) == 0 &&
        (!builtins || PyDict_SetItemString(globals, "__builtins__", builtins) == 0)) {
        result = PyEval_EvalCode(expression->code, globals, globals);
    }
    Py_XDECREF(globals);
    return result;
}

PyObject *expression_evaluate_with(struct expression *expression, PyObject *frame, const char *name, PyObject *value)
{
    if (!expression->extra) {
        expression->extra = PyUnicode_InternFromString(name);
    }
    if (!expression->extra) {
        return NULL;
    }
    if (!frame) {
        return evaluate_alone(expression, value);
    }
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
    PyObject *result = evaluate(expression, frame, code, value);
    Py_DECREF(code);
    return result;
}

/* A Ctrl-C that came while the expression ran is the program's: hand it on. */
bool expression_interrupted(void)
{
    if (!PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        return false;
    }
    PyErr_Clear();
    PyErr_SetInterruptEx(2); /* SIGINT */
    return true;
}
