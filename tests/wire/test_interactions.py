"""What breakpoints, steps, threads, filters and jumps do to each other."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]

FILTERS = ["raised", "userUnhandled"]


def test_condition_that_raises_releases_what_waits(session: Start) -> None:
    """It stops, and so it acted: what is to come after it comes."""
    run = session(text="a = 1\nb = 2\nc = 3\n").start(
        {"line": 2, "condition": "1 / 0", "pytui": {"number": 1}}, {"line": 3, "pytui": {"after": 1}}
    )
    run.wait_stop("breakpoint")
    assert run.line == 2
    run.go("continue", "breakpoint")
    assert run.line == 3


def test_breakpoints_set_while_a_condition_runs(session: Start, tmp_path: Path) -> None:
    """The hit of a breakpoint that stays in the list is not lost, and counts."""
    text = """\
import pathlib, time
def slow():
    pathlib.Path("in").touch()
    while not pathlib.Path("out").exists():
        time.sleep(0.001)
    return True
a = 1
b = 2
c = 3
"""
    run = session(text=text).start({"line": 8, "condition": "slow()"})
    while not (tmp_path / "in").exists():
        run.pump(0.01)
    first, second = run.set_breakpoints(run.script, {"line": 8, "condition": "slow()"}, 9)
    (tmp_path / "out").touch()
    run.wait_stop("breakpoint")
    assert run.line == 8 and run.stopped["hitBreakpointIds"] == [first["id"]]
    assert run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == 1
    run.go("continue", "breakpoint")
    assert run.line == 9 and run.stopped["hitBreakpointIds"] == [second["id"]]


@pytest.mark.parametrize("again", [None, {"line": 8, "condition": "False"}], ids=["removed", "changed"])
def test_breakpoint_removed_while_its_condition_runs(session: Start, tmp_path: Path, again: dict | None) -> None:
    """What is asked for no more does not stop."""
    text = """\
import pathlib, time
def slow():
    pathlib.Path("in").touch()
    while not pathlib.Path("out").exists():
        time.sleep(0.001)
    return True
a = 1
b = 2
c = 3
"""
    run = session(text=text).start({"line": 8, "condition": "slow()"})
    while not (tmp_path / "in").exists():
        run.pump(0.01)
    run.set_breakpoints(run.script, *filter(None, [again]), 9)
    (tmp_path / "out").touch()
    run.wait_stop("breakpoint")
    assert run.line == 9


RAISES = """\
import threading, time
began = threading.Event()
def work():
    began.wait()
    try:
        sorted([1, 2], key=lambda each: 1 / 0)
    except ZeroDivisionError:
        pass
t = threading.Thread(target=work, name="other")
t.start()
def step():
    began.set()
    time.sleep(0.03)
step()
mark = 1
t.join()
print("end")
"""


def test_exception_in_another_thread_waits_for_the_step(session: Start) -> None:
    """As the hit of a breakpoint does: it is reported on its own, after the step."""
    run = session(text=RAISES).start(14)
    run.wait_stop("breakpoint")
    run.request("setExceptionBreakpoints", filters=["raised"])
    run.go("next", "step")
    assert run.where == ("<module>", 15) and run.stopped["threadId"] == 1
    run.go("continue", "exception")
    assert run.stopped["pytui"]["threadName"] == "other" and run.line == 6
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


def test_queued_exception_whose_filter_is_off(session: Start) -> None:
    """What is asked for no more does not stop."""
    run = session(text=RAISES).start(14, 17)
    run.wait_stop("breakpoint")
    run.request("setExceptionBreakpoints", filters=["raised"])
    run.go("next", "step")
    run.request("setExceptionBreakpoints", filters=[])
    run.go("continue", "breakpoint")
    assert run.line == 17
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


def jump(run: Session, line: int) -> None:
    """Move the frame to LINE."""
    targets = run.request("gotoTargets", source={"path": run.script}, line=line)["targets"]
    run.go("goto", "goto", targetId=targets[0]["id"])


@pytest.mark.parametrize("column", [1, 8])
@pytest.mark.parametrize("way", ["continue", "next", "stepIn"])
def test_jump_to_a_line_with_columns(session: Start, column: int, way: str) -> None:
    """The statement at the beginning of the line is where one stands; a later one stops."""
    text = "def f():\n    x = 1\n    x = 2\n    y = 1; z = 2\n    return y\nf()\nend = 1\n"
    run = session(text=text).start(2, {"line": 4, "column": column + 4}, 7)
    run.wait_stop("breakpoint")
    jump(run, 4)
    assert run.line == 4
    run.go(way)
    assert run.stopped["reason"] == ("breakpoint" if column == 8 or way == "continue" else "step")
    assert run.line == (4 if column == 8 else 7 if way == "continue" else 5)


def test_run_to_that_is_refused_leaves_nothing(session: Start) -> None:
    """The line is not run to by what comes after."""
    text = "import threading, time\nt = threading.Thread(target=time.sleep, args=(0,))\na = 1\nb = 2\nc = 3\n"
    run = session(text=text).start(3, 5)
    run.wait_stop("breakpoint")
    run.request("pytui/freeze", threadId=1)
    with pytest.raises(RequestFailed, match="frozen"):
        run.request("pytui/runTo", threadId=1, source={"path": run.script}, line=4, singleThread=True)
    run.request("pytui/thaw", threadId=1)
    run.go("continue", "breakpoint")
    assert run.line == 5


LOGS = """\
import asyncio
class C:
    def m(self, n): return n
    async def a(self, n):
        await asyncio.sleep(0)
        return n
def gen(n):
    yield n
    yield n
c = C()
for i in range(3):
    c.m(i)
    asyncio.run(c.a(i))
    list(gen(i))
end = 1
"""


def test_log_messages_of_functions(session: Start) -> None:
    """Of methods, coroutines and generators, once each time that they begin, with their place."""
    run = session(text=LOGS)
    run.initialize()
    names = ["C.m", "C.a", "gen"]
    run.request(
        "setFunctionBreakpoints", breakpoints=[{"name": each, "pytui": {"logMessage": each + " {n}"}} for each in names]
    )
    run.set_breakpoints(run.script, 15)
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    bodies = [each["body"] for each in run.events if each["event"] == "output"]
    assert [each["output"] for each in bodies] == [f"{name} {i}\n" for i in range(3) for name in names]
    assert [each["pytui"]["hits"] for each in run.stopped["pytui"]["hits"]] == [1, 3, 3, 3]


def test_many_threads_while_breakpoints_come_and_go(session: Start) -> None:
    """Ten threads run through lines that are armed, with columns and conditions, and disarmed; the result is right."""
    text = """\
import threading
def work(k):
    total = 0
    for i in range(20000):
        total += i; total -= 1; total += k
    return total
results = []
ts = [threading.Thread(target=lambda k=k: results.append(work(k))) for k in range(10)]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(sorted(results) == [199990000 - 20000 + 20000 * k for k in range(10)])
"""
    run = session(text=text).start()
    deadline = time.monotonic() + 30
    number = 0
    while run.process.poll() is None and time.monotonic() < deadline:
        number += 1
        try:
            run.set_breakpoints(
                run.script,
                {"line": 5, "column": 9 + number % 30, "condition": "i < 0"},
                {"line": 4, "hitCondition": "<1"},
            )
            run.set_breakpoints(run.script)
        except Exception:  # the program came to its end
            break
    assert run.finish()[:2] == (0, "True\n")


@pytest.mark.parametrize("column", [5, 12])
@pytest.mark.parametrize("ways", ["next", "stepIn", "next next", "pytui/until", "stepInTargets", "singleThread"])
def test_columns_after_steps(session: Start, ways: str, column: int) -> None:
    """That code was stepped, or all code watched, takes nothing from its breakpoints."""
    text = "def f():\n    x = 1\n    x = 2\n    y = 1; z = len('')\n    return x\nf()\nf()\nend = 1\n"
    run = session(text=text).start(2, {"line": 4, "column": column}, 8)
    for _ in range(2):
        run.wait_stop("breakpoint")
        assert run.line == 2
        for way in ways.split():
            if way == "singleThread":
                run.go("next", singleThread=True)
            elif way == "stepInTargets":
                assert run.request("stepInTargets", frameId=run.frames[0]["id"])["targets"] == []
                run.go("stepIn")
            else:
                run.go(way)
        if not (run.line == 4 and column == 5):
            run.go("continue", "breakpoint")
        assert run.line == 4 and run.stopped["hitBreakpointIds"] == [2]
        run.resume()
    run.wait_stop("breakpoint")
    assert run.line == 8


def test_run_to_goes_on_when_breakpoints_are_set(session: Start, tmp_path: Path) -> None:
    """The line is reached though the list of its file was replaced meanwhile."""
    text = """\
import pathlib, time
pathlib.Path("in").touch()
while not pathlib.Path("out").exists():
    time.sleep(0.001)
a = 1
b = 2
"""
    run = session(text=text).start(stop_on_entry=True)
    run.request("pytui/runTo", threadId=0, source={"path": run.script}, line=5)
    while not (tmp_path / "in").exists():
        run.pump(0.01)
    assert len(run.set_breakpoints(run.script, 6)) == 1
    (tmp_path / "out").touch()
    run.wait_stop("goto")
    assert run.line == 5
    run.go("continue", "breakpoint")
    assert run.line == 6
