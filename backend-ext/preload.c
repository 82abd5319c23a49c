/* The way in for interpreters that ignore PYTHONPATH or start without `site` (-I, -E, -S): preloaded into
 * the process by the dynamic linker. Wrappers around the interpreter (shells, env) pass it on untouched;
 * in the interpreter it takes itself out of the environment before main() and runs entry/sitecustomize.py
 * from an audit hook, when the interpreter is about to run the program.
 *
 * An audit hook cannot be removed, and slows some calls down by tens of nanoseconds: hence only for
 * these options. Linked with nothing but libc; the interpreter's functions are looked up. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRY "/entry/sitecustomize.py"

enum { FILE_INPUT = 257 }; /* Py_file_input of every version */

typedef struct object object; /* PyObject */
typedef int (*audit_hook)(const char *event, object *arguments, void *data);

/* What is needed of the interpreter; each pointer is of the named function. */
struct python {
    int (*PySys_AddAuditHook)(audit_hook hook, void *data);
    object *(*PyDict_New)(void);
    int (*PyDict_SetItemString)(object *dict, const char *key, object *value);
    void (*PyDict_Clear)(object *dict);
    object *(*PyUnicode_DecodeFSDefault)(const char *text);
    object *(*PyEval_GetBuiltins)(void);
    object *(*Py_CompileString)(const char *text, const char *file, int start);
    object *(*PyEval_EvalCode)(object *code, object *globals, object *locals);
    void (*PyErr_Print)(void);
    void (*Py_DecRef)(object *value);
};

/* One per process, from before main() until the program starts: a constructor has nobody to hand it to. */
static struct {
    struct python python;
    char *address; /* owned; NULL once it was used */
} state;

static bool look_up(struct python *python)
{
    const struct {
        const char *name;
        void *place;
    } functions[] = {
        {"PySys_AddAuditHook", &python->PySys_AddAuditHook},
        {"PyDict_New", &python->PyDict_New},
        {"PyDict_SetItemString", &python->PyDict_SetItemString},
        {"PyDict_Clear", &python->PyDict_Clear},
        {"PyUnicode_DecodeFSDefault", &python->PyUnicode_DecodeFSDefault},
        {"PyEval_GetBuiltins", &python->PyEval_GetBuiltins},
        {"Py_CompileString", &python->Py_CompileString},
        {"PyEval_EvalCode", &python->PyEval_EvalCode},
        {"PyErr_Print", &python->PyErr_Print},
        {"Py_DecRef", &python->Py_DecRef},
    };
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        void *function = dlsym(RTLD_DEFAULT, functions[i].name);
        if (function == NULL)
            return false;
        /* ISO C has no conversion from an object pointer to a function's; POSIX says that this is one. */
        memcpy(functions[i].place, &function, sizeof(function));
    }
    return true;
}

/* The path of the entry script, beside this library; NULL. The caller frees it. */
static char *entry_path(void)
{
    Dl_info info;
    char *path = NULL;
    if (dladdr(&state, &info) == 0 || info.dli_fname == NULL)
        return NULL;
    const char *slash = strrchr(info.dli_fname, '/');
    int length = slash != NULL ? (int)(slash - info.dli_fname) : 0;
    return asprintf(&path, "%.*s" ENTRY, length, info.dli_fname) < 0 ? NULL : path;
}

/* A whole file as a string; NULL. The caller frees it. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t capacity = 0;
    if (file == NULL)
        return NULL;
    ssize_t length = getdelim(&text, &capacity, '\0', file);
    fclose(file);
    if (length >= 0)
        return text;
    free(text);
    return NULL;
}

static bool set_string(const struct python *python, object *globals, const char *name, const char *text)
{
    object *value = python->PyUnicode_DecodeFSDefault(text);
    bool ok = value != NULL && python->PyDict_SetItemString(globals, name, value) == 0;
    if (value != NULL)
        python->Py_DecRef(value);
    return ok;
}

static bool run_text(const struct python *python, const char *text, const char *path)
{
    object *globals = python->PyDict_New();
    object *code = python->Py_CompileString(text, path, FILE_INPUT);
    object *result = NULL;
    if (globals != NULL && code != NULL && set_string(python, globals, "__name__", "pytui_entry") &&
        set_string(python, globals, "__file__", path) && set_string(python, globals, "ADDRESS", state.address) &&
        python->PyDict_SetItemString(globals, "__builtins__", python->PyEval_GetBuiltins()) == 0)
        result = python->PyEval_EvalCode(code, globals, globals);
    bool ok = result != NULL;
    if (!ok)
        python->PyErr_Print();
    if (globals != NULL)
        python->PyDict_Clear(globals); /* its functions refer to it */
    object *const owned[] = {result, code, globals};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
        if (owned[i] != NULL)
            python->Py_DecRef(owned[i]);
    }
    return ok;
}

/* Without a backend the program runs by itself; the debugger sees that the channel is closed. */
static void give_up(const char *path)
{
    fprintf(stderr, "pytui: cannot run %s\n", path != NULL ? path : ENTRY);
    if (strncmp(state.address, "fd:", 3) == 0)
        close(atoi(state.address + 3));
}

static int on_event(const char *event, object *arguments, void *data)
{
    (void)arguments, (void)data;
    static const char *const starts[] = {"cpython.run_file", "cpython.run_module", "cpython.run_command",
                                         "cpython.run_stdin"};
    if (state.address == NULL || strncmp(event, "cpython.run_", 12) != 0)
        return 0;
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (strcmp(event, starts[i]) != 0)
            continue;
        char *path = entry_path();
        char *text = path != NULL ? read_file(path) : NULL;
        if (text == NULL || !run_text(&state.python, text, path))
            give_up(path);
        free(text);
        free(path);
        free(state.address);
        state.address = NULL;
        break;
    }
    return 0;
}

static void restore_variable(const char *name, const char *saved_name)
{
    const char *saved = getenv(saved_name);
    if (saved != NULL)
        setenv(name, saved, 1);
    else
        unsetenv(name);
    unsetenv(saved_name);
}

__attribute__((constructor)) static void enter(void)
{
    const char *address = getenv("PYTUI_CHANNEL");
    if (address == NULL || !look_up(&state.python))
        return;
    state.address = strdup(address);
    unsetenv("PYTUI_CHANNEL");
    restore_variable("LD_PRELOAD", "PYTUI_LD_PRELOAD");
    if (state.address == NULL || state.python.PySys_AddAuditHook(on_event, NULL) != 0)
        give_up("the audit hook");
}
