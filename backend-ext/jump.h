/* Jump: the stopped frame goes on at another line, what stands between is not run. The interpreter moves only the
 * frame on top, and only while it reports a line; what it refuses is refused with its own reason. */
#pragma once

#include "request.h"

struct value *jump_handle_targets(struct request *request, bool *ok); /* gotoTargets */
struct value *jump_handle_goto(struct request *request, bool *ok);    /* goto */
