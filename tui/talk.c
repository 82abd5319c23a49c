#include "talk.h"

#include "live.h"
#include "protocol/arena.h"
#include "protocol/channel.h"
#include "protocol/message.h"
#include "protocol/value.h"
#include "xalloc.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS 25
#define PAUSE    40 /* ms between them */

struct talk {
    struct channel *channel; /* owned */
    void (*handler)(const struct message *event, void *data);
    void *data;
    bool read_only;
    int64_t seq; /* of the request that waits; 0: none */
    struct arena *arena;
    const struct value *body; /* in ARENA: of its answer */
    char *error;              /* owned: the same */
};

static struct arena *new_arena(void)
{
    struct arena *arena = arena_create();
    if (!arena)
        abort();
    return arena;
}

/* A stop that nobody will look at: breakpoint() in what we run, or the program's own. */
static void go_on(struct talk *talk, const struct message *event)
{
    struct arena *arena = new_arena();
    struct value *arguments = value_map(arena);
    value_set_int(arena, arguments, "threadId", value_get_int(event->body, "threadId", 0));
    channel_send(talk->channel, arena, message_request(arena, "continue", arguments));
    arena_destroy(arena);
}

static void take(struct talk *talk, const struct message *message, struct arena *arena)
{
    if (message->kind == MESSAGE_EVENT && message->name) {
        if (strcmp(message->name, "stopped") == 0 && !talk->read_only)
            go_on(talk, message);
        if (talk->handler)
            talk->handler(message, talk->data);
    } else if (message->kind == MESSAGE_RESPONSE && talk->seq && message->request_seq == talk->seq) {
        talk->seq = 0;
        if (message->success)
            talk->body = message->body;
        else
            talk->error = xstrdup(message->error ? message->error : "refused");
    }
    (void)arena;
}

/* Take all that has come; answers to what is asked go into the asker's arena. */
static void take_all(struct talk *talk)
{
    for (;;) {
        struct arena *own = talk->seq && talk->arena ? NULL : new_arena(), *arena = own ? own : talk->arena;
        struct message message;
        const char *malformed = NULL;
        bool got = channel_next(talk->channel, arena, &message, &malformed);
        if (got && !malformed)
            take(talk, &message, arena);
        arena_destroy(own);
        if (!got)
            return;
    }
}

bool talk_wait(struct talk *talk)
{
    struct pollfd waiting = {.fd = channel_fd(talk->channel), .events = POLLIN};
    if (channel_wants_write(talk->channel))
        waiting.events |= POLLOUT;
    if (poll(&waiting, 1, -1) < 0)
        return errno == EINTR;
    if (waiting.revents & POLLOUT)
        channel_flush(talk->channel);
    bool open = !(waiting.revents & ~POLLOUT) || channel_receive(talk->channel) == CHANNEL_OPEN;
    take_all(talk);
    return open;
}

const struct value *talk_ask(struct talk *talk, struct arena *arena, const char *command, struct value *arguments,
                             char *error, size_t size)
{
    talk->arena = arena;
    talk->body = NULL;
    talk->error = NULL;
    talk->seq = channel_send(talk->channel, arena, message_request(arena, command, arguments));
    bool open = talk->seq != 0;
    while (open && talk->seq)
        open = talk_wait(talk);
    if (talk->seq)
        snprintf(error, size, "the connection to the program was cut");
    else if (talk->error)
        snprintf(error, size, "%s", talk->error);
    bool lost = talk->seq != 0;
    talk->seq = 0;
    talk->arena = NULL;
    free(talk->error);
    talk->error = NULL;
    return lost ? NULL : talk->body;
}

/* The session's first words; it stops for nothing that it was not told to. */
static bool begin(struct talk *talk, char *error, size_t size)
{
    struct arena *arena = new_arena();
    struct value *arguments = value_map(arena), *extension = value_map(arena), *none = value_map(arena);
    value_set_text(arena, arguments, "adapterID", "pytui");
    value_set_text(arena, arguments, "clientID", "pytui");
    value_set_int(arena, extension, "protocolVersion", MESSAGE_PROTOCOL_VERSION);
    value_set_text(arena, extension, "clientVersion", PYTUI_VERSION);
    if (talk->read_only)
        value_set_bool(arena, extension, "readOnly", true);
    value_set(arena, arguments, "pytui", extension);
    value_set(arena, none, "filters", value_array(arena));
    bool ok = talk_ask(talk, arena, "initialize", arguments, error, size) != NULL;
    if (ok && !talk->read_only)
        ok = talk_ask(talk, arena, "setExceptionBreakpoints", none, error, size) &&
             talk_ask(talk, arena, "configurationDone", value_map(arena), error, size);
    arena_destroy(arena);
    return ok;
}

static struct talk *open_once(const struct live_program *program, const struct talk *like, char *error, size_t size)
{
    int fd = live_connect(program, error, size);
    if (fd < 0)
        return NULL;
    struct talk *talk = xcalloc(1, sizeof *talk);
    *talk = *like;
    talk->channel = channel_create(fd);
    if (!talk->channel)
        abort();
    if (begin(talk, error, size))
        return talk;
    talk_close(talk);
    return NULL;
}

/* A session before this one may not be quite over: its program says then that a debugger is attached. */
struct talk *talk_open(const struct live_program *program, bool read_only,
                       void (*handler)(const struct message *event, void *data), void *data, char *error, size_t size)
{
    struct talk first = {.handler = handler, .data = data}, watching = first, *talk = NULL;
    watching.read_only = true;
    for (int i = 0; i < ATTEMPTS && !talk; i++) {
        if (i > 0)
            poll(NULL, 0, PAUSE);
        talk = open_once(program, &first, error, size);
        if (!talk && !strstr(error, "another debugger"))
            return NULL;
        if (!talk && read_only)
            talk = open_once(program, &watching, error, size);
    }
    return talk;
}

void talk_close(struct talk *talk)
{
    if (!talk)
        return;
    struct arena *arena = new_arena();
    char error[64];
    if (channel_state(talk->channel) == CHANNEL_OPEN && !talk->read_only)
        talk_ask(talk, arena, "disconnect", value_map(arena), error, sizeof error);
    arena_destroy(arena);
    channel_destroy(talk->channel);
    free(talk);
}
