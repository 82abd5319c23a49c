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
struct statement;
struct value;

enum binding { BINDING_PENDING, BINDING_VERIFIED, BINDING_MOVED, BINDING_ERROR };

struct breakpoint {
    struct breakpoint *next;
    int64_t id;
    int requested_line, line;                   /* 0: a function breakpoint */
    int requested_column, column;               /* UTF-16, from 1; 0: the whole line */
    int end_line, end_column;                   /* of the statement there */
    struct statement *statement;                /* owned: the one that it stands on; NULL: the line */
    const char *column_note;                    /* why the column was no help; NULL: it was, or none was asked for */
    char *function;                             /* owned: the name asked for; NULL: a line breakpoint */
    char *condition_text, *hit_text, *log_text; /* owned; NULL: none */
    struct condition *condition;                /* owned */
    struct log_message *log;                    /* owned */
    int hit_operation;                          /* 0: none; '=', '>', 'g' (>=), '<', 'l' (<=), '%' */
    long hit_number;
    bool enabled, temporary, run_to;
    bool retired;                /* its list was replaced, or it was removed, while a condition ran */
    struct breakpoint *heir;     /* the one that asks the same in the new list; NULL: none. Valid while it is retired */
    bool taken;                  /* while its list is replaced: one of the new list has its id */
    bool changed;                /* while a file is bound: differs from what the client knows */
    int64_t number;              /* the client's own for it; 0: none, its id serves */
    int64_t after;               /* number of the one that must have acted before; 0: none */
    bool waits, after_known;     /* for that one, which is set at all */
    bool released, rearm;        /* that one acted; what is armed for it is to be made right */
    bool acted;                  /* it stopped or logged */
    char *thread_text;           /* owned: id or name of the only thread that it is for; NULL: any */
    long long thread_id;         /* the same, where it is an id; else 0 */
    long log_limit;              /* messages a second; 0: any number */
    int64_t log_second;          /* when that second began, in ms */
    long logged;                 /* messages in it */
    int64_t dropped, told_drops; /* messages over the limit, and how many of them the client was told of */
    long hits, told_hits;
    long failures, told_failures; /* how often its condition raised; the first stops, the others only count */
    char failure[256];            /* what the first one was */
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

/* Whether a person can be stopped by it: it is enabled, without a mistake, and waits for no other one. */
bool breakpoint_is_active(const struct breakpoint *breakpoint);

/* Whether its count of hits satisfies its hit condition. */
bool breakpoint_hits_suffice(const struct breakpoint *breakpoint);

/* Whether a log message is within the limit now. */
bool breakpoint_may_log(struct breakpoint *breakpoint);

/* What others call it. */
int64_t breakpoint_number(const struct breakpoint *breakpoint);

/* Whether the client means the same breakpoint, and whether it asks the same of it. */
bool breakpoint_same_place(const struct breakpoint *a, const struct breakpoint *b);
bool breakpoint_same_request(const struct breakpoint *a, const struct breakpoint *b);

/* Whether a function breakpoint means CODE of FILENAME: its name or qualified name (or the end of that), after an
 * optional module and colon. */
bool breakpoint_names_code(const struct breakpoint *breakpoint, PyObject *code, const char *filename);

/* DAP's Breakpoint. FILE is NULL for function breakpoints. */
struct value *breakpoint_describe(struct arena *arena, const struct breakpoint_file *file,
                                  const struct breakpoint *breakpoint);
