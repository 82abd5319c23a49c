/* Showing the grid. It is compared with what was shown last, and only cells that differ are given to
 * curses, which finds the shortest way to bring them to the terminal. A frame in which nothing changed
 * costs one comparison and not a byte. */
#include "term_internal.h"

#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "xalloc.h"

#define PAIR_MAX 8192

static bool cell_equal(const struct cell *a, const struct cell *b)
{
    return memcmp(a->codepoints, b->codepoints, sizeof a->codepoints) == 0 && a->width == b->width &&
           memcmp(&a->style, &b->style, sizeof a->style) == 0;
}

void term_paint_resized(struct term *term)
{
    size_t count = (size_t)term->rows * (size_t)term->columns;
    term->shown = xreallocarray(term->shown, count, sizeof(struct cell));
    memset(term->shown, 0, count * sizeof(struct cell));
    term->rewrite = true;
}

void term_paint_init(struct term *term)
{
    int limit = term->depth.colours > 0 ? COLOR_PAIRS - 1 : 0;
    term->pairs.limit = limit < PAIR_MAX ? limit : PAIR_MAX;
    size_t slots = 64;
    while (slots < 2 * (size_t)term->pairs.limit)
        slots *= 2;
    term->pairs.slot_count = slots;
    term->pairs.slots = xcalloc(slots, sizeof(struct pair_slot));
    term_paint_resized(term);
}

void term_paint_finish(struct term *term)
{
    free(term->shown);
    free(term->pairs.slots);
}

static void forget_pairs(struct term *term)
{
    term->pairs.overflowed = false;
    memset(term->pairs.slots, 0, term->pairs.slot_count * sizeof(struct pair_slot));
    term->pairs.used = 0;
    reset_color_pairs();
    term->repaint = term->rewrite = true;
}

/* The pair of two colour numbers; 0, the terminal's own colours, when there is no room for more. */
static int pair_of(struct term *term, int foreground, int background)
{
    if (!term->default_colours) {
        foreground = foreground < 0 ? COLOR_WHITE : foreground;
        background = background < 0 ? COLOR_BLACK : background;
    }
    if (foreground < 0 && background < 0)
        return 0;
    struct pair_table *pairs = &term->pairs;
    uint64_t key = (uint64_t)(uint32_t)(foreground + 2) << 32 | (uint32_t)(background + 2);
    size_t at = (size_t)(key * 0x9e3779b97f4a7c15u >> 40) & (pairs->slot_count - 1);
    while (pairs->slots[at].key != 0 && pairs->slots[at].key != key)
        at = (at + 1) & (pairs->slot_count - 1);
    if (pairs->slots[at].key == key)
        return pairs->slots[at].pair;
    if (pairs->used >= pairs->limit || init_extended_pair(pairs->used + 1, foreground, background) == ERR) {
        pairs->overflowed = true;
        return 0;
    }
    pairs->slots[at] = (struct pair_slot){.key = key, .pair = ++pairs->used};
    return pairs->used;
}

static attr_t attributes_of(uint16_t attributes)
{
    static const struct {
        uint16_t ours;
        attr_t curses;
    } table[] = {
        {STYLE_BOLD, A_BOLD},           {STYLE_DIM, A_DIM},         {STYLE_ITALIC, A_ITALIC},
        {STYLE_UNDERLINE, A_UNDERLINE}, {STYLE_REVERSE, A_REVERSE}, {STYLE_BLINK, A_BLINK},
    };
    attr_t result = A_NORMAL;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (attributes & table[i].ours)
            result |= table[i].curses;
    }
    return result;
}

static void write_cell(struct term *term, int row, int column, const struct cell *cell)
{
    attr_t attributes = attributes_of(cell->style.attributes);
    int pair = 0;
    if (term->depth.colours > 0) {
        bool bold, dim;
        int foreground = term_colour_foreground(term->depth, cell->style.foreground, &bold, &dim);
        pair = pair_of(term, foreground, term_colour_background(term->depth, cell->style.background));
        attributes |= (bold ? A_BOLD : 0) | (dim ? A_DIM : 0);
    }
    wchar_t text[CCHARW_MAX + 1] = {0};
    uint32_t base = cell->codepoints[0];
    text[0] = (wchar_t)(base == 0 ? ' ' : term_glyph(term->glyphs, base));
    for (size_t i = 1; i < CCHARW_MAX && base != 0 && term->glyphs == TERM_GLYPHS_UNICODE; i++)
        text[i] = (wchar_t)cell->codepoints[i];
    cchar_t character;
    setcchar(&character, text, attributes, 0, &pair);
    mvwadd_wch(stdscr, row, column, &character); /* ERR in the last corner, though it is written */
    if (cell->width == 2 && term->glyphs == TERM_GLYPHS_ASCII) {
        text[0] = ' ';
        text[1] = 0;
        setcchar(&character, text, attributes, 0, &pair);
        mvwadd_wch(stdscr, row, column + 1, &character);
    }
}

static void write_changes(struct term *term)
{
    for (int row = 0; row < term->rows; row++) {
        struct cell *shown = &term->shown[(size_t)row * (size_t)term->columns];
        const struct cell *wanted = grid_cell(term->grid, row, 0);
        for (int column = 0; column < term->columns; column++) {
            if (!term->rewrite && cell_equal(&shown[column], &wanted[column]))
                continue;
            shown[column] = wanted[column];
            if (wanted[column].width != 0)
                write_cell(term, row, column, &wanted[column]);
        }
    }
    term->rewrite = false;
}

/* Bring the grid to curses. When the pairs run out all start anew with those of this frame; if even they
 * are too many, some cells stay without colours, and the next try is not before a second has passed. */
static void write_frame(struct term *term)
{
    write_changes(term);
    if (!term->pairs.overflowed || loop_now() < term->pairs.next_try)
        return;
    forget_pairs(term);
    write_changes(term);
    term->pairs.next_try = term->pairs.overflowed ? loop_now() + 1000000 : 0;
}

static void show_cursor(struct term *term, bool visible)
{
    if (term->cursor_shown != visible && term->can_hide_cursor)
        curs_set(visible ? 1 : 0);
    term->cursor_shown = visible;
}

void term_present(struct term *term)
{
    if (term->suspended || term->rows == 0 || term->columns == 0)
        return;
    write_frame(term);
    bool visible = term->cursor_visible;
    if (!visible)
        show_cursor(term, false);
    if (term->repaint) {
        clearok(curscr, TRUE);
        term->repaint = false;
    }
    /* A hidden cursor may stay where the last change was; one that cannot be hidden is parked. */
    leaveok(stdscr, !visible && term->can_hide_cursor);
    wmove(stdscr, term->cursor_row, term->cursor_column);
    wnoutrefresh(stdscr);
    doupdate();
    if (visible)
        show_cursor(term, true);
}

void term_redraw(struct term *term)
{
    term->repaint = true;
}
