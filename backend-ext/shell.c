/* One thread of ours lives as long as the shell. It wakes for two reasons, takes the GIL and has an exception raised in
 * the shell's thread: KeyboardInterrupt for a Ctrl-C that the interpreter would give to the main thread, SystemExit,
 * again and again, to end a shell that catches it, unless its prompt can be asked to. Code in C has to come back first.
 */
#include "shell.h"

#include "backend.h"
#include "compat.h"
#include "helper.h"
#include "namespace.h"
#include "objects.h"
#include "shell_terminal.h"
#include "side_source.h"
#include "stop.h"
#include "values.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define AGAIN_MS   150 /* between attempts to end it */
#define ASK_PROMPT 20  /* the first of these go to its prompt */
#define NUDGES     3   /* ends of what runs that are asked for by SIGINT alone, before SystemExit */

struct shell {
    struct backend *backend; /* borrowed */
    struct shell_terminal terminal;
    PyObject *object;    /* borrowed: of shells.py */
    unsigned long ident; /* of its thread */
    bool main;           /* that is the main thread */
    char kind[32];       /* what it turned out to be */
    sem_t wake;          /* for the watcher; posted by a signal handler too */
    pthread_t watcher;
    bool watched;
    atomic_bool over, ending;
    atomic_int interrupts;    /* Ctrl-C that its thread has not seen */
    void (**read_line)(void); /* PyOS_ReadlineFunctionPointer; NULL: not found */
    void (*read_line_before)(void);
    void (**input_hook)(void); /* PyOS_InputHook, the same */
    void (*input_hook_before)(void);
};

/* The shell whose thread Ctrl-C is for, when that is not the main one. */
static _Atomic(struct shell *) interruptible;

static void on_interrupt(int number)
{
    (void)number;
    int error = errno;
    struct shell *shell = atomic_load(&interruptible);
    if (shell) {
        atomic_fetch_add(&shell->interrupts, 1);
        sem_post(&shell->wake);
    }
    errno = error;
}

void shell_end(struct shell *shell)
{
    atomic_store(&shell->ending, true);
    sem_post(&shell->wake);
}

/* Wait for something to do. */
static void doze(struct shell *shell)
{
    struct timespec at;
    if (!atomic_load(&shell->ending)) {
        sem_wait(&shell->wake);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_nsec += AGAIN_MS * 1000000L;
    at.tv_sec += at.tv_nsec / 1000000000L;
    at.tv_nsec %= 1000000000L;
    sem_timedwait(&shell->wake, &at);
}

/* Have a prompt that knows how to end do so: an exception would leave its threads behind. GIL held. */
static bool end_prompt(const struct shell *shell)
{
    PyObject *ended = PyObject_CallMethod(shell->object, "end", NULL);
    bool can = ended == Py_True;
    Py_XDECREF(ended);
    PyErr_Clear();
    return can;
}

/* Have its thread leave a call that blocks; false where a signal does not. GIL held. */
static bool nudge(const struct shell *shell)
{
    struct sigaction action;
    bool handled = sigaction(SIGINT, NULL, &action) == 0 && action.sa_handler != SIG_DFL;
    if (shell->main && handled && action.sa_handler != SIG_IGN) {
        return pthread_kill(shell->backend->main_thread, SIGINT) == 0;
    }
    return false;
}

static void *watch(void *data)
{
    struct shell *shell = data;
    int attempts = 0;
    for (doze(shell); !atomic_load(&shell->over); doze(shell)) {
        bool interrupted = atomic_exchange(&shell->interrupts, 0) > 0;
        if (shell->backend->exiting || (!interrupted && !atomic_load(&shell->ending))) {
            continue;
        }
        PyGILState_STATE state = PyGILState_Ensure();
        bool ending = atomic_load(&shell->ending), asked = ending && attempts < ASK_PROMPT && end_prompt(shell);
        attempts += ending;
        if (!atomic_load(&shell->over) && !asked) {
            /* By the signal alone at first: 3.15 runs its handler with the other exception set already. */
            bool nudged = ending && nudge(shell);
            if (!nudged || attempts > ASK_PROMPT + NUDGES) {
                PyThreadState_SetAsyncExc(shell->ident, ending ? PyExc_SystemExit : PyExc_KeyboardInterrupt);
            }
        }
        PyGILState_Release(state);
    }
    return NULL;
}

static bool start_watcher(struct shell *shell)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    shell->watched = pthread_create(&shell->watcher, NULL, watch, shell) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return shell->watched;
}

/* From now on nobody interrupts: what follows has to be done. */
static void stop_watcher(struct shell *shell)
{
    signal(SIGINT, SIG_IGN);
    atomic_store(&interruptible, NULL);
    atomic_store(&shell->over, true);
    if (shell->watched && getpid() == shell->backend->pid) { /* an os.fork() typed into it has none */
        sem_post(&shell->wake);
        Py_BEGIN_ALLOW_THREADS pthread_join(shell->watcher, NULL);
        Py_END_ALLOW_THREADS
    }
    stop_swallow_interrupt();
}

/* readline takes these over for good when it is imported; what the program types into input() would change. */
static void keep_line_editing(struct shell *shell)
{
    void *read_line = object_symbol("PyOS_ReadlineFunctionPointer"), *hook = object_symbol("PyOS_InputHook");
    memcpy(&shell->read_line, &read_line, sizeof(read_line));
    memcpy(&shell->input_hook, &hook, sizeof(hook));
    shell->read_line_before = read_line ? *shell->read_line : NULL;
    shell->input_hook_before = hook ? *shell->input_hook : NULL;
}

static void restore_line_editing(struct shell *shell)
{
    if (shell->read_line) {
        *shell->read_line = shell->read_line_before;
    }
    if (shell->input_hook) {
        *shell->input_hook = shell->input_hook_before;
    }
}

/* The shell of KIND as an object of shells.py, which has kept what it will restore. New reference; NULL with an error.
 */
static PyObject *make(const struct shell *shell, const struct namespace *names, const char *kind)
{
    PyObject *module = side_source_run("shells.py");
    PyObject *class = module ? PyDict_GetItemString(module, "Shell") : NULL; /* borrowed */
    PyObject *object = class ? PyObject_CallFunction(class, "sOiOOOO", kind, names->frame, names->line, names->globals,
                                                     names->locals, names->exchange, shell->main ? Py_True : Py_False)
                             : NULL;
    Py_XDECREF(module);
    return object;
}

/* Fail the request with the Python error that is set. */
static void fail_with_error(struct request *request, bool *ok)
{
    char summary[400];
    PyObject *error = PyErr_GetRaisedException();
    values_exception_summary(request->backend->values, error, summary, sizeof(summary));
    request_fail(request, ok, "the shell cannot be started: %s", summary);
    Py_XDECREF(error);
    PyErr_Clear();
}

/* Call METHOD, and fail the request with the exception that it raises or the text that it returns. */
static bool call(struct request *request, bool *ok, PyObject *object, const char *method)
{
    PyObject *result = PyObject_CallMethod(object, method, NULL);
    PyObject *text = result && PyUnicode_Check(result) ? Py_NewRef(result) : NULL;
    if (!result) {
        fail_with_error(request, ok);
    } else if (text) {
        PyObject *bytes = PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace");
        request_fail(request, ok, "%s", bytes ? PyBytes_AsString(bytes) : "the shell cannot be started");
        Py_XDECREF(bytes);
    }
    Py_XDECREF(text);
    Py_XDECREF(result);
    PyErr_Clear();
    return *ok;
}

/* From the terminal's opening to its return, with the shell between them. */
static void run_at_terminal(struct request *request, bool *ok, struct shell *shell, PyObject *object)
{
    struct backend *backend = shell->backend;
    char error[256];
    if (!shell_terminal_open(&shell->terminal, error, sizeof(error))) {
        request_fail(request, ok, "%s", error);
        return;
    }
    shell->object = object;
    if (!start_watcher(shell)) {
        request_fail(request, ok, "the shell cannot be started: no more threads can be");
    } else {
        if (!shell->main) {
            atomic_store(&interruptible, shell);
            struct sigaction action = {.sa_handler = on_interrupt};
            sigaction(SIGINT, &action, NULL);
        }
        pthread_mutex_lock(&backend->lock);
        backend->shell = shell;
        if (stop_abandoned(backend) || stop_is_cancelled(backend)) { /* while it was loaded */
            shell_end(shell);
        }
        pthread_mutex_unlock(&backend->lock);
        call(request, ok, object, "run");
    }
    pthread_mutex_lock(&backend->lock);
    backend->shell = NULL;
    pthread_mutex_unlock(&backend->lock);
    stop_watcher(shell);
}

/* All that OBJECT kept comes back, also when an interruption comes now. */
static void restore(PyObject *object)
{
    PyObject *done = NULL;
    signal(SIGINT, SIG_IGN);
    stop_swallow_interrupt();
    for (int i = 0; i < 3 && !done; i++) {
        PyErr_Clear();
        done = PyObject_CallMethod(object, "restore", NULL);
    }
    Py_XDECREF(done);
    PyErr_Clear();
}

static bool is_cancelled(struct backend *backend)
{
    pthread_mutex_lock(&backend->lock);
    bool cancelled = stop_is_cancelled(backend);
    pthread_mutex_unlock(&backend->lock);
    return cancelled;
}

static void run(struct request *request, bool *ok, struct shell *shell, const struct namespace *names)
{
    PyObject *object = make(shell, names, value_get_text(request->arguments, "kind", "auto"));
    if (!object) {
        fail_with_error(request, ok);
        if (is_cancelled(request->backend)) {
            request_fail(request, ok, "the shell was interrupted");
        }
        return;
    }
    if (call(request, ok, object, "load")) {
        run_at_terminal(request, ok, shell, object);
    }
    restore(object);
    if (is_cancelled(request->backend)) { /* perhaps before there was a shell to end: it failed by that, or was left */
        request_fail(request, ok, "the shell was interrupted");
    }
    PyObject *kind = PyObject_GetAttrString(object, "kind");
    PyObject *bytes = kind ? PyUnicode_AsUTF8String(kind) : NULL;
    snprintf(shell->kind, sizeof(shell->kind), "%s", bytes ? PyBytes_AsString(bytes) : "");
    Py_XDECREF(bytes);
    Py_XDECREF(kind);
    Py_DECREF(object);
    PyErr_Clear();
}

struct value *shell_handle(struct request *request, bool *ok)
{
    struct backend *backend = request->backend;
    struct namespace names;
    if (helper_is_current(backend)) {
        return request_fail(request, ok,
                            "a shell needs a thread that is stopped at a line; this one is blocked in a "
                            "call: use the console, or step first");
    }
    if (!namespace_begin(request, ok, &names)) {
        return NULL;
    }
    struct shell shell = {.backend = backend, .ident = PyThread_get_thread_ident()};
    shell.main = shell.ident == backend->main_ident;
    sem_init(&shell.wake, 0, 0);
    keep_line_editing(&shell);
    shell_terminal_keep_signals(&shell.terminal);
    run(request, ok, &shell, &names);
    shell_terminal_restore_signals(&shell.terminal);
    shell_terminal_close(&shell.terminal);
    restore_line_editing(&shell);
    sem_destroy(&shell.wake);
    namespace_finish(&names);
    stop_after_python(backend);
    PyErr_Clear();
    struct value *body = *ok ? value_map(request->arena) : NULL;
    if (body) {
        value_set_text(request->arena, body, "kind", shell.kind);
    }
    return body;
}
