#include "frames.h"

#include "my_code.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void frames_init(struct frames *frames, const struct objects *objects, const struct locals *locals,
                 struct origins *origins)
{
    *frames = (struct frames){.objects = objects, .locals = locals, .origins = origins};
    void *symbol = object_symbol("PyCode_Addr2Location");
    memcpy(&frames->location, &symbol, sizeof(symbol));
}

/* Make room for one more of SIZE bytes. False when out of memory; nothing changes then. */
static bool reserve(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return true;
    }
    size_t grown = *capacity == 0 ? 32 : *capacity * 2;
    void *old, *memory;
    memcpy(&old, array, sizeof(old));
    memory = realloc(old, grown * size);
    if (memory == NULL) {
        return false;
    }
    memcpy(array, &memory, sizeof(memory));
    *capacity = grown;
    return true;
}

static void clear_entry(struct frame_entry *entry)
{
    Py_CLEAR(entry->frame);
    Py_CLEAR(entry->code);
    Py_CLEAR(entry->filename);
    Py_CLEAR(entry->exception);
}

static void clear_stack(struct stack *stack)
{
    for (size_t i = 0; i < stack->traceback_count; i++) {
        Py_DECREF(stack->tracebacks[i]);
    }
    free(stack->tracebacks);
    free(stack->entries);
    Py_CLEAR(stack->next);
    Py_CLEAR(stack->exception);
    *stack = (struct stack){0};
}

void frames_end(struct frames *frames)
{
    frames->base += (long long)frames->count;
    for (size_t i = 0; i < frames->stack_count; i++) {
        clear_stack(&frames->stacks[i]);
    }
    for (size_t i = 0; i < frames->count; i++) {
        clear_entry(&frames->entries[i]);
    }
    free(frames->stacks);
    free(frames->entries);
    frames->stacks = NULL;
    frames->entries = NULL;
    frames->stack_count = frames->stack_capacity = frames->count = frames->capacity = 0;
    Py_CLEAR(frames->hide_below);
}

/* ENTRY's references are taken over, also on failure. The first one of an exception's is that exception's. */
static bool add_entry(struct frames *frames, struct stack *stack, struct frame_entry entry)
{
    if (!reserve(&frames->entries, frames->count, &frames->capacity, sizeof(*frames->entries)) ||
        !reserve(&stack->entries, stack->count, &stack->capacity, sizeof(*stack->entries))) {
        clear_entry(&entry);
        return false;
    }
    entry.exception = stack->count == 0 ? Py_XNewRef(stack->exception) : NULL;
    frames->entries[frames->count] = entry;
    stack->entries[stack->count++] = frames->count++;
    return true;
}

struct stack *frames_add_stack(struct frames *frames, long long thread_id, PyObject *frame)
{
    if (!reserve(&frames->stacks, frames->stack_count, &frames->stack_capacity, sizeof(*frames->stacks))) {
        return NULL;
    }
    struct stack *stack = &frames->stacks[frames->stack_count++];
    *stack = (struct stack){.thread_id = thread_id, .next = frame};
    Py_XINCREF(frame);
    return stack;
}

struct stack *frames_stack(struct frames *frames, long long thread_id)
{
    for (size_t i = 0; i < frames->stack_count; i++) {
        if (frames->stacks[i].thread_id == thread_id || (i == 0 && thread_id == 0)) {
            return &frames->stacks[i];
        }
    }
    return NULL;
}

/* Collect TRACEBACK's entries, which go from the outermost frame inwards. */
static bool collect_tracebacks(struct stack *stack, PyObject *traceback)
{
    size_t capacity = 0;
    Py_INCREF(traceback);
    while (traceback != NULL && traceback != Py_None) {
        if (!reserve(&stack->tracebacks, stack->traceback_count, &capacity, sizeof(*stack->tracebacks))) {
            Py_DECREF(traceback);
            return false;
        }
        stack->tracebacks[stack->traceback_count++] = traceback;
        traceback = PyObject_GetAttrString(traceback, "tb_next");
    }
    Py_XDECREF(traceback);
    PyErr_Clear();
    return true;
}

static int int_attribute(PyObject *object, const char *name, int fallback)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    long number = value != NULL && PyLong_Check(value) ? PyLong_AsLong(value) : fallback;
    Py_XDECREF(value);
    if (PyErr_Occurred()) {
        PyErr_Clear();
        number = fallback;
    }
    return (int)number;
}

/* The place where a source text does not parse, as if it were a frame. */
static bool add_syntax_error(struct frames *frames, struct stack *stack, PyObject *error)
{
    PyTypeObject *type = (PyTypeObject *)PyExc_SyntaxError;
    PyObject *filename = object_member(frames->objects, type, "filename", error);
    PyObject *line = object_member(frames->objects, type, "lineno", error);
    PyObject *offset = object_member(frames->objects, type, "offset", error);
    PyObject *end = object_member(frames->objects, type, "end_offset", error);
    bool ok = true;
    if (filename != NULL && PyUnicode_Check(filename) && line != NULL && PyLong_Check(line)) {
        struct frame_entry entry = {.filename = Py_NewRef(filename), .lasti = -1};
        int overflow;
        entry.line = (int)PyLong_AsLongAndOverflow(line, &overflow);
        entry.column = offset != NULL && PyLong_Check(offset) ? (int)PyLong_AsLongAndOverflow(offset, &overflow) : 0;
        entry.end_column = end != NULL && PyLong_Check(end) ? (int)PyLong_AsLongAndOverflow(end, &overflow) : 0;
        ok = entry.line < 1 || add_entry(frames, stack, entry);
    }
    Py_XDECREF(filename);
    Py_XDECREF(line);
    Py_XDECREF(offset);
    Py_XDECREF(end);
    PyErr_Clear();
    return ok;
}

/* Whether the text that does not parse is a file. */
static bool names_file(struct frames *frames, PyObject *error)
{
    PyObject *filename = object_member(frames->objects, (PyTypeObject *)PyExc_SyntaxError, "filename", error);
    char path[4096];
    bool found = filename != NULL && object_copy_text(filename, path, sizeof(path)) && access(path, R_OK) == 0;
    Py_XDECREF(filename);
    return found;
}

bool frames_begin(struct frames *frames, PyObject *frame, PyObject *traceback, PyObject *syntax_error,
                  PyObject *hide_below)
{
    frames_end(frames);
    frames->hide_below = Py_XNewRef(hide_below);
    struct stack *stack = frames_add_stack(frames, 0, traceback != NULL ? NULL : frame);
    /* With a traceback, only of a file: literal_eval() and the like raise them about text of their own. */
    if (syntax_error != NULL && traceback != NULL && !names_file(frames, syntax_error)) {
        syntax_error = NULL;
    }
    return stack != NULL && (syntax_error == NULL || add_syntax_error(frames, stack, syntax_error)) &&
           (traceback == NULL || collect_tracebacks(stack, traceback));
}

struct stack *frames_add_exception(struct frames *frames, long long key, PyObject *exception)
{
    struct stack *stack = frames_add_stack(frames, key, NULL);
    if (stack == NULL) {
        return NULL;
    }
    stack->exception = Py_NewRef(exception);
    PyObject *traceback = PyException_GetTraceback(exception);
    bool syntax = PyType_IsSubtype(Py_TYPE(exception), (PyTypeObject *)PyExc_SyntaxError) &&
                  (traceback == NULL || names_file(frames, exception));
    bool ok = (!syntax || add_syntax_error(frames, stack, exception)) &&
              (traceback == NULL || collect_tracebacks(stack, traceback));
    Py_XDECREF(traceback);
    return ok ? stack : NULL;
}

/* An entry for FRAME, which is borrowed. */
static bool make_entry(struct frame_entry *entry, PyObject *frame, int line, int lasti)
{
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
    PyObject *filename = PyObject_GetAttrString(code, "co_filename");
    if (filename == NULL) {
        PyErr_Clear();
        Py_DECREF(code);
        return false;
    }
    *entry = (struct frame_entry){
        .frame = Py_NewRef(frame), .code = code, .filename = filename, .line = line, .lasti = lasti};
    return true;
}

static bool add_frame(struct frames *frames, struct stack *stack, PyObject *frame)
{
    struct frame_entry entry;
    return make_entry(&entry, frame, 0, -1) && add_entry(frames, stack, entry);
}

/* The entry of the innermost part of a traceback that is still to come. */
static bool take_from_traceback(struct stack *stack, struct frame_entry *entry)
{
    PyObject *traceback = stack->tracebacks[--stack->traceback_count];
    PyObject *frame = PyObject_GetAttrString(traceback, "tb_frame");
    bool ok = frame != NULL && make_entry(entry, frame, int_attribute(traceback, "tb_lineno", 0),
                                          int_attribute(traceback, "tb_lasti", -1));
    Py_XDECREF(frame);
    Py_DECREF(traceback);
    PyErr_Clear();
    return ok;
}

static bool add_from_traceback(struct frames *frames, struct stack *stack)
{
    struct frame_entry entry;
    return take_from_traceback(stack, &entry) && add_entry(frames, stack, entry);
}

static void drop_rest(struct stack *stack)
{
    while (stack->traceback_count > 0) {
        Py_DECREF(stack->tracebacks[--stack->traceback_count]);
    }
    Py_CLEAR(stack->next);
}

size_t frames_extend(struct frames *frames, struct stack *stack, size_t wanted)
{
    while (stack->count < wanted && frames_more(stack)) {
        bool ok;
        if (stack->traceback_count > 0) {
            ok = add_from_traceback(frames, stack);
        } else {
            PyObject *frame = stack->next;
            stack->next = PyObject_GetAttrString(frame, "f_back");
            if (stack->next == Py_None) {
                Py_CLEAR(stack->next);
            }
            ok = add_frame(frames, stack, frame);
            Py_DECREF(frame);
        }
        if (!ok || frames->entries[frames->count - 1].code == frames->hide_below) {
            drop_rest(stack);
        }
    }
    PyErr_Clear();
    return stack->count;
}

bool frames_more(const struct stack *stack)
{
    return stack->next != NULL || stack->traceback_count > 0;
}

struct frame_entry *frames_entry(struct frames *frames, long long id)
{
    long long index = id - frames->base - 1;
    return index >= 0 && index < (long long)frames->count ? &frames->entries[index] : NULL;
}

long long frames_id(const struct frames *frames, const struct frame_entry *entry)
{
    return frames->base + (entry - frames->entries) + 1;
}

PyObject *frames_globals(const struct frame_entry *entry)
{
    PyObject *globals = entry->frame != NULL ? PyObject_GetAttrString(entry->frame, "f_globals") : NULL;
    if (globals != NULL && !PyDict_Check(globals)) {
        Py_CLEAR(globals);
    }
    PyErr_Clear();
    return globals;
}

/* The name of the class that a method runs for: by its first argument, if that is called self or cls. */
static bool class_name(struct frames *frames, const struct frame_entry *entry, char *buffer, size_t size)
{
    PyObject *names = PyObject_GetAttrString(entry->code, "co_varnames");
    PyObject *first = names != NULL && PyTuple_Size(names) > 0 && int_attribute(entry->code, "co_argcount", 0) > 0
                          ? PyTuple_GetItem(names, 0)
                          : NULL;
    bool self = first != NULL && PyUnicode_CompareWithASCIIString(first, "self") == 0;
    bool cls = first != NULL && PyUnicode_CompareWithASCIIString(first, "cls") == 0;
    PyObject *value = self || cls ? locals_get(frames->locals, entry->frame, first) : NULL;
    if (value != NULL) {
        object_type_name(cls && PyType_Check(value) ? (PyTypeObject *)value : Py_TYPE(value), buffer, size);
    }
    bool found = value != NULL;
    Py_XDECREF(value);
    Py_XDECREF(names);
    PyErr_Clear();
    return found;
}

/* Line and columns of the current instruction, where the code has them. Walking the code's table once
 * gives both: it is long for a module of 60,000 lines. */
static void set_place(struct frames *frames, struct arena *arena, struct value *value, const struct frame_entry *entry)
{
    int column = entry->column, end_column = entry->end_column, line = entry->line, end_line = entry->line;
    int lasti = entry->lasti >= 0 || entry->frame == NULL ? entry->lasti : int_attribute(entry->frame, "f_lasti", -1);
    int start = -1, end = -1, found = 0;
    if (entry->frame != NULL && frames->location != NULL && lasti >= 0 &&
        frames->location((PyCodeObject *)entry->code, lasti, &found, &start, &end_line, &end) != 0 && found > 0) {
        line = entry->line > 0 ? entry->line : found;
        column = start >= 0 ? origin_column(frames->origins, entry->filename, found, start) : 0;
        end_column = end >= 0 && end_line > 0 ? origin_column(frames->origins, entry->filename, end_line, end) : 0;
    } else if (line <= 0 && entry->frame != NULL) {
        line = PyFrame_GetLineNumber((PyFrameObject *)entry->frame);
    }
    value_set_int(arena, value, "line", line > 0 ? line : 0);
    value_set_int(arena, value, "column", column > 0 ? column : 0);
    if (column > 0 && end_column > 0) {
        value_set_int(arena, value, "endLine", end_line);
        value_set_int(arena, value, "endColumn", end_column);
    }
}

/* The line of the current instruction in the disassembly, and that of the source that is missing. */
static void set_listed_place(struct arena *arena, struct value *value, struct value *extension,
                             const struct frame_entry *entry)
{
    int lasti = entry->lasti >= 0 ? entry->lasti : int_attribute(entry->frame, "f_lasti", -1);
    int line = entry->line > 0 ? entry->line : PyFrame_GetLineNumber((PyFrameObject *)entry->frame);
    value_set_int(arena, value, "line", disassembly_line(entry->code, lasti));
    value_set_int(arena, value, "column", 1);
    if (line > 0) {
        value_set_int(arena, extension, "sourceLine", line);
    }
}

static void set_name(struct arena *arena, struct value *value, const struct frame_entry *entry)
{
    char buffer[512];
    PyObject *name = entry->code != NULL ? PyObject_GetAttrString(entry->code, "co_qualname") : NULL;
    bool known = name != NULL && object_copy_text(name, buffer, sizeof(buffer));
    value_set_text(arena, value, "name", known ? buffer : "<module>");
    Py_XDECREF(name);
    PyErr_Clear();
}

static struct value *describe(struct frames *frames, struct arena *arena, const struct frame_entry *entry, long long id)
{
    struct value *value = value_map(arena);
    value_set_int(arena, value, "id", id);
    set_name(arena, value, entry);
    PyObject *globals = frames_globals(entry);
    struct value *source = origin_value(frames->origins, arena, entry->filename, globals, entry->code);
    const char *library = my_code_origin_name(my_code_origin(frames->my_code, entry->filename, globals));
    Py_XDECREF(globals);
    value_set(arena, value, "source", source);
    struct value *extension = value_map(arena);
    if (value_get(value_get_map(source, "pytui"), "disassembly") != NULL) {
        set_listed_place(arena, value, extension, entry);
    } else {
        set_place(frames, arena, value, entry);
    }
    if (library != NULL) {
        value_set_text(arena, source, "presentationHint", "deemphasize");
        value_set_text(arena, source, "origin", library);
        value_set_text(arena, value, "presentationHint", "subtle");
    }
    char class[256];
    if (entry->frame != NULL && class_name(frames, entry, class, sizeof(class))) {
        value_set_text(arena, extension, "className", class);
    }
    if (extension->map.count > 0) {
        value_set(arena, value, "pytui", extension);
    }
    return value;
}

struct value *frames_value(struct frames *frames, struct arena *arena, size_t index)
{
    const struct frame_entry *entry = &frames->entries[index];
    return describe(frames, arena, entry, frames_id(frames, entry));
}

struct value *frames_of_traceback(struct frames *frames, struct arena *arena, PyObject *traceback, size_t limit)
{
    struct value *list = value_array(arena);
    struct stack stack = {0};
    bool ok = collect_tracebacks(&stack, traceback);
    for (size_t i = 0; ok && i < limit && stack.traceback_count > 0; i++) {
        struct frame_entry entry;
        if (take_from_traceback(&stack, &entry)) {
            value_append(arena, list, describe(frames, arena, &entry, 0));
            clear_entry(&entry);
        }
    }
    clear_stack(&stack);
    return list;
}

struct value *frames_place(struct frames *frames, struct arena *arena, PyObject *frame)
{
    struct value *place = value_map(arena), *source = NULL;
    struct frame_entry entry = {.frame = frame, .code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame)};
    entry.filename = PyObject_GetAttrString(entry.code, "co_filename");
    set_name(arena, place, &entry);
    PyObject *globals = frames_globals(&entry);
    if (entry.filename != NULL) {
        source = origin_value(frames->origins, arena, entry.filename, globals, NULL);
        value_set(arena, place, "source", source);
    }
    int line = PyFrame_GetLineNumber((PyFrameObject *)frame);
    value_set_int(arena, place, "line", line > 0 ? line : 0);
    if (value_get(source, "presentationHint") != NULL) {
        value_set_text(arena, place, "presentationHint", "subtle");
    }
    Py_XDECREF(globals);
    Py_XDECREF(entry.filename);
    Py_DECREF(entry.code);
    PyErr_Clear();
    return place;
}

struct value *frames_page(struct frames *frames, struct arena *arena, struct stack *stack, size_t start, size_t levels)
{
    struct value *page = value_array(arena);
    size_t wanted = levels < SIZE_MAX - start ? start + levels : SIZE_MAX;
    size_t count = frames_extend(frames, stack, wanted);
    for (size_t i = start; i < count && i < wanted; i++) {
        value_append(arena, page, frames_value(frames, arena, stack->entries[i]));
    }
    return page;
}
