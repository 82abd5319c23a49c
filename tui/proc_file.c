#include "proc_file.h"

#include "xalloc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENVIRONMENT_MAX ((size_t)256 << 10)

size_t proc_file_read(int64_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/%s", (long long)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t got = 0;
    while (fd >= 0 && length + 1 < size && (got = read(fd, out + length, size - 1 - length)) > 0)
        length += (size_t)got;
    if (fd >= 0)
        close(fd);
    out[length] = '\0';
    return length;
}

const char *proc_file_next(const char *text, size_t length, const char *word)
{
    const char *next = word ? word + strlen(word) + 1 : text;
    return next < text + length ? next : NULL;
}

const char *proc_file_variable(int64_t pid, const char *name, char *out, size_t size)
{
    char *text = xcalloc(1, ENVIRONMENT_MAX);
    size_t length = proc_file_read(pid, "environ", text, ENVIRONMENT_MAX), width = strlen(name);
    const char *found = NULL;
    for (const char *at = proc_file_next(text, length, NULL); at && !found; at = proc_file_next(text, length, at))
        if (strncmp(at, name, width) == 0 && at[width] == '=')
            found = at + width + 1;
    if (found)
        snprintf(out, size, "%s", found);
    free(text);
    return found ? out : NULL;
}
