"""The conversation itself: every request is answered once, garbage hurts nobody, and the order of the start."""

import os
import signal
import struct
from collections.abc import Callable

import msgpack
import pytest
from client import TIMEOUT, Closed, RequestFailed, Session, frame

Start = Callable[..., Session]

SPIN = "import time\nend = time.time() + 60\nwhile time.time() < end:\n    time.sleep(0.01)\n"
FILTERS = ["raised", "userUnhandled", "uncaught", "unraisable", "taskException"]
COUNT = "n = 0\nfor i in range(1000):\n    n += i\nprint(n)\n"


def test_start_up_order(session: Start) -> None:
    """initialize is answered, then `initialized`; user code runs only after configurationDone."""
    run = session(text="print('ran')\n")
    body = run.request("initialize", adapterID="pytui", pytui={"protocolVersion": 1})
    assert body["pytui"]["pid"] == run.process.pid
    assert body["supportsConfigurationDoneRequest"] is True
    filters = body["exceptionBreakpointFilters"]
    assert [each["filter"] for each in filters] == FILTERS
    assert [each["filter"] for each in filters if each["default"]] == ["uncaught"]
    run.event("initialized")
    assert run.process.poll() is None
    run.configure()
    assert run.event("process")["systemProcessId"] == run.process.pid
    stopped = run.wait_stop("entry")
    assert stopped["allThreadsStopped"] and stopped["threadId"] == 1
    assert stopped["pytui"]["threadName"] == "MainThread"
    run.resume()
    assert run.event("exited") == {"exitCode": 0}
    run.event("terminated")
    assert run.finish() == (0, "ran\n", "")


def test_version_mismatch(session: Start) -> None:
    """Another protocol version is refused, with both named; the right one may follow."""
    run = session(text=COUNT)
    with pytest.raises(RequestFailed, match="version 99.*version 1"):
        run.request("initialize", adapterID="pytui", pytui={"protocolVersion": 99})
    run.start()
    assert run.finish()[0] == 0


def test_initialize_comes_first_and_once(session: Start) -> None:
    """Nothing else is answered before, and it is not asked twice."""
    run = session(text=COUNT)
    with pytest.raises(RequestFailed, match="initialize first"):
        run.request("threads")
    run.initialize()
    with pytest.raises(RequestFailed, match="before"):
        run.request("initialize", adapterID="pytui", pytui={"protocolVersion": 1})
    run.configure(stop_on_entry=False)
    assert run.finish()[0] == 0


EVERY_REQUEST = {
    "setBreakpoints": {"source": {"path": "/nowhere.py"}, "breakpoints": []},
    "setFunctionBreakpoints": {"breakpoints": []},
    "setExceptionBreakpoints": {"filters": ["uncaught"]},
    "configurationDone": {},
    "threads": {},
    "continue": {"threadId": 0},
    "next": {"threadId": 0},
    "stepIn": {"threadId": 0},
    "stepOut": {"threadId": 0},
    "pytui/runTo": {"threadId": 0, "source": {"path": "/nowhere.py"}, "line": 1},
    "pytui/until": {"threadId": 0},
    "gotoTargets": {"source": {"path": "/nowhere.py"}, "line": 1},
    "goto": {"threadId": 0, "targetId": 1},
    "stepInTargets": {"frameId": 0},
    "pause": {"threadId": 0},
    "stackTrace": {"threadId": 1},
    "scopes": {"frameId": 1},
    "variables": {"variablesReference": 1},
    "setVariable": {"variablesReference": 1, "name": "n", "value": "1"},
    "evaluate": {"expression": "1"},
    "completions": {"text": "n", "column": 2},
    "exceptionInfo": {"threadId": 0},
    "source": {"sourceReference": 0},
    "cancel": {"requestId": 1},
    "pytui/stats": {},
}


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("evaluate", {"expression": "1\0 + 1", "context": "watch"}),
        ("setBreakpoints", {"source": {"path": "/x.py"}, "breakpoints": [{"line": 2, "condition": "True\0 is False"}]}),
        ("setBreakpoints", {"source": {"path": "/x.py\0"}, "breakpoints": []}),
    ],
    ids=["expression", "condition", "path"],
)
def test_text_with_a_nul(session: Start, command: str, arguments: dict) -> None:
    """Is refused, and not taken for the part of it before the NUL."""
    run = session(text=COUNT).start(stop_on_entry=True)
    with pytest.raises(RequestFailed, match="NUL"):
        run.request(command, arguments)


def test_answers_beyond_the_limits(session: Start) -> None:
    """A request whose answer would be too long is answered all the same: that it was too long."""
    run = session(text=COUNT).start(stop_on_entry=True)
    answer = run.answer(run.send("x" * (16 * 2**20 - 100)))
    assert not answer["success"] and "16 MiB" in answer["message"]
    assert run.stats()["stops"] == 1


def test_stop_beyond_the_limits(session: Start) -> None:
    """A stop is told even when its snapshot is too long to be sent: then without what that would hold."""
    text = (
        "name = '/' + '\\udc80' * 4000\n"
        "exec(compile('def f(n): return f(n - 1) if n else stop()', name, 'exec'))\n"
        "def stop():\n    x = 1\nf(500)\n"
    )
    run = session(text=text)
    run.initialize(snapshotFrames=1000)
    run.set_breakpoints(run.script, 4)
    run.configure(stop_on_entry=False)
    stopped = run.wait_stop("breakpoint")
    snapshot = {"stackFrames": [], "moreFrames": True, "scopes": [], "pages": [], "hits": []}
    snapshot["threadName"] = "MainThread"
    assert stopped["pytui"] == snapshot and stopped["threadId"] == 1
    with pytest.raises(RequestFailed, match="16 MiB"):
        run.request("stackTrace", threadId=0, levels=600)
    assert len(run.request("stackTrace", threadId=0, levels=20)["stackFrames"]) == 20
    run.resume()
    assert run.finish()[0] == 0


@pytest.mark.parametrize("state", ["configuring", "stopped", "running"])
def test_every_request_is_answered_once(session: Start, state: str) -> None:
    """In every state of the program, one answer each, whether it makes sense there or not."""
    run = session(text=SPIN)
    run.initialize()
    if state == "stopped":
        run.configure()
        run.wait_stop("entry")
    elif state == "running":
        run.configure(stop_on_entry=False)
    ending = {"continue", "next", "stepIn", "stepOut", "configurationDone", "pause", "pytui/runTo", "pytui/until"}
    commands = [name for name in EVERY_REQUEST if name not in ending]
    seqs = {run.send(name, EVERY_REQUEST[name]): name for name in commands}
    for seq, name in seqs.items():
        response = run.answer(seq)
        assert response["command"] == name
        assert response["success"] or response["body"]["error"]["format"]
    for name in ending & {"continue", "next", "stepIn"} if state == "running" else ():
        with pytest.raises(RequestFailed, match="running"):
            run.request(name, EVERY_REQUEST[name])


def test_unknown_and_malformed(session: Start) -> None:
    """Unknown requests, missing fields and wrong types are errors that say what is wrong; the session goes on."""
    run = session(text=COUNT).start(stop_on_entry=True)
    with pytest.raises(RequestFailed, match="makeCoffee"):
        run.request("makeCoffee")
    with pytest.raises(RequestFailed, match="line"):
        run.request("setBreakpoints", source={"path": "/x"}, breakpoints=[{"line": "seven"}])
    with pytest.raises(RequestFailed, match="threadId"):
        run.request("continue")
    with pytest.raises(RequestFailed, match="nonsense"):
        run.request("setExceptionBreakpoints", filters=["nonsense"])
    run.send_bytes(frame({"seq": 500, "type": "event", "event": "hello"}))
    run.send_bytes(frame({"seq": 501, "type": "response", "command": "x", "request_seq": 1, "success": True}))
    assert run.evaluate("1 + 1") == "2"
    run.resume()
    assert run.finish()[0] == 0


GARBAGE = {
    "huge": struct.pack(">I", 0xFFFFFFFF) + b"x" * 100,
    "no-map": struct.pack(">I", 1) + b"\x01",
    "no-msgpack": struct.pack(">I", 5) + b"\xc1\xc1\xc1\xc1\xc1",
    "deep": struct.pack(">I", 1003) + b"\x81\xa1a" + b"\x91" * 1000,
    "counts": struct.pack(">I", 5) + b"\xdf\xff\xff\xff\xff",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "empty": struct.pack(">I", 0),
}


@pytest.mark.parametrize("state", ["start", "stopped", "running"])
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_closes_the_channel_and_the_program_goes_on(session: Start, garbage: bytes, state: str) -> None:
    """Whatever a peer sends, the program runs to its right end."""
    run = session(text=COUNT if state != "running" else COUNT.replace("1000", "300000"))
    if state != "start":
        run.start(stop_on_entry=state == "stopped")
    try:
        run.send_bytes(garbage)
    except BrokenPipeError:
        pass
    status, stdout, stderr = run.finish()
    assert (status, stderr) == (0, "") and stdout.strip().isdigit()


def test_half_a_frame_then_nothing(session: Start) -> None:
    """A frame that never ends holds nothing up."""
    run = session(text=COUNT).start(stop_on_entry=True)
    whole = frame({"seq": 99, "type": "request", "command": "continue", "arguments": {"threadId": 0}})
    run.send_bytes(whole[:-3])
    run.pump(0.1)
    run.send_bytes(whole[-3:])
    assert run.finish()[0] == 0


def test_requests_in_one_write(session: Start) -> None:
    """Many requests in one piece are answered in order."""
    run = session(text=COUNT).start(stop_on_entry=True)
    seqs = []
    data = b""
    for number in range(200):
        run.seq += 1
        seqs.append(run.seq)
        arguments = {"expression": str(number), "context": "watch"}
        data += frame({"seq": run.seq, "type": "request", "command": "evaluate", "arguments": arguments})
    run.send_bytes(data)
    assert [run.answer(seq)["body"]["result"] for seq in seqs] == [str(number) for number in range(200)]


@pytest.mark.parametrize("state", ["start", "initialized", "stopped", "running", "evaluating", "sleeping"])
def test_client_vanishes(session: Start, state: str) -> None:
    """Without its client the program loses every hook and goes on to its right end."""
    text = COUNT.replace("1000", "200000")
    if state == "sleeping":
        text = "import time\ntime.sleep(0.5)\n" + text
    run = session(text=text)
    if state != "start":
        run.initialize()
    if state not in ("start", "initialized"):
        run.set_breakpoints(run.script, {"line": 3, "condition": "i == 77"})
        run.configure(stop_on_entry=state in ("stopped", "evaluating"))
        if state in ("stopped", "evaluating"):
            run.wait_stop("entry")
        if state == "evaluating":
            run.send("evaluate", expression="__import__('time').sleep(0.3)")
    run.channel.close()
    stdout, stderr = run.process.communicate(timeout=TIMEOUT)
    assert (run.process.returncode, stderr) == (0, b"") and stdout.strip().isdigit()


def test_client_vanishes_as_the_program_starts(session: Start) -> None:
    """The helper thread appears while every hook is removed: often enough to meet each order of the two."""
    for _ in range(40):
        run = session(text=COUNT)
        run.initialize()
        run.set_breakpoints(run.script, {"line": 3, "condition": "i == 77"})
        run.configure(stop_on_entry=False)
        run.channel.close()
        stdout, stderr = run.process.communicate(timeout=TIMEOUT)
        assert (run.process.returncode, stderr, stdout) == (0, b"", b"499500\n")


def test_disconnect_lets_the_program_go(session: Start) -> None:
    """disconnect is answered, every hook is removed, the channel closes and the program goes on."""
    run = session(text=COUNT).start(3)
    run.wait_stop("breakpoint")
    run.request("disconnect")
    assert run.finish()[0] == 0
    assert "exited" not in run.names_of_events()


def test_disconnect_frees_the_tools(session: Start, python) -> None:
    """After disconnect, running or stopped, the interpreter is as if never debugged."""
    if python.version < (3, 12):
        pytest.skip("sys.monitoring begins with 3.12")
    text = "import sys, time\nprint('up', flush=True)\ntime.sleep(0.3)\n"
    text += "print([sys.monitoring.get_tool(i) for i in range(6)])\n"
    run = session(text=text).start()
    run.request("disconnect")
    assert run.finish()[1] == "up\n[None, None, None, None, None, None]\n"


def test_disconnect_and_end(session: Start) -> None:
    """With terminateDebuggee the program ends."""
    run = session(text=SPIN).start(stop_on_entry=True)
    run.request("disconnect", terminateDebuggee=True)
    assert run.finish()[0] == -signal.SIGTERM


@pytest.mark.parametrize("stopped", [True, False])
def test_terminate(session: Start, stopped: bool) -> None:
    """Ends the program as Ctrl-C would: it cleans up, and is not stopped once more for that."""
    text = "import time\ntry:\n    time.sleep(60)\nfinally:\n    print('clean', flush=True)\n"
    run = session(text=text).start(stop_on_entry=True)
    if stopped:
        run.go("next", "step")
    else:
        run.resume()
        run.pump(0.3)
    run.request("terminate")
    status, stdout, stderr = run.finish()
    assert run.names_of_events().count("continued") == stopped
    assert "KeyboardInterrupt" in stderr and status == -signal.SIGINT
    assert stdout in ("", "clean\n") if stopped else stdout == "clean\n"


def test_the_program_cannot_see_or_close_the_channel(session: Start) -> None:
    """Closing every descriptor, the daemon's habit, leaves the session alive."""
    text = "import os\nprint(sorted(os.listdir('/proc/self/fd')))\n"
    text += "os.closerange(3, 4096)\nmark = 1\nos.write(1, b'end')\n"
    run = session(text=text).start(4)
    run.wait_stop("breakpoint")
    assert run.line == 4
    run.resume()
    status, stdout, _ = run.finish()
    assert (status, stdout) == (0, "end['0', '1', '2', '3']\n")


def test_stats(session: Start) -> None:
    """Counts add up."""
    run = session(text=COUNT).start(stop_on_entry=True)
    stats = run.stats()
    assert stats["stops"] == 1 and stats["userCode"] == 0 and stats["armedCode"] == 0
    assert stats["messagesIn"] >= 3 and stats["bytesOut"] > 0
    run.evaluate("1")
    assert run.stats()["userCode"] == 1


def test_cancel(session: Start) -> None:
    """A request that waits is answered as cancelled, running Python is interrupted, the rest is no error."""
    run = session(text=COUNT).start(stop_on_entry=True)
    busy = run.send("evaluate", expression="[0 for _ in iter(int, 1)]", context="watch")
    waiting = run.send("evaluate", expression="7", context="watch")
    run.request("cancel", requestId=waiting)
    assert not run.answer(waiting)["success"]
    run.pump(0.2)
    run.request("cancel", requestId=busy)
    response = run.answer(busy)
    assert not response["success"] or "KeyboardInterrupt" in str(response["body"])
    run.request("cancel", requestId=12345)
    run.go("next", "step")
    run.resume()
    assert run.finish()[0] == 0


def test_cancel_a_sleep(session: Start) -> None:
    """An evaluate that blocks in the kernel is interrupted too."""
    run = session(text=COUNT).start(stop_on_entry=True)
    sleeping = run.send("evaluate", expression="__import__('time').sleep(60)", context="watch")
    run.pump(0.3)
    run.request("cancel", requestId=sleeping)
    run.answer(sleeping)
    run.resume()
    assert run.finish()[0] == 0


def test_interrupt_during_a_stop_reaches_the_program(session: Start) -> None:
    """A Ctrl-C that came while the program was stopped is not eaten by an evaluate."""
    text = "import time\ntry:\n    mark = 1\n    time.sleep(20)\nexcept KeyboardInterrupt:\n    print('interrupted')\n"
    run = session(text=text).start(3)
    run.wait_stop("breakpoint")
    os.kill(run.process.pid, signal.SIGINT)
    run.pump(0.1)
    run.answer(run.send("evaluate", expression="sum(k for k in range(1000))", context="watch"))
    run.resume()
    assert run.finish()[:2] == (0, "interrupted\n")


def test_interrupt_during_a_stop_before_a_call_that_blocks(session: Start) -> None:
    """The program goes on with the Ctrl-C, not with the call."""
    text = "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('interrupted')\n"
    run = session(text=text).start(3)
    run.wait_stop("breakpoint")
    os.kill(run.process.pid, signal.SIGINT)
    run.pump(0.1)
    run.resume()
    assert run.finish()[:2] == (0, "interrupted\n")


def test_without_a_client_at_all(session: Start, python, tmp_path) -> None:
    """A dead channel is an error of the start, not a program that waits for ever."""
    run = session(text=COUNT)
    run.channel.close()
    stdout, stderr = run.process.communicate(timeout=TIMEOUT)
    assert run.process.returncode == 0 and stdout == b"499500\n"


def test_answers_while_the_interpreter_is_busy(session: Start) -> None:
    """What needs no Python is answered while C code keeps the interpreter's lock."""
    run = session(text="print('up', flush=True)\nn = sum(range(3 * 10**8))\n").start()
    assert run.process.stdout.readline() == b"up\n"
    run.pump(0.1)
    seq = run.send("pytui/stats")
    assert run.answer(seq, timeout=1)["success"]
    with pytest.raises((TimeoutError, Closed)):
        run.event("terminated", timeout=0.1)


def test_flood_while_the_interpreter_is_busy(session: Start) -> None:
    """Requests that wait for the interpreter are bounded; those beyond are refused, and all are answered."""
    run = session(text="import time\nprint('now', flush=True)\nx = (3 ** 9_000_000) % 7\ntime.sleep(60)\n")
    run.initialize()
    run.configure(stop_on_entry=False)
    assert run.process.stdout.readline() == b"now\n"
    answers = [run.send("threads", junk="x" * 100_000) for _ in range(1000)]
    refused = [seq for seq in answers if not run.answer(seq)["success"]]
    assert 0 < len(refused) < 1000
    assert "too many" in run.answer(refused[0])["message"]


def test_message_is_msgpack_of_plain_types(session: Start) -> None:
    """Strings are valid UTF-8 and maps have string keys; the client decodes strictly."""
    run = session(text="x = '\\ud800 lone'\ny = {1: b'\\xff'}\nz = 1\n").start(3)
    run.wait_stop("breakpoint")
    assert msgpack.packb(run.stopped)
