#include "attach_choose.h"

#include "app.h"
#include "dialog_find.h"
#include "live.h"
#include "live_watch.h"
#include "processes.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 32 /* a longer name shifts its own row alone */

struct choosing {
    struct app *app;
    struct attach_choices choices;
    const struct live_list *listening, *plain; /* borrowed from those who watch; PLAIN may be NULL */
    const struct live_program **programs;      /* owned, not what they point to: one a row */
    size_t count;
    struct live_watch *watch; /* owned, as the next; the latter may be NULL */
    struct processes *processes;
};

/* Rows */

/* Its command line from the script's name on: all have an interpreter and directories before it. */
static const char *command_from_script(const struct live_program *program)
{
    const char *slash = program->script ? strrchr(program->script, '/') : NULL;
    const char *found = slash ? strstr(program->command, slash + 1) : NULL;
    return found ? found : live_command(program);
}

/* "by pid: gdb? · " for those that do not listen. */
static void tell_way(const struct live_program *program, char out[32])
{
    if (!program->plain)
        out[0] = '\0';
    else if (program->way)
        snprintf(out, 32, "by pid: %s · ", by_pid_way_name(program->way));
    else
        snprintf(out, 32, "no way in · ");
}

/* "trainer  558  stopped", in columns; what follows is shown dimly. */
static struct find_row make_row(const struct live_program *program, int name_width)
{
    char age[16], way[32], rank[32] = "";
    tell_way(program, way);
    live_age(program->age, age);
    if (program->rank >= 0)
        snprintf(rank, sizeof rank, "rank %lld · ", (long long)program->rank);
    int pad = name_width - canvas_width(program->name, strlen(program->name));
    return (struct find_row){.text = xasprintf("%s%*s  %7lld  %-8s", program->name, pad > 0 ? pad : 0, "",
                                               (long long)program->pid, live_state(program)),
                             .detail = xasprintf("%s%s · %s%s%s · Python %s", rank, age, way,
                                                 program->kernel ? "Jupyter kernel · " : "",
                                                 command_from_script(program), program->python ? program->python : "?"),
                             .note = program->note ? program->note : program->command,
                             .dim = program->plain,
                             .id = program->pid};
}

static struct find_row *make_rows(const struct choosing *self)
{
    struct find_row *rows = xcalloc(self->count + 1, sizeof *rows);
    int width = 0;
    for (size_t i = 0; i < self->count; i++) {
        int name = canvas_width(self->programs[i]->name, strlen(self->programs[i]->name));
        width = name > width && name <= NAME_WIDTH ? name : width;
    }
    for (size_t i = 0; i < self->count; i++)
        rows[i] = make_row(self->programs[i], width);
    return rows;
}

static void free_rows(struct find_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((char *)rows[i].text);
        free((char *)rows[i].detail);
    }
    free(rows);
}

static bool listens(const struct choosing *self, int64_t pid)
{
    for (size_t i = 0; i < self->listening->count; i++)
        if (self->listening->programs[i].pid == pid)
            return true;
    return false;
}

static void take_programs(struct choosing *self)
{
    const struct attach_choices *choices = &self->choices;
    const struct live_list none = {0}, *listening = self->listening, *plain = self->plain ? self->plain : &none;
    free(self->programs);
    self->programs = xcalloc(listening->count + plain->count + 1, sizeof *self->programs);
    self->count = 0;
    for (size_t i = 0; i < listening->count; i++)
        if (!choices->keep || choices->keep(&listening->programs[i], choices->word))
            self->programs[self->count++] = &listening->programs[i];
    for (size_t i = 0; i < plain->count; i++)
        if (!listens(self, plain->programs[i].pid))
            self->programs[self->count++] = &plain->programs[i];
}

/* Following */

static void show_again(struct choosing *self)
{
    take_programs(self);
    struct find_row *rows = make_rows(self);
    dialog_find_update(self->app, &(struct find_list){.rows = rows, .count = self->count, .data = self});
    free_rows(rows, self->count);
}

static void listening_followed(const struct live_list *list, void *data)
{
    struct choosing *self = data;
    self->listening = list;
    show_again(self);
}

static void processes_followed(const struct live_list *list, void *data)
{
    struct choosing *self = data;
    self->plain = list;
    show_again(self);
}

/* Answers */

static bool is_allowed(struct app *app, int index, void *data)
{
    const struct choosing *self = data;
    const struct live_program *program = self->programs[index];
    bool allowed = !program->plain || program->way;
    if (!allowed)
        app_message(app, true, "process %lld: %s", (long long)program->pid, program->note);
    return allowed;
}

static void answered(struct app *app, int index, const char *text, void *data)
{
    (void)text;
    struct choosing *self = data;
    self->choices.picked(app, index < 0 ? NULL : self->programs[index], self->choices.data);
    live_watch_destroy(self->watch);
    processes_destroy(self->processes);
    free(self->programs);
    free(self);
}

void attach_choose(struct app *app, const struct attach_choices *choices)
{
    struct choosing *self = xcalloc(1, sizeof *self);
    *self = (struct choosing){.app = app, .choices = *choices, .listening = choices->list};
    take_programs(self);
    struct find_row *rows = make_rows(self);
    dialog_find(app, &(struct find_list){.title = "Attach to",
                                         .rows = rows,
                                         .count = self->count,
                                         .empty = "no Python program matches",
                                         .details = true,
                                         .handler = answered,
                                         .allows = is_allowed,
                                         .data = self});
    free_rows(rows, self->count);
    if (choices->alone)
        return;
    self->watch = live_watch_create(app->loop, choices->list, listening_followed, self);
    if (!choices->keep)
        self->processes = processes_watch(app->loop, processes_followed, self);
}
