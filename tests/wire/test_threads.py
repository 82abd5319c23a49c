"""Threads: all of them stop, each has its id, and steps stay with theirs."""

import time
from collections.abc import Callable

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]

BUSY = """\
import threading
counts = [0] * 10
go_on = True
def work(k):
    while go_on:
        counts[k] += 1
workers = [threading.Thread(target=work, args=(k,), name=f"worker {k}") for k in range(10)]
for each in workers:
    each.start()
mark = 1
mark = 2
mark = 3
go_on = False
for each in workers:
    each.join()
print("end")
"""


def test_all_stop(session: Start) -> None:
    """While one thread is stopped no other moves, however often something is asked; evaluating lets only itself run."""
    run = session(text=BUSY).start(10)
    run.wait_stop("breakpoint")
    before = run.evaluate("sum(counts)")
    for _ in range(5):
        run.request("threads")
        run.request("stackTrace", threadId=0)
        time.sleep(0.02)
    moved = int(run.evaluate("sum(counts)")) - int(before)
    again = int(run.evaluate("sum(counts)")) - int(before)
    assert again == moved or again - moved < 20000, "at most a slice that was asked for before the stop"
    threads = run.request("threads")["threads"]
    assert len(threads) == 11
    assert threads[0]["name"] == "MainThread" and threads[0]["id"] == 1
    assert {each["name"] for each in threads[1:]} == {f"worker {k}" for k in range(10)}
    assert len({each["pytui"]["nativeId"] for each in threads}) == 11
    assert {each["pytui"]["state"] for each in threads} == {"stopped"}


def test_step_among_busy_threads(session: Start) -> None:
    """A step is not taken over by others that run, and they do run meanwhile."""
    run = session(text=BUSY).start(10)
    run.wait_stop("breakpoint")
    for line in (11, 12, 13):
        run.go("next", "step")
        assert run.where == ("<module>", line)
        assert run.stopped["threadId"] == 1
    run.resume()
    assert run.finish()[1] == "end\n"


def test_busy_threads_hand_over_after_stops(session: Start) -> None:
    """Threads that waited during a stop get their turn after it, though a busy one never lets go by itself."""
    text = """\
import threading, time
go_on = True
def work(k):
    while go_on:
        mark = k
workers = [threading.Thread(target=work, args=(k,), daemon=True) for k in range(10)]
for each in workers:
    each.start()
time.sleep(0.2)
go_on = False
for each in workers:
    each.join()
print("end")
"""
    run = session(text=text).start(5)
    run.wait_stop("breakpoint")
    for _ in range(12):
        run.go("next")
    run.set_breakpoints(run.script)
    run.resume()
    assert run.finish()[1] == "end\n"


def test_breakpoint_in_threads(session: Start) -> None:
    """Each thread that comes by stops under its own id and name; stepping goes on in it."""
    text = "import threading\ndef work(k):\n    a = k\n    b = a\n    return b\n"
    text += "ts = [threading.Thread(target=work, args=(k,), name=str(k)) for k in range(4)]\n"
    text += "[t.start() for t in ts]\n[t.join() for t in ts]\n"
    run = session(text=text).start(3)
    seen = {}
    for _ in range(4):
        run.wait_stop("breakpoint")
        thread = run.stopped["threadId"]
        seen[thread] = run.stopped["pytui"]["threadName"]
        run.go("next")
        while run.stopped["reason"] == "breakpoint":  # another thread came first and ended the step
            seen[run.stopped["threadId"]] = run.stopped["pytui"]["threadName"]
            run.go("next")
        run.resume()
        if len(seen) == 4:
            break
    assert sorted(seen.values()) == ["0", "1", "2", "3"] and 1 not in seen
    assert run.finish()[0] == 0


def test_ids_are_never_reused(session: Start) -> None:
    """A new thread is a new id, even where the system reuses its own."""
    text = (
        "import threading\ndef work():\n    mark = 1\nfor i in range(5):\n"
        "    t = threading.Thread(target=work)\n    t.start()\n    t.join()\n"
    )
    run = session(text=text).start(3)
    seen = []
    for _ in range(5):
        run.wait_stop("breakpoint")
        seen.append(run.stopped["threadId"])
        run.resume()
    assert len(set(seen)) == 5


def test_stack_of_another_thread(session: Start) -> None:
    """Stacks of all threads can be looked at during a stop."""
    run = session(text=BUSY).start(10)
    run.wait_stop("breakpoint")
    other = run.request("threads")["threads"][1]
    frames = run.request("stackTrace", threadId=other["id"])["stackFrames"]
    assert frames[0]["name"] == "work" and frames[0]["line"] in (4, 5, 6)
    with pytest.raises(RequestFailed, match="999"):
        run.request("stackTrace", threadId=999)


def test_only_the_stopped_thread_steps(session: Start) -> None:
    """Stepping another thread is refused, with the reason."""
    run = session(text=BUSY).start(10)
    run.wait_stop("breakpoint")
    other = run.request("threads")["threads"][1]
    with pytest.raises(RequestFailed, match="thread"):
        run.request("next", threadId=other["id"])


def test_evaluate_that_waits_for_another_thread(session: Start) -> None:
    """Nothing deadlocks: threads that the expression waits for move; their breakpoints are passed."""
    text = """\
import threading, queue
requests, answers = queue.Queue(), queue.Queue()
def serve():
    while (item := requests.get()) is not None:
        answers.put(item * 2)
t = threading.Thread(target=serve)
t.start()
mark = 1
requests.put(None)
t.join()
print("end")
"""
    run = session(text=text).start(8, 5)
    run.wait_stop("breakpoint")
    assert run.evaluate("(requests.put(21), answers.get(timeout=5))[1]") == "42"
    assert "1 breakpoint " in run.event("output")["output"]
    run.resume()
    assert run.finish()[1] == "end\n"


def test_switch_interval_is_the_programs(session: Start) -> None:
    """Whatever happens during a stop, the program finds the interval that it set."""
    text = "import sys\nsys.setswitchinterval(0.007)\nmark = 1\nprint(round(sys.getswitchinterval(), 4))\n"
    run = session(text=text).start(3)
    run.wait_stop("breakpoint")
    assert float(run.evaluate("round(__import__('sys').getswitchinterval(), 4)")) == 0.007
    run.evaluate("__import__('sys').setswitchinterval(0.009)")
    run.resume()
    assert run.finish()[1] == "0.009\n"


def test_many_threads_at_one_breakpoint(session: Start) -> None:
    """Every hit is counted and none is lost."""
    text = "import threading\ndef work():\n    for i in range(50):\n        mark = i\n"
    text += (
        "ts = [threading.Thread(target=work) for _ in range(8)]\n"
        "[t.start() for t in ts]\n[t.join() for t in ts]\nend = 1\n"
    )
    run = session(text=text).start({"line": 4, "hitCondition": "%40"}, 8)
    stops = 0
    while True:
        run.wait_stop("breakpoint")
        if run.line == 8:
            break
        stops += 1
        assert run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == 40 * stops
        run.resume()
    assert stops == 10
