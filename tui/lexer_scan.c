#include <stdlib.h>
#include <string.h>

#include "lexer.h"
#include "lexer_state.h"
#include "xalloc.h"

/* One pass over the whole text that only finds out where strings begin and end. Code outside of strings,
 * which is most, is skipped by a table up to the next quote or comment, without looking at lines; lines
 * are counted only where a string begins or a newline is met inside one. */

struct lexer_scanner {
    const char *text, *at, *end;
    const char *stop; /* of this step */
    const uint32_t *offsets;
    uint8_t *states;
    size_t count, line; /* line: of the last position looked for */
    const char
        *newline; /* the end of a line, found for a position before it: lines of a million strings are one look */
    struct lexer_stack stack;
};

/* The line of the position, from 0; positions come in ascending order. */
static size_t line_of(struct lexer_scanner *scan, const char *position)
{
    size_t offset = (size_t)(position - scan->text);
    while (scan->line + 1 < scan->count && scan->offsets[scan->line + 1] <= offset)
        scan->line++;
    return scan->line;
}

/* Positions come in ascending order here, too. */
static const char *line_end(struct lexer_scanner *scan, const char *at)
{
    if (scan->newline == NULL || scan->newline < at) {
        scan->newline = memchr(at, '\n', (size_t)(scan->end - at));
        scan->newline = scan->newline != NULL ? scan->newline : scan->end;
    }
    return scan->newline;
}

/* At a newline inside of something: the next line begins in it. */
static void next_line(struct lexer_scanner *scan)
{
    scan->at++;
    if (scan->at >= scan->end)
        return;
    size_t line = line_of(scan, scan->at);
    if (scan->offsets[line] == (size_t)(scan->at - scan->text))
        scan->states[line] = lexer_stack_pack(&scan->stack);
}

static void open_string(struct lexer_scanner *scan)
{
    const char *at = scan->at, *first;
    bool triple = scan->end - at >= 3 && at[1] == *at && at[2] == *at;
    struct lexer_level level = {
        .place = LEXER_STRING,
        .kind = (uint8_t)lexer_prefix(scan->text, at, &first),
        .quote = *at,
        .triple = triple,
    };
    scan->at += triple ? 3 : 1;
    lexer_stack_push(&scan->stack, level);
}

/* Code outside of any string: to the next string, or to where the step ends. */
static void scan_code(struct lexer_scanner *scan)
{
    static const bool interesting[256] = {['\''] = true, ['"'] = true, ['#'] = true};
    const char *at = scan->at, *stop = scan->stop;
    for (;;) {
        while (at < stop && !interesting[(unsigned char)*at])
            at++;
        scan->at = at;
        if (at >= stop)
            return;
        if (*at != '#')
            break;
        at = line_end(scan, at);
    }
    open_string(scan);
}

/* Code in a replacement field: one step. */
static void scan_field(struct lexer_scanner *scan)
{
    switch (*scan->at) {
    case '\'':
    case '"':
        open_string(scan);
        return;
    case '#':
        scan->at = line_end(scan, scan->at);
        return;
    case '\n':
        next_line(scan);
        return;
    default:
        lexer_field_operator(&scan->stack, *scan->at);
        scan->at++;
    }
}

/* The rest of the line inside of a string, or to where it ends or a field begins. */
static void scan_string(struct lexer_scanner *scan)
{
    const char *end = line_end(scan, scan->at);
    for (;;) {
        size_t length;
        switch (lexer_string_step(&scan->stack, &scan->at, end, &length)) {
        case LEXER_EVENT_ESCAPE:
            scan->at += length;
            continue;
        case LEXER_EVENT_STRING_END:
        case LEXER_EVENT_FIELD:
            scan->at += length;
            return;
        case LEXER_EVENT_FIELD_END:
            scan->at += length;
            continue;
        case LEXER_EVENT_LINE_END:
            if (scan->at < scan->end)
                next_line(scan);
            return;
        case LEXER_EVENT_UNFINISHED:
            return;
        }
    }
}

struct lexer_scanner *lexer_scanner_create(const char *text, size_t length, const uint32_t *offsets, size_t count,
                                           uint8_t *states)
{
    struct lexer_scanner *scan = xcalloc(1, sizeof *scan);
    scan->text = scan->at = text;
    scan->end = text + (count > 0 ? length : 0);
    scan->offsets = offsets;
    scan->states = states;
    scan->count = count;
    memset(states, LEXER_START, count);
    return scan;
}

bool lexer_scanner_step(struct lexer_scanner *scan, size_t bytes)
{
    scan->stop = bytes < (size_t)(scan->end - scan->at) ? scan->at + bytes : scan->end;
    while (scan->at < scan->stop) {
        const struct lexer_level *top = lexer_stack_top(&scan->stack);
        if (top == NULL)
            scan_code(scan);
        else if (top->place == LEXER_FIELD)
            scan_field(scan);
        else
            scan_string(scan);
    }
    return scan->at < scan->end;
}

size_t lexer_scanner_done(const struct lexer_scanner *scan)
{
    return (size_t)(scan->at - scan->text);
}

void lexer_scanner_destroy(struct lexer_scanner *scan)
{
    free(scan);
}

void lexer_scan(const char *text, size_t length, const uint32_t *offsets, size_t count, uint8_t *states)
{
    struct lexer_scanner *scan = lexer_scanner_create(text, length, offsets, count, states);
    while (lexer_scanner_step(scan, SIZE_MAX)) {
    }
    lexer_scanner_destroy(scan);
}
