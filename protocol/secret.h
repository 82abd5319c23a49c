/* The secret that both sides of a TCP connection must know: what stands in the file that PYTUI_SECRET_FILE names, else
 * in $XDG_CONFIG_HOME/pytui/secret, without the white space at its end. The file must be this user's, with mode 0600 or
 * less, and no symlink. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SECRET_SHORTEST 32u /* bytes */
#define SECRET_LONGEST  1024u

/* In pages of its own, which neither a dump of memory nor a forked child has. */
struct secret {
    size_t length;
    unsigned char bytes[SECRET_LONGEST + 1];
};

/* Read it; a file that is missing is written first, with random text, if MAKE. NULL with a text for people in ERROR.
 * The caller owns it. */
struct secret *secret_load(bool make, char *error, size_t size);
void secret_destroy(struct secret *secret); /* wipes it; NULL is fine */

/* Where it stands. False with a reason in ERROR: no place can be said. */
bool secret_path(char *path, size_t path_size, char *error, size_t size);
