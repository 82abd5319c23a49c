#include "objects.h"

#include "protocol/utf8.h"

#include <dlfcn.h>
#include <string.h>

void *object_symbol(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}

bool objects_init(struct objects *objects)
{
    *objects = (struct objects){0};
    PyObject *type_namespace = PyObject_GetAttrString((PyObject *)&PyType_Type, "__dict__");
    if (type_namespace == NULL) {
        return false;
    }
    objects->function_type = object_symbol("PyFunction_Type");
    objects->class_method_type = object_symbol("PyClassMethod_Type");
    objects->static_method_type = object_symbol("PyStaticMethod_Type");
    void *set_next = object_symbol("_PySet_NextEntryRef");
    objects->set_next_owns = set_next != NULL;
    set_next = set_next != NULL ? set_next : object_symbol("_PySet_NextEntry");
    memcpy(&objects->set_next, &set_next, sizeof(set_next));
    void *symbol = object_symbol("PyType_GetDict");
    memcpy(&objects->type_dict, &symbol, sizeof(symbol));
    PyObject *mro = PyUnicode_FromString("__mro__");
    PyObject *dict = PyUnicode_FromString("__dict__");
    if (mro != NULL && dict != NULL) {
        objects->mro_descriptor = PyObject_GetItem(type_namespace, mro);
        objects->dict_descriptor = PyObject_GetItem(type_namespace, dict);
        objects->int_bit_length = PyObject_GetAttrString((PyObject *)&PyLong_Type, "bit_length");
    }
    Py_XDECREF(mro);
    Py_XDECREF(dict);
    Py_DECREF(type_namespace);
    if (objects->mro_descriptor == NULL || objects->dict_descriptor == NULL || objects->int_bit_length == NULL) {
        objects_finish(objects);
        return false;
    }
    return true;
}

void objects_finish(struct objects *objects)
{
    Py_CLEAR(objects->mro_descriptor);
    Py_CLEAR(objects->dict_descriptor);
    Py_CLEAR(objects->int_bit_length);
}

bool object_type_is_heap(PyTypeObject *type)
{
    return (PyType_GetFlags(type) & Py_TPFLAGS_HEAPTYPE) != 0;
}

PyObject *object_utf8(PyObject *string, Py_ssize_t limit)
{
    if (!PyUnicode_Check(string)) {
        return NULL;
    }
    Py_ssize_t length = PyUnicode_GetLength(string);
    PyObject *part = PyUnicode_Substring(string, 0, length < limit ? length : limit);
    PyObject *bytes = part != NULL ? PyUnicode_AsEncodedString(part, "utf-8", "backslashreplace") : NULL;
    Py_XDECREF(part);
    PyErr_Clear();
    return bytes;
}

bool object_copy_text(PyObject *string, char *buffer, size_t size)
{
    buffer[0] = '\0';
    PyObject *bytes = object_utf8(string, (Py_ssize_t)size);
    if (bytes == NULL) {
        return false;
    }
    const char *source = PyBytes_AsString(bytes);
    size_t length = (size_t)PyBytes_Size(bytes);
    size_t written = 0;
    for (size_t taken = 0; taken < length;) {
        uint32_t code;
        size_t step = utf8_decode(source + taken, length - taken, &code, NULL);
        const char *shown = code == 0 ? "^@" : source + taken;
        size_t count = code == 0 ? 2 : step;
        if (written + count >= size) {
            break;
        }
        memcpy(buffer + written, shown, count);
        written += count;
        taken += step;
    }
    buffer[written] = '\0';
    Py_DECREF(bytes);
    return true;
}

void object_type_name(PyTypeObject *type, char *buffer, size_t size)
{
    PyObject *name = PyType_GetName(type);
    if (name == NULL || !object_copy_text(name, buffer, size)) {
        buffer[0] = '?';
        buffer[1] = '\0';
    }
    Py_XDECREF(name);
    PyErr_Clear();
}

void object_type_full_name(const struct objects *objects, PyTypeObject *type, char *buffer, size_t size)
{
    char qualified[256];
    char module[256];
    PyObject *name = PyType_GetQualName(type);
    if (name == NULL || !object_copy_text(name, qualified, sizeof(qualified))) {
        object_type_name(type, qualified, sizeof(qualified));
    }
    Py_XDECREF(name);
    PyErr_Clear();
    module[0] = '\0';
    PyObject *dict = object_type_is_heap(type) ? object_type_dict(objects, type) : NULL;
    if (dict != NULL) {
        PyObject *entry = object_dict_find(dict, "__module__");
        if (entry != NULL) {
            object_copy_text(entry, module, sizeof(module));
        }
        Py_DECREF(dict);
    }
    bool bare = module[0] == '\0' || strcmp(module, "builtins") == 0;
    PyOS_snprintf(buffer, size, "%s%s%s", bare ? "" : module, bare ? "" : ".", qualified);
    /* A cut may have split a character. */
    size_t length = strlen(buffer);
    while (length > 0 && !utf8_valid(buffer, length)) {
        length--;
    }
    buffer[length] = '\0';
}

PyObject *object_descriptor_get(PyObject *descriptor, PyObject *object)
{
    void *slot = PyType_GetSlot(Py_TYPE(descriptor), Py_tp_descr_get);
    descrgetfunc get;
    memcpy(&get, &slot, sizeof(get));
    PyObject *value = get != NULL ? get(descriptor, object, (PyObject *)Py_TYPE(object)) : NULL;
    PyErr_Clear();
    return value;
}

PyObject *object_type_mro(const struct objects *objects, PyTypeObject *type)
{
    PyObject *mro = object_descriptor_get(objects->mro_descriptor, (PyObject *)type);
    if (mro != NULL && !PyTuple_Check(mro)) {
        Py_CLEAR(mro);
    }
    return mro;
}

PyObject *object_type_dict(const struct objects *objects, PyTypeObject *type)
{
#ifndef Py_LIMITED_API
#if PY_VERSION_HEX < 0x030C0000
    (void)objects;
    Py_XINCREF(type->tp_dict);
    return type->tp_dict;
#endif
#endif
    if (objects->type_dict != NULL) {
        PyObject *found = objects->type_dict(type);
        PyErr_Clear();
        return found;
    }
    PyObject *proxy = object_descriptor_get(objects->dict_descriptor, (PyObject *)type);
    PyObject *copy = proxy != NULL ? PyDict_New() : NULL;
    if (copy != NULL && PyDict_Update(copy, proxy) != 0) {
        Py_CLEAR(copy);
    }
    Py_XDECREF(proxy);
    PyErr_Clear();
    return copy;
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (*text & 0x80) == 0) {
        text++;
    }
    return *text == '\0';
}

PyObject *object_dict_find(PyObject *dict, const char *name)
{
    PyObject *wide = is_ascii(name) ? NULL : PyUnicode_FromString(name);
    Py_ssize_t position = 0;
    PyObject *key, *value;
    bool found = false;
    while (!found && PyDict_Next(dict, &position, &key, &value)) {
        found = PyUnicode_CheckExact(key) &&
                (wide != NULL ? PyUnicode_Compare(key, wide) == 0 : PyUnicode_CompareWithASCIIString(key, name) == 0);
    }
    Py_XDECREF(wide);
    PyErr_Clear();
    return found ? value : NULL;
}

PyObject *object_type_lookup(const struct objects *objects, PyTypeObject *type, const char *name)
{
    PyObject *mro = object_type_mro(objects, type);
    PyObject *found = NULL;
    Py_ssize_t count = mro != NULL ? PyTuple_Size(mro) : 0;
    for (Py_ssize_t i = 0; i < count && found == NULL; i++) {
        PyObject *base = PyTuple_GetItem(mro, i);
        PyObject *dict = PyType_Check(base) ? object_type_dict(objects, (PyTypeObject *)base) : NULL;
        if (dict != NULL) {
            found = object_dict_find(dict, name);
            Py_XINCREF(found);
            Py_DECREF(dict);
        }
    }
    Py_XDECREF(mro);
    return found;
}

PyObject *object_dict(const struct objects *objects, PyObject *object)
{
    if (PyType_Check(object)) {
        return object_type_dict(objects, (PyTypeObject *)object);
    }
    if (PyModule_Check(object)) {
        PyObject *dict = PyModule_GetDict(object);
        Py_XINCREF(dict);
        return dict;
    }
    PyObject *dict = PyObject_GenericGetDict(object, NULL);
    PyErr_Clear();
    if (dict != NULL && !PyDict_Check(dict)) {
        Py_CLEAR(dict);
    }
    return dict;
}

static int keep_referent(PyObject *referent, void *data)
{
    PyObject **kept = data;
    *kept = referent;
    return 0;
}

PyObject *object_proxied_dict(PyObject *proxy)
{
    /* Its own methods would call the mapping's; what it refers to is known to the collector. */
    PyObject *referent = NULL;
    void *slot = Py_TYPE(proxy) == &PyDictProxy_Type ? PyType_GetSlot(&PyDictProxy_Type, Py_tp_traverse) : NULL;
    traverseproc traverse;
    memcpy(&traverse, &slot, sizeof(traverse));
    if (traverse != NULL) {
        traverse(proxy, keep_referent, &referent);
    }
    return referent != NULL && PyDict_Check(referent) ? referent : NULL;
}

bool object_is_c_descriptor(PyObject *entry)
{
    return Py_TYPE(entry) == &PyMemberDescr_Type || Py_TYPE(entry) == &PyGetSetDescr_Type;
}

PyObject *object_member(const struct objects *objects, PyTypeObject *type, const char *name, PyObject *object)
{
    PyObject *descriptor = object_type_lookup(objects, type, name);
    PyObject *value = NULL;
    if (descriptor != NULL && object_is_c_descriptor(descriptor)) {
        value = object_descriptor_get(descriptor, object);
    }
    Py_XDECREF(descriptor);
    return value;
}

PyObject *object_attribute(const struct objects *objects, PyObject *object, const char *name)
{
    PyObject *dict = object_dict(objects, object);
    PyObject *value = dict != NULL ? object_dict_find(dict, name) : NULL;
    Py_XINCREF(value);
    Py_XDECREF(dict);
    if (value != NULL) {
        return value;
    }
    PyObject *descriptor = object_type_lookup(objects, Py_TYPE(object), name);
    if (descriptor != NULL && Py_TYPE(descriptor) == &PyMemberDescr_Type) {
        value = object_descriptor_get(descriptor, object);
    }
    Py_XDECREF(descriptor);
    return value;
}

bool object_is_dunder(PyObject *name)
{
    Py_ssize_t length = PyUnicode_Check(name) ? PyUnicode_GetLength(name) : 0;
    return length > 4 && PyUnicode_ReadChar(name, 0) == '_' && PyUnicode_ReadChar(name, 1) == '_' &&
           PyUnicode_ReadChar(name, length - 2) == '_' && PyUnicode_ReadChar(name, length - 1) == '_';
}

/* The slots that one class of the mro defines. False: stop. */
static bool each_slot_of(PyObject *dict, PyObject *object, object_slot_function each, void *data)
{
    Py_ssize_t position = 0;
    PyObject *key, *entry;
    while (PyDict_Next(dict, &position, &key, &entry)) {
        if (!PyUnicode_CheckExact(key) || Py_TYPE(entry) != &PyMemberDescr_Type) {
            continue;
        }
        if (object_is_dunder(key)) {
            continue; /* __weakref__, __dictoffset__ and the like */
        }
        PyObject *value = object_descriptor_get(entry, object);
        bool go_on = value == NULL || each(data, key, value);
        Py_XDECREF(value);
        if (!go_on) {
            return false;
        }
    }
    return true;
}

void object_each_slot(const struct objects *objects, PyObject *object, object_slot_function each, void *data)
{
    PyObject *mro = object_type_mro(objects, Py_TYPE(object));
    Py_ssize_t count = mro != NULL ? PyTuple_Size(mro) : 0;
    bool go_on = true;
    /* The base's slots come first, as the program wrote them. */
    for (Py_ssize_t i = count - 1; i >= 0 && go_on; i--) {
        PyObject *base = PyTuple_GetItem(mro, i);
        PyObject *dict = PyType_Check(base) ? object_type_dict(objects, (PyTypeObject *)base) : NULL;
        if (dict != NULL) {
            go_on = each_slot_of(dict, object, each, data);
            Py_DECREF(dict);
        }
    }
    Py_XDECREF(mro);
    PyErr_Clear();
}

PyObject *object_base_call(PyTypeObject *type, int slot, PyObject *object)
{
    void *pointer = PyType_GetSlot(type, slot);
    unaryfunc function;
    memcpy(&function, &pointer, sizeof(function));
    PyObject *result = function != NULL ? function(object) : NULL;
    PyErr_Clear();
    return result;
}

PyObject *object_set_next(const struct objects *objects, PyObject *set, Py_ssize_t *position)
{
    PyObject *item = NULL;
    Py_hash_t hash;
    if (objects->set_next(set, position, &item, &hash) <= 0) {
        PyErr_Clear();
        return NULL;
    }
    return objects->set_next_owns ? item : Py_NewRef(item);
}

PyObject *object_loaded_module(const char *name)
{
    PyObject *modules = PyImport_GetModuleDict();
    if (modules == NULL || !PyDict_CheckExact(modules)) {
        return NULL;
    }
    PyObject *module = PyDict_GetItemString(modules, name);
    PyErr_Clear();
    return module != NULL && PyModule_Check(module) ? module : NULL;
}
