"""Esc ends what takes long: a statement, a value, a property, an assignment; what cannot be ended is said to be so."""

import re
from dataclasses import dataclass

import pytest
from conftest import Pytui, at
from screen import Pattern, Screen

PROGRAM = """\
import itertools
class Slow:
    def __repr__(self):
        return "slow one"
    @property
    def never(self):
        while True:
            pass
def endless():
    while True:
        pass
slow = Slow()
value = 1
value += 1
print("end", value)
"""
SAYS = re.compile("evaluating…  Esc interrupts")


@dataclass(frozen=True)
class Case:
    """Something that never ends by itself.

    Args:
        keys: What starts it, from Source.
        ended: What is seen once it is interrupted.
    """

    keys: tuple[str, ...]
    ended: Pattern


CASES = {
    "console": Case(("Ctrl-x", "endless()\r"), re.compile("^interrupted", re.MULTILINE)),
    "statement": Case(("Ctrl-x", "while True: pass\r", "\r"), re.compile("^interrupted", re.MULTILINE)),
    "line": Case((":endless()\r",), "interrupted"),
    "print": Case((":print endless()\r",), "interrupted"),
    "command": Case((":whatis endless()\r",), "interrupted"),
    "assignment": Case((":set value = endless()\r",), "interrupted"),
}


@pytest.fixture
def stopped(pytui: Pytui, write):
    """Stopped at line 14."""

    def start(**options) -> Screen:
        screen = pytui(write("prog.py", PROGRAM), options=["--continue", "-b", "prog.py:14"], rows=40, **options)
        at(screen, "prog.py:14")
        return screen

    return start


def play(screen: Screen, keys: tuple[str, ...]) -> None:
    """Type texts, and keys by their names."""
    for each in keys:
        if each.startswith("Ctrl-"):
            screen.keys(each)
        else:
            screen.send(each)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_esc_interrupts(stopped, case, each_engine):
    screen = stopped(interpreter=each_engine.path)
    play(screen, case.keys)
    screen.expect(SAYS)
    screen.keys("Esc")
    screen.expect(case.ended)
    screen.expect_not("Esc interrupts")
    screen.keys("F10")  # and all goes on
    at(screen, "prog.py:15")


def test_esc_interrupts_a_property(pytui: Pytui, write):
    text = PROGRAM.replace("slow = Slow()\nvalue", "def work(slow):\n    return slow  # here\nwork(Slow())\nvalue")
    screen = pytui(write("prog.py", text), options=["--continue", "-b", "prog.py:13"], rows=40)
    at(screen, "prog.py:13")
    screen.send("V\r")
    screen.expect("▸ properties")
    screen.send("jj\r")
    screen.expect("▸ never")
    screen.send("j\r")
    screen.expect(SAYS)
    screen.keys("Esc")
    screen.expect("interrupted")
    screen.expect_not("Esc interrupts")
    screen.keys("F10")
    at(screen, "prog.py:14")


def test_what_is_stuck_in_c(stopped):
    """It is said, and everything else goes on."""
    screen = stopped()
    screen.send(":print max(itertools.repeat(1))\r")
    screen.expect(SAYS)
    screen.keys("Esc")
    screen.expect("not interrupted yet: it is in code that Python cannot interrupt")
    screen.send("?")
    screen.expect("╭─ Help")
    screen.keys("Esc")
    screen.expect_not("╭─ Help")
    screen.send(":set quit = end\rq")
    screen.wait_end()


def test_esc_is_the_programs_in_its_terminal(stopped):
    screen = stopped()
    screen.send(":endless()\r")
    screen.expect(SAYS)
    screen.send("T")
    screen.keys("Esc", "Ctrl-]")
    screen.keys("Ctrl-c")
    screen.expect("interrupted")


def test_what_is_quick_says_nothing(stopped):
    """Esc right after Enter leaves the Console as ever."""
    screen = stopped()
    screen.keys("Ctrl-x")
    screen.send("value + 41\r")
    screen.expect(re.compile("^42", re.MULTILINE))
    screen.expect_not("Esc interrupts")
    screen.keys("Esc")
    screen.expect("n next", row=0)
    screen.send("n")
    at(screen, "prog.py:15")
