#include "rendezvous.h"

#include "transport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ADDRESS_SIZE (RENDEZVOUS_NAME_SIZE + 64)

bool rendezvous_path(int number, char *path, size_t size)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    bool given = runtime && runtime[0] == '/';
    char standard[64];
    int length = -1;
    snprintf(standard, sizeof(standard), "/run/user/%ld", (long)geteuid());
    if (number == (given ? 0 : -1))
        length = snprintf(path, size, "%s/pytui", runtime);
    else if (number == (given ? 1 : 0))
        length = snprintf(path, size, "/tmp/pytui-%ld", (long)geteuid());
    else if (number == 2 && !(given && strcmp(runtime, standard) == 0)) /* of sessions that have the variable */
        length = snprintf(path, size, "%s/pytui", standard);
    return length > 0 && (size_t)length < size;
}

/* Whoever could write there could put other sockets in the place of ours. */
static bool is_ours_alone(int directory, const char *path, char *error, size_t size)
{
    struct stat status;
    if (fstat(directory, &status) < 0) {
        snprintf(error, size, "%s: %s", path, strerror(errno));
        return false;
    }
    bool ours = status.st_uid == geteuid() && (status.st_mode & 077) == 0;
    if (!ours)
        snprintf(error, size, "%s is not a directory of this user alone (mode 0700): remove it, or set XDG_RUNTIME_DIR",
                 path);
    return ours;
}

int rendezvous_open(int number, bool make, char *error, size_t size)
{
    char path[4096];
    if (!rendezvous_path(number, path, sizeof(path))) {
        snprintf(error, size, "there is no such place");
        return -1;
    }
    if (make && mkdir(path, 0700) < 0 && errno != EEXIST) {
        snprintf(error, size, "cannot make %s: %s", path, strerror(errno));
        return -1;
    }
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) {
        snprintf(error, size, "%s: %s", path,
                 errno == ENOTDIR || errno == ELOOP ? "not a directory, or a symlink: remove it" : strerror(errno));
        return -1;
    }
    if (!is_ours_alone(directory, path, error, size)) {
        close(directory);
        return -1;
    }
    return directory;
}

void rendezvous_name(char out[RENDEZVOUS_NAME_SIZE], const char *name, long pid, long rank)
{
    char safe[44];
    size_t length = 0;
    for (; name[length] && length + 1 < sizeof(safe); length++) {
        char c = name[length];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (length && strchr("._-", c));
        safe[length] = plain ? c : '_';
    }
    safe[length] = '\0';
    if (rank >= 0)
        snprintf(out, RENDEZVOUS_NAME_SIZE, "%s.%ld.r%ld", safe, pid, rank);
    else
        snprintf(out, RENDEZVOUS_NAME_SIZE, "%s.%ld", safe, pid);
}

/* The socket by way of the descriptor, which may stand in this thread's table alone: the kernel looks into that very
 * directory, whatever stands at its path now, and the length of that path does not matter. */
static bool make_address(char address[ADDRESS_SIZE], int directory, const char *file, char *error, size_t size)
{
    if (!file[0] || strchr(file, '/') || strlen(file) >= RENDEZVOUS_NAME_SIZE) {
        snprintf(error, size, "%.100s: not a socket's name", file);
        return false;
    }
    snprintf(address, ADDRESS_SIZE, "unix:/proc/thread-self/fd/%d/%s", directory, file);
    return true;
}

/* Under another name first: between bind() and listen() a socket looks as if its listener were gone. */
int rendezvous_listen(int directory, const char *file, char *error, size_t size)
{
    char address[ADDRESS_SIZE], hidden[RENDEZVOUS_NAME_SIZE + 1];
    snprintf(hidden, sizeof(hidden), ".%ld", (long)getpid());
    int fd = make_address(address, directory, hidden, error, size) ? transport_listen(address, error, size) : -1;
    if (fd >= 0 && renameat(directory, hidden, directory, file) < 0) {
        snprintf(error, size, "%s: %s", file, strerror(errno));
        unlinkat(directory, hidden, 0);
        close(fd);
        return -1;
    }
    return fd;
}

int rendezvous_dial(int directory, const char *file, char *error, size_t size)
{
    char address[ADDRESS_SIZE];
    return make_address(address, directory, file, error, size) ? transport_dial(address, error, size) : -1;
}

int rendezvous_dial_now(int directory, const char *file, char *error, size_t size)
{
    char address[ADDRESS_SIZE];
    return make_address(address, directory, file, error, size) ? transport_dial_now(address, error, size) : -1;
}

bool rendezvous_remove_stale(int directory, const char *file)
{
    char address[ADDRESS_SIZE], error[256];
    struct stat status;
    struct sockaddr_un peer = {.sun_family = AF_UNIX};
    if (!make_address(address, directory, file, error, sizeof(error)) || strlen(address + 5) >= sizeof(peer.sun_path) ||
        fstatat(directory, file, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISSOCK(status.st_mode) ||
        status.st_uid != geteuid())
        return false;
    strcpy(peer.sun_path, address + 5);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool dead = probe >= 0 && connect(probe, (struct sockaddr *)&peer, sizeof(peer)) < 0 && errno == ECONNREFUSED;
    if (probe >= 0)
        close(probe);
    return dead && unlinkat(directory, file, 0) == 0;
}
