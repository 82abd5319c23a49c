/* Where statements begin, so that a breakpoint can stand on one of several in a line. GIL held.
 *
 * The parser says where they are in the text, PEP 657 which instructions are whose: a statement begins with
 * the first instruction in its range, in the code object of the scope that it stands in. Bodies of lambdas count as
 * statements. */
#pragma once

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

#define STATEMENT_COPIES 8 /* of one in its code: bodies of `finally` are compiled once for each way there */

struct statement {
    int line, column, end_line, end_column; /* lines from 1, columns in bytes of UTF-8 from 0 */
    int utf16_column, utf16_end_column;     /* from 1 */
    int scope_line;     /* first line of the def, class or lambda that it stands in; 0: the module */
    char *scope;        /* owned: co_name of its code */
    bool is_definition; /* def or class */
};

struct statement_list {
    struct statement *items; /* owned; by line and column */
    size_t count, capacity;
};

/* Those of the file PATH that begin on the lines from FIRST to LAST and that code was made for. False with a reason in
 * ERROR: no such text, no Python, too large; then nothing is to be finished. */
bool statements_read(struct statement_list *list, const char *path, int first, int last, char *error, size_t size);
void statements_finish(struct statement_list *list);

struct statement *statement_copy(const struct statement *statement); /* NULL: out of memory */
void statement_destroy(struct statement *statement);

/* Whether CODE is that of the scope that the statement stands in. */
bool statement_is_of(const struct statement *statement, PyObject *code);

/* Offsets in CODE of the instructions that it begins with, into OFFSETS; how many. */
size_t statement_offsets(const struct statement *statement, PyObject *code, int offsets[STATEMENT_COPIES]);
