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


def test_step_of_another_thread(session: Start) -> None:
    """Any thread can be stepped from a stop: it goes on from where it is, here alone."""
    run = session(text=BUSY).start(10)
    run.wait_stop("breakpoint")
    other = run.request("threads")["threads"][1]
    line = run.request("stackTrace", threadId=other["id"])["stackFrames"][0]["line"]
    run.set_breakpoints(run.script)
    for _ in range(4):
        run.go("next", "step", threadId=other["id"], singleThread=True)
        assert run.stopped["threadId"] == other["id"] and run.stopped["pytui"]["threadName"] == other["name"]
        assert run.where[0] == "work" and run.line in {5, 6} and run.line != line
        line = run.line
    with pytest.raises(RequestFailed, match="999"):
        run.request("next", threadId=999)
    run.resume()
    assert run.finish()[1] == "end\n"


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


# A breakpoint that another thread reaches while one steps.

QUEUED = """\
import threading, time
began = threading.Event()
def work(k):
    began.wait()
    mark = k
    return mark
workers = [threading.Thread(target=work, args=(k,), name=str(k)) for k in range(COUNT)]
for each in workers:
    each.start()
def step():
    began.set()
    DELAY
step()
mark = 1
for each in workers:
    each.join()
print("end")
"""
DELAYS = {"sleep": "time.sleep(0.03)", "loop": "[i for i in range(100000)]"}


def queued_text(count: int, delay: str) -> str:
    """A program in which COUNT threads reach line 5 while line 13 is stepped over."""
    return QUEUED.replace("COUNT", str(count)).replace("DELAY", delay)


@pytest.mark.parametrize("delay", DELAYS)
def test_hit_waits_for_the_step(session: Start, delay: str) -> None:
    """The step is reported first, then the hit, with the values of its own thread, which can be stepped."""
    run = session(text=queued_text(1, DELAYS[delay])).start(5, 13)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.where == ("<module>", 14) and run.stopped["threadId"] == 1
    run.go("next", "step")
    assert run.where == ("<module>", 15), "a further step comes before the hit too"
    run.go("continue", "breakpoint")
    assert run.where == ("work", 5) and run.stopped["pytui"]["threadName"] == "0"
    assert run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == 1
    assert run.evaluate("k") == "0"
    run.go("next", "step")
    assert run.where == ("work", 6) and run.evaluate("mark") == "0"
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


def test_every_queued_hit_is_reported_once(session: Start) -> None:
    """Ten threads reach the breakpoint during one step."""
    run = session(text=queued_text(10, DELAYS["sleep"])).start(5, 13)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.where == ("<module>", 14)
    seen = []
    for _ in range(10):
        run.go("continue", "breakpoint")
        assert run.where == ("work", 5)
        assert run.evaluate("k") == run.stopped["pytui"]["threadName"]
        seen.append(run.stopped["pytui"]["threadName"])
    assert sorted(seen) == [str(k) for k in range(10)]
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


def test_step_that_waits_for_a_parked_thread(session: Start) -> None:
    """The hit is reported in a moment when the step cannot end before it."""
    text = """\
import threading
lock, held = threading.Lock(), threading.Event()
def work():
    with lock:
        held.set()
        mark = 1
t = threading.Thread(target=work)
lock.acquire()
t.start()
lock.release(); held.wait(); lock.acquire()
print("end")
"""
    run = session(text=text).start(6, 10)
    run.wait_stop("breakpoint")
    began = time.monotonic()
    run.go("next", "breakpoint")
    assert run.where == ("work", 6)
    assert time.monotonic() - began < 5
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


def test_queued_hit_when_the_stepping_thread_ends(session: Start) -> None:
    """A step out of a thread's first frame ends without a stop: what waited is reported."""
    text = """\
import threading, time
began = threading.Event()
def wait():
    began.wait()
    mark = 1
def work():
    began.set()
    time.sleep(0.05)
ts = [threading.Thread(target=each) for each in (wait, work)]
[t.start() for t in ts]
[t.join() for t in ts]
print("end")
"""
    run = session(text=text).start(5, 7)
    run.wait_stop("breakpoint")
    assert run.where == ("work", 7)
    while run.where[0] != "wait":
        run.go("stepOut")
    assert run.where == ("wait", 5) and run.stopped["reason"] == "breakpoint"
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


@pytest.mark.parametrize("during", ["step", "stop", "hit"])
@pytest.mark.parametrize("way", ["disconnect", "close", "terminate"])
def test_end_of_the_session_with_parked_threads(session: Start, way: str, during: str) -> None:
    """However the session ends, parked threads go on and the program comes to its end."""
    run = session(text=queued_text(4, DELAYS["sleep"])).start(5, 13)
    run.wait_stop("breakpoint")
    if during == "step":
        run.resume("next")
        time.sleep(0.02)
    else:
        run.go("next", "step")
    if during == "hit":
        run.go("continue", "breakpoint")
    if way == "close":
        run.channel.close()
    else:
        run.send(way)
    if way == "terminate":
        status, _, errors = run.finish()
        assert status == -2 and "KeyboardInterrupt" in errors
    else:
        output = run.process.communicate(timeout=20)[0]
        assert (run.process.returncode, output) == (0, b"end\n")


def test_exit_with_a_parked_thread(session: Start) -> None:
    """The hit of a daemon thread is reported although the main thread ends, and the program ends after it."""
    text = queued_text(1, DELAYS["sleep"]).replace("name=str(k)", "daemon=True").replace("each.join()", "pass")
    run = session(text=text).start(5, 13)
    run.wait_stop("breakpoint")
    while run.go("next")["reason"] == "step":
        pass
    assert run.where == ("work", 5)
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


def test_breakpoint_set_again_or_removed_with_parked_threads(session: Start) -> None:
    """A queued hit counts while its breakpoint is set."""
    run = session(text=queued_text(3, DELAYS["sleep"])).start(5, 13)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    run.set_breakpoints(run.script, 5, 13)
    run.go("continue", "breakpoint")
    assert run.where == ("work", 5)
    run.set_breakpoints(run.script, 13)
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


def test_fork_with_a_parked_thread(session: Start) -> None:
    """A child forked by the step has nobody parked, and the parent goes on as ever."""
    text = queued_text(1, "time.sleep(0.05); p = os.fork(); p or os._exit(7); print(os.waitpid(p, 0)[1] >> 8)")
    run = session(text=text.replace("import threading", "import os, threading")).start(5, 13)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.where == ("<module>", 14)
    run.go("continue", "breakpoint")
    run.resume()
    assert run.finish()[:2] == (0, "7\nend\n")
