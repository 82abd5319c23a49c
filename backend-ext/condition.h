/* Conditions of breakpoints: compiled once when set, run at each hit. GIL held. */
#pragma once

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

struct condition;

enum condition_result { CONDITION_FALSE, CONDITION_TRUE, CONDITION_FAILED };

/* Compile the expression TEXT. NULL with a reason for people in ERROR. */
struct condition *condition_create(const char *text, char *error, size_t size);
void condition_destroy(struct condition *condition);

/* One that may be replaced while it runs is shared: destroying takes one of its users. */
struct condition *condition_share(struct condition *condition);

/* The same for an exception: EXCEPTION is the name `__exception__` in it. FRAME may be NULL. */
enum condition_result condition_test_exception(struct condition *condition, PyObject *frame, PyObject *exception,
                                               char *error, size_t size);

/* Test it in FRAME, which runs CODE. CONDITION_FAILED with the exception's text in ERROR. A Ctrl-C that
 * comes meanwhile is left for the program. No Python error stays set. */
enum condition_result condition_test(struct condition *condition, PyObject *frame, PyObject *code, char *error,
                                     size_t size);
