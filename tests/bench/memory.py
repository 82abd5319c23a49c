"""What the backend adds to the program's memory, in KiB: pages that it has written, which nobody else can share."""

import subprocess
from pathlib import Path

from client import Session

PROGRAM = """\
import sys
def own():
    with open('/proc/self/smaps_rollup') as file:
        rows = dict(row.split(':') for row in list(file)[1:])
    return int(rows['Private_Dirty'].split()[0])
def work(n):
    for i in range(n):
        total = [i] * 10
work(100)
with open(sys.argv[1], 'w') as file:
    file.write(str(own()))
"""
STOP = 8
LIMIT = 2048


def under_pytui(python: str, program: Path, result: Path, stops: int) -> int:
    """The size at the program's end, after so many stops."""
    with Session(python, program, result) as run:
        run.initialize()
        if stops:
            run.set_breakpoints(program, STOP)
        run.configure(stop_on_entry=False)
        for _ in range(stops):
            run.wait_stop("breakpoint")
            scopes = run.request("scopes", frameId=run.frames[0]["id"])["scopes"]
            run.request("variables", variablesReference=scopes[0]["variablesReference"])
            run.evaluate("len(sys.path)")
            run.resume()
        run.finish()
    return int(result.read_text())


def measure(python: str, scratch: Path, rounds: int) -> tuple[int, int]:
    """KiB that attaching adds, and KiB that it and a hundred stops add: the least of all rounds."""
    program, result = scratch / "memory.py", scratch / "size"
    program.write_text(PROGRAM)
    sizes = []
    for _ in range(rounds):
        subprocess.run([python, program, result], check=True)
        bare = int(result.read_text())
        sizes.append([under_pytui(python, program, result, stops) - bare for stops in (0, 100)])
    attached, stopped = (min(column) for column in zip(*sizes, strict=True))
    return attached, stopped
