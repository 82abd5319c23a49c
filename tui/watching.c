#include "watching.h"

#include "app.h"
#include "attach.h"
#include "dialog.h"
#include "live.h"
#include "loop.h"
#include "options.h"
#include "session.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY 200 /* ms, whether the other debugger has left */

struct watching {
    struct live_program program; /* owned copy */
    struct loop *loop;           /* borrowed */
    uint64_t timer;              /* 0: nothing is waited for */
};

void watching_destroy(struct watching *watching)
{
    if (watching)
        live_program_finish(&watching->program);
    free(watching);
}

static void look(struct loop *loop, void *data);

static void wait_a_little(struct app *app, struct watching *self)
{
    self->timer = loop_add_timer(app->loop, LOOK_EVERY, look, app);
}

/* Whether the other one has left by now. */
static void look(struct loop *loop, void *data)
{
    (void)loop;
    struct app *app = data;
    struct watching *self = *attach_watching(app->attach);
    struct live_program now = {0};
    char error[512];
    self->timer = 0;
    if (!live_ask(self->program.address, &now, error, sizeof error)) {
        snprintf(app->farewell, sizeof app->farewell, "%s ended while it was waited for", self->program.name);
        app_quit(app, 1);
        return;
    }
    bool attached = now.attached;
    live_program_finish(&now);
    if (attached)
        wait_a_little(app, self);
    else
        attach_connect(app, &self->program, false);
}

static void chosen(struct app *app, int button, void *data)
{
    (void)data;
    struct watching *self = *attach_watching(app->attach);
    if (button == 0) {
        attach_connect(app, &self->program, true);
    } else if (button == 1) {
        app_message(app, false, "waiting until the other debugger has left %s; q gives up", self->program.name);
        wait_a_little(app, self);
    } else if (!app->quitting) {
        app_quit(app, 0);
    }
}

void watching_begin(struct app *app, const struct live_program *program)
{
    static const char *const buttons[] = {"Read-only", "Wait", "Cancel", NULL};
    struct watching **place = attach_watching(app->attach), *self = xcalloc(1, sizeof *self);
    char text[256];
    self->program = live_program_copy(program);
    self->loop = app->loop;
    watching_destroy(*place);
    *place = self;
    if (app->options->read_only || !program->attached) {
        attach_connect(app, &self->program, app->options->read_only);
        return;
    }
    snprintf(text, sizeof text, "Another debugger is attached to %.100s: watch it, or wait?", self->program.name);
    dialog_confirm(app, "Attach", text, buttons, chosen, NULL);
}

void command_take_over(struct app *app, const char *argument)
{
    (void)argument;
    struct session *session = app_session(app);
    struct watching *self = app->attach ? *attach_watching(app->attach) : NULL;
    if (!self || !session_read_only(session)) {
        app_message(app, true, "there is nothing to take over: pytui does not only watch");
    } else if (session_connected(session)) {
        app_message(app, true, "the other debugger has not left: it holds this session");
    } else {
        session_reset(session);
        attach_connect(app, &self->program, false);
    }
}
