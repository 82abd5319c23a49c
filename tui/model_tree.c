#include "model_tree.h"

#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATOR        '\x1f'
#define GROUP_MARK       "\x1e"
#define FRAMES_MAX       64   /* frames whose values are remembered */
#define VALUES_MAX       8192 /* values of one frame */
#define EXPANDED_MAX     4096
#define FRAME_KEY_FRAMES 8

/* Text to text, open addressing; only ever grows, up to a limit, then is dropped whole. */
struct text_map {
    struct text_pair {
        char *key, *value; /* owned; an empty slot has key NULL */
    } * pairs;
    size_t count, capacity;
};

/* What was seen of one frame. */
struct frame_values {
    char *key;
    uint64_t stop, used;
    struct text_map before, now;
};

struct model_changes {
    struct frame_values frames[FRAMES_MAX];
    struct frame_values *current; /* borrowed; into frames */
    uint64_t clock;
    struct text_map expanded; /* "1" or "0" */
    struct text_map notes;    /* "" for none */
};

static size_t hash_text(const char *text)
{
    size_t hash = 14695981039346656037u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static struct text_pair *map_slot(const struct text_map *map, const char *key)
{
    size_t index = hash_text(key) & (map->capacity - 1);
    while (map->pairs[index].key && strcmp(map->pairs[index].key, key) != 0)
        index = (index + 1) & (map->capacity - 1);
    return &map->pairs[index];
}

static const char *map_get(const struct text_map *map, const char *key)
{
    return map->capacity ? map_slot(map, key)->value : NULL;
}

static void map_finish(struct text_map *map)
{
    for (size_t i = 0; i < map->capacity; i++) {
        free(map->pairs[i].key);
        free(map->pairs[i].value);
    }
    free(map->pairs);
    *map = (struct text_map){0};
}

static void map_grow(struct text_map *map)
{
    struct text_map larger = {.capacity = map->capacity ? map->capacity * 2 : 64, .count = map->count};
    larger.pairs = xcalloc(larger.capacity, sizeof *larger.pairs);
    for (size_t i = 0; i < map->capacity; i++)
        if (map->pairs[i].key)
            *map_slot(&larger, map->pairs[i].key) = map->pairs[i];
    free(map->pairs);
    *map = larger;
}

/* False when the map is full and KEY is not in it. */
static bool map_put(struct text_map *map, const char *key, const char *value, size_t limit)
{
    if ((map->count + 1) * 2 > map->capacity)
        map_grow(map);
    struct text_pair *pair = map_slot(map, key);
    if (!pair->key) {
        if (map->count >= limit)
            return false;
        pair->key = xstrdup(key);
        map->count++;
    }
    free(pair->value);
    pair->value = xstrdup(value);
    return true;
}

struct model_changes *model_changes_create(void)
{
    return xcalloc(1, sizeof(struct model_changes));
}

static void frame_values_finish(struct frame_values *frame)
{
    free(frame->key);
    map_finish(&frame->before);
    map_finish(&frame->now);
    *frame = (struct frame_values){0};
}

void model_changes_destroy(struct model_changes *changes)
{
    if (!changes)
        return;
    for (size_t i = 0; i < FRAMES_MAX; i++)
        frame_values_finish(&changes->frames[i]);
    map_finish(&changes->expanded);
    map_finish(&changes->notes);
    free(changes);
}

/* The frame's record, in place of the one unused for longest when it is new. */
static struct frame_values *frame_record(struct model_changes *changes, const char *key)
{
    struct frame_values *oldest = &changes->frames[0];
    for (size_t i = 0; i < FRAMES_MAX; i++) {
        struct frame_values *frame = &changes->frames[i];
        if (frame->key && strcmp(frame->key, key) == 0)
            return frame;
        if (frame->used < oldest->used)
            oldest = frame;
    }
    frame_values_finish(oldest);
    oldest->key = xstrdup(key);
    return oldest;
}

void model_changes_enter(struct model *model, const char *key)
{
    struct model_changes *changes = model->changes;
    struct frame_values *frame = frame_record(changes, key);
    frame->used = ++changes->clock;
    if (frame->stop != model->stops) {
        map_finish(&frame->before);
        frame->before = frame->now;
        frame->now = (struct text_map){0};
        frame->stop = model->stops;
    }
    changes->current = frame;
}

/* Stands for "all children were known", beside them. */
static char *complete_key(const struct model_variable *variable)
{
    char *path = model_variable_path(variable);
    char *key = xasprintf("%s%c%c", path, SEPARATOR, SEPARATOR);
    free(path);
    return key;
}

static bool was_complete(const struct frame_values *frame, const struct model_variable *variable)
{
    char *key = complete_key(variable);
    bool complete = map_get(&frame->before, key) != NULL;
    free(key);
    return complete;
}

/* What calls returned is another thing at each stop, whatever its name. */
static bool is_returned(const struct model_variable *variable)
{
    while (variable->parent && !variable->scope)
        variable = variable->parent;
    return variable->scope && strcmp(variable->name, "Return") == 0;
}

void model_changes_mark(struct model *model, struct model_variable *variable)
{
    struct frame_values *frame = model->changes->current;
    if (!frame || variable->scope || is_returned(variable))
        return;
    char *path = model_variable_path(variable);
    const char *before = map_get(&frame->before, path);
    free(variable->previous);
    variable->previous = NULL;
    variable->changed = before ? strcmp(before, variable->value) != 0 : was_complete(frame, variable->parent);
    if (before && variable->changed)
        variable->previous = xstrdup(before);
    map_put(&frame->now, path, variable->value, VALUES_MAX);
    free(path);
}

void model_changes_complete(struct model *model, struct model_variable *variable)
{
    struct frame_values *frame = model->changes->current;
    if (!frame)
        return;
    char *key = complete_key(variable);
    map_put(&frame->now, key, "", VALUES_MAX + 1);
    free(key);
}

static char *expanded_key(const char *function, const char *path)
{
    return xasprintf("%s%c%s", function, SEPARATOR, path);
}

int model_expanded(const struct model *model, const char *function, const char *path)
{
    char *key = expanded_key(function, path);
    const char *value = map_get(&model->changes->expanded, key);
    free(key);
    return value ? value[0] == '1' : -1;
}

/* When it is full, start over rather than keep what is long forgotten. */
static void put_or_start_over(struct text_map *map, const char *key, const char *value)
{
    if (!map_put(map, key, value, EXPANDED_MAX)) {
        map_finish(map);
        map_put(map, key, value, EXPANDED_MAX);
    }
}

void model_set_expanded(struct model *model, const char *function, const char *path, bool expanded)
{
    char *key = expanded_key(function, path);
    put_or_start_over(&model->changes->expanded, key, expanded ? "1" : "0");
    free(key);
}

static char *note_key(const char *what, const char *function, const char *path)
{
    return xasprintf("%s%c%s%c%s", what, SEPARATOR, function, SEPARATOR, path);
}

const char *model_note(const struct model *model, const char *what, const char *function, const char *path)
{
    char *key = note_key(what, function, path);
    const char *note = map_get(&model->changes->notes, key);
    free(key);
    return note && *note ? note : NULL;
}

void model_set_note(struct model *model, const char *what, const char *function, const char *path, const char *note)
{
    char *key = note_key(what, function, path);
    if (note || map_get(&model->changes->notes, key))
        put_or_start_over(&model->changes->notes, key, note ? note : "");
    free(key);
}

char *model_frame_key(const struct model *model, size_t index)
{
    const struct model_frame *frame = &model->frames[index];
    char *key = xasprintf("%s%c%s", frame->name, SEPARATOR, frame->path ? frame->path : "");
    size_t end = index + 1 + FRAME_KEY_FRAMES;
    for (size_t i = index + 1; i < model->frame_count && i < end && !model->frames[i].missing; i++) {
        char *longer = xasprintf("%s%c%s:%d", key, SEPARATOR, model->frames[i].name, model->frames[i].line);
        free(key);
        key = longer;
    }
    return key;
}

struct model_variable *model_variable_create(struct model_variable *parent)
{
    struct model_variable *variable = xcalloc(1, sizeof *variable);
    variable->parent = parent;
    if (parent) {
        xgrow(&parent->children, &parent->capacity, parent->count + 1, sizeof *parent->children);
        variable->index = parent->count ? parent->children[parent->count - 1]->index + 1 : 0;
        parent->children[parent->count++] = variable;
    }
    return variable;
}

void model_variable_put_first(struct model_variable *parent, struct model_variable *old, struct model_variable *first)
{
    size_t dropped = old ? 1 : 0, added = first ? 1 : 0;
    xgrow(&parent->children, &parent->capacity, parent->count + 1, sizeof *parent->children);
    memmove(parent->children + added, parent->children + dropped, (parent->count - dropped) * sizeof *parent->children);
    parent->count = parent->count - dropped + added;
    if (first) {
        parent->children[0] = first;
        first->parent = parent;
    }
    for (size_t i = 0; i < parent->count; i++)
        parent->children[i]->index = i;
    model_variable_destroy(old);
}

void model_variable_clear(struct model_variable *variable)
{
    for (size_t i = 0; i < variable->count; i++)
        model_variable_destroy(variable->children[i]);
    variable->count = variable->total = 0;
}

void model_variable_destroy(struct model_variable *variable)
{
    if (!variable)
        return;
    model_variable_clear(variable);
    free(variable->children);
    free(variable->name);
    free(variable->value);
    free(variable->type);
    free(variable->evaluate_name);
    free(variable->previous);
    free(variable->visibility);
    free(variable->display);
    free(variable->match);
    free(variable->state);
    free(variable->marks);
    free(variable);
}

/* A variable may be called as a group is: the mark tells them apart. */
static const char *group_mark(const struct model_variable *variable)
{
    return variable->group ? GROUP_MARK : "";
}

char *model_variable_path(const struct model_variable *variable)
{
    const char *name = variable->name ? variable->name : "";
    if (!variable->parent || !variable->parent->parent)
        return xasprintf("%s%s", group_mark(variable), name);
    char *above = model_variable_path(variable->parent);
    char *path = xasprintf("%s%c%s%s", above, SEPARATOR, group_mark(variable), name);
    free(above);
    return path;
}

static bool is_called(const struct model_variable *variable, const char *path, size_t length)
{
    size_t mark = strlen(group_mark(variable));
    return length == mark + strlen(variable->name) && strncmp(path, group_mark(variable), mark) == 0 &&
           strncmp(path + mark, variable->name, length - mark) == 0;
}

struct model_variable *model_variable_find(struct model_variable *root, const char *path)
{
    while (root) {
        const char *end = strchr(path, SEPARATOR);
        size_t length = end ? (size_t)(end - path) : strlen(path);
        struct model_variable *found = NULL;
        for (size_t i = 0; i < root->count && !found; i++)
            if (is_called(root->children[i], path, length))
                found = root->children[i];
        if (!found || !end)
            return found;
        root = found;
        path = end + 1;
    }
    return NULL;
}
