/* What the parts of values share: one stop's state. Private to values.c and its parts. */
#pragma once

#include "compat.h"
#include "frames.h"
#include "locals.h"
#include "objects.h"
#include "origin.h"
#include "render.h"
#include "returns.h"
#include "values.h"
#include "variables.h"

#include <stdbool.h>

struct capture;

struct values {
    struct values_hooks hooks;
    struct objects objects;
    struct locals locals;
    struct origins origins;
    struct renderer renderer;
    struct frames frames;
    struct variables variables;
    struct capture *capture; /* owned: what evaluated code writes to */
    PyObject *compile;       /* owned: the built-in, taken before the program could replace it */
    PyObject *added_names;   /* owned list of code: statements were run in its frames and may have added names */

    unsigned long long epoch; /* how often code of the program was run for a client */

    /* Of this stop. */
    bool stopped;
    bool post_mortem;
    PyObject *exception; /* owned or NULL */
    struct returns returns;
};

/* Around looking: collection would run finalizers of the program (on 3.11, where any allocation may
 * collect). False: it was off already. */
bool values_quiet_begin(void);
void values_quiet_end(bool was_on);

/* Whether frames of CODE may have names that are not its own. */
bool values_has_added_names(struct values *values, PyObject *code);
void values_note_added_names(struct values *values, PyObject *code);

/* Tell the owner that code of the program is about to run for the request. */
void values_before_python(struct values *values, long long request_seq);

/* DAP's format.hex in a request's arguments. */
bool values_wants_hex(const struct value *arguments);

/* The entry of a frame id, or with 0 the innermost one; NULL: there is none. */
struct frame_entry *values_frame(struct values *values, long long frame_id);
