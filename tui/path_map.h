/* Where the files stand here that a program names by other paths: in a container, or on another machine. */
#pragma once

struct path_map;

/* RULES are THERE=HERE with blanks or commas between them; what is none is left out. The first that fits counts. */
struct path_map *path_map_create(const char *rules);
void path_map_destroy(struct path_map *map); /* NULL is fine */

/* PATH of the program's as it is here, and the other way; the caller frees it. NULL: no rule fits. */
char *path_map_here(const struct path_map *map, const char *path);
char *path_map_there(const struct path_map *map, const char *path);
