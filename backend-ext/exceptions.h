/* Exceptions as DAP's ExceptionDetails and as the interpreter's own kind of traceback text: with their
 * causes, contexts, groups and notes. Runs no code of the program unless told that it may. */
#pragma once

#include "compat.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct value;
struct values;

/* What str() says, bounded. Where the class has a __str__ of its own, that is called with MAY_RUN,
 * else the arguments are shown. */
void exceptions_message(struct values *values, PyObject *exception, char *buffer, size_t size, bool may_run);

/* "ValueError: message" in one line. */
void exceptions_summary(struct values *values, PyObject *exception, char *buffer, size_t size, bool may_run);

/* The whole traceback; NUL-terminated, owned by ARENA; NULL when out of memory. */
char *exceptions_format(struct values *values, struct arena *arena, PyObject *exception, bool may_run);

/* Whether the exception's class, or unless EXACT one of its bases, has a name in TYPES: a list with commas or
 * blanks between names, each with its module or without. */
bool exceptions_match(const struct values *values, PyObject *exception, const char *types, bool exact);

/* ExceptionDetails with the chain, in which each exception has a number: 0 for EXCEPTION itself. */
struct value *exceptions_details(struct values *values, struct arena *arena, PyObject *exception);

/* The one with that NUMBER in the chain of EXCEPTION: new reference, or NULL. */
PyObject *exceptions_find(struct values *values, PyObject *exception, int number);
