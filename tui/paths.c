#include "paths.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "xalloc.h"

static const char *absolute_variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] == '/' ? value : NULL;
}

static const char *home(void)
{
    const char *value = absolute_variable("HOME");
    if (value != NULL)
        return value;
    const struct passwd *entry = getpwuid(getuid());
    return entry != NULL && entry->pw_dir != NULL && entry->pw_dir[0] == '/' ? entry->pw_dir : NULL;
}

/* VARIABLE/pytui, else HOME/FALLBACK/pytui. */
static char *base(const char *variable, const char *fallback)
{
    const char *value = absolute_variable(variable);
    if (value != NULL)
        return xasprintf("%s/pytui", value);
    const char *start = home();
    if (start == NULL) {
        errno = ENOENT;
        return NULL;
    }
    return xasprintf("%s/%s/pytui", start, fallback);
}

/* DIRECTORY is owned and comes back as it is, or is freed for the file in it. */
static char *inside(char *directory, const char *name)
{
    if (directory == NULL || name == NULL)
        return directory;
    char *path = xasprintf("%s/%s", directory, name);
    free(directory);
    return path;
}

bool paths_make(const char *directory)
{
    char *path = xstrdup(directory);
    bool made = true;
    for (char *slash = strchr(path + 1, '/'); slash != NULL && made; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        made = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
    }
    made = made && (mkdir(path, 0700) == 0 || errno == EEXIST);
    if (!made)
        log_errno("cannot make %s", path);
    int saved_errno = errno;
    free(path);
    errno = saved_errno;
    return made;
}

char *paths_config(const char *name)
{
    return inside(base("XDG_CONFIG_HOME", ".config"), name);
}

char *paths_state(const char *name)
{
    char *directory = base("XDG_STATE_HOME", ".local/state");
    if (directory != NULL && !paths_make(directory)) {
        int saved_errno = errno;
        free(directory);
        errno = saved_errno;
        return NULL;
    }
    return inside(directory, name);
}

static bool is_ours_alone(const char *directory)
{
    struct stat status;
    if (lstat(directory, &status) != 0)
        return false;
    if (S_ISDIR(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & 077) == 0)
        return true;
    log_write("%s must be a directory of this user with mode 0700", directory);
    errno = EPERM;
    return false;
}

char *paths_runtime(const char *name)
{
    const char *value = absolute_variable("XDG_RUNTIME_DIR");
    char *directory = value != NULL ? xasprintf("%s/pytui", value) : xasprintf("/tmp/pytui-%ld", (long)geteuid());
    if (!paths_make(directory) || !is_ours_alone(directory)) {
        int saved_errno = errno;
        free(directory);
        errno = saved_errno;
        return NULL;
    }
    return inside(directory, name);
}
