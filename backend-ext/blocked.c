#include "blocked.h"

#include "backend.h"
#include "code_position.h"
#include "compat.h"
#include "objects.h"
#include "threads.h"
#include "values.h"

#include <ctype.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINE_BYTES     2000
#define CALL_BYTES     512
#define IMMUTABLE_TYPE (1UL << 8) /* Py_TPFLAGS_IMMUTABLETYPE: no class statement makes such a type */

/* The kernel. */

/* Whether ADDRESS is inside of the interpreter's static state, where the main interpreter's GIL is. True also when that
 * cannot be told: then nothing is said of threads that may wait for it. */
static bool may_be_gil(uintptr_t address)
{
    void *symbol = object_symbol("_PyRuntime");
    Dl_info info;
    ElfW(Sym) *found = NULL;
    if (!symbol || !dladdr1(symbol, &info, (void **)&found, RTLD_DL_SYMENT) || !found || found->st_size == 0) {
        return true;
    }
    return address >= (uintptr_t)symbol && address < (uintptr_t)symbol + found->st_size;
}

enum blocked_state blocked_state(long native_id)
{
    char path[64], text[256] = "";
    if (native_id == syscall(SYS_gettid)) {
        return BLOCKED_NOT; /* it is the one that asks */
    }
    snprintf(path, sizeof(path), "/proc/self/task/%ld/syscall", native_id);
    int file = native_id ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t length = file >= 0 ? read(file, text, sizeof(text) - 1) : -1;
    if (file >= 0) {
        close(file);
    }
    if (length <= 0) {
        return BLOCKED_UNKNOWN;
    }
    char *behind = text;
    long number = strtol(text, &behind, 10); /* else "running" */
    if (behind == text || number < 0) {
        return BLOCKED_NOT;
    }
    return number == SYS_futex && may_be_gil((uintptr_t)strtoull(behind, NULL, 16)) ? BLOCKED_NOT : BLOCKED;
}

/* The instruction. */

/* What stands at it beside the text of its position. */
enum place { PLACE_CALL, PLACE_WITH, PLACE_FOR };

struct site {
    PyObject *code; /* owned */
    struct code_position position;
    enum place place;
};

static long long number_of(PyObject *object, const char *name)
{
    PyObject *number = PyObject_GetAttrString(object, name);
    long long value = number && PyLong_Check(number) ? PyLong_AsLongLong(number) : -1;
    Py_XDECREF(number);
    PyErr_Clear();
    return value;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Up to 3.13 one instruction enters a context; since then its method is looked up, then called. */
static enum place place_of(struct values *values, const unsigned char *ops, size_t unit)
{
    static const char *const enters[] = {"BEFORE_WITH", "BEFORE_ASYNC_WITH", "LOAD_SPECIAL", NULL};
    static const char *const loops[] = {"FOR_ITER", NULL};
    const char *name = values_opcode_name(values, ops[2 * unit]);
    if (is_one_of(name, loops)) {
        return PLACE_FOR;
    }
    if (is_one_of(name, enters)) {
        return PLACE_WITH;
    }
    size_t before = unit;
    while (before > 0 && ops[2 * --before] == 0) { /* caches */
    }
    bool entered = strcmp(values_opcode_name(values, ops[2 * before]), "LOAD_SPECIAL") == 0;
    return entered ? PLACE_WITH : PLACE_CALL;
}

static bool read_site(struct values *values, PyObject *frame, struct site *site)
{
    long long offset = number_of(frame, "f_lasti");
    *site = (struct site){.code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame)};
    PyObject *bytes = PyObject_GetAttrString(site->code, "co_code");
    bool ok = bytes && PyBytes_Check(bytes) && offset >= 0 && offset + 1 < PyBytes_Size(bytes) &&
              code_position_at(site->code, (int)offset, &site->position);
    if (ok) {
        site->place = place_of(values, (const unsigned char *)PyBytes_AsString(bytes), (size_t)offset / 2);
    }
    Py_XDECREF(bytes);
    PyErr_Clear();
    return ok;
}

/* Without columns or text: its line, if that can be had, else its number. */
static void describe_line(struct values *values, const struct site *site, char *buffer, size_t size)
{
    char line[LINE_BYTES];
    const char *start = line;
    if (values_source_line(values, site->code, site->position.line, line, sizeof(line))) {
        start += strspn(start, " \t");
        snprintf(buffer, size, "line %d: %s", site->position.line, start);
    } else {
        snprintf(buffer, size, "line %d", site->position.line);
    }
}

/* Where the first SIGN at this level of parentheses and outside of strings begins in TEXT; its end without any. */
static char *find_sign(char *text, const char *sign)
{
    int depth = 0;
    char quote = '\0';
    for (; *text; text++) {
        if (quote) {
            quote = *text == quote ? '\0' : quote;
        } else if (depth == 0 && strncmp(text, sign, strlen(sign)) == 0) {
            return text;
        } else if (*text == '"' || *text == '\'') {
            quote = *text;
        } else {
            depth += strchr("([{", *text) != NULL;
            depth -= strchr(")]}", *text) != NULL;
        }
    }
    return text;
}

/* Some versions give such instructions the position of the whole statement: what is entered or gone through is wanted
 * alone. */
static void cut_statement(const struct site *site, char *text)
{
    static const char *const words[] = {"async with ", "with ", "async for ", "for "};
    size_t skip = 0;
    for (size_t i = 0; site->place != PLACE_CALL && i < 4 && !skip; i++) {
        skip = strncmp(text, words[i], strlen(words[i])) == 0 ? strlen(words[i]) : 0;
    }
    if (!skip) {
        return;
    }
    char *from = text + skip;
    if (site->place == PLACE_FOR) {
        char *in = find_sign(from, " in ");
        from = *in ? in + strlen(" in ") : from;
    }
    *find_sign(from, ":") = '\0';
    memmove(text, from, strlen(from) + 1);
}

static void read_text(struct values *values, const struct site *site, char *text, size_t size)
{
    code_position_text(values, site->code, &site->position, text, size);
    cut_statement(site, text);
}

static void describe_site(struct values *values, const struct site *site, char *buffer, size_t size)
{
    static const char *const before[] = {[PLACE_CALL] = "", [PLACE_WITH] = "with ", [PLACE_FOR] = "for … in "};
    char text[CALL_BYTES];
    read_text(values, site, text, sizeof(text));
    if (text[0]) {
        snprintf(buffer, size, "%s%s", before[site->place], text);
    } else {
        describe_line(values, site, buffer, size);
    }
}

/* Locks. */

/* The dotted names that the text of a site begins with, up to a method that takes a lock. False: it is no such. */
static bool lock_path(const struct site *site, const char *text, char *path, size_t size)
{
    static const char acquire[] = ".acquire(";
    const char *end = site->place == PLACE_WITH ? text + strlen(text) : strstr(text, acquire);
    size_t length = end ? (size_t)(end - text) : 0;
    if (length == 0 || length >= size) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && !strchr("_.", text[i])) {
            return false;
        }
    }
    snprintf(path, size, "%.*s", (int)length, text);
    return true;
}

/* Who holds LOCK, an RLock of the interpreter's own: others do not tell. Its repr() is C and names the ident. */
static long long lock_owner(struct backend *backend, PyObject *lock)
{
    char type[64];
    object_type_name(Py_TYPE(lock), type, sizeof(type));
    if (strcmp(type, "RLock") != 0 || !(PyType_GetFlags(Py_TYPE(lock)) & IMMUTABLE_TYPE)) {
        return 0;
    }
    PyObject *text = PyObject_Repr(lock);
    const char *words = text && PyUnicode_Check(text) ? PyUnicode_AsUTF8AndSize(text, NULL) : NULL;
    const char *owner = words ? strstr(words, "owner=") : NULL;
    unsigned long ident = owner ? strtoul(owner + strlen("owner="), NULL, 10) : 0;
    Py_XDECREF(text);
    PyErr_Clear();
    return ident ? threads_id(backend, ident) : 0;
}

static long long find_owner(struct backend *backend, PyObject *frame, const struct site *site)
{
    char text[CALL_BYTES], path[128];
    read_text(backend->values, site, text, sizeof(text));
    if (site->place == PLACE_FOR || !lock_path(site, text, path, sizeof(path))) {
        return 0;
    }
    PyObject *lock = values_find_path(backend->values, frame, path);
    long long owner = lock ? lock_owner(backend, lock) : 0;
    Py_XDECREF(lock);
    return owner;
}

long long blocked_call(struct backend *backend, PyObject *frame, char *buffer, size_t size)
{
    struct site site;
    long long owner = 0;
    buffer[0] = '\0';
    if (read_site(backend->values, frame, &site)) {
        describe_site(backend->values, &site, buffer, size);
        owner = find_owner(backend, frame, &site);
    }
    Py_DECREF(site.code);
    if (owner) {
        char name[128];
        size_t length = strlen(buffer);
        threads_name(backend, owner, name, sizeof(name));
        snprintf(buffer + length, size - length, ": held by %s", name);
    }
    return owner;
}
