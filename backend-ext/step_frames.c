#include "step_frames.h"

#include "backend.h"
#include "compat.h"
#include "lines.h"
#include "my_code.h"

#include <stdio.h>
#include <string.h>

#define HOOK_DEPTH 30 /* frames of a finder between frozen code and the one that is entered */

#define FLAG_OPTIMIZED       0x1
#define FLAG_GENERATOR       0x20
#define FLAG_COROUTINE       0x80
#define FLAG_ASYNC_GENERATOR 0x200

PyObject *step_frames_code(PyObject *frame)
{
    return (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
}

static long number_attribute(PyObject *object, const char *name, long fallback)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    long number = value ? PyLong_AsLong(value) : fallback;
    Py_XDECREF(value);
    PyErr_Clear();
    return number;
}

long step_frames_instruction(PyObject *frame)
{
    return number_attribute(frame, "f_lasti", -1);
}

void step_frames_name(PyObject *code, char *buffer, size_t size)
{
    PyObject *name = PyObject_GetAttrString(code, "co_qualname");
    PyObject *bytes = name && PyUnicode_Check(name) ? PyUnicode_AsEncodedString(name, "utf-8", "replace") : NULL;
    snprintf(buffer, size, "%s", bytes ? PyBytes_AsString(bytes) : "?");
    Py_XDECREF(bytes);
    Py_XDECREF(name);
    PyErr_Clear();
}

static bool is_main(const struct backend *backend, PyObject *frame)
{
    PyObject *code = step_frames_code(frame);
    bool same = code == backend->main_code;
    Py_DECREF(code);
    return same;
}

/* The frame just outside FRAME: new reference; NULL: none. */
static PyObject *frame_back(const struct backend *backend, PyObject *frame)
{
    PyObject *back = is_main(backend, frame) ? NULL : PyObject_GetAttrString(frame, "f_back");
    if (back == Py_None) {
        Py_CLEAR(back);
    }
    PyErr_Clear();
    return back;
}

PyObject *step_frames_caller(struct backend *backend, PyObject *frame)
{
    PyObject *caller = frame_back(backend, frame);
    while (caller && my_code_frame_origin(backend->my_code, caller) == ORIGIN_HIDDEN) {
        PyObject *next = frame_back(backend, caller);
        Py_DECREF(caller);
        caller = next;
    }
    return caller;
}

void way_out_find(struct way_out *way, struct backend *backend, PyObject *frame)
{
    bool library = false;
    *way = (struct way_out){.caller = frame_back(backend, frame)};
    while (way->caller && !my_code_steps_in(backend->my_code, way->caller)) {
        library = library || my_code_frame_origin(backend->my_code, way->caller) != ORIGIN_HIDDEN;
        Py_XDECREF(way->gate);
        way->gate = way->caller;
        way->caller = frame_back(backend, way->gate);
    }
    if (!library) { /* frozen code alone: nothing in it that takes long or calls others */
        Py_CLEAR(way->gate);
    }
}

void way_out_finish(struct way_out *way)
{
    Py_CLEAR(way->caller);
    Py_CLEAR(way->gate);
}

static bool is_frozen(PyObject *code)
{
    PyObject *filename = PyObject_GetAttrString(code, "co_filename");
    const char *text = filename && PyUnicode_Check(filename) ? PyUnicode_AsUTF8AndSize(filename, NULL) : NULL;
    bool frozen = text && strncmp(text, "<frozen ", 8) == 0;
    Py_XDECREF(filename);
    PyErr_Clear();
    return frozen;
}

static bool is_module(PyObject *code)
{
    PyObject *name = PyObject_GetAttrString(code, "co_name");
    bool module = name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "<module>") == 0;
    Py_XDECREF(name);
    PyErr_Clear();
    return module;
}

bool step_frames_are_of_import(PyObject *frame, PyObject *stepped)
{
    PyObject *at = Py_NewRef(frame);
    bool hook = false, done = false;
    for (int depth = 0; !done && depth < HOOK_DEPTH && at && at != Py_None && at != stepped; depth++) {
        PyObject *code = step_frames_code(at);
        hook = is_frozen(code);
        done = hook || is_module(code);
        Py_DECREF(code);
        PyObject *caller = PyObject_GetAttrString(at, "f_back");
        Py_DECREF(at);
        at = caller;
    }
    Py_XDECREF(at);
    PyErr_Clear();
    return hook;
}

bool step_frames_within_line(PyObject *code)
{
    struct line_table table;
    bool within = false;
    if (line_table_read(&table, code)) {
        within = line_table_is_within_line(&table);
        line_table_finish(&table);
    }
    return within;
}

bool step_frames_is_function(PyObject *code)
{
    return (number_attribute(code, "co_flags", 0) & FLAG_OPTIMIZED) != 0;
}

bool step_frames_is_coroutine(PyObject *code)
{
    return (number_attribute(code, "co_flags", 0) & (FLAG_COROUTINE | FLAG_ASYNC_GENERATOR)) != 0;
}

bool step_frames_suspends(PyObject *code, PyObject *value)
{
    long flags = number_attribute(code, "co_flags", 0);
    if (flags & FLAG_ASYNC_GENERATOR) { /* what it yields to `async for` comes wrapped, what it awaits does not */
        PyObject *name = PyObject_GetAttrString((PyObject *)Py_TYPE(value), "__name__");
        bool wrapped = name && PyUnicode_Check(name) &&
                       PyUnicode_CompareWithASCIIString(name, "async_generator_wrapped_value") == 0;
        Py_XDECREF(name);
        PyErr_Clear();
        return !wrapped;
    }
    return (flags & FLAG_COROUTINE) != 0;
}

bool step_frames_is_generator(PyObject *code)
{
    return (number_attribute(code, "co_flags", 0) & (FLAG_GENERATOR | FLAG_COROUTINE | FLAG_ASYNC_GENERATOR)) != 0;
}

bool step_frames_is_called(PyObject *code)
{
    static const char *const others[] = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "__init__"};
    bool called = step_frames_is_function(code) && !step_frames_is_generator(code);
    for (size_t i = 0; called && i < sizeof(others) / sizeof(*others); i++) {
        called = !step_frames_has_name(code, others[i]);
    }
    return called;
}

bool step_frames_has_name(PyObject *code, const char *name)
{
    PyObject *own = name[0] ? PyObject_GetAttrString(code, "co_name") : NULL;
    PyObject *wanted = own ? PyUnicode_FromString(name) : NULL;
    bool same = wanted && PyUnicode_Check(own) && PyUnicode_Compare(own, wanted) == 0;
    Py_XDECREF(wanted);
    Py_XDECREF(own);
    PyErr_Clear();
    return same;
}

/* Functions in Python, by one that every interpreter has. New reference; NULL: not found. */
static PyObject *some_function(void)
{
    PyObject *modules = PySys_GetObject("modules"); /* borrowed, as the module */
    PyObject *module = modules && PyDict_Check(modules) ? PyDict_GetItemString(modules, "_frozen_importlib") : NULL;
    return module ? PyObject_GetAttrString(module, "_find_and_load") : NULL;
}

/* Attributes are asked of the interpreter's own types only: they run no code of the program. */
PyObject *step_frames_code_of(PyObject *callable)
{
    PyObject *sample = some_function();
    PyObject *method = sample ? PyObject_CallMethod(sample, "__get__", "O", sample) : NULL;
    PyObject *function = NULL, *code = NULL;
    if (method && Py_TYPE(callable) == Py_TYPE(method)) {
        function = PyObject_GetAttrString(callable, "__func__");
    } else {
        function = Py_NewRef(callable);
    }
    if (function && sample && Py_TYPE(function) == Py_TYPE(sample)) {
        code = PyObject_GetAttrString(function, "__code__");
    }
    Py_XDECREF(function);
    Py_XDECREF(method);
    Py_XDECREF(sample);
    PyErr_Clear();
    return code;
}

PyObject *step_frames_generator_of(PyObject *callable)
{
    PyObject *code = step_frames_code_of(callable);
    if (code && !step_frames_is_generator(code)) {
        Py_CLEAR(code);
    }
    return code;
}

bool step_frames_is_bootstrap(PyObject *code)
{
    PyObject *name = PyObject_GetAttrString(code, "co_qualname");
    PyObject *frame = (PyObject *)PyEval_GetFrame();
    bool named = name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "Thread._bootstrap") == 0;
    PyObject *globals = named && frame ? PyObject_GetAttrString(frame, "f_globals") : NULL;
    PyObject *module =
        globals && PyDict_Check(globals) ? PyDict_GetItemString(globals, "__name__") : NULL; /* borrowed */
    bool threading = module && PyUnicode_Check(module) && PyUnicode_CompareWithASCIIString(module, "threading") == 0;
    Py_XDECREF(globals);
    Py_XDECREF(name);
    PyErr_Clear();
    return threading;
}

int step_frames_line(PyObject *frame)
{
    return (int)number_attribute(frame, "f_lineno", 0);
}
