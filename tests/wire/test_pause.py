"""Pausing a program that runs, whatever it does."""

import os
import signal
import time
from collections.abc import Callable

import pytest
from client import Session

Start = Callable[..., Session]

PYTHON = {
    "loop": "def spin():\n    n = 0\n    while True:\n        n += 1\nspin()\n",
    "one-line-loop": "def spin():\n    n = 0\n    while True: n += 1\nspin()\n",
    "comprehension": "def spin():\n    return [0 for _ in iter(int, 1) if _]\nspin()\n",
    "workers": "import threading\ndef spin():\n    while True:\n        pass\n"
    "ts = [threading.Thread(target=spin, daemon=True) for _ in range(3)]\n"
    "[t.start() for t in ts]\n[t.join() for t in ts]\n",
}
BLOCKED = {
    "sleep": ("import time\ndef nap():\n    secret = 42\n    time.sleep(60)\nnap()\n", "nap"),
    "lock": (
        "import threading\ndef wait():\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()\nwait()\n",
        "wait",
    ),
    "read": ("import os\ndef read():\n    r, w = os.pipe()\n    os.read(r, 1)\nread()\n", "read"),
}


def started(run: Session) -> None:
    """Wait until the program is under way."""
    run.event("process")
    run.pump(0.3)


@pytest.mark.parametrize("text", PYTHON.values(), ids=PYTHON.keys())
def test_pause_running_python(session: Start, text: str) -> None:
    """Stops at the next line, or at the next pass of a loop on one line; again and again."""
    run = session(text=text).start()
    started(run)
    for _ in range(3):
        assert run.request("pause", threadId=0)["pytui"]["state"] in ("stopping", "blocked")  # on a machine under load
        run.wait_stop("pause")
        assert run.frames and run.stopped["threadId"] > 0
        run.go("next") if "n += 1\n" in text and "while True:\n" in text else None
        run.resume()


@pytest.mark.parametrize("text, function", BLOCKED.values(), ids=BLOCKED.keys())
def test_pause_a_blocked_program(session: Start, text: str, function: str) -> None:
    """A program that waits in the kernel or for a lock is stopped right there, with its stack and locals."""
    run = session(text=text).start()
    started(run)
    for _ in range(2):
        run.request("pause", threadId=0)
        run.wait_stop("pause")
        assert run.frames[0]["name"] == function
        assert run.stopped["pytui"]["threadName"] == "MainThread" and run.stopped["threadId"] == 1
        run.resume()
        run.pump(0.05)
    run.request("threads")


def test_look_around_and_step_from_a_hold(session: Start) -> None:
    """Requests work as at any stop; a step goes on from the blocked line."""
    text = "import time\ndef nap():\n    secret = 42\n    time.sleep(1)\n    after = 1\n    return after\nnap()\n"
    run = session(text=text).start()
    started(run)
    run.request("pause", threadId=1)
    run.wait_stop("pause")
    assert run.where == ("nap", 4)
    assert run.evaluate("secret") == "42"
    assert [each["name"] for each in run.request("threads")["threads"]] == ["MainThread"]
    time.sleep(1)
    run.go("next", "step")
    assert run.where == ("nap", 5)
    run.resume()
    assert run.finish()[0] == 0


def test_pause_while_c_code_keeps_the_interpreter(session: Start) -> None:
    """Answered as blocked at once; the stop comes with the next line."""
    text = "def crunch():\n    return sum(range(10**8))\nprint('up', flush=True)\nn = crunch()\nend = 1\n"
    run = session(text=text).start()
    assert run.process.stdout.readline() == b"up\n"
    run.pump(0.1)
    begin = time.monotonic()
    assert run.request("pause", threadId=0)["pytui"]["state"] == "blocked"
    assert time.monotonic() - begin < 1
    run.wait_stop("pause")
    assert run.where in (("crunch", 2), ("<module>", 5))
    run.resume()
    assert run.finish()[0] == 0


def test_pause_when_stopped_changes_nothing(session: Start) -> None:
    """Answered, and not remembered."""
    run = session(text="a = 1\nb = 2\n").start(stop_on_entry=True)
    run.request("pause", threadId=0)
    run.resume()
    assert run.finish()[0] == 0
    assert "stopped" not in run.names_of_events()


def test_interrupt_while_held(session: Start) -> None:
    """A Ctrl-C that comes during a hold reaches the program when it goes on."""
    text = "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('interrupted')\n"
    run = session(text=text).start()
    started(run)
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    os.kill(run.process.pid, signal.SIGINT)
    run.resume()
    assert run.finish()[:2] == (0, "interrupted\n")


def test_breakpoint_set_during_a_hold(session: Start) -> None:
    """Code that runs below the held frame is armed as ever."""
    text = "import time\nfor i in range(1000):\n    time.sleep(0.2)\n    mark = i\n"
    run = session(text=text).start()
    started(run)
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    run.set_breakpoints(run.script, 4)
    run.go("continue", "breakpoint")
    assert run.line == 4


def test_client_vanishes_during_a_hold(session: Start) -> None:
    """The program goes on."""
    run = session(text="import time\ntime.sleep(0.8)\nprint('end')\n").start()
    started(run)
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    run.channel.close()
    assert run.process.communicate(timeout=20)[0] == b"end\n"
    assert run.process.returncode == 0


def test_cancel_an_evaluate_during_a_hold(session: Start) -> None:
    """Interrupted as at any stop."""
    run = session(text="import time\ntime.sleep(60)\n").start()
    started(run)
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    busy = run.send("evaluate", expression="[0 for _ in iter(int, 1)]", context="watch")
    run.pump(0.2)
    run.request("cancel", requestId=busy)
    run.answer(busy)
    assert run.evaluate("1 + 1") == "2"


def test_pause_an_event_loop(session: Start) -> None:
    """A server that waits for its clients is paused in its select()."""
    text = "import asyncio\nasync def main():\n    print('up', flush=True)\n    await asyncio.sleep(60)\n"
    text += "asyncio.run(main())\n"
    run = session(text=text).start()
    assert run.process.stdout.readline() == b"up\n"
    for _ in range(50):  # it may still be on its way there
        run.request("pause", threadId=0)
        run.wait_stop("pause")
        if run.frames[0]["name"].endswith("select"):
            break
        run.resume()
        run.pump(0.1)
    assert run.frames[0]["name"].endswith("select")


LATE = {
    "module": "found = -1 in numbers\n",
    "lines": "found = -1 in numbers\nother = 1\nlast = 2\n",
    "function": "def search():\n    found = -1 in numbers\nsearch()\n",
    "thread": "def search():\n    found = -1 in numbers\n"
    "import threading\nthread = threading.Thread(target=search)\nthread.start()\nthread.join()\n",
}


@pytest.mark.parametrize("text", LATE.values(), ids=LATE.keys())
def test_pause_that_c_code_delays_to_the_end(session: Start, text: str) -> None:
    """No call and no loop follows what keeps the interpreter: it stops where the program would end, at the latest."""
    run = session(text=f"numbers = iter(range(2 * 10**7))\nprint('up', flush=True)\n{text}").start()
    assert run.process.stdout.readline() == b"up\n"
    run.pump(0.05)
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    assert run.frames and run.stopped["threadId"] > 0
    run.resume()
    assert run.finish()[0] == 0


@pytest.mark.parametrize("threads", [False, True], ids=["alone", "thread"])
def test_pause_at_the_end_is_a_stop_like_others(session: Start, threads: bool) -> None:
    """The frame of the module is there with its values; a step from it ends the program."""
    more = "import threading\nthreading.Thread(target=lambda: None).start()\n" if threads else ""
    text = f"{more}numbers = iter(range(2 * 10**7))\nprint('up', flush=True)\nfound = -1 in numbers\n"
    run = session(text=text).start()
    assert run.process.stdout.readline() == b"up\n"
    run.pump(0.05)
    run.request("pause", threadId=1)
    run.wait_stop("pause")
    assert run.where == ("<module>", text.count("\n")) and run.stopped["threadId"] == 1
    run.evaluate("len(dir())")
    if "text" in run.stopped:  # else the machine was too slow for the request to come late
        assert run.stopped["text"] == "at the end of the program" and run.evaluate("found") == "False"
    run.resume("next")
    assert run.finish()[0] == 0


def test_client_vanishes_in_a_pause_at_the_end(session: Start) -> None:
    """The program ends as ever."""
    text = "numbers = iter(range(2 * 10**7))\nprint('up', flush=True)\nfound = -1 in numbers\n"
    run = session(text=text).start()
    assert run.process.stdout.readline() == b"up\n"
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    run.channel.close()
    run.process.communicate(timeout=20)
    assert run.process.returncode == 0
