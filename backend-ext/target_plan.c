#include "target_plan.h"

#include "backend.h"
#include "compat.h"
#include "engine.h"
#include "my_code.h"
#include "step_frames.h"

void target_plan_begin(struct target_plan *plan, const struct call_site *site)
{
    target_plan_clear(plan);
    plan->site = *site;
    plan->calling = site->next;
}

void target_plan_clear(struct target_plan *plan)
{
    plan->calling = false;
    Py_CLEAR(plan->awaited);
}

bool target_plan_wants_starts(const struct target_plan *plan)
{
    return plan->calling || plan->site.unreported || !engine_reports_calls;
}

bool target_plan_note_call(struct target_plan *plan, int offset, PyObject *callable)
{
    bool chosen = call_site_has(&plan->site, offset, false);
    if (!plan->calling && chosen) {
        plan->calling = true;
        plan->awaited = step_frames_generator_of(callable);
    }
    return !plan->calling || plan->awaited || chosen;
}

bool target_plan_is_reached(const struct target_plan *plan, struct backend *backend, PyObject *stepped, PyObject *frame,
                            PyObject *code)
{
    const struct call_site *site = &plan->site;
    if (my_code_frame_origin(backend->my_code, frame) == ORIGIN_HIDDEN) {
        return false;
    }
    if (plan->awaited) {
        return plan->awaited == code;
    }
    int at = (int)step_frames_instruction(stepped);
    bool suspends = step_frames_is_generator(code);
    PyObject *caller = step_frames_caller(backend, frame);
    bool called = caller == stepped && call_site_has(site, at, suspends);
    Py_XDECREF(caller);
    /* A generator begins after the call, perhaps within another one: where calls are not told, its name must do. */
    return called || (suspends && at > site->offset && step_frames_has_name(code, site->name));
}
