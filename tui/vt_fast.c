#include <stdio.h>
#include <string.h>

#include "vt_internal.h"

/* Floods of plain lines past libvterm, which needs some 3.6 µs for each line that scrolls.
 *
 * When the cursor is at the start of a blank bottom row, no mode is set and k rows of plain text come,
 * libvterm would push the rows above the cursor and the first m = k − (rows − 1) of the new ones into
 * the scrollback and show the rest. So those are pushed here, the screen is cleared, and only the rest,
 * the tail, is fed, from a row on that leads to the same end without much scrolling: the last row with
 * a character is written at the bottom of the screen, as libvterm would have it (a combining character
 * that comes later joins by position), and only it and the empty ones behind it scroll. What scrolls
 * off then is blank and skipped. All that remains in libvterm (screen, cursor, pen, last character) was
 * made by the tail, hence the same. tests/unit/test_vt_fast.c compares with plain libvterm. */

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

/* Find the line at `at`: false if it is not printable ASCII and tabs, ended by \r\n. */
static bool walk_line(struct walk *walk)
{
    const char *start = walk->text + walk->at;
    const char *newline = walk->at < walk->length ? memchr(start, '\n', walk->length - walk->at) : NULL;
    if (newline == NULL || newline == start || newline[-1] != '\r')
        return false;
    unsigned bad = 0, tabs = 0;
    for (const char *at = start; at < newline - 1; at++) {
        unsigned byte = (unsigned char)*at;
        tabs |= byte == '\t';
        bad |= (byte - 0x20 > 0x7e - 0x20) & (byte != '\t');
    }
    walk->line_end = (size_t)(newline - 1 - walk->text);
    walk->tabbed = tabs != 0;
    return bad == 0;
}

/* False where the plain lines end. */
static bool walk_next(struct walk *walk)
{
    if ((walk->at == 0 || walk->at > walk->line_end) && !walk_line(walk))
        return false;
    if (walk->tabbed) {
        walk_tabbed_row(walk);
    } else {
        size_t left = walk->line_end - walk->at;
        walk->row = walk->text + walk->at;
        walk->row_length = left < walk->columns ? left : walk->columns;
        walk->at += walk->row_length;
    }
    if (walk->at == walk->line_end)
        walk->at += 2;
    return true;
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

/* The cursor is at the start of the bottom row and that row is as a line feed leaves it. If not, but the
 * next line feed may make it so, vt->between is set. */
static bool is_at_fresh_line(struct vt *vt)
{
    VTermPos position;
    vterm_state_get_cursorpos(vt->state, &position);
    if (position.row != vt->rows - 1)
        return false;
    vt->between = position.col != 0;
    for (int column = 0; column < vt->columns && !vt->between; column++) {
        VTermScreenCell cell;
        struct cell ours;
        vterm_screen_get_cell(vt->screen, (VTermPos){position.row, column}, &cell);
        vt_cell_from_vterm(&cell, &ours);
        if (!style_equal(ours.style, (struct style){.attributes = 0}))
            return false;
        vt->between = cell.chars[0] != 0;
    }
    return !vt->between;
}

/* Rows of text at hand, and where the last ones begin. */
struct rows {
    size_t count;
    size_t last; /* one behind the last that has a character */
    size_t starts[VT_MAX_ROWS];
};

static void count_rows(struct walk *walk, size_t kept, struct rows *rows)
{
    rows->count = rows->last = 0;
    for (size_t slot = 0, start = 0; walk_next(walk); start = walk->at) {
        rows->starts[slot] = start;
        slot = slot + 1 == kept ? 0 : slot + 1;
        rows->count++;
        if (walk->row_length > 0)
            rows->last = rows->count;
    }
}

static void push_rows(struct vt *vt, struct walk *walk, size_t count)
{
    for (int row = 0; row < vt->rows - 1; row++) {
        screen_row(vt, row);
        vt_scrollback_push(vt->scrollback, vt->line, vt->columns);
    }
    walk->at = 0;
    for (size_t i = 0; i < count && walk_next(walk); i++)
        vt_scrollback_push_ascii(vt->scrollback, walk->row, walk->row_length);
}

size_t vt_fast_forward(struct vt *vt, const char *bytes, size_t length)
{
    size_t height = (size_t)vt->rows;
    vt->between = false;
    if (!vt->fast || length < LEAST_LENGTH || length < 4 * height || vt->alternate || vt->rows < 2 ||
        vt->rows > VT_MAX_ROWS || vt->columns < 3 || !vt_filter_plain(&vt->filter) || !is_at_fresh_line(vt))
        return 0;
    struct walk walk = {.columns = (size_t)vt->columns};
    struct rows rows;
    walk.text = bytes;
    walk.length = length;
    count_rows(&walk, height, &rows);
    length = walk.at;
    if (rows.count < 2 * height || !is_default_pen(vt))
        return 0;
    size_t pushed = rows.count - (height - 1), tail = rows.starts[pushed % height];
    if (rows.last <= pushed) /* only empty rows remain: the last character would be another one */
        return 0;

    push_rows(vt, &walk, pushed);
    size_t scrolled = rows.count - rows.last + 1;
    char clear[40];
    snprintf(clear, sizeof clear, "\x1b[H\x1b[2J\x1b[%zu;1H", scrolled + 1);
    vterm_input_write(vt->vterm, clear, strlen(clear));
    vt->skip_pushes = (int)scrolled;
    vt_filter_feed(&vt->filter, bytes + tail, length - tail, SIZE_MAX);
    vt->skip_pushes = 0;
    return length;
}
