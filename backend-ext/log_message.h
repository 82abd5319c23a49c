/* Log messages of breakpoints: text with {expressions}, compiled once when set, run at each hit. GIL held. */
#pragma once

#include <Python.h>
#include <stddef.h>

struct log_message;

/* Compile TEXT with its {expressions}; {{ and }} are braces. NULL with a reason in ERROR. */
struct log_message *log_message_create(const char *text, char *error, size_t size);
void log_message_destroy(struct log_message *message);

/* The text with each expression's str() put in, as a new str; what raises is shown as <Type: text>.
 * NULL when out of memory. No Python error stays set. */
PyObject *log_message_format(struct log_message *message, PyObject *frame);
