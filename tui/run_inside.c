#include "run_inside.h"

#include "attach.h"
#include "live.h"
#include "options.h"
#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/value.h"
#include "source_decode.h"
#include "talk.h"
#include "width.h"
#include "xalloc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MOST ((size_t)8 << 20)

struct run {
    bool ended;
    int status;
};

static void hear(const struct message *event, void *data)
{
    struct run *run = data;
    if (strcmp(event->name, "pytui/execEnded") == 0) {
        run->ended = true;
        run->status = (int)value_get_int(event->body, "status", 1);
        return;
    }
    const char *category = value_get_text(event->body, "category", "");
    const struct value *output = strcmp(event->name, "output") == 0 ? value_get(event->body, "output") : NULL;
    FILE *stream = strcmp(category, "stdout") == 0 ? stdout : strcmp(category, "stderr") == 0 ? stderr : NULL;
    if (output && output->type == VALUE_STRING && stream) {
        fwrite(output->string.bytes, 1, output->string.length, stream);
        fflush(stream);
    }
}

/* All of STREAM, as UTF-8. The caller frees it; NULL with a reason in ERROR. */
static char *read_all(FILE *stream, const char *name, char *error, size_t size)
{
    char *bytes = NULL;
    size_t capacity = 0, length = 0, got = 1;
    while (got > 0 && length <= TEXT_MOST) {
        xgrow(&bytes, &capacity, length + (64 << 10), 1);
        got = fread(bytes + length, 1, 64 << 10, stream);
        length += got;
    }
    char *text = NULL;
    if (ferror(stream))
        snprintf(error, size, "%s: %s", name, strerror(errno));
    else if (length > TEXT_MOST)
        snprintf(error, size, "%s: it is longer than %zu bytes", name, TEXT_MOST);
    else {
        struct source_text decoded = source_decode(bytes, length);
        text = decoded.text;
        free(decoded.note);
    }
    free(bytes);
    return text;
}

/* What is to be run, and its NAME for tracebacks (both the caller's); NULL with a reason in ERROR. */
static char *read_text(const struct target_options *target, char **name, char *error, size_t size)
{
    char path[PATH_MAX];
    if (target->kind == TARGET_CODE) {
        *name = xstrdup("<string>");
        return xstrdup(target->what);
    }
    if (target->kind == TARGET_STDIN) {
        *name = xstrdup("<stdin>");
        return read_all(stdin, "standard input", error, size);
    }
    FILE *file = fopen(target->what, "re");
    *name = xstrdup(file && realpath(target->what, path) ? path : target->what);
    if (!file) {
        snprintf(error, size, "%s: %s", target->what, strerror(errno));
        return NULL;
    }
    char *text = read_all(file, target->what, error, size);
    fclose(file);
    return text;
}

static bool perform(const struct live_program *program, const char *text, const char *name, struct run *run,
                    char *error, size_t size)
{
    struct talk *talk = talk_open(program, false, hear, run, error, size);
    struct arena *arena = arena_create();
    if (!arena)
        abort();
    struct value *arguments = value_map(arena);
    value_set_text(arena, arguments, "source", text);
    value_set_text(arena, arguments, "name", name);
    bool ok = talk && talk_ask(talk, arena, "pytui/exec", arguments, error, size);
    bool open = ok;
    while (open && !run->ended)
        open = talk_wait(talk);
    if (ok && !run->ended) {
        snprintf(error, size, "the program ended, or cut the connection, while it ran");
        ok = false;
    }
    talk_close(talk);
    arena_destroy(arena);
    return ok;
}

int run_inside(const struct options *options)
{
    char error[2048] = "", *name = NULL;
    char *text = read_text(&options->target, &name, error, sizeof error);
    struct attach *found = text ? attach_find(options->inside, options->target.home, error, sizeof error) : NULL;
    const struct live_program *program = found ? attach_program(found) : NULL;
    struct run run = {.status = 1};
    if (found && !program)
        snprintf(error, sizeof error, "%s: several programs are called so; give the process id that pytui ls shows",
                 options->inside);
    if (program && perform(program, text, name, &run, error, sizeof error))
        error[0] = '\0';
    if (error[0]) {
        fputs("pytui: ", stderr);
        width_print(stderr, error);
        fputc('\n', stderr);
    }
    attach_destroy(found);
    free(name);
    free(text);
    return run.ended ? run.status : 1;
}
