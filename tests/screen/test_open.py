"""Sources that no frame leads to: the module browser, `:open`."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Pytui, at

Write = Callable[[str, str | bytes], Path]

PROGRAM = """\
import json


class Outer:
    class Inner:
        async def method(self):
            pass

    def other(self):
        pass


def function():
    return json


function()
"""


@pytest.mark.parametrize(
    ("typed", "row", "shown"),
    [
        ("json.decoder", re.compile(r"json\.decoder .*loaded"), re.compile("JSONDecode")),
        ("not_yet", re.compile(r"not_yet_there .*not imported"), re.compile("here = 1")),
        ("pack.sub.leaf", re.compile(r"pack\.sub\.leaf .*not imported"), re.compile("leaf = 2")),
        ("Outer.Inner.method", re.compile(r"Outer\.Inner\.method .*in this file"), re.compile("async def method")),
        ("function", re.compile(r"function .*in this file"), re.compile(r"def function")),
    ],
)
def test_browser_finds(pytui: Pytui, write: Write, each_engine, typed, row, shown) -> None:
    program = write("browsed.py", PROGRAM)
    write("not_yet_there.py", "print('imported')\nhere = 1\n")
    write("pack/__init__.py", "")
    write("pack/sub/__init__.py", "")
    write("pack/sub/leaf.py", "leaf = 2\n")
    screen = pytui(program, cols=160, rows=40, interpreter=each_engine.path)
    at(screen, "browsed.py:1")
    screen.send("n")
    at(screen, "browsed.py:4")
    screen.send("m")
    screen.expect("Modules, functions and classes")
    screen.send(typed)
    screen.expect(row)
    screen.keys("Enter")
    screen.expect_not("Modules, functions and classes")
    screen.expect(shown)
    screen.send("H")
    screen.expect("class Outer:")
    screen.send("n")
    at(screen, "browsed.py:13")
    assert not screen.shows("imported")


def test_browser_after_the_end(pytui: Pytui, write: Write) -> None:
    screen = pytui(write("browsed.py", PROGRAM), options=["--continue"], cols=120)
    screen.expect("exited", row=0)
    screen.send("m")
    screen.expect("Outer.Inner.method")
    screen.send("no-such-thing")
    screen.expect("no module, function or class is called that")
    screen.keys("Esc")
    screen.expect_not("Modules, functions")


def test_open_any_file(pytui: Pytui, write: Write) -> None:
    other = write("other.py", "first = 1\nsecond = 2\n")
    text = write("notes.txt", "a note\n")
    screen = pytui("stepme.py", cwd=other.parent)
    at(screen, "stepme.py:1")
    screen.keys("Ctrl-o")
    screen.expect(":open", row=-1)
    screen.send("oth")
    screen.keys("Tab")
    screen.expect(":open other.py", row=-1)
    screen.keys("Enter")
    screen.expect("first = 1")
    screen.send(f":open {text}\r")
    screen.expect("a note")
    screen.send(":open other.py:2\r")
    screen.expect("second = 2")
    screen.send("b")
    screen.expect("other.py:2")
    for wrong, said in {"nothing.py": "cannot open nothing.py: No such file", ".": "is no file"}.items():
        screen.send(f":open {wrong}\r")
        screen.expect(said)
