/* One variable shown as the user chose: its type, id, repr, str, or by a presenter of the program's. The
 * last three run code of the program, which is why they are asked for one by one. */
#include "children.h"
#include "evaluate.h"
#include "presenters.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <string.h>

#define DISPLAY_COLUMNS 240
#define DISPLAY_BYTES   2048

struct display {
    struct values *values;
    PyObject *object; /* owned */
    struct text text;
    PyObject *presented; /* owned: what a presenter gave that is no str; or NULL */
    char bytes[DISPLAY_BYTES];
};

/* "<str raised ValueError('…')>"; false when it was interrupted, with the error still set. */
static bool write_error(struct display *display, const char *what)
{
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        return false;
    }
    PyObject *error = PyErr_GetRaisedException();
    text_open(&display->text, "<", ">");
    text_puts(&display->text, what);
    text_puts(&display->text, " raised ");
    render_object(&display->values->renderer, &display->text, error);
    text_close(&display->text, ">");
    Py_DECREF(error);
    return true;
}

static void write_string(struct display *display, PyObject *string)
{
    PyObject *bytes = object_utf8(string, DISPLAY_COLUMNS + 1);
    if (bytes != NULL) {
        text_put(&display->text, PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes));
        Py_DECREF(bytes);
    }
}

static bool show_default(struct display *display)
{
    render_object(&display->values->renderer, &display->text, display->object);
    return true;
}

static bool show_type(struct display *display)
{
    char name[512];
    object_type_full_name(&display->values->objects, Py_TYPE(display->object), name, sizeof(name));
    text_puts(&display->text, name);
    return true;
}

static bool show_id(struct display *display)
{
    text_printf(&display->text, "%p", (void *)display->object);
    return true;
}

static bool show_repr(struct display *display)
{
    return render_repr(&display->values->renderer, &display->text, display->object);
}

static bool show_str(struct display *display)
{
    PyObject *string = PyObject_Str(display->object);
    if (string == NULL) {
        return write_error(display, "str");
    }
    write_string(display, string);
    Py_DECREF(string);
    return true;
}

static bool show_custom(struct display *display)
{
    PyObject *presenter = presenter_find(&display->values->objects, display->object);
    if (presenter == NULL) {
        return show_default(display);
    }
    PyObject *result = PyObject_CallFunctionObjArgs(presenter, display->object, NULL);
    Py_DECREF(presenter);
    if (result == NULL) {
        return write_error(display, "presenter");
    }
    if (PyUnicode_Check(result)) {
        write_string(display, result);
        Py_DECREF(result);
        return true;
    }
    render_object(&display->values->renderer, &display->text, result);
    display->presented = result;
    return true;
}

static const struct {
    const char *name;
    bool (*show)(struct display *display);
    bool runs_code;
} displays[] = {
    {"default", show_default, false}, {"type", show_type, false}, {"id", show_id, false},
    {"repr", show_repr, true},        {"str", show_str, true},    {"custom", show_custom, true},
};
enum { DISPLAY_COUNT = sizeof(displays) / sizeof(displays[0]) };

static size_t find_display(const char *name)
{
    size_t kind = 0;
    while (kind < DISPLAY_COUNT && strcmp(displays[kind].name, name) != 0) {
        kind++;
    }
    return kind;
}

/* Write the display; the exception that ended it, owned, or NULL. PROPERTY: of the object, to be read first. */
static PyObject *run_display(struct display *display, size_t kind, PyObject *property, long long request_seq)
{
    struct values *values = display->values;
    if (!displays[kind].runs_code && property == NULL) {
        displays[kind].show(display);
        return NULL;
    }
    bool ok = evaluate_begin(values, request_seq);
    if (ok && property != NULL) {
        PyObject *value = PyObject_GetAttr(display->object, property);
        ok = value != NULL;
        if (ok) {
            Py_DECREF(display->object);
            display->object = value;
        }
    }
    ok = ok && displays[kind].show(display);
    evaluate_end(values);
    return ok ? NULL : PyErr_GetRaisedException();
}

static struct value *describe(struct display *display, struct request *request, long long frame_id)
{
    struct value *body = value_map(request->arena);
    value_set(request->arena, body, "value", value_string(request->arena, display->bytes, display->text.length));
    PyObject *object = display->presented != NULL ? display->presented : display->object;
    variables_describe(display->values, request->arena, body, object, frame_id, NULL);
    return body;
}

struct value *values_handle_display(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    long long number = value_get_int(request->arguments, "variablesReference", 0);
    const char *name = value_get_text(request->arguments, "name", "");
    size_t kind = find_display(value_get_text(request->arguments, "display", "default"));
    const struct reference *reference = variables_find(values, number);
    if (kind == DISPLAY_COUNT) {
        return request_fail(request, ok, "display is default, type, id, repr, str or custom");
    }
    if (reference == NULL) {
        return request_fail(request, ok, "this variable belongs to an earlier stop");
    }
    long long frame_id = reference->frame_id;
    struct found_child found;
    if (!child_find(values, number, name, &found) || found.ambiguous) {
        bool several = found.ambiguous;
        found_child_finish(&found);
        return request_fail(request, ok, several ? "several entries look like %s" : "there is no %s any more", name);
    }
    struct display display = {.values = values, .object = Py_NewRef(found.object)};
    PyObject *property = found.style == CHILD_PROPERTY ? found.key : NULL;
    text_init(&display.text, display.bytes, sizeof(display.bytes), DISPLAY_COLUMNS);
    values->renderer.hex = values_wants_hex(request->arguments);
    PyObject *exception = run_display(&display, kind, property, request->seq);
    struct value *body = NULL;
    if (!evaluate_failed(request, ok, values, exception)) {
        body = describe(&display, request, frame_id);
    }
    values->renderer.hex = false;
    Py_XDECREF(exception);
    Py_XDECREF(display.presented);
    Py_DECREF(display.object);
    found_child_finish(&found);
    PyErr_Clear();
    return body;
}
