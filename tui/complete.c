#include "complete.h"

#include "app.h"
#include "colon.h"
#include "command.h"
#include "lineedit.h"
#include "model.h"
#include "session.h"
#include "xalloc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WORDS_MAX  500
#define ROWS_MAX   10
#define LENGTH_MAX 40 /* columns of the list */

struct completer {
    struct completion found;
    struct lineedit *edit; /* borrowed; NULL: nothing is being completed */
    char *waiting;         /* owned: the line for which Python's names were asked; NULL: none */
    size_t waiting_from;   /* where the Python begins in it */
    bool open;             /* the list is shown */
    size_t selected;       /* in it; count: none yet */
};

void completion_add(struct completion *completion, const char *word)
{
    if (completion->count >= WORDS_MAX)
        return;
    xgrow(&completion->words, &completion->capacity, completion->count + 1, sizeof *completion->words);
    completion->words[completion->count++] = xstrdup(word);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void completion_sort(struct completion *completion)
{
    if (completion->count == 0)
        return;
    qsort(completion->words, completion->count, sizeof *completion->words, by_name);
    size_t kept = 1;
    for (size_t i = 1; i < completion->count; i++) {
        if (strcmp(completion->words[i], completion->words[kept - 1]) == 0)
            free(completion->words[i]);
        else
            completion->words[kept++] = completion->words[i];
    }
    completion->count = kept;
}

void completion_finish(struct completion *completion)
{
    for (size_t i = 0; i < completion->count; i++)
        free(completion->words[i]);
    free(completion->words);
    *completion = (struct completion){0};
}

size_t completion_common(const struct completion *completion)
{
    if (completion->count == 0)
        return 0;
    size_t length = strlen(completion->words[0]);
    for (size_t i = 1; i < completion->count; i++) {
        size_t same = 0;
        while (same < length && completion->words[0][same] == completion->words[i][same])
            same++;
        length = same;
    }
    while (length > 0 && ((unsigned char)completion->words[0][length] & 0xC0) == 0x80)
        length--; /* not within a character */
    return length;
}

static void add_commands(struct completion *out, const char *prefix)
{
    size_t length = strlen(prefix);
    for (size_t i = 0; i < command_count; i++)
        if (strncmp(commands[i].name, prefix, length) == 0)
            completion_add(out, commands[i].name);
}

/* Files and directories that go on PREFIX, which may have directories in it; Python files alone, with ENDING. */
static void add_files(struct completion *out, const char *prefix, const char *ending)
{
    const char *slash = strrchr(prefix, '/');
    size_t head = slash ? (size_t)(slash - prefix) + 1 : 0;
    char *directory = head ? xmemdup(prefix, head) : xstrdup("./");
    DIR *stream = opendir(directory);
    for (struct dirent *entry; stream && out->count < WORDS_MAX && (entry = readdir(stream));) {
        const char *name = entry->d_name;
        if (strncmp(name, prefix + head, strlen(prefix + head)) != 0 || (name[0] == '.' && prefix[head] != '.'))
            continue;
        char *path = xasprintf("%s%s", directory, name);
        struct stat status;
        size_t length = strlen(name);
        bool is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
        if (is_directory || (length > 3 && strcmp(name + length - 3, ".py") == 0)) {
            char *word = xasprintf("%.*s%s%s", (int)head, prefix, name, is_directory ? "/" : ending);
            completion_add(out, word);
            free(word);
        }
        free(path);
    }
    if (stream)
        closedir(stream);
    free(directory);
}

static void add_breakpoints(struct completion *out, const struct model *model, const char *prefix)
{
    for (size_t i = 0; i < model->breakpoint_count; i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", model->breakpoints[i]->id);
        if (strncmp(number, prefix, strlen(prefix)) == 0)
            completion_add(out, number);
    }
}

static void find_argument(const struct command *command, const char *argument, const struct model *model,
                          struct completion *out)
{
    const char *takes = command->argument ? command->argument : "";
    if (strstr(takes, "FILE"))
        add_files(out, argument, strstr(takes, "FILE:") ? ":" : "");
    if (strstr(takes, "[COMMAND]"))
        add_commands(out, argument);
    if (strstr(takes, "NUMBER") && !strchr(argument, ' '))
        add_breakpoints(out, model, argument);
    if (strstr(takes, "EXPRESSION") || strstr(takes, "PYTHON") || strstr(takes, "VALUE") || strchr(argument, ',')) {
        out->python = true;
        out->python_from = out->start;
    }
}

static bool is_local(const char *name, void *data)
{
    return model_local(data, name, strlen(name)) != NULL;
}

void completion_find(const char *line, size_t cursor, const struct model *model, struct completion *out)
{
    *out = (struct completion){0};
    char *typed = xmemdup(line, cursor);
    size_t word = strspn(typed, " ");
    size_t length = strcspn(typed + word, " ");
    struct colon meaning;
    colon_parse(typed, is_local, (void *)(uintptr_t)model, &meaning);
    if (word + length == cursor && typed[word] != '!') {
        out->start = word;
        add_commands(out, typed + word);
        out->python = cursor > word;
        out->python_from = word;
    } else if (meaning.kind == COLON_COMMAND || meaning.kind == COLON_ERROR) {
        out->start = word + length + strspn(typed + word + length, " ");
        if (meaning.kind == COLON_COMMAND)
            find_argument(meaning.command, typed + out->start, model, out);
    } else {
        out->python = true;
        out->python_from = word + (typed[word] == '!');
        out->start = cursor;
    }
    completion_sort(out);
    free(typed);
}

struct completer *completer_create(void)
{
    return xcalloc(1, sizeof(struct completer));
}

void completer_destroy(struct completer *completer)
{
    if (!completer)
        return;
    completion_finish(&completer->found);
    free(completer->waiting);
    free(completer);
}

void completer_close(struct app *app)
{
    struct completer *completer = app->completer;
    completion_finish(&completer->found);
    free(completer->waiting);
    completer->waiting = NULL;
    completer->edit = NULL;
    completer->open = false;
}

bool completer_is_open(const struct app *app)
{
    return app->completer->open;
}

/* One word: take it. Several: what they share; the list when that adds nothing. */
static void offer(struct app *app)
{
    struct completer *completer = app->completer;
    struct completion *found = &completer->found;
    app_damage(app);
    if (found->count == 0) {
        app_message(app, false, "nothing completes this");
        completer_close(app);
        return;
    }
    size_t typed = lineedit_cursor(completer->edit) - found->start;
    size_t common = completion_common(found);
    if (common > typed || found->count == 1) {
        char *text = xmemdup(found->words[0], common);
        lineedit_replace(completer->edit, found->start, text);
        free(text);
    }
    if (found->count == 1) {
        completer_close(app);
        return;
    }
    completer->open = true;
    completer->selected = found->count;
}

static void python_arrived(struct session *session, size_t start, char *const *words, size_t count, void *data)
{
    (void)session;
    struct app *app = data;
    struct completer *completer = app->completer;
    if (!completer->edit || !completer->waiting || strcmp(completer->waiting, lineedit_text(completer->edit)) != 0)
        return; /* typed on since */
    struct completion *found = &completer->found;
    start += completer->waiting_from;
    if (start > lineedit_cursor(completer->edit))
        count = 0;
    if (found->count > 0 && start != found->start)
        count = 0; /* the table's words stand elsewhere: they came first */
    if (count > 0)
        found->start = start;
    for (size_t i = 0; i < count; i++)
        completion_add(found, words[i]);
    completion_sort(found);
    free(completer->waiting);
    completer->waiting = NULL;
    offer(app);
}

/* Ask the program for Python's names. False if it cannot answer now. */
static bool ask_python(struct app *app, size_t from)
{
    struct completer *completer = app->completer;
    const char *line = lineedit_text(completer->edit);
    free(completer->waiting);
    completer->waiting = xstrdup(line);
    completer->waiting_from = from;
    if (session_complete(app_session(app), line + from, lineedit_cursor(completer->edit) - from, python_arrived, app))
        return true;
    free(completer->waiting);
    completer->waiting = NULL;
    return false;
}

static void go_on(struct app *app, bool backwards)
{
    struct completer *completer = app->completer;
    size_t count = completer->found.count;
    if (completer->selected >= count)
        completer->selected = backwards ? count - 1 : 0;
    else
        completer->selected = (completer->selected + (backwards ? count - 1 : 1)) % count;
    lineedit_replace(completer->edit, completer->found.start, completer->found.words[completer->selected]);
    app_damage(app);
}

/* Of a statement of several lines the one with the cursor is completed. */
static size_t line_start(const struct lineedit *edit)
{
    size_t at = lineedit_cursor(edit);
    while (at > 0 && lineedit_text(edit)[at - 1] != '\n')
        at--;
    return at;
}

void completer_tab(struct app *app, struct lineedit *edit, bool colon, bool backwards)
{
    struct completer *completer = app->completer;
    if (completer->open && completer->edit == edit) {
        go_on(app, backwards);
        return;
    }
    completer_close(app);
    completer->edit = edit;
    if (colon)
        completion_find(lineedit_text(edit), lineedit_cursor(edit), app_model(app), &completer->found);
    else
        completer->found = (struct completion){.python = true, .python_from = line_start(edit)};
    if (!completer->found.python || !ask_python(app, completer->found.python_from))
        offer(app);
}

void completer_draw(struct app *app, struct canvas screen, int row, int column)
{
    const struct completer *completer = app->completer;
    const struct completion *found = &completer->found;
    int count = found->count < ROWS_MAX ? (int)found->count : ROWS_MAX;
    if (count > row)
        count = row;
    if (!completer->open || count < 1)
        return;
    size_t first = 0;
    if (completer->selected < found->count && completer->selected >= (size_t)count)
        first = completer->selected - (size_t)count + 1;
    char more[48] = "";
    if (found->count > (size_t)count)
        snprintf(more, sizeof more, "%zu/%zu", first + (size_t)count, found->count);
    const char *last = found->words[first + (size_t)count - 1];
    int width = *more ? canvas_width(last, strlen(last)) + (int)strlen(more) + 4 : 0;
    for (int i = 0; i < count; i++) {
        const char *word = found->words[first + (size_t)i];
        int columns = canvas_width(word, strlen(word)) + 2;
        width = columns > width ? columns : width;
    }
    width = width > LENGTH_MAX ? LENGTH_MAX : width;
    if (column + width > screen.columns)
        column = screen.columns > width ? screen.columns - width : 0;
    for (int i = 0; i < count; i++) {
        size_t index = first + (size_t)i;
        struct style style = app_style(app, ROLE_DIALOG), hint = app_style(app, ROLE_DIALOG_HINT);
        if (index == completer->selected)
            style = style_over(style, app_style(app, ROLE_SELECTED_FOCUSED));
        int at = row - count + i, length = i == count - 1 ? (int)strlen(more) : 0;
        canvas_fill(screen, at, column, 1, width, style);
        canvas_label(screen, at, column + 1, width - 2 - (length ? length + 2 : 0), style, found->words[index]);
        canvas_label(screen, at, column + width - length - 1, length,
                     index == completer->selected ? style : style_over(style, hint), more);
    }
}
