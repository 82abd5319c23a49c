#include "dialog_search.h"

#include "app.h"
#include "dialog_private.h"
#include "lineedit.h"
#include "pane.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define SEARCHED_BYTES 8192 /* of a line: what stands behind cannot be seen */

void dialog_search_begin(struct dialog_search *search, size_t row)
{
    lineedit_destroy(search->edit);
    search->edit = lineedit_create(NULL);
    search->begin = row;
    search->missed = false;
}

void dialog_search_finish(struct dialog_search *search)
{
    lineedit_destroy(search->edit);
    free(search->needle);
    *search = (struct dialog_search){0};
}

static void set_needle(struct dialog_search *search, const char *text)
{
    char *copy = xstrdup(text);
    free(search->needle);
    search->needle = copy;
}

static void stop_typing(struct dialog_search *search)
{
    lineedit_destroy(search->edit);
    search->edit = NULL;
}

enum dialog_search_result dialog_search_key(struct dialog_search *search, const struct key *key)
{
    bool emptied = pane_key_is(key, "Backspace Ctrl-h") && !*lineedit_text(search->edit);
    if (pane_key_is(key, "Enter")) {
        stop_typing(search);
        return DIALOG_SEARCH_DONE;
    }
    if (emptied || pane_key_is(key, "Esc Ctrl-c Ctrl-g")) {
        stop_typing(search);
        set_needle(search, NULL);
        search->missed = false;
        return DIALOG_SEARCH_CANCELLED;
    }
    enum lineedit_result result = lineedit_key(search->edit, key);
    if (result != LINEEDIT_CHANGED && result != LINEEDIT_CUT)
        return DIALOG_SEARCH_USED;
    set_needle(search, lineedit_text(search->edit));
    return DIALOG_SEARCH_CHANGED;
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static char lower(char c)
{
    return is_capital(c) ? (char)(c - 'A' + 'a') : c;
}

static bool equal(const char *text, const char *word, size_t length, bool exact)
{
    for (size_t i = 0; i < length; i++)
        if (exact ? text[i] != word[i] : lower(text[i]) != lower(word[i]))
            return false;
    return true;
}

bool dialog_search_find(const struct dialog_search *search, const char *text, size_t length, size_t *offset)
{
    size_t word = search->needle ? strlen(search->needle) : 0;
    bool exact = false;
    for (size_t i = 0; i < word; i++)
        exact = exact || is_capital(search->needle[i]);
    length = length < SEARCHED_BYTES ? length : SEARCHED_BYTES;
    for (size_t i = 0; word > 0 && i + word <= length; i++) {
        if (!equal(text + i, search->needle, word, exact))
            continue;
        *offset = i;
        return true;
    }
    return false;
}

void dialog_search_mark(struct app *app, const struct dialog_search *search, struct canvas row, int column,
                        const char *text, size_t length)
{
    size_t offset;
    if (!dialog_search_find(search, text, length, &offset))
        return;
    int start = canvas_width(text, offset);
    int end = canvas_advance(text + offset, strlen(search->needle), start);
    canvas_restyle(row, 0, column + start, 1, end - start, app_style(app, ROLE_SEARCH_HIT));
}

size_t dialog_search_next(size_t count, size_t from, bool backwards, dialog_search_row has, const void *data)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = (backwards ? from + count - i : from + i) % count;
        if (has(data, row))
            return row;
    }
    return count;
}

void dialog_search_draw(struct app *app, const struct dialog_search *search, struct canvas row)
{
    struct style style = dialog_style(app, ROLE_DIALOG_FIELD);
    canvas_fill(row, 0, 0, 1, row.columns, style);
    canvas_label(row, 0, 0, 1, style, "/");
    static const char missed[] = "not found";
    int width = row.columns - 1, gone = (int)strlen(missed) + 1;
    if (search->missed && *lineedit_text(search->edit) && width > 2 * gone) {
        width -= gone;
        canvas_label(row, 0, width + 2, gone, style_over(style, app_style(app, ROLE_MESSAGE_ERROR)), missed);
    }
    app_set_cursor(app, row, 0, lineedit_draw(search->edit, row, 0, 1, width, style));
}
