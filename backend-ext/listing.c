/* What children each kind of reference has, in their own order. Runs no code of the program, but for
 * the value of a property that was asked for. */
#include "children.h"
#include "evaluate.h"
#include "members.h"
#include "requests.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define GROUPED_MAX 100000 /* names; more of them are entries of a table rather than attributes */

/* Items of anything that is indexed fast, by the base type's own function. */
static void list_sequence(struct page *page, PyObject *object, Py_ssize_t length)
{
    Py_ssize_t index = 0;
    if (page_can_skip(page)) {
        index = (size_t)length < page->skip ? length : (Py_ssize_t)page->skip;
        page->skip -= (size_t)index;
    }
    bool go_on = true;
    for (; index < length && go_on; index++) {
        PyObject *item = render_sequence_item(&page->values->renderer, object, index);
        if (item == NULL) {
            return;
        }
        go_on = page_offer(page, &(struct child){.style = CHILD_ITEM, .object = item, .index = index});
        Py_DECREF(item);
    }
}

/* Where a walk begins, with the rows before it taken off those to skip. NULL cursor: at the beginning. */
static struct cursor_place begin_walk(struct page *page, struct cursor *cursor, Py_ssize_t size)
{
    if (cursor == NULL || !page_can_skip(page)) {
        return (struct cursor_place){0};
    }
    cursor_refresh(cursor, size, page->values->epoch);
    struct cursor_place place = cursor_seek(cursor, page->skip);
    page->skip -= place.row;
    return place;
}

static void end_walk(struct page *page, struct cursor *cursor, struct cursor_place place)
{
    if (cursor != NULL && page_can_skip(page)) {
        cursor_stop(cursor, place);
    }
}

/* The cursor of the page's own reference. It moves with the table: not to be kept while rows are made. */
static struct cursor *own_cursor(struct page *page)
{
    struct reference *reference = variables_find(page->values, page->reference);
    return reference != NULL ? &reference->cursor : NULL;
}

struct walk {
    struct page *page;
    PyObject *dict;
    enum child_style style;
    enum name_group group; /* GROUP_ALL: all */
    bool namespace;        /* of a module or class */
    bool use_cursor;
};

/* Entries of a dict that are in the group. False when no more are wanted. */
static bool list_dict(const struct walk *walk)
{
    struct page *page = walk->page;
    bool placed = walk->use_cursor && page_can_skip(page);
    struct cursor_place place = begin_walk(page, placed ? own_cursor(page) : NULL, PyDict_Size(walk->dict));
    Py_ssize_t next = place.position;
    PyObject *key, *object;
    bool go_on = true;
    while (PyDict_Next(walk->dict, &next, &key, &object)) {
        if (walk->group == GROUP_ALL || group_of(&page->values->objects, key, object, walk->namespace) == walk->group) {
            go_on = page_offer(page, &(struct child){.style = walk->style, .key = key, .object = object});
            if (!go_on) {
                break;
            }
            place.row++;
        }
        place.position = next;
        if (placed && place.row % 256 == 0) {
            cursor_pass(own_cursor(page), place);
        }
    }
    end_walk(page, placed ? own_cursor(page) : NULL, place);
    return go_on;
}

/* Items of a set whose entries can be reached by position. */
static void list_set(struct page *page, PyObject *set)
{
    const struct objects *objects = &page->values->objects;
    struct cursor_place place = begin_walk(page, own_cursor(page), PySet_Size(set));
    Py_ssize_t next = place.position;
    PyObject *item;
    while ((item = object_set_next(objects, set, &next)) != NULL) {
        bool go_on = page_offer(
            page, &(struct child){.style = CHILD_ITEM, .object = item, .index = (Py_ssize_t)place.row, .opaque = true});
        Py_DECREF(item);
        if (!go_on) {
            break;
        }
        place.row++;
        place.position = next;
        if (page_can_skip(page) && place.row % 256 == 0) {
            cursor_pass(own_cursor(page), place);
        }
    }
    end_walk(page, own_cursor(page), place);
}

/* The same where they cannot: from the first one each time. */
static void list_set_from_start(struct page *page, PyObject *set)
{
    PyObject *iterator = object_base_call(&PySet_Type, Py_tp_iter, set);
    PyObject *item;
    bool go_on = true;
    for (Py_ssize_t i = 0; go_on && iterator != NULL && (item = PyIter_Next(iterator)) != NULL; i++) {
        go_on = page_offer(page, &(struct child){.style = CHILD_ITEM, .object = item, .index = i, .opaque = true});
        Py_DECREF(item);
    }
    Py_XDECREF(iterator);
    PyErr_Clear();
}

/* Names */

struct slot_walk {
    struct page *page;
    enum name_group group;
    size_t *counts; /* NULL: offer them */
    bool go_on;
};

static bool is_special_member(const struct page *page, PyObject *name)
{
    for (size_t i = 0; page->special != NULL && i < MEMBER_SPECIAL_MAX && page->special[i] != NULL; i++) {
        if (PyUnicode_CompareWithASCIIString(name, page->special[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A slot that is no special member, which come later. */
static bool list_slot(void *data, PyObject *name, PyObject *object)
{
    struct slot_walk *walk = data;
    enum name_group group = group_of(&walk->page->values->objects, name, object, false);
    if (is_special_member(walk->page, name)) {
        return true;
    }
    if (walk->counts != NULL) {
        walk->counts[group]++;
    } else if (walk->group == GROUP_ALL || walk->group == group) {
        walk->go_on = page_offer(walk->page, &(struct child){.style = CHILD_ATTRIBUTE, .key = name, .object = object});
    }
    return walk->go_on;
}

static bool list_slots(struct page *page, PyObject *object, enum name_group group, size_t *counts)
{
    struct slot_walk walk = {.page = page, .group = group, .counts = counts, .go_on = true};
    if (!member_slots_are_noise(object, page->special)) {
        object_each_slot(&page->values->objects, object, list_slot, &walk);
    }
    return walk.go_on;
}

static bool list_method(void *data, PyObject *name, PyObject *object)
{
    struct slot_walk *walk = data;
    if (walk->counts != NULL) {
        walk->counts[GROUP_METHODS]++;
    } else {
        walk->go_on = page_offer(walk->page, &(struct child){.style = CHILD_ATTRIBUTE, .key = name, .object = object});
    }
    return walk->go_on;
}

static bool list_special(struct page *page, PyObject *object)
{
    const char *const *names = page->special;
    bool go_on = true;
    for (size_t i = 0; names != NULL && i < MEMBER_SPECIAL_MAX && names[i] != NULL && go_on; i++) {
        PyObject *value = object_member(&page->values->objects, Py_TYPE(object), names[i], object);
        PyObject *name = value != NULL ? PyUnicode_FromString(names[i]) : NULL;
        if (name != NULL) {
            go_on = page_offer(page, &(struct child){.style = CHILD_ATTRIBUTE, .key = name, .object = value});
        }
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return go_on;
}

static bool list_property(void *data, PyObject *name)
{
    struct slot_walk *walk = data;
    struct reference *reference = variables_find(walk->page->values, walk->page->reference);
    PyObject *object = Py_NewRef(reference->object);
    walk->go_on = page_offer(walk->page, &(struct child){.style = CHILD_PROPERTY, .key = name, .object = object});
    Py_DECREF(object);
    return walk->go_on;
}

static bool list_properties(struct page *page, PyObject *object)
{
    struct slot_walk walk = {.page = page, .go_on = true};
    member_each_property(&page->values->objects, object, list_property, &walk);
    return walk.go_on;
}

/* The names of OWNER: a module, class or instance, or SCOPE: the dict of a frame's variables. */
struct names {
    PyObject *owner;
    PyObject *dict; /* owned or NULL */
    bool scope;
    bool namespace; /* a scope, module or class */
};

static struct names names_of(const struct page *page, PyObject *owner, bool scope)
{
    struct names names = {.owner = owner, .scope = scope};
    names.namespace = scope || PyModule_Check(owner) || PyType_Check(owner);
    names.dict = scope ? Py_NewRef(owner) : object_dict(&page->values->objects, owner);
    return names;
}

static bool list_names(struct page *page, const struct names *names, enum name_group group, bool use_cursor)
{
    bool go_on = names->dict == NULL || list_dict(&(struct walk){
                                            .page = page,
                                            .dict = names->dict,
                                            .style = names->scope ? CHILD_VARIABLE : CHILD_ATTRIBUTE,
                                            .group = group,
                                            .namespace = names->namespace,
                                            .use_cursor = use_cursor,
                                        });
    if (!go_on || names->namespace) {
        return go_on;
    }
    if (group == GROUP_METHODS || (group == GROUP_ALL && page->match != NULL)) {
        struct slot_walk walk = {.page = page, .go_on = true};
        group_each_method(&page->values->objects, names->owner, list_method, &walk);
        go_on = walk.go_on;
    }
    return go_on && list_slots(page, names->owner, group, NULL);
}

/* How many names each group has. */
static void count_names(struct page *page, const struct names *names, size_t counts[GROUP_COUNT])
{
    Py_ssize_t position = 0;
    PyObject *key, *object;
    while (names->dict != NULL && PyDict_Next(names->dict, &position, &key, &object)) {
        counts[group_of(&page->values->objects, key, object, names->namespace)]++;
    }
    if (!names->namespace) {
        struct slot_walk walk = {.page = page, .counts = counts, .go_on = true};
        list_slots(page, names->owner, GROUP_ALL, counts);
        group_each_method(&page->values->objects, names->owner, list_method, &walk);
    }
}

static bool list_groups(struct page *page, const struct names *names)
{
    size_t counts[GROUP_COUNT] = {0};
    count_names(page, names, counts);
    bool functions = names->scope || PyModule_Check(names->owner);
    bool go_on = true;
    for (int group = GROUP_PROTECTED; group < GROUP_COUNT && go_on; group++) {
        if (counts[group] > 0) {
            go_on = page_offer(page, &(struct child){
                                         .style = CHILD_GROUP,
                                         .text = group_title((enum name_group)group, functions),
                                         .object = names->owner,
                                         .opens = names->scope ? REFERENCE_NAMESPACE_GROUP : REFERENCE_GROUP,
                                         .group = (enum name_group)group,
                                         .count = counts[group],
                                     });
        }
    }
    return go_on;
}

/* All that is known by name. A search looks into the groups. */
static void list_attributes(struct page *page, PyObject *owner, bool scope, bool use_cursor)
{
    struct names names = names_of(page, owner, scope);
    bool grouped = page->match == NULL && (names.dict == NULL || PyDict_Size(names.dict) <= GROUPED_MAX);
    page->special = names.namespace ? NULL : member_special_names(&page->values->objects, owner);
    bool go_on = list_names(page, &names, grouped ? GROUP_PUBLIC : GROUP_ALL, use_cursor);
    if (!names.namespace) {
        go_on = go_on && list_special(page, owner);
    }
    if (go_on && grouped) {
        go_on = list_groups(page, &names);
    }
    if (go_on && !names.namespace && page->match != NULL) {
        list_properties(page, owner);
    } else if (go_on && !names.namespace && member_has_properties(&page->values->objects, owner)) {
        page_offer(page,
                   &(struct child){
                       .style = CHILD_GROUP, .text = "properties", .object = owner, .opens = REFERENCE_PROPERTIES});
    }
    Py_XDECREF(names.dict);
}

static void list_group(struct page *page, const struct reference *reference)
{
    struct names names = names_of(page, reference->object, reference->kind == REFERENCE_NAMESPACE_GROUP);
    page->special = names.namespace ? NULL : member_special_names(&page->values->objects, reference->object);
    list_names(page, &names, reference->group, true);
    Py_XDECREF(names.dict);
}

/* A new reference to what of TEXT begins at START; NULL with an error. */
static PyObject *text_piece(PyObject *text, Py_ssize_t start, Py_ssize_t length)
{
    if (PyUnicode_Check(text)) {
        return PyUnicode_Substring(text, start, start + length);
    }
    if (PyBytes_Check(text)) {
        return PyBytes_FromStringAndSize(PyBytes_AsString(text) + start, length);
    }
    return PyByteArray_FromStringAndSize(PyByteArray_AsString(text) + start, length);
}

/* A text that no row shows whole, piece by piece. */
static void list_text(struct page *page, PyObject *text, Py_ssize_t length)
{
    Py_ssize_t size = member_piece(text), pieces = (length + size - 1) / size, index = 0;
    if (page_can_skip(page)) {
        index = (size_t)pieces < page->skip ? pieces : (Py_ssize_t)page->skip;
        page->skip -= (size_t)index;
    }
    for (bool go_on = true; index < pieces && go_on; index++) {
        Py_ssize_t start = index * size, left = length - start, wanted = size + page_piece_overlap(page);
        PyObject *piece = text_piece(text, start, left < wanted ? left : wanted);
        if (piece == NULL) {
            PyErr_Clear();
            return;
        }
        go_on = page_offer(page, &(struct child){.style = CHILD_PIECE, .object = piece, .index = index});
        Py_DECREF(piece);
    }
}

static void list_object(struct page *page, PyObject *object, unsigned filter)
{
    Py_ssize_t text = member_long_text(object);
    if (text > 0) {
        if ((filter & CHILDREN_INDEXED) != 0) {
            list_text(page, object, text);
        }
        return;
    }
    PyObject *proxied = object_proxied_dict(object);
    object = proxied != NULL ? proxied : object;
    Py_ssize_t length = render_length(&page->values->renderer, object);
    bool dict = PyDict_Check(object);
    bool set = PyAnySet_Check(object);
    if (dict && (filter & CHILDREN_NAMED) != 0) {
        list_dict(
            &(struct walk){.page = page, .dict = object, .style = CHILD_ENTRY, .group = GROUP_ALL, .use_cursor = true});
    } else if (set && (filter & CHILDREN_INDEXED) != 0 && page->values->objects.set_next != NULL) {
        list_set(page, object);
    } else if (set && (filter & CHILDREN_INDEXED) != 0) {
        list_set_from_start(page, object);
    } else if (!dict && !set && length >= 0 && (filter & CHILDREN_INDEXED) != 0) {
        list_sequence(page, object, length);
    }
    if (!page->more && (filter & CHILDREN_NAMED) != 0) {
        list_attributes(page, object, false, !dict && !set);
    }
}

/* Frames */

/* No program can say the names under which tools that rewrite syntax trees keep things: pytest's @py_assert1. */
static bool is_name(PyObject *name)
{
    return PyUnicode_GetLength(name) > 0 && PyUnicode_ReadChar(name, 0) != '@';
}

static void list_frame(struct page *page, const struct frame_entry *entry, bool free)
{
    PyObject *names = locals_bound_names(entry->frame, entry->code, free);
    bool go_on = true;
    for (Py_ssize_t i = 0; names != NULL && i < PyList_Size(names) && go_on; i++) {
        PyObject *name = PyList_GetItem(names, i);
        PyObject *object = is_name(name) ? locals_get(&page->values->locals, entry->frame, name) : NULL;
        if (object != NULL) {
            go_on = page_offer(page, &(struct child){.style = CHILD_VARIABLE, .key = name, .object = object});
        }
        Py_XDECREF(object);
    }
    Py_XDECREF(names);
    PyObject *extra =
        !free && values_has_added_names(page->values, entry->code) ? locals_extra(entry->frame, entry->code) : NULL;
    for (Py_ssize_t i = 0; extra != NULL && i < PyList_Size(extra) && go_on; i++) {
        PyObject *pair = PyList_GetItem(extra, i);
        go_on = page_offer(page, &(struct child){.style = CHILD_VARIABLE,
                                                 .key = PyTuple_GetItem(pair, 0),
                                                 .object = PyTuple_GetItem(pair, 1)});
    }
    Py_XDECREF(extra);
    PyErr_Clear();
}

static void add_error(struct page *page, const char *name, PyObject *error, long long request_seq)
{
    struct values *values = page->values;
    char buffer[RENDER_BYTES];
    struct text text;
    text_init(&text, buffer, sizeof(buffer), RENDER_COLUMNS);
    bool interrupted =
        PyType_IsSubtype(Py_TYPE(error), (PyTypeObject *)PyExc_KeyboardInterrupt) &&
        (values->hooks.interrupted == NULL || values->hooks.interrupted(values->hooks.data, request_seq));
    if (interrupted) {
        text_puts(&text, "<interrupted>");
    } else {
        text_open(&text, "<raised ", ">");
        render_object(&values->renderer, &text, error);
        text_close(&text, ">");
    }
    value_append(page->arena, page->rows, variables_virtual_row(page->arena, name, buffer, 0, false));
}

/* The value of a property: the user asked for it, so its code runs. */
static void list_property_value(struct page *page, PyObject *object, PyObject *name, long long request_seq)
{
    struct values *values = page->values;
    if (page->skip > 0) {
        return;
    }
    if (requests_only_looks(request_seq)) {
        char text[CHILD_NAME_BYTES];
        object_copy_text(name, text, sizeof(text));
        value_append(page->arena, page->rows,
                     variables_virtual_row(page->arena, text, "<not read: who only watches runs no code>", 0, false));
        return;
    }
    PyObject *value = evaluate_begin(values, request_seq) ? PyObject_GetAttr(object, name) : NULL;
    evaluate_end(values);
    PyObject *error = PyErr_GetRaisedException();
    if (value != NULL) {
        page_offer(page, &(struct child){.style = CHILD_ATTRIBUTE, .key = name, .object = value});
        Py_DECREF(value);
    } else if (error != NULL) {
        char text[CHILD_NAME_BYTES];
        object_copy_text(name, text, sizeof(text));
        add_error(page, text, error, request_seq);
        Py_DECREF(error);
    }
}

static void list_one(struct page *page, const char *name, PyObject *object)
{
    page_offer(page, &(struct child){.style = CHILD_VALUE, .text = name, .object = object});
}

static void list_returns(struct page *page, const struct returns *returns)
{
    bool go_on = true;
    for (size_t i = 0; i < returns->count && go_on; i++) {
        char name[CHILD_NAME_BYTES];
        returns_label(returns, i, name, sizeof(name));
        go_on = page_offer(page, &(struct child){.style = CHILD_VALUE, .text = name, .object = returns->kept[i].value});
    }
}

static void list_watches(struct page *page, PyObject *dict)
{
    Py_ssize_t position = 0;
    PyObject *key, *object;
    bool go_on = true;
    while (go_on && PyDict_Next(dict, &position, &key, &object)) {
        char name[CHILD_NAME_BYTES];
        object_copy_text(key, name, sizeof(name));
        go_on = page_offer(page, &(struct child){.style = CHILD_VALUE, .text = name, .object = object});
    }
}

void list_children(struct page *page, const struct reference *reference, const struct page_request *wanted)
{
    struct frame_entry *entry = frames_entry(&page->values->frames, reference->frame_id);
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
        list_attributes(page, reference->object, true, true);
        break;
    case REFERENCE_GROUP:
    case REFERENCE_NAMESPACE_GROUP:
        list_group(page, reference);
        break;
    case REFERENCE_RETURN:
        list_returns(page, &page->values->returns);
        break;
    case REFERENCE_EXCEPTION:
        list_one(page, "exception", reference->object);
        break;
    case REFERENCE_WATCHES:
        list_watches(page, reference->object);
        break;
    case REFERENCE_PROPERTIES:
        list_properties(page, reference->object);
        break;
    case REFERENCE_PROPERTY:
        list_property_value(page, reference->object, reference->name, wanted->request_seq);
        break;
    }
}
