/* No parser: a line's own words are enough, because a name is shown only if the frame really has a
 * local of that name. What is missed is merely not shown. */
#include "inline_values.h"

#include "canvas.h"
#include "model.h"
#include "source.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAMES_MAX     4
#define LINE_MAX_SCAN 400 /* longer lines are data, not code */
#define LOOK_BACK     400 /* lines searched for the enclosing def */
#define VALUE_COLUMNS 30

static bool name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool name_char(char c)
{
    return name_start(c) || isdigit((unsigned char)c);
}

struct scan {
    const char *line;
    size_t length, at;
    struct inline_name *names;
    size_t count, capacity;
};

static void add_name(struct scan *scan, size_t offset, size_t length)
{
    for (size_t i = 0; i < scan->count; i++)
        if (scan->names[i].length == length && !memcmp(scan->line + scan->names[i].offset, scan->line + offset, length))
            return;
    if (scan->count < scan->capacity)
        scan->names[scan->count++] = (struct inline_name){offset, length};
}

static bool word_is(const struct scan *scan, size_t start, size_t end, const char *word)
{
    return end - start == strlen(word) && memcmp(scan->line + start, word, end - start) == 0;
}

/* All names between FROM and TO that are neither attributes, calls, subscripted nor keywords of the
 * syntax: the targets in "a, (b, c) = …" or the parameters of a def. */
static void add_targets(struct scan *scan, size_t from, size_t to, bool parameters)
{
    int depth = 0;
    for (size_t i = from; i < to;) {
        char c = scan->line[i];
        if (c == '#' || c == '"' || c == '\'')
            return;
        if (c == '(' || c == '[')
            depth++;
        if (c == ')' || c == ']')
            depth--;
        if (!name_start(c)) {
            i++;
            continue;
        }
        size_t start = i;
        while (i < to && name_char(scan->line[i]))
            i++;
        size_t next = i;
        while (next < to && scan->line[next] == ' ')
            next++;
        char after = next < to ? scan->line[next] : '\0', before = start > from ? scan->line[start - 1] : ' ';
        bool attribute = before == '.' || after == '.', applied = after == '(' || after == '[';
        if (!attribute && !applied)
            add_name(scan, start, i - start);
        if (parameters && (after == ':' || after == '=')) /* skip annotation and default */
            while (i < to && !(scan->line[i] == ',' && depth <= 1))
                i++;
        else if (!parameters && after == ':') /* x: int = 1 */
            return;
    }
}

/* Offset of a single = (not ==, <=, :=, …) outside brackets, or LENGTH. Augmented ones count. */
static size_t find_assignment(const char *line, size_t length)
{
    int depth = 0;
    for (size_t i = 0; i < length; i++) {
        char c = line[i];
        if (c == '#' || c == '"' || c == '\'')
            break;
        depth += c == '(' || c == '[' || c == '{';
        depth -= c == ')' || c == ']' || c == '}';
        if (c != '=' || depth > 0)
            continue;
        char before = i ? line[i - 1] : ' ', after = i + 1 < length ? line[i + 1] : ' ';
        if (after == '=')
            return length;
        if (before == '!' || before == ':' || ((before == '<' || before == '>') && (i < 2 || line[i - 2] != before)))
            return length;
        return i;
    }
    return length;
}

static void scan_def(struct scan *scan, size_t from)
{
    const char *open = memchr(scan->line + from, '(', scan->length - from);
    if (open)
        add_targets(scan, (size_t)(open - scan->line) + 1, scan->length, true);
}

static size_t find_word(const struct scan *scan, size_t from, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = from; i + n <= scan->length; i++)
        if (!memcmp(scan->line + i, word, n) && (i == 0 || !name_char(scan->line[i - 1])) &&
            (i + n == scan->length || !name_char(scan->line[i + n])))
            return i;
    return scan->length;
}

/* Names right behind every WORD ("as"). */
static void scan_after_word(struct scan *scan, size_t from, const char *word)
{
    for (size_t at = from; (at = find_word(scan, at, word)) < scan->length;) {
        at += strlen(word);
        while (at < scan->length && scan->line[at] == ' ')
            at++;
        size_t end = at;
        while (end < scan->length && name_char(scan->line[end]))
            end++;
        if (end > at)
            add_name(scan, at, end - at);
    }
}

static void scan_walrus(struct scan *scan)
{
    for (size_t i = 1; i + 1 < scan->length; i++) {
        if (scan->line[i] != ':' || scan->line[i + 1] != '=')
            continue;
        size_t end = i;
        while (end > 0 && scan->line[end - 1] == ' ')
            end--;
        size_t start = end;
        while (start > 0 && name_char(scan->line[start - 1]))
            start--;
        if (end > start)
            add_name(scan, start, end - start);
    }
}

size_t inline_values_names(const char *line, size_t length, struct inline_name *names, size_t capacity)
{
    if (length > LINE_MAX_SCAN)
        return 0;
    struct scan scan = {.line = line, .length = length, .names = names, .capacity = capacity};
    size_t start = 0;
    while (start < length && (line[start] == ' ' || line[start] == '\t'))
        start++;
    size_t end = start;
    while (end < length && name_char(line[end]))
        end++;
    if (word_is(&scan, start, end, "async")) {
        start = end + 1 < length ? end + 1 : length;
        for (end = start; end < length && name_char(line[end]);)
            end++;
    }
    if (word_is(&scan, start, end, "def"))
        scan_def(&scan, end);
    else if (word_is(&scan, start, end, "for"))
        add_targets(&scan, end, find_word(&scan, end, "in"), false);
    else if (word_is(&scan, start, end, "with") || word_is(&scan, start, end, "import") ||
             word_is(&scan, start, end, "from") || word_is(&scan, start, end, "except"))
        scan_after_word(&scan, end, "as");
    else {
        size_t assignment = find_assignment(line, length);
        if (assignment < length)
            add_targets(&scan, start, assignment, false);
    }
    scan_walrus(&scan);
    return scan.count;
}

static int indentation(const char *line, size_t length)
{
    int columns = 0;
    for (size_t i = 0; i < length; i++) {
        if (line[i] == ' ')
            columns++;
        else if (line[i] == '\t')
            columns = (columns / 8 + 1) * 8;
        else
            return line[i] == '#' ? -1 : columns;
    }
    return -1; /* blank: says nothing */
}

static bool is_def(const char *line, size_t length)
{
    while (length > 0 && (*line == ' ' || *line == '\t'))
        line++, length--;
    return (length > 4 && !memcmp(line, "def ", 4)) || (length > 10 && !memcmp(line, "async def ", 10));
}

bool inline_values_inside(const struct source *source, int line, const char *name)
{
    size_t length;
    const char *text = source_line(source, line, &length);
    if (!is_def(text, length) || !name)
        return false;
    const char *dot = strrchr(name, '.'), *own = dot ? dot + 1 : name;
    const char *at = memchr(text, 'f', length); /* of def: async has none */
    size_t from = (size_t)(at - text) + 1, size = strlen(own);
    while (from < length && text[from] == ' ')
        from++;
    return length - from > size && !memcmp(text + from, own, size) &&
           (text[from + size] == '(' || text[from + size] == ' ' || text[from + size] == '[');
}

int inline_values_function(const struct source *source, int line, bool inside)
{
    size_t length;
    const char *text = source_line(source, line, &length);
    if (inside && is_def(text, length))
        return line;
    int least = indentation(text, length);
    for (int n = line - 1; n > 0 && n > line - LOOK_BACK && least != 0; n--) {
        text = source_line(source, n, &length);
        int indent = indentation(text, length);
        if (indent < 0 || (least > 0 && indent >= least))
            continue;
        if (is_def(text, length))
            return n;
        least = indent;
    }
    return least == 0 ? 0 : line;
}

bool inline_values_text(const struct model *model, const char *line, size_t length, char *buffer, size_t size)
{
    buffer[0] = '\0';
    size_t used = 0;
    struct inline_name names[NAMES_MAX];
    size_t count = inline_values_names(line, length, names, NAMES_MAX);
    for (size_t i = 0; i < count && used + 1 < size; i++) {
        const struct model_variable *variable = model_local(model, line + names[i].offset, names[i].length);
        if (!variable || !variable->value)
            continue;
        size_t whole = strlen(variable->value), shown = canvas_offset(variable->value, whole, VALUE_COLUMNS);
        int written = snprintf(buffer + used, size - used, "%s%.*s = %.*s%s", used ? "   " : "", (int)names[i].length,
                               line + names[i].offset, (int)shown, variable->value, shown < whole ? "…" : "");
        if (written < 0)
            break;
        used += (size_t)written < size - used ? (size_t)written : size - used - 1;
    }
    return used > 0;
}
