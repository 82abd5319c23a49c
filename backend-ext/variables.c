#include "variables.h"

#include "children.h"
#include "members.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

static void clear_reference(struct reference *reference)
{
    Py_CLEAR(reference->object);
    Py_CLEAR(reference->name);
    cursor_finish(&reference->cursor);
    arrangement_destroy(reference->arrangement);
    reference->arrangement = NULL;
    free(reference->expression);
    reference->expression = NULL;
}

void variables_end(struct variables *variables)
{
    /* Unlinked first: dropping the last reference to an object may run code that comes back here. */
    struct reference *references = variables->references;
    size_t count = variables->count;
    variables->base += (long long)count;
    variables->references = NULL;
    variables->count = variables->capacity = 0;
    for (size_t i = 0; i < count; i++) {
        clear_reference(&references[i]);
    }
    free(references);
}

long long variables_add(struct values *values, enum reference_kind kind, PyObject *object, PyObject *name,
                        long long frame_id, const char *expression)
{
    struct variables *variables = &values->variables;
    if (variables->count == variables->capacity) {
        size_t capacity = variables->capacity == 0 ? 128 : variables->capacity * 2;
        void *grown = realloc(variables->references, capacity * sizeof(*variables->references));
        if (grown == NULL) {
            return 0;
        }
        variables->references = grown;
        variables->capacity = capacity;
    }
    variables->references[variables->count++] = (struct reference){
        .kind = kind,
        .object = Py_XNewRef(object),
        .name = Py_XNewRef(name),
        .frame_id = frame_id,
        .expression = expression != NULL ? strdup(expression) : NULL,
    };
    return variables->base + (long long)variables->count;
}

struct reference *variables_find(struct values *values, long long reference)
{
    long long index = reference - values->variables.base - 1;
    bool valid = index >= 0 && index < (long long)values->variables.count;
    return valid ? &values->variables.references[index] : NULL;
}

/* Rows */

static const char *object_kind(PyObject *object)
{
    if (PyType_Check(object)) {
        return "class";
    }
    char type[64];
    object_type_name(Py_TYPE(object), type, sizeof(type));
    static const char *const methods[] = {"function", "builtin_function_or_method", "method", "method_descriptor"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strcmp(type, methods[i]) == 0) {
            return "method";
        }
    }
    return "data";
}

static void set_counts(struct values *values, struct arena *arena, struct value *row, PyObject *object)
{
    Py_ssize_t text = member_long_text(object);
    Py_ssize_t length = text > 0                   ? (text + member_piece(object) - 1) / member_piece(object)
                        : member_is_scalar(object) ? -1
                                                   : render_length(&values->renderer, object);
    if (length >= 0) {
        value_set_int(arena, row,
                      PyDict_Check(object) || Py_TYPE(object) == &PyDictProxy_Type ? "namedVariables"
                                                                                   : "indexedVariables",
                      length);
    }
}

struct value *variables_rendered(struct values *values, struct arena *arena, PyObject *object)
{
    char buffer[RENDER_BYTES];
    struct text text;
    text_init(&text, buffer, sizeof(buffer), RENDER_COLUMNS);
    render_object(&values->renderer, &text, object);
    return value_string(arena, buffer, text.length);
}

void variables_describe(struct values *values, struct arena *arena, struct value *row, PyObject *object,
                        long long frame_id, const char *expression)
{
    char buffer[RENDER_BYTES];
    struct text text;
    text_init(&text, buffer, sizeof(buffer), RENDER_COLUMNS);
    render_type(&values->renderer, &text, object);
    value_set(arena, row, "type", value_string(arena, buffer, text.length));
    long long reference = 0;
    if (member_has_children(values, object)) {
        reference = variables_add(values, REFERENCE_OBJECT, object, NULL, frame_id, expression);
        set_counts(values, arena, row, object);
    }
    value_set_int(arena, row, "variablesReference", reference);
}

struct value *variables_row(struct values *values, struct arena *arena, const char *name, PyObject *object,
                            long long frame_id, const char *expression, const char *kind)
{
    struct value *row = value_map(arena);
    value_set_text(arena, row, "name", name);
    value_set(arena, row, "value", variables_rendered(values, arena, object));
    variables_describe(values, arena, row, object, frame_id, expression);
    if (expression != NULL) {
        value_set_text(arena, row, "evaluateName", expression);
    }
    struct value *hint = value_map(arena);
    value_set_text(arena, hint, "kind", kind != NULL ? kind : object_kind(object));
    if (name[0] != '[') {
        value_set_text(arena, hint, "visibility", group_visibility(name));
    }
    value_set(arena, row, "presentationHint", hint);
    return row;
}

struct value *variables_virtual_row(struct arena *arena, const char *name, const char *text, long long reference,
                                    bool lazy)
{
    struct value *row = value_map(arena);
    value_set_text(arena, row, "name", name);
    value_set_text(arena, row, "value", text);
    value_set_text(arena, row, "type", "");
    value_set_int(arena, row, "variablesReference", reference);
    struct value *hint = value_map(arena);
    value_set_text(arena, hint, "kind", lazy ? "property" : "virtual");
    if (lazy) {
        struct value *attributes = value_array(arena);
        value_append(arena, attributes, value_text(arena, "hasSideEffects"));
        value_set(arena, hint, "attributes", attributes);
        value_set_bool(arena, hint, "lazy", true);
        value_set_text(arena, hint, "visibility", group_visibility(name));
    }
    value_set(arena, row, "presentationHint", hint);
    return row;
}

/* Scopes */

static void add_scope(struct arena *arena, struct value *scopes, const char *name, const char *hint,
                      long long reference, long long count)
{
    struct value *scope = value_map(arena);
    value_set_text(arena, scope, "name", name);
    value_set_text(arena, scope, "presentationHint", hint);
    value_set_int(arena, scope, "variablesReference", reference);
    if (count >= 0) {
        value_set_int(arena, scope, "namedVariables", count);
    }
    value_set_bool(arena, scope, "expensive", strcmp(name, "Globals") == 0);
    value_append(arena, scopes, scope);
}

static bool has_free_variables(PyObject *code)
{
    PyObject *names = locals_names(code, true);
    bool some = names != NULL && PyList_Size(names) > 0;
    Py_XDECREF(names);
    PyErr_Clear();
    return some;
}

/* Return and Exception, on the innermost frame of the stop only, or of an exception of the chain. */
static void add_event_scopes(struct values *values, struct arena *arena, struct value *scopes,
                             struct frame_entry *entry)
{
    long long frame_id = frames_id(&values->frames, entry);
    if (entry->exception != NULL) {
        long long reference = variables_add(values, REFERENCE_EXCEPTION, entry->exception, NULL, frame_id, NULL);
        add_scope(arena, scopes, "Exception", "exception", reference, 1);
        return;
    }
    if (entry != values_frame(values, 0)) {
        return;
    }
    if (values->returns.count > 0) {
        long long reference = variables_add(values, REFERENCE_RETURN, NULL, NULL, frame_id, NULL);
        add_scope(arena, scopes, "Return", "returnValue", reference, (long long)values->returns.count);
    }
    if (values->exception != NULL) {
        long long reference = variables_add(values, REFERENCE_EXCEPTION, values->exception, NULL, frame_id, NULL);
        add_scope(arena, scopes, "Exception", "exception", reference, 1);
    }
}

struct value *variables_scopes(struct values *values, struct arena *arena, struct frame_entry *entry)
{
    struct value *scopes = value_array(arena);
    if (entry->frame == NULL) {
        add_event_scopes(values, arena, scopes, entry);
        return scopes;
    }
    long long id = frames_id(&values->frames, entry);
    PyObject *globals = frames_globals(entry);
    bool module = false;
    if (locals_optimized(entry->code)) {
        add_scope(arena, scopes, "Locals", "locals", variables_add(values, REFERENCE_LOCALS, NULL, NULL, id, NULL), -1);
        if (has_free_variables(entry->code)) {
            add_scope(arena, scopes, "Closure", "locals",
                      variables_add(values, REFERENCE_CLOSURE, NULL, NULL, id, NULL), -1);
        }
    } else {
        PyObject *namespace = locals_namespace(entry->frame);
        module = namespace == globals;
        if (namespace != NULL) {
            enum reference_kind kind = PyDict_Check(namespace) ? REFERENCE_NAMESPACE : REFERENCE_OBJECT;
            add_scope(arena, scopes, "Locals", "locals", variables_add(values, kind, namespace, NULL, id, NULL), -1);
        }
        Py_XDECREF(namespace);
    }
    add_event_scopes(values, arena, scopes, entry);
    if (globals != NULL && !module) {
        add_scope(arena, scopes, "Globals", "globals",
                  variables_add(values, REFERENCE_NAMESPACE, globals, NULL, id, NULL), PyDict_Size(globals));
    }
    Py_XDECREF(globals);
    PyErr_Clear();
    return scopes;
}
