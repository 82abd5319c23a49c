/* Conditions and log messages of breakpoints: compiled once when set, run at each hit. GIL held. */
#pragma once

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

struct condition;
struct log_message;

enum condition_result { CONDITION_FALSE, CONDITION_TRUE, CONDITION_FAILED };

/* Compile the expression TEXT. NULL with a reason for people in ERROR. */
struct condition *condition_create(const char *text, char *error, size_t size);
void condition_destroy(struct condition *condition);

/* Test it in FRAME, which runs CODE. CONDITION_FAILED with the exception's text in ERROR. A Ctrl-C that
 * comes meanwhile is left for the program. No Python error stays set. */
enum condition_result condition_test(struct condition *condition, PyObject *frame, PyObject *code, char *error,
                                     size_t size);

/* Compile TEXT with its {expressions}; {{ and }} are braces. NULL with a reason in ERROR. */
struct log_message *log_message_create(const char *text, char *error, size_t size);
void log_message_destroy(struct log_message *message);

/* The text with each expression's str() put in, as a new str; what raises is shown as <Type: text>.
 * NULL when out of memory. No Python error stays set. */
PyObject *log_message_format(struct log_message *message, PyObject *frame);
