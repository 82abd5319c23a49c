#include "module_scan.h"

#include "loop.h"
#include "source.h"
#include "xalloc.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOUND_MOST 20000
#define DEPTH_MOST 3
#define NEST_MOST  16 /* definitions in each other */
#define NAME_MOST  200

struct place {
    char *directory, *prefix; /* owned; PREFIX: "package." */
    int depth;
};

struct module_scan {
    struct module_list *list;
    struct place *places; /* owned: still to be looked at, and those that were */
    size_t count, capacity;
    size_t at;   /* the place at hand */
    DIR *stream; /* owned: of that; NULL before its first entry */
};

static void add(struct module_list *list, char *name, char *path, int line)
{
    xgrow(&list->items, &list->capacity, list->count + 1, sizeof *list->items);
    list->items[list->count++] = (struct module_found){name, path, line};
}

void module_list_finish(struct module_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].path);
    }
    free(list->items);
    *list = (struct module_list){0};
}

char *module_root(const char *name, const char *path)
{
    static const char *const endings[] = {".py", "/__init__.py"};
    char *file = xstrdup(name), *root = NULL;
    for (char *at = file; *at; at++)
        *at = *at == '.' ? '/' : *at;
    for (size_t i = 0; i < 2 && !root; i++) {
        char *ending = xasprintf("/%s%s", file, endings[i]);
        size_t length = strlen(path), tail = strlen(ending);
        if (length > tail && strcmp(path + length - tail, ending) == 0)
            root = xasprintf("%.*s", (int)(length - tail), path);
        free(ending);
    }
    free(file);
    return root;
}

/* Bytes of the identifier that TEXT begins with. Letters above ASCII are taken on trust. */
static size_t identifier(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_' || (unsigned char)text[length] >= 0x80)
        length++;
    return isdigit((unsigned char)text[0]) ? 0 : length;
}

static void later(struct module_scan *scan, char *directory, char *prefix, int depth)
{
    xgrow(&scan->places, &scan->capacity, scan->count + 1, sizeof *scan->places);
    scan->places[scan->count++] = (struct place){directory, prefix, depth};
}

static void look_at(struct module_scan *scan, const char *directory, const char *prefix, int depth, const char *entry)
{
    size_t length = identifier(entry);
    if (length == 0 || length > NAME_MOST || strncmp(entry, "__", 2) == 0)
        return;
    char *path = xasprintf("%s/%s", directory, entry);
    if (strcmp(entry + length, ".py") == 0) {
        add(scan->list, xasprintf("%s%.*s", prefix, (int)length, entry), path, 1);
        return;
    }
    char *init = xasprintf("%s/__init__.py", path);
    if (entry[length] == '\0' && access(init, R_OK) == 0) {
        add(scan->list, xasprintf("%s%s", prefix, entry), init, 1);
        if (depth < DEPTH_MOST) {
            later(scan, path, xasprintf("%s%s.", prefix, entry), depth + 1);
            return;
        }
    } else {
        free(init);
    }
    free(path);
}

struct module_scan *module_scan_create(struct module_list *list, char *const *roots, size_t count)
{
    struct module_scan *scan = xcalloc(1, sizeof *scan);
    scan->list = list;
    for (size_t i = 0; i < count; i++)
        later(scan, xstrdup(roots[i]), xstrdup(""), 1);
    return scan;
}

void module_scan_destroy(struct module_scan *scan)
{
    if (!scan)
        return;
    if (scan->stream)
        closedir(scan->stream);
    for (size_t i = 0; i < scan->count; i++) {
        free(scan->places[i].directory);
        free(scan->places[i].prefix);
    }
    free(scan->places);
    free(scan);
}

/* The next entry of the place at hand, or the next place. */
static void step(struct module_scan *scan)
{
    struct place place = scan->places[scan->at]; /* the array may move */
    if (!scan->stream)
        scan->stream = opendir(place.directory);
    struct dirent *entry = scan->stream ? readdir(scan->stream) : NULL;
    if (entry) {
        look_at(scan, place.directory, place.prefix, place.depth, entry->d_name);
        return;
    }
    if (scan->stream)
        closedir(scan->stream);
    scan->stream = NULL;
    scan->at++;
}

bool module_scan_step(struct module_scan *scan, int64_t microseconds)
{
    int64_t until = loop_now() + microseconds;
    while (scan->at < scan->count && scan->list->count < FOUND_MOST) {
        step(scan);
        if (loop_now() > until)
            return true;
    }
    return false;
}

/* The name that a line defines, LENGTH bytes; NULL. */
static const char *definition(const char *text, size_t *length)
{
    static const char *const words[] = {"async ", "def ", "class "};
    bool defines = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t word = strlen(words[i]);
        if (strncmp(text, words[i], word) != 0)
            continue;
        text += word;
        text += strspn(text, " \t");
        defines = i > 0;
        if (defines)
            break;
    }
    *length = defines ? identifier(text) : 0;
    const char *behind = text + *length;
    behind += strspn(behind, " \t");
    return *length > 0 && *length <= NAME_MOST && strchr("(:[", *behind) && *behind ? text : NULL;
}

void module_scan_definitions(struct module_list *list, const struct source *source)
{
    struct {
        size_t indent;
        size_t item; /* of the list */
    } outer[NEST_MOST];
    size_t depth = 0;
    for (int line = 1; line <= source_lines(source) && list->count < FOUND_MOST; line++) {
        size_t bytes, length;
        const char *start = source_line(source, line, &bytes);
        if (bytes == 0 || bytes > 10 * NAME_MOST)
            continue;
        char *copy = xmemdup(start, bytes);
        size_t indent = strspn(copy, " \t");
        const char *name = definition(copy + indent, &length);
        while (name && depth > 0 && outer[depth - 1].indent >= indent)
            depth--;
        if (name) {
            const char *holder = depth > 0 ? list->items[outer[depth - 1].item].name : "";
            char *full = xasprintf("%s%s%.*s", holder, *holder ? "." : "", (int)length, name);
            if (depth < NEST_MOST) {
                outer[depth].indent = indent;
                outer[depth++].item = list->count;
            }
            add(list, full, NULL, line);
        }
        free(copy);
    }
}
