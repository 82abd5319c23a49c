#include "transport.h"

#include "tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECT_SECONDS 5
#define BACKLOG         8

struct report {
    char *text;
    size_t size;
};

static bool fail(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct report *report, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(report->text, report->size, format, arguments);
    va_end(arguments);
    return false;
}

static int close_failed(int fd)
{
    if (fd >= 0)
        close(fd);
    return -1;
}

bool transport_pair(int ends[2], char *error, size_t size)
{
    struct report report = {error, size};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return fail(&report, "cannot make a socket pair: %s", strerror(errno));
    return true;
}

/* Whether the other side of FD belongs to our user, or to root, who can do anything anyway. */
static bool peer_allowed(int fd, struct report *report)
{
    struct ucred peer;
    socklen_t length = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
        return fail(report, "cannot tell who is at the other side: %s", strerror(errno));
    if (peer.uid != geteuid() && peer.uid != 0)
        return fail(report, "the other side belongs to user %u, not to user %u: refused", (unsigned)peer.uid,
                    (unsigned)geteuid());
    return true;
}

static int take_inherited(const char *number, struct report *report)
{
    char *end;
    errno = 0;
    long fd = strtol(number, &end, 10);
    int type = 0;
    socklen_t length = sizeof(type);
    if (end == number || *end || errno || fd < 0 || fd > 0xFFFFFF) {
        fail(report, "fd:%s: not a descriptor's number", number);
        return -1;
    }
    if (getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0) {
        fail(report, "fd:%ld: %s", fd, errno == ENOTSOCK ? "not a socket" : strerror(errno));
        return -1;
    }
    struct sockaddr_storage peer;
    length = sizeof(peer);
    if (type != SOCK_STREAM || getpeername((int)fd, (struct sockaddr *)&peer, &length) < 0) {
        fail(report, "fd:%ld: not a connected stream socket", fd);
        return -1;
    }
    if (fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0) {
        fail(report, "fd:%ld: %s", fd, strerror(errno));
        return -1;
    }
    return (int)fd;
}

static bool set_path(struct sockaddr_un *address, const char *path, struct report *report)
{
    size_t length = strlen(path);
    if (length == 0)
        return fail(report, "unix: needs a path after the colon");
    if (length >= sizeof(address->sun_path))
        return fail(report, "unix: the path is longer than %zu bytes: %s", sizeof(address->sun_path) - 1, path);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, length + 1);
    return true;
}

static int unix_socket(struct report *report)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        fail(report, "cannot make a unix socket: %s", strerror(errno));
    return fd;
}

static int connect_retrying(int fd, const struct sockaddr_un *address)
{
    int result;
    do
        result = connect(fd, (const struct sockaddr *)address, sizeof(*address));
    while (result < 0 && errno == EINTR);
    return result;
}

/* Not PATIENT: a listener whose backlog is full is not waited for. */
static int dial_unix(const char *path, bool patient, struct report *report)
{
    struct sockaddr_un address;
    if (!set_path(&address, path, report))
        return -1;
    int fd = unix_socket(report);
    if (fd < 0)
        return -1;
    /* A listener that does not accept would hold connect() forever once its backlog is full. */
    struct timeval limit = {.tv_sec = CONNECT_SECONDS}, none = {0};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (!patient)
        fcntl(fd, F_SETFL, O_NONBLOCK);
    if (connect_retrying(fd, &address) < 0) {
        fail(report, "unix:%s: %s", path, errno == EAGAIN ? "nobody accepts there" : strerror(errno));
        return close_failed(fd);
    }
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
    return peer_allowed(fd, report) ? fd : close_failed(fd);
}

/* Where ADDRESS starts with SCHEME, what follows; else NULL. */
static const char *after(const char *address, const char *scheme)
{
    size_t length = strlen(scheme);
    return strncmp(address, scheme, length) == 0 ? address + length : NULL;
}

int transport_dial(const char *address, char *error, size_t size)
{
    struct report report = {error, size};
    const char *rest;
    if ((rest = after(address, "fd:")))
        return take_inherited(rest, &report);
    if ((rest = after(address, "unix:")))
        return dial_unix(rest, true, &report);
    if (after(address, "tcp:"))
        return tcp_dial(address, error, size);
    fail(&report, "%s: not an address; fd:N, unix:PATH and tcp:HOST:PORT are", address);
    return -1;
}

int transport_dial_now(const char *address, char *error, size_t size)
{
    struct report report = {error, size};
    const char *path = after(address, "unix:");
    if (path)
        return dial_unix(path, false, &report);
    fail(&report, "%s: not the address of a unix socket", address);
    return -1;
}

/* A file at the address is removed if it is a socket of ours that refuses connections: its listener has died. */
static bool remove_stale(const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) < 0 || !S_ISSOCK(status.st_mode) || status.st_uid != geteuid())
        return false;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool dead = probe >= 0 && connect_retrying(probe, address) < 0 && errno == ECONNREFUSED;
    close_failed(probe);
    return dead && unlink(address->sun_path) == 0;
}

int transport_listen(const char *address, char *error, size_t size)
{
    struct report report = {error, size};
    struct sockaddr_un local;
    const char *path = after(address, "unix:");
    if (!path) {
        fail(&report, "%s: cannot listen there; unix:PATH can be listened on", address);
        return -1;
    }
    if (!set_path(&local, path, &report))
        return -1;
    int fd = unix_socket(&report);
    if (fd < 0)
        return -1;
    /* Linux takes the new file's mode from the socket's own, so there is no moment of a wider one; the
     * chmod() after it is for kernels that only look at the umask. */
    fchmod(fd, S_IRUSR | S_IWUSR);
    const struct sockaddr *name = (const struct sockaddr *)&local;
    int bound = bind(fd, name, sizeof(local));
    if (bound < 0 && errno == EADDRINUSE) {
        bound = remove_stale(&local) ? bind(fd, name, sizeof(local)) : -1;
        errno = bound < 0 ? EADDRINUSE : errno;
    }
    if (bound < 0) {
        fail(&report, "%s: %s", address, errno == EADDRINUSE ? "in use" : strerror(errno));
        return close_failed(fd);
    }
    if (chmod(path, S_IRUSR | S_IWUSR) < 0 || listen(fd, BACKLOG) < 0) {
        fail(&report, "%s: %s", address, strerror(errno));
        unlink(path);
        return close_failed(fd);
    }
    return fd;
}

int transport_accept(int listener, char *error, size_t size)
{
    struct report report = {error, size};
    int fd;
    do
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0) {
        bool none = errno == EAGAIN || errno == EWOULDBLOCK;
        fail(&report, "%s%s", none ? "" : "cannot accept: ", none ? "" : strerror(errno));
        return -1;
    }
    return peer_allowed(fd, &report) ? fd : close_failed(fd);
}
