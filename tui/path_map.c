#include "path_map.h"

#include "xalloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct rule {
    char *there, *here; /* owned; without a slash at the end */
};

struct path_map {
    struct rule *rules; /* owned */
    size_t count, capacity;
};

static char *take_directory(const char *text, size_t length)
{
    const char *home = getenv("HOME");
    while (length > 1 && text[length - 1] == '/')
        length--;
    char *path = xmemdup(text, length);
    if (home && path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
        char *whole = xasprintf("%s%s", home, path + 1);
        free(path);
        path = whole;
    }
    return path;
}

struct path_map *path_map_create(const char *rules)
{
    struct path_map *map = xcalloc(1, sizeof *map);
    for (const char *at = rules; *at;) {
        size_t length = strcspn(at, ", ");
        const char *equals = memchr(at, '=', length);
        if (equals && equals > at && equals + 1 < at + length) {
            xgrow(&map->rules, &map->capacity, map->count + 1, sizeof *map->rules);
            map->rules[map->count++] =
                (struct rule){.there = take_directory(at, (size_t)(equals - at)),
                              .here = take_directory(equals + 1, (size_t)(at + length - equals - 1))};
        }
        at += length;
        at += strspn(at, ", ");
    }
    return map;
}

void path_map_destroy(struct path_map *map)
{
    if (!map)
        return;
    for (size_t i = 0; i < map->count; i++) {
        free(map->rules[i].there);
        free(map->rules[i].here);
    }
    free(map->rules);
    free(map);
}

/* PATH with the directory FROM in front replaced by TO; NULL: it is not in there. */
static char *moved(const char *path, const char *from, const char *to)
{
    size_t length = strcmp(from, "/") == 0 ? 0 : strlen(from);
    bool inside = strncmp(path, from, length) == 0 && (path[length] == '/' || path[length] == '\0');
    return inside ? xasprintf("%s%s", strcmp(to, "/") == 0 && path[length] ? "" : to, path + length) : NULL;
}

char *path_map_here(const struct path_map *map, const char *path)
{
    char *found = NULL;
    for (size_t i = 0; map && path && i < map->count && !found; i++)
        found = moved(path, map->rules[i].there, map->rules[i].here);
    return found;
}

char *path_map_there(const struct path_map *map, const char *path)
{
    char *found = NULL;
    for (size_t i = 0; map && path && i < map->count && !found; i++)
        found = moved(path, map->rules[i].here, map->rules[i].there);
    return found;
}
