#include "attach.h"

#include "backend.h"
#include "breakpoints.h"
#include "compat.h"
#include "lifecycle.h"
#include "listener.h"
#include "threads.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The main thread. */

/* MODULE.NAME as the module's dict has it, if the module is loaded: borrowed. */
static PyObject *loaded_attribute(const char *module, const char *name)
{
    PyObject *modules = PySys_GetObject("modules"); /* borrowed, as the rest */
    PyObject *found = modules && PyDict_Check(modules) ? PyDict_GetItemString(modules, module) : NULL;
    PyObject *dict = found && PyModule_Check(found) ? PyModule_GetDict(found) : NULL;
    return dict ? PyDict_GetItemString(dict, name) : NULL;
}

/* 0 where NUMBER is none. Takes the reference. */
static unsigned long take_ident(PyObject *number)
{
    unsigned long ident = number && PyLong_Check(number) ? PyLong_AsUnsignedLong(number) : 0;
    Py_XDECREF(number);
    if (PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    return ident;
}

/* The thread that runs __main__'s module body; 0: none does. */
static unsigned long ident_by_stack(void)
{
    PyObject *function = PySys_GetObject("_current_frames"); /* borrowed, as globals and key */
    PyObject *frames = function ? PyObject_CallNoArgs(function) : NULL, *globals = lifecycle_main_globals();
    PyObject *key, *frame;
    Py_ssize_t position = 0;
    unsigned long ident = 0;
    while (!ident && globals && frames && PyDict_Check(frames) && PyDict_Next(frames, &position, &key, &frame)) {
        PyObject *at = Py_NewRef(frame), *outermost = NULL;
        while (at && at != Py_None) {
            Py_XDECREF(outermost);
            outermost = at;
            at = PyObject_GetAttrString(at, "f_back");
        }
        Py_XDECREF(at);
        PyObject *own = outermost ? PyObject_GetAttrString(outermost, "f_globals") : NULL;
        ident = own == globals ? take_ident(Py_NewRef(key)) : 0;
        Py_XDECREF(own);
        Py_XDECREF(outermost);
    }
    Py_XDECREF(frames);
    PyErr_Clear();
    return ident;
}

unsigned long attach_main_ident(void)
{
    if (syscall(SYS_gettid) == getpid()) {
        return PyThread_get_thread_ident();
    }
    PyObject *function = loaded_attribute("_thread", "_get_main_thread_ident"); /* 3.13 and newer */
    unsigned long ident = function ? take_ident(PyObject_CallNoArgs(function)) : 0;
    PyObject *thread = ident ? NULL : loaded_attribute("threading", "_main_thread");
    if (thread) {
        ident = take_ident(PyObject_GetAttrString(thread, "_ident"));
    }
    PyErr_Clear();
    return ident ? ident : ident_by_stack();
}

const char *attach_refuse(void)
{
    if (PyInterpreterState_GetID(PyInterpreterState_Get()) != 0) {
        return "only the main interpreter can be debugged, not a subinterpreter";
    }
    PyObject *enabled = PySys_GetObject("_is_gil_enabled"); /* borrowed; 3.13 and newer */
    PyObject *result = enabled ? PyObject_CallNoArgs(enabled) : NULL;
    bool free_threaded = strstr(Py_GetVersion(), "free-threading") || result == Py_False;
    Py_XDECREF(result);
    PyErr_Clear();
    return free_threaded ? "free-threaded builds of Python are not supported yet: a stop holds the program by keeping "
                           "the interpreter's lock, which they do not have"
                         : NULL;
}

/* Waiting. */

#define SIGNALS_EVERY 100 /* ms: no thread of ours gets signals, so nothing ends the wait when one comes */

static bool is_offered(bool holding)
{
    bool offered;
    if (holding) {
        return listener_wait(SIGNALS_EVERY);
    }
    Py_BEGIN_ALLOW_THREADS offered = listener_wait(SIGNALS_EVERY);
    Py_END_ALLOW_THREADS return offered;
}

/* True: a session has begun, or there is one. */
static bool take_offered(void)
{
    const char *refused = attach_refuse();
    if (refused) {
        listener_refuse(refused);
    } else if (backend_attach(LISTENER_ADDRESS, true)) {
        return backend_current() != NULL; /* else that client left at once: wait for another one */
    } else {
        listener_refuse("the debugger cannot be started in this program");
        PyErr_Clear();
    }
    return false;
}

/* How often attach_let_go() was called; with the GIL held. */
static unsigned long let_go;

void attach_let_go(void)
{
    let_go++;
}

bool attach_wait(bool holding)
{
    bool ok = false;
    unsigned long before = let_go;
    listener_begin_waiting();
    while (!ok && listener_address() && !backend_current() && !(holding && let_go != before)) {
        ok = is_offered(holding) && listener_address() && !backend_current() && take_offered();
        if (!ok && PyErr_CheckSignals() < 0) {
            break;
        }
    }
    listener_end_waiting();
    return ok;
}

/* The stacks. */

struct meeting {
    struct backend *backend;
    PyObject *seen;    /* owned: a set of addresses of code */
    PyObject *globals; /* borrowed: of __main__ */
};

static bool is_module_body(PyObject *code)
{
    PyObject *name = PyObject_GetAttrString(code, "co_name");
    bool is = name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "<module>") == 0;
    Py_XDECREF(name);
    return is;
}

static bool is_new(struct meeting *meeting, PyObject *code)
{
    PyObject *address = PyLong_FromVoidPtr(code);
    bool is = address && PySet_Contains(meeting->seen, address) == 0 && PySet_Add(meeting->seen, address) == 0;
    Py_XDECREF(address);
    return is;
}

static void meet_frame(struct meeting *meeting, PyObject *frame)
{
    struct backend *backend = meeting->backend;
    PyObject *code = PyObject_GetAttrString(frame, "f_code");
    if (code && is_new(meeting, code)) {
        breakpoints_code_entered(backend->breakpoints, code);
        PyObject *globals = is_module_body(code) ? PyObject_GetAttrString(frame, "f_globals") : NULL;
        if (globals && globals == meeting->globals && !backend->main_code) {
            lifecycle_set_main(backend, code);
        }
        Py_XDECREF(globals);
    }
    Py_XDECREF(code);
    PyErr_Clear();
}

void attach_meet_running(struct backend *backend)
{
    PyObject *frames = threads_frames(backend), *key, *frame;
    struct meeting meeting = {.backend = backend, .seen = PySet_New(NULL), .globals = lifecycle_main_globals()};
    Py_ssize_t position = 0;
    while (meeting.seen && frames && PyDict_Check(frames) && PyDict_Next(frames, &position, &key, &frame)) {
        PyObject *at = Py_NewRef(frame);
        while (at && at != Py_None) {
            meet_frame(&meeting, at);
            PyObject *caller = PyObject_GetAttrString(at, "f_back");
            Py_DECREF(at);
            at = caller;
        }
        Py_XDECREF(at);
        PyErr_Clear();
    }
    Py_XDECREF(meeting.seen);
    Py_XDECREF(frames);
    PyErr_Clear();
}
