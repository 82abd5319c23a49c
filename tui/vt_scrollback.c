#include "vt_scrollback.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "width.h"
#include "xalloc.h"

/* A line is a record in a ring of bytes: a header, the text, and the style runs. The text is UTF-8 with
 * two marks that UTF-8 has no use for: WIDE before a character of two columns, JOIN before one that
 * combines with the cell before. A ring of offsets finds the records. A record never wraps: when it does
 * not fit behind the last one it goes to the start of the ring.
 *
 * Records are in order of age: head is where the next one goes, the oldest is at offsets[first]. */

#define WIDE        '\xff'
#define JOIN        '\xfe'
#define FIRST_BYTES ((size_t)1 << 14)
#define ALIGNMENT   4

struct record {
    uint32_t text; /* bytes of it */
    uint32_t runs; /* number of them, behind the text, aligned */
};

struct run {
    uint32_t end; /* cell behind its last one; the first starts at 0 */
    struct style style;
};

struct vt_scrollback {
    char *ring; /* owned */
    size_t size, max_size;
    size_t head;       /* where the next record goes, if it fits */
    uint32_t *offsets; /* owned; ring of max_lines, in units of ALIGNMENT */
    size_t max_lines, offsets_size;
    size_t first, count;
    size_t used;

    struct cell *cells; /* owned; the line decoded last */
    size_t cells_capacity, cells_count;
    size_t cells_index; /* SIZE_MAX: none */

    char *text; /* owned; a line being encoded */
    size_t text_capacity;
    struct run *runs; /* owned */
    size_t runs_capacity;
};

struct vt_scrollback *vt_scrollback_create(size_t lines, size_t bytes)
{
    struct vt_scrollback *scrollback = xcalloc(1, sizeof *scrollback);
    scrollback->max_lines = lines;
    scrollback->max_size = bytes < FIRST_BYTES ? FIRST_BYTES : bytes;
    if (scrollback->max_size > UINT32_MAX)
        scrollback->max_size = UINT32_MAX;
    scrollback->cells_index = SIZE_MAX;
    return scrollback;
}

void vt_scrollback_destroy(struct vt_scrollback *scrollback)
{
    if (scrollback == NULL)
        return;
    free(scrollback->ring);
    free(scrollback->offsets);
    free(scrollback->cells);
    free(scrollback->text);
    free(scrollback->runs);
    free(scrollback);
}

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t record_size(size_t text, size_t runs)
{
    return sizeof(struct record) + aligned(text) + runs * sizeof(struct run);
}

static size_t slot(const struct vt_scrollback *scrollback, size_t nth)
{
    size_t at = scrollback->first + nth;
    return at >= scrollback->offsets_size ? at - scrollback->offsets_size : at;
}

static size_t record_at(const struct vt_scrollback *scrollback, size_t nth, struct record *out)
{
    size_t offset = (size_t)scrollback->offsets[slot(scrollback, nth)] * ALIGNMENT;
    memcpy(out, scrollback->ring + offset, sizeof *out);
    return offset;
}

static void drop_oldest(struct vt_scrollback *scrollback)
{
    struct record record;
    record_at(scrollback, 0, &record);
    scrollback->used -= record_size(record.text, record.runs);
    scrollback->first = slot(scrollback, 1);
    scrollback->count--;
    if (scrollback->count == 0)
        scrollback->head = scrollback->first = 0;
}

/* Room behind HEAD without touching the oldest record; moves HEAD to the start when only there it fits. */
static bool find_room(struct vt_scrollback *scrollback, size_t size)
{
    if (scrollback->count == 0) {
        scrollback->head = 0;
        return size <= scrollback->size;
    }
    size_t oldest = (size_t)scrollback->offsets[scrollback->first] * ALIGNMENT;
    if (scrollback->head > oldest) {
        if (size <= scrollback->size - scrollback->head)
            return true;
        if (size <= oldest) {
            scrollback->head = 0;
            return true;
        }
        return false;
    }
    return size <= oldest - scrollback->head;
}

/* Copy all records to a larger ring, in order. */
static void grow_ring(struct vt_scrollback *scrollback, size_t size)
{
    char *ring = xcalloc(1, size);
    size_t head = 0;
    for (size_t i = 0; i < scrollback->count; i++) {
        struct record record;
        size_t offset = record_at(scrollback, i, &record);
        size_t length = record_size(record.text, record.runs);
        memcpy(ring + head, scrollback->ring + offset, length);
        scrollback->offsets[slot(scrollback, i)] = (uint32_t)(head / ALIGNMENT);
        head += length;
    }
    free(scrollback->ring);
    scrollback->ring = ring;
    scrollback->size = size;
    scrollback->head = head;
}

static void grow_offsets(struct vt_scrollback *scrollback)
{
    size_t size = scrollback->offsets_size == 0 ? 256 : scrollback->offsets_size * 2;
    if (size > scrollback->max_lines)
        size = scrollback->max_lines;
    uint32_t *offsets = xcalloc(size, sizeof *offsets);
    for (size_t i = 0; i < scrollback->count; i++)
        offsets[i] = scrollback->offsets[slot(scrollback, i)];
    free(scrollback->offsets);
    scrollback->offsets = offsets;
    scrollback->offsets_size = size;
    scrollback->first = 0;
}

/* Make room for a record and enter it; NULL when it can never fit. */
static char *reserve(struct vt_scrollback *scrollback, size_t text, size_t runs)
{
    size_t size = record_size(text, runs);
    if (scrollback->max_lines == 0 || size > scrollback->max_size)
        return NULL;
    if (scrollback->count == scrollback->max_lines)
        drop_oldest(scrollback);
    if (scrollback->count == scrollback->offsets_size)
        grow_offsets(scrollback);
    while (!find_room(scrollback, size)) {
        size_t larger = scrollback->size == 0 ? FIRST_BYTES : scrollback->size * 2;
        while (larger < size)
            larger *= 2;
        if (larger > scrollback->max_size)
            larger = scrollback->max_size;
        if (scrollback->size < larger)
            grow_ring(scrollback, larger);
        else
            drop_oldest(scrollback);
    }
    char *record = scrollback->ring + scrollback->head;
    struct record header = {(uint32_t)text, (uint32_t)runs};
    memcpy(record, &header, sizeof header);
    scrollback->offsets[slot(scrollback, scrollback->count)] = (uint32_t)(scrollback->head / ALIGNMENT);
    scrollback->count++;
    scrollback->head += size;
    scrollback->used += size;
    scrollback->cells_index = SIZE_MAX;
    return record;
}

void vt_scrollback_push_ascii(struct vt_scrollback *scrollback, const char *text, size_t length)
{
    while (length > 0 && text[length - 1] == ' ')
        length--;
    char *record = reserve(scrollback, length, 0);
    if (record != NULL)
        memcpy(record + sizeof(struct record), text, length);
}

static bool is_default(const struct style *style)
{
    return style->attributes == 0 && style->foreground.kind == COLOUR_DEFAULT &&
           style->background.kind == COLOUR_DEFAULT;
}

static bool is_blank(const struct cell *cell)
{
    return (cell->codepoints[0] == 0 || cell->codepoints[0] == ' ') && cell->codepoints[1] == 0;
}

static size_t encode_cell(const struct cell *cell, char *out)
{
    size_t length = 0;
    if (cell->codepoints[0] == 0) {
        memset(out, ' ', 2);
        return cell->width == 2 ? 2 : 1;
    }
    if (cell->width == 2)
        out[length++] = WIDE;
    for (size_t i = 0; i < STYLE_CELL_CODEPOINTS && cell->codepoints[i] != 0; i++) {
        if (i > 0)
            out[length++] = JOIN;
        length += width_encode(cell->codepoints[i], out + length);
    }
    return length;
}

void vt_scrollback_push(struct vt_scrollback *scrollback, const struct cell *cells, int columns)
{
    size_t count = columns < 0 ? 0 : (size_t)columns, text = 0, runs = 0;
    while (count > 0 && is_blank(&cells[count - 1]) && is_default(&cells[count - 1].style))
        count--;
    xgrow(&scrollback->text, &scrollback->text_capacity, count * (STYLE_CELL_CODEPOINTS * 5 + 1) + 1, 1);
    for (size_t i = 0; i < count; i++) {
        if (cells[i].width != 0)
            text += encode_cell(&cells[i], scrollback->text + text);
        if (runs > 0 && style_equal(scrollback->runs[runs - 1].style, cells[i].style)) {
            scrollback->runs[runs - 1].end = (uint32_t)(i + 1);
            continue;
        }
        xgrow(&scrollback->runs, &scrollback->runs_capacity, runs + 1, sizeof *scrollback->runs);
        scrollback->runs[runs++] = (struct run){(uint32_t)(i + 1), cells[i].style};
    }
    if (runs == 1 && is_default(&scrollback->runs[0].style))
        runs = 0;
    char *record = reserve(scrollback, text, runs);
    if (record == NULL)
        return;
    memcpy(record + sizeof(struct record), scrollback->text, text);
    if (runs > 0)
        memcpy(record + sizeof(struct record) + aligned(text), scrollback->runs, runs * sizeof *scrollback->runs);
}

/* The text of a record as cells without style. */
static size_t decode_text(struct vt_scrollback *scrollback, const char *text, size_t length)
{
    size_t count = 0, i = 0;
    xgrow(&scrollback->cells, &scrollback->cells_capacity, length + 2, sizeof *scrollback->cells);
    while (i < length) {
        bool wide = text[i] == WIDE, join = text[i] == JOIN;
        i += wide || join;
        uint32_t codepoint = 0xfffd;
        size_t bytes = i < length ? width_decode(text + i, length - i, &codepoint) : 0;
        i += bytes == 0 ? 1 : bytes;
        if (join && count > 0) {
            struct cell *base = &scrollback->cells[count - 1];
            if (base->width == 0 && count > 1)
                base--;
            size_t at = 1;
            while (at < STYLE_CELL_CODEPOINTS && base->codepoints[at] != 0)
                at++;
            if (at < STYLE_CELL_CODEPOINTS)
                base->codepoints[at] = codepoint;
            continue;
        }
        scrollback->cells[count++] = (struct cell){{codepoint == ' ' ? 0 : codepoint}, wide ? 2 : 1};
        if (wide) /* its mark makes the text at least as long as the cells */
            scrollback->cells[count++] = (struct cell){.width = 0};
    }
    return count;
}

const struct cell *vt_scrollback_line(struct vt_scrollback *scrollback, size_t index, size_t *count)
{
    *count = 0;
    if (index >= scrollback->count)
        return NULL;
    if (scrollback->cells_index != index) {
        struct record record;
        size_t offset = record_at(scrollback, scrollback->count - 1 - index, &record);
        const char *text = scrollback->ring + offset + sizeof record;
        size_t cells = decode_text(scrollback, text, record.text), at = 0;
        for (size_t i = 0; i < record.runs; i++) {
            struct run run;
            memcpy(&run, text + aligned(record.text) + i * sizeof run, sizeof run);
            for (; at < run.end && at < cells; at++)
                scrollback->cells[at].style = run.style;
        }
        scrollback->cells_index = index;
        scrollback->cells_count = cells;
    }
    *count = scrollback->cells_count;
    return scrollback->cells;
}

bool vt_scrollback_pop(struct vt_scrollback *scrollback, struct cell *cells, int columns)
{
    size_t count, width = columns < 0 ? 0 : (size_t)columns;
    const struct cell *line = vt_scrollback_line(scrollback, 0, &count);
    if (line == NULL)
        return false;
    for (size_t i = 0; i < width; i++)
        cells[i] = i < count ? line[i] : (struct cell){.width = 1};
    if (width > 0 && cells[width - 1].width == 2)
        cells[width - 1] = (struct cell){.width = 1, .style = cells[width - 1].style};
    struct record record;
    size_t offset = record_at(scrollback, scrollback->count - 1, &record);
    scrollback->used -= record_size(record.text, record.runs);
    scrollback->count--;
    /* The next record may go where this one was; a gap at the ring's end is found again by find_room(). */
    scrollback->head = scrollback->count == 0 ? 0 : offset;
    scrollback->cells_index = SIZE_MAX;
    return true;
}

void vt_scrollback_clear(struct vt_scrollback *scrollback)
{
    scrollback->count = scrollback->first = scrollback->head = scrollback->used = 0;
    scrollback->cells_index = SIZE_MAX;
}

size_t vt_scrollback_lines(const struct vt_scrollback *scrollback)
{
    return scrollback->count;
}

size_t vt_scrollback_bytes(const struct vt_scrollback *scrollback)
{
    return scrollback->used;
}
