/* What moves the program, and its type-ahead: a move is sent at a stop; those given before it wait
 * their turn and are forgotten when the program stopped for another reason than the move before. */
#include "log.h"
#include "model_tree.h"
#include "protocol/arena.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

static const char *const commands[] = {
    [MOVE_CONTINUE] = "continue",  [MOVE_NEXT] = "next",
    [MOVE_STEP_IN] = "stepIn",     [MOVE_STEP_OUT] = "stepOut",
    [MOVE_RUN_TO] = "pytui/runTo", [MOVE_UNTIL] = "pytui/until",
    [MOVE_JUMP] = "gotoTargets",   [MOVE_TARGETS] = "stepInTargets",
    [MOVE_TARGET] = "stepIn",
};

/* Reasons with which a move ends as it was meant to. NONE is the start of the program. */
static const char *const meant[][3] = {
    [MOVE_NONE] = {"entry"},    [MOVE_CONTINUE] = {"breakpoint", "function breakpoint"},
    [MOVE_NEXT] = {"step"},     [MOVE_STEP_IN] = {"step"},
    [MOVE_STEP_OUT] = {"step"}, [MOVE_RUN_TO] = {"goto"},
    [MOVE_UNTIL] = {"step"},    [MOVE_JUMP] = {"goto"},
    [MOVE_TARGETS] = {"step"},  [MOVE_TARGET] = {"step"},
};

size_t session_pending(const struct session *session)
{
    return session->move_count + (session->in_flight != MOVE_NONE) + session->refreshing;
}

bool session_moving(const struct session *session)
{
    return session->move_count > 0 || session->in_flight != MOVE_NONE;
}

void session_moves_drop(struct session *session)
{
    for (size_t i = 0; i < session->move_count; i++)
        free(session->moves[i].path);
    session->move_count = 0;
}

void session_moves_landed(struct session *session, const char *reason)
{
    bool as_meant = false;
    for (size_t i = 0; i < 3; i++)
        as_meant = as_meant || (meant[session->in_flight][i] && strcmp(meant[session->in_flight][i], reason) == 0);
    if (!as_meant && session->move_count > 0) {
        log_write("session: stopped by %s: %zu commands typed ahead are forgotten", reason, session->move_count);
        session_moves_drop(session);
    }
    session->in_flight = MOVE_NONE;
}

/* The move in flight, or what it was to begin with, did not go. */
static void stayed(struct session *session)
{
    session->in_flight = MOVE_NONE;
    session_moves_drop(session);
    if (session->model->state == MODEL_RUNNING)
        session->model->state = MODEL_STOPPED;
    session_changed(session);
}

static void moved(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    if (!failure || !response)
        return;
    session_say(session, true, "%s", failure);
    if (request->view == session->flight && session->in_flight != MOVE_NONE)
        stayed(session);
}

/* Where can be jumped to is known: one place, since the backend decides. */
static void jumping(struct session *session, const struct message *response, struct request *request)
{
    if (session_failure(response)) {
        moved(session, response, request);
        return;
    }
    const struct value *target = value_at(value_get_array(response->body, "targets"), 0);
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "threadId", session->model->thread_id);
    value_set_int(session->out, arguments, "targetId", value_get_int(target, "id", 0));
    session_request(session, "goto", arguments, &(struct request){.handler = moved, .view = request->view});
}

/* Whether TEXT is the call that LABEL shows, or its function's name: what is before the parenthesis that belongs
 * to the last one. */
static bool is_named(const char *label, const char *text)
{
    size_t end = strlen(label), length = strlen(text);
    for (int depth = 0; end > 0;) {
        char c = label[--end];
        depth += c == ')' ? 1 : c == '(' ? -1 : 0;
        if (depth <= 0)
            break;
    }
    if (strcmp(label, text) == 0)
        return true;
    if (end < length || strncmp(label + end - length, text, length) != 0)
        return false;
    return end == length || label[end - length - 1] == '.' || label[end - length - 1] == '@';
}

/* The id of the target that TEXT means, its number from 1 or its name; 0: none, or not one alone. */
static int64_t meant_target(const struct value *targets, const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);
    int64_t found = 0;
    if (end != text && !*end)
        return number > 0 ? value_get_int(value_at(targets, (size_t)number - 1), "id", 0) : 0;
    for (size_t i = 0; i < value_count(targets); i++) {
        const struct value *target = value_at(targets, i);
        if (!*text || is_named(value_get_text(target, "label", ""), text)) {
            if (found)
                return 0;
            found = value_get_int(target, "id", 0);
        }
    }
    return found;
}

static void offer_targets(struct session *session, const struct value *targets)
{
    size_t count = value_count(targets);
    struct session_target *list = xcalloc(count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const struct value *target = value_at(targets, i);
        list[i] = (struct session_target){.id = value_get_int(target, "id", 0),
                                          .label = value_get_text(target, "label", ""),
                                          .line = (int)value_get_int(target, "line", 0)};
    }
    session->handlers.targets(session, list, count, session->handlers.data);
    free(list);
}

/* The calls that can be stepped into are known: go, or let the user choose. */
static void targeting(struct session *session, const struct message *response, struct request *request)
{
    if (session_failure(response) || request->view != session->flight) {
        moved(session, response, request);
        return;
    }
    const struct value *targets = value_get_array(response->body, "targets");
    const char *text = request->text ? request->text : "";
    int64_t id = meant_target(targets, text);
    if (id) {
        struct value *arguments = session_arguments(session);
        value_set_int(session->out, arguments, "threadId", session->model->thread_id);
        value_set_int(session->out, arguments, "targetId", id);
        if (session->model->single)
            value_set_bool(session->out, arguments, "singleThread", true);
        session_request(session, commands[MOVE_TARGET], arguments,
                        &(struct request){.handler = moved, .view = request->view});
        return;
    }
    stayed(session);
    if (value_count(targets) == 0)
        session_say(session, true, "no call is still to come in this statement");
    else if (*text && strspn(text, "0123456789") == strlen(text))
        session_say(session, true, "there are %zu calls to step into", value_count(targets));
    else if (session->handlers.targets)
        offer_targets(session, targets);
}

static response_handler answer_handler(enum move_kind kind)
{
    return kind == MOVE_JUMP ? jumping : kind == MOVE_TARGETS ? targeting : moved;
}

static void send_move(struct session *session, const struct move *move)
{
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "threadId", session->model->thread_id);
    if (session->model->single && (move->kind <= MOVE_STEP_OUT || move->kind == MOVE_TARGET))
        value_set_bool(session->out, arguments, "singleThread", true);
    bool targets = move->kind == MOVE_TARGETS;
    if (targets)
        value_set_int(session->out, arguments, "frameId", 0);
    if (move->path && !targets)
        value_set(session->out, arguments, "source", session_source_value(session, move->path));
    if (move->id)
        value_set_int(session->out, arguments, "targetId", move->id);
    if (move->line)
        value_set_int(session->out, arguments, "line", move->line);
    session->flight++;
    if (!session_request(session, commands[move->kind], arguments,
                         &(struct request){.handler = answer_handler(move->kind),
                                           .view = session->flight,
                                           .text = targets ? xstrdup(move->path) : NULL}))
        return;
    session->in_flight = move->kind;
    session->model->state = MODEL_RUNNING;
}

void session_moves_next(struct session *session)
{
    if (session->move_count == 0 || session->model->state != MODEL_STOPPED || session->in_flight != MOVE_NONE)
        return;
    struct move move = session->moves[0];
    memmove(session->moves, session->moves + 1, --session->move_count * sizeof *session->moves);
    send_move(session, &move);
    free(move.path);
    session_changed(session);
}

/* Why the program cannot be moved by KIND; NULL if it can. */
static const char *immovable(const struct session *session, enum move_kind kind)
{
    const struct model *model = session->model;
    switch (model->state) {
    case MODEL_ENDED:
        return "the program has ended; q leaves";
    case MODEL_LOST:
        return "there is no connection to the program any more";
    case MODEL_STOPPED:
        if (session->shell)
            return SESSION_IN_SHELL;
        if (model->post_mortem && kind != MOVE_CONTINUE)
            return "post-mortem: the program ended by this exception; c lets it go, q leaves";
        break;
    case MODEL_STARTING:
    case MODEL_RUNNING:
        if (session->terminated || session->phase == PHASE_CLOSED)
            return "the program is ending";
        break;
    }
    return session->move_count < MOVES_MAX ? NULL : "too many commands typed ahead";
}

/* Queue MOVE, and take over its path. */
static bool queue(struct session *session, struct move move)
{
    const char *why = immovable(session, move.kind);
    if (why) {
        session_say(session, true, "%s", why);
        free(move.path);
        return false;
    }
    session->moves[session->move_count++] = move;
    session_moves_next(session);
    session_changed(session);
    return true;
}

static bool move(struct session *session, enum move_kind kind, const char *path, int line)
{
    return queue(session, (struct move){.kind = kind, .path = xstrdup(path), .line = line});
}

bool session_step(struct session *session, enum session_step step)
{
    static const enum move_kind kinds[] = {
        [SESSION_CONTINUE] = MOVE_CONTINUE,
        [SESSION_NEXT] = MOVE_NEXT,
        [SESSION_STEP_IN] = MOVE_STEP_IN,
        [SESSION_STEP_OUT] = MOVE_STEP_OUT,
    };
    return move(session, kinds[step], NULL, 0);
}

bool session_run_to(struct session *session, const char *path, int line)
{
    return move(session, MOVE_RUN_TO, path, line);
}

bool session_until(struct session *session, int line)
{
    return move(session, MOVE_UNTIL, NULL, line);
}

bool session_jump(struct session *session, const char *path, int line)
{
    return move(session, MOVE_JUMP, path, line);
}

bool session_step_into_target(struct session *session, const char *which)
{
    return move(session, MOVE_TARGETS, which, 0);
}

bool session_step_to(struct session *session, int64_t target)
{
    return queue(session, (struct move){.kind = MOVE_TARGET, .id = target});
}

static void ending(struct session *session, const struct message *response, struct request *request)
{
    (void)request;
    const char *failure = session_failure(response);
    if (failure && response)
        session_say(session, true, "%s", failure);
}

bool session_terminate(struct session *session)
{
    if (session->shell)
        session_interrupt_evaluate(session);
    session_moves_drop(session);
    model_frozen_clear(session->model); /* all are thawed for that */
    return session_request(session, "terminate", NULL, &(struct request){.handler = ending}) != 0;
}

bool session_disconnect(struct session *session, bool terminate)
{
    if (session->shell) /* the request would wait for its end */
        session_interrupt_evaluate(session);
    session_moves_drop(session);
    struct value *arguments = session_arguments(session);
    value_set_bool(session->out, arguments, "terminateDebuggee", terminate);
    return session_request(session, "disconnect", arguments, &(struct request){.handler = ending}) != 0;
}
