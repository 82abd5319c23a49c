/* Sources that no frame leads to: any file, and modules, loaded or not, with the definitions of the shown file. */
#include "app.h"
#include "command_run.h"
#include "dialog_find.h"
#include "loop.h"
#include "module_scan.h"
#include "options.h"
#include "protocol/value.h"
#include "session.h"
#include "source.h"
#include "xalloc.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOTS_MOST 64
#define SCAN_STEP  10000  /* µs of a turn of the loop */
#define SCAN_MOST  100000 /* µs of steps */

enum kind { KIND_USER, KIND_DEFINITION, KIND_LOADED, KIND_FOUND };

struct browsed {
    char *name, *path; /* owned */
    int line;
    enum kind kind;
};

struct browser {
    struct browsed *items; /* owned */
    size_t count, capacity;
    char *roots[ROOTS_MOST]; /* owned: directories of sys.path, as far as they can be seen from here */
    size_t root_count;
    /* while modules are looked for */
    struct module_scan *scan; /* owned; NULL */
    struct module_list found; /* owned */
    uint64_t timer;           /* of the next step */
    int64_t spent;            /* µs */
};

static void add(struct browser *browser, const char *name, const char *path, int line, enum kind kind)
{
    xgrow(&browser->items, &browser->capacity, browser->count + 1, sizeof *browser->items);
    browser->items[browser->count++] = (struct browsed){xstrdup(name), xstrdup(path), line, kind};
}

/* ROOT is taken over. */
static void add_root(struct browser *browser, char *root)
{
    bool known = browser->root_count == ROOTS_MOST || access(root, R_OK | X_OK) != 0;
    for (size_t i = 0; i < browser->root_count && !known; i++)
        known = strcmp(browser->roots[i], root) == 0;
    if (known)
        free(root);
    else
        browser->roots[browser->root_count++] = root;
}

/* What stands beside a directory that modules came from: packages installed for the same interpreter. */
static void add_relatives(struct browser *browser, const char *root)
{
    add_root(browser, xasprintf("%s/site-packages", root));
    add_root(browser, xasprintf("%s/dist-packages", root));
    const char *slash = strrchr(root, '/');
    if (slash && strncmp(slash, "/python3.", 9) == 0)
        add_root(browser, xasprintf("%.*s/python3/dist-packages", (int)(slash - root), root));
}

/* Those of a virtual environment, whose standard library is elsewhere. */
static void add_environment(struct browser *browser, const char *python)
{
    const char *slash = python ? strrchr(python, '/') : NULL, *active = getenv("VIRTUAL_ENV");
    if (!slash && (python || !active))
        return;
    char *pattern = slash ? xasprintf("%.*s/../lib/python3*/site-packages", (int)(slash - python), python)
                          : xasprintf("%s/lib/python3*/site-packages", active);
    glob_t found = {0};
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            char *path = realpath(found.gl_pathv[i], NULL);
            if (path)
                add_root(browser, path);
        }
    globfree(&found);
    free(pattern);
}

static void add_definitions(struct app *app, struct browser *browser)
{
    const char *path;
    int line;
    struct module_list list = {0};
    if (!pane_source_cursor(app, &path, &line) || !path)
        return;
    module_scan_definitions(&list, source_store_open(app->sources, path));
    for (size_t i = 0; i < list.count; i++)
        add(browser, list.items[i].name, path, list.items[i].line, KIND_DEFINITION);
    module_list_finish(&list);
}

static void add_loaded(struct browser *browser, const struct value *modules)
{
    for (size_t i = 0; i < value_count(modules); i++) {
        const struct value *item = value_at(modules, i);
        const char *name = value_get_text(item, "name", ""), *path = value_get_text(item, "path", "");
        if (strcmp(value_get_text(item, "symbolStatus", ""), "source file") != 0)
            continue;
        add(browser, name, path, 1, value_get_bool(item, "isUserCode", false) ? KIND_USER : KIND_LOADED);
        const char *slash = strrchr(path, '/');
        char *root = strcmp(name, "__main__") == 0 && slash ? xasprintf("%.*s", (int)(slash - path), path)
                                                            : module_root(name, path);
        if (root) {
            add_relatives(browser, root);
            add_root(browser, root);
        }
    }
}

static int compare(const void *a, const void *b)
{
    const struct browsed *first = a, *second = b;
    if (first->kind != second->kind)
        return first->kind < second->kind ? -1 : 1;
    if (first->kind == KIND_DEFINITION)
        return first->line - second->line;
    return strcmp(first->name, second->name);
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Modules that are not loaded. */
static void add_found(struct browser *browser)
{
    const struct module_list *list = &browser->found;
    size_t loaded = browser->count;
    char **paths = xcalloc(loaded + 1, sizeof *paths);
    for (size_t i = 0; i < loaded; i++)
        paths[i] = browser->items[i].path;
    qsort(paths, loaded, sizeof *paths, compare_paths);
    for (size_t i = 0; i < list->count; i++)
        if (!bsearch(&list->items[i].path, paths, loaded, sizeof *paths, compare_paths))
            add(browser, list->items[i].name, list->items[i].path, 1, KIND_FOUND);
    free(paths);
}

static void destroy(struct browser *browser)
{
    for (size_t i = 0; i < browser->count; i++) {
        free(browser->items[i].name);
        free(browser->items[i].path);
    }
    for (size_t i = 0; i < browser->root_count; i++)
        free(browser->roots[i]);
    module_scan_destroy(browser->scan);
    module_list_finish(&browser->found);
    free(browser->items);
    free(browser);
}

static void picked(struct app *app, int index, const char *text, void *data)
{
    (void)text;
    struct browser *browser = data;
    if (index >= 0) {
        pane_source_show(app, browser->items[index].path, browser->items[index].line);
        app_focus(app, PANE_SOURCE);
    }
    destroy(browser);
}

static void show(struct app *app, struct browser *browser)
{
    static const char *const kinds[] = {"yours", "in this file", "loaded", "not imported"};
    add_found(browser);
    qsort(browser->items, browser->count, sizeof *browser->items, compare);
    struct find_row *rows = xcalloc(browser->count + 1, sizeof *rows);
    for (size_t i = 0; i < browser->count; i++)
        rows[i] = (struct find_row){browser->items[i].name, browser->items[i].path, kinds[browser->items[i].kind]};
    dialog_find(app, &(struct find_list){.title = "Modules, functions and classes",
                                         .rows = rows,
                                         .count = browser->count,
                                         .empty = "no module, function or class is called that",
                                         .handler = picked,
                                         .data = browser});
    free(rows);
}

void command_browse_end(struct app *app)
{
    if (!app->browser)
        return;
    loop_remove(app->loop, app->browser->timer);
    destroy(app->browser);
    app->browser = NULL;
}

/* A part of the directories, between other things that the loop has to do; then the list. */
static void look_for_modules(struct loop *loop, void *data)
{
    struct app *app = data;
    struct browser *browser = app->browser;
    int64_t began = loop_now();
    bool more = module_scan_step(browser->scan, SCAN_STEP);
    browser->spent += loop_now() - began;
    if (more && browser->spent < SCAN_MOST) {
        browser->timer = loop_add_timer(loop, 0, look_for_modules, app);
        return;
    }
    app->browser = NULL;
    show(app, browser);
    app_damage(app);
}

/* MODULES: those that are loaded; NULL when nobody can say. */
static void browse(struct app *app, const struct value *modules)
{
    char here[PATH_MAX];
    command_browse_end(app);
    struct browser *browser = xcalloc(1, sizeof *browser);
    add_definitions(app, browser);
    add_loaded(browser, modules);
    add_environment(browser, app->options ? app->options->target.python : NULL);
    if (getcwd(here, sizeof here))
        add_root(browser, xstrdup(here));
    browser->scan = module_scan_create(&browser->found, browser->roots, browser->root_count);
    browser->timer = loop_add_timer(app->loop, 0, look_for_modules, app);
    app->browser = browser;
    app_hold_keys(app);
}

static void arrived(struct session *session, const struct value *body, const char *filter, void *data)
{
    (void)session;
    (void)filter;
    browse(data, value_get_array(body, "modules"));
}

void command_browse(struct app *app, const char *argument)
{
    (void)argument;
    if (!session_modules(app_session(app), "", arrived, app))
        browse(app, NULL);
    else
        app_await_dialog(app);
}

/* FILE or FILE:LINE; `~/` is the user's home. The absolute path, which the caller frees; NULL with errno. */
static char *find_file(const char *text, int *line)
{
    const char *home = text[0] == '~' && text[1] == '/' ? getenv("HOME") : NULL;
    char *file = home ? xasprintf("%s%s", home, text + 1) : xstrdup(text), *end = NULL;
    char *path = realpath(file, NULL), *colon = strrchr(file, ':');
    *line = 1;
    if (!path && colon) {
        long number = strtol(colon + 1, &end, 10);
        *colon = '\0';
        if (end > colon + 1 && *end == '\0' && number > 0 && number < INT_MAX) {
            *line = (int)number;
            path = realpath(file, NULL);
        }
    }
    free(file);
    return path;
}

void command_open(struct app *app, const char *argument)
{
    struct stat status;
    int line;
    if (!*argument) {
        command_line(app, "open ");
        return;
    }
    char *path = find_file(argument, &line);
    if (!path || stat(path, &status) != 0 || access(path, R_OK) != 0) {
        app_message(app, true, "cannot open %s: %s", argument, strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        app_message(app, true, "%s is no file", path);
    } else {
        pane_source_show(app, path, line);
        app_focus(app, PANE_SOURCE);
    }
    free(path);
}
