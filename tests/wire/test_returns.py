"""What the calls of a stepped line returned: rows of scope Return, after a step over."""

from collections.abc import Callable

import msgpack
import pytest
from client import Session
from interpreters import Interpreter

Start = Callable[..., Session]

FUNCTIONS = """\
import functools, json
def double(n):
    return 2 * n
class Point:
    def __init__(self, x):
        self.x = x
    def moved(self, by):
        return Point(self.x + by)
    def norm(self): return abs(self.x)
def many():
    yield from range(3)
def deep(n):
    return n and 1 + deep(n - 1)
def fails():
    raise ValueError
def logged(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)
    return wrapper
@logged
def triple(n):
    return 3 * n
def decline():
    try:
        fails()
    except ValueError:
        return None
"""
FIRST = FUNCTIONS.count("\n") + 1


def returned(run: Session) -> list[tuple[str, str]]:
    """The rows of scope Return of the last stop; its snapshot has the first of them."""
    pages = {page["variablesReference"]: page for page in run.stopped["pytui"]["pages"]}
    for scope in run.stopped["pytui"]["scopes"]:
        if scope["name"] == "Return":
            page = pages[scope["variablesReference"]]
            rows = run.request("variables", variablesReference=scope["variablesReference"])["variables"]
            first = [(row["name"], row["value"]) for row in page["variables"]]
            assert first and first == [(row["name"], row["value"]) for row in rows[: len(first)]]
            assert page["more"] == (len(first) < len(rows))
            assert scope["namedVariables"] == len(rows) and scope["presentationHint"] == "returnValue"
            return [(row["name"], row["value"]) for row in rows]
    return []


def step_over(session: Start, *statements: str) -> Session:
    """A session that has stepped over the first line of the statements, which stand at FIRST."""
    run = session(text=FUNCTIONS + "\n".join((*statements, "end = 1")) + "\n").start(FIRST)
    run.wait_stop("breakpoint")
    assert returned(run) == []
    run.set_breakpoints(run.script)
    run.go("next", "step")
    assert run.line == FIRST + 1
    return run


CASES = {
    "several": ("x = double(1) + double(2)", [("double", "2"), ("double (2)", "4")]),
    "nested": ("x = double(double(double(1)))", [("double", "2"), ("double (2)", "4"), ("double (3)", "8")]),
    "methods": ("x = Point(3).moved(-5).norm()", [("Point.moved", "Point"), ("Point.norm", "2")]),
    "lambda": ("x = (lambda: 'λ')()", [("<lambda>", "'λ'")]),
    "decorated": ("x = triple(2)", [("logged.<locals>.wrapper", "6")]),
    "none": ("decline()", [("decline", "None")]),
    "recursion": ("x = deep(4)", [("deep", "4")]),
    "library": ("x = json.loads('[1]')", [("loads", "[1]")]),
    "generators": ("x = list(many())", []),
    "no call": ("x = 1 + 1", []),
    "built-in": ("x = abs(len('abc'))", []),
    "unpacked": ("x = double(*[4])", [("double", "8")]),
}


@pytest.mark.parametrize("statement, rows", CASES.values(), ids=CASES.keys())
def test_calls_of_a_line(session: Start, python: Interpreter, statement: str, rows: list[tuple[str, str]]) -> None:
    """Each with its function's name, in the order in which they returned; calls that those make are not told."""
    if "*[" in statement and (3, 12) <= python.version < (3, 12, 3):
        pytest.skip("the interpreter does not tell of such calls before 3.12.3 (gh-116626)")
    run = step_over(session, statement)
    got = [(name, "Point" if name == "Point.moved" and "Point" in value else value) for name, value in returned(run)]
    assert got == rows
    assert "returnValue" not in run.stopped["pytui"] and "returnedCalls" not in run.stopped["pytui"]
    run.go("next", "step") if run.line == FIRST else None
    run.resume()
    assert run.finish()[0] == 0


def test_only_the_last_ones_are_kept(session: Start) -> None:
    """Ten of them, and how many there were."""
    run = step_over(session, "x = " + " + ".join(f"double({n})" for n in range(25)))
    rows = returned(run)
    assert [value for _, value in rows] == [str(2 * n) for n in range(15, 25)]
    assert [name for name, _ in rows] == ["double", *(f"double ({n})" for n in range(2, 11))]
    assert run.stopped["pytui"]["returnedCalls"] == 25


def test_each_step_tells_its_own(session: Start) -> None:
    """What an earlier line called is gone; a line without calls has no scope."""
    run = step_over(session, "x = double(1)", "y = double(2)", "z = 1")
    assert returned(run) == [("double", "2")]
    run.go("next", "step")
    assert returned(run) == [("double", "4")]
    run.go("next", "step")
    assert returned(run) == []


def test_with_the_function_that_is_left(session: Start) -> None:
    """The calls of its last line come before it; returnValue is its own."""
    text = FUNCTIONS + "def both():\n    return double(1) + double(2)\nx = both()\nend = 1\n"
    run = session(text=text).start(FIRST + 1)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.where == ("<module>", FIRST + 2)
    assert returned(run) == [("double", "2"), ("double (2)", "4"), ("both", "6")]
    assert run.stopped["pytui"]["returnValue"]["name"] == "both"
    run.go("next", "step")
    assert returned(run) == [] and "returnValue" not in run.stopped["pytui"]


def test_stop_on_the_way(session: Start) -> None:
    """A breakpoint in what is called shows nothing of the line that is left behind."""
    run = session(text=FUNCTIONS + "x = double(1) + triple(2)\nend = 1\n").start(FIRST, 23)
    run.wait_stop("breakpoint")
    run.go("next", "breakpoint")
    assert run.line == 23 and returned(run) == []
    run.go("stepOut", "step")
    assert returned(run)[-1][0].endswith("triple")


def test_calls_after_an_exception(session: Start) -> None:
    """What returned before the exception is told where the step ends."""
    run = step_over(session, "try:", "    x = double(2) + fails()", "except ValueError:", "    y = 1")
    run.go("next", "step")
    assert run.line == FIRST + 2 and returned(run) == [("double", "4")]


def test_until_tells_of_the_last_line(session: Start) -> None:
    """Lines that are passed tell nothing."""
    run = session(text=FUNCTIONS + "x = double(1)\ny = double(2)\nend = 1\n").start(FIRST)
    run.wait_stop("breakpoint")
    run.go("pytui/until", line=FIRST + 2)
    assert run.line == FIRST + 2 and returned(run) == [("double", "4")]


def test_values_are_let_go(session: Start) -> None:
    """What was returned lives as long as it is shown, and not longer."""
    text = """\
import weakref
class Thing:
    pass
def make():
    global seen
    thing = Thing()
    seen = weakref.ref(thing)
    return thing
make()
a = 1
b = seen()
"""
    run = session(text=text).start(9)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert [name for name, _ in returned(run)] == ["make"]
    run.go("next", "step")
    assert run.evaluate("seen()") == "None"


def test_other_threads_are_not_told(session: Start) -> None:
    """Calls of the same function by other threads belong to nobody's step."""
    text = """\
import threading, time
stop = False
def double(n):
    return 2 * n
def work():
    while not stop:
        double(100)
thread = threading.Thread(target=work)
thread.start()
x = double(1), time.sleep(0.05), double(2)
stop = True
thread.join()
"""
    run = session(text=text).start(10)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert {value for _, value in returned(run)} <= {"2", "4"} and run.stats()["callbacks"] < 1500
    run.resume()
    assert run.finish()[0] == 0


MANY = ["x = deep(20)", "x = [double(i) for i in range(20000)]", "x = list(map(double, range(20000)))"]


@pytest.mark.parametrize("line", MANY)
def test_what_is_looked_at_is_bounded(session: Start, python: Interpreter, line: str) -> None:
    """A line that makes many calls is not told of each; the next step tells all again."""
    text = FUNCTIONS.replace("n and 1 + deep(n - 1)", "n and deep(n - 1) + (n > 5 and deep(n - 2) or 0)")
    run = session(text=text + f"{line}\ny = double(3)\nend = 1\n").start(FIRST)
    run.wait_stop("breakpoint")
    before = run.stats()["callbacks"]
    run.go("next", "step")
    assert run.line == FIRST + 1
    passes = 20000 if line[5] == "d" and python.engine == "monitoring" else 0  # of a loop in the line itself
    assert run.stats()["callbacks"] - before < passes + 1500
    run.go("next", "step")
    assert returned(run) == [("double", "6")]


def test_step_into_a_target_after_many_calls(session: Start) -> None:
    """Calls that the engine left out are reported again when one is waited for."""
    text = FUNCTIONS + "for n in range(3):\n    x = [double(i) for i in range(5000)], triple(n)\nend = 1\n"
    run = session(text=text).start(FIRST + 1)
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script)
    run.go("next", "step")
    run.go("next", "step")
    targets = run.request("stepInTargets", frameId=run.frames[0]["id"])["targets"]
    wanted = next(each["id"] for each in targets if each["label"].startswith("triple"))
    run.go("stepIn", "step", targetId=wanted)
    assert run.frames[0]["name"].endswith("wrapper")


def test_long_texts_do_not_make_a_step_long(session: Start) -> None:
    """Ten calls that return long texts: their rows stay behind but for the first."""
    run = step_over(session, "x = " + " + ".join(f"double('{letter}' * 99)" for letter in "abcdefghij"))
    (page,) = (page for page in run.stopped["pytui"]["pages"] if page["more"])
    assert len(page["variables"]) < 3
    assert len(msgpack.packb(page)) < 600
    assert [value[:3] for _, value in returned(run)] == [f"'{letter * 2}" for letter in "abcdefghij"]
