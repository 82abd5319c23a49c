#include "children.h"

#include "members.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define EXPRESSION_SIZE 512

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

bool child_is_literal(PyObject *object, int depth)
{
    if (PyTuple_CheckExact(object) && depth < 3 && PyTuple_Size(object) <= 8) {
        for (Py_ssize_t i = 0; i < PyTuple_Size(object); i++) {
            if (!child_is_literal(PyTuple_GetItem(object, i), depth + 1)) {
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

bool child_key_name(struct values *values, PyObject *key, char *buffer, size_t size)
{
    struct text text;
    text_init(&text, buffer, size, CHILD_NAME_COLUMNS);
    text_open(&text, "[", "]");
    render_object(&values->renderer, &text, key);
    text_close(&text, "]");
    return !text.full && child_is_literal(key, 0);
}

static void add_entry(struct page *page, PyObject *key, PyObject *object)
{
    char name[CHILD_NAME_BYTES];
    char expression[EXPRESSION_SIZE];
    bool whole = child_key_name(page->values, key, name, sizeof(name));
    /* An ellipsis of ours would end in a literal of its own: strings say so by being cut. */
    whole = whole && strstr(name, "\xe2\x80\xa6") == NULL && page->expression[0] != '\0' &&
            (size_t)PyOS_snprintf(expression, sizeof(expression), "%s%s", page->expression, name) < sizeof(expression);
    add_row(page, name, object, whole ? expression : NULL);
}

/* A name of a namespace; plain ones have an expression: PREFIX is "" for variables. */
static void add_name(struct page *page, PyObject *key, PyObject *object, bool variable)
{
    char name[CHILD_NAME_COLUMNS * 4];
    char expression[EXPRESSION_SIZE];
    if (!PyUnicode_Check(key)) {
        child_key_name(page->values, key, name, sizeof(name));
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
    for (size_t i = 0; page->special != NULL && i < MEMBER_SPECIAL_MAX && page->special[i] != NULL; i++) {
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
    for (size_t i = 0; names != NULL && i < MEMBER_SPECIAL_MAX && names[i] != NULL && !stop; i++) {
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
        value_append(page->arena, page->rows, variables_virtual_row(page->arena, name, "", reference, false));
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
    page->special = member_special_names(&page->values->objects, object);
    if (!page->more && !member_slots_are_noise(object, page->special)) {
        object_each_slot(&page->values->objects, object, list_slot, page);
    }
    if (!page->more) {
        list_special(page, object);
    }
    if (!page->more && member_has_properties(&page->values->objects, object)) {
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
        char text[CHILD_NAME_COLUMNS * 4];
        object_copy_text(name, text, sizeof(text));
        PyObject *object = Py_NewRef(variables_find(page->values, page->reference)->object);
        long long reference = variables_add(page->values, REFERENCE_PROPERTY, object, name, page->frame_id,
                                            page->expression[0] != '\0' ? page->expression : NULL);
        Py_DECREF(object);
        value_append(page->arena, page->rows, variables_virtual_row(page->arena, text, "", reference, true));
    }
    return !stop;
}

/* The value of a property: the user asked for it, so its code runs. */
static void list_property_value(struct page *page, PyObject *object, PyObject *name, long long request_seq)
{
    struct values *values = page->values;
    char text[CHILD_NAME_COLUMNS * 4];
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
        value_append(page->arena, page->rows, variables_virtual_row(page->arena, text, buffer, 0, false));
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
    char name[CHILD_NAME_COLUMNS * 4] = "";
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
        member_each_property(&page->values->objects, reference->object, list_property, page);
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
