/* What a variablesReference stands for, and its children in pages.
 *
 * References live until the stop ends; each holds what it shows. Pages of large dicts and sets begin
 * near a place that was passed before (cursor.h). Nothing here runs
 * code of the program, but the value of a property that the user expands. */
#pragma once

#include "cursor.h"
#include "groups.h"
#include "objects.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct arrangement;
struct frame_entry;
struct value;
struct values;

enum reference_kind {
    REFERENCE_OBJECT,          /* children of `object` */
    REFERENCE_LOCALS,          /* a function's variables */
    REFERENCE_CLOSURE,         /* its enclosing functions' variables */
    REFERENCE_NAMESPACE,       /* variables in the dict `object`, gathered in groups */
    REFERENCE_GROUP,           /* the names of `object` that are in `group` */
    REFERENCE_NAMESPACE_GROUP, /* the variables in the dict `object` that are in `group` */
    REFERENCE_RETURN,          /* what functions returned, each by its name */
    REFERENCE_EXCEPTION,       /* one row: the exception */
    REFERENCE_WATCHES,         /* the values of the dict `object`, whose keys are expressions */
    REFERENCE_PROPERTIES,      /* the properties of `object`, not yet read */
    REFERENCE_PROPERTY,        /* one row: the value of property `name`, which runs code */
};

struct reference {
    enum reference_kind kind;
    PyObject *object;   /* owned; NULL for LOCALS and CLOSURE */
    PyObject *name;     /* owned str or NULL */
    long long frame_id; /* where expressions are evaluated; 0: none */
    char *expression;   /* owned; gives the object in that frame; NULL: there is none */
    enum name_group group;
    struct cursor cursor;            /* in a dict or set */
    struct arrangement *arrangement; /* owned: its children searched or sorted, of children.c; NULL: none */
};

struct variables {
    long long base;               /* references given before this stop */
    struct reference *references; /* owned; reference = base + index + 1 */
    size_t count, capacity;
};

void variables_end(struct variables *variables);

/* A new reference; 0 when out of memory. OBJECT, NAME and EXPRESSION are borrowed and may be NULL. */
long long variables_add(struct values *values, enum reference_kind kind, PyObject *object, PyObject *name,
                        long long frame_id, const char *expression);

/* NULL: no such reference, or of an earlier stop. It moves when references are added. */
struct reference *variables_find(struct values *values, long long reference);

/* What part of the children is wanted. */
enum { CHILDREN_INDEXED = 1, CHILDREN_NAMED = 2, CHILDREN_ALL = 3 };

/* In their own order, or by name or type. */
enum child_sort { SORT_DEFINITION, SORT_NAME, SORT_TYPE };

struct page_request {
    long long reference;
    unsigned filter;
    enum child_sort sort;
    const char *match; /* only those with this text in name or value; NULL: all */
    size_t start, count;
    long long request_seq; /* for a property's code */
};

struct child_search;
struct page_end {
    struct value *rows;          /* an array */
    bool more;                   /* there are further ones */
    bool limited;                /* too many: further ones than CHILDREN_KEPT match, or they are not sorted */
    bool unfinished;             /* not all were looked at yet, and there are no rows: ask again */
    size_t looked;               /* then how many were */
    size_t total;                /* of searched or sorted ones, so far; else 0 */
    struct child_search *search; /* for children.c */
};

/* One page of children. */
void variables_page(struct values *values, struct arena *arena, const struct page_request *wanted,
                    struct page_end *end);

/* A search for a child with a text, in slices. */
struct child_search {
    const char *text;
    bool exact; /* capitals count */
    bool last;  /* the last one is wanted, not the first */
    size_t end; /* index of the first one that is not looked at */
    /* what comes of it */
    size_t next; /* index of the first one that was not looked at; in the beginning, of the first that is */
    size_t index;
    bool found;
    bool more;          /* there may be others from `next` on */
    long long deadline; /* for children.c */
};

/* Look from search->next on, for some 50 milliseconds at most. Of WANTED reference, order and filter count. */
void variables_search(struct values *values, struct arena *arena, const struct page_request *wanted,
                      struct child_search *search);

/* The scopes of a frame, as an array. */
struct value *variables_scopes(struct values *values, struct arena *arena, struct frame_entry *entry);

/* Set type, variablesReference and the counts of ROW for OBJECT, which EXPRESSION (NULL: nothing) gives
 * in the frame FRAME_ID. */
void variables_describe(struct values *values, struct arena *arena, struct value *row, PyObject *object,
                        long long frame_id, const char *expression);

/* The bounded rendering of OBJECT. */
struct value *variables_rendered(struct values *values, struct arena *arena, PyObject *object);

/* A row of ours that only opens to others; LAZY: to a property's value, which runs code. */
struct value *variables_virtual_row(struct arena *arena, const char *name, const char *text, long long reference,
                                    bool lazy);

/* A row for OBJECT under NAME (UTF-8). EXPRESSION may be NULL, KIND too (told from the object). */
struct value *variables_row(struct values *values, struct arena *arena, const char *name, PyObject *object,
                            long long frame_id, const char *expression, const char *kind);
