/* A script that comes on standard input: its text, to be shown, before the interpreter reads it. */
#pragma once

#include <stddef.h>

#define STDIN_SCRIPT_NAME "<stdin>" /* the file name of its code */

/* The text, LENGTH bytes, that the interpreter will read from standard input; NULL where it cannot be known
 * (a terminal, a socket). A file's position stays; of a pipe all is read, waiting for its end as the interpreter
 * would, and standard input becomes another pipe with the same bytes. The caller frees it. */
char *stdin_script_peek(size_t *length);
