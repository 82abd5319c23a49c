#include "jump.h"

#include "backend.h"
#include "compat.h"
#include "lines.h"
#include "origin.h"
#include "sources.h"
#include "stepping.h"
#include "stop.h"
#include "threads.h"
#include "values.h"
#include "warnings.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdio.h>
#include <string.h>

/* A target's id is its line and the number of its stop: nothing is kept, and an old one is told apart. */
#define LINE_BITS 24
#define LINE_MASK ((1LL << LINE_BITS) - 1)
#define STOP_MASK 0xfffffffLL

static long long stop_number(const struct backend *backend)
{
    return (long long)(atomic_load_explicit(&backend->counters.stops, memory_order_relaxed) & STOP_MASK);
}

/* Why nothing can be jumped to at this stop; NULL: the interpreter decides. It checks itself which event it
 * reports, but not which frame is moved: one that is not on top would crash it. */
static const char *cannot_jump(const struct backend *backend)
{
    PyObject *frame = stop_frame(backend);
    if (stop_is_finished(backend)) {
        return "nothing can be jumped to in post-mortem: the program ended by this exception";
    }
    if (!frame || stop_ident(backend) != PyThread_get_thread_ident()) {
        return "nothing can be jumped to while the thread is inside a call or waits its turn: step to a line first";
    }
    if (frame != (PyObject *)PyEval_GetFrame()) {
        return "only the frame on top can jump, and the function just left is still on top: step to a line first";
    }
    if (Py_Version >= 0x030c0000 && Py_Version < 0x030c0100) {
        return "Python 3.12.0 cannot jump: 3.12.1 repaired it";
    }
    return NULL;
}

static PyObject *frame_code(PyObject *frame)
{
    return (PyObject *)PyFrame_GetCode((PyFrameObject *)frame); /* new, never NULL */
}

/* The line that a jump to LINE of CODE leads to: the next one with code, or LINE itself where there is none. */
static int line_reached(PyObject *code, int line)
{
    struct line_table table;
    int found = 0;
    if (!line_table_read(&table, code)) {
        return line;
    }
    for (size_t i = 0; i < table.count && line >= table.first_line; i++) {
        int each = table.ranges[i].line;
        found = each >= line && (!found || each < found) ? each : found;
    }
    line_table_finish(&table);
    return found ? found : line;
}

static bool is_file_of(const struct backend *backend, PyObject *code, const char *path)
{
    struct file_identity identity;
    struct source *source = sources_of_code(backend->sources, code);
    if (!source || !file_identity_init(&identity, path)) {
        return false;
    }
    bool same = strcmp(source_filename(source), path) == 0 ||
                file_identity_same(&identity, source_identity(source, backend->sources));
    file_identity_finish(&identity);
    return same;
}

struct value *jump_handle_targets(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    const char *path = origin_source_path(value_get_map(request->arguments, "source"));
    long long line = value_get_int(request->arguments, "line", 0);
    const char *why = cannot_jump(backend);
    if (why) {
        return request_fail(request, ok, "%s", why);
    }
    if (!path || !path[0] || line < 1 || line > LINE_MASK) {
        return request_fail(request, ok, "gotoTargets needs source.path and a line from 1");
    }
    PyObject *code = frame_code(stop_frame(backend));
    if (!is_file_of(backend, code, path)) {
        Py_DECREF(code);
        return request_fail(request, ok,
                            "only lines of the function on top can be jumped to, and that is another file");
    }
    char label[200];
    int reached = line_reached(code, (int)line);
    if (!values_source_line(backend->values, code, reached, label, sizeof(label)) || !label[strspn(label, " \t")]) {
        snprintf(label, sizeof(label), "line %d", reached);
    }
    Py_DECREF(code);
    struct value *target = value_map(request->arena), *targets = value_array(request->arena);
    const char *text = label + strspn(label, " \t");
    value_set_int(request->arena, target, "id", stop_number(backend) << LINE_BITS | line);
    value_set(request->arena, target, "label", value_string(request->arena, text, strlen(text)));
    value_set_int(request->arena, target, "line", reached);
    value_append(request->arena, targets, target);
    struct value *body = value_map(request->arena);
    value_set(request->arena, body, "targets", targets);
    return body;
}

/* The move. 3.11 refuses it to a frame without a trace function in Python; any object will do, and it is not called,
 * since ours is in its place. */
static bool set_line(PyObject *frame, int line)
{
    PyObject *number = PyLong_FromLong(line);
    PyObject *before = Py_Version < 0x030c0000 ? PyObject_GetAttrString(frame, "f_trace") : NULL;
    bool lend = before == Py_None;
    bool done = number && (!lend || PyObject_SetAttrString(frame, "f_trace", number) == 0) &&
                PyObject_SetAttrString(frame, "f_lineno", number) == 0;
    PyObject *error = PyErr_GetRaisedException();
    if (lend && PyObject_SetAttrString(frame, "f_trace", Py_None) != 0) {
        PyErr_Clear();
    }
    Py_XDECREF(before);
    Py_XDECREF(number);
    if (error) {
        PyErr_SetRaisedException(error);
    }
    return done;
}

/* Move without a word on the program's stderr: the interpreter warns of variables that it binds to None, which is
 * for the client. A warning leaves a registry in the module even when it is ignored. */
static bool set_line_silently(PyObject *frame, int line)
{
    static const char registry[] = "__warningregistry__";
    PyObject *globals = PyObject_GetAttrString(frame, "f_globals");
    bool had = globals && PyDict_Check(globals) && PyDict_GetItemString(globals, registry);
    PyObject *silence = warnings_silence(PyExc_RuntimeWarning);
    PyErr_Clear();
    bool done = set_line(frame, line);
    PyObject *error = PyErr_GetRaisedException();
    warnings_restore(silence);
    if (!had && globals && PyDict_Check(globals) && PyDict_GetItemString(globals, registry)) {
        PyDict_DelItemString(globals, registry);
    }
    Py_XDECREF(globals);
    PyErr_Clear();
    if (error) {
        PyErr_SetRaisedException(error);
    }
    return done;
}

/* "total, item: None, since a jump cannot leave them unbound", for the names of BEFORE that are bound now. */
static void describe_bound(struct backend *backend, PyObject *frame, PyObject *before, char *text, size_t size)
{
    PyObject *after = values_unbound(backend->values, frame);
    Py_ssize_t count = before && after ? PyList_Size(before) : 0;
    size_t used = 0;
    text[0] = '\0';
    for (Py_ssize_t i = 0; i < count && used < size; i++) {
        PyObject *name = PyList_GetItem(before, i); /* borrowed */
        const char *bytes = PySequence_Contains(after, name) == 0 ? PyUnicode_AsUTF8AndSize(name, NULL) : NULL;
        if (bytes) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", bytes);
        }
    }
    if (used > 0 && used < size) {
        snprintf(text + used, size - used, ": None now, a jump leaves no variable unbound");
    }
    Py_XDECREF(after);
    PyErr_Clear();
}

/* The interpreter's reason, with advice where it speaks of trace events. */
static struct value *refuse(struct request *request, bool *ok, int line)
{
    PyObject *error = PyErr_GetRaisedException();
    PyObject *string = error ? PyObject_Str(error) : NULL;
    const char *reason = string ? PyUnicode_AsUTF8AndSize(string, NULL) : NULL;
    const char *advice = reason && strstr(reason, "trace event") ? ": step to a line first" : "";
    request_fail(request, ok, "line %d cannot be jumped to: %s%s", line, reason ? reason : "no reason given", advice);
    Py_XDECREF(string);
    Py_XDECREF(error);
    PyErr_Clear();
    return NULL;
}

struct value *jump_handle_goto(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    long long thread = value_get_int(request->arguments, "threadId", 0);
    long long target = value_get_int(request->arguments, "targetId", 0);
    const char *why = cannot_jump(backend);
    if (why) {
        return request_fail(request, ok, "%s", why);
    }
    if (thread != 0 && thread != threads_id(backend, stop_ident(backend))) {
        return request_fail(request, ok, "only the thread that stopped can jump");
    }
    if (target >> LINE_BITS != stop_number(backend) || (target & LINE_MASK) == 0) {
        return request_fail(request, ok, "there is no such target at this stop: ask for gotoTargets again");
    }
    PyObject *frame = Py_NewRef(stop_frame(backend)), *unbound = values_unbound(backend->values, frame);
    char text[256];
    stop_before_python(backend, request->seq); /* values that the jump drops may have finalizers */
    bool moved = set_line_silently(frame, (int)(target & LINE_MASK));
    stop_after_python(backend);
    if (moved) {
        describe_bound(backend, frame, unbound, text, sizeof(text));
        stepping_note_jump(backend->stepping, frame);
        stop_show_again(backend, text);
    } else {
        refuse(request, ok, (int)(target & LINE_MASK));
    }
    Py_XDECREF(unbound);
    Py_DECREF(frame);
    PyErr_Clear();
    return NULL;
}
