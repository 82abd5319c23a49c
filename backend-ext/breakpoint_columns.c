/* Breakpoints on one of several statements in a line. */
#include "breakpoint.h"
#include "breakpoints_internal.h"
#include "origin.h"
#include "statements.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <limits.h>
#include <stdlib.h>

#define LOCATION_LINES 1000 /* of one request */

static bool asks_for_column(const struct breakpoint *breakpoint)
{
    return breakpoint->requested_column && breakpoint->binding != BINDING_ERROR &&
           breakpoint->line == breakpoint->requested_line;
}

/* The last statement on its line that begins at the column or before it, else the first. How many there are: *COUNT. */
static const struct statement *pick(const struct statement_list *list, const struct breakpoint *breakpoint,
                                    size_t *count)
{
    const struct statement *found = NULL;
    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct statement *each = &list->items[i];
        if (each->line != breakpoint->line) {
            continue;
        }
        ++*count;
        if (!found || each->utf16_column <= breakpoint->requested_column) {
            found = each;
        }
    }
    return found;
}

static void forget_column(struct breakpoint *breakpoint)
{
    statement_destroy(breakpoint->statement);
    breakpoint->statement = NULL;
    breakpoint->column = breakpoint->end_line = breakpoint->end_column = 0;
    breakpoint->column_note = NULL;
}

static void bind_column(struct breakpoint *breakpoint, const struct statement_list *list)
{
    size_t count;
    const struct statement *found = pick(list, breakpoint, &count);
    if (!found) {
        breakpoint->column_note = "no statement begins on this line: the whole line is meant";
        return;
    }
    breakpoint->column = found->utf16_column;
    breakpoint->end_line = found->end_line;
    breakpoint->end_column = found->utf16_end_column;
    if (count > 1) { /* a line with one needs no more than the report of the line */
        breakpoint->statement = statement_copy(found);
    }
}

void breakpoints_bind_columns(struct breakpoint_file *file)
{
    int first = INT_MAX, last = 0;
    for (struct breakpoint *breakpoint = file->first; breakpoint; breakpoint = breakpoint->next) {
        forget_column(breakpoint);
        if (asks_for_column(breakpoint)) {
            first = breakpoint->line < first ? breakpoint->line : first;
            last = breakpoint->line > last ? breakpoint->line : last;
        }
    }
    struct statement_list list;
    char error[100];
    bool known = last && statements_read(&list, file->identity.path, first, last, error, sizeof(error));
    for (struct breakpoint *breakpoint = last ? file->first : NULL; breakpoint; breakpoint = breakpoint->next) {
        if (asks_for_column(breakpoint) && known) {
            bind_column(breakpoint, &list);
        } else if (asks_for_column(breakpoint)) {
            breakpoint->column_note = "the text of the file is no help: the whole line is meant";
        }
    }
    if (known) {
        statements_finish(&list);
    }
}

/* Arming. */

bool breakpoints_wants_points(const struct breakpoint_file *file, PyObject *code)
{
    for (const struct breakpoint *breakpoint = file->first; breakpoint; breakpoint = breakpoint->next) {
        if (breakpoint->statement && breakpoint_is_active(breakpoint) && statement_is_of(breakpoint->statement, code)) {
            return true;
        }
    }
    return false;
}

static bool add_points(struct armed_code *armed, const struct breakpoint *breakpoint)
{
    int offsets[STATEMENT_COPIES];
    size_t count = statement_offsets(breakpoint->statement, armed->code, offsets);
    struct armed_point *points =
        count ? realloc(armed->points, (armed->point_count + count) * sizeof(*points)) : armed->points;
    if (count && !points) {
        return false;
    }
    armed->points = points;
    for (size_t i = 0; i < count; i++) {
        armed->points[armed->point_count++] = (struct armed_point){offsets[i], breakpoint->line, breakpoint->id};
    }
    return true;
}

void breakpoints_set_points(struct armed_code *armed, const struct breakpoint_file *file)
{
    armed->point_count = 0;
    for (const struct breakpoint *breakpoint = file ? file->first : NULL; breakpoint; breakpoint = breakpoint->next) {
        if (breakpoint->statement && breakpoint_is_active(breakpoint) && !add_points(armed, breakpoint)) {
            return;
        }
    }
}

/* The request. */

static struct value *describe(struct arena *arena, const struct statement *statement)
{
    struct value *item = value_map(arena);
    value_set_int(arena, item, "line", statement->line);
    value_set_int(arena, item, "column", statement->utf16_column);
    value_set_int(arena, item, "endLine", statement->end_line);
    value_set_int(arena, item, "endColumn", statement->utf16_end_column);
    return item;
}

struct value *breakpoints_handle_locations(struct request *request, bool *ok)
{
    const char *path = origin_source_path(value_get_map(request->arguments, "source"));
    int64_t first = value_get_int(request->arguments, "line", 0);
    int64_t last = value_get_int(request->arguments, "endLine", first);
    int64_t from = value_get_int(request->arguments, "column", 0);
    int64_t to = value_get_int(request->arguments, "endColumn", INT_MAX);
    struct file_identity identity;
    if (!path || !path[0] || first < 1 || first > INT_MAX || last < first) {
        return request_fail(request, ok, "breakpointLocations needs source.path and lines that are counted from 1");
    }
    last = last < first + LOCATION_LINES ? last : first + LOCATION_LINES - 1;
    last = last < INT_MAX ? last : INT_MAX;
    if (!file_identity_init(&identity, path)) {
        return request_fail(request, ok, "out of memory");
    }
    struct statement_list list;
    char error[100];
    bool known = statements_read(&list, identity.path, (int)first, (int)last, error, sizeof(error));
    file_identity_finish(&identity);
    if (!known) {
        return request_fail(request, ok, "%s", error);
    }
    struct value *body = value_map(request->arena), *items = value_array(request->arena);
    for (size_t i = 0; i < list.count; i++) {
        const struct statement *each = &list.items[i];
        bool before = each->line == first && each->utf16_column < from;
        if (!before && !(each->line == last && each->utf16_column > to)) {
            value_append(request->arena, items, describe(request->arena, each));
        }
    }
    statements_finish(&list);
    value_set(request->arena, body, "breakpoints", items);
    return body;
}
