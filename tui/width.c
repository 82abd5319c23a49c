#include "width.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#define TAB_COLUMNS    8
#define COMBINING_MAX  4 /* ncurses' cchar_t holds a base and four */
#define DOTTED_CIRCLE  0x25cc
#define REPLACEMENT    0xfffd
#define TEXT_SELECTOR  0xfe0e
#define EMOJI_SELECTOR 0xfe0f

struct range {
    uint32_t first, last;
};

/* Invisible, or meant to move other text: marked, though libc has a width for them. Sorted. */
static const struct range marked[] = {
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* combining grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer inherent vowels */
    {0x180b, 0x180f},   /* Mongolian selectors */
    {0x200b, 0x200f},   /* zero width space, joiners, directional marks */
    {0x2028, 0x202e},   /* line separators, bidi embeddings and overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, bidi isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xd800, 0xdfff},   /* surrogates */
    {0xfe00, 0xfe0d},   /* variation selectors but for text and emoji, which are dropped */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* half-width Hangul filler */
    {0xfff0, 0xfffb},   /* interlinear annotation */
    {0x1bca0, 0x1bca3}, /* shorthand format controls */
    {0x1d173, 0x1d17a}, /* musical format controls */
    {0x1f3fb, 0x1f3ff}, /* skin tones: some terminals join them with what is before */
    {0xe0000, 0xe0fff}, /* tags and further variation selectors */
};

static bool locale_is_utf8(void)
{
    return strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool width_set_locale(void)
{
    const char *name = setlocale(LC_ALL, "");
    if (name != NULL && locale_is_utf8())
        return true;
    /* No locale at all says nothing about the terminal, and today's speak UTF-8. Somebody who names another
     * character set, or LC_ALL=C, means it. */
    const char *forced = getenv("LC_ALL");
    const char *type = setlocale(LC_CTYPE, NULL);
    bool plain = name == NULL || type == NULL || strcmp(type, "C") == 0 || strcmp(type, "POSIX") == 0;
    bool utf8 = plain && (forced == NULL || forced[0] == '\0' || name == NULL);
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL && setlocale(LC_CTYPE, "en_US.UTF-8") == NULL)
        return false;
    return utf8;
}

static bool is_continuation(const char *text, size_t index, size_t length)
{
    return index < length && ((unsigned char)text[index] & 0xc0) == 0x80;
}

size_t width_decode(const char *text, size_t length, uint32_t *codepoint)
{
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80) {
        *codepoint = first;
        return 1;
    }
    size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint32_t mask[] = {0, 0, 0x1f, 0x0f, 0x07};
    if (first < 0xc2 || first > 0xf4)
        return 0;
    uint32_t value = first & mask[bytes];
    for (size_t i = 1; i < bytes; i++) {
        if (!is_continuation(text, i, length))
            return 0;
        value = value << 6 | ((unsigned char)text[i] & 0x3f);
    }
    if (value < smallest[bytes] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *codepoint = value;
    return bytes;
}

size_t width_encode(uint32_t codepoint, char *buffer)
{
    if (codepoint > 0x10ffff || (codepoint >= 0xd800 && codepoint <= 0xdfff))
        codepoint = REPLACEMENT;
    if (codepoint < 0x80) {
        buffer[0] = (char)codepoint;
        return 1;
    }
    size_t bytes = codepoint < 0x800 ? 2 : codepoint < 0x10000 ? 3 : 4;
    static const unsigned lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = bytes - 1; i > 0; i--) {
        buffer[i] = (char)(0x80 | (codepoint & 0x3f));
        codepoint >>= 6;
    }
    buffer[0] = (char)(lead[bytes] | codepoint);
    return bytes;
}

static bool is_marked(uint32_t codepoint)
{
    size_t low = 0, high = sizeof marked / sizeof marked[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (codepoint > marked[middle].last)
            low = middle + 1;
        else if (codepoint < marked[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

int width_codepoint(uint32_t codepoint)
{
    if (codepoint >= 0x20 && codepoint < 0x7f)
        return 1;
    if (codepoint < 0xa0 || codepoint > 0x10ffff || (codepoint & 0xfffe) == 0xfffe || is_marked(codepoint))
        return -1;
    /* Before term_create(), as in tests, nobody has chosen a locale and libc knows ASCII only. */
    if (MB_CUR_MAX == 1)
        setlocale(LC_CTYPE, "C.UTF-8");
    int columns = wcwidth((wchar_t)codepoint);
    return columns > 2 ? -1 : columns;
}

static void mark_codepoint(uint32_t codepoint, struct width_glyph *out)
{
    if (codepoint < 0x20 || codepoint == 0x7f)
        snprintf(out->mark, sizeof out->mark, "^%c", (char)(codepoint ^ 0x40));
    else if (codepoint < 0x100)
        snprintf(out->mark, sizeof out->mark, "\\x%02x", (unsigned)codepoint);
    else if (codepoint < 0x10000)
        snprintf(out->mark, sizeof out->mark, "\\u%04x", (unsigned)codepoint);
    else
        snprintf(out->mark, sizeof out->mark, "\\U%08x", (unsigned)(codepoint & 0xffffffff));
    out->columns = (int)strlen(out->mark);
}

/* Take the combining characters that follow the base. The two selectors that choose between text and
 * emoji are dropped: terminals disagree whether they change the width. */
static void take_combining(const char *text, size_t length, struct width_glyph *out)
{
    size_t count = 1;
    while (out->bytes < length) {
        uint32_t codepoint;
        size_t bytes = width_decode(text + out->bytes, length - out->bytes, &codepoint);
        bool selector = codepoint == TEXT_SELECTOR || codepoint == EMOJI_SELECTOR;
        if (bytes < 2 || (!selector && width_codepoint(codepoint) != 0))
            return;
        if (!selector && count <= COMBINING_MAX)
            out->codepoints[count++] = codepoint;
        out->bytes += bytes;
    }
}

void width_glyph_next(const char *text, size_t length, int column, struct width_glyph *out)
{
    uint32_t codepoint;
    size_t bytes = width_decode(text, length, &codepoint);
    *out = (struct width_glyph){.bytes = bytes};
    if (bytes == 0) {
        out->bytes = 1;
        snprintf(out->mark, sizeof out->mark, "\\x%02x", (unsigned)(unsigned char)text[0]);
        out->columns = 4;
        return;
    }
    if (codepoint == '\t') {
        out->codepoints[0] = ' ';
        out->columns = TAB_COLUMNS - column % TAB_COLUMNS;
        return;
    }
    int columns = width_codepoint(codepoint);
    if (columns < 0 || codepoint == TEXT_SELECTOR || codepoint == EMOJI_SELECTOR) {
        mark_codepoint(codepoint, out);
        return;
    }
    out->codepoints[0] = codepoint;
    out->columns = columns;
    if (columns == 0) {
        /* Nothing to combine with. */
        out->codepoints[0] = DOTTED_CIRCLE;
        out->columns = 1;
        out->bytes = 0;
    }
    take_combining(text, length, out);
}

size_t width_glyph_encode(const struct width_glyph *glyph, char *buffer)
{
    size_t length = strlen(glyph->mark);
    memcpy(buffer, glyph->mark, length);
    for (size_t i = 0; i < sizeof glyph->codepoints / sizeof glyph->codepoints[0] && glyph->codepoints[i] != 0; i++)
        length += width_encode(glyph->codepoints[i], buffer + length);
    return length;
}

void width_print(FILE *stream, const char *text)
{
    for (const char *end = text + strlen(text); text < end;) {
        struct width_glyph glyph;
        char bytes[WIDTH_GLYPH_MAX];
        width_glyph_next(text, (size_t)(end - text), 0, &glyph);
        fwrite(bytes, 1, width_glyph_encode(&glyph, bytes), stream);
        text += glyph.bytes;
    }
}
