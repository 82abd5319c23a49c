/* launch CHANNEL [OPTION]... PROGRAM...: becomes the program that `pytui [OPTION]... PROGRAM...` would debug, with the
 * command line and environment that pytui gives it, and the descriptor CHANNEL as the backend's end of the channel.
 * Without pytui's terminal, keeper and screen, so that a test can be in pytui's place. */
#include "tui/invocation.h"
#include "tui/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct options options;
    struct invocation invocation;
    char error[512];
    int channel = argc > 1 ? atoi(argv[1]) : -1;
    if (channel < 3 || fcntl(channel, F_SETFD, 0) != 0) {
        fprintf(stderr, "usage: launch CHANNEL [OPTION]... PROGRAM [ARGUMENT]...\n");
        return 2;
    }
    enum options_result result = options_parse(&options, argc - 1, argv + 1);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_DONE ? 0 : 2;
    if (!target_check(&options.target, error, sizeof(error)) ||
        !invocation_init(&invocation, &options.target, channel, false, error, sizeof(error))) {
        fprintf(stderr, "launch: %s\n", error);
        return 2;
    }
    execve(invocation.path, invocation.argv, invocation.environment);
    fprintf(stderr, "launch: %s: %s\n", invocation.path, strerror(errno));
    return 127;
}
