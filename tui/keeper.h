/* The keeper: a small process beside each launched program. It plays the part that the shell has for
 * a program in a terminal: it leads the session of the program's pty, is the program's parent, and
 * holds the pty's master, so that the terminal does not hang up when pytui is gone, however pytui went.
 * From then on it reads what the program prints and keeps only the end of it, until the program has ended and
 * nobody else has the terminal open, or the next pytui comes for the terminal: where that was allowed, the keeper
 * listens in the rendezvous place, for this user alone, as long as nobody has the terminal.
 *
 * The session must not be the program's own: when a session's leader ends, the kernel sends SIGHUP to
 * the foreground group, and children that outlive the program, as they may in a shell, would die. */
#pragma once

#include "spawn.h"

#include <stdbool.h>
#include <stddef.h>

#define KEEPER_TAIL ((size_t)64 << 10) /* bytes of output that are kept for the next pytui */

enum keeper_event {
    KEEPER_STARTED, /* VALUE is the program's pid */
    KEEPER_FAILED,  /* VALUE is the errno of what kept it from starting */
    KEEPER_STOPPED, /* VALUE is the signal that stopped it */
    KEEPER_CONTINUED,
    KEEPER_EXITED /* VALUE is waitpid()'s status */
};

struct keeper_message {
    enum keeper_event event;
    int value;
};

/* Start PROGRAM under a new keeper, on the pty MASTER whose slave is program->terminal; both are
 * borrowed, the keeper has duplicates. OPEN: it may hand the terminal to another pytui later. Waits for STARTED or
 * FAILED. A socket to the keeper (non-blocking, owned by the caller; closing it lets the program go on alone) and the
 * program's pid, or -1 with *ERROR an errno. */
int keeper_start(const struct spawn_request *program, int master, bool open, pid_t *pid, int *error);

enum keeper_result { KEEPER_NOTHING, KEEPER_MESSAGE, KEEPER_GONE };
/* The next message, without blocking. GONE: the keeper has been killed, and the program with it. */
enum keeper_result keeper_receive(int socket, struct keeper_message *message);

/* Send SIGNAL to the program's process group, if it still runs. */
void keeper_signal(int socket, int signal);

/* Before the socket is closed: what is on the screen, as bytes for the next one's. At most KEEPER_TAIL of them. */
void keeper_leave(int socket, const char *screen, size_t length);

/* The terminal of a program whose pytui is gone. */
struct keeper_handover {
    int socket, master; /* as keeper_start() gave them; owned */
    int stopped;        /* by this signal; 0: the program runs */
    char *screen;       /* what it printed last, as far as that is known; owned */
    size_t length;
};

/* Have the keeper of PROGRAM hand the terminal over. Waits a moment for one that has not noticed yet that its pytui is
 * gone. False: there is none, or somebody else has the terminal. */
bool keeper_adopt(pid_t program, struct keeper_handover *out);
