/* manpage SOURCE >PAGE: the manual page with its lists of options, keys and settings filled in from the
 * tables that the program itself uses. SOURCE marks the places with lines `.\" @OPTIONS@` and so on. */
#include "command.h"
#include "config.h"
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text as roff wants it: no backslash, dash or leading dot of its own. */
static void print_escaped(const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\\')
            fputs("\\e", stdout);
        else if (*c == '-')
            fputs("\\-", stdout);
        else if (c == text && (*c == '.' || *c == '\''))
            printf("\\&%c", *c);
        else
            putchar(*c);
    }
}

/* .TP, then TERM in bold with ARGUMENT in italics, then TEXT. */
static void print_item(const char *term, const char *argument, const char *text)
{
    fputs(".TP\n\\fB", stdout);
    print_escaped(term);
    fputs("\\fR", stdout);
    if (argument != NULL && *argument != '\0') {
        fputs(" \\fI", stdout);
        print_escaped(argument);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    print_escaped(text);
    putchar('\n');
}

static void print_options(void)
{
    struct option_row row;
    for (size_t i = 0; options_row(i, &row); i++) {
        char term[64];
        if (row.letter != 0)
            snprintf(term, sizeof(term), "-%c, --%s", row.letter, row.name);
        else
            snprintf(term, sizeof(term), "--%s", row.name);
        print_item(term, row.argument, row.help);
    }
}

static void print_scope(const struct keymap *keymap, enum command_scope scope)
{
    bool headed = false;
    for (size_t i = 0; i < command_count; i++) {
        const struct command *command = &commands[i];
        if (command->scope != scope)
            continue;
        if (!headed)
            printf(".SS %s%s\n", scope == SCOPE_GLOBAL ? "" : "In ",
                   scope == SCOPE_GLOBAL ? "Everywhere" : command_scope_name(scope));
        headed = true;
        char keys[128], term[256];
        keymap_keys(keymap, command, keys, sizeof(keys));
        snprintf(term, sizeof(term), "%s%s:%s", keys, keys[0] != '\0' ? "  " : "", command->name);
        print_item(term, command->argument, command->help);
    }
}

static void print_commands(void)
{
    struct keymap *keymap = keymap_create();
    for (int scope = 0; scope < SCOPE_COUNT; scope++)
        print_scope(keymap, (enum command_scope)scope);
    keymap_destroy(keymap);
}

static void print_settings(void)
{
    for (int i = 0; i < CONFIG_COUNT; i++) {
        const struct config_info *info = config_info((enum config_setting)i);
        char text[512];
        snprintf(text, sizeof(text), "%s. Initially %s.", info->help, info->initial);
        print_item(info->name, NULL, text);
    }
}

static const struct {
    const char *mark;
    void (*print)(void);
} marks[] = {
    {".\\\" @OPTIONS@\n", print_options},
    {".\\\" @COMMANDS@\n", print_commands},
    {".\\\" @SETTINGS@\n", print_settings},
};

static void print_line(const char *line)
{
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (strcmp(line, marks[i].mark) == 0) {
            marks[i].print();
            return;
        }
    }
    fputs(line, stdout);
}

int main(int argc, char **argv)
{
    FILE *source = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (source == NULL) {
        perror(argc == 2 ? argv[1] : "usage: manpage SOURCE");
        return EXIT_FAILURE;
    }
    char line[4096];
    while (fgets(line, sizeof(line), source) != NULL)
        print_line(line);
    fclose(source);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
