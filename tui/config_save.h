/* Writing a setting into the user's config.ini: that line is changed or added, everything else stays as they wrote it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* TEXT (LENGTH bytes) with the setting NAME as VALUE; the caller frees it. Pure. */
char *config_save_edit(const char *text, size_t length, const char *name, const char *value);

/* The same for config.ini, made if need be. False with a message for the user in ERROR. */
bool config_save(const char *name, const char *value, char *error, size_t size);
