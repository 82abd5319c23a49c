"""What of its line a frame is at, underlined in Source: calls that have not returned, what failed."""

import re

import pytest
from conftest import at
from screen import REVERSE, UNDERLINE, Screen

GUTTER = 7  # columns of marks and line numbers
PROGRAM = """\
def fail(d):
\treturn len(d) + d["k"] * 2
def wide(a):
    return '漢字' + '' .join(fail(
        a))
def main():
    x = 1; wide({})
main()
"""


def marked(screen: Screen, number: int) -> str:
    """What is underlined in a source line, or reversed where the whole row is underlined; characters may be wide."""
    row = screen.row_of(re.compile(rf"^.{{3}} *{number}  "))
    runs = screen.cells()[row]
    flag = REVERSE if runs[0][4] & UNDERLINE else UNDERLINE
    columns = {
        column
        for start, count, _, _, flags in runs
        if flags & flag
        for column in range(start, start + count)
        if column >= GUTTER
    }
    found, column = "", 0
    for char in screen.lines[row].partition("│")[0]:
        found += char if column in columns else ""
        column += 2 if ord(char) > 0x2E80 else 1
    return found


def shows(screen: Screen, number: int, text: str) -> None:
    screen.wait_for(lambda: marked(screen, number) == text, f"line {number} with {text!r} marked")


@pytest.mark.parametrize("theme", ["default", "light", "classic", "mono"])
def test_what_failed_and_the_calls_above(pytui, write, each_engine, theme):
    """Tabs, wide characters and expressions over several lines; callers too."""
    program = write("spans.py", PROGRAM)
    screen = pytui(program, options=["--continue", "--theme", theme], interpreter=each_engine.path, rows=30, cols=120)
    at_exception(screen, "spans.py:2 in fail")
    shows(screen, 2, 'd["k"]')
    screen.send("u")
    at_exception(screen, "spans.py:4 in wide")
    shows(screen, 4, "fail(")
    screen.send("u")
    at_exception(screen, "spans.py:7 in main")
    shows(screen, 7, "wide({})")
    screen.send("u")
    at_exception(screen, "spans.py:8 in <module>")
    shows(screen, 8, "")
    screen.send("C" + "k" * 6)
    shows(screen, 2, "")


def at_exception(screen: Screen, place: str) -> None:
    screen.expect(re.compile(re.escape(place) + " .*post-mortem"), row=0)


def test_it_scrolls_sideways(pytui, write):
    program = write("spans.py", PROGRAM)
    screen = pytui(program, options=["--continue"], rows=30, cols=120)
    at_exception(screen, "spans.py:2 in fail")
    screen.send("lllllll")
    shows(screen, 2, '"]')
    screen.send("hhhhhhh")
    shows(screen, 2, 'd["k"]')


def test_steps_mark_calls_and_nothing_for_the_first_name(pytui, write, each_engine):
    program = write("steps.py", "def f(a):\n    return a\nx = f(1) + f(2)\ny = x\n")
    screen = pytui(program, interpreter=each_engine.path, rows=30, cols=120)
    at(screen, "steps.py:1")
    screen.send("n")
    at(screen, "steps.py:3")
    shows(screen, 3, "")
    screen.send("s")
    at(screen, "steps.py:1 in f") if screen.shows("steps.py:1", row=0) else at(screen, "steps.py:2 in f")
    screen.send("u")
    shows(screen, 3, "f(1)")
    screen.send("r")
    at(screen, "steps.py:3")
    shows(screen, 3, "f(1)")


def test_which_statement_of_a_line(pytui, write, each_engine):
    program = write("line.py", "def f(a, b):\n    a = 0; b = len('x')\n    return b\nf(1, 2)\n")
    screen = pytui(program, options=["--continue", "-b", "line.py:2:12"], interpreter=each_engine.path, cols=120)
    screen.expect("line.py:2:12 in f", row=0)
    shows(screen, 2, "len")


def test_without_colours(pytui, write):
    program = write("spans.py", PROGRAM)
    screen = pytui(program, options=["--continue"], term="vt220", rows=30, cols=120)
    at_exception(screen, "spans.py:2 in fail")
    shows(screen, 2, 'd["k"]')
