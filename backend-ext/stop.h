/* A stop: the program is held by keeping the GIL, and its requests are served, until one of them lets
 * it go on. Other threads freeze at their next bytecode; evaluating code lets them run meanwhile. */
#pragma once

#include "breakpoints.h"
#include "request.h"

#include <Python.h>
#include <stdbool.h>

struct backend;
struct returns;
struct stop;

struct stop_info {
    const char *reason;      /* of DAP's `stopped` */
    const char *description; /* the reason for people, where it is not the usual one; or NULL */
    const char *text;        /* or NULL */
    PyObject *frame;         /* innermost frame to show; NULL for a finished program */
    unsigned long ident;     /* of the thread it is about; 0: the calling one */
    const struct hits *hits;
    PyObject *exception; /* or NULL */
    bool post_mortem;
    bool goes_on;            /* with post_mortem: what ended is a thread or a callback, not the program */
    struct returns *returns; /* or NULL; its values are the stop's from then on */
};

struct stop *stop_create(struct backend *backend); /* NULL with a Python error */
void stop_destroy(struct stop *stop);

/* Stop here and serve until resumed. GIL held; returns with it held and no Python error set. Does
 * nothing when the client is gone or another thread is stopped (its evaluate runs us). */
void stop_enter(struct backend *backend, const struct stop_info *info);

/* The first queued hit is due (parked.h), if there is one: its thread runs alone until it has stopped, and this one
 * waits for the end of that stop. Nobody else is to be handed over to any more when there is none. GIL held. */
void stop_hand_over(struct backend *backend);

/* The session is over: give back what is kept for stops. GIL held. */
void stop_finish(struct backend *backend);

/* Whether a stop is going on: a second one (found while an evaluate runs) must pass. */
bool stop_active(const struct backend *backend);

/* A breakpoint was passed for that reason: the client is told when the evaluate is over. */
void stop_note_skipped(struct backend *backend);

/* The stop ends without a client's word: it is gone, or we are a forked child. Lock held. */
void stop_abandon(struct backend *backend);

/* Let the stopped program go on as `continue` does. Lock held. */
void stop_release(struct backend *backend);
bool stop_abandoned(const struct backend *backend);

/* Whether the client is lost, and stops are to wait for the next one. */
bool stop_outlives_client(const struct backend *backend);

/* Serve requests before the program starts, until configurationDone or the client is gone. GIL held. */
void stop_configure(struct backend *backend);

/* The program ran before the session: the helper serves it from now on. GIL held. */
void stop_begin_running(struct backend *backend);

/* What values needs around running code of the program (values_hooks). DATA is the backend. */
void stop_before_python(void *data, long long request_seq);
void stop_after_python(void *data);
bool stop_was_cancelled(void *data, long long request_seq); /* its `interrupted` */

/* An interruption may have come when the code that it was for was over: have it raised and forgotten. GIL held. */
void stop_swallow_interrupt(void);

/* The request whose Python code runs now, 0 for none. Lock held. */
long long stop_running_request(const struct backend *backend);

/* Whether that is to be interrupted for the client, or was. Lock held. */
bool stop_is_cancelled(const struct backend *backend);

/* Have the code of the request SEQ interrupted, if that is what runs. Any thread, lock held. */
void stop_ask_interrupt(struct backend *backend, long long seq);

/* Interrupt the code for which that was asked, if it still runs: lock held, GIL held. */
void stop_interrupt(struct backend *backend);

/* The stopped frame was moved: once this request is answered the stop goes on as a new one with the reason `goto`
 * and TEXT ("": none), copied. GIL held. */
void stop_show_again(struct backend *backend, const char *text);

PyObject *stop_frame(const struct backend *backend);     /* borrowed; NULL */
bool stop_is_finished(const struct backend *backend);    /* post-mortem */
unsigned long stop_ident(const struct backend *backend); /* 0 when none is stopped */

struct value *stop_handle_continue(struct request *request, bool *ok);
struct value *stop_handle_next(struct request *request, bool *ok);
struct value *stop_handle_step_in(struct request *request, bool *ok);
struct value *stop_handle_step_out(struct request *request, bool *ok);
struct value *stop_handle_run_to(struct request *request, bool *ok);
struct value *stop_handle_until(struct request *request, bool *ok);
struct value *stop_handle_configuration_done(struct request *request, bool *ok);
