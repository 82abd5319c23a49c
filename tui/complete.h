/* Completion for `:` and the console: commands and their arguments from the table, Python from the
 * selected frame. Candidates are shown in a list above the line; Tab goes through them. With the setting
 * `completion = typing` the list comes by itself: from words that are here at once, from the program's
 * when it answers; a key never waits for it, and no code of the program runs for it. */
#pragma once

#include "canvas.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct app;
struct completer;
struct lineedit;
struct model;

/* What may stand at the cursor of a `:` line, without asking the program. */
struct completion {
    size_t start; /* bytes of the line that the words replace begin here */
    char **words; /* owned, sorted, without repetitions */
    size_t count, capacity;
    bool commands;      /* the words are names of commands */
    bool python;        /* Python may stand here too: ask for it */
    size_t python_from; /* where the Python begins in the line */
};
/* QUICK: without files, whose directory may be slow to read. */
void completion_find(const char *line, size_t cursor, const struct model *model, bool quick, struct completion *out);
/* Leave only words that begin with PREFIX and are longer. */
void completion_narrow(struct completion *completion, const char *prefix);
void completion_add(struct completion *completion, const char *word);
void completion_sort(struct completion *completion);
void completion_finish(struct completion *completion);
/* Bytes that all words have in common from their start. */
size_t completion_common(const struct completion *completion);

struct completer *completer_create(void);
void completer_destroy(struct completer *completer);

/* Tab (or Shift-Tab) in EDIT, borrowed until completer_close(): complete, list, or go on in the list.
 * COLON: it is a `:` line, else Python alone. */
void completer_tab(struct app *app, struct lineedit *edit, bool colon, bool backwards);
/* EDIT, borrowed as above, was changed by typing: show what goes on the word at the cursor, if that is wanted. */
void completer_type(struct app *app, struct lineedit *edit, bool colon);
/* A key came; the list is gone unless completer_type() or completer_tab() follows. */
void completer_hide(struct app *app);
/* Esc: hide the list as long as this word is typed. */
void completer_refuse(struct app *app, bool colon);
/* The line is gone or was left. */
void completer_close(struct app *app);
bool completer_is_open(const struct app *app);
/* The list, above ROW of SCREEN from COLUMN (where the line's text begins). */
void completer_draw(struct app *app, struct canvas screen, int row, int column);
