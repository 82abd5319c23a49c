/* What was typed at a prompt before, kept over runs: newest last, without repetitions, bounded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct history;

/* Read FILE (NULL: nothing is kept over runs); a missing or broken file is an empty history. It remembers
 * LIMIT entries. */
struct history *history_create(const char *file, size_t limit);
void history_destroy(struct history *history); /* NULL is fine */

/* Append TEXT, removing it from where it stood before; "" and text with a leading blank are not kept. */
void history_add(struct history *history, const char *text);
size_t history_count(const struct history *history);
/* The entry INDEX steps back, from 0 for the newest; NULL beyond the oldest. Borrowed. */
const char *history_back(const struct history *history, size_t index);
/* The nearest entry further back than INDEX (or from the newest, with (size_t)-1) that starts with
 * PREFIX; its index, or (size_t)-1. FORWARD looks towards newer ones. */
size_t history_search(const struct history *history, size_t index, const char *prefix, int forward);

/* Up and Down in a line that is being typed: through the entries that start as it does. Zeroed, it stands at what was
 * typed; any other key puts it back there (history_walk_leave). */
struct history_walk {
    size_t depth; /* 0: what was typed; else the entry depth - 1 steps back */
    char *typed;  /* owned */
};

/* One step BACK, or forward, from LINE: the line to show instead (borrowed), or NULL when there is none further back.
 */
const char *history_walk_step(const struct history *history, struct history_walk *walk, const char *line, bool back);
void history_walk_leave(struct history_walk *walk);
void history_walk_finish(struct history_walk *walk);
