"""Programs that listen: attaching, leaving, attaching again; who is turned away; what is left in the end."""

import json
import os
import random
import signal
import socket
import stat
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import interpreters
import pytest
from client import HOME, TIMEOUT, Closed, Message, RequestFailed, Session, frame

PROGRAM = """\
import os, sys, threading, time
def work(n):
    total = 0
    for i in range(n):
        total += i              # work
    return total
def main():
    results = {work(20)}
    while not os.path.exists(sys.argv[1]):
        results.add(work(20))
        time.sleep(0.0005)
    print(sorted(results))
thread = threading.Thread(target=main)
thread.start()
thread.join()
"""
WORK = next(number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# work"))


class Program:
    """A program that listens in a place of its own."""

    def __init__(self, python: str, directory: Path, text: str, listen: str, *options: str, **extra: str) -> None:
        self.directory = directory
        self.runtime = directory / "runtime"
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        self.script = directory / "program.py"
        if not self.script.exists() or self.script.read_text() != text:  # else one of its kind may be reading it
            self.script.write_text(text)
        self.end = directory / "end"
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI"))}
        variables |= {"XDG_RUNTIME_DIR": str(self.runtime), "PYTHONPATH": f"{HOME}/entry:{HOME}"} | extra
        variables |= {"PYTUI_PYTHONPATH": str(HOME)} | ({"PYTUI_LISTEN": listen} if listen else {})
        self.process = subprocess.Popen(
            [python, *options, self.script, self.end],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            cwd=directory,
        )

    def sockets(self) -> list[Path]:
        return sorted((self.runtime / "pytui").glob("[!.]*"))

    @property
    def socket(self) -> Path:
        """Its socket, once it is there."""
        deadline = time.monotonic() + TIMEOUT
        while not (found := self.sockets()):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline
        return found[0]

    def connect(self) -> Session:
        """A connection to it, on which nothing was said."""
        return Session.connect(self.socket, self.script)

    def attach(self, *breakpoints: int, stop: bool = False, **pytui: object) -> Session:
        """A client; tried again while the one before is not gone yet."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            session = self.connect()
            try:
                session.initialize(**pytui)
                break
            except (RequestFailed, Closed):
                session.channel.close()
                assert time.monotonic() < deadline
        if breakpoints:
            session.set_breakpoints(self.script, *breakpoints)
        session.configure(stop)
        return session

    def describe(self) -> Message:
        with Session.connect(self.socket) as session:
            return session.request("pytui/describe")

    def finish(self) -> tuple[int, str, str]:
        self.end.touch()
        stdout, stderr = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, stdout.decode(), stderr.decode()


Start = Callable[..., Program]
RIGHT = (0, "[190]\n", "")


@pytest.fixture
def start(python: interpreters.Interpreter, tmp_path: Path) -> Iterator[Start]:
    started: list[Program] = []

    def run(text: str = PROGRAM, listen: str = "1", *options: str, **extra: str) -> Program:
        started.append(Program(python.path, tmp_path, text, listen, *options, **extra))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.communicate()


def test_it_tells_who_it_is(start: Start, python: interpreters.Interpreter) -> None:
    program = start(RANK="3", LOCAL_RANK="1", SLURM_JOB_ID="77")
    assert stat.S_IMODE(program.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(program.socket.parent.stat().st_mode) == 0o700
    assert program.socket.name == f"program.py.{program.process.pid}.r3"
    body = program.describe()
    assert body["name"] == "program.py"
    assert body["pid"] == program.process.pid
    assert body["commandLine"][-2:] == [str(program.script), str(program.end)]
    assert (body["state"], body["attached"]) == ("running", False)
    assert (body["rank"], body["localRank"], body["job"]) == (3, 1, "77")
    assert body["pythonVersion"] == ".".join(map(str, python.version))
    assert program.finish() == RIGHT
    assert program.sockets() == []


def test_attach_leave_and_attach_again(start: Start) -> None:
    program = start()
    for _ in range(3):
        with program.attach(WORK) as session:
            session.wait_stop("breakpoint")
            assert session.where == ("work", WORK)
            assert program.describe()["state"] == "stopped"
            session.go("next", "step")
            session.request("disconnect")
    assert program.finish() == RIGHT


def written_memory(pid: int) -> int:
    """KiB of pages that the process has written; others are its own or shared as other programs come and go."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return next(int(row.split()[1]) for row in rows if row.startswith("Private_Dirty:"))


def visit_and_look(program: Program) -> None:
    """A session with all that is usual."""
    with program.attach(WORK) as session:
        session.wait_stop("breakpoint")
        session.evaluate("[each for each in range(n)]", context="repl")
        session.go("next", "step")
        session.request("disconnect")
        with pytest.raises(Closed):
            while True:
                session.take()


memory_is_freed = pytest.mark.skipif("PYTUI_SANITIZE" in os.environ, reason="the sanitizers keep memory that was freed")


@memory_is_freed
def test_a_hundred_sessions_leave_little_memory(start: Start) -> None:
    """Some KiB of each stay, as other threads may still come by; nothing of the code and the files that it saw."""
    program = start()
    sizes = []
    for _ in range(100):
        visit_and_look(program)
        sizes.append(written_memory(program.process.pid))
    assert min(sizes[90:]) - min(sizes[10:20]) < 80 * 18, sizes
    assert program.finish() == RIGHT


def test_a_second_client_is_refused(start: Start) -> None:
    program = start()
    with program.attach(WORK) as first:
        first.wait_stop()
        assert program.describe()["attached"] is True
        with Session.connect(program.socket) as second, pytest.raises(RequestFailed, match="another debugger"):
            second.initialize()
        assert first.evaluate("n") == "20"
    assert program.finish() == RIGHT


def test_another_version_is_refused_by_name(start: Start) -> None:
    program = start()
    with Session.connect(program.socket) as session, pytest.raises(RequestFailed, match="protocol version 999"):
        session.initialize(protocolVersion=999)
    assert program.finish() == RIGHT


GARBAGE = {
    "nothing": b"",
    "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "half a length": b"\0\0\0",
    "half a frame": b"\0\0\0\5abc",
    "a large frame": struct.pack(">I", 1 << 24) + b"x" * 4096,
    "no map": b"\0\0\0\1\xc0",
    "an event": frame({"seq": 1, "type": "event", "event": "initialized"}),
    "a request": frame({"seq": 1, "type": "request", "command": "evaluate", "arguments": {"expression": "1"}}),
    "half a request": frame({"seq": 1, "type": "request", "command": "initialize", "arguments": {}})[:-3],
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_strangers_disturb_nobody(start: Start, garbage: bytes) -> None:
    program = start()
    strangers = []
    for _ in range(12):  # more than it keeps at once
        stranger = socket.socket(socket.AF_UNIX)
        stranger.connect(str(program.socket))
        stranger.sendall(garbage)
        strangers.append(stranger)
    for stranger in strangers[:8]:
        stranger.close()
    with program.attach(WORK) as session:
        session.wait_stop()
        session.request("disconnect")
    assert program.finish() == RIGHT


LOUD = """\
import os, sys, time
def work(n):
    for i in range(n):
        value = i              # work
work(200000)
with open("/proc/self/smaps_rollup") as file:
    sizes = dict(row.split(":") for row in list(file)[1:])
print(int(sizes["Private_Dirty"].split()[0]) < 60000)
"""


@memory_is_freed
def test_a_client_that_does_not_read_costs_bounded_memory(start: Start) -> None:
    """A log message at each of 200,000 turns, of which none is taken: most are dropped, and the program goes on."""
    program = start(LOUD, "wait")
    with Session.connect(program.socket, program.script) as session:
        session.initialize()
        session.set_breakpoints(program.script, {"line": 4, "logMessage": "x" * 200, "pytui": {"logLimit": 0}})
        session.send("configurationDone", pytui={"stopOnEntry": False})
        stdout, stderr = program.process.communicate(timeout=TIMEOUT * 3)
    assert (program.process.returncode, stdout, stderr) == (0, b"True\n", b"")


@memory_is_freed
def test_strangers_cost_no_memory(start: Start) -> None:
    """Two hundred that say nearly all of a message as large as may be, and stay: what they said is not taken."""
    program = start()
    before = written_memory(program.process.pid) if program.describe() else 0
    strangers = []
    for _ in range(200):
        stranger = socket.socket(socket.AF_UNIX)
        stranger.connect(str(program.socket))
        stranger.setblocking(False)
        try:
            stranger.send(struct.pack(">I", 1 << 16) + b"\x80" * 65000)
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass  # dismissed already, for those who came later
        strangers.append(stranger)
    with program.attach(WORK) as session:
        session.wait_stop()
        session.request("disconnect")
    assert written_memory(program.process.pid) - before < 3000
    for stranger in strangers:
        stranger.close()
    assert program.finish() == RIGHT


def test_nobody_is_kept_who_says_nothing(start: Start) -> None:
    program = start()
    stranger = socket.socket(socket.AF_UNIX)
    stranger.settimeout(TIMEOUT * 2)
    stranger.connect(str(program.socket))
    stranger.sendall(b"\0\0")
    try:
        assert stranger.recv(1) == b""
    except ConnectionResetError:
        pass  # what it said was never read
    assert program.finish() == RIGHT


STATE = """\
import json, os, sys, time
def state():
    monitoring = getattr(sys, "monitoring", None)
    return [
        [monitoring.get_tool(tool) for tool in range(6)] if monitoring else [],
        str(sys.gettrace()), str(sys.excepthook), sorted(os.listdir("/proc/self/fd")),
        sorted(each for each in sys.modules if "pytui" in each), sys.path, sys.argv[0],
        sorted(each for each in os.environ if "PYTUI" in each), sorted(sys.modules),
    ]
print(json.dumps(state()))
while not os.path.exists(sys.argv[1]): time.sleep(0.001)
"""


@pytest.mark.parametrize("options", [(), ("-X", "dev"), ("-O", "-W", "error")], ids=" ".join)
def test_nothing_is_paid_or_seen_before_a_debugger_comes(start: Start, options: tuple[str, ...]) -> None:
    bare = start(STATE, "", *options)
    expected = bare.finish()
    bare.end.unlink()
    listening = start(STATE, "1", *options)
    assert listening.describe()["state"] == "running"
    assert listening.finish() == expected


def test_it_waits_and_stops_before_the_first_line(start: Start) -> None:
    program = start(listen="wait,name=night run")
    assert program.socket.name.startswith("night_run.")
    assert program.describe()["name"] == "night run"
    while program.describe()["state"] != "waiting":  # it listens first
        pass
    with program.attach(stop=True) as session:
        session.wait_stop("entry")
        assert session.where == ("<module>", 1)
        session.resume()
        session.request("disconnect")
    assert program.finish() == RIGHT


CALLS = """\
import sys, time, os
import pytui
def begin():
    address = pytui.listen(wait=True)       # begin
    return address
first = begin()
print(first == pytui.listen(), pytui.listen(wait=True) == first)
try:
    pytui.listen("unix:elsewhere")
except RuntimeError as error:
    print("listens already" in str(error))
pytui.unlisten()
while len(os.listdir(os.path.dirname(first[5:]))): time.sleep(0.001)
print(os.path.basename(pytui.listen("unix:relative.sock")))
print(os.path.exists("relative.sock"))
"""


def test_listen_is_called(start: Start) -> None:
    program = start(CALLS, "")
    with program.attach(stop=True) as session:
        session.wait_stop("entry")
        assert session.where == ("begin", 4)
        session.go("next", "step")
        assert session.where == ("begin", 5)
        session.resume()
        assert program.finish() == (0, "True True\nTrue\nrelative.sock\nTrue\n", "")
        assert session.event("exited")["exitCode"] == 0
    assert not (program.directory / "relative.sock").exists()


NOTHING_LEFT = """\
import os, subprocess, sys, time
import pytui
def state():
    return [sorted(os.listdir("/proc/self/fd")), sorted(each for each in os.environ if "PYTUI" in each)]
def others():
    return [each for each in os.listdir("/proc/self/task") if int(each) != os.getpid()]
def sockets():
    with open("/proc/net/unix") as file: return file.read()
before = state()
address = pytui.listen()[5:]
print(address in sockets() or os.path.exists(address))
while not os.path.exists(sys.argv[1]): time.sleep(0.001)
pytui.unlisten()
while others() or os.path.exists(address): time.sleep(0.001)
print(os.path.basename(address) in sockets())
print(before == state())
"""


def test_nothing_listens_after_the_end(start: Start) -> None:
    """Neither a socket, nor a descriptor, nor a thread is left where a client was and listening is over."""
    program = start(NOTHING_LEFT, "")
    with program.attach(stop=True) as session:
        session.wait_stop("pause")
        session.request("disconnect")
    assert program.finish() == (0, "True\nFalse\nTrue\n", "")
    assert program.sockets() == []


CHILDREN = """\
import os, subprocess, sys
text = "import os; print([each for each in os.environ if 'PYTUI_' in each], len(os.listdir('/proc/self/task')))"
variables = dict(os.environ)
variables.pop("PYTUI_PYTHONPATH", None)
print(subprocess.run([sys.executable, "-c", text], env=variables, capture_output=True, text=True).stdout, end="")
print([each for each in subprocess.run(["env"], capture_output=True, text=True).stdout.split() if "PYTUI_L" in each])
sys.stdout.flush()
os.system("env | grep PYTUI_LISTEN")
with open("/proc/self/cmdline") as file:
    print("PYTUI" in file.read())
"""


def test_children_get_nothing_of_it(start: Start) -> None:
    program = start(CHILDREN)
    assert program.finish() == (0, "[] 1\n[]\nFalse\n", "")
    assert program.sockets() == []


def test_ctrl_c_ends_the_wait(start: Start) -> None:
    program = start("import pytui\npytui.listen(wait=True)\n", "")
    while program.describe()["state"] != "waiting":
        pass
    program.process.send_signal(signal.SIGINT)
    _, stderr = program.process.communicate(timeout=TIMEOUT)
    assert stderr.endswith(b"KeyboardInterrupt\n")
    assert program.sockets() == []


def test_a_stop_outlives_its_client_if_that_is_wanted(start: Start) -> None:
    program = start()
    session = program.attach(WORK, whenLost="wait")
    session.wait_stop()
    session.channel.close()
    while program.describe()["state"] != "waiting":
        pass
    with program.attach(whenLost="wait") as session:
        session.wait_stop("breakpoint")
        assert session.where == ("work", WORK)
        assert session.evaluate("total") == "0"
        session.go("next", "step")
        session.go("next", "step")
        session.channel.close()
        with program.attach(whenLost="wait") as again:
            again.wait_stop("step")
            assert again.evaluate("i, total") == "(1, 0)"
            again.request("disconnect")
    assert program.finish() == RIGHT


def test_who_comes_to_a_stop_that_waits_and_leaves_at_once(start: Start) -> None:
    program = start()
    session = program.attach(WORK, whenLost="wait")
    session.wait_stop()
    session.channel.close()
    while program.describe()["state"] != "waiting":
        pass
    with Session.connect(program.socket) as hasty:
        hasty.send("initialize", adapterID="pytui", pytui={"protocolVersion": 1})
        hasty.send("configurationDone")
        hasty.send("disconnect")
        with pytest.raises(Closed):
            while True:
                hasty.take()
    assert program.finish() == RIGHT


def test_ctrl_c_ends_that_wait_too(start: Start) -> None:
    program = start("import os, sys, time\ndef f():\n    while True: time.sleep(0.001)\nf()\n")
    session = program.attach(3, whenLost="wait")
    session.wait_stop()
    session.channel.close()
    while program.describe()["state"] != "waiting":
        pass
    program.process.send_signal(signal.SIGINT)
    _, stderr = program.process.communicate(timeout=TIMEOUT)
    assert stderr.endswith(b"KeyboardInterrupt\n")


FORKS = """\
import os, sys, time, warnings
warnings.simplefilter("error")
pid = os.fork()
if not pid:
    while not os.path.exists(sys.argv[1]): time.sleep(0.001)
    os._exit(len(os.listdir("/proc/self/task")))
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status))
"""


def test_a_child_does_not_listen(start: Start) -> None:
    program = start(FORKS)
    body = program.describe()
    assert body["pid"] == program.process.pid
    assert len(program.sockets()) == 1
    assert program.finish() == (0, "1\n", "")


needs_root = pytest.mark.skipif("os.geteuid() != 0", reason="only root can become another user")
OTHER = 65534
STRANGER = """\
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
channel = socket.socket(socket.AF_UNIX)
channel.settimeout(30)
try:
    channel.connect(sys.argv[1])
    channel.sendall(bytes.fromhex(sys.argv[2]))
    print("nothing" if channel.recv(1) == b"" else "an answer")
except OSError as error:
    print(type(error).__name__)
"""


@needs_root
@pytest.mark.parametrize("widened", [False, True])
def test_another_user_gets_nothing(start: Start, widened: bool) -> None:
    program = start()
    path = program.socket
    for each in (path.parent, program.runtime, *program.directory.parents, program.directory) if widened else ():
        each.chmod(each.stat().st_mode | 0o755)
    path.chmod(0o666 if widened else 0o600)
    message = frame({"seq": 1, "type": "request", "command": "pytui/describe", "arguments": {}}).hex()
    done = subprocess.run(["/usr/bin/python3", "-c", STRANGER, path, message], capture_output=True, text=True)
    assert done.stdout.strip() in (
        ("nothing", "ConnectionResetError", "BrokenPipeError") if widened else ("PermissionError",)
    )
    assert program.describe()["state"] == "running"
    assert program.finish() == RIGHT


@pytest.mark.parametrize("kind", ["symlink", "wide", "file", "foreign"])
def test_a_place_that_is_not_ours_alone_is_refused(start: Start, tmp_path: Path, kind: str) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    place = runtime / "pytui"
    if kind == "symlink":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        place.symlink_to(tmp_path / "elsewhere")
    elif kind == "file":
        place.touch()
    else:
        place.mkdir()
        place.chmod(0o755 if kind == "wide" else 0o700)
        if kind == "foreign":
            if os.geteuid() != 0:
                pytest.skip("only root can give a directory away")
            os.chown(place, OTHER, OTHER)
    program = start()
    status, stdout, stderr = program.finish()
    assert (status, stdout) == RIGHT[:2]
    assert stderr.startswith("pytui: the program does not listen: ")
    assert str(place) in stderr
    assert stderr.count("\n") == 1
    assert not (tmp_path / "elsewhere").exists() or not list((tmp_path / "elsewhere").iterdir())


def test_a_socket_whose_program_was_killed_is_taken_over(start: Start, tmp_path: Path) -> None:
    address = tmp_path / "one.sock"
    first = start(listen=f"unix:{address}")
    while not address.exists():
        pass
    first.process.kill()
    first.process.wait()
    assert address.exists()
    second = start(listen=f"unix:{address}")
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            with Session.connect(address) as session:
                assert session.request("pytui/describe")["pid"] == second.process.pid
                break
        except (ConnectionRefusedError, FileNotFoundError):
            assert time.monotonic() < deadline
    assert second.finish() == RIGHT
    assert not address.exists()


def test_what_is_no_address_is_said_and_the_program_runs(start: Start) -> None:
    for words, text in (("tcp:1", "not an address"), ("pigeon", "PYTUI_LISTEN takes"), ("unix:/no/x", "No such file")):
        program = start(listen=words)
        status, stdout, stderr = program.finish()
        assert (status, stdout) == RIGHT[:2]
        assert text in stderr
        program.end.unlink()


def test_the_start_up_file_of_the_package(start: Start, python: interpreters.Interpreter, tmp_path: Path) -> None:
    site = tmp_path / "site"
    package = site / "pytui"
    package.mkdir(parents=True)
    source = Path(__file__).resolve().parents[2] / "backend-ext" / "pytui"
    for each in source.glob("*.py"):
        (package / each.name).write_text(each.read_text())
    for each in HOME.glob("_pytui*.so"):
        (package / each.name).symlink_to(each)
    (package / "entry").symlink_to(HOME / "entry")
    (site / "pytui.pth").write_text((source / "pytui.pth").read_text())
    venv = tmp_path / "venv"
    subprocess.run([python.path, "-m", "venv", "--without-pip", venv], check=True)
    packages = next(venv.glob("lib/python3*/site-packages"))
    packages.rmdir()
    packages.symlink_to(site)
    before = Program(str(venv / "bin/python"), tmp_path, STATE, "", PYTHONPATH="")
    expected = before.finish()
    before.end.unlink()
    program = Program(str(venv / "bin/python"), tmp_path, STATE, "1", PYTHONPATH="")
    assert program.describe()["pid"] == program.process.pid
    assert program.finish() == expected
    assert expected[2] == ""


def cut(program: Program, chance: random.Random) -> None:
    """A client that vanishes at some moment of attaching, stopping, evaluating and leaving."""
    session = Session.connect(program.socket, program.script)
    steps: list[Callable[[], object]] = [
        lambda: session.send("initialize", adapterID="pytui", pytui={"protocolVersion": 1}),
        lambda: session.send("setBreakpoints", source={"path": str(program.script)}, breakpoints=[{"line": WORK}]),
        lambda: session.send("configurationDone"),
        session.wait_stop,
        lambda: session.send("evaluate", expression="sum(range(10000))", context="repl"),
        lambda: session.send("next", threadId=0),
        session.wait_stop,
        lambda: session.send("continue", threadId=0),
        lambda: session.send("disconnect"),
    ]
    try:
        for step in steps[: chance.randrange(1, len(steps) + 1)]:
            step()
            if chance.random() < 0.2:
                time.sleep(chance.random() * 0.003)
    except (Closed, BrokenPipeError, ConnectionResetError):
        pass  # refused: the one before is just leaving
    finally:
        session.channel.close()


def test_clients_that_vanish_at_any_moment(start: Start) -> None:
    program = start()
    seed = random.randrange(1 << 30)
    chance = random.Random(seed)
    for _ in range(50):
        cut(program, chance)
        assert program.process.poll() is None, seed
    with program.attach(WORK) as session:
        session.wait_stop()
        session.request("disconnect")
    assert program.finish() == RIGHT, seed


def test_programs_that_are_killed_at_any_moment(start: Start) -> None:
    chance = random.Random()
    for _ in range(6):
        program = start()
        session = Session.connect(program.socket, program.script)
        session.send("initialize", adapterID="pytui", pytui={"protocolVersion": 1})
        session.send("configurationDone", pytui={"stopOnEntry": True})
        time.sleep(chance.random() * 0.02)
        program.process.kill()
        with pytest.raises(Closed):
            while True:
                session.take()
        session.channel.close()
        for each in program.sockets():
            each.unlink()
        program.process.communicate()


def test_the_end_of_the_program_while_a_client_is_attached(start: Start) -> None:
    program = start("import sys, time, os\nwhile not os.path.exists(sys.argv[1]): time.sleep(0.001)\nsys.exit(7)\n")
    with program.attach() as session:
        assert program.finish() == (7, "", "")
        assert session.event("exited")["exitCode"] == 7
    assert program.sockets() == []


def test_json_is_what_a_description_can_become(start: Start) -> None:
    program = start()
    assert json.loads(json.dumps(program.describe()))["pid"] == program.process.pid
    assert program.finish() == RIGHT
