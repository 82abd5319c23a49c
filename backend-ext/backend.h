/* The state of one debugging session inside the interpreter, and its life.
 *
 * Threads: the reader and writer (server.c) never take the GIL; the helper (helper.c) takes it when
 * the program runs; the program's own threads come in through the engine. Fields below are set
 * before the native threads start and stay, or say who guards them. `lock` is never held while
 * waiting for the GIL; taking it with the GIL held is fine, since its holders never block. */
#pragma once

#include "exception_filters.h"

#include "compat.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct breakpoints;
struct dump;
struct modules;
struct engine;
struct helper;
struct my_code;
struct hold;
struct parking;
struct request_queue;
struct server;
struct shell;
struct sources;
struct stepping;
struct stop;
struct threads;
struct uncaught;
struct unhandled;
struct value;
struct arena;
struct values;
struct watchers;
struct watches;

/* Where the session stands; guarded by lock. */
enum phase {
    PHASE_CONFIGURING, /* before configurationDone: start() serves requests */
    PHASE_RUNNING,
    PHASE_STOPPED, /* a thread holds the GIL and serves requests */
    PHASE_GONE,    /* the client left, or the program ends: nothing is served, every hook is removed */
};

/* Counters for pytui/stats. Written with the GIL held, read by the reader thread: no read-modify-write
 * is needed, so they cost a plain load and store. */
struct counters {
    _Atomic uint64_t callbacks, line_callbacks, start_callbacks, stops, conditions, restart_events, armed_code,
        user_code, unhandled;
};

static inline void counter_add(_Atomic uint64_t *counter, uint64_t amount)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + amount, memory_order_relaxed);
}

struct backend {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* of the queue, the phase, the helper: everything that lock guards */
    enum phase phase;
    pid_t pid;                /* of the process that was started; a forked child differs */
    unsigned long main_ident; /* of the main thread */
    pthread_t main_thread;    /* the same for signals */
    struct counters counters;

    struct server *server; /* owned, like all below */
    struct request_queue *queue;
    struct helper *helper;
    struct engine *engine; /* with the GIL held */
    struct my_code *my_code;
    struct values *values;
    struct sources *sources;
    struct breakpoints *breakpoints;
    struct stepping *stepping;
    struct stop *stop;
    struct parking *parking;
    struct hold *hold;
    struct threads *threads;
    struct uncaught *uncaught;
    struct unhandled *unhandled;
    struct dump *dump;
    struct modules *modules;
    struct watches *watches;
    struct watchers *watchers; /* other clients; NULL only before the session begins */
    bool exec_running;         /* a thread runs a text of the client's (exec.h); with the GIL held */
    unsigned long exec_ident;  /* of that thread, the same */
    struct shell *shell;       /* borrowed: the one that runs; guarded by lock */

    char python_version[32];
    char *executable;                           /* owned; NULL: no memory for it */
    char name[256];                             /* of the script or module, for the `process` event */
    size_t snapshot_frames, snapshot_variables; /* set by initialize, before anything stops */
    bool initialized;                           /* initialize was answered; reader thread only */
    bool attached;                              /* the program ran already when the session began */
    bool configured;                            /* configurationDone came; with the GIL held */
    bool stop_on_entry;                         /* set by configurationDone */
    bool left;                                  /* the client said disconnect; with the GIL held */
    bool wait_when_lost;   /* set by initialize: a stop outlives its client, and waits for another */
    bool listen_when_left; /* set by initialize: with the GIL held later; others may attach once the client is gone */
    struct exception_filter filters[FILTER_COUNT]; /* with the GIL held */
    bool ended;                                    /* with the GIL held: detached for good */
    unsigned char raise_opcode;                    /* of a `raise` statement; set before the program runs */
    bool end_watched;           /* with the GIL held: exceptions that end the program are seen without ENGINE_UNWINDS */
    bool main_left;             /* with the GIL held: an exception left main_code; the main thread only reports it */
    bool exiting;               /* with the GIL held: the exit handler runs */
    bool forked;                /* this is a forked child: nothing is left but memory */
    bool kill_at_end;           /* with the GIL held: disconnect is to end the program */
    atomic_bool terminating;    /* terminate was asked for: nothing stops but for a later pause */
    atomic_llong terminate_seq; /* of the last such request */
    PyObject *main_code;        /* owned: code of __main__'s module body once it started; with the GIL held */
    int exit_code;              /* as far as known; with the GIL held */
};

/* Connect to ADDRESS, serve until configurationDone and arm the first stop. GIL held. False with a
 * Python error set: then nothing is left behind. A client that goes away before configurationDone is no error. */
bool backend_start(const char *address);

/* The same in a program that runs, by any thread that holds the GIL: the session begins in the middle of it, with
 * the functions on all stacks. WAIT: this thread serves until configurationDone; else it goes on at once and
 * the helper serves. False with a Python error set, also while there is a session already. */
bool backend_attach(const char *address, bool wait);

/* The session of this process: NULL when there is none, or it is over. GIL held. */
struct backend *backend_current(void);

/* The one that there was last, over or not. */
struct backend *backend_last(void);

/* Whether a client is there, and whether the program is stopped for it. Any thread, without the GIL. */
void backend_tell_state(bool *attached, bool *stopped);

/* Remove every hook and forget all requests; the program goes on as if never debugged. GIL held;
 * idempotent. The native threads end by themselves. */
void backend_detach(struct backend *backend);

/* The client is gone: if it asked for that, the program listens for others. GIL held. */
void backend_listen_when_left(struct backend *backend);

/* Post an event; takes ARENA, which owns BODY (may be NULL). Never blocks. Any thread. */
void backend_event(struct backend *backend, struct arena *arena, const char *name, struct value *body);

/* An `output` event of CATEGORY, with PATH and LINE where it comes from (NULL and 0: nowhere). */
void backend_output(struct backend *backend, const char *category, const char *text, size_t length, const char *path,
                    int line);
