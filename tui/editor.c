#include "editor.h"

#include "app.h"
#include "lend.h"
#include "model.h"
#include "pane_commands.h"
#include "source.h"
#include "xalloc.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum place_style { PLACE_PLUS, PLACE_COLON, PLACE_GOTO };

/* Those that do not know "+LINE FILE", which nearly all do. */
static const struct {
    const char *name;
    enum place_style style;
} editors[] = {
    {"hx", PLACE_COLON},   {"helix", PLACE_COLON}, {"zed", PLACE_COLON},
    {"subl", PLACE_COLON}, {"code", PLACE_GOTO},   {"codium", PLACE_GOTO},
};

static enum place_style style_of(const char *editor)
{
    size_t length = strcspn(editor, " ");
    const char *name = editor + length;
    while (name > editor && name[-1] != '/')
        name--;
    for (size_t i = 0; i < sizeof editors / sizeof editors[0]; i++)
        if (strlen(editors[i].name) == (size_t)(editor + length - name) &&
            strncmp(name, editors[i].name, (size_t)(editor + length - name)) == 0)
            return editors[i].style;
    return PLACE_PLUS;
}

void editor_place(const char *editor, const char *path, int line, char *place, size_t place_size, char *file,
                  size_t file_size)
{
    enum place_style style = style_of(editor);
    if (style == PLACE_PLUS) {
        snprintf(place, place_size, "+%d", line);
        snprintf(file, file_size, "%s", path);
    } else {
        snprintf(place, place_size, "%s", style == PLACE_GOTO ? "-g" : "");
        snprintf(file, file_size, "%s:%d", path, line);
    }
}

static const char *chosen_editor(void)
{
    static const char *const variables[] = {"VISUAL", "EDITOR"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value)
            return value;
    }
    return "vi";
}

static void edited(struct app *app, int status, void *data)
{
    char *path = data;
    const char *slash = strrchr(path, '/');
    const struct source *source = source_store_open(app->sources, path);
    bool changed = source_changed(source);
    source_store_refresh(app->sources);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        app_message(app, true, "the editor %s was not found: set VISUAL or EDITOR", chosen_editor());
    else if (changed)
        app_message(app, false, "edited: :restart runs the new %s", slash ? slash + 1 : path);
    free(path);
    app_damage(app);
}

/* Where to go: false if there is no file. */
static bool find_place(struct app *app, const char **path, int *line)
{
    const struct model *model = app_model(app);
    size_t index = app->focus == PANE_STACK ? pane_stack_cursor(app) : model->frame_count;
    if (index < model->frame_count && model->frames[index].path) {
        *path = model->frames[index].path;
        *line = model->frames[index].line;
        return true;
    }
    return pane_source_cursor(app, path, line);
}

void command_edit_source(struct app *app, const char *argument)
{
    (void)argument;
    const char *path = NULL;
    int line = 1;
    if (!find_place(app, &path, &line) || !path || path[0] != '/' || access(path, R_OK) != 0) {
        app_message(app, true, "there is no file to edit here");
        return;
    }
    char place[32], file[PATH_MAX + 16];
    editor_place(chosen_editor(), path, line, place, sizeof place, file, sizeof file);
    /* Through the shell, as the variables hold a command with options. */
    char *command = xasprintf("exec %s \"$@\"", chosen_editor());
    char *argv[] = {"/bin/sh", "-c", command, "sh", *place ? place : file, *place ? file : NULL, NULL};
    lend_terminal(app, argv, edited, xstrdup(path));
    free(command);
}
