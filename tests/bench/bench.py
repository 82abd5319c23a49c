#!/usr/bin/python3
"""How fast it is: pytui beside bare Python, pdb, pudb, debugpy and tmux, as ratios taken in one run.

Every figure is the minimum of ROUNDS rounds (steps: the median of all steps of a round), and the things that are
compared take turns, so that a busy machine is busy for all of them. Nothing is asserted; what is above the design's
promise is marked with "!" and counted.

usage: bench.py [--build DIR] [--python PATH]… [--rounds N] [--quick] [--only GROUP]…, groups: engine memory steps start
attach rest flood scroll size huge; interpreters: 3.11, 3.13 and the newest found, or Debian unstable's where
`make matrix` has made it
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "screen"), str(TESTS / "wire")]

GROUPS = ("engine", "memory", "steps", "start", "attach", "rest", "flood", "scroll", "size", "huge")
UNSTABLE = TESTS.parent / ".matrix" / "unstable"


def versions(options: argparse.Namespace) -> list:
    """The interpreters that are measured."""
    import interpreters

    if options.python:
        os.environ["PYTUI_INTERPRETERS"] = ":".join(options.python)
        return list(interpreters.all_interpreters())
    found = interpreters.all_interpreters()
    return [each for each in found if each.version[:2] in ((3, 11), (3, 13)) or each == found[-1]]


def engine_group(options: argparse.Namespace, scratch: Path) -> None:
    """Every interpreter's table; the newest one's may be in Debian unstable."""
    import engine

    for python in versions(options):
        print(f"bench: engine, {python} …", file=sys.stderr, flush=True)
        figures = engine.measure(python.path, scratch, options.rounds, python.version >= (3, 12))
        names = [who for who, _ in engine.peers(python.path)]
        table, broken = engine.report(figures, python.version, names)
        others = f"; others: {'/'.join(engine.PEER_KINDS)}" if names else ""
        print(
            f"\nCPython {python}, best of {options.rounds}{others}\n\n{table}\n\nabove the limit: {broken}", flush=True
        )


def memory_group(options: argparse.Namespace, scratch: Path) -> None:
    """What the backend adds to the program."""
    import memory

    print(f"\n{'memory added, KiB':34}{'attached':>9}{'100 stops':>10}{'limit':>9}{'USS':>9}{'100 stops':>10}")
    for python in versions(options):
        attached, uss, stopped, stopped_uss = memory.measure(python.path, scratch, min(options.rounds, 3))
        mark = "!" if max(attached, stopped) > memory.LIMIT else " "
        row = f"{attached:>9}{stopped:>10}{memory.LIMIT:>8}{mark}{uss:>9}{stopped_uss:>10}"
        print(f"{python!s:34}{row}", flush=True)


def terminal_groups(options: argparse.Namespace, scratch: Path, groups: list[str]) -> None:
    """What the user waits for, with the newest interpreter."""
    import attach
    import scroll
    import terminal
    from table import table

    options.python = versions(options)[-1].path
    bench = terminal.Bench(options, scratch)
    for name in groups:
        print(f"bench: {name} …", file=sys.stderr)
        (terminal.GROUPS | attach.GROUPS | scroll.GROUPS)[name](bench)
    size = f"{terminal.COLS}×{terminal.ROWS}"
    version = subprocess.run([options.python, "-V"], capture_output=True, text=True).stdout.strip()
    print(f"\n{version}, {os.cpu_count()} cores, {size}, best of {bench.rounds}; (n×): pytui to it\n")
    print(table(bench.rows))


def unstable(options: argparse.Namespace, groups: list[str]) -> None:
    """The same for the newest interpreter of Debian unstable, if that is here."""
    if options.python or os.geteuid() != 0 or not (UNSTABLE / ".packages").exists() or not groups:
        return
    only = [word for group in groups for word in ("--only", group)]
    bench = ["python3", TESTS / "bench" / "bench.py", "--build", options.build, "--python", "/usr/bin/python3.15"]
    command = [TESTS / "matrix", "--run", options.build, *bench, "--rounds", str(options.rounds), *only]
    subprocess.run(command, check=False)


def main() -> None:
    """Runs the groups that were asked for and prints their tables."""
    parser = argparse.ArgumentParser(usage=__doc__.rpartition("usage: ")[2])
    parser.add_argument("--build", default="build")
    parser.add_argument("--python", action="append")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=GROUPS)
    options = parser.parse_args()
    options.build = str(Path(options.build).resolve())
    os.environ["PYTUI_BUILD"] = options.build
    options.rounds = 1 if options.quick else options.rounds
    groups = options.only or list(GROUPS)
    with tempfile.TemporaryDirectory(prefix="pytui-bench-") as scratch:
        if "engine" in groups:
            engine_group(options, Path(scratch))
        if "memory" in groups:
            memory_group(options, Path(scratch))
        unstable(options, [group for group in groups if group in ("engine", "memory")])
        shown = [group for group in groups if group not in ("engine", "memory")]
        if shown:
            terminal_groups(options, Path(scratch), shown)


if __name__ == "__main__":
    main()
