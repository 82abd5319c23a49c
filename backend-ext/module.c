/* The extension module `_pytui`: start() for the start-up file, and what the package needs to begin, use and end a
 * session in the middle of a program. */
#include "attach.h"
#include "backend.h"
#include "breakpoint_hook.h"
#include "compat.h"
#include "engine.h"
#include "lifecycle.h"
#include "listener.h"
#include "screen.h"
#include "stepping.h"
#include "stop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHANNEL_VARIABLE "PYTUI_CHANNEL"

/* Take the variable out of the environment as C code sees it and as Python code sees it. os may not be loaded (-S). */
static void forget_variable(const char *name)
{
    unsetenv(name);
    PyObject *modules = PySys_GetObject("modules"); /* borrowed */
    PyObject *os = modules ? PyDict_GetItemString(modules, "os") : NULL;
    PyObject *environment = os ? PyObject_GetAttrString(os, "environ") : NULL;
    PyObject *result = environment ? PyObject_CallMethod(environment, "pop", "sO", name, Py_None) : NULL;
    Py_XDECREF(result);
    Py_XDECREF(environment);
    PyErr_Clear();
    PyObject *posix = os || !modules ? NULL : PyDict_GetItemString(modules, "posix");
    environment = posix ? PyObject_GetAttrString(posix, "environ") : NULL;
    PyObject *key = environment ? PyBytes_FromString(name) : NULL;
    if (key && PyDict_Check(environment)) {
        PyDict_DelItem(environment, key);
    }
    Py_XDECREF(key);
    Py_XDECREF(environment);
    PyErr_Clear();
}

PyDoc_STRVAR(
    start_doc,
    "start(address=None, /)\n--\n\n"
    "Connect to the debugger, serve it until it lets the program run, and plan the first stop.\n\n"
    "Arguments:\n    address: \"fd:N\", \"unix:PATH\" or \"tcp:HOST:PORT\"; None takes and removes the environment "
    "variable PYTUI_CHANNEL.\n\nWithout an address nothing happens.\n\nRaises:\n    "
    "RuntimeError: this interpreter cannot be debugged.\n    ConnectionError: the debugger cannot be "
    "reached.\n");

static PyObject *start(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *given = NULL;
    if (!PyArg_ParseTuple(arguments, "|z:start", &given)) {
        return NULL;
    }
    const char *variable = getenv(CHANNEL_VARIABLE);
    char *address = given ? strdup(given) : variable ? strdup(variable) : NULL;
    bool wanted = given || variable;
    forget_variable(CHANNEL_VARIABLE);
    if (!wanted) {
        Py_RETURN_NONE;
    }
    if (!address) {
        return PyErr_NoMemory();
    }
    const char *refused = attach_refuse();
    bool ok = !refused && backend_start(address);
    free(address);
    if (refused) {
        PyErr_Format(PyExc_RuntimeError, "pytui: %s", refused);
    }
    if (!ok) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(attach_doc,
             "attach(address, wait=False)\n--\n\n"
             "Begin a session in the running program: connect to the debugger's end at ADDRESS.\n\n"
             "Arguments:\n    address: \"fd:N\", a connected stream socket that is taken over, \"unix:PATH\" or "
             "\"tcp:HOST:PORT\".\n"
             "    wait: serve in this thread until the debugger has configured the session or left; else return at "
             "once.\n\nReturns:\n    whether the debugger is still there.\n\nRaises:\n    RuntimeError: this "
             "interpreter cannot be debugged, or is being debugged already.\n    ConnectionError: the debugger cannot "
             "be reached.\n");

static PyObject *attach(PyObject *module, PyObject *arguments, PyObject *named)
{
    static char *names[] = {"address", "wait", NULL};
    const char *address = NULL;
    int wait = 0;
    (void)module;
    if (!PyArg_ParseTupleAndKeywords(arguments, named, "s|p:attach", names, &address, &wait)) {
        return NULL;
    }
    const char *refused = attach_refuse();
    if (refused) {
        return PyErr_Format(PyExc_RuntimeError, "pytui: %s", refused);
    }
    return backend_attach(address, wait) ? PyBool_FromLong(backend_current() != NULL) : NULL;
}

PyDoc_STRVAR(active_doc, "active()\n--\n\n"
                         "Whether a debugger is attached to this process.\n");

static PyObject *active(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return PyBool_FromLong(backend_current() != NULL);
}

PyDoc_STRVAR(detach_doc, "detach()\n--\n\n"
                         "End the session: the debugger's connection closes, and nothing of it is left.\n");

static PyObject *detach(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    struct backend *backend = backend_current();
    if (backend && !stop_active(backend)) { /* evaluated code must not pull away what serves it */
        lifecycle_tell_over(backend);
        backend_detach(backend);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    stop_doc,
    "stop(frame=None, reason='breakpoint', text=None, exception=None, post_mortem=False)\n--\n\n"
    "Stop the calling thread, and with it the program, until the debugger lets it go on.\n\n"
    "Arguments:\n    frame: the innermost frame to show; None is the caller's.\n    reason: of DAP's `stopped`.\n"
    "    text: more about it, or None.\n    exception: the one that this stop is about, or None.\n    post_mortem: "
    "show "
    "the frames that the exception left, in which nothing can be stepped.\n\nReturns:\n    whether there was a stop: a "
    "debugger is attached, and this is not code that it evaluates itself.\n");

/* The words of Python strings outlive the stop: their owners are held by the caller's arguments. */
static PyObject *stop(PyObject *module, PyObject *arguments, PyObject *named)
{
    static char *names[] = {"frame", "reason", "text", "exception", "post_mortem", NULL};
    PyObject *frame = Py_None, *exception = Py_None;
    struct stop_info info = {.reason = "breakpoint"};
    int post_mortem = 0;
    (void)module;
    if (!PyArg_ParseTupleAndKeywords(arguments, named, "|OszOp:stop", names, &frame, &info.reason, &info.text,
                                     &exception, &post_mortem)) {
        return NULL;
    }
    PyObject *caller = (PyObject *)PyEval_GetFrame(); /* borrowed */
    bool framed = caller && Py_TYPE(frame) == Py_TYPE(caller), raised = PyExceptionInstance_Check(exception);
    if ((frame != Py_None && !framed) || (exception != Py_None && !raised) || (post_mortem && !raised)) {
        PyErr_SetString(PyExc_TypeError, "stop() takes a frame and an exception, or None");
        return NULL;
    }
    struct backend *backend = backend_current();
    bool stopped = false;
    info.frame = framed ? frame : post_mortem ? NULL : caller;
    info.exception = raised ? exception : NULL;
    info.post_mortem = info.goes_on = post_mortem;
    if (backend && !breakpoint_hook_enter(backend, &info, &stopped)) {
        return NULL;
    }
    return PyBool_FromLong(stopped);
}

PyDoc_STRVAR(await_doc, "await_code(code, /)\n--\n\n"
                        "Stop at the first line of the first frame that CODE, which never ran before, gets.\n\n"
                        "Arguments:\n    code: it; None is none any more.\n");

static PyObject *await_code(PyObject *module, PyObject *code)
{
    (void)module;
    struct backend *backend = backend_current();
    if (backend) {
        stepping_await(backend->stepping, code == Py_None ? NULL : code);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(open_screen_doc,
             "open_screen(words, /)\n--\n\n"
             "Start the debugger's program on this process's terminal.\n\n"
             "Arguments:\n    words: its command line, a tuple; it finds its end of the channel as descriptor 3.\n\n"
             "Returns:\n    the descriptor of this end.\n\nRaises:\n    OSError: there is no terminal, or it cannot "
             "be started.\n");

/* WORDS as bytes in a tuple (new reference) whose strings ARGV then holds; NULL with a Python error. */
static PyObject *encode_words(PyObject *words, char *argv[], Py_ssize_t limit)
{
    Py_ssize_t count = PyTuple_Check(words) ? PyTuple_Size(words) : 0;
    if (count < 1 || count >= limit) {
        PyErr_SetString(PyExc_TypeError, "open_screen() takes a tuple of words");
        return NULL;
    }
    PyObject *encoded = PyTuple_New(count);
    for (Py_ssize_t i = 0; encoded && i < count; i++) {
        PyObject *word = NULL;
        if (!PyUnicode_FSConverter(PyTuple_GetItem(words, i), (void *)&word) ||
            PyTuple_SetItem(encoded, i, word) != 0) {
            Py_CLEAR(encoded);
        } else {
            argv[i] = PyBytes_AsString(word);
        }
    }
    argv[count] = NULL;
    return encoded;
}

static PyObject *open_screen(PyObject *module, PyObject *words)
{
    (void)module;
    char *argv[16];
    PyObject *encoded = encode_words(words, argv, 16);
    if (!encoded) {
        return NULL;
    }
    errno = screen_find_terminal();
    int channel = errno ? -1 : screen_start(argv);
    Py_DECREF(encoded);
    return channel >= 0 ? PyLong_FromLong(channel) : PyErr_SetFromErrno(PyExc_OSError);
}

PyDoc_STRVAR(
    listen_doc,
    "listen(address=None, name=None, public=False)\n--\n\n"
    "Let debuggers attach to this program from now on.\n\n"
    "Arguments:\n    address: \"unix:PATH\", absolute, or \"tcp:HOST:PORT\"; None is a socket where `pytui attach` "
    "looks.\n    name: under which it is listed; None is the script's.\n    public: listen on TCP for other "
    "machines as well.\n\nReturns:\n    the address.\n\nRaises:\n    "
    "RuntimeError: this interpreter cannot be debugged, or it listens already.\n    OSError: it cannot listen "
    "there.\n");

static PyObject *do_listen(PyObject *module, PyObject *arguments, PyObject *named)
{
    static char *names[] = {"address", "name", "public", NULL};
    const char *address = NULL;
    PyObject *name = Py_None;
    int public = 0;
    struct listener_place place;
    (void)module;
    if (!PyArg_ParseTupleAndKeywords(arguments, named, "|zOp:listen", names, &address, &name, &public)) {
        return NULL;
    }
    bool listens = listener_address() && !listener_is_armed();
    const char *refused = listens ? "this program listens already" : attach_refuse();
    if (refused) {
        return PyErr_Format(PyExc_RuntimeError, "pytui: %s", refused);
    }
    if (!lifecycle_register()) {
        return NULL;
    }
    /* A name from a command line that is no UTF-8 has surrogates: they are told as everywhere, as \udcNN. */
    PyObject *encoded = name != Py_None ? PyUnicode_AsEncodedString(name, "utf-8", "backslashreplace") : NULL;
    if (encoded == NULL && PyErr_Occurred()) {
        return NULL;
    }
    const char *bytes = encoded != NULL ? PyBytes_AsString(encoded) : NULL;
    bool started = listener_start(address, bytes, public, &place);
    Py_XDECREF(encoded);
    if (!started) {
        return PyErr_Format(PyExc_OSError, "pytui: cannot listen: %s", place.error);
    }
    return PyUnicode_DecodeFSDefault(place.address);
}

PyDoc_STRVAR(
    arm_doc,
    "arm(linger=0)\n--\n\n"
    "Let debuggers attach that know this process's id; no list shows it. Where it listens already this changes "
    "nothing.\n\n"
    "Arguments:\n    linger: for one session, and no longer than so many milliseconds in which nobody comes; "
    "0 is for ever.\n\nReturns:\n    the address.\n\nRaises:\n    RuntimeError: this interpreter cannot be "
    "debugged.\n    OSError: it cannot listen.\n");

static PyObject *do_arm(PyObject *module, PyObject *arguments)
{
    int linger = 0;
    struct listener_place place;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "|i:arm", &linger)) {
        return NULL;
    }
    const char *address = listener_address(), *refused = address ? NULL : attach_refuse();
    if (address) {
        return PyUnicode_DecodeFSDefault(address);
    }
    if (refused) {
        return PyErr_Format(PyExc_RuntimeError, "pytui: %s", refused);
    }
    if (!lifecycle_register()) {
        return NULL;
    }
    if (!listener_arm(linger > 0 ? linger : 0, &place)) {
        return PyErr_Format(PyExc_OSError, "pytui: cannot listen: %s", place.error);
    }
    return PyUnicode_DecodeFSDefault(place.address);
}

PyDoc_STRVAR(listening_doc, "listening()\n--\n\n"
                            "The address where this program listens and is listed, or None.\n");

static PyObject *listening(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    const char *address = listener_is_armed() ? NULL : listener_address();
    return address ? PyUnicode_DecodeFSDefault(address) : Py_NewRef(Py_None);
}

PyDoc_STRVAR(unlisten_doc, "unlisten()\n--\n\n"
                           "Listen no more. A debugger that is attached stays.\n");

static PyObject *unlisten(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    listener_stop();
    Py_RETURN_NONE;
}

PyDoc_STRVAR(wait_doc,
             "wait()\n--\n\n"
             "Wait until a debugger has attached and is ready; at once if one is there, or nothing listens.\n\n"
             "Returns:\n    whether it wants the program to stop here.\n");

static PyObject *do_wait(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    if (backend_current() || !listener_address()) {
        Py_RETURN_FALSE;
    }
    bool came = attach_wait(false);
    if (PyErr_Occurred()) {
        return NULL;
    }
    return PyBool_FromLong(came && backend_current() && backend_current()->stop_on_entry);
}

PyDoc_STRVAR(armed_doc, "armed()\n--\n\n"
                        "Whether this program is armed: it listens, and no list shows it.\n");

static PyObject *armed(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return PyBool_FromLong(listener_is_armed());
}

static PyMethodDef methods[] = {
    {"start", start, METH_VARARGS, start_doc},
    {"attach", (PyCFunction)(void (*)(void))attach, METH_VARARGS | METH_KEYWORDS, attach_doc},
    {"listen", (PyCFunction)(void (*)(void))do_listen, METH_VARARGS | METH_KEYWORDS, listen_doc},
    {"arm", do_arm, METH_VARARGS, arm_doc},
    {"armed", armed, METH_NOARGS, armed_doc},
    {"listening", listening, METH_NOARGS, listening_doc},
    {"unlisten", unlisten, METH_NOARGS, unlisten_doc},
    {"wait", do_wait, METH_NOARGS, wait_doc},
    {"await_code", await_code, METH_O, await_doc},
    {"active", active, METH_NOARGS, active_doc},
    {"detach", detach, METH_NOARGS, detach_doc},
    {"open_screen", open_screen, METH_O, open_screen_doc},
    {"stop", (PyCFunction)(void (*)(void))stop, METH_VARARGS | METH_KEYWORDS, stop_doc},
    {NULL, NULL, 0, NULL},
};

/* Nothing is set up on import: the work begins with start(). */
static PyModuleDef_Slot slots[] = {
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_pytui", .m_doc = "pytui's debugger inside the interpreter.",
    .m_methods = methods,  .m_slots = slots,
};

PyMODINIT_FUNC PyInit__pytui(void);
__attribute__((visibility("default"))) PyObject *PyInit__pytui(void)
{
    return PyModuleDef_Init(&definition);
}
