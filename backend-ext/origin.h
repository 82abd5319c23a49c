/* Where code comes from: Source objects, text of code without a file, and the one place where byte
 * offsets of PEP 657 become UTF-16 columns. Runs no code of the program, but for origin_text() of
 * code that only its loader has (a zip file), when a client asks for it. */
#pragma once

#include "compat.h"
#include "disassembly.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct arena;
struct objects;
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

/* Code whose text is its disassembly. */
struct origin_code {
    PyObject *weak; /* owned: a weak reference, so that looking keeps nothing alive */
    long long reference;
};

struct origins {
    const struct objects *objects; /* borrowed */
    struct origin_file files[ORIGIN_FILES];
    size_t next_file;
    struct origin_file recent;           /* the last one that lines were read of */
    struct origin_reference *references; /* owned array; a reference is an index + 1, for good */
    size_t count, capacity;
    struct origin_code *codes; /* owned array */
    size_t code_count, code_capacity;
    long long last_code; /* the last reference given to one; never used again */
    struct opcode_names opcodes;
    PyObject *main_code; /* owned, of the program's __main__, or NULL */
};

void origin_init(struct origins *origins, const struct objects *objects);
void origin_finish(struct origins *origins);

/* The path that a client's Source names a file by: its bytes where they are not UTF-8, else its text; NULL: none. */
const char *origin_source_path(const struct value *source);

/* What runs as __main__: the text of -c is that of this code alone. */
void origin_set_main(struct origins *origins, PyObject *code);

/* The Source of code with this co_filename. GLOBALS (its module's, a dict) and CODE may be NULL; with CODE, what has
 * no text gets a reference to its disassembly, and `pytui.disassembly` is the code's name. */
struct value *origin_value(struct origins *origins, struct arena *arena, PyObject *filename, PyObject *globals,
                           PyObject *code);

/* The code whose disassembly a reference means: new reference; NULL when it means none or the code is gone. */
PyObject *origin_disassembled(struct origins *origins, long long reference);

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
