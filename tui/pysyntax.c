#include "pysyntax.h"

#include <string.h>

/* Skip the string literal that starts at the quote AT. NULL if it is a triple-quoted one without its
 * end; one in single quotes ends at the line's end at the latest. */
static const char *skip_string(const char *at)
{
    char quote = *at;
    bool triple = at[1] == quote && at[2] == quote;
    at += triple ? 3 : 1;
    for (; *at; at++) {
        if (*at == '\\' && at[1]) {
            at++;
        } else if (*at == quote && (!triple || (at[1] == quote && at[2] == quote))) {
            return at + (triple ? 3 : 1);
        } else if (*at == '\n' && !triple) {
            return at;
        }
    }
    return triple ? NULL : at;
}

struct scan {
    int depth;      /* of brackets */
    bool open;      /* a triple-quoted string is open, or the last line ends with a backslash */
    char last;      /* last character that is neither blank nor comment */
    bool block;     /* a line ended with a colon, or began with a decorator */
    bool empty_end; /* the last line is empty */
};

static void scan(const char *text, struct scan *out)
{
    bool line_start = true;
    for (const char *at = text; *at;) {
        if (*at == '\'' || *at == '"') {
            at = skip_string(at);
            out->last = '"';
            if (!at) {
                out->open = true;
                return;
            }
            continue;
        }
        if (*at == '#') {
            at += strcspn(at, "\n");
            continue;
        }
        if (*at == '\n') {
            out->block = out->block || (out->last == ':' && out->depth <= 0);
            out->empty_end = line_start;
            line_start = true;
        } else if (*at != ' ' && *at != '\t') {
            if (line_start && *at == '@' && out->depth <= 0)
                out->block = true;
            line_start = false;
            out->depth += strchr("([{", *at) ? 1 : strchr(")]}", *at) ? -1 : 0;
            if (*at == '\\' && (!at[1] || at[1] == '\n'))
                out->open = !at[1];
            out->last = *at;
        }
        at++;
    }
    out->block = out->block || (out->last == ':' && out->depth <= 0);
    out->empty_end = line_start;
}

bool pysyntax_incomplete(const char *text)
{
    struct scan found = {0};
    scan(text, &found);
    return found.open || found.depth > 0 || (found.block && !found.empty_end);
}
