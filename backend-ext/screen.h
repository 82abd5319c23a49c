/* The debugger's screen, started by the program that is to be debugged, on the terminal that it has. */
#pragma once

/* Whether this process has a controlling terminal; 0, else an errno. Where a job in the background has it not for
 * itself the process stops as any other would that uses its terminal, until it is brought to the foreground. */
int screen_find_terminal(void);

/* Start ARGV (argv[0] a path, NULL-terminated) with the terminal as its streams and one end of a connected socket as
 * descriptor SCREEN_CHANNEL. It is no child of this process: nothing that waits for children sees it, no SIGCHLD comes.
 * Returns this process's end, -1 with errno. That the program could not be executed shows in the socket: it closes. */
#define SCREEN_CHANNEL 3
int screen_start(char *const argv[]);
