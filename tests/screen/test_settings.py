"""Settings: each one in config.ini, and by `:set` while pytui runs, does what it says."""

import re

import pytest
from conftest import at

MOUSE_MODES = {1000, 1002, 1006}


@pytest.fixture
def configured(pytui, home):
    """Runs pytui on stepme.py with a config.ini: `configured("mouse = no")`."""

    def run(settings: str, **options):
        directory = home / "config" / "pytui"
        directory.mkdir(parents=True)
        (directory / "config.ini").write_text(settings + "\n")
        screen = pytui("stepme.py", "3", cols=100, **options)
        screen.expect("stopped", row=0)
        return screen

    return run


def divider(screen) -> int:
    return screen.lines[1].find("│")


def test_sidebar_width(configured):
    screen = configured("sidebar-width = 60")
    assert divider(screen) == 39
    screen.send(":set sidebar-width = 30\r")
    screen.wait_for(lambda: divider(screen) == 69, "the sidebar takes 30 of 100 columns")


def test_slot_height(configured):
    screen = configured("slot-height = 50", rows=41)
    assert screen.row_of("Console") == 21
    screen.send(":set slot-height = 25\r")
    screen.wait_for(lambda: screen.row_of("Console") == 31, "Terminal and Console take 10 of 40 rows")


def test_line_numbers(configured):
    screen = configured("line-numbers = no")
    screen.expect(re.compile(r"^ ▶ \S"), row=1)
    screen.send(":set line-numbers = yes\r")
    screen.expect(re.compile(r"^ ▶ +1 "), row=1)


def test_inline_values(configured):
    screen = configured("inline-values = no", options=["--continue", "-b", "stepme.py:5"])
    at(screen, "stepme.py:5")
    assert not re.search(r"total = 0 +total = 0", screen.text)
    screen.send(":set inline-values = yes\r")
    screen.expect(re.compile(r"total = 0 +total = 0"))


def test_mouse(configured):
    screen = configured("mouse = no")
    assert not MOUSE_MODES & set(screen.state["modes"])
    screen.send(":set mouse = yes\r")
    screen.wait_for(lambda: MOUSE_MODES <= set(screen.state["modes"]), "the mouse is asked for")
    screen.send(":set mouse = no\r")
    screen.wait_for(lambda: not MOUSE_MODES & set(screen.state["modes"]), "the mouse is let go")


def test_theme_and_colour(configured):
    screen = configured("theme = classic")
    background = screen.attributes_at(3, 20)[1]
    screen.send(":set theme = light\r")
    screen.wait_for(lambda: screen.attributes_at(3, 20)[1] != background, "another background")
    screen.send(":set theme = missing\r")
    screen.expect("missing", row=-1)


def test_no_colour(configured):
    screen = configured("colour = none")
    assert {(fg, bg) for row in screen.cells() for _, _, fg, bg, _ in row} == {(-1, -1)}


def test_history_of_no_lines(configured):
    screen = configured("history = 0")
    screen.send(":print 41 + 1\r")
    screen.expect("42")
    screen.send(":")
    screen.keys("Up")
    screen.send("new")
    screen.expect(re.compile("^:new$"), row=-1)


def test_quit_ends_the_program_unasked(configured):
    screen = configured("quit = end")
    screen.send("q")
    screen.wait_end()


def test_what_is_read_at_the_start_says_so(configured):
    screen = configured("scrollback = 100")
    screen.send(":set scrollback = 200\r")
    screen.expect("scrollback is read at the start", row=-1)
    screen.send(":set scrollback = many\r")
    screen.expect("'scrollback' is a number", row=-1)
