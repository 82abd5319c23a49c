/* Searching in a source, in steps that are bounded whatever its size: case matters only if the text looked for has an
 * upper-case letter. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct source;
struct source_search;

enum source_search_state { SOURCE_SEARCH_MORE, SOURCE_SEARCH_FOUND, SOURCE_SEARCH_NONE };

/* Where the text is found: its line, from 1, and the bytes there. */
struct source_hit {
    int line;
    size_t offset, length;
};

/* For the next line from FROM (inclusive, wrapping) that holds NEEDLE, or with BACKWARDS the one before. SOURCE is
 * borrowed; when its text becomes another one nothing is found. */
struct source_search *source_search_create(const struct source *source, const char *needle, int from, bool backwards);
void source_search_destroy(struct source_search *search); /* NULL is fine */

/* Look at about BYTES more; backwards at whole lines. */
enum source_search_state source_search_step(struct source_search *search, size_t bytes, struct source_hit *hit);
int source_search_progress(const struct source_search *search); /* per cent */

/* All of it at once: the line, or 0. */
int source_search(const struct source *source, const char *needle, int from, bool backwards, size_t *offset,
                  size_t *hit_length);
/* The same in LENGTH bytes of a line, from byte FROM on. */
bool source_search_text(const char *line, size_t length, const char *needle, size_t from, size_t *offset,
                        size_t *hit_length);
