"""Shells in the selected frame, at the program's terminal: the plain one; IPython where it is installed."""

import re
from pathlib import Path

import interpreters
import pytest
from conftest import Pytui, at, ended, printed, quit_pytui
from screen import Screen

PROGRAM = """\
def work(n):
    total = n * 2
    total += 0
    return total
print("result", work(4))
"""
PROMPT = re.compile(r"^>>>", re.MULTILINE)


@pytest.fixture
def stopped(pytui: Pytui, write):
    """Stopped in work()."""

    def start(**options) -> Screen:
        words = ["--continue", "-b", "prog.py:3", *options.pop("words", [])]
        screen = pytui(write("prog.py", PROGRAM), options=words, rows=36, cols=110, **options)
        at(screen, "prog.py:3 in work")
        return screen

    return start


def setting(home: Path, text: str) -> None:
    """Writes config.ini."""
    file = home / "config/pytui/config.ini"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_shell_reads_and_writes_the_frame(stopped, each_engine):
    screen = stopped(interpreter=each_engine.path)
    screen.send(":shell plain\r")
    screen.expect("in work at prog.py:3. Ctrl-D leaves.", PROMPT, "shell in work(): Ctrl-D leaves")
    screen.send("total + n\r")
    screen.expect(printed("12"))
    screen.send("total = 41\r")
    screen.expect(re.compile(r">>> total = 41\s.*\n>>>"))
    screen.send("\x04")
    screen.expect(re.compile(r"│ +total +41"))  # Variables have it
    screen.expect_not("shell in work")
    screen.send("c")  # the focus is in Source again
    ended(screen)
    screen.expect(printed("result 41"))
    quit_pytui(screen, 0)


def test_the_key_and_the_setting(stopped, home):
    setting(home, "shell = plain\n")
    screen = stopped()
    screen.send("V!")
    screen.expect(PROMPT, "shell in work(): Ctrl-D leaves")
    screen.keys("Ctrl-]")
    screen.expect("shell in work(): T goes there")
    screen.send("n")
    screen.expect("a shell runs in the Terminal")
    at(screen, "prog.py:3 in work")
    screen.send(":print 6 * 7\r")
    screen.expect("a shell runs in the Terminal")
    screen.send("!6 * 7\r")
    screen.expect(printed("42"))
    screen.send("exit()\r")
    screen.expect_not("shell in work")
    screen.keys("F10")
    at(screen, "prog.py:4 in work")
    screen.send("n")  # the focus is in Variables again
    screen.expect("watch:")


def test_the_preferences(stopped):
    screen = stopped()
    screen.keys("Ctrl-p")
    screen.expect(re.compile(r"│ +theme +\S"), re.compile(r"│ +shell +\S"))
    rows = [screen.row_of(re.compile(rf"│ +{name} +\S")) for name in ("theme", "shell")]
    screen.keys(*["Down"] * (rows[1] - rows[0]))
    screen.expect("what ! opens", "one of internal auto plain ipython ptpython bpython")
    screen.keys("Right", "Right")
    screen.expect("‹ plain ›")
    screen.keys("Enter")
    screen.expect("1 setting written")
    screen.send("!")
    screen.expect(PROMPT)


def test_ctrl_c_and_errors_stay_in_it(stopped):
    screen = stopped()
    screen.send(":shell plain\r")
    screen.expect(PROMPT)
    screen.send("1/0\r")
    screen.expect("ZeroDivisionError")
    screen.expect(re.compile(r">>>\s*│.*\n.*(│|\s)*\n?", re.MULTILINE))
    screen.send("while True: pass\r")
    screen.expect(re.compile(r"^\.\.\.", re.MULTILINE))
    screen.send("\r")
    screen.expect(re.compile(r"^\.\.\. +│.*\n +│", re.MULTILINE))
    screen.keys("Ctrl-c")
    screen.expect(printed("KeyboardInterrupt"), "shell in work()")


@pytest.mark.parametrize("place", ["prompt", "busy"])
def test_ctrl_c_in_another_pane_ends_it(stopped, place):
    screen = stopped()
    screen.send(":shell plain\r")
    screen.expect(PROMPT)
    if place == "busy":
        screen.send("while True: pass\r")
        screen.expect(re.compile(r"^\.\.\.", re.MULTILINE))
        screen.send("\r")
    screen.keys("Ctrl-]", "Ctrl-c")
    screen.expect_not("shell in work()")
    screen.send("c")
    ended(screen)
    screen.expect(printed("result 8"))


def test_quitting_ends_it(stopped):
    screen = stopped()
    screen.send(":shell plain\r")
    screen.expect(PROMPT)
    screen.keys("Ctrl-]")
    screen.send("q")
    screen.expect(re.compile("End|Leave", re.IGNORECASE))
    screen.keys("Enter")
    screen.wait_end()


def test_what_is_not_there(stopped, each_engine):
    screen = stopped(interpreter=each_engine.path)
    screen.send(":shell fish\r")
    screen.expect("there is no shell 'fish'")
    screen.send(":!import sys; sys.path.clear()\r")
    screen.send(":shell ptpython\r")
    screen.expect("ptpython is not installed for")
    screen.send("n")
    at(screen, "prog.py:4 in work")


def test_not_while_it_runs(pytui: Pytui):
    screen = pytui("ask.py", options=["--continue"])
    screen.expect("running", row=0)
    screen.send(":shell plain\r")
    screen.expect("the program is running; pause it")


def test_redirected_streams(pytui: Pytui, write, terminal, home, python, tmp_path):
    """The shell has the terminal that the program does not use."""
    out = tmp_path / "out"
    from conftest import PYTUI

    command = f"{PYTUI} --python {python.path} --continue -b prog.py:3 {write('prog.py', PROGRAM)} >{out}"
    screen = terminal("/bin/sh", "-c", command, rows=36, cols=110)
    at(screen, "prog.py:3 in work")
    screen.send(":shell plain\r")
    screen.expect(PROMPT)
    screen.send("print('here', n)\r")
    screen.expect(printed("here 4"))
    screen.send("\x04")
    screen.expect_not("shell in work")
    screen.send("c")
    ended(screen)
    assert "here" not in out.read_text()


def test_ipython(stopped):
    path = interpreters.with_module("IPython")
    if not path:
        pytest.skip("no interpreter has IPython")
    screen = stopped(interpreter=path, words=[])
    screen.send(":shell ipython\r")
    screen.expect(re.compile(r"In \[1\]:"))
    screen.send("total = 41; n\r")
    screen.expect(re.compile(r"Out\[1\]: 4"), re.compile(r"In \[2\]:"))
    screen.send("exit\r")
    screen.expect_not("shell in work")
    screen.expect(re.compile(r"total +41"))
