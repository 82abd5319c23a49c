"""What keeps a breakpoint from stopping: the limit of log messages, its thread, the one that it waits for."""

from collections.abc import Callable

import pytest
from client import Message, Session

Start = Callable[..., Session]

LOOP = """\
def work(n):
    for i in range(n):
        total = i
    return total
work(1000)
end = 1
"""


def outputs(run: Session) -> list[str]:
    """The texts that the console got so far."""
    return [each["body"]["output"] for each in run.events if each["event"] == "output"]


def changed(run: Session, identity: int) -> Message:
    """The next `breakpoint` event about one breakpoint."""
    return run.event("breakpoint", lambda body: body["breakpoint"]["id"] == identity)["breakpoint"]


def known(run: Session, line: int) -> tuple[int, int]:
    """Hits and dropped messages of the breakpoint on a line, as last told."""
    events = [each["body"]["breakpoint"] for each in run.events if each["event"] == "breakpoint"]
    rows = [each["pytui"] for each in events + run.stopped["pytui"]["hits"] if each["line"] == line]
    return rows[-1]["hits"], rows[-1].get("dropped", 0)


def test_log_limit(session: Start) -> None:
    """50 messages a second unless told otherwise; the rest is counted, told once, and never formatted."""
    text = "made = 0\ndef show(i):\n    global made\n    made += 1\n    return i\n" + LOOP
    run = session(text=text).start({"line": 8, "logMessage": "{show(i)}"}, 11)
    run.wait_stop("breakpoint")
    lines = [each for each in outputs(run) if "dropped" not in each]
    said = [int(each.split()[1]) for each in outputs(run) if "dropped" in each]
    assert said and 50 <= len(lines) <= 50 * (len(said) + 1) and lines[:50] == [f"{i}\n" for i in range(50)]
    assert len(lines) + sum(said) == 1000
    assert int(run.evaluate("made")) == len(lines)
    assert known(run, 8) == (1000, sum(said))


@pytest.mark.parametrize("limit", [0, 3, 5000])
def test_log_limit_of_ones_own(session: Start, limit: int) -> None:
    """Fewer than usual, or as many as can be sent."""
    run = session(text=LOOP).start({"line": 3, "logMessage": "{i}", "pytui": {"logLimit": limit}}, 6)
    run.wait_stop("breakpoint")
    lines = [each for each in outputs(run) if "dropped" not in each]
    hits, dropped = known(run, 3)
    assert (hits, len(lines) + dropped) == (1000, 1000)
    assert (len(lines) < 100) == (limit == 3)


def test_drops_are_told_though_nothing_is_logged_any_more(session: Start) -> None:
    """A loop that ended, in a program that goes on: within about a second the client knows."""
    run = session(text=LOOP + "import time\nwhile True:\n    time.sleep(0.01)\n")
    run.start({"line": 3, "logMessage": "{i}", "pytui": {"logLimit": 10}})
    said = run.event("output", lambda body: "dropped" in body["output"])
    assert said["line"] == 3 and said["source"]["path"] == run.script
    told = run.event("breakpoint", lambda body: "dropped" in body["breakpoint"]["pytui"])
    assert told["breakpoint"]["pytui"]["dropped"] == int(said["output"].split()[1])


def test_drops_are_told_at_the_end(session: Start) -> None:
    """A program that ends first says so before it does."""
    run = session(text=LOOP).start({"line": 3, "logMessage": "{i}", "pytui": {"logLimit": 1}})
    assert run.finish()[0] == 0
    dropped = sum(int(each.split()[1]) for each in outputs(run) if "dropped" in each)
    assert dropped + sum("dropped" not in each for each in outputs(run)) == 1000


def test_counts_of_others_come_with_a_stop(session: Start) -> None:
    """A log point does not stop; its count is told with the next stop."""
    run = session(text="x = 1\ny = 2\nz = 3\n").start({"line": 1, "logMessage": "here"}, 2, 3)
    run.wait_stop("breakpoint")
    assert [(each["line"], each["pytui"]["hits"]) for each in run.stopped["pytui"]["hits"]] == [(2, 1), (1, 1)]
    assert len(run.stopped["hitBreakpointIds"]) == 1
    run.go("continue", "breakpoint")
    assert [each["line"] for each in run.stopped["pytui"]["hits"]] == [3]


def test_function_log_point(session: Start) -> None:
    """A function breakpoint logs, too."""
    run = session(text="def f(a):\n    return a\nf(1)\nf(2)\n")
    run.initialize()
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "f", "pytui": {"logMessage": "f({a})"}}])
    run.configure(stop_on_entry=False)
    assert run.finish()[0] == 0
    assert outputs(run) == ["f(1)\n", "f(2)\n"]


THREADS = """\
import threading
def work():
    return 1
def run(name):
    thread = threading.Thread(target=work, name=name)
    thread.start()
    thread.join()
run("first")
run("second")
work()
run("second")
"""


def test_one_thread_by_name(session: Start) -> None:
    """Only the threads of that name stop; hits of others do not count."""
    run = session(text=THREADS).start({"line": 3, "pytui": {"thread": "second"}})
    for hits in (1, 2):
        run.wait_stop("breakpoint")
        assert run.stopped["pytui"]["threadName"] == "second"
        assert run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == hits
        run.resume()
    assert run.finish()[0] == 0


@pytest.mark.parametrize("as_text", [False, True])
def test_one_thread_by_id(session: Start, as_text: bool) -> None:
    """The id is that of `threads`, as a number or in digits."""
    run = session(text=THREADS).start(stop_on_entry=True)
    thread = run.stopped["threadId"]
    run.set_breakpoints(run.script, {"line": 3, "pytui": {"thread": str(thread) if as_text else thread}})
    run.go("continue", "breakpoint")
    assert run.stopped["threadId"] == thread and run.frames[1]["line"] == 10
    run.resume()
    assert run.finish()[0] == 0


def test_after(session: Start) -> None:
    """It waits until the other one stopped, costs nothing meanwhile, and the client is told."""
    text = "def f(n):\n    return n\nf(1)\nf(2)\nmark = 1\nf(3)\nf(4)\n"
    run = session(text=text)
    run.initialize()
    first, other = run.set_breakpoints(
        run.script, {"line": 2, "pytui": {"after": 7}}, {"line": 5, "pytui": {"number": 7}}
    )
    assert first["pytui"]["waits"] and "7" in first["message"]
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert run.line == 5 and run.stopped["hitBreakpointIds"] == [other["id"]]
    told = run.event("breakpoint", lambda body: body["breakpoint"]["id"] == first["id"] and body["reason"] == "changed")
    while "waits" in told["breakpoint"]["pytui"]:
        told = run.event("breakpoint", lambda body: body["breakpoint"]["id"] == first["id"])
    for value in ("3", "4"):
        run.go("continue", "breakpoint")
        assert run.line == 2 and run.evaluate("n") == value
    run.resume()
    assert run.finish()[0] == 0


def test_after_one_that_is_temporary_logs_or_is_a_function(session: Start) -> None:
    """What acts is enough: a stop that removes itself, a log message, an entered function."""
    text = "def f():\n    return 1\na = 1\nb = 2\nc = 3\nf()\nd = 4\n"
    run = session(text=text)
    run.initialize()
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "f", "pytui": {"number": 3, "after": 2}}])
    run.set_breakpoints(
        run.script,
        {"line": 3, "pytui": {"number": 1, "temporary": True}},
        {"line": 4, "logMessage": "here", "pytui": {"number": 2, "after": 1}},
        {"line": 7, "pytui": {"after": 3}},
        {"line": 5, "pytui": {"after": 3}},
    )
    run.configure(stop_on_entry=False)
    for reason, line in (("breakpoint", 3), ("function breakpoint", 2), ("breakpoint", 7)):
        run.wait_stop(reason)
        assert run.line == line
        run.resume()
    assert run.finish()[0] == 0 and outputs(run) == ["here\n"]


def test_after_one_that_there_is_not(session: Start) -> None:
    """It never stops, and says why; when the other one comes, it says that too."""
    run = session(text="x = 1\ny = 2\nz = 3\n")
    run.initialize()
    (lost,) = run.set_breakpoints(run.script, {"line": 2, "pytui": {"after": 99}})
    assert "there is not" in lost["message"] and lost["pytui"]["waits"]
    run.configure(stop_on_entry=True)
    run.wait_stop("entry")
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "nothing", "pytui": {"number": 99}}])
    while "there is not" in changed(run, lost["id"])["message"]:
        pass
    run.resume()
    assert run.finish()[0] == 0


def test_after_the_one_that_was_hit_already(session: Start) -> None:
    """At the stop of one, another is set after it: that is so already."""
    run = session(text="x = 1\ny = 2\nz = 3\n").start({"line": 1, "pytui": {"number": 5}})
    run.wait_stop("breakpoint")
    _, second = run.set_breakpoints(run.script, {"line": 1, "pytui": {"number": 5}}, {"line": 2, "pytui": {"after": 5}})
    assert "waits" not in second["pytui"] and second["verified"]
    run.go("continue", "breakpoint")
    assert run.line == 2


@pytest.mark.parametrize(
    "wrong",
    [{"logLimit": -1}, {"thread": []}, {"after": -3}, {"after": 4, "number": 4}],
    ids=lambda each: next(iter(each)),
)
def test_nonsense_is_an_error_of_the_breakpoint(session: Start, wrong: Message) -> None:
    """Said at once; it never stops."""
    run = session(text="x = 1\n")
    run.initialize()
    (bad,) = run.set_breakpoints(run.script, {"line": 1, "pytui": wrong})
    assert bad["pytui"]["state"] == "error" and bad["message"]
    run.configure(stop_on_entry=False)
    assert run.finish()[0] == 0
