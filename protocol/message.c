#include "message.h"

#include "arena.h"
#include "value.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {
    [MESSAGE_REQUEST] = "request",
    [MESSAGE_EVENT] = "event",
    [MESSAGE_RESPONSE] = "response",
};

/* The kind that a message's "type" names; false if none. */
static bool find_kind(const char *type, enum message_kind *kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(type, kinds[i]) == 0) {
            *kind = (enum message_kind)i;
            return true;
        }
    }
    return false;
}

/* OUT->body from FIELD of VALUE: an empty map when it is absent. */
static bool take_body(struct arena *arena, const struct value *value, const char *field, struct message *out,
                      char *reason, size_t size)
{
    const struct value *body = value_get(value, field);
    if (!body || body->type == VALUE_NULL)
        body = value_map(arena);
    if (!body) {
        snprintf(reason, size, "out of memory");
        return false;
    }
    if (body->type != VALUE_MAP) {
        snprintf(reason, size, "%s: map expected, got %s", field, value_type_name(body->type));
        return false;
    }
    out->body = body;
    return true;
}

static bool check_body(const struct object_schema *object, const char *field, const struct message *message,
                       char *reason, size_t size)
{
    int length = snprintf(reason, size, "%s.", field);
    size_t prefix = length < 0 ? 0 : (size_t)length < size ? (size_t)length : size;
    if (object && !schema_check(object, message->body, reason + prefix, size - prefix))
        return false;
    if (size > 0)
        reason[0] = '\0';
    return true;
}

/* What went wrong, for people: DAP's error object, else the short text, else that there is none. */
static const char *error_text(const struct value *value)
{
    const struct value *error = value_get_map(value_get_map(value, "body"), "error");
    const char *text = value_get_text(error, "format", value_get_text(value, "message", NULL));
    return text && text[0] ? text : "refused without a reason";
}

static bool parse_response(struct arena *arena, const struct value *value, struct message *out, char *reason,
                           size_t size)
{
    const struct value *success = value_get(value, "success");
    out->request_seq = value_get_int(value, "request_seq", 0);
    if (out->request_seq <= 0 || !success || success->type != VALUE_BOOL) {
        snprintf(reason, size, "a response needs request_seq, an integer above 0, and success, a boolean");
        return false;
    }
    out->success = success->boolean;
    out->schema = schema_find(MESSAGE_REQUEST, out->name);
    if (!out->success) {
        out->error = error_text(value);
        const struct value *body = value_get_map(value, "body");
        out->body = body ? body : out->body;
        return true;
    }
    if (take_body(arena, value, "body", out, reason, size) &&
        check_body(out->schema ? out->schema->result : NULL, "body", out, reason, size)) {
        out->error = NULL;
        return true;
    }
    out->success = false; /* whoever waits for it must not use the body */
    out->error = arena_printf(arena, "malformed response: %s", reason);
    if (!out->error)
        out->error = "malformed response";
    return false;
}

bool message_parse(struct arena *arena, const struct value *value, struct message *out, char *reason, size_t size)
{
    enum message_kind kind;
    int64_t seq = value_get_int(value, "seq", 0);
    const char *type = value_get_text(value, "type", "");
    *out = (struct message){.kind = MESSAGE_EVENT, .name = "", .body = value_map(arena)};
    if (!out->body) {
        snprintf(reason, size, "out of memory");
        return false;
    }
    if (seq <= 0 || !find_kind(type, &kind)) {
        snprintf(reason, size, "not a message: it needs seq, an integer above 0, and type: request, response or event");
        return false;
    }
    const char *name_field = kind == MESSAGE_EVENT ? "event" : "command";
    const char *name = value_get_text(value, name_field, NULL);
    out->kind = kind;
    out->seq = seq;
    out->name = name ? name : "";
    if (kind == MESSAGE_RESPONSE)
        out->error = "malformed response";
    if (!name) {
        snprintf(reason, size, "%s: string expected", name_field);
        return false;
    }
    if (kind == MESSAGE_RESPONSE)
        return parse_response(arena, value, out, reason, size);
    const char *field = kind == MESSAGE_REQUEST ? "arguments" : "body";
    out->schema = schema_find(kind, name);
    return take_body(arena, value, field, out, reason, size) &&
           check_body(out->schema ? out->schema->body : NULL, field, out, reason, size);
}

/* A new message with its place for "seq" first, as readers of dumps expect it. */
static struct value *create(struct arena *arena, enum message_kind kind)
{
    struct value *message = value_map(arena);
    value_set_int(arena, message, "seq", 0);
    value_set_text(arena, message, "type", kinds[kind]);
    return message;
}

struct value *message_request(struct arena *arena, const char *command, struct value *arguments)
{
    struct value *message = create(arena, MESSAGE_REQUEST);
    value_set_text(arena, message, "command", command);
    value_set(arena, message, "arguments", arguments);
    return message;
}

struct value *message_event(struct arena *arena, const char *event, struct value *body)
{
    struct value *message = create(arena, MESSAGE_EVENT);
    value_set_text(arena, message, "event", event);
    value_set(arena, message, "body", body);
    return message;
}

static struct value *create_response(struct arena *arena, int64_t request_seq, const char *command, bool success)
{
    struct value *message = create(arena, MESSAGE_RESPONSE);
    value_set_int(arena, message, "request_seq", request_seq);
    value_set_bool(arena, message, "success", success);
    value_set_text(arena, message, "command", command);
    return message;
}

struct value *message_response(struct arena *arena, int64_t request_seq, const char *command, struct value *body)
{
    struct value *message = create_response(arena, request_seq, command, true);
    value_set(arena, message, "body", body);
    return message;
}

struct value *message_error(struct arena *arena, int64_t request_seq, const char *command, const char *text)
{
    struct value *message = create_response(arena, request_seq, command, false);
    struct value *body = value_map(arena);
    struct value *error = value_map(arena);
    value_set_int(arena, error, "id", 1);
    value_set_text(arena, error, "format", text ? text : "failed");
    value_set_bool(arena, error, "showUser", true);
    value_set(arena, body, "error", error);
    value_set_text(arena, message, "message", text);
    value_set(arena, message, "body", body);
    return message;
}
