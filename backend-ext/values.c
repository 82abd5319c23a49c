/* The stop's state and the requests that only read it. A stop's frames and references are made here
 * and ended here; evaluate.c and completions.c answer the other requests. */
#include "values.h"

#include "capture.h"
#include "evaluate.h"
#include "exceptions.h"
#include "requests.h"
#include "stop.h"
#include "threads.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_DEFAULT   100
#define PAGE_LIMIT     1000
#define FRAMES_DEFAULT 200
#define FRAMES_LIMIT   10000
#define RETURNS_BYTES  200    /* of returned values in a `stopped` */
#define ROW_BYTES      90     /* of a row without its texts */
#define FRAMES_WALKED  100000 /* to find a stack's end */

struct values *values_create(const struct values_hooks *hooks, struct my_code *my_code)
{
    struct values *values = calloc(1, sizeof(*values));
    if (values == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    values->hooks = *hooks;
    locals_init(&values->locals);
    origin_init(&values->origins, &values->objects);
    renderer_init(&values->renderer, &values->objects);
    frames_init(&values->frames, &values->objects, &values->locals, &values->origins);
    values->frames.my_code = my_code;
    PyObject *builtins = objects_init(&values->objects) ? PyImport_ImportModule("builtins") : NULL;
    values->compile = builtins != NULL ? PyObject_GetAttrString(builtins, "compile") : NULL;
    values->added_names = PyList_New(0);
    values->capture = values->compile != NULL && values->added_names != NULL ? capture_create(&values->hooks) : NULL;
    Py_XDECREF(builtins);
    if (values->capture == NULL) {
        values_destroy(values);
        return NULL;
    }
    return values;
}

void values_destroy(struct values *values)
{
    if (values == NULL) {
        return;
    }
    values_end(values);
    capture_destroy(values->capture);
    renderer_finish(&values->renderer);
    origin_finish(&values->origins);
    objects_finish(&values->objects);
    Py_XDECREF(values->compile);
    Py_XDECREF(values->added_names);
    free(values);
}

void values_forget(struct values *values)
{
    if (!values->stopped) {
        origin_finish(&values->origins);
    }
}

bool values_quiet_begin(void)
{
    return PyGC_Disable() != 0;
}

void values_quiet_end(bool was_on)
{
    if (was_on) {
        PyGC_Enable();
    }
}

void values_before_python(struct values *values, long long request_seq)
{
    values->epoch++;
    values->hooks.before_python(values->hooks.data, request_seq);
}

bool values_has_added_names(struct values *values, PyObject *code)
{
    for (Py_ssize_t i = 0; i < PyList_Size(values->added_names); i++) {
        if (PyList_GetItem(values->added_names, i) == code) {
            return true;
        }
    }
    return false;
}

void values_note_added_names(struct values *values, PyObject *code)
{
    if (code != NULL && !values_has_added_names(values, code) && PyList_Append(values->added_names, code) != 0) {
        PyErr_Clear();
    }
}

static void begin(struct values *values, PyObject *frame, PyObject *exception, bool post_mortem, PyObject *hide_below)
{
    values_end(values);
    bool collecting = values_quiet_begin();
    PyObject *traceback = exception != NULL && post_mortem ? PyException_GetTraceback(exception) : NULL;
    PyObject *syntax_error = NULL;
    if (post_mortem && exception != NULL && PyType_IsSubtype(Py_TYPE(exception), (PyTypeObject *)PyExc_SyntaxError)) {
        syntax_error = exception;
    }
    renderer_refresh(&values->renderer);
    values->stopped = true;
    values->post_mortem = post_mortem;
    values->exception = Py_XNewRef(exception);
    frames_begin(&values->frames, post_mortem ? NULL : frame, traceback, syntax_error, hide_below);
    Py_XDECREF(traceback);
    PyErr_Clear();
    values_quiet_end(collecting);
}

void values_begin(struct values *values, PyObject *frame, PyObject *hide_below)
{
    begin(values, frame, NULL, false, hide_below);
}

void values_begin_exception(struct values *values, PyObject *frame, PyObject *exception, bool post_mortem,
                            PyObject *hide_below)
{
    begin(values, frame, exception, post_mortem, hide_below);
}

void values_end(struct values *values)
{
    values->stopped = false;
    values->post_mortem = false;
    variables_end(&values->variables);
    frames_end(&values->frames);
    Py_CLEAR(values->exception);
    returns_clear(&values->returns);
}

void values_set_returns(struct values *values, struct returns *returns)
{
    returns_clear(&values->returns);
    returns_move(&values->returns, returns);
}

struct frame_entry *values_frame(struct values *values, long long frame_id)
{
    if (frame_id != 0) {
        return frames_entry(&values->frames, frame_id);
    }
    struct stack *stack = frames_stack(&values->frames, 0);
    bool some = stack != NULL && frames_extend(&values->frames, stack, 1) > 0;
    return some ? &values->frames.entries[stack->entries[0]] : NULL;
}

void values_render(struct values *values, PyObject *object, char *buffer, size_t size)
{
    struct text text;
    text_init(&text, buffer, size, size < RENDER_COLUMNS ? size : RENDER_COLUMNS);
    render_object(&values->renderer, &text, object);
}

struct value *values_exception(struct values *values, struct arena *arena, PyObject *exception)
{
    bool collecting = values_quiet_begin();
    struct value *details = exceptions_details(values, arena, exception);
    values_quiet_end(collecting);
    return details;
}

struct value *values_traceback(struct values *values, struct arena *arena, PyObject *exception, size_t limit)
{
    bool collecting = values_quiet_begin();
    PyObject *traceback = PyException_GetTraceback(exception);
    struct value *list =
        traceback != NULL ? frames_of_traceback(&values->frames, arena, traceback, limit) : value_array(arena);
    Py_XDECREF(traceback);
    values_quiet_end(collecting);
    return list;
}

void values_exception_summary(struct values *values, PyObject *exception, char *buffer, size_t size)
{
    bool collecting = values_quiet_begin();
    exceptions_summary(values, exception, buffer, size, false);
    values_quiet_end(collecting);
}

PyObject *values_local(struct values *values, PyObject *frame, const char *name)
{
    PyObject *key = PyUnicode_FromString(name);
    PyObject *value = key != NULL ? locals_get(&values->locals, frame, key) : NULL;
    Py_XDECREF(key);
    PyErr_Clear();
    return value;
}

PyObject *values_find_path(struct values *values, PyObject *frame, const char *path)
{
    char name[128];
    PyObject *object = NULL;
    for (bool first = true; *path != '\0'; first = false) {
        size_t length = strcspn(path, ".");
        PyOS_snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : sizeof(name) - 1), path);
        path += length + (path[length] == '.');
        PyObject *next = first ? values_local(values, frame, name) : object_attribute(&values->objects, object, name);
        PyObject *globals = first && next == NULL ? PyObject_GetAttrString(frame, "f_globals") : NULL;
        if (globals != NULL && PyDict_Check(globals)) {
            next = object_dict_find(globals, name);
            Py_XINCREF(next);
        }
        Py_XDECREF(globals);
        Py_XDECREF(object);
        object = next;
        if (object == NULL) {
            break;
        }
    }
    PyErr_Clear();
    return object;
}

const char *values_opcode_name(struct values *values, unsigned char opcode)
{
    return opcode_name(&values->origins.opcodes, opcode);
}

bool values_source_line(struct values *values, PyObject *code, int line, char *buffer, size_t size)
{
    PyObject *filename = PyObject_GetAttrString(code, "co_filename");
    bool found = filename && PyUnicode_Check(filename) && origin_line(&values->origins, filename, line, buffer, size);
    Py_XDECREF(filename);
    PyErr_Clear();
    return found;
}

int values_source_column(struct values *values, PyObject *code, int line, int offset)
{
    PyObject *filename = PyObject_GetAttrString(code, "co_filename");
    int column = filename ? origin_column(&values->origins, filename, line, offset) : offset + 1;
    Py_XDECREF(filename);
    PyErr_Clear();
    return column;
}

PyObject *values_frame_object(struct values *values, long long frame_id)
{
    const struct frame_entry *entry = values_frame(values, frame_id);
    return entry ? entry->frame : NULL;
}

PyObject *values_unbound(const struct values *values, PyObject *frame)
{
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
    PyObject *names = locals_optimized(code) ? locals_names(code, false) : PyList_New(0);
    for (Py_ssize_t i = names ? PyList_Size(names) : 0; i-- > 0;) {
        PyObject *value = locals_get(&values->locals, frame, PyList_GetItem(names, i));
        if (value) {
            PyList_SetSlice(names, i, i + 1, NULL);
            Py_DECREF(value);
        }
        PyErr_Clear();
    }
    Py_DECREF(code);
    PyErr_Clear();
    return names;
}

/* The snapshot */

/* A line may have made ten calls that returned long texts: their rows are fetched when they are looked at, but for the
 * first, so that a step stays one small message. */
static void keep_first_returns(struct page_end *end)
{
    size_t count = value_count(end->rows), bytes = 0;
    for (size_t i = 0; i < count; i++) {
        const struct value *row = value_at(end->rows, i);
        bytes += ROW_BYTES + strlen(value_get_text(row, "name", "")) + strlen(value_get_text(row, "value", ""));
        if (i > 0 && bytes > RETURNS_BYTES) {
            end->rows->array.count = i;
            end->more = true;
            return;
        }
    }
}

/* The first page of each scope that is cheap. */
static struct value *first_pages(struct values *values, struct arena *arena, const struct value *scopes, size_t count)
{
    struct value *pages = value_array(arena);
    for (size_t i = 0; i < value_count(scopes); i++) {
        const struct value *scope = value_at(scopes, i);
        if (value_get_bool(scope, "expensive", false)) {
            continue;
        }
        struct page_request wanted = {
            .reference = value_get_int(scope, "variablesReference", 0), .filter = CHILDREN_ALL, .count = count};
        struct page_end end;
        variables_page(values, arena, &wanted, &end);
        if (variables_find(values, wanted.reference)->kind == REFERENCE_RETURN) {
            keep_first_returns(&end);
        }
        struct value *page = value_map(arena);
        value_set_int(arena, page, "variablesReference", wanted.reference);
        value_set_int(arena, page, "start", 0);
        value_set(arena, page, "variables", end.rows);
        value_set_bool(arena, page, "more", end.more);
        value_append(arena, pages, page);
    }
    return pages;
}

/* In post-mortem the first frame says what passes through it. */
static void mark_exception(struct values *values, struct arena *arena, struct value *frames)
{
    const struct value *first = value_at(frames, 0);
    if (first == NULL || !values->post_mortem || values->exception == NULL) {
        return;
    }
    char summary[512];
    exceptions_summary(values, values->exception, summary, sizeof(summary), false);
    struct value *extension = value_copy(arena, value_get_map(first, "pytui"));
    extension = extension != NULL ? extension : value_map(arena);
    value_set_text(arena, extension, "exception", summary);
    struct value *changed = frames->array.items[0];
    value_set(arena, changed, "pytui", extension);
}

struct value *values_snapshot(struct values *values, struct arena *arena, size_t frames, size_t variables)
{
    bool collecting = values_quiet_begin();
    struct value *snapshot = value_map(arena);
    struct stack *stack = frames_stack(&values->frames, 0);
    struct value *list = stack != NULL ? frames_page(&values->frames, arena, stack, 0, frames) : value_array(arena);
    mark_exception(values, arena, list);
    value_set(arena, snapshot, "stackFrames", list);
    value_set_bool(arena, snapshot, "moreFrames", stack != NULL && frames_more(stack));
    struct frame_entry *top = values_frame(values, 0);
    struct value *scopes = top != NULL ? variables_scopes(values, arena, top) : value_array(arena);
    value_set(arena, snapshot, "scopes", scopes);
    value_set(arena, snapshot, "pages", first_pages(values, arena, scopes, variables));
    if (values->exception != NULL) {
        value_set(arena, snapshot, "exception", exceptions_details(values, arena, values->exception));
    }
    if (values->post_mortem) {
        value_set_bool(arena, snapshot, "postMortem", true);
    }
    const struct returns *returns = &values->returns;
    if (returns->left && returns->count > 0) {
        long long id = top != NULL ? frames_id(&values->frames, top) : 0;
        size_t last = returns->count - 1;
        value_set(arena, snapshot, "returnValue",
                  variables_row(values, arena, returns->kept[last].name, returns->kept[last].value, id, NULL, NULL));
    }
    if (returns->seen > (long long)returns->count) {
        value_set_int(arena, snapshot, "returnedCalls", returns->seen);
    }
    PyErr_Clear();
    values_quiet_end(collecting);
    return snapshot;
}

/* Requests */

/* The stack of the request's thread, begun if need be; NULL with the request failed. */
static struct stack *requested_stack(struct request *request, struct values *values, bool *ok)
{
    long long thread_id = value_get_int(request->arguments, "threadId", 0);
    unsigned long ident = thread_id != 0 ? threads_ident(request->backend, thread_id) : 0;
    struct stack *stack = NULL;
    if (thread_id == 0 || (ident != 0 && ident == stop_ident(request->backend))) {
        stack = frames_stack(&values->frames, 0);
    } else {
        stack = frames_stack(&values->frames, thread_id);
    }
    if (stack != NULL) {
        return stack;
    }
    if (ident == 0) {
        request_fail(request, ok, "there is no thread %lld", thread_id);
        return NULL;
    }
    PyObject *all = threads_frames(request->backend);
    PyObject *key = PyLong_FromUnsignedLong(ident);
    PyObject *frame = all != NULL && key != NULL && PyDict_Check(all) ? PyDict_GetItemWithError(all, key) : NULL;
    if (frame == NULL) {
        request_fail(request, ok, "thread %lld runs no Python code", thread_id);
    } else {
        stack = frames_add_stack(&values->frames, thread_id, frame);
    }
    Py_XDECREF(key);
    Py_XDECREF(all);
    PyErr_Clear();
    return stack;
}

/* The page of STACK that the request asks for, as StackTraceResponse; NULL with the request failed. */
static struct value *stack_page(struct request *request, struct values *values, struct stack *stack, bool *ok)
{
    long long start = value_get_int(request->arguments, "startFrame", 0);
    long long levels = value_get_int(request->arguments, "levels", 0);
    if (start < 0 || levels < 0) {
        return request_fail(request, ok, "startFrame and levels must not be negative");
    }
    levels = levels == 0 ? FRAMES_DEFAULT : levels > FRAMES_LIMIT ? FRAMES_LIMIT : levels;
    struct value *body = value_map(request->arena), *extension = value_map(request->arena);
    bool counted = value_get_bool(value_get_map(request->arguments, "pytui"), "fromEnd", false);
    if (counted) {
        long long end = (long long)frames_extend(&values->frames, stack, FRAMES_WALKED);
        end = end > start ? end - start : 0;
        levels = levels < end ? levels : end;
        start = end - levels;
        value_set_int(request->arena, extension, "startFrame", start);
    }
    struct value *list = frames_page(&values->frames, request->arena, stack, (size_t)start, (size_t)levels);
    if (start == 0 && stack == &values->frames.stacks[0]) {
        mark_exception(values, request->arena, list);
    }
    bool more = frames_more(stack) || stack->count > (size_t)(start + levels);
    long long total = start + (long long)value_count(list) + (more ? 1 : 0);
    value_set(request->arena, body, "stackFrames", list);
    value_set_int(request->arena, body, "totalFrames", counted ? (long long)stack->count : total);
    value_set_bool(request->arena, extension, "moreFrames", more);
    value_set(request->arena, body, "pytui", extension);
    return body;
}

struct value *values_handle_stack_trace(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    bool collecting = values_quiet_begin();
    struct stack *stack = requested_stack(request, values, ok);
    struct value *body = NULL;
    if (stack != NULL) {
        body = stack_page(request, values, stack, ok);
    } else if (*ok) {
        request_fail(request, ok, "the thread has no frames");
    }
    values_quiet_end(collecting);
    return body;
}

/* The frames of an exception of the chain, under a key that no thread has. */
static struct stack *exception_stack(struct values *values, long long number)
{
    struct stack *stack = frames_stack(&values->frames, -number - 1);
    PyObject *exception = stack == NULL ? exceptions_find(values, values->exception, (int)number) : NULL;
    if (exception != NULL) {
        stack = frames_add_exception(&values->frames, -number - 1, exception);
        Py_DECREF(exception);
    }
    return stack;
}

struct value *values_handle_exception_frames(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    long long number = value_get_int(request->arguments, "exception", 0);
    if (values->exception == NULL) {
        return request_fail(request, ok, "the program did not stop at an exception");
    }
    bool collecting = values_quiet_begin();
    struct stack *stack = number >= 0 && number < INT32_MAX ? exception_stack(values, number) : NULL;
    struct value *body = stack != NULL ? stack_page(request, values, stack, ok)
                                       : request_fail(request, ok, "there is no exception %lld in the chain", number);
    values_quiet_end(collecting);
    return body;
}

struct value *values_handle_scopes(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    long long id = value_get_int(request->arguments, "frameId", 0);
    struct frame_entry *entry = values_frame(values, id);
    if (entry == NULL) {
        return request_fail(request, ok, "frame %lld does not belong to this stop", id);
    }
    bool collecting = values_quiet_begin();
    struct value *body = value_map(request->arena);
    value_set(request->arena, body, "scopes", variables_scopes(values, request->arena, entry));
    values_quiet_end(collecting);
    return body;
}

bool values_wants_hex(const struct value *arguments)
{
    return value_get_bool(value_get_map(arguments, "format"), "hex", false);
}

static bool read_sort(const char *word, enum child_sort *sort)
{
    static const char *const words[] = {[SORT_DEFINITION] = "definition", [SORT_NAME] = "name", [SORT_TYPE] = "type"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], word) == 0) {
            *sort = (enum child_sort)i;
            return true;
        }
    }
    return false;
}

struct value *values_handle_variables(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    const char *filter = value_get_text(request->arguments, "filter", "");
    long long start = value_get_int(request->arguments, "start", 0);
    long long count = value_get_int(request->arguments, "count", 0);
    const struct value *extra = value_get_map(request->arguments, "pytui");
    const char *match = value_get_text(extra, "match", "");
    struct page_request wanted = {
        .reference = value_get_int(request->arguments, "variablesReference", 0),
        .filter = strcmp(filter, "indexed") == 0 ? CHILDREN_INDEXED
                  : strcmp(filter, "named") == 0 ? CHILDREN_NAMED
                                                 : CHILDREN_ALL,
        .start = start > 0 ? (size_t)start : 0,
        .count = count <= 0           ? PAGE_DEFAULT
                 : count > PAGE_LIMIT ? PAGE_LIMIT
                                      : (size_t)count,
        .request_seq = request->seq,
        .match = match[0] != '\0' ? match : NULL,
    };
    if (!read_sort(value_get_text(extra, "sort", "definition"), &wanted.sort)) {
        return request_fail(request, ok, "pytui.sort is definition, name or type");
    }
    const struct reference *reference = variables_find(values, wanted.reference);
    if (reference == NULL) {
        return request_fail(request, ok, "variablesReference %lld does not belong to this stop", wanted.reference);
    }
    bool runs_code = reference->kind == REFERENCE_PROPERTY;
    bool collecting = runs_code ? false : values_quiet_begin();
    struct page_end end;
    values->renderer.hex = values_wants_hex(request->arguments);
    variables_page(values, request->arena, &wanted, &end);
    values->renderer.hex = false;
    struct value *body = value_map(request->arena);
    value_set(request->arena, body, "variables", end.rows);
    struct value *extension = value_map(request->arena);
    value_set_bool(request->arena, extension, "more", end.more);
    if (end.limited) {
        value_set_bool(request->arena, extension, "limited", true);
    }
    if (end.unfinished) {
        value_set_int(request->arena, extension, "looked", (long long)end.looked);
    }
    if (end.total > 0) {
        value_set_int(request->arena, extension, "total", (long long)end.total);
    }
    value_set(request->arena, body, "pytui", extension);
    values_quiet_end(collecting);
    return body;
}

struct value *values_handle_find_variable(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    const struct value *arguments = request->arguments, *extra = value_get_map(arguments, "pytui");
    const char *match = value_get_text(extra, "match", "");
    long long start = value_get_int(arguments, "start", 0), end = value_get_int(arguments, "end", 0);
    struct page_request wanted = {
        .reference = value_get_int(arguments, "variablesReference", 0),
        .filter = CHILDREN_ALL,
        .match = match[0] != '\0' ? match : NULL,
    };
    struct child_search search = {
        .text = value_get_text(arguments, "text", ""),
        .exact = value_get_bool(arguments, "caseSensitive", false),
        .last = value_get_bool(arguments, "last", false),
        .next = start > 0 ? (size_t)start : 0,
        .end = end > 0 ? (size_t)end : SIZE_MAX,
    };
    const struct reference *reference = variables_find(values, wanted.reference);
    if (!read_sort(value_get_text(extra, "sort", "definition"), &wanted.sort)) {
        return request_fail(request, ok, "pytui.sort is definition, name or type");
    }
    if (reference == NULL) {
        return request_fail(request, ok, "variablesReference %lld does not belong to this stop", wanted.reference);
    }
    if (reference->kind == REFERENCE_PROPERTY) {
        return request_fail(request, ok, "a property is not searched: that would run its code");
    }
    bool collecting = values_quiet_begin();
    variables_search(values, request->arena, &wanted, &search);
    values_quiet_end(collecting);
    struct value *body = value_map(request->arena);
    if (search.found) {
        value_set_int(request->arena, body, "index", (long long)search.index);
    }
    value_set_int(request->arena, body, "next", (long long)search.next);
    value_set_bool(request->arena, body, "more", search.more);
    return body;
}

struct value *values_handle_exception_info(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    if (values->exception == NULL) {
        return request_fail(request, ok, "the program did not stop at an exception");
    }
    bool collecting = values_quiet_begin();
    struct arena *arena = request->arena;
    struct value *body = value_map(arena);
    struct value *details = exceptions_details(values, arena, values->exception);
    value_set(arena, body, "exceptionId", value_copy(arena, value_get(details, "fullTypeName")));
    value_set(arena, body, "description", value_copy(arena, value_get(details, "message")));
    value_set_text(arena, body, "breakMode", values->post_mortem ? "unhandled" : "always");
    value_set(arena, body, "details", details);
    values_quiet_end(collecting);
    return body;
}

struct value *values_handle_source(struct request *request, bool *ok)
{
    struct values *values = backend_values(request->backend);
    const struct value *source = value_get_map(request->arguments, "source");
    long long reference = value_get_int(source, "sourceReference", 0);
    if (reference == 0) {
        reference = value_get_int(request->arguments, "sourceReference", 0);
    }
    const char *path = origin_source_path(source);
    PyObject *code = origin_disassembled(&values->origins, reference);
    PyObject *text = code != NULL ? disassembly_text(&values->origins.opcodes, &values->renderer, code)
                                  : origin_text(&values->origins, reference, path, false);
    PyErr_Clear();
    if (text == NULL && code == NULL && values->stopped && !requests_only_looks(request->seq)) {
        values_before_python(values, request->seq);
        text = origin_text(&values->origins, reference, path, true);
        PyErr_Clear();
        values->hooks.after_python(values->hooks.data);
    }
    PyObject *bytes = text != NULL ? object_utf8(text, PyUnicode_GetLength(text)) : NULL;
    struct value *body = NULL;
    if (bytes != NULL) {
        body = value_map(request->arena);
        value_set(request->arena, body, "content",
                  value_string(request->arena, PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes)));
        value_set_text(request->arena, body, "mimeType", code != NULL ? "text/plain" : "text/x-python");
    } else {
        request_fail(request, ok, "the interpreter does not have the text of %s", path != NULL ? path : "this source");
    }
    Py_XDECREF(bytes);
    Py_XDECREF(text);
    Py_XDECREF(code);
    PyErr_Clear();
    return body;
}

void values_set_main(struct values *values, PyObject *code)
{
    origin_set_main(&values->origins, code);
}

struct value *values_place(struct values *values, struct arena *arena, PyObject *frame)
{
    return frames_place(&values->frames, arena, frame);
}

struct value *values_source(struct values *values, struct arena *arena, PyObject *filename, PyObject *globals)
{
    bool was_on = values_quiet_begin();
    struct value *source = origin_value(&values->origins, arena, filename, globals, NULL);
    values_quiet_end(was_on);
    PyErr_Clear();
    return source;
}
