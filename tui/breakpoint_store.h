/* Breakpoints kept per project, in $XDG_STATE_HOME/pytui/breakpoints: a msgpack file for each, written whole and under
 * a lock, so that two pytui may run; of a file that both changed, the one who wrote last wins.
 *
 * Each line breakpoint is kept with the text of its line and goes where that text is when the file was edited
 * meanwhile. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct breakpoint_store;
struct session;
struct source_store;

/* The nearest directory at or above DIRECTORY (absolute) with .git or pyproject.toml, else DIRECTORY itself. The caller
 * frees it. */
char *breakpoint_store_project(const char *directory);

/* For the project that DIRECTORY (absolute) belongs to. NULL, logged, when there is no place for state. */
struct breakpoint_store *breakpoint_store_create(const char *directory);
void breakpoint_store_destroy(struct breakpoint_store *store); /* NULL is fine */

/* Set what was kept, before SESSION connects; gives how many. */
size_t breakpoint_store_load(struct breakpoint_store *store, struct session *session, struct source_store *sources);

/* Keep what SESSION has, if anything changed since the last call. Cheap if not. False once, with a message for the user
 * in ERROR, when it cannot be written. Temporary breakpoints and those for a thread by its id are of this run only. */
bool breakpoint_store_save(struct breakpoint_store *store, struct session *session, struct source_store *sources,
                           char *error, size_t size);

/* Where a line whose text was TEXT is now: LINE if it still reads so, else the nearest that does, else LINE. SOURCES
 * reads PATH. */
int breakpoint_store_follow(struct source_store *sources, const char *path, int line, const char *text);

/* Read anew what changed on disk, and have the breakpoints follow the text of their lines. */
void breakpoint_store_refresh(struct session *session, struct source_store *sources);
