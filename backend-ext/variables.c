#include "variables.h"

#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define NAME_COLUMNS    80
#define EXPRESSION_SIZE 512
#define KEY_WALK_LIMIT  200000 /* entries looked through for a key that has no literal */

static void clear_reference(struct reference *reference)
{
    Py_CLEAR(reference->object);
    Py_CLEAR(reference->name);
    Py_CLEAR(reference->cursor.iterator);
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

/* What an object has besides items */

#define SPECIAL_MAX 8

/* Members of the interpreter's own types that are worth a row. Their other members are noise. */
static const struct {
    const char *type;
    const char *members[SPECIAL_MAX];
} special_members[] = {
    {"function", {"__qualname__", "__module__", "__defaults__", "__kwdefaults__", "__closure__", "__code__"}},
    {"method", {"__self__", "__func__"}},
    {"builtin_function_or_method", {"__name__", "__module__"}},
    {"generator", {"__qualname__", "gi_frame", "gi_running", "gi_code"}},
    {"coroutine", {"__qualname__", "cr_frame", "cr_running", "cr_code"}},
    {"async_generator", {"__qualname__", "ag_frame", "ag_running", "ag_code"}},
    {"code", {"co_qualname", "co_filename", "co_firstlineno", "co_varnames", "co_freevars", "co_consts", "co_names"}},
    {"frame", {"f_code", "f_back", "f_lineno", "f_globals"}},
    {"traceback", {"tb_frame", "tb_lineno", "tb_next"}},
    {"property", {"fget", "fset", "fdel", "__doc__"}},
    {"staticmethod", {"__func__"}},
    {"classmethod", {"__func__"}},
    {"cell", {"cell_contents"}},
    {"slice", {"start", "stop", "step"}},
    {"range", {"start", "stop", "step"}},
    {"complex", {"real", "imag"}},
    {"memoryview", {"nbytes", "format", "shape", "readonly", "obj"}},
    {"partial", {"func", "args", "keywords"}},
    {"ndarray", {"shape", "dtype", "ndim", "size", "strides", "nbytes", "base"}},
    {"datetime", {"year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"}},
    {"date", {"year", "month", "day"}},
    {"time", {"hour", "minute", "second", "microsecond", "tzinfo"}},
    {"timedelta", {"days", "seconds", "microseconds"}},
};
static const char *const exception_members[] = {"args", "__cause__", "__context__", "__traceback__", NULL};

/* The row of special members for TYPE or the C type that it derives from; NULL if none. */
static const char *const *special_names(const struct objects *objects, PyObject *object)
{
    if (PyExceptionInstance_Check(object)) {
        return exception_members;
    }
    PyObject *mro = object_type_mro(objects, Py_TYPE(object));
    const char *const *found = NULL;
    for (Py_ssize_t i = 0; mro != NULL && found == NULL && i < PyTuple_Size(mro); i++) {
        char name[64];
        object_type_name((PyTypeObject *)PyTuple_GetItem(mro, i), name, sizeof(name));
        for (size_t row = 0; row < sizeof(special_members) / sizeof(special_members[0]) && found == NULL; row++) {
            found = strcmp(special_members[row].type, name) == 0 ? special_members[row].members : NULL;
        }
    }
    Py_XDECREF(mro);
    return found;
}

/* Call EACH for the properties that the classes of OBJECT define in Python, until it gives false. */
static void each_property(const struct objects *objects, PyObject *object, bool (*each)(void *, PyObject *), void *data)
{
    PyObject *mro = PyType_Check(object) ? NULL : object_type_mro(objects, Py_TYPE(object));
    bool go_on = true;
    for (Py_ssize_t i = 0; mro != NULL && go_on && i < PyTuple_Size(mro); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GetItem(mro, i);
        PyObject *dict = object_type_is_heap(base) ? object_type_dict(objects, base) : NULL;
        Py_ssize_t position = 0;
        PyObject *key, *entry;
        while (dict != NULL && go_on && PyDict_Next(dict, &position, &key, &entry)) {
            if (Py_TYPE(entry) == &PyProperty_Type && PyUnicode_CheckExact(key)) {
                go_on = each(data, key);
            }
        }
        Py_XDECREF(dict);
    }
    Py_XDECREF(mro);
}

static bool note_property(void *data, PyObject *name)
{
    (void)name;
    *(bool *)data = true;
    return false;
}

static bool has_properties(const struct objects *objects, PyObject *object)
{
    bool found = false;
    each_property(objects, object, note_property, &found);
    return found;
}

static bool note_slot(void *data, PyObject *name, PyObject *value)
{
    (void)name;
    (void)value;
    *(bool *)data = true;
    return false;
}

/* Values that never have children: most of what one sees. */
static bool is_scalar(PyObject *object)
{
    PyTypeObject *const scalars[] = {&PyUnicode_Type, &PyLong_Type,  &PyFloat_Type,
                                     &PyBool_Type,    &PyBytes_Type, &PyByteArray_Type};
    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        if (Py_TYPE(object) == scalars[i]) {
            return true;
        }
    }
    return object == Py_None || object == Py_Ellipsis || object == Py_NotImplemented;
}

static bool has_children(struct values *values, PyObject *object)
{
    if (is_scalar(object)) {
        return false;
    }
    if (render_length(&values->renderer, object) > 0 || PyType_Check(object) || PyModule_Check(object)) {
        return true;
    }
    PyObject *dict = object_dict(&values->objects, object);
    bool found = dict != NULL && PyDict_Size(dict) > 0;
    Py_XDECREF(dict);
    if (!found) {
        object_each_slot(&values->objects, object, note_slot, &found);
    }
    return found || special_names(&values->objects, object) != NULL || has_properties(&values->objects, object);
}

/* Rows */

static const char *visibility(const char *name)
{
    size_t length = strlen(name);
    if (length > 4 && strncmp(name, "__", 2) == 0 && strcmp(name + length - 2, "__") == 0) {
        return "internal";
    }
    if (strncmp(name, "__", 2) == 0) {
        return "private";
    }
    const char *mangled = name[0] == '_' && name[1] != '\0' ? strstr(name + 1, "__") : NULL;
    return mangled != NULL && mangled[2] != '\0' ? "private" : name[0] == '_' ? "protected" : "public";
}

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
    Py_ssize_t length = is_scalar(object) ? -1 : render_length(&values->renderer, object);
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
    if (has_children(values, object)) {
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
        value_set_text(arena, hint, "visibility", visibility(name));
    }
    value_set(arena, row, "presentationHint", hint);
    return row;
}

/* A row of ours that only opens to others. */
static struct value *virtual_row(struct arena *arena, const char *name, const char *text, long long reference,
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
        value_set_text(arena, hint, "visibility", visibility(name));
    }
    value_set(arena, row, "presentationHint", hint);
    return row;
}

/* Pages: rows are offered in order; those before the start are skipped, those after the end only noted. */

struct page {
    struct values *values;
    struct arena *arena;
    struct value *rows;
    size_t skip, left;
    bool more;
    /* Of the reference, whose address may change while rows are made. */
    long long reference;
    long long frame_id;
    const char *expression;     /* a copy; "" for none */
    const char *const *special; /* names of the object's special members; NULL for none */
};

/* Whether the next row is to be made. *STOP: the page is full. */
static bool page_wants(struct page *page, bool *stop)
{
    if (page->skip > 0) {
        page->skip--;
        return false;
    }
    if (page->left == 0) {
        page->more = true;
        *stop = true;
        return false;
    }
    page->left--;
    return true;
}

static void add_row(struct page *page, const char *name, PyObject *object, const char *expression)
{
    value_append(page->arena, page->rows,
                 variables_row(page->values, page->arena, name, object, page->frame_id, expression, NULL));
}

/* The row of the item at INDEX; with EVALUABLE it can be written as such. */
static void add_item(struct page *page, Py_ssize_t index, PyObject *item, bool evaluable)
{
    char name[32];
    char expression[EXPRESSION_SIZE];
    PyOS_snprintf(name, sizeof(name), "[%lld]", (long long)index);
    evaluable =
        evaluable && page->expression[0] != '\0' &&
        (size_t)PyOS_snprintf(expression, sizeof(expression), "%s%s", page->expression, name) < sizeof(expression);
    add_row(page, name, item, evaluable ? expression : NULL);
}

/* Whether OBJECT can be written down as a literal that gives an equal object. */
static bool is_literal(PyObject *object, int depth)
{
    if (PyTuple_CheckExact(object) && depth < 3 && PyTuple_Size(object) <= 8) {
        for (Py_ssize_t i = 0; i < PyTuple_Size(object); i++) {
            if (!is_literal(PyTuple_GetItem(object, i), depth + 1)) {
                return false;
            }
        }
        return true;
    }
    if (PyFloat_CheckExact(object)) {
        double number = PyFloat_AsDouble(object);
        return number - number == 0; /* neither infinite nor NaN */
    }
    return object == Py_None || PyUnicode_CheckExact(object) || PyLong_CheckExact(object) || PyBool_Check(object) ||
           PyBytes_CheckExact(object);
}

/* [key], bounded; true when it is the whole literal, so that it can be evaluated. */
static bool key_name(struct values *values, PyObject *key, char *buffer, size_t size)
{
    struct text text;
    text_init(&text, buffer, size, NAME_COLUMNS);
    text_open(&text, "[", "]");
    render_object(&values->renderer, &text, key);
    text_close(&text, "]");
    return !text.full && is_literal(key, 0);
}

static void add_entry(struct page *page, PyObject *key, PyObject *object)
{
    char name[NAME_COLUMNS * 4 + 32];
    char expression[EXPRESSION_SIZE];
    bool whole = key_name(page->values, key, name, sizeof(name));
    /* An ellipsis of ours would end in a literal of its own: strings say so by being cut. */
    whole = whole && strstr(name, "\xe2\x80\xa6") == NULL && page->expression[0] != '\0' &&
            (size_t)PyOS_snprintf(expression, sizeof(expression), "%s%s", page->expression, name) < sizeof(expression);
    add_row(page, name, object, whole ? expression : NULL);
}

/* A name of a namespace; plain ones have an expression: PREFIX is "" for variables. */
static void add_name(struct page *page, PyObject *key, PyObject *object, bool variable)
{
    char name[NAME_COLUMNS * 4];
    char expression[EXPRESSION_SIZE];
    if (!PyUnicode_Check(key)) {
        key_name(page->values, key, name, sizeof(name));
        add_row(page, name, object, NULL);
        return;
    }
    object_copy_text(key, name, sizeof(name));
    bool identifier = PyUnicode_CheckExact(key) && PyUnicode_IsIdentifier(key) == 1;
    bool evaluable = identifier && (variable || page->expression[0] != '\0') &&
                     (size_t)PyOS_snprintf(expression, sizeof(expression), "%s%s%s", variable ? "" : page->expression,
                                           variable ? "" : ".", name) < sizeof(expression);
    add_row(page, name, object, evaluable ? expression : NULL);
}

/* Items of anything that is indexed fast, by the base type's own function. */
static void list_sequence(struct page *page, PyObject *object, Py_ssize_t length)
{
    PyTypeObject *base = PyList_Check(object)               ? &PyList_Type
                         : PyTuple_Check(object)            ? &PyTuple_Type
                         : Py_TYPE(object) == &PyRange_Type ? &PyRange_Type
                                                            : page->values->renderer.known[KNOWN_DEQUE];
    void *slot = base != NULL ? PyType_GetSlot(base, Py_sq_item) : NULL;
    ssizeargfunc item_at;
    memcpy(&item_at, &slot, sizeof(item_at));
    if ((size_t)length <= page->skip) {
        page->skip -= (size_t)length;
        return;
    }
    bool stop = false;
    Py_ssize_t index = (Py_ssize_t)page->skip;
    page->skip = 0;
    for (; index < length && item_at != NULL; index++) {
        if (!page_wants(page, &stop)) {
            return;
        }
        PyObject *item = item_at(object, index);
        if (item == NULL) {
            PyErr_Clear();
            return;
        }
        add_item(page, index, item, true);
        Py_DECREF(item);
    }
}

enum name_filter { NAMES_ALL, NAMES_PLAIN, NAMES_DUNDER };
enum name_style { STYLE_ENTRY, STYLE_ATTRIBUTE, STYLE_VARIABLE };

/* Entries of a dict, from where the last page ended if USE_CURSOR. */
static void list_dict(struct page *page, PyObject *dict, enum name_filter filter, enum name_style style,
                      bool use_cursor)
{
    struct reference *reference = variables_find(page->values, page->reference);
    Py_ssize_t position = 0, before = 0, index = 0;
    if (use_cursor && (size_t)reference->cursor.index <= page->skip) {
        position = before = reference->cursor.position;
        index = reference->cursor.index;
        page->skip -= (size_t)index;
    }
    PyObject *key, *object;
    bool stop = false;
    while (PyDict_Next(dict, &position, &key, &object)) {
        if (filter == NAMES_ALL || object_is_dunder(key) == (filter == NAMES_DUNDER)) {
            bool wanted = page_wants(page, &stop);
            if (stop) {
                break;
            }
            index++;
            if (wanted && style == STYLE_ENTRY) {
                add_entry(page, key, object);
            } else if (wanted) {
                add_name(page, key, object, style == STYLE_VARIABLE);
            }
        }
        before = position;
    }
    if (use_cursor) {
        reference = variables_find(page->values, page->reference);
        reference->cursor.index = index;
        reference->cursor.position = before;
    }
}

/* Items of a set, in its own order, from where the last page ended. */
static void list_set(struct page *page, PyObject *set)
{
    struct reference *reference = variables_find(page->values, page->reference);
    PyObject *iterator = reference->cursor.iterator;
    Py_ssize_t index = reference->cursor.index;
    reference->cursor.iterator = NULL;
    if (iterator == NULL || (size_t)index > page->skip) {
        Py_XDECREF(iterator);
        iterator = object_base_call(&PySet_Type, Py_tp_iter, set);
        index = 0;
    }
    page->skip -= (size_t)index;
    bool stop = false;
    while (iterator != NULL && index < PySet_Size(set)) {
        bool wanted = page_wants(page, &stop);
        if (stop) {
            break;
        }
        PyObject *item = PyIter_Next(iterator);
        if (item == NULL) {
            PyErr_Clear(); /* it was changed meanwhile: the next page begins anew */
            Py_CLEAR(iterator);
            index = 0;
            break;
        }
        if (wanted) {
            add_item(page, index, item, false);
        }
        index++;
        Py_DECREF(item);
    }
    reference = variables_find(page->values, page->reference);
    reference->cursor.iterator = iterator;
    reference->cursor.index = iterator != NULL ? index : 0;
}

/* A slot that is no special member, which come later. */
static bool list_slot(void *data, PyObject *name, PyObject *object)
{
    struct page *page = data;
    bool stop = false;
    for (size_t i = 0; page->special != NULL && i < SPECIAL_MAX && page->special[i] != NULL; i++) {
        if (PyUnicode_CompareWithASCIIString(name, page->special[i]) == 0) {
            return true;
        }
    }
    if (page_wants(page, &stop)) {
        add_name(page, name, object, false);
    }
    return !stop;
}

static void list_special(struct page *page, PyObject *object)
{
    const char *const *names = page->special;
    bool stop = false;
    for (size_t i = 0; names != NULL && i < SPECIAL_MAX && names[i] != NULL && !stop; i++) {
        PyObject *value = object_member(&page->values->objects, Py_TYPE(object), names[i], object);
        PyObject *name = value != NULL ? PyUnicode_FromString(names[i]) : NULL;
        if (name != NULL && page_wants(page, &stop)) {
            add_name(page, name, value, false);
        }
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
}

/* A row of ours that stands for others of the same object. */
static void list_group(struct page *page, const char *name, enum reference_kind kind, PyObject *object)
{
    bool stop = false;
    if (page_wants(page, &stop)) {
        const char *expression = page->expression[0] != '\0' ? page->expression : NULL;
        long long reference = variables_add(page->values, kind, object, NULL, page->frame_id, expression);
        value_append(page->arena, page->rows, virtual_row(page->arena, name, "", reference, false));
    }
}

/* Names of OWNER, a module, a class or a namespace itself: its dunder names are gathered in a group. */
static void list_namespace(struct page *page, PyObject *owner, PyObject *dict)
{
    list_dict(page, dict, NAMES_PLAIN, owner == dict ? STYLE_VARIABLE : STYLE_ATTRIBUTE, true);
    if (page->more) {
        return;
    }
    Py_ssize_t position = 0;
    PyObject *key, *object;
    while (PyDict_Next(dict, &position, &key, &object)) {
        if (object_is_dunder(key)) {
            list_group(page, "special variables", REFERENCE_SPECIAL, owner);
            return;
        }
    }
}

static void list_special_names(struct page *page, PyObject *owner)
{
    if (PyDict_Check(owner)) {
        list_dict(page, owner, NAMES_DUNDER, STYLE_VARIABLE, true);
        return;
    }
    PyObject *dict = object_dict(&page->values->objects, owner);
    if (dict != NULL) {
        list_dict(page, dict, NAMES_DUNDER, STYLE_ATTRIBUTE, true);
        Py_DECREF(dict);
    }
}

static void list_attributes(struct page *page, PyObject *object, bool use_cursor)
{
    PyObject *dict = object_dict(&page->values->objects, object);
    if (dict != NULL && (PyModule_Check(object) || PyType_Check(object))) {
        list_namespace(page, object, dict);
    } else if (dict != NULL) {
        list_dict(page, dict, NAMES_ALL, STYLE_ATTRIBUTE, use_cursor);
    }
    Py_XDECREF(dict);
    if (PyModule_Check(object) || PyType_Check(object)) {
        return;
    }
    page->special = special_names(&page->values->objects, object);
    bool noise = page->special != NULL && page->special != exception_members && !object_type_is_heap(Py_TYPE(object));
    if (!page->more && !noise) {
        object_each_slot(&page->values->objects, object, list_slot, page);
    }
    if (!page->more) {
        list_special(page, object);
    }
    if (!page->more && has_properties(&page->values->objects, object)) {
        list_group(page, "properties", REFERENCE_PROPERTIES, object);
    }
}

static void list_object(struct page *page, PyObject *object, unsigned filter)
{
    PyObject *proxied = object_proxied_dict(object);
    object = proxied != NULL ? proxied : object;
    Py_ssize_t length = render_length(&page->values->renderer, object);
    bool dict = PyDict_Check(object);
    bool set = PyAnySet_Check(object);
    if (dict && (filter & CHILDREN_NAMED) != 0) {
        list_dict(page, object, NAMES_ALL, STYLE_ENTRY, true);
    } else if (set && (filter & CHILDREN_INDEXED) != 0) {
        list_set(page, object);
    } else if (!dict && !set && length >= 0 && (filter & CHILDREN_INDEXED) != 0) {
        list_sequence(page, object, length);
    }
    if (!page->more && (filter & CHILDREN_NAMED) != 0) {
        list_attributes(page, object, !dict && !set);
    }
}

static void list_frame(struct page *page, const struct frame_entry *entry, bool free)
{
    PyObject *names = locals_names(entry->code, free);
    bool stop = false;
    for (Py_ssize_t i = 0; names != NULL && i < PyList_Size(names) && !stop; i++) {
        PyObject *name = PyList_GetItem(names, i);
        PyObject *object = locals_get(&page->values->locals, entry->frame, name);
        if (object != NULL && page_wants(page, &stop)) {
            add_name(page, name, object, true);
        }
        Py_XDECREF(object);
    }
    Py_XDECREF(names);
    PyObject *extra =
        !free && values_has_added_names(page->values, entry->code) ? locals_extra(entry->frame, entry->code) : NULL;
    for (Py_ssize_t i = 0; extra != NULL && i < PyList_Size(extra) && !stop; i++) {
        PyObject *pair = PyList_GetItem(extra, i);
        if (page_wants(page, &stop)) {
            add_name(page, PyTuple_GetItem(pair, 0), PyTuple_GetItem(pair, 1), true);
        }
    }
    Py_XDECREF(extra);
    PyErr_Clear();
}

static bool list_property(void *data, PyObject *name)
{
    struct page *page = data;
    bool stop = false;
    if (page_wants(page, &stop)) {
        char text[NAME_COLUMNS * 4];
        object_copy_text(name, text, sizeof(text));
        PyObject *object = Py_NewRef(variables_find(page->values, page->reference)->object);
        long long reference = variables_add(page->values, REFERENCE_PROPERTY, object, name, page->frame_id,
                                            page->expression[0] != '\0' ? page->expression : NULL);
        Py_DECREF(object);
        value_append(page->arena, page->rows, virtual_row(page->arena, text, "", reference, true));
    }
    return !stop;
}

/* The value of a property: the user asked for it, so its code runs. */
static void list_property_value(struct page *page, PyObject *object, PyObject *name, long long request_seq)
{
    struct values *values = page->values;
    char text[NAME_COLUMNS * 4];
    char buffer[RENDER_BYTES];
    bool stop = false;
    if (!page_wants(page, &stop)) {
        return;
    }
    object_copy_text(name, text, sizeof(text));
    values->hooks.before_python(values->hooks.data, request_seq);
    PyObject *value = PyObject_GetAttr(object, name);
    PyObject *error = value == NULL ? PyErr_GetRaisedException() : NULL;
    values->hooks.after_python(values->hooks.data);
    if (value != NULL) {
        char expression[EXPRESSION_SIZE];
        bool whole = page->expression[0] != '\0' && (size_t)PyOS_snprintf(expression, sizeof(expression), "%s.%s",
                                                                          page->expression, text) < sizeof(expression);
        add_row(page, text, value, whole ? expression : NULL);
        Py_DECREF(value);
    } else if (error != NULL) {
        struct text rendered;
        text_init(&rendered, buffer, sizeof(buffer), RENDER_COLUMNS);
        text_open(&rendered, "<raised ", ">");
        render_object(&values->renderer, &rendered, error);
        text_close(&rendered, ">");
        value_append(page->arena, page->rows, virtual_row(page->arena, text, buffer, 0, false));
        Py_DECREF(error);
    }
}

static void list_one(struct page *page, const char *name, PyObject *object)
{
    bool stop = false;
    if (page_wants(page, &stop)) {
        add_row(page, name, object, NULL);
    }
}

static void list_children(struct page *page, const struct reference *reference, const struct page_request *wanted)
{
    struct frame_entry *entry = frames_entry(&page->values->frames, reference->frame_id);
    char name[NAME_COLUMNS * 4] = "";
    switch (reference->kind) {
    case REFERENCE_OBJECT:
        list_object(page, reference->object, wanted->filter);
        break;
    case REFERENCE_LOCALS:
    case REFERENCE_CLOSURE:
        if (entry != NULL && entry->frame != NULL) {
            list_frame(page, entry, reference->kind == REFERENCE_CLOSURE);
        }
        break;
    case REFERENCE_NAMESPACE:
        list_namespace(page, reference->object, reference->object);
        break;
    case REFERENCE_SPECIAL:
        list_special_names(page, reference->object);
        break;
    case REFERENCE_RETURN:
        if (reference->name != NULL) {
            object_copy_text(reference->name, name, sizeof(name));
        }
        list_one(page, name, reference->object);
        break;
    case REFERENCE_EXCEPTION:
        list_one(page, "exception", reference->object);
        break;
    case REFERENCE_PROPERTIES:
        each_property(&page->values->objects, reference->object, list_property, page);
        break;
    case REFERENCE_PROPERTY:
        list_property_value(page, reference->object, reference->name, wanted->request_seq);
        break;
    }
}

struct value *variables_page(struct values *values, struct arena *arena, const struct page_request *wanted, bool *more)
{
    struct value *rows = value_array(arena);
    *more = false;
    struct reference *found = variables_find(values, wanted->reference);
    if (found == NULL) {
        return rows;
    }
    /* A copy: the table moves, and code that runs for a property may end the stop's references. */
    struct reference reference = *found;
    Py_XINCREF(reference.object);
    Py_XINCREF(reference.name);
    char *expression = arena_printf(arena, "%s", reference.expression != NULL ? reference.expression : "");
    if (expression != NULL) {
        struct page page = {.values = values,
                            .arena = arena,
                            .rows = rows,
                            .skip = wanted->start,
                            .left = wanted->count,
                            .reference = wanted->reference,
                            .frame_id = reference.frame_id,
                            .expression = expression};
        list_children(&page, &reference, wanted);
        *more = page.more;
    }
    Py_XDECREF(reference.object);
    Py_XDECREF(reference.name);
    PyErr_Clear();
    return rows;
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

/* Return and Exception, on the innermost frame only. */
static void add_event_scopes(struct values *values, struct arena *arena, struct value *scopes,
                             struct frame_entry *entry)
{
    if (entry != values_frame(values, 0)) {
        return;
    }
    long long frame_id = frames_id(&values->frames, entry);
    if (values->returned != NULL) {
        long long reference =
            variables_add(values, REFERENCE_RETURN, values->returned, values->returned_from, frame_id, NULL);
        add_scope(arena, scopes, "Return", "returnValue", reference, 1);
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

/* Assigning */

/* The key that NAME, "[literal]", spells and DICT has: new reference, or NULL without an error. */
static PyObject *literal_key(PyObject *dict, const char *name)
{
    char literal[NAME_COLUMNS * 4 + 32];
    size_t length = strlen(name);
    if (length < 3 || length >= sizeof(literal) || name[length - 1] != ']') {
        return NULL;
    }
    memcpy(literal, name + 1, length - 2);
    literal[length - 2] = '\0';
    PyObject *code = Py_CompileString(literal, "<key>", Py_eval_input);
    PyObject *globals = code != NULL ? PyDict_New() : NULL;
    PyObject *nothing = globals != NULL ? PyDict_New() : NULL;
    PyObject *key = NULL;
    if (nothing != NULL && PyDict_SetItemString(globals, "__builtins__", nothing) == 0) {
        key = PyEval_EvalCode(code, globals, globals);
    }
    if (key != NULL && (!is_literal(key, 0) || PyDict_Contains(dict, key) != 1)) {
        Py_CLEAR(key);
    }
    Py_XDECREF(nothing);
    Py_XDECREF(globals);
    Py_XDECREF(code);
    PyErr_Clear();
    return key;
}

/* The key that the row NAME of a dict stands for: new reference, or NULL with a Python error. */
static PyObject *find_key(struct values *values, PyObject *dict, const char *name)
{
    PyObject *literal = literal_key(dict, name);
    if (literal != NULL) {
        return literal;
    }
    Py_ssize_t position = 0;
    PyObject *key, *object;
    char candidate[NAME_COLUMNS * 4 + 32];
    for (long i = 0; i < KEY_WALK_LIMIT && PyDict_Next(dict, &position, &key, &object); i++) {
        key_name(values, key, candidate, sizeof(candidate));
        if (strcmp(candidate, name) == 0) {
            return Py_NewRef(key);
        }
    }
    PyErr_Format(PyExc_KeyError, "there is no entry %s to assign to", name);
    return NULL;
}

static bool assign_item(struct values *values, PyObject *object, const char *name, PyObject *value)
{
    PyObject *key = NULL;
    if (PyDict_Check(object)) {
        key = find_key(values, object, name);
    } else if (PyAnySet_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "items of a set cannot be assigned to");
    } else {
        key = PyLong_FromLongLong(strtoll(name + 1, NULL, 10));
    }
    bool ok = key != NULL && PyObject_SetItem(object, key, value) == 0;
    Py_XDECREF(key);
    return ok;
}

static bool assign_named(struct values *values, const struct reference *reference, PyObject *name, PyObject *value)
{
    struct frame_entry *entry = frames_entry(&values->frames, reference->frame_id);
    switch (reference->kind) {
    case REFERENCE_LOCALS:
    case REFERENCE_CLOSURE:
        if (entry == NULL || entry->frame == NULL) {
            break;
        }
        return locals_set(&values->locals, entry->frame, name, value);
    case REFERENCE_NAMESPACE:
        return PyObject_SetItem(reference->object, name, value) == 0;
    case REFERENCE_SPECIAL:
        return (PyDict_Check(reference->object) ? PyObject_SetItem(reference->object, name, value)
                                                : PyObject_SetAttr(reference->object, name, value)) == 0;
    case REFERENCE_OBJECT:
    case REFERENCE_PROPERTIES:
    case REFERENCE_PROPERTY:
        return PyObject_SetAttr(reference->object, name, value) == 0;
    case REFERENCE_RETURN:
    case REFERENCE_EXCEPTION:
        break;
    }
    PyErr_SetString(PyExc_TypeError, "this value cannot be assigned to");
    return false;
}

bool variables_assign(struct values *values, long long reference, const char *name, PyObject *value)
{
    struct reference *found = variables_find(values, reference);
    if (found == NULL) {
        PyErr_SetString(PyExc_LookupError, "this variable belongs to an earlier stop");
        return false;
    }
    struct reference copy = *found;
    Py_XINCREF(copy.object);
    bool ok;
    if (copy.kind == REFERENCE_OBJECT && name[0] == '[') {
        ok = assign_item(values, copy.object, name, value);
    } else {
        PyObject *key = PyUnicode_FromString(name);
        ok = key != NULL && assign_named(values, &copy, key, value);
        Py_XDECREF(key);
    }
    Py_XDECREF(copy.object);
    return ok;
}
