"""Ends in the way that its argument says: a status, "signal N", "exec" or "os_exit N"."""

import os
import sys

print("about to end")
match sys.argv[1:]:
    case ["signal", number]:
        os.kill(os.getpid(), int(number))
    case ["os_exit", number]:
        os._exit(int(number))
    case ["exec"]:
        os.execvp("sh", ["sh", "-c", "echo after exec; exit 5"])
    case [number]:
        sys.exit(int(number))
