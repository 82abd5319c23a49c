/* The children of a reference in pages. listing.c offers them one by one in their own order; here those
 * of the page become rows. Where they are to be searched or sorted, they are first gathered, over as many requests as
 * that takes: each looks for some 50 milliseconds. At most CHILDREN_KEPT are kept, until the stop ends or they are
 * arranged in another way. */
#pragma once

#include "compat.h"
#include "groups.h"
#include "variables.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct value;
struct values;

#define CHILDREN_LOOKED_AT 200000 /* for one of a certain name */
#define CHILDREN_KEPT      200000
#define CHILD_NAME_COLUMNS 80
#define CHILD_NAME_BYTES   (CHILD_NAME_COLUMNS * 4 + 32)

enum child_style {
    CHILD_ITEM,      /* [index] */
    CHILD_PIECE,     /* [start:end], of a long text: the piece `index` */
    CHILD_ENTRY,     /* [key] */
    CHILD_ATTRIBUTE, /* key, of the object */
    CHILD_VARIABLE,  /* key, of the frame */
    CHILD_VALUE,     /* `text`: what has no expression */
    CHILD_GROUP,     /* opens to others of the same object */
    CHILD_PROPERTY,  /* key, of `object`: its value runs code */
};

/* All pointers are borrowed while it is offered. */
struct child {
    enum child_style style;
    PyObject *key, *object;
    Py_ssize_t index;
    const char *text;
    bool opaque; /* ITEM: of a set, which has no subscripts */
    /* GROUP */
    enum reference_kind opens;
    enum name_group group;
    size_t count; /* of its children; 0: not known */
};

/* The children of a reference that match, in an order, as far as they were looked at. */
struct arrangement;
void arrangement_destroy(struct arrangement *arrangement); /* NULL is fine */

struct page {
    struct values *values;
    struct arena *arena;
    struct value *rows;
    size_t skip, left;
    bool more; /* there are further ones, and no more are to be offered */
    bool full; /* no more are kept */
    /* Of the reference, whose address may change while rows are made. */
    long long reference;
    long long frame_id;
    const char *expression;     /* a copy; "" for none */
    const char *const *special; /* names of the object's special members; NULL for none */
    const char *match;          /* NULL: all */
    enum child_sort sort;
    struct arrangement *arrangement; /* that the children go to; NULL: rows are made at once */
    bool resumes;                    /* an arrangement of what is reached at any place without passing what is before */
    struct found_child *finding;     /* NULL: rows are made; else the child of that name is looked for */
    struct child_search *search;     /* NULL: rows are made; else a child with a text is looked for */
};

/* The child of a name. */
struct found_child {
    const char *name;
    enum child_style style;
    PyObject *key, *object; /* owned */
    bool ambiguous;         /* there are several of that name */
    size_t looked_at;
};

/* Offer CHILD; false when no further one is wanted. */
bool page_offer(struct page *page, const struct child *child);

/* How much further a piece of a long text goes where text is looked for: that may lie across the next one's begin. */
Py_ssize_t page_piece_overlap(const struct page *page);

/* Whether rows before the page may be passed over without being offered. */
bool page_can_skip(const struct page *page);

/* Whether OBJECT can be written down as a literal that gives an equal object. */
bool child_is_literal(PyObject *object, int depth);

/* [key], bounded, as the row of a dict's entry is called; true when it is the whole literal, so that it
 * can be evaluated. */
bool child_key_name(struct values *values, PyObject *key, char *buffer, size_t size);

/* Find the child of REFERENCE that has a row called NAME, in a group of it too. False when there is none
 * among the first CHILDREN_LOOKED_AT; no Python error is set. */
bool child_find(struct values *values, long long reference, const char *name, struct found_child *found);
void found_child_finish(struct found_child *found);

/* listing.c: offer the children of REFERENCE, a copy. */
void list_children(struct page *page, const struct reference *reference, const struct page_request *wanted);
