/* What a variablesReference stands for, and its children in pages.
 *
 * References live until the stop ends; each holds what it shows. Pages of large dicts and sets go on
 * where the last one ended, so that paging through 10^7 entries walks them once. Nothing here runs
 * code of the program, but the value of a property that the user expands. */
#pragma once

#include "objects.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct frame_entry;
struct value;
struct values;

enum reference_kind {
    REFERENCE_OBJECT,     /* children of `object` */
    REFERENCE_LOCALS,     /* a function's variables */
    REFERENCE_CLOSURE,    /* its enclosing functions' variables */
    REFERENCE_NAMESPACE,  /* variables in the dict `object`, its dunder names as a group */
    REFERENCE_SPECIAL,    /* the dunder names of a dict, module or class */
    REFERENCE_RETURN,     /* one row: what function `name` returned */
    REFERENCE_EXCEPTION,  /* one row: the exception */
    REFERENCE_PROPERTIES, /* the properties of `object`, not yet read */
    REFERENCE_PROPERTY,   /* one row: the value of property `name`, which runs code */
};

struct reference {
    enum reference_kind kind;
    PyObject *object;   /* owned; NULL for LOCALS and CLOSURE */
    PyObject *name;     /* owned str or NULL */
    long long frame_id; /* where expressions are evaluated; 0: none */
    char *expression;   /* owned; gives the object in that frame; NULL: there is none */
    /* Where the last page of a dict or set ended. */
    struct {
        Py_ssize_t index;    /* rows passed */
        Py_ssize_t position; /* PyDict_Next's */
        PyObject *iterator;  /* owned: a set's */
    } cursor;
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

struct page_request {
    long long reference;
    unsigned filter;
    size_t start, count;
    long long request_seq; /* for a property's code */
};

/* The children as an array; *MORE says whether there are further ones. */
struct value *variables_page(struct values *values, struct arena *arena, const struct page_request *wanted, bool *more);

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
