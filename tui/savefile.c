#include "savefile.h"

#include "xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

bool savefile_write(const char *path, const char *text, size_t length)
{
    char *real = realpath(path, NULL);
    const char *target = real ? real : path;
    char *temporary = xasprintf("%s.XXXXXX", target);
    struct stat status;
    int fd = mkstemp(temporary); /* mode 0600 */
    bool ok = fd >= 0 && write_all(fd, text, length);
    if (ok && stat(target, &status) == 0)
        ok = fchmod(fd, status.st_mode & 07777) == 0;
    /* No fsync(): a key would wait for the disk. After a crash of the system the old text may be there. */
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && rename(temporary, target) == 0;
    if (!ok && fd >= 0) {
        int error = errno;
        unlink(temporary);
        errno = error;
    }
    free(temporary);
    free(real);
    return ok;
}
