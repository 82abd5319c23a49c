/* Where our files are: the XDG base directories. Relative values of the variables are ignored, as the
 * specification says. The caller frees what these give. */
#pragma once

#include <stdbool.h>

/* $XDG_CONFIG_HOME/pytui, else ~/.config/pytui; NULL without a home. Not created. With NAME that file
 * in it; NULL for the directory itself. */
char *paths_config(const char *name);
/* $XDG_STATE_HOME/pytui, else ~/.local/state/pytui; created with mode 0700. NULL with errno. */
char *paths_state(const char *name);
/* $XDG_RUNTIME_DIR/pytui, else /tmp/pytui-UID; created with mode 0700 and refused (EPERM) unless it is
 * ours alone: sockets go there. NULL with errno. */
char *paths_runtime(const char *name);
/* Make DIRECTORY and its missing parents with mode 0700. False with errno. */
bool paths_make(const char *directory);
