/* Breakpoints that wait until another one acted. While one waits it is armed nowhere and costs nothing. */
#include "breakpoint.h"
#include "breakpoints_internal.h"

struct number_search {
    int64_t number;
    const struct breakpoint *found;
};

static void look_at_number(struct breakpoint_file *file, struct breakpoint *breakpoint, void *data)
{
    struct number_search *search = data;
    (void)file;
    if (!breakpoint->run_to && breakpoint_number(breakpoint) == search->number) {
        search->found = breakpoint;
    }
}

struct order_visit {
    struct breakpoints *breakpoints;
    const struct breakpoint_file *file;
    bool functions;         /* of the caller, who arms them */
    bool some_wait, rearms; /* found so far */
};

/* Once it has seen the other one act it waits no more, though that one may be removed. */
static void order_one(struct breakpoint_file *file, struct breakpoint *breakpoint, void *data)
{
    struct order_visit *visit = data;
    if (!breakpoint->after) {
        return;
    }
    struct number_search search = {.number = breakpoint->after};
    breakpoints_visit(visit->breakpoints, look_at_number, &search);
    bool before = breakpoint->waits, known_before = breakpoint->after_known;
    breakpoint->released = breakpoint->released || (search.found && search.found->acted);
    breakpoint->waits = !breakpoint->released;
    breakpoint->after_known = search.found != NULL;
    visit->some_wait = visit->some_wait || breakpoint->waits;
    bool callers = file ? file == visit->file : visit->functions;
    if (!callers && (before != breakpoint->waits || (breakpoint->waits && known_before != breakpoint->after_known))) {
        breakpoints_send(visit->breakpoints, file, breakpoint, "changed");
    }
    breakpoint->rearm = before != breakpoint->waits && !callers;
    visit->rearms = visit->rearms || breakpoint->rearm;
}

static bool take_rearm(struct breakpoint *list)
{
    bool any = false;
    for (; list; list = list->next) {
        any = any || list->rearm;
        list->rearm = false;
    }
    return any;
}

void breakpoints_order(struct breakpoints *breakpoints, const struct breakpoint_file *file, bool functions)
{
    struct order_visit visit = {.breakpoints = breakpoints, .file = file, .functions = functions};
    breakpoints_visit(breakpoints, order_one, &visit);
    breakpoints->some_wait = visit.some_wait;
    for (struct breakpoint_file *each = visit.rearms ? breakpoints->files : NULL; each; each = each->next) {
        if (take_rearm(each->first)) {
            breakpoints_arm(breakpoints, each);
        }
    }
    if (visit.rearms && take_rearm(breakpoints->functions)) {
        breakpoints_arm(breakpoints, NULL);
    }
}
