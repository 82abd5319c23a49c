#include "fake_backend.h"

#include "unit.h"

#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/arena.h"
#include "protocol/channel.h"

#define WAIT_MS 2000

static void on_stopped(struct session *session, void *data)
{
    (void)session;
    struct fake *fake = data;
    fake->stops++;
}

static void on_message(struct session *session, bool error, const char *text, void *data)
{
    (void)session;
    struct fake *fake = data;
    fake->messages++;
    fake->said_error = error;
    snprintf(fake->said, sizeof fake->said, "%s", text);
}

static void on_refused(struct session *session, const char *why, void *data)
{
    (void)session;
    struct fake *fake = data;
    fake->refusals++;
    snprintf(fake->said, sizeof fake->said, "%s", why);
}

void fake_setup(struct fake *fake)
{
    *fake = (struct fake){.loop = loop_create(), .in = arena_create(), .out = arena_create()};
    struct session_handlers handlers = {
        .stopped = on_stopped, .message = on_message, .refused = on_refused, .data = fake};
    fake->session = session_create(fake->loop, &handlers);
}

void fake_teardown(struct fake *fake)
{
    session_destroy(fake->session);
    channel_destroy(fake->channel);
    arena_destroy(fake->in);
    arena_destroy(fake->out);
    loop_destroy(fake->loop);
}

static void stop_loop(struct loop *loop, void *data)
{
    (void)data;
    loop_stop(loop, 0);
}

void fake_turn(struct fake *fake)
{
    for (int i = 0; i < 3; i++) {
        loop_add_timer(fake->loop, 0, stop_loop, NULL);
        loop_run(fake->loop);
    }
}

void fake_connect(struct fake *fake, bool stop_on_entry)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    fake->channel = channel_create(pair[1]);
    assert_true(session_connect(fake->session, pair[0], stop_on_entry));
}

/* True if a message came within the time. */
static bool receive(struct fake *fake, int wait)
{
    for (int waited = 0; waited <= wait; waited++) {
        const char *malformed = NULL;
        if (channel_next(fake->channel, fake->in, &fake->request, &malformed)) {
            if (malformed)
                fail_msg("the session sent a malformed message: %s", malformed);
            return true;
        }
        fake_turn(fake);
        struct pollfd poller = {.fd = channel_fd(fake->channel), .events = POLLIN};
        if (poller.fd >= 0 && poll(&poller, 1, waited ? 1 : 0) > 0)
            channel_receive(fake->channel);
    }
    return false;
}

const struct value *fake_expect(struct fake *fake, const char *command)
{
    arena_reset(fake->in);
    if (!receive(fake, WAIT_MS))
        fail_msg("no request came, %s was expected", command);
    assert_int_equal(fake->request.kind, MESSAGE_REQUEST);
    assert_string_equal(fake->request.name, command);
    return fake->request.body;
}

void fake_expect_nothing(struct fake *fake)
{
    arena_reset(fake->in);
    if (receive(fake, 3))
        fail_msg("%s came, nothing was expected", fake->request.name);
}

static void post(struct fake *fake, struct value *message)
{
    assert_true(channel_send(fake->channel, fake->out, message) > 0);
    fake_turn(fake);
    arena_reset(fake->out);
}

void fake_answer(struct fake *fake, struct value *body)
{
    post(fake, message_response(fake->out, fake->request.seq, fake->request.name, body));
}

void fake_refuse(struct fake *fake, const char *why)
{
    post(fake, message_error(fake->out, fake->request.seq, fake->request.name, why));
}

void fake_event(struct fake *fake, const char *event, struct value *body)
{
    post(fake, message_event(fake->out, event, body));
}

/* JSON, as far as tests need it: no escapes but \", no floats. */

static struct value *parse(struct arena *arena, const char **at);

static void blanks(const char **at)
{
    while (isspace((unsigned char)**at) || **at == ',' || **at == ':')
        (*at)++;
}

static char *parse_text(struct arena *arena, const char **at)
{
    size_t used = 0;
    char *text = arena_alloc(arena, strlen(*at) + 1);
    for ((*at)++; **at && **at != '"'; (*at)++) {
        if (**at == '\\')
            (*at)++;
        text[used++] = **at;
    }
    (*at)++;
    return text;
}

static struct value *parse_list(struct arena *arena, const char **at, char end)
{
    struct value *list = end == '}' ? value_map(arena) : value_array(arena);
    (*at)++;
    for (blanks(at); **at && **at != end; blanks(at)) {
        if (end == '}') {
            char *key = parse_text(arena, at);
            blanks(at);
            value_set(arena, list, key, parse(arena, at));
        } else {
            value_append(arena, list, parse(arena, at));
        }
    }
    (*at)++;
    return list;
}

static struct value *parse(struct arena *arena, const char **at)
{
    blanks(at);
    if (**at == '{')
        return parse_list(arena, at, '}');
    if (**at == '[')
        return parse_list(arena, at, ']');
    if (**at == '"')
        return value_text(arena, parse_text(arena, at));
    if (strncmp(*at, "true", 4) == 0 || strncmp(*at, "false", 5) == 0) {
        bool yes = **at == 't';
        *at += yes ? 4 : 5;
        return value_bool(arena, yes);
    }
    char *end;
    long long number = strtoll(*at, &end, 10);
    assert_ptr_not_equal(end, *at);
    *at = end;
    return value_int(arena, number);
}

struct value *fake_json(struct fake *fake, const char *text)
{
    return parse(fake->out, &text);
}

void fake_start(struct fake *fake)
{
    fake_connect(fake, true);
    fake_expect(fake, "initialize");
    fake_answer(fake, fake_json(fake, "{\"pytui\": {\"protocolVersion\": 1, \"backendVersion\": \"0.1.0\", "
                                      "\"pythonVersion\": \"3.12.1\", \"implementation\": \"cpython\", "
                                      "\"engine\": \"monitoring\", \"pid\": 7}}"));
    fake_event(fake, "initialized", NULL);
    fake_expect(fake, "setFunctionBreakpoints");
    fake_answer(fake, fake_json(fake, "{\"breakpoints\": []}"));
    fake_expect(fake, "setExceptionBreakpoints");
    fake_answer(fake, NULL);
    fake_expect(fake, "configurationDone");
    fake_answer(fake, NULL);
}

void fake_stop(struct fake *fake, const char *reason, const char *name, int line, const char *variables)
{
    char text[4096];
    snprintf(text, sizeof text,
             "{\"reason\": \"%s\", \"threadId\": 1, \"allThreadsStopped\": true, \"pytui\": {"
             "\"stackFrames\": [{\"id\": 100, \"name\": \"%s\", \"line\": %d, \"column\": 1, \"source\": {\"path\": "
             "\"/t.py\"}}, {\"id\": 101, \"name\": \"<module>\", \"line\": 99, \"column\": 1, \"source\": {\"path\": "
             "\"/t.py\"}}], \"moreFrames\": false, \"threadName\": \"MainThread\", "
             "\"scopes\": [{\"name\": \"Locals\", \"variablesReference\": 10, \"expensive\": false}, "
             "{\"name\": \"Globals\", \"variablesReference\": 11, \"expensive\": true}], "
             "\"pages\": [{\"variablesReference\": 10, \"start\": 0, \"more\": false, \"variables\": %s}]}}",
             reason, name, line, variables);
    fake_event(fake, "stopped", fake_json(fake, text));
}
