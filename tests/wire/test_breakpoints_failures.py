"""Conditions that raise: the first time stops and says so, the others are counted."""

from collections.abc import Callable

import pytest
from client import Message, Session

Start = Callable[..., Session]

LOOP = """\
def work(items):
    for item in items:
        seen = item
    return items
work([1, 0, 2, 0, 0, 5])
end = 1
"""


def told(run: Session, line: int) -> Message:
    """The breakpoint on a line as last told."""
    events = [each["body"]["breakpoint"] for each in run.events if each["event"] == "breakpoint"]
    return [each for each in events + run.stopped["pytui"]["hits"] if each["line"] == line][-1]


@pytest.mark.parametrize("fields", [{}, {"hitCondition": "7"}, {"logMessage": "x"}])
def test_first_failure_stops(session: Start, fields: Message) -> None:
    """Whatever else is asked of the breakpoint; later failures do not stop, and none is a hit."""
    run = session(text=LOOP).start({"line": 3, "condition": "10 // item > 99"} | fields, 6)
    run.wait_stop("breakpoint")
    assert run.line == 3 and run.evaluate("item") == "0"
    assert "ZeroDivisionError" in run.stopped["text"]
    mine = told(run, 3)
    assert mine["verified"] and mine["message"].startswith("condition failed: ZeroDivisionError")
    assert (mine["pytui"]["state"], mine["pytui"]["failures"], mine["pytui"]["hits"]) == ("error", 1, 0)
    run.go(reason="breakpoint")
    assert run.line == 6 and "text" not in run.stopped
    mine = told(run, 3)
    assert mine["message"].startswith("condition failed 3×: ZeroDivisionError")
    assert (mine["pytui"]["failures"], mine["pytui"]["hits"]) == (3, 0)


def test_it_still_stops_where_it_is_true(session: Start) -> None:
    """And the count of hits is that of true conditions."""
    run = session(text=LOOP).start({"line": 3, "condition": "10 // item in (5, 2)"}, 6)
    for line, item in ((3, "0"), (3, "2"), (3, "5")):
        run.wait_stop("breakpoint")
        assert (run.line, run.evaluate("item")) == (line, item)
        run.resume()
    run.wait_stop("breakpoint")
    assert run.line == 6


def test_set_anew(session: Start) -> None:
    """Other breakpoints of the file may change; a new condition, or switching off and on, is a new chance."""
    text = LOOP.replace("end = 1", "for i in range(9):\n    work([i, 0])\n    end = i")
    run = session(text=text).start({"line": 3, "condition": "1 // item > 9"}, 8)
    mine, end = {"line": 3, "condition": "1 // item > 9"}, {"line": 8}
    run.wait_stop("breakpoint")
    assert run.line == 3
    run.go()
    assert run.line == 8 and told(run, 3)["pytui"]["failures"] == 5
    kept = run.set_breakpoints(run.script, mine, end, {"line": 1})[0]
    assert (kept["pytui"]["state"], kept["pytui"]["failures"]) == ("error", 5)
    run.go()
    assert run.line == 8 and told(run, 3)["pytui"]["failures"] == 6
    off = run.set_breakpoints(run.script, mine | {"pytui": {"enabled": False}}, end)[0]
    assert off["pytui"]["failures"] == 6
    run.go()
    assert run.line == 8
    on = run.set_breakpoints(run.script, mine, end)[0]
    assert on["pytui"]["state"] == "verified" and "failures" not in on["pytui"]
    run.go()
    assert run.line == 3 and "ZeroDivisionError" in run.stopped["text"]
    fresh = run.set_breakpoints(run.script, mine | {"condition": "nothing_of_that_name"}, end)[0]
    assert fresh["pytui"]["state"] == "verified" and "message" not in fresh
    run.go()
    assert run.line == 8
    run.go()
    assert run.line == 3 and told(run, 3)["message"].startswith("condition failed: NameError")


def test_counts_come_while_the_program_runs(session: Start) -> None:
    """A breakpoint event tells how often it failed, without a stop."""
    text = "import time\ndef f():\n    return 1\nwhile True:\n    f()\n    time.sleep(0.001)\n"
    run = session(text=text).start({"line": 3, "condition": "nothing_of_that_name"})
    run.wait_stop("breakpoint")
    run.resume()
    body = run.event("breakpoint", lambda body: body["breakpoint"]["pytui"].get("failures", 0) > 1)["breakpoint"]
    assert body["message"].startswith(f"condition failed {body['pytui']['failures']}×: NameError")


def test_function_breakpoint_and_temporary(session: Start) -> None:
    """The same for functions; a temporary one is gone with its one stop."""
    run = session(text=LOOP)
    run.initialize()
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "work", "condition": "later > 1"}])
    run.set_breakpoints(run.script, {"line": 3, "condition": "1 // item > 9", "pytui": {"temporary": True}}, 6)
    run.configure(stop_on_entry=False)
    run.wait_stop("function breakpoint")
    assert "NameError" in run.stopped["text"] and run.stopped["pytui"]["hits"][0]["pytui"]["state"] == "error"
    run.go(reason="breakpoint")
    assert run.line == 3
    run.event("breakpoint", lambda body: body["reason"] == "removed")
    run.go(reason="breakpoint")
    assert run.line == 6


def test_failures_in_many_threads(session: Start) -> None:
    """One of them stops, and none of the others is lost from the count."""
    text = "import threading\ndef f():\n    return 1\n"
    text += "def many():\n    for i in range(200):\n        f()\n"
    text += "all = [threading.Thread(target=many) for i in range(8)]\nfor t in all: t.start()\n"
    text += "for t in all: t.join()\nend = 1\n"
    run = session(text=text).start({"line": 3, "condition": "1 / 0"}, 10)
    run.wait_stop("breakpoint")
    assert run.line == 3
    run.go()
    assert run.line == 10 and told(run, 3)["pytui"]["failures"] == 1600
