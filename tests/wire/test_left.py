"""Launched programs that listen once their client is gone, if that client asked for it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from client import TIMEOUT, Closed, RequestFailed, Session

PROGRAM = """\
import os, sys, time
def work(n):
    total = 0
    for i in range(n):
        total += i              # work
    return total
results = set()
while not os.path.exists(sys.argv[1]):
    results.add(work(20))
    time.sleep(0.0005)
print(sorted(results))
"""
WORK = next(number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# work"))
RIGHT = (0, "[190]\n", "")

Start = Callable[..., Session]


@pytest.fixture
def launched(session: Start, tmp_path: Path) -> Start:
    """A program whose sockets would be in tmp_path/runtime, and that ends once tmp_path/end exists."""
    (tmp_path / "runtime").mkdir(mode=0o700)

    def start(*breakpoints: int, **pytui: object) -> Session:
        each = session(tmp_path / "end", text=PROGRAM, environment={"XDG_RUNTIME_DIR": str(tmp_path / "runtime")})
        each.initialize(**pytui)
        each.set_breakpoints(each.script, *breakpoints)
        each.configure(False)
        return each

    return start


def finish(launched: Session, tmp_path: Path) -> tuple[int, str, str]:
    (tmp_path / "end").touch()
    stdout, stderr = launched.process.communicate(timeout=TIMEOUT)
    return launched.process.returncode, stdout.decode(), stderr.decode()


def attach(launched: Session, tmp_path: Path, *breakpoints: int) -> Session:
    """The next client, as soon as one is let in."""
    path = tmp_path / "runtime/pytui" / f"script.py.{launched.process.pid}"
    deadline = time.monotonic() + TIMEOUT
    while True:
        assert launched.process.poll() is None and time.monotonic() < deadline
        if not path.exists():
            time.sleep(0.001)
            continue
        client = Session.connect(path, launched.script)
        try:
            client.initialize()
            break
        except (RequestFailed, Closed):
            client.channel.close()
    client.set_breakpoints(launched.script, *breakpoints)
    client.configure(False)
    return client


@pytest.mark.parametrize("cut", [False, True], ids=["disconnect", "cut"])
@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_it_listens_once_it_is_left(launched: Start, tmp_path: Path, cut: bool, stopped: bool) -> None:
    first = launched(*[WORK] * stopped, listenWhenLeft=True)
    if stopped:
        first.wait_stop("breakpoint")
    assert not (tmp_path / "runtime/pytui").exists()
    if not cut:
        first.request("disconnect")
    first.channel.close()
    for _ in range(2):
        with attach(first, tmp_path, WORK) as client:
            client.wait_stop("breakpoint")
            assert client.where == ("work", WORK)
            client.request("disconnect")
    assert finish(first, tmp_path) == RIGHT
    assert not os.listdir(tmp_path / "runtime/pytui")


def test_a_stop_waits_for_the_next_one(launched: Start, tmp_path: Path) -> None:
    first = launched(WORK, listenWhenLeft=True, whenLost="wait")
    first.wait_stop("breakpoint")
    first.channel.close()
    with attach(first, tmp_path) as client:
        client.wait_stop("breakpoint")
        assert client.where == ("work", WORK)
        assert client.evaluate("total") == "0"
        client.request("disconnect")
    assert finish(first, tmp_path) == RIGHT


@pytest.mark.parametrize("asked", [{}, {"whenLost": "wait"}], ids=str)
def test_nothing_listens_that_was_not_asked_to(launched: Start, tmp_path: Path, asked: dict[str, str]) -> None:
    first = launched(WORK, **asked)
    first.wait_stop("breakpoint")
    first.channel.close()
    assert finish(first, tmp_path) == RIGHT
    assert not (tmp_path / "runtime/pytui").exists()


def test_a_program_that_is_ended_does_not_listen(launched: Start, tmp_path: Path) -> None:
    first = launched(listenWhenLeft=True)
    first.request("disconnect", terminateDebuggee=True)
    first.process.communicate(timeout=TIMEOUT)
    assert not (tmp_path / "runtime/pytui").exists()


def test_it_runs_on_where_nobody_can_listen(launched: Start, tmp_path: Path) -> None:
    (tmp_path / "runtime/pytui").write_text("in the way")
    first = launched(WORK, listenWhenLeft=True, whenLost="wait")
    first.wait_stop("breakpoint")
    first.channel.close()
    assert finish(first, tmp_path) == RIGHT
