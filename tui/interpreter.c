#include "interpreter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "xalloc.h"

/* Whether PATH can be executed; errno says why not. */
static bool is_program(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return false;
    if (!S_ISREG(info.st_mode)) {
        errno = S_ISDIR(info.st_mode) ? EISDIR : EACCES;
        return false;
    }
    return access(path, X_OK) == 0;
}

/* The first program called NAME in the directories of PATH; NULL. The caller frees it. */
static char *search_path(const char *name)
{
    const char *path = getenv("PATH");
    if (path == NULL)
        path = "/usr/local/bin:/usr/bin:/bin";
    for (;;) {
        size_t length = strcspn(path, ":");
        /* An empty element is the current directory. */
        char *candidate = length == 0 ? xasprintf("./%s", name) : xasprintf("%.*s/%s", (int)length, path, name);
        if (is_program(candidate))
            return candidate;
        free(candidate);
        if (path[length] == '\0')
            return NULL;
        path += length + 1;
    }
}

static bool is_version(const char *text)
{
    return text[0] == '3' && text[1] == '.' && text[2] != '\0' && text[2 + strspn(text + 2, "0123456789")] == '\0';
}

static bool by_name(const char *name, struct interpreter *out, char *error, size_t size)
{
    out->name = is_version(name) ? xasprintf("python%s", name) : xstrdup(name);
    out->path = search_path(out->name);
    if (out->path != NULL)
        return true;
    snprintf(error, size, "the interpreter %s is not on PATH; give one with --python PATH", out->name);
    return false;
}

static bool by_path(const char *path, struct interpreter *out, char *error, size_t size)
{
    out->path = xstrdup(path);
    out->name = xstrdup(path);
    if (is_program(path))
        return true;
    snprintf(error, size, "the interpreter %s cannot be run: %s; give another one with --python PATH", path,
             strerror(errno));
    return false;
}

static bool of_environment(const char *directory, struct interpreter *out, char *error, size_t size)
{
    out->path = xasprintf("%s/bin/python", directory);
    out->name = xstrdup(out->path);
    if (is_program(out->path))
        return true;
    snprintf(error, size, "VIRTUAL_ENV is %s, but %s cannot be run: %s; deactivate it or give --python PATH", directory,
             out->path, strerror(errno));
    return false;
}

bool interpreter_find(const char *wanted, struct interpreter *out, char *error, size_t size)
{
    *out = (struct interpreter){0};
    const char *environment = getenv("VIRTUAL_ENV");
    bool found;
    if (wanted != NULL && wanted[0] == '\0') {
        snprintf(error, size, "--python needs the path of an interpreter");
        found = false;
    } else if (wanted != NULL) {
        found = strchr(wanted, '/') != NULL ? by_path(wanted, out, error, size) : by_name(wanted, out, error, size);
    } else if (environment != NULL && environment[0] != '\0') {
        found = of_environment(environment, out, error, size);
    } else {
        found = by_name("python3", out, error, size);
    }
    if (!found)
        interpreter_finish(out);
    return found;
}

void interpreter_finish(struct interpreter *interpreter)
{
    free(interpreter->path);
    free(interpreter->name);
    *interpreter = (struct interpreter){0};
}
