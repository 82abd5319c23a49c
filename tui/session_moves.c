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
    [MOVE_CONTINUE] = "continue", [MOVE_NEXT] = "next",          [MOVE_STEP_IN] = "stepIn",
    [MOVE_STEP_OUT] = "stepOut",  [MOVE_RUN_TO] = "pytui/runTo", [MOVE_UNTIL] = "pytui/until",
    [MOVE_JUMP] = "gotoTargets",
};

/* Reasons with which a move ends as it was meant to. NONE is the start of the program. */
static const char *const meant[][3] = {
    [MOVE_NONE] = {"entry"},    [MOVE_CONTINUE] = {"breakpoint", "function breakpoint"},
    [MOVE_NEXT] = {"step"},     [MOVE_STEP_IN] = {"step"},
    [MOVE_STEP_OUT] = {"step"}, [MOVE_RUN_TO] = {"goto"},
    [MOVE_UNTIL] = {"step"},    [MOVE_JUMP] = {"goto"},
};

size_t session_pending(const struct session *session)
{
    return session->move_count + (session->in_flight != MOVE_NONE) + session->refreshing;
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

static void moved(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    if (!failure || !response)
        return;
    session_say(session, true, "%s", failure);
    if (request->view != session->flight || session->in_flight == MOVE_NONE)
        return;
    session->in_flight = MOVE_NONE; /* it did not go */
    session_moves_drop(session);
    if (session->model->state == MODEL_RUNNING)
        session->model->state = MODEL_STOPPED;
    session_changed(session);
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

static void send_move(struct session *session, const struct move *move)
{
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "threadId", session->model->thread_id);
    if (session->model->single && move->kind <= MOVE_STEP_OUT)
        value_set_bool(session->out, arguments, "singleThread", true);
    if (move->path)
        value_set(session->out, arguments, "source", session_source_value(session, move->path));
    if (move->line)
        value_set_int(session->out, arguments, "line", move->line);
    session->flight++;
    if (!session_request(
            session, commands[move->kind], arguments,
            &(struct request){.handler = move->kind == MOVE_JUMP ? jumping : moved, .view = session->flight}))
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

static bool move(struct session *session, enum move_kind kind, const char *path, int line)
{
    const char *why = immovable(session, kind);
    if (why) {
        session_say(session, true, "%s", why);
        return false;
    }
    session->moves[session->move_count++] = (struct move){.kind = kind, .path = xstrdup(path), .line = line};
    session_moves_next(session);
    session_changed(session);
    return true;
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

static void ending(struct session *session, const struct message *response, struct request *request)
{
    (void)request;
    const char *failure = session_failure(response);
    if (failure && response)
        session_say(session, true, "%s", failure);
}

bool session_terminate(struct session *session)
{
    session_moves_drop(session);
    model_frozen_clear(session->model); /* all are thawed for that */
    return session_request(session, "terminate", NULL, &(struct request){.handler = ending}) != 0;
}

bool session_disconnect(struct session *session, bool terminate)
{
    session_moves_drop(session);
    struct value *arguments = session_arguments(session);
    value_set_bool(session->out, arguments, "terminateDebuggee", terminate);
    return session_request(session, "disconnect", arguments, &(struct request){.handler = ending}) != 0;
}
