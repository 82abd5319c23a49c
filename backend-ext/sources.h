/* Which file code came from, and which code was seen: the registry behind breakpoints.
 *
 * A source stands for one co_filename. It knows the file's identity (real path, device, inode), found
 * lazily, and keeps weak references to all code objects of it that were entered. GIL held for all. */
#pragma once

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct source;
struct sources;

/* A file by which names it may have. */
struct file_identity {
    char *path; /* owned; resolved and absolute where the file exists, else normalised */
    bool exists;
    dev_t device;
    ino_t inode;
};

bool file_identity_init(struct file_identity *identity, const char *path); /* false: out of memory */
void file_identity_finish(struct file_identity *identity);
bool file_identity_same(const struct file_identity *a, const struct file_identity *b);

struct sources *sources_create(void); /* NULL: out of memory */
void sources_destroy(struct sources *sources);
void sources_forget(struct sources *sources); /* the session is over: all code, and the sources themselves */

/* The source of CODE, made if new; borrowed, lives as long as SOURCES. NULL when out of memory. No Python error. */
struct source *sources_of_code(struct sources *sources, PyObject *code);

/* CODE was entered: remember it. */
void source_note_code(struct source *source, PyObject *code);
bool source_has_code(const struct source *source); /* whether any was ever noted */

/* Relative names are taken from the directory where the program started. */
const struct file_identity *source_identity(struct source *source, const struct sources *sources);
const char *source_filename(const struct source *source);

/* Call VISIT for each source, until it gives false. */
void sources_visit(struct sources *sources, bool (*visit)(struct source *source, void *data), void *data);

/* Call VISIT for each noted code object that still lives. VISIT may note further ones. */
void source_visit_code(struct source *source, void (*visit)(PyObject *code, void *data), void *data);
