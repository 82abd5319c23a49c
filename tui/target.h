/* Starting and ending the debugged program: interpreter, pty, channel, environment, keeper.
 *
 * The program runs in a session of its own on a pty of its own; streams that were redirected on
 * pytui's command line stay as they were. The keeper (keeper.h) holds a duplicate of the pty's
 * master, so that the program outlives pytui however pytui ends. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct loop;
struct spawn_origin;
struct target;

enum target_kind { TARGET_SCRIPT, TARGET_MODULE, TARGET_CODE, TARGET_STDIN };

struct target_options {
    enum target_kind kind;
    const char *what;            /* script, module or code; NULL for stdin */
    char *const *arguments;      /* of the program, NULL-terminated */
    const char *python;          /* --python; NULL: $VIRTUAL_ENV/bin/python, else python3 */
    char *const *python_options; /* --python-option, repeatable: -X dev, -I, …; NULL-terminated or NULL */
    int rows, columns;           /* of the terminal pane */
    const char *home;            /* --home: where the backends are; NULL: found beside the program */
    bool keep;                   /* once left, another pytui may have its terminal: target_adopt() */
    struct spawn_origin *origin; /* what main() noted first (spawn.h), handed on to the program; NULL: nothing */
};

/* The program ended: STATUS is waitpid()'s. */
typedef void (*target_exit_handler)(struct target *target, int status, void *data);

/* Check what can be checked before the screen opens: the script is there and readable, a directory
 * or zip has __main__.py, the interpreter exists. False with a message for the user in ERROR. */
bool target_check(const struct target_options *options, char *error, size_t size);

/* Start it. NULL with a message in ERROR. The handler is called once, from the loop. Redirected
 * standard input and output belong to the program alone from then on: here they become /dev/null,
 * and descriptors that origin noted are closed. */
struct target *target_launch(struct loop *loop, const struct target_options *options, target_exit_handler handler,
                             void *data, char *error, size_t size);
/* The program PID that another pytui launched and left, with its terminal. NULL: that cannot be had. */
struct target *target_adopt(struct loop *loop, pid_t pid, target_exit_handler handler, void *data);
/* What it printed last as far as that is known; "" for nothing. Borrowed. */
const char *target_screen(const struct target *target, size_t *length);
/* Before it is left alive: what its terminal shows, as bytes for the next one's. */
void target_leave(struct target *target, const char *screen, size_t length);

/* Forget it: the program goes on (the keeper reads its terminal). NULL is fine. */
void target_destroy(struct target *target);

/* The channel's descriptor, handed over to the caller on the first call; -1 later. */
int target_take_channel(struct target *target);
int target_pty(const struct target *target); /* master side, non-blocking; owned by the target. It hangs up when the
                                              * program ended and nobody else has the terminal open */
pid_t target_pid(const struct target *target);
bool target_has_terminal(const struct target *target); /* whether any standard stream goes to the pane */
void target_resize(struct target *target, int rows, int columns);
void target_signal(struct target *target, int signal); /* to the program's process group */

/* Called with the signal when the program is stopped by one (SIGSTOP, Ctrl-Z in the pane), and with 0
 * when it goes on. target_signal(target, SIGCONT) continues it. */
typedef void (*target_stop_handler)(struct target *target, int signal, void *data);
void target_set_stop_handler(struct target *target, target_stop_handler handler);

/* The file that will be __main__, when it is known and readable (to paint it before the interpreter
 * is up); NULL otherwise. Borrowed. */
const char *target_main_path(const struct target *target);
