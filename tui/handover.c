#include "handover.h"

#include "app.h"
#include "app_internal.h"
#include "keeper.h"
#include "layout.h"
#include "protocol/utf8.h"
#include "target.h"
#include "term.h"
#include "vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Leaving: the screen as bytes that draw it again on another one, of any size */

static void print_colour(FILE *out, struct colour colour, int base)
{
    if (colour.kind == COLOUR_INDEX)
        fprintf(out, ";%d;5;%d", base + 8, colour.red);
    else if (colour.kind == COLOUR_RGB)
        fprintf(out, ";%d;2;%d;%d;%d", base + 8, colour.red, colour.green, colour.blue);
}

static void print_style(FILE *out, struct style style)
{
    static const struct {
        int attribute, code;
    } codes[] = {{STYLE_BOLD, 1},  {STYLE_DIM, 2},     {STYLE_ITALIC, 3}, {STYLE_UNDERLINE, 4},
                 {STYLE_BLINK, 5}, {STYLE_REVERSE, 7}, {STYLE_STRIKE, 9}};
    fputs("\033[0", out);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (style.attributes & codes[i].attribute)
            fprintf(out, ";%d", codes[i].code);
    print_colour(out, style.foreground, 30);
    print_colour(out, style.background, 40);
    fputc('m', out);
}

static bool is_blank(const struct cell *cell)
{
    return (cell->codepoints[0] == 0 || cell->codepoints[0] == ' ') && style_equal(cell->style, (struct style){0});
}

static void print_cell(FILE *out, const struct cell *cell)
{
    if (cell->codepoints[0] == 0)
        fputc(' ', out);
    for (size_t i = 0; i < STYLE_CELL_CODEPOINTS && cell->codepoints[i]; i++) {
        char bytes[4];
        fwrite(bytes, 1, utf8_encode(bytes, cell->codepoints[i]), out);
    }
}

/* A row as far as COLUMNS, or without them to its last cell that is not blank. */
static void print_row(FILE *out, const struct vt *vt, int row, int columns)
{
    struct style style = {0};
    struct cell cell;
    for (int column = vt_columns(vt); columns < 0 && column > 0; column--) {
        vt_cell(vt, row, column - 1, &cell);
        if (!is_blank(&cell))
            columns = column;
    }
    for (int column = 0; column<columns; column += cell.width> 1 ? cell.width : 1) {
        vt_cell(vt, row, column, &cell);
        if (!style_equal(cell.style, style))
            print_style(out, style = cell.style);
        print_cell(out, &cell);
    }
    if (!style_equal(style, (struct style){0}))
        fputs("\033[m", out);
}

/* From row FIRST to the one with the cursor, where it stays. */
static void print_rows(FILE *out, const struct vt *vt, int first)
{
    int last, column;
    vt_cursor(vt, &last, &column);
    if (vt_alternate(vt)) {
        fputs("\033[?1049h\033[H", out);
        last = vt_rows(vt) - 1;
        column = -1;
        first = 0;
    }
    for (int row = first; row <= last; row++) {
        print_row(out, vt, row, row == last ? column : -1);
        if (row < last)
            fputs("\r\n", out);
    }
}

/* As many lines back as the keeper keeps bytes. */
static char *draw_screen(const struct vt *vt, size_t *length)
{
    char *bytes = NULL;
    for (int back = vt_scrollback(vt) < 400 ? vt_scrollback(vt) : 400;; back /= 2) {
        FILE *out = open_memstream(&bytes, length);
        if (!out)
            return NULL;
        print_rows(out, vt, -back);
        fclose(out);
        if (*length <= KEEPER_TAIL || back == 0)
            return bytes;
        free(bytes);
    }
}

void handover_leave(struct app *app)
{
    size_t length = 0;
    char *bytes = app->target && app->vt && !app->ended ? draw_screen(app->vt, &length) : NULL;
    if (bytes && length <= KEEPER_TAIL)
        target_leave(app->target, bytes, length);
    free(bytes);
}

/* Taking */

bool handover_take(struct app *app, pid_t pid)
{
    size_t length;
    app->target = target_adopt(app->loop, pid, app_program_exited, app);
    if (!app->target)
        return false;
    target_set_stop_handler(app->target, app_program_stopped);
    layout_set_slot(app->layout, PANE_TERMINAL);
    layout_place(app->layout, app, term_rows(app->term), term_columns(app->term));
    pane_terminal_fit(app);
    const char *screen = target_screen(app->target, &length);
    vt_feed(app->vt, screen, length); /* before the pane is attached: nobody answers the questions in it again */
    pane_terminal_attach(app);
    /* Through another size, so that a program that fills its terminal draws itself anew. */
    target_resize(app->target, vt_rows(app->vt), vt_columns(app->vt) + 1);
    target_resize(app->target, vt_rows(app->vt), vt_columns(app->vt));
    return true;
}
