/* How session.c writes the model: lists, and the Variables tree with what changed since the last stop
 * and what is expanded.
 *
 * A row's path is its name and those above it up to the scope, which names it across stops although
 * every stop builds a new tree. Values are remembered by frame (model_frame_key) and path. All
 * memory here is bounded: the oldest frames are forgotten, a frame keeps some thousand values. */
#pragma once

#include "model.h"

struct model_changes;
struct model_rows;

/* Lists. A new item is zeroed; its strings are to be on the heap. */
struct model_breakpoint *model_breakpoint_add(struct model *model, enum model_breakpoint_kind kind);
void model_breakpoint_remove(struct model *model, struct model_breakpoint *breakpoint);
struct model_frame *model_frame_add(struct model *model);
/* There are COUNT frames at least: those that are not here are missing. */
void model_frames_extend(struct model *model, size_t count);
/* Frame INDEX, which was missing or is added, cleared to be filled in. */
struct model_frame *model_frame_put(struct model *model, size_t index);
void model_frames_clear(struct model *model);
/* What is known of the program itself: breakpoints lose their state, and stay. */
void model_forget_program(struct model *model);
struct model_exception *model_chain_add(struct model *model);
void model_chain_clear(struct model *model);
struct model_thread *model_thread_add(struct model *model);
void model_threads_clear(struct model *model);
void model_frozen_clear(struct model *model);
void model_frozen_add(struct model *model, int64_t thread);
void model_frozen_remove(struct model *model, int64_t thread); /* if it is there */

/* A new, empty row as the last child of PARENT; with NULL a root for model_set_root(). */
struct model_variable *model_variable_create(struct model_variable *parent);
/* FIRST, which PARENT owns from now on, goes before its other children, in place of OLD, its first child until now,
 * which is destroyed; NULL for either is none. */
void model_variable_put_first(struct model_variable *parent, struct model_variable *old, struct model_variable *first);
void model_variable_destroy(struct model_variable *variable); /* with its children; NULL is fine */
void model_variable_clear(struct model_variable *variable);   /* its children */
/* Names from the scope down, separated by U+001F. The caller frees it. */
char *model_variable_path(const struct model_variable *variable);
struct model_variable *model_variable_find(struct model_variable *root, const char *path); /* or NULL */

/* model_pages.c: children of which only some are here. */
/* How many there are, as far as known. */
size_t model_variable_total(const struct model_variable *variable);
/* The position in `children` of the first one whose index is INDEX or greater. */
size_t model_variable_position(const struct model_variable *variable, size_t index);
/* The child at INDEX, or NULL; made, empty, if it is not there. */
struct model_variable *model_variable_child(const struct model_variable *variable, size_t index);
struct model_variable *model_variable_place(struct model_variable *variable, size_t index);
/* Whether all children are here. */
bool model_variable_is_whole(const struct model_variable *variable);
/* Whether there are further ones than those known, and the last of these is here. */
bool model_variable_has_open_end(const struct model_variable *variable);
/* COUNT rows from START on came, and MORE or not after them: bring `total` and `more` up to that. */
void model_variable_learn(struct model_variable *variable, size_t start, size_t count, bool more);
/* Drop those far from INDEX until there are MOST of them, beside what is open or marked. */
void model_variable_trim(struct model_variable *variable, size_t index, size_t most);
/* Of the children that are not here those to ask for next, so that FROM up to UNTIL can be shown: the first one and
 * how many, at most PAGE. False when all these are here. */
bool model_variable_wanted(const struct model_variable *variable, size_t from, size_t until, size_t page, size_t *start,
                           size_t *count);

/* model_rows.c */
struct model_rows *model_rows_create(void);
void model_rows_destroy(struct model_rows *rows);

/* The tree shown from now on; takes ROOT over (NULL: nothing) and frees the one before. */
void model_set_root(struct model *model, struct model_variable *root);

/* What tells the frame at INDEX apart over stops: its function and how it was called. */
char *model_frame_key(const struct model *model, size_t index);

/* Values that follow belong to the frame KEY at the current stop. */
void model_changes_enter(struct model *model, const char *key);
/* Mark VARIABLE if its value is another than at the stop before, and remember it. */
void model_changes_mark(struct model *model, struct model_variable *variable);
/* All children of VARIABLE are known now: at the next stop a name not among them counts as new. */
void model_changes_complete(struct model *model, struct model_variable *variable);

/* Whether the row at PATH was left expanded (1) or collapsed (0) in FUNCTION; -1: never touched. */
int model_expanded(const struct model *model, const char *function, const char *path);
void model_set_expanded(struct model *model, const char *function, const char *path, bool expanded);

/* What else was chosen for a row: WHAT is "display" or "match". NULL: nothing. */
const char *model_note(const struct model *model, const char *what, const char *function, const char *path);
void model_set_note(struct model *model, const char *what, const char *function, const char *path, const char *note);

struct model_changes *model_changes_create(void);
void model_changes_destroy(struct model_changes *changes);
