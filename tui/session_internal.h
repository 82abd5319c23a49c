/* What the files of a session share; nobody else includes it.
 *
 * session.c        channel, dispatch, start and ends
 * session_events.c what the backend tells unasked: stops above all
 * session_view.c   what is shown of the selected frame: frames, scopes, variables
 * session_moves.c  continue, step, pause, with their queue
 * session_threads.c threads: the list, selecting, freezing
 * session_break.c  breakpoints
 * session_code.c   just my code
 * session_watches.c watched expressions
 * session_where.c  pause, and the stacks of all threads
 * session_results.c results in the console that open
 * session_values.c how values are shown and changed
 * session_talk.c   evaluate, complete, source text */
#pragma once

#include "protocol/message.h"
#include "protocol/value.h"
#include "session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOVES_MAX 256 /* typed ahead */

#define SESSION_IN_SHELL "a shell runs in the Terminal: T goes there, Ctrl-D leaves it, Ctrl-c ends it from here"

struct request;

/* The answer to a request; RESPONSE is NULL when the channel closed before it came. */
typedef void (*response_handler)(struct session *session, const struct message *response, struct request *request);

/* A request that waits for its answer, with whatever its handler needs. */
struct request {
    int64_t seq;
    response_handler handler;
    uint64_t view;     /* the view that it was sent for: an answer for another one is dropped */
    char *path;        /* owned: of a variable, a file, … */
    int64_t reference; /* of the variable whose page it asks for */
    int64_t thread;    /* whose frames were shown */
    int *ids;          /* owned: breakpoints, in the order sent */
    size_t count;      /* of ids */
    size_t start;      /* of a page; of completion: byte offset */
    bool scope;        /* the page completes a scope of the view that is being fetched */
    bool refresh;      /* counted in session->refreshing */
    bool runs_code;    /* of the program: Esc interrupts it */
    bool shell;        /* the code is what the user types into one */
    bool brief;        /* an exception is told in one line */
    char *text;        /* owned: what was sent, for completion */
    session_modules_handler on_modules;
    session_result_handler on_result;
    session_completion_handler on_completion;
    session_source_handler on_source;
    session_threads_handler on_threads;
    session_stacks_handler on_stacks;
    session_locations_handler on_locations;
    session_frames_handler on_frames;
    session_traceback_handler on_traceback;
    session_function_handler on_function;
    session_find_handler on_find;
    session_shell_handler on_shell;
    void *data;
};

enum move_kind {
    MOVE_NONE,
    MOVE_CONTINUE,
    MOVE_NEXT,
    MOVE_STEP_IN,
    MOVE_STEP_OUT,
    MOVE_RUN_TO,
    MOVE_UNTIL,
    MOVE_JUMP,
    MOVE_TARGETS,
    MOVE_TARGET
};
struct move {
    enum move_kind kind;
    char *path; /* owned; RUN_TO, JUMP; of TARGETS what names the call */
    int64_t id; /* TARGET */
    int line;   /* of these and UNTIL, there 0 for any greater one */
};

enum session_phase {
    PHASE_NEW,        /* no channel yet */
    PHASE_INITIALIZE, /* initialize sent */
    PHASE_CONFIGURED, /* configurationDone sent: changes of breakpoints are sent at once */
    PHASE_CLOSED,
};

struct session {
    struct loop *loop; /* borrowed */
    struct session_handlers handlers;
    struct model *model;                          /* owned */
    struct channel *channel;                      /* owned; NULL before connect and after the end */
    uint64_t watch, again, patience, grace, slow; /* ids in the loop, 0 for none */
    struct arena *in, *out;                       /* owned: the message being handled, the one being built */
    enum session_phase phase;
    bool attached;          /* the program ran before us: nobody else tells of its end */
    struct path_map *paths; /* owned; NULL: all paths are the same here */
    const char *when_lost;  /* static; NULL: not said */
    bool read_only;         /* another client holds the session */
    bool exited;            /* the interpreter said that it ends */
    bool reattach;          /* it is to listen once we are gone */
    int exit_code;          /* as the interpreter told it */
    bool stop_on_entry, capable, initialized, terminated;
    char *reason; /* owned: what the start-up file said before any backend answered; NULL */

    struct request *requests; /* owned */
    size_t request_count, request_capacity;

    uint64_t sent; /* how many so far */

    struct move moves[MOVES_MAX];
    size_t move_count;
    enum move_kind in_flight; /* sent, and no stop since */
    uint64_t flight;          /* counts moves sent */

    uint64_t view;                   /* which frame at which stop is shown */
    char *view_key, *view_function;  /* owned: model_frame_key(), the function's name */
    struct model_variable *incoming; /* owned: the tree being fetched, until it is whole */
    bool returned_first;             /* the stop is after a function that was left */
    int64_t returned_calls;          /* how many, when scope Return has only the last ones; 0: it has all */
    size_t incoming_scopes;          /* pages that it still waits for */
    size_t awaited_frame;            /* missing: to be selected when it comes; 0: none */
    size_t refreshing;               /* answers on their way that the screen should wait for */

    char *shell; /* owned: the function in whose frame a shell runs; NULL */
    bool shell_cancelled;
    bool told_slow;   /* the user was told that code takes long */
    bool cut_off;     /* the channel ended while code ran for the user */
    size_t sort;      /* order of children: of sorts in session_values.c */
    bool output_open; /* the console's last line is output without a newline */
};

/* session.c */

/* A fresh map to put a request's arguments into; valid until the next call. */
struct value *session_arguments(struct session *session);
/* Send COMMAND with ARGUMENTS (NULL: none). TEMPLATE says what to do with the answer; what it owns is
 * taken over in any case. The seq, or 0 when there is no channel. */
int64_t session_request(struct session *session, const char *command, struct value *arguments,
                        const struct request *template);
void session_changed(struct session *session);
void session_say(struct session *session, bool error, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The text of a failed answer, for a person; NULL when RESPONSE succeeded. */
const char *session_failure(const struct message *response);
/* A response_handler that tells the user what went wrong, if anything did. */
void session_report_failure(struct session *session, const struct message *response, struct request *request);
/* This interpreter cannot be debugged: WHY is for the user. */
void session_refuse(struct session *session, const char *why);
/* The channel is of no use any more; WHY is for the log and the user. */
void session_lose(struct session *session, const char *why);
/* DAP's Source for PATH. */
struct value *session_source_value(struct session *session, const char *path);
/* A line, column or other small number from 1; 0 when it is absent or out of range. */
int session_number(const struct value *map, const char *key);
/* Store a copy of TEXT (may be NULL) in *FIELD, freeing what was there. */
void session_replace(char **field, const char *text);

/* session_events.c */
void session_event(struct session *session, const struct message *event);

/* session_view.c */
void session_read_frames(struct session *session, const struct value *frames);
/* Take scopes and pages of a snapshot as the view of frame 0. */
void session_read_view(struct session *session, const struct value *snapshot);
void session_refresh(struct session *session); /* fetch the selected frame's variables anew */
void session_drop_view(struct session *session);

/* Whether a row was left expanded (1) or collapsed (0) in this function; -1: never touched. */
int session_was_expanded(const struct session *session, const struct model_variable *variable);
/* Take a Variable of the wire into an empty row; open it if it was left open. */
void session_fill_variable(struct session *session, struct model_variable *variable, const struct value *value);
void session_reopen(struct session *session, struct model_variable *variable);
/* The tree that answers belong to: the one being fetched, else the one shown. */
struct model_variable *session_view_root(const struct session *session);

/* session_watches.c */
void session_send_watches(struct session *session); /* all, before configurationDone */
/* Rows without values for the selected frame's watches, as the first ones of a new view; then what a snapshot has for
 * them, or ask for them. */
void session_begin_watches(struct session *session, struct model_variable *root);
void session_read_watches(struct session *session, const struct value *snapshot);
void session_ask_watches(struct session *session);
void session_watches_event(struct session *session, const struct value *body);
/* A Variable as the fields of VARIABLE. */
void session_read_fields(struct model_variable *variable, const struct value *value);
/* The row at or below ROOT that waits for the page of REQUEST. Rows may have the same name: no path tells. */
struct model_variable *session_find_waiting(struct model_variable *root, const struct request *request);

/* session_results.c */
/* The last console line opens to the value that BODY, an EvaluateResponse, refers to. */
void session_offer_value(struct session *session, const struct value *body);

/* session_values.c */
/* What was chosen for a row: its "display" or "match". NULL: nothing. */
const char *session_remembered(const struct session *session, const struct model_variable *variable, const char *what);
/* Whether the children of VARIABLE are sorted or filtered; put that into a request for them. */
bool session_arranged(const struct session *session, const struct model_variable *variable);
void session_arrange(struct session *session, struct model_variable *variable, struct value *arguments);
void session_remember(struct session *session, const struct model_variable *variable, const char *what,
                      const char *note);
/* Ask for the chosen displays of COUNT children of PARENT from index START on. */
void session_redisplay(struct session *session, struct model_variable *parent, size_t start, size_t count);

/* session_moves.c */
void session_moves_drop(struct session *session);
/* A stop with REASON came: what was in flight has landed; drop the queue if it is another reason. */
void session_moves_landed(struct session *session, const char *reason);
void session_moves_next(struct session *session);

/* session_break.c */
void session_list_breakpoints(struct session *session); /* those of the client that holds the session */
void session_take_breakpoints(struct session *session, const struct value *body);
void session_send_breakpoints(struct session *session); /* all, before configurationDone */
void session_send_filters(struct session *session);     /* which exceptions stop */
void session_breakpoint_event(struct session *session, const char *reason, const struct value *breakpoint);

/* session_code.c */
void session_send_code(struct session *session); /* just my code */

/* session_talk.c */
/* A request that runs code was sent: say so if it takes long. One was answered: no more is said if it was the last. */
void session_watch_slow(struct session *session);
void session_unwatch_slow(struct session *session);
void session_output(struct session *session, enum model_line_kind kind, const char *text);
