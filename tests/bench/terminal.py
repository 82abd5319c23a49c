"""What the user waits for: steps, the start, and output, timed at the terminal beside pdb, pudb and tmux.

Times are from the key written to the pty to the last byte read from it.
"""

import argparse
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import interpreters
import peers
from table import Row, line_of

TARGETS = Path(__file__).resolve().parents[1] / "targets"
ROWS, COLS = 40, 120
STEP_TIMEOUT = 120  # seconds; pudb beside huge values needs them


class Bench:
    """What the groups share: the contestants, a scratch directory, and the table."""

    def __init__(self, options: argparse.Namespace, scratch: Path) -> None:
        import screen

        self.screen = screen
        self.pytui = [screen.BUILD / "pytui", "--python", options.python]
        self.python = options.python
        self.rounds = options.rounds
        self.scratch = scratch
        self.rows: list[Row] = []
        self.runs = 0
        self.pudb = self.python if peers.has(self.python, "pudb") else interpreters.with_module("pudb")
        self.tmux = shutil.which("tmux") is not None

    def row(self, what: str, unit: str, goal: str) -> Row:
        """A new line of the table."""
        self.rows.append(Row(what, unit, goal))
        return self.rows[-1]

    @contextlib.contextmanager
    def terminal(self, *argv, **options):
        """A command in a terminal with a home of its own."""
        self.runs += 1
        home = self.scratch / f"home{self.runs}"
        home.mkdir()
        options = {"rows": ROWS, "cols": COLS, "home": home} | options
        screen = self.screen.Screen(argv, **options)
        try:
            yield screen
        finally:
            screen.close()
            shutil.rmtree(home, ignore_errors=True)

    def pudb_home(self, *breakpoints: str) -> dict[str, str]:
        """An environment in which pudb asks nothing and knows these breakpoints."""
        self.runs += 1
        config = self.scratch / f"pudb{self.runs}" / "pudb"
        config.mkdir(parents=True)
        version = subprocess.run([self.pudb, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                                 capture_output=True, text=True).stdout.strip()  # fmt: skip
        (config / "pudb.cfg").write_text("[pudb]\nseen_welcome = e999\nprompt_on_quit = False\n")
        (config / f"saved-breakpoints-{version}").write_text("".join(f"b {place}\n" for place in breakpoints))
        path = peers.environment(self.pudb).get("PYTHONPATH")
        return {"XDG_CONFIG_HOME": str(config.parent)} | ({"PYTHONPATH": path} if path else {})


def attempt(what: str, measure: Callable[[], float | None]) -> float | None:
    """The figure, or None with the reason on stderr: one contestant's failure does not end the bench."""
    try:
        return measure()
    except (AssertionError, OSError, RuntimeError, ValueError) as error:
        print(f"bench: {what}: {str(error).splitlines()[0]}", file=sys.stderr)
        return None


# Steps


def step_times(screen, steps: int, answer: int) -> tuple[float, float]:
    """Median milliseconds from the key to the last byte, and median bytes, of `n` typed at a stop.

    An answer has more than `answer` bytes: less is the echo of a terminal that nobody reads yet.
    """
    times, sizes = [], []
    for _ in range(steps):
        screen.settle(0.04)
        screen.mark()
        screen.send("n")
        screen.wait_for(lambda: screen.bytes > answer, "no answer to a step", timeout=STEP_TIMEOUT)
        screen.settle(0.04)
        times.append((screen.state["last_ns"] - screen.state["sent_ns"]) / 1e6)
        sizes.append(screen.bytes)
    return statistics.median(times), statistics.median(sizes)


def steps_group(bench: Bench) -> None:
    """Steps at a shallow and a deep stack, in a long file, beside huge values."""
    long = bench.scratch / "long.py"
    subprocess.run([sys.executable, TARGETS / "longfile.py", long], check=True)
    cases = [
        ("step, 10 frames deep", TARGETS / "deep.py", ["10"]),
        ("step, 5,000 frames deep", TARGETS / "deep.py", ["5000"]),
        ("step in a file of 60,000 lines", long, []),
        ("step beside 10⁷ items and 100 MB", TARGETS / "huge.py", []),
    ]
    rows = [(bench.row(name, "ms", "≤ 1 ms, ≤ ¼ pudb"), bench.row("", "bytes", "≤ 1,024")) for name, _, _ in cases]
    for _ in range(min(bench.rounds, 3)):
        for (time_row, size_row), (_, program, words) in zip(rows, cases, strict=True):
            place = f"{program}:{line_of(program, '        total += number')}"
            pdb = [bench.python, "-m", "pdb", "-c", f"break {place}", "-c", "continue", program, *words]
            contestants = {
                "pytui": ([*bench.pytui, "--continue", "-b", place, program, *words], {}, "stopped"),
                "pdb": (pdb, {}, "(Pdb)"),
            }
            # A step of pudb beside huge values takes it half a minute: once is enough.
            if bench.pudb and not (program.name == "huge.py" and "pudb" in time_row.figures):
                argv = [bench.pudb, "-m", "pudb", "-c", program, *words]
                contestants["pudb"] = (argv, bench.pudb_home(place), "Variables")
            for who, (argv, env, ready) in contestants.items():
                measured = attempt(
                    f"{who}, {program.name}", lambda a=argv, e=env, r=ready, w=who: steps_of(bench, a, e, r, w)
                )
                if measured:
                    time_row.add(who, measured[0])
                    size_row.add(who, measured[1])


def steps_of(bench: Bench, argv: list, env: dict, ready: str, who: str) -> tuple[float, float]:
    """Times and sizes of one debugger's steps once it has stopped in the loop."""
    with bench.terminal(*argv, env=env) as screen:
        screen.expect(ready, timeout=STEP_TIMEOUT)
        screen.expect("total", timeout=STEP_TIMEOUT)
        if who != "pdb":
            return step_times(screen, 3 if "huge" in str(argv) else 15, 100)
        # pdb repeats the last command on an empty line: Enter alone is a step.
        screen.send("n\r")
        screen.settle()
        send, screen.send = screen.send, lambda _: send("\r")
        return step_times(screen, 15, 8)


# Start


def seconds_to(screen, *patterns: str, row: int | None = None) -> float:
    """Milliseconds from the start of the command to the output that completed the patterns."""
    screen.expect(*patterns, row=row, timeout=30)
    return (screen.state["last_ns"] - screen.state["started_ns"]) / 1e6


def start_group(bench: Bench) -> None:
    """From the command to the first paint of the source, and to the first stop."""
    program = TARGETS / "stepme.py"
    paint = bench.row("start to the first paint of the source", "ms", "≤ 20 ms")
    stop = bench.row("start to the first stop", "ms", "≤ bare + 40 ms")
    for _ in range(bench.rounds):
        with bench.terminal(bench.python, "-c", "print('up')") as screen:
            stop.add("bare", seconds_to(screen, "up"))
        with bench.terminal(*bench.pytui, program) as screen:
            paint.add("pytui", attempt("pytui", lambda s=screen: seconds_to(s, "def work(n)")))
            stop.add("pytui", attempt("pytui", lambda s=screen: seconds_to(s, "stopped", row=0)))
        with bench.terminal(bench.python, "-m", "pdb", program) as screen:
            stop.add("pdb", attempt("pdb", lambda s=screen: seconds_to(s, "(Pdb)")))
        if bench.pudb:
            with bench.terminal(bench.pudb, "-m", "pudb", program, env=bench.pudb_home()) as screen:
                measured = attempt("pudb", lambda s=screen: seconds_to(s, "def work(n)", "Variables"))
                paint.add("pudb", measured)
                stop.add("pudb", measured)


# Output


def flood_group(bench: Bench) -> None:
    """A program that prints 50 MB."""
    megabytes = 50
    row = bench.row(f"{megabytes} MB of output", "s", "≤ tmux")
    flood = [TARGETS / "flood.py", megabytes]
    for _ in range(min(bench.rounds, 3)):
        contestants = {"bare": [bench.python, *flood], "pytui": [*bench.pytui, "--continue", *flood]}
        if bench.tmux:
            command = " ".join(map(str, [bench.python, *flood])) + "; read x"
            contestants["tmux"] = ["tmux", "-L", f"bench{os.getpid()}", "-f", "/dev/null", "new-session", command]
        for who, argv in contestants.items():
            with bench.terminal(*argv) as screen:
                measured = attempt(who, lambda s=screen: flood_seconds(s))
                row.add(who, measured)
        if bench.tmux:
            subprocess.run(["tmux", "-L", f"bench{os.getpid()}", "kill-server"], capture_output=True)


def flood_seconds(screen) -> float:
    """Seconds until the last line of the flood is on the screen."""
    screen.expect(re.compile("^flood done", re.MULTILINE), timeout=180)
    return (screen.state["last_ns"] - screen.state["started_ns"]) / 1e9


GROUPS = {"steps": steps_group, "start": start_group, "flood": flood_group}
