/* pdb's users type `n`, `b 12`, `p x`; Python's type `n = 5`, `b.items`, `print(x)`. So a word is a
 * command only when a blank or nothing follows it, and what follows does not go on a Python statement. */
#include "colon.h"

#include "command.h"

#include <stdio.h>
#include <string.h>

#define PREFIX_MIN 3 /* shorter words are commands only when they are a name or alias */

static bool starts_with_word(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(text, words[i], length) == 0 && (text[length] == ' ' || text[length] == '\0'))
            return true;
    }
    return false;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Words with which a Python statement begins: never a shortened command. */
static bool is_keyword(const char *word)
{
    static const char *const words[] = {"assert", "async",  "await",  "class", "def",    "del",   "for",
                                        "from",   "global", "import", "if",    "lambda", "match", "nonlocal",
                                        "not",    "pass",   "raise",  "try",   "type",   "while", "with",
                                        "yield",  "True",   "False",  "None"};
    return starts_with_word(word, words, COUNT(words));
}

static bool is_assignment(const char *rest)
{
    if (rest[0] == '=')
        return rest[1] != '=';
    size_t sign = strspn(rest, "+-*/%&|^<>@");
    if (sign == 0 || rest[sign] != '=' || rest[sign + 1] == '=')
        return false;
    return sign > 1 || (rest[0] != '<' && rest[0] != '>'); /* <= and >= compare */
}

/* Whether REST goes on an expression that began with a name. */
static bool is_operator(const char *rest)
{
    static const char *const words[] = {"in", "is", "and", "or", "not", "if", "for"};
    return (*rest && strchr("+-*/%<>=&|^.,@:;([", *rest)) || starts_with_word(rest, words, COUNT(words));
}

static bool optional(const struct command *command)
{
    return command->argument && command->argument[0] == '[' && !strchr(command->argument, '|');
}

/* The whole of REST as the argument of COMMAND, or Python, or an error. */
static void judge(const struct command *command, const char *word, const char *rest, bool variable, struct colon *out)
{
    bool python = command->argument ? is_assignment(rest) : is_operator(rest);
    if (strcmp(command->name, "set") == 0)
        python = false;
    if (command->argument && !*rest && !optional(command) && variable)
        python = true;
    if (python) {
        out->kind = COLON_PYTHON;
        return;
    }
    out->kind = COLON_COMMAND;
    out->command = command;
    out->text = rest;
    if (!command->argument && *rest) {
        out->kind = COLON_ERROR;
        snprintf(out->error, sizeof out->error, "%s takes no argument; !%s … runs it as Python", command->name, word);
    }
}

void colon_parse(const char *line, colon_is_name is_name, void *data, struct colon *out)
{
    *out = (struct colon){.kind = COLON_PYTHON};
    line += strspn(line, " ");
    out->text = line;
    if (!*line) {
        out->kind = COLON_EMPTY;
        return;
    }
    if (*line == '!') {
        out->text = line + 1 + strspn(line + 1, " ");
        out->kind = *out->text ? COLON_PYTHON : COLON_EMPTY;
        return;
    }
    char word[64];
    size_t length = strcspn(line, " ");
    if (length >= sizeof word)
        return;
    memcpy(word, line, length);
    word[length] = '\0';
    const char *rest = line + length + strspn(line + length, " ");
    if (strcmp(word, "?") == 0)
        strcpy(word, "help");
    bool variable = is_name && is_name(word, data);
    const struct command *command = command_find_exact(word);
    if (!command && length >= PREFIX_MIN && !variable && !is_keyword(word))
        command = command_find(word);
    if (command)
        judge(command, word, rest, variable, out);
}
