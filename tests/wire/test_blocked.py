"""What threads wait in that wait in C code: the call, as the source has it, found without running anything."""

import time
from collections.abc import Callable

from client import TIMEOUT, Message, Session

Start = Callable[..., Session]

# Each of them for ever, but for those that are let go at the end. The main thread stops at `mark` again and again.
PROGRAM = """\
import _thread, os, queue, select, socket, subprocess, sys, threading, time
lock = threading.Lock()
inner = threading.RLock()
class Holder:
    def __init__(self):
        self.guard = threading.RLock()
holder = Holder()
pipe, other = os.pipe(), socket.socketpair()
simple = queue.SimpleQueue()
go_on, held = True, threading.Event()
def takes():
    lock.acquire()
def enters():
    with lock:
        pass
def sleeps():
    time.sleep(
        3600)
def reads():
    os.read(pipe[0], 1)
def receives():
    other[0].recv(1)
def selects():
    select.select([pipe[0]],
        [], [])
def polls():
    value = simple.get() + 1
def lines():
    for line in os.fdopen(os.dup(pipe[0])):
        pass
def runs():
    subprocess.run(["sleep", "3600"])
def waits_in_text():
    exec("time.sleep(3600)")
def keeps():
    with holder.guard, inner:
        held.set()
        time.sleep(3600)
def guards(self):
    held.wait()
    with self.guard:
        pass
def reenters():
    held.wait()
    inner.acquire()
def spins():
    while go_on:
        sum(range(100))
lock.acquire()
workers = takes, enters, sleeps, reads, receives, selects, polls, lines, runs, waits_in_text, keeps, reenters, spins
for each in workers:
    threading.Thread(target=each, name=each.__name__, daemon=True).start()
threading.Thread(target=guards, args=(holder,), name="guards", daemon=True).start()
while go_on:
    time.sleep(0.01)
    mark = 1
"""
MARK = PROGRAM.splitlines().index("    mark = 1") + 1

EXPECTED = {
    "takes": "lock.acquire()",
    "enters": "with lock",
    "sleeps": "time.sleep(3600)",
    "reads": "os.read(pipe[0], 1)",
    "receives": "other[0].recv(1)",
    "selects": "select.select([pipe[0]], [], [])",
    "polls": "simple.get()",
    "lines": "for … in os.fdopen(os.dup(pipe[0]))",
    "runs": 'subprocess.run(["sleep", "3600"])',
    "waits_in_text": 'exec("time.sleep(3600)")',
    "keeps": "time.sleep(3600)",
    "guards": "with self.guard: held by keeps",
    "reenters": "inner.acquire(): held by keeps",
}


def threads(run: Session) -> dict[str, Message]:
    """All threads by their names, with the fields of their `pytui` beside their own."""
    return {each["name"]: each | each["pytui"] for each in run.request("threads")["threads"]}


def await_waits(run: Session, expected: dict[str, str]) -> dict[str, Message]:
    """Let it run on, stop by stop, until the threads wait in what is expected; who runs never waits for anything."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        found = threads(run)
        running = found["MainThread"].get("waits"), found.get("spins", {}).get("waits")
        assert running == (None, None)
        told = {name: found.get(name, {}).get("waits") for name in expected}
        if told == expected:
            return found
        assert time.monotonic() < deadline, {name: each for name, each in told.items() if each != expected[name]}
        run.go("continue", "breakpoint")


def test_the_call_that_a_thread_is_blocked_in(session: Start) -> None:
    """Calls, contexts, iterations, over several lines, through libraries; and who holds a lock where that is known."""
    run = session(text=PROGRAM).start(MARK)
    run.wait_stop("breakpoint")
    found = await_waits(run, EXPECTED)
    assert found["guards"]["waitsFor"] == found["reenters"]["waitsFor"] == found["keeps"]["id"]


def test_without_positions(session: Start) -> None:
    """Code that was compiled without columns: the line that it waits in."""
    text = "import threading, time\ndef sleeps():\n    time.sleep(3600)\n"
    text += 'threading.Thread(target=sleeps, name="sleeps", daemon=True).start()\n'
    text += "while True:\n    time.sleep(0.01)\n    mark = 1\n"
    run = session(text=text, environment={"PYTHONNODEBUGRANGES": "1"}).start(7)
    run.wait_stop("breakpoint")
    await_waits(run, {"sleeps": "line 3: time.sleep(3600)"})


def test_pause_says_what_it_was_blocked_in(session: Start) -> None:
    """The stop's text has the call, for what is in no function of the library either."""
    run = session(text='import time\nprint("now", flush=True)\ntime.sleep(3600)\n').start()
    assert run.process.stdout and run.process.stdout.readline() == b"now\n"
    deadline = time.monotonic() + TIMEOUT
    while threads(run)["MainThread"].get("waits") != "time.sleep(3600)":
        assert time.monotonic() < deadline
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    assert run.stopped["text"] == "waits in time.sleep(3600)" and run.line == 3
