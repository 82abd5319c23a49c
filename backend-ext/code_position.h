/* Where in the text an instruction is from (PEP 657), and that text as one line. GIL held; no Python error stays set,
 * and no code of the program is run. */
#pragma once

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

struct values;

struct code_position {
    int line, end_line, column, end_column; /* columns in bytes from 0; -1: not known */
};

/* One item of co_positions(). False with a strange one. */
bool code_position_read(PyObject *item, struct code_position *out);

/* That of the instruction at a byte OFFSET of CODE. False: there is none. */
bool code_position_at(PyObject *code, int offset, struct code_position *out);

/* The text at the position as one line of at most 100 characters, blanks at line starts folded. "" when it cannot be
 * had. */
void code_position_text(struct values *values, PyObject *code, const struct code_position *at, char *buffer,
                        size_t size);
