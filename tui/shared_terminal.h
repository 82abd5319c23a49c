/* The terminal of a program that opened pytui itself (pytui.set_trace()): it is pytui's while the program stands still,
 * and the program's own from before it goes on until it stops again. */
#pragma once

#include <stdbool.h>

struct app;

/* Debug the program at the other end of the descriptor that the command line names. */
void shared_terminal_connect(struct app *app);
/* The next message to the program lets it run (session_handlers.leaves). */
void shared_terminal_give(struct app *app, bool ends);
/* Once a turn: take it at a stop, and when the program did not go on after all; leave when it is gone. Whether it was
 * taken now. */
bool shared_terminal_follow(struct app *app);
/* Show what the program wrote, until Enter is pressed. */
void shared_terminal_look(struct app *app);
