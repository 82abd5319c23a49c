"""Watches: evaluated at every stop, part of its one message, bounded in time, and never a reason to be stuck."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from client import RequestFailed, Session, frame
from test_values import Row, children, lines, stop_at

Start = Callable[..., Session]

LOOP = lines(
    "import os, threading, time",
    "class Loud:",
    "    def __repr__(self): raise SystemExit('repr ran')",
    "    @property",
    "    def size(self): return 7",
    "def stuck():",
    "    while True: pass",
    "def deaf():",
    "    lock = threading.Lock(); lock.acquire()",
    "    while True:",
    "        try: stuck()",
    "        except BaseException: break",
    "    time.sleep(0.7)",
    "    return 'late'",
    "def inner(depth):",
    "    here = depth * 2",
    "    return here # inner",
    "def work(count, items, loud):",
    "    total = 0",
    "    for i in range(count): # loop",
    "        total += i # stop",
    "    return inner(total)",
    "work(5, [1, [2, 3], {'k': 'v'}], Loud())",
)


def begin(session: Start, words: str = "# stop") -> Session:
    """The program at the line with WORDS, and no breakpoint any more."""
    program = stop_at(session, LOOP, words)
    program.set_breakpoints(program.script)
    return program


def set_watches(program: Session, *expressions: str | Row, **more: Any) -> None:
    """Set them, numbered from 1."""
    items = [each if isinstance(each, dict) else {"expression": each} for each in expressions]
    program.request("pytui/setWatches", {"watches": [{"id": n} | each for n, each in enumerate(items, 1)]} | more)


def step(program: Session, command: str = "next") -> Row:
    """One step; what the stop says of the watches."""
    program.request(command, threadId=0)
    return program.wait_stop("step")["pytui"].get("watches", {})


def values(watches: Row) -> dict[str, str]:
    """The values by expression."""
    return {each["variable"]["name"]: each["variable"]["value"] for each in watches["items"]}


def states(watches: Row) -> dict[str, str]:
    """The states of those that have one."""
    return {each["variable"]["name"]: each["state"] for each in watches["items"] if "state" in each}


def test_a_step_brings_the_watches_along(session: Start) -> None:
    """One message of a step has the values in the frame on top; they open like variables."""
    program = begin(session)
    set_watches(program, "total + 1", "items", "loud.size", "missing", "1 +", "count if True else 0")
    before = program.request("pytui/stats")
    watches = step(program)
    assert values(watches) == {
        "total + 1": "1",
        "items": "[1, [2, 3], {'k': 'v'}]",
        "loud.size": "7",
        "missing": "<NameError: name 'missing' is not defined>",
        "1 +": "<SyntaxError: invalid syntax>",
        "count if True else 0": "5",
    }
    assert states(watches) == {"missing": "raised", "1 +": "raised"}
    assert [each["id"] for each in watches["items"]] == [1, 2, 3, 4, 5, 6]
    rows = {each["variable"]["name"]: each["variable"] for each in watches["items"]}
    inside = {each["name"]: each for each in children(program, rows["items"]["variablesReference"])}
    assert inside["[1]"]["evaluateName"] == "items[1]"
    assert program.evaluate(inside["[2]"]["evaluateName"]) == "{'k': 'v'}"
    after = program.request("pytui/stats")
    assert after["restartEvents"] == before["restartEvents"]
    step(program)
    step(program)
    assert values(step(program))["total + 1"] == "2"


def test_the_event_stays_small(session: Start) -> None:
    """A step with two watches is one event of less than a kilobyte."""
    program = stop_at(session, lines("def f(n):", "    while n: # stop", "        n -= 1", "f(9)"))
    set_watches(program, "n", "n * 2")
    watches = step(program)
    assert values(watches) == {"n": "9", "n * 2": "18"}
    assert len(frame({"seq": 1, "type": "event", "event": "stopped", "body": program.stopped})) < 1300


def test_values_are_shown_in_other_ways(session: Start) -> None:
    """A watch is shown without its repr(); what the user chose is asked for as of any row."""
    program = begin(session)
    set_watches(program, "loud", "255 + count")
    watches = step(program)
    assert values(watches)["loud"] == "<Loud object>"
    shown = program.request(
        "pytui/display", variablesReference=watches["variablesReference"], name="loud", display="type"
    )
    assert shown["value"] == "__main__.Loud"
    arguments = {"variablesReference": watches["variablesReference"], "name": "255 + count", "display": "default"}
    assert program.request("pytui/display", arguments | {"format": {"hex": True}})["value"] == "0x104"
    with pytest.raises(RequestFailed):
        program.request("setVariable", variablesReference=watches["variablesReference"], name="loud", value="1")


def test_functions_have_watches_of_their_own(session: Start) -> None:
    """A watch of a function is evaluated in its frames only; without any nothing runs."""
    program = begin(session, "# inner")
    frames = program.frames
    path = frames[0]["source"]["path"]
    set_watches(
        program,
        {"expression": "here + 1", "function": "inner"},
        {"expression": "total", "function": "work", "path": path},
        {"expression": "total + 1", "function": "work", "path": "/elsewhere.py"},
        "depth",
    )
    before = program.request("pytui/stats")["userCode"]
    here = program.request("pytui/watches", frameId=0)
    assert values(here) == {"here + 1": "21", "depth": "10"}
    assert here["frameId"] == frames[0]["id"]
    caller = program.request("pytui/watches", frameId=frames[1]["id"])
    assert values(caller) == {"total": "10", "depth": "<NameError: name 'depth' is not defined>"}
    assert values(program.request("pytui/watches", frameId=frames[1]["id"], ids=[2])) == {"total": "10"}
    assert program.request("pytui/stats")["userCode"] == before + 5
    set_watches(program, {"expression": "boom()", "function": "elsewhere"})
    before = program.request("pytui/stats")["userCode"]
    assert step(program, "stepOut") == {}
    assert program.request("pytui/stats")["userCode"] == before
    with pytest.raises(RequestFailed, match="no such frame"):
        program.request("pytui/watches", frameId=10**9)


def test_a_slow_watch_is_interrupted_and_left_alone(session: Start) -> None:
    """It says so, is not evaluated again at that stop unless asked for, and the others have their values."""
    program = begin(session)
    set_watches(program, "stuck()", "total", timeLimit=50)
    watches = step(program)
    assert values(watches) == {"stuck()": "<took longer than 50 ms>", "total": "0"}
    assert states(watches) == {"stuck()": "slow"}
    before = program.request("pytui/stats")["userCode"]
    assert states(program.request("pytui/watches", frameId=0)) == {"stuck()": "skipped"}
    assert program.request("pytui/stats")["userCode"] == before + 1
    assert states(program.request("pytui/watches", frameId=0, ids=[1], timeLimit=20)) == {"stuck()": "slow"}
    assert states(step(program)) == {"stuck()": "slow"}
    assert program.evaluate("total") == "0"


def test_many_slow_watches_share_a_time(session: Start) -> None:
    """What is left when all have had their time is skipped; the stop comes without them meanwhile."""
    program = begin(session)
    set_watches(program, *[f"stuck() or {n}" for n in range(20)])
    program.request("next", threadId=0)
    stopped = program.wait_stop("step")
    assert stopped["pytui"]["watchesPending"] is True
    assert "watches" not in stopped["pytui"]
    found = list(states(program.event("pytui/watches")).values())
    assert found[:2] == ["slow", "slow"]
    assert found[-1] == "skipped"


def test_what_cannot_be_interrupted_does_not_delay_the_stop(session: Start) -> None:
    """Code that swallows the interruption: the stop is told of, and the value comes when it is there."""
    program = begin(session)
    set_watches(program, "deaf()", "count", timeLimit=50)
    program.request("next", threadId=0)
    stopped = program.wait_stop("step")
    assert stopped["pytui"]["watchesPending"] is True
    watches = program.event("pytui/watches")
    assert watches["frameId"] == stopped["pytui"]["stackFrames"][0]["id"]
    assert values(watches)["deaf()"] == "'late'"
    assert program.evaluate("count") == "5"


def test_a_slow_one_can_be_cancelled(session: Start) -> None:
    """`cancel` with the request's seq interrupts a watch that was asked for, and leaves the rest."""
    program = begin(session)
    set_watches(program, "stuck()", "total")
    asked = program.send("pytui/watches", frameId=0, ids=[1, 2], timeLimit=3600000)
    while program.request("pytui/stats")["userCode"] < 1:
        time.sleep(0.001)
    program.request("cancel", requestId=asked)
    answer = program.answer(asked)
    assert states(answer["body"]) == {"stuck()": "interrupted", "total": "skipped"}
    assert program.evaluate("total") == "0"


@pytest.mark.parametrize("expression", ["os._exit(3)", "os.fork() or os._exit(0)", "(_ for _ in ()).throw(SystemExit)"])
def test_code_that_exits_or_forks(session: Start, expression: str) -> None:
    """A watch that forks leaves its child alone; SystemExit is a value; one that ends the process ends it."""
    program = begin(session)
    set_watches(program, expression)
    program.request("next", threadId=0)
    if "_exit(3)" in expression:
        assert program.process.wait(20) == 3
        return
    watches = program.wait_stop("step")["pytui"]["watches"]
    assert values(watches)[expression].startswith("<SystemExit" if "throw" in expression else "")
    assert values(step(program)) != {}
    set_watches(program)
    program.request("continue", threadId=0)
    assert program.process.wait(20) == 0


def test_a_client_that_leaves_in_a_watch(session: Start) -> None:
    """The watch is interrupted, and the program goes on to its end."""
    program = begin(session)
    set_watches(program, "stuck()", "stuck()", timeLimit=3600000)
    program.request("next", threadId=0)
    assert program.wait_stop("step")["pytui"]["watchesPending"] is True
    program.channel.close()
    assert program.process.wait(20) == 0


def test_watches_set_early_and_their_output(session: Start) -> None:
    """They may be set before the program starts; what they print is an output event; recursion is a value."""
    program = session(text=LOOP)
    assert program.initialize()["pytui"]["supportsWatches"] is True
    set_watches(program, "print('seen')", "(lambda f: f(f))(lambda f: f(f))")
    program.configure()
    stopped = program.wait_stop("entry")
    assert values(stopped["pytui"]["watches"])["print('seen')"] == "None"
    assert "RecursionError" in list(values(stopped["pytui"]["watches"]).values())[1]
    assert program.event("output")["output"] == "seen\n"


def test_too_many_are_refused(session: Start) -> None:
    """What was set stays."""
    program = begin(session)
    set_watches(program, "total")
    with pytest.raises(RequestFailed, match="at most 1000"):
        set_watches(program, *["1"] * 1001)
    assert values(step(program)) == {"total": "0"}
