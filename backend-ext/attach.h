/* What a session must know that begins in the middle of a running program: who its main thread is, and which code runs
 * already. The engine tells of code when it is entered, or resumed after a yield; the frames that stand on the stacks
 * are neither, so they are looked at once. GIL held for all. */
#pragma once

#include <stdbool.h>

struct backend;

/* Python's ident of the main thread, whoever calls; 0 where that cannot be told. No Python error. */
unsigned long attach_main_ident(void);

/* Why a session cannot begin in this interpreter by this thread; NULL: it can. */
const char *attach_refuse(void);

/* Wait until a client comes to the listener (listener.h), begin its session and serve it until configurationDone. With
 * HOLDING the GIL is kept: the program stands still. False without a Python error: it listens no more, or somebody
 * else began a session, or HOLDING is over by attach_let_go(); with one: a signal handler raised it. */
bool attach_wait(bool holding);

/* A session ends after which the program is to run: also threads whose stops have waited for a client. */
void attach_let_go(void);

/* Learn the code of all frames of all threads, and which of it is the program's module body. No Python error. */
void attach_meet_running(struct backend *backend);
