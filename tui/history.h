/* What was typed at a prompt before, kept over runs: newest last, without repetitions, bounded. */
#pragma once

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
