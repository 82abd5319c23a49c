/* One breakpoint as the client asked for it, and the file that it stands in. Only for breakpoints.c. */
#pragma once

#include "lines.h"
#include "sources.h"

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

struct arena;
struct condition;
struct log_message;
struct value;

enum binding { BINDING_PENDING, BINDING_VERIFIED, BINDING_MOVED, BINDING_ERROR };

struct breakpoint {
    struct breakpoint *next;
    int64_t id;
    int requested_line, line;                   /* 0: a function breakpoint */
    char *function;                             /* owned: the name asked for; NULL: a line breakpoint */
    char *condition_text, *hit_text, *log_text; /* owned; NULL: none */
    struct condition *condition;                /* owned */
    struct log_message *log;                    /* owned */
    int hit_operation;                          /* 0: none; '=', '>', 'g' (>=), '<', 'l' (<=), '%' */
    long hit_number;
    bool enabled, temporary, run_to;
    long hits;
    enum binding binding;
    char problem[256]; /* of the condition and the like: then binding is BINDING_ERROR */
};

struct breakpoint_file {
    struct breakpoint_file *next;
    char *path; /* owned: as the client said it */
    struct file_identity identity;
    struct breakpoint *first;
    struct line_set lines; /* lines with code, as far as known */
    bool lines_known, loaded;
};

/* Make a list of an array of SourceBreakpoint or FunctionBreakpoint, in order. Mistakes in one stand in its
 * `problem`. False: out of memory. */
bool breakpoint_read_list(const struct value *items, struct breakpoint **list);
void breakpoint_free_list(struct breakpoint *list);

/* Whether a person can be stopped by it: it is enabled and without a mistake. */
bool breakpoint_is_active(const struct breakpoint *breakpoint);

/* Whether its count of hits satisfies its hit condition. */
bool breakpoint_hits_suffice(const struct breakpoint *breakpoint);

/* Whether the client means the same breakpoint, and whether it asks the same of it. */
bool breakpoint_same_place(const struct breakpoint *a, const struct breakpoint *b);
bool breakpoint_same_request(const struct breakpoint *a, const struct breakpoint *b);

/* Whether a function breakpoint means CODE of FILENAME: its name or qualified name (or the end of that), after an
 * optional module and colon. */
bool breakpoint_names_code(const struct breakpoint *breakpoint, PyObject *code, const char *filename);

/* DAP's Breakpoint. FILE is NULL for function breakpoints. */
struct value *breakpoint_describe(struct arena *arena, const struct breakpoint_file *file,
                                  const struct breakpoint *breakpoint);
