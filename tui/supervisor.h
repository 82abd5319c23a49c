/* The process that the shell started waits for the TUI as its child, so that somebody is left to
 * restore the terminal when the TUI is killed with SIGKILL, and to pass the exit status on. */
#pragma once

/* Fork: returns in the child, which becomes the TUI; the parent never returns: it waits, follows
 * the child's stops and continues (Ctrl-Z, fg), forwards TERM and HUP, restores the terminal if the
 * child died by a signal, and exits with the child's status. */
void supervisor_start(void);
