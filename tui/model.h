/* What is known of one debugged program: plain data that panes read and session.c writes.
 *
 * The model never talks to anybody. It outlives the program: what was known last stays on the
 * screen. Strings are owned by the model unless said otherwise. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct value;

enum model_state {
    MODEL_STARTING, /* no backend yet, or not configured */
    MODEL_RUNNING,
    MODEL_STOPPED,
    MODEL_ENDED, /* the program ended: exit fields are valid */
    MODEL_LOST,  /* the channel failed while the program may still run */
};

#define MODEL_DISASSEMBLY "disassembly of " /* how the paths of listings begin; others are absolute or in <> */

#define MODEL_NO_EXCEPTION (-1)

struct model_frame {
    int64_t id;
    char *name;               /* qualified name */
    char *path;               /* NULL when it has no source at all */
    char *label;              /* what PATH is called for people, "Cell [3]"; NULL: by its own name */
    char *class_name;         /* NULL or the type of self */
    int64_t source_reference; /* above 0: fetch the text */
    char *listed_file;        /* NULL, or the file of which PATH is a disassembly, since its text is not to be had */
    int source_line;          /* then the line there, 0 when it is not known */
    int line, column, end_line, end_column;
    bool subtle;  /* library code */
    bool missing; /* only its place is known: NAME and all the rest are not here */
};

/* A row of the Variables tree. Children are asked for when it is first expanded, page by page; pages far from what is
 * looked at are dropped. So `children` are some of them, in the order of their index: what is between them, and after
 * the last up to `total`, is not here, and has rows all the same (model_row.variable is NULL). */
struct model_variable {
    char *name, *value, *type, *evaluate_name; /* type and evaluate_name may be NULL */
    char *previous;                            /* value at the stop before, when it changed since; else NULL */
    int64_t reference;                         /* above 0: has children */
    int64_t indexed, named;                    /* counts, 0 when unknown */
    char *visibility;                          /* NULL or public, protected, private, internal */
    char *display;                             /* NULL or how it is shown: type, repr, str, id, hex, custom */
    char *match;                               /* NULL or the filter of its children */
    bool lazy;                                 /* a property: its value runs code */
    bool limited;                              /* too many children to keep or sort */
    size_t looked;                             /* above 0: so many were searched or sorted yet, it goes on */
    bool scope;                                /* a heading: Locals, Globals, … */
    bool group;                                /* a heading among names: protected, methods, … */
    bool watches;                              /* the heading over the watches */
    int watch;                                 /* above 0: the id of the watch that this is the value of */
    char *state;                               /* of a watch: NULL, or why it has no plain value: raised, slow, … */
    char *marks;                               /* NULL or what the user gave it: letters of enum model_mark */
    bool expanded, loading, changed;
    bool more;                        /* there are further ones than `total`, nobody knows how many */
    bool refused;                     /* its pages are not to be had: none is asked for again */
    size_t index;                     /* among its siblings, from 0 */
    size_t total;                     /* how many children there are, as far as known */
    size_t asked;                     /* while loading: index of the first child of the page */
    struct model_variable *parent;    /* borrowed; NULL at the top */
    struct model_variable **children; /* owned */
    size_t count, capacity;
};

/* What the user gave a row. HOLDS: not by the user; rows below it are pinned. PUBLIC, PRIVATE and ALL are which of its
 * groups are shown, without any of them all, closed. */
enum model_mark {
    MODEL_MARK_HIGHLIGHT = 'H',
    MODEL_MARK_WRAP = 'w',
    MODEL_MARK_PIN = '@',
    MODEL_MARK_HOLDS = '^',
    MODEL_MARK_PUBLIC = 'p',
    MODEL_MARK_PRIVATE = 'v',
    MODEL_MARK_ALL = 'a'
};

/* An expression shown with the variables: in all frames of this project's programs, in those of one function, or
 * in all programs. */
enum model_watch_kind { MODEL_WATCH_PROJECT, MODEL_WATCH_FUNCTION, MODEL_WATCH_EVERYWHERE };
struct model_watch {
    int id; /* ours, never reused */
    enum model_watch_kind kind;
    char *expression;
    char *function, *path; /* FUNCTION: its qualified name and file; path may be NULL */
};

enum model_breakpoint_kind { MODEL_BREAKPOINT_LINE, MODEL_BREAKPOINT_FUNCTION };

struct model_breakpoint {
    int id; /* ours, never reused */
    enum model_breakpoint_kind kind;
    char *path;           /* LINE */
    char *function;       /* FUNCTION */
    int line;             /* where it is bound, or was asked for */
    int column;           /* the same; 0: the whole line */
    struct value *fields; /* SourceBreakpoint as the schema knows it: condition, hitCondition, …; in `arena` */
    struct arena *arena;  /* owned; holds fields */
    int64_t backend_id;   /* 0 until the backend answered */
    bool verified;
    char *state;           /* verified, pending, moved, error; NULL before the answer */
    char *message;         /* NULL or why */
    int64_t hits, dropped; /* dropped: log messages over its limit */
};

/* Which exceptions stop: DAP's filters, by their names in model_filter_names. */
enum model_filter_kind {
    MODEL_FILTER_RAISED,
    MODEL_FILTER_USER_UNHANDLED,
    MODEL_FILTER_UNCAUGHT,
    MODEL_FILTER_UNRAISABLE,
    MODEL_FILTER_TASK,
    MODEL_FILTER_COUNT
};
extern const char *const model_filter_names[MODEL_FILTER_COUNT];
struct model_filter {
    bool on;
    char *types;     /* names with commas between them; NULL: any type */
    char *condition; /* Python, with the exception as __exception__; NULL: none */
};

/* Whose code it is that PATTERN matches; the first rule counts. */
struct model_code_rule {
    char *pattern; /* owned: a path with wildcards, or a module */
    bool user;
};

/* An exception of the chain at the stop, in the order of their numbers. */
struct model_exception {
    int number, depth;
    char *text;      /* "KeyError: 'k'" */
    char *whole;     /* the same with the type's module, all lines, and the notes: a line each */
    char *relation;  /* cause, context, member; NULL for the outermost */
    bool traceback;  /* it has frames */
    bool cut;        /* what came before it is not known: the chain is too long */
    int64_t omitted; /* members of the group that are not known */
};

struct model_thread {
    int64_t id, native_id;
    char *name, *state, *waits; /* owned; the latter two may be NULL */
    bool daemon;
};

/* A line of the console: output of evaluate and log points, echoed input, messages. */
enum model_line_kind { MODEL_LINE_INPUT, MODEL_LINE_RESULT, MODEL_LINE_OUTPUT, MODEL_LINE_ERROR, MODEL_LINE_NOTE };
struct model_line {
    enum model_line_kind kind;
    char *text;
    uint64_t id;                  /* never reused */
    struct model_variable *value; /* owned: a result that opens; NULL */
    uint64_t stop;                /* that gave it */
};

struct model {
    enum model_state state;
    uint64_t generation; /* grows with every change: panes redraw when it moved */

    char *program;        /* name for the status line */
    char *python_version; /* NULL before initialize */
    int64_t pid;

    /* the last stop; valid while state is STOPPED, kept for display afterwards */
    char *reason;      /* step, breakpoint, … NULL before the first stop */
    char *description; /* NULL or the full reason */
    char *text;        /* NULL or the exception's text */
    char *exception;   /* NULL or its formatted traceback */
    bool post_mortem;
    struct model_exception *chain; /* empty unless an exception stopped */
    size_t chain_count, chain_capacity;
    int chain_shown;        /* whose traceback `frames` are; MODEL_NO_EXCEPTION: they are the shown thread's */
    bool goes_on;           /* with post_mortem: a thread or a callback ended, not the program */
    int64_t stopped_thread; /* that stopped */
    int64_t thread_id;      /* whose stack is shown: that one, or another that was selected */
    int stop_column;        /* of the breakpoint that stopped on one of several statements in the line; else 0 */
    char *thread_name;
    uint64_t stops; /* how many so far */
    int hit_ids[8]; /* ours, of the breakpoints that stopped */
    size_t hit_count;
    bool blocked; /* while RUNNING: a pause waits for C code that keeps the interpreter */

    struct model_frame *frames;
    size_t frame_count, frame_capacity;
    bool more_frames;
    size_t selected_frame;
    uint64_t frames_filled; /* grows when frames come that were missing: rows move */

    struct model_variable *root; /* invisible; its children are the scopes and rows of the selected frame */
    bool variables_loading;
    bool any_pinned; /* rows were pinned, perhaps none of these */

    struct model_label {
        char *path, *label; /* owned */
    } * labels;             /* owned: of files that are not called as their paths say */
    size_t label_count, label_capacity;

    struct model_breakpoint **breakpoints;
    size_t breakpoint_count, breakpoint_capacity;
    int last_breakpoint_id;
    uint64_t breakpoint_revision; /* grows with every change that the user would want kept */

    struct model_filter filters[MODEL_FILTER_COUNT];

    struct model_watch *watches;
    size_t watch_count, watch_capacity;
    int last_watch_id;
    uint64_t watch_revision; /* grows with every change */

    bool all_code; /* just my code is off: steps stop in libraries, too */
    struct model_code_rule *code_rules;
    size_t code_rule_count, code_rule_capacity;

    struct model_thread *threads;
    size_t thread_count, thread_capacity;
    bool threads_stale; /* some began or ended since */
    int64_t *frozen;    /* owned: threads that the user froze */
    size_t frozen_count, frozen_capacity;
    bool single; /* steps and continue run the shown thread alone */

    struct model_line *lines; /* console; the oldest are dropped beyond 10,000 */
    size_t line_count, line_capacity;
    uint64_t last_line_id;

    int exit_status; /* waitpid()'s, when state is ENDED and it is known (exit_known) */
    bool exit_known;
    bool over; /* LOST, as the program ended debugging by itself and goes on */

    struct model_changes *changes; /* owned; model_tree.h: values at stops before, what is expanded */
    struct model_rows *rows;       /* owned; the visible rows, found anew when generation moved */
};

struct model *model_create(void);
void model_destroy(struct model *model);

void model_watch_finish(struct model_watch *watch); /* frees what it holds */

/* Frees COUNT frames and what they hold. */
void model_frames_free(struct model_frame *frames, size_t count);

/* The selected frame, or NULL. */
const struct model_frame *model_frame_selected(const struct model *model);
/* What the file PATH is called for people: as a frame in it said, else the last part of the path. */
const char *model_file_label(const struct model *model, const char *path);
void model_learn_label(struct model *model, const char *path, const char *label);
/* Where its code is, for people: "stepme.py:6"; of a disassembly where the missing source is. */
void model_frame_place(const struct model_frame *frame, char *buffer, size_t size);
/* "push [Heap]": the function, and whose method it is unless the qualified name says so. */
void model_frame_title(const struct model_frame *frame, char *buffer, size_t size);

/* Whether the user gave VARIABLE that mark. */
bool model_variable_marked(const struct model_variable *variable, enum model_mark mark);

/* Rows of the Variables tree as shown, in order: how many, and the one at INDEX with its depth, which is -1 for one
 * that is pinned: it stands on top, and in its own place too. */
size_t model_variable_rows(const struct model *model);
/* NULL for one that is not fetched, too. */
struct model_variable *model_variable_row(const struct model *model, size_t index, int *depth);

/* Rows in runs: one that is fetched, or those between two that are. */
struct model_row {
    struct model_variable *variable; /* borrowed; NULL: `count` children of `parent` from `index` on, not fetched */
    struct model_variable *parent;   /* borrowed; NULL at the top */
    int depth;
    size_t first, count; /* rows */
    size_t index;        /* among the children of `parent`, of row `first` */
};
/* The run that row INDEX is in, or NULL; runs follow one another in memory, up to model_row_end(). */
const struct model_row *model_row_at(const struct model *model, size_t index);
const struct model_row *model_row_end(const struct model *model);
/* The row of a child of PARENT by its index, fetched or not, in *ROW; false when it is not shown. */
bool model_row_of(const struct model *model, const struct model_variable *parent, size_t index, size_t *row);

/* The breakpoint on a line, or NULL; by our id, or NULL. */
struct model_breakpoint *model_breakpoint_at(const struct model *model, const char *path, int line);
struct model_breakpoint *model_breakpoint_at_column(const struct model *model, const char *path, int line, int column);
struct model_breakpoint *model_breakpoint_find(const struct model *model, int id);

/* Filters that are not as they are at the start: how many, and the kind of the one at INDEX. */
size_t model_filter_rows(const struct model *model);
enum model_filter_kind model_filter_row(const struct model *model, size_t index);

/* "raised exceptions   ValueError", "uncaught exceptions   off". */
void model_describe_filter(const struct model *model, enum model_filter_kind kind, char *buffer, size_t size);

void model_add_line(struct model *model, enum model_line_kind kind, const char *text);
void model_clear_lines(struct model *model);
/* Whether more of its value can be had: the program did not go on since. */
bool model_line_lasts(const struct model *model, const struct model_line *line);

/* "stopped: step", "running", "exited with status 3", "killed by SIGKILL", … */
void model_describe_state(const struct model *model, char *buffer, size_t size);

bool model_is_frozen(const struct model *model, int64_t thread);

/* The function local LINE's assigned names show inline: the Locals row called NAME (LENGTH bytes), or NULL. */
const struct model_variable *model_local(const struct model *model, const char *name, size_t length);
