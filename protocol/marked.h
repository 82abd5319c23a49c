/* The part of a text file that a program writes: what stands between two lines of marks in it. */
#pragma once

#include <stdbool.h>

#define MARKED_BEGIN "<!-- table: begin -->\n"
#define MARKED_END   "<!-- table: end -->\n"

/* Hold what the file has between its marks against TEXT; with UPDATE, put TEXT there. SOURCE is what TEXT is made from,
 * for the message. 0: it is so (now); 1: it is not, said on standard error with what to do; 2: the file has no such
 * part. */
int marked_file(const char *path, bool update, const char *text, const char *source);
