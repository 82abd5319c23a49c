#!/usr/bin/python3
"""soak: a long session does not grow: stops, steps, evaluations and variables by the hundred thousand.

The program's own memory is read after a tenth of the time, or of what is enough, and at the end; so is that of pytui,
which steps through a program of its own in a terminal. More than LIMIT KiB between the two is a failure; of sessions
that follow each other in one program, more than SESSION_LIMIT KiB each. A million stops and evaluations are enough, for
which SOAK_SECONDS=3600 is time on most machines.
usage: soak.py [--build DIR] [--python PATH], for SOAK_SECONDS=120
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "screen"), str(TESTS / "wire")]

LIMIT = 1024
SESSION_LIMIT = 18
ENOUGH = 1_000_000
PROGRAM = """\
class Point:
    def __init__(self, x): self.x, self.y = x, [x]
def called(n):
    return n + 1
def work(n):
    items, table, point, total = [1, 'two', (3.0,)], {'a': 1, 2: 'b'}, Point(n), 0
    while n:
        total += called(n)
        total %= 1000
        [total + k for k in range(2)]
work(3)
"""
STOP = 8


def own_memory(pid: int) -> int:
    """KiB of pages that are the process's own."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = dict(row.split(":") for row in rows)
    return sum(int(sizes[name].split()[0]) for name in ("Private_Clean", "Private_Dirty"))


class Growth:
    """What a process grew by since a tenth of the time."""

    def __init__(self, what: str, seconds: float) -> None:
        self.what, self.seconds, self.begun = what, seconds, time.monotonic()
        self.first = 0
        self.done = 0

    def goes_on(self, pid: int, more: int) -> bool:
        """Counts what was done; whether there is time for more."""
        self.done += more
        passed = time.monotonic() - self.begun
        if not self.first and (passed > self.seconds / 10 or self.done > ENOUGH / 10):
            self.first = own_memory(pid)
        return not self.first or (passed < self.seconds and self.done < ENOUGH)

    def report(self, pid: int) -> bool:
        """Says how it went; whether it is flat."""
        last = own_memory(pid)
        flat = last - self.first <= LIMIT
        verdict = "flat" if flat else "GROWS"
        print(f"{self.what}: {self.done:,} stops and evaluations, {self.first:,} KiB, then {last:,} KiB: {verdict}")
        return flat


def soak_program(python: str, scratch: Path, seconds: float) -> bool:
    """The program, under a client that uses all that a stop offers."""
    from client import Session

    script = scratch / "soaked.py"
    script.write_text(PROGRAM)
    with Session(python, script) as run:
        run.start({"line": STOP})
        run.wait_stop("breakpoint")
        growth = Growth(f"program under {python}", seconds)
        while growth.goes_on(run.process.pid, 7):
            frame = run.frames[0]["id"]
            scopes = run.request("scopes", frameId=frame)["scopes"]
            run.request("variables", variablesReference=scopes[0]["variablesReference"])
            run.evaluate("[point, len(items), total]", frameId=frame)
            run.answer(run.send("evaluate", expression="1 / 0", context="watch", frameId=frame))
            run.evaluate("point.x", frameId=frame)
            run.go("stepIn", "step")
            run.go("stepOut", "step")
            run.go("next", "step")
            run.go("continue", "breakpoint")
            run.responses.clear()
            run.events.clear()
        return growth.report(run.process.pid)


def soak_sessions(python: str, scratch: Path, seconds: float) -> bool:
    """A program that is attached to, stopped and left again and again."""
    from test_listen import PROGRAM as LISTENING
    from test_listen import Program, visit_and_look, written_memory

    directory = Path(tempfile.mkdtemp(dir=scratch))
    program = Program(python, directory, LISTENING, "1")
    try:
        for _ in range(20):
            visit_and_look(program)
        first, count, until = written_memory(program.process.pid), 0, time.monotonic() + seconds
        while time.monotonic() < until or count < 100:
            visit_and_look(program)
            count += 1
        last = written_memory(program.process.pid)
    finally:
        program.process.kill()
        program.process.communicate()
    flat = last - first <= LIMIT + SESSION_LIMIT * count
    print(f"sessions under {python}: {count:,}, {first:,} KiB, then {last:,} KiB: {'flat' if flat else 'GROWS'}")
    return flat


def soak_screen(python: str, scratch: Path, seconds: float) -> bool:
    """The debugger itself, stepping with its screen drawn."""
    from screen import BUILD, Screen

    script = scratch / "soaked.py"
    script.write_text(PROGRAM)
    home = scratch / "home"
    home.mkdir()
    screen = Screen([BUILD / "pytui", "--python", python, script], home=home, rows=40, cols=120)
    try:
        screen.expect("stopped", row=0, timeout=60)
        screen.send(f":break {script}:{STOP}\rc")
        screen.expect(f"soaked.py:{STOP}", row=0, timeout=60)
        pid = debugger(screen)
        growth = Growth("pytui", seconds)
        while growth.goes_on(pid, 4):
            screen.send("s")
            screen.expect("in called", row=0, timeout=60)
            screen.send("fnc")
            screen.expect(f"soaked.py:{STOP} in work", row=0, timeout=60)
        return growth.report(pid)
    finally:
        screen.close()


def debugger(screen) -> int:
    """The process that draws: of those called pytui, the one with the most memory."""
    pids = [pid for pid, line in screen.processes().items() if Path(line.split()[0]).name == "pytui"]
    return max(pids, key=own_memory)


def main() -> int:
    """Soaks the program on one interpreter of each engine, then the screen."""
    parser = argparse.ArgumentParser(usage=__doc__.rpartition("usage: ")[2])
    parser.add_argument("--build", default="build")
    parser.add_argument("--python", action="append")
    options = parser.parse_args()
    os.environ["PYTUI_BUILD"] = str(Path(options.build).resolve())
    import interpreters

    pythons = options.python or [each.path for each in interpreters.one_per_engine()]
    seconds = float(os.environ.get("SOAK_SECONDS", "120")) / (2 * len(pythons) + 1)
    flat = True
    with tempfile.TemporaryDirectory(prefix="pytui-soak-") as scratch:
        for python in pythons:
            flat &= soak_program(python, Path(scratch), seconds)
            flat &= soak_sessions(python, Path(scratch), seconds)
        flat &= soak_screen(pythons[-1], Path(scratch), seconds)
    return int(not flat)


if __name__ == "__main__":
    sys.exit(main())
