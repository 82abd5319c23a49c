"""Exceptions that nobody handles though the program goes on: of threads, unraisable ones, of asyncio's tasks."""

from collections.abc import Callable

import pytest
from client import Message, Session

Start = Callable[..., Session]

HOOKS = """\
import sys, threading
before = sys.excepthook, threading.excepthook, sys.unraisablehook
def same():
    now = sys.excepthook, threading.excepthook, sys.unraisablehook
    return now == before == (sys.__excepthook__, threading.__excepthook__, sys.__unraisablehook__)
"""


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


def report(run: Session, kind: str) -> Message:
    """Wait for the next report of that kind: the event's body."""
    return run.event("output", lambda body: body.get("pytui", {}).get("kind") == kind)


def reports(run: Session) -> list[Message]:
    """Those that nobody took."""
    bodies = [message["body"] for message in run.events if message["event"] == "output"]
    return [body for body in bodies if body.get("pytui", {}).get("kind")]


def is_stopped(run: Session) -> bool:
    """Whether a stop came that nobody took."""
    return "stopped" in run.names_of_events()


THREAD = HOOKS + lines(
    "def fails(n):",
    "    local = n * 2",
    "    raise ValueError(f'no {local}')",
    "for n in (1, 2):",
    "    thread = threading.Thread(target=fails, args=(n,), name=f'worker {n}')",
    "    thread.start()",
    "    thread.join()",
    "print(same())",
)


def without_addresses(text: str) -> list[str]:
    """The lines of a traceback without what differs between runs."""
    return [row for row in text.splitlines() if "0x" not in row]


def test_uncaught_in_threads(session: Start, tmp_path) -> None:
    """Each stops post-mortem in its thread, with locals; then its traceback is printed, and the program goes on."""
    import subprocess

    run = session(text=THREAD)
    bare = subprocess.run([run.process.args[0], run.script], capture_output=True, text=True, cwd=tmp_path)
    run.start()
    for n in (1, 2):
        stopped = run.wait_stop("exception")
        assert (stopped["text"], stopped["allThreadsStopped"]) == (f"ValueError: no {2 * n}", True)
        assert (stopped["pytui"]["postMortem"], stopped["pytui"]["goesOn"]) == (True, True)
        assert stopped["pytui"]["threadName"] == f"worker {n}"
        assert run.where == ("fails", 8)
        assert run.evaluate("local") == str(2 * n)
        assert run.evaluate("threading.current_thread().name") == repr(f"worker {n}")
        info = run.request("exceptionInfo", threadId=stopped["threadId"])
        assert (info["exceptionId"], info["breakMode"]) == ("ValueError", "unhandled")
        others = [each["id"] for each in run.request("threads")["threads"] if each["id"] != stopped["threadId"]]
        below = run.request("stackTrace", threadId=others[0])["stackFrames"]
        assert below[-1]["name"] == "<module>"
        run.resume("next" if n == 1 else "continue")
    status, stdout, stderr = run.finish()
    assert (status, stdout) == (0, "True\n") == (bare.returncode, bare.stdout)
    assert stderr == bare.stderr and stderr.count("ValueError: no") == 2


@pytest.mark.parametrize("hook", ["threading.excepthook = hook", "sys.excepthook = hook; threading.excepthook = hook"])
def test_thread_with_a_hook_of_the_program(session: Start, hook: str) -> None:
    """The program's own hook runs after the stop."""
    text = lines(
        "import sys, threading",
        "def hook(args): print('hook', args.exc_type.__name__, args.thread.name)",
        hook,
        "class Mine(threading.Thread):",
        "    def run(self):",
        "        try: 1 / 0",
        "        except ZeroDivisionError as error: raise KeyError('k') from error",
        "Mine(name='m').start()",
    )
    run = session(text=text).start()
    stopped = run.wait_stop("exception")
    assert stopped["text"] == "KeyError: 'k'" and run.where == ("Mine.run", 7)
    assert stopped["pytui"]["exception"]["innerException"][0]["typeName"] == "ZeroDivisionError"
    run.resume()
    assert run.finish() == (0, "hook KeyError m\n", "")


def test_threads_that_end_otherwise_do_not_stop(session: Start) -> None:
    """SystemExit ends a thread; what executors keep for their caller is no end of anything."""
    text = lines(
        "import sys, threading",
        "from concurrent.futures import ThreadPoolExecutor",
        "threading.Thread(target=sys.exit).start()",
        "with ThreadPoolExecutor() as pool: kept = pool.submit(lambda: 1 / 0).exception()",
        "print(type(kept).__name__)",
    )
    run = session(text=text).start()
    assert run.finish() == (0, "ZeroDivisionError\n", "")
    assert not is_stopped(run) and not reports(run)


def test_filter_of_threads(session: Start) -> None:
    """The types of `uncaught` count for threads; without the filter nothing stops, and nothing is paid."""
    for filters, stops in (([], False), (["KeyError"], False), (["OSError, ValueError"], True)):
        run = session(text=THREAD)
        run.initialize()
        options = [{"filterId": "uncaught", "condition": each} for each in filters]
        run.request("setExceptionBreakpoints", filters=[], filterOptions=options)
        run.configure(stop_on_entry=False)
        for _ in range(2 if stops else 0):
            run.wait_stop("exception")
            run.resume()
        assert run.finish()[:2] == (0, "True\n")
        assert not is_stopped(run)


def test_thread_started_without_threading(session: Start) -> None:
    """_thread has no hook of its own: the interpreter reports it as unraisable, and it stops all the same."""
    text = lines(
        "import _thread, time",
        "lock = _thread.allocate_lock()",
        "def fails():",
        "    local = 5",
        "    try: 1 / 0",
        "    finally: lock.release()",
        "lock.acquire()",
        "_thread.start_new_thread(fails, ())",
        "lock.acquire()",
        "while _thread._count(): time.sleep(0.01)",
        "print('on')",
    )
    run = session(text=text).start()
    run.wait_stop("exception")
    assert run.where == ("fails", 5) and run.evaluate("local") == "5"
    run.resume()
    status, stdout, stderr = run.finish()
    assert (status, stdout) == (0, "on\n") and "ZeroDivisionError" in stderr


def test_two_threads_fail_at_once(session: Start) -> None:
    """Neither exception is lost."""
    text = lines(
        "import threading",
        "barrier = threading.Barrier(8)",
        "def fails(n):",
        "    barrier.wait()",
        "    raise ValueError(n)",
        "threads = [threading.Thread(target=fails, args=(n,)) for n in range(8)]",
        "for thread in threads: thread.start()",
        "for thread in threads: thread.join()",
    )
    run = session(text=text).start()
    seen = set()
    for _ in range(8):
        seen.add(run.wait_stop("exception")["text"])
        run.resume()
    assert seen == {f"ValueError: {n}" for n in range(8)}
    assert run.finish()[0] == 0


UNRAISABLE = HOOKS + lines(
    "import weakref",
    "class Loud:",
    "    def __del__(self):",
    "        local = 3",
    "        raise ValueError('in del') from KeyError('cause')",
    "class Quiet: pass",
    "def called(reference): 1 / 0",
    "loud = Loud()",
    "del loud",
    "quiet = Quiet()",
    "reference = weakref.ref(quiet, called)",
    "del quiet",
    "print(same())",
)


def test_unraisable_are_reported(session: Start) -> None:
    """What __del__ and callbacks of weak references raise: type, message, chain, places; the program sees no change."""
    run = session(text=UNRAISABLE).start()
    first, second = report(run, "unraisable"), report(run, "unraisable")
    status, stdout, stderr = run.finish()
    assert (status, stdout) == (0, "True\n")
    assert stderr.count("Exception ignored") == 2 and not is_stopped(run)
    extra = first["pytui"]
    assert first["category"] == "important" and extra["count"] == 1
    assert "Loud.__del__" in extra["message"] and extra["message"].endswith("ValueError: in del")
    assert first["output"].startswith(extra["message"] + "\n") and first["output"].endswith("ValueError: in del\n")
    assert (first["source"]["path"], first["line"]) == (run.script, 10)
    details = extra["exception"]
    assert (details["typeName"], details["innerException"][0]["typeName"]) == ("ValueError", "KeyError")
    frame = extra["stackFrames"][0]
    place = [frame[key] for key in ("id", "name", "line", "column", "endLine", "endColumn")]
    assert place == [0, "Loud.__del__", 10, 9, 10, 58]
    assert second["pytui"]["exception"]["message"] == "division by zero"
    assert second["pytui"]["stackFrames"][0]["name"] == "called"
    frame = second["pytui"]["stackFrames"][0]
    assert (frame["column"], frame["endColumn"]) == (24, 29)


def test_unraisable_can_stop(session: Start) -> None:
    """By a filter, with types: post-mortem, and the program goes on."""
    run = session(text=UNRAISABLE)
    names = [each["filter"] for each in run.initialize()["exceptionBreakpointFilters"]]
    assert names == ["raised", "userUnhandled", "uncaught", "unraisable", "taskException"]
    run.request(
        "setExceptionBreakpoints", filters=[], filterOptions=[{"filterId": "unraisable", "condition": "ValueError"}]
    )
    run.configure(stop_on_entry=False)
    stopped = run.wait_stop("exception")
    assert stopped["text"] == "ValueError: in del" and stopped["pytui"]["goesOn"] is True
    assert run.evaluate("local") == "3"
    run.resume()
    assert run.finish()[:2] == (0, "True\n")
    assert not is_stopped(run) and len(reports(run)) == 2


def test_hook_of_the_program_has_them_first(session: Start) -> None:
    """A hook of the program's sees what it sees bare; what it hands on to the interpreter's own is reported."""
    text = lines(
        "import sys",
        "class Loud:",
        "    def __init__(self, n): self.n = n",
        "    def __del__(self): raise ValueError(self.n)",
        "def hook(it):",
        "    print(it.exc_type.__name__, it.exc_value)",
        "    if it.exc_value.args == (2,): sys.__unraisablehook__(it)",
        "sys.unraisablehook = hook",
        "Loud(1)",
        "Loud(2)",
        "sys.unraisablehook = sys.__unraisablehook__",
        "try: sys.unraisablehook(3)",
        "except TypeError as error: print(error)",
    )
    run = session(text=text).start()
    status, stdout, stderr = run.finish()
    assert (status, stderr.count("Exception ignored")) == (0, 1)
    assert stdout.splitlines()[:2] == ["ValueError 1", "ValueError 2"] and "UnraisableHookArgs" in stdout
    assert [each["pytui"]["exception"]["message"] for each in reports(run)] == ["2"]


def test_unraisable_at_exit(session: Start) -> None:
    """Exit handlers' own are printed by the interpreter; those of objects freed there are reported."""
    text = lines(
        "import atexit",
        "class Loud:",
        "    def __del__(self): raise ValueError('late')",
        "def bye(): Loud()",
        "atexit.register(bye)",
        "atexit.register(lambda: 1 / 0)",
    )
    run = session(text=text).start()
    status, _, stderr = run.finish()
    assert status == 0 and "ZeroDivisionError" in stderr and "ValueError: late" in stderr
    assert [each["pytui"]["exception"]["typeName"] for each in reports(run)] == ["ZeroDivisionError", "ValueError"]


def test_storm_is_bounded(session: Start) -> None:
    """A loop of unraisable exceptions is told in part, counted in full, and does not fill anything."""
    text = lines(
        "class Loud:",
        "    def __del__(self): raise ValueError",
        "import os, sys",
        "sys.stderr = open(os.devnull, 'w')",
        "for _ in range(20000): Loud()",
        "done = 1",
    )
    run = session(text=text).start(6)
    run.wait_stop("breakpoint")
    assert run.stats()["unhandled"] == 20000
    assert 50 <= len(reports(run)) < 5000
    assert run.stats()["userCode"] == 0
    run.resume()
    assert run.finish()[0] == 0


def test_lying_exceptions(session: Start) -> None:
    """A report asks nothing of the exception or of the object that it is about."""
    text = lines(
        "class Odd(Exception):",
        "    def __str__(self): print('asked'); 1 / 0",
        "    __repr__ = __str__",
        "class Liar:",
        "    def __repr__(self): print('asked'); 1 / 0",
        "    def __getattr__(self, name): print('asked', name); 1 / 0",
        "    def __del__(self): raise Odd(self)",
        "import sys",
        "sys.stderr = None",
        "Liar()",
    )
    bare_prints = session(text=text).start()
    body = report(bare_prints, "unraisable")
    assert body["pytui"]["exception"]["fullTypeName"] == "__main__.Odd"
    assert bare_prints.finish()[:2] == (0, "")


TASK = lines(
    "import asyncio, gc",
    "async def fails(n):",
    "    local = n",
    "    await asyncio.sleep(0)",
    "    raise ValueError(local)",
    "async def main():",
    "    task = asyncio.create_task(fails(1), name='forgotten')",
    "    await asyncio.sleep(0.01)",
    "    del task",
    "    gc.collect()",
    "    try: await asyncio.create_task(fails(2))",
    "    except ValueError: pass",
    "    asyncio.get_running_loop().call_soon(int, 'x')",
    "    await asyncio.sleep(0.01)",
    "asyncio.run(main())",
)


def test_task_exceptions_are_reported(session: Start) -> None:
    """Those that nobody retrieves, and those of callbacks; retrieved ones are nobody's business."""
    run = session(text=TASK).start()
    status, _, stderr = run.finish()
    assert status == 0 and "never retrieved" in stderr and not is_stopped(run)
    first, second = reports(run)
    assert first["pytui"]["message"] == "Task exception was never retrieved: ValueError: 1"
    assert [(each["name"], each["line"]) for each in first["pytui"]["stackFrames"]] == [("fails", 5)]
    assert second["pytui"]["exception"]["typeName"] == "ValueError" and second["pytui"]["count"] == 2


def test_task_exceptions_can_stop(session: Start) -> None:
    """By a filter: post-mortem with the coroutine's locals."""
    run = session(text=TASK)
    run.initialize()
    run.request("setExceptionBreakpoints", filters=["taskException"])
    run.configure(stop_on_entry=False)
    assert run.wait_stop("exception")["text"] == "ValueError: 1"
    assert run.where == ("fails", 5) and run.evaluate("local") == "1"
    run.go()
    assert run.stopped["text"].startswith("ValueError: invalid literal")
    run.resume()
    assert run.finish()[0] == 0


def test_stepping_through_the_reporting_code(session: Start) -> None:
    """A step in asyncio's reporting code leaves it watched."""
    text = lines(
        "import asyncio",
        "loop = asyncio.new_event_loop()",
        "loop.set_exception_handler(lambda *_: None)",
        "for n in range(4):",
        "    loop.call_exception_handler({'exception': ValueError(n), 'message': f'm {n}'})",
        "loop.close()",
    )
    run = session(text=text)
    run.initialize()
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "BaseEventLoop.call_exception_handler"}])
    run.configure(stop_on_entry=False)
    for _ in range(2):
        run.wait_stop("function breakpoint")
        assert run.frames[0]["name"] == "BaseEventLoop.call_exception_handler"
        run.go("next", "step")
        run.resume()
    run.wait_stop("function breakpoint")
    run.request("setFunctionBreakpoints", breakpoints=[])
    run.go("stepOut", "step")
    run.resume()
    assert run.finish()[0] == 0
    assert [each["pytui"]["message"][:3] for each in reports(run)] == ["m 0", "m 1", "m 2", "m 3"]


def test_nothing_is_left_after_disconnect(session: Start) -> None:
    """No report, no stop, no hook."""
    text = "x = 1\n" + UNRAISABLE + THREAD
    run = session(text=text).start(1)
    run.wait_stop("breakpoint")
    run.request("disconnect")
    status, stdout, stderr = run.finish()
    assert (status, stdout) == (0, "True\nTrue\n")
    assert stderr.count("Exception ignored") == 2 and stderr.count("ValueError: no") == 2
    assert not reports(run)


def test_thread_exception_while_another_is_stopped(session: Start) -> None:
    """What fails while an evaluate runs is told, since it cannot stop."""
    text = lines(
        "import threading",
        "def fails(): raise ValueError('meanwhile')",
        "thread = threading.Thread(target=fails)",
        "x = 1",
    )
    run = session(text=text).start(4)
    run.wait_stop("breakpoint")
    run.evaluate("(thread.start(), thread.join())")
    assert report(run, "thread")["pytui"]["exception"]["message"] == "meanwhile"
    run.resume()
    assert run.finish()[0] == 0


def test_first_one_during_a_step(session: Start) -> None:
    """A step into, which passes library code by, leaves the code that reports to be watched."""
    text = lines(
        "import asyncio, threading",
        "loop = asyncio.new_event_loop()",
        "loop.set_exception_handler(lambda *_: None)",
        "def tell(n): loop.call_exception_handler({'exception': ValueError(n), 'message': f'm {n}'})",
        "def fails(n): raise ValueError(n)",
        "def start(n):",
        "    thread = threading.Thread(target=fails, args=(n,))",
        "    thread.start()",
        "    thread.join()",
        "for n in range(3):",
        "    tell(n)",
        "for n in range(3):",
        "    start(n)",
        "loop.close()",
    )
    run = session(text=text).start(4, 8)
    for _ in range(3):
        run.wait_stop("breakpoint")
        run.go("stepIn")
        run.resume()
    for _ in range(3):
        run.wait_stop("breakpoint")
        run.request("stepIn", threadId=0)
        while run.wait_stop()["reason"] != "exception":
            run.resume()
        run.resume()
    assert run.finish()[0] == 0
    assert [each["pytui"]["message"][:3] for each in reports(run)] == ["m 0", "m 1", "m 2"]


MEANWHILE = {
    "thread": ("    raise ValueError('meanwhile')", None, "uncaught"),
    "unraisable": (
        "    class Dies:\n        def __del__(self): raise ValueError('meanwhile')\n    Dies()",
        "unraisable",
        "unraisable",
    ),
    "task": (
        "    import asyncio\n    loop = asyncio.new_event_loop()\n"
        "    loop.call_exception_handler({'exception': ValueError('meanwhile'), 'message': 'm'})\n    loop.close()",
        "task",
        "taskException",
    ),
}


@pytest.mark.parametrize("body, kind, name", MEANWHILE.values(), ids=MEANWHILE.keys())
def test_unhandled_during_the_step_of_another_thread(session: Start, body: str, kind: str | None, name: str) -> None:
    """It waits as a breakpoint's hit does: the step is reported first, and nothing is lost."""
    text = lines(
        "import threading, time",
        "began = threading.Event()",
        "def step():",
        "    began.set()",
        "    time.sleep(0.05)",
        "def fails():",
        "    began.wait()",
        body,
        "thread = threading.Thread(target=fails, name='other')",
        "thread.start()",
        "step()",
        "mark = 1",
        "thread.join()",
        "print('end')",
    )
    here = text.splitlines().index("step()") + 1
    run = session(text=text).start(here)
    run.wait_stop("breakpoint")
    run.request("setExceptionBreakpoints", filters=[name])
    run.go("next", "step")
    assert run.where == ("<module>", here + 1) and run.stopped["threadId"] == 1
    run.go("continue", "exception")
    assert run.stopped["pytui"]["threadName"] == "other" and "meanwhile" in run.stopped["text"]
    assert kind is None or report(run, kind)
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


def test_the_programs_exception_during_the_step_of_another_thread(session: Start) -> None:
    """What ends the main thread waits, too, and leaves the other one its step."""
    text = lines(
        "import threading, time",
        "began, ended = threading.Event(), threading.Event()",
        "def step():",
        "    began.set()",
        "    time.sleep(0.05)",
        "def work():",
        "    step()",
        "    mark = 1",
        "    return mark",
        "thread = threading.Thread(target=work, name='other')",
        "thread.start()",
        "began.wait()",
        "raise ValueError('the end')",
    )
    run = session(text=text).start(7)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.where == ("work", 8) and run.stopped["pytui"]["threadName"] == "other"
    run.go("continue", "exception")
    assert run.stopped["threadId"] == 1 and "the end" in run.stopped["text"]
    run.resume()
    assert run.finish()[0] == 1


def test_step_of_another_thread_after_the_main_thread_failed(session: Start) -> None:
    """The end of the main thread by an exception that does not stop takes no other thread's step away."""
    text = lines(
        "import threading",
        "began = threading.Event()",
        "main = threading.current_thread()",
        "def work():",
        "    began.set(); main.join()",
        "    mark = 1",
        "threading.Thread(target=work, name='other').start()",
        "began.wait()",
        "raise ValueError('the end')",
    )
    run = session(text=text).start(5)
    run.wait_stop("breakpoint")
    run.request("setExceptionBreakpoints", filters=[])
    run.go("next", "step")
    assert run.where == ("work", 6)
    run.resume()
    assert run.finish()[0] == 1
