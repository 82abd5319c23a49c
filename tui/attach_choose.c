#include "attach_choose.h"

#include "app.h"
#include "dialog_find.h"
#include "live.h"
#include "live_watch.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

struct choosing {
    struct app *app;
    struct attach_choices choices;
    const struct live_program **programs; /* owned, not what they point to: one a row */
    size_t count;
    struct live_watch *watch; /* owned */
};

/* Its command line from the script's name on: all have an interpreter and directories before it. */
static const char *command_from_script(const struct live_program *program)
{
    const char *slash = program->script ? strrchr(program->script, '/') : NULL;
    const char *found = slash ? strstr(program->command, slash + 1) : NULL;
    return found ? found : program->command;
}

/* "trainer  558  stopped", in columns; what follows is shown dimly. */
static struct find_row make_row(const struct live_program *program, int name_width)
{
    char age[16], rank[32] = "";
    live_age(program->age, age);
    if (program->rank >= 0)
        snprintf(rank, sizeof rank, "rank %lld · ", (long long)program->rank);
    int pad = name_width - canvas_width(program->name, strlen(program->name));
    return (struct find_row){
        .text = xasprintf("%s%*s  %7lld  %-8s", program->name, pad, "", (long long)program->pid,
                          program->attached && strcmp(program->state, "running") == 0 ? "attached" : program->state),
        .detail = xasprintf("%s%s · %s · Python %s", rank, age, command_from_script(program),
                            program->python ? program->python : "?"),
        .id = program->pid};
}

static struct find_row *make_rows(const struct choosing *self)
{
    struct find_row *rows = xcalloc(self->count + 1, sizeof *rows);
    int width = 0;
    for (size_t i = 0; i < self->count; i++) {
        int name = canvas_width(self->programs[i]->name, strlen(self->programs[i]->name));
        width = name > width ? name : width;
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

static void take_programs(struct choosing *self, const struct live_list *list)
{
    const struct attach_choices *choices = &self->choices;
    free(self->programs);
    self->programs = xcalloc(list->count + 1, sizeof *self->programs);
    self->count = 0;
    for (size_t i = 0; i < list->count; i++)
        if (!choices->keep || choices->keep(&list->programs[i], choices->word))
            self->programs[self->count++] = &list->programs[i];
}

static void followed(const struct live_list *list, void *data)
{
    struct choosing *self = data;
    take_programs(self, list);
    struct find_row *rows = make_rows(self);
    dialog_find_update(self->app, &(struct find_list){.rows = rows, .count = self->count, .data = self});
    free_rows(rows, self->count);
}

static void answered(struct app *app, int index, const char *text, void *data)
{
    (void)text;
    struct choosing *self = data;
    self->choices.picked(app, index < 0 ? NULL : self->programs[index], self->choices.data);
    live_watch_destroy(self->watch);
    free(self->programs);
    free(self);
}

void attach_choose(struct app *app, const struct attach_choices *choices)
{
    struct choosing *self = xcalloc(1, sizeof *self);
    *self = (struct choosing){.app = app, .choices = *choices};
    take_programs(self, choices->list);
    struct find_row *rows = make_rows(self);
    dialog_find(app, &(struct find_list){.title = "Attach to",
                                         .rows = rows,
                                         .count = self->count,
                                         .empty = "no program that listens matches",
                                         .handler = answered,
                                         .data = self});
    free_rows(rows, self->count);
    self->watch = live_watch_create(app->loop, choices->list, followed, self);
}
