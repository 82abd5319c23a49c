"""What the user waits for who attaches: from the command to the first paint that shows where the program is.

Each way in is a Way: how the program is started, and the words after `pytui attach`. The program spins in Python, as a
training loop does, so that a pause and a client have to come in between its lines.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from terminal import Bench, attempt, seconds_to

PROGRAM = """\
import sys
def work(n):
    total = 0
    for i in range(n):
        total += i
    return total
while True:
    work(1000)
"""
NAME = "attached.py"
START_TIMEOUT = 30


@dataclass(frozen=True)
class Way:
    """A way into a running program.

    Args:
        what: Names the row.
        goal: What the figure is held against.
        words: What stands between the interpreter and the program.
        variables: Of the program's environment.
        address: The word after `attach`, made from the process id.
        ready: Whether the program can be attached to: given the rendezvous directory and the process id.
    """

    what: str
    goal: str
    words: tuple[str, ...]
    variables: dict[str, str]
    address: Callable[[int], str]
    ready: Callable[[Path, int], bool]


def listens(place: Path, pid: int) -> bool:
    """Whether its socket is there."""
    return any(place.glob(f"*.{pid}*"))


LISTENING = Way("listening", "≤ 60 ms", ("-m", "pytui", "--listen"), {}, str, listens)
WAYS = [LISTENING]


@contextlib.contextmanager
def running(bench: Bench, way: Way, home: Path) -> Iterator[int]:
    """The program, once it can be attached to; its process id."""
    script = bench.scratch / NAME
    script.write_text(PROGRAM)
    runtime = home / "run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI", "XDG"))}
    package = bench.screen.BUILD / "backend-ext"
    variables |= {"XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(package), "HOME": str(home)} | way.variables
    process = subprocess.Popen(
        [bench.python, *way.words, script], env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not way.ready(runtime / "pytui", process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{way.what}: the program cannot be attached to")
            time.sleep(0.001)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def paint(bench: Bench, home: Path, word: str, keys: str) -> float:
    """Milliseconds from `pytui --stop attach WORD` to the stop on the screen; it is left then by KEYS."""
    with bench.terminal(*bench.pytui, "--stop", "attach", word, home=home) as screen:
        taken = seconds_to(screen, "stopped", "def work(n)")
        screen.send(keys)
        screen.wait_end()
        return taken


def first_paint(bench: Bench, home: Path, word: str) -> float:
    """Milliseconds from `pytui attach WORD` to a screen that says that the program runs."""
    with bench.terminal(*bench.pytui, "attach", word, home=home) as screen:
        taken = seconds_to(screen, "running", row=0)
        screen.expect(f"attached to {NAME}", timeout=START_TIMEOUT)
        screen.send(":detach\r")
        screen.wait_end()
        return taken


def attach_group(bench: Bench) -> None:
    """Each way in: to the first paint, to the first stop, and the same again for who comes back."""
    for way in WAYS:
        names = (f"attach, {way.what}: first paint", f"attach, {way.what}: first stop", f"reattach, {way.what}: stop")
        rows = [bench.row(name, "ms", way.goal) for name in names]
        for number in range(min(bench.rounds, 5)):
            home = bench.scratch / f"attach-{way.what.replace(' ', '-')}-{number}"
            with running(bench, way, home) as pid:
                word = way.address(pid)
                rows[0].add("pytui", attempt(way.what, lambda h=home, w=word: first_paint(bench, h, w)))
            with running(bench, way, home) as pid:
                for row in rows[1:]:
                    word = way.address(pid)
                    row.add("pytui", attempt(way.what, lambda h=home, w=word: paint(bench, h, w, ":detach\r")))


GROUPS = {"attach": attach_group}
