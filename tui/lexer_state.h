/* What the lexer is inside of, as a stack, and the byte that it is packed into at the end of a line.
 * Only for lexer*.c.
 *
 * The stack alternates: a string; in an f- or t-string a replacement field; in that a format
 * specification, or again a string; and so on. An empty stack is code. The byte holds
 *   - any string, with its quotes and kind;
 *   - a field of any f-string and up to 7 open brackets in it;
 *   - a format specification of a triple-quoted f-string;
 *   - a triple-quoted string in a field of an f-string (its brackets are forgotten);
 *   - a field of an f-string in a field of an f-string.
 * What is deeper at the end of a line is cut down to the nearest of these. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEXER_DEPTH 12 /* deeper nesting in one line is taken for text */

enum lexer_kind { LEXER_TEXT, LEXER_RAW, LEXER_BYTES, LEXER_FORMAT, LEXER_FORMAT_RAW, LEXER_KINDS };

enum lexer_place { LEXER_STRING, LEXER_FIELD, LEXER_SPEC };

struct lexer_level {
    uint8_t place;    /* enum lexer_place */
    uint8_t kind;     /* STRING: enum lexer_kind */
    char quote;       /* STRING: ' or " */
    bool triple;      /* STRING */
    uint8_t brackets; /* FIELD: open in it */
};

struct lexer_stack {
    struct lexer_level levels[LEXER_DEPTH];
    int depth;
};

uint8_t lexer_stack_pack(const struct lexer_stack *stack);
void lexer_stack_unpack(struct lexer_stack *stack, uint8_t state);

/* NULL for code outside of any string. */
static inline struct lexer_level *lexer_stack_top(struct lexer_stack *stack)
{
    return stack->depth > 0 ? &stack->levels[stack->depth - 1] : NULL;
}

/* False when the stack is full. */
bool lexer_stack_push(struct lexer_stack *stack, struct lexer_level level);

static inline bool lexer_is_format(enum lexer_kind kind)
{
    return kind == LEXER_FORMAT || kind == LEXER_FORMAT_RAW;
}

/* The kind and first byte of a string whose opening quote is at QUOTE in a line or text that starts at
 * START: looks back over its prefix. */
enum lexer_kind lexer_prefix(const char *start, const char *quote, const char **first);

/* The innermost string of the stack (its quotes end a specification too). */
const struct lexer_level *lexer_stack_string(const struct lexer_stack *stack);

/* Whether the closing quotes of LEVEL are at AT. */
static inline bool lexer_at_end(const struct lexer_level *level, const char *at, const char *end)
{
    if (*at != level->quote)
        return false;
    return !level->triple || (end - at >= 3 && at[1] == level->quote && at[2] == level->quote);
}

/* Leave the innermost string and what is above it. */
void lexer_stack_pop_string(struct lexer_stack *stack);

/* What one step through the inside of a string or specification found. */
enum lexer_event {
    LEXER_EVENT_LINE_END,   /* at END of the line; the stack is what the next line starts in */
    LEXER_EVENT_UNFINISHED, /* the same, but the string should have ended: the stack is empty now */
    LEXER_EVENT_ESCAPE,     /* a backslash, or doubled brace, at *AT */
    LEXER_EVENT_STRING_END, /* closing quotes at *AT; popped */
    LEXER_EVENT_FIELD,      /* { at *AT; pushed */
    LEXER_EVENT_FIELD_END,  /* } at *AT; popped */
};

/* From *AT find the next event in a line that ends at END (excluding its newline). *AT becomes the
 * place of the event and LENGTH its bytes. */
enum lexer_event lexer_string_step(struct lexer_stack *stack, const char **at, const char *end, size_t *length);

/* An operator in a field: tracks brackets, enters the specification, leaves the field. True if it was
 * one of the field's own: a brace or the colon. */
bool lexer_field_operator(struct lexer_stack *stack, char operator);
