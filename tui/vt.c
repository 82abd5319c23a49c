#include "vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vt_internal.h"
#include "width.h"
#include "xalloc.h"

/* Data flow: bytes of the program → vt_filter (only safe, whole sequences leave it) → libvterm, which
 * keeps the screen; lines that scroll off come to push_line() and go to vt_scrollback. A flood of plain
 * lines goes past libvterm (vt_fast.c). libvterm's callbacks only record.
 *
 * What libvterm cannot bear and the filter cannot know is kept away here: sizes below 1×2, a cursor, a
 * saved cursor or margins outside the screen after a resize, cells of width 0 and half characters on
 * the way back from the scrollback. */

#define STEP             VT_FILTER_CHUNK
#define BUDGET           16384 /* cost units in one step, see vt_filter.h */
#define MAX_COLUMNS      2000
#define BYTES_PER_LINE   256 /* of scrollback, on average; long lines leave room for fewer */
#define FIRST_WIDE       0x1100
#define REPLACEMENT_CHAR 0xfffd

static void emit(void *data, const char *bytes, size_t length)
{
    struct vt *vt = data;
    vterm_input_write(vt->vterm, bytes, length);
    vt->damaged = true;
}

static void title(void *data, const char *text)
{
    struct vt *vt = data;
    if (vt->callbacks.title != NULL)
        vt->callbacks.title(vt->callbacks.data, text);
}

static void erase_scrollback(void *data)
{
    struct vt *vt = data;
    vt_scrollback_clear(vt->scrollback);
    vt->damaged = true;
}

static struct colour colour_from_vterm(const VTermColor *colour)
{
    /* In this order: a default colour also passes for one of the others. */
    if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
        return (struct colour){COLOUR_DEFAULT};
    if (VTERM_COLOR_IS_INDEXED(colour))
        return (struct colour){COLOUR_INDEX, colour->indexed.idx};
    return (struct colour){COLOUR_RGB, colour->rgb.red, colour->rgb.green, colour->rgb.blue};
}

static VTermColor colour_to_vterm(struct colour colour, uint8_t default_flag)
{
    VTermColor out;
    if (colour.kind == COLOUR_INDEX) {
        vterm_color_indexed(&out, colour.red);
    } else if (colour.kind == COLOUR_RGB) {
        vterm_color_rgb(&out, colour.red, colour.green, colour.blue);
    } else {
        vterm_color_rgb(&out, 0, 0, 0);
        out.type |= default_flag;
    }
    return out;
}

void vt_cell_from_vterm(const VTermScreenCell *from, struct cell *to)
{
    *to = (struct cell){.width = 1};
    bool blank = from->chars[0] == (uint32_t)-1 || from->chars[0] == ' ';
#ifdef HAVE_VTERM_CONCEAL
    blank = blank || from->attrs.conceal;
#endif
    for (size_t i = 0; !blank && i < STYLE_CELL_CODEPOINTS && i < VTERM_MAX_CHARS_PER_CELL && from->chars[i] != 0; i++)
        to->codepoints[i] = from->chars[i];
    if (from->width == 2 && from->chars[0] >= FIRST_WIDE && !blank)
        to->width = 2;
    to->style.foreground = colour_from_vterm(&from->fg);
    to->style.background = colour_from_vterm(&from->bg);
    to->style.attributes =
        (uint16_t)((from->attrs.bold ? STYLE_BOLD : 0) | (from->attrs.italic ? STYLE_ITALIC : 0) |
                   (from->attrs.underline ? STYLE_UNDERLINE : 0) | (from->attrs.blink ? STYLE_BLINK : 0) |
                   (from->attrs.reverse ? STYLE_REVERSE : 0) | (from->attrs.strike ? STYLE_STRIKE : 0));
}

static void cell_to_vterm(const struct cell *from, VTermScreenCell *to)
{
    unsigned attributes = from->style.attributes;
    *to = (VTermScreenCell){.width = (char)(from->width == 2 ? 2 : 1)};
    for (size_t i = 0; i < STYLE_CELL_CODEPOINTS && i < VTERM_MAX_CHARS_PER_CELL; i++)
        to->chars[i] = from->codepoints[i];
    to->attrs.bold = (attributes & STYLE_BOLD) != 0;
    to->attrs.italic = (attributes & STYLE_ITALIC) != 0;
    to->attrs.underline = (attributes & STYLE_UNDERLINE) != 0 ? VTERM_UNDERLINE_SINGLE : VTERM_UNDERLINE_OFF;
    to->attrs.blink = (attributes & STYLE_BLINK) != 0;
    to->attrs.reverse = (attributes & STYLE_REVERSE) != 0;
    to->attrs.strike = (attributes & STYLE_STRIKE) != 0;
    to->fg = colour_to_vterm(from->style.foreground, VTERM_COLOR_DEFAULT_FG);
    to->bg = colour_to_vterm(from->style.background, VTERM_COLOR_DEFAULT_BG);
}

static int push_line(int columns, const VTermScreenCell *cells, void *data)
{
    struct vt *vt = data;
    if (vt->skip_pushes > 0) {
        vt->skip_pushes--;
        return 1;
    }
    for (int i = 0; i < columns; i++) {
        vt_cell_from_vterm(&cells[i], &vt->line[i]);
        if (i > 0 && vt->line[i - 1].width == 2)
            vt->line[i].width = 0;
    }
    vt_scrollback_push(vt->scrollback, vt->line, columns);
    return 1;
}

static int pop_line(int columns, VTermScreenCell *cells, void *data)
{
    struct vt *vt = data;
    if (!vt_scrollback_pop(vt->scrollback, vt->line, columns))
        return 0;
    for (int i = 0; i < columns; i++)
        cell_to_vterm(&vt->line[i], &cells[i]);
    return 1;
}

static int set_property(VTermProp property, VTermValue *value, void *data)
{
    struct vt *vt = data;
    if (property == VTERM_PROP_CURSORVISIBLE)
        vt->cursor_visible = value->boolean;
    else if (property == VTERM_PROP_ALTSCREEN)
        vt->alternate = value->boolean;
    else if (property == VTERM_PROP_MOUSE)
        vt->mouse = value->number;
    return 1;
}

static int bell(void *data)
{
    struct vt *vt = data;
    if (vt->callbacks.bell != NULL)
        vt->callbacks.bell(vt->callbacks.data);
    return 1;
}

static void output(const char *bytes, size_t length, void *data)
{
    struct vt *vt = data;
    vt->callbacks.write(vt->callbacks.data, bytes, length);
}

static const VTermScreenCallbacks screen_callbacks = {
    .settermprop = set_property,
    .bell = bell,
    .sb_pushline = push_line,
    .sb_popline = pop_line,
};

static bool pen_flag(const struct vt *vt, VTermAttr attribute)
{
    VTermValue value = {.number = 0};
    vterm_state_get_penattr(vt->state, attribute, &value);
    return value.number != 0;
}

static struct style pen_style(const struct vt *vt)
{
    static const struct {
        VTermAttr from;
        uint16_t to;
    } attributes[] = {
        {VTERM_ATTR_BOLD, STYLE_BOLD},   {VTERM_ATTR_ITALIC, STYLE_ITALIC},   {VTERM_ATTR_UNDERLINE, STYLE_UNDERLINE},
        {VTERM_ATTR_BLINK, STYLE_BLINK}, {VTERM_ATTR_REVERSE, STYLE_REVERSE}, {VTERM_ATTR_STRIKE, STYLE_STRIKE},
    };
    struct style style = {.attributes = 0};
    VTermValue value;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if (pen_flag(vt, attributes[i].from))
            style.attributes |= attributes[i].to;
    if (vterm_state_get_penattr(vt->state, VTERM_ATTR_FOREGROUND, &value))
        style.foreground = colour_from_vterm(&value.color);
    if (vterm_state_get_penattr(vt->state, VTERM_ATTR_BACKGROUND, &value))
        style.background = colour_from_vterm(&value.color);
    return style;
}

static void saved(void *data)
{
    struct vt *vt = data;
    vterm_state_get_cursorpos(vt->state, &vt->saved.position);
    vt->saved.style = pen_style(vt);
    vt->saved.visible = vt->cursor_visible;
}

static void inject(struct vt *vt, const char *sequences)
{
    vterm_input_write(vt->vterm, sequences, strlen(sequences));
}

static void inject_colour(struct vt *vt, int base, struct colour colour)
{
    char text[32] = "";
    if (colour.kind == COLOUR_INDEX)
        snprintf(text, sizeof text, "\x1b[%d;5;%dm", base, colour.red);
    else if (colour.kind == COLOUR_RGB)
        snprintf(text, sizeof text, "\x1b[%d;2;%d;%d;%dm", base, colour.red, colour.green, colour.blue);
    inject(vt, text);
}

static void inject_pen(struct vt *vt, struct style style)
{
    static const struct {
        uint16_t attribute;
        const char *sequence;
    } table[] = {
        {STYLE_BOLD, "\x1b[1m"},  {STYLE_ITALIC, "\x1b[3m"},  {STYLE_UNDERLINE, "\x1b[4m"},
        {STYLE_BLINK, "\x1b[5m"}, {STYLE_REVERSE, "\x1b[7m"}, {STYLE_STRIKE, "\x1b[9m"},
    };
    inject(vt, "\x1b[0m");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if ((style.attributes & table[i].attribute) != 0)
            inject(vt, table[i].sequence);
    inject_colour(vt, 38, style.foreground);
    inject_colour(vt, 48, style.background);
}

static int clamp(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

static void inject_cursor(struct vt *vt, VTermPos position, bool visible)
{
    char text[48];
    snprintf(text, sizeof text, "\x1b[?25%c\x1b[%d;%dH", visible ? 'h' : 'l', clamp(position.row, 0, vt->rows - 1) + 1,
             clamp(position.col, 0, vt->columns - 1) + 1);
    inject(vt, text);
}

/* Bring margins, cursor and saved cursor inside a screen whose size changed. */
static void anchor(struct vt *vt)
{
    VTermPos position;
    struct style pen = pen_style(vt);
    bool visible = vt->cursor_visible;
    vterm_state_get_cursorpos(vt->state, &position);
    inject(vt, "\x1b[?6l\x1b[?69l\x1b[r");
    inject_pen(vt, vt->saved.style);
    inject_cursor(vt, vt->saved.position, vt->saved.visible);
    inject(vt, "\x1b\x37");
    inject_pen(vt, pen);
    inject_cursor(vt, position, visible);
    vt_filter_injected(&vt->filter, VT_MODE_MARGINS | VT_MODE_LEFT_RIGHT | VT_MODE_ORIGIN);
}

struct vt *vt_create(int rows, int columns, int scrollback_lines, const struct vt_callbacks *callbacks)
{
    struct vt *vt = xcalloc(1, sizeof *vt);
    size_t lines = (size_t)clamp(scrollback_lines, 0, 10000000);
    vt->rows = clamp(rows, 1, VT_MAX_ROWS);
    vt->columns = clamp(columns, 2, MAX_COLUMNS);
    vt->callbacks = *callbacks;
    vt->fast = true;
    vt->scrollback = vt_scrollback_create(lines, lines * BYTES_PER_LINE);
    vt->line = xcalloc((size_t)vt->columns, sizeof *vt->line);
    vt_filter_init(&vt->filter, &(struct vt_filter_sink){emit, title, erase_scrollback, saved, vt});
    vt_filter_set_cells(&vt->filter, (size_t)vt->rows * (size_t)vt->columns);
    vt->vterm = vterm_new(vt->rows, vt->columns);
    if (vt->vterm == NULL)
        abort(); /* out of memory, as xcalloc() */
    vterm_set_utf8(vt->vterm, 1);
    vterm_output_set_callback(vt->vterm, output, vt);
    vt->screen = vterm_obtain_screen(vt->vterm);
    vt->state = vterm_obtain_state(vt->vterm);
    vterm_screen_enable_altscreen(vt->screen, 1);
    vterm_screen_set_callbacks(vt->screen, &screen_callbacks, vt);
    vterm_screen_set_damage_merge(vt->screen, VTERM_DAMAGE_SCREEN);
    vterm_screen_reset(vt->screen, 1);
    inject(vt, "\x1b\x37"); /* else a restore without a save would hide the cursor */
    saved(vt);
    return vt;
}

void vt_destroy(struct vt *vt)
{
    if (vt == NULL)
        return;
    vterm_free(vt->vterm);
    vt_scrollback_destroy(vt->scrollback);
    free(vt->line);
    free(vt);
}

size_t vt_feed_some(struct vt *vt, const char *bytes, size_t length)
{
    size_t done = vt_fast_forward(vt, bytes, length);
    if (done > 0)
        return done;
    size_t step = length;
    if (length > STEP) {
        /* To the end of a line, where a fast-forward may begin. */
        const char *newline = vt->between ? memchr(bytes, '\n', STEP) : memrchr(bytes, '\n', STEP);
        step = newline != NULL ? (size_t)(newline - bytes) + 1 : STEP;
    }
    return vt_filter_feed(&vt->filter, bytes, step, BUDGET);
}

void vt_feed(struct vt *vt, const char *bytes, size_t length)
{
    for (size_t done = 0; done < length;)
        done += vt_feed_some(vt, bytes + done, length - done);
}

void vt_resize(struct vt *vt, int rows, int columns)
{
    rows = clamp(rows, 1, VT_MAX_ROWS);
    columns = clamp(columns, 2, MAX_COLUMNS);
    if (rows == vt->rows && columns == vt->columns)
        return;
    if (columns > vt->columns)
        vt->line = xreallocarray(vt->line, (size_t)columns, sizeof *vt->line);
    vt->rows = rows;
    vt->columns = columns;
    vterm_set_size(vt->vterm, rows, columns);
    vt_filter_set_cells(&vt->filter, (size_t)rows * (size_t)columns);
    anchor(vt);
    vt->damaged = true;
}

int vt_rows(const struct vt *vt)
{
    return vt->rows;
}

int vt_columns(const struct vt *vt)
{
    return vt->columns;
}

bool vt_take_damage(struct vt *vt)
{
    bool damaged = vt->damaged;
    vt->damaged = false;
    vterm_screen_flush_damage(vt->screen);
    return damaged;
}

/* The cell as stored, blank outside. */
static void stored_cell(const struct vt *vt, int row, int column, struct cell *out)
{
    *out = (struct cell){.width = 1};
    if (row < 0) {
        size_t count;
        const struct cell *line = vt_scrollback_line(vt->scrollback, (size_t)(-(row + 1)), &count);
        if (column >= 0 && (size_t)column < count)
            *out = line[column];
        return;
    }
    VTermScreenCell cell;
    if (vterm_screen_get_cell(vt->screen, (VTermPos){row, column}, &cell))
        vt_cell_from_vterm(&cell, out);
}

/* libvterm and libc may differ about a character's width; ncurses counts with libc's. */
static void settle_width(struct cell *cell)
{
    uint32_t base = cell->codepoints[0];
    if (base < 0x80 && cell->codepoints[1] == 0)
        return;
    int width = base == 0 ? 1 : width_codepoint(base);
    if (width != cell->width) {
        if (width != 1)
            cell->codepoints[0] = REPLACEMENT_CHAR;
        cell->width = 1;
        if (width_codepoint(REPLACEMENT_CHAR) != 1 && cell->codepoints[0] == REPLACEMENT_CHAR)
            cell->codepoints[0] = '?';
    }
    size_t kept = 1;
    for (size_t i = 1; i < STYLE_CELL_CODEPOINTS && cell->codepoints[i] != 0; i++)
        if (width_codepoint(cell->codepoints[i]) == 0)
            cell->codepoints[kept++] = cell->codepoints[i];
    if (kept < STYLE_CELL_CODEPOINTS)
        cell->codepoints[kept] = 0;
}

void vt_cell(const struct vt *vt, int row, int column, struct cell *out)
{
    stored_cell(vt, row, column, out);
    settle_width(out);
    if (out->width == 2 && column + 1 >= vt->columns) /* a line kept from a wider screen */
        *out = (struct cell){.width = 1, .style = out->style};
    if (out->codepoints[0] != 0 || column <= 0)
        return;
    struct cell left;
    stored_cell(vt, row, column - 1, &left);
    settle_width(&left);
    out->width = left.width == 2 ? 0 : 1;
}

int vt_scrollback(const struct vt *vt)
{
    return (int)vt_scrollback_lines(vt->scrollback);
}

bool vt_cursor(const struct vt *vt, int *row, int *column)
{
    VTermPos position;
    vterm_state_get_cursorpos(vt->state, &position);
    *row = clamp(position.row, 0, vt->rows - 1);
    *column = clamp(position.col, 0, vt->columns - 1);
    return vt->cursor_visible;
}

bool vt_alternate(const struct vt *vt)
{
    return vt->alternate;
}

bool vt_wants_mouse(const struct vt *vt)
{
    return vt->mouse != VTERM_PROP_MOUSE_NONE;
}

char *vt_line_text(const struct vt *vt, int row)
{
    size_t columns = (size_t)vt->columns, length = 0, end = 0;
    if (row < 0)
        vt_scrollback_line(vt->scrollback, (size_t)(-(row + 1)), &columns);
    char *text = xcalloc(columns * STYLE_CELL_CODEPOINTS * WIDTH_UTF8_MAX + 1, 1);
    for (size_t column = 0; column < columns; column++) {
        struct cell cell;
        vt_cell(vt, row, (int)column, &cell);
        if (cell.width == 0)
            continue;
        if (cell.codepoints[0] == 0)
            text[length++] = ' ';
        for (size_t i = 0; i < STYLE_CELL_CODEPOINTS && cell.codepoints[i] != 0; i++)
            length += width_encode(cell.codepoints[i], text + length);
        if (cell.codepoints[0] != 0)
            end = length;
    }
    text[end] = '\0';
    return text;
}
