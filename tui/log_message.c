/* No parser, as with inline values: the line's own words are enough for a proposal that the user sees and edits. It
 * is evaluated before the line runs, so a name that the line is the first to bind has no value yet. */
#include "log_message.h"

#include "lexer.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NAMES_MAX     4
#define CANDIDATES    32
#define SPANS_MAX     128
#define LINE_MAX_SCAN 400 /* longer lines are data, not code */

struct name {
    size_t offset, length;
    bool bound; /* somewhere in the line, and without a value before */
};

struct scan {
    const char *line;
    size_t length;
    struct lexer_span spans[SPANS_MAX];
    size_t span_count;
    struct name names[CANDIDATES];
    size_t count;
};

static bool name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t skip_blanks(const struct scan *scan, size_t at)
{
    while (at < scan->length && scan->line[at] == ' ')
        at++;
    return at;
}

static char char_at(const struct scan *scan, size_t at)
{
    return at < scan->length ? scan->line[at] : '\0';
}

static size_t word_end(const struct scan *scan, size_t at)
{
    while (at < scan->length && name_char(scan->line[at]))
        at++;
    return at;
}

/* The colour that the lexer gives to a place. */
static enum role role_at(const struct scan *scan, size_t at)
{
    for (size_t i = 0; i < scan->span_count; i++)
        if (at >= scan->spans[i].start && at < scan->spans[i].end)
            return scan->spans[i].role;
    return ROLE_TEXT;
}

static bool word_is(const struct scan *scan, size_t start, size_t end, const char *word)
{
    return end - start == strlen(word) && memcmp(scan->line + start, word, end - start) == 0;
}

static bool same(const struct scan *scan, const struct name *a, const struct name *b)
{
    return a->length == b->length && memcmp(scan->line + a->offset, scan->line + b->offset, a->length) == 0;
}

/* A name once: it is bound if it is so anywhere. */
static void add(struct scan *scan, struct name name)
{
    for (size_t i = 0; i < scan->count; i++) {
        if (!same(scan, &scan->names[i], &name))
            continue;
        scan->names[i].bound = scan->names[i].bound || name.bound;
        return;
    }
    if (scan->count < CANDIDATES)
        scan->names[scan->count++] = name;
}

/* `a.b.c`, as far as it is no call. */
static size_t dotted_end(const struct scan *scan, size_t end)
{
    while (char_at(scan, end) == '.') {
        size_t next = word_end(scan, end + 1);
        if (next == end + 1 || char_at(scan, next) == '(')
            break;
        end = next;
    }
    return end;
}

/* A plain = that follows: the target of an assignment at DEPTH 0, else the name of an argument. */
static bool assigned_next(const struct scan *scan, size_t end)
{
    size_t at = skip_blanks(scan, end);
    return char_at(scan, at) == '=' && char_at(scan, at + 1) != '=';
}

/* The end of the targets that begin at AT: up to WORD, or a colon for a lambda's. */
static size_t targets_end(const struct scan *scan, size_t at, const char *word)
{
    while (at < scan->length) {
        size_t end = word_end(scan, at);
        if (end > at && word && word_is(scan, at, end, word))
            return at;
        if (!word && scan->line[at] == ':')
            return at;
        at = end > at ? end : at + 1;
    }
    return at;
}

/* Up to where the line assigns: its last plain = outside brackets. */
static size_t assignment_end(const struct scan *scan)
{
    size_t found = 0;
    int depth = 0;
    for (size_t at = 0; at < scan->length; at++) {
        enum role role = role_at(scan, at);
        char c = scan->line[at];
        if (role != ROLE_TEXT && role != ROLE_SYNTAX_OPERATOR)
            continue;
        depth += strchr("([{", c) ? 1 : strchr(")]}", c) ? -1 : 0;
        if (c == '=' && depth == 0 && char_at(scan, at + 1) != '=' && at > 0 &&
            !strchr("=!<>:+-*/%&|^@", scan->line[at - 1]))
            found = at;
    }
    return found;
}

/* What stands before names, as far as the scan has come. */
struct context {
    size_t assigned, bound_until; /* names before these are bound by the line */
    int depth, subscripts;
};

static void note_bracket(struct context *context, char c, enum role role)
{
    if (role != ROLE_TEXT && role != ROLE_SYNTAX_OPERATOR)
        return;
    context->depth += strchr("([{", c) ? 1 : strchr(")]}", c) ? -1 : 0;
    context->subscripts += c == '[' ? 1 : c == ']' ? -1 : 0;
}

static void note_keyword(const struct scan *scan, struct context *context, size_t start, size_t end)
{
    if (word_is(scan, start, end, "for"))
        context->bound_until = targets_end(scan, end, "in");
    else if (word_is(scan, start, end, "lambda"))
        context->bound_until = targets_end(scan, end, NULL);
    else if (word_is(scan, start, end, "as"))
        context->bound_until = word_end(scan, skip_blanks(scan, end));
}

/* A name from START to END; gives where it ends with its attributes. */
static size_t take_name(struct scan *scan, const struct context *context, size_t start, size_t end)
{
    size_t whole = dotted_end(scan, end), next = skip_blanks(scan, end);
    bool plain = whole == end, argument = plain && context->depth > 0 && assigned_next(scan, end);
    bool walrus = char_at(scan, next) == ':' && char_at(scan, next + 1) == '=';
    bool target = start < context->assigned && context->subscripts == 0;
    char after = char_at(scan, whole);
    bool self = plain && role_at(scan, start) == ROLE_SYNTAX_SELF;
    if (!argument && after != '(' && after != '[' && !self)
        add(scan, (struct name){start, whole - start, start < context->bound_until || target || walrus});
    return whole;
}

static void scan_names(struct scan *scan)
{
    struct context context = {.assigned = assignment_end(scan)};
    for (size_t at = 0; at < scan->length;) {
        enum role role = role_at(scan, at);
        size_t start = at, end = word_end(scan, at);
        if (end == at)
            note_bracket(&context, scan->line[at++], role);
        else
            at = end;
        if (end == start || isdigit((unsigned char)scan->line[start]))
            continue;
        note_keyword(scan, &context, start, end);
        bool attribute = start > 0 && scan->line[start - 1] == '.';
        if ((role == ROLE_TEXT || role == ROLE_SYNTAX_SELF) && !attribute)
            at = take_name(scan, &context, start, end);
    }
}

/* Lines whose names are not values yet. */
static bool is_definition(const struct scan *scan)
{
    static const char *const words[] = {"def", "class", "import", "from", "async", "global", "nonlocal", "del"};
    size_t start = 0;
    while (start < scan->length && (scan->line[start] == ' ' || scan->line[start] == '\t'))
        start++;
    size_t end = word_end(scan, start);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (word_is(scan, start, end, words[i]))
            return true;
    return scan->length > LINE_MAX_SCAN || char_at(scan, start) == '@';
}

/* Whether the line binds the name, or what it is an attribute of. */
static bool is_bound(const struct scan *scan, const struct name *name)
{
    struct name base = {.offset = name->offset, .length = word_end(scan, name->offset) - name->offset};
    bool bound = name->bound;
    for (size_t i = 0; i < scan->count; i++)
        bound = bound || (scan->names[i].bound && same(scan, &scan->names[i], &base));
    return bound;
}

void log_message_default(const char *line, size_t length, char *buffer, size_t size)
{
    struct scan scan = {.line = line, .length = length};
    size_t used = 0, shown = 0;
    buffer[0] = '\0';
    if (!is_definition(&scan)) {
        scan.span_count = lexer_line(line, length, LEXER_START, scan.spans, SPANS_MAX);
        scan_names(&scan);
    }
    for (size_t i = 0; i < scan.count && shown < NAMES_MAX; i++) {
        const struct name *name = &scan.names[i];
        if (is_bound(&scan, name))
            continue;
        const char *text = line + name->offset;
        int width = (int)name->length;
        int written = snprintf(buffer + used, size - used, "%s%.*s={%.*s}", used ? " " : "", width, text, width, text);
        if (written < 0 || (size_t)written >= size - used) {
            buffer[used] = '\0';
            break;
        }
        used += (size_t)written;
        shown++;
    }
    if (used == 0)
        snprintf(buffer, size, "reached");
}
