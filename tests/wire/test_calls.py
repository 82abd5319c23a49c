"""Calls in all their forms are seen: subscripts, deep recursion, trace functions and greenlets of the program's own."""

import subprocess
from collections.abc import Callable

import pytest
from client import Session

Start = Callable[..., Session]

SUBSCRIPT = """\
class Squares:
    def __getitem__(self, index):
        square = index * index
        return square
def total(squares, n):
    result = 0
    for i in range(n):
        result += squares[i]
    return result
total(Squares(), 2000)
ready = 1
total(Squares(), 3)
"""


def test_subscript_that_was_called_often(session: Start) -> None:
    """A __getitem__ that the interpreter had inlined stops at a breakpoint set afterwards."""
    run = session(text=SUBSCRIPT).start(11)
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script, 3)
    for index in ("0", "1", "2"):
        run.go("continue", "breakpoint")
        assert (run.where, run.evaluate("index")) == (("Squares.__getitem__", 3), index)
    run.resume()
    assert run.finish()[0] == 0


def test_deep_recursion(session: Start) -> None:
    """A program may recurse as deep under the debugger as without it, in threads too."""
    text = (
        "import sys, threading\nsys.setrecursionlimit(10**6)\n"
        "def down(n):\n    return down(n - 1) + 1 if n else 0\n"
        "def fail(n):\n    if n: return fail(n - 1)\n    raise KeyError(n)\n"
        "print(down(60000))\n"
        "try: fail(30000)\nexcept KeyError as error: print(error)\n"
        "thread = threading.Thread(target=lambda: print(down(30000)))\nthread.start()\nthread.join()\n"
    )
    run = session(text=text).start({"line": 4, "condition": "n == 0"})
    run.wait_stop("breakpoint")
    assert run.evaluate("n") == "0"
    run.go("continue", "breakpoint")
    run.resume()
    assert run.finish()[:2] == (0, "60000\n0\n30000\n")


TRACED = """\
import sys, threading
seen = []
def trace(frame, event, argument):
    if frame.f_code.co_name in ("work", "helper"):
        seen.append((frame.f_code.co_name, event, frame.f_lineno))
    return trace
def helper(n):
    return n + 1
def work():
    x = helper(1)
    try:
        raise ValueError
    except ValueError:
        pass
    return [x for x in range(2)]
print(sys.gettrace(), sys.getprofile(), threading.gettrace())
sys.settrace(trace)
work()
same = sys.gettrace() is trace
sys.settrace(None)
print(same, sys.gettrace(), seen)
work()
"""


def test_trace_function_of_the_program(session: Start, python) -> None:
    """The program's own trace function sees what it sees without a debugger, and breakpoints work beside it."""
    run = session(text=TRACED).start(10, 14)
    for line in (10, 14, 10, 14):
        run.wait_stop("breakpoint")
        assert run.where == ("work", line)
        run.resume()
    code, output, _ = run.finish()
    bare = subprocess.run([python.path, "-c", TRACED], capture_output=True, text=True, check=True)
    assert (code, output) == (0, bare.stdout)


def test_profile_function_of_the_program(session: Start, python) -> None:
    """The same for a profile function."""
    text = (
        "import sys\nseen = []\ndef helper():\n    return len([1])\ndef work():\n    helper()\n    return 1\n"
        "sys.setprofile(lambda frame, event, argument: seen.append((frame.f_code.co_name, event)))\nwork()\n"
        "sys.setprofile(None)\nprint(seen)\n"
    )
    run = session(text=text).start(4, 7)
    for where in (("helper", 4), ("work", 7)):
        run.wait_stop("breakpoint")
        assert run.where == where
        run.resume()
    code, output, _ = run.finish()
    bare = subprocess.run([python.path, "-c", text], capture_output=True, text=True, check=True)
    assert (code, output) == (0, bare.stdout)


@pytest.mark.parametrize("words", ["sys.exit(3)", "os._exit(3)"])
def test_end_with_threads_deep_in_calls(session: Start, words: str) -> None:
    """Threads that are deep in recursion when the program ends do not disturb its end."""
    text = (
        "import os, sys, threading, time\nsys.setrecursionlimit(10**6)\nstarted = threading.Barrier(4)\n"
        "def leaf():\n    return 1\n"
        "def down(n):\n    if n: return down(n - 1)\n    started.wait()\n    while True: leaf()\n"
        "for _ in range(3): threading.Thread(target=down, args=(15000,), daemon=True).start()\n"
        f"started.wait()\ntime.sleep(0.05)\n{words}\n"
    )
    run = session(text=text).start({"line": 5, "condition": "False"})
    assert run.finish()[0] == 3
