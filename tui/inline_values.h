/* The values shown at the end of source lines: what the names that a line binds hold now. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct model;
struct source;

/* Whether the frame of the function NAME, qualified or not, that is at line LINE is inside of a `def` there, rather
 * than about to run it. */
bool inline_values_inside(const struct source *source, int line, const char *name);

/* The line of the `def` around LINE, by indentation, or of the one that stands on it if INSIDE; 0 when that is the
 * module, and LINE itself when the search gets too long. Values are shown on lines of which it is the same. */
int inline_values_function(const struct source *source, int line, bool inside);

/* "i = 3   total = 10" for what LINE binds into BUFFER; false when it binds nothing known. */
bool inline_values_text(const struct model *model, const char *line, size_t length, char *buffer, size_t size);

/* The names that a line binds: parameters of def, targets of =, +=, for, with … as, import … as and
 * :=. Each is an offset and length into LINE. How many, at most CAPACITY. For tests too. */
struct inline_name {
    size_t offset, length;
};
size_t inline_values_names(const char *line, size_t length, struct inline_name *names, size_t capacity);
