#include "sources.h"

#include "compat.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct source {
    struct source *next;
    char *filename; /* owned: co_filename in the file system's bytes */
    struct file_identity identity;
    bool identified;
    PyObject **references; /* owned weak references to code objects */
    size_t count, capacity;
};

struct sources {
    struct source *first;
    PyObject *by_filename; /* dict: co_filename to the address of its source */
    char *start_directory; /* owned: what relative names of code are relative to */
};

/* PATH made absolute against BASE, without "." and "//" and with ".." taken literally. NULL: out of memory. */
static char *normalise(const char *path, const char *base)
{
    char *joined = NULL;
    if (path[0] == '/' || path[0] == '<') {
        joined = strdup(path);
    } else if (asprintf(&joined, "%s/%s", base, path) < 0) {
        joined = NULL;
    }
    if (!joined || joined[0] != '/') {
        return joined;
    }
    char *to = joined;
    for (const char *from = joined; *from;) {
        while (*from == '/') {
            from++;
        }
        size_t length = strcspn(from, "/");
        if (length == 2 && from[0] == '.' && from[1] == '.') {
            while (to > joined && *--to != '/') {
            }
        } else if (length && !(length == 1 && from[0] == '.')) {
            *to++ = '/';
            memmove(to, from, length);
            to += length;
        }
        from += length;
    }
    *to = '\0';
    if (to == joined) {
        strcpy(joined, "/");
    }
    return joined;
}

static bool identify(struct file_identity *identity, const char *path, const char *base)
{
    *identity = (struct file_identity){0};
    char *normal = normalise(path, base);
    if (!normal) {
        return false;
    }
    struct stat status;
    char *resolved = normal[0] == '/' ? realpath(normal, NULL) : NULL;
    if (resolved && stat(resolved, &status) == 0 && !S_ISDIR(status.st_mode)) {
        free(normal);
        *identity =
            (struct file_identity){.path = resolved, .exists = true, .device = status.st_dev, .inode = status.st_ino};
        return true;
    }
    free(resolved);
    identity->path = normal;
    return true;
}

bool file_identity_init(struct file_identity *identity, const char *path)
{
    char base[PATH_MAX];
    return identify(identity, path, getcwd(base, sizeof(base)) ? base : "/");
}

void file_identity_finish(struct file_identity *identity)
{
    free(identity->path);
    *identity = (struct file_identity){0};
}

bool file_identity_same(const struct file_identity *a, const struct file_identity *b)
{
    if (a->exists && b->exists && a->device == b->device && a->inode == b->inode) {
        return true;
    }
    return strcmp(a->path, b->path) == 0;
}

struct sources *sources_create(void)
{
    char base[PATH_MAX];
    struct sources *sources = calloc(1, sizeof(*sources));
    if (!sources) {
        return NULL;
    }
    sources->start_directory = strdup(getcwd(base, sizeof(base)) ? base : "/");
    sources->by_filename = PyDict_New();
    if (!sources->start_directory || !sources->by_filename) {
        PyErr_Clear();
        sources_destroy(sources);
        return NULL;
    }
    return sources;
}

void sources_forget(struct sources *sources)
{
    PyDict_Clear(sources->by_filename);
    while (sources->first) {
        struct source *source = sources->first;
        sources->first = source->next;
        for (size_t i = 0; i < source->count; i++) {
            Py_DECREF(source->references[i]);
        }
        free(source->references);
        free(source->filename);
        file_identity_finish(&source->identity);
        free(source);
    }
}

void sources_destroy(struct sources *sources)
{
    if (!sources) {
        return;
    }
    if (sources->by_filename) {
        sources_forget(sources);
    }
    Py_XDECREF(sources->by_filename);
    free(sources->start_directory);
    free(sources);
}

static struct source *add_source(struct sources *sources, PyObject *filename)
{
    struct source *source = calloc(1, sizeof(*source));
    PyObject *bytes = PyUnicode_EncodeFSDefault(filename);
    const char *text = bytes ? PyBytes_AsString(bytes) : NULL;
    if (source && text) {
        source->filename = strdup(text);
    }
    Py_XDECREF(bytes);
    PyObject *address = source && source->filename ? PyLong_FromVoidPtr(source) : NULL;
    if (!address || PyDict_SetItem(sources->by_filename, filename, address) < 0) {
        Py_XDECREF(address);
        if (source) {
            free(source->filename);
        }
        free(source);
        return NULL;
    }
    Py_DECREF(address);
    source->next = sources->first;
    sources->first = source;
    return source;
}

struct source *sources_of_code(struct sources *sources, PyObject *code)
{
    PyObject *filename = PyObject_GetAttrString(code, "co_filename");
    struct source *source = NULL;
    if (filename && PyUnicode_CheckExact(filename)) {
        PyObject *address = PyDict_GetItemWithError(sources->by_filename, filename); /* borrowed */
        source = address ? PyLong_AsVoidPtr(address) : add_source(sources, filename);
    }
    Py_XDECREF(filename);
    PyErr_Clear();
    return source;
}

/* Whether the code that REFERENCE stands for is gone. */
static bool is_dead(PyObject *reference)
{
    PyObject *code = PyObject_CallNoArgs(reference);
    bool dead = !code || code == Py_None;
    Py_XDECREF(code);
    PyErr_Clear();
    return dead;
}

static int compare_references(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t) * (PyObject *const *)a, right = (uintptr_t) * (PyObject *const *)b;
    return (left > right) - (left < right);
}

/* Make room: programs that make code all the time (exec, templates) must not make this grow for ever, nor
 * tools that have all code reported anew. An object has one weak reference for all who ask without a callback. */
static bool make_room(struct source *source)
{
    size_t kept = 0;
    if (source->count) {
        qsort(source->references, source->count, sizeof(*source->references), compare_references);
    }
    for (size_t i = 0; i < source->count; i++) {
        bool twice = kept && source->references[kept - 1] == source->references[i];
        if (twice || is_dead(source->references[i])) {
            Py_DECREF(source->references[i]);
        } else {
            source->references[kept++] = source->references[i];
        }
    }
    source->count = kept;
    if (source->capacity && kept * 2 <= source->capacity) {
        return true;
    }
    size_t wanted = source->capacity ? source->capacity * 2 : 8;
    PyObject **references = realloc(source->references, wanted * sizeof(*references));
    if (!references) {
        return kept < source->capacity;
    }
    source->references = references;
    source->capacity = wanted;
    return true;
}

void source_note_code(struct source *source, PyObject *code)
{
    PyObject *reference = PyWeakref_NewRef(code, NULL);
    if (reference && (source->count < source->capacity || make_room(source))) {
        source->references[source->count++] = reference;
        reference = NULL;
    }
    Py_XDECREF(reference);
    PyErr_Clear();
}

bool source_has_code(const struct source *source)
{
    return source->count > 0;
}

const char *source_filename(const struct source *source)
{
    return source->filename;
}

const struct file_identity *source_identity(struct source *source, const struct sources *sources)
{
    static const struct file_identity nothing = {.path = (char *)""};
    if (!source->identified) {
        source->identified = identify(&source->identity, source->filename, sources->start_directory);
    }
    return source->identified ? &source->identity : &nothing;
}

void sources_visit(struct sources *sources, bool (*visit)(struct source *source, void *data), void *data)
{
    for (struct source *source = sources->first; source; source = source->next) {
        if (!visit(source, data)) {
            return;
        }
    }
}

void source_visit_code(struct source *source, void (*visit)(PyObject *code, void *data), void *data)
{
    for (size_t i = 0; i < source->count; i++) {
        PyObject *code = PyObject_CallNoArgs(source->references[i]);
        if (code && code != Py_None) {
            visit(code, data);
        }
        Py_XDECREF(code);
        PyErr_Clear();
    }
}
