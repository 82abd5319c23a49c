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

static void decode_utf8(const char *bytes, size_t length, struct buffer *out)
{
    buffer_reserve(out, length);
    for (size_t at = 0; at < length;) {
        size_t run = at;
        while (run < length && (signed char)bytes[run] >= 0)
            run++;
        if (run > at)
            buffer_add(out, bytes + at, run - at);
        at = run;
        if (at == length)
            break;
        uint32_t codepoint;
        size_t size = width_decode(bytes + at, length - at, &codepoint);
        if (size > 0)
            buffer_add(out, bytes + at, size);
        else
            buffer_mark(out, (unsigned char)bytes[at]);
        at += size > 0 ? size : 1;
    }
}

/* False when iconv does not know the encoding. */
static bool decode_iconv(const char *encoding, const char *bytes, size_t length, struct buffer *out)
{
    iconv_t converter = iconv_open("UTF-8", encoding);
    if (converter == (iconv_t)-1)
        return false;
    char *in = (char *)bytes; /* iconv's signature; it does not write there */
    size_t left = length;
    while (left > 0) {
        char chunk[4096], *to = chunk;
        size_t room = sizeof chunk;
        size_t result = iconv(converter, &in, &left, &to, &room);
        int error = errno;
        buffer_add(out, chunk, sizeof chunk - room);
        if (result == (size_t)-1 && error != E2BIG && left > 0) {
            buffer_mark(out, (unsigned char)*in++);
            left--;
            iconv(converter, NULL, NULL, NULL, NULL);
        }
    }
    iconv_close(converter);
    return true;
}

/* \r\n and \r become \n; NULs, which no line may hold, are marked. */
static void normalise(struct buffer *buffer)
{
    size_t nuls = 0;
    for (size_t i = 0; memchr(buffer->text + i, '\0', buffer->length - i) != NULL; nuls++)
        i = (size_t)((char *)memchr(buffer->text + i, '\0', buffer->length - i) - buffer->text) + 1;
    if (nuls > 0) {
        struct buffer marked = {.bad = buffer->bad};
        buffer_reserve(&marked, buffer->length + nuls * 3);
        for (size_t i = 0; i < buffer->length; i++)
            if (buffer->text[i] == '\0')
                buffer_mark(&marked, 0);
            else
                marked.text[marked.length++] = buffer->text[i];
        free(buffer->text);
        *buffer = marked;
    }
    char *first = memchr(buffer->text, '\r', buffer->length);
    if (first == NULL)
        return;
    char *to = first, *end = buffer->text + buffer->length;
    for (char *from = first; from < end; from++) {
        if (*from != '\r')
            *to++ = *from;
        else if (from + 1 == end || from[1] != '\n')
            *to++ = '\n';
    }
    buffer->length = (size_t)(to - buffer->text);
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

struct source_text source_decode(const char *bytes, size_t length)
{
    char name[NAME_SIZE];
    struct buffer out = {.text = NULL};
    source_encoding(bytes, length, name, sizeof name);
    if (has_bom(bytes, length)) {
        bytes += 3;
        length -= 3;
    }
    bool known = true;
    buffer_reserve(&out, length);
    if (is_utf8_name(name)) {
        decode_utf8(bytes, length, &out);
    } else {
        known = decode_iconv(iconv_name(name), bytes, length, &out);
        if (!known)
            decode_utf8(bytes, length, &out);
    }
    normalise(&out);
    out.text[out.length] = '\0';
    return (struct source_text){out.text, out.length, decoding_note(name, known, out.bad)};
}
