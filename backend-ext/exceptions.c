#include "exceptions.h"

#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_SIZE  2048
#define FORMAT_SIZE   (64 << 10)
#define CHAIN_DEPTH   8   /* causes and groups within each other */
#define DETAILS_LIMIT 64  /* exceptions in one answer */
#define GROUP_MEMBERS 15  /* shown of a group, as the traceback module does */
#define FRAMES_EDGE   100 /* shown at each end of a long traceback */
#define NOTES         32
#define REPEATS       3 /* of the same line before they are only counted */

/* Reading an exception */

static PyObject *member(struct values *values, PyObject *type, const char *name, PyObject *exception)
{
    return object_member(&values->objects, (PyTypeObject *)type, name, exception);
}

static bool is_a(PyObject *exception, PyObject *type)
{
    return PyType_IsSubtype(Py_TYPE(exception), (PyTypeObject *)type);
}

/* Whether str() of it would call a method that a Python class defines. */
static bool has_own_str(struct values *values, PyObject *exception)
{
    PyObject *method = object_type_lookup(&values->objects, Py_TYPE(exception), "__str__");
    bool own = method == NULL || Py_TYPE(method) != &PyWrapperDescr_Type;
    Py_XDECREF(method);
    return own;
}

/* A str as it is, anything else rendered. */
static void put_argument(struct values *values, struct text *text, PyObject *argument)
{
    if (PyUnicode_Check(argument)) {
        PyObject *bytes = object_utf8(argument, MESSAGE_SIZE);
        if (bytes != NULL) {
            text_put(text, PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes));
            Py_DECREF(bytes);
        }
    } else {
        render_object(&values->renderer, text, argument);
    }
}

static void put_os_error(struct values *values, struct text *text, PyObject *exception)
{
    PyObject *number = member(values, PyExc_OSError, "errno", exception);
    PyObject *reason = member(values, PyExc_OSError, "strerror", exception);
    text_puts(text, "[Errno ");
    put_argument(values, text, number != NULL ? number : Py_None);
    text_puts(text, "] ");
    put_argument(values, text, reason != NULL ? reason : Py_None);
    static const char *const names[] = {"filename", "filename2"};
    for (size_t i = 0; i < 2; i++) {
        PyObject *filename = member(values, PyExc_OSError, names[i], exception);
        if (filename != NULL && filename != Py_None) {
            text_puts(text, i == 0 ? ": " : " -> ");
            render_object(&values->renderer, text, filename);
        }
        Py_XDECREF(filename);
    }
    Py_XDECREF(number);
    Py_XDECREF(reason);
}

static void put_arguments(struct values *values, struct text *text, PyObject *exception)
{
    PyObject *arguments = member(values, PyExc_BaseException, "args", exception);
    Py_ssize_t count = arguments != NULL && PyTuple_Check(arguments) ? PyTuple_Size(arguments) : 0;
    if (count == 1 && is_a(exception, PyExc_KeyError)) {
        render_object(&values->renderer, text, PyTuple_GetItem(arguments, 0));
    } else if (count == 1) {
        put_argument(values, text, PyTuple_GetItem(arguments, 0));
    } else if (count > 1) {
        render_object(&values->renderer, text, arguments);
    }
    Py_XDECREF(arguments);
}

/* One member that is the message; false when it is not there. */
static bool put_member(struct values *values, struct text *text, PyObject *type, const char *name, PyObject *exception)
{
    PyObject *message = is_a(exception, type) ? member(values, type, name, exception) : NULL;
    bool found = message != NULL && PyUnicode_Check(message);
    if (found) {
        put_argument(values, text, message);
    }
    Py_XDECREF(message);
    return found;
}

static void put_group_message(struct values *values, struct text *text, PyObject *exception)
{
    PyObject *members = member(values, PyExc_BaseExceptionGroup, "exceptions", exception);
    long long count = members != NULL && PyTuple_Check(members) ? PyTuple_Size(members) : 0;
    put_member(values, text, PyExc_BaseExceptionGroup, "message", exception);
    text_printf(text, " (%lld sub-exception%s)", count, count == 1 ? "" : "s");
    Py_XDECREF(members);
}

/* What the program's own __str__ says; false when it raised. */
static bool put_own_str(struct text *text, PyObject *exception)
{
    PyObject *string = PyObject_Str(exception);
    PyErr_Clear();
    PyObject *bytes = string != NULL ? object_utf8(string, MESSAGE_SIZE) : NULL;
    if (bytes != NULL) {
        text_put(text, PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes));
    }
    Py_XDECREF(bytes);
    Py_XDECREF(string);
    return bytes != NULL;
}

void exceptions_message(struct values *values, PyObject *exception, char *buffer, size_t size, bool may_run)
{
    struct text text;
    text_init(&text, buffer, size, size);
    if (has_own_str(values, exception)) {
        if (!may_run || !put_own_str(&text, exception)) {
            put_arguments(values, &text, exception);
        }
    } else if (is_a(exception, PyExc_BaseExceptionGroup)) {
        put_group_message(values, &text, exception);
    } else if (put_member(values, &text, PyExc_SyntaxError, "msg", exception) ||
               put_member(values, &text, PyExc_ImportError, "msg", exception)) {
        return;
    } else if (is_a(exception, PyExc_UnicodeError)) {
        PyObject *string = object_base_call(Py_TYPE(exception), Py_tp_str, exception);
        if (string != NULL) {
            put_argument(values, &text, string);
        }
        Py_XDECREF(string);
    } else {
        PyObject *reason = is_a(exception, PyExc_OSError) ? member(values, PyExc_OSError, "strerror", exception) : NULL;
        if (reason != NULL && reason != Py_None) {
            put_os_error(values, &text, exception);
        } else {
            put_arguments(values, &text, exception);
        }
        Py_XDECREF(reason);
    }
    PyErr_Clear();
}

static void type_name_in_traceback(struct values *values, PyObject *exception, char *buffer, size_t size)
{
    object_type_full_name(&values->objects, Py_TYPE(exception), buffer, size);
    if (strncmp(buffer, "__main__.", 9) == 0) {
        memmove(buffer, buffer + 9, strlen(buffer + 9) + 1);
    }
}

static void put_summary(struct values *values, struct text *text, PyObject *exception, bool may_run)
{
    char type[256];
    char message[MESSAGE_SIZE];
    type_name_in_traceback(values, exception, type, sizeof(type));
    exceptions_message(values, exception, message, sizeof(message), may_run);
    text_puts(text, type);
    if (message[0] != '\0') {
        text_puts(text, ": ");
        text_puts(text, message);
    }
}

void exceptions_summary(struct values *values, PyObject *exception, char *buffer, size_t size, bool may_run)
{
    struct text text;
    text_init(&text, buffer, size, size);
    put_summary(values, &text, exception, may_run);
    for (char *at = buffer; *at != '\0'; at++) {
        *at = *at == '\n' || *at == '\r' ? ' ' : *at;
    }
}

/* The traceback as text */

struct format {
    struct values *values;
    struct text *text;
    bool may_run;
    char margin[CHAIN_DEPTH * 4 + 8]; /* before each line, inside groups */
    PyObject *seen[CHAIN_DEPTH * 4];  /* borrowed: chains may be circular */
    size_t seen_count;
    int depth;
};

static void put_line(struct format *format, const char *line)
{
    text_puts(format->text, format->margin);
    text_puts(format->text, line);
    text_puts(format->text, "\n");
}

/* A text of several lines, each behind the margin. */
static void put_lines(struct format *format, const char *lines)
{
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        text_puts(format->text, format->margin);
        text_put(format->text, lines, length);
        text_puts(format->text, "\n");
        lines += length + (lines[length] == '\n' ? 1 : 0);
    }
}

struct place {
    char filename[1024];
    char name[256];
    int line;
    PyObject *file; /* owned */
};

static bool traceback_place(PyObject *traceback, struct place *place)
{
    PyObject *frame = PyObject_GetAttrString(traceback, "tb_frame");
    PyObject *line = PyObject_GetAttrString(traceback, "tb_lineno");
    PyObject *code = frame != NULL ? (PyObject *)PyFrame_GetCode((PyFrameObject *)frame) : NULL;
    PyObject *name = code != NULL ? PyObject_GetAttrString(code, "co_name") : NULL;
    place->file = code != NULL ? PyObject_GetAttrString(code, "co_filename") : NULL;
    int overflow;
    place->line = line != NULL && PyLong_Check(line) ? (int)PyLong_AsLongAndOverflow(line, &overflow) : 0;
    bool ok = name != NULL && place->file != NULL && object_copy_text(name, place->name, sizeof(place->name)) &&
              object_copy_text(place->file, place->filename, sizeof(place->filename));
    Py_XDECREF(name);
    Py_XDECREF(code);
    Py_XDECREF(line);
    Py_XDECREF(frame);
    PyErr_Clear();
    return ok;
}

static void put_place(struct format *format, const struct place *place)
{
    char source[512];
    char line[1600];
    PyOS_snprintf(line, sizeof(line), "  File \"%s\", line %d, in %s", place->filename, place->line, place->name);
    put_line(format, line);
    if (origin_line(&format->values->origins, place->file, place->line, source, sizeof(source))) {
        PyOS_snprintf(line, sizeof(line), "    %s", source + strspn(source, " \t\f"));
        put_line(format, line);
    }
}

static void put_repeats(struct format *format, size_t repeats)
{
    char line[96];
    if (repeats > REPEATS) {
        PyOS_snprintf(line, sizeof(line), "  [Previous line repeated %zu more time%s]", repeats - REPEATS,
                      repeats - REPEATS == 1 ? "" : "s");
        put_line(format, line);
    }
}

static size_t traceback_length(PyObject *traceback)
{
    size_t count = 0;
    Py_INCREF(traceback);
    while (traceback != NULL && traceback != Py_None) {
        PyObject *next = PyObject_GetAttrString(traceback, "tb_next");
        Py_DECREF(traceback);
        traceback = next;
        count++;
    }
    Py_XDECREF(traceback);
    return count;
}

static void put_traceback(struct format *format, PyObject *traceback)
{
    size_t length = traceback_length(traceback);
    size_t repeats = 0;
    struct place last = {.line = -1};
    Py_INCREF(traceback);
    for (size_t i = 0; i < length && traceback != NULL && !format->text->full; i++) {
        PyObject *next = PyObject_GetAttrString(traceback, "tb_next");
        struct place place = {.line = 0};
        bool shown = length <= 2 * FRAMES_EDGE || i < FRAMES_EDGE || i >= length - FRAMES_EDGE;
        if (shown && traceback_place(traceback, &place)) {
            bool same = last.line == place.line && strcmp(last.name, place.name) == 0 &&
                        strcmp(last.filename, place.filename) == 0;
            if (!same) {
                put_repeats(format, repeats);
            }
            repeats = same ? repeats + 1 : 1;
            if (repeats <= REPEATS) {
                put_place(format, &place);
            }
        }
        if (i == FRAMES_EDGE && length > 2 * FRAMES_EDGE) {
            char line[64];
            PyOS_snprintf(line, sizeof(line), "  [%zu frames are not shown]", length - 2 * FRAMES_EDGE);
            put_repeats(format, repeats);
            put_line(format, line);
            repeats = 0;
        }
        if (place.file != NULL) {
            Py_XDECREF(last.file);
            last = place;
        }
        Py_DECREF(traceback);
        traceback = next;
    }
    put_repeats(format, repeats);
    Py_XDECREF(last.file);
    Py_XDECREF(traceback);
}

/* The place that a SyntaxError is about. */
static void put_syntax_place(struct format *format, PyObject *exception)
{
    struct values *values = format->values;
    PyObject *filename = member(values, PyExc_SyntaxError, "filename", exception);
    PyObject *line = member(values, PyExc_SyntaxError, "lineno", exception);
    PyObject *source = member(values, PyExc_SyntaxError, "text", exception);
    PyObject *offset = member(values, PyExc_SyntaxError, "offset", exception);
    char buffer[1024];
    char text[1600];
    int overflow;
    if (line != NULL && PyLong_Check(line)) {
        bool named = filename != NULL && object_copy_text(filename, buffer, sizeof(buffer));
        PyOS_snprintf(text, sizeof(text), "  File \"%s\", line %ld", named ? buffer : "<string>",
                      PyLong_AsLongAndOverflow(line, &overflow));
        put_line(format, text);
    }
    if (source != NULL && object_copy_text(source, buffer, sizeof(buffer)) && buffer[0] != '\0') {
        buffer[strcspn(buffer, "\r\n")] = '\0';
        size_t indent = strspn(buffer, " \t\f");
        PyOS_snprintf(text, sizeof(text), "    %s", buffer + indent);
        put_line(format, text);
        long column = offset != NULL && PyLong_Check(offset) ? PyLong_AsLongAndOverflow(offset, &overflow) : 0;
        long spaces = column - 1 - (long)indent;
        if (spaces >= 0 && spaces < 500) {
            PyOS_snprintf(text, sizeof(text), "    %*s^", (int)spaces, "");
            put_line(format, text);
        }
    }
    Py_XDECREF(filename);
    Py_XDECREF(line);
    Py_XDECREF(source);
    Py_XDECREF(offset);
    PyErr_Clear();
}

static void put_notes(struct format *format, PyObject *exception)
{
    PyObject *notes = object_attribute(&format->values->objects, exception, "__notes__");
    for (Py_ssize_t i = 0; notes != NULL && PyList_Check(notes) && i < PyList_Size(notes) && i < NOTES; i++) {
        char buffer[MESSAGE_SIZE];
        struct text note;
        text_init(&note, buffer, sizeof(buffer), sizeof(buffer));
        put_argument(format->values, &note, PyList_GetItem(notes, i));
        put_lines(format, buffer);
    }
    Py_XDECREF(notes);
}

static void format_exception(struct format *format, PyObject *exception);

static void put_group(struct format *format, PyObject *members)
{
    char outer[sizeof(format->margin)];
    memcpy(outer, format->margin, sizeof(outer));
    size_t length = strlen(outer);
    /* The margin ends in "| " inside a group, and is empty outside. */
    size_t start = length >= 2 ? length - 2 : 0;
    Py_ssize_t count = PyTuple_Size(members);
    for (Py_ssize_t i = 0; i < count && !format->text->full; i++) {
        char line[80];
        bool cut = i == GROUP_MEMBERS;
        text_put(format->text, outer, start);
        PyOS_snprintf(line, sizeof(line), "%s---------------- %s%lld ----------------\n", i == 0 ? "+-+" : "  +",
                      cut ? "... of " : "", (long long)(cut ? count : i + 1));
        text_puts(format->text, line);
        if (cut) {
            break;
        }
        PyOS_snprintf(format->margin, sizeof(format->margin), "%.*s  | ", (int)start, outer);
        format_exception(format, PyTuple_GetItem(members, i));
    }
    memcpy(format->margin, outer, sizeof(outer));
    /* A group within has closed the frame already. */
    PyObject *last = count > 0 && count <= GROUP_MEMBERS ? PyTuple_GetItem(members, count - 1) : NULL;
    if (last == NULL || !is_a(last, PyExc_BaseExceptionGroup)) {
        text_put(format->text, outer, start);
        text_puts(format->text, "  +------------------------------------\n");
    }
}

/* The exception itself, without what caused it. */
static void put_exception(struct format *format, PyObject *exception)
{
    struct values *values = format->values;
    bool group = is_a(exception, PyExc_BaseExceptionGroup);
    char outer[sizeof(format->margin)];
    memcpy(outer, format->margin, sizeof(outer));
    if (group && outer[0] == '\0') {
        strcpy(format->margin, "  | ");
    }
    PyObject *traceback = PyException_GetTraceback(exception);
    if (traceback != NULL) {
        if (group) {
            text_put(format->text, format->margin, strlen(format->margin) - 2);
            text_puts(format->text, "+ Exception Group Traceback (most recent call last):\n");
        } else {
            put_line(format, "Traceback (most recent call last):");
        }
        put_traceback(format, traceback);
        Py_DECREF(traceback);
    }
    if (is_a(exception, PyExc_SyntaxError)) {
        put_syntax_place(format, exception);
    }
    char buffer[MESSAGE_SIZE + 256];
    struct text summary;
    text_init(&summary, buffer, sizeof(buffer), sizeof(buffer));
    put_summary(values, &summary, exception, format->may_run);
    put_lines(format, buffer);
    put_notes(format, exception);
    PyObject *members = group ? member(values, PyExc_BaseExceptionGroup, "exceptions", exception) : NULL;
    if (members != NULL && PyTuple_Check(members) && format->depth < CHAIN_DEPTH) {
        put_group(format, members);
    }
    Py_XDECREF(members);
    memcpy(format->margin, outer, sizeof(outer));
}

/* The cause, or the context if that is to be shown: new reference or NULL. *CAUSED tells which. */
static PyObject *before(struct values *values, PyObject *exception, bool *caused)
{
    PyObject *cause = PyException_GetCause(exception);
    *caused = cause != NULL;
    if (cause != NULL) {
        return cause;
    }
    PyObject *suppressed = member(values, PyExc_BaseException, "__suppress_context__", exception);
    bool hidden = suppressed == Py_True;
    Py_XDECREF(suppressed);
    return hidden ? NULL : PyException_GetContext(exception);
}

static void format_exception(struct format *format, PyObject *exception)
{
    for (size_t i = 0; i < format->seen_count; i++) {
        if (format->seen[i] == exception) {
            return;
        }
    }
    if (format->seen_count == sizeof(format->seen) / sizeof(format->seen[0]) || format->text->full) {
        return;
    }
    format->seen[format->seen_count++] = exception;
    format->depth++;
    bool caused;
    PyObject *earlier = format->depth <= CHAIN_DEPTH ? before(format->values, exception, &caused) : NULL;
    if (earlier != NULL) {
        size_t count = format->seen_count;
        format_exception(format, earlier);
        if (format->seen_count > count) {
            put_line(format, "");
            put_line(format, caused ? "The above exception was the direct cause of the following exception:"
                                    : "During handling of the above exception, another exception occurred:");
            put_line(format, "");
        }
        Py_DECREF(earlier);
    }
    put_exception(format, exception);
    format->depth--;
}

char *exceptions_format(struct values *values, struct arena *arena, PyObject *exception, bool may_run)
{
    char *buffer = malloc(FORMAT_SIZE);
    if (buffer == NULL) {
        return NULL;
    }
    struct text text;
    text_init(&text, buffer, FORMAT_SIZE, FORMAT_SIZE);
    struct format format = {.values = values, .text = &text, .may_run = may_run};
    format_exception(&format, exception);
    PyErr_Clear();
    origin_forget_recent(&values->origins);
    char *result = arena_copy(arena, buffer, text.length);
    free(buffer);
    return result;
}

/* Details */

/* A way through the chain: an exception, what came before it, a group's members, each with theirs. */
struct walk {
    struct values *values;
    struct arena *arena;
    PyObject *seen[DETAILS_LIMIT]; /* owned: chains may be circular, and the number is the index */
    int count;
};

static void finish_walk(struct walk *walk)
{
    for (int i = 0; i < walk->count; i++) {
        Py_DECREF(walk->seen[i]);
    }
    PyErr_Clear();
}

static bool was_seen(const struct walk *walk, const PyObject *exception)
{
    for (int i = 0; i < walk->count; i++) {
        if (walk->seen[i] == exception) {
            return true;
        }
    }
    return false;
}

static struct value *notes_of(struct values *values, struct arena *arena, PyObject *exception)
{
    struct value *list = value_array(arena);
    PyObject *notes = object_attribute(&values->objects, exception, "__notes__");
    for (Py_ssize_t i = 0; notes != NULL && PyList_Check(notes) && i < PyList_Size(notes) && i < NOTES; i++) {
        char buffer[MESSAGE_SIZE];
        struct text note;
        text_init(&note, buffer, sizeof(buffer), sizeof(buffer));
        put_argument(values, &note, PyList_GetItem(notes, i));
        value_append(arena, list, value_string(arena, buffer, strlen(buffer)));
    }
    Py_XDECREF(notes);
    PyErr_Clear();
    return list;
}

static struct value *extension(struct walk *walk, PyObject *exception, const char *relation)
{
    struct value *result = value_map(walk->arena);
    struct value *notes = notes_of(walk->values, walk->arena, exception);
    PyObject *traceback = PyException_GetTraceback(exception);
    value_set_int(walk->arena, result, "number", walk->count - 1);
    if (relation != NULL) {
        value_set_text(walk->arena, result, "relation", relation);
    }
    value_set_bool(walk->arena, result, "traceback", traceback != NULL);
    if (value_count(notes) > 0) {
        value_set(walk->arena, result, "notes", notes);
    }
    Py_XDECREF(traceback);
    return result;
}

static bool add_details(struct walk *walk, struct value *list, PyObject *exception, const char *relation, int depth);

/* The members of a group; how many of them are left out. */
static Py_ssize_t add_members(struct walk *walk, struct value *inner, PyObject *exception, int depth)
{
    PyObject *members = is_a(exception, PyExc_BaseExceptionGroup)
                            ? member(walk->values, PyExc_BaseExceptionGroup, "exceptions", exception)
                            : NULL;
    Py_ssize_t count = members != NULL && PyTuple_Check(members) ? PyTuple_Size(members) : 0, given = 0;
    while (given < count && given < GROUP_MEMBERS &&
           add_details(walk, inner, PyTuple_GetItem(members, given), "member", depth + 1)) {
        given++;
    }
    Py_XDECREF(members);
    return count - given;
}

/* What came before EXCEPTION, and its members. EXTENSION says what of them is left out. */
static struct value *inner_details(struct walk *walk, struct value *extension, PyObject *exception, int depth)
{
    struct value *inner = value_array(walk->arena);
    bool caused;
    PyObject *earlier = before(walk->values, exception, &caused);
    if (earlier != NULL && !add_details(walk, inner, earlier, caused ? "cause" : "context", depth + 1)) {
        value_set_bool(walk->arena, extension, "chainOmitted", true);
    }
    Py_XDECREF(earlier);
    Py_ssize_t omitted = add_members(walk, inner, exception, depth);
    if (omitted > 0) {
        value_set_int(walk->arena, extension, "membersOmitted", omitted);
    }
    return inner;
}

/* False when a limit leaves it out. */
static bool add_details(struct walk *walk, struct value *list, PyObject *exception, const char *relation, int depth)
{
    struct values *values = walk->values;
    struct arena *arena = walk->arena;
    char buffer[MESSAGE_SIZE];
    if (!PyExceptionInstance_Check(exception) || was_seen(walk, exception)) {
        return true;
    }
    if (walk->count == DETAILS_LIMIT || depth > CHAIN_DEPTH) {
        return false;
    }
    walk->seen[walk->count++] = Py_NewRef(exception);
    struct value *result = value_map(arena);
    exceptions_message(values, exception, buffer, sizeof(buffer), false);
    value_set_text(arena, result, "message", buffer);
    object_type_name(Py_TYPE(exception), buffer, sizeof(buffer));
    value_set_text(arena, result, "typeName", buffer);
    object_type_full_name(&values->objects, Py_TYPE(exception), buffer, sizeof(buffer));
    value_set_text(arena, result, "fullTypeName", buffer);
    struct value *extra = extension(walk, exception, relation);
    value_set(arena, result, "pytui", extra);
    struct value *inner = inner_details(walk, extra, exception, depth);
    if (value_count(inner) > 0) {
        value_set(arena, result, "innerException", inner);
    }
    value_append(arena, list, result);
    return true;
}

struct value *exceptions_details(struct values *values, struct arena *arena, PyObject *exception)
{
    struct walk walk = {.values = values, .arena = arena};
    struct value *list = value_array(arena);
    add_details(&walk, list, exception, NULL, 0);
    finish_walk(&walk);
    struct value *result = value_count(list) > 0 ? list->array.items[0] : value_map(arena);
    char *trace = exceptions_format(values, arena, exception, false);
    value_set_text(arena, result, "stackTrace", trace != NULL ? trace : "");
    return result;
}

PyObject *exceptions_find(struct values *values, PyObject *exception, int number)
{
    struct walk walk = {.values = values, .arena = arena_create()};
    PyObject *found = NULL;
    if (walk.arena != NULL) {
        add_details(&walk, value_array(walk.arena), exception, NULL, 0);
        found = number >= 0 && number < walk.count ? Py_NewRef(walk.seen[number]) : NULL;
        finish_walk(&walk);
    }
    arena_destroy(walk.arena);
    return found;
}

/* Types by name */

static bool list_has(const char *types, const char *name)
{
    static const char separators[] = ", ";
    size_t length = strlen(name);
    for (const char *at = types + strspn(types, separators); *at != '\0'; at += strspn(at, separators)) {
        size_t word = strcspn(at, separators);
        if (word == length && memcmp(at, name, length) == 0) {
            return true;
        }
        at += word;
    }
    return false;
}

bool exceptions_match(const struct values *values, PyObject *exception, const char *types, bool exact)
{
    char name[MESSAGE_SIZE];
    PyObject *mro = object_type_mro(&values->objects, Py_TYPE(exception));
    Py_ssize_t count = mro != NULL && PyTuple_Check(mro) ? PyTuple_Size(mro) : 0;
    bool found = false;
    for (Py_ssize_t i = 0; i < (exact && count > 1 ? 1 : count) && !found; i++) {
        PyTypeObject *type = (PyTypeObject *)PyTuple_GetItem(mro, i);
        object_type_name(type, name, sizeof(name));
        found = list_has(types, name);
        object_type_full_name(&values->objects, type, name, sizeof(name));
        found = found || list_has(types, name);
    }
    Py_XDECREF(mro);
    PyErr_Clear();
    return found;
}
