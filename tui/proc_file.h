/* Small files under /proc/PID. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Up to SIZE - 1 bytes of /proc/PID/NAME with a NUL behind; their number, 0 where it cannot be read. */
size_t proc_file_read(int64_t pid, const char *name, char *out, size_t size);

/* The word after WORD in the LENGTH bytes of TEXT, a list of words with a NUL after each; the first one without a
 * WORD. NULL: there is none. */
const char *proc_file_next(const char *text, size_t length, const char *word);

/* The value of variable NAME in the environment that PID was started with, at most SIZE - 1 bytes of it; NULL. */
const char *proc_file_variable(int64_t pid, const char *name, char *out, size_t size);
