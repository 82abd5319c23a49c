#include "tcp.h"

#include "auth.h"
#include "secret.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECT_TIME 5000  /* ms */
#define PROOF_TIME   20000 /* ms */
#define BACKLOG      8
#define HOST_SIZE    256

struct place {
    char host[HOST_SIZE], port[6];
    int host_length; /* as written, with brackets */
};

static long long now_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ADDRESS in parts. */
static bool split(const char *address, struct place *place, char *error, size_t size)
{
    const char *host = address + strlen("tcp:"), *colon = strrchr(host, ':'), *end = colon;
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    bool bracketed = host[0] == '[' && colon && colon[-1] == ']';
    place->host_length = colon ? (int)(colon - host) : 0;
    host += bracketed;
    end -= bracketed;
    bool ok = colon && end > host && end - host < HOST_SIZE && digits > 0 && digits < 6 && !colon[1 + digits] &&
              atol(colon + 1) < 65536 && (bracketed || !memchr(host, ':', (size_t)(end - host)));
    if (!ok) {
        snprintf(error, size, "%.300s: not an address; tcp:HOST:PORT is, with an IPv6 address in brackets", address);
        return false;
    }
    snprintf(place->host, sizeof(place->host), "%.*s", (int)(end - host), host);
    snprintf(place->port, sizeof(place->port), "%s", colon + 1);
    return true;
}

/* The caller frees the list. */
static struct addrinfo *resolve(const char *address, const struct place *place, int flags, char *error, size_t size)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *list = NULL;
    int result = getaddrinfo(place->host, place->port, &hints, &list);
    if (result == 0)
        return list;
    snprintf(error, size, "%.300s: %s", address, result == EAI_SYSTEM ? strerror(errno) : gai_strerror(result));
    return NULL;
}

static int open_socket(const struct addrinfo *at)
{
    return socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Messages are small and wait for answers. A peer that is gone without a word is noticed within a minute, not after two
 * hours: a stopped program waits for it. */
static void set_options(int fd)
{
    static const struct {
        int level, name, value;
    } options[] = {
        {IPPROTO_TCP, TCP_NODELAY, 1},
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, 30},  /* seconds without a word until it is asked */
        {IPPROTO_TCP, TCP_KEEPINTVL, 10}, /* … and again, three times */
        {IPPROTO_TCP, TCP_KEEPCNT, 3},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, 60000}, /* ms that what was said may stay unconfirmed */
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof(options[i].value));
}

/* Dialling */

/* Whether FD can be read or written before UNTIL. */
static bool wait_for(int fd, short events, long long until)
{
    for (;;) {
        long long left = until - now_milliseconds();
        struct pollfd waiting = {.fd = fd, .events = events};
        int ready = left > 0 ? poll(&waiting, 1, (int)left) : 0;
        if (ready > 0)
            return true;
        if (ready == 0 || errno != EINTR) {
            errno = ready == 0 ? ETIMEDOUT : errno;
            return false;
        }
    }
}

static bool finish_connecting(int fd, long long until)
{
    int failure = 0;
    socklen_t length = sizeof(failure);
    if (!wait_for(fd, POLLOUT, until))
        return false;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &length) == 0)
        errno = failure;
    return errno == 0;
}

static int connect_one(const struct addrinfo *at, long long until)
{
    int fd = open_socket(at);
    if (fd < 0)
        return -1;
    /* One that is interrupted goes on as well. */
    bool connected = connect(fd, at->ai_addr, at->ai_addrlen) == 0 ||
                     ((errno == EINPROGRESS || errno == EINTR) && finish_connecting(fd, until));
    if (!connected) {
        int failure = errno;
        close(fd);
        errno = failure;
        return -1;
    }
    return fd;
}

static int connect_any(const char *address, const struct place *place, char *error, size_t size)
{
    struct addrinfo *list = resolve(address, place, 0, error, size);
    if (!list)
        return -1;
    int fd = -1;
    long long until = now_milliseconds() + CONNECT_TIME;
    for (const struct addrinfo *at = list; at && fd < 0; at = at->ai_next)
        fd = connect_one(at, until);
    if (fd < 0)
        snprintf(error, size, "%.300s: %s", address, strerror(errno));
    freeaddrinfo(list);
    return fd;
}

/* What `out` has fits into an empty socket. */
static bool say(int fd, struct auth *auth)
{
    bool sent = send(fd, auth->out, auth->out_length, MSG_NOSIGNAL) == (ssize_t)auth->out_length;
    auth->out_length = 0;
    return sent;
}

/* Why there is no proof; NULL: there is. */
static const char *prove(int fd, const struct secret *secret)
{
    struct auth auth;
    unsigned char bytes[AUTH_LONGEST];
    long long until = now_milliseconds() + PROOF_TIME;
    if (!auth_begin(&auth, AUTH_DIALER))
        return "there are no random bytes";
    while (auth.state == AUTH_GOING) {
        bool said = auth.got >= AUTH_PART;
        if (!wait_for(fd, POLLIN, until))
            return "it does not answer";
        ssize_t got = recv(fd, bytes, auth_wanted(&auth), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0)
            return said ? "it does not take the secret that you have; it was told nothing else"
                        : "it closed the connection: no program that pytui could debug";
        auth_take(&auth, secret, bytes, (size_t)got);
        if (auth.out_length > 0 && !say(fd, &auth))
            return "it closed the connection";
    }
    return auth.state == AUTH_PROVED ? NULL : "it does not know the secret that you have; it was told nothing";
}

int tcp_dial(const char *address, char *error, size_t size)
{
    char reason[400] = "";
    struct place place;
    if (!split(address, &place, error, size))
        return -1;
    struct secret *secret = secret_load(false, reason, sizeof(reason));
    if (!secret) {
        snprintf(error, size, "%.300s: %s", address, reason);
        return -1;
    }
    int fd = connect_any(address, &place, error, size);
    const char *why = fd >= 0 ? prove(fd, secret) : NULL;
    secret_destroy(secret);
    if (why) {
        snprintf(error, size, "%.300s: %s", address, why);
        close(fd);
        return -1;
    }
    if (fd >= 0) {
        set_options(fd);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    }
    return fd;
}

/* Listening */

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const void *)address;
        return ntohl(four->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *six = (const void *)address;
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

static int bind_one(const struct addrinfo *at)
{
    const int on = 1;
    int fd = open_socket(at);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)); /* connections of the program before may linger */
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int failure = errno;
    close(fd);
    errno = failure;
    return -1;
}

static int bound_port(int fd)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof(name);
    if (getsockname(fd, (struct sockaddr *)&name, &length) < 0)
        return 0;
    return ntohs(name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&name)->sin6_port
                                            : ((struct sockaddr_in *)&name)->sin_port);
}

int tcp_listen(const char *address, bool public, char bound[TCP_ADDRESS_SIZE], char *error, size_t size)
{
    struct place place;
    struct addrinfo *list =
        split(address, &place, error, size) ? resolve(address, &place, AI_PASSIVE, error, size) : NULL;
    if (!list)
        return -1;
    int fd = -1;
    if (!public && !is_loopback(list->ai_addr)) {
        snprintf(error, size,
                 "%.200s: other machines could connect, and what is said is not encrypted: use 127.0.0.1 and ssh, or "
                 "say that it is to be public",
                 address);
    } else if ((fd = bind_one(list)) < 0) {
        snprintf(error, size, "%.300s: %s", address, strerror(errno));
    } else {
        snprintf(bound, TCP_ADDRESS_SIZE, "tcp:%.*s:%d", place.host_length, address + strlen("tcp:"), bound_port(fd));
    }
    freeaddrinfo(list);
    return fd;
}

int tcp_accept(int listener)
{
    int fd;
    do
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd >= 0)
        set_options(fd);
    return fd;
}
