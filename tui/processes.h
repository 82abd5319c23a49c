/* Python processes of this user that do not listen, found by reading /proc and nothing else. */
#pragma once

#include "live.h"

struct loop;

/* All at once, for a list that is printed. Those of LISTENING are left out; the caller owns the result. */
struct live_list processes_find(const struct live_list *listening);

/* Whether there is one. */
bool processes_any(void);

/* Again and again in turns of the loop, a few milliseconds each, however many processes there are. */
struct processes;

/* HANDLER gets a LIST which is sorted, borrowed, and stays as it is until the next call, every two seconds or so. */
struct processes *processes_watch(struct loop *loop, void (*handler)(const struct live_list *list, void *data),
                                  void *data);
void processes_destroy(struct processes *processes); /* not from the handler; NULL is fine */
