#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

#define PATH_SIZE    4096
#define MADE_BYTES   32 /* random; twice as many digits */
#define MADE_LENGTH  (2 * MADE_BYTES + 1)
#define RANDOM_NAMES 8 /* bytes */

bool secret_path(char *path, size_t path_size, char *error, size_t size)
{
    const char *file = getenv("PYTUI_SECRET_FILE"), *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length = -1;
    if (file && *file)
        length = snprintf(path, path_size, "%s", file);
    else if (config && config[0] == '/')
        length = snprintf(path, path_size, "%s/pytui/secret", config);
    else if (home && home[0] == '/')
        length = snprintf(path, path_size, "%s/.config/pytui/secret", home);
    if (length > 0 && (size_t)length < path_size)
        return true;
    snprintf(error, size, "no place for the secret: set PYTUI_SECRET_FILE%s", length > 0 ? " to a shorter path" : "");
    return false;
}

static struct secret *make_room(char *error, size_t size)
{
    void *pages = mmap(NULL, sizeof(struct secret), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        snprintf(error, size, "no memory for the secret: %s", strerror(errno));
        return NULL;
    }
    madvise(pages, sizeof(struct secret), MADV_DONTDUMP);
    madvise(pages, sizeof(struct secret), MADV_WIPEONFORK); /* older kernels know it not */
    return pages;
}

void secret_destroy(struct secret *secret)
{
    if (secret) {
        explicit_bzero(secret, sizeof(*secret));
        munmap(secret, sizeof(*secret));
    }
}

/* The directories above a file of ours, as far as they are missing: pytui's own, and the one for all settings. */
static void make_directories(const char *path)
{
    char directory[PATH_SIZE];
    snprintf(directory, sizeof(directory), "%s", path);
    char *last = strrchr(directory, '/');
    *last = '\0';
    char *above = strrchr(directory, '/');
    if (above && above > directory) {
        *above = '\0';
        mkdir(directory, 0700);
        *above = '/';
    }
    mkdir(directory, 0700);
}

static bool fill_random(void *bytes, size_t size)
{
    return getrandom(bytes, size, 0) == (ssize_t)size; /* whole, and not interrupted, up to 256 bytes */
}

static bool write_text(int fd)
{
    unsigned char random[MADE_BYTES];
    char text[MADE_LENGTH + 1];
    if (!fill_random(random, sizeof(random)))
        return false;
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(text + 2 * i, 3, "%02x", random[i]);
    text[MADE_LENGTH - 1] = '\n';
    bool ok = write(fd, text, MADE_LENGTH) == MADE_LENGTH;
    explicit_bzero(random, sizeof(random));
    explicit_bzero(text, sizeof(text));
    return ok;
}

/* Under another name first: nobody reads half of it, and of two who make it at once one wins. */
static bool make_file(const char *path)
{
    unsigned char random[RANDOM_NAMES];
    char hidden[PATH_SIZE + 2 * RANDOM_NAMES + 2];
    int length = snprintf(hidden, sizeof(hidden), "%s.", path);
    if (!fill_random(random, sizeof(random)))
        return false;
    for (size_t i = 0; i < sizeof(random); i++)
        length += snprintf(hidden + length, 3, "%02x", random[i]);
    int fd = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = fchmod(fd, 0600) == 0 && write_text(fd); /* whatever the umask is */
    ok = ok && (link(hidden, path) == 0 || errno == EEXIST);
    int error = errno;
    close(fd);
    unlink(hidden);
    errno = error;
    return ok;
}

static int open_file(const char *path)
{
    return open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* What is wrong with the file, before a byte of it is read; NULL: nothing. */
static const char *find_fault(int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return strerror(errno);
    if (!S_ISREG(status.st_mode))
        return "not a regular file";
    if (status.st_uid != geteuid())
        return "it belongs to another user";
    if (status.st_mode & 077)
        return "others may read or write it: chmod 600, and a new secret if others had time to read it";
    return NULL;
}

static const char *read_file(int fd, struct secret *secret)
{
    ssize_t got;
    while ((got = read(fd, secret->bytes + secret->length, sizeof(secret->bytes) - secret->length)) != 0) {
        if (got < 0 && errno != EINTR)
            return strerror(errno);
        secret->length += got > 0 ? (size_t)got : 0;
    }
    if (secret->length > SECRET_LONGEST)
        return "a secret has at most 1024 bytes";
    while (secret->length > 0 && memchr(" \t\r\n", secret->bytes[secret->length - 1], 4))
        secret->length--;
    return secret->length < SECRET_SHORTEST ? "a secret has at least 32 bytes" : NULL;
}

struct secret *secret_load(bool make, char *error, size_t size)
{
    char path[PATH_SIZE];
    if (!secret_path(path, sizeof(path), error, size))
        return NULL;
    int fd = open_file(path);
    if (fd < 0 && errno == ENOENT && make) {
        const char *named = getenv("PYTUI_SECRET_FILE");
        if (!named || !*named)
            make_directories(path);
        fd = make_file(path) ? open_file(path) : -1;
    }
    if (fd < 0) {
        const char *why = errno == ELOOP    ? "a symlink: it must be the file itself"
                          : errno == ENOENT ? "there is no such file: copy it from where the program listens"
                                            : strerror(errno);
        snprintf(error, size, "the secret in %.300s: %s", path, why);
        return NULL;
    }
    struct secret *secret = make_room(error, size);
    const char *fault = secret ? find_fault(fd) : NULL;
    fault = secret && !fault ? read_file(fd, secret) : fault;
    close(fd);
    if (fault) {
        snprintf(error, size, "the secret in %.300s: %s", path, fault);
        secret_destroy(secret);
        return NULL;
    }
    return secret;
}
