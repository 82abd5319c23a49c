"""What function a frame runs: where its text stands, what it was called with."""

from collections.abc import Callable

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]

TEXT = """\
class Lie:
    def __repr__(self):
        print("repr ran")
    def __getattribute__(self, name):
        print("getattribute ran")
def deco(f): return f
@deco
def work(a, b=2, *rest, key: int = 4, **more):
    own = a
    del b
    def inner():
        return a
    if own:
        call = inner()  # stop
    return (
        own
    )
work(1, 2, 3, x=Lie())
print("end")
"""


def stop(session: Start) -> Session:
    """Stopped in the function."""
    line = next(number for number, row in enumerate(TEXT.splitlines(), 1) if "# stop" in row)
    program = session(text=TEXT).start(line)
    program.wait_stop("breakpoint")
    return program


def test_a_function_tells_its_lines_and_arguments(session: Start) -> None:
    program = stop(session)
    told = program.request("pytui/function", {})
    assert told["function"]
    assert (told["line"], told["endLine"]) == (7, 16)
    rows = {row["name"]: row["value"] for row in told["arguments"]}
    assert list(rows) == ["a", "b", "key", "rest", "more"]
    assert rows["a"] == "1"
    assert rows["b"] == "deleted"
    assert rows["rest"] == "(3,)"
    assert rows["key"] == "4"
    assert "Lie" in rows["more"]
    assert not [each for each in program.events if each["event"] == "output"]


def test_a_module_has_no_arguments(session: Start) -> None:
    program = stop(session)
    told = program.request("pytui/function", {"frameId": program.stopped["pytui"]["stackFrames"][1]["id"]})
    assert not told["function"]
    assert told["arguments"] == []
    assert told["endLine"] == 19


def test_a_frame_of_an_earlier_stop_is_refused(session: Start) -> None:
    program = stop(session)
    with pytest.raises(RequestFailed, match="no such frame"):
        program.request("pytui/function", {"frameId": 987654})
