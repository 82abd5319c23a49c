#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "width.h"
#include "xalloc.h"

/* Parsing goes from left to right and ends at the program: what follows belongs to it. */
struct parse {
    struct options *options;
    char **next; /* the words that are left, NULL-terminated */
    size_t python_capacity, python_count;
    const char **breakpoints; /* texts of -b, borrowed; resolved once the script is known */
    size_t breakpoint_capacity, breakpoint_count;
    bool program;
    enum options_result result;
};

/* A handler gets the option's argument, "" if it takes none. */
struct row {
    struct option_row shown;
    void (*handle)(struct parse *parse, const char *argument);
};

static const char usage[] = "usage: pytui [OPTION]... SCRIPT [ARGUMENT]...\n"
                            "       pytui [OPTION]... -m MODULE [ARGUMENT]...\n"
                            "       pytui [OPTION]... -c CODE [ARGUMENT]...\n"
                            "       pytui [OPTION]... - [ARGUMENT]...\n"
                            "       pytui [OPTION]... attach [NAME|PID|unix:PATH|HOST:PORT|ssh:HOST[:NAME]]\n"
                            "       pytui ls [--all] [--json] [ssh:HOST]\n"
                            "       pytui exec NAME|PID FILE|-c CODE|-\n"
                            "       pytui dump NAME|PID [--locals] [--json]\n";

__attribute__((format(printf, 2, 3))) static void fail(struct parse *parse, const char *format, ...)
{
    if (parse->result == OPTIONS_USAGE)
        return; /* one complaint is enough */
    parse->result = OPTIONS_USAGE;
    va_list arguments;
    va_start(arguments, format);
    char text[4096];
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fputs("pytui: ", stderr);
    width_print(stderr, text);
    fputs("\nTry pytui --help.\n", stderr);
}

/* Handlers */

static void take_program(struct parse *parse, enum target_kind kind, const char *what)
{
    parse->options->target.kind = kind;
    parse->options->target.what = what;
    parse->options->target.arguments = parse->next;
    parse->program = true;
}

static void handle_module(struct parse *parse, const char *argument)
{
    take_program(parse, TARGET_MODULE, argument);
}

static void handle_code(struct parse *parse, const char *argument)
{
    take_program(parse, TARGET_CODE, argument);
}

static void handle_python(struct parse *parse, const char *argument)
{
    parse->options->target.python = argument;
}

static void handle_python_option(struct parse *parse, const char *argument)
{
    struct options *options = parse->options;
    xgrow(&options->python_options, &parse->python_capacity, parse->python_count + 2, sizeof(char *));
    options->python_options[parse->python_count++] = xstrdup(argument);
    options->python_options[parse->python_count] = NULL;
}

static void handle_continue(struct parse *parse, const char *argument)
{
    (void)argument;
    parse->options->run_on = true;
}

static void handle_break(struct parse *parse, const char *argument)
{
    xgrow(&parse->breakpoints, &parse->breakpoint_capacity, parse->breakpoint_count + 1, sizeof(*parse->breakpoints));
    parse->breakpoints[parse->breakpoint_count++] = argument;
}

static void handle_stop(struct parse *parse, const char *argument)
{
    (void)argument;
    parse->options->stop = true;
}

static void handle_read_only(struct parse *parse, const char *argument)
{
    (void)argument;
    parse->options->read_only = true;
}

static void handle_json(struct parse *parse, const char *argument)
{
    (void)argument;
    parse->options->json = true;
}

static void handle_all(struct parse *parse, const char *argument)
{
    (void)argument;
    parse->options->all = true;
}

static void handle_locals(struct parse *parse, const char *argument)
{
    (void)argument;
    parse->options->locals = true;
}

static void handle_theme(struct parse *parse, const char *argument)
{
    parse->options->theme = argument;
}

static void handle_no_mouse(struct parse *parse, const char *argument)
{
    (void)argument;
    parse->options->no_mouse = true;
}

static void handle_no_colour(struct parse *parse, const char *argument)
{
    (void)argument;
    parse->options->no_colour = true;
}

static void handle_log(struct parse *parse, const char *argument)
{
    parse->options->log = argument;
}

static void handle_home(struct parse *parse, const char *argument)
{
    parse->options->target.home = argument;
}

static void handle_channel(struct parse *parse, const char *argument)
{
    parse->options->channel = atoi(argument);
    parse->program = true;
    if (parse->options->channel <= STDERR_FILENO || fcntl(parse->options->channel, F_GETFD) < 0)
        fail(parse, "--channel %s: there is no such descriptor", argument);
}

static void handle_version(struct parse *parse, const char *argument)
{
    (void)argument;
    puts("pytui " PYTUI_VERSION);
    parse->result = OPTIONS_DONE;
}

static void handle_help(struct parse *parse, const char *argument)
{
    (void)argument;
    options_print_help(stdout);
    parse->result = OPTIONS_DONE;
}

/* The table, in the order of --help */
static const struct row rows[] = {
    {{"module", 'm', "MODULE", "run a module or package, as python -m does; ends pytui's options"}, handle_module},
    {{"code", 'c', "CODE", "run this code, as python -c does; ends pytui's options"}, handle_code},
    {{"break", 'b', "FILE:LINE[:COLUMN]|FUNCTION", "set a breakpoint; may be given several times"}, handle_break},
    {{"continue", 'C', NULL, "do not stop before the first line"}, handle_continue},
    {{"stop", 0, NULL, "with attach: pause the program"}, handle_stop},
    {{"all", 0, NULL, "with ls: Python processes too that do not listen"}, handle_all},
    {{"json", 0, NULL, "with ls and dump: for programs to read"}, handle_json},
    {{"locals", 0, NULL, "with dump: with the variables of all frames"}, handle_locals},
    {{"read-only", 'r', NULL, "with attach: only watch a program that another debugger holds"}, handle_read_only},
    {{"python", 0, "PATH",
      "the interpreter: a path, a command or a version such as 3.12; otherwise the active virtual environment's, else "
      "python3"},
     handle_python},
    {{"python-option", 0, "OPTION",
      "an option for the interpreter, such as -O or \"-X dev\"; may be given several times"},
     handle_python_option},
    {{"theme", 0, "NAME|FILE", "colours: a theme that came with pytui, or a file"}, handle_theme},
    {{"no-color", 0, NULL, "use no colours; so does a NO_COLOR in the environment"}, handle_no_colour},
    {{"no-mouse", 0, NULL, "leave the mouse to the terminal"}, handle_no_mouse},
    {{"log", 0, "FILE", "append to a log; so does PYTUI_LOG"}, handle_log},
    {{"home", 0, "DIRECTORY", "where pytui's backends are, if not where they were installed"}, handle_home},
    {{"channel", 0, "DESCRIPTOR", "debug the program at the other end, which has this terminal: for pytui.set_trace()"},
     handle_channel},
    {{"version", 'V', NULL, "print the version and leave"}, handle_version},
    {{"help", 'h', NULL, "print this and leave"}, handle_help},
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

bool options_row(size_t index, struct option_row *row)
{
    if (index >= ROW_COUNT)
        return false;
    *row = rows[index].shown;
    return true;
}

static const struct {
    const char *name;
    const char *help;
} subcommands[] = {
    {"attach", "debug a program that runs"},
    {"ls", "list the programs that can be attached to"},
    {"exec", "run a file inside a program that runs"},
    {"dump", "print all stacks of a program that runs"},
};

bool options_subcommand(size_t index, const char **name, const char **help)
{
    if (index >= sizeof subcommands / sizeof subcommands[0])
        return false;
    *name = subcommands[index].name;
    *help = subcommands[index].help;
    return true;
}

/* Help */

enum { HELP_INDENT = 29, HELP_WIDTH = 80 };

/* TEXT in words, wrapped and indented. */
static void print_wrapped(FILE *out, const char *text)
{
    int column = HELP_INDENT;
    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        if (column > HELP_INDENT && column + 1 + length > HELP_WIDTH) {
            fprintf(out, "\n%*s", HELP_INDENT, "");
            column = HELP_INDENT;
        }
        column += fprintf(out, "%s%.*s", column > HELP_INDENT ? " " : "", length, text);
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

void options_print_help(FILE *out)
{
    fprintf(out, "pytui " PYTUI_VERSION ": a full-screen debugger for Python programs\n\n%s\nOptions:\n", usage);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct option_row *row = &rows[i].shown;
        char letter[8] = "   ";
        if (row->letter != 0)
            snprintf(letter, sizeof(letter), "-%c,", row->letter);
        int column = fprintf(out, "  %s --%s%s%s", letter, row->name, row->argument != NULL ? " " : "",
                             row->argument != NULL ? row->argument : "");
        if (column >= HELP_INDENT - 1)
            fprintf(out, "\n%*s", HELP_INDENT, "");
        else
            fprintf(out, "%*s", HELP_INDENT - column, "");
        print_wrapped(out, row->help);
    }
    fputs("\nSCRIPT may be a directory or zip file with a __main__.py; - reads the script\n"
          "from standard input. What follows the program are its own arguments. Redirected\n"
          "standard streams are the program's; those that are terminals go to the Terminal\n"
          "pane. Press ? in pytui for its keys.\n"
          "attach debugs a program that listens (pytui.listen() or PYTUI_LISTEN in its\n"
          "environment); without a word it shows a list. ls writes that list. ssh:HOST is\n"
          "another machine, by ssh. A script of such a name is given as ./attach.\n"
          "Exit status: the program's, 128+n when signal n ended it, 2 for wrong usage.\n",
          out);
}

/* Parsing */

static const struct row *find_long(const char *name, size_t length)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strlen(rows[i].shown.name) == length && strncmp(rows[i].shown.name, name, length) == 0)
            return &rows[i];
    }
    return NULL;
}

static const struct row *find_letter(char letter)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].shown.letter != 0 && rows[i].shown.letter == letter)
            return &rows[i];
    }
    return NULL;
}

/* The argument in the next word, or NULL after a complaint. */
static const char *next_argument(struct parse *parse, const char *option, const struct row *row)
{
    if (*parse->next != NULL)
        return *parse->next++;
    fail(parse, "%s needs an argument: %s", option, row->shown.argument);
    return NULL;
}

static void parse_long(struct parse *parse, const char *word)
{
    const char *name = word + 2;
    size_t length = strcspn(name, "=");
    const struct row *row = find_long(name, length);
    if (row == NULL) {
        fail(parse,
             "there is no option %s (options of the program come after its name, the interpreter's with "
             "--python-option)",
             word);
        return;
    }
    const char *argument = name[length] == '=' ? name + length + 1 : NULL;
    if (row->shown.argument == NULL && argument != NULL) {
        fail(parse, "--%s takes no argument", row->shown.name);
        return;
    }
    if (row->shown.argument != NULL && argument == NULL && (argument = next_argument(parse, word, row)) == NULL)
        return;
    row->handle(parse, argument != NULL ? argument : "");
}

/* One or more letters: -C, -bFILE:3, -Cb FILE:3. */
static void parse_letters(struct parse *parse, const char *word)
{
    for (const char *letter = word + 1; *letter != '\0' && parse->result == OPTIONS_RUN && !parse->program; letter++) {
        const struct row *row = find_letter(*letter);
        char option[] = {'-', *letter, '\0'};
        if (row == NULL) {
            fail(parse, "there is no option %s (the interpreter's own are given with --python-option)", option);
            return;
        }
        if (row->shown.argument == NULL) {
            row->handle(parse, "");
            continue;
        }
        const char *argument = letter[1] != '\0' ? letter + 1 : next_argument(parse, option, row);
        if (argument != NULL)
            row->handle(parse, argument);
        return;
    }
}

/* What `attach`, `exec` and `dump` are given: whom; NULL: the command is another one. */
static const char **whom_of(struct options *options)
{
    return options->attach   ? &options->attach
           : options->inside ? &options->inside
           : options->dump   ? &options->dump
                             : NULL;
}

/* `attach`, `ls`, `exec`, `dump` and what follows them; a script of such a name is given as ./attach. False: the word
 * is the program. */
static bool take_subcommand(struct parse *parse, const char *word)
{
    struct options *options = parse->options;
    const char **whom = whom_of(options);
    if (whom != NULL && (*whom)[0] == '\0' && !options->list)
        *whom = word;
    else if (options->inside != NULL)
        return false;
    else if (options->list && options->list_where[0] == '\0' && strncmp(word, "ssh:", 4) == 0)
        options->list_where = word;
    else if (whom != NULL || options->list)
        fail(parse, "%s: one word too many", word);
    else if (strcmp(word, "attach") == 0)
        options->attach = "";
    else if (strcmp(word, "exec") == 0)
        options->inside = "";
    else if (strcmp(word, "dump") == 0)
        options->dump = "";
    else if (strcmp(word, "ls") == 0)
        options->list = true;
    else
        return false;
    return true;
}

static void check_inside(struct parse *parse)
{
    const struct options *options = parse->options;
    if (options->inside[0] == '\0')
        fail(parse, "exec: in which program? Give its process id or name, then a file, -c CODE or -");
    else if (!parse->program || options->target.kind == TARGET_MODULE)
        fail(parse, "exec: what is to be run in %s? Give a file, -c CODE or -", options->inside);
    else if (options->target.arguments != NULL && options->target.arguments[0] != NULL)
        fail(parse, "%s: exec takes no arguments for what it runs", options->target.arguments[0]);
}

static void check_subcommand(struct parse *parse)
{
    const struct options *options = parse->options;
    bool subcommand = options->attach != NULL || options->list || options->dump != NULL;
    if (subcommand && parse->program)
        fail(parse, "attach, dump and ls take no program to start");
    if (options->inside != NULL)
        check_inside(parse);
    if (options->dump != NULL && options->dump[0] == '\0')
        fail(parse, "dump: of which program? Give its process id or name");
    if (options->json && !options->list && options->dump == NULL)
        fail(parse, "--json is for pytui ls and pytui dump");
    if (options->locals && options->dump == NULL)
        fail(parse, "--locals is for pytui dump");
    if (options->all && !options->list)
        fail(parse, "--all is for pytui ls; pytui attach shows all");
    if (options->all && options->list_where[0] != '\0')
        fail(parse, "--all is for this machine");
    if (options->stop && options->attach == NULL)
        fail(parse, "--stop is for pytui attach; a program that is started stops anyway");
    if (options->read_only && options->attach == NULL)
        fail(parse, "--read-only is for pytui attach");
    if (options->read_only && options->stop)
        fail(parse, "--stop pauses the program, --read-only may not");
    parse->program = parse->program || subcommand;
}

static void parse_words(struct parse *parse)
{
    while (parse->result == OPTIONS_RUN && !parse->program && *parse->next != NULL) {
        const char *word = *parse->next++;
        if (strcmp(word, "-") == 0)
            take_program(parse, TARGET_STDIN, NULL);
        else if (strcmp(word, "--") == 0 && *parse->next != NULL) {
            const char *script = *parse->next++;
            take_program(parse, TARGET_SCRIPT, script);
        } else if (strncmp(word, "--", 2) == 0 && word[2] != '\0')
            parse_long(parse, word);
        else if (word[0] == '-' && word[1] != '-')
            parse_letters(parse, word);
        else if (word[0] != '-' && !take_subcommand(parse, word))
            take_program(parse, TARGET_SCRIPT, word);
    }
}

/* Breakpoints */

static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

/* A file, or what may be one inside of an archive, which is known when it is loaded. */
static bool may_be_file(const char *path)
{
    return is_file(path) || errno == ENOTDIR;
}

/* FILE from here, or from where the script is; absolute, links kept. NULL if there is none. The caller frees it. */
static char *find_file(const struct options *options, const char *file)
{
    char directory[PATH_MAX];
    if (file[0] == '/')
        return may_be_file(file) ? xstrdup(file) : NULL;
    if (may_be_file(file) && getcwd(directory, sizeof(directory)) != NULL)
        return xasprintf("%s/%s", strcmp(directory, "/") != 0 ? directory : "",
                         strncmp(file, "./", 2) == 0 ? file + 2 : file);
    if (options->target.kind != TARGET_SCRIPT || options->target.what == NULL)
        return NULL;
    const char *script = options->target.what;
    struct stat info;
    bool inside = stat(script, &info) == 0 && S_ISDIR(info.st_mode);
    const char *slash = strrchr(script, '/');
    char *beside = NULL;
    if (inside)
        beside = xasprintf("%s/%s", script, file);
    else if (slash != NULL)
        beside = xasprintf("%.*s/%s", (int)(slash - script), script, file);
    /* With the script's directory in front the name is another one, so this ends. */
    char *found = beside != NULL && (beside[0] == '/' || is_file(beside)) ? find_file(options, beside) : NULL;
    free(beside);
    return found;
}

/* The number behind the last colon before END; NULL: there is none. */
static const char *number_before(const char *text, const char *end)
{
    const char *at = end;
    while (at > text && at[-1] >= '0' && at[-1] <= '9')
        at--;
    return at < end && at > text && at[-1] == ':' ? at : NULL;
}

static void resolve_breakpoint(struct parse *parse, const char *text, struct option_breakpoint *out)
{
    const char *number = number_before(text, text + strlen(text));
    const char *column = number;
    number = column != NULL ? number_before(text, column - 1) : NULL;
    if (number == NULL) {
        number = column;
        column = NULL;
    }
    if (number == NULL) {
        size_t length = strlen(text);
        bool is_path = strchr(text, '/') != NULL || (length > 3 && strcmp(text + length - 3, ".py") == 0);
        bool is_number = text[0] >= '0' && text[0] <= '9';
        if (length == 0 || is_path || is_number)
            fail(parse, "-b %s: FILE:LINE, FILE:LINE:COLUMN or the name of a function expected", text);
        out->function = xstrdup(text);
        return;
    }
    errno = 0;
    long line = strtol(number, NULL, 10), place = column != NULL ? strtol(column, NULL, 10) : 1;
    if (errno != 0 || line < 1 || line > INT_MAX || place < 1 || place > INT_MAX) {
        fail(parse, "-b %s: there is no such line", text);
        return;
    }
    out->column = column != NULL ? (int)place : 0;
    char *file = xmemdup(text, (size_t)(number - 1 - text));
    out->path = find_file(parse->options, file);
    out->line = (int)line;
    if (out->path == NULL)
        fail(parse, "-b %s: there is no file %s", text, file);
    free(file);
}

static void resolve_breakpoints(struct parse *parse)
{
    struct options *options = parse->options;
    options->breakpoints = xcalloc(parse->breakpoint_count, sizeof(*options->breakpoints));
    for (size_t i = 0; i < parse->breakpoint_count && parse->result == OPTIONS_RUN; i++)
        resolve_breakpoint(parse, parse->breakpoints[i], &options->breakpoints[options->breakpoint_count++]);
}

enum options_result options_parse(struct options *options, int argc, char **argv)
{
    *options = (struct options){.list_where = ""};
    const char *no_colour = getenv("NO_COLOR");
    options->no_colour = no_colour != NULL && no_colour[0] != '\0';
    struct parse parse = {.options = options, .next = argv + (argc > 0 ? 1 : 0), .result = OPTIONS_RUN};
    parse_words(&parse);
    if (parse.result == OPTIONS_RUN)
        check_subcommand(&parse);
    if (parse.result == OPTIONS_RUN && !parse.program) {
        fprintf(stderr, "pytui: which program? Give a script, -m MODULE, -c CODE or -\n%sTry pytui --help.\n", usage);
        parse.result = OPTIONS_USAGE;
    }
    if (parse.result == OPTIONS_RUN)
        resolve_breakpoints(&parse);
    options->target.python_options = options->python_options;
    free(parse.breakpoints);
    return parse.result;
}

void options_finish(struct options *options)
{
    for (size_t i = 0; options->python_options != NULL && options->python_options[i] != NULL; i++)
        free(options->python_options[i]);
    free(options->python_options);
    for (size_t i = 0; i < options->breakpoint_count; i++) {
        free(options->breakpoints[i].path);
        free(options->breakpoints[i].function);
    }
    free(options->breakpoints);
    *options = (struct options){0};
}
