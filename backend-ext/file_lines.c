#include "file_lines.h"

#include "compat.h"
#include "warnings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPILE_LIMIT ((off_t)4 << 20) /* bytes of a file that is compiled only to see its lines */

/* The text of the regular file at PATH: opening a FIFO would wait, reading a terminal take what is typed. The
 * caller frees it. NULL: none, too long, or no text. */
static char *read_file(const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool regular = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < COMPILE_LIMIT;
    size_t size = regular ? (size_t)status.st_size : 0, length = 0;
    char *text = regular ? malloc(size + 1) : NULL;
    while (text && length < size) {
        ssize_t got = read(file, text + length, size - length);
        if (got <= 0 && (got == 0 || errno != EINTR)) {
            break;
        }
        length += got > 0 ? (size_t)got : 0;
    }
    if (file >= 0) {
        close(file);
    }
    if (text && memchr(text, '\0', length)) {
        free(text);
        return NULL;
    }
    if (text) {
        text[length] = '\0';
    }
    return text;
}

bool file_lines_read(const char *path, struct line_set *lines)
{
    char *text = read_file(path);
    PyObject *code = text ? warnings_compile_silently(text, path, Py_file_input) : NULL;
    bool ok = code && line_set_add_code(lines, code);
    line_set_sort(lines);
    Py_XDECREF(code);
    free(text);
    PyErr_Clear();
    return ok;
}
