#include "marked.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *in = fopen(path, "r");
    if (!in)
        return NULL;
    if (getdelim(&text, &size, '\0', in) < 0) {
        free(text);
        text = NULL;
    }
    fclose(in);
    return text;
}

/* Write WHOLE with what stands from FROM to TO replaced by TEXT. */
static bool write_file(const char *path, const char *whole, const char *from, const char *to, const char *text)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return false;
    fprintf(out, "%.*s%s%s", (int)(from - whole), whole, text, to);
    return fclose(out) == 0;
}

int marked_file(const char *path, bool update, const char *text, const char *source)
{
    int status = 2;
    const char *self = program_invocation_short_name;
    char *whole = read_file(path);
    char *from = whole ? strstr(whole, MARKED_BEGIN) : NULL;
    char *to = from ? strstr(from, MARKED_END) : NULL;
    if (!whole) {
        fprintf(stderr, "%s: %s: %s\n", self, path, strerror(errno));
    } else if (!to) {
        fprintf(stderr, "%s: %s: the marks %.*s and %.*s are missing\n", self, path, (int)sizeof(MARKED_BEGIN) - 2,
                MARKED_BEGIN, (int)sizeof(MARKED_END) - 2, MARKED_END);
    } else {
        from += sizeof(MARKED_BEGIN) - 1;
        bool same = (size_t)(to - from) == strlen(text) && memcmp(from, text, strlen(text)) == 0;
        status = same || (update && write_file(path, whole, from, to, text)) ? 0 : 1;
        if (status && update)
            fprintf(stderr, "%s: %s: %s\n", self, path, strerror(errno));
        else if (status)
            fprintf(stderr, "%s does not say what %s does any more; make it so:\n  %s --update %s\n", path, source,
                    program_invocation_name, path);
    }
    free(whole);
    return status;
}
