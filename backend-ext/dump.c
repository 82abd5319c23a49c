#include "dump.h"

#include "compat.h"
#include "lifecycle.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_SIGNAL 58 /* searched downwards: programs count theirs from either end */
#define LAST_SIGNAL  40
#define TEXT_LIMIT   ((size_t)512 << 10)

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

typedef void (*signal_handler)(int);

struct dump {
    pthread_mutex_t lock; /* of the rest; held while the text is taken, so never wait for it with backend->lock */
    signal_handler handler;
    int signal, fd;       /* the registered signal, and the number of the descriptor that the handler writes to */
    PyObject *unregister; /* owned: with the GIL held */
};

/* Have faulthandler register NUMBER and see what it installs. False with a Python error. */
static bool learn_handler(struct dump *dump, PyObject *module, int number)
{
    struct sigaction before, installed;
    stack_t stack = {.ss_flags = SS_DISABLE};
    sigaltstack(NULL, &stack);
    PyObject *result = NULL;
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC); /* must be open while it is registered, not later */
    if (fd < 0 || sigaction(number, NULL, &before) != 0) {
        PyErr_SetFromErrno(PyExc_OSError);
    } else {
        result = PyObject_CallMethod(module, "register", "(iiOO)", number, fd, Py_True, Py_False);
    }
    if (syscall(SYS_gettid) != getpid()) { /* it gives its stack for handlers to whoever calls: not to our own thread */
        sigaltstack(&stack, NULL);
    }
    if (result && sigaction(number, NULL, &installed) == 0) {
        sigaction(number, &before, NULL);
        dump->handler = installed.sa_handler;
        dump->signal = number;
        dump->fd = fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    Py_XDECREF(result);
    return result != NULL;
}

static int find_free_signal(void)
{
    struct sigaction action;
    for (int number = FIRST_SIGNAL; number >= LAST_SIGNAL; number--) {
        if (sigaction(number, NULL, &action) == 0 && !(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_DFL) {
            return number;
        }
    }
    return 0;
}

struct dump *dump_create(void)
{
    struct dump *dump = calloc(1, sizeof(*dump));
    int number = find_free_signal();
    PyObject *module = dump && number ? lifecycle_import("faulthandler") : NULL;
    if (dump) {
        pthread_mutex_init(&dump->lock, NULL);
    }
    if (module && learn_handler(dump, module, number)) {
        dump->unregister = PyObject_GetAttrString(module, "unregister");
    }
    PyErr_Clear();
    Py_XDECREF(module);
    return dump;
}

void dump_finish(struct dump *dump)
{
    if (!dump) {
        return;
    }
    PyObject *error = PyErr_GetRaisedException();
    pthread_mutex_lock(&dump->lock); /* who holds it does not need the GIL */
    dump->handler = NULL;
    pthread_mutex_unlock(&dump->lock);
    struct sigaction current;
    PyObject *number = dump->unregister ? PyLong_FromLong(dump->signal) : NULL;
    PyObject *arguments = number ? PyTuple_Pack(1, number) : NULL;
    /* It restores the disposition of our start; the program may have set one since. */
    if (arguments && sigaction(dump->signal, NULL, &current) == 0) {
        Py_XDECREF(PyObject_CallObject(dump->unregister, arguments));
        sigaction(dump->signal, &current, NULL);
    }
    PyErr_Clear();
    Py_XDECREF(arguments);
    Py_XDECREF(number);
    Py_CLEAR(dump->unregister);
    if (error) {
        PyErr_SetRaisedException(error);
    }
}

/* In the copy of the process: nothing here allocates, locks or returns. */
static void write_stacks(const struct dump *dump, int pipe)
{
    const struct rlimit none = {0, 0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &none);
    if (dup2(pipe, dump->fd) == dump->fd) {
        if (dump->fd > 0) {
            syscall(SYS_close_range, 0u, (unsigned)dump->fd - 1, 0u);
        }
        syscall(SYS_close_range, (unsigned)dump->fd + 1, ~0u, 0u);
        dump->handler(dump->signal);
    }
    for (;;) {
        syscall(SYS_exit_group, 0);
    }
}

static long now_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

/* All that comes from PIPE until its end. NULL when out of memory. */
static char *read_text(int pipe, bool *whole)
{
    size_t length = 0, capacity = 16384;
    char *text = malloc(capacity + 1);
    long until = now_milliseconds() + DUMP_PATIENCE;
    *whole = false;
    while (text && length < TEXT_LIMIT) {
        if (length == capacity) {
            char *grown = realloc(text, capacity * 2 + 1);
            if (!grown) {
                break;
            }
            text = grown;
            capacity *= 2;
        }
        struct pollfd waiting = {.fd = pipe, .events = POLLIN};
        long left = until - now_milliseconds();
        if (left <= 0 || poll(&waiting, 1, (int)left) <= 0) {
            break;
        }
        ssize_t count = read(pipe, text + length, capacity - length);
        if (count <= 0) {
            *whole = count == 0;
            break;
        }
        length += (size_t)count;
    }
    if (text) {
        text[length] = '\0';
    }
    return text;
}

/* fork() would run the fork handlers of the program's libraries, and send SIGCHLD at the copy's end. */
static char *take_from_copy(const struct dump *dump, bool *whole)
{
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return NULL;
    }
    long child = syscall(SYS_clone, 0ul, 0ul, 0ul, 0ul, 0ul);
    if (child == 0) {
        write_stacks(dump, ends[1]);
    }
    close(ends[1]);
    char *text = child > 0 ? read_text(ends[0], whole) : NULL;
    close(ends[0]);
    if (child > 0) {
        if (!*whole) {
            kill((pid_t)child, SIGKILL);
        }
        *whole = waitpid((pid_t)child, &status, __WALL) == child && status == 0 && *whole;
    }
    return text;
}

char *dump_take(struct dump *dump, bool *whole)
{
    char *text = NULL;
    *whole = false;
    if (dump) {
        pthread_mutex_lock(&dump->lock);
        if (dump->handler) {
            text = take_from_copy(dump, whole);
        }
        pthread_mutex_unlock(&dump->lock);
    }
    return text;
}
