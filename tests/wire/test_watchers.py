"""Clients that only watch a session which another client holds."""

import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import interpreters
import pytest
from client import TIMEOUT, Closed, Message, RequestFailed, Session, frame
from test_listen import PROGRAM, RIGHT, WORK, Program

REFUSED = "read-only: another debugger holds this session"
PROTOCOL = Path(__file__).resolve().parents[2] / "protocol/PROTOCOL.md"
ROWS = re.findall(r"^\| `([\w/]+)` \| [^|]*\| [^|]*\| (yes|) +\|", PROTOCOL.read_text(), re.MULTILINE)
LOOKS = {name for name, looks in ROWS if looks}
CHANGES = {name for name, looks in ROWS if not looks} - {"initialize", "configurationDone", "disconnect", "cancel"}

INITIALIZE: Message = {"adapterID": "test", "pytui": {"protocolVersion": 1, "readOnly": True}}

Start = Callable[..., Program]


@pytest.fixture
def start(python: interpreters.Interpreter, tmp_path: Path) -> Iterator[Start]:
    """A program that listens, test_listen's unless there is a TEXT."""
    started: list[Program] = []

    def run(*text: str, options: tuple[str, ...] = ()) -> Program:
        started.append(Program(python.path, tmp_path, *text or (PROGRAM,), "1", *options))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.communicate()


def watch(program: Program) -> Session:
    """Another client, which watches."""
    session = Session.connect(program.socket, program.script)
    session.watch = session.initialize(readOnly=True)
    session.request("configurationDone")
    return session


def count(program: Program, number: int) -> None:
    """Waits until so many watch."""
    deadline = time.monotonic() + TIMEOUT
    while program.describe()["watchers"] != number:
        assert time.monotonic() < deadline


def test_a_watcher_sees_what_the_first_one_sees(start: Start) -> None:
    program = start()
    with program.attach(WORK) as first:
        stopped = first.wait_stop("breakpoint")
        with pytest.raises(RequestFailed, match="watched read-only"), Session.connect(program.socket) as second:
            second.initialize()
        with watch(program) as second:
            assert second.watch["pytui"]["readOnly"] is True
            assert second.watch["pytui"]["supportsReadOnly"] is True
            assert second.wait_stop("breakpoint") == stopped
            assert second.frames == first.frames
            scopes = second.request("scopes", frameId=second.frames[0]["id"])["scopes"]
            rows = second.request("variables", variablesReference=scopes[0]["variablesReference"])["variables"]
            assert {"n", "total"} <= {row["name"] for row in rows}
            assert second.request("threads") == first.request("threads")
            (listed,) = second.request("pytui/breakpoints")["breakpoints"]
            assert (listed["breakpoint"]["line"], listed["enabled"]) == (WORK, True)
            assert program.describe()["watchers"] == 1
            first.go("next", "step")
            second.event("continued")
            assert second.wait_stop("step") == first.stopped
            frame_id = first.frames[0]["id"]
            reference = first.request("scopes", frameId=frame_id)["scopes"][0]["variablesReference"]
            first.request("setVariable", variablesReference=reference, name="total", value="7")
            assert second.event("invalidated")["areas"] == ["variables"]
            rows = second.request("variables", variablesReference=reference)["variables"]
            assert {"total": "7"}.items() <= {row["name"]: row["value"] for row in rows}.items()
            first.request("setVariable", variablesReference=reference, name="total", value="0")
            first.set_breakpoints(program.script, WORK, WORK - 2)
            lines = [each["breakpoint"]["line"] for each in second.event("pytui/breakpoints")["breakpoints"]]
            assert sorted(lines) == [WORK - 2, WORK]
            first.set_breakpoints(program.script)
            second.request("disconnect")
        count(program, 0)
        first.request("disconnect")
    assert program.finish()[0] == 0


def test_one_who_comes_later_is_told_of_changes(start: Start) -> None:
    program = start()
    with program.attach(WORK) as first:
        first.wait_stop()
        first.evaluate("1", context="repl")
        with watch(program) as second:
            second.wait_stop("breakpoint")
            second.event("invalidated")


def test_what_changes_is_refused(start: Start) -> None:
    assert {"stackTrace", "variables", "threads"} <= LOOKS
    assert {"evaluate", "continue", "pause", "setBreakpoints", "terminate", "goto"} <= CHANGES
    program = start()
    with program.attach(WORK) as first:
        first.wait_stop()
        with watch(program) as second:
            second.wait_stop()
            for command in sorted(CHANGES):
                answer = second.answer(second.send(command))
                assert not answer["success"]
                text = answer["body"]["error"]["format"]
                assert text == REFUSED or text.startswith("arguments."), text
            with pytest.raises(RequestFailed, match=REFUSED):
                second.request("evaluate", expression="1", frameId=second.frames[0]["id"])
            with pytest.raises(RequestFailed, match=REFUSED):
                second.request("continue", threadId=0)
            with pytest.raises(RequestFailed, match="unknown request"):
                second.request("nonsense")
            with pytest.raises(RequestFailed, match="sent before"):
                second.initialize(readOnly=True)
            second.request("cancel", requestId=1)
            assert first.evaluate("total") == "0"
            assert "stopped" not in first.names_of_events()
            second.request("pytui/stats")
        first.set_breakpoints(program.script)
        first.resume()
        first.request("disconnect")
    assert program.finish() == RIGHT


def test_no_code_runs_for_a_watcher(start: Start) -> None:
    program = start("""\
import sys, os, time
runs = []
class Lying:
    @property
    def value(self):
        runs.append(1)
        return 1
def work(it):
    return it               # here
while not os.path.exists(sys.argv[1]):
    work(Lying())
    time.sleep(0.001)
print(len(runs))
""")
    with program.attach(9) as first:
        first.wait_stop()
        with watch(program) as second:
            second.wait_stop()
            scope = second.request("scopes", frameId=second.frames[0]["id"])["scopes"][0]["variablesReference"]
            waiting, seen = [scope], set()
            while waiting:
                reference = waiting.pop()
                rows = second.request("variables", variablesReference=reference)["variables"]
                seen |= {row["name"]: row["value"] for row in rows}.items()
                deep = len(seen) < 200
                waiting += [row["variablesReference"] for row in rows if row["variablesReference"] and deep]
            assert ("value", "<not read: who only watches runs no code>") in seen
        first.set_breakpoints(program.script)
        first.resume()
        first.request("disconnect")
    assert program.finish() == (0, "0\n", "")


def test_there_is_an_end_to_them(start: Start) -> None:
    program = start()
    with pytest.raises(RequestFailed, match="nothing to watch"), Session.connect(program.socket) as nobody:
        nobody.initialize(readOnly=True)
    with program.attach() as first:
        watchers = [watch(program) for _ in range(8)]
        with pytest.raises(RequestFailed, match="enough others watch"):
            watch(program)
        watchers.pop().channel.close()
        count(program, 7)
        watchers.append(watch(program))
        assert first.request("pytui/stats")
        for each in watchers:
            each.channel.close()
        count(program, 0)
    assert program.finish() == RIGHT


def ends(session: Session) -> list[str]:
    """The names of the events up to the end of the connection."""
    with pytest.raises(Closed):
        while True:
            session.take()
    return list(session.names_of_events())


def test_the_first_one_leaves_and_another_takes_over(start: Start) -> None:
    program = start()
    with program.attach(WORK) as first, watch(program) as second:
        first.wait_stop()
        second.wait_stop()
        first.request("disconnect")
        names = ends(second)
        assert names[-1] == "terminated" and "exited" not in names
    with program.attach(WORK) as third, watch(program) as fourth:
        third.wait_stop()
        third.channel.close()
        assert ends(fourth)[-1] == "terminated"
    assert program.finish() == RIGHT


def test_the_end_of_the_program(start: Start) -> None:
    program = start()
    with program.attach() as first, watch(program) as second:
        assert program.finish() == RIGHT
        assert ends(second)[-2:] == ends(first)[-2:] == ["exited", "terminated"]


def test_one_that_does_not_read_is_dropped(start: Start) -> None:
    """The first one steps on whatever that does, and what waits for it is bounded."""
    names = "\n".join(f"    name{i} = 'x' * 200" for i in range(300))
    program = start(f"""\
import os, sys
def work():
    total = 0
{names}
    while not os.path.exists(sys.argv[1]):
        total += 1              # here
    return total
work()
print("ended")
""")
    with program.attach(305, snapshotVariables=1000) as first:
        first.wait_stop()
        with watch(program), watch(program) as lively:
            lively.wait_stop()
            deadline = time.monotonic() + TIMEOUT
            while program.describe()["watchers"] == 2:
                assert time.monotonic() < deadline
                for _ in range(20):
                    assert first.go("next") == lively.wait_stop()
                    first.events.clear()
                    lively.events.clear()
            assert first.go("next") == lively.wait_stop()
        first.set_breakpoints(program.script)
        first.request("disconnect")
    assert program.finish() == (0, "ended\n", "")


def test_they_vanish_at_any_moment(start: Start) -> None:
    """Neither the program nor the first client notices; and when that one is cut off, they end."""
    program = start()
    chance = random.Random(7)
    for _ in range(6):
        with program.attach(WORK) as first:
            first.wait_stop()
            for _ in range(4):
                second = Session.connect(program.socket)
                parts = [
                    frame({"seq": 1, "type": "request", "command": "initialize", "arguments": INITIALIZE}),
                    frame({"seq": 2, "type": "request", "command": "configurationDone", "arguments": {}}),
                    *[
                        frame({"seq": n, "type": "request", "command": "threads", "arguments": {}})
                        for n in range(3, 40)
                    ],
                ]
                data = b"".join(parts)
                second.send_bytes(data[: chance.randrange(len(data) + 1)])
                if chance.random() < 0.5:
                    first.go("next")
                second.channel.close()
                first.go("next")
            last = watch(program)
            if chance.random() < 0.5:
                first.channel.close()
            else:
                first.request("disconnect")
            ends(last)
            last.channel.close()
    assert program.finish() == RIGHT


def test_the_program_forks_while_it_is_watched(start: Start) -> None:
    """The child is nobody's, and nothing warns of threads."""
    program = start(
        """\
import os, sys, time
while not os.path.exists(sys.argv[1]):
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    time.sleep(0.001)
print("ended")
""",
        options=("-W", "error"),
    )
    with program.attach() as first, watch(program) as second, watch(program) as third:
        for _ in range(20):
            second.request("pytui/where")
            third.request("threads")
        first.request("pause", threadId=0)
        second.wait_stop("pause")
        first.wait_stop("pause")
        first.resume()
        first.request("disconnect")
    assert program.finish() == (0, "ended\n", "")
