#include "jupyter.h"

#include "proc_file.h"
#include "xalloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ID_SHOWN 8 /* letters of a connection's id */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* `-m ipykernel_launcher`, `-m ipykernel`, or the file of such a name. */
static bool is_launcher(const char *word)
{
    const char *name = last_part(word);
    return strcmp(word, "ipykernel") == 0 || strcmp(name, "ipykernel_launcher") == 0 ||
           strcmp(name, "ipykernel_launcher.py") == 0 || strstr(word, "/ipykernel/__main__.py") != NULL;
}

/* ".../kernel-1a2b3c4d-….json", by the name that Jupyter gives to connection files. */
static char *connection_name(const char *path)
{
    const char *name = last_part(path);
    size_t length = strlen(name);
    if (length < 5 || strcmp(name + length - 5, ".json") != 0)
        return NULL;
    length -= 5;
    if (strncmp(name, "kernel-", 7) != 0)
        return xmemdup(name, length);
    name += 7;
    length -= 7;
    return xasprintf("kernel %.*s", (int)(length > ID_SHOWN ? ID_SHOWN : length), name);
}

char *jupyter_kernel_name(int64_t pid)
{
    char words[8192], notebook[4096];
    size_t length = proc_file_read(pid, "cmdline", words, sizeof words);
    bool kernel = false;
    char *connection = NULL;
    const char *before = "";
    for (const char *at = proc_file_next(words, length, NULL); at; at = proc_file_next(words, length, at)) {
        kernel = kernel || is_launcher(at);
        if (kernel && !connection)
            connection = strcmp(before, "-f") == 0        ? connection_name(at)
                         : strncmp(at, "--f=", 4) == 0    ? connection_name(at + 4)
                         : strncmp(at, "-f=", 3) == 0     ? connection_name(at + 3)
                         : strstr(at, "connection_file=") ? connection_name(strchr(at, '=') + 1)
                                                          : NULL;
        before = at;
    }
    if (!kernel)
        return NULL;
    if (!connection)
        connection = xstrdup("kernel");
    if (!proc_file_variable(pid, "JPY_SESSION_NAME", notebook, sizeof notebook) || !*last_part(notebook))
        return connection;
    char *name = xstrdup(last_part(notebook));
    free(connection);
    return name;
}
