"""The end of the interpreter: finalizers, exit handlers and daemon threads with breakpoints in them."""

from collections.abc import Callable

import interpreters
import pytest
from client import Closed, Session, run_bare

Start = Callable[..., Session]

# Objects die in each of the ways that there are at the end; every one says so with os.write, which works to the last.
DYING = """\
import atexit, os, sys, threading, weakref
def say(text, write=os.write):
    write(1, text.encode() + b"\\n")
class Dies:
    def __init__(self, name):
        self.name = name
    def __del__(self, say=say):
        name = self.name
        say(name + " dies")
def bye(word):
    value = word * 2
    say(value)
def callback(_):
    say("weakly")
atexit.register(bye, "first")
atexit.register(bye, "second")
kept = Dies("a global")
sys.kept = Dies("in sys")
cycle = Dies("in a cycle")
cycle.itself = cycle
local = threading.local()
local.object = Dies("thread local")
weak = weakref.ref(kept, callback)
finalizer = weakref.finalize(kept, bye, "finalize")
late = Dies("early")
del late
class Fails:
    def __del__(self):
        raise ValueError("in __del__")
failing = Fails()
"""
DEL = DYING.splitlines().index("        name = self.name") + 1
BYE = DYING.splitlines().index("    value = word * 2") + 1
ENDS = {"end": "", "sys.exit": "sys.exit(3)\n", "raise": "raise SystemExit(4)\n", "error": "1 / 0\n"}


@pytest.mark.parametrize("end", ENDS)
def test_finalizers_and_exit_handlers(session: Start, python: interpreters.Interpreter, end: str) -> None:
    """Each is stopped at or passed, as long as there is a session; output, order and status are a bare run's."""
    run = session(text=DYING + ENDS[end])
    bare = run_bare(python.path, run.script)
    run.start(DEL, BYE)
    places = stops_until_the_end(run, lambda: run.evaluate("sorted(locals())"))
    assert run.finish() == bare
    assert places.count(("bye", BYE)) >= 3 and places.count(("Dies.__del__", DEL)) >= 1
    assert bare[1].count("dies") >= 4


@pytest.mark.parametrize("command", ["stepIn", "next", "stepOut"])
def test_steps_into_the_end(session: Start, python: interpreters.Interpreter, command: str) -> None:
    """Stepping on and on leads through the exit handlers and ends with the program."""
    run = session(text=DYING)
    bare = run_bare(python.path, run.script)
    run.start(BYE)
    run.wait_stop("breakpoint")
    stops_until_the_end(run, lambda: None, command)
    assert run.finish() == bare


def stops_until_the_end(run: Session, act: Callable[[], object], command: str = "continue") -> list[tuple[str, int]]:
    """Go on by COMMAND from stop to stop, doing ACT at each; where it stopped."""
    places = []
    if run.stopped:
        run.resume(command)
    while True:
        try:
            run.wait_stop()
        except Closed:
            return places
        places.append(run.where)
        act()
        run.send(command, threadId=0)


def test_exception_filters_at_the_end(session: Start, python: interpreters.Interpreter) -> None:
    """Exceptions in finalizers and handlers, raised and unraisable, are stopped at or passed."""
    run = session(text=DYING + "atexit.register(lambda: 1 / 0)\n")
    bare = run_bare(python.path, run.script)
    run.initialize()
    run.request("setExceptionBreakpoints", filters=["raised", "uncaught", "unraisable"])
    run.configure(stop_on_entry=False)
    stops_until_the_end(run, lambda: None)
    status, output, errors = run.finish()
    assert (status, output) == bare[:2] and errors.count("Error") == bare[2].count("Error")


DAEMONS = """\
import sys, threading, time
begun = threading.Semaphore(0)
def work(n):
    begun.release()
    while True:
        n += 1
        total = n * 2
def sleeper():
    begun.release()
    time.sleep(1000)
for k in range(3): threading.Thread(target=work, args=(k,), daemon=True).start()
threading.Thread(target=sleeper, daemon=True).start()
for _ in range(4): begun.acquire()
mark = 1
print("main is done", flush=True)
"""
LOOP = DAEMONS.splitlines().index("        total = n * 2") + 1
DONE = DAEMONS.splitlines().index("mark = 1") + 1


def thread_ids(run: Session) -> list[int]:
    """All threads but the first."""
    return [each["id"] for each in run.request("threads")["threads"]][1:]


@pytest.mark.parametrize("how", ["running", "logging", "stepping over", "frozen", "alone", "parked", "pausing"])
@pytest.mark.parametrize("end", ["", "sys.exit(3)\n"], ids=["end", "exit"])
def test_daemon_threads_at_the_end(session: Start, python: interpreters.Interpreter, how: str, end: str) -> None:
    """Whatever they are doing, or kept from doing, they do not keep the program, and its result is a bare run's."""
    run = session(text=DAEMONS + end)
    bare = run_bare(python.path, run.script)
    loop = {"line": LOOP, "logMessage": "{n}"} if how == "logging" else {"line": LOOP, "condition": "n < 0"}
    run.start(DONE, loop)
    run.wait_stop("breakpoint")
    if how == "frozen":
        for each in thread_ids(run):
            run.request("pytui/freeze", threadId=each)
    if how == "parked":
        run.set_breakpoints(run.script, DONE, LOOP)
        run.request("next", threadId=run.stopped["threadId"])
        run.wait_stop()
    if how == "stepping over":
        run.go("next", "step")
        run.request("next", threadId=run.stopped["threadId"])
    elif how == "parked":
        run.set_breakpoints(run.script)
        run.resume()
    else:
        run.send("continue", threadId=0, singleThread=how == "alone")
    if how == "pausing":
        try:
            run.send("pause", threadId=0)
        except BrokenPipeError:
            pass
    while True:  # a hit that was queued, or a pause that came in time
        try:
            run.wait_stop()
        except Closed:
            break
        run.send("continue", threadId=0)
    assert run.finish() == bare
