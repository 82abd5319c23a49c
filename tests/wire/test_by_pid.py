"""Programs that do not listen: armed ones, and those of Python 3.14 and newer that are entered from outside."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import interpreters
import pytest
from client import HOME, TIMEOUT, Closed, RequestFailed, Session
from test_listen import Program

TEXT = """\
import os, sys, time
def work(n):
    total = 0
    for i in range(n):
        total += i              # work
    return total
result = work(20)
open(sys.argv[1] + ".here", "w").close()
while not os.path.exists(sys.argv[1]):
    here = True
    result = work(20)
    time.sleep(0.0005)
print(result, sorted(name for name in sys.modules if "pytui" in name))
"""
WORK = 5
RIGHT = (0, "190 []\n", "")
ENTER = HOME / "enter.py"
SOURCE = "from pytui import _backend; import pytui\n"

Start = Callable[..., Program]


def place(program: Program) -> Path:
    """Where it would listen."""
    directory = program.runtime / "pytui"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


def hidden(program: Program) -> Path:
    return place(program) / f".armed.{program.process.pid}"


def wait(what: Callable[[], object], program: Program | None = None) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not what():
        assert program is None or program.process.poll() is None, program.process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


def nothing(program: Program) -> bool:
    return not list(place(program).iterdir())


def runs(program: Program) -> None:
    """Wait until it is in its loop."""
    wait(program.end.with_name("end.here").exists, program)


def alone(program: Program) -> bool:
    """No thread of ours is there."""
    return "\nThreads:\t1\n" in status(program)


def status(program: Program) -> str:
    return Path(f"/proc/{program.process.pid}/status").read_text()


def attach(program: Program, *breakpoints: int) -> Session:
    """A client; tried again while the session before, or one that lingers for it, is not over."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        wait(hidden(program).exists, program)
        try:
            session = Session.connect(hidden(program), program.script)
        except OSError:
            continue
        try:
            session.initialize()
            break
        except (RequestFailed, Closed):
            session.channel.close()
            assert time.monotonic() < deadline
    if breakpoints:
        session.set_breakpoints(program.script, *breakpoints)
    session.configure(False)
    return session


@pytest.fixture
def start(python: interpreters.Interpreter, tmp_path: Path) -> Iterator[Start]:
    started: list[Program] = []

    def run(text: str = TEXT, **extra: str) -> Program:
        started.append(Program(python.path, tmp_path, text, "", **extra))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.communicate()


def test_an_armed_program_is_found_by_its_process_alone(start: Start) -> None:
    program = start(PYTUI="arm")
    for _ in range(2):
        with attach(program, WORK) as session:
            session.wait_stop("breakpoint")
            assert session.where == ("work", WORK)
            session.request("disconnect")
        assert program.sockets() == []  # in no list
    assert program.finish() == RIGHT
    assert nothing(program)


def test_what_is_armed_can_listen(start: Start) -> None:
    text = SOURCE + "pytui.arm()\npytui.arm()\nprint(_backend.load().listening())\nprint(pytui.listen())\n" + TEXT
    program = start(text.replace('"pytui" in', '"_pytui" in'))
    socket = program.socket
    assert not hidden(program).exists()
    assert program.finish() == (0, f"None\nunix:{socket}\n190 []\n", "")
    assert nothing(program)


def test_no_more_after_unlisten_and_not_in_a_child(start: Start) -> None:
    text = SOURCE + (
        "import os, sys\npytui.arm()\nprint(len(os.listdir(sys.argv[1][:-3] + 'runtime/pytui')), flush=True)\n"
        "if os.fork() == 0:\n    os._exit(_backend.load().listening() is not None)\nprint(os.wait()[1])\n"
        "pytui.unlisten()\n"
    )
    program = start(text)
    assert program.process.communicate(timeout=TIMEOUT) == (b"1\n0\n", b"")
    assert nothing(program)


def test_one_that_lingers_is_there_for_one_session(start: Start) -> None:
    text = SOURCE + "_backend.load().arm(60_000)\n" + TEXT.replace("here = True", "_backend.load().arm(60_000)")
    program = start(text.replace('"pytui" in', '"_pytui" in'))
    for _ in range(3):
        with attach(program, 6) as session:
            session.wait_stop("breakpoint")
            session.request("disconnect")
    assert program.finish() == RIGHT
    assert nothing(program)


def test_one_that_lingers_in_vain_is_gone(start: Start) -> None:
    text = SOURCE + "_backend.load().arm(1)\n" + TEXT
    program = start(text.replace('"pytui" in', '"_pytui" in'))
    runs(program)
    wait(lambda: nothing(program), program)
    assert program.finish() == RIGHT


def test_an_unsupported_interpreter_says_nothing(tmp_path: Path) -> None:
    """PYTUI=arm may be set for everything that is started."""
    entry = HOME / "entry" / "sitecustomize.py"
    code = f"""import sys
sys.version_info = (3, 99, 0)
exec(compile(open({str(entry)!r}).read(), "pytui", "exec"), {{
    "__name__": "pytui", "__file__": {str(entry)!r}, "ADDRESS": None}})"""
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTUI": "arm", "XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# From outside


class Entering:
    """enter.py, as `pytui attach PID` runs it."""

    def __init__(self, program: Program, way: str, **changed: str) -> None:
        self.program = program
        stat = Path(f"/proc/{program.process.pid}/stat").read_text()
        words = {"began": stat.rpartition(")")[2].split()[19], "linger": "60000", "path": os.environ["PATH"]} | changed
        pid = str(program.process.pid)
        self.process = subprocess.Popen(
            [os.readlink(f"/proc/{pid}/exe"), "-ISB", ENTER, way, pid, words["began"], place(program), words["linger"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": words["path"], "FAKE_LOG": str(program.directory / "fake.log")},
            text=True,
        )

    def line(self) -> str:
        return self.process.stdout.readline()

    def result(self) -> str:
        """All that it said; it had nothing to complain of."""
        stdout = self.process.stdout.read()
        assert self.process.stderr.read() == ""
        self.process.communicate()
        return stdout


@pytest.fixture
def remote(python: interpreters.Interpreter) -> None:
    if python.version < (3, 14):
        pytest.skip("only Python 3.14 and newer lets others in")


@pytest.mark.usefixtures("remote")
def test_entered_from_outside_and_left(start: Start) -> None:
    program = start()
    runs(program)
    for _ in range(3):
        entering = Entering(program, "remote")
        assert entering.result() == f"asked\nok unix:{hidden(program)}\n"
        with attach(program, WORK) as session:
            session.wait_stop("breakpoint")
            session.go("next", "step")
            session.request("disconnect")
        wait(lambda: nothing(program), program)  # it ends with the session
    wait(lambda: alone(program), program)
    assert program.finish() == RIGHT


@pytest.mark.usefixtures("remote")
def test_two_enter_at_once(start: Start) -> None:
    program = start()
    each = [Entering(program, "remote"), Entering(program, "remote")]
    answers = {one.result() for one in each}
    assert f"asked\nok unix:{hidden(program)}\n" in answers  # the second replaced the first, or both got in
    with attach(program) as session:
        session.request("disconnect")
    wait(lambda: nothing(program), program)
    assert program.finish() == RIGHT


BLOCKED = "import sys\nprint('here', flush=True)\nsys.stdin.readline()\nprint('there')\n"


def blocked(start: Start) -> tuple[Program, int]:
    """A program that waits for a line, and the end to write that to."""
    reader, writer = os.pipe()
    text = f"import os\nos.dup2(os.open('/proc/{os.getpid()}/fd/{reader}', os.O_RDONLY), 0)\n" + BLOCKED
    program = start(text)
    assert program.process.stdout.readline() == b"here\n"
    wait(lambda: "\nState:\tS" in status(program), program)
    os.close(reader)
    return program, writer


@pytest.mark.usefixtures("remote")
@pytest.mark.parametrize("how", ["its input ends", "killed"])
def test_given_up_while_it_runs_no_python(start: Start, how: str) -> None:
    program, writer = blocked(start)
    entering = Entering(program, "remote")
    assert entering.line() == "asked\n"
    if how == "killed":
        entering.process.kill()
        entering.process.wait()
    else:
        assert (entering.process.stdin.close(), entering.process.wait(TIMEOUT)) == (None, 0)
        assert nothing(program)
    os.write(writer, b"\n")
    os.close(writer)
    assert program.process.communicate(timeout=TIMEOUT) == (b"there\n", b"")
    assert nothing(program)


@pytest.mark.usefixtures("remote")
def test_it_takes_it_when_it_runs_python_again(start: Start) -> None:
    program = start()
    runs(program)
    program.process.send_signal(signal.SIGSTOP)
    wait(lambda: "\nState:\tT" in status(program), program)
    entering = Entering(program, "remote")
    assert entering.line() == "asked\n"
    program.process.send_signal(signal.SIGCONT)
    assert entering.result() == f"ok unix:{hidden(program)}\n"
    assert program.finish() == RIGHT
    wait(lambda: nothing(program))


@pytest.mark.usefixtures("remote")
def test_it_ends_while_it_is_asked(start: Start) -> None:
    program, writer = blocked(start)
    entering = Entering(program, "remote")
    assert entering.line() == "asked\n"
    program.process.kill()
    os.close(writer)
    assert entering.result() == "error the program has ended meanwhile\n"
    assert nothing(program)


@pytest.mark.usefixtures("remote")
def test_another_process_of_that_id_is_left_alone(start: Start) -> None:
    program = start()
    assert Entering(program, "remote", began="1").result() == "error the program has ended meanwhile\n"
    assert program.finish() == RIGHT
    assert nothing(program)


@pytest.mark.usefixtures("remote")
def test_one_that_forbids_it(start: Start) -> None:
    program = start(PYTHON_DISABLE_REMOTE_DEBUG="1")
    assert "was refused" in Entering(program, "remote").result()
    assert program.finish() == RIGHT
    assert nothing(program)


@pytest.mark.usefixtures("remote")
@pytest.mark.parametrize("victim", ["pytui", "enter.py"])
def test_killed_at_any_moment(start: Start, python: interpreters.Interpreter, victim: str) -> None:
    """Whoever enters is killed: the program does its work, and nothing is left but what the next one sweeps away."""
    program = start()
    runs(program)
    for _ in range(15):
        entering = Entering(program, "remote", linger="1")
        time.sleep(random.random() * 0.05)
        if victim == "pytui":
            entering.process.stdin.close()
            assert entering.process.wait(TIMEOUT) == 0
        else:
            entering.process.kill()
            entering.process.wait()
        entering.process.stdout.close()
        entering.process.stderr.close()
    wait(lambda: alone(program) and not hidden(program).exists(), program)
    if victim == "pytui":
        assert nothing(program)
    # One with assertions is slow enough to have the path, and to find that the file has gone: it says so, and goes on.
    told = 2 if python.debug else 3
    assert program.finish()[:told] == RIGHT[:told]
    assert all(path.name.endswith(".py") for path in place(program).iterdir())
    other = start()
    runs(other)
    assert Entering(other, "remote", began="1").result().startswith("error")
    assert nothing(other)
    assert other.finish() == RIGHT


# gdb

FAKE = """\
#!{python}
import os, re, subprocess, sys
pid = sys.argv[sys.argv.index("-p") + 1]
with open(os.environ["FAKE_LOG"], "a") as log:
    print(pid, file=log)
{what}
"""
FAKES = {
    "fails": "sys.exit('ptrace: Operation not permitted.')",
    "does nothing": "print('$1 = 0')",
    "kills": "os.kill(int(pid), 9); print('$1 = 0')",
}
# What gdb does where it can call functions, by another way.
WORKING = """\
script = re.search("open[(]'(.*?)'[)]", sys.argv[-1])[1]
other = os.environ["FAKE_LOG"] + "." + pid
with open(other, "w") as file:
    file.write(f"try:\\n exec(open({script!r}).read(), {{}})\\nexcept OSError: pass\\n")
exe = os.readlink("/proc/" + pid + "/exe")
subprocess.run([exe, "-c", "import sys; sys.remote_exec(int(sys.argv[1]), sys.argv[2])", pid, other], check=True)
print("$1 = 0")
"""


def fake_gdb(program: Program, what: str) -> str:
    path = program.directory / "bin" / "gdb"
    path.parent.mkdir()
    path.write_text(FAKE.format(python=sys.executable, what=what))
    path.chmod(0o755)
    return str(path.parent)


def touched(program: Program) -> list[str]:
    return (program.directory / "fake.log").read_text().split()


@pytest.mark.parametrize("what", FAKES.values(), ids=FAKES)
def test_gdb_that_does_not_work_never_touches_the_program(start: Start, what: str) -> None:
    program = start()
    answer = Entering(program, "gdb", path=fake_gdb(program, what)).result()
    assert answer.startswith("error a throwaway child of the same interpreter was tried first, and there ")
    assert len(touched(program)) == 1
    assert str(program.process.pid) not in touched(program)
    assert program.finish() == RIGHT
    assert nothing(program)


def test_without_gdb(start: Start, tmp_path: Path) -> None:
    program = start()
    assert "there is no gdb" in Entering(program, "gdb", path=str(tmp_path)).result()
    assert program.finish() == RIGHT


@pytest.mark.usefixtures("remote")
def test_gdb_that_works(start: Start, python: interpreters.Interpreter) -> None:
    if python.debug:
        pytest.skip("an interpreter with assertions complains in the throwaway child, so that gdb is not used")
    program = start()
    answer = Entering(program, "gdb", path=fake_gdb(program, WORKING)).result()
    assert answer == f"asked\nok unix:{hidden(program)}\n"
    assert len(touched(program)) == 2
    assert touched(program)[1] == str(program.process.pid)
    with attach(program, WORK) as session:
        session.wait_stop("breakpoint")
        session.request("disconnect")
    wait(lambda: nothing(program), program)
    assert program.finish() == RIGHT


def test_gdb_as_it_is_here(start: Start) -> None:
    """Where it cannot call functions it is not let near the program."""
    if not shutil.which("gdb"):
        pytest.skip("there is no gdb")
    program = start()
    runs(program)
    answer = Entering(program, "gdb").result()
    if answer.startswith("asked\n"):
        assert answer == f"asked\nok unix:{hidden(program)}\n"
        with attach(program, WORK) as session:
            session.wait_stop("breakpoint")
            session.go("next", "step")
            session.request("disconnect")
        wait(lambda: nothing(program), program)
    else:
        assert answer.startswith("error a throwaway child of the same interpreter was tried first, and there ")
    assert program.finish() == RIGHT
