#include "exception_rows.h"

#include "canvas.h"
#include "model.h"
#include "session.h"
#include "source.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDENT        2
#define INDENT_MOST   16
#define COLUMNS_LEAST 12
#define TEXT_ROWS     100 /* of one exception's message and notes */

static const char *relation_text(const char *relation)
{
    static const struct {
        const char *relation, *text;
    } texts[] = {{"cause", "caused by "}, {"context", "while handling "}, {"member", "member "}};
    for (size_t i = 0; relation && i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].relation, relation) == 0)
            return texts[i].text;
    return "";
}

/* What is left out below EXCEPTION; NULL: nothing. The caller owns it. */
static char *left_out(const struct model_exception *exception)
{
    static const char where[] = "Enter goes to Variables, which has them";
    if (exception->omitted > 0)
        return xasprintf("… %lld more members; %s", (long long)exception->omitted, where);
    return exception->cut ? xasprintf("… and what came before it; %s", where) : NULL;
}

struct exception_rows *exception_rows_create(const struct model *model, struct source_store *sources)
{
    struct exception_rows *rows = xcalloc(1, sizeof *rows);
    rows->sources = sources;
    rows->items = xcalloc(model->chain_count + 1, sizeof *rows->items);
    rows->item_count = model->chain_count;
    for (size_t i = 0; i < rows->item_count; i++) {
        const struct model_exception *exception = &model->chain[i];
        rows->items[i] = (struct exception_item){.whole = xstrdup(exception->whole),
                                                 .note = left_out(exception),
                                                 .relation = relation_text(exception->relation),
                                                 .number = exception->number,
                                                 .depth = exception->depth,
                                                 .traceback = exception->traceback,
                                                 .shown = EXCEPTION_ROWS_FIRST};
    }
    return rows;
}

void exception_rows_destroy(struct exception_rows *rows)
{
    if (!rows)
        return;
    for (size_t i = 0; i < rows->item_count; i++) {
        free(rows->items[i].whole);
        free(rows->items[i].note);
        model_frames_free(rows->items[i].frames, rows->items[i].count);
    }
    free(rows->items);
    free(rows->rows);
    free(rows);
}

int exception_rows_indent(const struct exception_item *item)
{
    int indent = INDENT * item->depth;
    return (indent < INDENT_MOST ? indent : INDENT_MOST) + INDENT;
}

void exception_rows_place(const struct model_frame *frame, char *buffer, size_t size)
{
    char place[256];
    model_frame_place(frame, place, sizeof place);
    snprintf(buffer, size, "%s in %s", place, frame->name);
}

static struct exception_row *add(struct exception_rows *rows, enum exception_row_kind kind, size_t item)
{
    xgrow(&rows->rows, &rows->capacity, rows->count + 1, sizeof *rows->rows);
    struct exception_row *row = &rows->rows[rows->count++];
    *row = (struct exception_row){.kind = kind, .item = item, .text = ""};
    return row;
}

static void add_text(struct exception_rows *rows, enum exception_row_kind kind, size_t item, const char *text,
                     size_t length)
{
    struct exception_row *row = add(rows, kind, item);
    row->text = text;
    row->length = length;
}

/* Bytes of the line that fit: up to a blank, where there is one not too far off. */
static size_t fitting(const char *text, size_t length, int columns)
{
    size_t most = canvas_offset(text, length, columns > COLUMNS_LEAST ? columns : COLUMNS_LEAST);
    if (most == length || most == 0)
        return length;
    for (size_t i = most; i > most / 2; i--)
        if (text[i] == ' ')
            return i + 1;
    return most;
}

/* Type, message and notes, broken into lines. */
static void add_whole(struct exception_rows *rows, size_t index, int columns)
{
    const struct exception_item *item = &rows->items[index];
    const char *text = item->whole;
    int room = columns - exception_rows_indent(item), head = (int)strlen(item->relation);
    for (int row = 0; row < TEXT_ROWS && (*text || row == 0); row++) {
        int width = row == 0 ? room - head : room;
        size_t line = strcspn(text, "\n");
        size_t part = fitting(text, line, width);
        add_text(rows, row == 0 ? EXCEPTION_ROW_HEAD : EXCEPTION_ROW_TEXT, index, text, part);
        text += part == line && text[part] ? part + 1 : part;
    }
    if (*text)
        add_text(rows, EXCEPTION_ROW_NOTE, index, "…", strlen("…"));
}

static void add_frame(struct exception_rows *rows, size_t index, size_t frame)
{
    const struct model_frame *what = &rows->items[index].frames[frame];
    add(rows, EXCEPTION_ROW_FRAME, index)->frame = frame;
    const struct source *source = what->path ? source_store_open(rows->sources, what->path) : NULL;
    if (!source || source_error(source) || what->line < 1 || what->line > source_lines(source))
        return;
    struct exception_row *row = add(rows, EXCEPTION_ROW_SOURCE, index);
    row->frame = frame;
    row->text = source_line(source, what->line, &row->length);
}

static void add_frames(struct exception_rows *rows, size_t index)
{
    static const char waiting[] = "…", none[] = "not raised: it has no frames";
    const struct exception_item *item = &rows->items[index];
    if (!item->traceback)
        add_text(rows, EXCEPTION_ROW_NOTE, index, none, strlen(none));
    else if (!item->known)
        add_text(rows, EXCEPTION_ROW_NOTE, index, waiting, strlen(waiting));
    for (size_t i = 0; i < item->count && i < item->shown; i++)
        add_frame(rows, index, i);
    if (item->count > item->shown || item->more)
        add(rows, EXCEPTION_ROW_MORE, index);
}

/* Rows of the item at INDEX and those below it; gives the index of the next one beside it. */
static size_t add_item(struct exception_rows *rows, size_t index, int columns)
{
    const struct exception_item *item = &rows->items[index];
    size_t next = index + 1;
    add_whole(rows, index, columns);
    if (!item->closed)
        add_frames(rows, index);
    while (next < rows->item_count && rows->items[next].depth > item->depth)
        next = item->closed ? next + 1 : add_item(rows, next, columns);
    if (item->note && !item->closed)
        add_text(rows, EXCEPTION_ROW_NOTE, index, item->note, strlen(item->note));
    return next;
}

void exception_rows_build(struct exception_rows *rows, int columns)
{
    rows->count = 0;
    for (size_t i = 0; i < rows->item_count;)
        i = add_item(rows, i, columns);
}

bool exception_rows_take(struct exception_rows *rows, struct session_traceback *part)
{
    struct exception_item *item =
        part->number >= 0 && (size_t)part->number < rows->item_count ? &rows->items[part->number] : NULL;
    if (!item || part->start != item->count)
        return false;
    struct model_frame *all = xcalloc(item->count + part->count + 1, sizeof *all);
    if (item->count)
        memcpy(all, item->frames, item->count * sizeof *all);
    if (part->count)
        memcpy(all + item->count, part->frames, part->count * sizeof *all);
    free(item->frames);
    free(part->frames);
    item->frames = all;
    item->count += part->count;
    item->more = part->more;
    item->known = true;
    item->asked = false;
    part->frames = NULL;
    part->count = 0;
    return true;
}
