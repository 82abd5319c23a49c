#include "lexer.h"

#include <stdlib.h>
#include <string.h>

#include "lexer_state.h"

/* A line at a time: strings by lexer_state.c, everything else is taken token by token here. What a name
 * is follows from its spelling and its neighbours on the line; soft keywords are told from names by what
 * may follow a name in an expression. */

struct line {
    const char *start, *at, *end;
    struct lexer_span *spans;
    size_t count, capacity;
    struct lexer_stack stack;
    bool first;      /* no token of the line was seen yet, and it does not begin inside of something */
    bool after_dot;  /* the last token was a dot: an attribute follows */
    bool definition; /* the last was def or class */
    bool in_case;    /* the line is a case: _ is a soft keyword */
};

static void add_span(struct line *line, const char *start, const char *end, enum role role)
{
    uint32_t from = (uint32_t)(start - line->start), to = (uint32_t)(end - line->start);
    if (from == to)
        return;
    struct lexer_span *last = line->count > 0 ? &line->spans[line->count - 1] : NULL;
    if (last != NULL && last->end == from && last->role == role)
        last->end = to;
    else if (line->count < line->capacity)
        line->spans[line->count++] = (struct lexer_span){from, to, role};
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_name_start(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' || (unsigned char)byte >= 0x80;
}

static bool is_name(char byte)
{
    return is_name_start(byte) || is_digit(byte);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\f' || byte == '\r';
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

static const char *skip_name(const char *at, const char *end)
{
    while (at < end && is_name(*at))
        at++;
    return at;
}

static const char *const keywords[] = {
    "and",      "as",     "assert",  "async", "await", "break",  "class", "continue", "def",  "del",   "elif",
    "else",     "except", "finally", "for",   "from",  "global", "if",    "import",   "in",   "is",    "lambda",
    "nonlocal", "not",    "or",      "pass",  "raise", "return", "try",   "while",    "with", "yield",
};

static const char *const constants[] = {"Ellipsis", "False", "None", "NotImplemented", "True", "__debug__"};

static const char *const self_names[] = {"cls", "self"};

/* Words that may follow a name in an expression: what comes before them is no soft keyword. */
static const char *const infix_words[] = {"and", "else", "for", "if", "in", "is", "or"};

static const char *const builtins[] = {
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BaseExceptionGroup",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "BytesWarning",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DeprecationWarning",
    "EOFError",
    "EncodingWarning",
    "EnvironmentError",
    "Exception",
    "ExceptionGroup",
    "FileExistsError",
    "FileNotFoundError",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "InterruptedError",
    "IsADirectoryError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "NotADirectoryError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "PermissionError",
    "ProcessLookupError",
    "PythonFinalizationError",
    "RecursionError",
    "ReferenceError",
    "ResourceWarning",
    "RuntimeError",
    "RuntimeWarning",
    "StopAsyncIteration",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TimeoutError",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "__build_class__",
    "__import__",
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "copyright",
    "credits",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "license",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
};

struct word {
    const char *text;
    size_t length;
};

static int compare_word(const void *key, const void *item)
{
    const struct word *word = key;
    const char *text = *(const char *const *)item;
    int order = strncmp(word->text, text, word->length);
    return order != 0 ? order : text[word->length] != '\0' ? -1 : 0;
}

#define IS_ONE_OF(word, table)                                                                                         \
    (bsearch(&(word), table, sizeof(table) / sizeof(table)[0], sizeof(table)[0], compare_word) != NULL)

static bool is_word(struct word word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* Whether a colon ends the head of a statement on this line: one outside of brackets and strings. */
static bool has_colon(const char *at, const char *end)
{
    int depth = 0;
    for (; at < end && *at != '#'; at++) {
        if (*at == '\'' || *at == '"') {
            const char *close = at + 1;
            while (close < end && *close != *at)
                close += *close == '\\' ? 2 : 1;
            at = close < end ? close : end - 1;
        } else if (*at == '(' || *at == '[' || *at == '{') {
            depth++;
        } else if (*at == ')' || *at == ']' || *at == '}') {
            depth--;
        } else if (*at == ':' && depth == 0 && (at + 1 == end || at[1] != '=')) {
            return true;
        }
    }
    return false;
}

/* Whether match or case, the first word of the line, begins a statement; AT is behind it. */
static bool begins_match(const char *at, const char *end)
{
    bool apart = at < end && is_blank(*at);
    at = skip_blanks(at, end);
    if (at == end || *at == '#')
        return false;
    if (is_digit(*at) || *at == '\'' || *at == '"')
        return true;
    if (is_name_start(*at)) {
        struct word word = {at, (size_t)(skip_name(at, end) - at)};
        if (is_word(word, "not")) {
            at = skip_blanks(at + word.length, end);
            word = (struct word){at, (size_t)(skip_name(at, end) - at)};
            return !is_word(word, "in");
        }
        return !IS_ONE_OF(word, infix_words);
    }
    if (strchr("([{-*~+", *at) != NULL) {
        bool opens_last = skip_blanks(at + 1, end) == end && *at != '-' && *at != '+';
        return has_colon(at, end) || (apart && opens_last);
    }
    return at + 2 < end && memcmp(at, "...", 3) == 0;
}

/* type X = …, and lazy import and lazy from. */
static bool begins_type(const char *at, const char *end)
{
    at = skip_blanks(at, end);
    struct word word = {at, (size_t)(skip_name(at, end) - at)};
    return word.length > 0 && is_name_start(*at) && !IS_ONE_OF(word, infix_words) && !is_word(word, "not") &&
           !is_word(word, "as");
}

static bool begins_lazy(const char *at, const char *end)
{
    at = skip_blanks(at, end);
    struct word word = {at, (size_t)(skip_name(at, end) - at)};
    return is_word(word, "import") || is_word(word, "from");
}

static bool is_soft_keyword(struct line *line, struct word word, const char *end)
{
    if (!line->first)
        return line->in_case && is_word(word, "_");
    if (is_word(word, "match"))
        return begins_match(end, line->end);
    if (is_word(word, "case"))
        return line->in_case = begins_match(end, line->end);
    if (is_word(word, "type"))
        return line->definition = begins_type(end, line->end);
    return is_word(word, "lazy") && begins_lazy(end, line->end);
}

/* A name before = is being bound, not used. */
static bool is_bound(const char *at, const char *end)
{
    at = skip_blanks(at, end);
    return at < end && *at == '=' && (at + 1 == end || at[1] != '=');
}

static enum role name_role(struct line *line, struct word word, const char *end)
{
    if (IS_ONE_OF(word, keywords)) /* also behind a dot: from . import x */
        return ROLE_SYNTAX_KEYWORD;
    if (line->after_dot)
        return ROLE_TEXT;
    if (line->definition)
        return ROLE_SYNTAX_DEFINITION;
    if (IS_ONE_OF(word, constants))
        return ROLE_SYNTAX_CONSTANT;
    if (is_soft_keyword(line, word, end))
        return ROLE_SYNTAX_SOFT_KEYWORD;
    if (IS_ONE_OF(word, self_names))
        return ROLE_SYNTAX_SELF;
    if (IS_ONE_OF(word, builtins) && !is_bound(end, line->end))
        return ROLE_SYNTAX_BUILTIN;
    return ROLE_TEXT;
}

static void lex_name(struct line *line)
{
    const char *end = skip_name(line->at, line->end);
    struct word word = {line->at, (size_t)(end - line->at)};
    bool defining = line->definition;
    enum role role = name_role(line, word, end);
    if (role != ROLE_TEXT)
        add_span(line, line->at, end, role);
    if (role == ROLE_SYNTAX_KEYWORD)
        line->definition = is_word(word, "def") || is_word(word, "class");
    else if (defining)
        line->definition = false;
    line->at = end;
}

static const char *skip_digits(const char *at, const char *end, const char *digits)
{
    while (at < end && (*at == '_' || (*at != '\0' && strchr(digits, *at) != NULL)))
        at++;
    return at;
}

static void lex_number(struct line *line)
{
    static const char decimal[] = "0123456789";
    const char *at = line->at, *end = line->end;
    char base = end - at > 1 && *at == '0' ? (char)(at[1] | 0x20) : 0;
    if (base == 'x' || base == 'o' || base == 'b') {
        at = skip_digits(at + 2, end, base == 'x' ? "0123456789abcdefABCDEF" : base == 'o' ? "01234567" : "01");
    } else {
        at = skip_digits(at, end, decimal);
        if (at < end && *at == '.')
            at = skip_digits(at + 1, end, decimal);
        if (at < end && (*at | 0x20) == 'e') {
            const char *digits = at + 1;
            if (digits < end && (*digits == '+' || *digits == '-'))
                digits++;
            if (digits < end && is_digit(*digits))
                at = skip_digits(digits, end, decimal);
        }
        if (at < end && (*at | 0x20) == 'j')
            at++;
    }
    add_span(line, line->at, at, ROLE_SYNTAX_NUMBER);
    line->at = at;
}

/* How long the escape that begins at AT is, of at most LENGTH bytes; 0 if it is none. */
static size_t escape_size(enum lexer_kind kind, const char *at, size_t length, const char *end)
{
    static const char simple[] = "\\'\"abfnrtv";
    if (kind == LEXER_RAW || kind == LEXER_FORMAT_RAW || length < 2)
        return 0;
    if (strchr(simple, at[1]) != NULL)
        return 2;
    if (at[1] >= '0' && at[1] <= '7') {
        size_t size = 2;
        while (size < 4 && at + size < end && at[size] >= '0' && at[size] <= '7')
            size++;
        return size;
    }
    if (at[1] == 'N' && kind != LEXER_BYTES && end - at > 2 && at[2] == '{') {
        const char *close = memchr(at, '}', (size_t)(end - at));
        return close != NULL ? (size_t)(close - at) + 1 : 0;
    }
    size_t digits = at[1] == 'x' ? 2 : kind == LEXER_BYTES ? 0 : at[1] == 'u' ? 4 : at[1] == 'U' ? 8 : 0;
    for (size_t i = 0; i < digits; i++)
        if (at + 2 + i >= end || at[2 + i] == '\0' || strchr("0123456789abcdefABCDEF", at[2 + i]) == NULL)
            return 0;
    return digits > 0 ? digits + 2 : 0;
}

/* The inside of a string, to its end, a field, or the end of the line. */
static void lex_string(struct line *line)
{
    enum lexer_kind kind = lexer_stack_string(&line->stack)->kind;
    for (;;) {
        const char *from = line->at;
        size_t length;
        enum lexer_event event = lexer_string_step(&line->stack, &line->at, line->end, &length);
        bool unfinished = event == LEXER_EVENT_UNFINISHED;
        add_span(line, from, line->at, unfinished ? ROLE_SYNTAX_ERROR : ROLE_SYNTAX_STRING);
        if (event == LEXER_EVENT_LINE_END || unfinished)
            return;
        const char *at = line->at;
        size_t size = length;
        enum role role = ROLE_SYNTAX_ESCAPE;
        if (event == LEXER_EVENT_STRING_END) {
            role = ROLE_SYNTAX_STRING;
        } else if (event == LEXER_EVENT_ESCAPE && *at == '\\') {
            size = escape_size(kind, at, length, line->end);
            if (size == 0)
                role = ROLE_SYNTAX_STRING;
            size = size == 0 ? length : size;
        } else if (event == LEXER_EVENT_ESCAPE && length == 1) {
            role = ROLE_SYNTAX_ERROR; /* a lone } */
        }
        line->at += size;
        add_span(line, at, line->at, role);
        if (event == LEXER_EVENT_STRING_END || event == LEXER_EVENT_FIELD || event == LEXER_EVENT_FIELD_END)
            return;
    }
}

static void open_string(struct line *line, const char *first, const char *quote, enum lexer_kind kind)
{
    bool triple = line->end - quote >= 3 && quote[1] == *quote && quote[2] == *quote;
    struct lexer_level level = {.place = LEXER_STRING, .kind = (uint8_t)kind, .quote = *quote, .triple = triple};
    line->at = quote + (triple ? 3 : 1);
    add_span(line, first, line->at, ROLE_SYNTAX_STRING);
    lexer_stack_push(&line->stack, level);
}

static void lex_decorator(struct line *line)
{
    const char *at = line->at + 1;
    struct word word = {at, (size_t)(skip_name(at, line->end) - at)};
    while (at < line->end && (is_name(*at) || *at == '.'))
        at++;
    if (IS_ONE_OF(word, keywords) || IS_ONE_OF(word, constants)) /* @lambda f: f */
        at = line->at + 1;
    add_span(line, line->at, at, ROLE_SYNTAX_DECORATOR);
    line->at = at;
}

static void lex_operator(struct line *line)
{
    const char *at = line->at++;
    struct lexer_level *top = lexer_stack_top(&line->stack);
    bool conversion = *at == '!' && at + 1 < line->end && at[1] != '=';
    if (top != NULL && top->brackets == 0 && conversion) {
        if (is_name_start(at[1]))
            line->at = at + 2;
        add_span(line, at, line->at, ROLE_SYNTAX_ESCAPE);
    } else if (top != NULL && lexer_field_operator(&line->stack, *at)) {
        add_span(line, at, line->at, ROLE_SYNTAX_ESCAPE);
    } else if (*at != '\0' && strchr("+-*/%@&|^~<>=!", *at) != NULL) {
        add_span(line, at, line->at, ROLE_SYNTAX_OPERATOR);
    } else if (strchr("()[]{},:.;\\ \t\f\r", *at) == NULL || *at == '\0') {
        add_span(line, at, line->at, ROLE_SYNTAX_ERROR);
    }
}

/* A name, or the string whose prefix it is. */
static void lex_word(struct line *line)
{
    const char *end = skip_name(line->at, line->end), *first;
    if (end < line->end && (*end == '\'' || *end == '"') && end - line->at <= 2) {
        enum lexer_kind kind = lexer_prefix(line->at, end, &first);
        if (first == line->at) {
            open_string(line, first, end, kind);
            return;
        }
    }
    lex_name(line);
}

/* One token of code. */
static void lex_token(struct line *line)
{
    const char *at = line->at;
    bool dot = false;
    if (*at == '#') {
        line->at = line->end;
        add_span(line, at, line->at, ROLE_SYNTAX_COMMENT);
    } else if (is_name_start(*at)) {
        lex_word(line);
    } else if (is_digit(*at) || (*at == '.' && at + 1 < line->end && is_digit(at[1]))) {
        lex_number(line);
    } else if (*at == '\'' || *at == '"') {
        open_string(line, at, at, LEXER_TEXT);
    } else if (*at == '@' && line->first && at + 1 < line->end && is_name_start(at[1])) {
        lex_decorator(line);
    } else {
        dot = *at == '.' && (at + 1 == line->end || at[1] != '.') && (at == line->start || at[-1] != '.');
        lex_operator(line);
    }
    line->after_dot = dot;
    line->first = false;
}

size_t lexer_line(const char *text, size_t length, uint8_t state, struct lexer_span *spans, size_t capacity)
{
    struct line line = {.start = text, .at = text, .end = text + length, .spans = spans, .capacity = capacity};
    lexer_stack_unpack(&line.stack, state);
    line.first = line.stack.depth == 0;
    while (line.at < line.end && line.count < capacity) {
        const struct lexer_level *top = lexer_stack_top(&line.stack);
        if (top != NULL && top->place != LEXER_FIELD)
            lex_string(&line);
        else if (is_blank(*line.at))
            line.at++;
        else
            lex_token(&line);
    }
    return line.count;
}
