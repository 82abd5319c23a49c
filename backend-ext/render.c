#include "render.h"

#include "arrays.h"

#include <string.h>

#define INT_EXACT_BITS 2000 /* under the smallest sys.set_int_max_str_digits, so that it never matters */
#define PREVIEW_DEPTH  3
#define PREVIEW_ITEMS  30
#define PREVIEW_BUDGET 300
#define NO_MEMORY      "<out of memory>" /* an empty text would look like the value */

void rendering_text(struct rendering *rendering, PyObject *string)
{
    Py_ssize_t room = (Py_ssize_t)text_room(rendering->text);
    PyObject *bytes = object_utf8(string, room + 1);
    if (bytes != NULL) {
        text_put(rendering->text, PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes));
        Py_DECREF(bytes);
    } else {
        text_puts(rendering->text, NO_MEMORY);
    }
}

/* What TYPE's own repr says of OBJECT; for types whose repr runs no other code. */
static void render_base_repr(struct rendering *rendering, PyTypeObject *type, PyObject *object)
{
    PyObject *string = object_base_call(type, Py_tp_repr, object);
    if (string != NULL) {
        rendering_text(rendering, string);
        Py_DECREF(string);
    } else {
        text_puts(rendering->text, "<?>");
    }
}

/* A number as mantissa * 10**exponent, far beyond what a double holds. */
struct decimal {
    long double mantissa; /* 1 to 10 */
    long long exponent;
};

static struct decimal decimal_product(struct decimal a, struct decimal b)
{
    struct decimal product = {a.mantissa * b.mantissa, a.exponent + b.exponent};
    while (product.mantissa >= 10) {
        product.mantissa /= 10;
        product.exponent++;
    }
    return product;
}

/* An int too long to print: its first digits and its size, from its top bits. */
static void render_huge_int(struct rendering *rendering, PyObject *object, long long bits)
{
    void *slot = PyType_GetSlot(&PyLong_Type, Py_nb_rshift);
    binaryfunc shift;
    memcpy(&shift, &slot, sizeof(shift));
    PyObject *count = PyLong_FromLongLong(bits - 60);
    PyObject *top = count != NULL ? shift(object, count) : NULL;
    double leading = top != NULL ? PyLong_AsDouble(top) : 1;
    Py_XDECREF(count);
    Py_XDECREF(top);
    PyErr_Clear();
    struct decimal number =
        decimal_product((struct decimal){leading < 0 ? -leading : leading, 0}, (struct decimal){1, 0});
    struct decimal power = {2, 0};
    for (long long left = bits - 60; left > 0; left >>= 1) {
        if ((left & 1) != 0) {
            number = decimal_product(number, power);
        }
        power = decimal_product(power, power);
    }
    text_printf(rendering->text, "~%s%.6Lfe+%lld (%lld bits)", leading < 0 ? "-" : "", number.mantissa, number.exponent,
                bits);
}

static void render_int(struct rendering *rendering, PyObject *object)
{
    int overflow = 0;
    long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
    bool hex = rendering->renderer->hex;
    if (overflow == 0) {
        unsigned long long magnitude = number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number;
        if (hex) {
            text_printf(rendering->text, "%s0x%llx", number < 0 ? "-" : "", magnitude);
        } else {
            text_printf(rendering->text, "%lld", number);
        }
        return;
    }
    PyObject *length = PyObject_CallFunctionObjArgs(rendering->renderer->objects->int_bit_length, object, NULL);
    long long bits = length != NULL ? PyLong_AsLongLong(length) : 0;
    Py_XDECREF(length);
    PyErr_Clear();
    if (bits > INT_EXACT_BITS) {
        render_huge_int(rendering, object, bits);
    } else if (hex) {
        PyObject *string = PyNumber_ToBase(object, 16); /* for an int or a subclass: by int's own code */
        if (string != NULL) {
            rendering_text(rendering, string);
            Py_DECREF(string);
        }
        PyErr_Clear();
    } else {
        render_base_repr(rendering, &PyLong_Type, object);
    }
}

/* The repr of the beginning of a str or bytes, PART (owned here), with its quotes; CUT: there is more. */
static void render_quoted(struct rendering *rendering, PyTypeObject *type, PyObject *part, bool cut)
{
    PyObject *string = part != NULL ? object_base_call(type, Py_tp_repr, part) : NULL;
    PyObject *bytes = string != NULL ? object_utf8(string, PyUnicode_GetLength(string)) : NULL;
    if (bytes != NULL) {
        const char *quoted = PyBytes_AsString(bytes);
        size_t length = (size_t)PyBytes_Size(bytes);
        char closer[2] = {quoted[length - 1], '\0'};
        text_open(rendering->text, "", closer);
        text_put(rendering->text, quoted, length - 1);
        if (cut) {
            text_puts(rendering->text, "\xe2\x80\xa6");
            rendering->text->full = true; /* it was cut because there is no room */
        }
        text_close(rendering->text, closer);
    } else {
        text_puts(rendering->text, NO_MEMORY);
    }
    Py_XDECREF(bytes);
    Py_XDECREF(string);
    Py_XDECREF(part);
    PyErr_Clear();
}

static void render_str(struct rendering *rendering, PyObject *object)
{
    Py_ssize_t length = PyUnicode_GetLength(object);
    size_t room = text_room(rendering->text);
    Py_ssize_t shown = (Py_ssize_t)(room > 3 ? room - 3 : 1);
    bool cut = length > shown + 1;
    render_quoted(rendering, &PyUnicode_Type, PyUnicode_Substring(object, 0, cut ? shown : length), cut);
}

static void render_bytes(struct rendering *rendering, const char *bytes, Py_ssize_t length)
{
    size_t room = text_room(rendering->text);
    Py_ssize_t shown = (Py_ssize_t)(room > 4 ? room - 4 : 1);
    bool cut = length > shown + 1;
    render_quoted(rendering, &PyBytes_Type, PyBytes_FromStringAndSize(bytes, cut ? shown : length), cut);
}

static void render_bytearray(struct rendering *rendering, PyObject *object)
{
    text_open(rendering->text, "bytearray(", ")");
    render_bytes(rendering, PyByteArray_AsString(object), PyByteArray_Size(object));
    text_close(rendering->text, ")");
}

bool rendering_enter(struct rendering *rendering, PyObject *object, const char *opener, const char *closer)
{
    bool inside = rendering->depth >= rendering->depth_limit;
    bool cycle = false;
    for (size_t i = 0; i < rendering->depth; i++) {
        cycle = cycle || rendering->open[i] == object;
    }
    if (inside || cycle) {
        text_puts(rendering->text, opener);
        text_puts(rendering->text, cycle ? "..." : "\xe2\x80\xa6");
        text_puts(rendering->text, closer);
        return false;
    }
    rendering->open[rendering->depth++] = object;
    text_open(rendering->text, opener, closer);
    return true;
}

void rendering_leave(struct rendering *rendering, const char *closer)
{
    rendering->depth--;
    text_close(rendering->text, closer);
}

bool rendering_next(struct rendering *rendering, size_t index)
{
    if (rendering->interrupted || rendering->text->full) {
        return false;
    }
    if (index > 0) {
        text_puts(rendering->text, ", ");
    }
    if (index >= rendering->item_limit || rendering->budget == 0 || (index > 0 && text_room(rendering->text) < 3)) {
        text_puts(rendering->text, "\xe2\x80\xa6");
        return false;
    }
    return true;
}

void rendering_attribute(struct rendering *rendering, size_t index, PyObject *name, PyObject *value)
{
    if (!rendering_next(rendering, index)) {
        return;
    }
    rendering_text(rendering, name);
    text_puts(rendering->text, "=");
    rendering_object(rendering, value);
}

static void render_item(struct rendering *rendering, PyObject *item)
{
    Py_INCREF(item);
    rendering_object(rendering, item);
    Py_DECREF(item);
}

static void render_list(struct rendering *rendering, PyObject *list)
{
    if (!rendering_enter(rendering, list, "[", "]")) {
        return;
    }
    /* The size is read each time: in repr mode the program may change the list meanwhile. */
    for (Py_ssize_t i = 0; i < PyList_Size(list) && rendering_next(rendering, (size_t)i); i++) {
        render_item(rendering, PyList_GetItem(list, i));
    }
    rendering_leave(rendering, "]");
}

static void render_tuple(struct rendering *rendering, PyObject *tuple)
{
    Py_ssize_t count = PyTuple_Size(tuple);
    const char *closer = count == 1 ? ",)" : ")";
    if (!rendering_enter(rendering, tuple, "(", closer)) {
        return;
    }
    for (Py_ssize_t i = 0; i < count && rendering_next(rendering, (size_t)i); i++) {
        render_item(rendering, PyTuple_GetItem(tuple, i));
    }
    rendering_leave(rendering, closer);
}

static void render_dict(struct rendering *rendering, PyObject *dict)
{
    if (!rendering_enter(rendering, dict, "{", "}")) {
        return;
    }
    Py_ssize_t position = 0;
    PyObject *key, *value;
    for (size_t i = 0; PyDict_Next(dict, &position, &key, &value) && rendering_next(rendering, i); i++) {
        Py_INCREF(key);
        Py_INCREF(value);
        rendering_object(rendering, key);
        text_puts(rendering->text, ": ");
        rendering_object(rendering, value);
        Py_DECREF(key);
        Py_DECREF(value);
    }
    rendering_leave(rendering, "}");
}

/* Anything whose iteration, by TYPE's own function, runs no other code. */
static void render_iterable(struct rendering *rendering, PyTypeObject *type, PyObject *object, const char *opener,
                            const char *closer)
{
    if (!rendering_enter(rendering, object, opener, closer)) {
        return;
    }
    PyObject *iterator = object_base_call(type, Py_tp_iter, object);
    PyObject *item;
    for (size_t i = 0; iterator != NULL && (item = PyIter_Next(iterator)) != NULL; i++) {
        bool room = rendering_next(rendering, i);
        if (room) {
            rendering_object(rendering, item);
        }
        Py_DECREF(item);
        if (!room) {
            break;
        }
    }
    if (!rendering->interrupted) {
        PyErr_Clear();
    }
    Py_XDECREF(iterator);
    rendering_leave(rendering, closer);
}

static void render_set(struct rendering *rendering, PyObject *object)
{
    bool frozen = PyType_IsSubtype(Py_TYPE(object), &PyFrozenSet_Type);
    PyTypeObject *type = frozen ? &PyFrozenSet_Type : &PySet_Type;
    if (PySet_Size(object) == 0) {
        text_puts(rendering->text, frozen ? "frozenset()" : "set()");
    } else {
        render_iterable(rendering, type, object, frozen ? "frozenset({" : "{", frozen ? "})" : "}");
    }
}

static void render_class(struct rendering *rendering, PyObject *object)
{
    char name[512];
    object_type_full_name(rendering->renderer->objects, (PyTypeObject *)object, name, sizeof(name));
    text_puts(rendering->text, "<class '");
    text_puts(rendering->text, name);
    text_puts(rendering->text, "'>");
}

static void render_module(struct rendering *rendering, PyObject *object)
{
    PyObject *dict = PyModule_GetDict(object);
    PyObject *name = dict != NULL ? object_dict_find(dict, "__name__") : NULL;
    text_open(rendering->text, "<module '", "'>");
    if (name != NULL && PyUnicode_Check(name)) {
        rendering_text(rendering, name);
    }
    text_close(rendering->text, "'>");
}

static void render_exception(struct rendering *rendering, PyObject *object)
{
    char name[256];
    object_type_name(Py_TYPE(object), name, sizeof(name));
    text_puts(rendering->text, name);
    PyObject *arguments =
        object_member(rendering->renderer->objects, (PyTypeObject *)PyExc_BaseException, "args", object);
    if (arguments != NULL && PyTuple_Check(arguments) && rendering_enter(rendering, object, "(", ")")) {
        Py_ssize_t count = PyTuple_Size(arguments);
        for (Py_ssize_t i = 0; i < count && rendering_next(rendering, (size_t)i); i++) {
            render_item(rendering, PyTuple_GetItem(arguments, i));
        }
        rendering_leave(rendering, ")");
    }
    Py_XDECREF(arguments);
}

/* Types of the interpreter that say more by one of their members. They cannot be subclassed, or a
 * subclass is a heap type and comes out as an instance. */
static const struct {
    const char *type;
    const char *prefix;
    const char *member;
    const char *suffix;
} described[] = {
    {"function", "<function ", "__qualname__", ">"},
    {"builtin_function_or_method", "<built-in function ", "__name__", ">"},
    {"method", "<bound method ", "__func__", ">"},
    {"generator", "<generator ", "__qualname__", ">"},
    {"coroutine", "<coroutine ", "__qualname__", ">"},
    {"async_generator", "<async_generator ", "__qualname__", ">"},
    {"code", "<code ", "co_qualname", ">"},
    {"frame", "<frame ", "f_code", ">"},
    {"traceback", "<traceback ", "tb_frame", ">"},
    {"memoryview", "<memoryview of ", "nbytes", " bytes>"},
    {"cell", "<cell ", "cell_contents", ">"},
    {"staticmethod", "<staticmethod ", "__func__", ">"},
    {"classmethod", "<classmethod ", "__func__", ">"},
    {"property", "<property ", "fget", ">"},
    {"method_descriptor", "<method ", "__name__", ">"},
    {"wrapper_descriptor", "<slot wrapper ", "__name__", ">"},
    {"method-wrapper", "<method-wrapper ", "__name__", ">"},
    {"member_descriptor", "<member ", "__name__", ">"},
    {"getset_descriptor", "<attribute ", "__name__", ">"},
};

/* The member that OBJECT's type is described by; NULL if it has none. *ROW is its row. */
static PyObject *described_member(struct rendering *rendering, PyObject *object, size_t *row)
{
    if (object_type_is_heap(Py_TYPE(object))) {
        return NULL;
    }
    char name[64];
    object_type_name(Py_TYPE(object), name, sizeof(name));
    for (size_t i = 0; i < sizeof(described) / sizeof(described[0]); i++) {
        if (strcmp(name, described[i].type) == 0) {
            *row = i;
            return object_member(rendering->renderer->objects, Py_TYPE(object), described[i].member, object);
        }
    }
    return NULL;
}

static bool render_described(struct rendering *rendering, PyObject *object)
{
    size_t row, inner_row;
    PyObject *value = described_member(rendering, object, &row);
    if (value == NULL) {
        return false;
    }
    bool cell = strcmp(described[row].type, "cell") == 0;
    /* <bound method C.f>, not <bound method <function C.f>>. */
    PyObject *inner = cell ? NULL : described_member(rendering, value, &inner_row);
    if (inner != NULL) {
        Py_DECREF(value);
        value = inner;
    }
    const char *suffix = described[row].suffix;
    if (PyUnicode_Check(value) && !cell) {
        text_open(rendering->text, described[row].prefix, suffix);
        rendering_text(rendering, value);
        text_close(rendering->text, suffix);
    } else if (rendering_enter(rendering, object, described[row].prefix, suffix)) {
        rendering_object(rendering, value);
        rendering_leave(rendering, suffix);
    }
    Py_DECREF(value);
    return true;
}

/* start, stop and step of a range or slice. */
static bool render_bounds(struct rendering *rendering, PyObject *object)
{
    bool slice = Py_TYPE(object) == &PySlice_Type;
    if (!slice && Py_TYPE(object) != &PyRange_Type) {
        return false;
    }
    static const char *const members[] = {"start", "stop", "step"};
    if (!rendering_enter(rendering, object, slice ? "slice(" : "range(", ")")) {
        return true;
    }
    for (size_t i = 0; i < 3; i++) {
        PyObject *value = object_member(rendering->renderer->objects, Py_TYPE(object), members[i], object);
        int overflow = 0;
        bool plain_step =
            i == 2 && value != NULL &&
            (slice ? value == Py_None : PyLong_Check(value) && PyLong_AsLongAndOverflow(value, &overflow) == 1);
        if (value != NULL && !plain_step && rendering_next(rendering, i)) {
            rendering_object(rendering, value);
        }
        Py_XDECREF(value);
    }
    rendering_leave(rendering, ")");
    return true;
}

struct attribute_walk {
    struct rendering *rendering;
    size_t index;
};

static bool render_slot(void *data, PyObject *name, PyObject *value)
{
    struct attribute_walk *walk = data;
    rendering_attribute(walk->rendering, walk->index, name, value);
    walk->index++;
    return !walk->rendering->text->full && walk->index <= walk->rendering->item_limit;
}

static void render_instance(struct rendering *rendering, PyObject *object)
{
    const struct objects *objects = rendering->renderer->objects;
    char name[256];
    object_type_name(Py_TYPE(object), name, sizeof(name));
    text_puts(rendering->text, "<");
    text_puts(rendering->text, name);
    if (!rendering_enter(rendering, object, " ", ">")) {
        return;
    }
    struct attribute_walk walk = {.rendering = rendering};
    PyObject *dict = object_dict(objects, object);
    Py_ssize_t position = 0;
    PyObject *key, *value;
    while (dict != NULL && !rendering->text->full && walk.index <= rendering->item_limit &&
           PyDict_Next(dict, &position, &key, &value)) {
        if (PyUnicode_Check(key)) {
            rendering_attribute(rendering, walk.index++, key, value);
        }
    }
    Py_XDECREF(dict);
    if (object_type_is_heap(Py_TYPE(object))) {
        object_each_slot(objects, object, render_slot, &walk);
    }
    if (walk.index == 0) {
        text_puts(rendering->text, "object");
    }
    rendering_leave(rendering, ">");
}

/* Objects that are told by identity. */
static bool render_singleton(struct rendering *rendering, PyObject *object)
{
    const struct {
        PyObject *object;
        const char *name;
    } singletons[] = {{Py_None, "None"},
                      {Py_True, "True"},
                      {Py_False, "False"},
                      {Py_Ellipsis, "Ellipsis"},
                      {Py_NotImplemented, "NotImplemented"}};
    for (size_t i = 0; i < sizeof(singletons) / sizeof(singletons[0]); i++) {
        if (object == singletons[i].object) {
            text_puts(rendering->text, singletons[i].name);
            return true;
        }
    }
    return false;
}

static void render_mapping_proxy(struct rendering *rendering, PyObject *object)
{
    PyObject *dict = object_proxied_dict(object);
    text_open(rendering->text, "mappingproxy(", ")");
    if (dict != NULL) {
        render_dict(rendering, dict);
    }
    text_close(rendering->text, ")");
}

/* Types with layouts of the interpreter's own, and their subclasses. */
static bool render_builtin(struct rendering *rendering, PyObject *object)
{
    if (PyUnicode_Check(object)) {
        render_str(rendering, object);
    } else if (PyLong_Check(object)) {
        render_int(rendering, object);
    } else if (PyList_Check(object)) {
        render_list(rendering, object);
    } else if (PyTuple_Check(object)) {
        render_tuple(rendering, object);
    } else if (PyDict_Check(object)) {
        render_dict(rendering, object);
    } else if (PyFloat_Check(object)) {
        render_base_repr(rendering, &PyFloat_Type, object);
    } else if (PyBytes_Check(object)) {
        render_bytes(rendering, PyBytes_AsString(object), PyBytes_Size(object));
    } else if (PyAnySet_Check(object)) {
        render_set(rendering, object);
    } else if (PyByteArray_Check(object)) {
        render_bytearray(rendering, object);
    } else if (PyComplex_Check(object)) {
        render_base_repr(rendering, &PyComplex_Type, object);
    } else if (PyType_Check(object)) {
        render_class(rendering, object);
    } else if (PyModule_Check(object)) {
        render_module(rendering, object);
    } else if (Py_TYPE(object) == &PyDictProxy_Type) {
        render_mapping_proxy(rendering, object);
    } else if (PyExceptionInstance_Check(object)) {
        render_exception(rendering, object);
    } else {
        return render_bounds(rendering, object);
    }
    return true;
}

/* repr() of an object with a class of its own; what it raises becomes text. */
static void render_program_repr(struct rendering *rendering, PyObject *object)
{
    PyObject *string = PyObject_Repr(object);
    if (string != NULL) {
        rendering_text(rendering, string);
        Py_DECREF(string);
        return;
    }
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        rendering->interrupted = true;
        return;
    }
    PyObject *exception = PyErr_GetRaisedException();
    if (exception != NULL) {
        rendering->repr = false;
        text_open(rendering->text, "<repr raised ", ">");
        rendering_object(rendering, exception);
        text_close(rendering->text, ">");
        rendering->repr = true;
        Py_DECREF(exception);
    }
}

/* Whether repr() of it runs no code but that of its items, which are rendered one by one. */
static bool is_plain(PyObject *object)
{
    PyTypeObject *const plain[] = {&PyUnicode_Type,   &PyLong_Type,      &PyList_Type,    &PyTuple_Type,
                                   &PyDict_Type,      &PyFloat_Type,     &PyBytes_Type,   &PySet_Type,
                                   &PyFrozenSet_Type, &PyByteArray_Type, &PyComplex_Type, &PyRange_Type};
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (Py_TYPE(object) == plain[i]) {
            return true;
        }
    }
    return false;
}

void rendering_object(struct rendering *rendering, PyObject *object)
{
    if (rendering->budget == 0 || rendering->text->full || rendering->interrupted) {
        text_puts(rendering->text, rendering->interrupted ? "" : "\xe2\x80\xa6");
        return;
    }
    rendering->budget--;
    if (render_singleton(rendering, object)) {
        return;
    }
    if (rendering->repr && !is_plain(object)) {
        render_program_repr(rendering, object);
        return;
    }
    if (rendering_known(rendering, object) || render_builtin(rendering, object)) {
        return;
    }
    if (render_described(rendering, object)) {
        return;
    }
    enum known_type known = render_known_type(rendering->renderer, object);
    if (known == KNOWN_DEQUE) {
        render_iterable(rendering, rendering->renderer->known[KNOWN_DEQUE], object, "deque([", "])");
        return;
    }
    render_instance(rendering, object);
}

void render_object(const struct renderer *renderer, struct text *text, PyObject *object)
{
    struct rendering rendering = {
        .renderer = renderer,
        .text = text,
        .depth_limit = PREVIEW_DEPTH,
        .item_limit = PREVIEW_ITEMS,
        .budget = PREVIEW_BUDGET,
    };
    rendering_object(&rendering, object);
    PyErr_Clear();
}

bool render_repr(const struct renderer *renderer, struct text *text, PyObject *object)
{
    struct rendering rendering = {
        .renderer = renderer,
        .text = text,
        .depth_limit = RENDER_DEPTH_MAX - 1,
        .item_limit = SIZE_MAX,
        .budget = SIZE_MAX,
        .repr = true,
    };
    rendering_object(&rendering, object);
    return !rendering.interrupted;
}

Py_ssize_t render_length(const struct renderer *renderer, PyObject *object)
{
    if (PyList_Check(object)) {
        return PyList_Size(object);
    }
    if (PyTuple_Check(object)) {
        return PyTuple_Size(object);
    }
    if (PyDict_Check(object)) {
        return PyDict_Size(object);
    }
    PyObject *proxied = object_proxied_dict(object);
    if (proxied != NULL) {
        return PyDict_Size(proxied);
    }
    if (PyAnySet_Check(object)) {
        return PySet_Size(object);
    }
    PyTypeObject *type = NULL;
    if (Py_TYPE(object) == &PyRange_Type) {
        type = &PyRange_Type;
    } else if (render_known_type(renderer, object) == KNOWN_DEQUE) {
        type = renderer->known[KNOWN_DEQUE];
    } else {
        return array_length(renderer, object);
    }
    void *slot = type != NULL ? PyType_GetSlot(type, Py_sq_length) : NULL;
    lenfunc length;
    memcpy(&length, &slot, sizeof(length));
    Py_ssize_t count = length != NULL ? length(object) : -1;
    PyErr_Clear();
    return count;
}

PyObject *render_sequence_item(const struct renderer *renderer, PyObject *object, Py_ssize_t index)
{
    PyTypeObject *base = PyList_Check(object)                                 ? &PyList_Type
                         : PyTuple_Check(object)                              ? &PyTuple_Type
                         : Py_TYPE(object) == &PyRange_Type                   ? &PyRange_Type
                         : render_known_type(renderer, object) == KNOWN_DEQUE ? renderer->known[KNOWN_DEQUE]
                                                                              : NULL;
    void *slot = base != NULL ? PyType_GetSlot(base, Py_sq_item) : NULL;
    ssizeargfunc item_at;
    memcpy(&item_at, &slot, sizeof(item_at));
    PyObject *item = item_at != NULL ? item_at(object, index) : array_item(renderer, object, index);
    PyErr_Clear();
    return item;
}

void render_type(const struct renderer *renderer, struct text *text, PyObject *object)
{
    char name[256];
    object_type_name(Py_TYPE(object), name, sizeof(name));
    text_puts(text, name);
    Py_ssize_t length = render_length(renderer, object);
    Py_ssize_t long_text = RENDER_COLUMNS / 2;
    if (PyUnicode_Check(object) && PyUnicode_GetLength(object) > long_text) {
        length = PyUnicode_GetLength(object);
    } else if (PyBytes_Check(object) && PyBytes_Size(object) > long_text) {
        length = PyBytes_Size(object);
    } else if (PyByteArray_Check(object) && PyByteArray_Size(object) > long_text) {
        length = PyByteArray_Size(object);
    }
    if (length >= 0) {
        text_printf(text, "[%lld]", (long long)length);
    }
}
