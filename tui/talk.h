/* A session without a screen: requests one after another, for commands that print something and leave. The program goes
 * on all the time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct live_program;
struct message;
struct talk;
struct value;

/* Begin one with PROGRAM. READ_ONLY: as one who watches, where another debugger is attached, which else is an error.
 * Events go to HANDLER (may be NULL). NULL with a reason in ERROR. */
struct talk *talk_open(const struct live_program *program, bool read_only,
                       void (*handler)(const struct message *event, void *data), void *data, char *error, size_t size);

/* Ask, and wait for the answer. Its body, in ARENA, never NULL then; NULL with a reason in ERROR. */
const struct value *talk_ask(struct talk *talk, struct arena *arena, const char *command, struct value *arguments,
                             char *error, size_t size);

/* Wait for something. False: the connection has ended. */
bool talk_wait(struct talk *talk);

/* Leave; NULL is fine. */
void talk_close(struct talk *talk);
