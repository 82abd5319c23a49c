/* The lines of a source file that have code, found by compiling it without running it. GIL held. */
#pragma once

#include "lines.h"

#include <stdbool.h>
#include <stddef.h>

/* Add the lines of the file PATH to LINES, sorted. False when it cannot be read or compiled (or is very large);
 * nothing is printed or warned then either. */
bool file_lines_read(const char *path, struct line_set *lines);

/* The text of the regular file at PATH, as it stands there. The caller frees it. NULL: none, LIMIT bytes or more, or no
 * text. */
char *file_lines_text(const char *path, size_t limit);
