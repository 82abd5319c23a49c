/* Fuzzy matching: whether the letters of a pattern stand in a text in that order, and how well. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FUZZY_PATTERN_MAX 64 /* further characters of a pattern are ignored */

/* How well PATTERN matches TEXT: above 0, the greater the better; 0: not at all; an empty pattern matches all with 1.
 * Letters at the beginning of words and next to each other count most. Case matters only if PATTERN has a capital
 * letter
 * ("smart case"). Words of the pattern, separated by spaces, match each for itself, in any order. */
int fuzzy_score(const char *pattern, const char *text);

/* Mark the bytes of TEXT (LENGTH of them) that the match takes, in MARKS. For drawing. */
void fuzzy_marks(const char *pattern, const char *text, bool *marks, size_t length);
