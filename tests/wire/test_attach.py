"""Sessions that begin in the middle of a running program: threads run, frames stand on the stacks."""

import json
from collections.abc import Callable
from pathlib import Path

import interpreters
import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]

HEAD = """\
import os, sys, threading, time
import pytui._backend as backend
def attach(**options):
    return backend.attach(os.environ["DEBUGGER"], **options)
"""

# Each thread is inside its function, at a place that it entered before the session, when the session begins.
PROGRAM = (
    HEAD
    + """\
import asyncio
def spin(name, deep):
    if deep:
        return spin(name, deep - 1)
    count = 0
    while go:
        count += 1        # spin
        time.sleep(0.001)
    return count
def items():
    while go:
        value = 1         # generator
        yield value
async def task():
    while go:
        await asyncio.sleep(0.001)
        value = 2         # coroutine
def late(number):
    value = number * 2    # late
    return value
def main():
    generator = items()
    next(generator)
    attach()
    total = 0
    while go:
        total += 1        # main
        next(generator, None)
        late(total)
        time.sleep(0.001)
    print("total", total > 0)
go = [1]
threads = [threading.Thread(target=spin, args=("spin", deep), name=f"spin {deep}") for deep in (0, 30)]
threads.append(threading.Thread(target=lambda: asyncio.run(task()), name="loop"))
for each in threads: each.start()
time.sleep(0.02)
main()
for each in threads: each.join()
print("end")
"""
)


def line_of(mark: str, text: str = PROGRAM) -> int:
    """The line that ends in `# MARK`."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.endswith(f"# {mark}"))


def begin(session: Session, *breakpoints: int, stop: bool = False) -> Session:
    session.initialize()
    if breakpoints:
        session.set_breakpoints(session.script, *breakpoints)
    session.configure(stop)
    return session


@pytest.mark.parametrize("mark", ["spin", "generator", "coroutine", "late", "main"])
def test_a_breakpoint_stops_in_code_that_runs_already(session: Start, mark: str) -> None:
    program = session(text=PROGRAM, plain=True)
    begin(program, line_of(mark))
    assert program.wait_stop("breakpoint")["pytui"]["stackFrames"][0]["line"] == line_of(mark)
    first = program.line
    program.go("next", "step")
    assert program.line != first
    program.go(reason="breakpoint")
    program.set_breakpoints(program.script)
    program.evaluate("go.clear()", context="repl")
    program.resume()
    status, stdout, stderr = program.finish()
    assert (status, stdout, stderr) == (0, "total True\nend\n", "")


def test_it_is_told_as_attached(session: Start) -> None:
    program = begin(session(text=PROGRAM, plain=True))
    process = program.event("process")
    assert process["startMethod"] == "attach"
    assert process["systemProcessId"] == program.process.pid


def test_threads_stacks_and_a_pause(session: Start) -> None:
    program = begin(session(text=PROGRAM, plain=True))
    names = {each["name"]: each["id"] for each in program.request("threads")["threads"]}
    assert sorted(names) == ["MainThread", "loop", "spin 0", "spin 30"]
    assert names["MainThread"] == 1
    program.request("pause", threadId=names["spin 30"])
    program.wait_stop("pause")
    assert program.stopped["threadId"] == names["spin 30"]
    frames = program.request("stackTrace", threadId=names["spin 30"], startFrame=0, levels=100)["stackFrames"]
    assert sum(each["name"] == "spin" for each in frames) == 31
    main = program.request("stackTrace", threadId=1)["stackFrames"]
    assert [each["name"] for each in main[-2:]] == ["main", "<module>"]
    assert program.request("disconnect", terminateDebuggee=True) == {}


def test_stop_on_entry_is_a_pause(session: Start) -> None:
    program = begin(session(text=PROGRAM, plain=True), stop=True)
    program.wait_stop("pause")
    program.evaluate("__import__('__main__').go.clear()", context="repl")  # any thread may be the one that stopped
    program.resume()
    assert program.finish()[0] == 0


BLOCKED = (
    HEAD
    + """\
def wait():
    sys.stdin.readline()      # blocked
    return 5
attach()
print(wait())
"""
)


def test_a_program_that_waits_in_a_call_is_paused_there(session: Start) -> None:
    program = begin(session(text=BLOCKED, plain=True, stdin=-1), stop=True)
    program.wait_stop("pause")
    assert [each["name"] for each in program.frames[:2]] == ["wait", "<module>"]
    program.resume("next")
    assert program.process.stdin
    program.process.stdin.write(b"\n")
    program.process.stdin.flush()
    program.wait_stop("step")
    program.resume()
    assert program.finish() == (0, "5\n", "")


WAITING = (
    HEAD
    + """\
def work(n):
    return n + 1              # work
print(attach(wait=True), backend.active())
print(work(1))
"""
)


def test_with_wait_the_program_goes_on_once_it_is_configured(session: Start) -> None:
    program = session(text=WAITING, plain=True)
    begin(program, line_of("work", WAITING))
    program.wait_stop("breakpoint")
    assert program.where[0] == "work"
    program.resume()
    assert program.finish() == (0, "True True\n2\n", "")


def test_a_debugger_that_leaves_instead_lets_it_go_on(session: Start) -> None:
    program = session(text=WAITING, plain=True)
    program.initialize()
    program.request("disconnect")
    assert program.finish() == (0, "False False\n2\n", "")


@pytest.mark.parametrize("wait", [False, True])
def test_a_debugger_that_says_nothing_and_vanishes(session: Start, wait: bool) -> None:
    text = WAITING.replace("wait=True", f"wait={wait}").replace("print(attach", "(attach")
    program = session(text=text, plain=True)
    program.channel.close()
    stdout, stderr = program.process.communicate(timeout=60)
    assert (program.process.returncode, stdout, stderr) == (0, b"2\n", b"")


STOPS = (
    HEAD
    + """\
def ask(name):
    first = backend.stop()            # asked
    value = name * 2                  # next
    return value, first
def other(): ask("thread")
print(backend.stop(), backend.active())
attach(wait=True)
print(ask("main"))
thread = threading.Thread(target=other)
thread.start()
thread.join()
try:
    {}["missing"]
except KeyError as error:
    print(backend.stop(exception=error, reason="exception"), error.args)
    print(backend.stop(exception=error, reason="exception", post_mortem=True))
backend.detach()
print(backend.active(), backend.stop(), getattr(sys, "gettrace")())
"""
)


def test_the_program_stops_itself(session: Start) -> None:
    program = begin(session(text=STOPS, plain=True))
    program.wait_stop("breakpoint")
    assert program.where == ("ask", line_of("asked", STOPS))
    assert program.evaluate("name") == "'main'"
    assert program.evaluate("backend.stop(), ask('again')") == "(False, ('againagain', False))"
    program.go("next", "step")
    assert program.where == ("ask", line_of("next", STOPS))
    program.go(reason="breakpoint")
    assert program.evaluate("name") == "'thread'"
    program.go(reason="exception")
    assert program.stopped["text"].startswith("KeyError")
    assert program.where[0] == "<module>"
    program.go(reason="exception")
    assert program.stopped["pytui"]["postMortem"] is True
    program.resume()
    status, stdout, stderr = program.finish()
    assert stdout.splitlines() == [
        "False False",
        "('mainmain', True)",
        "True ('missing',)",
        "True",
        "False False None",
    ]
    assert (status, stderr) == (0, "")


TWICE = (
    HEAD
    + """\
import socket
def again(n):
    return n * 3              # again
attach(wait=True)
for _ in range(2):
    try:
        attach()
    except RuntimeError as error:
        print(error)
print(again(1))
"""
)


def test_a_second_session_at_once_is_refused(session: Start) -> None:
    program = begin(session(text=TWICE, plain=True))
    status, stdout, _ = program.finish()
    assert status == 0
    assert stdout.count("being debugged already") == 2


def test_one_refuses_in_a_launched_program_too(session: Start) -> None:
    text = """\
import sys
sys.path.insert(0, %r)
import pytui._backend as backend
print(backend.active())
try:
    backend.attach("unix:/nowhere")
except RuntimeError as error:
    print(error)
def ask():
    return backend.stop()     # asked
print(ask())
"""
    from client import HOME

    program = session(text=text % str(HOME)).start()
    program.wait_stop("breakpoint")
    assert program.where == ("ask", line_of("asked", text))
    program.resume()
    status, stdout, stderr = program.finish()
    assert stdout.splitlines() == ["True", "pytui: this program is being debugged already", "True"]
    assert (status, stderr) == (0, "")


MANY = (
    HEAD
    + """\
import json, select, socket, struct
def work(n):
    total = 0
    for i in range(n):
        total += i            # work
    return total
def state():
    monitoring = getattr(sys, "monitoring", None)
    return [
        [monitoring.get_tool(tool) for tool in range(6)] if monitoring else [],
        str(sys.gettrace()), str(sys.excepthook), str(sys.unraisablehook), sys.getswitchinterval(),
        sorted(os.listdir("/proc/self/fd")), [each for each in sys.modules if each.startswith("_pytui")],
    ]
results = []
before = state()
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
stop = []
def run():
    while not stop:
        results.append(work(20))
        time.sleep(0.0005)
thread = threading.Thread(target=run)
thread.start()
count = 0
while True:
    peer, _ = listener.accept()
    word = peer.recv(1)
    if word != b"a": break
    backend.attach(f"fd:{peer.detach()}")
    count += 1
    while backend.active(): time.sleep(0.001)
stop.append(1)
thread.join()
for _ in range(1000):  # a thread that ends is in the kernel's list for a moment more
    if len(os.listdir("/proc/self/task")) == 1: break
    time.sleep(0.01)
threads = len(os.listdir("/proc/self/task"))
peer.close()
listener.close()
print(json.dumps([count, set(results) == {190}, before == state(), threads]))
"""
)


def test_sessions_follow_each_other_and_leave_nothing(session: Start, tmp_path: Path) -> None:
    import socket

    place = str(tmp_path / "s")
    program = session(place, text=MANY, plain=True)
    rounds = 12
    for number in range(rounds + 1):
        channel = socket.socket(socket.AF_UNIX)
        while True:
            try:
                channel.connect(place)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                assert program.process.poll() is None
        program.channel.close()
        program.channel, program.seq, program.buffer, program.events = channel, 0, b"", []
        program.responses = {}
        channel.sendall(b"a" if number < rounds else b"e")
        if number == rounds:
            break
        begin(program, line_of("work", MANY))
        program.wait_stop("breakpoint")
        if number % 2:
            program.go("next", "step")
        if number % 3:
            program.request("disconnect")
        channel.close()
    stdout, stderr = program.process.communicate(timeout=60)
    assert stderr == b""
    assert json.loads(stdout) == [rounds, True, True, 1]


THROWN = (
    HEAD
    + """\
def fail():
    attach(wait=True)
    raise ValueError("at the end")
fail()
"""
)


def test_an_uncaught_exception_stops(session: Start, python: interpreters.Interpreter) -> None:
    program = session(text=THROWN, plain=True)
    program.initialize()
    program.request("setExceptionBreakpoints", filters=["uncaught"])
    program.configure(False)
    program.wait_stop("exception")
    assert program.stopped["pytui"]["postMortem"] is True
    assert program.where[0] == "fail"
    program.resume()
    status, _, stderr = program.finish()
    assert status == 1
    assert stderr.endswith("ValueError: at the end\n")


def test_a_move_in_a_frame_that_was_there_before(session: Start) -> None:
    text = (
        HEAD
        + """\
def inner():
    attach(wait=True)
    backend.stop()
    return 1                  # inner
def outer():
    value = inner()
    return value              # outer
result = outer()
print(result)                 # module
"""
    )
    program = begin(session(text=text, plain=True))
    program.wait_stop("breakpoint")
    for mark in ("inner", "inner", "outer", "outer", "module"):
        program.go("next", "step")
    assert program.line == line_of("module", text)
    program.resume()
    assert program.finish() == (0, "1\n", "")


def test_a_jump_is_refused_where_the_program_asked_for_the_stop(session: Start) -> None:
    program = begin(session(text=STOPS, plain=True))
    program.wait_stop("breakpoint")
    with pytest.raises(RequestFailed, match="step to a line first"):
        program.request("gotoTargets", source={"path": program.script}, line=line_of("next", STOPS))
    program.go("next", "step")
    targets = program.request("gotoTargets", source={"path": program.script}, line=line_of("asked", STOPS))["targets"]
    program.request("goto", threadId=program.stopped["threadId"], targetId=targets[0]["id"])
    program.wait_stop("goto")
    assert program.where == ("ask", line_of("asked", STOPS))


AWAITED = (
    HEAD
    + """\
import asyncio
def first(number):
    '''A function.'''
    value = number  # first
    return value
def items():
    yield 1         # generator
async def task():
    return 2        # coroutine
short = lambda: 3   # lambda
def run(function, *arguments):
    function.__code__ = function.__code__.replace()
    module.await_code(function.__code__)
    return function(*arguments)
attach(wait=True)
module = backend.load()
run(first, 1)
first(2)
run(first, 3)
list(run(items))
asyncio.run(run(task))
run(short)
first.__code__ = first.__code__.replace()
module.await_code(first.__code__)
module.await_code(None)
first(4)
print("end")
"""
)


def test_code_that_is_awaited_stops_where_it_begins(session: Start) -> None:
    program = begin(session(text=AWAITED, plain=True))
    program.wait_stop("entry")
    for mark in ("first", "first", "generator", "coroutine", "lambda"):
        assert program.line == line_of(mark, AWAITED)
        if mark == "first":
            program.go("next", "step")
            assert program.line == line_of(mark, AWAITED) + 1
        if mark != "lambda":
            program.go(reason="entry")
    program.resume()
    assert program.finish() == (0, "end\n", "")
