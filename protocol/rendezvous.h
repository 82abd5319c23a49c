/* Where listening programs and those who look for them meet: a directory of this user alone, with one unix socket for
 * each program.
 *
 * $XDG_RUNTIME_DIR/pytui, or where that is not set /tmp/pytui-UID. Both sides hold the directory by a descriptor
 * that was checked (ours, mode 0700, no symlink) and reach sockets through it, so that nobody can put another one
 * in its place. Functions give -1 or false on failure with a text for people in ERROR. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define RENDEZVOUS_NAME_SIZE 80           /* of a socket's file name: what an address has room for */
#define RENDEZVOUS_PLACES    3            /* where programs of this user may listen */
#define RENDEZVOUS_ARMED     ".armed.%ld" /* the socket of process N that is not listed: pytui.arm() */

/* Before the process's id: the name of the socket where its terminal can be had (keeper.h). Names that begin with a dot
 * are no backend's. */
#define RENDEZVOUS_TERMINAL ".tty."

/* The path of place NUMBER into PATH; 0 is where programs listen that are started like this process. False: there is
 * no such place here. */
bool rendezvous_path(int number, char *path, size_t size);

/* Open place NUMBER, made if it is missing and MAKE. The caller owns the descriptor. */
int rendezvous_open(int number, bool make, char *error, size_t size);

/* The file name of a program's socket: NAME as far as a file name can hold it, the process's id, and its RANK unless
 * that is negative. */
void rendezvous_name(char out[RENDEZVOUS_NAME_SIZE], const char *name, long pid, long rank);

/* Listen on, or connect to, the socket FILE in DIRECTORY: modes and peers are checked as in transport.h. */
int rendezvous_listen(int directory, const char *file, char *error, size_t size);
int rendezvous_dial(int directory, const char *file, char *error, size_t size);
/* As the latter, but gives up at once where nobody accepts; non-blocking. */
int rendezvous_dial_now(int directory, const char *file, char *error, size_t size);

/* Remove FILE if it is a socket of ours whose listener is gone. */
bool rendezvous_remove_stale(int directory, const char *file);
