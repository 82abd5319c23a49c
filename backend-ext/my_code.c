#include "my_code.h"

#include "backend.h"
#include "objects.h"
#include "requests.h"
#include "stepping.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <dlfcn.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct rule {
    char *pattern; /* owned */
    bool is_module, is_user;
};

struct rules {
    struct rule *list; /* owned */
    size_t count;
};

struct my_code {
    bool off; /* just my code: steps stop in libraries, too */
    struct rules rules;
    PyObject *known;     /* owned dict: file name to code_origin, for all that files decide */
    PyObject *main_file; /* owned str or NULL */
    char *library;       /* owned: the standard library's directory with a slash; "" when unknown */
    char *own;           /* owned: the debugger's */
};

static void free_rules(struct rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        free(rules->list[i].pattern);
    }
    free(rules->list);
    *rules = (struct rules){0};
}

/* The directory, with its slash, that this module was loaded from; "": not known. The caller frees it. */
static char *find_own_directory(void)
{
    static const char anchor;
    Dl_info info;
    const char *slash = dladdr(&anchor, &info) && info.dli_fname ? strrchr(info.dli_fname, '/') : NULL;
    return slash && info.dli_fname[0] == '/' ? strndup(info.dli_fname, (size_t)(slash + 1 - info.dli_fname))
                                             : strdup("");
}

static char *find_library(void)
{
    char path[PATH_MAX];
    PyObject *directory = PySys_GetObject("_stdlib_dir"); /* borrowed */
    if (!directory || !object_copy_text(directory, path, sizeof(path) - 1) || path[0] != '/') {
        return strdup("");
    }
    strcat(path, "/");
    return strdup(path);
}

struct my_code *my_code_create(void)
{
    struct my_code *my_code = calloc(1, sizeof(*my_code));
    if (!my_code || !(my_code->library = find_library()) || !(my_code->own = find_own_directory()) ||
        !(my_code->known = PyDict_New())) {
        my_code_destroy(my_code);
        return (struct my_code *)PyErr_NoMemory();
    }
    return my_code;
}

void my_code_destroy(struct my_code *my_code)
{
    if (my_code) {
        free_rules(&my_code->rules);
        Py_CLEAR(my_code->known);
        Py_CLEAR(my_code->main_file);
        free(my_code->library);
        free(my_code->own);
        free(my_code);
    }
}

static void forget_known(struct my_code *my_code)
{
    PyObject *fresh = PyDict_New();
    if (fresh) {
        PyObject *former = my_code->known;
        my_code->known = fresh;
        Py_DECREF(former);
    } else {
        PyErr_Clear();
        PyDict_Clear(my_code->known);
    }
}

void my_code_forget(struct my_code *my_code)
{
    Py_CLEAR(my_code->main_file);
    forget_known(my_code);
}

void my_code_set_main(struct my_code *my_code, PyObject *code)
{
    PyObject *filename = PyObject_GetAttrString(code, "co_filename");
    Py_XDECREF(my_code->main_file);
    my_code->main_file = filename;
    PyErr_Clear();
    forget_known(my_code);
}

/* Rules. */

static bool starts_with(const char *text, const char *start)
{
    return start[0] && strncmp(text, start, strlen(start)) == 0;
}

/* "a.b" is for the module a.b and all in it. */
static bool matches_module(const char *pattern, const char *module)
{
    size_t length = strlen(pattern);
    return strncmp(module, pattern, length) == 0 && (module[length] == '\0' || module[length] == '.');
}

/* A glob whose `*` crosses directories; one that begins in no directory may begin in any, and one that is the
 * name of a directory, with its slash, is for all in it. */
static bool matches_path(const char *pattern, const char *path)
{
    char full[2 * PATH_MAX];
    size_t length = strlen(pattern);
    bool anywhere = pattern[0] != '/' && pattern[0] != '*' && pattern[0] != '<';
    bool directory = length > 0 && pattern[length - 1] == '/';
    PyOS_snprintf(full, sizeof(full), "%s%s%s", anywhere ? "*/" : "", pattern, directory ? "*" : "");
    return fnmatch(full, path, 0) == 0;
}

static const struct rule *find_rule(const struct rules *rules, const char *path, const char *module)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->list[i];
        if (rule->is_module ? matches_module(rule->pattern, module) : matches_path(rule->pattern, path)) {
            return rule;
        }
    }
    return NULL;
}

/* Names without a file that a person typed. */
static bool is_typed(const char *name)
{
    static const char *const starts[] = {"<stdin", "<python-input", "<ipython", "<doctest", "<console>"};
    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        if (starts_with(name, starts[i])) {
            return true;
        }
    }
    return false;
}

/* What holds where no rule does. */
static enum code_origin default_origin(const struct my_code *my_code, const char *path)
{
    if (path[0] == '<') {
        return is_typed(path) ? ORIGIN_USER : ORIGIN_GENERATED;
    }
    bool installed = strstr(path, "/site-packages/") || strstr(path, "/dist-packages/");
    return installed || starts_with(path, my_code->library) ? ORIGIN_LIBRARY : ORIGIN_USER;
}

static void module_name(PyObject *globals, char *buffer, size_t size)
{
    PyObject *name = globals && PyDict_Check(globals) ? object_dict_find(globals, "__name__") : NULL; /* borrowed */
    if (!name || !PyUnicode_Check(name) || !object_copy_text(name, buffer, size)) {
        buffer[0] = '\0';
    }
    PyErr_Clear();
}

static enum code_origin classify(struct my_code *my_code, PyObject *filename, const char *path, PyObject *globals)
{
    if (starts_with(path, "<frozen ") || starts_with(path, my_code->own)) {
        return ORIGIN_HIDDEN;
    }
    if (my_code->main_file && PyUnicode_Compare(filename, my_code->main_file) == 0) {
        return ORIGIN_USER;
    }
    char module[512];
    module_name(globals, module, sizeof(module));
    const struct rule *rule = find_rule(&my_code->rules, path, module);
    return rule ? (rule->is_user ? ORIGIN_USER : ORIGIN_LIBRARY) : default_origin(my_code, path);
}

/* Generated code of all modules has the same few names: then only the frame can tell. */
static bool is_worth_keeping(const char *path, PyObject *globals)
{
    return globals && (path[0] != '<' || starts_with(path, "<frozen "));
}

/* GLOBALS of FRAME are fetched when they are needed. */
static enum code_origin find_origin(struct my_code *my_code, PyObject *filename, PyObject *globals, PyObject *frame)
{
    PyObject *known = PyUnicode_CheckExact(filename) ? PyDict_GetItemWithError(my_code->known, filename) : NULL;
    if (known) {
        return (enum code_origin)PyLong_AsLong(known);
    }
    char path[PATH_MAX];
    PyObject *bytes = PyUnicode_Check(filename) ? PyUnicode_EncodeFSDefault(filename) : NULL;
    PyOS_snprintf(path, sizeof(path), "%s", bytes ? PyBytes_AsString(bytes) : "");
    PyObject *own_globals = frame ? PyObject_GetAttrString(frame, "f_globals") : NULL;
    globals = own_globals ? own_globals : globals;
    enum code_origin origin = classify(my_code, filename, path, globals);
    if (PyUnicode_CheckExact(filename) && is_worth_keeping(path, globals)) {
        PyObject *number = PyLong_FromLong(origin);
        if (!number || PyDict_SetItem(my_code->known, filename, number) < 0) {
            PyErr_Clear();
        }
        Py_XDECREF(number);
    }
    Py_XDECREF(own_globals);
    Py_XDECREF(bytes);
    PyErr_Clear();
    return origin;
}

enum code_origin my_code_origin(struct my_code *my_code, PyObject *filename, PyObject *globals)
{
    return find_origin(my_code, filename, globals, NULL);
}

enum code_origin my_code_frame_origin(struct my_code *my_code, PyObject *frame)
{
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
    PyObject *filename = PyObject_GetAttrString(code, "co_filename");
    enum code_origin origin = filename ? find_origin(my_code, filename, NULL, frame) : ORIGIN_HIDDEN;
    Py_XDECREF(filename);
    Py_DECREF(code);
    PyErr_Clear();
    return origin;
}

bool my_code_steps_in(struct my_code *my_code, PyObject *frame)
{
    enum code_origin origin = my_code_frame_origin(my_code, frame);
    return origin == ORIGIN_USER || (my_code->off && origin != ORIGIN_HIDDEN);
}

const char *my_code_origin_name(enum code_origin origin)
{
    static const char *const names[] = {
        [ORIGIN_LIBRARY] = "library", [ORIGIN_GENERATED] = "generated", [ORIGIN_HIDDEN] = "internal"};
    return names[origin];
}

/* The request. */

static bool read_rule(const struct value *item, struct rule *rule)
{
    const char *path = value_get_text(item, "path", NULL), *module = value_get_text(item, "module", NULL);
    const char *pattern = path ? path : module;
    if (!pattern || !pattern[0] || strlen(pattern) >= PATH_MAX) {
        return false;
    }
    *rule =
        (struct rule){.pattern = strdup(pattern), .is_module = !path, .is_user = value_get_bool(item, "include", true)};
    return rule->pattern != NULL;
}

static bool read_rules(const struct value *items, struct rules *rules)
{
    size_t count = value_count(items);
    rules->list = calloc(count ? count : 1, sizeof(*rules->list));
    while (rules->list && rules->count < count &&
           read_rule(value_at(items, rules->count), &rules->list[rules->count])) {
        rules->count++;
    }
    if (!rules->list || rules->count < count) {
        free_rules(rules);
        return false;
    }
    return true;
}

struct value *my_code_handle_set(struct request *request, bool *ok)
{
    struct my_code *my_code = request->backend->my_code;
    const struct value *items = value_get_array(request->arguments, "rules");
    struct rules rules;
    if (items) {
        rules = (struct rules){0};
        if (!read_rules(items, &rules)) {
            return request_fail(request, ok, "a rule needs a path or a module, of at most %d bytes", PATH_MAX - 1);
        }
        free_rules(&my_code->rules);
        my_code->rules = rules;
        forget_known(my_code);
    }
    my_code->off = !value_get_bool(request->arguments, "justMyCode", !my_code->off);
    stepping_look_again(request->backend->stepping);
    struct value *body = value_map(request->arena);
    value_set_bool(request->arena, body, "justMyCode", !my_code->off);
    return body;
}
