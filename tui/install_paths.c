#include "install_paths.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xalloc.h"

/* Patterns of homes, relative to the directory of the program. */
static const char *const homes[] = {
    "backend-ext",                         /* BUILD/pytui */
    "../backend-ext",                      /* BUILD/tui/pytui */
    "../../backend-ext",                   /* BUILD/tests/unit */
    "../lib/pytui",                        /* PREFIX/bin/pytui */
    "../lib/python3*/site-packages/pytui", /* a wheel in a virtual environment or a prefix */
    "../lib/python3*/dist-packages/pytui", /* Debian's name for it */
};

/* Where themes are, relative to the home. */
static const char *const themes[] = {
    "themes",                   /* wheel */
    "../themes",                /* build directory */
    "../../share/pytui/themes", /* PREFIX/lib/pytui */
};

static bool is_home(const char *directory)
{
    char *entry = xasprintf("%s/entry/sitecustomize.py", directory);
    bool found = access(entry, R_OK) == 0;
    free(entry);
    return found;
}

/* The directory of the running program; NULL. The caller frees it. */
static char *program_directory(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';
    return xstrdup(path);
}

/* TEXT with what glob() would read as a pattern quoted. The caller frees it. */
static char *quote(const char *text)
{
    char *quoted = xcalloc(2 * strlen(text) + 1, 1);
    for (char *out = quoted; *text != '\0'; *out++ = *text++) {
        if (strchr("*?[]\\", *text) != NULL)
            *out++ = '\\';
    }
    return quoted;
}

/* The first match that is a home; NULL. The caller frees it with free(). */
static char *match_home(const char *pattern)
{
    glob_t matches;
    char *found = NULL;
    if (glob(pattern, 0, NULL, &matches) == 0) {
        for (size_t i = 0; i < matches.gl_pathc && found == NULL; i++) {
            if (is_home(matches.gl_pathv[i]))
                found = realpath(matches.gl_pathv[i], NULL);
        }
        globfree(&matches);
    }
    return found;
}

static char *find_home(void)
{
    char *directory = program_directory();
    if (directory == NULL)
        return NULL;
    char *quoted = quote(directory);
    char *found = NULL;
    for (size_t i = 0; found == NULL && i < sizeof(homes) / sizeof(homes[0]); i++) {
        char *pattern = xasprintf("%s/%s", quoted, homes[i]);
        found = match_home(pattern);
        free(pattern);
    }
    free(quoted);
    free(directory);
    return found;
}

static char *find_themes(const char *home)
{
    for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++) {
        char *path = xasprintf("%s/%s", home, themes[i]);
        char *real = access(path, R_OK | X_OK) == 0 ? realpath(path, NULL) : NULL;
        free(path);
        if (real != NULL)
            return real;
    }
    return NULL;
}

bool install_paths_find(const char *home_override, struct install_paths *out, char *error, size_t size)
{
    *out = (struct install_paths){0};
    if (home_override != NULL) {
        if (is_home(home_override))
            out->home = realpath(home_override, NULL);
        if (out->home == NULL)
            snprintf(error, size,
                     "--home: %s does not hold pytui's backends (there is no entry/sitecustomize.py in it)",
                     home_override);
    } else {
        out->home = find_home();
        if (out->home == NULL)
            snprintf(error, size,
                     "pytui's own files are not where they belong beside the program; install it again, or "
                     "say where they are with --home");
    }
    if (out->home == NULL)
        return false;
    out->entry = xasprintf("%s/entry", out->home);
    out->preload = xasprintf("%s/pytui_preload.so", out->home);
    out->themes = find_themes(out->home);
    return true;
}

void install_paths_finish(struct install_paths *paths)
{
    free(paths->home);
    free(paths->entry);
    free(paths->preload);
    free(paths->themes);
    *paths = (struct install_paths){0};
}
