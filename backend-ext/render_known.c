/* Well-known classes that are shown in a form of their own, read from what their instances hold. */
#include "arrays.h"
#include "render.h"

#include <string.h>

static const struct {
    const char *module;
    const char *name;
} known_types[KNOWN_COUNT] = {
    [KNOWN_ENUM] = {"enum", "Enum"},
    [KNOWN_PATH] = {"pathlib", "PurePath"},
    [KNOWN_DATETIME] = {"datetime", "datetime"},
    [KNOWN_DATE] = {"datetime", "date"},
    [KNOWN_TIME] = {"datetime", "time"},
    [KNOWN_TIMEDELTA] = {"datetime", "timedelta"},
    [KNOWN_DECIMAL] = {"_decimal", "Decimal"},
    [KNOWN_FRACTION] = {"fractions", "Fraction"},
    [KNOWN_UUID] = {"uuid", "UUID"},
    [KNOWN_DEQUE] = {"_collections", "deque"},
    [KNOWN_ARRAY] = {"array", "array"},
    [KNOWN_CTYPES_ARRAY] = {"_ctypes", "Array"},
    [KNOWN_MASKED_ARRAY] = {"numpy.ma", "MaskedArray"},
    [KNOWN_NDARRAY] = {"numpy", "ndarray"},
    [KNOWN_NUMPY_INTEGER] = {"numpy", "integer"},
    [KNOWN_NUMPY_FLOATING] = {"numpy", "floating"},
    [KNOWN_NUMPY_BOOL] = {"numpy", "bool_"},
    [KNOWN_NUMPY_DATETIME] = {"numpy", "datetime64"},
    [KNOWN_NUMPY_TIMEDELTA] = {"numpy", "timedelta64"},
    [KNOWN_DATAFRAME] = {"pandas", "DataFrame"},
    [KNOWN_SERIES] = {"pandas", "Series"},
};

void renderer_init(struct renderer *renderer, const struct objects *objects)
{
    *renderer = (struct renderer){.objects = objects};
}

void renderer_finish(struct renderer *renderer)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        Py_CLEAR(renderer->known[i]);
    }
    Py_CLEAR(renderer->timezone_utc);
}

void renderer_refresh(struct renderer *renderer)
{
    renderer_finish(renderer);
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        PyObject *module = object_loaded_module(known_types[i].module);
        PyObject *dict = module != NULL ? PyModule_GetDict(module) : NULL;
        PyObject *type = dict != NULL ? PyDict_GetItemString(dict, known_types[i].name) : NULL;
        if (type != NULL && PyType_Check(type)) {
            Py_INCREF(type);
            renderer->known[i] = (PyTypeObject *)type;
        }
    }
    PyObject *module = object_loaded_module("datetime");
    PyObject *dict = module != NULL ? PyModule_GetDict(module) : NULL;
    PyObject *utc = dict != NULL ? PyDict_GetItemString(dict, "UTC") : NULL;
    Py_XINCREF(utc);
    renderer->timezone_utc = utc;
    PyErr_Clear();
}

enum known_type render_known_type(const struct renderer *renderer, PyObject *object)
{
    for (int i = 0; i < KNOWN_COUNT; i++) {
        if (renderer->known[i] != NULL && PyType_IsSubtype(Py_TYPE(object), renderer->known[i])) {
            return (enum known_type)i;
        }
    }
    return KNOWN_COUNT;
}

/* An int member of a C type; FALLBACK when it is not there. */
static long long member_int(struct rendering *rendering, PyTypeObject *type, const char *name, PyObject *object)
{
    PyObject *value = object_member(rendering->renderer->objects, type, name, object);
    int overflow = 0;
    long long number = value != NULL && PyLong_Check(value) ? PyLong_AsLongLongAndOverflow(value, &overflow) : 0;
    Py_XDECREF(value);
    PyErr_Clear();
    return number;
}

static bool render_enum(struct rendering *rendering, PyObject *object)
{
    const struct objects *objects = rendering->renderer->objects;
    PyObject *name = object_attribute(objects, object, "_name_");
    PyObject *value = object_attribute(objects, object, "_value_");
    bool known = value != NULL && rendering_enter(rendering, object, "<", ">");
    if (known) {
        char type[256];
        object_type_name(Py_TYPE(object), type, sizeof(type));
        text_puts(rendering->text, type);
        if (name != NULL && PyUnicode_Check(name)) {
            text_puts(rendering->text, ".");
            rendering_text(rendering, name);
        }
        text_puts(rendering->text, ": ");
        rendering_object(rendering, value);
        rendering_leave(rendering, ">");
    }
    Py_XDECREF(name);
    Py_XDECREF(value);
    return known;
}

/* The parts of a path of 3.12 and later joined, the way pathlib does when it needs the string. */
static void join_parts(struct text *path, PyObject *parts)
{
    Py_ssize_t count = PyList_Size(parts);
    for (Py_ssize_t i = 0; i < count && i < 64; i++) {
        char part[512];
        if (!object_copy_text(PyList_GetItem(parts, i), part, sizeof(part))) {
            continue;
        }
        if (part[0] == '/') {
            text_init(path, path->bytes, path->size, path->limit);
        } else if (path->length > 0 && path->bytes[path->length - 1] != '/') {
            text_puts(path, "/");
        }
        text_puts(path, part);
    }
}

static bool render_path(struct rendering *rendering, PyObject *object)
{
    const struct objects *objects = rendering->renderer->objects;
    char buffer[1024];
    struct text path;
    text_init(&path, buffer, sizeof(buffer), sizeof(buffer));
    PyObject *string = object_attribute(objects, object, "_str");
    PyObject *parts = object_attribute(objects, object, "_raw_paths");
    PyObject *old_parts = object_attribute(objects, object, "_parts"); /* 3.11: the first is the root */
    bool known = true;
    if (string != NULL && PyUnicode_Check(string)) {
        object_copy_text(string, buffer, sizeof(buffer));
    } else if (parts != NULL && PyList_Check(parts)) {
        join_parts(&path, parts);
    } else if (old_parts != NULL && PyList_Check(old_parts)) {
        join_parts(&path, old_parts);
    } else {
        known = false;
    }
    if (known) {
        char type[256];
        object_type_name(Py_TYPE(object), type, sizeof(type));
        text_puts(rendering->text, type);
        text_open(rendering->text, "('", "')");
        text_puts(rendering->text, buffer[0] == '\0' ? "." : buffer);
        text_close(rendering->text, "')");
    }
    Py_XDECREF(string);
    Py_XDECREF(parts);
    Py_XDECREF(old_parts);
    return known;
}

/* " UTC", or the class of another time zone: its name would have to be asked for. */
static void render_timezone(struct rendering *rendering, PyTypeObject *type, PyObject *object)
{
    PyObject *zone = object_member(rendering->renderer->objects, type, "tzinfo", object);
    if (zone != NULL && zone != Py_None) {
        text_puts(rendering->text, " ");
        if (zone == rendering->renderer->timezone_utc) {
            text_puts(rendering->text, "UTC");
        } else {
            char name[128];
            object_type_name(Py_TYPE(zone), name, sizeof(name));
            text_puts(rendering->text, name);
        }
    }
    Py_XDECREF(zone);
}

static bool render_date(struct rendering *rendering, PyObject *object)
{
    PyTypeObject *type = rendering->renderer->known[KNOWN_DATE];
    text_printf(rendering->text, "%04lld-%02lld-%02lld", member_int(rendering, type, "year", object),
                member_int(rendering, type, "month", object), member_int(rendering, type, "day", object));
    return true;
}

static void render_clock(struct rendering *rendering, PyTypeObject *type, PyObject *object)
{
    text_printf(rendering->text, "%02lld:%02lld:%02lld", member_int(rendering, type, "hour", object),
                member_int(rendering, type, "minute", object), member_int(rendering, type, "second", object));
    long long fraction = member_int(rendering, type, "microsecond", object);
    if (fraction != 0) {
        text_printf(rendering->text, ".%06lld", fraction);
    }
    render_timezone(rendering, type, object);
}

static bool render_datetime(struct rendering *rendering, PyObject *object)
{
    render_date(rendering, object);
    text_puts(rendering->text, " ");
    render_clock(rendering, rendering->renderer->known[KNOWN_DATETIME], object);
    return true;
}

static bool render_time(struct rendering *rendering, PyObject *object)
{
    render_clock(rendering, rendering->renderer->known[KNOWN_TIME], object);
    return true;
}

static bool render_timedelta(struct rendering *rendering, PyObject *object)
{
    PyTypeObject *type = rendering->renderer->known[KNOWN_TIMEDELTA];
    long long days = member_int(rendering, type, "days", object);
    long long seconds = member_int(rendering, type, "seconds", object);
    long long fraction = member_int(rendering, type, "microseconds", object);
    if (days != 0) {
        text_printf(rendering->text, "%lld day%s, ", days, days == 1 || days == -1 ? "" : "s");
    }
    text_printf(rendering->text, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (fraction != 0) {
        text_printf(rendering->text, ".%06lld", fraction);
    }
    return true;
}

static bool render_decimal(struct rendering *rendering, PyObject *object)
{
    PyTypeObject *type = rendering->renderer->known[KNOWN_DECIMAL];
    PyObject *method = object_type_lookup(rendering->renderer->objects, type, "__sizeof__");
    PyObject *size = method != NULL && Py_TYPE(method) == &PyMethodDescr_Type
                         ? PyObject_CallFunctionObjArgs(method, object, NULL)
                         : NULL;
    bool small = size != NULL && PyLong_AsLong(size) < 4096;
    PyObject *string = small ? object_base_call(type, Py_tp_str, object) : NULL;
    text_open(rendering->text, "Decimal('", "')");
    if (string != NULL) {
        rendering_text(rendering, string);
    } else {
        text_puts(rendering->text, "\xe2\x80\xa6");
    }
    text_close(rendering->text, "')");
    Py_XDECREF(string);
    Py_XDECREF(size);
    Py_XDECREF(method);
    PyErr_Clear();
    return true;
}

static bool render_fraction(struct rendering *rendering, PyObject *object)
{
    const struct objects *objects = rendering->renderer->objects;
    PyObject *numerator = object_attribute(objects, object, "_numerator");
    PyObject *denominator = object_attribute(objects, object, "_denominator");
    bool known = numerator != NULL && denominator != NULL && rendering_enter(rendering, object, "Fraction(", ")");
    if (known) {
        rendering_object(rendering, numerator);
        text_puts(rendering->text, ", ");
        rendering_object(rendering, denominator);
        rendering_leave(rendering, ")");
    }
    Py_XDECREF(numerator);
    Py_XDECREF(denominator);
    return known;
}

static bool render_uuid(struct rendering *rendering, PyObject *object)
{
    PyObject *number = object_attribute(rendering->renderer->objects, object, "int");
    void *slot = PyType_GetSlot(&PyLong_Type, Py_nb_rshift);
    binaryfunc shift;
    memcpy(&shift, &slot, sizeof(shift));
    PyObject *count = PyLong_FromLong(64);
    PyObject *top = number != NULL && count != NULL && PyLong_Check(number) ? shift(number, count) : NULL;
    unsigned long long high = top != NULL ? PyLong_AsUnsignedLongLong(top) : 0;
    unsigned long long low = top != NULL ? PyLong_AsUnsignedLongLongMask(number) : 0;
    bool known = top != NULL && !PyErr_Occurred();
    if (known) {
        text_printf(rendering->text, "UUID('%08llx-%04llx-%04llx-%04llx-%012llx')", high >> 32, high >> 16 & 0xffff,
                    high & 0xffff, low >> 48, low & 0xffffffffffffULL);
    }
    PyErr_Clear();
    Py_XDECREF(top);
    Py_XDECREF(count);
    Py_XDECREF(number);
    return known;
}

/* The name of a numpy dtype from its kind and item size: float64. */
static void render_dtype(struct rendering *rendering, PyObject *dtype)
{
    static const struct {
        char kind;
        const char *name;
        bool sized;
    } kinds[] = {{'f', "float", true},       {'i', "int", true},          {'u', "uint", true}, {'c', "complex", true},
                 {'b', "bool", false},       {'O', "object", false},      {'U', "str", false}, {'S', "bytes", false},
                 {'M', "datetime64", false}, {'m', "timedelta64", false}, {'V', "void", false}};
    const struct objects *objects = rendering->renderer->objects;
    char kind[8];
    PyObject *letter = object_member(objects, Py_TYPE(dtype), "kind", dtype);
    if (letter != NULL && object_copy_text(letter, kind, sizeof(kind))) {
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
            if (kinds[i].kind == kind[0]) {
                long long bits = member_int(rendering, Py_TYPE(dtype), "itemsize", dtype) * 8;
                text_printf(rendering->text, kinds[i].sized ? " %s%lld" : " %s", kinds[i].name, bits);
            }
        }
    }
    Py_XDECREF(letter);
}

/* "[1, 2, …]". */
static void render_array_items(struct rendering *rendering, PyObject *object)
{
    Py_ssize_t length = array_length(rendering->renderer, object);
    text_open(rendering->text, "[", "]");
    for (Py_ssize_t i = 0; i < length && rendering_next(rendering, (size_t)i); i++) {
        PyObject *item = array_item(rendering->renderer, object, i);
        if (item == NULL) {
            text_puts(rendering->text, "?");
            break;
        }
        rendering_object(rendering, item);
        Py_DECREF(item);
    }
    text_close(rendering->text, "]");
}

/* An array of the standard library: "<array [1.5, 2.5]>". */
static bool render_array(struct rendering *rendering, PyObject *object)
{
    char type[256];
    object_type_name(Py_TYPE(object), type, sizeof(type));
    if (array_length(rendering->renderer, object) < 0 || !rendering_enter(rendering, object, "<", ">")) {
        return false;
    }
    text_puts(rendering->text, type);
    text_puts(rendering->text, " ");
    render_array_items(rendering, object);
    rendering_leave(rendering, ">");
    return true;
}

static bool render_ndarray(struct rendering *rendering, PyObject *object)
{
    const struct objects *objects = rendering->renderer->objects;
    PyTypeObject *type = rendering->renderer->known[KNOWN_NDARRAY];
    PyObject *shape = object_member(objects, type, "shape", object);
    PyObject *dtype = object_member(objects, type, "dtype", object);
    bool known = shape != NULL && PyTuple_Check(shape) && rendering_enter(rendering, object, "<ndarray ", ">");
    if (known) {
        rendering_object(rendering, shape);
        if (dtype != NULL) {
            render_dtype(rendering, dtype);
        }
        if (PyTuple_Size(shape) == 1 && array_length(rendering->renderer, object) >= 0) {
            text_puts(rendering->text, " ");
            render_array_items(rendering, object);
        }
        rendering_leave(rendering, ">");
    }
    Py_XDECREF(shape);
    Py_XDECREF(dtype);
    return known;
}

/* A numpy scalar as the number that its C type's own SLOT makes of it. */
static bool render_numpy_number(struct rendering *rendering, PyObject *object, int slot)
{
    PyObject *mro = object_type_mro(rendering->renderer->objects, Py_TYPE(object));
    PyObject *number = NULL;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_Size(mro); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GetItem(mro, i);
        if (!object_type_is_heap(base)) {
            number = object_base_call(base, slot, object);
            break;
        }
    }
    bool known = number != NULL && (PyLong_CheckExact(number) || PyFloat_CheckExact(number));
    if (known) {
        rendering_object(rendering, number);
    }
    Py_XDECREF(number);
    Py_XDECREF(mro);
    return known;
}

static bool render_numpy_integer(struct rendering *rendering, PyObject *object)
{
    return render_numpy_number(rendering, object, Py_nb_int);
}

/* A numpy date or time span as its C type's own str() has it. */
static bool render_numpy_time(struct rendering *rendering, PyObject *object)
{
    enum known_type known = render_known_type(rendering->renderer, object);
    PyObject *string = object_base_call(rendering->renderer->known[known], Py_tp_str, object);
    bool text = string != NULL && PyUnicode_Check(string) && rendering_enter(rendering, object, "<", ">");
    if (text) {
        char type[64];
        object_type_name(Py_TYPE(object), type, sizeof(type));
        text_puts(rendering->text, type);
        text_puts(rendering->text, " ");
        rendering_text(rendering, string);
        rendering_leave(rendering, ">");
    }
    Py_XDECREF(string);
    PyErr_Clear();
    return text;
}

static bool render_numpy_floating(struct rendering *rendering, PyObject *object)
{
    return render_numpy_number(rendering, object, Py_nb_float);
}

static bool render_numpy_bool(struct rendering *rendering, PyObject *object)
{
    void *slot = PyType_GetSlot(rendering->renderer->known[KNOWN_NUMPY_BOOL], Py_nb_bool);
    inquiry truth;
    memcpy(&truth, &slot, sizeof(truth));
    if (truth != NULL) {
        text_puts(rendering->text, truth(object) > 0 ? "True" : "False");
    }
    return truth != NULL;
}

/* The length of a pandas index: of the array or range that it holds. -1: not known. */
static long long index_length(struct rendering *rendering, PyObject *index)
{
    const struct renderer *renderer = rendering->renderer;
    PyObject *range = object_attribute(renderer->objects, index, "_range");
    PyObject *data = object_attribute(renderer->objects, index, "_data");
    PyObject *inner = data != NULL ? object_member(renderer->objects, Py_TYPE(data), "_ndarray", data) : NULL;
    if (inner != NULL) { /* an extension array */
        Py_DECREF(data);
        data = inner;
    }
    long long length = -1;
    if (range != NULL && Py_TYPE(range) == &PyRange_Type) {
        length = render_length(renderer, range);
    } else if (data != NULL && render_known_type(renderer, data) == KNOWN_NDARRAY) {
        PyObject *shape = object_member(renderer->objects, renderer->known[KNOWN_NDARRAY], "shape", data);
        if (shape != NULL && PyTuple_Check(shape) && PyTuple_Size(shape) == 1) {
            length = PyLong_AsLongLong(PyTuple_GetItem(shape, 0));
        }
        Py_XDECREF(shape);
    }
    Py_XDECREF(range);
    Py_XDECREF(data);
    PyErr_Clear();
    return length;
}

/* A DataFrame or Series: rows and columns from the block manager's axes (which come the other way round). */
static bool render_frame(struct rendering *rendering, PyObject *object)
{
    const struct objects *objects = rendering->renderer->objects;
    PyObject *manager = object_attribute(objects, object, "_mgr");
    PyObject *axes = manager != NULL ? object_member(objects, Py_TYPE(manager), "axes", manager) : NULL;
    if (axes == NULL && manager != NULL) {
        axes = object_attribute(objects, manager, "axes");
    }
    char name[128];
    object_type_name(Py_TYPE(object), name, sizeof(name));
    text_open(rendering->text, "<", ">");
    text_puts(rendering->text, name);
    Py_ssize_t count = axes != NULL && PyList_Check(axes) ? PyList_Size(axes) : 0;
    for (Py_ssize_t i = count - 1; i >= 0; i--) {
        long long length = index_length(rendering, PyList_GetItem(axes, i));
        text_puts(rendering->text, i == count - 1 ? " " : " x ");
        text_printf(rendering->text, length >= 0 ? "%lld" : "?", length);
    }
    text_close(rendering->text, ">");
    Py_XDECREF(axes);
    Py_XDECREF(manager);
    return true;
}

/* A tuple whose class names its items. */
static bool render_namedtuple(struct rendering *rendering, PyObject *object)
{
    if (!PyTuple_Check(object)) {
        return false;
    }
    PyObject *fields = object_type_lookup(rendering->renderer->objects, Py_TYPE(object), "_fields");
    bool known = fields != NULL && PyTuple_Check(fields) && PyTuple_Size(fields) == PyTuple_Size(object);
    for (Py_ssize_t i = 0; known && i < PyTuple_Size(fields); i++) {
        known = PyUnicode_Check(PyTuple_GetItem(fields, i));
    }
    if (known) {
        char type[256];
        object_type_name(Py_TYPE(object), type, sizeof(type));
        text_puts(rendering->text, type);
        if (rendering_enter(rendering, object, "(", ")")) {
            for (Py_ssize_t i = 0; i < PyTuple_Size(fields) && !rendering->text->full; i++) {
                rendering_attribute(rendering, (size_t)i, PyTuple_GetItem(fields, i), PyTuple_GetItem(object, i));
            }
            rendering_leave(rendering, ")");
        }
    }
    Py_XDECREF(fields);
    return known;
}

static bool render_dataclass(struct rendering *rendering, PyObject *object)
{
    const struct objects *objects = rendering->renderer->objects;
    PyObject *fields = object_type_lookup(objects, Py_TYPE(object), "__dataclass_fields__");
    bool known = fields != NULL && PyDict_Check(fields);
    if (known) {
        char type[256];
        object_type_name(Py_TYPE(object), type, sizeof(type));
        text_puts(rendering->text, type);
    }
    if (known && rendering_enter(rendering, object, "(", ")")) {
        Py_ssize_t position = 0;
        PyObject *key, *field;
        size_t index = 0;
        while (!rendering->text->full && PyDict_Next(fields, &position, &key, &field)) {
            char name[256];
            PyObject *value =
                object_copy_text(key, name, sizeof(name)) ? object_attribute(objects, object, name) : NULL;
            if (value != NULL) {
                rendering_attribute(rendering, index++, key, value);
                Py_DECREF(value);
            }
        }
        rendering_leave(rendering, ")");
    }
    Py_XDECREF(fields);
    return known;
}

bool rendering_known(struct rendering *rendering, PyObject *object)
{
    static bool (*const known_renderers[KNOWN_COUNT])(struct rendering *, PyObject *) = {
        [KNOWN_ENUM] = render_enum,
        [KNOWN_PATH] = render_path,
        [KNOWN_DATETIME] = render_datetime,
        [KNOWN_DATE] = render_date,
        [KNOWN_TIME] = render_time,
        [KNOWN_TIMEDELTA] = render_timedelta,
        [KNOWN_DECIMAL] = render_decimal,
        [KNOWN_FRACTION] = render_fraction,
        [KNOWN_UUID] = render_uuid,
        [KNOWN_ARRAY] = render_array,
        [KNOWN_CTYPES_ARRAY] = render_array,
        [KNOWN_MASKED_ARRAY] = render_ndarray,
        [KNOWN_NDARRAY] = render_ndarray,
        [KNOWN_NUMPY_INTEGER] = render_numpy_integer,
        [KNOWN_NUMPY_FLOATING] = render_numpy_floating,
        [KNOWN_NUMPY_BOOL] = render_numpy_bool,
        [KNOWN_NUMPY_DATETIME] = render_numpy_time,
        [KNOWN_NUMPY_TIMEDELTA] = render_numpy_time,
        [KNOWN_DATAFRAME] = render_frame,
        [KNOWN_SERIES] = render_frame,
    };
    enum known_type known = render_known_type(rendering->renderer, object);
    if (known < KNOWN_COUNT && known_renderers[known] != NULL) {
        return known_renderers[known](rendering, object);
    }
    if (PyMemoryView_Check(object)) {
        return render_array(rendering, object);
    }
    if (!object_type_is_heap(Py_TYPE(object))) {
        return false;
    }
    if (PyTuple_Check(object)) {
        return render_namedtuple(rendering, object);
    }
    return !PyType_Check(object) && render_dataclass(rendering, object);
}
