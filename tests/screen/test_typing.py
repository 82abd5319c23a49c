"""What completes a word, offered while it is typed: in the Console and at `:`, with the setting `completion`."""

import re
from pathlib import Path

import pytest
from conftest import Pytui, at
from screen import Screen

PROGRAM = """\
class Point:
    def __init__(self):
        self.abscissa, self.ordinate = 3, 4
    @property
    def loud(self):
        print("called")
        return 1
    def __getattr__(self, name):
        print("asked for", name)
        raise AttributeError(name)
point = Point()
pointless = 5
polygon = [point]
print("end")
"""


def offered(*words: str, typed: str = "") -> re.Pattern[str]:
    """Matches rows of the list, one below the other, and the line being typed below them."""
    rows = "".join(rf"^.{{0,25}} {re.escape(word)} +│.*\n" for word in words)
    return re.compile(rows + (rf"(?:>>> |:){re.escape(typed)}" if typed else ""), re.MULTILINE)


@pytest.fixture
def stopped(pytui: Pytui, write, home: Path):
    """Stopped at the last line."""

    def start(settings: str = "", **options) -> Screen:
        if settings:
            (home / "config/pytui").mkdir(parents=True)
            (home / "config/pytui/config.ini").write_text(settings)
        words = ["--continue", "-b", "prog.py:14"]
        screen = pytui(write("prog.py", PROGRAM), options=words, rows=36, cols=100, **options)
        at(screen, "prog.py:14")
        return screen

    return start


def console(screen: Screen) -> Screen:
    """Go there."""
    screen.keys("Ctrl-x")
    screen.expect(re.compile("^>>>", re.MULTILINE))
    return screen


def test_names_come_while_typing(stopped, each_engine):
    screen = console(stopped(interpreter=each_engine.path))
    screen.send("p")
    screen.settle()
    assert not screen.shows(offered("pointless"))
    screen.send("o")
    screen.expect(offered("point", "pointless", "polygon", "pow", typed="po"))
    screen.send("i")
    screen.expect(offered("point", "pointless", typed="poi"))
    screen.send("ntl")
    screen.expect(offered("pointless", typed="pointl"))
    screen.keys("Tab")
    screen.expect(re.compile(r"^>>> pointless\b", re.MULTILINE))
    screen.send(" + 1\r")
    screen.expect(re.compile(r"^6\b", re.MULTILINE))


def test_attributes_come_behind_a_dot_and_run_nothing(stopped):
    screen = console(stopped())
    screen.send("point.")
    screen.expect(offered("abscissa", "loud", "ordinate", typed="point."))
    screen.send("o")
    screen.expect(offered("ordinate", typed="point.o"))
    screen.expect_not(offered("loud"))
    screen.send("rdinate\r")
    screen.expect(re.compile(r"^4\b", re.MULTILINE))
    assert not screen.shows(re.compile("^(asked for|called)", re.MULTILINE))


def test_esc_hides_the_list_of_this_word(stopped):
    screen = console(stopped())
    screen.send("po")
    screen.expect(offered("pointless"))
    screen.keys("Esc")
    screen.expect_not(offered("pointless"))
    screen.send("i")
    screen.expect(re.compile(r"^>>> poi\b", re.MULTILINE))
    screen.settle()
    assert not screen.shows(offered("pointless"))
    screen.send(" + po")
    screen.expect(offered("pointless"))
    screen.keys("Backspace")
    screen.expect_not(offered("pointless"))


def test_tab_goes_through_the_list(stopped):
    screen = console(stopped())
    screen.send("poi")
    screen.expect(offered("pointless"))
    screen.keys("Tab")
    screen.expect(re.compile(r"^>>> point\b", re.MULTILINE))
    screen.keys("Tab", "Tab")
    screen.expect(re.compile(r"^>>> pointless\b", re.MULTILINE))


def test_enter_runs_what_was_typed(stopped):
    screen = console(stopped())
    screen.send("pointless\r")
    screen.expect(re.compile(r"^5\b", re.MULTILINE))
    screen.send("po")
    screen.expect(offered("polygon"))
    screen.send("w\r")
    screen.expect(re.compile("built-in function pow"))
    screen.expect_not(offered("polygon"))


@pytest.mark.parametrize("text", ["'po", '"a" + "po', "# po", "12", "x = 0xpo"])
def test_nothing_comes_in_strings_comments_and_numbers(stopped, text):
    screen = console(stopped())
    screen.send(text)
    screen.expect(text)
    screen.settle()
    assert not screen.shows(offered("pointless"))


def test_commands_and_aliases(stopped):
    screen = stopped()
    screen.send(":alias tracking print 1\r")
    screen.expect("tracking")
    screen.send(":tbr")
    screen.expect(offered("tbreak", typed="tbr"))
    screen.keys("Esc")
    screen.expect_not(offered("tbreak"))
    screen.keys("Esc")
    screen.expect_not(re.compile(r"^:tbr", re.MULTILINE))
    screen.send(":tra")
    screen.expect(offered("tracking", typed="tra"))
    screen.keys("Ctrl-u")
    screen.send("step-o")
    screen.expect(offered("step-over", typed="step-o"))
    screen.keys("Ctrl-u")
    screen.send("con")
    screen.expect(offered("condition"), offered("cont"))
    screen.keys("Ctrl-u")
    screen.send("print point.or")
    screen.expect(offered("ordinate", typed="print point.or"))
    screen.keys("Tab", "Enter")
    screen.expect(re.compile(r"^ *4\b", re.MULTILINE))


def test_on_tab_only(stopped):
    screen = console(stopped("completion = tab\n"))
    screen.send("poi")
    screen.expect(re.compile("^>>> poi", re.MULTILINE))
    screen.settle()
    assert not screen.shows(offered("pointless"))
    screen.keys("Tab", "Tab")
    screen.expect(offered("pointless"))


def test_a_program_that_does_not_answer_delays_no_key(stopped):
    """While code runs nobody is asked; what is typed is there at once."""
    screen = console(stopped())
    screen.send("while True: pass\r\r")
    screen.expect("evaluating…")
    screen.send("po")
    screen.expect(re.compile("^>>> po", re.MULTILINE))
    screen.keys("Esc")
    screen.expect("interrupted")
    screen.send("i")
    screen.expect(offered("pointless", typed="poi"))


def test_pasting_brings_no_list(stopped):
    screen = console(stopped())
    screen.send("\x1b[200~po\x1b[201~")
    screen.expect(re.compile("^>>> po", re.MULTILINE))
    screen.settle()
    assert not screen.shows(offered("pointless"))
