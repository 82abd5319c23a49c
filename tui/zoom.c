#include "zoom.h"

#include "app.h"
#include "config.h"
#include "loop.h"
#include "model.h"
#include "vt.h"
#include "xalloc.h"

#include <stdlib.h>

#define PATIENCE 150 /* ms that the program must have run: a step through it is no reason to zoom */

struct zoom {
    int64_t since;         /* when the program began to run on its alternate screen; 0: it does not */
    bool zoomed, declined; /* by us; the user ended it, so not again before the program leaves that screen */
    enum pane_kind before; /* the focus */
};

struct zoom *zoom_create(void)
{
    return xcalloc(1, sizeof(struct zoom));
}

void zoom_destroy(struct zoom *zoom)
{
    free(zoom);
}

static void wake(struct loop *loop, void *data)
{
    (void)loop;
    (void)data; /* the end of this turn looks */
}

static void come_back(struct app *app, struct zoom *zoom)
{
    if (zoom->zoomed && app->terminal_zoomed)
        app_focus(app, zoom->before);
    app->terminal_zoomed = app->terminal_zoomed && !zoom->zoomed;
    zoom->zoomed = false;
    zoom->since = 0;
    app_damage(app);
}

static void zoom_now(struct app *app, struct zoom *zoom)
{
    zoom->before = app->focus;
    zoom->zoomed = true;
    app_focus(app, PANE_TERMINAL);
    app->terminal_zoomed = true;
}

void zoom_follow(struct app *app)
{
    struct zoom *zoom = app->zoom;
    bool full = vt_alternate(app->vt);
    bool wanted = full && !app->ended && app_model(app)->state == MODEL_RUNNING &&
                  config_flag(app->config, CONFIG_ZOOM_FULL_SCREEN);
    if (zoom->zoomed && app->terminal_zoomed && app->focus != PANE_TERMINAL) { /* Ctrl-]: for the panes */
        app->terminal_zoomed = false;
        app_damage(app);
    }
    zoom->declined = full && (zoom->declined || (zoom->zoomed && !app->terminal_zoomed));
    if (!wanted) {
        if (zoom->since)
            come_back(app, zoom);
        return;
    }
    if (!zoom->since) {
        zoom->since = loop_now();
        loop_add_timer(app->loop, PATIENCE + 1, wake, app);
    }
    bool busy = app->terminal_zoomed || app->dialog || app->prompt || zoom->declined;
    if (!busy && loop_now() - zoom->since >= PATIENCE * 1000)
        zoom_now(app, zoom);
}
