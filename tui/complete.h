/* Completion for `:` and the console: commands and their arguments from the table, Python from the
 * selected frame. Candidates are shown in a list above the line; Tab goes through them. */
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
    bool python;        /* Python may stand here too: ask for it */
    size_t python_from; /* where the Python begins in the line */
};
void completion_find(const char *line, size_t cursor, const struct model *model, struct completion *out);
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
/* Any other key, or the line is gone. */
void completer_close(struct app *app);
bool completer_is_open(const struct app *app);
/* The list, above ROW of SCREEN from COLUMN (where the line's text begins). */
void completer_draw(struct app *app, struct canvas screen, int row, int column);
