"""`breakpoint()` in a program that is debugged stops in its debugger, as long as nothing else was asked for."""

from collections.abc import Callable

import pytest
from client import Session

Start = Callable[..., Session]

PROGRAM = """\
import sys
def work(n):
    breakpoint()
    return n + 1
print(work(1))
print(sys.breakpointhook is sys.__breakpointhook__, "pdb" in sys.modules)
"""


def begin(program: Session) -> Session:
    return program.start()


def test_it_stops_in_the_debugger(session: Start) -> None:
    program = begin(session(text=PROGRAM))
    stopped = program.wait_stop("breakpoint")
    assert stopped["text"] == "breakpoint()"
    assert [(each["name"], each["line"]) for each in stopped["pytui"]["stackFrames"]] == [("work", 3), ("<module>", 5)]
    program.go("next", "step")
    assert program.line == 4
    program.resume()
    assert program.finish() == (0, "2\nTrue False\n", "")


def test_in_a_thread_and_in_a_loop(session: Start) -> None:
    text = """\
import threading
def work():
    for i in range(20):
        breakpoint()
        print(i)
threads = [threading.Thread(target=work) for _ in range(2)]
for each in threads: each.start()
for each in threads: each.join()
"""
    program = begin(session(text=text))
    for _ in range(40):
        program.wait_stop("breakpoint")
        program.resume()
    status, stdout, stderr = program.finish()
    assert (status, sorted(map(int, stdout.split())), stderr) == (0, sorted([*range(20)] * 2), "")


def test_an_evaluated_one_is_passed(session: Start) -> None:
    program = begin(session(text=PROGRAM))
    program.wait_stop("breakpoint")
    assert program.evaluate("work(5)", context="repl") == "6"
    program.resume()
    assert program.finish()[0] == 0


@pytest.mark.parametrize(
    ("setting", "said"),
    [("0", "passed\n"), ("builtins.print", "\npassed\n"), ("sys.getrecursionlimit", "passed\n")],
)
def test_what_the_environment_says_instead_is_done(session: Start, setting: str, said: str) -> None:
    program = begin(session(text="breakpoint()\nprint('passed')\n", environment={"PYTHONBREAKPOINT": setting}))
    assert program.finish() == (0, said, "")


@pytest.mark.parametrize("setting", ["", "pdb.set_trace", "pytui.set_trace"])
def test_what_means_a_debugger_is_this_one(session: Start, setting: str) -> None:
    program = begin(session(text="breakpoint()\nprint('passed')\n", environment={"PYTHONBREAKPOINT": setting}))
    program.wait_stop("breakpoint")
    program.resume()
    assert program.finish() == (0, "passed\n", "")


def test_a_hook_of_the_programs_own_has_the_calls(session: Start) -> None:
    text = "import sys\nsys.breakpointhook = lambda *a, **k: print('own', a, k)\nbreakpoint(1, b=2)\n"
    assert begin(session(text=text)).finish() == (0, "own (1,) {'b': 2}\n", "")


def test_it_is_pdb_again_when_the_debugger_has_left(session: Start) -> None:
    text = "import time\nwork = 1\nbreakpoint()\ntime.sleep(0)\n"
    program = begin(session(text="breakpoint()\n" + text, stdin=-1))
    program.wait_stop("breakpoint")
    program.request("disconnect", terminateDebuggee=False)
    status, stdout, _ = program.finish()
    assert "(Pdb)" in stdout
    assert status == 1  # quit by the end of its input
