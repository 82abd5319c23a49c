#include "exec.h"

#include "backend.h"
#include "compat.h"
#include "server.h"
#include "side_source.h"
#include "values.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <string.h>
#include <time.h>

#define CHUNK       ((size_t)256 << 10) /* bytes of one output event */
#define PAUSE_NS    2000000L            /* between looks whether a client that is behind has caught up */
#define EXEC_MODULE "exec.py"

/* What exec.py calls. Both are bound to the session, which lives as long as the process. */

static struct backend *session_of(PyObject *self)
{
    struct backend *backend = PyCapsule_GetPointer(self, NULL);
    return backend && backend == backend_current() ? backend : NULL;
}

/* Nothing is lost because the client is slow: the thread waits for it. */
static void wait_for_client(struct backend *backend)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    Py_BEGIN_ALLOW_THREADS while (server_congested(backend->server) && !server_is_closed(backend->server))
    {
        nanosleep(&pause, NULL);
    }
    Py_END_ALLOW_THREADS
}

/* How much of LENGTH bytes of UTF-8 one event takes: no character is cut. */
static size_t chunk_of(const char *text, size_t length)
{
    size_t end = length < CHUNK ? length : CHUNK;
    while (end < length && end > CHUNK - 4 && ((unsigned char)text[end] & 0xC0) == 0x80) {
        end--;
    }
    return end;
}

/* write(category, bytes) */
static PyObject *do_write(PyObject *self, PyObject *arguments)
{
    const char *category = NULL, *text = NULL;
    Py_ssize_t length = 0;
    if (!PyArg_ParseTuple(arguments, "sy#", &category, &text, &length)) {
        return NULL;
    }
    for (size_t done = 0; done < (size_t)length && session_of(self);) {
        struct backend *backend = session_of(self);
        size_t chunk = chunk_of(text + done, (size_t)length - done);
        wait_for_client(backend);
        backend_output(backend, category, text + done, chunk, NULL, 0);
        done += chunk;
    }
    PyErr_Clear();
    Py_RETURN_NONE;
}

/* done(status) */
static PyObject *do_end(PyObject *self, PyObject *status)
{
    struct backend *backend = session_of(self);
    struct arena *arena = backend ? arena_create() : NULL;
    if (backend) {
        backend->exec_running = false;
    }
    if (arena) {
        struct value *body = value_map(arena);
        value_set_int(arena, body, "status", PyLong_AsLong(status));
        backend_event(backend, arena, "pytui/execEnded", body);
    }
    PyErr_Clear();
    Py_RETURN_NONE;
}

static PyMethodDef write_method = {"write", do_write, METH_VARARGS, NULL};
static PyMethodDef end_method = {"done", do_end, METH_O, NULL};

/* The thread's ident; 0 with a Python error. */
static unsigned long start(struct backend *backend, const char *source, const char *name)
{
    PyObject *session = PyCapsule_New(backend, NULL, NULL);
    PyObject *write = session ? PyCFunction_New(&write_method, session) : NULL;
    PyObject *end = session ? PyCFunction_New(&end_method, session) : NULL;
    PyObject *space = write && end ? side_source_run(EXEC_MODULE) : NULL;
    PyObject *function = space ? PyDict_GetItemString(space, "start") : NULL; /* borrowed */
    PyObject *ident = function ? PyObject_CallFunction(function, "ssOO", source, name, write, end) : NULL;
    unsigned long number = ident ? PyLong_AsUnsignedLong(ident) : 0;
    Py_XDECREF(ident);
    Py_XDECREF(space);
    Py_XDECREF(end);
    Py_XDECREF(write);
    Py_XDECREF(session);
    return PyErr_Occurred() ? 0 : number;
}

struct value *exec_handle(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    if (backend->phase == PHASE_STOPPED) {
        return request_fail(request, ok, "the program is stopped: evaluate, or let it go on first");
    }
    if (backend->exec_running) {
        return request_fail(request, ok, "one text runs already");
    }
    backend->exec_running = true; /* it may be over before we hear its ident */
    unsigned long ident = start(backend, value_get_text(request->arguments, "source", ""),
                                value_get_text(request->arguments, "name", "<pytui>"));
    backend->exec_ident = ident;
    if (!ident) {
        backend->exec_running = false;
        char summary[400];
        PyObject *error = PyErr_GetRaisedException();
        values_exception_summary(backend->values, error, summary, sizeof(summary));
        Py_XDECREF(error);
        PyErr_Clear();
        return request_fail(request, ok, "it cannot be run: %s", summary);
    }
    return NULL;
}

void exec_interrupt(struct backend *backend)
{
    if (backend->exec_running && backend->exec_ident) {
        PyThreadState_SetAsyncExc(backend->exec_ident, PyExc_KeyboardInterrupt);
    }
    backend->exec_running = false;
}
