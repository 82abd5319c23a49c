/* A form made from a message schema: one row a labelled field, the labelled fields of nested objects
 * in the same list. The field's type chooses the widget, so a field that the engine gains appears
 * here without a line of code. */
#include "app.h"
#include "dialog_private.h"
#include "lineedit.h"
#include "pane.h"
#include "protocol/arena.h"
#include "protocol/schema.h"
#include "protocol/value.h"
#include "xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX  32
#define INPUT_WIDTH 44
#define LABEL_GAP   2

struct form_field {
    const struct field_schema *schema;
    const char *group;     /* name of the nested object that it belongs to; NULL: the form's own */
    struct lineedit *edit; /* owned; NULL for a checkbox */
    bool checked;
};

struct form {
    const struct object_schema *schema;
    struct form_field fields[FIELDS_MAX];
    size_t count, focus; /* focus == count: the buttons' row */
    struct arena *arena; /* of the fields that were given; kept for those that are not shown */
    struct value *before;
    int label_width;
    char problem[160];
    dialog_form_handler handler;
    void *data;
};

/* A checkbox shows the field's default when the map lacks it: the schema's help says "default true". */
static bool default_checked(const struct field_schema *schema)
{
    return schema->help && strstr(schema->help, "default true");
}

static void add_field(struct form *form, const struct field_schema *schema, const char *group,
                      const struct value *values)
{
    if (form->count == FIELDS_MAX)
        return;
    struct form_field *field = &form->fields[form->count++];
    *field = (struct form_field){.schema = schema, .group = group};
    int width = canvas_width(schema->label, strlen(schema->label));
    form->label_width = width > form->label_width ? width : form->label_width;
    if (schema->type == FIELD_BOOL) {
        field->checked = value_get_bool(values, schema->name, default_checked(schema));
        return;
    }
    field->edit = lineedit_create("");
    char number[32] = "";
    const char *text = value_get_text(values, schema->name, NULL);
    if (!text && value_get(values, schema->name)) {
        snprintf(number, sizeof number, "%lld", (long long)value_get_int(values, schema->name, 0));
        text = number;
    }
    lineedit_set(field->edit, text ? text : "");
}

static void add_fields(struct form *form, const struct object_schema *object, const char *group,
                       const struct value *values)
{
    for (size_t i = 0; i < object->count; i++) {
        const struct field_schema *field = &object->fields[i];
        if (field->label)
            add_field(form, field, group, values);
        else if (field->type == FIELD_OBJECT && field->object && !group)
            add_fields(form, field->object, field->name, value_get_map(values, field->name));
    }
}

/* The field as a value, or NULL when it is left empty; false with a problem when it is malformed. */
static bool read_field(struct form *form, struct arena *arena, const struct form_field *field, struct value **out)
{
    *out = NULL;
    if (!field->edit) {
        *out = value_bool(arena, field->checked);
        return true;
    }
    const char *text = lineedit_text(field->edit);
    if (!*text) {
        if (field->schema->required)
            snprintf(form->problem, sizeof form->problem, "%s is needed", field->schema->label);
        return !field->schema->required;
    }
    if (field->schema->type == FIELD_STRING || field->schema->type == FIELD_ANY) {
        *out = value_text(arena, text);
        return true;
    }
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    long long least = field->schema->help && strstr(field->schema->help, "; 0: ") ? 0 : 1;
    if (*end || errno || number < least) {
        snprintf(form->problem, sizeof form->problem, "%s takes a whole number from %lld", field->schema->label, least);
        return false;
    }
    *out = value_int(arena, number);
    return true;
}

/* All fields as one map in ARENA, with those of BEFORE that the form does not show; NULL with a
 * problem, and the focus on the field, when one is malformed. */
static struct value *read_form(struct form *form, struct arena *arena)
{
    struct value *map = form->before ? value_copy(arena, form->before) : value_map(arena);
    struct value *cleaned = value_map(arena);
    for (size_t i = 0; map && i < map->map.count; i++) {
        bool shown = false;
        for (size_t f = 0; f < form->count; f++)
            shown |= !form->fields[f].group && strcmp(form->fields[f].schema->name, map->map.entries[i].key) == 0;
        if (!shown)
            value_set(arena, cleaned, map->map.entries[i].key, map->map.entries[i].value);
    }
    for (size_t i = 0; i < form->count; i++) {
        struct value *value, *target = cleaned;
        const struct form_field *field = &form->fields[i];
        if (!read_field(form, arena, field, &value)) {
            form->focus = i;
            return NULL;
        }
        if (field->group) {
            target = value_copy(arena, value_get_map(cleaned, field->group));
            target = target ? target : value_map(arena);
            value_set(arena, target, field->schema->name, value);
            value_set(arena, cleaned, field->group, target);
        } else {
            value_set(arena, cleaned, field->schema->name, value);
        }
    }
    return cleaned;
}

static void form_measure(const struct dialog *dialog, int *rows, int *columns)
{
    const struct form *form = dialog->data;
    *rows = (int)form->count + 4;
    *columns = form->label_width + LABEL_GAP + INPUT_WIDTH;
}

static void draw_field(struct app *app, const struct form *form, size_t index, struct canvas canvas, int row)
{
    const struct form_field *field = &form->fields[index];
    bool focused = form->focus == index;
    canvas_label(canvas, row, 0, form->label_width, app_style(app, focused ? ROLE_DIALOG_TITLE : ROLE_DIALOG),
                 field->schema->label);
    int column = form->label_width + LABEL_GAP, width = canvas.columns - column;
    struct style style = app_style(app, focused ? ROLE_SELECTED_FOCUSED : ROLE_DIALOG_FIELD);
    if (!field->edit) {
        canvas_label(canvas, row, column, 3, style, field->checked ? "[x]" : "[ ]");
        return;
    }
    canvas_fill(canvas, row, column, 1, width, app_style(app, ROLE_DIALOG_FIELD));
    int caret = lineedit_draw(field->edit, canvas_part(canvas, row, column, 1, width), 0, 0, width,
                              app_style(app, ROLE_DIALOG_FIELD));
    if (focused)
        app_set_cursor(app, canvas, row, column + caret);
}

static void draw_foot(struct app *app, const struct form *form, struct canvas canvas)
{
    int row = canvas.rows - 1;
    const char *help = form->focus < form->count ? form->fields[form->focus].schema->help : "";
    bool wrong = form->problem[0] != '\0';
    canvas_label(canvas, row - 2, 0, canvas.columns, dialog_style(app, wrong ? ROLE_MESSAGE_ERROR : ROLE_DIALOG_HINT),
                 wrong ? form->problem : help);
    dialog_draw_button(app, canvas, 0, "OK", form->focus == form->count);
    canvas_label(canvas, row, 9, canvas.columns - 9, dialog_style(app, ROLE_DIALOG_HINT), "Enter accepts, Esc cancels");
}

static void form_draw(struct app *app, struct dialog *dialog, struct canvas canvas)
{
    struct form *form = dialog->data;
    int shown = canvas.rows - 4 > 0 ? canvas.rows - 4 : 1;
    size_t top = form->focus >= (size_t)shown && form->focus < form->count ? form->focus - (size_t)shown + 1 : 0;
    for (int row = 0; row < shown && top + (size_t)row < form->count; row++)
        draw_field(app, form, top + (size_t)row, canvas, row);
    if (canvas.rows >= 4)
        draw_foot(app, form, canvas);
}

static bool form_key(struct app *app, struct dialog *dialog, const struct key *key)
{
    (void)app;
    struct form *form = dialog->data;
    struct form_field *field = form->focus < form->count ? &form->fields[form->focus] : NULL;
    size_t places = form->count + 1;
    form->problem[0] = '\0';
    if (pane_key_is(key, "Enter")) {
        struct arena *arena = arena_create();
        bool good = read_form(form, arena) != NULL;
        arena_destroy(arena);
        return !good;
    }
    if (pane_key_is(key, "Tab Down"))
        form->focus = (form->focus + 1) % places;
    else if (pane_key_is(key, "Shift-Tab Up"))
        form->focus = (form->focus + places - 1) % places;
    else if (field && field->edit)
        lineedit_key(field->edit, key);
    else if (field && pane_key_is(key, "Space x"))
        field->checked = !field->checked;
    else if (!field && pane_key_is(key, "Space"))
        return form_key(app, dialog, &(struct key){.kind = KEY_KIND_NAMED, .name = KEY_NAME_ENTER});
    return true;
}

static void form_answer(struct app *app, struct dialog *dialog, bool cancelled)
{
    struct form *form = dialog->data;
    struct arena *arena = cancelled ? NULL : arena_create();
    form->handler(app, cancelled ? NULL : read_form(form, arena), form->data);
    arena_destroy(arena);
}

static void form_destroy(struct dialog *dialog)
{
    struct form *form = dialog->data;
    for (size_t i = 0; i < form->count; i++)
        lineedit_destroy(form->fields[i].edit);
    arena_destroy(form->arena);
}

static const struct hint form_hints[] = {{"Enter", "accept"}, {"Tab", "next field"}, {"Esc", "cancel"}, {"", NULL}};
static const struct dialog_ops form_ops = {form_measure, form_draw, form_key, form_answer, form_destroy, form_hints};

void dialog_form(struct app *app, const char *title, const struct object_schema *schema, const struct value *fields,
                 dialog_form_handler handler, void *data)
{
    struct form *form = xcalloc(1, sizeof *form);
    *form = (struct form){.schema = schema, .handler = handler, .data = data, .arena = arena_create()};
    form->before = value_copy(form->arena, fields);
    add_fields(form, schema, NULL, form->before);
    dialog_open(app, title, &form_ops, form);
}
