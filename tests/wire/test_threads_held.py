"""Threads that are kept from running while others do: one thread alone, frozen ones; and what is told of threads."""

import random
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
from client import Message, RequestFailed, Session

Start = Callable[..., Session]

COUNTING = """\
import threading, time
counts = [0] * 3
go_on = True
def work(k):
    while go_on:
        counts[k] += 1
        time.sleep(0)
workers = [threading.Thread(target=work, args=(k,), name=f"worker {k}") for k in range(3)]
for each in workers:
    each.start()
while not all(counts):
    time.sleep(0.001)
def pause():
    time.sleep(0.05)
pause()
mark = 1
pause()
mark = 2
pause()
mark = 3
pause()
mark = 4
def wait():
    while go_on:
        time.sleep(0.001)
wait()
for each in workers:
    each.join()
print("end")
"""


def threads(run: Session) -> list[Message]:
    """All threads, with the fields of their `pytui` beside their own."""
    return [each | each["pytui"] for each in run.request("threads")["threads"]]


def states(run: Session) -> dict[str, str]:
    """The state of each thread, by its name."""
    return {each["name"]: each["state"] for each in threads(run)}


def await_states(run: Session, **expected: str) -> None:
    """Ask until the threads named have the states; names have no spaces here: worker 1 is worker1."""
    deadline = time.monotonic() + 20
    while True:
        found = {name.replace(" ", ""): state for name, state in states(run).items()}
        if all(found.get(name) == state for name, state in expected.items()):
            return
        assert time.monotonic() < deadline, found


def counts(run: Session) -> list[int]:
    """How far each worker has come."""
    return [int(run.evaluate(f"counts[{k}]")) for k in range(3)]


def release(run: Session) -> None:
    """Let the counting program come to its end from a stop."""
    run.set_breakpoints(run.script)
    run.evaluate("exec('go_on = False', globals())")
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


# One thread alone.


@pytest.mark.parametrize("command", ["next", "continue"])
def test_one_thread_alone(session: Start, command: str) -> None:
    """Only it runs: the others come to rest at their next line and stay there until all may run."""
    run = session(text=COUNTING).start(*([15] if command == "next" else range(15, 19)))
    run.wait_stop("breakpoint")
    seq = run.send(command, threadId=0, singleThread=True)
    assert (run.answer(seq).get("body") or {}).get("allThreadsContinued", False) is False
    run.wait_stop()
    assert run.line == 16 and run.stopped["allThreadsStopped"]
    before = counts(run)
    for line in (17, 18):
        run.go(command, singleThread=True)
        assert run.line == line
    assert counts(run) == before, "while pause() slept they stood still"
    for line in (19, 20):
        run.go("next")
        assert run.line == line
    assert all(now > then for now, then in zip(counts(run), before, strict=True)), "and now they ran"
    release(run)


def test_breakpoint_of_a_thread_that_is_held(session: Start) -> None:
    """It is not reached, nor its hit counted, before its thread may run."""
    run = session(text=COUNTING).start(15)
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script, 6)
    for line in (16, 17, 18):
        run.go("next", "step", singleThread=True)
        assert run.where == ("<module>", line)
    run.go("continue", "breakpoint")
    assert run.where[0] == "work" and run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == 1
    release(run)


def test_pause_when_the_only_thread_waits_for_one_that_is_held(session: Start) -> None:
    """The deadlock that this makes can be left: pause shows where it waits, and for whom; continue lets all run."""
    text = """\
import threading, time
began = threading.Event()
def work():
    began.set()
    time.sleep(0.2)
    mark = 1
t = threading.Thread(target=work, name="other")
t.start()
began.wait()
t.join()
print("end")
"""
    run = session(text=text).start(10)
    run.wait_stop("breakpoint")
    run.request("next", threadId=0, singleThread=True)
    await_states(run, other="held")
    main = threads(run)[0]
    assert main["waits"] == "Thread.join: other" and main["state"] == "running"
    assert main["waitsFor"] == threads(run)[1]["id"]
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    assert run.stopped["threadId"] == 1 and run.stopped["text"] == "waits in Thread.join: other"
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


def test_the_only_thread_ends(session: Start) -> None:
    """Then all others run again, whether it returns from its function or the whole program."""
    text = """\
import threading
go = threading.Event()
def work():
    go.wait()
    mark = 1
def quick():
    mark = 2
t = threading.Thread(target=work)
t.start()
u = threading.Thread(target=quick)
u.start()
u.join()
go.set()
mark = 3
"""
    run = session(text=text).start(7, 14)
    run.wait_stop("breakpoint")
    run.request("continue", threadId=0, singleThread=True)
    run.wait_stop("breakpoint")
    assert run.where == ("<module>", 14)
    run.request("continue", threadId=0, singleThread=True)
    assert run.finish()[0] == 0


def test_thread_started_by_the_only_thread(session: Start) -> None:
    """It begins, since start() waits for that, and is held at the first line of its own."""
    text = """\
import threading, time
def work():
    seen.append(1)
seen = []
t = threading.Thread(target=work)
t.start()
time.sleep(0.1)
mark = len(seen)
t.join()
print(seen)
"""
    run = session(text=text).start(5)
    run.wait_stop("breakpoint")
    for line in (6, 7, 8, 9):
        run.go("next", "step", singleThread=True)
        assert run.line == line
    assert run.evaluate("mark") == "0"
    run.resume()
    assert run.finish()[:2] == (0, "[1]\n")


# Frozen threads.


def test_freeze_and_thaw(session: Start) -> None:
    """A frozen thread stands still over stops and runs, all else goes on; thawed it goes on too."""
    run = session(text=COUNTING).start(16, 18, 20, 22)
    run.wait_stop("breakpoint")
    ids = {each["name"]: each["id"] for each in threads(run)}
    assert run.request("pytui/freeze", threadId=ids["worker 1"]) == {"frozen": [ids["worker 1"]]}
    assert states(run)["worker 1"] == "frozen"
    run.go()
    before = counts(run)
    run.go()
    after = counts(run)
    assert after[1] == before[1] and after[0] > before[0] and after[2] > before[2]
    with pytest.raises(RequestFailed, match="frozen"):
        run.request("next", threadId=ids["worker 1"])
    with pytest.raises(RequestFailed, match="not frozen"):
        run.request("pytui/thaw", threadId=ids["worker 2"])
    assert run.request("pytui/thaw", threadId=ids["worker 1"]) == {"frozen": []}
    run.go()
    assert counts(run)[1] > after[1]
    release(run)


def test_freeze_and_thaw_while_running(session: Start) -> None:
    """Both need no stop; once all that are frozen stand still the others pay nothing."""
    run = session(text=COUNTING).start()
    run.pump(0.3)
    ids = {each["name"]: each["id"] for each in threads(run)}
    for k in range(3):
        run.request("pytui/freeze", threadId=ids[f"worker {k}"])
    await_states(run, worker0="frozen", worker1="frozen", worker2="frozen")
    callbacks = run.stats()["callbacks"]
    time.sleep(0.1)
    assert run.stats()["callbacks"] == callbacks
    assert run.request("pytui/thaw", all=True) == {"frozen": []}
    await_states(run, worker0="running", worker1="running", worker2="running")
    run.request("pause", threadId=1)
    run.wait_stop("pause")
    release(run)


def test_freezing_the_last_thread(session: Start) -> None:
    """The answer warns; nothing runs then, and pause, stacks and thaw still work."""
    run = session(text="import time\nwhile True:\n    time.sleep(0.001)\n").start(3)
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script)
    assert "nothing runs" in run.request("pytui/freeze", threadId=0)["warning"]
    assert run.request("continue", threadId=0) == {"allThreadsContinued": False}
    await_states(run, MainThread="frozen")
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    assert run.frames[-1]["name"] == "<module>"
    run.request("pytui/thaw", threadId=0)
    run.resume()
    run.send("terminate")
    assert run.finish()[0] == -signal.SIGINT


def test_frozen_thread_in_a_call_of_c(session: Start) -> None:
    """It comes to rest when the call is over."""
    text = """\
import threading, time
gate = threading.Lock()
gate.acquire()
def work():
    gate.acquire()
    global done
    done = True
done = False
t = threading.Thread(target=work, name="waiting")
t.start()
time.sleep(0.01)
gate.release()
time.sleep(0.2)
print(done)
t.join()
print(done)
"""
    run = session(text=text).start(12, 14)
    run.wait_stop("breakpoint")
    other = threads(run)[1]
    run.request("pytui/freeze", threadId=other["id"])
    run.go()
    assert run.line == 14 and run.evaluate("done") == "False" and states(run)["waiting"] == "frozen"
    run.request("pytui/thaw", all=True)
    run.resume()
    assert run.finish()[1].endswith("True\n")


def test_freezing_what_waits_to_be_reported(session: Start) -> None:
    """A queued hit of a thread that is frozen meanwhile is reported; then its thread stands still."""
    text = """\
import threading, time
began = threading.Event()
def work():
    began.wait()
    mark = 1
    done.append(1)
done = []
t = threading.Thread(target=work, name="other")
t.start()
def step():
    began.set()
    time.sleep(0.05)
step()
mark = 2
time.sleep(0.05)
mark = 3
t.join()
"""
    run = session(text=text).start(5, 13, 16)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.line == 14
    other = threads(run)[1]
    assert other["state"] == "parked"
    run.request("pytui/freeze", threadId=other["id"])
    run.go("continue", "breakpoint")
    assert run.where == ("work", 5) and run.stopped["threadId"] == other["id"]
    run.go("continue", "breakpoint")
    assert run.where == ("<module>", 16) and run.evaluate("done") == "[]"
    run.request("pytui/thaw", all=True)
    run.resume()
    assert run.finish()[0] == 0


ENDS = """\
import threading, time
def work():
    for _ in range(500): go_on and time.sleep(0.001)

go_on = True
workers = [threading.Thread(target=work, daemon=DAEMON, name=f"worker {k}") for k in range(4)]
for each in workers:
    each.start()
mark = 1
time.sleep(0.2)
go_on = False
print("main is done", flush=True)
"""


def held(session: Start, mode: str, daemon: bool) -> Session:
    """A program at line 10 in whose last step threads were held as MODE says."""
    run = session(text=ENDS.replace("DAEMON", str(daemon))).start(9)
    run.wait_stop("breakpoint")
    if mode == "frozen":
        for each in threads(run)[1:]:
            run.request("pytui/freeze", threadId=each["id"])
    run.go("next", "step", singleThread=mode == "alone")
    return run


@pytest.mark.parametrize("running", [False, True])
@pytest.mark.parametrize("mode", ["alone", "frozen"])
@pytest.mark.parametrize("way", ["disconnect", "close", "terminate"])
def test_end_of_the_session_with_held_threads(session: Start, way: str, mode: str, running: bool) -> None:
    """However the session ends, held threads go on and the program comes to its end."""
    run = held(session, mode, daemon=False)
    if running:
        run.request("continue", threadId=0, singleThread=mode == "alone")
    if way == "close":
        run.channel.close()
    else:
        run.send(way)
    if way == "terminate":
        assert run.finish()[0] == -signal.SIGINT
    else:
        output = run.process.communicate(timeout=20)[0]
        assert (run.process.returncode, output) == (0, b"main is done\n")


@pytest.mark.parametrize("mode", ["alone", "frozen"])
def test_exit_with_held_daemon_threads(session: Start, mode: str) -> None:
    """They do not keep the program."""
    run = held(session, mode, daemon=True)
    run.request("continue", threadId=0, singleThread=mode == "alone")
    assert run.finish()[:2] == (0, "main is done\n")


def test_exit_with_frozen_threads(session: Start) -> None:
    """The interpreter waits for them, and the client is told; thawing lets it end."""
    run = held(session, "frozen", daemon=False)
    run.resume()
    told = run.event("output")
    assert told["category"] == "important" and "worker 0" in told["output"] and "frozen" in told["output"]
    run.request("pytui/thaw", all=True)
    assert run.finish()[:2] == (0, "main is done\n")


@pytest.mark.parametrize("mode", ["alone", "frozen"])
def test_fork_while_threads_are_held(session: Start, mode: str) -> None:
    """The child is free of all this, and the parent as before."""
    text = ENDS.replace("DAEMON", "False").replace("import", "import os,", 1)
    fork = "p = os.fork(); p or os._exit(sum(range(4))); print(os.waitpid(p, 0)[1] >> 8)"
    run = session(text=text.replace("time.sleep(0.2)", fork)).start(9)
    run.wait_stop("breakpoint")
    if mode == "frozen":
        for each in threads(run)[1:]:
            run.request("pytui/freeze", threadId=each["id"])
    while run.line < 11:
        run.go("next", "step", singleThread=mode == "alone")
    run.request("pytui/thaw", all=True)
    run.resume()
    assert run.finish()[:2] == (0, "6\nmain is done\n")


def test_a_hundred_held_threads(session: Start) -> None:
    """None is forgotten, whether it is held on a line with a breakpoint or not, and no hit is reported twice."""
    text = """\
import threading, time
total = [0] * 100
start = threading.Event()
def work(k):
    start.wait()
    total[k] += 1
workers = [threading.Thread(target=work, args=(k,)) for k in range(100)]
for each in workers:
    each.start()
def go():
    start.set()
    time.sleep(0.3)
go()
mark = 1
for each in workers:
    each.join()
print(sum(total))
"""
    run = session(text=text).start(6, 13)
    run.wait_stop("breakpoint")
    run.go("next", "step", singleThread=True)
    assert run.line == 14 and run.evaluate("sum(total)") == "0"
    seen = set()
    for hit in range(1, 101):
        run.go("continue", "breakpoint")
        assert run.where == ("work", 6)
        assert run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == hit
        seen.add(run.stopped["threadId"])
    assert len(seen) == 100
    run.resume()
    assert run.finish()[1] == "100\n"


# What is told of threads.


def test_thread_events(session: Start) -> None:
    """Every thread of threading is announced when it starts and when it ended, without a stop."""
    text = """\
import threading
for k in range(3):
    t = threading.Thread(target=lambda: None, name=f"each {k}")
    t.start()
    t.join()
input()
"""
    run = session(text=text, stdin=subprocess.PIPE).start()
    # The kernel's thread may end after join() returned, and after the next one began.
    told = [run.event("thread") for _ in range(6)]
    began = [each for each in told if each["reason"] == "started"]
    assert [each["pytui"]["name"] for each in began] == ["each 0", "each 1", "each 2"]
    assert all(each["pytui"]["nativeId"] > 0 for each in began)
    ids = [each["threadId"] for each in began]
    for each in began:
        assert told.index({"reason": "exited", "threadId": each["threadId"]}) > told.index(each)
    assert len(set(ids)) == 3 and 1 not in ids and run.stats()["stops"] == 0
    run.process.communicate(b"\n", timeout=20)
    assert run.process.returncode == 0


def test_what_threads_wait_for(session: Start) -> None:
    """Known without running anything: the outermost function of the library, and whom a join waits for."""
    text = """\
import queue, threading, time
q = queue.Queue()
e = threading.Event()
ts = [
    threading.Thread(target=q.get, name="gets", daemon=True),
    threading.Thread(target=e.wait, name="waits", daemon=True),
]
[t.start() for t in ts]
ts.append(threading.Thread(target=ts[0].join, name="joins"))
ts[2].start()
time.sleep(0.1)
mark = 1
e.set()
q.put(1)
"""
    run = session(text=text).start(12)
    run.wait_stop("breakpoint")
    found = {each["name"]: each for each in threads(run)}
    assert found["gets"]["waits"] == "Queue.get" and found["gets"]["daemon"] is True
    assert found["waits"]["waits"] == "Event.wait"
    assert found["joins"]["waits"] == "Thread.join: gets" and found["joins"]["daemon"] is False
    assert found["joins"]["waitsFor"] == found["gets"]["id"]
    assert "waits" not in found["MainThread"] and found["MainThread"]["daemon"] is False
    run.resume()
    assert run.finish()[0] == 0


NATIVE = """\
import ctypes, threading
libc = ctypes.CDLL(None)
signature = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
def work(_):
    libc.prctl(15, b"from-c", 0, 0, 0)
    mark = 1
    mark = 2
    return None
callback = signature(work)
def run(function):
    handle = ctypes.c_ulong()
    libc.pthread_create(ctypes.byref(handle), None, function, None)
    libc.pthread_join(handle, None)
run(callback)
run(callback)
print("end")
"""


def test_native_threads(session: Start) -> None:
    """A thread of C that calls into Python stops, has the kernel's name, steps, and is another one each time."""
    run = session(text=NATIVE).start(6)
    seen = []
    for _ in range(2):
        run.wait_stop("breakpoint")
        assert run.where == ("work", 6)
        own = next(each for each in threads(run) if each["id"] == run.stopped["threadId"])
        assert own["name"] == f"from-c native {own['nativeId']}"
        assert run.evaluate("__import__('threading').get_native_id()") == str(own["nativeId"])
        seen.append(own["id"])
        run.go("next", "step")
        assert run.line == 7
        run.go("next", "step", singleThread=True)
        assert run.line == 8
        run.resume()
    assert len(set(seen)) == 2 and 1 not in seen
    assert run.finish()[:2] == (0, "end\n")


def test_native_thread_that_calls_often(session: Start) -> None:
    """Its thread state lives for one call; the thread stays the same, and none of it adds up."""
    program = """\
import ctypes
libc = ctypes.CDLL(None)
thread = ctypes.CFUNCTYPE(None, ctypes.c_int64)
count = 0
def work(value):
    global count
    count += 1
callback = thread(work)
class Event(ctypes.Structure):
    _fields_ = [("value", ctypes.c_void_p), ("signo", ctypes.c_int), ("notify", ctypes.c_int),
                ("function", ctypes.c_void_p), ("attribute", ctypes.c_void_p), ("pad", ctypes.c_long * 8)]
event = Event(notify=2, function=ctypes.cast(callback, ctypes.c_void_p))
import time
timer = ctypes.c_void_p()
assert libc.timer_create(1, ctypes.byref(event), ctypes.byref(timer)) == 0
spec = (ctypes.c_long * 4)(0, 1000000, 0, 1000000)
assert libc.timer_settime(timer, 0, spec, None) == 0
while count < 60:
    time.sleep(0.01)
assert libc.timer_delete(timer) == 0
time.sleep(0.1)
print("end")
"""
    run = session(text=program).start({"line": 7, "hitCondition": "%20"}, 22)
    seen = set()
    for _ in range(3):
        run.wait_stop("breakpoint")
        assert run.where == ("work", 7)
        seen.add(run.stopped["threadId"])
        run.resume()
    run.wait_stop("breakpoint")
    assert run.line == 22 and 1 not in seen
    assert [each["name"] for each in threads(run)] == ["MainThread"]
    run.resume()
    assert run.finish()[:2] == (0, "end\n")
    events = [each["body"] for each in run.events if each["event"] == "thread"]
    started = [each["threadId"] for each in events if each["reason"] == "started"]
    assert len(started) == len(set(started)) and seen <= set(started)
    assert {each["threadId"] for each in events if each["reason"] == "exited"} <= set(started)


def test_evaluate_in_a_queued_stop(session: Start) -> None:
    """It runs in the thread of the hit, with that thread's locals and context."""
    text = """\
import contextvars, threading, time
began, local, variable = threading.Event(), threading.local(), contextvars.ContextVar("v")
def work(k):
    local.k = k
    variable.set(k)
    began.wait()
    mark = k
workers = [threading.Thread(target=work, args=(k,), name=str(k)) for k in range(3)]
for each in workers:
    each.start()
def step():
    began.set()
    time.sleep(0.1)
step()
mark = 1
for each in workers:
    each.join()
"""
    run = session(text=text).start(7, 14)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.where == ("<module>", 15)
    for _ in range(3):
        run.go("continue", "breakpoint")
        name = run.stopped["pytui"]["threadName"]
        assert run.evaluate("local.k, variable.get(), threading.current_thread().name") == f"({name}, {name}, '{name}')"
    run.resume()
    assert run.finish()[0] == 0


def test_pause_reports_a_queued_hit(session: Start) -> None:
    """A thread that waits to be reported is what a pause shows, at once."""
    text = """\
import threading, time
began = threading.Event()
def work():
    began.wait()
    mark = 1
t = threading.Thread(target=work)
t.start()
began.set(); time.sleep(0.15)
t.join()
"""
    run = session(text=text).start(5, 8)
    run.wait_stop("breakpoint")
    run.resume("next")
    deadline = time.monotonic() + 20
    while not any(each["state"] == "parked" for each in threads(run)) and time.monotonic() < deadline:
        if any(each["event"] == "stopped" for each in run.events):
            break
    run.request("pause", threadId=0)
    run.wait_stop("breakpoint")
    assert run.where == ("work", 5)
    run.resume()
    assert run.finish()[0] == 0


def test_hit_whose_condition_was_running_when_another_thread_stopped(session: Start) -> None:
    """It is reported after that stop, though code was evaluated there meanwhile."""
    text = """\
import threading, time
def slow():
    began.set()
    time.sleep(0.2)
    return True
began = threading.Event()
def work():
    mark = 1
t = threading.Thread(target=work)
t.start()
began.wait()
mark = 2
t.join()
"""
    run = session(text=text).start({"line": 8, "condition": "slow()"}, 12)
    run.wait_stop("breakpoint")
    assert run.where == ("<module>", 12)
    assert run.evaluate("time.sleep(0.4)") == "None"
    run.go("continue", "breakpoint")
    assert run.where == ("work", 8)
    run.resume()
    assert run.finish()[0] == 0


STORM = """\
import threading, time
lock = threading.Lock()
total = [0] * 10
def work(k):
    for i in range(40):
        with lock:
            total[k] += 1
        time.sleep(0.0005)
workers = [threading.Thread(target=work, args=(k,), name=f"w{k}") for k in range(10)]
for each in workers:
    each.start()
def wait():
    for each in workers:
        each.join()
wait()
print("end", sum(total))
"""
MOVES = ("next", "continue", "stepIn", "stepOut")


def storm_act(run: Session, chance: random.Random) -> bool:
    """One random request at a stop. True: the program goes on."""
    what = chance.choice([*MOVES, "other", "freeze", "thaw", "threads", "evaluate"])
    ids = [each["id"] for each in run.request("threads")["threads"]]
    try:
        if what in MOVES or what == "other":
            command = what if what in MOVES else chance.choice(MOVES)
            thread = chance.choice(ids) if what == "other" else 0
            run.request(command, threadId=thread, singleThread=chance.random() < 0.4)
            return True
        if what == "freeze":
            run.request("pytui/freeze", threadId=chance.choice(ids))
        elif what == "thaw":
            run.request("pytui/thaw", all=True)
        elif what == "evaluate" and run.stopped["reason"] != "pause":
            name = run.evaluate("__import__('threading').current_thread().name")
            assert name == repr(run.stopped["pytui"]["threadName"])
    except RequestFailed as error:
        if "frozen" not in str(error):
            raise
        run.request("pytui/thaw", all=True)
    return False


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_requests(session: Start, seed: int) -> None:
    """Ten threads at one breakpoint under a lock, moved, held and let go at random: nothing hangs, nothing is lost."""
    chance = random.Random(seed)
    run = session(text=STORM).start(7)
    run.wait_stop()
    for _ in range(40):
        if storm_act(run, chance):
            run.pump(0.02)
            if not any(each["event"] == "stopped" for each in run.events):
                run.request("pause", threadId=0)
            run.wait_stop()
    run.set_breakpoints(run.script)
    run.send("disconnect")
    output = run.process.communicate(timeout=60)[0]
    assert (run.process.returncode, output) == (0, b"end 400\n")


def test_hundreds_of_frozen_threads(session: Start) -> None:
    """All are looked at when it is said that none is left, and when the program cannot end."""
    text = """\
import threading
go, ready = threading.Event(), threading.Barrier(331)
def work():
    ready.wait()
    go.wait()
workers = [threading.Thread(target=work) for _ in range(330)]
for each in workers:
    each.start()
ready.wait()
mark = 1
go.set()
"""
    run = session(text=text).start(10)
    run.wait_stop("breakpoint")
    ids = [each["id"] for each in run.request("threads")["threads"]]
    assert len(ids) == 331 and ids[0] == 1
    answers = [run.request("pytui/freeze", threadId=each) for each in (*ids[1:], 1)]
    assert len(answers[-1]["frozen"]) == 331
    assert [each for each in answers if "warning" in each] == answers[-1:]
    run.request("pytui/thaw", threadId=1)
    run.resume()
    told = run.event("output", lambda body: "cannot end" in body["output"])
    assert told["category"] == "important" and ", …" in told["output"]
    run.request("pytui/thaw", all=True)
    assert run.finish(timeout=120)[0] == 0
