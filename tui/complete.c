#include "complete.h"

#include "app.h"
#include "colon.h"
#include "command.h"
#include "command_script.h"
#include "config.h"
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
#define LENGTH_MAX 40   /* columns of the list */
#define ANSWER_MAX 200  /* words that the program gives at most: there may be more */
#define TYPED_MAX  2000 /* bytes; behind so many none comes: pasted text is no typing */
#define WORD_MIN   2    /* letters after which a list comes by itself; none behind a dot */

struct completer {
    struct completion found;
    struct lineedit *edit; /* borrowed; NULL: nothing is being completed */
    char *waiting;         /* owned: the line for which Python's names were asked; NULL: none */
    size_t waiting_from;   /* where the Python begins in it */
    int pending;           /* answers on their way; only the newest counts */
    bool again;      /* what was typed since is to be asked for when they are there: one at a time, for held keys */
    bool colon;      /* that is at the `:` prompt */
    bool open;       /* the list is shown */
    size_t selected; /* in it; count: none yet */
    char *base;      /* owned: the line, up to the cursor, whose words these are, found as it was typed; NULL */
    bool partial;    /* there are more words than these */
    bool asked;      /* they are the program's */
    bool refused;    /* the user hid the list of the word that begins at: */
    size_t refused_at;
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

void completion_narrow(struct completion *completion, const char *prefix)
{
    size_t length = strlen(prefix), kept = 0;
    for (size_t i = 0; i < completion->count; i++) {
        char *word = completion->words[i];
        if (strncmp(word, prefix, length) == 0 && word[length])
            completion->words[kept++] = word;
        else
            free(word);
    }
    completion->count = kept;
}

static void add_commands(struct completion *out, const char *prefix)
{
    size_t length = strlen(prefix);
    for (size_t i = 0; i < command_count; i++) {
        if (strncmp(commands[i].name, prefix, length) == 0)
            completion_add(out, commands[i].name);
        for (const char *at = commands[i].aliases; length > 0 && at && *at;) {
            size_t word = strcspn(at, " ");
            char *name = xmemdup(at, word);
            if (strncmp(name, prefix, length) == 0)
                completion_add(out, name);
            free(name);
            at += word + strspn(at + word, " ");
        }
    }
    out->commands = true;
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

static void find_argument(const struct command *command, const char *argument, const struct model *model, bool quick,
                          struct completion *out)
{
    const char *takes = command->argument ? command->argument : "";
    if (strstr(takes, "FILE") && !quick)
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

void completion_find(const char *line, size_t cursor, const struct model *model, bool quick, struct completion *out)
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
            find_argument(meaning.command, typed + out->start, model, quick, out);
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
    free(completer->base);
    free(completer);
}

void completer_close(struct app *app)
{
    struct completer *completer = app->completer;
    completion_finish(&completer->found);
    free(completer->waiting);
    free(completer->base);
    completer->waiting = completer->base = NULL;
    completer->edit = NULL;
    completer->open = completer->partial = completer->refused = completer->asked = completer->again = false;
}

void completer_hide(struct app *app)
{
    app->completer->open = false;
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

/* Names and their like: what a word consists of. */
static bool is_word(char byte)
{
    return byte == '_' || (byte & 0x80) || (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

/* Whether LINE is BASE with more of its last word. */
static bool goes_on_from(const char *line, const char *base)
{
    size_t length = strlen(base);
    if (strncmp(line, base, length) != 0)
        return false;
    for (line += length; *line && (is_word(*line) || *line == '-'); line++)
        ;
    return !*line;
}

/* The line up to the cursor; the caller frees it. */
static char *typed_line(const struct lineedit *edit)
{
    return xmemdup(lineedit_text(edit), lineedit_cursor(edit));
}

/* The list, of what goes on LINE; nothing is chosen in it. */
static void show_typed(struct app *app, const char *line)
{
    struct completer *completer = app->completer;
    if (completer->found.start <= strlen(line))
        completion_narrow(&completer->found, line + completer->found.start);
    completer->open = completer->found.count > 0;
    completer->selected = completer->found.count;
    app_damage(app);
}

/* The program's names for a line that may have been typed on since. */
static void typed_arrived(struct app *app, size_t start, char *const *words, size_t count)
{
    struct completer *completer = app->completer;
    char *line = completer->edit && completer->waiting ? typed_line(completer->edit) : NULL;
    free(completer->waiting);
    completer->waiting = NULL;
    if (line && goes_on_from(line, completer->base) && start + completer->waiting_from <= strlen(completer->base)) {
        completer->found.start = start + completer->waiting_from;
        for (size_t i = 0; i < count; i++)
            completion_add(&completer->found, words[i]);
        completion_sort(&completer->found);
        completer->partial = count >= ANSWER_MAX;
        show_typed(app, line);
    }
    free(line);
}

static void python_arrived(struct session *session, size_t start, char *const *words, size_t count, void *data)
{
    (void)session;
    struct app *app = data;
    struct completer *completer = app->completer;
    if (--completer->pending > 0)
        return;
    if (completer->again && completer->edit) {
        completer_type(app, completer->edit, completer->colon);
        return;
    }
    if (completer->base) {
        typed_arrived(app, start, words, count);
        return;
    }
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
    completer->pending++;
    if (session_complete(app_session(app), line + from, lineedit_cursor(completer->edit) - from, python_arrived, app))
        return true;
    completer->pending--;
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

static void add_aliases(struct app *app, struct completion *found, const char *line)
{
    const char *prefix = line + found->start, *body, *name;
    for (size_t i = 0; app->script && (name = script_alias_at(app->script, i, &body)); i++)
        if (strncmp(name, prefix, strlen(prefix)) == 0)
            completion_add(found, name);
    completion_sort(found);
}

/* What is known here of the words that may stand at the cursor. */
static void find(struct app *app, bool colon, bool quick)
{
    struct completer *completer = app->completer;
    if (!colon) {
        completer->found = (struct completion){.python = true, .python_from = line_start(completer->edit)};
        return;
    }
    char *line = typed_line(completer->edit);
    completion_find(line, strlen(line), app_model(app), quick, &completer->found);
    if (completer->found.commands)
        add_aliases(app, &completer->found, line);
    free(line);
}

/* Where the word at the end of LINE begins, if a list is to come for it by itself: not in a string or a comment, not
 * for a number; -1: no. */
static int word_to_complete(const char *line, bool colon)
{
    size_t end = strlen(line), start = end, first = strspn(line, " ");
    while (start > 0 && is_word(line[start - 1]))
        start--;
    if (colon && !strchr(line + first, ' ') && !strchr(line, '.')) /* the name of a command may have dashes in it */
        start = first;
    bool dotted = start > 1 && line[start - 1] == '.' && is_word(line[start - 2]);
    if ((line[start] >= '0' && line[start] <= '9') || (!dotted && end - start < WORD_MIN))
        return -1;
    char quote = '\0';
    for (const char *at = line; *at; at++) {
        if (!quote && *at == '#')
            return -1;
        if (*at == '\n')
            quote = '\0';
        else if (*at == quote)
            quote = '\0';
        else if (!quote && (*at == '"' || *at == '\''))
            quote = *at;
        else if (quote && *at == '\\' && at[1])
            at++;
    }
    return quote ? -1 : (int)start;
}

static void begin_typed(struct app *app, struct lineedit *edit, bool colon, const char *line)
{
    struct completer *completer = app->completer;
    const struct session *session = app_session(app);
    completer_close(app);
    completer->edit = edit;
    completer->base = xstrdup(line);
    find(app, colon, true);
    completer->colon = colon;
    completer->again = false;
    if (completer->found.count > 0)
        show_typed(app, line);
    else if (!completer->found.python || session_evaluating(session) || session_in_shell(session))
        return;
    else if (completer->pending > 0)
        completer->again = true;
    else
        completer->asked = ask_python(app, completer->found.python_from);
}

/* What was found for the beginning of this word may do; false: find anew. */
static bool narrow_typed(struct app *app, const struct lineedit *edit, const char *line)
{
    struct completer *completer = app->completer;
    if (completer->edit != edit || !completer->base || !goes_on_from(line, completer->base))
        return false;
    if (completer->waiting)
        return true; /* the answer is narrowed when it comes */
    if (completer->partial)
        return false;
    show_typed(app, line);
    return completer->open || completer->asked;
}

void completer_type(struct app *app, struct lineedit *edit, bool colon)
{
    struct completer *completer = app->completer;
    bool inside = is_word(lineedit_text(edit)[lineedit_cursor(edit)]); /* a word goes on behind the cursor */
    if (inside || lineedit_cursor(edit) > TYPED_MAX ||
        strcmp(config_text(app->config, CONFIG_COMPLETION), "typing") != 0) {
        completer_close(app);
        return;
    }
    char *line = typed_line(edit);
    int start = word_to_complete(line, colon);
    bool wanted = start >= 0;
    if (wanted && completer->refused && completer->refused_at == (size_t)start)
        completer_hide(app);
    else if (!wanted)
        completer_close(app);
    else if (!narrow_typed(app, edit, line))
        begin_typed(app, edit, colon, line);
    free(line);
}

void completer_refuse(struct app *app, bool colon)
{
    struct completer *completer = app->completer;
    char *line = completer->edit ? typed_line(completer->edit) : xstrdup("");
    int start = word_to_complete(line, colon);
    completer_close(app);
    completer->refused = start >= 0;
    completer->refused_at = start >= 0 ? (size_t)start : 0;
    free(line);
}

void completer_tab(struct app *app, struct lineedit *edit, bool colon, bool backwards)
{
    struct completer *completer = app->completer;
    const struct completion *list = &completer->found;
    if (completer->open && completer->edit == edit) {
        bool fresh = completer->base && completer->selected == list->count && !completer->partial;
        if (fresh && (list->count == 1 || completion_common(list) > lineedit_cursor(edit) - list->start))
            offer(app);
        else
            go_on(app, backwards);
        return;
    }
    completer_close(app);
    completer->edit = edit;
    find(app, colon, false);
    if (!completer->found.python || !ask_python(app, completer->found.python_from))
        offer(app);
}

/* Where in its line the words begin. */
static int words_column(const struct completer *completer)
{
    const char *text = lineedit_text(completer->edit);
    size_t line = line_start(completer->edit), start = completer->found.start;
    return start > line && start <= lineedit_cursor(completer->edit) ? canvas_width(text + line, start - line) : 0;
}

/* Bytes of the directories before a file's name, which all the words have in common. */
static size_t directory_length(const struct completion *found, const char *word)
{
    size_t length = found->python ? 0 : strlen(word);
    length -= length > 0 && word[length - 1] == '/'; /* of a directory */
    while (length > 0 && word[length - 1] != '/')
        length--;
    return length;
}

/* The word as the list shows it. */
static const char *shown_word(const struct completion *found, size_t index)
{
    return found->words[index] + directory_length(found, found->words[index]);
}

/* Without colours nothing would tell the list from what it lies on: there all of it is reversed but the row picked. */
static struct style row_style(const struct app *app, bool picked)
{
    struct style style = app_style(app, ROLE_DIALOG), over = app_style(app, ROLE_SELECTED_FOCUSED);
    bool plain = style.background.kind == COLOUR_DEFAULT && over.background.kind == COLOUR_DEFAULT &&
                 (over.attributes & STYLE_REVERSE) && !(style.attributes & STYLE_REVERSE);
    if (plain && picked)
        style.attributes |= STYLE_BOLD;
    return picked != plain ? style_over(style, over) : style;
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
    column += words_column(completer);
    column += canvas_width(found->words[0], directory_length(found, found->words[0]));
    size_t first = 0;
    if (completer->selected < found->count && completer->selected >= (size_t)count)
        first = completer->selected - (size_t)count + 1;
    char more[48] = "";
    if (found->count > (size_t)count)
        snprintf(more, sizeof more, "%zu/%zu", first + (size_t)count, found->count);
    const char *last = shown_word(found, first + (size_t)count - 1);
    int width = *more ? canvas_width(last, strlen(last)) + (int)strlen(more) + 4 : 0;
    for (int i = 0; i < count; i++) {
        const char *word = shown_word(found, first + (size_t)i);
        int columns = canvas_width(word, strlen(word)) + 2;
        width = columns > width ? columns : width;
    }
    width = width > LENGTH_MAX ? LENGTH_MAX : width;
    if (column + width > screen.columns)
        column = screen.columns > width ? screen.columns - width : 0;
    for (int i = 0; i < count; i++) {
        size_t index = first + (size_t)i;
        struct style style = row_style(app, index == completer->selected), hint = app_style(app, ROLE_DIALOG_HINT);
        int at = row - count + i, length = i == count - 1 ? (int)strlen(more) : 0;
        canvas_fill(screen, at, column, 1, width, style);
        canvas_label(screen, at, column + 1, width - 2 - (length ? length + 2 : 0), style, shown_word(found, index));
        canvas_label(screen, at, column + width - length - 1, length,
                     index == completer->selected ? style : style_over(style, hint), more);
    }
}
