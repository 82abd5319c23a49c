#include "stdin_script.h"

#include "log.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((off_t)64 << 20) /* what the Source pane shows of a file, too */

static char *peek_file(off_t size, size_t *length)
{
    off_t start = lseek(STDIN_FILENO, 0, SEEK_CUR);
    if (start < 0 || size < start || size - start > FILE_MAX)
        return NULL;
    char *text = xcalloc((size_t)(size - start) + 1, 1);
    *length = 0;
    ssize_t count;
    while ((count = pread(STDIN_FILENO, text + *length, (size_t)(size - start) - *length, start + (off_t)*length)) > 0)
        *length += (size_t)count;
    return text;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(fd, bytes, length);
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
        }
    }
    return true;
}

/* A pipe that holds all of the bytes; -1 when they are too many for one. */
static int filled_pipe(const char *bytes, size_t length)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    int room = fcntl(ends[1], F_SETPIPE_SZ, (int)(length > 65536 ? length : 65536));
    bool ok = room >= 0 && (size_t)room >= length && write_all(ends[1], bytes, length);
    close(ends[1]);
    if (ok)
        return ends[0];
    close(ends[0]);
    return -1;
}

static int filled_file(const char *bytes, size_t length)
{
    int fd = memfd_create("stdin", MFD_CLOEXEC);
    if (fd >= 0 && write_all(fd, bytes, length) && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static char *take_pipe(size_t *length)
{
    char *text = NULL;
    size_t capacity = 0;
    ssize_t count;
    *length = 0;
    do {
        xgrow(&text, &capacity, *length + 65536, 1);
        count = read(STDIN_FILENO, text + *length, 65536);
        *length += count > 0 ? (size_t)count : 0;
    } while (count > 0 || (count < 0 && errno == EINTR));
    int fd = *length <= (1 << 30) ? filled_pipe(text, *length) : -1;
    if (fd < 0)
        fd = filled_file(text, *length);
    if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
        log_errno("cannot hand standard input on");
    if (fd >= 0)
        close(fd);
    return text;
}

char *stdin_script_peek(size_t *length)
{
    struct stat info;
    if (fstat(STDIN_FILENO, &info) != 0)
        return NULL;
    if (S_ISREG(info.st_mode))
        return peek_file(info.st_size, length);
    return S_ISFIFO(info.st_mode) ? take_pipe(length) : NULL;
}
