/* evaluated code -> sys.stdout, an _io.TextIOWrapper -> a raw stream of ours -> hooks->output(). The
 * wrapper gives the program everything that a text stream has; the raw stream gathers lines, so that
 * a loop that prints is not a message a line. */
#include "capture.h"

#include "values.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GATHER_BYTES 4096
#define GATHER_MS    50
#define OUTPUT_LIMIT (1 << 20) /* bytes of one evaluation */

enum { STREAM_OUT, STREAM_ERR, STREAM_COUNT };

static const struct {
    const char *attribute; /* of sys */
    const char *category;
} streams[STREAM_COUNT] = {{"stdout", "stdout"}, {"stderr", "stderr"}};

struct capture {
    const struct values_hooks *hooks;
    PyTypeObject *raw_type;          /* borrowed: one for all sessions */
    PyObject *wrapper_type;          /* owned: _io.TextIOWrapper */
    PyObject *raw[STREAM_COUNT];     /* owned, while capturing */
    PyObject *wrapper[STREAM_COUNT]; /* owned, while capturing */
    PyObject *saved[STREAM_COUNT];   /* owned, while capturing; NULL: sys had none */
    int depth;                       /* evaluating may be asked for while evaluating */
    char *bytes;                     /* owned, while capturing: GATHER_BYTES */
    size_t length;
    int stream; /* whose bytes they are */
    size_t sent;
    struct timespec flushed;
};

struct raw_stream {
    PyObject_HEAD struct capture *capture; /* NULL once there is nobody to send to */
    int stream;
};

static struct raw_stream *raw_of(PyObject *object)
{
    void *raw = object;
    return raw;
}

static void send(struct capture *capture, int stream, const char *bytes, size_t length)
{
    static const char cut[] = "\n[further output is not shown]\n";
    if (length == 0 || capture->sent > OUTPUT_LIMIT) {
        return;
    }
    capture->sent += length;
    capture->hooks->output(capture->hooks->data, streams[stream].category, bytes, length);
    if (capture->sent > OUTPUT_LIMIT) {
        capture->hooks->output(capture->hooks->data, streams[stream].category, cut, sizeof(cut) - 1);
    }
}

static void flush(struct capture *capture)
{
    send(capture, capture->stream, capture->bytes, capture->length);
    capture->length = 0;
    clock_gettime(CLOCK_MONOTONIC, &capture->flushed);
}

static bool is_time_to_flush(const struct capture *capture)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long elapsed =
        (long long)(now.tv_sec - capture->flushed.tv_sec) * 1000 + (now.tv_nsec - capture->flushed.tv_nsec) / 1000000;
    return elapsed >= GATHER_MS;
}

static void gather(struct capture *capture, int stream, const char *bytes, size_t length)
{
    if (capture->length > 0 && (stream != capture->stream || length > GATHER_BYTES - capture->length)) {
        flush(capture);
    }
    capture->stream = stream;
    if (length > GATHER_BYTES) {
        size_t rest = length < OUTPUT_LIMIT ? length : OUTPUT_LIMIT;
        send(capture, stream, bytes, rest);
        return;
    }
    memcpy(capture->bytes + capture->length, bytes, length);
    capture->length += length;
    if (is_time_to_flush(capture)) {
        flush(capture);
    }
}

static PyObject *raw_write(PyObject *self, PyObject *data)
{
    struct raw_stream *raw = raw_of(self);
    if (!PyBytes_Check(data)) {
        PyObject *bytes = PyBytes_FromObject(data);
        PyObject *written = bytes != NULL ? raw_write(self, bytes) : NULL;
        Py_XDECREF(bytes);
        return written;
    }
    if (raw->capture != NULL) {
        gather(raw->capture, raw->stream, PyBytes_AsString(data), (size_t)PyBytes_Size(data));
    }
    return PyLong_FromSsize_t(PyBytes_Size(data));
}

static PyObject *raw_nothing(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    return Py_NewRef(Py_None);
}

static PyObject *raw_true(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    return Py_NewRef(Py_True);
}

static PyObject *raw_false(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    return Py_NewRef(Py_False);
}

static PyObject *raw_fileno(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    PyErr_SetString(PyExc_OSError, "output of evaluated code goes to the debugger, not to a file");
    return NULL;
}

static PyObject *raw_closed(PyObject *self, void *unused)
{
    (void)self;
    (void)unused;
    return Py_NewRef(Py_False);
}

static void raw_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyTypeObject *make_raw_type(void)
{
    static void *made; /* owned; guarded by the GIL */
    if (made != NULL) {
        return made;
    }
    static PyMethodDef methods[] = {
        {"write", raw_write, METH_O, NULL},
        {"flush", raw_nothing, METH_NOARGS, NULL},
        {"close", raw_nothing, METH_NOARGS, NULL},
        {"writable", raw_true, METH_NOARGS, NULL},
        {"readable", raw_false, METH_NOARGS, NULL},
        {"seekable", raw_false, METH_NOARGS, NULL},
        {"isatty", raw_false, METH_NOARGS, NULL},
        {"fileno", raw_fileno, METH_NOARGS, NULL},
        {NULL},
    };
    static PyGetSetDef attributes[] = {{"closed", raw_closed, NULL, NULL, NULL}, {NULL}};
    void *dealloc;
    destructor function = raw_dealloc;
    memcpy(&dealloc, &function, sizeof(dealloc));
    PyType_Slot slots[] = {{Py_tp_dealloc, dealloc}, {Py_tp_methods, methods}, {Py_tp_getset, attributes}, {0, NULL}};
    PyType_Spec spec = {
        .name = "_pytui.Output",
        .basicsize = sizeof(struct raw_stream),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
        .slots = slots,
    };
    made = PyType_FromSpec(&spec);
    return made;
}

struct capture *capture_create(const struct values_hooks *hooks)
{
    struct capture *capture = calloc(1, sizeof(*capture));
    if (capture == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    capture->hooks = hooks;
    capture->raw_type = make_raw_type();
    PyObject *io = capture->raw_type != NULL ? PyImport_ImportModule("_io") : NULL;
    capture->wrapper_type = io != NULL ? PyObject_GetAttrString(io, "TextIOWrapper") : NULL;
    Py_XDECREF(io);
    if (capture->wrapper_type == NULL) {
        capture_destroy(capture);
        return NULL;
    }
    return capture;
}

void capture_destroy(struct capture *capture)
{
    if (capture == NULL) {
        return;
    }
    Py_XDECREF(capture->wrapper_type);
    free(capture->bytes);
    free(capture);
}

static bool make_stream(struct capture *capture, int stream)
{
    void *memory = PyObject_Init(PyObject_Malloc(sizeof(struct raw_stream)), capture->raw_type);
    struct raw_stream *raw = memory;
    if (raw == NULL) {
        return false;
    }
    raw->capture = capture;
    raw->stream = stream;
    capture->raw[stream] = memory;
    /* buffer, encoding, errors, newline, line_buffering */
    capture->wrapper[stream] =
        PyObject_CallFunction(capture->wrapper_type, "OsszO", memory, "utf-8", "backslashreplace", NULL, Py_True);
    return capture->wrapper[stream] != NULL;
}

static void drop_streams(struct capture *capture)
{
    for (int i = 0; i < STREAM_COUNT; i++) {
        if (capture->raw[i] != NULL) {
            raw_of(capture->raw[i])->capture = NULL;
        }
        Py_CLEAR(capture->wrapper[i]);
        Py_CLEAR(capture->raw[i]);
        Py_CLEAR(capture->saved[i]);
    }
    free(capture->bytes);
    capture->bytes = NULL;
}

bool capture_begin(struct capture *capture)
{
    if (capture->depth++ > 0) {
        return true;
    }
    capture->sent = capture->length = 0;
    capture->bytes = malloc(GATHER_BYTES);
    if (capture->bytes == NULL || !make_stream(capture, STREAM_OUT) || !make_stream(capture, STREAM_ERR)) {
        drop_streams(capture);
        capture->depth = 0;
        return false;
    }
    for (int i = 0; i < STREAM_COUNT; i++) {
        capture->saved[i] = Py_XNewRef(PySys_GetObject(streams[i].attribute));
        PySys_SetObject(streams[i].attribute, capture->wrapper[i]);
    }
    return true;
}

static void flush_wrapper(struct capture *capture, int stream)
{
    PyObject *done = PyObject_CallMethod(capture->wrapper[stream], "flush", NULL);
    Py_XDECREF(done);
    PyErr_Clear();
}

void capture_end(struct capture *capture)
{
    if (capture->depth == 0 || --capture->depth > 0) {
        return;
    }
    PyObject *error = PyErr_GetRaisedException();
    for (int i = 0; i < STREAM_COUNT; i++) {
        flush_wrapper(capture, i);
        if (PySys_GetObject(streams[i].attribute) == capture->wrapper[i]) {
            PySys_SetObject(streams[i].attribute, capture->saved[i]);
        }
    }
    flush(capture);
    drop_streams(capture);
    PyErr_Clear();
    if (error != NULL) {
        PyErr_SetRaisedException(error);
    }
}

void capture_write(struct capture *capture, const char *text, size_t length)
{
    if (capture->depth > 0) {
        flush_wrapper(capture, STREAM_OUT);
        gather(capture, STREAM_OUT, text, length);
    }
}
