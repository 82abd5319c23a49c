/* What a line typed after `:` means: a command of the table, by name, alias or unique prefix, or Python. */
#pragma once

#include <stdbool.h>

struct command;

enum colon_kind { COLON_EMPTY, COLON_COMMAND, COLON_PYTHON, COLON_ERROR };

struct colon {
    enum colon_kind kind;
    const struct command *command; /* COMMAND */
    const char *text;              /* its argument, or the Python; borrowed from the line */
    char error[160];               /* ERROR */
};

/* Whether NAME is a variable of the selected frame: it wins over a shortened command. */
typedef bool (*colon_is_name)(const char *name, void *data);

/* `!` before it forces Python. IS_NAME may be NULL. */
void colon_parse(const char *line, colon_is_name is_name, void *data, struct colon *out);
