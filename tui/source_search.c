#include "source_search.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "source.h"
#include "width.h"
#include "xalloc.h"

/* The character at AT as it is compared; its bytes go to SIZE. Text of a source is valid UTF-8. */
static uint32_t compared(const char *at, const char *end, bool exact, size_t *size)
{
    uint32_t codepoint = (unsigned char)*at;
    *size = 1;
    if (codepoint >= 0x80) {
        *size = width_decode(at, (size_t)(end - at), &codepoint);
        if (*size == 0) { /* in the needle */
            *size = 1;
            return 0x110000 + (unsigned char)*at;
        }
    }
    if (exact)
        return codepoint;
    if (codepoint < 0x80)
        return codepoint >= 'A' && codepoint <= 'Z' ? codepoint | 0x20 : codepoint;
    return (uint32_t)towlower((wint_t)codepoint);
}

static bool has_upper(const char *text)
{
    const char *end = text + strlen(text);
    for (size_t size; text < end; text += size)
        if (compared(text, end, true, &size) != compared(text, end, false, &size))
            return true;
    return false;
}

/* Bytes of the hit at AT, 0 if there is none. */
static size_t match(const char *at, const char *end, const char *needle, const char *needle_end, bool exact)
{
    const char *from = at;
    while (needle < needle_end) {
        size_t size, needle_size;
        if (at >= end || compared(at, end, exact, &size) != compared(needle, needle_end, exact, &needle_size))
            return 0;
        at += size;
        needle += needle_size;
    }
    return (size_t)(at - from);
}

/* What is looked for, and with which bytes a hit may begin: the others are passed over one by one, and those are all
 * there is to do for most of a text of many megabytes. */
struct needle {
    const char *text, *end;
    bool exact;
    bool first[256];
};

static void needle_init(struct needle *needle, const char *text)
{
    unsigned char first = (unsigned char)text[0];
    *needle = (struct needle){.text = text, .end = text + strlen(text), .exact = has_upper(text)};
    bool letter = !needle->exact && first >= 'a' && first <= 'z';
    for (unsigned byte = 0; byte < 256; byte++) {
        bool ascii = byte < 0x80 && (first >= 0x80 || byte == first || (letter && (byte | 0x20) == first));
        needle->first[byte] = ascii || byte >= 0xc0; /* a character may be another one's small letter */
    }
}

/* From byte FROM up to where a hit may begin, STOP. */
static bool search_from(const char *line, size_t length, const struct needle *needle, size_t from, size_t stop,
                        size_t *offset, size_t *hit_length)
{
    for (size_t at = from; at < stop; at++) {
        while (at < stop && !needle->first[(unsigned char)line[at]])
            at++;
        size_t hit = match(line + at, line + length, needle->text, needle->end, needle->exact);
        if (hit > 0) {
            *offset = at;
            *hit_length = hit;
            return true;
        }
    }
    return false;
}

bool source_search_text(const char *line, size_t length, const char *text, size_t from, size_t *offset,
                        size_t *hit_length)
{
    struct needle needle;
    needle_init(&needle, text);
    return text[0] != '\0' && search_from(line, length, &needle, from, length, offset, hit_length);
}

/* In steps: forwards the text is one run of bytes, since a needle has no newline; backwards it is line by line. */
struct source_search {
    const struct source *source; /* borrowed */
    uint64_t revision;           /* of its text */
    char *text;                  /* owned */
    struct needle needle;
    bool backwards;
    int from, line; /* where it began; backwards: the next line to look at */
    const char *begin, *end;
    size_t size, first, done; /* of the text; where it began; bytes looked at */
};

struct source_search *source_search_create(const struct source *source, const char *needle, int from, bool backwards)
{
    struct source_search *search = xcalloc(1, sizeof *search);
    int lines = source_lines(source);
    search->source = source;
    search->revision = source_revision(source);
    search->text = xstrdup(needle);
    needle_init(&search->needle, search->text);
    search->backwards = backwards;
    search->from = search->line = from < 1 ? 1 : from > lines ? lines : from;
    if (lines > 0 && needle[0] != '\0') {
        size_t length;
        search->begin = source_line(source, 1, &length);
        search->first = (size_t)(source_line(source, search->from, &length) - search->begin);
        search->end = source_line(source, lines, &length);
        search->end += length;
        search->size = (size_t)(search->end - search->begin) + 1; /* the last line's newline, too */
    }
    return search;
}

void source_search_destroy(struct source_search *search)
{
    if (search == NULL)
        return;
    free(search->text);
    free(search);
}

static enum source_search_state found_at(const struct source_search *search, size_t at, struct source_hit *hit)
{
    hit->line = source_line_at(search->source, at, &hit->offset);
    return SOURCE_SEARCH_FOUND;
}

/* DONE counts from where it began, and on from the top. */
static enum source_search_state step_forwards(struct source_search *search, size_t bytes, struct source_hit *hit)
{
    while (search->done < search->size && bytes > 0) {
        bool wrapped = search->done >= search->size - search->first;
        size_t from = wrapped ? search->done - (search->size - search->first) : search->first + search->done;
        size_t last = wrapped ? search->first : search->size;
        size_t stop = bytes < last - from ? from + bytes : last, at;
        size_t length = (size_t)(search->end - search->begin), begins = stop < length ? stop : length;
        if (from < begins && search_from(search->begin, length, &search->needle, from, begins, &at, &hit->length))
            return found_at(search, at, hit);
        search->done += stop - from;
        bytes -= stop - from;
    }
    return search->done < search->size ? SOURCE_SEARCH_MORE : SOURCE_SEARCH_NONE;
}

static enum source_search_state step_backwards(struct source_search *search, size_t bytes, struct source_hit *hit)
{
    for (size_t looked = 0; looked < bytes && search->done < search->size;) {
        size_t length;
        const char *line = source_line(search->source, search->line, &length);
        if (search_from(line, length, &search->needle, 0, length, &hit->offset, &hit->length)) {
            hit->line = search->line;
            return SOURCE_SEARCH_FOUND;
        }
        search->done += length + 1;
        looked += length + 1;
        search->line = search->line > 1 ? search->line - 1 : source_lines(search->source);
    }
    return search->done < search->size ? SOURCE_SEARCH_MORE : SOURCE_SEARCH_NONE;
}

enum source_search_state source_search_step(struct source_search *search, size_t bytes, struct source_hit *hit)
{
    if (search->revision != source_revision(search->source))
        return SOURCE_SEARCH_NONE;
    return search->backwards ? step_backwards(search, bytes, hit) : step_forwards(search, bytes, hit);
}

int source_search_progress(const struct source_search *search)
{
    return search->size == 0 ? 100 : (int)(search->done * 100 / search->size);
}

int source_search(const struct source *source, const char *text, int from, bool backwards, size_t *offset,
                  size_t *hit_length)
{
    struct source_search *search = source_search_create(source, text, from, backwards);
    struct source_hit hit = {0};
    bool found = source_search_step(search, SIZE_MAX, &hit) == SOURCE_SEARCH_FOUND;
    source_search_destroy(search);
    if (!found)
        return 0;
    *offset = hit.offset;
    *hit_length = hit.length;
    return hit.line;
}
