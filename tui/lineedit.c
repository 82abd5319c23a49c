#include "lineedit.h"

#include "width.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH_MAX ((size_t)4 << 20) /* a paste beyond that is cut */

struct lineedit {
    char *text; /* owned, NUL-terminated */
    size_t length, capacity, cursor;
    char *killed; /* owned: what Ctrl-y brings back; NULL: nothing */
    bool killing; /* the key before killed too: kills add up */
    int left;     /* columns scrolled out on the left */
};

struct lineedit *lineedit_create(const char *text)
{
    struct lineedit *edit = xcalloc(1, sizeof *edit);
    lineedit_set(edit, text ? text : "");
    return edit;
}

void lineedit_destroy(struct lineedit *edit)
{
    if (!edit)
        return;
    free(edit->text);
    free(edit->killed);
    free(edit);
}

const char *lineedit_text(const struct lineedit *edit)
{
    return edit->text;
}

size_t lineedit_cursor(const struct lineedit *edit)
{
    return edit->cursor;
}

/* Put LENGTH bytes in place of those from START to END; the cursor goes behind them. */
static void splice(struct lineedit *edit, size_t start, size_t end, const char *bytes, size_t length)
{
    size_t rest = edit->length - end;
    if (length > LENGTH_MAX || start + rest > LENGTH_MAX - length)
        return;
    xgrow(&edit->text, &edit->capacity, start + length + rest + 1, 1);
    memmove(edit->text + start + length, edit->text + end, rest);
    if (length > 0)
        memcpy(edit->text + start, bytes, length);
    edit->length = start + length + rest;
    edit->text[edit->length] = '\0';
    edit->cursor = start + length;
}

void lineedit_set(struct lineedit *edit, const char *text)
{
    edit->cursor = 0;
    splice(edit, 0, edit->length, text, strlen(text));
    edit->killing = false;
}

void lineedit_replace(struct lineedit *edit, size_t start, const char *text)
{
    if (start <= edit->cursor)
        splice(edit, start, edit->cursor, text, strlen(text));
}

/* Steps over a character with what combines with it. */

static size_t next(const struct lineedit *edit, size_t at)
{
    if (at >= edit->length)
        return edit->length;
    struct width_glyph glyph;
    width_glyph_next(edit->text + at, edit->length - at, 0, &glyph);
    return at + glyph.bytes;
}

static size_t previous(const struct lineedit *edit, size_t at)
{
    size_t start = at > 64 ? at - 64 : 0; /* enough to get into step, whatever stands there */
    while (start > 0 && ((unsigned char)edit->text[start] & 0xC0) == 0x80)
        start--;
    size_t before = start;
    for (size_t here = start; here < at; here = next(edit, here))
        before = here;
    return before;
}

static bool is_word(const struct lineedit *edit, size_t at)
{
    unsigned char byte = (unsigned char)edit->text[at];
    return byte >= 0x80 || byte == '_' || (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

static size_t word_end(const struct lineedit *edit, size_t at)
{
    while (at < edit->length && !is_word(edit, at))
        at = next(edit, at);
    while (at < edit->length && is_word(edit, at))
        at = next(edit, at);
    return at;
}

static size_t word_start(const struct lineedit *edit, size_t at)
{
    while (at > 0 && !is_word(edit, at - 1))
        at--;
    while (at > 0 && is_word(edit, at - 1))
        at--;
    return at;
}

/* To the blank before: Ctrl-w. */
static size_t blank_start(const struct lineedit *edit, size_t at)
{
    while (at > 0 && edit->text[at - 1] == ' ')
        at--;
    while (at > 0 && edit->text[at - 1] != ' ')
        at--;
    return at;
}

/* Where the line of AT begins and ends. */
static size_t line_start(const struct lineedit *edit, size_t at)
{
    while (at > 0 && edit->text[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct lineedit *edit, size_t at)
{
    return at + strcspn(edit->text + at, "\n");
}

bool lineedit_vertical(struct lineedit *edit, bool up)
{
    size_t start = line_start(edit, edit->cursor), end = line_end(edit, edit->cursor);
    if (up ? start == 0 : end == edit->length)
        return false;
    int column = canvas_width(edit->text + start, edit->cursor - start);
    size_t there = up ? line_start(edit, start - 1) : end + 1;
    edit->cursor = there + canvas_offset(edit->text + there, line_end(edit, there) - there, column);
    edit->killing = false;
    return true;
}

/* Cut from START to END, keeping it for Ctrl-y; kills in a row are kept together. */
static void kill_text(struct lineedit *edit, size_t start, size_t end, bool add)
{
    char *cut = xmemdup(edit->text + start, end - start);
    char *kept = NULL;
    if (add && edit->killed)
        kept = start < edit->cursor ? xasprintf("%s%s", cut, edit->killed) : xasprintf("%s%s", edit->killed, cut);
    free(edit->killed);
    edit->killed = kept ? kept : xstrdup(cut);
    free(cut);
    splice(edit, start, end, NULL, 0);
    edit->killing = true;
}

static void transpose(struct lineedit *edit)
{
    size_t end = edit->cursor < edit->length ? next(edit, edit->cursor) : edit->length;
    size_t middle = previous(edit, end);
    size_t start = previous(edit, middle);
    if (start == middle || middle == end)
        return;
    char *swapped =
        xasprintf("%.*s%.*s", (int)(end - middle), edit->text + middle, (int)(middle - start), edit->text + start);
    splice(edit, start, end, swapped, strlen(swapped));
    free(swapped);
}

enum action {
    LEFT,
    RIGHT,
    START,
    END,
    WORD_LEFT,
    WORD_RIGHT,
    ERASE,
    DELETE,
    KILL_END,
    KILL_START,
    KILL_WORD,
    KILL_BLANK,
    KILL_WORD_RIGHT,
    YANK,
    TRANSPOSE,
};

static const struct {
    const char *name;
    enum action action;
} bindings[] = {
    {"Left", LEFT},
    {"Ctrl-b", LEFT},
    {"Right", RIGHT},
    {"Ctrl-f", RIGHT},
    {"Home", START},
    {"Ctrl-a", START},
    {"End", END},
    {"Ctrl-e", END},
    {"Ctrl-Left", WORD_LEFT},
    {"Alt-b", WORD_LEFT},
    {"Ctrl-Right", WORD_RIGHT},
    {"Alt-f", WORD_RIGHT},
    {"Backspace", ERASE},
    {"Ctrl-h", ERASE},
    {"Delete", DELETE},
    {"Ctrl-d", DELETE},
    {"Ctrl-k", KILL_END},
    {"Ctrl-u", KILL_START},
    {"Alt-Backspace", KILL_WORD},
    {"Ctrl-w", KILL_BLANK},
    {"Alt-d", KILL_WORD_RIGHT},
    {"Ctrl-y", YANK},
    {"Ctrl-t", TRANSPOSE},
};

static enum lineedit_result act(struct lineedit *edit, enum action action)
{
    bool add = edit->killing;
    edit->killing = false;
    size_t at = edit->cursor;
    switch (action) {
    case LEFT:
        edit->cursor = previous(edit, at);
        return LINEEDIT_MOVED;
    case RIGHT:
        edit->cursor = next(edit, at);
        return LINEEDIT_MOVED;
    case START:
        edit->cursor = line_start(edit, at);
        return LINEEDIT_MOVED;
    case END:
        edit->cursor = line_end(edit, at);
        return LINEEDIT_MOVED;
    case WORD_LEFT:
        edit->cursor = word_start(edit, at);
        return LINEEDIT_MOVED;
    case WORD_RIGHT:
        edit->cursor = word_end(edit, at);
        return LINEEDIT_MOVED;
    case ERASE:
        splice(edit, previous(edit, at), at, NULL, 0);
        break;
    case DELETE:
        splice(edit, at, next(edit, at), NULL, 0);
        break;
    case KILL_END:
        kill_text(edit, at, line_end(edit, at), add);
        break;
    case KILL_START:
        kill_text(edit, line_start(edit, at), at, add);
        break;
    case KILL_WORD:
        kill_text(edit, word_start(edit, at), at, add);
        break;
    case KILL_BLANK:
        kill_text(edit, blank_start(edit, at), at, add);
        break;
    case KILL_WORD_RIGHT:
        kill_text(edit, at, word_end(edit, at), add);
        break;
    case YANK:
        if (edit->killed)
            splice(edit, at, at, edit->killed, strlen(edit->killed));
        break;
    case TRANSPOSE:
        transpose(edit);
        break;
    }
    return LINEEDIT_CHANGED;
}

/* Pasted text without carriage returns, NULs and a newline at its end. False if it was too long. */
static bool paste(struct lineedit *edit, const char *text, size_t length)
{
    char *clean = xmemdup(text, length);
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\r')
            clean[used++] = '\n';
        else if (text[i] && !(text[i] == '\n' && i > 0 && text[i - 1] == '\r'))
            clean[used++] = text[i];
    }
    while (used > 0 && clean[used - 1] == '\n' && length < KEY_PASTE_PART)
        used--;
    size_t room = LENGTH_MAX - edit->length, whole = used;
    used = used < room ? used : room;
    while (used < whole && used > 0 && ((unsigned char)clean[used] & 0xC0) == 0x80)
        used--; /* not within a character */
    splice(edit, edit->cursor, edit->cursor, clean, used);
    free(clean);
    return used == whole;
}

enum lineedit_result lineedit_key(struct lineedit *edit, const struct key *key)
{
    if (key->kind == KEY_KIND_PASTE) {
        bool whole = paste(edit, key->text, key->length);
        edit->killing = false;
        return whole ? LINEEDIT_CHANGED : LINEEDIT_CUT;
    }
    bool text = key->kind == KEY_KIND_CHAR && key->modifiers == 0; /* no binding is a character alone */
    for (size_t i = 0; !text && i < sizeof bindings / sizeof *bindings; i++) {
        struct key bound;
        if (key_parse(bindings[i].name, &bound) && key_equal(key, &bound))
            return act(edit, bindings[i].action);
    }
    if (key->kind != KEY_KIND_CHAR || (key->modifiers & (KEY_CTRL | KEY_ALT)) || key->codepoint < 0x20)
        return LINEEDIT_UNUSED;
    char bytes[WIDTH_UTF8_MAX];
    size_t length = width_encode(key->codepoint, bytes);
    splice(edit, edit->cursor, edit->cursor, bytes, length);
    edit->killing = false;
    return LINEEDIT_CHANGED;
}

int lineedit_draw(struct lineedit *edit, struct canvas canvas, int row, int column, int width, struct style style)
{
    struct canvas part = canvas_part(canvas, row, column, 1, width);
    int cursor = canvas_width(edit->text, edit->cursor);
    if (cursor < edit->left)
        edit->left = cursor > width / 3 ? cursor - width / 3 : 0;
    if (part.columns > 0 && cursor - edit->left >= part.columns)
        edit->left = cursor - part.columns + 1;
    canvas_fill(part, 0, 0, 1, part.columns, style);
    canvas_text(part, 0, -edit->left, style, edit->text, edit->length);
    return column + cursor - edit->left;
}
