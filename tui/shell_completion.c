/* shell_completion SHELL THEMES >FILE: what bash, zsh or fish completes after `pytui`, made from the table of options
 * that the program itself uses. THEMES is where the themes are installed. */
#include "options.h"

#include <stdio.h>
#include <string.h>

/* What the word behind an option is, by what the help calls it at first: FILE:LINE is completed as FILE. */
enum word { WORD_NONE, WORD_FILE, WORD_DIRECTORY, WORD_COMMAND, WORD_THEME };

static enum word word_of(const char *argument)
{
    static const struct {
        const char *argument;
        enum word word;
    } words[] = {{"FILE", WORD_FILE}, {"DIRECTORY", WORD_DIRECTORY}, {"PATH", WORD_COMMAND}, {"NAME|FILE", WORD_THEME}};
    for (size_t i = 0; argument != NULL && i < sizeof words / sizeof words[0]; i++)
        if (strncmp(argument, words[i].argument, strlen(words[i].argument)) == 0)
            return words[i].word;
    return WORD_NONE;
}

/* TEXT within single quotes; each of SPECIAL with a backslash. */
static void print_quoted(const char *text, const char *special)
{
    putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\'", stdout);
        else if (strchr(special, *text) != NULL)
            putchar('\\');
        putchar(*text);
    }
    putchar('\'');
}

/* bash: a case for the options that take a word, then the options themselves, else files. */
static void print_bash_case(enum word word, const char *completes)
{
    struct option_row row;
    bool any = false;
    for (size_t i = 0; options_row(i, &row); i++) {
        if (row.argument == NULL || word_of(row.argument) != word)
            continue;
        printf("%s--%s", any ? " | " : "        ", row.name);
        if (row.letter != 0)
            printf(" | -%c", row.letter);
        any = true;
    }
    if (any)
        printf(")\n            %s\n            return\n            ;;\n", completes);
}

static void print_subcommands(void)
{
    const char *name, *help;
    for (size_t i = 0; options_subcommand(i, &name, &help); i++)
        printf("%s%s", i > 0 ? " " : "", name);
}

static void print_bash(const char *themes)
{
    char theme[512];
    struct option_row row;
    snprintf(
        theme, sizeof theme,
        "COMPREPLY=($(compgen -W \"default $(cd '%s' 2>/dev/null && printf '%%s ' *.theme | sed 's/\\.theme//g')\" "
        "-- \"$word\") $(compgen -f -- \"$word\"))",
        themes);
    puts("# Completion for bash, made when pytui was built.\n"
         "_pytui() {\n"
         "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "    COMPREPLY=()\n"
         "    case $before in");
    print_bash_case(WORD_FILE, "COMPREPLY=($(compgen -f -- \"$word\"))");
    print_bash_case(WORD_DIRECTORY, "COMPREPLY=($(compgen -d -- \"$word\"))");
    print_bash_case(WORD_COMMAND, "COMPREPLY=($(compgen -c -f -- \"$word\"))");
    print_bash_case(WORD_THEME, theme);
    print_bash_case(WORD_NONE, ":");
    puts("    esac\n"
         "    if [[ $word == -* ]]; then");
    fputs("        COMPREPLY=($(compgen -W '", stdout);
    for (size_t i = 0; options_row(i, &row); i++) {
        printf("%s--%s", i > 0 ? " " : "", row.name);
        if (row.letter != 0)
            printf(" -%c", row.letter);
    }
    fputs("' -- \"$word\"))\n"
          "    elif [[ $COMP_CWORD == 1 ]]; then\n"
          "        COMPREPLY=($(compgen -W '",
          stdout);
    print_subcommands();
    puts("' -- \"$word\") $(compgen -f -- \"$word\"))\n"
         "    elif [[ $COMP_CWORD == 2 && ${COMP_WORDS[1]} =~ ^(attach|exec|dump)$ ]]; then\n"
         "        local name rest\n" /* no -W: it would expand what a program calls itself */
         "        while read -r name rest; do\n"
         "            [[ $name == \"$word\"* ]] && COMPREPLY+=(\"$name\")\n"
         "        done < <(\"${COMP_WORDS[0]}\" ls 2>/dev/null | tail -n +2)\n"
         "    else\n"
         "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "    fi\n"
         "}\n"
         "complete -o filenames -F _pytui pytui");
}

static void print_zsh_row(const struct option_row *row, const char *name, const char *themes)
{
    static const char *const actions[] = {
        [WORD_NONE] = "", [WORD_FILE] = "_files", [WORD_DIRECTORY] = "_files -/", [WORD_COMMAND] = "_command_names -e"};
    char text[512];
    enum word word = word_of(row->argument);
    snprintf(text, sizeof text, "[%s]", row->help);
    printf("    '*'%s", name);
    print_quoted(text, ":");
    if (word == WORD_THEME)
        printf("':theme: _alternative \"themes:theme:(default ${(j. .)$(print -l %s/*.theme(N:t:r))})\" "
               "\"files:file:_files\"'",
               themes);
    else if (row->argument != NULL)
        printf("':%s:%s'", row->argument[0] == 'F' ? "place" : row->name, actions[word]);
    puts(" \\");
}

static void print_zsh(const char *themes)
{
    struct option_row row;
    puts("#compdef pytui\n"
         "# Completion for zsh, made when pytui was built.\n"
         "_arguments -s -S \\");
    for (size_t i = 0; options_row(i, &row); i++) {
        char name[80];
        snprintf(name, sizeof name, "--%s", row.name);
        print_zsh_row(&row, name, themes);
        snprintf(name, sizeof name, "-%c", row.letter);
        if (row.letter != 0)
            print_zsh_row(&row, name, themes);
    }
    fputs("    '1:script: _alternative \"commands:command:(", stdout);
    print_subcommands();
    puts(")\" \"files:file:_files\"' \\\n" /* compadd: what a program calls itself is not evaluated */
         "    '2:argument:{ [[ $words[2] == (attach|exec|dump) ]] && "
         "compadd -- ${${(f)\"$($words[1] ls 2>/dev/null | tail -n +2)\"}%% *}; _files }' \\\n"
         "    '*::argument:_files'");
}

static void print_fish(const char *themes)
{
    static const char *const words[] = {[WORD_NONE] = " -x",
                                        [WORD_FILE] = " -r -F",
                                        [WORD_DIRECTORY] = " -x -a '(__fish_complete_directories)'",
                                        [WORD_COMMAND] = " -r -F",
                                        [WORD_THEME] = ""};
    struct option_row row;
    const char *name, *help;
    puts("# Completion for fish, made when pytui was built.");
    for (size_t i = 0; options_subcommand(i, &name, &help); i++) {
        printf("complete -c pytui -n __fish_use_subcommand -a %s -d ", name);
        print_quoted(help, "\\");
        putchar('\n');
    }
    puts("complete -c pytui -n '__fish_seen_subcommand_from attach exec dump' "
         "-a '(pytui ls 2>/dev/null | tail -n +2 | string replace -r \" .*\" \"\")'");
    for (size_t i = 0; options_row(i, &row); i++) {
        enum word word = word_of(row.argument);
        printf("complete -c pytui -l %s", row.name);
        if (row.letter != 0)
            printf(" -s %c", row.letter);
        if (word == WORD_THEME)
            printf(" -r -F -a 'default (path change-extension \"\" (path basename %s/*.theme))'", themes);
        else if (row.argument != NULL)
            fputs(words[word], stdout);
        fputs(" -d ", stdout);
        print_quoted(row.help, "\\");
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(const char *themes);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; argc == 3 && i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(argv[1], shells[i].name) != 0)
            continue;
        shells[i].print(argv[2]);
        return 0;
    }
    fputs("usage: shell_completion bash|zsh|fish THEMES\n", stderr);
    return 2;
}
