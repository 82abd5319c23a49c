/* Keys as the user pressed them, and their names ("Ctrl-x", "Shift-F11", "PgUp", "Space", "/"). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_PASTE_PART ((size_t)256 << 10) /* a longer paste comes in parts */

enum key_kind {
    KEY_KIND_NONE,
    KEY_KIND_CHAR,  /* codepoint; Ctrl-letter is 'x' with KEY_CTRL; Tab, Enter, Esc, Backspace are specials */
    KEY_KIND_NAMED, /* one of enum key_name */
    KEY_KIND_MOUSE,
    KEY_KIND_PASTE, /* text holds what was pasted; more follows if it has KEY_PASTE_PART bytes */
    KEY_KIND_RESIZE,
};

enum key_name {
    KEY_NAME_ENTER = 1,
    KEY_NAME_TAB,
    KEY_NAME_ESC,
    KEY_NAME_BACKSPACE,
    KEY_NAME_UP,
    KEY_NAME_DOWN,
    KEY_NAME_LEFT,
    KEY_NAME_RIGHT,
    KEY_NAME_HOME,
    KEY_NAME_END,
    KEY_NAME_PAGE_UP,
    KEY_NAME_PAGE_DOWN,
    KEY_NAME_INSERT,
    KEY_NAME_DELETE,
    KEY_NAME_F1,
    KEY_NAME_F2,
    KEY_NAME_F3,
    KEY_NAME_F4,
    KEY_NAME_F5,
    KEY_NAME_F6,
    KEY_NAME_F7,
    KEY_NAME_F8,
    KEY_NAME_F9,
    KEY_NAME_F10,
    KEY_NAME_F11,
    KEY_NAME_F12,
};

enum { KEY_SHIFT = 1, KEY_ALT = 2, KEY_CTRL = 4 };

enum key_mouse { KEY_MOUSE_PRESS, KEY_MOUSE_RELEASE, KEY_MOUSE_DRAG, KEY_MOUSE_WHEEL_UP, KEY_MOUSE_WHEEL_DOWN };

struct key {
    enum key_kind kind;
    uint32_t codepoint; /* CHAR */
    enum key_name name; /* NAMED */
    unsigned modifiers;
    enum key_mouse mouse; /* MOUSE, with row and column from 0 and button 1..3 */
    int row, column, button;
    const char *text; /* PASTE: UTF-8, borrowed until the next term_read_key() */
    size_t length;
};

/* Parse a name; false if it is none. Names are case-insensitive but for single letters. */
bool key_parse(const char *name, struct key *out);
/* Write the canonical name; always NUL-terminated. */
void key_format(const struct key *key, char *buffer, size_t size);
/* Same key for bindings: kind, codepoint or name, and modifiers (Shift is ignored for characters). */
bool key_equal(const struct key *a, const struct key *b);
