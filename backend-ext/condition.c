/* `name op constant`, which most conditions are, is not even called but compared here. */
#include "condition.h"

#include "compat.h"
#include "expression.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct condition {
    int users;
    struct expression expression;
    PyObject *name, *constant; /* owned: of `name op constant`; NULL: anything else */
    int operation;
    long number; /* the constant, if it is a small integer */
    bool is_number;
    PyObject *context; /* owned: code object for which the next two hold */
    bool name_is_local, in_dictionary;
};

/* Whether TEXT is one literal: a number, a string without escapes, or None, True, False. */
static bool is_literal(const char *text)
{
    size_t length = strlen(text);
    if (strcmp(text, "None") == 0 || strcmp(text, "True") == 0 || strcmp(text, "False") == 0) {
        return true;
    }
    if (length >= 2 && (text[0] == '"' || text[0] == '\'')) {
        return strchr(text + 1, text[0]) == text + length - 1 && !strchr(text, '\\');
    }
    const char *digits = text + (text[0] == '-' || text[0] == '+');
    return isdigit((unsigned char)digits[0]) && strspn(digits, "0123456789abcdefABCDEFxXoO._") == strlen(digits);
}

static void find_simple(struct condition *condition)
{
    static const struct {
        const char *text;
        int operation;
    } operators[] = {{"==", Py_EQ}, {"!=", Py_NE}, {"<=", Py_LE}, {">=", Py_GE}, {"<", Py_LT}, {">", Py_GT}};
    const char *text = condition->expression.text;
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_') {
        length++;
    }
    const char *at = text + length + strspn(text + length, " ");
    if (length == 0 || isdigit((unsigned char)text[0])) {
        return;
    }
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        size_t width = strlen(operators[i].text);
        if (strncmp(at, operators[i].text, width) != 0) {
            continue;
        }
        char literal[128];
        at += width + strspn(at + width, " ");
        snprintf(literal, sizeof(literal), "%s", at);
        for (size_t end = strlen(literal); end > 0 && isspace((unsigned char)literal[end - 1]); end--) {
            literal[end - 1] = '\0';
        }
        PyObject *code = strlen(at) < sizeof(literal) && is_literal(literal) ? expression_compile(literal) : NULL;
        PyObject *empty = code ? PyDict_New() : NULL;
        condition->constant = empty ? PyEval_EvalCode(code, empty, empty) : NULL;
        condition->name = condition->constant ? PyUnicode_FromStringAndSize(text, (Py_ssize_t)length) : NULL;
        condition->operation = operators[i].operation;
        Py_XDECREF(empty);
        Py_XDECREF(code);
        if (condition->name && PyLong_CheckExact(condition->constant)) {
            int overflow = 0;
            condition->number = PyLong_AsLongAndOverflow(condition->constant, &overflow);
            condition->is_number = !overflow;
        }
        PyErr_Clear();
        return;
    }
}

struct condition *condition_create(const char *text, char *error, size_t size)
{
    struct condition *condition = calloc(1, sizeof(*condition));
    if (!condition) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    if (!expression_init(&condition->expression, text, error, size)) {
        free(condition);
        return NULL;
    }
    condition->users = 1;
    find_simple(condition);
    return condition;
}

void condition_destroy(struct condition *condition)
{
    if (!condition || --condition->users > 0) {
        return;
    }
    expression_finish(&condition->expression);
    Py_CLEAR(condition->name);
    Py_CLEAR(condition->constant);
    Py_CLEAR(condition->context);
    free(condition);
}

static bool has_name(PyObject *code, const char *kind, PyObject *name)
{
    PyObject *names = PyObject_GetAttrString(code, kind);
    bool found = names && PySequence_Contains(names, name) == 1;
    Py_XDECREF(names);
    PyErr_Clear();
    return found;
}

static bool compare_numbers(long left, int operation, long right)
{
    switch (operation) {
    case Py_EQ:
        return left == right;
    case Py_NE:
        return left != right;
    case Py_LT:
        return left < right;
    case Py_LE:
        return left <= right;
    case Py_GT:
        return left > right;
    default:
        return left >= right;
    }
}

/* A global of FRAME: new reference; NULL, without an error, when it is not one (a builtin, or nothing). */
static PyObject *get_global(const struct expression *expression, PyObject *frame, PyObject *name)
{
    PyObject *globals = PyObject_GetAttr(frame, expression->globals_name);
    PyObject *value = globals && PyDict_Check(globals) ? PyDict_GetItemWithError(globals, name) : NULL; /* borrowed */
    Py_XINCREF(value);
    Py_XDECREF(globals);
    PyErr_Clear();
    return value;
}

/* 1, 0 or -1 (with a Python error, or without: not this way). */
static int test_simple(struct condition *condition, PyObject *frame, PyObject *code)
{
    if (condition->context != code) {
        bool optimized = expression_code_flags(code) & FLAG_OPTIMIZED;
        bool local = has_name(code, "co_varnames", condition->name);
        local = has_name(code, "co_cellvars", condition->name) || local;
        local = has_name(code, "co_freevars", condition->name) || local;
        condition->name_is_local = optimized && local;
        condition->in_dictionary = !optimized;
        Py_CLEAR(condition->context);
        condition->context = Py_NewRef(code);
    }
    if (condition->in_dictionary && !expression_is_module(code)) {
        return -1; /* a class body */
    }
    PyObject *value = condition->name_is_local ? locals_get(&condition->expression.locals, frame, condition->name)
                                               : get_global(&condition->expression, frame, condition->name);
    if (!value) {
        return -1;
    }
    int result = -1, overflow = 0;
    if (condition->is_number && PyLong_CheckExact(value)) {
        long number = PyLong_AsLongAndOverflow(value, &overflow);
        if (!overflow) {
            result = compare_numbers(number, condition->operation, condition->number);
        }
    }
    if (result < 0) {
        PyObject *outcome = PyObject_RichCompare(value, condition->constant, condition->operation);
        result = outcome ? PyObject_IsTrue(outcome) : -1;
        Py_XDECREF(outcome);
    }
    Py_DECREF(value);
    return result;
}
struct condition *condition_share(struct condition *condition)
{
    condition->users++;
    return condition;
}

/* What RESULT of a test means: 1, 0, or -1 with a Python error. */
static enum condition_result conclude(int result, char *error, size_t size)
{
    if (result >= 0) {
        return result ? CONDITION_TRUE : CONDITION_FALSE;
    }
    if (expression_interrupted()) {
        return CONDITION_FALSE;
    }
    expression_describe_error(error, size);
    return CONDITION_FAILED;
}

enum condition_result condition_test_exception(struct condition *condition, PyObject *frame, PyObject *exception,
                                               char *error, size_t size)
{
    PyObject *value = expression_evaluate_with(&condition->expression, frame, "__exception__", exception);
    int result = value ? PyObject_IsTrue(value) : -1;
    Py_XDECREF(value);
    return conclude(result, error, size);
}

enum condition_result condition_test(struct condition *condition, PyObject *frame, PyObject *code, char *error,
                                     size_t size)
{
    int result = condition->name ? test_simple(condition, frame, code) : -1;
    if (result < 0 && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_RecursionError)) {
        PyErr_Clear(); /* 3.11 counts comparing as a call: the other way has room for it */
    }
    if (result < 0 && !PyErr_Occurred()) {
        PyObject *value = expression_evaluate(&condition->expression, frame, code);
        result = value ? PyObject_IsTrue(value) : -1;
        Py_XDECREF(value);
    }
    return conclude(result, error, size);
}
