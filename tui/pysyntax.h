/* Whether typed Python goes on: for consoles that read statements line by line. */
#pragma once

#include <stdbool.h>

/* TEXT is an unfinished statement: an open bracket or triple quote, a backslash at the end, or a block
 * that no empty line has ended. Wrong Python is finished: the interpreter says what is wrong. */
bool pysyntax_incomplete(const char *text);
