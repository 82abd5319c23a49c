#include "live.h"

#include "canvas.h"
#include "protocol/utf8.h"
#include "width.h"
#include "xalloc.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define NAME_MAX_WIDTH 40 /* a longer one shifts its own row alone */

void live_age(int64_t seconds, char out[16])
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t unit = 0;
    while (unit < 3 && seconds < units[unit].seconds)
        unit++;
    if (seconds < 0)
        snprintf(out, 16, "?");
    else
        snprintf(out, 16, "%lld %s", (long long)((seconds / units[unit].seconds) % 100000), units[unit].name);
}

const char *live_state(const struct live_program *program)
{
    return program->attached && strcmp(program->state, "running") == 0 ? "attached" : program->state;
}

const char *live_command(const struct live_program *program)
{
    size_t length = strcspn(program->command, " ");
    const char *slash = memrchr(program->command, '/', length);
    return slash ? slash + 1 : program->command;
}

/* Lines */

struct columns {
    int name, state, way, python;
    int screen; /* 0: no end */
    bool ranks; /* one of them has a rank */
};

static int wider(int width, const char *text)
{
    int own = text ? canvas_width(text, strlen(text)) : 0;
    return own > width ? own : width;
}

static void print_cell(FILE *out, const char *text, int width)
{
    width_print(out, text);
    for (int column = canvas_width(text, strlen(text)); column < width; column++)
        fputc(' ', out);
    fputs("  ", out);
}

static const char *way_of(const struct live_program *program)
{
    return program->plain ? by_pid_way_name(program->way) : "listens";
}

/* Its state, and how many watch. */
static void describe_state(const struct live_program *program, char state[40])
{
    int length = snprintf(state, 40, "%.24s", live_state(program));
    if (program->watchers > 0)
        snprintf(state + length, 40 - (size_t)length, "+%d", program->watchers);
}

static struct columns measure(const struct live_list *list, bool all)
{
    struct columns columns = {.name = 4, .state = 8, .way = all ? 3 : 0, .python = 6};
    for (size_t i = 0; i < list->count; i++) {
        const struct live_program *program = &list->programs[i];
        char state[40];
        describe_state(program, state);
        columns.name = wider(columns.name, program->name);
        columns.state = wider(columns.state, state);
        columns.python = wider(columns.python, program->python);
        columns.way = all ? wider(columns.way, way_of(program)) : 0;
        columns.ranks = columns.ranks || program->rank >= 0;
    }
    columns.name = columns.name > NAME_MAX_WIDTH ? NAME_MAX_WIDTH : columns.name;
    return columns;
}

static void print_head(const struct columns *columns, FILE *out)
{
    print_cell(out, "NAME", columns->name);
    fprintf(out, "%7s  %-7s  %-*s  ", "PID", "AGE", columns->state, "STATE");
    if (columns->ranks)
        fputs("RANK  ", out);
    print_cell(out, "PYTHON", columns->python);
    if (columns->way)
        print_cell(out, "WAY", columns->way);
    fputs("COMMAND\n", out);
}

/* The rest of a line of WIDTH columns that has COLUMN already; cut there, 0: not cut. */
static void print_rest(FILE *out, const char *text, int column, int width)
{
    size_t length = strlen(text), fits = length;
    if (width > 0 && column + canvas_width(text, length) > width)
        for (fits = 0; fits < length && column + canvas_width(text, fits + 1) < width;)
            for (fits++; fits < length && ((unsigned char)text[fits] & 0xC0) == 0x80;)
                fits++;
    char *shown = xmemdup(text, fits);
    width_print(out, shown);
    free(shown);
    fputs(fits < length ? (strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? "…\n" : ">\n") : "\n", out);
}

static void print_line(const struct live_program *program, const struct columns *columns, FILE *out)
{
    char age[16], state[40];
    live_age(program->age, age);
    describe_state(program, state);
    int column = columns->name + columns->python + 24 + columns->state;
    print_cell(out, program->name, columns->name);
    fprintf(out, "%7lld  %-7s  %-*s  ", (long long)program->pid, age, columns->state, state);
    if (columns->ranks && program->rank >= 0)
        fprintf(out, "%4lld  ", (long long)program->rank);
    else if (columns->ranks)
        fputs("   -  ", out);
    print_cell(out, program->python ? program->python : "?", columns->python);
    if (columns->way)
        print_cell(out, way_of(program), columns->way);
    column += (columns->ranks ? 6 : 0) + (columns->way ? columns->way + 2 : 0);
    char *command =
        program->kernel ? xasprintf("Jupyter kernel: %s", live_command(program)) : xstrdup(live_command(program));
    if (program->listens && strncmp(program->listens, "tcp:", 4) == 0) {
        char *longer = xasprintf("%s  at %s", command, program->listens);
        free(command);
        command = longer;
    }
    print_rest(out, command, column, columns->screen);
    free(command);
}

/* How wide the terminal is that OUT is; 0: it is none. */
static int find_width(FILE *out)
{
    struct winsize size;
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void live_print(const struct live_list *list, bool all, FILE *out)
{
    struct columns columns = measure(list, all);
    columns.screen = find_width(out);
    if (list->count > 0)
        print_head(&columns, out);
    for (size_t i = 0; i < list->count; i++)
        print_line(&list->programs[i], &columns, out);
}

/* JSON */

#define WAY_LISTENS (BY_PID_GDB + 1)

static const char *const way_words[] = {
    [BY_PID_NONE] = NULL, [BY_PID_ARMED] = "armed",  [BY_PID_REMOTE] = "remote",
    [BY_PID_GDB] = "gdb", [WAY_LISTENS] = "listens",
};

static void print_string(FILE *out, const char *key, const char *text)
{
    fprintf(out, "\"%s\": ", key);
    if (!text) {
        fputs("null", out);
        return;
    }
    fputc('"', out);
    for (size_t at = 0, length = strlen(text), size; at < length; at += size) {
        bool valid;
        uint32_t code;
        char bytes[4];
        size = utf8_decode(text + at, length - at, &code, &valid);
        if (code == '"' || code == '\\')
            fprintf(out, "\\%c", (int)code);
        else if (code < 0x20 || code == 0x7f)
            fprintf(out, "\\u%04x", (unsigned)code);
        else
            fwrite(bytes, 1, utf8_encode(bytes, code), out); /* what is not valid as U+FFFD */
    }
    fputc('"', out);
}

static void print_number(FILE *out, const char *key, int64_t number)
{
    if (number < 0)
        fprintf(out, "\"%s\": null", key);
    else
        fprintf(out, "\"%s\": %lld", key, (long long)number);
}

void live_print_json(const struct live_list *list, FILE *out)
{
    fputc('[', out);
    for (size_t i = 0; i < list->count; i++) {
        const struct live_program *program = &list->programs[i];
        const struct {
            const char *key, *text;
        } texts[] = {
            {"name", program->name},
            {"state", program->state},
            {"commandLine", program->command},
            {"python", program->python},
            {"executable", program->executable},
            {"script", program->script},
            {"job", program->job},
            {"address", program->address},
            {"kernel", program->kernel},
            {"kind", program->plain ? "process" : "session"},
            {"way", way_words[program->plain ? program->way : WAY_LISTENS]},
            {"note", program->note},
            {"listens", program->listens},
        };
        fprintf(out, "%s\n  {", i ? "," : "");
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++) {
            print_string(out, texts[j].key, texts[j].text);
            fputs(", ", out);
        }
        print_number(out, "pid", program->pid);
        fputs(", ", out);
        print_number(out, "age", program->age);
        fputs(", ", out);
        print_number(out, "rank", program->rank);
        fprintf(out, ", \"attached\": %s, \"watchers\": %d}", program->attached ? "true" : "false", program->watchers);
    }
    fputs(list->count ? "\n]\n" : "]\n", out);
}
