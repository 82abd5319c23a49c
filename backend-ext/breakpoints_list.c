/* All breakpoints as they are, for a client that did not set them. */
#include "backend.h"
#include "breakpoint.h"
#include "breakpoints.h"
#include "breakpoints_internal.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <string.h>

struct listing {
    struct arena *arena;
    struct value *items;
};

static void add_text(struct listing *listing, struct value *item, const char *key, const char *text)
{
    if (text) {
        value_set(listing->arena, item, key, value_string(listing->arena, text, strlen(text)));
    }
}

static void add(struct breakpoint_file *file, struct breakpoint *breakpoint, void *data)
{
    struct listing *listing = data;
    if (breakpoint->run_to) {
        return;
    }
    struct value *item = value_map(listing->arena);
    value_set(listing->arena, item, "breakpoint", breakpoint_describe(listing->arena, file, breakpoint));
    add_text(listing, item, "function", breakpoint->function);
    add_text(listing, item, "condition", breakpoint->condition_text);
    add_text(listing, item, "hitCondition", breakpoint->hit_text);
    add_text(listing, item, "logMessage", breakpoint->log_text);
    value_set_bool(listing->arena, item, "enabled", breakpoint->enabled);
    value_set_bool(listing->arena, item, "temporary", breakpoint->temporary);
    value_append(listing->arena, listing->items, item);
}

struct value *breakpoints_describe_all(struct breakpoints *breakpoints, struct arena *arena)
{
    struct value *body = value_map(arena);
    struct listing listing = {.arena = arena, .items = value_array(arena)};
    breakpoints_visit(breakpoints, add, &listing);
    value_set(arena, body, "breakpoints", listing.items);
    return body;
}

struct value *breakpoints_handle_list(struct request *request, bool *ok)
{
    (void)ok;
    return breakpoints_describe_all(request->backend->breakpoints, request->arena);
}
