"""What the backend adds to the program's memory, in KiB, by two measures.

What is held against the limit is the pages that the process has written (Private_Dirty): the system can neither share
nor drop them, and it is the same figure whatever else runs. USS counts pages of files, too, that nobody else has mapped
just now: of libraries, and of the interpreter itself where it is the only one that runs; they are only shown.
"""

import subprocess
from pathlib import Path

from client import Session

PROGRAM = """\
import sys
def own():
    with open('/proc/self/smaps_rollup') as file:
        rows = dict(row.split(':') for row in list(file)[1:])
    dirty, clean = (int(rows[name].split()[0]) for name in ('Private_Dirty', 'Private_Clean'))
    return f'{dirty} {dirty + clean}'
def work(n):
    for i in range(n):
        total = [i] * 10
work(100)
with open(sys.argv[1], 'w') as file:
    file.write(own())
"""
STOP = 9
LIMIT = 2048


def read(result: Path) -> list[int]:
    """What the program wrote: pages written, and USS."""
    return [int(word) for word in result.read_text().split()]


def under_pytui(python: str, program: Path, result: Path, stops: int) -> list[int]:
    """The sizes at the program's end, after so many stops."""
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
    return read(result)


def measure(python: str, scratch: Path, rounds: int) -> list[int]:
    """Written and USS that attaching adds, then that it and a hundred stops add: the least of all rounds."""
    program, result = scratch / "memory.py", scratch / "size"
    program.write_text(PROGRAM)
    added = []
    for _ in range(rounds):
        subprocess.run([python, program, result], check=True)
        bare = read(result)
        sizes = [under_pytui(python, program, result, stops) for stops in (0, 100)]
        added.append([size - less for pair in sizes for size, less in zip(pair, bare, strict=True)])
    return [min(column) for column in zip(*added, strict=True)]
