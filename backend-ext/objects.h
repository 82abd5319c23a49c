/* Looking into any object without running code of the program.
 *
 * Nothing here calls __getattribute__, __getattr__, __class__, __len__, __eq__, __hash__ or a
 * metaclass: types are told by Py_TYPE, dictionaries are walked, never searched with or among keys of
 * the program's own classes, and descriptors are called only when they are the interpreter's own.
 *
 * Functions that return PyObject * give a new reference, or NULL with no Python error set when there
 * is no such thing. */
#pragma once

#include "compat.h"

#include <stdbool.h>
#include <stddef.h>

/* What is fetched from the interpreter once. */
struct objects {
    PyObject *mro_descriptor;               /* type.__mro__ */
    PyObject *dict_descriptor;              /* type.__dict__ */
    PyObject *(*type_dict)(PyTypeObject *); /* PyType_GetDict, NULL before 3.12 */
    PyObject *int_bit_length;
    /* Borrowed from the interpreter: its types for which the limited API has no name. */
    PyTypeObject *function_type, *class_method_type, *static_method_type;
    /* _PySet_NextEntry, or from 3.13 _PySet_NextEntryRef; NULL where it is not exported. */
    int (*set_next)(PyObject *, Py_ssize_t *, PyObject **, Py_hash_t *);
    bool set_next_owns; /* it gives new references */
};

/* The address of an exported function of the interpreter that no header of ours declares; NULL if this
 * interpreter has none. Copy it into a function pointer with memcpy. */
void *object_symbol(const char *name);

/* False with a Python error. */
bool objects_init(struct objects *objects);
void objects_finish(struct objects *objects);

bool object_type_is_heap(PyTypeObject *type);

/* The type's own name, without module. BUFFER is NUL-terminated UTF-8. */
void object_type_name(PyTypeObject *type, char *buffer, size_t size);

/* module.qualname; without the module for builtins. */
void object_type_full_name(const struct objects *objects, PyTypeObject *type, char *buffer, size_t size);

/* The tuple of base types. */
PyObject *object_type_mro(const struct objects *objects, PyTypeObject *type);

/* The type's own dictionary; it is not to be changed. */
PyObject *object_type_dict(const struct objects *objects, PyTypeObject *type);

/* What the mro's dictionaries hold under NAME: the raw entry, no descriptor is called. */
PyObject *object_type_lookup(const struct objects *objects, PyTypeObject *type, const char *name);

/* Borrowed entry of DICT whose key is exactly the string NAME. Walks: use it where keys may lie. */
PyObject *object_dict_find(PyObject *dict, const char *name);

/* The namespace of an instance, module or class; always a dict. */
PyObject *object_dict(const struct objects *objects, PyObject *object);

/* The dict behind a mappingproxy; borrowed, NULL when it is about something else. */
PyObject *object_proxied_dict(PyObject *proxy);

/* Whether ENTRY is a member or getset descriptor of the interpreter (slots of Python classes are). */
bool object_is_c_descriptor(PyObject *entry);

/* Call such a descriptor for OBJECT; NULL too when the slot is unset. */
PyObject *object_descriptor_get(PyObject *descriptor, PyObject *object);

/* The attribute NAME that TYPE, a type written in C, or one of its bases offers as a descriptor. */
PyObject *object_member(const struct objects *objects, PyTypeObject *type, const char *name, PyObject *object);

/* An attribute of an instance found without running code: its namespace, then slots. */
PyObject *object_attribute(const struct objects *objects, PyObject *object, const char *name);

/* Call EACH for every slot of OBJECT that is set (Python classes' __slots__; members of C types). It
 * returns false to stop. NAME is an exact str, borrowed as VALUE is. */
typedef bool (*object_slot_function)(void *data, PyObject *name, PyObject *value);
void object_each_slot(const struct objects *objects, PyObject *object, object_slot_function each, void *data);

/* Whether NAME is a str of the form __x__. */
bool object_is_dunder(PyObject *name);

/* The entry of a set at *POSITION (0 at first), which moves on: new reference; NULL at the end. To be
 * called only where objects->set_next is there. */
PyObject *object_set_next(const struct objects *objects, PyObject *set, Py_ssize_t *position);

/* TYPE's own C function for SLOT called on OBJECT: reprfunc and getiterfunc alike. Use it for the
 * built-in types, whose functions run no other code. */
PyObject *object_base_call(PyTypeObject *type, int slot, PyObject *object);

/* A str's text as UTF-8 with lone surrogates as \udcNN; at most LIMIT characters are looked at. An
 * exact bytes object. */
PyObject *object_utf8(PyObject *string, Py_ssize_t limit);

/* The same copied into BUFFER, cut at a character. False when STRING is no str. */
bool object_copy_text(PyObject *string, char *buffer, size_t size);

/* sys.modules[NAME] if it is loaded and a real module. Borrowed. */
PyObject *object_loaded_module(const char *name);
