"""Searching what the program printed, its title, and the whole screen for programs that fill their terminal."""

import re
from collections.abc import Callable
from pathlib import Path

from conftest import Pytui, at, ended, printed

Write = Callable[[str, str], Path]

LINES = """import sys
for i in range(300):
    print("line", i, "needle" if i in (20, 150, 298) else "")
sys.stdout.flush()
name = input("name? ")
print("got", name)
"""


def test_search(pytui: Pytui, write: Write) -> None:
    """The newest hit first, then older and newer ones; Esc is back at the end, and typing is for the program."""
    screen = pytui(write("lines.py", LINES), options=["--continue"], rows=30)
    screen.expect(printed("name?"))
    screen.send(":search-output\r")
    screen.expect("/", row=-1)
    screen.send("needle")
    screen.expect("line 298 needle")
    screen.keys("Enter")
    row = screen.row_of("line 298 needle")
    col = screen.lines[row].index("needle")
    screen.wait_for(lambda: screen.attributes_at(row, col) != screen.attributes_at(row, col - 2), "a marked hit")
    screen.send(".")
    screen.expect("line 150 needle", re.compile(r"\d+/\d+ back"))
    screen.send(".")
    screen.expect("line 20 needle")
    screen.send(",")
    screen.expect("line 150 needle")
    screen.keys("Esc")
    screen.expect(printed("name?"))
    screen.settle()
    screen.send("Grace\r")
    screen.expect(printed("got Grace"))
    ended(screen, "0")


def test_search_without_a_hit(pytui: Pytui, write: Write) -> None:
    """It says so; Esc leaves things as they were."""
    screen = pytui(write("lines.py", LINES), options=["--continue"], rows=30)
    screen.expect(printed("name?"))
    screen.send(":search-output nothing-like-it\r")
    screen.expect("the program has not printed 'nothing-like-it'")
    screen.keys("Esc")
    screen.expect_not("has not printed")
    screen.send("Ada\r")
    screen.expect(printed("got Ada"))


def test_scrolled_back(pytui: Pytui, write: Write) -> None:
    """Shift-PgUp scrolls, / searches there."""
    screen = pytui(write("lines.py", LINES), options=["--continue"], rows=30)
    screen.expect(printed("name?"))
    screen.send("T")
    screen.send("\x1b[5;2~")
    screen.expect(re.compile(r"\d+/\d+ back"))
    screen.send("/")
    screen.send("line 42 \r")
    screen.expect(printed("line 42 "))


def test_title(pytui: Pytui, write: Write) -> None:
    """What the program calls its window stands in the pane's title, escaped."""
    program = write("title.py", 'print("\\x1b]2;my \\u202etitle\\x07", flush=True)\ninput("more? ")\n')
    screen = pytui(program, options=["--continue"])
    screen.expect(printed("more?"), re.compile(r"Terminal.*my .*title"))
    assert "\u202e" not in screen.text


FULL = """import sys, time
print("before", flush=True)
sys.stdout.write("\\x1b[?1049h\\x1b[2J\\x1b[Hfull screen here\\r\\n")
sys.stdout.flush()
answer = input()
sys.stdout.write("\\x1b[?1049l")
print("back with", answer)
"""


def test_a_program_that_fills_its_terminal(pytui: Pytui, write: Write) -> None:
    """It has the whole screen while it runs; the panes are back when it leaves the alternate screen."""
    screen = pytui(write("full.py", FULL), rows=30)
    at(screen, "full.py:1")
    screen.send("c")
    screen.expect_not("Variables", "Breakpoints")
    screen.expect(printed("full screen here"))
    screen.send("x\r")
    screen.expect("Variables", "Breakpoints", printed("back with x"))
    ended(screen, "0")


def test_the_panes_are_back_at_a_stop(pytui: Pytui, write: Write) -> None:
    """A breakpoint is seen at once, with the focus where it was."""
    path = write("full.py", FULL)
    screen = pytui(path, options=["-b", f"{path}:6", "--continue"], rows=30)
    screen.expect("Ctrl-] leave", row=0)
    screen.expect_not("Variables")
    screen.send("x\r")
    at(screen, "full.py:6")
    screen.expect("Variables")
    screen.keys("c")
    ended(screen, "0")


def test_it_can_be_declined(pytui: Pytui, write: Write) -> None:
    """Who leaves the terminal has the panes and keeps them; the setting switches it off."""
    path = write("full.py", FULL)
    screen = pytui(path, options=["--continue"], rows=30)
    screen.expect("Ctrl-] leave", row=0)
    screen.expect_not("Variables")
    screen.keys("Ctrl-]")
    screen.expect("Variables", "Terminal")
    screen.send(":set zoom-full-screen = no\r")
    screen.keys("Ctrl-c")
    at(screen, "full.py:5")
    screen.expect("Variables")
