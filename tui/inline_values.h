/* The values shown at the end of source lines: what the names that a line binds hold now. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct model;
struct source;

/* The first line of the function around line CURRENT, by indentation; 1 when that is the module, and
 * CURRENT itself when the search gets too long. Values are shown from there to CURRENT. */
int inline_values_first_line(const struct source *source, int current);

/* "i = 3   total = 10" for what LINE binds into BUFFER; false when it binds nothing known. */
bool inline_values_text(const struct model *model, const char *line, size_t length, char *buffer, size_t size);

/* The names that a line binds: parameters of def, targets of =, +=, for, with … as, import … as and
 * :=. Each is an offset and length into LINE. How many, at most CAPACITY. For tests too. */
struct inline_name {
    size_t offset, length;
};
size_t inline_values_names(const char *line, size_t length, struct inline_name *names, size_t capacity);
