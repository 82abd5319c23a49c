/* One debugged program as seen from here: channel + model + how it was reached. Turns messages into
 * model changes and commands into requests. Never touches the screen: other front ends use it too.
 *
 * All calls return at once; answers change the model later and call the change handler. A request
 * that fails calls the message handler with what went wrong, for a person. */
#pragma once

#include "model.h"

#include <stdbool.h>

struct channel;
struct loop;
struct session;
struct value;

/* A call that can be stepped into at a stop. */
struct session_target {
    int64_t id;
    const char *label; /* borrowed */
    int line;
};

struct session_handlers {
    void (*changed)(struct session *session, void *data); /* the model changed: draw it this turn */
    void (*stopped)(struct session *session, void *data); /* a new stop: panes follow it */
    /* A frame that was missing came, and is selected. May be NULL. */
    void (*selected)(struct session *session, void *data);
    void (*message)(struct session *session, bool error, const char *text, void *data);
    /* Several calls can be stepped into, the user is to choose: LIST is borrowed. May be NULL. */
    void (*targets)(struct session *session, const struct session_target *list, size_t count, void *data);
    /* The next message lets the program run, or ENDS it or the session. May be NULL. */
    void (*leaves)(struct session *session, bool ends, void *data);
    void (*refused)(struct session *session, const char *why,
                    void *data); /* version mismatch, no backend: cannot debug */
    void *data;
};

struct session *session_create(struct loop *loop, const struct session_handlers *handlers);
/* Closes the channel: the program goes on. Handlers that still wait for an answer are not called. */
void session_destroy(struct session *session);
struct model *session_model(struct session *session);

/* Connect: takes FD, sends initialize, breakpoints and configurationDone as DAP orders them.
 * STOP_ON_ENTRY false is --continue. */
bool session_connect(struct session *session, int fd, bool stop_on_entry);
/* The same with a program that runs already and listens: with STOP it is paused. */
bool session_attach(struct session *session, int fd, bool stop);
/* What it is to do when the connection is cut at a stop: "continue" or "wait". Before session_attach(). */
void session_set_when_lost(struct session *session, const char *what);
/* Whether it is to listen for other clients once this one is gone. Before session_connect(). */
void session_set_reattach(struct session *session, bool on);
/* Only watch: another client holds the session. Before session_attach(); false again after a session_reset(). */
void session_set_read_only(struct session *session, bool on);
bool session_read_only(const struct session *session);
#define SESSION_READ_ONLY "read-only: another debugger holds this session; q leaves it"
/* Where its files stand here (path_map.h). */
void session_set_paths(struct session *session, const char *rules);
/* Forget the program, not what the user made of the session (breakpoints, filters, console): another one may be
 * connected. */
void session_reset(struct session *session);
bool session_connected(const struct session *session);
/* The program ended with waitpid()'s STATUS. */
void session_exited(struct session *session, int status);

/* How many commands that move the program are queued or unanswered (type-ahead): painting may wait a little. */
size_t session_pending(const struct session *session);
bool session_moving(const struct session *session); /* those that have been sent, or are to be at the next stop */

/* The request sent last that is not answered yet, 0 for none; and whether one still waits for its answer. */
int64_t session_newest_request(const struct session *session);
bool session_awaits(const struct session *session, int64_t request);

/* Moving. Typed ahead they queue and run in order, each at its stop; a queue is dropped when a stop
 * has another reason than the step before, or the program ends. False with a message when refused. */
enum session_step { SESSION_CONTINUE, SESSION_NEXT, SESSION_STEP_IN, SESSION_STEP_OUT };
bool session_step(struct session *session, enum session_step step);
bool session_run_to(struct session *session, const char *path, int line);
/* Over to LINE of the frame or a greater one, or out of it; 0: to one greater than the current. */
bool session_until(struct session *session, int line);
/* Into one call of the current statement: by its number from 1, its text or its function's name; "": the only one, or
 * the one that the user chooses (session_handlers.targets, then session_step_to()). */
bool session_step_into_target(struct session *session, const char *which);
bool session_step_to(struct session *session, int64_t target);
/* Have the frame on top go on at another line, without running anything. */
bool session_jump(struct session *session, const char *path, int line);
/* BLOCKED (may be NULL) is called when C code delays the stop and the console has the stacks. */
typedef void (*session_stacks_handler)(struct session *session, void *data);
bool session_pause(struct session *session, session_stacks_handler blocked, void *data);
/* The stacks of all threads to the console, while the program goes on or at a stop; then call ARRIVED (may be NULL). */
bool session_where(struct session *session, session_stacks_handler arrived, void *data);
/* The modules, as the BODY of DAP's answer that is valid during the call: the first some thousands of `totalModules`.
 * FILTER is handed on. */
typedef void (*session_modules_handler)(struct session *session, const struct value *body, const char *filter,
                                        void *data);
bool session_modules(struct session *session, const char *filter, session_modules_handler handler, void *data);
bool session_terminate(struct session *session);                  /* ask the program to end */
bool session_disconnect(struct session *session, bool terminate); /* leave it, or end it */

/* Looking. */
void session_select_frame(struct session *session, size_t index); /* at a stop; fetches its variables, and itself */
/* The frames of exception NUMBER of the chain in place of the stop's (MODEL_NO_EXCEPTION: those again); HANDLER is
 * called when they are there. */
typedef void (*session_frames_handler)(struct session *session, void *data);
bool session_show_exception(struct session *session, int number, session_frames_handler handler, void *data);
/* A part of the traceback of exception NUMBER, from its frame START on, the newest being 0. The handler may take FRAMES
 * over, and leaves NULL and 0 then; it is not called when there is no answer. */
struct session_traceback {
    int number;
    size_t start;
    struct model_frame *frames;
    size_t count;
    bool more; /* frames follow */
};
typedef void (*session_traceback_handler)(struct session *session, struct session_traceback *part, void *data);
bool session_ask_traceback(struct session *session, int number, size_t start, session_traceback_handler handler,
                           void *data);
/* Frames that were asked for, all from the newest on, in place of the stop's. */
void session_show_traceback(struct session *session, const struct session_traceback *traceback, size_t selected);
void session_more_frames(struct session *session); /* the next page of the stack */
/* The oldest frames at once, those between are missing; HANDLER is called when they are there. */
void session_last_frames(struct session *session, session_frames_handler handler, void *data);
/* Missing ones at and around INDEX. */
void session_fill_frames(struct session *session, size_t index, session_frames_handler handler, void *data);
void session_expand(struct session *session, struct model_variable *variable, bool expanded);
/* Children FROM up to UNTIL are looked at: ask for the next page of them that is not here, unless one is on its way. */
void session_want_children(struct session *session, struct model_variable *variable, size_t from, size_t until);
/* Look for a child of VARIABLE with a text, fetched or not, for some 50 milliseconds: HANDLER is told how far that came
 * and may go on from there. Nothing of the program runs. False: it cannot be asked for. */
struct session_search {
    const char *text;  /* borrowed */
    bool exact;        /* capitals count */
    bool last;         /* the last one of them is wanted, not the first */
    size_t start, end; /* indexes; END 0: to the end of all */
};
struct session_found {
    bool failed; /* it came to nothing: another stop or frame, or an error, which is said */
    bool hit, more;
    size_t index, next; /* of the hit; of the first child that was not looked at, when there is MORE */
};
typedef void (*session_find_handler)(struct session *session, const struct session_found *found, void *data);
bool session_find_child(struct session *session, struct model_variable *variable, const struct session_search *search,
                        session_find_handler handler, void *data);
/* Open VARIABLE where its child INDEX is. */
void session_expand_at(struct session *session, struct model_variable *variable, size_t index);
/* Show a variable as "default", "type", "id", "hex", "repr", "str" or "custom", at later stops too. */
bool session_display(struct session *session, struct model_variable *variable, const char *display);
/* Give VARIABLE a mark, or take it away; kept for this function. False when it cannot have one. */
bool session_mark(struct session *session, struct model_variable *variable, enum model_mark mark, bool on);
/* The order of all children: "definition", "name" or "type"; false for any other word. */
bool session_sort(struct session *session, const char *order);
const char *session_sorting(const struct session *session);
/* Only those children of PARENT that hold TEXT; NULL: all. */
void session_match(struct session *session, struct model_variable *parent, const char *text);
/* Watches, at any time too. LIKE says where it is for (NULL: all frames of the project's programs); NULL when it is
 * watched already. */
const struct model_watch *session_add_watch(struct session *session, const char *expression,
                                            const struct model_watch *like);
void session_remove_watch(struct session *session, int id);
void session_change_watch(struct session *session, int id, const char *expression);
bool session_place_watch(struct session *session, int id, enum model_watch_kind kind); /* FUNCTION: the selected one */
/* Evaluate the watch of ROW again, with more time; false when that cannot be. */
bool session_retry_watch(struct session *session, struct model_variable *row);
bool session_set_variable(struct session *session, struct model_variable *variable, const char *expression);
/* Ask for the threads, and tell when they are there. */
typedef void (*session_threads_handler)(struct session *session, void *data);
bool session_list_threads(struct session *session, session_threads_handler handler, void *data);
bool session_select_thread(struct session *session, int64_t id, const char *name); /* show its stack, at a stop */
bool session_freeze(struct session *session, int64_t thread);
bool session_thaw(struct session *session, int64_t thread);    /* 0: all */
void session_set_single(struct session *session, bool single); /* moves run the shown thread alone */

/* Evaluate in the selected frame; echo, output and result become console lines and the handler (may
 * be NULL) gets the result text. */
typedef void (*session_result_handler)(struct session *session, bool ok, const char *result, void *data);
bool session_evaluate(struct session *session, const char *expression, session_result_handler handler, void *data);
/* The same for a command that runs Python of ours: ECHO is what the user typed, an exception is one line. */
bool session_evaluate_as(struct session *session, const char *expression, const char *echo,
                         session_result_handler handler, void *data);
/* The value of an expression as a line, for the handler alone: nothing goes to the console. */
bool session_watch(struct session *session, const char *expression, session_result_handler handler, void *data);
/* A value that a console line offers, or a row below it: open or close it; ask for the next page of children FROM up to
 * UNTIL that is not here. What is not here can be had while the value lasts (model_line_lasts()). */
void session_open_value(struct session *session, const struct model_line *line, struct model_variable *variable,
                        bool open);
void session_want_of_value(struct session *session, const struct model_line *line, struct model_variable *variable,
                           size_t from, size_t until);
/* A shell in the selected frame, at the program's terminal; KIND is pytui/shell's. LEFT is called when it is over: why
 * it could not be, or NULL, as for one that the user left or interrupted. */
typedef void (*session_shell_handler)(struct session *session, const char *failure, void *data);
bool session_shell(struct session *session, const char *kind, session_shell_handler left, void *data);
/* The function in whose frame a shell runs; NULL: none does. */
const char *session_in_shell(const struct session *session);
bool session_evaluating(const struct session *session);     /* code runs that can be interrupted, a shell apart */
bool session_evaluates_long(const struct session *session); /* and the user was told */
void session_interrupt_evaluate(struct session *session);   /* cancel; ends a shell, too */

/* What the selected frame runs: the handler gets a pytui.FunctionResponse; a failure is said. */
typedef void (*session_function_handler)(struct session *session, const struct value *function, void *data);
bool session_ask_function(struct session *session, session_function_handler handler, void *data);

/* The whole text of a value; assigning to an expression: the handler gets the text or the error. */
bool session_whole_text(struct session *session, const char *expression, session_result_handler handler, void *data);
bool session_set_expression(struct session *session, const char *target, const char *value,
                            session_result_handler handler, void *data);

/* Completion of Python at COLUMN (bytes) of TEXT: the handler gets words that replace the bytes from START. */
typedef void (*session_completion_handler)(struct session *session, size_t start, char *const *words, size_t count,
                                           void *data);
bool session_complete(struct session *session, const char *text, size_t column, session_completion_handler handler,
                      void *data);

/* Bytes of the first UNITS UTF-16 units of TEXT, which DAP counts in. */
size_t session_utf16_offset(const char *text, int64_t units);

/* Text of code without a file; the handler gets NULL when there is none. */
typedef void (*session_source_handler)(struct session *session, const char *path, const char *text, size_t length,
                                       void *data);
bool session_fetch_source(struct session *session, const char *path, int64_t reference, session_source_handler handler,
                          void *data);

/* Breakpoints may be set at any time, also before the program runs. FIELDS (borrowed, may be NULL)
 * is a SourceBreakpoint map. The change is sent at once; the answer updates the model. */
struct model_breakpoint *session_add_breakpoint(struct session *session, const char *path, int line,
                                                const struct value *fields);
struct model_breakpoint *session_add_function_breakpoint(struct session *session, const char *name,
                                                         const struct value *fields);
void session_change_breakpoint(struct session *session, int id, const struct value *fields); /* replace its fields */
void session_remove_breakpoint(struct session *session, int id);

/* Where on a line breakpoints can stand: one for each statement that begins there, columns in UTF-16 units from 1. The
 * handler gets FAILURE, a text, where that cannot be told. False: there is nobody to ask. */
struct session_location {
    int line, column, end_line, end_column;
};
typedef void (*session_locations_handler)(struct session *session, const char *failure,
                                          const struct session_location *list, size_t count, void *data);
bool session_ask_locations(struct session *session, const char *path, int line, session_locations_handler handler,
                           void *data);

/* Which exceptions stop, at any time too. TYPES (NULL or blank: any) are names with commas or blanks between them;
 * "if" and a condition on __exception__ may follow, or stand alone. */
void session_set_filter(struct session *session, enum model_filter_kind kind, bool on, const char *types);

/* Whether steps stop in the user's code only, and a rule that comes before those there are, at any time too.
 * PATTERN is a path with wildcards, or a module. */
void session_set_just_my_code(struct session *session, bool on);
void session_add_code_rule(struct session *session, const char *pattern, bool user);
