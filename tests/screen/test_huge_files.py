"""Sources of many megabytes: read and searched in steps, so that keys are answered meanwhile; lines of megabytes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Pytui, at

Write = Callable[[str, str | bytes], Path]

PROGRAM = "a = 1\nb = 2\nprint(a)\n"
MEGABYTES = 40


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A file of 40 MB; what is looked for is in its last line."""
    path = tmp_path / "big.py"
    lines = "".join(f"value_{number:06d} = 'some text'  # and what it is for\n" for number in range(20_000))
    times = MEGABYTES * 1024 * 1024 // len(lines)
    with path.open("w") as file:
        for _ in range(times):
            file.write(lines)
        file.write("last_one = 1  # Thread\n")
    return path


def test_reading_is_shown_and_ends_with_esc(pytui: Pytui, write: Write, big: Path) -> None:
    """And is begun anew when that is asked for; a step is made in the middle of it."""
    screen = pytui(write("small.py", PROGRAM), cols=100)
    at(screen, "small.py:1")
    screen.send(f":open {big}\r\x1b")
    screen.expect("not read: Esc ended that, Ctrl-r reads it")
    screen.keys("Ctrl-r")
    screen.send("n")
    at(screen, "small.py:2")
    screen.expect(re.compile(r"▶ +2  b = 2"))
    screen.send(f":open {big}\r")
    screen.expect(re.compile(r"^ +1  value_000000 = 'some text'", re.MULTILINE))


def test_searching_a_large_file(pytui: Pytui, write: Write, big: Path) -> None:
    """From the beginning to the end, from the end backwards, and for what is not there."""
    screen = pytui(write("small.py", PROGRAM), cols=120)
    at(screen, "small.py:1")
    screen.send(f":open {big}\r")
    screen.expect(re.compile(r"^ +1  value_000000 = 'some text'", re.MULTILINE))
    screen.send("/# Thr\r")
    screen.expect("last_one = 1  # Thread")
    screen.send("g")
    screen.expect(re.compile(r"^ +1  value_000000", re.MULTILINE))
    screen.send(",")
    screen.expect("last_one = 1  # Thread")
    screen.send("/no such text\r")
    screen.expect("'no such text' not found")
    screen.expect("last_one = 1  # Thread")


def test_the_far_end_of_a_long_line(pytui: Pytui, write: Write) -> None:
    """It is drawn right, wherever it is looked at: tabs, wide characters and hits."""
    parts = ["\t'é', '漢字', 1234567, "] * 100_000
    program = write("wide.py", "x = 1\nlong = [" + "".join(parts) + "'Needle', 5]\nprint(x)\n")
    screen = pytui(program, cols=120)
    at(screen, "wide.py:1")
    screen.send("/Needle\r")
    screen.expect(re.compile(r"', '漢字', 1234567, 'Needle', 5\]"))
    screen.keys("Right", "Right")
    screen.expect(re.compile(r"漢字', 1234567, 'Needle', 5\]"))
    screen.keys(*["Left"] * 8)
    screen.expect(re.compile(r"1234567, +'é', '漢字', 1234567, 'Needle', 5\]"))
