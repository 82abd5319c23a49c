#include "uncaught.h"

#include "backend.h"
#include "compat.h"
#include "hold.h"
#include "lifecycle.h"
#include "method_swap.h"
#include "objects.h"
#include "stepping.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What dicts are watched with: no part of the stable ABI, but the same from 3.12 on. */
struct dict_watching {
    int (*add)(int (*)(int event, PyObject *dict, PyObject *key, PyObject *value));
    int (*clear)(int watcher);
    int (*watch)(int watcher, PyObject *dict);
    int (*unwatch)(int watcher, PyObject *dict);
};

struct uncaught {
    struct backend *backend;
    struct dict_watching dicts;
    int watcher;             /* -1: none */
    PyObject *system;        /* owned: the dict of `sys` */
    PyObject *standin;       /* owned: takes the hook's place */
    PyObject *hook;          /* owned: whose place it took last; NULL */
    bool seen;               /* the end came */
    struct method_swap swap; /* of sys.__excepthook__, for a late start */
};

/* A watcher has nothing of ours to be found by, nor has the stand-in: it is to look like the interpreter's own hook.
 * One session a process; guarded by the GIL. */
static struct uncaught *watching, *standing;

/* The end. */

static bool is_of_main(const struct uncaught *uncaught)
{
    const struct backend *backend = uncaught->backend;
    return !uncaught->seen && !backend->ended && backend->main_code && getpid() == backend->pid &&
           PyThread_get_thread_ident() == backend->main_ident;
}

/* The frame of the program's own code that EXCEPTION left: new reference; NULL: it has no part in it. */
static PyObject *frame_of_main(const struct backend *backend, PyObject *traceback)
{
    PyObject *at = Py_NewRef(traceback), *found = NULL;
    while (at && at != Py_None && !found) {
        PyObject *frame = PyObject_GetAttrString(at, "tb_frame");
        PyObject *code = frame ? (PyObject *)PyFrame_GetCode((PyFrameObject *)frame) : NULL;
        if (code == backend->main_code) {
            found = Py_XNewRef(frame);
        }
        Py_XDECREF(code);
        Py_XDECREF(frame);
        PyObject *next = PyObject_GetAttrString(at, "tb_next");
        Py_DECREF(at);
        at = next;
    }
    Py_XDECREF(at);
    PyErr_Clear();
    return found;
}

static void look_at_end(struct uncaught *uncaught, PyObject *exception)
{
    struct backend *backend = uncaught->backend;
    if (!is_of_main(uncaught) || PyEval_GetFrame() || !PyExceptionInstance_Check(exception)) {
        return;
    }
    PyObject *traceback = PyException_GetTraceback(exception); /* the program may have taken it away */
    PyObject *frame = traceback ? frame_of_main(backend, traceback) : NULL;
    bool foreign = traceback && !frame; /* what is typed after the program's end (-i) */
    Py_XDECREF(traceback);
    if (foreign) {
        return;
    }
    uncaught->seen = true;
    backend->main_left = true;
    hold_pass(backend);
    if (!stepping_is_silent(backend)) {
        lifecycle_uncaught(backend, frame, exception);
    }
    Py_XDECREF(frame);
    PyErr_Clear();
}

/* Give the hook its place back, if it is still the stand-in's. */
static void put_back(struct uncaught *uncaught)
{
    PyObject *set = PyDict_GetItemString(uncaught->system, "excepthook"); /* borrowed */
    if (set && set == uncaught->standin && uncaught->hook &&
        PyDict_SetItemString(uncaught->system, "excepthook", uncaught->hook) != 0) {
        PyErr_Clear();
    }
}

/* (type, exception, traceback), from the interpreter. What is called then is what stands there after the stop. */
static PyObject *on_hook(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    (void)self;
    struct uncaught *uncaught = standing;
    put_back(uncaught);
    if (count == 3) {
        look_at_end(uncaught, arguments[1]);
    }
    PyObject *set = PyDict_GetItemString(uncaught->system, "excepthook"); /* borrowed */
    PyObject *hook = Py_XNewRef(set && set != uncaught->standin ? set : uncaught->hook);
    PyObject *result = hook ? PyObject_Vectorcall(hook, arguments, (size_t)count, NULL) : Py_NewRef(Py_None);
    Py_XDECREF(hook);
    return result;
}

/* The value of a key that is there changes, which is allowed while another key of the same dict is being set. */
static void take_place(struct uncaught *uncaught)
{
    PyObject *set = PyDict_GetItemString(uncaught->system, "excepthook"); /* borrowed */
    if (set && set != uncaught->standin) {
        PyObject *former = uncaught->hook;
        uncaught->hook = Py_NewRef(set);
        if (PyDict_SetItemString(uncaught->system, "excepthook", uncaught->standin) != 0) {
            PyErr_Clear();
        }
        Py_XDECREF(former);
    }
}

static bool is_last_exception(PyObject *key)
{
    static const char *const names[] = {"last_exc", "last_type", "last_value", "last_traceback"};
    bool found = false;
    for (size_t i = 0; key && PyUnicode_Check(key) && i < sizeof(names) / sizeof(*names); i++) {
        found = found || PyUnicode_CompareWithASCIIString(key, names[i]) == 0;
    }
    return found;
}

/* A key of sys.__dict__ is about to get VALUE; an error may be set. */
static int on_change(int event, PyObject *dict, PyObject *key, PyObject *value)
{
    (void)event;
    struct uncaught *uncaught = watching;
    if (uncaught && value && dict == uncaught->system && is_of_main(uncaught) && !PyEval_GetFrame() &&
        is_last_exception(key)) {
        PyObject *error = PyErr_GetRaisedException();
        take_place(uncaught);
        if (error) {
            PyErr_SetRaisedException(error);
        }
    }
    return 0;
}

/* Life. */

static PyMethodDef standin_method = {"excepthook", (PyCFunction)(void (*)(void))on_hook, METH_FASTCALL, NULL};

static bool find_watching(struct dict_watching *dicts)
{
    void *add = object_symbol("PyDict_AddWatcher"), *clear = object_symbol("PyDict_ClearWatcher");
    void *watch = object_symbol("PyDict_Watch"), *unwatch = object_symbol("PyDict_Unwatch");
    memcpy(&dicts->add, &add, sizeof(add));
    memcpy(&dicts->clear, &clear, sizeof(clear));
    memcpy(&dicts->watch, &watch, sizeof(watch));
    memcpy(&dicts->unwatch, &unwatch, sizeof(unwatch));
    return add && clear && watch && unwatch;
}

/* The dict in which the interpreter looks for the hook: new reference or NULL. */
static PyObject *find_system(void)
{
    PyObject *modules = PySys_GetObject("modules"); /* borrowed, as the rest */
    PyObject *module = modules && PyDict_Check(modules) ? PyDict_GetItemString(modules, "sys") : NULL;
    PyObject *dict = module && PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
    bool right = dict && PyDict_GetItemString(dict, "modules") == modules;
    return right ? Py_NewRef(dict) : NULL;
}

static PyObject *make_standin(void)
{
    PyObject *name = PyUnicode_FromString("sys");
    PyObject *standin = name ? PyCFunction_NewEx(&standin_method, NULL, name) : NULL;
    Py_XDECREF(name);
    return standin;
}

/* (type, exception, traceback): the interpreter's own hook is called. */
static PyObject *on_own_hook(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    struct uncaught *uncaught = standing;
    if (count == 3) {
        look_at_end(uncaught, arguments[1]);
    }
    PyObject *(*original)(PyObject *, PyObject *const *, Py_ssize_t) =
        (PyObject * (*)(PyObject *, PyObject *const *, Py_ssize_t))(void (*)(void))(uncaught->swap.original);
    return original(module, arguments, count);
}

bool uncaught_start_late(struct uncaught *uncaught)
{
    PyObject *hook = PySys_GetObject("__excepthook__"); /* borrowed */
    PyCFunction ours = (PyCFunction)(void (*)(void))on_own_hook;
    struct uncaught *former = standing;
    standing = uncaught;
    if (watching || !method_swap(&uncaught->swap, hook, "excepthook", METH_FASTCALL, ours)) {
        standing = former;
        return false;
    }
    watching = uncaught;
    return true;
}

bool uncaught_start(struct uncaught *uncaught)
{
    if (watching || !find_watching(&uncaught->dicts) || !(uncaught->system = find_system()) ||
        !(uncaught->standin = make_standin()) || (uncaught->watcher = uncaught->dicts.add(on_change)) < 0) {
        PyErr_Clear();
        return false;
    }
    watching = standing = uncaught;
    if (uncaught->dicts.watch(uncaught->watcher, uncaught->system) != 0) {
        PyErr_Clear();
        uncaught_stop(uncaught);
        return false;
    }
    return true;
}

void uncaught_stop(struct uncaught *uncaught)
{
    if (watching != uncaught) {
        return;
    }
    watching = NULL;
    if (uncaught->swap.method) {
        method_swap_back(&uncaught->swap);
        return;
    }
    put_back(uncaught);
    if (uncaught->dicts.unwatch(uncaught->watcher, uncaught->system) != 0) {
        PyErr_Clear();
    }
    if (uncaught->dicts.clear(uncaught->watcher) != 0) {
        PyErr_Clear();
    }
    uncaught->watcher = -1;
}

bool uncaught_is_watched(const struct uncaught *uncaught)
{
    return watching == uncaught;
}

struct uncaught *uncaught_create(struct backend *backend)
{
    struct uncaught *uncaught = calloc(1, sizeof(*uncaught));
    if (uncaught) {
        uncaught->backend = backend;
        uncaught->watcher = -1;
    }
    return uncaught;
}

void uncaught_destroy(struct uncaught *uncaught)
{
    if (uncaught) {
        uncaught_stop(uncaught);
        Py_CLEAR(uncaught->system);
        Py_CLEAR(uncaught->standin);
        Py_CLEAR(uncaught->hook);
        free(uncaught);
    }
}
