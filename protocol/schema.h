/* The one table of all messages: what may be sent which way, and with which fields.
 *
 * Decoding validates against it (message.h), PROTOCOL.md is held to it by a test, and the screen
 * builds the breakpoint dialog from it: a field added here appears everywhere. Names and types are
 * the Debug Adapter Protocol's; what DAP lacks is named pytui/… or stands in a "pytui" field. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct value;

enum field_type {
    FIELD_ANY,
    FIELD_BOOL,
    FIELD_INT,
    FIELD_NUMBER,
    FIELD_STRING,
    FIELD_BYTES,
    FIELD_OBJECT, /* of the shape `object`; any map when that is NULL */
    FIELD_ARRAY,  /* of items of type `item`, objects of the shape `object` */
};

struct field_schema {
    const char *name;
    enum field_type type;
    enum field_type item;               /* for FIELD_ARRAY */
    const struct object_schema *object; /* for FIELD_OBJECT and arrays of it */
    bool required;
    const char *label; /* short, for a dialog's row; NULL: not for people to edit */
    const char *help;  /* one line for PROTOCOL.md and dialogs */
};

struct object_schema {
    const char *name; /* DAP's type name, such as "SourceBreakpoint" */
    const struct field_schema *fields;
    size_t count;
};

enum message_kind { MESSAGE_REQUEST, MESSAGE_EVENT, MESSAGE_RESPONSE };

struct message_schema {
    const char *name;
    enum message_kind kind;             /* MESSAGE_REQUEST or MESSAGE_EVENT */
    const struct object_schema *body;   /* arguments of a request, body of an event; NULL: none */
    const struct object_schema *result; /* body of the response to a request; NULL: none */
    bool looks;                         /* a request that a client that only watches may send */
    const char *help;
};

/* The table, requests (client to backend) first, then events (backend to client). */
extern const struct message_schema schema_messages[];
extern const size_t schema_message_count;

/* The body of every failed response. */
extern const struct object_schema schema_error_body;

/* The shapes of the breakpoints' fields that a person edits. */
extern const struct object_schema schema_source_breakpoint, schema_function_breakpoint;

/* The row of a request or event; NULL if there is none of that name and kind. */
const struct message_schema *schema_find(enum message_kind kind, const char *name);

/* Check VALUE against OBJECT: required fields are there, and all known ones have their type. Fields
 * the table does not know are let through (a newer peer may send more), and so is null for one that is not
 * required. On failure writes what is wrong ("breakpoints[2].line: integer expected, got string") to REASON;
 * message_parse() puts "arguments." or "body." before it. */
bool schema_check(const struct object_schema *object, const struct value *value, char *reason, size_t size);
