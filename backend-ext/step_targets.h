/* Step-in targets: the calls that the current statement is still to make, in the order in which it makes them, found
 * in the bytecode by PEP 657's positions. A call is known by its position: what the compiler wrote twice (the test of
 * a loop, a finally) is one. Nothing is kept between requests. GIL held; no Python error stays set. */
#pragma once

#include "request.h"

#include <Python.h>
#include <stdbool.h>

#define CALL_SITE_RANGES 12 /* copies of one call; more are not told apart from other code */

/* One of these calls, as a step recognises it. */
struct call_site {
    int first_line, last_line; /* of the statement */
    int offset;                /* of the instruction that makes it */
    bool next;                 /* which is the one about to run */
    bool unreported;           /* the interpreter may not tell when it is made: gh-116626, f(*a) before 3.12.3 */
    char name[80];             /* of the function, as the source has it; "" */
    struct {
        int start, end; /* byte offsets */
        bool call;      /* else another instruction of the position, such as the iteration over what was called */
    } ranges[CALL_SITE_RANGES];
    size_t range_count;
};

/* Whether the instruction at OFFSET makes the call; with ANY, whether it has its position. */
bool call_site_has(const struct call_site *site, int offset, bool any);

struct value *step_targets_handle(struct request *request, bool *ok); /* stepInTargets */

/* The call that a targetId of this stop means. False: the request fails with the reason. */
bool step_targets_find(struct request *request, bool *ok, long long id, struct call_site *site);
