/* What dialog.c and the kinds of dialogs share. Not for others. */
#pragma once

#include "canvas.h"
#include "command.h"
#include "dialog.h"
#include "hints.h"
#include "theme.h"

#include <stdbool.h>

struct dialog;

struct dialog_ops {
    /* Rows and columns that the content would like, without the frame; they come in as those that there are. */
    void (*measure)(const struct dialog *dialog, int *rows, int *columns);
    void (*draw)(struct app *app, struct dialog *dialog, struct canvas canvas);
    /* Any key; true keeps the dialog open. False: it was answered, and is destroyed after answer(). */
    bool (*key)(struct app *app, struct dialog *dialog, const struct key *key);
    /* Tell who asked. The dialog is no longer the app's: another may be opened. */
    void (*answer)(struct app *app, struct dialog *dialog, bool cancelled);
    void (*destroy)(struct dialog *dialog); /* the private data only; may be NULL */
    const struct hint *hints;               /* its keys, ended by one without text */
    enum command_scope scope;               /* or the scope of its commands in the table; SCOPE_GLOBAL: it has none */
};

struct dialog {
    const struct dialog_ops *ops;
    char *title;       /* owned */
    void *data;        /* the kind's own */
    bool keeps_escape; /* Esc is for the dialog itself, to leave what is typed in it */
};

/* The style of a role on a dialog's background. */
struct style dialog_style(const struct app *app, enum role role);
/* A button at COLUMN of the last row; the focused one has brackets, so that it is told without colours. Its width. */
int dialog_draw_button(const struct app *app, struct canvas canvas, int column, const char *text, bool focused);

/* What stands behind a row's text, at most WIDTH columns: the end of a path, the begin of all else. */
int dialog_draw_detail(struct canvas line, int column, int width, struct style style, const char *detail);

/* Make DATA the open dialog; the one before is answered as cancelled. */
void dialog_open(struct app *app, const char *title, const struct dialog_ops *ops, void *data);
