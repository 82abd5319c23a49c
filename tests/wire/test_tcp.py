"""Programs that listen on TCP, and those that dial out: who proves what, and what strangers get.

The handshake is written here once more, from the protocol's description, with Python's hmac.
"""

import hmac
import os
import re
import secrets
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import interpreters
import pytest
from client import HOME, TIMEOUT, Session, frame
from conftest import FOUND
from test_listen import PROGRAM, WORK, Program

SECRET = "5f0d3c" + secrets.token_hex(29)
PART = 32


def proof(role: str, nonces: bytes, secret: str = SECRET) -> bytes:
    return hmac.digest(secret.encode(), f"pytui {role}".encode() + nonces, "sha256")


def take(channel: socket.socket, count: int) -> bytes:
    """COUNT bytes, or what came before the end."""
    data = b""
    while len(data) < count and (more := channel.recv(count - len(data))):
        data += more
    return data


def rest(channel: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    try:
        return take(channel, 1 << 20)
    except ConnectionResetError:
        return b""  # it closed with bytes unread


def knock(port: int) -> socket.socket:
    channel = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
    channel.settimeout(TIMEOUT)
    return channel


def claim(theirs: bytes, secret: str = SECRET) -> bytes:
    mine = secrets.token_bytes(PART)
    return mine + proof("dialer", theirs + mine, secret)


class Listening(Program):
    """A program that listens on TCP."""

    @property
    def address(self) -> str:
        return self.describe()["address"]

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def dial(self, script: str | Path = "") -> Session:
        """A session that has proved what it must, and checked what the program proved."""
        channel = knock(self.port)
        theirs = take(channel, PART)
        said = claim(theirs)
        channel.sendall(said)
        assert take(channel, PART) == proof("listener", theirs + said[:PART])
        return Session.over(channel, script)

    def connect(self) -> Session:
        return self.dial(self.script)

    def finish(self) -> tuple[int, str, str]:
        status, stdout, stderr = super().finish()
        return status, stdout, re.sub(r"^pytui: listens at tcp:\S+:\d+\n", "", stderr)


Start = Callable[..., Listening]
RIGHT = (0, "[190]\n", "")


@pytest.fixture
def start_with(tmp_path: Path) -> Iterator[Start]:
    """Starts a program: `start_with(PYTHON, TEXT, LISTEN, VARIABLE=…)`."""
    started: list[Listening] = []
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "secret").chmod(0o600)

    def run(python: str, text: str = PROGRAM, listen: str = "tcp:127.0.0.1:0", **extra: str) -> Listening:
        variables = {"PYTUI_SECRET_FILE": str(tmp_path / "secret")} | extra
        started.append(Listening(python, tmp_path, text, listen, **variables))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.communicate()


@pytest.fixture
def start(start_with: Start) -> Start:
    """The same with one interpreter: what happens at the door does not depend on its version."""
    return lambda *words, **extra: start_with(FOUND[-1].path, *words, **extra)


def test_a_session(start_with: Start, python: interpreters.Interpreter) -> None:
    program = start_with(python.path)
    for _ in range(2):
        with program.dial() as session:
            body = session.request("pytui/describe")
            assert (body["pid"], body["address"]) == (program.process.pid, program.address)
        with program.attach(WORK) as session:
            session.wait_stop("breakpoint")
            session.go("next", "step")
            assert session.where == ("work", WORK - 1)
            session.request("disconnect")
    assert program.finish() == RIGHT


def test_strangers_get_random_bytes_and_nothing_else(start: Start) -> None:
    program = start()
    with program.dial():
        pass
    channel = knock(program.port)
    theirs = take(channel, PART)
    replayed = claim(theirs)
    channel.sendall(replayed)
    answer = take(channel, PART)
    assert len(answer) == PART
    channel.close()
    other = knock(program.port)  # the program is asked for a proof of its own, to be handed back
    seen = {theirs, take(other, PART)}
    strangers: dict[str, Callable[[bytes], bytes]] = {
        "silent": lambda _: b"",
        "wrong": lambda nonce: claim(nonce, SECRET[:-1] + "x"),
        "empty secret": lambda nonce: claim(nonce, ""),
        "replayed": lambda _: replayed,
        "a proof of the program's": lambda _: replayed[:PART] + answer,
        "the other role": lambda nonce: nonce + proof("listener", nonce + nonce),
        "its own nonce": lambda nonce: nonce + nonce,
        "cut off": lambda nonce: claim(nonce)[:-1],
        "frames": lambda _: frame({"seq": 1, "type": "request", "command": "pytui/describe"}) * 4,
        "HTTP": lambda _: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 4,
        "a lot": lambda _: b"x" * (1 << 16),
    }
    for name, say in strangers.items():
        channel = knock(program.port)
        theirs = take(channel, PART)
        assert len(theirs) == PART, name
        assert theirs not in seen
        seen.add(theirs)
        try:
            channel.sendall(say(theirs))
            channel.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # closed already
        assert rest(channel) == b"", name
        with program.dial() as session:  # the right one is let in after each
            assert session.request("pytui/describe")["pid"] == program.process.pid
    assert program.finish() == RIGHT


def test_wrong_proofs_shut_the_door_for_a_while(start: Start) -> None:
    program = start()
    port = program.port
    for _ in range(3):
        channel = knock(port)
        said = claim(take(channel, PART), "x" * 32)
        begun = time.monotonic()
        channel.sendall(said)
        assert rest(channel) == b""
    with knock(port) as channel:
        assert len(take(channel, PART)) == PART
        assert time.monotonic() - begun >= 0.99  # nothing came before; it counts whole milliseconds
    assert program.describe()["state"] == "running"  # meanwhile the socket of this user is not shut
    with program.dial() as session:
        assert session.request("pytui/describe")["state"] == "running"
    assert program.finish() == RIGHT


def sockets_of(pid: int) -> int:
    """How many sockets the process has, in all of its threads' tables."""
    found = set()
    for each in Path(f"/proc/{pid}/task").glob("*/fd/*"):
        try:
            name = str(each.readlink())
        except OSError:
            continue
        if name.startswith("socket:"):
            found.add(name)
    return len(found)


def test_the_silent_and_the_slow_have_few_places(start: Start) -> None:
    program = start()
    port = program.port
    before = sockets_of(program.process.pid)
    strangers = []
    for number in range(30):
        channel = knock(port)
        assert len(take(channel, PART)) == PART
        channel.sendall(b"x" * number)
        strangers.append(channel)
    assert sockets_of(program.process.pid) <= before + 8
    with program.attach(WORK) as session:
        session.wait_stop("breakpoint")
        session.request("disconnect")
    closed: set[socket.socket] = set()
    deadline = time.monotonic() + TIMEOUT
    while len(closed) < 22:  # for the others there was no place
        assert time.monotonic() < deadline
        for channel in set(select.select(strangers, [], [], TIMEOUT)[0]) - closed:
            assert rest(channel) == b""
            closed.add(channel)
    assert program.finish() == RIGHT


def test_nobody_is_kept_who_proves_nothing(start: Start) -> None:
    program = start()
    channel = knock(program.port)
    channel.settimeout(TIMEOUT * 2)
    take(channel, PART)
    channel.sendall(b"x" * 63)
    assert rest(channel) == b""
    assert program.finish() == RIGHT


CALLS = """\
import os, sys, pytui, warnings
warnings.simplefilter("ignore")  # of threads that are in their last lines when it forks
def fails(*words, **more):
    try:
        return pytui.listen(*words, **more)
    except (OSError, RuntimeError) as error:
        return str(error)
print("other machines" in fails("0.0.0.0:0"), "other machines" in fails("tcp:[::]:0"))
print("not an address" in fails("tcp:nowhere"))
first = pytui.listen("127.0.0.1:0")
print(first == pytui.listen() == pytui.listen("tcp:127.0.0.1:0") == pytui.listen(first))
print("listens already" in fails("127.0.0.1:1"))
for _ in range(3):
    pytui.unlisten()
    assert pytui.listen(first) == first
pytui.unlisten()
print(pytui.listen("tcp:0.0.0.0:0", public=True).startswith("tcp:0.0.0.0:"))
pytui.unlisten()
pytui.listen(first)
if os.fork() == 0:
    sys.stdin.readline()
    os._exit(0)
pytui.unlisten()
print(first, flush=True)
while not os.path.exists(sys.argv[1]): pass
"""


def test_listen_is_called(start_with: Start, python: interpreters.Interpreter) -> None:
    program = start_with(python.path, CALLS, "")
    lines = [program.process.stdout.readline().decode().strip() for _ in range(6)]
    assert lines[:5] == ["True True", "True", "True", "True", "True"], program.process.stderr.read()
    with pytest.raises(ConnectionRefusedError):  # nothing listens any more, in a child neither
        knock(int(lines[5].rpartition(":")[2]))
    assert program.finish() == (0, "", "")


LEAKS = """\
import os, subprocess, sys, time
show = "import os, sys; print(sys.argv, dict(os.environ), os.listdir())"
print(sys.argv, sys.orig_argv, dict(os.environ), os.listdir(os.path.dirname(sys.argv[0])))
subprocess.run([sys.executable, "-c", show], check=True)
while not os.path.exists(sys.argv[1]): time.sleep(0.001)
"""


def test_the_secret_is_nowhere_else(start: Start, tmp_path: Path) -> None:
    program = start(LEAKS, "tcp:127.0.0.1:0,name=leaks", PYTUI_LOG=str(tmp_path / "log"))
    with program.dial() as session:
        said = repr(session.request("pytui/describe"))
    here = Path(f"/proc/{program.process.pid}")
    said += (here / "cmdline").read_text() + (here / "environ").read_text()
    log = (tmp_path / "log").read_text() if (tmp_path / "log").exists() else ""
    status, stdout, stderr = program.finish()
    assert (status, stderr) == (0, "")
    assert SECRET[:12] not in said + stdout + log
    assert all(SECRET[:12] not in str(each) for each in tmp_path.rglob("*"))


def test_a_secret_is_made_for_the_first_program(start: Start, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    program = start(PROGRAM, "tcp:127.0.0.1:0", PYTUI_SECRET_FILE="", XDG_CONFIG_HOME=str(config))
    channel = knock(program.port)
    made = config / "pytui" / "secret"
    assert made.stat().st_mode & 0o7777 == 0o600
    assert made.parent.stat().st_mode & 0o7777 == 0o700
    theirs = take(channel, PART)
    said = claim(theirs, made.read_text().strip())
    channel.sendall(said)
    assert take(channel, PART) == proof("listener", theirs + said[:PART], made.read_text().strip())
    assert program.finish() == RIGHT


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "short": (lambda path: path.write_text("short\n"), "at least 32 bytes"),
    "open to others": (lambda path: path.chmod(0o644), "others may read or write it"),
    "a symlink": (lambda path: path.rename(path.with_name("x")) and path.symlink_to("x"), "a symlink"),
    "a directory": (lambda path: (path.unlink(), path.mkdir()), "not a regular file"),
}


@pytest.mark.parametrize(("spoil", "text"), BAD.values(), ids=BAD)
def test_without_a_good_secret_nothing_listens(
    start: Start, tmp_path: Path, spoil: Callable[[Path], object], text: str
) -> None:
    spoil(tmp_path / "secret")
    program = start()
    status, stdout, stderr = program.finish()
    assert (status, stdout) == RIGHT[:2]  # it runs in any case
    assert text in stderr
    assert "does not listen" in stderr
    assert program.sockets() == []


def test_other_machines_must_be_asked_for(start: Start) -> None:
    program = start(PROGRAM, "tcp:0.0.0.0:0")
    status, stdout, stderr = program.finish()
    assert (status, stdout) == RIGHT[:2]
    assert "other machines could connect" in stderr
    program.end.unlink()
    program = start(PROGRAM, "tcp:0.0.0.0:0,public")
    with program.dial() as session:
        assert session.request("pytui/describe")["address"].startswith("tcp:0.0.0.0:")
    assert program.finish() == RIGHT


# Dialling out


class Outbound:
    """A program that dials to a debugger that listens here."""

    def __init__(self, python: str, directory: Path) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        self.door.settimeout(TIMEOUT)
        script = directory / "out.py"
        script.write_text("import os\nprint(sorted(each for each in os.environ if each == 'PYTUI_CHANNEL'))\n")
        (directory / "secret").write_text(SECRET)
        (directory / "secret").chmod(0o600)
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI"))}
        variables |= {"PYTHONPATH": f"{HOME}/entry", "PYTUI_SECRET_FILE": str(directory / "secret")}
        variables["PYTUI_CHANNEL"] = f"tcp:127.0.0.1:{self.door.getsockname()[1]}"
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen([python, script], env=variables, stdin=subprocess.DEVNULL, **pipes)
        self.script = script

    def __enter__(self) -> "Outbound":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
        self.door.close()

    def let_in(self, secret: str = SECRET) -> tuple[socket.socket, bool]:
        """The connection, and whether the program's proof was right; it gets ours, made with SECRET."""
        channel, _ = self.door.accept()
        channel.settimeout(TIMEOUT)
        mine = secrets.token_bytes(PART)
        channel.sendall(mine)
        said = take(channel, 2 * PART)
        nonces = mine + said[:PART]
        channel.sendall(proof("listener", nonces, secret))
        return channel, hmac.compare_digest(said[PART:], proof("dialer", nonces))


def test_a_program_that_dials_out(python: interpreters.Interpreter, tmp_path: Path) -> None:
    with Outbound(python.path, tmp_path) as program:
        channel, right = program.let_in()
        assert right
        with Session.over(channel, program.script) as session:
            session.initialize()
            session.configure(True)
            session.wait_stop("entry")
            session.resume()
            assert session.event("exited")["exitCode"] == 0
            assert program.process.communicate(timeout=TIMEOUT) == (b"[]\n", b"")


def test_a_program_tells_a_false_debugger_nothing(tmp_path: Path) -> None:
    with Outbound(FOUND[-1].path, tmp_path) as program:
        channel, right = program.let_in("y" * 64)
        assert right
        assert rest(channel) == b""
        stdout, stderr = program.process.communicate(timeout=TIMEOUT)
        assert b"does not know the secret" in stderr
        assert (stdout, program.process.returncode) == (b"", 2)
