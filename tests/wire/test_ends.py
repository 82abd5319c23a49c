"""Ends: exceptions, exit codes, signals, fork and exec."""

import os
import signal
from collections.abc import Callable

import pytest
from client import Closed, Session

Start = Callable[..., Session]


def test_uncaught_exception(session: Start) -> None:
    """Stops post-mortem where it was raised, with locals; going on prints what a bare run prints."""
    text = (
        "def inner(n):\n    local = n * 2\n    raise ValueError('no %d' % local)\n"
        "def outer():\n    inner(21)\nouter()\n"
    )
    run = session(text=text).start()
    stopped = run.wait_stop("exception")
    assert stopped["text"] == "ValueError: no 42"
    assert stopped["pytui"]["postMortem"] is True
    assert [(each["name"], each["line"]) for each in run.frames] == [("inner", 3), ("outer", 5), ("<module>", 6)]
    assert run.evaluate("local") == "42"
    details = run.request("exceptionInfo", threadId=0)
    assert details["exceptionId"].endswith("ValueError")
    run.resume("next")
    assert run.event("exited")["exitCode"] == 1
    status, _, stderr = run.finish()
    assert status == 1 and stderr.endswith("ValueError: no 42\n") and "pytui" not in stderr


def test_uncaught_can_be_switched_off(session: Start) -> None:
    """Without the filter the exception just ends the program."""
    run = session(text="1 / 0\n")
    run.initialize()
    run.request("setExceptionBreakpoints", filters=[])
    run.configure(stop_on_entry=False)
    assert run.finish()[0] == 1
    assert "stopped" not in run.names_of_events()


@pytest.mark.parametrize(
    "statement, status, stops",
    [
        ("pass", 0, False),
        ("raise SystemExit(3)", 3, False),
        ("import sys; sys.exit('bye')", 1, False),
        ("raise SystemExit", 0, False),
        ("import os; os._exit(7)", 7, False),
        ("raise KeyboardInterrupt", -signal.SIGINT, True),
        ("assert False", 1, True),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, False),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, False),
        ("import os; os.abort()", -signal.SIGABRT, False),
        ("import os; os.execvp('true', ['true'])", 0, False),
    ],
)
def test_exit_status(session: Start, statement: str, status: int, stops: bool) -> None:
    """Every way to end keeps its status, and the channel ends with the process."""
    run = session(text=statement + "\n").start()
    if stops:
        run.wait_stop("exception")
        run.resume()
    assert run.finish()[0] == status
    known = [each["body"]["exitCode"] for each in run.events if each["event"] == "exited"]
    if known:
        assert known == [status if status >= 0 else 128 - status]
        assert run.names_of_events()[-1] == "terminated"


def test_syntax_error(session: Start) -> None:
    """A script that does not compile is shown like an exception, at its line."""
    run = session(text="x = 1\nif x\n    pass\n").start()
    stopped = run.wait_stop("exception")
    assert stopped["text"].startswith("SyntaxError")
    assert stopped["pytui"]["postMortem"] is True
    assert run.frames[0]["line"] == 2
    run.resume()
    status, _, stderr = run.finish()
    assert status == 1 and "SyntaxError" in stderr


def test_exceptions_that_are_caught_do_not_stop(session: Start) -> None:
    """Only what leaves the program's outermost frame is uncaught."""
    text = (
        "def f():\n    raise KeyError\nfor i in range(3):\n    try:\n        f()\n    except KeyError:\n        pass\n"
    )
    run = session(text=text).start()
    assert run.finish()[0] == 0
    assert "stopped" not in run.names_of_events()


def test_breakpoint_in_exit_handlers(session: Start) -> None:
    """Exit handlers of the program are part of the program."""
    text = "import atexit\ndef bye():\n    a = 1\n    return a\natexit.register(bye)\n"
    run = session(text=text).start(3)
    run.wait_stop("breakpoint")
    assert run.where == ("bye", 3)
    run.go("next", "step")
    run.resume()
    assert run.finish()[0] == 0


def test_threads_outlive_main(session: Start) -> None:
    """The session lasts until the last thread is joined."""
    text = (
        "import threading, time\ndef late():\n    time.sleep(0.3)\n"
        "    mark = 1\nthreading.Thread(target=late).start()\n"
    )
    run = session(text=text).start(4)
    run.wait_stop("breakpoint")
    assert run.where == ("late", 4)
    run.resume()
    assert run.finish()[0] == 0


def test_killed_while_stopped(session: Start) -> None:
    """The end of the channel is the end of the process."""
    run = session(text="x = 1\n").start(stop_on_entry=True)
    os.kill(run.process.pid, signal.SIGKILL)
    with pytest.raises(Closed):
        run.event("stopped")


def test_fork(session: Start) -> None:
    """A forked child runs on without a debugger, without a warning, and leaves the channel alone."""
    text = """\
import os, sys, warnings
warnings.simplefilter("error")
before = len(warnings.filters)
def child():
    mark = 1
    return mark
pid = os.fork()
if pid == 0:
    child()
    child()
    os._exit(child() + 4)
status = os.waitpid(pid, 0)[1]
child()
print(os.waitstatus_to_exitcode(status), len(warnings.filters) == before)
"""
    run = session(text=text).start(5)
    run.wait_stop("breakpoint")
    assert run.frames[1]["line"] == 13
    run.resume()
    assert run.finish() == (0, "5 True\n", "")


def test_fork_that_warns_by_itself_still_warns(session: Start, python) -> None:
    """With threads of the program's own the warning is the program's."""
    if python.version < (3, 12):
        pytest.skip("the warning begins with 3.12")
    text = """\
import os, threading, time
threading.Thread(target=time.sleep, args=(0.5,)).start()
if os.fork() == 0:
    os._exit(0)
os.wait()
"""
    run = session(text=text, environment={"PYTHONWARNINGS": "always"}).start()
    assert "DeprecationWarning" in run.finish()[2]


def test_fork_in_an_evaluate(session: Start) -> None:
    """A child that an evaluate makes goes on as a copy of the program and serves nobody."""
    run = session(text="import os\nx = 1\nprint('end', flush=True)\n").start(2)
    run.wait_stop("breakpoint")
    assert run.evaluate("(lambda p: os.waitpid(p, 0)[1] if p else 0)(os.fork())") == "0"
    run.resume()
    status, stdout, _ = run.finish()
    assert (status, stdout) == (0, "end\nend\n")


def test_subprocess_and_multiprocessing(session: Start) -> None:
    """Children of the usual kinds work and see no debugger."""
    text = """\
import multiprocessing, subprocess, sys
def square(n):
    return n * n
if __name__ == "__main__":
    probe = "import sys, os; print(any('pytui' in each.lower() for each in (*os.environ, *sys.path, *sys.modules)))"
    print(subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True).stdout.strip())
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(pool.map(square, range(4)))
"""
    run = session(text=text).start({"line": 3, "pytui": {"enabled": True}})
    status, stdout, stderr = run.finish()
    assert (status, stderr) == (0, "")
    assert stdout == "False\n[0, 1, 4, 9]\n[0, 1, 4, 9]\n"


def test_exit_is_stable(session: Start) -> None:
    """Requests that need the interpreter, hammered at the exit, crash nothing."""
    for _ in range(10):
        text = "import threading, time\nx = [threading.Thread(target=time.sleep, args=(0.01,)) for _ in range(9)]\n"
        run = session(text=text + "[t.start() for t in x]\nfor i in range(2000):\n    pass\n")
        run.start()
        try:
            while True:
                run.send("threads")
                run.send("setBreakpoints", source={"path": run.script}, breakpoints=[])
                run.pump(0.0005)
                if run.process.poll() is not None:
                    break
        except OSError:
            pass
        assert run.process.wait(20) == 0


def test_uncaught_in_a_thread_is_not_the_programs_end(session: Start) -> None:
    """It stops there; then threading reports it and the program goes on."""
    text = "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()\nprint('on')\n"
    run = session(text=text).start()
    assert run.wait_stop("exception")["pytui"]["goesOn"] is True
    run.resume()
    status, stdout, stderr = run.finish()
    assert (status, stdout) == (0, "on\n") and "ZeroDivisionError" in stderr


STAYS = """\
import time
def cleans_up():
    mark = 1
    time.sleep(0.01)
try:
    print("up", flush=True)
    while True:
        n = 1
finally:
    cleans_up()
    print("clean", flush=True)
"""


@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "running"])
def test_terminate_is_not_stopped_on_the_way(session: Start, stopped: bool) -> None:
    """Breakpoints, exceptions and pauses asked for before do not keep from ending what was told to end."""
    run = session(text=STAYS).start(*([8] if stopped else []))
    if stopped:
        run.wait_stop("breakpoint")
    else:
        assert run.process.stdout.readline() == b"up\n"
    run.set_breakpoints(run.script, 3, 10)
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "cleans_up"}])
    run.request("setExceptionBreakpoints", filters=["raised", "userUnhandled", "uncaught"])
    run.request("terminate")
    status, output, _ = run.finish()
    assert status == -signal.SIGINT and output.endswith("clean\n")
    assert "stopped" not in run.names_of_events()


DECLINES = """\
import os, signal, time
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"no\\n"))
print("up", flush=True)
count = 0
while True:
    count += 1
    time.sleep(0.01)
"""


def test_program_that_declines_to_end(session: Start) -> None:
    """It stops no more but for a pause, after which it does as ever; asked again, it is ended without being asked."""
    run = session(text=DECLINES).start()
    assert run.process.stdout.readline() == b"up\n"
    run.request("terminate")
    assert run.process.stdout.readline() == b"no\n"
    assert "stopped" not in run.names_of_events()
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    run.set_breakpoints(run.script, 6)
    run.go("continue", "breakpoint")
    run.request("terminate")
    assert run.process.stdout.readline() == b"no\n"
    run.send("terminate")
    assert run.finish()[0] == -signal.SIGTERM


def test_terminate_asked_twice_at_a_stop(session: Start) -> None:
    """The program is ended whatever it does about the first."""
    run = session(text=DECLINES).start(6)
    run.wait_stop("breakpoint")
    first, second = run.send("terminate"), run.send("terminate")
    run.finish()
    assert run.responses[first]["success"] and run.responses[second]["success"]
    assert run.process.returncode == -signal.SIGTERM
