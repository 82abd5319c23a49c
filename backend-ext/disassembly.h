/* Code objects as text, for code whose source cannot be had: one line for each instruction, below a heading.
 *
 * The names of instructions are read from the text of the standard library's own table, since running `dis` would
 * import half a dozen modules into the program. Where that file is not there, numbers stand for names. Runs no code. */
#pragma once

#include "compat.h"

struct renderer;

#define DISASSEMBLY_NAME 48

struct opcode_names {
    char (*names)[DISASSEMBLY_NAME]; /* owned; NULL: not read yet */
    int have_argument;               /* the first one that has an argument */
};

void opcode_names_finish(struct opcode_names *opcodes);

/* The name of OPCODE, such as BEFORE_WITH. */
const char *opcode_name(struct opcode_names *opcodes, unsigned char opcode);

/* The text of CODE, a new str; NULL with or without a Python error when out of memory. RENDERER shows constants. */
PyObject *disassembly_text(struct opcode_names *opcodes, const struct renderer *renderer, PyObject *code);

/* The line of that text in which the instruction at a byte OFFSET stands; 1 for none. */
int disassembly_line(PyObject *code, int offset);
