#include "dump_parse.h"

#include "protocol/arena.h"
#include "protocol/utf8.h"
#include "protocol/value.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    struct arena *arena;
    struct value *threads, *thread, *frames; /* the last two: where lines belong to, or NULL */
    bool more;
};

static bool starts_with(const char *line, size_t length, const char *word)
{
    return length >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* The last place in LINE where WORD stands; NULL. */
static const char *find_last(const char *line, size_t length, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = length + 1; i-- > size;) {
        if (memcmp(line + i - size, word, size) == 0) {
            return line + i - size;
        }
    }
    return NULL;
}

/* The character that TEXT begins with as an escape; 0 if that is none. faulthandler writes what is not printable
 * ASCII so, and no backslash else: \x41 stands for itself. */
static uint32_t escaped(const char *text, size_t length, size_t *used)
{
    static const struct {
        char kind;
        size_t digits;
    } kinds[] = {{'x', 2}, {'u', 4}, {'U', 8}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && length > 2; i++) {
        char digits[9] = "", *end;
        if (text[0] != '\\' || text[1] != kinds[i].kind || length < 2 + kinds[i].digits) {
            continue;
        }
        memcpy(digits, text + 2, kinds[i].digits);
        unsigned long code = strtoul(digits, &end, 16);
        bool whole = strspn(digits, "0123456789abcdef") == kinds[i].digits;
        *used = 2 + kinds[i].digits;
        return whole && code >= 0xa0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? (uint32_t)code : 0;
    }
    return 0;
}

static struct value *make_text(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    size_t size = 0;
    for (size_t i = 0; copy && i < length;) {
        size_t used = 1;
        uint32_t code = escaped(text + i, length - i, &used);
        if (code) {
            size += utf8_encode(copy + size, code); /* never longer than the escape */
        } else {
            copy[size++] = text[i];
            used = 1;
        }
        i += used;
    }
    return copy ? value_string(arena, copy, size) : NULL;
}

static struct value *make_source(struct arena *arena, const char *path, size_t length)
{
    struct value *source = value_map(arena), *whole = make_text(arena, path, length);
    const char *text = whole ? whole->string.bytes : "";
    const char *slash = strrchr(text, '/');
    value_set_text(arena, source, "name", slash && slash[1] ? slash + 1 : text);
    value_set(arena, source, "path", whole);
    return source;
}

/* "  File "PATH", line 12 in NAME", each of which may be ??? without quotes. */
static void parse_frame(struct parser *parser, const char *line, size_t length)
{
    struct arena *arena = parser->arena;
    const char *rest = line + strlen("  File "), *end = line + length;
    const char *place = find_last(rest, (size_t)(end - rest), ", line ");
    if (!parser->frames || !place) {
        return;
    }
    struct value *frame = value_map(arena);
    const char *number = place + strlen(", line ");
    const char *name = number;
    int64_t row = 0;
    for (; name < end && *name >= '0' && *name <= '9'; name++) {
        row = row < INT32_MAX / 10 ? row * 10 + (*name - '0') : INT32_MAX;
    }
    name += name == number && end - name >= 3 ? 3 : 0; /* ??? */
    name += end - name >= 4 && memcmp(name, " in ", 4) == 0 ? 4 : 0;
    value_set(arena, frame, "name", make_text(arena, name, (size_t)(end - name)));
    if (*rest == '"' && place - rest >= 2) {
        value_set(arena, frame, "source", make_source(arena, rest + 1, (size_t)(place - rest) - 2));
    }
    value_set_int(arena, frame, "line", row);
    value_append(arena, parser->frames, frame);
}

/* "Thread 0x00007f… [name] (most recent call first):", the name only where the version knows it. */
static void parse_thread(struct parser *parser, const char *line, size_t length)
{
    struct arena *arena = parser->arena;
    const char *number = memchr(line, 'x', length), *end = find_last(line, length, " (most recent");
    char *after = NULL;
    unsigned long long ident = number ? strtoull(number + 1, &after, 16) : 0;
    parser->thread = value_map(arena);
    parser->frames = value_array(arena);
    value_set_int(arena, parser->thread, "ident", (int64_t)ident);
    if (end && after && after + 2 < end && after[1] == '[' && end[-1] == ']') {
        value_set(arena, parser->thread, "name", make_text(arena, after + 2, (size_t)(end - after) - 3));
    }
    value_set(arena, parser->thread, "stackFrames", parser->frames);
    value_set_bool(arena, parser->thread, "moreFrames", false);
    value_append(arena, parser->threads, parser->thread);
}

static void parse_line(struct parser *parser, const char *line, size_t length)
{
    if (starts_with(line, length, "Thread 0x") || starts_with(line, length, "Current thread 0x")) {
        parse_thread(parser, line, length);
    } else if (starts_with(line, length, "  File ")) {
        parse_frame(parser, line, length);
    } else if (starts_with(line, length, "  Garbage-collecting") && parser->thread) {
        value_set_bool(parser->arena, parser->thread, "collecting", true);
    } else if (starts_with(line, length, "  ...") && parser->thread) {
        value_set_bool(parser->arena, parser->thread, "moreFrames", true);
    } else if (starts_with(line, length, "...")) {
        parser->more = true;
    }
}

struct value *dump_parse(struct arena *arena, const char *text, bool whole, bool *more)
{
    struct parser parser = {.arena = arena, .threads = value_array(arena), .more = !whole};
    const char *line = text, *end;
    for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        parse_line(&parser, line, (size_t)(end - line));
    }
    if (!whole && parser.thread) {
        value_set_bool(arena, parser.thread, "moreFrames", true);
    }
    *more = parser.more;
    return parser.threads;
}
