/* A line of arguments as words, by the rules of a POSIX shell: blanks separate, quotes and backslashes keep.
 * Nothing is expanded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The words of LINE, NULL-terminated; words_free() frees them. NULL with a reason in ERROR when a quote is not
 * closed or nothing follows a backslash. */
char **words_split(const char *line, char *error, size_t size);
void words_free(char **words); /* NULL is fine */
