/* describe: the table of messages as Markdown.
 *
 *     describe                  print it
 *     describe --check FILE     status 1 unless FILE holds exactly that between the two markers
 *     describe --update FILE    put it there
 */
#include "marked.h"
#include "schema.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OBJECTS 200

/* Every shape once, in the order of first mention. */
struct objects {
    const struct object_schema *list[MOST_OBJECTS];
    size_t count;
};

static void collect(struct objects *objects, const struct object_schema *object)
{
    if (!object)
        return;
    for (size_t i = 0; i < objects->count; i++)
        if (objects->list[i] == object)
            return;
    if (objects->count == MOST_OBJECTS) {
        fprintf(stderr, "describe: more than %d shapes\n", MOST_OBJECTS);
        exit(2);
    }
    objects->list[objects->count++] = object;
    for (size_t i = 0; i < object->count; i++)
        collect(objects, object->fields[i].object);
}

/* Text for a cell: what Markdown would take for its own is escaped, but for code in backquotes. */
static void put_text(FILE *out, const char *text)
{
    bool code = false;
    for (; *text; text++) {
        if (*text == '`')
            code = !code;
        if (*text == '|' || (!code && strchr("<*_[", *text)))
            fputc('\\', out);
        fputc(*text, out);
    }
}

/* A link to the heading of OBJECT, whose anchor is made as GitHub does. */
static void put_link(FILE *out, const struct object_schema *object)
{
    if (!object) {
        fputc('-', out);
        return;
    }
    fprintf(out, "[%s](#", object->name);
    for (const char *letter = object->name; *letter; letter++)
        if (*letter != '.')
            fputc(tolower((unsigned char)*letter), out);
    fputc(')', out);
}

static void put_type(FILE *out, enum field_type type, const struct object_schema *object)
{
    static const char *const names[] = {
        [FIELD_ANY] = "any",       [FIELD_BOOL] = "boolean", [FIELD_INT] = "integer", [FIELD_NUMBER] = "number",
        [FIELD_STRING] = "string", [FIELD_BYTES] = "bytes",  [FIELD_OBJECT] = "map",  [FIELD_ARRAY] = "array",
    };
    if (type == FIELD_OBJECT && object)
        put_link(out, object);
    else
        fputs(names[type], out);
}

static void put_requests(FILE *out)
{
    fputs("### Requests (client to backend)\n\n| command | arguments | response body | looks | meaning |\n"
          "|---|---|---|---|---|\n",
          out);
    for (size_t i = 0; i < schema_message_count; i++) {
        const struct message_schema *schema = &schema_messages[i];
        if (schema->kind != MESSAGE_REQUEST)
            continue;
        fprintf(out, "| `%s` | ", schema->name);
        put_link(out, schema->body);
        fputs(" | ", out);
        put_link(out, schema->result);
        fprintf(out, " | %s | ", schema->looks ? "yes" : "");
        put_text(out, schema->help);
        fputs(" |\n", out);
    }
}

static void put_events(FILE *out)
{
    fputs("\n### Events (backend to client)\n\n| event | body | meaning |\n|---|---|---|\n", out);
    for (size_t i = 0; i < schema_message_count; i++) {
        const struct message_schema *schema = &schema_messages[i];
        if (schema->kind != MESSAGE_EVENT)
            continue;
        fprintf(out, "| `%s` | ", schema->name);
        put_link(out, schema->body);
        fputs(" | ", out);
        put_text(out, schema->help);
        fputs(" |\n", out);
    }
}

static void put_object(FILE *out, const struct object_schema *object)
{
    fprintf(out, "\n#### %s\n\n| field | type | | meaning |\n|---|---|---|---|\n", object->name);
    for (size_t i = 0; i < object->count; i++) {
        const struct field_schema *field = &object->fields[i];
        fprintf(out, "| `%s` | ", field->name);
        if (field->type == FIELD_ARRAY) {
            fputs("array of ", out);
            put_type(out, field->item, field->object);
        } else {
            put_type(out, field->type, field->object);
        }
        fprintf(out, " | %s | ", field->required ? "required" : "");
        put_text(out, field->help);
        fputs(" |\n", out);
    }
}

static void put_all(FILE *out)
{
    struct objects objects = {0};
    for (size_t i = 0; i < schema_message_count; i++) {
        collect(&objects, schema_messages[i].body);
        collect(&objects, schema_messages[i].result);
    }
    collect(&objects, &schema_error_body);
    put_requests(out);
    put_events(out);
    fputs("\n### Shapes\n\nA field that is not required may be absent or null.\n", out);
    for (size_t i = 0; i < objects.count; i++)
        put_object(out, objects.list[i]);
}

static char *describe(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    put_all(out);
    return fclose(out) == 0 ? text : NULL;
}

int main(int argc, char **argv)
{
    bool update = argc == 3 && strcmp(argv[1], "--update") == 0;
    bool check = argc == 3 && strcmp(argv[1], "--check") == 0;
    if (argc != 1 && !update && !check) {
        fprintf(stderr, "usage: describe [--check FILE | --update FILE]\n");
        return 2;
    }
    char *table = describe();
    if (!table)
        return 2;
    int status = 0;
    if (argc == 1)
        status = fputs(table, stdout) < 0 || fflush(stdout) != 0;
    else
        status = marked_file(argv[2], update, table, "protocol/schema_table.c");
    free(table);
    return status;
}
