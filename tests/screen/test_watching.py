"""Programs that another debugger holds: watched read-only, waited for, taken over."""

import json
import os
import re
import signal

import pytest
from conftest import PYTUI, at, restored
from test_attach import RIGHT, leave, listening, ls, running  # noqa: F401 -- fixtures

REFUSED = "read-only: another debugger holds this session"


def held(terminal, program):
    """The first pytui, stopped at a breakpoint."""
    screen = terminal(PYTUI, "attach", "busy.py")
    running(screen)
    screen.send(":break 5\r")
    at(screen, "busy.py:5 in work")
    assert program.process.poll() is None
    return screen


def watching(terminal):
    """Another one, which watches."""
    screen = terminal(PYTUI, "--read-only", "attach", "busy.py")
    screen.expect("· read-only", row=0)
    at(screen, "busy.py:5 in work")
    return screen


def let_go(screen):
    """The first one leaves the program running without a breakpoint."""
    screen.send(":clear 1\r")
    screen.expect("none; b")
    screen.send("c")
    running(screen)
    leave(screen)


def leave_watching(screen):
    """`q` asks nothing."""
    screen.send("q")
    assert screen.wait_end() == 0
    restored(screen)


def test_it_follows_and_changes_nothing(terminal, listening, each_engine):  # noqa: F811
    program = listening(interpreter=each_engine)
    first = held(terminal, program)
    screen = watching(terminal)
    screen.expect("total", re.compile(r"● busy\.py:5"))
    for keys in ("n", "c", "b", "\x03", ":print 1\r", ":break 3\r", "!", ":total = 7\r"):
        screen.send(keys)
        screen.expect(REFUSED)
        screen.send("V")
        screen.expect_not(REFUSED)
        screen.send("C")
    screen.send("\x18print(1)\r")
    screen.expect(REFUSED)
    first.send("n")
    at(first, "busy.py:4 in work")
    at(screen, "busy.py:4 in work")
    first.send(":i = 77\r")
    screen.expect(re.compile(r"^.*│ .*i +77", re.MULTILINE))
    first.send(":tbreak 6\r")
    screen.expect(re.compile(r"● busy\.py:6|◐ busy\.py:6|busy\.py:6"))
    first.send("c")
    at(first, "busy.py:5 in work")
    at(screen, "busy.py:5 in work")
    screen.send("\x18")
    leave_watching(screen)
    first.send(":clear all\r")
    first.expect("none; b")
    first.send("c")
    running(first)
    leave(first)
    assert program.finish()[0] == 3


def test_what_to_do_is_asked(terminal, listening, ls):  # noqa: F811
    program = listening()
    first = held(terminal, program)
    screen = terminal(PYTUI, "attach", "busy.py")
    screen.expect("─ Attach ─", "Another debugger is attached to busy.py", "Read-only", "Wait", "Cancel")
    screen.keys("Esc")
    assert screen.wait_end() == 0
    screen = terminal(PYTUI, "attach", "busy.py")
    screen.expect("Read-only")
    screen.send("\r")
    at(screen, "busy.py:5 in work")
    screen.expect("· read-only", row=0)
    assert re.search(r"busy\.py .* stopped\+1 ", ls().stdout)
    (row,) = (each for each in json.loads(ls("--json").stdout) if each["pid"] == program.process.pid)
    assert (row["attached"], row["watchers"]) == (True, 1)
    leave_watching(screen)
    waiting = terminal(PYTUI, "attach", "busy.py")
    waiting.expect("Read-only")
    waiting.send("w")
    waiting.expect("waiting until the other debugger has left")
    let_go(first)
    running(waiting)
    leave(waiting)
    assert program.finish() == RIGHT


@pytest.mark.parametrize("cut", [False, True], ids=["left", "killed"])
def test_taking_over(terminal, listening, cut):  # noqa: F811
    program = listening()
    first = held(terminal, program)
    screen = watching(terminal)
    screen.send(":take-over\r")
    screen.expect("the other debugger has not left")
    if cut:
        for each in [each for each, line in first.processes().items() if "attach" in line]:
            os.kill(each, signal.SIGKILL)
    else:
        leave(first)
    screen.expect("the other debugger has left: :take-over")
    screen.send(":take-over\r")
    at(screen, "busy.py:5 in work")  # its breakpoint came along
    screen.expect_not("read-only")
    screen.send("n")
    at(screen, "busy.py:4 in work")
    let_go(screen)
    assert program.finish() == RIGHT


def test_the_watcher_is_killed_and_the_program_ends(terminal, listening):  # noqa: F811
    program = listening()
    first = held(terminal, program)
    screen = watching(terminal)
    for each in [each for each, line in screen.processes().items() if "attach" in line]:
        os.kill(each, signal.SIGKILL)
    screen = watching(terminal)
    first.send("n")
    at(first, "busy.py:4 in work")
    at(screen, "busy.py:4 in work")
    first.send(":clear 1\r")
    first.expect("none; b")
    screen.expect("none; b")
    first.send("c")
    running(first)
    running(screen)
    assert program.finish() == RIGHT
    screen.expect(re.compile(r"busy\.py · exited with status 3"), row=0)
    leave_watching(screen)


def test_nothing_to_watch(terminal, listening):  # noqa: F811
    program = listening()
    screen = terminal(PYTUI, "--read-only", "attach", "busy.py")
    assert screen.wait_end() == 2
    screen.expect("nothing to watch")
    screen = terminal(PYTUI, "-r", program.end)
    assert screen.wait_end() == 2
    screen.expect("--read-only is for pytui attach")
    first = terminal(PYTUI, "attach", "busy.py")
    running(first)
    first.send(":take-over\r")
    first.expect("nothing to take over")
    leave(first)
    assert program.finish() == RIGHT
