/* An expression becomes a function whose parameters are the local names that it uses: then closures and
 * comprehensions in it see them, and a call costs a fraction of eval() with a dictionary of locals.
 * `name op constant`, which most conditions are, is not even called but compared here. */
#include "condition.h"

#include "compat.h"
#include "locals.h"
#include "warnings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMETERS_LIMIT 64 /* more are taken from a dictionary of locals */
#define FLAG_OPTIMIZED   0x1
#define RECURSION_ROOM   100

struct expression {
    char *text;             /* owned */
    PyObject *code;         /* owned: compiled as it stands */
    PyObject *globals_name; /* owned: "f_globals" */
    struct locals locals;
    /* For the code object that it was last evaluated in: */
    PyObject *context;                 /* owned: that code object */
    PyObject *globals;                 /* owned: and the globals of its frame; one code can run in several modules */
    PyObject *function;                /* owned: the function, or NULL where locals are a dictionary (class bodies) */
    PyObject *names[PARAMETERS_LIMIT]; /* owned: its parameters */
    size_t count;
    bool too_many_names;
};

struct condition {
    struct expression expression;
    PyObject *name, *constant; /* owned: of `name op constant`; NULL: anything else */
    int operation;
    long number; /* the constant, if it is a small integer */
    bool is_number;
    PyObject *context; /* owned: code object for which the next two hold */
    bool name_is_local, in_dictionary;
};

struct log_message {
    struct log_part {
        char *text;                   /* owned: literal text; NULL: an expression */
        struct expression expression; /* when text is NULL */
    } * parts;
    size_t count;
};

/* "Type: text" of the error that is set, which is cleared. */
static void describe_error(char *buffer, size_t size)
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

static PyObject *compile_text(const char *text)
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

static void expression_finish(struct expression *expression)
{
    forget_context(expression);
    Py_CLEAR(expression->code);
    Py_CLEAR(expression->globals_name);
    free(expression->text);
    expression->text = NULL;
}

static bool expression_init(struct expression *expression, const char *text, char *error, size_t size)
{
    *expression = (struct expression){0};
    while (isspace((unsigned char)*text)) {
        text++;
    }
    locals_init(&expression->locals);
    expression->text = strdup(text);
    expression->code = compile_text(text);
    expression->globals_name = PyUnicode_InternFromString("f_globals");
    if (!expression->code || !expression->text || !expression->globals_name) {
        describe_error(error, size);
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

static long code_flags(PyObject *code)
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
    PyObject *whole = source ? PyUnicode_FromFormat("%U: (\n%s\n)", source, expression->text) : NULL;
    const char *text = whole ? PyUnicode_AsUTF8AndSize(whole, NULL) : NULL;
    PyObject *code = text ? compile_text(text) : NULL;
    PyObject *function = code ? PyEval_EvalCode(code, globals, globals) : NULL;
    Py_XDECREF(code);
    Py_XDECREF(whole);
    Py_XDECREF(source);
    return function;
}

static bool is_module_code(PyObject *code)
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
    bool module = is_module_code(code);
    bool optimized = code_flags(code) & FLAG_OPTIMIZED;
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

/* Evaluate with the locals as a dictionary: class bodies, and names that are not bound (yet). */
static PyObject *evaluate_slowly(struct expression *expression, PyObject *frame)
{
    PyObject *globals = PyObject_GetAttrString(frame, "f_globals");
    PyObject *locals = globals ? PyObject_GetAttrString(frame, "f_locals") : NULL;
    PyObject *result = locals ? PyEval_EvalCode(expression->code, globals, locals) : NULL;
    Py_XDECREF(locals);
    Py_XDECREF(globals);
    return result;
}

/* The expression's value in FRAME: new reference, or NULL with a Python error. */
static PyObject *evaluate_once(struct expression *expression, PyObject *frame, PyObject *code)
{
    PyObject *globals = PyObject_GetAttr(frame, expression->globals_name);
    bool ready = globals && prepare(expression, code, globals);
    Py_XDECREF(globals);
    if (!ready) {
        return NULL;
    }
    if (!expression->function) {
        return evaluate_slowly(expression, frame);
    }
    PyObject *values[PARAMETERS_LIMIT];
    size_t count = 0;
    while (count < expression->count &&
           (values[count] = locals_get(&expression->locals, frame, expression->names[count]))) {
        count++;
    }
    PyObject *result = NULL;
    if (count == expression->count) {
        result = PyObject_Vectorcall(expression->function, values, count, NULL);
    } else {
        PyErr_Clear();
        result = evaluate_slowly(expression, frame);
    }
    while (count > 0) {
        Py_DECREF(values[--count]);
    }
    return result;
}

/* The same; where the program itself stands at its recursion limit, with some room above that. */
static PyObject *evaluate(struct expression *expression, PyObject *frame, PyObject *code)
{
    PyObject *result = evaluate_once(expression, frame, code);
    if (!result && PyErr_ExceptionMatches(PyExc_RecursionError)) {
        PyErr_Clear();
        int limit = Py_GetRecursionLimit();
        Py_SetRecursionLimit(limit + RECURSION_ROOM);
        result = evaluate_once(expression, frame, code);
        PyObject *error = result ? NULL : PyErr_GetRaisedException();
        Py_SetRecursionLimit(limit);
        if (error) {
            PyErr_SetRaisedException(error);
        }
    }
    return result;
}

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
        PyObject *code = strlen(at) < sizeof(literal) && is_literal(literal) ? compile_text(literal) : NULL;
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
    find_simple(condition);
    return condition;
}

void condition_destroy(struct condition *condition)
{
    if (!condition) {
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
        bool optimized = code_flags(code) & FLAG_OPTIMIZED;
        bool local = has_name(code, "co_varnames", condition->name);
        local = has_name(code, "co_cellvars", condition->name) || local;
        local = has_name(code, "co_freevars", condition->name) || local;
        condition->name_is_local = optimized && local;
        condition->in_dictionary = !optimized;
        Py_CLEAR(condition->context);
        condition->context = Py_NewRef(code);
    }
    if (condition->in_dictionary && !is_module_code(code)) {
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

/* A Ctrl-C that came while the expression ran is the program's: hand it on. */
static bool was_interrupt(void)
{
    if (!PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        return false;
    }
    PyErr_Clear();
    PyErr_SetInterruptEx(2); /* SIGINT */
    return true;
}

enum condition_result condition_test(struct condition *condition, PyObject *frame, PyObject *code, char *error,
                                     size_t size)
{
    int result = condition->name ? test_simple(condition, frame, code) : -1;
    if (result < 0 && !PyErr_Occurred()) {
        PyObject *value = evaluate(&condition->expression, frame, code);
        result = value ? PyObject_IsTrue(value) : -1;
        Py_XDECREF(value);
    }
    if (result >= 0) {
        return result ? CONDITION_TRUE : CONDITION_FALSE;
    }
    if (was_interrupt()) {
        return CONDITION_FALSE;
    }
    describe_error(error, size);
    return CONDITION_FAILED;
}

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

/* str() of the part's value, or what it raised: new reference. */
static PyObject *format_part(struct log_part *part, PyObject *frame, PyObject *code)
{
    if (part->text) {
        return PyUnicode_DecodeUTF8(part->text, (Py_ssize_t)strlen(part->text), "replace");
    }
    PyObject *value = evaluate(&part->expression, frame, code);
    PyObject *text = value ? PyObject_Str(value) : NULL;
    Py_XDECREF(value);
    if (!text && PyErr_Occurred() && !was_interrupt()) {
        char error[256];
        describe_error(error, sizeof(error));
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
