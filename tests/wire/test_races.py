"""Things that happen at the same time as others, or so soon after that they could be taken for them."""

import os
import signal
import time
from collections.abc import Callable

from client import Session

Start = Callable[..., Session]


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


def logged(run: Session) -> list[str]:
    """What log points have said so far."""
    return [each["body"]["output"].strip() for each in run.events if each["event"] == "output"]


def test_client_vanishes_while_a_stop_begins(session: Start) -> None:
    """A thread that is about to stop, here at a very long traceback, must not wait for a client that is gone."""
    run = session(
        text=lines(
            "import sys, types",
            "traceback, frame = None, sys._getframe()",
            "for _ in range(1_000_000):",
            "    traceback = types.TracebackType(traceback, frame, 0, 1)",
            "sys.excepthook = lambda *_: None",
            "print('now', flush=True)",
            "raise ValueError().with_traceback(traceback)",
        )
    ).start()
    assert run.process.stdout.readline() == b"now\n"
    run.channel.close()
    assert run.process.wait(timeout=20) == 1


def test_cancel_means_its_own_request(session: Start) -> None:
    """Code that kept the interpreter to itself until its end leaves the interruption to nobody else."""
    run = session(text=lines("import time", "x = 1")).start(2)
    run.wait_stop()
    first = run.send("evaluate", expression="(3 ** 5_000_000) % 7 > 100", context="repl")
    time.sleep(0.2)
    run.send("cancel", requestId=first)
    second = run.send("evaluate", expression="time.sleep(0.3) or sum(i for i in range(10_000))", context="repl")
    assert run.answer(first)["success"]
    assert run.answer(second)["body"]["result"] == "49995000"


def test_condition_during_which_its_breakpoint_is_removed(session: Start) -> None:
    """The condition lets the helper thread run, which disarms the code and frees what it knew of it: the hit is
    forgotten.
    """
    run = session(text=lines("import time", "def f():", "    return 1", "f()"))
    run.initialize()
    condition = "print('now', flush=True) or time.sleep(0.5) or True"
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "f", "condition": condition}])
    run.configure(stop_on_entry=False)
    assert run.process.stdout.readline() == b"now\n"
    run.request("setFunctionBreakpoints", breakpoints=[])
    assert run.finish()[0] == 0
    assert not [event for event in run.events if event["event"] == "stopped"]


def test_breakpoint_on_a_line_that_was_interrupted(session: Start) -> None:
    """A Ctrl-C raised at a line with a breakpoint leaves nothing behind that would hide the next hit."""
    run = session(
        text=lines(
            "for i in range(3):",
            "    try:",
            "        a = 1",
            "        b = 2",
            "    except KeyboardInterrupt:",
            "        pass",
        )
    ).start(3, 4)
    run.wait_stop()
    run.go("next")
    assert run.line == 4
    os.kill(run.process.pid, signal.SIGINT)
    time.sleep(0.1)
    for line in (3, 4):
        run.go()
        assert (run.line, run.evaluate("i")) == (line, "1")


def test_breakpoint_set_on_the_current_line(session: Start) -> None:
    """It counts from the next time on: the line that the program stands on was reached already."""
    run = session(text=lines("for i in range(5):", "    a = 1", "    b = 2", "    c = 3")).start(2)
    run.wait_stop()
    run.go("next")
    run.set_breakpoints(run.script, 2, 3)
    for line, value in ((2, "1"), (3, "1"), (2, "2"), (3, "2")):
        run.go("continue", "breakpoint")
        assert (run.line, run.evaluate("i")) == (line, value)


def test_breakpoint_set_on_the_current_line_alone(session: Start) -> None:
    """The same where the code had no breakpoint before, and where nothing else is watched."""
    run = session(text=lines("def f():", "    a = 1", "    return a", "f()", "f()", "f()")).start(stop_on_entry=True)
    run.go("next")
    run.go("stepIn")
    assert run.where == ("f", 2)
    run.set_breakpoints(run.script, 2)
    run.go("continue", "breakpoint")
    assert [each["line"] for each in run.frames] == [2, 5]
    assert run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == 1


def test_breakpoint_set_on_the_current_one_line_loop(session: Start) -> None:
    """Each turn of a loop on one line counts, but for the one that the program stands on."""
    text = lines("n = 0", "while n < 3: n += 1", "done = True")
    run = session(text=text).start(stop_on_entry=True)
    run.go("next")
    assert run.line == 2
    run.set_breakpoints(run.script, {"line": 2, "logMessage": "{n}"}, 3)
    run.go("continue", "breakpoint")
    assert logged(run) == ["1", "2"] or logged(run) == ["1", "2", "3"]


def test_later_frame_at_the_address_of_an_earlier_one(session: Start) -> None:
    """A function breakpoint on a body on the def line reports the frame's beginning, and no line follows."""
    run = session(
        text=lines(
            "def f(a=1): return a",
            "def g(a=1):",
            "    return a",
            "def h():",
            "    for i in range(5):",
            "        f()",
            "        g()",
            "h()",
            "x = 1",
        )
    )
    run.initialize()
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "f", "condition": "a == 7"}])
    run.set_breakpoints(run.script, {"line": 3, "logMessage": "g"}, 9)
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert logged(run) == ["g"] * 5


def test_threads_in_bodies_on_def_lines(session: Start) -> None:
    """Each call is one hit, also when another thread begins a frame between this one's beginning and its first line."""
    run = session(
        text=lines(
            "import threading, time",
            "threads = []",
            "def f(): return 1",
            "def work():",
            "    for i in range(50): f()",
            "threads += [threading.Thread(target=work) for _ in range(4)]",
            "[each.start() for each in threads]",
            "[each.join() for each in threads]",
            "x = 1",
        )
    )
    run.initialize()
    log_point = {"line": 3, "condition": "time.sleep(0.0002) or len(threads)", "logMessage": "f"}
    log_point["pytui"] = {"logLimit": 0}
    run.set_breakpoints(run.script, log_point, 9)
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert len(logged(run)) == 200


def test_code_that_is_discovered_again(session: Start, python) -> None:
    """restart_events(), which other tools call, reports all code once more."""
    run = session(
        text=lines(
            "import sys",
            "def f(): return 1",
            "for i in range(5):",
            "    if hasattr(sys, 'monitoring'): sys.monitoring.restart_events()",
            "    f()",
            "x = 1",
        )
    )
    run.initialize()
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "f", "pytui": {"logMessage": "f"}}])
    run.set_breakpoints(run.script, 6)
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert logged(run) == ["f"] * 5


def test_pause_counts_no_hit_twice(session: Start) -> None:
    """The jump at the end of a loop's body is no line, and one on a one-line loop is reported once."""
    run = session(
        text=lines(
            "import time",
            "def spin():",
            "    for i in range(10_000):",
            "        time.sleep(0.001) or i",
            "spin()",
        )
    ).start({"line": 4, "hitCondition": "1"})
    run.wait_stop("breakpoint")
    for _ in range(5):
        run.resume()
        run.request("pause", threadId=0)
        stopped = run.wait_stop("pause")
        turns = int(run.evaluate("i")) + 1
        hits = run.set_breakpoints(run.script, {"line": 4, "hitCondition": "1"})[0]["pytui"]["hits"]
        assert hits - turns in (0, -1), stopped


def test_a_request_that_runs_code_is_answered_before_a_stop(session: Start) -> None:
    """What the helper thread runs for a request lets others run. When one of those stops, which keeps the interpreter,
    the request must not wait for the end of that stop.
    """
    run = session(
        text=lines(
            "import sys, time, threading",
            "inside = threading.Event()",
            "def hook(event, arguments):",
            "    if event == 'compile' and threading.get_ident() != threading.main_thread().ident:",
            "        inside.set()",
            "        time.sleep(0.1)",
            "sys.addaudithook(hook)",
            "print('now', flush=True)",
            "while not inside.is_set():",
            "    pass",
            "reached = 1",
            "print('end')",
        )
    ).start(11)
    assert run.process.stdout.readline() == b"now\n"
    breakpoints = [{"line": 11}, {"line": 12, "condition": "reached == 1"}]
    seq = run.send("setBreakpoints", source={"path": run.script}, breakpoints=breakpoints)
    assert run.wait_stop()["reason"] == "breakpoint"
    answer = run.answer(seq)
    assert [each["line"] for each in answer["body"]["breakpoints"]] == [11, 12]
    run.resume("continue")
    run.wait_stop()
    run.resume("continue")
    status, stdout, stderr = run.finish()
    assert (status, stdout, stderr) == (0, "end\n", "")
