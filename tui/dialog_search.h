/* Searching in the rows of a dialog: the line that is typed into, what is searched for, and where it stands in a
 * text. Case matters only if the word has a capital. */
#pragma once

#include "canvas.h"
#include "key.h"

#include <stdbool.h>
#include <stddef.h>

struct app;
struct lineedit;

struct dialog_search {
    struct lineedit *edit; /* owned; NULL: nothing is being typed */
    char *needle;          /* owned; NULL or "": nothing is searched for */
    bool missed;           /* the word stands nowhere */
    size_t begin;          /* row from which an incremental search looks */
};

void dialog_search_begin(struct dialog_search *search, size_t row);
void dialog_search_finish(struct dialog_search *search); /* frees what it holds */

/* While a line is typed: CHANGED: look again from `begin`; DONE: Enter; CANCELLED: Esc, back to `begin`. */
enum dialog_search_result { DIALOG_SEARCH_USED, DIALOG_SEARCH_CHANGED, DIALOG_SEARCH_DONE, DIALOG_SEARCH_CANCELLED };
enum dialog_search_result dialog_search_key(struct dialog_search *search, const struct key *key);

/* Where in TEXT the word stands first. False without a word, too. */
bool dialog_search_find(const struct dialog_search *search, const char *text, size_t length, size_t *offset);
/* The word's place in a text that was drawn at COLUMN of ROW, made to stand out. */
void dialog_search_mark(struct app *app, const struct dialog_search *search, struct canvas row, int column,
                        const char *text, size_t length);

/* The row that holds the word, searching from FROM (itself included) and round; COUNT when there is none. */
typedef bool (*dialog_search_row)(const void *data, size_t row);
size_t dialog_search_next(size_t count, size_t from, bool backwards, dialog_search_row has, const void *data);

/* "/word" with the cursor in it. */
void dialog_search_draw(struct app *app, const struct dialog_search *search, struct canvas row);
