#include "source_decode.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "width.h"
#include "xalloc.h"

#define BOM       "\xef\xbb\xbf"
#define NAME_SIZE 48

struct buffer {
    char *text; /* owned */
    size_t length, capacity;
    size_t bad; /* bytes shown as \xNN */
};

static void buffer_reserve(struct buffer *buffer, size_t more)
{
    xgrow(&buffer->text, &buffer->capacity, buffer->length + more + 1, 1);
}

static void buffer_add(struct buffer *buffer, const char *bytes, size_t length)
{
    buffer_reserve(buffer, length);
    memcpy(buffer->text + buffer->length, bytes, length);
    buffer->length += length;
}

static void buffer_mark(struct buffer *buffer, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    char mark[4] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    buffer_add(buffer, mark, sizeof mark);
    buffer->bad++;
}

static bool has_bom(const char *bytes, size_t length)
{
    return length >= 3 && memcmp(bytes, BOM, 3) == 0;
}

static bool is_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '_' || byte == '.';
}

static size_t line_length(const char *bytes, size_t length)
{
    size_t end = 0;
    while (end < length && bytes[end] != '\n' && bytes[end] != '\r')
        end++;
    return end;
}

/* ^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+) */
static bool cookie(const char *line, size_t length, char *name, size_t size)
{
    for (size_t i = 0; i + 7 < length; i++) {
        if (memcmp(line + i, "coding", 6) != 0 || (line[i + 6] != ':' && line[i + 6] != '='))
            continue;
        size_t at = i + 7, kept = 0;
        while (at < length && (line[at] == ' ' || line[at] == '\t'))
            at++;
        for (; at < length && is_name(line[at]) && kept + 1 < size; at++) {
            char letter = line[at] == '_' ? '-' : line[at];
            name[kept++] = (char)(letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter);
        }
        name[kept] = '\0';
        if (kept > 0)
            return true;
    }
    return false;
}

void source_encoding(const char *bytes, size_t length, char *name, size_t size)
{
    name[0] = '\0';
    size_t at = has_bom(bytes, length) ? 3 : 0;
    for (int line = 0; line < 2; line++) {
        size_t end = at + line_length(bytes + at, length - at);
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\f'))
            at++;
        if (at < end && bytes[at] != '#')
            break;
        if (cookie(bytes + at, end - at, name, size))
            return;
        at = end + (end < length);
        if (at < length && bytes[at - 1] == '\r' && bytes[at] == '\n')
            at++;
    }
    if (has_bom(bytes, length))
        strcpy(name, "utf-8");
}

static bool is_utf8_name(const char *name)
{
    return name[0] == '\0' || strcmp(name, "utf8") == 0 || strcmp(name, "u8") == 0 || strcmp(name, "ascii") == 0 ||
           strcmp(name, "us-ascii") == 0 || strncmp(name, "utf-8", 5) == 0;
}

/* Python's names that iconv has under another one. */
static const char *iconv_name(const char *name)
{
    static const char *const names[][2] = {
        {"latin-1", "ISO-8859-1"},     {"latin1", "ISO-8859-1"},    {"l1", "ISO-8859-1"},
        {"iso-latin-1", "ISO-8859-1"}, {"iso8859-1", "ISO-8859-1"}, {"8859", "ISO-8859-1"},
        {"latin-9", "ISO-8859-15"},    {"latin9", "ISO-8859-15"},   {"l9", "ISO-8859-15"},
        {"latin-2", "ISO-8859-2"},     {"latin-5", "ISO-8859-9"},   {"mac-roman", "MACINTOSH"},
        {"sjis", "SHIFT_JIS"},         {"s-jis", "SHIFT_JIS"},      {"shift-jis", "SHIFT_JIS"},
        {"eucjp", "EUC-JP"},           {"ujis", "EUC-JP"},          {"gb2312", "GBK"},
        {"euckr", "EUC-KR"},           {"big5-tw", "BIG5"},         {"mbcs", "CP1252"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], name) == 0)
            return names[i][1];
    return name;
}

/* Decoding, in steps. What is still to come is decided in this order. */
enum stage { STAGE_DECODE, STAGE_NULS, STAGE_RETURNS, STAGE_DONE };

struct source_decoder {
    const char *bytes; /* borrowed */
    size_t length, at;
    struct buffer out;
    char name[NAME_SIZE];
    bool known;
    iconv_t converter; /* (iconv_t)-1: it is UTF-8 */
    enum stage stage;
    size_t from, to; /* of STAGE_NULS and STAGE_RETURNS: in the text */
};

static bool is_utf8(const struct source_decoder *decoder)
{
    return decoder->converter == (iconv_t)-1;
}

static void decode_utf8(struct source_decoder *decoder, size_t end)
{
    const char *bytes = decoder->bytes;
    while (decoder->at < end) {
        size_t at = decoder->at, run = at;
        while (run < end && (signed char)bytes[run] >= 0)
            run++;
        if (run > at)
            buffer_add(&decoder->out, bytes + at, run - at);
        decoder->at = at = run;
        if (at == end)
            break;
        uint32_t codepoint;
        size_t size = width_decode(bytes + at, decoder->length - at, &codepoint);
        if (size > 0)
            buffer_add(&decoder->out, bytes + at, size);
        else
            buffer_mark(&decoder->out, (unsigned char)bytes[at]);
        decoder->at += size > 0 ? size : 1;
    }
}

static void decode_iconv(struct source_decoder *decoder, size_t end)
{
    char *in = (char *)decoder->bytes + decoder->at; /* iconv's signature; it does not write there */
    size_t left = decoder->length - decoder->at;
    while (left > 0 && decoder->length - left < end) {
        char chunk[4096], *to = chunk;
        size_t room = sizeof chunk;
        size_t result = iconv(decoder->converter, &in, &left, &to, &room);
        int error = errno;
        buffer_add(&decoder->out, chunk, sizeof chunk - room);
        if (result == (size_t)-1 && error != E2BIG && left > 0) {
            buffer_mark(&decoder->out, (unsigned char)*in++);
            left--;
            iconv(decoder->converter, NULL, NULL, NULL, NULL);
        }
    }
    decoder->at = decoder->length - left;
}

/* NULs, which no line may hold, are marked: hardly any text has one, so this is one step. */
static void mark_nuls(struct buffer *buffer, size_t first)
{
    struct buffer marked = {.bad = buffer->bad};
    buffer_add(&marked, buffer->text, first);
    for (size_t i = first; i < buffer->length; i++)
        if (buffer->text[i] == '\0')
            buffer_mark(&marked, 0);
        else
            buffer_add(&marked, buffer->text + i, 1);
    free(buffer->text);
    *buffer = marked;
}

static void find_nuls(struct source_decoder *decoder, size_t end)
{
    struct buffer *out = &decoder->out;
    const char *nul = memchr(out->text + decoder->from, '\0', end - decoder->from);
    decoder->from = end;
    if (nul != NULL)
        mark_nuls(out, (size_t)(nul - out->text));
    if (nul != NULL || end == out->length) {
        decoder->from = decoder->to = 0;
        decoder->stage = STAGE_RETURNS;
    }
}

/* \r\n and \r become \n. */
static void convert_returns(struct source_decoder *decoder, size_t end)
{
    struct buffer *out = &decoder->out;
    while (decoder->from < end) {
        char *from = out->text + decoder->from, *found = memchr(from, '\r', end - decoder->from);
        size_t run = found != NULL ? (size_t)(found - from) : end - decoder->from;
        if (decoder->to != decoder->from)
            memmove(out->text + decoder->to, from, run);
        decoder->to += run;
        decoder->from += run;
        if (found == NULL)
            break;
        decoder->from++;
        if (decoder->from == out->length || out->text[decoder->from] != '\n')
            out->text[decoder->to++] = '\n';
    }
    if (decoder->from == out->length) {
        out->length = decoder->to;
        decoder->stage = STAGE_DONE;
    }
}

static char *decoding_note(const char *name, bool known, size_t bad)
{
    bool utf8 = is_utf8_name(name);
    const char *marked = bad == 0 ? "" : bad == 1 ? "1 byte" : "bytes";
    if (!known)
        return xasprintf("unknown encoding %s, shown as UTF-8%s", name, bad > 0 ? "; other bytes as \\xNN" : "");
    if (utf8 && bad > 0)
        return xasprintf("%s that %s not UTF-8 shown as \\xNN", marked, bad == 1 ? "is" : "are");
    if (utf8)
        return NULL;
    if (bad > 0)
        return xasprintf("decoded as %s; %s not in it shown as \\xNN", name, marked);
    return xasprintf("decoded as %s", name);
}

struct source_decoder *source_decoder_create(const char *bytes, size_t length)
{
    struct source_decoder *decoder = xcalloc(1, sizeof *decoder);
    source_encoding(bytes, length, decoder->name, sizeof decoder->name);
    decoder->bytes = bytes;
    decoder->length = length;
    decoder->at = has_bom(bytes, length) ? 3 : 0;
    decoder->converter = is_utf8_name(decoder->name) ? (iconv_t)-1 : iconv_open("UTF-8", iconv_name(decoder->name));
    decoder->known = is_utf8_name(decoder->name) || decoder->converter != (iconv_t)-1;
    buffer_reserve(&decoder->out, length);
    return decoder;
}

static size_t at_most(size_t from, size_t bytes, size_t length)
{
    return bytes < length - from ? from + bytes : length;
}

bool source_decoder_step(struct source_decoder *decoder, size_t bytes)
{
    size_t end;
    switch (decoder->stage) {
    case STAGE_DECODE:
        end = at_most(decoder->at, bytes, decoder->length);
        is_utf8(decoder) ? decode_utf8(decoder, end) : decode_iconv(decoder, end);
        decoder->stage = decoder->at >= decoder->length ? STAGE_NULS : STAGE_DECODE;
        break;
    case STAGE_NULS:
        find_nuls(decoder, at_most(decoder->from, bytes, decoder->out.length));
        break;
    case STAGE_RETURNS:
        convert_returns(decoder, at_most(decoder->from, bytes, decoder->out.length));
        break;
    case STAGE_DONE:
        break;
    }
    return decoder->stage != STAGE_DONE;
}

size_t source_decoder_done(const struct source_decoder *decoder)
{
    return decoder->at;
}

static void close_converter(struct source_decoder *decoder)
{
    if (!is_utf8(decoder))
        iconv_close(decoder->converter);
}

struct source_text source_decoder_finish(struct source_decoder *decoder)
{
    struct buffer *out = &decoder->out;
    out->text[out->length] = '\0';
    struct source_text text = {out->text, out->length, decoding_note(decoder->name, decoder->known, out->bad)};
    close_converter(decoder);
    free(decoder);
    return text;
}

void source_decoder_destroy(struct source_decoder *decoder)
{
    if (decoder == NULL)
        return;
    close_converter(decoder);
    free(decoder->out.text);
    free(decoder);
}

struct source_text source_decode(const char *bytes, size_t length)
{
    struct source_decoder *decoder = source_decoder_create(bytes, length);
    while (source_decoder_step(decoder, SIZE_MAX)) {
    }
    return source_decoder_finish(decoder);
}
