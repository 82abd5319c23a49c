/* Where pytui's own files are, found from the place of the running program: a build directory, an
 * installation under a prefix, or a wheel. Nothing is compiled in, so that all of them can be moved. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct install_paths {
    char *home;    /* owned: holds the backends, the preloaded hook and entry/; absolute */
    char *entry;   /* owned: the directory put on PYTHONPATH, home/entry */
    char *preload; /* owned: the hook for -I, -E and -S */
    char *themes;  /* owned: directory of theme files; NULL when there is none */
};

/* HOME_OVERRIDE (--home) is taken as it is; NULL to look. False with a message in ERROR. */
bool install_paths_find(const char *home_override, struct install_paths *out, char *error, size_t size);
void install_paths_finish(struct install_paths *paths);
