/* Writing small files whole: readers see the old text or the new one, never a part, also when two write at once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Put LENGTH bytes of TEXT in place of the file at PATH, or make it (mode 0600). A symbolic link is followed; an
 * existing file keeps its mode. False with errno, and the file as it was. */
bool savefile_write(const char *path, const char *text, size_t length);
