"""The user's editor on the file that is looked at."""

from collections.abc import Callable
from pathlib import Path

from conftest import Pytui, at, quit_pytui
from screen import Screen

PROGRAM = "total = 0\nfor i in range(3):\n    total += i\nprint(total)\n"
Write = Callable[[str, str], Path]


def editor(write: Write, script: str) -> str:
    """A shell script that stands for an editor."""
    path = write("my-editor", "#!/bin/sh\n" + script)
    path.chmod(0o755)
    return str(path)


def start(pytui: Pytui, write: Write, script: str) -> Screen:
    """pytui on PROGRAM, with such an editor, at line 3."""
    path = write("sum.py", PROGRAM)
    screen = pytui(path, env={"EDITOR": editor(write, script) + " -x", "VISUAL": ""})
    at(screen, "sum.py:1")
    screen.send("jj")
    return screen


def test_the_editor_gets_line_and_file(pytui: Pytui, write: Write) -> None:
    """It runs on the terminal itself, at the cursor's line; pytui is back at its end and shows the new text."""
    screen = start(pytui, write, 'echo "got $1 $2 $(basename "$3")"; read answer; echo "# $answer" >>"$3"\n')
    screen.keys("Ctrl-e")
    screen.expect("got -x +3 sum.py")
    screen.send("edited\r")
    screen.expect("edited: :restart runs the new sum.py", "# edited")
    at(screen, "sum.py:1")
    screen.keys("n")
    at(screen, "sum.py:2")


def test_ctrl_c_is_the_editors(pytui: Pytui, write: Write) -> None:
    """Ctrl-C ends the editor, not pytui."""
    screen = start(pytui, write, "echo waiting; exec sleep 60\n")
    screen.keys("Ctrl-e")
    screen.expect("waiting")
    screen.keys("Ctrl-c")
    at(screen, "sum.py:1")
    screen.expect("total = 0")


def test_without_an_editor(pytui: Pytui, write: Write) -> None:
    """A message says what to do."""
    path = write("sum.py", PROGRAM)
    screen = pytui(path, env={"EDITOR": "no-such-editor", "VISUAL": ""})
    at(screen, "sum.py:1")
    screen.keys("Ctrl-e")
    screen.expect("the editor no-such-editor was not found: set VISUAL or EDITOR")
    screen.keys("c")
    screen.expect("exited", row=0)
    quit_pytui(screen, 0)
