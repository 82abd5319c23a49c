#!/usr/bin/python3
"""How fast it is: pytui beside bare Python, pdb, pudb and tmux, as ratios taken in one run.

Every figure is the minimum of ROUNDS rounds (steps: the median of all steps of a round), and the things that are
compared take turns, so that a busy machine is busy for all of them. Times are from the terminal's side: from the key
written to the pty to the last byte read from it. Nothing is asserted; "goal" is what the design promises.

usage: bench.py [--build DIR] [--python PATH] [--rounds N] [--quick] [GROUP…], groups: program steps start flood
"""

import argparse
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "screen")]
BENCH = Path(__file__).resolve().parent
TARGETS = TESTS / "targets"
DEBIAN = "/usr/bin/python3"
ROWS, COLS = 40, 120


@dataclass
class Row:
    """One line of the table: a figure for each contestant, and what pytui's is held against."""

    what: str
    unit: str
    goal: str
    figures: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)

    def add(self, who: str, value: float | None, less: float = 0.0, by: float = 1.0) -> None:
        """Notes one round's figure, None when there is none; `less` is taken from it, and it is divided `by`."""
        if value is not None:
            self.figures.setdefault(who, []).append((value, less, by))

    def best(self, who: str) -> float | None:
        """Of the smallest figures of all rounds: each is the one that the machine disturbed least."""
        if who not in self.figures:
            return None
        value, less, by = (min(column) for column in zip(*self.figures[who], strict=True))
        return (value - less) / by


def line_of(path: Path, text: str) -> int:
    """The number of the first line that holds the text."""
    return 1 + next(n for n, line in enumerate(path.read_text().splitlines()) if text in line)


class Bench:
    """What all groups share: the contestants, a scratch directory, and the table."""

    def __init__(self, options: argparse.Namespace, scratch: Path) -> None:
        import screen

        self.screen = screen
        self.pytui = [screen.BUILD / "pytui", "--python", options.python]
        self.python = options.python
        self.rounds = options.rounds
        self.scratch = scratch
        self.rows: list[Row] = []
        self.runs = 0
        self.pudb = subprocess.run([DEBIAN, "-c", "import pudb"], capture_output=True).returncode == 0
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
        version = subprocess.run([DEBIAN, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                                 capture_output=True, text=True).stdout.strip()  # fmt: skip
        (config / "pudb.cfg").write_text("[pudb]\nseen_welcome = e999\nprompt_on_quit = False\n")
        (config / f"saved-breakpoints-{version}").write_text("".join(f"b {place}\n" for place in breakpoints))
        return {"XDG_CONFIG_HOME": str(config.parent)}


def attempt(what: str, measure: Callable[[], float | None]) -> float | None:
    """The figure, or None with the reason on stderr: one contestant's failure does not end the bench."""
    try:
        return measure()
    except (AssertionError, OSError, RuntimeError, ValueError) as error:
        print(f"bench: {what}: {str(error).splitlines()[0]}", file=sys.stderr)
        return None


# The program's own speed

PROGRAM = BENCH / "loops.py"


def timed(bench: Bench, argv: list, kind: str, count: int, prepare: Callable | None = None) -> float:
    """Seconds that the program says its rounds took."""
    result = bench.scratch / "result"
    result.unlink(missing_ok=True)
    with bench.terminal(*argv, kind, count, result) as screen:
        if prepare:
            prepare(screen)
        wait_for_result(screen, result)
    return float(result.read_text())


def wait_for_result(screen, result: Path) -> None:
    """Until the program wrote its time, or its debugger ended without it."""
    screen.wait_until(
        lambda: screen.status is not None or (result.exists() and result.read_text() != ""), "no result", timeout=120
    )


def set_condition(place: str, condition: str) -> Callable:
    """Sets a conditional breakpoint in pytui through its prompt, then continues."""

    def prepare(screen) -> None:
        screen.expect("stopped", row=0)
        screen.send(f":break {place}, {condition}\r")
        screen.expect(f"if {condition}")
        screen.send("c")

    return prepare


def program_group(bench: Bench) -> None:
    """A program with breakpoints that are not hit, and with one whose condition is false."""
    never, never_called, elsewhere = (
        f"{PROGRAM}:{line_of(PROGRAM, f'# {mark}')}" for mark in ("never", "never called", "elsewhere")
    )
    hot = f"{PROGRAM}:{line_of(PROGRAM, 'total += number')}"
    cases = [
        ("loop, breakpoint elsewhere", "loop", elsewhere, "≤ 1.05 × bare"),
        ("calls, breakpoint elsewhere", "calls", elsewhere, "≤ 1.05 × bare"),
        ("loop that holds a breakpoint never reached", "loop", never, "≤ 1.10 × bare"),
        ("calls of a function with one never reached", "calls", never_called, "≤ 1.10 × bare"),
    ]
    rows = [bench.row(case[0], "ratio", case[3]) for case in cases]
    hit = bench.row("false condition, one hit (loop)", "calls", "≤ 5-10 empty calls")
    for _ in range(bench.rounds):
        for row, (_, kind, place, _) in zip(rows, cases, strict=True):
            program_round(bench, row, kind, place)
        condition_round(bench, hit, hot, "number < 0")


FAST, SLOW = 2_000_000, 40_000


def program_round(bench: Bench, row: Row, kind: str, place: str) -> None:
    """One program with one breakpoint that is never hit, under each contestant."""
    bare = [bench.python, PROGRAM]
    pytui = [*bench.pytui, "--continue", "-b", place, PROGRAM]
    pdb = [bench.python, "-m", "pdb", "-c", f"break {place}", "-c", "continue", PROGRAM]
    row.add("bare", 1.0)
    base = timed(bench, bare, kind, FAST)
    row.add("pytui", attempt("pytui", lambda: timed(bench, pytui, kind, FAST)), by=base)
    base = timed(bench, bare, kind, SLOW)
    row.add("pdb", attempt("pdb", lambda: timed(bench, pdb, kind, SLOW)), by=base)
    if bench.pudb:
        base = timed(bench, [DEBIAN, PROGRAM], kind, SLOW)
        row.add("pudb", attempt("pudb", lambda: pudb_timed(bench, place, kind, SLOW)), by=base)


def condition_round(bench: Bench, row: Row, place: str, condition: str) -> None:
    """What one hit of a breakpoint costs whose condition is false, in calls of an empty function."""
    bare = [bench.python, PROGRAM]
    pdb = [bench.python, "-m", "pdb", "-c", f"break {place}, {condition}", "-c", "continue", PROGRAM]
    prepare = set_condition(place, condition)
    call = timed(bench, bare, "empties", FAST) / FAST
    base = timed(bench, bare, "loop", FAST) / FAST

    def per_round(argv: list, count: int, prepare: Callable | None = None) -> float:
        return timed(bench, argv, "loop", count, prepare) / count

    row.add("pytui", attempt("pytui", lambda: per_round([*bench.pytui, PROGRAM], FAST, prepare)), base, call)
    row.add("pdb", attempt("pdb", lambda: per_round(pdb, SLOW)), base, call)


def pudb_timed(bench: Bench, place: str, kind: str, count: int) -> float:
    """The same under pudb, on Debian's Python."""
    result = bench.scratch / "result"
    result.unlink(missing_ok=True)
    argv = [DEBIAN, "-m", "pudb", "-c", PROGRAM, kind, count, result]
    with bench.terminal(*argv, env=bench.pudb_home(place)) as screen:
        wait_for_result(screen, result)
    return float(result.read_text())


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
        screen.wait_for(lambda: screen.bytes > answer, "no answer to a step", timeout=30)
        screen.settle(0.04)
        times.append((screen.state["last_ns"] - screen.state["sent_ns"]) / 1e6)
        sizes.append(screen.bytes)
    return statistics.median(times), statistics.median(sizes)


def steps_group(bench: Bench) -> None:
    """Steps at a shallow and a deep stack, in a long file, beside huge values."""
    long = bench.scratch / "long.py"
    subprocess.run([DEBIAN, TARGETS / "longfile.py", long], check=True)
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
                argv = [DEBIAN, "-m", "pudb", "-c", program, *words]
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
        screen.expect(ready, timeout=60)
        screen.expect("total", timeout=60)
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
            with bench.terminal(DEBIAN, "-m", "pudb", program, env=bench.pudb_home()) as screen:
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


GROUPS = {"program": program_group, "steps": steps_group, "start": start_group, "flood": flood_group}


def table(rows: list[Row]) -> str:
    """The figures, one line per row and one column per contestant, with pytui's ratio to each."""
    contestants = ["pytui", "bare", "pdb", "pudb", "tmux"]
    lines = [f"{'':44}{'':>7}" + "".join(f"{who:>16}" for who in contestants) + "   goal"]
    for row in rows:
        cells = []
        mine = row.best("pytui")
        for who in contestants:
            value = row.best(who)
            text = "-" if value is None else f"{value:,.0f}" if row.unit == "bytes" else f"{value:,.2f}"
            if value and mine is not None and who != "pytui" and row.unit != "ratio":
                text += f" ({mine / value:.2f}×)"
            cells.append(f"{text:>16}")
        lines.append(f"{row.what:44}{row.unit:>7}{''.join(cells)}   {row.goal}")
    return "\n".join(lines)


def main() -> None:
    """Runs the groups that were asked for and prints the table."""
    parser = argparse.ArgumentParser(usage=__doc__.rpartition("usage: ")[2])
    parser.add_argument("--build", default="build")
    parser.add_argument("--python", default=None)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("groups", nargs="*")
    options = parser.parse_args()
    os.environ["PYTUI_BUILD"] = str(Path(options.build).resolve())
    import interpreters

    options.python = options.python or interpreters.one_per_engine()[-1].path
    options.rounds = 1 if options.quick else options.rounds
    version = subprocess.run([options.python, "-V"], capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory(prefix="pytui-bench-") as scratch:
        bench = Bench(options, Path(scratch))
        for name in options.groups or GROUPS:
            print(f"bench: {name} …", file=sys.stderr)
            GROUPS[name](bench)
        print(f"{version}, {os.cpu_count()} cores, {COLS}×{ROWS}, best of {bench.rounds}; (n×): pytui to it\n")
        print(table(bench.rows))


if __name__ == "__main__":
    main()
