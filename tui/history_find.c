#include "history_find.h"

#include "history.h"
#include "lineedit.h"
#include "pane.h"
#include "width.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void history_find_begin(struct history_find *find, const struct lineedit *edit)
{
    free(find->before);
    *find = (struct history_find){.active = true, .index = (size_t)-1, .before = xstrdup(lineedit_text(edit))};
}

/* The nearest entry from INDEX on, towards older or newer ones, that holds the needle. */
static void look(struct history_find *find, const struct history *history, struct lineedit *edit, size_t index,
                 bool newer)
{
    const char *entry;
    find->failed = find->needle[0] != '\0';
    if (!find->needle[0])
        return;
    for (; index != (size_t)-1 && (entry = history_back(history, index)); index += newer ? (size_t)-1 : 1) {
        if (!strstr(entry, find->needle))
            continue;
        find->index = index;
        find->failed = false;
        lineedit_set(edit, entry);
        return;
    }
}

static void erase(struct history_find *find)
{
    size_t length = strlen(find->needle);
    while (length > 0 && ((unsigned char)find->needle[length - 1] & 0xC0) == 0x80)
        length--;
    find->needle[length ? length - 1 : 0] = '\0';
}

static void append(struct history_find *find, uint32_t codepoint)
{
    char bytes[WIDTH_UTF8_MAX + 1] = "";
    size_t length = strlen(find->needle), more = width_encode(codepoint, bytes);
    if (length + more < sizeof find->needle)
        memcpy(find->needle + length, bytes, more + 1);
}

bool history_find_key(struct history_find *find, const struct history *history, struct lineedit *edit,
                      const struct key *key)
{
    if (pane_key_is(key, "Ctrl-r")) {
        look(find, history, edit, find->index + 1, false);
    } else if (pane_key_is(key, "Ctrl-s")) {
        look(find, history, edit, find->index == (size_t)-1 ? find->index : find->index - 1, true);
    } else if (pane_key_is(key, "Backspace Ctrl-h")) {
        erase(find);
        look(find, history, edit, 0, false);
    } else if (pane_key_is(key, "Esc Ctrl-g Ctrl-c")) {
        lineedit_set(edit, find->before);
        find->active = false;
    } else if (key->kind == KEY_KIND_CHAR && !(key->modifiers & (KEY_CTRL | KEY_ALT)) && key->codepoint >= 0x20) {
        append(find, key->codepoint);
        look(find, history, edit, find->index == (size_t)-1 ? 0 : find->index, false);
    } else {
        find->active = false;
        return false;
    }
    return true;
}

void history_find_label(const struct history_find *find, char *buffer, size_t size)
{
    snprintf(buffer, size, "history%s '%s': ", find->failed ? ", none with" : "", find->needle);
}

void history_find_finish(struct history_find *find)
{
    free(find->before);
    *find = (struct history_find){0};
}
