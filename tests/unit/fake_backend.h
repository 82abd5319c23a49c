/* The other end of a session: a peer on a socketpair that tests play by hand. */
#pragma once

#include "protocol/message.h"
#include "protocol/value.h"
#include "tui/loop.h"
#include "tui/session.h"

#include <stddef.h>

struct fake {
    struct loop *loop;
    struct session *session;
    struct channel *channel;
    struct arena *in, *out;
    struct message request; /* the last one that fake_expect() took */
    int stops, messages, refusals;
    char said[512]; /* the last message for the user */
    bool said_error;
};

/* A session with its handlers counted in FAKE, not connected yet. */
void fake_setup(struct fake *fake);
void fake_teardown(struct fake *fake);

/* Connect, and answer up to configurationDone and its entry stop in FRAMES frames (none: no stop). */
void fake_connect(struct fake *fake, bool stop_on_entry);
void fake_start(struct fake *fake);

/* Let the session's loop run until it has nothing to do. */
void fake_turn(struct fake *fake);
/* The next message from the session must be this request. */
const struct value *fake_expect(struct fake *fake, const char *command);
/* No message must come. */
void fake_expect_nothing(struct fake *fake);

/* Build the bodies in fake->out; it is reset by each of these. */
void fake_answer(struct fake *fake, struct value *body);
void fake_refuse(struct fake *fake, const char *why);
void fake_event(struct fake *fake, const char *event, struct value *body);
/* A JSON-like text as a value: {"a": [1, true, "x"]}; for bodies in tests. */
struct value *fake_json(struct fake *fake, const char *text);

/* A stopped event at LINE of function NAME in /t.py, called by <module>; VARIABLES is JSON of the Locals
 * page's list. Scopes: Locals (reference 10) and Globals (11, expensive). */
void fake_stop(struct fake *fake, const char *reason, const char *name, int line, const char *variables);
