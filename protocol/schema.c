#include "schema.h"

#include "value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where the check stands in the message, as a chain on the stack: text is made only on failure,
 * because nearly every message is right. */
struct path {
    const struct path *parent; /* NULL at the top */
    const char *name;          /* NULL for an item */
    size_t index;
};

struct check {
    char *reason;
    size_t size;
};

static size_t put(struct check *check, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));
static size_t put(struct check *check, size_t at, const char *format, ...)
{
    if (at >= check->size)
        return at;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(check->reason + at, check->size - at, format, arguments);
    va_end(arguments);
    return length > 0 ? at + (size_t)length : at;
}

static size_t put_path(struct check *check, const struct path *path)
{
    if (!path)
        return 0;
    size_t at = put_path(check, path->parent);
    if (!path->name)
        return put(check, at, "[%zu]", path->index);
    return put(check, at, "%s%s", path->parent ? "." : "", path->name);
}

/* "line: integer expected, got string"; without a path at the top. */
static bool refuse(struct check *check, const struct path *path, const char *expected, const struct value *value)
{
    size_t at = put_path(check, path);
    if (path)
        at = put(check, at, ": ");
    put(check, at, "%s expected, %s%s", expected, value ? "got " : "missing",
        value ? value_type_name(value->type) : "");
    return false;
}

static const struct {
    const char *name;
    unsigned accepted; /* bits of enum value_type */
} types[] = {
    [FIELD_ANY] = {"any value", ~0u},
    [FIELD_BOOL] = {"boolean", 1u << VALUE_BOOL},
    [FIELD_INT] = {"integer", 1u << VALUE_INT},
    [FIELD_NUMBER] = {"number", 1u << VALUE_INT | 1u << VALUE_FLOAT},
    [FIELD_STRING] = {"string", 1u << VALUE_STRING},
    [FIELD_BYTES] = {"bytes", 1u << VALUE_BYTES},
    [FIELD_OBJECT] = {"map", 1u << VALUE_MAP},
    [FIELD_ARRAY] = {"array", 1u << VALUE_ARRAY},
};

static bool check_object(struct check *check, const struct path *path, const struct object_schema *object,
                         const struct value *value);

static bool check_type(struct check *check, const struct path *path, enum field_type type, const struct value *value)
{
    return (types[type].accepted >> value->type & 1u) || refuse(check, path, types[type].name, value);
}

static bool check_items(struct check *check, const struct path *path, const struct field_schema *field,
                        const struct value *array)
{
    for (size_t i = 0; i < value_count(array); i++) {
        struct path item = {.parent = path, .index = i};
        const struct value *value = value_at(array, i);
        if (!check_type(check, &item, field->item, value))
            return false;
        if (field->item == FIELD_OBJECT && field->object && !check_object(check, &item, field->object, value))
            return false;
    }
    return true;
}

static bool check_field(struct check *check, const struct path *parent, const struct field_schema *field,
                        const struct value *value)
{
    struct path path = {.parent = parent, .name = field->name};
    if (!value)
        return !field->required || refuse(check, &path, types[field->type].name, NULL);
    if (value->type == VALUE_NULL && !field->required)
        return true; /* many clients send null for what they leave out */
    if (!check_type(check, &path, field->type, value))
        return false;
    if (field->type == FIELD_OBJECT && field->object)
        return check_object(check, &path, field->object, value);
    return field->type != FIELD_ARRAY || check_items(check, &path, field, value);
}

static bool check_object(struct check *check, const struct path *path, const struct object_schema *object,
                         const struct value *value)
{
    for (size_t i = 0; i < object->count; i++)
        if (!check_field(check, path, &object->fields[i], value_get(value, object->fields[i].name)))
            return false;
    return true;
}

bool schema_check(const struct object_schema *object, const struct value *value, char *reason, size_t size)
{
    struct check check = {.reason = reason, .size = size};
    if (!value || value->type != VALUE_MAP)
        return refuse(&check, NULL, "map", value);
    return check_object(&check, NULL, object, value);
}

const struct message_schema *schema_find(enum message_kind kind, const char *name)
{
    for (size_t i = 0; i < schema_message_count; i++)
        if (schema_messages[i].kind == kind && strcmp(schema_messages[i].name, name) == 0)
            return &schema_messages[i];
    return NULL;
}
