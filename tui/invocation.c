#include "invocation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "install_paths.h"
#include "interpreter.h"
#include "target.h"
#include "xalloc.h"

extern char **environ;

/* A NULL-terminated list of owned strings. */
struct list {
    char **items;
    size_t count, capacity;
};

/* Takes ITEM. */
static void list_add(struct list *list, char *item)
{
    xgrow(&list->items, &list->capacity, list->count + 2, sizeof(*list->items));
    list->items[list->count++] = item;
    list->items[list->count] = NULL;
}

static void list_free(char **items)
{
    for (size_t i = 0; items != NULL && items[i] != NULL; i++)
        free(items[i]);
    free(items);
}

/* The command line */

/* Letters after which the rest of the word, or the next word, is an argument. */
static const char options_with_argument[] = "cmWX";

bool invocation_is_isolated(char *const *options)
{
    for (; options != NULL && *options != NULL; options++) {
        const char *word = *options;
        if (strcmp(word, "--check-hash-based-pycs") == 0 && options[1] != NULL)
            options++;
        if (word[0] != '-' || word[1] == '-')
            continue;
        size_t letters = strcspn(word + 1, options_with_argument);
        const char *found = strpbrk(word + 1, "IES");
        if (found != NULL && (size_t)(found - word - 1) < letters)
            return true;
        bool argument_follows = word[1 + letters] != '\0' && word[2 + letters] == '\0';
        if (argument_follows && options[1] != NULL)
            options++;
    }
    return false;
}

/* "-X dev" in one word is what a user may well write: Python wants two. */
static void add_python_option(struct list *argv, const char *option)
{
    bool joined = option[0] == '-' && (option[1] == 'X' || option[1] == 'W') && option[2] == ' ';
    if (!joined) {
        list_add(argv, xstrdup(option));
        return;
    }
    list_add(argv, xmemdup(option, 2));
    list_add(argv, xstrdup(option + 2 + strspn(option + 2, " ")));
}

static void add_what(struct list *argv, const struct target_options *options)
{
    switch (options->kind) {
    case TARGET_SCRIPT:
        if (options->what[0] == '-')
            list_add(argv, xstrdup("--"));
        list_add(argv, xstrdup(options->what));
        break;
    case TARGET_MODULE:
        list_add(argv, xstrdup("-m"));
        list_add(argv, xstrdup(options->what));
        break;
    case TARGET_CODE:
        list_add(argv, xstrdup("-c"));
        list_add(argv, xstrdup(options->what));
        break;
    case TARGET_STDIN:
        list_add(argv, xstrdup("-"));
        break;
    }
}

static char **make_argv(const struct target_options *options, const char *name)
{
    struct list argv = {0};
    list_add(&argv, xstrdup(name));
    for (char *const *option = options->python_options; option != NULL && *option != NULL; option++)
        add_python_option(&argv, *option);
    add_what(&argv, options);
    for (char *const *argument = options->arguments; argument != NULL && *argument != NULL; argument++)
        list_add(&argv, xstrdup(*argument));
    return argv.items;
}

/* The environment */

static size_t find_variable(const struct list *list, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < list->count; i++) {
        if (strncmp(list->items[i], name, length) == 0 && list->items[i][length] == '=')
            return i;
    }
    return list->count;
}

/* A variable that is there keeps its place: the program may look at the order. */
static void set_variable(struct list *list, const char *name, const char *value)
{
    char *item = xasprintf("%s=%s", name, value);
    size_t i = find_variable(list, name);
    if (i == list->count) {
        list_add(list, item);
    } else {
        free(list->items[i]);
        list->items[i] = item;
    }
}

static void unset_variable(struct list *list, const char *name)
{
    size_t i = find_variable(list, name);
    if (i == list->count)
        return;
    free(list->items[i]);
    memmove(&list->items[i], &list->items[i + 1], (list->count - i) * sizeof(*list->items));
    list->count--;
}

/* Put VALUE before what NAME holds, and what it held, if it was set at all, into SAVED for the way back. */
static void prepend_variable(struct list *list, const char *name, const char *saved, const char *value)
{
    unset_variable(list, saved);
    size_t i = find_variable(list, name);
    if (i == list->count) {
        set_variable(list, name, value);
        return;
    }
    char *old = xstrdup(list->items[i] + strlen(name) + 1);
    char *joined = old[0] != '\0' ? xasprintf("%s:%s", value, old) : xstrdup(value);
    set_variable(list, saved, old);
    set_variable(list, name, joined);
    free(joined);
    free(old);
}

static char **make_environment(const struct install_paths *paths, int channel, bool isolated, bool on_terminal)
{
    struct list list = {0};
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
        list_add(&list, xstrdup(*variable));
    /* The pane is a terminal of its own, which speaks xterm's language whatever the user's speaks. */
    if (on_terminal)
        set_variable(&list, "TERM", "xterm-256color");
    if (isolated)
        prepend_variable(&list, "LD_PRELOAD", "PYTUI_LD_PRELOAD", paths->preload);
    else
        prepend_variable(&list, "PYTHONPATH", "PYTUI_PYTHONPATH", paths->entry);
    char *address = xasprintf("fd:%d", channel);
    set_variable(&list, "PYTUI_CHANNEL", address);
    free(address);
    return list.items;
}

/* A path that the variable's own separators would cut in pieces cannot be given in it. */
static bool check_paths(const struct install_paths *paths, bool isolated, char *error, size_t size)
{
    const char *separators = isolated ? ": " : ":";
    if (strpbrk(paths->home, separators) != NULL) {
        snprintf(error, size, "pytui cannot work from %s: the path must not hold a colon%s", paths->home,
                 isolated ? " or a space when the interpreter is given -I, -E or -S" : "");
        return false;
    }
    if (isolated && access(paths->preload, R_OK) != 0) {
        snprintf(error, size, "%s is missing, which -I, -E and -S need; install pytui again", paths->preload);
        return false;
    }
    return true;
}

bool invocation_init(struct invocation *invocation, const struct target_options *options, int channel, bool on_terminal,
                     char *error, size_t size)
{
    struct interpreter interpreter = {0};
    struct install_paths paths = {0};
    bool isolated = invocation_is_isolated(options->python_options);
    *invocation = (struct invocation){0};
    bool ok = interpreter_find(options->python, &interpreter, error, size) &&
              install_paths_find(options->home, &paths, error, size) && check_paths(&paths, isolated, error, size);
    if (ok) {
        invocation->path = xstrdup(interpreter.path);
        invocation->argv = make_argv(options, interpreter.name);
        invocation->environment = make_environment(&paths, channel, isolated, on_terminal);
    }
    interpreter_finish(&interpreter);
    install_paths_finish(&paths);
    return ok;
}

void invocation_finish(struct invocation *invocation)
{
    free(invocation->path);
    list_free(invocation->argv);
    list_free(invocation->environment);
    *invocation = (struct invocation){0};
}
