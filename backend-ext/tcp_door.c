#include "tcp_door.h"

#include "protocol/auth.h"
#include "protocol/secret.h"
#include "protocol/tcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define STRANGER_TIME 10000 /* ms to prove it in */
#define FREE_FAILURES 3     /* wrong proofs in a row until the door is shut */
#define SHUT_FIRST    1000  /* ms */
#define SHUT_LONGEST  8000

struct stranger {
    int fd; /* -1: the place is free */
    long long until;
    struct auth auth;
};

struct tcp_door {
    int fd;
    struct secret *secret; /* owned */
    int failures;          /* wrong proofs since the last right one */
    long long shut_until;  /* 0: it is open */
    struct stranger strangers[TCP_DOOR_STRANGERS];
};

static long long now_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void send_away(struct stranger *stranger)
{
    if (stranger->fd >= 0) {
        close(stranger->fd);
    }
    *stranger = (struct stranger){.fd = -1};
}

struct tcp_door *tcp_door_open(const char *address, bool public, char *bound, char *error, size_t size)
{
    struct secret *secret = secret_load(true, error, size);
    int fd = secret ? tcp_listen(address, public, bound, error, size) : -1;
    struct tcp_door *door = fd >= 0 ? calloc(1, sizeof(*door)) : NULL;
    if (!door) {
        if (fd >= 0) {
            snprintf(error, size, "no memory");
            close(fd);
        }
        secret_destroy(secret);
        return NULL;
    }
    *door = (struct tcp_door){.fd = fd, .secret = secret};
    for (int i = 0; i < TCP_DOOR_STRANGERS; i++) {
        door->strangers[i].fd = -1;
    }
    return door;
}

void tcp_door_close(struct tcp_door *door)
{
    if (!door) {
        return;
    }
    for (int i = 0; i < TCP_DOOR_STRANGERS; i++) {
        send_away(&door->strangers[i]);
    }
    close(door->fd);
    secret_destroy(door->secret);
    free(door);
}

static void shorten(int *timeout, long long left)
{
    if (*timeout < 0 || left < *timeout) {
        *timeout = (int)left;
    }
}

void tcp_door_prepare(struct tcp_door *door, struct pollfd waiting[TCP_DOOR_POLLS], int *timeout)
{
    long long now = door ? now_milliseconds() : 0;
    for (int i = 0; i < TCP_DOOR_POLLS; i++) {
        waiting[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    }
    for (int i = 0; door && i < TCP_DOOR_STRANGERS; i++) {
        struct stranger *stranger = &door->strangers[i];
        if (stranger->fd >= 0 && stranger->until <= now) {
            send_away(stranger);
        } else if (stranger->fd >= 0) {
            shorten(timeout, stranger->until - now);
        }
        waiting[i].fd = stranger->fd;
    }
    if (door && door->shut_until > now) {
        shorten(timeout, door->shut_until - now);
    } else if (door) {
        waiting[TCP_DOOR_STRANGERS].fd = door->fd;
    }
}

/* A wrong proof: nobody finds a secret of 32 bytes by trying, but trying is made dear anyway. */
static void count_failure(struct tcp_door *door)
{
    door->failures++;
    int shut = SHUT_FIRST;
    for (int i = FREE_FAILURES; i < door->failures && shut < SHUT_LONGEST; i++) {
        shut *= 2;
    }
    if (door->failures >= FREE_FAILURES) {
        door->shut_until = now_milliseconds() + (shut < SHUT_LONGEST ? shut : SHUT_LONGEST);
    }
}

/* What the socket's buffer, which is empty, does not take at once is for nobody who is in earnest. */
static bool say(struct stranger *stranger)
{
    struct auth *auth = &stranger->auth;
    ssize_t length = (ssize_t)auth->out_length;
    auth->out_length = 0;
    return length == 0 || send(stranger->fd, auth->out, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) == length;
}

static void let_in(struct tcp_door *door)
{
    int fd = tcp_accept(door->fd);
    if (fd < 0) {
        return;
    }
    struct stranger *place = &door->strangers[0]; /* a free one, or of who has been here longest */
    for (int i = 1; i < TCP_DOOR_STRANGERS && place->fd >= 0; i++) {
        struct stranger *stranger = &door->strangers[i];
        place = stranger->fd < 0 || stranger->until < place->until ? stranger : place;
    }
    send_away(place);
    *place = (struct stranger){.fd = fd, .until = now_milliseconds() + STRANGER_TIME};
    if (!auth_begin(&place->auth, AUTH_LISTENER) || !say(place)) {
        send_away(place);
    }
}

/* Take what STRANGER says, and no byte of what follows a proof. Its descriptor once it is proved, else -1. */
static int hear(struct tcp_door *door, struct stranger *stranger)
{
    unsigned char bytes[AUTH_LONGEST];
    ssize_t got = recv(stranger->fd, bytes, auth_wanted(&stranger->auth), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return -1;
    }
    enum auth_state state = got > 0 ? auth_take(&stranger->auth, door->secret, bytes, (size_t)got) : AUTH_FAILED;
    if (got > 0 && state == AUTH_FAILED) {
        count_failure(door);
    }
    if (state == AUTH_PROVED && say(stranger)) {
        int fd = stranger->fd;
        door->failures = 0;
        door->shut_until = 0;
        *stranger = (struct stranger){.fd = -1};
        return fd;
    }
    if (state != AUTH_GOING) {
        send_away(stranger);
    }
    return -1;
}

int tcp_door_serve(struct tcp_door *door, const struct pollfd waiting[TCP_DOOR_POLLS])
{
    int proved = -1;
    for (int i = 0; door && i < TCP_DOOR_STRANGERS && proved < 0; i++) { /* others are heard in the next turn */
        struct stranger *stranger = &door->strangers[i];
        if (stranger->fd >= 0 && stranger->fd == waiting[i].fd && waiting[i].revents) {
            proved = hear(door, stranger);
        }
    }
    if (door && waiting[TCP_DOOR_STRANGERS].revents) {
        let_in(door);
    }
    return proved;
}
