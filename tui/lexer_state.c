#include "lexer_state.h"

#include <string.h>

enum {
    FIRST_STRING = 1,        /* 4 quotes × 5 kinds */
    FIRST_SPEC = 24,         /* 2 triple quotes × raw */
    FIRST_FIELD = 32,        /* 8 f-strings × 8 brackets */
    FIRST_INNER_STRING = 96, /* 8 f-strings × 2 triple quotes × 5 kinds */
    FIRST_INNER_FIELD = 176, /* 8 f-strings × 8 f-strings */
    STATES = 240,
};

#define MAX_BRACKETS 7

static unsigned pack_quotes(const struct lexer_level *level)
{
    return (level->quote == '"') + (level->triple ? 0U : 2U);
}

static unsigned pack_string(const struct lexer_level *level)
{
    return pack_quotes(level) * LEXER_KINDS + level->kind;
}

/* One of the 8 f-strings. */
static unsigned pack_format(const struct lexer_level *level)
{
    return pack_quotes(level) * 2 + (level->kind == LEXER_FORMAT_RAW);
}

static struct lexer_level unpack_string(unsigned packed)
{
    unsigned quotes = packed / LEXER_KINDS;
    return (struct lexer_level){
        .place = LEXER_STRING,
        .kind = (uint8_t)(packed % LEXER_KINDS),
        .quote = quotes % 2 != 0 ? '"' : '\'',
        .triple = quotes < 2,
    };
}

static struct lexer_level unpack_format(unsigned packed)
{
    return unpack_string(packed / 2 * LEXER_KINDS + (packed % 2 != 0 ? LEXER_FORMAT_RAW : LEXER_FORMAT));
}

uint8_t lexer_stack_pack(const struct lexer_stack *stack)
{
    const struct lexer_level *levels = stack->levels;
    if (stack->depth == 0)
        return 0;
    if (stack->depth == 1)
        return (uint8_t)(FIRST_STRING + pack_string(&levels[0]));
    unsigned outer = pack_format(&levels[0]), brackets = levels[1].brackets;
    if (stack->depth == 3 && levels[2].place == LEXER_SPEC && levels[0].triple)
        return (uint8_t)(FIRST_SPEC + outer);
    if (stack->depth > 2 && levels[2].place == LEXER_STRING) {
        if (stack->depth > 3)
            return (uint8_t)(FIRST_INNER_FIELD + outer * 8 + pack_format(&levels[2]));
        if (levels[2].triple)
            return (uint8_t)(FIRST_INNER_STRING + outer * 2 * LEXER_KINDS + pack_string(&levels[2]));
    }
    if (stack->depth > 2)
        brackets = 0;
    return (uint8_t)(FIRST_FIELD + outer * 8 + (brackets > MAX_BRACKETS ? MAX_BRACKETS : brackets));
}

void lexer_stack_unpack(struct lexer_stack *stack, uint8_t state)
{
    static const struct lexer_level field = {.place = LEXER_FIELD}, spec = {.place = LEXER_SPEC};
    unsigned packed = state;
    stack->depth = 0;
    if (packed == 0 || packed >= STATES)
        return;
    if (packed < FIRST_SPEC) {
        lexer_stack_push(stack, unpack_string(packed - FIRST_STRING));
        return;
    }
    unsigned outer = packed >= FIRST_INNER_FIELD    ? (packed - FIRST_INNER_FIELD) / 8
                     : packed >= FIRST_INNER_STRING ? (packed - FIRST_INNER_STRING) / (2 * LEXER_KINDS)
                     : packed >= FIRST_FIELD        ? (packed - FIRST_FIELD) / 8
                                                    : (packed - FIRST_SPEC) % 4;
    lexer_stack_push(stack, unpack_format(outer));
    lexer_stack_push(stack, field);
    if (packed >= FIRST_INNER_FIELD) {
        lexer_stack_push(stack, unpack_format((packed - FIRST_INNER_FIELD) % 8));
        lexer_stack_push(stack, field);
    } else if (packed >= FIRST_INNER_STRING) {
        lexer_stack_push(stack, unpack_string((packed - FIRST_INNER_STRING) % (2 * LEXER_KINDS)));
    } else if (packed >= FIRST_FIELD) {
        stack->levels[1].brackets = (uint8_t)((packed - FIRST_FIELD) % 8);
    } else {
        lexer_stack_push(stack, spec);
    }
}

bool lexer_stack_push(struct lexer_stack *stack, struct lexer_level level)
{
    if (stack->depth == LEXER_DEPTH)
        return false;
    stack->levels[stack->depth++] = level;
    return true;
}

const struct lexer_level *lexer_stack_string(const struct lexer_stack *stack)
{
    for (int i = stack->depth - 1; i >= 0; i--)
        if (stack->levels[i].place == LEXER_STRING)
            return &stack->levels[i];
    return NULL;
}

void lexer_stack_pop_string(struct lexer_stack *stack)
{
    while (stack->depth > 0 && stack->levels[--stack->depth].place != LEXER_STRING)
        ;
}

static bool is_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || (unsigned char)byte >= 0x80;
}

enum lexer_kind lexer_prefix(const char *start, const char *quote, const char **first)
{
    const char *at = quote;
    bool raw = false, bytes = false, format = false;
    while (at > start && quote - at < 2) {
        char letter = (char)(at[-1] | 0x20);
        if (letter == 'r' && !raw)
            raw = true;
        else if (letter == 'b' && !bytes && !format)
            bytes = true;
        else if ((letter == 'f' || letter == 't') && !bytes && !format)
            format = true;
        else if (letter != 'u' || at != quote)
            break;
        at--;
        if (letter == 'u')
            break;
    }
    *first = at;
    if (at > start && is_word(at[-1])) { /* the end of a name, no prefix: a syntax error */
        *first = quote;
        return LEXER_TEXT;
    }
    if (format)
        return raw ? LEXER_FORMAT_RAW : LEXER_FORMAT;
    return raw ? LEXER_RAW : bytes ? LEXER_BYTES : LEXER_TEXT;
}

static enum lexer_event brace(struct lexer_stack *stack, const char *at, const char *end, size_t *length)
{
    bool spec = lexer_stack_top(stack)->place == LEXER_SPEC;
    bool doubled = !spec && at + 1 < end && at[1] == at[0];
    *length = doubled ? 2 : 1;
    if (doubled)
        return LEXER_EVENT_ESCAPE;
    if (*at == '{')
        return lexer_stack_push(stack, (struct lexer_level){.place = LEXER_FIELD}) ? LEXER_EVENT_FIELD
                                                                                   : LEXER_EVENT_ESCAPE;
    if (!spec)
        return LEXER_EVENT_ESCAPE; /* a lone }: an error of the program's */
    stack->depth -= 2;             /* the specification and its field */
    return LEXER_EVENT_FIELD_END;
}

static enum lexer_event line_end(struct lexer_stack *stack, const struct lexer_level *string, bool continued)
{
    if (string->triple || continued)
        return LEXER_EVENT_LINE_END;
    stack->depth = 0;
    return LEXER_EVENT_UNFINISHED;
}

/* 0 when the backslash is the last of the line. A brace after one still opens a field, but not in the
 * \N{name} of a string that is not raw. */
static size_t escape_length(const struct lexer_level *string, const char *at, const char *end)
{
    if (end - at < 2)
        return 0;
    if (!lexer_is_format(string->kind))
        return 2;
    if (at[1] == '{' || at[1] == '}')
        return 1;
    if (string->kind == LEXER_FORMAT && at[1] == 'N' && end - at > 2 && at[2] == '{') {
        const char *close = memchr(at, '}', (size_t)(end - at));
        return close != NULL ? (size_t)(close - at) + 1 : 2;
    }
    return 2;
}

enum lexer_event lexer_string_step(struct lexer_stack *stack, const char **at, const char *end, size_t *length)
{
    const struct lexer_level *string = lexer_stack_string(stack);
    bool format = lexer_is_format(string->kind);
    char quote = string->quote;
    const char *p = *at;
    for (; p < end; p++) {
        char byte = *p;
        if (byte == '\\') {
            *at = p;
            *length = escape_length(string, p, end);
            if (*length > 0)
                return LEXER_EVENT_ESCAPE;
            *at = end;
            return line_end(stack, string, true);
        }
        if (byte == quote && lexer_at_end(string, p, end)) {
            *at = p;
            *length = string->triple ? 3 : 1;
            lexer_stack_pop_string(stack);
            return LEXER_EVENT_STRING_END;
        }
        if (format && (byte == '{' || byte == '}')) {
            *at = p;
            return brace(stack, p, end, length);
        }
    }
    *at = end;
    *length = 0;
    return line_end(stack, string, false);
}

bool lexer_field_operator(struct lexer_stack *stack, char operator)
{
    struct lexer_level *top = lexer_stack_top(stack);
    switch (operator) {
    case '(':
    case '[':
    case '{':
        if (top->brackets < UINT8_MAX)
            top->brackets++;
        return false;
    case ')':
    case ']':
        if (top->brackets > 0)
            top->brackets--;
        return false;
    case '}':
        if (top->brackets > 0) {
            top->brackets--;
            return false;
        }
        stack->depth--;
        return true;
    case ':':
        return top->brackets == 0 && lexer_stack_push(stack, (struct lexer_level){.place = LEXER_SPEC});
    default:
        return false;
    }
}
