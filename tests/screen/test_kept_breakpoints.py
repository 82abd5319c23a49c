"""Breakpoints that are still there at the next start."""

import re
from collections.abc import Callable
from pathlib import Path

from conftest import Pytui, at, quit_pytui
from screen import Screen

PROGRAM = """def add(a, b):
    total = a + b
    return total


def main():
    for i in range(3):
        add(i, i)
    print("done")


main()
"""


def leave(screen: Screen) -> None:
    """Ends the program and pytui."""
    screen.send("q")
    screen.expect("End it")
    screen.keys("Enter")
    screen.wait_end()


def test_fields_come_back(pytui: Pytui, write: Callable[[str, str], Path]) -> None:
    """Condition, function breakpoint and switched-off state are there again; what was deleted is not."""
    path = write("project/work.py", PROGRAM)
    write("project/pyproject.toml", "")
    screen = pytui(path, rows=40)
    at(screen, "work.py:1")
    screen.send(":break 2, a == 2\r")
    screen.expect("work.py:2", "a == 2")
    screen.send(":break 7\r")
    screen.expect("work.py:7")
    screen.send(":break main\r:disable 3\r:break 9\r")
    screen.expect("work.py:9", "main")
    screen.send(":clear 2\r")
    screen.expect_not("work.py:7 ")
    leave(screen)
    screen = pytui(path, rows=40)
    at(screen, "work.py:1")
    screen.expect("work.py:2", "a == 2", "work.py:9", "main")
    assert not screen.shows("work.py:7")
    screen.keys("c")
    at(screen, "work.py:2 in add")
    screen.keys("c")
    at(screen, "work.py:9 in main")
    leave(screen)


def test_they_follow_edited_code(pytui: Pytui, write: Callable[[str, str], Path]) -> None:
    """A breakpoint goes where the text of its line went."""
    path = write("work.py", PROGRAM)
    screen = pytui(path, options=["-b", f"{path}:3"])
    at(screen, "work.py:1")
    screen.expect("work.py:3")
    leave(screen)
    path.write_text("# a comment\n\nimport os\n" + PROGRAM)
    screen = pytui(path, rows=40)
    at(screen, "work.py:3")
    screen.expect("work.py:6")
    screen.keys("c")
    at(screen, "work.py:6 in add")
    leave(screen)


def test_one_project_does_not_see_another(pytui: Pytui, write: Callable[[str, str], Path]) -> None:
    """Files of the same name in another project have none."""
    write("one/.git/HEAD", "")
    write("two/.git/HEAD", "")
    first, second = write("one/src/work.py", PROGRAM), write("two/src/work.py", PROGRAM)
    screen = pytui(first, options=["-b", f"{first}:3"])
    screen.expect("work.py:3")
    leave(screen)
    screen = pytui(second)
    at(screen, "work.py:1")
    screen.expect("none; b in Source")
    leave(screen)
    other = write("one/src/other.py", "import work\n")
    screen = pytui(other, rows=40)
    at(screen, "other.py:1")
    screen.expect("work.py:3")
    leave(screen)


def test_they_can_be_forgotten(pytui: Pytui, home: Path, write: Callable[[str, str], Path]) -> None:
    """The setting says so."""
    path = write("work.py", PROGRAM)
    config = home / "config" / "pytui" / "config.ini"
    config.parent.mkdir(parents=True)
    config.write_text("keep-breakpoints = no\n")
    screen = pytui(path, options=["-b", f"{path}:3", "--continue"])
    at(screen, "work.py:3")
    leave(screen)
    screen = pytui(path, options=["--continue"])
    screen.expect("exited", row=0)
    quit_pytui(screen, 0)


def test_columns_and_conditions_of_exceptions_come_back(pytui: Pytui, write: Callable[[str, str], Path]) -> None:
    """Two statements of one line, and what a filter asks of the exception."""
    path = write("rules.py", "def f(n): return n\nx = f(1); y = f(2); z = f(3)\nend = 3\n")
    screen = pytui(path, rows=40, cols=140)
    at(screen, "rules.py:1")
    screen.send(":break 2:11\r:break 2:21\r:catch raised KeyError if n == 1\r")
    screen.expect("rules.py:2:11", "rules.py:2:21", "if n == 1")
    leave(screen)
    screen = pytui(path, rows=40, cols=140)
    at(screen, "rules.py:1")
    screen.expect("rules.py:2:11", "rules.py:2:21", "KeyError   if n == 1")
    screen.keys("c")
    at(screen, "rules.py:2:11 in")
    screen.keys("c")
    at(screen, "rules.py:2:21 in")
    leave(screen)


def test_plain_beside_column_and_threads_by_name(pytui: Pytui, write: Callable[[str, str], Path]) -> None:
    """A plain breakpoint that waits for one of a column in its line; a thread by name is kept, by id not."""
    path = write("rules.py", "def f(n): return n\nx = f(1); y = f(2); z = f(3)\nend = 3\nlast = 4\n")
    screen = pytui(path, rows=40, cols=160, options=["-b", f"{path}:3", "-b", f"{path}:2:21"])
    at(screen, "rules.py:1")
    screen.expect("rules.py:2:21")
    screen.send(":clear 1\r:break 2\r:break-after 3 2\r:break 3\r:break-thread 4 MainThread\r")
    screen.send(":break 4\r:break-thread 5 1\r")
    screen.expect(re.compile(r"rules.py:2 +after #2"), re.compile(r"rules.py:3 +thread MainThread"), "rules.py:4 ")
    leave(screen)
    screen = pytui(path, rows=40, cols=160)
    at(screen, "rules.py:1")
    screen.expect("rules.py:2:21", re.compile(r"rules.py:2 +after #1"), re.compile(r"rules.py:3 +thread MainThread"))
    assert not screen.shows("rules.py:4 ")
    screen.keys("c")
    at(screen, "rules.py:2:21 in")
    screen.keys("c")
    at(screen, "rules.py:3 in")
    leave(screen)


def test_restart_follows_edited_code(pytui: Pytui, write: Callable[[str, str], Path]) -> None:
    """The program anew, from a file that was edited meanwhile."""
    path = write("work.py", PROGRAM)
    screen = pytui(path, rows=40, options=["-b", f"{path}:3"])
    at(screen, "work.py:1")
    screen.expect("work.py:3")
    path.write_text("# a comment\n\nimport os\n" + PROGRAM)
    screen.send(":restart\r")
    screen.expect("End and restart")
    screen.keys("Enter")
    at(screen, "work.py:3")
    screen.expect("work.py:6")
    screen.keys("c")
    at(screen, "work.py:6 in add")
    leave(screen)
