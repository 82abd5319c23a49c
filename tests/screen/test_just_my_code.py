"""Just my code on the screen: steps past libraries, the key, the command, the settings, marks in the stack."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import at
from screen import Screen

LIBRARY = "def apply(function, value):\n    result = function(value)\n    return result\n"
PROGRAM = (
    "import helpers\ndef callback(n):\n    return n + 1\n"
    "x = helpers.apply(callback, 1)\ny = helpers.apply(callback, 2)\nprint(x, y)\n"
)


@pytest.fixture
def program(write: Callable[..., Path], tmp_path: Path) -> Path:
    """A program with a library in a site-packages directory beside it."""
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "helpers.py").write_text(LIBRARY)
    return write("main.py", "import sys\nsys.path.insert(0, sys.path[0] + '/site-packages')\n" + PROGRAM)


def in_callback(screen: Screen) -> None:
    """Step to the call of the library, and into what it calls back."""
    at(screen, "main.py:1")
    screen.send("nnnn")
    at(screen, "main.py:6")
    screen.send("s")
    at(screen, "main.py:5 in callback")


def test_steps_pass_library_code(pytui, program, each_engine):
    screen = pytui(program, interpreter=each_engine.path)
    in_callback(screen)
    screen.send("n")
    at(screen, "main.py:6")
    screen.send("n")
    at(screen, "main.py:7")


def test_key_changes_over_and_the_stack_says_so(pytui, program, each_engine):
    screen = pytui(program, interpreter=each_engine.path)
    at(screen, "main.py:1")
    screen.send("nnnn")
    at(screen, "main.py:6")
    screen.expect_not("all code")
    screen.send("M")
    screen.expect("steps stop in all code", "all code · 1/1")
    screen.send("s")
    at(screen, "helpers.py:2 in apply")
    screen.send("M")
    screen.expect("steps stop in your code only")
    screen.expect_not("all code")
    screen.send("n")
    at(screen, "helpers.py:3 in apply")
    screen.send("n")
    at(screen, "main.py:6")


def look_of(screen: Screen, name: str) -> tuple[int, int, int]:
    """Colours and attributes of a function's name in the stack."""
    row = screen.row_of(f"{name} ")
    return screen.attributes_at(row, screen.lines[row].rindex(f"{name} "))


def test_library_frames_are_dim_in_the_stack(pytui, program):
    screen = pytui(program, cols=120)
    in_callback(screen)
    screen.expect("apply     helpers.py:2", "<module>  main.py:6")
    assert look_of(screen, "apply") != look_of(screen, "<module>")


def test_what_is_yours_can_be_said(pytui, program):
    screen = pytui(program, cols=120)
    in_callback(screen)
    screen.send(":just-my-code user helpers\r")
    screen.expect("helpers is your code")
    screen.wait_for(lambda: look_of(screen, "apply") == look_of(screen, "<module>"), "apply is no more dim")
    screen.send("n")
    at(screen, "helpers.py:2 in apply")


def test_wrong_words_are_refused(pytui, program):
    screen = pytui(program)
    at(screen, "main.py:1")
    screen.send(":just-my-code maybe\r")
    screen.expect("wants on, off, user PATTERN or library PATTERN")
    screen.send(":jmc off\r")
    screen.expect("steps stop in all code")
    screen.send(":jmc on\r")
    screen.expect("steps stop in your code only")


SETTINGS = {
    "off": ("just-my-code = no", "helpers.py:2 in apply"),
    "user-path": ("user-code = other site-packages/", "helpers.py:2 in apply"),
    "library-wins-nothing-over-user": ("user-code = helpers\nlibrary-code = helpers", "helpers.py:2 in apply"),
    "library": ("library-code = callback.py", "main.py:5 in callback"),
}


@pytest.mark.parametrize(("settings", "place"), SETTINGS.values(), ids=SETTINGS.keys())
def test_settings(pytui, program, home, settings, place):
    directory = home / "config" / "pytui"
    directory.mkdir(parents=True)
    (directory / "config.ini").write_text(settings + "\n")
    screen = pytui(program)
    at(screen, "main.py:1")
    screen.send("nnnns")
    at(screen, place)
