/* Names that may follow what stands before the cursor: of the frame, or the attributes of a dotted
 * name. Found in namespaces and in the dictionaries of types, without calling anything: no
 * __getattr__, no __dir__, no property. */
#include "evaluate.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/utf8.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT     200
#define NAME_SIZE 256

struct candidate {
    char name[NAME_SIZE];
    const char *type;
};

struct completion {
    struct values *values;
    const struct frame_entry *entry;
    char prefix[NAME_SIZE];
    struct candidate *found; /* owned */
    size_t count, capacity;
};

static const char *const keywords[] = {
    "False",  "None",     "True",   "and", "as",    "assert", "async",  "await",    "break", "case",
    "class",  "continue", "def",    "del", "elif",  "else",   "except", "finally",  "for",   "from",
    "global", "if",       "import", "in",  "is",    "lambda", "match",  "nonlocal", "not",   "or",
    "pass",   "raise",    "return", "try", "while", "with",   "yield",
};

static void add(struct completion *completion, const char *name, const char *type)
{
    /* Private names only when asked for by their first character. */
    if (strncmp(name, completion->prefix, strlen(completion->prefix)) != 0 ||
        (name[0] == '_' && completion->prefix[0] != '_')) {
        return;
    }
    if (completion->count == completion->capacity) {
        size_t capacity = completion->capacity == 0 ? 256 : completion->capacity * 2;
        void *grown = realloc(completion->found, capacity * sizeof(*completion->found));
        if (grown == NULL) {
            return;
        }
        completion->found = grown;
        completion->capacity = capacity;
    }
    struct candidate *candidate = &completion->found[completion->count++];
    PyOS_snprintf(candidate->name, sizeof(candidate->name), "%s", name);
    candidate->type = type;
}

static const char *type_of(PyObject *object)
{
    if (PyType_Check(object)) {
        return "class";
    }
    if (PyModule_Check(object)) {
        return "module";
    }
    if (Py_TYPE(object) == &PyProperty_Type) {
        return "property";
    }
    char name[64];
    object_type_name(Py_TYPE(object), name, sizeof(name));
    bool function = strstr(name, "function") != NULL || strstr(name, "method") != NULL;
    return function ? "function" : "variable";
}

static void add_object(struct completion *completion, PyObject *name, PyObject *object)
{
    char text[NAME_SIZE];
    if (PyUnicode_CheckExact(name) && PyUnicode_GetLength(name) < NAME_SIZE / 4 && PyUnicode_IsIdentifier(name) == 1 &&
        object_copy_text(name, text, sizeof(text))) {
        add(completion, text, type_of(object));
    }
}

static void add_dict(struct completion *completion, PyObject *dict)
{
    Py_ssize_t position = 0;
    PyObject *name, *object;
    while (dict != NULL && PyDict_Next(dict, &position, &name, &object)) {
        add_object(completion, name, object);
    }
}

static PyObject *builtins_dict(void)
{
    PyObject *module = object_loaded_module("builtins");
    return module != NULL ? PyModule_GetDict(module) : NULL;
}

static void add_frame_names(struct completion *completion)
{
    const struct frame_entry *entry = completion->entry;
    for (int free_names = 0; entry->frame != NULL && free_names < 2; free_names++) {
        PyObject *names = locals_names(entry->code, free_names == 1);
        for (Py_ssize_t i = 0; names != NULL && i < PyList_Size(names); i++) {
            PyObject *name = PyList_GetItem(names, i);
            PyObject *object = locals_get(&completion->values->locals, entry->frame, name);
            if (object != NULL) {
                add_object(completion, name, object);
                Py_DECREF(object);
            }
        }
        Py_XDECREF(names);
    }
    PyObject *namespace =
        entry->frame != NULL && !locals_optimized(entry->code) ? locals_namespace(entry->frame) : NULL;
    PyObject *globals = evaluate_globals(entry);
    if (namespace != NULL && PyDict_Check(namespace)) {
        add_dict(completion, namespace);
    }
    add_dict(completion, globals);
    Py_XDECREF(globals);
    Py_XDECREF(namespace);
    add_dict(completion, builtins_dict());
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        add(completion, keywords[i], "keyword");
    }
    PyErr_Clear();
}

static bool add_slot(void *data, PyObject *name, PyObject *value)
{
    add_object(data, name, value);
    return true;
}

static void add_type_names(struct completion *completion, PyTypeObject *type)
{
    const struct objects *objects = &completion->values->objects;
    PyObject *mro = object_type_mro(objects, type);
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_Size(mro); i++) {
        PyObject *dict = object_type_dict(objects, (PyTypeObject *)PyTuple_GetItem(mro, i));
        add_dict(completion, dict);
        Py_XDECREF(dict);
    }
    Py_XDECREF(mro);
}

static void add_attributes(struct completion *completion, PyObject *object)
{
    const struct objects *objects = &completion->values->objects;
    if (PyType_Check(object)) {
        add_type_names(completion, (PyTypeObject *)object);
    } else {
        PyObject *dict = object_dict(objects, object);
        add_dict(completion, dict);
        Py_XDECREF(dict);
        object_each_slot(objects, object, add_slot, completion);
    }
    if (!PyModule_Check(object)) {
        add_type_names(completion, Py_TYPE(object));
    }
}

/* What a bare name is bound to: new reference or NULL. */
static PyObject *resolve_name(struct completion *completion, const char *name)
{
    const struct frame_entry *entry = completion->entry;
    PyObject *key = PyUnicode_FromString(name);
    PyObject *object = NULL;
    if (key != NULL && entry->frame != NULL && locals_optimized(entry->code)) {
        object = locals_get(&completion->values->locals, entry->frame, key);
    } else if (key != NULL && entry->frame != NULL) {
        PyObject *namespace = locals_namespace(entry->frame);
        object = namespace != NULL && PyDict_Check(namespace) ? Py_XNewRef(object_dict_find(namespace, name)) : NULL;
        Py_XDECREF(namespace);
    }
    PyObject *globals = evaluate_globals(entry);
    if (object == NULL && globals != NULL) {
        object = Py_XNewRef(object_dict_find(globals, name));
    }
    if (object == NULL && builtins_dict() != NULL) {
        object = Py_XNewRef(object_dict_find(builtins_dict(), name));
    }
    Py_XDECREF(globals);
    Py_XDECREF(key);
    PyErr_Clear();
    return object;
}

/* An attribute that needs no call: of a namespace, a slot, or a plain object in a type's dictionary. */
static PyObject *resolve_attribute(struct completion *completion, PyObject *object, const char *name)
{
    const struct objects *objects = &completion->values->objects;
    PyObject *found = object_attribute(objects, object, name);
    if (found == NULL && PyType_Check(object)) {
        found = object_type_lookup(objects, (PyTypeObject *)object, name);
    }
    if (found == NULL) {
        found = object_type_lookup(objects, Py_TYPE(object), name);
        if (found != NULL && PyType_GetSlot(Py_TYPE(found), Py_tp_descr_get) != NULL) {
            Py_CLEAR(found); /* a property or method: its value would have to be computed */
        }
    }
    return found;
}

/* The object that the dotted name PATH (changed) stands for: new reference or NULL. */
static PyObject *resolve_path(struct completion *completion, char *path)
{
    char *rest = NULL;
    char *part = strtok_r(path, ".", &rest);
    PyObject *object = part != NULL ? resolve_name(completion, part) : NULL;
    while (object != NULL && (part = strtok_r(NULL, ".", &rest)) != NULL) {
        PyObject *next = resolve_attribute(completion, object, part);
        Py_DECREF(object);
        object = next;
    }
    return object;
}

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || (byte & 0x80) != 0;
}

/* The byte offset of a UTF-16 column, from 1, in TEXT. */
static size_t column_offset(const char *text, long long column)
{
    size_t length = strlen(text), at = 0;
    for (long long units = 1; at < length && units < column;) {
        uint32_t code;
        at += utf8_decode(text + at, length - at, &code, NULL);
        units += code >= 0x10000 ? 2 : 1;
    }
    return at;
}

static int compare(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static struct value *targets(struct arena *arena, struct completion *completion, size_t start)
{
    struct value *list = value_array(arena);
    const char *last = "";
    size_t given = 0;
    if (completion->count > 0) {
        qsort(completion->found, completion->count, sizeof(*completion->found), compare);
    }
    for (size_t i = 0; i < completion->count && given < LIMIT; i++) {
        const struct candidate *candidate = &completion->found[i];
        if (strcmp(candidate->name, last) == 0) {
            continue;
        }
        last = candidate->name;
        given++;
        struct value *item = value_map(arena);
        value_set_text(arena, item, "label", candidate->name);
        value_set_text(arena, item, "type", candidate->type);
        value_set_int(arena, item, "start", (long long)start);
        value_set_int(arena, item, "length",
                      (long long)origin_utf16_length(completion->prefix, strlen(completion->prefix)));
        value_append(arena, list, item);
    }
    return list;
}

/* Fill COMPLETION for the text up to byte END; the byte where the word begins. */
static size_t complete(struct completion *completion, const char *text, size_t end)
{
    size_t word = end, path = end;
    while (word > 0 && is_name_byte(text[word - 1])) {
        word--;
    }
    path = word;
    while (path > 0 && (is_name_byte(text[path - 1]) || text[path - 1] == '.')) {
        path--;
    }
    PyOS_snprintf(completion->prefix, sizeof(completion->prefix), "%.*s", (int)(end - word), text + word);
    bool dotted = word > 0 && text[word - 1] == '.';
    char owner[1024];
    if (!dotted) {
        add_frame_names(completion);
    } else if (word - 1 > path && word - 1 - path < sizeof(owner)) {
        PyOS_snprintf(owner, sizeof(owner), "%.*s", (int)(word - 1 - path), text + path);
        bool after_call = path > 0 && (text[path - 1] == ')' || text[path - 1] == ']') ? true : owner[0] == '.';
        PyObject *object = after_call ? NULL : resolve_path(completion, owner);
        if (object != NULL) {
            add_attributes(completion, object);
            Py_DECREF(object);
        }
    }
    PyErr_Clear();
    return word;
}

struct value *values_handle_completions(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    const char *text = value_get_text(request->arguments, "text", "");
    struct frame_entry *entry = values_frame(values, value_get_int(request->arguments, "frameId", 0));
    if (entry == NULL) {
        return request_fail(request, ok, "there is no such frame at this stop");
    }
    bool collecting = values_quiet_begin();
    struct completion completion = {.values = values, .entry = entry};
    size_t end = column_offset(text, value_get_int(request->arguments, "column", 1));
    size_t word = complete(&completion, text, end);
    struct value *body = value_map(request->arena);
    value_set(request->arena, body, "targets", targets(request->arena, &completion, origin_utf16_length(text, word)));
    free(completion.found);
    values_quiet_end(collecting);
    return body;
}
