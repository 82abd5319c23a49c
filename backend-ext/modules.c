#include "modules.h"

#include "backend.h"
#include "compat.h"
#include "my_code.h"
#include "sources.h"
#include "values.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_DEFAULT 500
#define PAGE_MOST    5000
#define EVENTS_MOST  1000 /* at one time; what is beyond is told the next time */

struct modules {
    struct backend *backend;
    PyObject *known;   /* owned dict: name to the module's address, as they were told */
    PyObject *sources; /* owned dict: co_filenames that were told as loaded */
    bool watching_modules, watching_sources;
};

struct modules *modules_create(struct backend *backend)
{
    struct modules *modules = calloc(1, sizeof(*modules));
    if (!modules) {
        PyErr_NoMemory();
        return NULL;
    }
    modules->backend = backend;
    modules->known = PyDict_New();
    modules->sources = PyDict_New();
    if (!modules->known || !modules->sources) {
        modules_destroy(modules);
        return NULL;
    }
    return modules;
}

void modules_destroy(struct modules *modules)
{
    if (modules) {
        Py_XDECREF(modules->known);
        Py_XDECREF(modules->sources);
        free(modules);
    }
}

void modules_forget(struct modules *modules)
{
    modules->watching_modules = modules->watching_sources = false;
    PyDict_Clear(modules->known);
    PyDict_Clear(modules->sources);
}

/* sys.modules if it is a dict still; borrowed. */
static PyObject *loaded_modules(void)
{
    PyObject *loaded = PySys_GetObject("modules");
    return loaded && PyDict_Check(loaded) ? loaded : NULL;
}

/* The str NAME among a module's globals; borrowed, NULL without an error. */
static PyObject *global_text(PyObject *globals, const char *name)
{
    PyObject *value = globals ? PyDict_GetItemString(globals, name) : NULL;
    return value && PyUnicode_Check(value) ? value : NULL;
}

static struct value *make_text(struct arena *arena, PyObject *text)
{
    PyObject *bytes = PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace");
    struct value *value = bytes ? value_string(arena, PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes)) : NULL;
    Py_XDECREF(bytes);
    PyErr_Clear();
    return value;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

/* What a person wants to know of where a module comes from. */
static const char *describe_kind(PyObject *globals, const char *path)
{
    if (!globals) {
        return "not a module";
    }
    if (!path[0]) {
        PyObject *loader = PyDict_GetItemString(globals, "__path__"); /* of a package without __init__.py */
        return loader ? "namespace package" : "built in";
    }
    return ends_with(path, ".so") ? "extension module" : ends_with(path, ".pyc") ? "no source file" : "source file";
}

static struct value *describe_module(struct modules *modules, struct arena *arena, PyObject *name, PyObject *module)
{
    struct backend *backend = modules->backend;
    PyObject *globals = PyModule_Check(module) ? PyModule_GetDict(module) : NULL; /* borrowed, as the next */
    PyObject *file = global_text(globals, "__file__"), *version = global_text(globals, "__version__");
    struct value *value = value_map(arena), *text = make_text(arena, name);
    struct value *source = file ? values_source(backend->values, arena, file, globals) : NULL;
    const char *path = value_get_text(source, "path", "");
    value_set(arena, value, "id", text);
    value_set(arena, value, "name", text);
    if (path[0]) {
        value_set_text(arena, value, "path", path);
    }
    value_set_bool(arena, value, "isUserCode", file && my_code_origin(backend->my_code, file, globals) == ORIGIN_USER);
    value_set_text(arena, value, "symbolStatus", describe_kind(globals, path));
    if (version) {
        value_set(arena, value, "version", make_text(arena, version));
    }
    return value;
}

/* Events. */

static void post_module(struct modules *modules, const char *reason, PyObject *name, PyObject *module)
{
    struct arena *arena = arena_create();
    if (!arena) {
        return;
    }
    struct value *body = value_map(arena), *value;
    if (module) {
        value = describe_module(modules, arena, name, module);
    } else {
        value = value_map(arena);
        value_set(arena, value, "id", make_text(arena, name));
        value_set(arena, value, "name", make_text(arena, name));
    }
    value_set_text(arena, body, "reason", reason);
    value_set(arena, body, "module", value);
    backend_event(modules->backend, arena, "module", body);
}

/* Remember that NAME is MODULE now. What that is in comparison to what was told; NULL: the same. */
static const char *note_module(struct modules *modules, PyObject *name, PyObject *module)
{
    PyObject *before = PyDict_GetItemWithError(modules->known, name); /* borrowed */
    bool same = before && PyLong_AsVoidPtr(before) == module;
    const char *reason = same ? NULL : before ? "changed" : "new";
    PyObject *address = same ? NULL : PyLong_FromVoidPtr(module);
    if (address) {
        PyDict_SetItem(modules->known, name, address);
    }
    Py_XDECREF(address);
    PyErr_Clear();
    return reason;
}

static void tell_removed(struct modules *modules, PyObject *loaded)
{
    PyObject *name, *address, *gone = NULL;
    do {
        Py_ssize_t position = 0;
        Py_CLEAR(gone);
        while (!gone && PyDict_Next(modules->known, &position, &name, &address)) {
            gone = PyDict_GetItemWithError(loaded, name) ? NULL : Py_NewRef(name);
        }
        if (gone) {
            PyDict_DelItem(modules->known, gone);
            post_module(modules, "removed", gone, NULL);
        }
    } while (gone && !PyErr_Occurred());
    PyErr_Clear();
}

static void tell_modules(struct modules *modules)
{
    PyObject *loaded = loaded_modules(), *name, *module;
    Py_ssize_t position = 0;
    int told = 0;
    while (loaded && told < EVENTS_MOST && PyDict_Next(loaded, &position, &name, &module)) {
        const char *reason = PyUnicode_CheckExact(name) ? note_module(modules, name, module) : NULL;
        if (reason) {
            post_module(modules, reason, name, module);
            told++;
        }
    }
    if (loaded && PyDict_Size(modules->known) > PyDict_Size(loaded)) {
        tell_removed(modules, loaded);
    }
}

/* Whether FILENAME was not told before; it is remembered. */
static bool note_source(struct modules *modules, PyObject *filename)
{
    bool told = PyDict_GetItemWithError(modules->sources, filename) != NULL;
    if (!told) {
        PyDict_SetItem(modules->sources, filename, Py_None);
    }
    PyErr_Clear();
    return !told;
}

/* Code that is frozen into the interpreter, or ours, is nothing to look at. */
static bool is_shown(struct modules *modules, PyObject *filename)
{
    return PyUnicode_CheckExact(filename) && my_code_origin(modules->backend->my_code, filename, NULL) != ORIGIN_HIDDEN;
}

static void tell_source(struct modules *modules, PyObject *code)
{
    PyObject *filename = PyObject_GetAttrString(code, "co_filename");
    struct arena *arena =
        filename && is_shown(modules, filename) && note_source(modules, filename) ? arena_create() : NULL;
    if (arena) {
        PyObject *frame = (PyObject *)PyEval_GetFrame(); /* borrowed */
        PyObject *globals = frame ? PyObject_GetAttrString(frame, "f_globals") : NULL;
        struct value *body = value_map(arena);
        value_set_text(arena, body, "reason", "new");
        value_set(arena, body, "source", values_source(modules->backend->values, arena, filename, globals));
        backend_event(modules->backend, arena, "loadedSource", body);
        Py_XDECREF(globals);
    }
    Py_XDECREF(filename);
    PyErr_Clear();
}

void modules_code_entered(struct modules *modules, PyObject *code)
{
    if (modules->watching_sources) {
        tell_source(modules, code);
    }
    if (modules->watching_modules) {
        PyObject *name = PyObject_GetAttrString(code, "co_name");
        if (name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "<module>") == 0) {
            tell_modules(modules);
        }
        Py_XDECREF(name);
        PyErr_Clear();
    }
}

void modules_stopped(struct modules *modules)
{
    if (modules->watching_modules) {
        tell_modules(modules);
    }
}

/* Requests. */

struct value *modules_handle_modules(struct request *request, bool *ok)
{
    struct modules *modules = request->backend->modules;
    struct arena *arena = request->arena;
    int64_t start = value_get_int(request->arguments, "startModule", 0);
    int64_t count = value_get_int(request->arguments, "moduleCount", 0);
    PyObject *loaded = loaded_modules(), *name, *module;
    if (!loaded) {
        return request_fail(request, ok, "sys.modules is no dict any more");
    }
    if (start < 0 || count < 0) {
        return request_fail(request, ok, "startModule and moduleCount count from 0");
    }
    count = count == 0 ? PAGE_DEFAULT : count > PAGE_MOST ? PAGE_MOST : count;
    modules->watching_modules = true;
    struct value *body = value_map(arena), *list = value_array(arena);
    Py_ssize_t position = 0;
    int64_t total = 0;
    while (PyDict_Next(loaded, &position, &name, &module)) {
        if (!PyUnicode_CheckExact(name)) {
            continue;
        }
        note_module(modules, name, module);
        if (total >= start && total - start < count) {
            value_append(arena, list, describe_module(modules, arena, name, module));
        }
        total++;
    }
    value_set(arena, body, "modules", list);
    value_set_int(arena, body, "totalModules", total);
    return body;
}

struct listing {
    struct modules *modules;
    struct arena *arena;
    struct value *list;
};

static bool append_source(struct source *source, void *data)
{
    struct listing *listing = data;
    PyObject *filename = source_has_code(source) ? PyUnicode_DecodeFSDefault(source_filename(source)) : NULL;
    if (filename && is_shown(listing->modules, filename)) {
        note_source(listing->modules, filename);
        value_append(listing->arena, listing->list,
                     values_source(listing->modules->backend->values, listing->arena, filename, NULL));
    }
    Py_XDECREF(filename);
    PyErr_Clear();
    return true;
}

/* Whose code was entered, and the files of modules that were loaded before anything was watched. */
struct value *modules_handle_loaded_sources(struct request *request, bool *ok)
{
    struct modules *modules = request->backend->modules;
    struct listing listing = {.modules = modules, .arena = request->arena, .list = value_array(request->arena)};
    PyObject *loaded = loaded_modules(), *name, *module;
    Py_ssize_t position = 0;
    (void)ok;
    modules->watching_sources = true;
    PyDict_Clear(modules->sources);
    sources_visit(request->backend->sources, append_source, &listing);
    while (loaded && PyDict_Next(loaded, &position, &name, &module)) {
        PyObject *globals = PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
        PyObject *file = global_text(globals, "__file__");
        struct value *source = file && PyUnicode_CheckExact(file)
                                   ? values_source(request->backend->values, request->arena, file, globals)
                                   : NULL;
        if (source && ends_with(value_get_text(source, "path", ""), ".py") && note_source(modules, file)) {
            value_append(request->arena, listing.list, source);
        }
    }
    struct value *body = value_map(request->arena);
    value_set(request->arena, body, "sources", listing.list);
    return body;
}
