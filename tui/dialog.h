/* Modal dialogs: they take all keys until answered. One at a time: opening another replaces it, the
 * one before is answered as cancelled. Enter accepts, Esc cancels, Tab and arrows move. */
#pragma once

#include "canvas.h"
#include "key.h"

#include <stdbool.h>
#include <stddef.h>

struct app;
struct object_schema;
struct value;

/* BUTTON is the index chosen, or -1 for Esc. */
typedef void (*dialog_confirm_handler)(struct app *app, int button, void *data);
/* BUTTONS is NULL-terminated ("End it", "Leave it running", "Cancel"); their first letters are keys. */
void dialog_confirm(struct app *app, const char *title, const char *text, const char *const *buttons,
                    dialog_confirm_handler handler, void *data);

/* FIELDS (borrowed for the call) is a new map with the labelled fields as edited, or NULL for Esc. */
typedef void (*dialog_form_handler)(struct app *app, const struct value *fields, void *data);
/* A form made from the labelled fields of SCHEMA (those of nested objects too), filled from FIELDS. */
void dialog_form(struct app *app, const char *title, const struct object_schema *schema, const struct value *fields,
                 dialog_form_handler handler, void *data);

/* Text to read and scroll through: lines separated by newlines. Closes with Esc, q, Enter or ?. */
void dialog_text(struct app *app, const char *title, const char *text);

bool dialog_key(struct app *app, const struct key *key); /* true if a dialog was open */
void dialog_draw(struct app *app, struct canvas screen); /* nothing when none is open */
void dialog_close(struct app *app);                      /* as Esc; fine when none is open */
