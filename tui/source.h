/* Source files as text to show: read whole, decoded to UTF-8, indexed by line.
 *
 * Reading 60,000 lines takes about 2 ms; the lexer's state per line start is filled in one scan and
 * highlighting runs on visible lines only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;
struct source_store;

struct source_store *source_store_create(void);
void source_store_destroy(struct source_store *store);

/* The source for PATH (borrowed from the store, valid as long as it), read on first use. It always
 * exists: a file that cannot be read gives one whose source_error() says why. */
struct source *source_store_open(struct source_store *store, const char *path);
/* Text that came over the wire (code without a file), kept under NAME. */
struct source *source_store_put(struct source_store *store, const char *name, const char *text, size_t length);

const char *source_path(const struct source *source);
const char *source_error(const struct source *source); /* NULL when it was read; else for the user */
const char *source_note(const struct source *source);  /* NULL, or e.g. "decoded as latin-1", "bytes that are not UTF-8
                                                          are shown as \\xNN" */
int source_lines(const struct source *source);
/* Line NUMBER from 1, without its newline; "" and 0 out of range. UTF-8, borrowed. */
const char *source_line(const struct source *source, int number, size_t *length);
/* Lexer state at the start of line NUMBER (see lexer.h). */
uint8_t source_line_state(const struct source *source, int number);

/* Read anew every file that changed on disk. */
void source_store_refresh(struct source_store *store);
/* Whether the file on disk is no longer the one read (mtime, size, inode). */
bool source_changed(const struct source *source);
/* Read it anew. */
void source_reload(struct source *source);

/* Next line from FROM (inclusive, wrapping) that holds NEEDLE; case matters only if NEEDLE has an
 * upper-case letter. BACKWARDS searches up. 0 when there is none; the byte offset and length of the
 * first hit in that line go to OFFSET and HIT_LENGTH. */
int source_search(const struct source *source, const char *needle, int from, bool backwards, size_t *offset,
                  size_t *hit_length);
/* The same in LENGTH bytes of a line, from byte FROM on. */
bool source_search_text(const char *line, size_t length, const char *needle, size_t from, size_t *offset,
                        size_t *hit_length);
