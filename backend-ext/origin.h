/* Where code comes from: Source objects, text of code without a file, and the one place where byte
 * offsets of PEP 657 become UTF-16 columns. Runs no code of the program, but for origin_text() of
 * code that only its loader has (a zip file), when a client asks for it. */
#pragma once

#include "compat.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct arena;
struct value;

#define ORIGIN_FILES 16

/* What is remembered of a file: whether its columns need its text at all. */
struct origin_file {
    char *path; /* owned; NULL: free */
    struct timespec modified;
    off_t size;
    bool ascii;  /* then a byte is a column */
    char *bytes; /* owned; NULL when ascii or unreadable */
    size_t length;
    int known_line; /* where the last line asked for begins; 0: none */
    size_t known_offset;
};

struct origin_reference {
    PyObject *filename; /* owned str */
    PyObject *module;   /* owned str: whose loader has the text; or NULL */
};

struct origins {
    struct origin_file files[ORIGIN_FILES];
    size_t next_file;
    struct origin_file recent;           /* the last one that lines were read of */
    struct origin_reference *references; /* owned array; a reference is an index + 1, for good */
    size_t count, capacity;
};

void origin_init(struct origins *origins);
void origin_finish(struct origins *origins);

/* The Source of code with this co_filename. GLOBALS (its module's, a dict) may be NULL. */
struct value *origin_value(struct origins *origins, struct arena *arena, PyObject *filename, PyObject *globals);

/* The UTF-16 column, from 1, of a byte OFFSET (of UTF-8, from 0) in a line. */
int origin_column(struct origins *origins, PyObject *filename, int line, int offset);

/* The text of a line without its end, as much as fits, as UTF-8. False when it cannot be had. */
bool origin_line(struct origins *origins, PyObject *filename, int line, char *buffer, size_t size);

/* Let go of the text that origin_line() keeps for the next line of the same file. */
void origin_forget_recent(struct origins *origins);

/* The text behind a sourceReference, or of a file or <name> by its path. New str; NULL with a Python
 * error set, or without one when there is no such text. MAY_RUN: ask the loader too. */
PyObject *origin_text(struct origins *origins, long long reference, const char *path, bool may_run);

/* UTF-16 units of LENGTH bytes of UTF-8. */
size_t origin_utf16_length(const char *bytes, size_t length);
