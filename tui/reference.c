/* reference: keys, commands, options and settings from the tables that the program itself uses, as Markdown.
 *
 *     reference                  print it
 *     reference --check FILE     status 1 unless FILE holds exactly that between its two marks
 *     reference --update FILE    put it there
 *     reference --list           the tables for programs: fields separated by tabs
 */
#include "command.h"
#include "config.h"
#include "options.h"
#include "protocol/marked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text for a cell: what Markdown would take for its own is escaped. */
static void put_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("|<*_[\\`", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

/* The same as code, where only the border of a cell has to be escaped. */
static void put_code(FILE *out, const char *text)
{
    fputc('`', out);
    for (; *text; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('`', out);
}

/* Words separated by spaces, each as code, with SEPARATOR between. */
static void put_words(FILE *out, const char *words, const char *separator)
{
    char word[128];
    for (const char *at = words ? words + strspn(words, " ") : ""; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        if (at != words)
            fputs(separator, out);
        put_code(out, word);
        at += length;
    }
}

static void put_command(FILE *out, const struct command *command)
{
    char name[192];
    snprintf(name, sizeof name, ":%s%s%s", command->name, command->argument ? " " : "",
             command->argument ? command->argument : "");
    fputs("| ", out);
    put_words(out, command->keys, " ");
    fputs(" | ", out);
    put_code(out, name);
    if (command->aliases) {
        fputs(", ", out);
        put_words(out, command->aliases, ", ");
    }
    fputs(" | ", out);
    put_text(out, command->help);
    fputs(" |\n", out);
}

static void put_commands(FILE *out)
{
    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        fprintf(out, "%s## %s%s\n\n| key | command | what it does |\n|---|---|---|\n", scope > 0 ? "\n" : "",
                scope == SCOPE_GLOBAL ? "" : "In ",
                scope == SCOPE_GLOBAL ? "Everywhere" : command_scope_name((enum command_scope)scope));
        for (size_t i = 0; i < command_count; i++)
            if (commands[i].scope == (enum command_scope)scope)
                put_command(out, &commands[i]);
    }
}

static void put_options(FILE *out)
{
    struct option_row row;
    fputs("\n## On the command line\n\n| option | what it does |\n|---|---|\n", out);
    for (size_t i = 0; options_row(i, &row); i++) {
        fputs("| ", out);
        if (row.letter != 0)
            fprintf(out, "`-%c`, ", row.letter);
        char option[128];
        snprintf(option, sizeof option, "--%s%s%s", row.name, row.argument ? " " : "",
                 row.argument ? row.argument : "");
        put_code(out, option);
        fputs(" | ", out);
        put_text(out, row.help);
        fputs(" |\n", out);
    }
}

static void put_values(FILE *out, const struct config_info *info)
{
    switch (info->type) {
    case CONFIG_TYPE_TEXT:
        fputs("text", out);
        break;
    case CONFIG_TYPE_LIST:
        fputs("words", out);
        break;
    case CONFIG_TYPE_FLAG:
        fputs("`yes` `no`", out);
        break;
    case CONFIG_TYPE_NUMBER:
        fprintf(out, "%d to %d", info->smallest, info->largest);
        break;
    case CONFIG_TYPE_CHOICE:
        put_words(out, info->choices, " ");
        break;
    }
}

static void put_settings(FILE *out)
{
    fputs("\n## Settings\n\n| setting | values | initially | what it is |\n|---|---|---|---|\n", out);
    for (int i = 0; i < CONFIG_COUNT; i++) {
        const struct config_info *info = config_info((enum config_setting)i);
        fprintf(out, "| `%s` | ", info->name);
        put_values(out, info);
        fputs(" | ", out);
        put_words(out, info->initial, " ");
        fputs(" | ", out);
        put_text(out, info->help);
        fprintf(out, "%s |\n", info->later ? "; read at the start" : "");
    }
}

static void put_all(FILE *out)
{
    put_commands(out);
    put_options(out);
    put_settings(out);
}

/* For the test that every one of them is tested: "command SCOPE NAME KEYS" and "setting NAME". */
static void put_list(FILE *out)
{
    for (size_t i = 0; i < command_count; i++)
        fprintf(out, "command\t%s\t%s\t%s\n", command_scope_name(commands[i].scope), commands[i].name,
                commands[i].keys ? commands[i].keys : "");
    for (int i = 0; i < CONFIG_COUNT; i++)
        fprintf(out, "setting\t%s\n", config_info((enum config_setting)i)->name);
}

static char *written(void (*put)(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    put(out);
    return fclose(out) == 0 ? text : NULL;
}

int main(int argc, char **argv)
{
    bool update = argc == 3 && strcmp(argv[1], "--update") == 0;
    bool check = argc == 3 && strcmp(argv[1], "--check") == 0;
    bool list = argc == 2 && strcmp(argv[1], "--list") == 0;
    if (argc != 1 && !update && !check && !list) {
        fprintf(stderr, "usage: reference [--list | --check FILE | --update FILE]\n");
        return 2;
    }
    char *text = written(list ? put_list : put_all);
    if (!text)
        return 2;
    int status = update || check ? marked_file(argv[2], update, text, "the command table")
                                 : fputs(text, stdout) < 0 || fflush(stdout) != 0;
    free(text);
    return status;
}
