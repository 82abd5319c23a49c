"""Ten thousand frames, ten million items, 60,000 lines, 500 breakpoints and 200 threads scroll like a few: the same
messages, and about the same bytes painted, key by key."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import TARGETS, at

COLS, ROWS = 120, 40
PAGES = ["PageDown"] * 12
CASES = {
    # kind: few, many, keys that go there, keys that are counted
    "frames": (1000, 10_000, "S", [*PAGES, "G", "G", "PageUp", "g"]),
    "items": (1000, 10_000_000, "V", ["l", *PAGES, "G", "PageUp", "g"]),
    "threads": (20, 200, "S", ["PageDown", "PageDown", "G", "PageUp", "g"]),
    "lines": (600, 60_000, "C", ["g", *PAGES, "G", "PageUp", "g", "/", "print", "Enter", "."]),
    "breakpoints": (50, 500, "B", ["PageDown", "PageDown", "G", "PageUp", "g"]),
}


def run(pytui, tmp_path, kind, count):
    """The program stopped in its loop, with the focus where it is big, and the log it writes."""
    log = tmp_path / f"{kind}{count}.log"
    options = ["--log", log, "--continue"]
    program, words = TARGETS / "large.py", [kind, str(count)]
    if kind in ("lines", "breakpoints"):
        program, words = tmp_path / str(count) / "long.py", []  # a project of its own: breakpoints are kept for each
        program.parent.mkdir()
        lines = count if kind == "lines" else 12 * count
        subprocess.run([sys.executable, TARGETS / "longfile.py", program, str(lines)], check=True)
    loop = 1 + program.read_text().splitlines().index("        total += number")
    others = range(4, 10 * count, 10) if kind == "breakpoints" else []
    options += [word for line in (loop, *others) for word in ("-b", f"{program}:{line}")]
    screen = pytui(program, *words, options=options, cols=COLS, rows=ROWS)
    at(screen, f"{program.name}:{loop}", timeout=60)
    screen.expect(re.compile(r"total +0"))
    return screen, log


def painted(screen, keys):
    """Bytes that came to the terminal for each key."""
    sizes = []
    for key in keys:
        screen.settle()
        screen.mark()
        before = screen.state["serial"]
        screen.send(key) if len(key) == 1 or key.islower() else screen.keys(key)
        screen.answered(before)
        screen.settle()
        sizes.append(screen.bytes)
    return sizes


def counted(log):
    """How many requests pytui sent in all."""
    return int(re.search(r"session: (\d+) requests sent", log.read_text())[1])


@pytest.mark.parametrize("kind", CASES)
def test_much_scrolls_like_a_little(pytui, tmp_path, kind):
    figures = []
    few, many, there, keys = CASES[kind]
    keys = [*keys, "C", "F10", "F10"]
    for count in (few, many):
        screen, log = run(pytui, tmp_path, kind, count)
        screen.send(there)
        sizes = painted(screen, keys)
        screen.send("q")
        screen.expect(re.compile("end", re.I), re.compile("leave", re.I))
        screen.keys("Enter")
        screen.wait_end()
        figures.append((sizes, counted(log)))
    (small, asked_little), (large, asked_much) = figures
    assert asked_much == asked_little, (small, large)
    for key, little, much in zip(keys, small, large, strict=True):
        assert much <= 1.5 * little + 300, (key, small, large)
    assert kind == "items" or large[-1] <= 1024, large  # items that are open are fetched anew


@pytest.mark.skipif("PYTUI_SANITIZE" in os.environ, reason="sanitizers take memory of their own")
def test_a_long_file_takes_little_memory(pytui, tmp_path):
    screen, _ = run(pytui, tmp_path, "lines", 60_000)
    painted(screen, ["g", *PAGES, "G", "/", "total", "Enter", ".", "F10"])
    own = [pid for pid, command in screen.processes().items() if command.split(" ")[0].endswith("/pytui")]
    assert own
    for pid in own:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        resident = int(re.search(r"^Rss: +(\d+) kB", rollup, re.MULTILINE)[1])
        assert resident <= 20 * 1024, rollup
