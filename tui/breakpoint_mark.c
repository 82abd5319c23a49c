#include "breakpoint_mark.h"

#include "model.h"
#include "protocol/value.h"

bool breakpoint_is_enabled(const struct model_breakpoint *breakpoint)
{
    return value_get_bool(value_get_map(breakpoint->fields, "pytui"), "enabled", true);
}

const char *breakpoint_mark(const struct model_breakpoint *breakpoint, enum role *role)
{
    *role = ROLE_MARK_BREAKPOINT;
    if (!breakpoint_is_enabled(breakpoint)) {
        *role = ROLE_MARK_DISABLED;
        return "○";
    }
    if (breakpoint->state && !breakpoint->verified) {
        *role = ROLE_MARK_PENDING;
        return "◌";
    }
    const struct value *extension = value_get_map(breakpoint->fields, "pytui"); /* where functions have it */
    return value_get_text(breakpoint->fields, "logMessage", value_get_text(extension, "logMessage", NULL)) ? "◆" : "●";
}
