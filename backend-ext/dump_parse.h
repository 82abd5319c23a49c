/* faulthandler's text as values. The text holds names that the program chose: what does not look like a
 * line of it is skipped, and the result is bounded by the text. */
#pragma once

#include <stdbool.h>

struct arena;
struct value;

/* An array with a map for each thread: `ident` (INT, Python's), `name` (where the text has one), and
 * `stackFrames`, `moreFrames`, `collecting` as pytui.Where's threads have them. WHOLE: the text was not cut
 * off; *MORE: there are threads beyond those in the text. */
struct value *dump_parse(struct arena *arena, const char *text, bool whole, bool *more);
