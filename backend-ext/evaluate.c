#include "evaluate.h"

#include "assign.h"
#include "capture.h"
#include "exceptions.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define FILENAME      "<pytui>"
#define FUTURE_FLAGS  0x1400000L /* annotations, barry_as_FLUFL: the ones that still change how code compiles */
#define RESULT_BYTES  (64 << 10)
#define WATCH_COLUMNS 240
#define INTERRUPTED   "interrupted"

PyObject *evaluate_globals(const struct frame_entry *entry)
{
    PyObject *globals = frames_globals(entry);
    if (globals == NULL) {
        PyObject *module = PyImport_AddModule("__main__");
        globals = module != NULL ? Py_XNewRef(PyModule_GetDict(module)) : NULL;
    }
    PyErr_Clear();
    return globals;
}

/* The text without the indentation of its first line, so that pasted code runs. New str or NULL. */
static PyObject *dedent(const char *text)
{
    while (*text == '\n' || *text == '\r') {
        text++;
    }
    size_t indent = strspn(text, " \t");
    if (strchr(text, '\n') != NULL && text[indent] == '\n') {
        return dedent(text + indent);
    }
    char *copy = malloc(strlen(text) + 2);
    if (copy == NULL) {
        return PyErr_NoMemory();
    }
    char *out = copy;
    const char *line = text;
    while (*line != '\0') {
        size_t length = strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n' ? 1 : 0);
        size_t skipped = length > indent && strncmp(line, text, indent) == 0 ? indent : 0;
        memcpy(out, line + skipped, length - skipped);
        out += length - skipped;
        line += length;
    }
    *out++ = '\n'; /* a compound statement wants one at its end */
    PyObject *string = PyUnicode_DecodeUTF8(copy, out - copy, "replace");
    free(copy);
    return string;
}

static PyObject *compile_as(struct values *values, PyObject *source, const char *mode, long flags)
{
    /* source, filename, mode, flags, dont_inherit */
    return PyObject_CallFunction(values->compile, "OssiO", source, FILENAME, mode, (int)flags, Py_True);
}

/* Code for an expression, else for a statement as typed at a prompt, else for several. */
static PyObject *compile_text(struct values *values, PyObject *source, long flags, bool statements, bool *is_statement)
{
    static const char *const modes[] = {"eval", "single", "exec"};
    PyObject *code = NULL;
    for (size_t i = 0; i < (statements ? 3 : 1) && code == NULL; i++) {
        if (i > 0 && !PyErr_ExceptionMatches(PyExc_SyntaxError)) {
            break;
        }
        PyErr_Clear();
        code = compile_as(values, source, modes[i], flags);
        *is_statement = i > 0;
    }
    return code;
}

static long future_flags(PyObject *code)
{
    PyObject *flags = code != NULL ? PyObject_GetAttrString(code, "co_flags") : NULL;
    long bits = flags != NULL ? PyLong_AsLong(flags) & FUTURE_FLAGS : 0;
    Py_XDECREF(flags);
    PyErr_Clear();
    return bits;
}

/* Whether CODE holds functions, lambdas or generator expressions, which see only its globals. */
static bool has_inner_code(PyObject *code)
{
    PyObject *constants = PyObject_GetAttrString(code, "co_consts");
    bool found = false;
    for (Py_ssize_t i = 0; constants != NULL && i < PyTuple_Size(constants) && !found; i++) {
        found = Py_TYPE(PyTuple_GetItem(constants, i)) == Py_TYPE(code);
    }
    Py_XDECREF(constants);
    PyErr_Clear();
    return found;
}

/* What was assigned to the globals in the copy MERGED, which held BEFORE, goes to the real ones. */
static void write_back_globals(PyObject *globals, PyObject *merged, PyObject *before)
{
    Py_ssize_t position = 0;
    PyObject *name, *value;
    while (PyDict_Next(merged, &position, &name, &value)) {
        if (PyUnicode_CheckExact(name) && PyDict_GetItemWithError(before, name) != value) {
            PyDict_SetItem(globals, name, value);
        }
    }
    PyErr_Clear();
}

/* Run CODE, whose inner functions are to see the frame's variables too: its globals are a copy with
 * those added. */
static PyObject *run_with_merged_globals(PyObject *code, PyObject *globals, PyObject *scope)
{
    PyObject *result = NULL;
    PyObject *merged = PyDict_Copy(globals);
    PyObject *before = NULL;
    if (merged != NULL && PyDict_Update(merged, scope) == 0) {
        before = PyDict_Copy(merged);
    }
    if (before != NULL) {
        result = PyEval_EvalCode(code, merged, scope);
        PyObject *error = PyErr_GetRaisedException();
        write_back_globals(globals, merged, before);
        if (error != NULL) {
            PyErr_SetRaisedException(error);
        }
    }
    Py_XDECREF(before);
    Py_XDECREF(merged);
    return result;
}

/* Run CODE in the frame of ENTRY. New reference; NULL with a Python error. */
static PyObject *run_code(struct values *values, struct frame_entry *entry, PyObject *code)
{
    PyObject *globals = evaluate_globals(entry);
    if (globals == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the frame has no globals");
        return NULL;
    }
    PyObject *result = NULL;
    struct locals_session session = {0};
    if (entry->frame == NULL) {
        result = PyEval_EvalCode(code, globals, globals);
    } else if (locals_begin(&values->locals, entry->frame, entry->code, values_has_added_names(values, entry->code),
                            &session)) {
        bool merge = locals_optimized(entry->code) && has_inner_code(code);
        result = merge ? run_with_merged_globals(code, globals, session.scope)
                       : PyEval_EvalCode(code, globals, session.scope);
        PyObject *error = PyErr_GetRaisedException();
        bool committed = locals_commit(&values->locals, &session);
        if (error != NULL) {
            PyErr_SetRaisedException(error);
        } else if (!committed) {
            Py_CLEAR(result);
        }
    }
    locals_finish(&session);
    Py_DECREF(globals);
    return result;
}

/* sys.displayhook while a statement runs: an expression in it shows its value, but builtins._, which
 * may be the program's gettext, stays as it is. */
static PyObject *display(PyObject *self, PyObject *object)
{
    struct values *values = PyCapsule_GetPointer(self, NULL);
    if (values == NULL) {
        return NULL;
    }
    char *buffer = object != Py_None ? malloc(RESULT_BYTES) : NULL;
    if (buffer == NULL) {
        return Py_NewRef(Py_None);
    }
    struct text text;
    text_init(&text, buffer, RESULT_BYTES - 1, RESULT_BYTES);
    bool ok = render_repr(&values->renderer, &text, object);
    if (ok) {
        buffer[text.length] = '\n';
        capture_write(values->capture, buffer, text.length + 1);
    }
    free(buffer);
    return ok ? Py_NewRef(Py_None) : NULL;
}

static PyObject *run_statement(struct values *values, struct frame_entry *entry, PyObject *code)
{
    static PyMethodDef display_method = {"displayhook", display, METH_O, NULL};
    PyObject *capsule = PyCapsule_New(values, NULL, NULL);
    PyObject *hook = capsule != NULL ? PyCFunction_New(&display_method, capsule) : NULL;
    PyObject *saved = Py_XNewRef(PySys_GetObject("displayhook"));
    PyObject *result = NULL;
    if (hook != NULL && PySys_SetObject("displayhook", hook) == 0) {
        result = run_code(values, entry, code);
        PyObject *error = PyErr_GetRaisedException();
        if (PySys_GetObject("displayhook") == hook) {
            PySys_SetObject("displayhook", saved);
        }
        if (error != NULL) {
            PyErr_SetRaisedException(error);
        }
    }
    Py_XDECREF(saved);
    Py_XDECREF(hook);
    Py_XDECREF(capsule);
    return result;
}

void evaluate_run(struct values *values, struct frame_entry *entry, const char *text, bool statements,
                  struct evaluation *evaluation)
{
    *evaluation = (struct evaluation){0};
    PyObject *code = NULL;
    PyObject *source = dedent(text);
    if (source != NULL) {
        code = compile_text(values, source, future_flags(entry->code), statements, &evaluation->statement);
        Py_DECREF(source);
    }
    if (code != NULL) {
        PyObject *result = evaluation->statement ? run_statement(values, entry, code) : run_code(values, entry, code);
        if (evaluation->statement) {
            Py_XDECREF(result);
        } else {
            evaluation->result = result;
        }
        Py_DECREF(code);
    }
    evaluation->exception = PyErr_GetRaisedException();
}

void evaluation_finish(struct evaluation *evaluation)
{
    Py_CLEAR(evaluation->result);
    Py_CLEAR(evaluation->exception);
}

/* Requests */

static bool was_interrupted(const struct evaluation *evaluation)
{
    return evaluation->exception != NULL &&
           PyType_IsSubtype(Py_TYPE(evaluation->exception), (PyTypeObject *)PyExc_KeyboardInterrupt);
}

/* Ask for what has to happen after an interrupt; the error of the response. */
static void note_interrupt(struct values *values, long long request_seq)
{
    if (values->hooks.interrupted != NULL) {
        values->hooks.interrupted(values->hooks.data, request_seq);
    }
}

/* Whether EXPRESSION can stand before ".name" as it is. */
static bool is_simple(const char *expression)
{
    return expression[strspn(expression, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.")] == '\0' &&
           strchr("0123456789.", expression[0]) == NULL;
}

/* The text of a result, made while code of the program may run: __repr__ and __str__ of its classes. */
struct shown {
    char *buffer; /* owned: the repr; NULL when there is none */
    size_t length;
    char *trace; /* the traceback, owned by the arena */
    char summary[1024];
};

static void show(struct values *values, struct arena *arena, struct evaluation *evaluation, bool watch,
                 struct shown *shown)
{
    if (evaluation->result != NULL && (shown->buffer = malloc(RESULT_BYTES)) != NULL) {
        struct text text;
        text_init(&text, shown->buffer, RESULT_BYTES, watch ? WATCH_COLUMNS : RESULT_BYTES);
        if (!render_repr(&values->renderer, &text, evaluation->result)) {
            evaluation->exception = PyErr_GetRaisedException();
        }
        shown->length = text.length;
    }
    if (evaluation->exception != NULL) {
        shown->trace = exceptions_format(values, arena, evaluation->exception, true);
        exceptions_summary(values, evaluation->exception, shown->summary, sizeof(shown->summary), true);
    }
    PyErr_Clear();
}

static void set_exception(struct values *values, struct arena *arena, struct value *body, PyObject *exception,
                          const struct shown *shown, long long frame_id)
{
    variables_describe(values, arena, body, exception, frame_id, NULL);
    value_set_text(arena, body, "result", shown->trace != NULL ? shown->trace : shown->summary);
    struct value *extension = value_map(arena);
    value_set_text(arena, extension, "exception", shown->summary);
    value_set(arena, body, "pytui", extension);
}

static struct value *response(struct values *values, struct arena *arena, const struct evaluation *evaluation,
                              const struct shown *shown, const char *expression, long long frame_id, bool repl)
{
    struct value *body = value_map(arena);
    if (evaluation->exception != NULL) {
        set_exception(values, arena, body, evaluation->exception, shown, frame_id);
    } else if (evaluation->statement) {
        struct value *extension = value_map(arena);
        value_set_bool(arena, extension, "statement", true);
        value_set(arena, body, "pytui", extension);
        value_set_text(arena, body, "result", "");
        value_set_int(arena, body, "variablesReference", 0);
    } else {
        const char *format = is_simple(expression) ? "%s" : "(%s)";
        char *base = strlen(expression) < 400 ? arena_printf(arena, format, expression) : NULL;
        variables_describe(values, arena, body, evaluation->result, frame_id, base);
        bool nothing = repl && evaluation->result == Py_None;
        value_set(arena, body, "result",
                  nothing ? value_text(arena, "") : value_string(arena, shown->buffer, shown->length));
    }
    return body;
}

static struct value *finish_request(struct request *request, bool *ok, struct values *values,
                                    const struct evaluation *evaluation, const struct shown *shown, long long frame_id)
{
    const char *expression = value_get_text(request->arguments, "expression", "");
    const char *context = value_get_text(request->arguments, "context", "");
    if (was_interrupted(evaluation)) {
        note_interrupt(values, request->seq);
        return request_fail(request, ok, INTERRUPTED);
    }
    if (evaluation->result != NULL && shown->buffer == NULL) {
        return request_fail(request, ok, "out of memory");
    }
    return response(values, request->arena, evaluation, shown, expression, frame_id, strcmp(context, "repl") == 0);
}

struct value *values_handle_evaluate(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    const char *expression = value_get_text(request->arguments, "expression", "");
    const char *context = value_get_text(request->arguments, "context", "");
    struct frame_entry *entry = values_frame(values, value_get_int(request->arguments, "frameId", 0));
    if (entry == NULL) {
        return request_fail(request, ok, "there is no such frame at this stop");
    }
    bool watch = strcmp(context, "watch") == 0 || strcmp(context, "hover") == 0;
    long long frame_id = frames_id(&values->frames, entry);
    struct evaluation evaluation = {0};
    struct shown shown = {0};
    values_before_python(values, request->seq);
    if (capture_begin(values->capture)) {
        evaluate_run(values, entry, expression, !watch, &evaluation);
        if (evaluation.statement) {
            values_note_added_names(values, entry->code);
        }
        show(values, request->arena, &evaluation, watch, &shown);
        capture_end(values->capture);
    } else {
        evaluation.exception = PyErr_GetRaisedException();
    }
    values->hooks.after_python(values->hooks.data);
    struct value *body = finish_request(request, ok, values, &evaluation, &shown, frame_id);
    free(shown.buffer);
    evaluation_finish(&evaluation);
    PyErr_Clear();
    return body;
}

/* The evaluation of the new value and the assignment, as one run of code. */
static void assign(struct values *values, struct frame_entry *entry, long long reference, const char *name,
                   const char *text, struct evaluation *evaluation)
{
    evaluate_run(values, entry, text, false, evaluation);
    if (evaluation->exception == NULL && !assign_child(values, reference, name, evaluation->result)) {
        evaluation->exception = PyErr_GetRaisedException();
    }
    PyErr_Clear();
}

struct value *values_handle_set_variable(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    long long number = value_get_int(request->arguments, "variablesReference", 0);
    const char *name = value_get_text(request->arguments, "name", "");
    const struct reference *reference = variables_find(values, number);
    if (reference == NULL) {
        return request_fail(request, ok, "this variable belongs to an earlier stop");
    }
    long long frame_id = reference->frame_id;
    struct frame_entry *entry = values_frame(values, frame_id);
    if (entry == NULL) {
        return request_fail(request, ok, "the variable's frame is gone");
    }
    struct evaluation evaluation = {0};
    values_before_python(values, request->seq);
    if (capture_begin(values->capture)) {
        assign(values, entry, number, name, value_get_text(request->arguments, "value", ""), &evaluation);
        capture_end(values->capture);
    } else {
        evaluation.exception = PyErr_GetRaisedException();
    }
    values->hooks.after_python(values->hooks.data);
    struct value *body = NULL;
    if (was_interrupted(&evaluation)) {
        note_interrupt(values, request->seq);
        request_fail(request, ok, INTERRUPTED);
    } else if (evaluation.exception != NULL) {
        char summary[400];
        exceptions_summary(values, evaluation.exception, summary, sizeof(summary), false);
        request_fail(request, ok, "%s", summary);
    } else {
        body = value_map(request->arena);
        value_set(request->arena, body, "value", variables_rendered(values, request->arena, evaluation.result));
        variables_describe(values, request->arena, body, evaluation.result, frame_id, NULL);
    }
    evaluation_finish(&evaluation);
    PyErr_Clear();
    return body;
}
