/* A line is drawn in layers: plain text, syntax colours laid over it, the line's own style
 * (current, cursor), search hits, what of it the frame is at, then the inline values behind its end. */
#include "source_view.h"

#include "app.h"
#include "breakpoint_mark.h"
#include "config.h"
#include "inline_values.h"
#include "lexer.h"
#include "model.h"
#include "protocol/value.h"
#include "source.h"
#include "source_columns.h"
#include "source_search.h"
#include "source_span.h"

#include <stdio.h>
#include <string.h>

#define SPANS_MAX     256
#define LEXED_BYTES   ((size_t)64 << 10) /* of a line; what is behind has no colours */
#define MARK_COLUMNS  3                  /* blank, mark, blank */
#define INLINE_COLUMN 40                 /* inline values of short lines align here */
#define INLINE_GAP    3
#define INLINE_MIN    8 /* less room than this shows nothing readable */

int source_view_gutter(const struct app *app, int lines)
{
    if (!config_flag(app->config, CONFIG_LINE_NUMBERS))
        return MARK_COLUMNS;
    int digits = 1;
    for (int n = lines; n >= 10; n /= 10)
        digits++;
    return MARK_COLUMNS + (digits < 2 ? 2 : digits) + 2; /* two blanks behind the number */
}

/* Bytes of the line, from PLACE on, that can matter on screen: a line of ten million characters costs like a short one,
 * wherever it is looked at. A character takes at most 4 bytes, combining ones are few. */
static size_t visible_end(const struct source_view *view, struct source_place place, int columns, size_t length)
{
    size_t limit = ((size_t)(view->left - place.column) + (size_t)columns + 8) * 8;
    return limit < length - place.offset ? place.offset + limit : length;
}

/* A line as it is drawn: from a place at or before the first column shown up to the byte END. */
struct visible {
    const char *text;
    size_t end;
    struct source_place first;
};

static bool is_plain_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7e)
            return false;
    return true;
}

/* Where a byte of a line stands. Going from span to span each character is measured once; what is before the place
 * that the line is drawn from is not measured. */
struct place {
    const char *text;
    size_t offset;
    int column;
    struct source_place first;
};

static struct place place_at(const char *text, struct source_place first)
{
    return (struct place){text, first.offset, first.column, first};
}

static int move_to(struct place *place, size_t offset)
{
    if (offset < place->first.offset)
        offset = place->first.offset;
    if (offset < place->offset)
        *place = place_at(place->text, place->first);
    place->column = canvas_advance(place->text + place->offset, offset - place->offset, place->column);
    place->offset = offset;
    return place->column;
}

static void draw_syntax(struct app *app, struct canvas row, const struct source_view *view, int number,
                        const struct visible *line)
{
    struct lexer_span spans[SPANS_MAX];
    size_t length = line->end < LEXED_BYTES ? line->end : LEXED_BYTES;
    size_t count = line->first.offset < length
                       ? lexer_line(line->text, length, source_line_state(view->source, number), spans, SPANS_MAX)
                       : 0;
    bool plain = is_plain_ascii(line->text, length);
    struct place place = place_at(line->text, line->first);
    for (size_t i = 0; i < count; i++) {
        int start = plain ? (int)spans[i].start : move_to(&place, spans[i].start);
        int end = plain ? (int)spans[i].end : move_to(&place, spans[i].end);
        if (start - view->left >= row.columns)
            break;
        canvas_restyle(row, 0, start - view->left, 1, end - start, app_style(app, spans[i].role));
    }
}

/* Where the row is drawn reversed itself, a reversed hit would not be seen. */
static void draw_hits(struct app *app, struct canvas row, const struct source_view *view, const struct visible *line,
                      struct style base)
{
    struct style style = app_style(app, ROLE_SEARCH_HIT);
    if (style.attributes & base.attributes & STYLE_REVERSE)
        style.attributes ^= STYLE_REVERSE | STYLE_UNDERLINE;
    struct place place = place_at(line->text, line->first);
    size_t offset, hit, before = strlen(view->needle) * 2, from = line->first.offset;
    from = from > before ? from - before : 0; /* it may begin where nothing is seen yet */
    while (from > 0 && ((unsigned char)line->text[from] & 0xc0) == 0x80)
        from--;
    for (; source_search_text(line->text, line->end, view->needle, from, &offset, &hit); from = offset + hit) {
        int start = move_to(&place, offset), end = move_to(&place, offset + hit);
        canvas_restyle(row, 0, start - view->left, 1, end - start, style);
    }
}

/* What of the current line the frame is at. Where the row is underlined itself, an underline would not be seen. */
static void draw_span(struct app *app, struct canvas row, const struct source_view *view, const char *text,
                      size_t length, struct style base)
{
    struct source_span span;
    if (!source_span_find(view->frame, text, length, &span) || !source_span_tells(app_model(app), text, &span))
        return;
    struct style style = app_style(app, ROLE_SUB_EXPRESSION);
    if (style.attributes & base.attributes & STYLE_UNDERLINE)
        style.attributes ^= STYLE_UNDERLINE | STYLE_REVERSE;
    struct source_place place = source_columns_at(source_columns(view->source), text, length, span.offset);
    int start = canvas_advance(text + place.offset, span.offset - place.offset, place.column);
    int end = canvas_advance(text + span.offset, span.length, start);
    canvas_restyle(row, 0, start - view->left, 1, end - start, style);
}

/* The marks before the number, in the colours of the line: the breakpoint's at its place, and the current line's there
 * or, when both are, before it. */
static void draw_marks(struct app *app, struct canvas canvas, int row, const struct source_view *view, int number,
                       struct style base)
{
    const struct model_breakpoint *breakpoint = model_breakpoint_at(app_model(app), view->path, number);
    if (number == view->current)
        canvas_label(canvas, row, breakpoint ? 0 : 1, 1, style_over(base, app_style(app, ROLE_MARK_CURRENT)),
                     view->outer ? "▷" : "▶");
    if (breakpoint) {
        enum role role;
        const char *mark = breakpoint_mark(breakpoint, &role);
        canvas_label(canvas, row, 1, 1, style_over(base, app_style(app, role)), mark);
    }
}

/* Another function's names, or the module's, are not those of the frame, whatever they are called. */
static bool is_in_function(const struct source_view *view, int number)
{
    return number == view->current || inline_values_function(view->source, number, true) == view->inline_function;
}

static void draw_inline(struct app *app, struct canvas row, const struct source_view *view, int number,
                        const struct visible *line, int text_end)
{
    char text[256];
    size_t length = line->end < LEXED_BYTES ? line->end : LEXED_BYTES;
    if (!inline_values_text(app_model(app), line->text, length, text, sizeof text) || !is_in_function(view, number))
        return;
    int column = text_end + INLINE_GAP;
    if (column < INLINE_COLUMN && row.columns - INLINE_COLUMN >= INLINE_MIN)
        column = INLINE_COLUMN;
    if (row.columns - column >= INLINE_MIN)
        canvas_label(row, 0, column, row.columns - column, app_style(app, ROLE_INLINE_VALUE), text);
}

static void draw_line(struct app *app, const struct source_view *view, struct canvas canvas, int row, int number,
                      bool focused)
{
    int gutter = source_view_gutter(app, source_lines(view->source));
    size_t length;
    const char *text = source_line(view->source, number, &length);
    struct visible line = {text, length, source_columns_before(source_columns(view->source), text, length, view->left)};
    line.end = visible_end(view, line.first, canvas.columns, length);

    int digits = gutter > MARK_COLUMNS ? gutter - MARK_COLUMNS - 2 : 0;
    if (digits > 0) {
        char label[16];
        snprintf(label, sizeof label, "%*d", digits, number);
        canvas_label(canvas, row, MARK_COLUMNS, digits, app_style(app, ROLE_LINE_NUMBER), label);
    }

    struct canvas part = canvas_part(canvas, row, gutter, 1, canvas.columns - gutter);
    int from = line.first.column - view->left;
    int end = from + canvas_text(part, 0, from, app_style(app, ROLE_TEXT), text + line.first.offset,
                                 line.end - line.first.offset);
    draw_syntax(app, part, view, number, &line);
    if (view->inline_values && number >= view->inline_function && number <= view->current)
        draw_inline(app, part, view, number, &line, end < 0 ? 0 : end);
    struct style base = app_style(app, ROLE_TEXT);
    bool current = number == view->current, cursor = number == view->cursor;
    if (current || cursor) {
        base = app_style(app, current   ? (view->outer ? ROLE_LINE_CALLER : ROLE_LINE_CURRENT)
                              : focused ? ROLE_SELECTED_FOCUSED
                                        : ROLE_SELECTED);
        canvas_restyle(canvas, row, 0, 1, canvas.columns, base);
    }
    if (view->needle)
        draw_hits(app, part, view, &line, base);
    if (current && view->frame)
        draw_span(app, part, view, text, length, base);
    if (current && cursor && focused)
        canvas_restyle(canvas, row, MARK_COLUMNS, 1, digits, app_style(app, ROLE_SELECTED_FOCUSED));
    draw_marks(app, canvas, row, view, number, base);
}

static void draw_text_lines(struct app *app, struct canvas canvas, enum role role, const char *text)
{
    int row = canvas.rows > 4 ? 1 : 0;
    while (*text && row < canvas.rows) {
        size_t length = strcspn(text, "\n");
        canvas_text(canvas, row++, 2, app_style(app, role), text, length);
        text += length + (text[length] == '\n');
    }
}

void source_view_draw(struct app *app, const struct source_view *view, struct canvas canvas, bool focused)
{
    const char *error = source_error(view->source);
    if (error) {
        draw_text_lines(app, canvas, ROLE_MESSAGE_ERROR, error);
        return;
    }
    int lines = source_lines(view->source);
    if (lines == 0)
        draw_text_lines(app, canvas, ROLE_DIM, "(empty file)");
    for (int row = 0; row < canvas.rows && view->top + row <= lines; row++)
        draw_line(app, view, canvas, row, view->top + row, focused);
}
