"""Forks; the child counts and prints, the parent waits."""

import os
import sys

before = "seen by both"
child = os.fork()
if child == 0:
    total = sum(range(10))
    print("child", total, flush=True)
    os._exit(3)
_, status = os.waitpid(child, 0)
print("parent saw", os.waitstatus_to_exitcode(status))
sys.exit(os.waitstatus_to_exitcode(status))
