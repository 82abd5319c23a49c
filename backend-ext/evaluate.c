#include "evaluate.h"

#include "capture.h"
#include "exceptions.h"
#include "requests.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define FILENAME             "<pytui>"
#define ALLOW_AWAIT          0x2000L /* ast.PyCF_ALLOW_TOP_LEVEL_AWAIT */
#define CODE_COROUTINE       0x80L
#define CODE_ASYNC_GENERATOR 0x200L
#define FUTURE_FLAGS         0x1400000L /* annotations, barry_as_FLUFL: the ones that still change how code compiles */
#define RESULT_BYTES         (64 << 10)
#define CLIPBOARD_BYTES      ((size_t)8 << 20)
#define WATCH_COLUMNS        240
#define SENTINEL             "pytui: the value to assign"
#define INTERRUPTED          "interrupted"

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

static long code_flags(PyObject *code)
{
    PyObject *flags = code != NULL ? PyObject_GetAttrString(code, "co_flags") : NULL;
    long bits = flags != NULL ? PyLong_AsLong(flags) : 0;
    Py_XDECREF(flags);
    PyErr_Clear();
    return bits;
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

/* The same for a frame of FRAME_CODE: `await` only where that is a coroutine's. */
static PyObject *compile_in_frame(struct values *values, PyObject *source, PyObject *frame_code, bool statements,
                                  bool *is_statement)
{
    long flags = code_flags(frame_code);
    long futures = flags & FUTURE_FLAGS;
    bool coroutine = (flags & (CODE_COROUTINE | CODE_ASYNC_GENERATOR)) != 0;
    PyObject *code = compile_text(values, source, futures | (coroutine ? ALLOW_AWAIT : 0), statements, is_statement);
    if (code != NULL || coroutine || !PyErr_ExceptionMatches(PyExc_SyntaxError)) {
        return code;
    }
    PyObject *error = PyErr_GetRaisedException();
    PyObject *awaits = compile_text(values, source, futures | ALLOW_AWAIT, statements, is_statement);
    if (awaits != NULL) {
        Py_DECREF(awaits);
        Py_DECREF(error);
        PyErr_SetString(PyExc_SyntaxError, "'await' outside a coroutine: select a frame of an async function");
    } else {
        PyErr_Clear();
        PyErr_SetRaisedException(error);
    }
    return NULL;
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

/* Run the coroutine of an expression with `await` as far as it goes by itself: whoever could resume it does
 * not run. Takes COROUTINE. */
static PyObject *drive(PyObject *coroutine)
{
    PyObject *yielded = NULL;
    PySendResult state = PyIter_Send(coroutine, Py_None, &yielded);
    if (state == PYGEN_NEXT) {
        char type[128];
        object_type_name(Py_TYPE(yielded), type, sizeof(type));
        Py_CLEAR(yielded);
        PyObject *closed = PyObject_CallMethod(coroutine, "close", NULL);
        if (closed != NULL) {
            PyErr_Format(PyExc_RuntimeError,
                         "await has to wait (for %s), and no event loop runs while the program is stopped", type);
        }
        Py_XDECREF(closed);
    }
    Py_DECREF(coroutine);
    return yielded;
}

static PyObject *eval_code(PyObject *code, PyObject *globals, PyObject *scope)
{
    PyObject *result = PyEval_EvalCode(code, globals, scope);
    return result != NULL && (code_flags(code) & CODE_COROUTINE) != 0 ? drive(result) : result;
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
        result = eval_code(code, merged, scope);
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
        result = eval_code(code, globals, globals);
    } else if (locals_begin(&values->locals, entry->frame, entry->code, values_has_added_names(values, entry->code),
                            &session)) {
        bool merge = locals_optimized(entry->code) && has_inner_code(code);
        result =
            merge ? run_with_merged_globals(code, globals, session.scope) : eval_code(code, globals, session.scope);
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

/* CODE with the constant SENTINEL replaced by a list of VALUE. */
static PyObject *with_constant(PyObject *code, PyObject *value)
{
    PyObject *constants = PyObject_GetAttrString(code, "co_consts");
    Py_ssize_t count = constants != NULL ? PyTuple_Size(constants) : 0;
    PyObject *changed = constants != NULL ? PyTuple_New(count) : NULL;
    PyObject *result = NULL;
    for (Py_ssize_t i = 0; changed != NULL && i < count; i++) {
        PyObject *constant = PyTuple_GetItem(constants, i);
        bool sentinel = PyUnicode_CheckExact(constant) && PyUnicode_CompareWithASCIIString(constant, SENTINEL) == 0;
        PyObject *item = sentinel ? PyList_New(0) : Py_NewRef(constant);
        if (item == NULL || (sentinel && PyList_Append(item, value) != 0) || PyTuple_SetItem(changed, i, item) != 0) {
            Py_CLEAR(changed);
        }
    }
    PyObject *replace = changed != NULL ? PyObject_GetAttrString(code, "replace") : NULL;
    PyObject *names = replace != NULL ? Py_BuildValue("{sO}", "co_consts", changed) : NULL;
    PyObject *nothing = names != NULL ? PyTuple_New(0) : NULL;
    if (nothing != NULL) {
        result = PyObject_Call(replace, nothing, names);
    }
    Py_XDECREF(nothing);
    Py_XDECREF(names);
    Py_XDECREF(replace);
    Py_XDECREF(changed);
    Py_XDECREF(constants);
    return result;
}

bool evaluate_assign(struct values *values, struct frame_entry *entry, const char *target, PyObject *value)
{
    bool ok = false;
    /* Two brackets: the target may hold a comment. Unpacking takes the value out of its list. */
    PyObject *text = PyUnicode_FromFormat("(%s\n), = '" SENTINEL "'", target);
    PyObject *alone = dedent(target);
    PyObject *checked =
        alone != NULL ? compile_as(values, alone, "eval", code_flags(entry->code) & FUTURE_FLAGS) : NULL;
    PyObject *code = checked != NULL && text != NULL
                         ? compile_as(values, text, "exec", code_flags(entry->code) & FUTURE_FLAGS)
                         : NULL;
    PyObject *filled = code != NULL ? with_constant(code, value) : NULL;
    PyObject *result = filled != NULL ? run_code(values, entry, filled) : NULL;
    ok = result != NULL;
    Py_XDECREF(result);
    Py_XDECREF(filled);
    Py_XDECREF(code);
    Py_XDECREF(checked);
    Py_XDECREF(alone);
    Py_XDECREF(text);
    return ok;
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
        code = compile_in_frame(values, source, entry->code, statements, &evaluation->statement);
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

bool evaluate_begin(struct values *values, long long request_seq)
{
    values_before_python(values, request_seq);
    return capture_begin(values->capture);
}

void evaluate_end(struct values *values)
{
    capture_end(values->capture);
    values->hooks.after_python(values->hooks.data);
}

bool evaluate_interrupted(struct request *request, bool *ok, struct values *values, PyObject *exception)
{
    if (exception == NULL || !PyType_IsSubtype(Py_TYPE(exception), (PyTypeObject *)PyExc_KeyboardInterrupt)) {
        return false;
    }
    long long limit = requests_time_limit(request);
    bool asked = values->hooks.interrupted == NULL || values->hooks.interrupted(values->hooks.data, request->seq);
    if (asked && requests_over_limit(request->backend, request->seq)) {
        request_fail(request, ok, "interrupted: it took longer than %lld ms", limit);
    } else {
        request_fail(request, ok, INTERRUPTED);
    }
    return true;
}

bool evaluate_failed(struct request *request, bool *ok, struct values *values, PyObject *exception)
{
    if (exception == NULL) {
        return false;
    }
    if (!evaluate_interrupted(request, ok, values, exception)) {
        char summary[400];
        exceptions_summary(values, exception, summary, sizeof(summary), false);
        request_fail(request, ok, "%s", summary);
    }
    return true;
}

/* Whether EXPRESSION can stand before ".name" as it is. */
static bool is_simple(const char *expression)
{
    return expression[strspn(expression, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.")] == '\0' &&
           strchr("0123456789.", expression[0]) == NULL;
}

const char *evaluate_base(struct arena *arena, const char *expression)
{
    const char *format = is_simple(expression) ? "%s" : "(%s)";
    return strlen(expression) < 400 ? arena_printf(arena, format, expression) : NULL;
}

/* The text of a result, made while code of the program may run: __repr__ and __str__ of its classes. */
struct shown {
    char *buffer; /* owned: the repr; NULL when there is none */
    size_t length;
    char *trace; /* the traceback, owned by the arena */
    char summary[1024];
};

/* What DAP's contexts of evaluate mean here. */
struct context {
    const char *name;
    bool expression; /* statements are refused */
    size_t bytes, columns;
};
static const struct context contexts[] = {
    {"repl", false, RESULT_BYTES, RESULT_BYTES},           {"watch", true, RESULT_BYTES, WATCH_COLUMNS},
    {"hover", true, RESULT_BYTES, WATCH_COLUMNS},          {"variables", true, RESULT_BYTES, WATCH_COLUMNS},
    {"clipboard", true, CLIPBOARD_BYTES, CLIPBOARD_BYTES},
};

static const struct context *find_context(const char *name)
{
    for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
        if (strcmp(contexts[i].name, name) == 0) {
            return &contexts[i];
        }
    }
    return &contexts[0];
}

static void show(struct values *values, struct arena *arena, struct evaluation *evaluation,
                 const struct context *context, struct shown *shown)
{
    if (evaluation->result != NULL && (shown->buffer = malloc(context->bytes)) != NULL) {
        struct text text;
        text_init(&text, shown->buffer, context->bytes, context->columns);
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
        variables_describe(values, arena, body, evaluation->result, frame_id, evaluate_base(arena, expression));
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
    if (evaluate_interrupted(request, ok, values, evaluation->exception)) {
        return NULL;
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
    struct frame_entry *entry = values_frame(values, value_get_int(request->arguments, "frameId", 0));
    if (entry == NULL) {
        return request_fail(request, ok, "there is no such frame at this stop");
    }
    const struct context *context = find_context(value_get_text(request->arguments, "context", ""));
    long long frame_id = frames_id(&values->frames, entry);
    struct evaluation evaluation = {0};
    struct shown shown = {0};
    values->renderer.hex = values_wants_hex(request->arguments);
    if (evaluate_begin(values, request->seq)) {
        evaluate_run(values, entry, expression, !context->expression, &evaluation);
        if (evaluation.statement) {
            values_note_added_names(values, entry->code);
        }
        show(values, request->arena, &evaluation, context, &shown);
    } else {
        evaluation.exception = PyErr_GetRaisedException();
    }
    evaluate_end(values);
    struct value *body = finish_request(request, ok, values, &evaluation, &shown, frame_id);
    values->renderer.hex = false;
    free(shown.buffer);
    evaluation_finish(&evaluation);
    PyErr_Clear();
    return body;
}
