#include "file_lines.h"

#include "compat.h"
#include "warnings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPILE_LIMIT ((size_t)4 << 20) /* bytes of a file that is compiled only to see its lines */

/* Opening a FIFO would wait, reading a terminal take what is typed. */
char *file_lines_text(const char *path, size_t limit)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool regular = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < (off_t)limit;
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
    char *text = file_lines_text(path, COMPILE_LIMIT);
    PyObject *code = text ? warnings_compile_silently(text, path, Py_file_input) : NULL;
    bool ok = code && line_set_add_code(lines, code);
    line_set_sort(lines);
    Py_XDECREF(code);
    free(text);
    PyErr_Clear();
    return ok;
}
