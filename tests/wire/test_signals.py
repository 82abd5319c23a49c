"""Signals at any moment, running and stopped: the program gets each of them, and its result is a bare run's."""

import os
import random
import signal
import time
from collections.abc import Callable

import interpreters
import pytest
from client import TIMEOUT, Session, run_bare

Start = Callable[..., Session]

STORM = 200

# It counts signals to the end of the storm, and computes meanwhile what must come out right.
COUNTING = """\
import os, signal, sys
caught = 0
def on_interrupt(number, frame):
    global caught
    caught += 1
signal.signal(signal.SIGINT, on_interrupt)
signal.signal(signal.SIGUSR1, on_interrupt)
done = []
signal.signal(signal.SIGUSR2, lambda *_: done.append(1))
print("up", flush=True)
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps
rounds, results = 0, set()
while not done:
    rounds += 1
    try:
        results.add(sum(collatz(n) for n in range(1, 60)))
    except KeyboardInterrupt:
        print("a KeyboardInterrupt in spite of the handler")
print(caught > 0, len(results), results, flush=True)
"""

# The same with Python's own handler: every interrupt is an exception at some place or other.
RAISING = """\
import signal
done = []
signal.signal(signal.SIGUSR2, lambda *_: done.append(1))
caught, results = 0, set()
def work():
    total = 0
    for i in range(300):
        total += i
    return total
def shield(depth):
    # One level catches what interrupts the handler of the level within.
    global caught
    while not done:
        try:
            if depth:
                shield(depth - 1)
            else:
                if not results: print("up", flush=True)
                while not done: results.add(work())
        except KeyboardInterrupt:
            caught += 1
shield(40)
print(caught > 0, results, flush=True)
"""

POINTS: dict[str, list] = {
    "none": [],
    "false condition": [{"condition": "str(WHAT) == 'x'"}],
    "log": [{"logMessage": "{str(WHAT)}", "pytui": {"logLimit": 5}}],
}
RESULTS = {"counting": "True 1 {1438}", "raising": "True {44850}"}
PROGRAMS = {"counting": (COUNTING, 14, "n"), "raising": (RAISING, 8, "total")}


def storm(pid: int, seed: int) -> None:
    """Send the signals at random moments."""
    chance = random.Random(seed)
    for _ in range(STORM):
        os.kill(pid, signal.SIGINT)
        until = time.perf_counter() + chance.choice((0, 0.0001, 0.0005, 0.002))
        while time.perf_counter() < until:
            pass


@pytest.mark.parametrize("points", POINTS.values(), ids=POINTS.keys())
@pytest.mark.parametrize("program", PROGRAMS)
def test_interrupts_while_it_runs(session: Start, program: str, points: list[dict]) -> None:
    """Two hundred at random moments, also in the middle of what the debugger does at a line."""
    text, line, what = PROGRAMS[program]
    run = session(text=text)
    words = [{key: v.replace("WHAT", what) if isinstance(v, str) else v for key, v in p.items()} for p in points]
    run.start(*[{"line": line} | each for each in words])
    assert run.process.stdout.readline() == b"up\n"
    storm(run.process.pid, seed=1)
    os.kill(run.process.pid, signal.SIGUSR2)
    status, output, errors = run.finish()
    assert (status, output.splitlines()[-1], errors) == (0, RESULTS[program], "")
    assert "stopped" not in run.names_of_events() and "spite" not in output


@pytest.mark.parametrize("program", PROGRAMS)
def test_interrupts_among_stops(session: Start, program: str) -> None:
    """Pauses, steps and evaluations while the signals come in: every request is answered, the result is right."""
    run = session(text=PROGRAMS[program][0]).start()
    assert run.process.stdout.readline() == b"up\n"
    chance = random.Random(2)
    for _ in range(STORM // 10):
        run.request("pause", threadId=0)
        run.wait_stop()
        for _ in range(5):
            os.kill(run.process.pid, signal.SIGINT)
            run.answer(run.send("evaluate", expression="sum(k for k in range(50))", context="watch"))
        command = chance.choice(("next", "stepIn", "stepOut"))
        os.kill(run.process.pid, signal.SIGINT)
        if run.request(command, threadId=0) is not None and command != "stepOut":
            run.wait_stop()
            run.resume()
        else:
            run.request("pause", threadId=0)
            run.wait_stop()
            run.resume()
    os.kill(run.process.pid, signal.SIGUSR2)
    status, output, errors = run.finish()
    assert (status, output.splitlines()[-1], errors) == (0, RESULTS[program], "")


HANDLED = """\
import os, signal, subprocess, sys, time
seen = []
def handler(number, frame):
    seen.append((signal.Signals(number).name, frame.f_code.co_name))
for each in (signal.SIGUSR1, signal.SIGALRM, signal.SIGCHLD):
    signal.signal(each, handler)
def arrange():
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    global child
    child = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
def work():
    arrange()
    mark = 1
    return mark
work()
while len(seen) < 3: time.sleep(0.01)
os.waitpid(child, 0)
print(sorted({name for name, _ in seen}), flush=True)
"""
MARK = HANDLED.splitlines().index("    mark = 1") + 1


def pending(pid: int) -> int:
    """The signals that were caught, blocked or not, as the kernel shows those still pending: a mask."""
    fields = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status").read().splitlines())
    return int(fields["ShdPnd"], 16) | int(fields["SigPnd"], 16)


def test_signals_during_a_stop(session: Start, python: interpreters.Interpreter) -> None:
    """A timer, the end of a child and a kill while stopped: no handler runs in the stop, all of them run after it."""
    run = session(text=HANDLED).start(MARK)
    run.wait_stop("breakpoint")
    before = seen(run)
    os.kill(run.process.pid, signal.SIGUSR1)
    deadline = time.monotonic() + TIMEOUT
    (child,) = children(run.process.pid)
    os.kill(child, signal.SIGTERM)
    while state_of(child) != "Z" or pending(run.process.pid):
        assert time.monotonic() < deadline
    assert seen(run) == before and "CHLD" not in before and "USR1" not in before
    run.go("next", "step")
    run.resume()
    status, output, errors = run.finish()
    assert (status, output, errors) == (0, "['SIGALRM', 'SIGCHLD', 'SIGUSR1']\n", "")


def seen(run: Session) -> str:
    """The program's list, read without running any code."""
    rows = run.request("variables", variablesReference=run.stopped["pytui"]["scopes"][1]["variablesReference"])
    return {each["name"]: each["value"] for each in rows["variables"]}["seen"]


def children(pid: int) -> list[int]:
    """The processes that it started."""
    return [int(each) for each in open(f"/proc/{pid}/task/{pid}/children").read().split()]


def state_of(pid: int) -> str:
    """Its state, as ps shows it."""
    return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0]


TICKING = """\
import signal, time
ticks = 0
def tick(number, frame):
    global ticks
    ticks += 1
signal.signal(signal.SIGALRM, tick)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
def work(n):
    total = 0
    for i in range(n):
        total += i
    return total
for _ in range(50):
    answer = work(200)
while ticks < 10: pass
signal.setitimer(signal.ITIMER_REAL, 0)
print(answer, ticks >= 10, flush=True)
"""


def test_steps_among_timer_signals(session: Start) -> None:
    """A timer that fires all the time neither loses a step nor leads one into its handler by chance."""
    run = session(text=TICKING).start({"line": 11, "hitCondition": "5"})
    run.wait_stop("breakpoint")
    turn = int(run.evaluate("i"))
    for number in range(40):
        run.go("next", "step")
        assert run.where == ("work", 10 if number % 2 == 0 else 11), number
    assert int(run.evaluate("i")) == turn + 20
    run.resume()
    assert run.finish() == (0, "19900 True\n", "")


def test_blocking_call_and_signals(session: Start, python: interpreters.Interpreter) -> None:
    """A pause of a blocked program does not disturb what signals do to the call: PEP 475 retries it."""
    text = (
        "import os, signal\nseen = []\nsignal.signal(signal.SIGUSR1, lambda *_: seen.append(1))\n"
        "reader, writer = os.pipe()\nsignal.signal(signal.SIGUSR2, lambda *_: os.write(writer, b'x'))\n"
        "print('up', flush=True)\ndata = os.read(reader, 1)\nprint(data, len(seen) > 0)\n"
    )
    run = session(text=text).start()
    assert run.process.stdout.readline() == b"up\n"
    for _ in range(5):
        os.kill(run.process.pid, signal.SIGUSR1)
        run.request("pause", threadId=0)
        run.wait_stop("pause")
        os.kill(run.process.pid, signal.SIGUSR1)
        run.resume()
    ended = False
    while not ended:  # one that comes in the instant before the call blocks does not end it, in a bare run either
        os.kill(run.process.pid, signal.SIGUSR2)
        try:
            ended = bool(run.event("exited", timeout=1))
        except TimeoutError:
            pass
    assert run.finish() == (0, "b'x' True\n", "")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL", "SIGALRM"])
def test_deadly_signal_during_a_stop(session: Start, python: interpreters.Interpreter, name: str) -> None:
    """It ends the program at once, as it would a running one."""
    run = session(text="import time\nmark = 1\ntime.sleep(60)\n").start(2)
    run.wait_stop("breakpoint")
    os.kill(run.process.pid, signal.Signals[name])
    assert run.finish()[0] == -signal.Signals[name]


def test_default_interrupt_ends_as_bare(session: Start, python: interpreters.Interpreter) -> None:
    """A program that sends itself the Ctrl-C: status and traceback are a bare run's."""
    run = session(text="import os, signal\ndef f():\n    os.kill(os.getpid(), signal.SIGINT)\n    return 1\nf()\n")
    bare = run_bare(python.path, run.script)
    run.start({"line": 4, "condition": "False"}, {"line": 3, "logMessage": "here"})
    run.wait_stop("exception")
    run.resume()
    assert run.finish() == bare and bare[0] == -signal.SIGINT


ENTERS = """\
import signal
def handler(*_):
    raise KeyboardInterrupt
signal.signal(signal.SIGINT, handler)
def work():
    return 1
try:
    work()
except KeyboardInterrupt:
    print("interrupted")
mark = 1
work()
"""


@pytest.mark.parametrize("command", ["continue", "next", "stepIn"])
def test_interrupt_where_a_function_breakpoint_is_hit(session: Start, command: str) -> None:
    """A signal that is handled at the beginning of a function loses no hit: it comes before, or the hit is reported.

    3.12 alone looks for signals between the beginning and the first line.
    """
    run = session(text=ENTERS).start(8, 11)
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "work"}])
    run.wait_stop("breakpoint")
    os.kill(run.process.pid, signal.SIGINT)
    hits = 0
    if run.go("continue")["reason"] == "function breakpoint":
        hits = 1
        assert run.frames[0]["name"] == "work" and run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == 1
        if command != "continue":
            run.go(command, "step")
            assert run.where[0] == "<module>" and run.line in (9, 10)
        run.go("continue", "breakpoint")
    assert run.line == 11
    run.go("continue", "function breakpoint")
    assert run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == hits + 1
    run.resume()
    assert run.finish()[:2] == (0, "interrupted\n")
