/* Source files as text to show: read whole, decoded to UTF-8, indexed by line.
 *
 * Reading 60,000 lines takes about 2 ms; the lexer's state per line start is filled in one scan and
 * highlighting runs on visible lines only. Searching is source_search.h's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;
struct source_columns;
struct source_store;

struct source_store *source_store_create(void);
void source_store_destroy(struct source_store *store);

/* The source for PATH (borrowed from the store, valid as long as it), read on first use. It always
 * exists: a file that cannot be read gives one whose source_error() says why. */
struct source *source_store_open(struct source_store *store, const char *path);
/* The same, but a file of more than a megabyte is read, decoded and indexed in steps: while source_loading() it has no
 * lines, and source_work() does the next one, of a megabyte. False: it is done, or failed. */
struct source *source_store_begin(struct source_store *store, const char *path);
bool source_loading(const struct source *source);
bool source_work(struct source *source);
int source_progress(const struct source *source); /* per cent */
void source_cancel(struct source *source);        /* source_error() says so */
/* Text that came over the wire (code without a file), kept under NAME. */
struct source *source_store_put(struct source_store *store, const char *name, const char *text, size_t length);

const char *source_path(const struct source *source);
const char *source_error(const struct source *source); /* NULL when it was read; else for the user */
const char *source_note(const struct source *source);  /* NULL, or e.g. "decoded as latin-1", "bytes that are not UTF-8
                                                          are shown as \\xNN" */
int source_lines(const struct source *source);
/* Line NUMBER from 1, without its newline; "" and 0 out of range. UTF-8, borrowed. */
const char *source_line(const struct source *source, int number, size_t *length);
/* The line of byte AT of the whole text, and which byte of that it is. */
int source_line_at(const struct source *source, size_t at, size_t *offset);
/* Grows whenever its text is another one. */
uint64_t source_revision(const struct source *source);
/* Where the columns of its long lines are kept; owned by the source. */
struct source_columns *source_columns(const struct source *source);
/* Lexer state at the start of line NUMBER (see lexer.h). */
uint8_t source_line_state(const struct source *source, int number);

/* Read anew every file that changed on disk; large ones in steps, as above. */
void source_store_refresh(struct source_store *store);
/* Whether the file on disk is no longer the one read (mtime, size, inode). */
bool source_changed(const struct source *source);
/* Read it anew; a large one in steps. */
void source_reload(struct source *source);
