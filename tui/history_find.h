/* Searching in the history while typing: Ctrl-r in the `:` line and the console, as readline does it. */
#pragma once

#include "key.h"

#include <stdbool.h>
#include <stddef.h>

struct history;
struct lineedit;

struct history_find {
    bool active;
    char needle[128];
    size_t index; /* of the entry found, steps back; (size_t)-1: none yet */
    bool failed;  /* no further one has the needle */
    char *before; /* owned: what was typed, for Esc */
};

void history_find_begin(struct history_find *find, const struct lineedit *edit);
/* False: KEY ended the search, the line is the entry found, and KEY is the caller's to act on. */
bool history_find_key(struct history_find *find, const struct history *history, struct lineedit *edit,
                      const struct key *key);
/* "history 'prin': " */
void history_find_label(const struct history_find *find, char *buffer, size_t size);
void history_find_finish(struct history_find *find);
