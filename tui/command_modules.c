/* The modules that the program has loaded, to pick one and see its source. */
#include "app.h"
#include "command_run.h"
#include "dialog_choose.h"
#include "protocol/value.h"
#include "session.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    char *name, *path; /* owned; path: of a source file, else what it is */
    bool source, user;
};

struct modules {
    struct entry *entries; /* owned */
    size_t count;
};

static void free_modules(struct modules *modules)
{
    for (size_t i = 0; i < modules->count; i++) {
        free(modules->entries[i].name);
        free(modules->entries[i].path);
    }
    free(modules->entries);
    free(modules);
}

/* The user's own first, each by name. */
static int compare(const void *a, const void *b)
{
    const struct entry *first = a, *second = b;
    return first->user != second->user ? second->user - first->user : strcmp(first->name, second->name);
}

/* Those whose name or path holds FILTER. */
static struct modules *select_modules(const struct value *list, const char *filter)
{
    struct modules *modules = xcalloc(1, sizeof *modules);
    modules->entries = xcalloc(value_count(list) + 1, sizeof *modules->entries);
    for (size_t i = 0; i < value_count(list); i++) {
        const struct value *item = value_at(list, i);
        const char *name = value_get_text(item, "name", ""), *path = value_get_text(item, "path", "");
        const char *status = value_get_text(item, "symbolStatus", "");
        bool source = strcmp(status, "source file") == 0;
        if (!strstr(name, filter) && !strstr(path, filter))
            continue;
        modules->entries[modules->count++] = (struct entry){.name = xstrdup(name),
                                                            .path = xstrdup(source ? path : status),
                                                            .source = source,
                                                            .user = value_get_bool(item, "isUserCode", false)};
    }
    qsort(modules->entries, modules->count, sizeof *modules->entries, compare);
    return modules;
}

static void picked(struct app *app, int index, void *data)
{
    struct modules *modules = data;
    if (index >= 0 && (size_t)index < modules->count) {
        const struct entry *entry = &modules->entries[index];
        if (entry->source) {
            pane_source_show(app, entry->path, 1);
            command_focus_source(app, "");
        } else {
            app_message(app, true, "%s has no source to show: %s", entry->name, entry->path);
        }
    }
    free_modules(modules);
}

/* DATA is the app; the filter is what was asked for last. */
static void arrived(struct session *session, const struct value *body, const char *filter, void *data)
{
    struct app *app = data;
    (void)session;
    const struct value *list = value_get_array(body, "modules");
    struct modules *modules = select_modules(list, filter);
    char part[64] = "";
    long long total = value_get_int(body, "totalModules", 0);
    if (total > (long long)value_count(list))
        snprintf(part, sizeof part, "among the first %zu of %lld", value_count(list), total);
    if (modules->count == 0) {
        app_message(app, true, "no module's name or file holds \"%s\"%s%s", filter, *part ? " " : "", part);
        free_modules(modules);
        return;
    }
    char title[96];
    snprintf(title, sizeof title, "Modules%s%s", *part ? " " : "", part);
    struct choice *rows = xcalloc(modules->count, sizeof *rows);
    for (size_t i = 0; i < modules->count; i++)
        rows[i] = (struct choice){.text = modules->entries[i].name, .detail = modules->entries[i].path};
    dialog_choose(app, &(struct choice_list){
                           .title = title, .rows = rows, .count = modules->count, .handler = picked, .data = modules});
    free(rows);
}

void command_modules(struct app *app, const char *argument)
{
    if (!session_modules(app_session(app), argument, arrived, app))
        app_message(app, true, "the program does not run under the debugger");
    else
        app_await_dialog(app);
}
