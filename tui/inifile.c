#include "inifile.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "xalloc.h"

#define FILE_LIMIT     ((size_t)1 << 20)
#define DISTANCE_LIMIT 32
#define LINE_LIMIT     190 /* inih cuts at 200 and takes the rest for another line */

struct parse {
    const char *name;
    const char *text;
    size_t length, at;
    int line;
    const struct inifile_reader *reader;
    bool refused;
};

static void complain(struct parse *parse, int line, const char *why)
{
    parse->refused = true;
    if (parse->reader->complaint == NULL)
        return;
    char *message = xasprintf("%s:%d: %s", parse->name, line, why);
    parse->reader->complaint(parse->reader->data, message);
    free(message);
}

/* inih's reader: a line at a time, so that the handler knows which it is in. Leading blanks go, or inih
 * would take an indented line for a continuation of the one before. */
static char *next_line(char *buffer, int size, void *stream)
{
    struct parse *parse = stream;
    if (parse->at >= parse->length)
        return NULL;
    const char *start = parse->text + parse->at;
    const char *newline = memchr(start, '\n', parse->length - parse->at);
    size_t length = newline != NULL ? (size_t)(newline - start) : parse->length - parse->at;
    parse->at += length + 1;
    parse->line++;
    while (length > 0 && (*start == ' ' || *start == '\t')) {
        start++;
        length--;
    }
    if (memchr(start, '\0', length) != NULL) {
        complain(parse, parse->line, "a NUL byte: is this a text file?");
        length = 0;
    } else if (length > LINE_LIMIT || length + 2 > (size_t)size) {
        bool comment = start[0] == '#' || start[0] == ';';
        if (!comment)
            complain(parse, parse->line, "line is too long");
        length = 0;
    }
    memcpy(buffer, start, length);
    buffer[length] = '\n';
    buffer[length + 1] = '\0';
    return buffer;
}

/* Always "fine" for inih: then what it reports itself is the first line it could not read. */
static int on_value(void *user, const char *section, const char *name, const char *value)
{
    struct parse *parse = user;
    char error[256] = "refused";
    if (!parse->reader->handler(parse->reader->data, section, name, value, error, sizeof error))
        complain(parse, parse->line, error);
    return 1;
}

bool inifile_parse(const char *name, const char *text, size_t length, const struct inifile_reader *reader)
{
    struct parse parse = {.name = name, .text = text, .length = length, .reader = reader};
    int bad_line = ini_parse_stream(next_line, &parse, on_value, &parse);
    if (bad_line > 0)
        complain(&parse, bad_line, "expected 'name = value' or '[section]'");
    return !parse.refused;
}

char *inifile_load(const char *path, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    char *text = NULL;
    struct stat status;
    int error = 0;
    if (fstat(fd, &status) != 0)
        error = errno;
    else if (S_ISDIR(status.st_mode))
        error = EISDIR;
    else if (!S_ISREG(status.st_mode))
        error = EINVAL;
    else if (status.st_size > (off_t)FILE_LIMIT)
        error = EFBIG;
    size_t size = error == 0 ? (size_t)status.st_size : 0, got = 0;
    text = error == 0 ? xcalloc(size + 1, 1) : NULL;
    while (error == 0 && got < size) {
        ssize_t count = read(fd, text + got, size - got);
        if (count < 0 && errno != EINTR)
            error = errno;
        if (count == 0)
            break;
        got += count > 0 ? (size_t)count : 0;
    }
    close(fd);
    if (error != 0) {
        free(text);
        errno = error;
        return NULL;
    }
    *length = got;
    return text;
}

bool inifile_read(const char *path, const struct inifile_reader *reader)
{
    size_t length;
    char *text = inifile_load(path, &length);
    if (text == NULL)
        return false;
    const char *slash = strrchr(path, '/');
    bool fine = inifile_parse(slash != NULL ? slash + 1 : path, text, length, reader);
    free(text);
    errno = 0;
    return fine;
}

/* Edit distance (Levenshtein, a swap of neighbours counting one), for names of at most 31 characters. */
static int distance(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length >= DISTANCE_LIMIT || b_length >= DISTANCE_LIMIT)
        return DISTANCE_LIMIT;
    int rows[DISTANCE_LIMIT][DISTANCE_LIMIT];
    for (size_t i = 0; i <= a_length; i++) {
        for (size_t j = 0; j <= b_length; j++) {
            if (i == 0 || j == 0) {
                rows[i][j] = (int)(i + j);
                continue;
            }
            int same = a[i - 1] == b[j - 1] ? 0 : 1;
            int best = rows[i - 1][j - 1] + same;
            if (rows[i - 1][j] + 1 < best)
                best = rows[i - 1][j] + 1;
            if (rows[i][j - 1] + 1 < best)
                best = rows[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && rows[i - 2][j - 2] + same < best)
                best = rows[i - 2][j - 2] + same;
            rows[i][j] = best;
        }
    }
    return rows[a_length][b_length];
}

const char *inifile_nearest(const char *name, const char *(*name_at)(size_t index), size_t count)
{
    const char *nearest = NULL;
    int best = (int)(strlen(name) / 3) + 2; /* further is no slip of the finger */
    if (best > DISTANCE_LIMIT)
        best = DISTANCE_LIMIT;
    for (size_t i = 0; i < count; i++) {
        int far = distance(name, name_at(i));
        if (far < best) {
            best = far;
            nearest = name_at(i);
        }
    }
    return nearest;
}
