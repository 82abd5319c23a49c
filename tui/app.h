/* The application: everything that one running pytui owns, passed down to whoever needs it. */
#pragma once

#include "canvas.h"
#include "key.h"
#include "pane.h"
#include "target.h"
#include "theme.h"

#include <stdbool.h>
#include <stdint.h>

struct config;
struct dialog;
struct keymap;
struct layout;
struct loop;
struct prompt;
struct session;
struct source_store;
struct term;
struct vt;

struct app {
    struct loop *loop;            /* owned, as all below unless said otherwise */
    struct term *term;
    struct theme *theme;
    struct config *config;
    struct keymap *keymap;
    struct source_store *sources;
    struct layout *layout;
    struct prompt *prompt;        /* NULL unless a one-line prompt is open (:, /, L) */
    struct dialog *dialog;        /* NULL unless one is open; it takes all keys */

    struct session **sessions;    /* owned; one today, attach and children add rows */
    size_t session_count;
    size_t session_focused;
    struct target *target;        /* of the launched program; NULL for other ways in */
    struct vt *vt;                /* the program's terminal */

    void *panes[PANE_COUNT];      /* each pane's private data */
    enum pane_kind focus;
    bool terminal_zoomed;

    char message[512];            /* one line at the bottom until the next key; "" for none */
    bool message_error;
    bool dirty;                   /* draw at the end of this turn */
    int exit_status;              /* pytui's own, once known */
    bool quitting;
};

/* The focused session and its model; never NULL after start. */
struct session *app_session(struct app *app);
struct model *app_model(struct app *app);

/* Draw at the end of this turn. */
void app_damage(struct app *app);
/* Show a line at the bottom until the next key. */
void app_message(struct app *app, bool error, const char *format, ...) __attribute__((format(printf, 3, 4)));
void app_focus(struct app *app, enum pane_kind kind);
/* Feed one key through dialog, prompt, pane and global bindings. */
void app_key(struct app *app, const struct key *key);
/* Leave with STATUS once the terminal is restored. */
void app_quit(struct app *app, int status);
/* Style of a role in the current theme. */
struct style app_style(const struct app *app, enum role role);

/* Offered by panes to commands (pane_source.c, pane_terminal.c). */
void pane_source_show(struct app *app, const char *path, int line); /* moves its cursor there */
bool pane_source_cursor(struct app *app, const char **path, int *line);
