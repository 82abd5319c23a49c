#include "location.h"

#include "xalloc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Take the last component off OUT. */
static void drop_last(char *out)
{
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
}

char *location_absolute(const char *path)
{
    char *directory = *path == '/' ? NULL : getcwd(NULL, 0);
    char *full = directory ? xasprintf("%s/%s", directory, path) : xstrdup(path);
    free(directory);
    char *out = xcalloc(strlen(full) + 2, 1);
    char *save = NULL;
    for (char *part = strtok_r(full, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            drop_last(out);
            continue;
        }
        strcat(out, "/");
        strcat(out, part);
    }
    free(full);
    if (!*out)
        strcpy(out, "/");
    return out;
}

/* A whole positive number; 0 if TEXT is none. */
static int line_number(const char *text, size_t length)
{
    char digits[16];
    if (length == 0 || length >= sizeof digits || strspn(text, "0123456789") < length)
        return 0;
    memcpy(digits, text, length);
    digits[length] = '\0';
    long line = strtol(digits, NULL, 10);
    return line > 0 && line < INT_MAX ? (int)line : 0;
}

static bool all_digits(const char *text, size_t length)
{
    return length > 0 && strspn(text, "0123456789") >= length;
}

static size_t trimmed(const char *text, size_t length)
{
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return length;
}

/* A name, or dotted names, perhaps after a module and a colon; letters of any script. */
static bool is_function(const char *text, size_t length)
{
    if (length == 0 || (text[0] >= '0' && text[0] <= '9'))
        return false;
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\"'()[]{}=+*/\\!?,;#%&|^~@", text[i]))
            return false;
    return true;
}

static bool fail(char *error, size_t size, const char *format, const char *text)
{
    snprintf(error, size, format, text);
    return false;
}

/* Cut ":COLUMN" off "FILE:LINE:COLUMN" or "LINE:COLUMN" and give it; 0: PLACE has none. */
static int cut_column(char *place)
{
    char *last = strrchr(place, ':');
    if (!last || last == place || !all_digits(last + 1, strlen(last + 1)))
        return 0;
    *last = '\0';
    const char *before = strrchr(place, ':');
    const char *line = before && before != place ? before + 1 : place;
    int column = all_digits(line, strlen(line)) ? line_number(last + 1, strlen(last + 1)) : 0;
    if (column == 0)
        *last = ':';
    return column;
}

bool location_parse(const char *text, const char *current, struct location *out, char *error, size_t size)
{
    *out = (struct location){0};
    text += strspn(text, " ");
    const char *comma = strchr(text, ',');
    size_t length = trimmed(text, comma ? (size_t)(comma - text) : strlen(text));
    char *place = xmemdup(text, length);
    out->column = cut_column(place);
    length = strlen(place);
    const char *colon = strrchr(place, ':');
    bool ok = true;
    if (length == 0) {
        ok = fail(error, size, "a place is wanted: LINE, FILE:LINE or FUNCTION%s", "");
    } else if (all_digits(place, length)) {
        out->line = line_number(place, length);
        out->path = xstrdup(current);
        if (out->line == 0)
            ok = fail(error, size, "%s is no line number", place);
        else if (!current)
            ok = fail(error, size, "%s: of which file? Write FILE:LINE", place);
    } else if (colon && colon != place && all_digits(colon + 1, strlen(colon + 1))) {
        out->line = line_number(colon + 1, strlen(colon + 1));
        char *file = xmemdup(place, (size_t)(colon - place));
        out->path = location_absolute(file);
        if (out->line == 0)
            ok = fail(error, size, "%s: lines start at 1", place);
        else if (access(out->path, F_OK) != 0 &&
                 errno != ENOTDIR) /* what is in an archive is known when it is loaded */
            ok = fail(error, size, "there is no file %s", file);
        free(file);
    } else if (is_function(place, length)) {
        out->function = xstrdup(place);
    } else {
        ok = fail(error, size, "'%s' is no place: LINE, FILE:LINE or FUNCTION is wanted", place);
    }
    if (ok && comma) {
        comma += 1 + strspn(comma + 1, " ");
        if (strncmp(comma, "if ", 3) == 0)
            comma += 3;
        out->condition = *comma ? xstrdup(comma) : NULL;
    }
    if (!ok)
        location_finish(out);
    free(place);
    return ok;
}

void location_finish(struct location *location)
{
    free(location->path);
    free(location->function);
    free(location->condition);
    *location = (struct location){0};
}
