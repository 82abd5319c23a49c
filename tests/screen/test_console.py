"""The Console: statements of several lines, history, results that open, its transcript."""

import re

import pytest
from conftest import at

PROGRAM = """\
class Node:
    def __init__(self):
        self.name = "root"
        self.items = {"first": [10, 20], "evil": "\\x1b]0;owned\\x07\\x1b[31m"}
node = Node()
numbers = list(range(200))
print("end")
print("after")
"""


def line(text: str) -> re.Pattern[str]:
    """Matches a pattern at the start of a line."""
    return re.compile("^" + text, re.MULTILINE)


@pytest.fixture
def console(pytui, write):
    """Stopped at the last but one line, with the keys in the console."""

    def start(**options):
        words = ["--continue", "-b", "prog.py:7"]
        screen = pytui(write("prog.py", PROGRAM), options=words, rows=40, cols=110, **options)
        at(screen, "prog.py:7")
        screen.keys("Ctrl-x")
        screen.expect(line(">>> "))
        return screen

    return start


def test_results_open_in_place(console, each_engine):
    screen = console(interpreter=each_engine.path)
    screen.send("node\r")
    screen.expect(line("▸ <.*Node object"))
    screen.keys("Ctrl-o")
    screen.expect("Enter opens")
    screen.keys("Enter")
    screen.expect(line("▾ <.*Node object"), line(" +name +'root'"))
    screen.keys("Down", "Down", "Enter")
    screen.expect(line(r" +▸ .*first.*list"), re.compile(r"evil.*\\x1b\]0;owned"))
    screen.keys("Down", "Right")
    screen.expect(line(r" +▾ .*first.*list"), line(r" +\[0\] +10\b"))
    screen.keys("g", "Down", "Left")
    screen.expect(line("▸ <.*Node object"))
    screen.keys("Ctrl-o")
    screen.expect_not("Enter opens")
    screen.send("1 + 41\r")
    screen.expect(line(r"42\b"))


def test_a_click_opens_a_result(console):
    screen = console()
    screen.send("node\r")
    screen.expect(line("▸ <.*Node object"))
    screen.click(screen.row_of("▸ <"), 0)
    screen.expect(line("▾ <.*Node object"), line(" +name +'root'"))


def test_long_results_open_page_by_page(console):
    screen = console()
    screen.send("[numbers]\r")
    screen.expect("198, 199]]")
    screen.keys("Ctrl-o", "Enter")
    screen.expect(line(r" +▸ \[0\] +list"))
    screen.keys("Down", "Enter")
    screen.expect(line(r" +\[0\] +0\b"))
    screen.keys("G")
    screen.expect(line(r" +\[199\] +199\b"))
    screen.keys("g", "Down", "Down", *["PageDown"] * 10)
    screen.expect(line(r" +\[7\d\] +7\d\b"))


def test_a_value_of_an_earlier_stop_says_so(console):
    screen = console()
    screen.send("node\r")
    screen.expect(line("▸ <.*Node object"))
    screen.keys("F10")
    at(screen, "prog.py:8")
    screen.keys("Ctrl-o", "Enter")
    screen.expect("this value cannot be opened any more")
    screen.expect(line("▸ <.*Node object"))


def test_a_statement_of_several_lines_is_edited_whole(console, each_engine):
    screen = console(interpreter=each_engine.path)
    screen.send("for i in range(3):\r")
    screen.send("print('a', i)\r")
    screen.send("print('b', i)")
    screen.expect(line(r"\.\.\.     print\('b', i\)"))
    screen.keys("Up", "Up", "End", "Left", "Left", "Backspace")
    screen.send("4")
    screen.keys("Down", "Down", "End")
    screen.send("\r\r")
    screen.expect(line("a 3"), line("b 3"))
    screen.keys("Up")
    screen.expect(line(r">>> for i in range\(4\):[^\n]*\n\.\.\.     print\('a', i\)"))


def test_backspace_takes_back_indentation(console):
    screen = console()
    screen.send("if True:\r")
    screen.keys("Backspace")
    screen.send("pass\r")
    screen.expect(line(r"\.\.\. pass"))
    screen.send("\r")
    screen.expect("IndentationError")


def test_history_is_searched(console):
    screen = console()
    screen.send("first = 1\rsecond = 2\rfirst = 3\r")
    screen.expect(line(">>> first = 3"))
    screen.keys("Ctrl-r")
    screen.send("irst")
    screen.expect("history 'irst': first = 3")
    screen.keys("Ctrl-r")
    screen.expect("history 'irst': first = 1")
    screen.keys("Ctrl-s")
    screen.expect("history 'irst': first = 3")
    screen.send("zz")
    screen.expect("history, none with 'irstzz'")
    screen.keys("Ctrl-g")
    screen.expect(line(">>>  "))
    screen.keys("Ctrl-r")
    screen.send("sec\r")
    screen.expect(re.compile("^>>> second = 2.*^>>> second = 2", re.MULTILINE | re.DOTALL))


def test_history_of_the_prompt_is_searched(console):
    screen = console()
    screen.keys("Ctrl-x")
    screen.send(":p 12345\r:p 2\r:")
    screen.keys("Ctrl-r")
    screen.send("123")
    screen.expect("history '123': p 12345")
    screen.send("\r")
    screen.expect("12345", row=39)


def test_the_transcript_is_searched_and_cleared(console):
    screen = console()
    screen.send("'needle one'\r'other'\r'needle two'\r")
    screen.expect(line("'needle two'"))
    screen.keys("Ctrl-o")
    screen.send("/ONE\r")
    screen.expect("'ONE' not found")
    screen.send("/one\ry")
    screen.expect(re.compile(r"copied \d+ bytes"))
    screen.keys("Ctrl-l")
    screen.expect_not("needle")
    screen.send("7 * 6\r")
    screen.expect(line("42"))


def paste(screen, text):
    """Pastes a long text as terminals do, in pieces."""
    data = f"\x1b[200~{text}\x1b[201~"
    for start in range(0, len(data), 16_000):
        screen.send(data[start : start + 16_000])


def test_a_megabyte_is_pasted(console):
    screen = console()
    paste(screen, "text = '" + "x" * 1_000_000 + "'")
    screen.send("\rlen(text)\r")
    screen.expect(line("1000000"), timeout=60)
    lines = "\n".join(f"v{number} = {number}" for number in range(60_000))
    paste(screen, lines)
    screen.expect("v59999 = 59999", timeout=60)
    screen.send("\rv59999 + 1\r")
    screen.expect(line("60000"), timeout=60)
