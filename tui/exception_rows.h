/* The rows of the exception viewer: each exception of the chain with its message, notes and frames, as a tree.
 * Everything shown is copied from the model: it stays when the program goes on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;
struct model_frame;
struct session_traceback;
struct source_store;

#define EXCEPTION_ROWS_FIRST 12 /* frames of an exception that are shown unasked */

enum exception_row_kind {
    EXCEPTION_ROW_HEAD,   /* type and message */
    EXCEPTION_ROW_TEXT,   /* what does not fit there: lines of the message, notes */
    EXCEPTION_ROW_FRAME,  /* where */
    EXCEPTION_ROW_SOURCE, /* its line */
    EXCEPTION_ROW_MORE,   /* frames that are not shown yet */
    EXCEPTION_ROW_NOTE,   /* what is not there, and why */
};

struct exception_row {
    enum exception_row_kind kind;
    size_t item;      /* index of the exception */
    size_t frame;     /* FRAME, SOURCE */
    const char *text; /* HEAD, TEXT, SOURCE, NOTE; borrowed */
    size_t length;
};

/* One exception. */
struct exception_item {
    char *whole;                /* owned: type, message, notes */
    char *note;                 /* owned: what is left out of it; NULL: nothing */
    const char *relation;       /* "caused by"; "" for the outermost */
    int number, depth;          /* in the chain */
    bool traceback, closed;     /* it has frames; what is below it is not shown */
    struct model_frame *frames; /* owned: the newest first */
    size_t count, shown;
    bool asked, known, more; /* for frames; they are there; further ones follow */
};

struct exception_rows {
    struct exception_item *items; /* owned */
    size_t item_count;
    struct exception_row *rows; /* owned */
    size_t count, capacity;
    struct source_store *sources; /* borrowed */
};

struct exception_rows *exception_rows_create(const struct model *model, struct source_store *sources);
void exception_rows_destroy(struct exception_rows *rows);

/* Find the rows anew, for lines of COLUMNS. */
void exception_rows_build(struct exception_rows *rows, int columns);
/* Take frames that arrived. False when they are not those that come next. */
bool exception_rows_take(struct exception_rows *rows, struct session_traceback *part);

/* Columns before the text of an item's rows. */
int exception_rows_indent(const struct exception_item *item);
/* "raises.py:14 in load" into BUFFER. */
void exception_rows_place(const struct model_frame *frame, char *buffer, size_t size);
