/* DAP messages over value trees: take one apart with validation, build the three kinds. */
#pragma once

#include "schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct value;

/* The protocol's own version, sent in `initialize`. A peer with another one is refused by name. */
#define MESSAGE_PROTOCOL_VERSION 1

/* A message taken apart. All pointers are borrowed from the arena that the value was decoded into. */
struct message {
    enum message_kind kind;
    int64_t seq;
    const char *name;                    /* command of a request or response, event's name */
    const struct value *body;            /* arguments, or body; an empty map if absent */
    int64_t request_seq;                 /* responses only */
    bool success;                        /* responses only */
    const char *error;                   /* failed responses: error.format or message; never NULL then, else NULL */
    const struct message_schema *schema; /* NULL for a name that the table does not know */
};

/* Take VALUE apart and check it. ARENA serves for what must be made (an empty body, error text).
 * False with REASON when it is no DAP message at all. A known message with wrong fields is also
 * false, but *OUT then has kind, seq and name, so that a request can still be answered; for an
 * unknown name the result is true and schema NULL. RESPONSE bodies are checked against the table
 * only when successful; a malformed one has success false and an error text, so whoever waits for it is told.
 * What is no message at all comes out as an event without a name: never answered. */
bool message_parse(struct arena *arena, const struct value *value, struct message *out, char *reason, size_t size);

/* Builders. ARENA owns the result; BODY is borrowed and may be NULL. seq is set by channel_send(). */
struct value *message_request(struct arena *arena, const char *command, struct value *arguments);
struct value *message_event(struct arena *arena, const char *event, struct value *body);
struct value *message_response(struct arena *arena, int64_t request_seq, const char *command, struct value *body);

/* A failed response with DAP's error object: {id, format: TEXT, showUser: true}. */
struct value *message_error(struct arena *arena, int64_t request_seq, const char *command, const char *text);
