/* Bytes come in at readable(), leave the channel as messages, and go by two tables: an event to its
 * row in session_events.c, a response to the request that waits for it. */
#include "session.h"

#include "log.h"
#include "loop.h"
#include "model_tree.h"
#include "path_map.h"
#include "protocol/arena.h"
#include "protocol/channel.h"
#include "protocol/schema.h"
#include "protocol/utf8.h"
#include "session_internal.h"
#include "xalloc.h"

#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGES_A_TURN 64
#define PATIENCE_MS     10000 /* without an answer from the interpreter, before we say so */
#define GRACE_MS        2000  /* between the channel's end and the program's, before it counts as lost */
#define PRIORITY        1

static void readable(struct loop *loop, int fd, short events, void *data);

struct session *session_create(struct loop *loop, const struct session_handlers *handlers)
{
    struct session *session = xcalloc(1, sizeof *session);
    session->loop = loop;
    session->handlers = *handlers;
    session->model = model_create();
    session->in = arena_create();
    session->out = arena_create();
    if (!session->in || !session->out)
        abort();
    return session;
}

struct model *session_model(struct session *session)
{
    return session->model;
}

static void request_finish(struct request *request)
{
    free(request->path);
    free(request->ids);
    free(request->text);
}

/* Nobody answers any more: those who wait are told. */
static void fail_requests(struct session *session)
{
    struct request *requests = session->requests;
    size_t count = session->request_count;
    session->requests = NULL;
    session->request_count = session->request_capacity = 0;
    for (size_t i = 0; i < count; i++)
        session->cut_off = session->cut_off || requests[i].runs_code;
    for (size_t i = 0; i < count; i++) {
        if (requests[i].handler)
            requests[i].handler(session, NULL, &requests[i]);
        request_finish(&requests[i]);
    }
    free(requests);
    session->refreshing = 0;
}

static void close_channel(struct session *session)
{
    loop_remove(session->loop, session->watch);
    loop_remove(session->loop, session->again);
    loop_remove(session->loop, session->patience);
    loop_remove(session->loop, session->slow);
    session->watch = session->again = session->patience = session->slow = 0;
    session->told_slow = false;
    channel_destroy(session->channel);
    session->channel = NULL;
    session->phase = PHASE_CLOSED;
    session_moves_drop(session);
    session->in_flight = MOVE_NONE;
    fail_requests(session);
}

void session_destroy(struct session *session)
{
    if (!session)
        return;
    session->handlers = (struct session_handlers){0};
    for (size_t i = 0; i < session->request_count; i++)
        session->requests[i].handler = NULL; /* those who asked may be half gone themselves */
    close_channel(session);
    loop_remove(session->loop, session->grace);
    session_drop_view(session);
    log_write("session: %llu requests sent", (unsigned long long)session->sent);
    free(session->reason);
    free(session->shell);
    path_map_destroy(session->paths);
    arena_destroy(session->in);
    arena_destroy(session->out);
    model_destroy(session->model);
    free(session);
}

void session_changed(struct session *session)
{
    session->model->generation++;
    if (session->handlers.changed)
        session->handlers.changed(session, session->handlers.data);
}

void session_say(struct session *session, bool error, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (error)
        log_write("session: %s", text);
    if (session->handlers.message)
        session->handlers.message(session, error, text, session->handlers.data);
}

void session_replace(char **field, const char *text)
{
    char *copy = xstrdup(text);
    free(*field);
    *field = copy;
}

int session_number(const struct value *map, const char *key)
{
    int64_t number = value_get_int(map, key, 0);
    return number > 0 && number <= INT_MAX ? (int)number : 0;
}

struct value *session_arguments(struct session *session)
{
    arena_reset(session->out);
    return value_map(session->out);
}

struct value *session_source_value(struct session *session, const char *path)
{
    struct value *source = value_map(session->out);
    char *there = path_map_there(session->paths, path);
    if (there) {
        value_set(session->out, source, "path", value_string(session->out, there, strlen(there)));
        free(there);
        return source;
    }
    value_set_text(session->out, source, "path", path);
    size_t length = strlen(path);
    if (!utf8_valid(path, length)) {
        struct value *extension = value_map(session->out);
        value_set(session->out, extension, "rawPath", value_bytes(session->out, path, length));
        value_set(session->out, source, "pytui", extension);
    }
    return source;
}

static void watch_channel(struct session *session)
{
    if (session->watch)
        loop_set_events(session->loop, session->watch,
                        channel_wants_write(session->channel) ? POLLIN | POLLOUT : POLLIN);
}

/* Whoever shares something with the program gives it back before COMMAND lets it run. */
static void tell_leaving(struct session *session, const char *command)
{
    static const struct {
        const char *command;
        bool ends;
    } leaving[] = {
        {"continue", false},  {"next", false},        {"stepIn", false},
        {"stepOut", false},   {"pytui/runTo", false}, {"pytui/until", false},
        {"disconnect", true}, {"terminate", true},    {"pytui/shell", false},
    };
    for (size_t i = 0; i < sizeof leaving / sizeof *leaving; i++)
        if (strcmp(command, leaving[i].command) == 0)
            session->handlers.leaves(session, leaving[i].ends, session->handlers.data);
}

/* By who only watches: what looks, and what begins and ends its own session. */
static bool may_be_sent(const char *command)
{
    static const char *const own[] = {"initialize", "configurationDone", "disconnect", "cancel"};
    const struct message_schema *schema = schema_find(MESSAGE_REQUEST, command);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(own[i], command) == 0)
            return true;
    return schema && schema->looks;
}

int64_t session_request(struct session *session, const char *command, struct value *arguments,
                        const struct request *template)
{
    struct request request = template ? *template : (struct request){0};
    if (!arguments)
        arena_reset(session->out);
    if (session->read_only && !may_be_sent(command)) {
        request_finish(&request);
        return 0;
    }
    if (session->channel && session->handlers.leaves)
        tell_leaving(session, command);
    if (session->channel)
        request.seq = channel_send(session->channel, session->out, message_request(session->out, command, arguments));
    if (request.seq == 0) {
        request_finish(&request);
        return 0;
    }
    xgrow(&session->requests, &session->request_capacity, session->request_count + 1, sizeof *session->requests);
    session->requests[session->request_count++] = request;
    session->sent++;
    if (request.refresh)
        session->refreshing++;
    if (request.runs_code)
        session_watch_slow(session);
    watch_channel(session);
    return request.seq;
}

const char *session_failure(const struct message *response)
{
    if (!response)
        return "the connection to the program ended";
    return response->success ? NULL : response->error;
}

void session_lose(struct session *session, const char *why)
{
    if (session->model->state == MODEL_ENDED || session->model->state == MODEL_LOST)
        return;
    log_write("session: lost: %s", why);
    close_channel(session);
    session->model->state = MODEL_LOST;
    session->model->over = session->terminated;
    session_changed(session);
    session_say(session, !session->terminated, "%s", why);
}

void session_report_failure(struct session *session, const struct message *response, struct request *request)
{
    (void)request;
    const char *failure = session_failure(response);
    if (failure && response)
        session_say(session, true, "%s", failure);
}

void session_refuse(struct session *session, const char *why)
{
    log_write("session: refused: %s", why);
    close_channel(session);
    session->model->state = MODEL_LOST;
    session_changed(session);
    if (session->handlers.refused)
        session->handlers.refused(session, why, session->handlers.data);
}

/* Start-up: initialize, its answer and `initialized` (in either order), then what is set, then off. */

static void configured(struct session *session, const struct message *response, struct request *request)
{
    (void)request;
    const char *failure = session_failure(response);
    if (failure) {
        session_say(session, true, "%s", failure);
        return;
    }
    if (session->model->state == MODEL_STARTING) {
        session->model->state = MODEL_RUNNING;
        session_changed(session);
    }
}

static void send_settings(struct session *session)
{
    session_send_breakpoints(session);
    session_send_filters(session);
    if (session->model->all_code || session->model->code_rule_count > 0)
        session_send_code(session);
    if (session->model->watch_count > 0)
        session_send_watches(session);
}

static void configure(struct session *session)
{
    if (!session->capable || !session->initialized || session->phase != PHASE_INITIALIZE)
        return;
    if (!session->read_only)
        send_settings(session);
    struct value *arguments = session_arguments(session);
    struct value *extension = value_map(session->out);
    value_set_bool(session->out, extension, "stopOnEntry", session->stop_on_entry);
    value_set(session->out, arguments, "pytui", extension);
    session_request(session, "configurationDone", arguments, &(struct request){.handler = configured});
    session->phase = PHASE_CONFIGURED;
    if (session->read_only)
        session_list_breakpoints(session);
}

static void capabilities(struct session *session, const struct message *response, struct request *request)
{
    (void)request;
    if (!response)
        return; /* the end of the channel has its own message */
    if (!response->success) {
        session_refuse(session, response->error);
        return;
    }
    const struct value *extension = value_get_map(response->body, "pytui");
    int64_t version = value_get_int(extension, "protocolVersion", 0);
    if (version != MESSAGE_PROTOCOL_VERSION) {
        char why[256];
        snprintf(why, sizeof why,
                 "the interpreter's backend speaks protocol version %lld and this pytui %d: install both from the "
                 "same release (its version is %s, this one %s)",
                 (long long)version, MESSAGE_PROTOCOL_VERSION, value_get_text(extension, "backendVersion", "unknown"),
                 PYTUI_VERSION);
        session_refuse(session, why);
        return;
    }
    session_replace(&session->model->python_version, value_get_text(extension, "pythonVersion", NULL));
    session->model->pid = value_get_int(extension, "pid", 0);
    session->capable = true;
    loop_remove(session->loop, session->patience);
    session->patience = 0;
    configure(session);
    session_changed(session);
}

static void impatient(struct loop *loop, void *data)
{
    (void)loop;
    struct session *session = data;
    session->patience = 0;
    session_say(session, true, "the interpreter has not answered yet; it may be slow to start, or no Python; q leaves");
}

bool session_connect(struct session *session, int fd, bool stop_on_entry)
{
    session->cut_off = false;
    if (session->phase != PHASE_NEW) {
        close(fd);
        return false;
    }
    session->channel = channel_create(fd);
    if (!session->channel)
        abort();
    session->stop_on_entry = stop_on_entry;
    session->phase = PHASE_INITIALIZE;
    session->watch = loop_add_fd(session->loop, channel_fd(session->channel), POLLIN, PRIORITY, readable, session);
    session->patience = loop_add_timer(session->loop, PATIENCE_MS, impatient, session);

    struct value *arguments = session_arguments(session);
    value_set_text(session->out, arguments, "adapterID", "pytui");
    value_set_text(session->out, arguments, "clientID", "pytui");
    value_set_bool(session->out, arguments, "linesStartAt1", true);
    value_set_bool(session->out, arguments, "columnsStartAt1", true);
    value_set_text(session->out, arguments, "pathFormat", "path");
    struct value *extension = value_map(session->out);
    value_set_int(session->out, extension, "protocolVersion", MESSAGE_PROTOCOL_VERSION);
    value_set_text(session->out, extension, "clientVersion", PYTUI_VERSION);
    if (session->when_lost)
        value_set_text(session->out, extension, "whenLost", session->when_lost);
    if (session->read_only)
        value_set_bool(session->out, extension, "readOnly", true);
    if (session->reattach)
        value_set_bool(session->out, extension, "listenWhenLeft", true);
    value_set(session->out, arguments, "pytui", extension);
    session_request(session, "initialize", arguments, &(struct request){.handler = capabilities});
    return true;
}

bool session_attach(struct session *session, int fd, bool stop)
{
    session->attached = true;
    return session_connect(session, fd, stop);
}

void session_set_paths(struct session *session, const char *rules)
{
    path_map_destroy(session->paths);
    session->paths = path_map_create(rules);
}

void session_set_when_lost(struct session *session, const char *what)
{
    session->when_lost = strcmp(what, "wait") == 0 ? "wait" : "continue";
}

void session_set_read_only(struct session *session, bool on)
{
    session->read_only = on;
}

bool session_read_only(const struct session *session)
{
    return session->read_only;
}

void session_set_reattach(struct session *session, bool on)
{
    session->reattach = on;
}

void session_reset(struct session *session)
{
    close_channel(session);
    loop_remove(session->loop, session->grace);
    session->grace = 0;
    session_drop_view(session);
    session_replace(&session->reason, NULL);
    session->phase = PHASE_NEW;
    session->capable = session->initialized = session->terminated = session->exited = session->output_open = false;
    model_forget_program(session->model);
    session_changed(session);
}

bool session_connected(const struct session *session)
{
    return session->channel != NULL;
}

int64_t session_newest_request(const struct session *session)
{
    return session->request_count > 0 ? session->requests[session->request_count - 1].seq : 0;
}

bool session_awaits(const struct session *session, int64_t request)
{
    for (size_t i = 0; i < session->request_count; i++)
        if (session->requests[i].seq == request)
            return true;
    return false;
}

/* Messages */

static void respond(struct session *session, const struct message *response)
{
    for (size_t i = 0; i < session->request_count; i++) {
        if (session->requests[i].seq != response->request_seq)
            continue;
        struct request request = session->requests[i];
        memmove(&session->requests[i], &session->requests[i + 1],
                (--session->request_count - i) * sizeof *session->requests);
        if (request.refresh && session->refreshing > 0)
            session->refreshing--;
        if (request.runs_code)
            session_unwatch_slow(session);
        if (request.handler)
            request.handler(session, response, &request);
        request_finish(&request);
        return;
    }
    log_write("session: an answer that nobody waits for: %s, request_seq %lld", response->name,
              (long long)response->request_seq);
}

static void handle(struct session *session, const struct message *message, const char *malformed)
{
    if (malformed)
        log_write("session: malformed %s: %s", message->name ? message->name : "message", malformed);
    switch (message->kind) {
    case MESSAGE_RESPONSE:
        respond(session, message);
        break;
    case MESSAGE_EVENT:
        if (malformed || !message->name)
            break;
        if (strcmp(message->name, "initialized") == 0) {
            session->initialized = true;
            configure(session);
        } else {
            session_event(session, message);
        }
        break;
    case MESSAGE_REQUEST:
        session_arguments(session);
        channel_send(session->channel, session->out,
                     message_error(session->out, message->seq, message->name, "pytui takes no requests"));
        break;
    }
}

static void lost(struct loop *loop, void *data)
{
    (void)loop;
    struct session *session = data;
    session->grace = 0;
    session_lose(session, session->terminated
                              ? "debugging is over; the program is still ending"
                              : "the interpreter closed the connection, the program goes on (did it exec?)");
}

/* The peer closed: the program ended (its status comes from elsewhere, soon), or became another one. */
static void peer_closed(struct session *session)
{
    log_write("session: the peer closed the channel");
    close_channel(session);
    if (session->read_only && !session->exited) {
        session_lose(session, session->terminated ? "the other debugger has left: :take-over takes its place, q leaves"
                                                  : "the connection ended: :take-over attaches again, q leaves");
        return;
    }
    if (session->attached && session->terminated && session->exited) {
        session_exited(session, (session->exit_code & 0xff) << 8);
        return;
    }
    if (session->model->state == MODEL_STOPPED)
        session->model->state = MODEL_RUNNING;
    if (session->attached) {
        session_lose(session, session->terminated
                                  ? "debugging is over, and the program goes on"
                                  : "the program closed the connection: it was ended, or became another one");
        return;
    }
    if (session->model->state != MODEL_ENDED && !session->grace)
        session->grace = loop_add_timer(session->loop, GRACE_MS, lost, session);
    session_changed(session);
}

/* Deliver what was received, at most LIMIT messages. True when there may be more. */
static bool deliver(struct session *session, int limit)
{
    for (int i = 0; i < limit; i++) {
        struct message message;
        const char *malformed = NULL;
        arena_reset(session->in);
        if (!session->channel || !channel_next(session->channel, session->in, &message, &malformed))
            return false;
        value_mark_nuls(session->in, (struct value *)(uintptr_t)message.body); /* names and values are C strings here */
        handle(session, &message, malformed);
    }
    return true;
}

static void check_state(struct session *session)
{
    if (!session->channel)
        return;
    switch (channel_state(session->channel)) {
    case CHANNEL_OPEN:
        watch_channel(session);
        break;
    case CHANNEL_EOF:
        peer_closed(session);
        break;
    case CHANNEL_FAILED: {
        char why[512];
        snprintf(why, sizeof why, "the connection to the interpreter failed: %s", channel_error(session->channel));
        session_lose(session, why);
        break;
    }
    }
}

static void continue_delivery(struct loop *loop, void *data)
{
    struct session *session = data;
    session->again = 0;
    if (deliver(session, MESSAGES_A_TURN)) {
        if (!session->again)
            session->again = loop_add_timer(loop, 0, continue_delivery, session);
    } else {
        check_state(session);
    }
}

static void readable(struct loop *loop, int fd, short events, void *data)
{
    (void)fd;
    struct session *session = data;
    if (events & POLLOUT)
        channel_flush(session->channel);
    if (session->again)
        return; /* what was received before comes first */
    if (events & ~POLLOUT)
        channel_receive(session->channel);
    continue_delivery(loop, session);
}

void session_exited(struct session *session, int status)
{
    bool open = true;
    for (int i = 0; session->channel && open && i < 64; i++) { /* last words */
        open = channel_receive(session->channel) == CHANNEL_OPEN;
        while (deliver(session, MESSAGES_A_TURN))
            ;
    }
    close_channel(session);
    loop_remove(session->loop, session->grace);
    session->grace = 0;
    session->model->state = MODEL_ENDED;
    session->model->exit_status = status;
    session->model->exit_known = true;
    if (session->cut_off) {
        model_add_line(session->model, MODEL_LINE_ERROR, "the code that was asked for ended the program");
        session_say(session, true, "the code that was asked for ended the program");
    }
    if (!session->capable) /* what it printed stands in the Terminal */
        session_say(session, true, "the interpreter ended before the program: is it a CPython?");
    session_changed(session);
}
