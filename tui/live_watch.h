/* The programs that listen, looked at again and again while a list of them is shown: in turns of the loop, which is
 * never held up, neither by many of them nor by one that does not answer. */
#pragma once

struct live_list;
struct live_watch;
struct loop;

/* LIST, which is sorted, is borrowed and stays as it is until the next call. */
typedef void (*live_watch_handler)(const struct live_list *list, void *data);

/* HANDLER is called about once a second, first when the first answers are there. KNOWN (borrowed for the call) is what
 * live_find() found. */
struct live_watch *live_watch_create(struct loop *loop, const struct live_list *known, live_watch_handler handler,
                                     void *data);
void live_watch_destroy(struct live_watch *watch); /* not from the handler; NULL is fine */
