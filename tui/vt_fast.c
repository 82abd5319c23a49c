#include <string.h>

#include "vt_internal.h"

/* Floods of plain lines past libvterm, which needs some 3.6 µs for each line that scrolls.
 *
 * When the cursor is at the start of a blank bottom row, no mode is set and k rows of plain text come,
 * libvterm would push the rows above the cursor and the first m = k − (rows − 1) of the new ones into
 * the scrollback and show the rest. So those are pushed here, and only the rest, the tail, is fed: it
 * makes rows − 1 lines scroll off, which are the ones pushed already and therefore skipped. All that
 * remains in libvterm (screen, cursor, pen, what a combining character would join) was made by the tail,
 * hence the same. tests/unit/test_vt_fast.c compares with plain libvterm on random input. */

#define LEAST_LENGTH 192
#define TAB          8

/* Steps through plain text row by row, as a terminal with automatic margins breaks it. */
struct walk {
    const char *text;
    size_t length, at;
    size_t columns;
    size_t line_end; /* where the \r of the line at `at` is */
    bool tabbed;     /* that line has tabs */
    const char *row; /* the last row: within text, or in buffer when it has tabs */
    size_t row_length;
    char buffer[2048];
};

static void walk_tabbed_row(struct walk *walk)
{
    size_t column = 0, at = walk->at;
    bool full = false; /* the next character goes to the next row */
    walk->row_length = 0;
    for (; walk->text[at] != '\r'; at++) {
        if (walk->text[at] == '\t') {
            size_t stop = (column / TAB + 1) * TAB;
            if (stop > walk->columns - 1)
                stop = walk->columns - 1;
            if (stop > column)
                column = stop;
            continue;
        }
        if (full)
            break;
        if (column > walk->row_length)
            memset(walk->buffer + walk->row_length, ' ', column - walk->row_length);
        walk->buffer[column] = walk->text[at];
        walk->row_length = column + 1;
        full = column + 1 >= walk->columns;
        column += !full;
    }
    walk->row = walk->buffer;
    walk->at = at;
}

/* False at the end of the text. */
static bool walk_next(struct walk *walk)
{
    if (walk->at >= walk->length)
        return false;
    const char *start = walk->text + walk->at;
    if (walk->at == 0 || walk->at > walk->line_end) {
        /* Every line ends in \r\n, so there is one. */
        const char *end = memchr(start, '\r', walk->length - walk->at);
        walk->line_end = (size_t)(end - walk->text);
        walk->tabbed = memchr(start, '\t', (size_t)(end - start)) != NULL;
    }
    if (walk->tabbed) {
        walk_tabbed_row(walk);
    } else {
        size_t left = walk->line_end - walk->at;
        walk->row = start;
        walk->row_length = left < walk->columns ? left : walk->columns;
        walk->at += walk->row_length;
    }
    if (walk->text[walk->at] == '\r')
        walk->at += 2;
    return true;
}

/* How much of BYTES is lines of printable ASCII and tabs, each ended by \r\n. */
static size_t plain_lines(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        const char *newline = memchr(bytes + at, '\n', length - at);
        if (newline == NULL || newline == bytes + at || newline[-1] != '\r')
            break;
        size_t end = (size_t)(newline - bytes) - 1;
        unsigned bad = 0;
        for (size_t i = at; i < end; i++) {
            unsigned char byte = (unsigned char)bytes[i];
            bad |= (unsigned)(byte - 0x20 > 0x7e - 0x20 || byte < 0x20) & (unsigned)(byte != '\t');
        }
        if (bad != 0)
            break;
        at = end + 2;
    }
    return at;
}

static bool is_default_pen(const struct vt *vt)
{
    for (int attribute = 1; attribute < VTERM_N_ATTRS; attribute++) {
        VTermValue value = {.number = 0};
        VTermValueType type = vterm_get_attr_type((VTermAttr)attribute);
        vterm_state_get_penattr(vt->state, (VTermAttr)attribute, &value);
        if (type == VTERM_VALUETYPE_COLOR
                ? !VTERM_COLOR_IS_DEFAULT_FG(&value.color) && !VTERM_COLOR_IS_DEFAULT_BG(&value.color)
                : value.number != 0)
            return false;
    }
    return true;
}

static void screen_row(const struct vt *vt, int row)
{
    for (int column = 0; column < vt->columns; column++) {
        VTermScreenCell cell;
        vterm_screen_get_cell(vt->screen, (VTermPos){row, column}, &cell);
        vt_cell_from_vterm(&cell, &vt->line[column]);
        if (column > 0 && vt->line[column - 1].width == 2)
            vt->line[column].width = 0;
    }
}

/* The cursor is at the start of the bottom row and that row is as a line feed leaves it. */
static bool is_at_fresh_line(const struct vt *vt)
{
    VTermPos position;
    vterm_state_get_cursorpos(vt->state, &position);
    if (position.row != vt->rows - 1 || position.col != 0)
        return false;
    for (int column = 0; column < vt->columns; column++) {
        VTermScreenCell cell;
        struct cell ours;
        vterm_screen_get_cell(vt->screen, (VTermPos){position.row, column}, &cell);
        vt_cell_from_vterm(&cell, &ours);
        if (cell.chars[0] != 0 || !style_equal(ours.style, (struct style){.attributes = 0}))
            return false;
    }
    return true;
}

static bool has_printable(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] >= ' ')
            return true;
    return false;
}

size_t vt_fast_forward(struct vt *vt, const char *bytes, size_t length)
{
    if (!vt->fast || length < LEAST_LENGTH || vt->alternate || vt->rows < 2 || vt->columns < 3 ||
        !vt_filter_plain(&vt->filter))
        return 0;
    size_t rows = (size_t)vt->rows, count = 0;
    length = plain_lines(bytes, length);
    if (length < 4 * rows)
        return 0;
    struct walk walk = {.text = bytes, .length = length, .columns = (size_t)vt->columns};
    while (walk_next(&walk))
        count++;
    if (count < 2 * rows || !is_at_fresh_line(vt) || !is_default_pen(vt))
        return 0;

    size_t pushed = count - (rows - 1), tail = 0;
    walk.at = 0;
    for (size_t i = 0; i < pushed; i++)
        walk_next(&walk);
    tail = walk.at;
    /* Else what a combining character would join stays what it is now. */
    if (!has_printable(bytes + tail, length - tail))
        return 0;

    for (int row = 0; row < vt->rows - 1; row++) {
        screen_row(vt, row);
        vt_scrollback_push(vt->scrollback, vt->line, vt->columns);
    }
    walk.at = 0;
    for (size_t i = 0; i < pushed; i++) {
        walk_next(&walk);
        vt_scrollback_push_ascii(vt->scrollback, walk.row, walk.row_length);
    }
    vt->skip_pushes = vt->rows - 1;
    vt_filter_feed(&vt->filter, bytes + tail, length - tail, SIZE_MAX);
    vt->skip_pushes = 0;
    return length;
}
