/* What a new log point says: the values that a line works with, as `name={name}`. */
#pragma once

#include <stddef.h>

/* Into BUFFER; "reached" when LINE names nothing that has a value before it runs. */
void log_message_default(const char *line, size_t length, char *buffer, size_t size);
