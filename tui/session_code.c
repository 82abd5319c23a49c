/* Whose code steps stop in: just my code, on or off, and the rules that say whose is whose. */
#include "protocol/arena.h"
#include "session_internal.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

/* Paths have a slash, a wildcard or an angle bracket, or end like a file; all else is a module. */
static bool names_path(const char *pattern)
{
    size_t length = strlen(pattern);
    return strpbrk(pattern, "/*?[<") || (length > 3 && strcmp(pattern + length - 3, ".py") == 0);
}

static struct value *rule_value(struct session *session, const struct model_code_rule *rule)
{
    struct value *value = value_map(session->out);
    value_set_text(session->out, value, names_path(rule->pattern) ? "path" : "module", rule->pattern);
    value_set_bool(session->out, value, "include", rule->user);
    return value;
}

static void marks_arrived(struct session *session, const struct message *response, struct request *request)
{
    struct model *model = session->model;
    if (!response || !response->success || request->view != model->stops)
        return;
    const struct value *frames = value_get_array(response->body, "stackFrames");
    for (size_t i = 0; i < value_count(frames) && i < model->frame_count; i++)
        if (value_get_int(value_at(frames, i), "id", 0) == model->frames[i].id)
            model->frames[i].subtle =
                strcmp(value_get_text(value_at(frames, i), "presentationHint", ""), "subtle") == 0;
    session_changed(session);
}

/* The frames known so far carry marks of the former rules. */
static void fetch_marks(struct session *session)
{
    struct value *arguments = session_arguments(session);
    value_set_int(session->out, arguments, "threadId", session->model->thread_id);
    value_set_int(session->out, arguments, "levels", (int64_t)session->model->frame_count);
    session_request(session, "stackTrace", arguments,
                    &(struct request){.handler = marks_arrived, .view = session->model->stops});
}

static void code_set(struct session *session, const struct message *response, struct request *request)
{
    const char *failure = session_failure(response);
    if (failure && response)
        session_say(session, true, "%s", failure);
    else if (response && request->refresh && session->model->state == MODEL_STOPPED &&
             request->view == session->model->stops && session->model->frame_count > 0)
        fetch_marks(session);
}

static void send_code(struct session *session, bool with_rules)
{
    const struct model *model = session->model;
    struct value *arguments = session_arguments(session);
    struct value *rules = value_array(session->out);
    for (size_t i = 0; i < model->code_rule_count; i++)
        value_append(session->out, rules, rule_value(session, &model->code_rules[i]));
    value_set_bool(session->out, arguments, "justMyCode", !model->all_code);
    if (with_rules)
        value_set(session->out, arguments, "rules", rules);
    session_request(session, "pytui/setJustMyCode", arguments,
                    &(struct request){.handler = code_set, .view = model->stops, .refresh = with_rules});
}

void session_send_code(struct session *session)
{
    send_code(session, true);
}

void session_set_just_my_code(struct session *session, bool on)
{
    session->model->all_code = !on;
    if (session->phase == PHASE_CONFIGURED)
        send_code(session, false);
    session_changed(session);
}

/* What was said last comes first: it is meant to change what holds so far. */
void session_add_code_rule(struct session *session, const char *pattern, bool user)
{
    struct model *model = session->model;
    xgrow(&model->code_rules, &model->code_rule_capacity, model->code_rule_count + 1, sizeof *model->code_rules);
    memmove(model->code_rules + 1, model->code_rules, model->code_rule_count * sizeof *model->code_rules);
    model->code_rules[0] = (struct model_code_rule){.pattern = xstrdup(pattern), .user = user};
    model->code_rule_count++;
    if (session->phase == PHASE_CONFIGURED)
        session_send_code(session);
}
