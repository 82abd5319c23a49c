"""Exception filters with a condition on the exception."""

from collections.abc import Callable

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]

CAUGHT = """\
class Mine(ValueError):
    def __init__(self, code):
        self.code = code
def inner(n):
    secret = n * 2
    raise Mine(n)
def middle(n):
    try:
        inner(n)
    except ValueError:
        pass
for i in range(5):
    middle(i)
try:
    {}["absent"]
except KeyError:
    end = 1
"""


def begin(session: Start, text: str, name: str, condition: str, types: str | None = None) -> Session:
    """Start the program with one filter."""
    run = session(text=text)
    run.initialize()
    option = {"filterId": name, "pytui": {"condition": condition}} | ({"condition": types} if types else {})
    run.request("setExceptionBreakpoints", filters=[], filterOptions=[option])
    run.configure(stop_on_entry=False)
    return run


@pytest.mark.parametrize(
    "condition",
    [
        "__exception__.code == 3",
        "secret == 6",
        "n in [k for k in (3, secret // 2 if n == 3 else 3)] # a comment",
        "(lambda: getattr(__exception__, 'code', 0) + secret)() == 9",
    ],
)
def test_raised(session: Start, condition: str) -> None:
    """With the exception and the variables of the frame that raises."""
    run = begin(session, CAUGHT, "raised", condition, "Mine")
    run.wait_stop("exception")
    assert run.where == ("inner", 6) and run.evaluate("n") == "3"
    assert run.stats()["conditions"] <= 4, "only for the types that were asked for, once a raise"
    run.resume()
    assert run.finish()[0] == 0


def test_without_types(session: Start) -> None:
    """A condition alone is for any type."""
    run = begin(session, CAUGHT, "raised", "isinstance(__exception__, KeyError)")
    run.wait_stop("exception")
    assert run.line == 15
    run.resume()
    assert run.finish()[0] == 0


def test_user_unhandled(session: Start) -> None:
    """Evaluated where it was raised, though it leaves another frame."""
    text = "import re\ndef deep(n):\n    local = n\n    raise ValueError(n)\n"
    text += "for i in (1, 2):\n    try:\n        re.sub('x', lambda match: deep(i), 'x')\n"
    text += "    except ValueError:\n        pass\n"
    run = begin(session, text, "userUnhandled", "local == 2")
    run.wait_stop("exception")
    assert run.where[0] == "<lambda>" and "2" in run.stopped["text"]
    run.resume()
    assert run.finish()[0] == 0


@pytest.mark.parametrize("condition, stops", [("x == 1", True), ("__exception__.args == (8,)", False)])
def test_uncaught(session: Start, condition: str, stops: bool) -> None:
    """Post-mortem, with the variables of the frame that raised."""
    run = begin(session, "def f():\n    x = 1\n    raise ValueError(7)\nf()\n", "uncaught", condition)
    if stops:
        run.wait_stop("exception")
        assert run.stopped["pytui"]["postMortem"] and run.where == ("f", 3)
        run.resume()
    assert run.finish()[0] == 1
    assert "stopped" not in run.names_of_events()


@pytest.mark.parametrize("condition", ["nothing_of_that_name", "1 / 0", "__exception__.absent"])
def test_condition_that_raises_stops_once_and_says_so(session: Start, condition: str) -> None:
    """It is neither true nor false: one stop, with its error, and no more until it is set anew."""
    run = begin(session, CAUGHT, "raised", condition, "Mine")
    run.wait_stop("exception")
    said = run.event("output", lambda body: body["category"] == "important")
    assert "Error" in said["output"] and "raised" in said["output"] and run.evaluate("n") == "0"
    run.resume()
    assert run.finish()[0] == 0
    assert "stopped" not in run.names_of_events()


def test_condition_that_does_not_compile(session: Start) -> None:
    """Refused at once, and the filters stay as they were."""
    run = session(text=CAUGHT)
    run.initialize()
    run.request("setExceptionBreakpoints", filters=["raised"])
    with pytest.raises(RequestFailed, match="SyntaxError"):
        run.request(
            "setExceptionBreakpoints",
            filters=[],
            filterOptions=[{"filterId": "raised", "pytui": {"condition": "x =="}}],
        )
    run.configure(stop_on_entry=False)
    run.wait_stop("exception")
    assert run.where == ("inner", 6)


def test_class_bodies_and_the_recursion_limit(session: Start) -> None:
    """Where locals are a dictionary, and where no frame is left."""
    text = "class A:\n    y = 5\n    try:\n        raise ValueError\n    except ValueError:\n        pass\n"
    text += "def down(n):\n    down(n + 1)\ntry:\n    down(0)\nexcept RecursionError:\n    pass\n"
    run = begin(session, text, "raised", "y == 5 if 'Value' in type(__exception__).__name__ else n > 100")
    run.wait_stop("exception")
    assert run.line == 4
    run.go("continue", "exception")
    assert run.frames[0]["name"] == "down"
    run.resume()
    assert run.finish()[0] == 0
