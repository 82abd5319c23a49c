/* Whose code it is: the user's own, or a library's. The one answer for stepping (just my code), for
 * exceptions that leave user code, and for what the stack shows dimmed. GIL held for all.
 *
 * By default the standard library and installed packages are libraries, and so is generated code that no
 * file holds (<string>, <attrs generated …>). The program's main file is always the user's. Rules, in their
 * order, come before all that. The answer is kept by file name, so that asking again costs a look-up. */
#pragma once

#include "request.h"

#include <Python.h>
#include <stdbool.h>

struct my_code;

enum code_origin {
    ORIGIN_USER,
    ORIGIN_LIBRARY,
    ORIGIN_GENERATED, /* a library's, most likely: between user code it is no border */
    ORIGIN_HIDDEN,    /* frozen into the interpreter, or the debugger's own: never stepped through */
};

struct my_code *my_code_create(void); /* NULL with a Python error */
void my_code_destroy(struct my_code *my_code);
void my_code_forget(struct my_code *my_code); /* the session is over */

/* CODE is what the program was started for. */
void my_code_set_main(struct my_code *my_code, PyObject *code);

/* Whose code of the file FILENAME (any str) is, whose module has these GLOBALS (NULL: not known). No Python error. */
enum code_origin my_code_origin(struct my_code *my_code, PyObject *filename, PyObject *globals);
enum code_origin my_code_frame_origin(struct my_code *my_code, PyObject *frame);

/* Whether steps stop in FRAME by themselves: user code, or with just my code off all that is not hidden. */
bool my_code_steps_in(struct my_code *my_code, PyObject *frame);

/* A word for DAP's Source.origin; NULL for user code. */
const char *my_code_origin_name(enum code_origin origin);

/* pytui/setJustMyCode. */
struct value *my_code_handle_set(struct request *request, bool *ok);
