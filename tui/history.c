/* One entry a line; newlines and backslashes in entries are escaped. Written anew at each addition,
 * into a file of its own that then takes the old one's place, after entries that another pytui wrote
 * meanwhile were taken in. */
#include "history.h"

#include "inifile.h"
#include "log.h"
#include "savefile.h"
#include "xalloc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_MAX 8192 /* longer ones are not kept */

struct history {
    char *file;     /* owned; NULL: not kept */
    char **entries; /* owned, oldest first */
    size_t count, capacity, limit;
};

static void append(struct history *history, const char *text)
{
    for (size_t i = 0; i < history->count; i++) {
        if (strcmp(history->entries[i], text) != 0)
            continue;
        char *entry = history->entries[i];
        memmove(&history->entries[i], &history->entries[i + 1], (history->count - i - 1) * sizeof *history->entries);
        history->entries[history->count - 1] = entry;
        return;
    }
    if (history->limit == 0)
        return;
    if (history->count == history->limit) {
        free(history->entries[0]);
        memmove(&history->entries[0], &history->entries[1], --history->count * sizeof *history->entries);
    }
    xgrow(&history->entries, &history->capacity, history->count + 1, sizeof *history->entries);
    history->entries[history->count++] = xstrdup(text);
}

static void unescape(char *line)
{
    char *out = line;
    for (const char *in = line; *in; in++) {
        if (*in == '\\' && in[1]) {
            in++;
            *out++ = *in == 'n' ? '\n' : *in;
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
}

static void load(struct history *history)
{
    size_t length;
    char *text = history->file ? inifile_load(history->file, &length) : NULL;
    if (!text)
        return;
    for (char *line = text; line < text + length;) {
        char *end = memchr(line, '\n', (size_t)(text + length - line));
        if (!end)
            break; /* cut short: not ours */
        *end = '\0';
        if (*line && (size_t)(end - line) == strlen(line) && end - line <= 2 * ENTRY_MAX) {
            unescape(line);
            append(history, line);
        }
        line = end + 1;
    }
    free(text);
}

static void save(const struct history *history)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    for (size_t i = 0; stream && i < history->count; i++) {
        for (const char *at = history->entries[i]; *at; at++) {
            if (*at == '\n' || *at == '\\')
                putc('\\', stream);
            putc(*at == '\n' ? 'n' : *at, stream);
        }
        putc('\n', stream);
    }
    if (!stream || fclose(stream) != 0 || !savefile_write(history->file, text, length))
        log_errno("history: cannot write %s", history->file);
    free(text);
}

struct history *history_create(const char *file, size_t limit)
{
    struct history *history = xcalloc(1, sizeof *history);
    history->file = xstrdup(file);
    history->limit = limit;
    load(history);
    return history;
}

void history_destroy(struct history *history)
{
    if (!history)
        return;
    for (size_t i = 0; i < history->count; i++)
        free(history->entries[i]);
    free(history->entries);
    free(history->file);
    free(history);
}

void history_add(struct history *history, const char *text)
{
    if (!*text || *text == ' ' || strlen(text) > ENTRY_MAX)
        return;
    load(history); /* what others added since */
    append(history, text);
    if (history->file)
        save(history);
}

size_t history_count(const struct history *history)
{
    return history->count;
}

const char *history_back(const struct history *history, size_t index)
{
    return index < history->count ? history->entries[history->count - 1 - index] : NULL;
}

size_t history_search(const struct history *history, size_t index, const char *prefix, int forward)
{
    size_t length = strlen(prefix);
    while (forward ? index != (size_t)-1 && index > 0 : index + 1 < history->count) {
        index = forward ? index - 1 : index + 1;
        if (strncmp(history_back(history, index), prefix, length) == 0)
            return index;
    }
    return (size_t)-1;
}

const char *history_walk_step(const struct history *history, struct history_walk *walk, const char *line, bool back)
{
    if (walk->depth == 0) {
        free(walk->typed);
        walk->typed = xstrdup(line);
    }
    size_t found = history_search(history, walk->depth - 1, walk->typed, !back);
    if (found == (size_t)-1 && back)
        return NULL;
    walk->depth = found + 1;
    return walk->depth > 0 ? history_back(history, found) : walk->typed;
}

void history_walk_leave(struct history_walk *walk)
{
    walk->depth = 0;
}

void history_walk_finish(struct history_walk *walk)
{
    free(walk->typed);
    *walk = (struct history_walk){0};
}
