"""Whether much scrolls as fast as a little, and pytui's own memory: rows for the groups of bench.py at the terminal."""

import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from table import line_of
from terminal import TARGETS, Bench, attempt

CASES = {
    # what: few, many, the key that goes there
    "frames": (1_000, 10_000, "S"),
    "items": (1_000, 10_000_000, "V"),
    "lines": (600, 60_000, "C"),
    "breakpoints": (50, 500, "B"),
    "threads": (60, 200, "S"),
}
KEYS = ["PageDown"] * 6 + ["PageUp"] * 3 + ["G", "g"]


def program_of(bench: Bench, kind: str, count: int) -> tuple[Path, list[str], list[str]]:
    """The program, its arguments, and the options that stop it in its loop."""
    program, words, others = TARGETS / "large.py", [kind, str(count)], range(0)
    if kind in ("lines", "breakpoints"):
        lines = count if kind == "lines" else count * 12
        program, words = bench.scratch / f"{kind}{count}" / "long.py", []
        program.parent.mkdir(exist_ok=True)
        subprocess.run([sys.executable, TARGETS / "longfile.py", program, str(lines)], check=True)
        others = range(4, 10 * count, 10) if kind == "breakpoints" else others
    places = [line_of(program, "        total += number"), *others]
    return program, words, ["--continue", *(word for line in places for word in ("-b", f"{program}:{line}"))]


def key_time(bench: Bench, kind: str, count: int) -> float:
    """Median milliseconds from a key that scrolls to the last byte of what it painted."""
    program, words, options = program_of(bench, kind, count)
    times = []
    with bench.terminal(*bench.pytui, *options, program, *words) as screen:
        screen.expect(re.compile("stopped: breakpoint"), row=0, timeout=60)
        screen.send(CASES[kind][2] + ("l" if kind == "items" else ""))
        screen.settle()
        screen.keys("g")
        for key in KEYS:
            screen.settle(0.05)
            screen.mark()
            screen.keys(key)
            screen.wait_for(lambda s=screen: s.bytes > 0, f"no answer to {key}", timeout=30)
            screen.settle(0.05)
            times.append((screen.state["last_ns"] - screen.state["sent_ns"]) / 1e6)
    return statistics.median(times)


def scroll_group(bench: Bench) -> None:
    """Paging through much of each kind, as a ratio to a little of it."""
    rows = {
        kind: (
            bench.row(f"a page of {many:,} {kind}", "ms", "≤ 5 ms"),
            bench.row(f"… to that of {few:,}", "ratio", "≤ 1.3"),
        )
        for kind, (few, many, _) in CASES.items()
    }
    for _ in range(min(bench.rounds, 3)):
        for kind, (few, many, _) in CASES.items():
            little = attempt(f"{few} {kind}", lambda k=kind, n=few: key_time(bench, k, n))
            much = attempt(f"{many} {kind}", lambda k=kind, n=many: key_time(bench, k, n))
            rows[kind][0].add("pytui", much)
            if little and much:
                rows[kind][1].add("pytui", much / little)


def resident(screen) -> tuple[float, float]:
    """MiB that the largest of pytui's own processes has in memory, and what is its alone of pages that it shares."""
    sizes = []
    for pid, command in screen.processes().items():
        if command.split(" ")[0].endswith("/pytui"):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            rss, pss = (int(re.search(rf"^{word}: +(\d+)", rollup, re.MULTILINE)[1]) / 1024 for word in ("Rss", "Pss"))
            sizes.append((rss, pss))
    return max(sizes)


def size_group(bench: Bench) -> None:
    """pytui's own memory with a short and a long file open."""
    for what, kind, count in (("60,000 lines", "lines", 60_000), ("600 lines", "lines", 600)):
        rss = bench.row(f"Rss of pytui, a file of {what}", "MiB", "≤ 20 MiB")
        pss = bench.row("Pss of the same", "MiB", "")
        for _ in range(min(bench.rounds, 3)):
            program, words, options = program_of(bench, kind, count)
            with bench.terminal(*bench.pytui, *options, program, *words) as screen:
                screen.expect(re.compile("stopped: breakpoint"), row=0, timeout=60)
                screen.send("Cg")
                screen.settle()
                screen.send("G")
                screen.settle()
                sizes = resident(screen)
                rss.add("pytui", sizes[0])
                pss.add("pytui", sizes[1])


def huge_group(bench: Bench) -> None:
    """A file of 60 MB: until it is shown, a key while it is read, and a search through all of it."""
    program, big = bench.scratch / "small.py", bench.scratch / "huge.py"
    program.write_text("a = 1\nb = 2\n")
    lines = "".join(f"value_{number:06d} = 'some text'  # and what it is for\n" for number in range(20_000))
    with big.open("w") as file:
        for _ in range(60 * 2**20 // len(lines)):
            file.write(lines)
        file.write("the_last = 1\n")
    shown = bench.row("a file of 60 MB is read and shown", "ms", "")
    answered = bench.row("… a key meanwhile", "ms", "≤ 30 ms")
    found = bench.row("… a search through it", "ms", "")
    for _ in range(min(bench.rounds, 3)):
        with bench.terminal(*bench.pytui, program) as screen:
            screen.expect("stopped: entry", row=0, timeout=60)
            began = time.perf_counter()
            screen.send(f":open {big}\r")
            screen.expect("Esc ends it")
            pressed = time.perf_counter()
            screen.send("?")
            screen.expect("F1")
            answered.add("pytui", (time.perf_counter() - pressed) * 1e3)
            screen.send("q")
            screen.expect(re.compile("value_000000"), timeout=60)
            shown.add("pytui", (time.perf_counter() - began) * 1e3)
            began = time.perf_counter()
            screen.send("/the_last\r")
            screen.expect("the_last = 1", timeout=60)
            found.add("pytui", (time.perf_counter() - began) * 1e3)


GROUPS = {"scroll": scroll_group, "size": size_group, "huge": huge_group}
