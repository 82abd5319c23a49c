/* Finding modules and what a file defines without importing anything: directories are listed, lines are looked at. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;

struct module_found {
    char *name, *path; /* owned: "json.decoder", its file; of a definition its qualified name and NULL */
    int line;          /* of a definition; 1 */
};

struct module_list {
    struct module_found *items; /* owned */
    size_t count, capacity;
};

void module_list_finish(struct module_list *list);

/* The directory that NAME was imported from, if PATH is its file; NULL. The caller frees it. */
char *module_root(const char *name, const char *path);
/* Modules and packages below COUNT directories of sys.path, the less nested first, until there are very many, added to
 * LIST (borrowed). One step takes about so long; false when it was the last one. */
struct module_scan *module_scan_create(struct module_list *list, char *const *roots, size_t count);
bool module_scan_step(struct module_scan *scan, int64_t microseconds);
void module_scan_destroy(struct module_scan *scan); /* NULL is fine */
/* The functions and classes of a file, in its order. */
void module_scan_definitions(struct module_list *list, const struct source *source);
