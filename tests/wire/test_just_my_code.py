"""Just my code: steps pass libraries, whoever calls whom; rules; marks in the stack; what it costs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]

LIBRARY = """\
from contextlib import contextmanager
def twice(function, value):
    a = function(value)
    b = function(a)
    return b
def plain(n):
    total = n + 1
    return helper(total)
def helper(n):
    return n * 2
def failing(function):
    try:
        function()
    except ValueError:
        pass
    return 'handled'
def passing(function):
    return function()
def numbers(function):
    yield function(1)
    yield function(2)
def many(count):
    for i in range(count):
        helper(i)
@contextmanager
def managed():
    yield 5
"""
PROGRAM = """\
import lib
def callback(n):
    m = n + 1
    return m
def raises():
    raise ValueError('no')
x = lib.plain(1)
y = lib.twice(callback, 1)
z = lib.failing(raises)
try:
    lib.passing(raises)
except ValueError:
    w = 1
for n in lib.numbers(callback):
    v = n
with lib.managed() as five:
    u = five
print(x, y, z)
"""


@pytest.fixture
def program(session: Start, tmp_path: Path) -> Callable[..., Session]:
    """A function that prepares a Session of a program which imports `lib` from a site-packages of its own."""
    packages = tmp_path / "site-packages"
    packages.mkdir()
    (packages / "lib.py").write_text(LIBRARY)

    def start(text: str = PROGRAM) -> Session:
        return session(text=text, environment={"PYTHONPATH": str(packages)})

    return start


def library(run: Session) -> str:
    """The library's file."""
    return str(Path(run.script).parent / "site-packages" / "lib.py")


Steps = list[tuple[str, tuple[str, int]]]

WALKS: dict[str, tuple[int, Steps]] = {
    "into-passes-library": (7, [("stepIn", ("<module>", 8))]),
    "into-finds-callback": (8, [("stepIn", ("callback", 3)), ("next", ("callback", 4))]),
    "over-end-of-callback-finds-next-one": (4, [("next", ("callback", 3)), ("next", ("callback", 4))]),
    "over-end-of-last-callback-lands-at-the-call": (
        4,
        [("next", ("callback", 3)), ("next", ("callback", 4)), ("next", ("<module>", 8)), ("next", ("<module>", 9))],
    ),
    "out-of-callback-lands-at-the-call": (3, [("stepOut", ("<module>", 8)), ("next", ("<module>", 9))]),
    "into-from-after-the-call": (3, [("stepOut", ("<module>", 8)), ("stepIn", ("<module>", 9))]),
    "exception-handled-by-library": (6, [("next", ("<module>", 9)), ("next", ("<module>", 10))]),
    "exception-through-library": (11, [("stepIn", ("raises", 6)), ("next", ("<module>", 12))]),
    "out-of-exception-through-library": (11, [("stepIn", ("raises", 6)), ("stepOut", ("<module>", 12))]),
    "into-library-generator": (
        14,
        [("stepIn", ("callback", 3)), ("stepOut", ("<module>", 14)), ("next", ("<module>", 15))],
    ),
    "with-of-library": (16, [("stepIn", ("<module>", 17)), ("stepIn", ("<module>", 16)), ("stepIn", ("<module>", 18))]),
}


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS.keys())
def test_steps_stay_in_user_code(program: Callable[..., Session], walk: tuple[int, Steps]) -> None:
    """Into, over and out end in user code, whatever library code runs in between."""
    run = program().start({"line": walk[0], "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    for number, (command, place) in enumerate(walk[1]):
        run.go(command, "step")
        assert run.where == place, f"step {number}: {command}"
    run.resume()
    assert run.finish()[:2] == (0, "4 3 handled\n")


def test_value_of_the_library_call_is_told(program: Callable[..., Session]) -> None:
    """The stop at the call tells what the library function returned, not the callback."""
    run = program().start({"line": 3, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    run.go("stepOut", "step")
    assert run.where == ("<module>", 8)
    returned = run.stopped["pytui"]["returnValue"]
    assert returned["value"] == "3" and "twice" in returned["name"]


def test_off_and_on_again(program: Callable[..., Session]) -> None:
    """Switched off, steps go into libraries, into those too that were passed before; switched on, no more."""
    run = program("import lib\nfor i in range(9):\n    lib.plain(i)\n    last = i\n").start(3)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step")
    assert run.where == ("<module>", 4)
    assert run.request("pytui/setJustMyCode", justMyCode=False) == {"justMyCode": False}
    run.go()
    run.go("stepIn", "step")
    assert run.where == ("plain", 7)
    run.go("next", "step")
    run.go("stepIn", "step")
    assert run.where == ("helper", 10)
    run.go("next", "step")
    assert run.where == ("plain", 8)
    run.go("next", "step")
    assert run.where == ("<module>", 3)
    run.request("pytui/setJustMyCode", justMyCode=True)
    run.go("next", "step")
    run.go()
    run.go("stepIn", "step")
    assert run.where == ("<module>", 4)


def test_changed_while_the_program_runs(program: Callable[..., Session]) -> None:
    """It can be changed at any time; the next step knows."""
    text = "import lib, sys\nsys.stdin.read(1)\nlib.plain(1)\nlib.plain(2)\n"
    run = program(text).start(3)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step")
    seq = run.send("pytui/setJustMyCode", justMyCode=False)
    assert run.answer(seq)["success"]
    run.go("stepIn", "step")
    assert run.where == ("plain", 7)


def test_breakpoint_in_a_library_stops_and_steps_there(program: Callable[..., Session]) -> None:
    """A breakpoint in library code holds; steps stay in its frame and leave it to user code."""
    run = program()
    run.initialize()
    run.set_breakpoints(library(run), 7)
    run.configure(False)
    run.wait_stop("breakpoint")
    assert run.where == ("plain", 7)
    run.go("stepIn", "step")
    assert run.where == ("plain", 8)
    run.go("stepIn", "step")
    assert run.where == ("<module>", 7)
    assert run.stopped["pytui"]["returnValue"]["value"] == "4"


def test_function_breakpoint_in_a_passed_library(program: Callable[..., Session]) -> None:
    """A function that steps passed before still stops once a breakpoint is set on it."""
    run = program("import lib\nlib.plain(1)\nlib.plain(2)\nlib.plain(3)\n").start(2)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step")
    assert run.where == ("<module>", 3)
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "helper"}])
    run.go("stepIn", "function breakpoint")
    assert run.where == ("helper", 10)
    run.go("next", "step")
    assert run.where == ("<module>", 3)
    run.request("setFunctionBreakpoints", breakpoints=[])
    run.go("stepIn", "step")
    assert run.where == ("<module>", 4)


def test_frames_of_libraries_are_marked(program: Callable[..., Session]) -> None:
    """stackTrace and the snapshot mark library frames, and no others."""
    run = program().start(3)
    run.wait_stop("breakpoint")
    marks = [(each["name"], each.get("presentationHint"), each["source"].get("origin")) for each in run.frames]
    assert marks == [("callback", None, None), ("twice", "subtle", "library"), ("<module>", None, None)]
    assert run.frames[1]["source"]["presentationHint"] == "deemphasize"
    assert run.request("stackTrace", threadId=0)["stackFrames"] == run.frames


RULES = {
    "user-path": ([{"path": "*/lib.py"}], ("plain", 7)),
    "user-directory": ([{"path": "site-packages/"}], ("plain", 7)),
    "user-module": ([{"module": "lib", "include": True}], ("plain", 7)),
    "first-match": ([{"module": "lib", "include": False}, {"path": "*"}], ("<module>", 8)),
    "no-match": ([{"module": "li"}, {"path": "other/*"}], ("<module>", 8)),
}


@pytest.mark.parametrize(("rules", "place"), RULES.values(), ids=RULES.keys())
def test_rules(program: Callable[..., Session], rules: list[dict[str, Any]], place: tuple[str, int]) -> None:
    """Rules by path and by module; the first that matches counts."""
    run = program()
    assert run.initialize()["pytui"]["supportsJustMyCode"]
    run.request("pytui/setJustMyCode", rules=rules)
    run.set_breakpoints(run.script, 7)
    run.configure(False)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step")
    assert run.where == place


def test_user_code_can_be_made_a_library(session: Start, tmp_path: Path) -> None:
    """A rule may name the user's own modules, but never the main file."""
    (tmp_path / "vendored.py").write_text("def work(f):\n    return f()\n")
    text = "import vendored\ndef mine():\n    return 1\nvendored.work(mine)\n"
    run = session(text=text)
    run.initialize()
    rules = [{"module": "vendored", "include": False}, {"path": "*", "include": False}]
    run.request("pytui/setJustMyCode", rules=rules)
    run.set_breakpoints(run.script, 4)
    run.configure(False)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step")
    assert run.where == ("mine", 3)
    assert [each.get("presentationHint") for each in run.frames] == [None, "subtle", None]


def test_rules_say_where_exceptions_leave_user_code(session: Start, tmp_path: Path) -> None:
    """The filter for exceptions that leave user code asks the same rules."""
    (tmp_path / "vendored.py").write_text(LIBRARY)
    text = "import vendored\ndef mine():\n    raise ValueError\nvendored.failing(mine)\nvendored.failing(mine)\n"
    run = session(text=text)
    run.initialize()
    run.request("setExceptionBreakpoints", filters=["userUnhandled"])
    run.set_breakpoints(run.script, 5)
    run.configure(False)
    run.wait_stop("breakpoint")
    run.request("pytui/setJustMyCode", rules=[{"module": "vendored", "include": False}])
    run.go("continue", "exception")
    assert run.where == ("mine", 3)
    run.resume()
    assert run.finish()[0] == 0


def test_bad_rules_are_refused(session: Start) -> None:
    """A rule without a pattern changes nothing."""
    run = session(text="x = 1\n")
    run.initialize()
    with pytest.raises(RequestFailed, match="path or a module"):
        run.request("pytui/setJustMyCode", rules=[{"include": True}])
    assert run.request("pytui/setJustMyCode") == {"justMyCode": True}


def test_standard_library_and_frozen_code(session: Start) -> None:
    """The standard library is passed by default; with just my code off it is not, but frozen code always is."""
    text = "import json, os.path\njson.dumps([1])\nos.path.join('a', 'b')\njson.dumps([2])\nprint(1)\n"
    run = session(text=text).start(2)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step")
    assert run.where == ("<module>", 3)
    run.request("pytui/setJustMyCode", justMyCode=False)
    run.go("stepIn", "step")
    if run.where == ("<module>", 4):  # frozen since 3.11, unless the interpreter was built without that
        run.go("stepIn", "step")
        assert run.frames[0]["name"] == "dumps"


def test_generated_code_is_passed(session: Start) -> None:
    """The __init__ that dataclass makes has no source: steps go through it to the user's __post_init__, and back."""
    text = (
        "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int\n    def __post_init__(self):\n"
        "        self.y = 1\np = Point(1)\nprint(p)\n"
    )
    run = session(text=text).start(7)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step")
    assert run.where == ("Point.__post_init__", 6)
    assert run.frames[1]["source"]["origin"] == "generated"
    run.go("next", "step")
    assert run.where == ("<module>", 7)
    run.go("next", "step")
    assert run.where == ("<module>", 8)


def test_step_into_costs_nothing_for_library_calls(program: Callable[..., Session]) -> None:
    """A library that calls itself 10,000 times is reported once a function."""
    run = program("import lib\nlib.many(10000)\nlast = 1\n").start(2)
    run.wait_stop("breakpoint")
    before = run.stats()
    run.go("stepIn", "step")
    after = run.stats()
    assert run.where == ("<module>", 3)
    assert after["callbacks"] - before["callbacks"] < 100
    assert after["restartEvents"] == before["restartEvents"]


def test_thread_that_ends_in_the_library(session: Start) -> None:
    """At the end of a thread's function there is no user code to step to: the program goes on."""
    text = (
        "import threading\ndef work():\n    x = 1\n    return x\nt = threading.Thread(target=work)\nt.start()\n"
        "t.join()\nprint('end')\n"
    )
    run = session(text=text).start({"line": 4, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    run.resume("next")
    assert run.finish()[:2] == (0, "end\n")


def test_other_threads_do_not_take_the_step(session: Start) -> None:
    """A step that waits in library code for user code of its thread lets that of others pass."""
    text = (
        "import threading, time\nfrom concurrent.futures import ThreadPoolExecutor\nstop = False\ndef busy():\n"
        "    while not stop:\n        tick()\ndef tick():\n    return 1\ndef job(n):\n    return n\n"
        "t = threading.Thread(target=busy)\nt.start()\nwith ThreadPoolExecutor(1) as pool:\n"
        "    list(pool.map(job, [1, 2]))\n    stop = True\nt.join()\nprint('end')\n"
    )
    run = session(text=text).start({"line": 10, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    thread = run.stopped["threadId"]
    run.go("next", "step")
    assert (run.where, run.stopped["threadId"]) == (("job", 10), thread)
    run.resume("next")
    assert run.finish()[:2] == (0, "end\n")


def test_module_that_is_run_is_user_code(session: Start, tmp_path: Path) -> None:
    """The main file is the user's, also when it is one of a library."""
    packages = tmp_path / "site-packages"
    packages.mkdir()
    (packages / "tool.py").write_text("def work():\n    return 1\nwork()\nwork()\n")
    run = session("-m", "tool", environment={"PYTHONPATH": str(packages)})
    run.initialize()
    run.configure(True)
    run.wait_stop("entry")
    assert run.frames[0].get("presentationHint") is None
    run.go("next", "step")
    run.go("stepIn", "step")
    assert run.where == ("work", 2)
