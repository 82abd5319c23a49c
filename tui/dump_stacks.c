/* Through the program's socket where there is one or one can be had; else py-spy reads it from outside, where that is
 * installed (backend-ext/outside.py), and its stacks are printed in the same form. */
#include "dump_stacks.h"

#include "attach.h"
#include "by_pid.h"
#include "by_pid_enter.h"
#include "install_paths.h"
#include "interpreter.h"
#include "live.h"
#include "options.h"
#include "protocol/arena.h"
#include "protocol/value.h"
#include "talk.h"
#include "width.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 1000 /* of threads, and of frames of each */

/* JSON */

/* TEXT, which is valid UTF-8, in quotes; NULL: null. */
static void put_text(const char *key, const char *text)
{
    printf("\"%s\": ", key);
    if (!text) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at == '"' || *at == '\\')
            printf("\\%c", *at);
        else if (*at < 0x20 || *at == 0x7f)
            printf("\\u%04x", *at);
        else
            putchar(*at);
    }
    putchar('"');
}

static void put_bool(const char *key, bool on)
{
    printf("\"%s\": %s", key, on ? "true" : "false");
}

static void put_variables(const struct value *frame)
{
    const struct value *list = value_get_array(frame, "locals");
    if (!list)
        return;
    fputs(", \"locals\": [", stdout);
    for (size_t i = 0; i < value_count(list); i++) {
        const struct value *row = value_at(list, i);
        fputs(i ? ", {" : "{", stdout);
        put_text("name", value_get_text(row, "name", ""));
        fputs(", ", stdout);
        put_text("value", value_get_text(row, "value", ""));
        fputs(", ", stdout);
        put_text("type", value_get_text(row, "type", ""));
        putchar('}');
    }
    putchar(']');
}

static const char *path_of(const struct value *frame)
{
    const struct value *source = value_get_map(frame, "source");
    return value_get_text(source, "path", value_get_text(source, "name", NULL));
}

static void put_frames(const struct value *thread)
{
    const struct value *frames = value_get_array(thread, "stackFrames");
    fputs("\"frames\": [", stdout);
    for (size_t i = 0; i < value_count(frames); i++) {
        const struct value *frame = value_at(frames, i);
        fputs(i ? ",\n      {" : "\n      {", stdout);
        put_text("function", value_get_text(frame, "name", NULL));
        fputs(", ", stdout);
        put_text("file", path_of(frame));
        printf(", \"line\": %lld, ", (long long)value_get_int(frame, "line", 0));
        put_bool("library", strcmp(value_get_text(frame, "presentationHint", ""), "subtle") == 0);
        put_variables(frame);
        putchar('}');
    }
    fputs("], ", stdout);
    put_bool("moreFrames", value_get_bool(thread, "moreFrames", false));
}

static void put_json(const struct live_program *program, const struct value *body)
{
    const struct value *threads = value_get_array(body, "threads");
    printf("{\"pid\": %lld, ", (long long)program->pid);
    put_text("name", program->name);
    fputs(", ", stdout);
    put_text("python", program->python);
    fputs(", ", stdout);
    put_text("commandLine", program->command);
    fputs(", ", stdout);
    put_text("state", value_get_text(body, "state", NULL));
    fputs(", ", stdout);
    put_text("source", "pytui");
    fputs(",\n  \"threads\": [", stdout);
    for (size_t i = 0; i < value_count(threads); i++) {
        const struct value *thread = value_at(threads, i);
        int64_t native = value_get_int(value_get_map(thread, "pytui"), "nativeId", 0);
        fputs(i ? ",\n    {" : "\n    {", stdout);
        put_text("name", value_get_text(thread, "name", ""));
        if (native)
            printf(", \"nativeId\": %lld, ", (long long)native);
        else
            fputs(", \"nativeId\": null, ", stdout);
        put_frames(thread);
        putchar('}');
    }
    fputs("], ", stdout);
    put_bool("moreThreads", value_get_bool(body, "moreThreads", false));
    fputs("}\n", stdout);
}

/* Lines */

static void put_line(const char *indent, const char *text)
{
    fputs(indent, stdout);
    width_print(stdout, text);
    putchar('\n');
}

static void put_frame(const struct value *frame)
{
    const struct value *list = value_get_array(frame, "locals");
    const char *path = path_of(frame);
    char *line = xasprintf("%s  %s:%lld", value_get_text(frame, "name", "?"), path ? path : "?",
                           (long long)value_get_int(frame, "line", 0));
    put_line("    ", line);
    free(line);
    for (size_t i = 0; i < value_count(list); i++) {
        const struct value *row = value_at(list, i);
        line = xasprintf("%s = %s", value_get_text(row, "name", ""), value_get_text(row, "value", ""));
        put_line("        ", line);
        free(line);
    }
}

static void put_lines(const struct live_program *program, const struct value *body)
{
    const struct value *threads = value_get_array(body, "threads");
    const char *state = value_get_text(body, "state", "");
    char *head = xasprintf("process %lld: %s", (long long)program->pid, program->command);
    put_line("", head);
    free(head);
    printf("Python %s, %s; innermost frames first\n", program->python ? program->python : "?",
           strcmp(state, "blocked") == 0 ? "a thread in C code keeps the interpreter" : state);
    for (size_t i = 0; i < value_count(threads); i++) {
        const struct value *thread = value_at(threads, i), *frames = value_get_array(thread, "stackFrames");
        int64_t native = value_get_int(value_get_map(thread, "pytui"), "nativeId", 0);
        putchar('\n');
        width_print(stdout, value_get_text(thread, "name", ""));
        if (native)
            printf(" (%lld)", (long long)native);
        putchar('\n');
        for (size_t j = 0; j < value_count(frames); j++)
            put_frame(value_at(frames, j));
        if (value_get_bool(thread, "moreFrames", false))
            puts("    and further frames");
    }
    if (value_get_bool(body, "moreThreads", false))
        puts("\nand further threads");
    const char *message = value_get_text(body, "message", NULL);
    if (message)
        put_line("\n", message);
}

/* Asking */

static bool ask(const struct live_program *program, const struct options *options, char *error, size_t size)
{
    struct arena *arena = arena_create();
    if (!arena)
        abort();
    struct talk *talk = talk_open(program, true, NULL, NULL, error, size);
    struct value *arguments = value_map(arena);
    value_set_int(arena, arguments, "count", MOST);
    value_set_int(arena, arguments, "levels", MOST);
    value_set_bool(arena, arguments, "locals", options->locals);
    const struct value *body = talk ? talk_ask(talk, arena, "pytui/where", arguments, error, size) : NULL;
    if (body && options->json)
        put_json(program, body);
    else if (body)
        put_lines(program, body);
    talk_close(talk);
    arena_destroy(arena);
    return body != NULL;
}

/* Become outside.py, if py-spy is here; returns else. */
static void try_outside(const struct options *options)
{
    struct install_paths paths;
    struct interpreter python;
    char error[256];
    const char *word = options->dump;
    if (strspn(word, "0123456789") != strlen(word) ||
        !install_paths_find(options->target.home, &paths, error, sizeof error))
        return;
    if (by_pid_has_program("py-spy") && interpreter_find(NULL, &python, error, sizeof error)) {
        char *script = xasprintf("%s/outside.py", paths.home), *pid = xstrdup(word);
        char isolated[] = "-ISB", locals[] = "--locals", json[] = "--json";
        char *words[8] = {python.path, isolated, script, pid, NULL};
        int count = 4;
        if (options->locals)
            words[count++] = locals;
        if (options->json)
            words[count++] = json;
        fflush(stdout);
        execv(python.path, words);
        free(pid);
        free(script);
        interpreter_finish(&python);
    }
    install_paths_finish(&paths);
}

/* A process that gdb alone could enter, or nothing: it is not touched for a look. */
static bool is_closed(const struct options *options, char *error, size_t size)
{
    struct by_pid process;
    const char *word = options->dump;
    bool listens = false;
    if (strspn(word, "0123456789") != strlen(word) || !by_pid_look(strtoll(word, NULL, 10), &process) ||
        process.way == BY_PID_ARMED || process.way == BY_PID_REMOTE)
        return false;
    struct live_list list = live_find();
    for (size_t i = 0; i < list.count; i++)
        listens = listens || list.programs[i].pid == process.pid;
    live_finish(&list);
    if (listens)
        return false;
    if (process.way == BY_PID_GDB)
        memcpy(process.why, process.gdb_only, sizeof process.why);
    process.gdb_only[0] = '\0';
    by_pid_explain(&process, error, size);
    return true;
}

static bool dump(const struct options *options, char *error, size_t size)
{
    if (is_closed(options, error, size))
        return false;
    struct attach *found = attach_find(options->dump, options->target.home, error, size);
    const struct live_program *program = found ? attach_program(found) : NULL;
    if (found && !program)
        snprintf(error, size, "%s: several programs are called so; give the process id that pytui ls shows",
                 options->dump);
    bool ok = program && ask(program, options, error, size);
    attach_destroy(found);
    return ok;
}

int dump_stacks(const struct options *options)
{
    char error[2048] = "";
    if (dump(options, error, sizeof error))
        return fflush(stdout) != 0;
    try_outside(options);
    fputs("pytui: ", stderr);
    width_print(stderr, error);
    fputs("\nWhere py-spy is installed it is asked for the stacks of programs of any version.\n", stderr);
    return 1;
}
