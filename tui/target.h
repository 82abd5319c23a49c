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
struct target;

enum target_kind { TARGET_SCRIPT, TARGET_MODULE, TARGET_CODE, TARGET_STDIN };

struct target_options {
    enum target_kind kind;
    const char *what;            /* script, module or code; NULL for stdin */
    char *const *arguments;      /* of the program, NULL-terminated */
    const char *python;          /* --python; NULL: $VIRTUAL_ENV/bin/python, else python3 */
    char *const *python_options; /* --python-option, repeatable: -X dev, -I, …; NULL-terminated or NULL */
    int rows, columns;           /* of the terminal pane */
};

/* The program ended: STATUS is waitpid()'s. */
typedef void (*target_exit_handler)(struct target *target, int status, void *data);

/* Check what can be checked before the screen opens: the script is there and readable, a directory
 * or zip has __main__.py, the interpreter exists. False with a message for the user in ERROR. */
bool target_check(const struct target_options *options, char *error, size_t size);

/* Start it. NULL with a message in ERROR. The handler is called once, from the loop. */
struct target *target_launch(struct loop *loop, const struct target_options *options, target_exit_handler handler,
                             void *data, char *error, size_t size);
/* Forget it: the program goes on (the keeper reads its terminal). NULL is fine. */
void target_destroy(struct target *target);

/* The channel's descriptor, handed over to the caller on the first call; -1 later. */
int target_take_channel(struct target *target);
int target_pty(const struct target *target); /* master side; owned by the target */
pid_t target_pid(const struct target *target);
bool target_has_terminal(const struct target *target); /* whether any standard stream goes to the pane */
void target_resize(struct target *target, int rows, int columns);
void target_signal(struct target *target, int signal); /* to the program's process group */

/* The file that will be __main__, when it is known and readable (to paint it before the interpreter
 * is up); NULL otherwise. Borrowed. */
const char *target_main_path(const struct target *target);
