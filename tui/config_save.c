#include "config_save.h"

#include "inifile.h"
#include "paths.h"
#include "savefile.h"
#include "xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *end_of_line(const char *at, const char *end)
{
    while (at < end && *at != '\n')
        at++;
    return at < end ? at + 1 : end;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

/* Whether the line assigns NAME. */
static bool assigns(const char *line, const char *end, const char *name)
{
    size_t length = strlen(name);
    line = skip_blanks(line, end);
    if ((size_t)(end - line) <= length || strncmp(line, name, length) != 0)
        return false;
    line = skip_blanks(line + length, end);
    return line < end && (*line == '=' || *line == ':');
}

static bool is_section(const char *line, const char *end)
{
    line = skip_blanks(line, end);
    return line < end && *line == '[';
}

/* A blank line: a new one goes before those that part the settings from the first section. */
static bool is_blank(const char *line, const char *end)
{
    line = skip_blanks(line, end);
    return line == end || *line == '\n' || *line == '\r';
}

char *config_save_edit(const char *text, size_t length, const char *name, const char *value)
{
    const char *end = text + length, *from = text, *to = text; /* what is replaced */
    bool found = false;
    for (const char *line = text, *next; line < end && !is_section(line, end); line = next) {
        next = end_of_line(line, end);
        if (assigns(line, next, name)) {
            from = line; /* the last one counts */
            to = next;
            found = true;
        } else if (!found && !is_blank(line, next)) {
            from = to = next;
        }
    }
    const char *gap = from > text && from[-1] != '\n' ? "\n" : "";
    return xasprintf("%.*s%s%s = %s\n%.*s", (int)(from - text), text, gap, name, value, (int)(end - to), to);
}

/* Make the directory of PATH. */
static bool make_parent(const char *path)
{
    char *parent = xstrdup(path);
    char *slash = strrchr(parent, '/');
    bool ok = true;
    if (slash && slash > parent) {
        *slash = '\0';
        ok = paths_make(parent);
    }
    free(parent);
    return ok;
}

bool config_save(const char *name, const char *value, char *error, size_t size)
{
    char *path = paths_config("config.ini");
    if (!path) {
        snprintf(error, size, "there is no home directory to keep settings in");
        return false;
    }
    size_t length = 0;
    char *text = inifile_load(path, &length);
    bool ok = text || errno == ENOENT;
    char *edited = ok ? config_save_edit(text ? text : "", length, name, value) : NULL;
    ok = ok && make_parent(path) && savefile_write(path, edited, strlen(edited));
    if (!ok)
        snprintf(error, size, "cannot write %s: %s", path, strerror(errno));
    free(edited);
    free(text);
    free(path);
    return ok;
}
