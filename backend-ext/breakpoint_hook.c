#include "breakpoint_hook.h"

#include "backend.h"
#include "compat.h"
#include "engine.h"
#include "method_swap.h"
#include "stepping.h"
#include "stop.h"

#include <stdlib.h>
#include <string.h>

#define VARIABLE "PYTHONBREAKPOINT"

typedef PyObject *(*fast_function)(PyObject *module, PyObject *const *arguments, Py_ssize_t count, PyObject *names);

/* The table of methods is one for the process, and so is this. */
static struct method_swap swap;
static PyInterpreterState *interpreter; /* whose code is debugged: others share the table */

bool breakpoint_hook_enter(struct backend *backend, const struct stop_info *info, bool *stopped)
{
    bool here = !stepping_is_silent(backend) && !stop_active(backend);
    if (stopped) {
        *stopped = here;
    }
    if (!here) {
        return true;
    }
    engine_hush(backend->engine, true);
    stepping_stop_here(backend, info);
    engine_hush(backend->engine, false);
    return !control_take_interrupt(backend);
}

/* Whether the interpreter's hook would start what it starts by itself, or us. */
static bool wanted(void)
{
    const char *value = getenv(VARIABLE);
    return !value || !*value || strcmp(value, "pytui.set_trace") == 0 || strcmp(value, "pdb.set_trace") == 0;
}

static PyObject *on_breakpoint(PyObject *module, PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    bool ours = PyInterpreterState_Get() == interpreter && wanted();
    struct backend *backend = ours ? backend_current() : NULL;
    PyObject *caller = backend ? (PyObject *)PyEval_GetFrame() : NULL; /* borrowed */
    if (!caller) {
        return ((fast_function)(void (*)(void))swap.original)(module, arguments, count, names);
    }
    const struct stop_info info = {.reason = "breakpoint", .text = "breakpoint()", .frame = caller};
    return breakpoint_hook_enter(backend, &info, NULL) ? Py_NewRef(Py_None) : NULL;
}

void breakpoint_hook_start(void)
{
    PyObject *hook = PySys_GetObject("__breakpointhook__"); /* borrowed: the interpreter's own */
    interpreter = PyInterpreterState_Get();
    if (!swap.method) {
        method_swap(&swap, hook, "breakpointhook", METH_FASTCALL | METH_KEYWORDS,
                    (PyCFunction)(void (*)(void))on_breakpoint);
    }
}

void breakpoint_hook_stop(void)
{
    method_swap_back(&swap); /* what it replaced stays known: somebody may be in on_breakpoint() */
}
