"""Names that harm terminals, in lists to pick from: shown escaped, and what is picked is what is meant."""

import os
import re
from pathlib import Path

import pytest
from conftest import PYTUI, Pytui, at
from rawbytes import problems
from screen import Screen
from test_attach import listening  # noqa: F401

# What files and modules are called, and what that looks like.
NAMES = {
    "newline": (b"one\ntwo", "one^Jtwo"),
    "escape": (b"red\x1b[31m\x1b]0;OWNED\x07", "red^[[31m^[]0;OWNED^G"),
    "invalid": (b"bad\xff\xc3(", r"bad\xff\xc3("),
    "bidi": ("r\u202etl\u2066".encode(), r"r\u202etl\u2066"),
    "zero-width": ("a\u200bb\ufeff".encode(), r"a\u200bb\ufeff"),
    "c1": ("c\x9b6;8m\x9d".encode(), r"c\x9b6;8m\x9d"),
}
HOSTILE = pytest.mark.parametrize(("name", "shown"), NAMES.values(), ids=NAMES)


def create(directory: Path, name: bytes, text: str) -> str:
    """Writes a file; its path as Python has it."""
    path = os.path.join(os.fsencode(directory), name)
    with open(path, "w") as file:
        file.write(text)
    return os.fsdecode(path)


def clean(screen: Screen) -> None:
    """Nothing but drawing was sent to the terminal."""
    found = problems(screen.raw)
    assert not found, found


@HOSTILE
def test_files_are_completed_and_opened(pytui: Pytui, tmp_path: Path, name: bytes, shown: str) -> None:
    """From a list of two, and the one that is left; a breakpoint in it is of that file."""
    directory = tmp_path / "files"
    directory.mkdir()
    create(directory, b"d-" + name + b"-1.py", "first = 1\n")
    create(directory, b"d-" + name + b"-2.py", "second = 2\n")
    screen = pytui("stepme.py", rows=30, cols=160, record=True)
    at(screen, "stepme.py:1")
    screen.send(f":open {directory}/d\t")
    screen.expect(re.compile(rf" d-{re.escape(shown)}-1\.py\b.*\n.* d-{re.escape(shown)}-2\.py\b"))
    screen.send("\t")
    screen.expect(f"files/d-{shown}-1.py", row=-1)
    screen.send("\t")
    screen.expect(f"files/d-{shown}-2.py", row=-1)
    screen.send("\r")
    screen.expect("second = 2")
    screen.send("b")
    screen.expect(re.compile(rf"◌ d-{re.escape(shown)}-2\.py:1"))
    clean(screen)


@pytest.mark.parametrize(
    ("name", "shown"),
    [pair for case, pair in NAMES.items() if case != "invalid"],
    ids=[n for n in NAMES if n != "invalid"],
)
def test_modules_are_found_and_shown(pytui: Pytui, write, tmp_path: Path, name: bytes, shown: str) -> None:
    """In the browser and in the list of loaded ones."""
    text = os.fsdecode(name)
    paths = [create(tmp_path, b"m-" + name + number + b".py", f"marker = {number!r}\n") for number in (b"1", b"2")]
    program = "import sys, types\n"
    for number, path in enumerate(paths, 1):
        program += f"name = 'mod' + {text!a} + '{number}'\none = sys.modules[name] = types.ModuleType(name)\n"
        program += f"one.__file__ = {path!a}\n"
    screen = pytui(
        write("prog.py", program + "print(1)\n"),
        options=["--continue", "-b", "prog.py:8"],
        rows=30,
        cols=160,
        record=True,
    )
    at(screen, "prog.py:8")
    seen = re.escape(shown)
    screen.send("m")
    screen.expect("Modules, functions and classes")
    screen.send("mod")
    screen.expect(re.compile(f"mod{seen}1 .*yours"), re.compile(f"mod{seen}2 .*yours"))
    first = screen.row_of(re.compile(f"mod{seen}1 "))
    second = screen.row_of(re.compile(f"mod{seen}2 "))
    assert second == first + 1
    screen.keys("Down", "Enter")
    screen.expect("marker = b'2'")
    screen.send(":modules mod\r")
    screen.expect("─ Modules ─", re.compile(f"mod{seen}1 "), re.compile(f"mod{seen}2 "))
    screen.keys("Esc")
    screen.expect_not("─ Modules ─")
    clean(screen)


@HOSTILE
def test_names_are_completed_in_the_console(pytui: Pytui, write, name: bytes, shown: str) -> None:
    """Attributes and keys are offered as they are shown; what cannot be typed is not offered."""
    text = os.fsdecode(name)
    program = f"class Thing: pass\nthing = Thing()\nthing.plain = 1\nsetattr(thing, 'p' + {text!a}, 2)\nprint(1)\n"
    screen = pytui(write("prog.py", program), options=["--continue", "-b", "prog.py:5"], rows=30, cols=120, record=True)
    at(screen, "prog.py:5")
    screen.keys("Ctrl-x")
    screen.expect(re.compile("^>>>", re.MULTILINE))
    screen.send("thing.p\t")
    screen.expect(re.compile(r"^>>> thing\.plain\b", re.MULTILINE))
    screen.send("\r")
    screen.expect(re.compile(r"^1 +│", re.MULTILINE))
    clean(screen)


@HOSTILE
def test_programs_are_picked(terminal, listening, name: bytes, shown: str) -> None:  # noqa: F811
    """By what they call themselves, beside another one."""
    listening("--name", b"w-" + name + b"-1", name="first.py")
    wanted = listening("--name", b"w-" + name + b"-2", name="second.py")
    seen = re.escape(shown.replace(r"\xff\xc3", r"\udcff\udcc3"))  # as Python has them
    screen = terminal(PYTUI, "attach", rows=24, cols=120, record=True)
    screen.expect("Attach to", re.compile(rf"w-{seen}-1 +\d+"), re.compile(rf"w-{seen}-2 +{wanted.process.pid}"))
    screen.keys("Down", "Enter")
    screen.expect(re.compile(rf"w-{seen}-2 · running"), row=0)
    screen.expect(f"process {wanted.process.pid}")
    screen.send(":detach\r")
    assert screen.wait_end() == 0
    clean(screen)
    listed = terminal(PYTUI, "ls", cols=200, record=True)
    listed.expect(re.compile(rf"w-{seen}-2 +{wanted.process.pid}"))
    assert not problems(listed.raw)
