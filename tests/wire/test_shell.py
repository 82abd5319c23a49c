"""Shells in a frame: the plain one everywhere, the others where they are installed, at a terminal of the test's own."""

import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import interpreters
import pytest
from client import TIMEOUT, RequestFailed, Session

Start = Callable[..., Session]

PROGRAM = """\
import os, sys
counter = 10
def helper():
    global counter
    counter += 1
    return counter
def work(n):
    total = n * 2
    items = [1, 2, 3]
    total += 0  # stop
    return total, items
result = work(4)
print("result", result, counter)
"""


class Terminal:
    """A pty: its slave is for the program, what is typed and shown for the test."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (24, 100))
        self.shown = ""

    def close(self) -> None:
        """Hang up."""
        os.close(self.master)
        os.close(self.slave)

    def type(self, text: str) -> None:
        """Type TEXT; a newline is Enter."""
        os.write(self.master, text.replace("\n", "\r").encode())

    def read(self, deadline: float) -> None:
        """Take in what is shown; answer a question for the cursor's place."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.master], [], [], left)[0]:
            raise TimeoutError(f"not shown; so far:\n{self.shown}")
        data = os.read(self.master, 65536).decode(errors="replace")
        if "\x1b[6n" in data:
            os.write(self.master, b"\x1b[1;1R")
        self.shown += re.sub(r"\x1b\][^\x07]*\x07|\x1b\[[0-9;?>=]*[A-Za-z]|\x1b[=>()][0AB]?|\r", "", data)

    def leave(self, prompt: str = "\\n>>> ") -> None:
        """Type Ctrl-D at the next prompt: what is typed before it stands there is read by another mode."""
        self.expect(prompt)
        self.type("\x04")

    def interrupt(self, how: Callable[[], None] | None = None) -> None:
        """Type Ctrl-C until it has an effect: readline does not see one just before it waits."""
        deadline = time.monotonic() + TIMEOUT
        while "KeyboardInterrupt" not in self.shown:
            (how or (lambda: self.type("\x03")))()
            try:
                while "KeyboardInterrupt" not in self.shown:
                    self.read(time.monotonic() + 1)
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise
        self.expect("KeyboardInterrupt\\n")

    def expect(self, pattern: str) -> str:
        """Wait until PATTERN was shown, and forget what came up to it."""
        deadline = time.monotonic() + TIMEOUT
        while not (found := re.search(pattern, self.shown)):
            self.read(deadline)
        self.shown = self.shown[found.end() :]
        return found.group()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A terminal for the program."""
    made = Terminal()
    yield made
    made.close()


@pytest.fixture
def stopped(session: Start, terminal: Terminal, tmp_path: Path) -> Callable[..., Session]:
    """A program stopped at the line with `# stop`, with the terminal."""

    def start(text: str = PROGRAM, streams: bool = True, **options: Any) -> Session:
        line = next(number for number, row in enumerate(text.splitlines(), 1) if "# stop" in row)
        environment = {"XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "xterm"} | options.pop("environment", {})
        program = session(text=text, terminal=terminal.slave, streams=streams, environment=environment, **options)
        program.start(line)
        program.wait_stop("breakpoint")
        return program

    return start


def open_shell(program: Session, kind: str = "plain", frame: int = 0) -> int:
    """Send the request; its seq."""
    return program.send("pytui/shell", kind=kind, frameId=program.frames[frame]["id"])


def left(program: Session, seq: int, kind: str = "plain") -> None:
    """Wait until the shell was left, and demand that it went well."""
    response = program.answer(seq)
    assert response["success"], response
    assert response["body"] == {"kind": kind}


def failure(program: Session, seq: int) -> str:
    """The error that the request ended with."""
    response = program.answer(seq)
    assert not response["success"]
    return response["body"]["error"]["format"]


def test_it_is_advertised(session: Start) -> None:
    assert session(text="pass").initialize()["pytui"]["supportsShell"] is True


def test_the_frame_is_read_and_written(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """Variables of the function, of the module, new ones; functions defined there see them all."""
    program = stopped()
    seq = open_shell(program)
    terminal.expect(r"Python 3\.\d+\.\d+\S* in work at script\.py:10\. Ctrl-D leaves\.\n>>> ")
    terminal.type("total, n\n")
    terminal.expect(r"\n\(8, 4\)\n>>> ")
    terminal.type("total = 99; items.append(4); fresh = 'new'\n")
    terminal.expect(r"\n>>> ")
    terminal.type("(lambda: total + counter)(), [total for _ in (1,)]\n")
    terminal.expect(r"\n\(109, \[99\]\)\n>>> ")
    terminal.type("helper(), counter\n")
    terminal.expect(r"\n\(11, 11\)|\(11, 10\)")
    terminal.type("counter\n")
    terminal.expect(r"\n11\n>>> ")
    terminal.type("global counter; counter = 50\n")
    terminal.expect(r"\n>>> ")
    terminal.type("helper()\n")
    terminal.expect(r"\n51\n>>> ")
    terminal.type("def twice():\n    return total * 2\n\ntwice()\n")
    terminal.expect(r"\n198\n>>> ")
    terminal.type("\x04")
    left(program, seq)
    assert program.evaluate("total, items, fresh") == "(99, [1, 2, 3, 4], 'new')"
    program.resume()
    terminal.expect(r"result \(99, \[1, 2, 3, 4\]\) 51\n")
    assert program.finish()[0] == 0


def test_the_module_and_other_frames(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """At the module's level names are the module's own."""
    program = stopped()
    seq = open_shell(program, frame=1)
    terminal.expect(r"in <module> at script\.py:12.*\n>>> ")
    terminal.type("counter = 70; extra = lambda: counter\n")
    terminal.expect(r"\n>>> ")
    terminal.type("helper(), extra()\n")
    terminal.expect(r"\n\(71, 71\)\n>>> ")
    terminal.type("exit()\n")
    left(program, seq)
    assert program.evaluate("extra()") == "71"
    assert program.evaluate("'_' in vars(__import__('builtins'))") == "False"


def test_a_class_body(stopped: Callable[..., Session], terminal: Terminal) -> None:
    program = stopped("class A:\n    x = 1\n    y = 2  # stop\nprint(A.x)\n")
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.type("x = 7\n")
    terminal.leave()
    left(program, seq)
    program.resume()
    terminal.expect(r"\n7\n")


def test_errors_and_exits_stay_in_the_shell(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """Tracebacks are shown; what ends a program only leaves the shell."""
    program = stopped()
    for text, shown in [("1/0", "ZeroDivisionError"), ("x = = 2", "SyntaxError"), ("raise KeyboardInterrupt", "Keyb")]:
        seq = open_shell(program)
        terminal.expect(">>> ")
        terminal.type(text + "\n")
        assert "shells.py" not in terminal.expect(rf"(?s).*{shown}")
        terminal.expect("\n>>> ")
        terminal.type("total\n")
        terminal.expect("\n8\n>>> ")
        terminal.type("raise SystemExit(3)\n")
        left(program, seq)
    program.resume()
    terminal.expect(r"result \(8, \[1, 2, 3\]\) 10")
    assert program.finish()[0] == 0


def test_ctrl_c_belongs_to_the_shell(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """It interrupts what runs, and the line being typed; never the program."""
    program = stopped()
    seq = open_shell(program)
    terminal.expect(">>> ")
    run_for_ever(program, terminal)
    terminal.interrupt()
    terminal.expect(">>> ")
    terminal.type("abc")
    terminal.expect("abc")
    terminal.interrupt()
    terminal.expect(">>> ")
    terminal.type("40 + 2\n")
    terminal.expect("\n42")
    terminal.leave()
    left(program, seq)
    program.resume()
    terminal.expect("result")
    assert program.finish()[0] == 0


def run_for_ever(program: Session, terminal: Terminal) -> None:
    """Have the shell compute, and wait until it does."""

    def spent() -> int:
        fields = Path(f"/proc/{program.process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11])

    terminal.type("while True: pass\n")
    terminal.expect("\\.\\.\\. ")
    terminal.type("\n")
    before, deadline = spent(), time.monotonic() + TIMEOUT
    while spent() < before + 5 and time.monotonic() < deadline:
        program.pump(0.01)


REDIRECTED = """\
import sys
def work():
    print("to the file")
    value = 1
    value += 1  # stop
    return value
value = work()
print("again", value, sys.stdin.read())
"""


def test_redirected_streams(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """The shell is at the terminal all the same, and the program's streams get nothing of it."""
    reader, writer = os.pipe()
    os.write(writer, b"from the pipe")
    os.close(writer)
    program = stopped(REDIRECTED, streams=False, stdin=reader)
    os.close(reader)
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.type("print('here', value, input('name? '))\nme\n")
    terminal.expect("here 1 me\n>>> ")
    terminal.type("import os; os.system('echo $((20 + 22))')\n")
    terminal.expect(r"\n42\n0\n>>> ")
    terminal.type("value = 5\n")
    terminal.leave()
    left(program, seq)
    program.resume()
    assert program.finish()[1] == "to the file\nagain 6 from the pipe\n"


def test_without_a_terminal(session: Start) -> None:
    program = session(text=PROGRAM).start(10)
    program.wait_stop()
    with pytest.raises(RequestFailed, match="needs a terminal, and the program has none"):
        program.request("pytui/shell", kind="plain")
    assert program.evaluate("total") == "8"


def test_unknown_and_missing_shells(stopped: Callable[..., Session], python: interpreters.Interpreter) -> None:
    """The message names the interpreter, how to install it, and what else there is."""
    program = stopped(environment={"PYTHONNOUSERSITE": "1"})
    assert "no shell 'fish': one of auto, ipython, ptpython, bpython, plain" in failure(
        program, open_shell(program, "fish")
    )
    program.evaluate("sys.modules.setdefault('IPython', None)")
    program.request("evaluate", expression="sys.path[:] = []; sys.modules.pop('IPython', None)", context="repl")
    text = failure(program, open_shell(program, "ipython"))
    executable = program.evaluate("sys.executable").strip("'")
    assert text == (f"IPython is not installed for {executable}: {executable} -m pip install ipython; there: plain")
    with pytest.raises(RequestFailed, match="no such frame"):
        program.request("pytui/shell", kind="plain", frameId=424242)


RESTORED = """\
import sys, signal, builtins, os, termios
{prepare}
def state():
    import termios
    modules = [name for name in ("readline", "rlcompleter", "code", "atexit") if name in sys.modules]
    return [
        [id(getattr(sys, name, None)) for name in "stdin stdout stderr __stdin__ displayhook excepthook".split()],
        hasattr(sys, "ps1"), hasattr(sys, "ps2"), sorted(vars(builtins)), list(sys.path), modules,
        [str(signal.getsignal(number)) for number in range(1, 32)],
        open("/proc/self/status").read().partition("SigBlk")[2].partition("Seccomp")[0],
        [str(part) for part in termios.tcgetattr(os.open("/dev/tty", os.O_RDWR))[:4]],
        [os.fstat(number).st_ino for number in (0, 1, 2)], threads(),
    ]
def threads():
    import threading
    return [thread.name for thread in threading.enumerate()]
before = state()
before = state()
stop = 1  # stop
after = state()
print("same" if before == after else [pair for pair in zip(before, after) if pair[0] != pair[1]])
"""

PREPARED = """\
import tty
def on_interrupt(number, frame): pass
signal.signal(signal.SIGINT, on_interrupt)
signal.signal(signal.SIGTSTP, on_interrupt)
builtins._ = str.upper
sys.ps1 = "> "
sys.displayhook = sys.excepthook = on_interrupt
tty.setraw(os.open("/dev/tty", os.O_RDWR))
sys.stdout = sys.__stdout__ = open(1, "w", closefd=False, buffering=1)
"""


@pytest.mark.parametrize("prepare", ["", PREPARED], ids=["plain", "changed"])
@pytest.mark.parametrize("streams", [True, False], ids=["terminal", "pipes"])
def test_everything_is_restored(
    stopped: Callable[..., Session], terminal: Terminal, prepare: str, streams: bool
) -> None:
    """Streams, hooks, prompts, handlers, the terminal's settings, imports: as before the shell."""
    program = stopped(RESTORED.format(prepare=prepare), streams=streams)
    seq = open_shell(program)
    terminal.expect(r">>> |\n> ")
    terminal.type("import signal, sys; 41 + 1\n")
    terminal.expect("\n42\n")
    terminal.type("signal.signal(signal.SIGTERM, print) and 0\n")
    terminal.expect("SIG_DFL.*\n.*> ")
    terminal.type("sys.ps2 = sys.excepthook = sys.displayhook = None\n")
    terminal.leave(r"\n(>>> |> )")
    left(program, seq)
    program.resume()
    if streams:
        terminal.expect(r"same\r?\n")
    else:
        assert program.finish()[1] == "same\n"


def test_readline_of_the_program(stopped: Callable[..., Session], terminal: Terminal, tmp_path: Path) -> None:
    """Its completer and history come back; the shell's own history is kept for the next time."""
    text = (
        "try:\n    import readline\nexcept ImportError:\n    print('none'); raise SystemExit\n"
        "def mine(text, state): pass\nreadline.set_completer(mine)\nreadline.set_completer_delims('/')\n"
        "readline.add_history('of the program')\nx = 1  # stop\n"
        "print(readline.get_completer() is mine, readline.get_completer_delims(),\n"
        "      [readline.get_history_item(i + 1) for i in range(readline.get_current_history_length())])\n"
    )
    program = stopped(text)
    for _ in range(2):
        seq = open_shell(program)
        terminal.expect(">>> ")
        terminal.type("'typed ' + 'here'\n")
        terminal.expect("\n'typed here'\n>>> ")
        terminal.type("\x04")
        left(program, seq)
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.type("\x1b[A")
    terminal.expect("'typed ' \\+ 'here'")
    terminal.interrupt()
    terminal.expect(">>> ")
    terminal.type("rea\t.get_beg\t\n")
    terminal.expect("readline.get_begidx")
    terminal.leave()
    left(program, seq)
    assert "'typed ' + 'here'" in (tmp_path / "state/pytui/shell-history").read_text()
    program.resume()
    terminal.expect(r"True / \['of the program'\]")


def test_breakpoints_pass(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """As with evaluate: the program's breakpoints do not stop in the shell, and count afterwards."""
    text = PROGRAM.replace("    counter += 1", "    counter += 1  # here")
    program = stopped(text)
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "# here" in row)
    program.set_breakpoints(program.script, line)
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.type("helper()\n")
    terminal.expect("\n11\n>>> ")
    terminal.type("\x04")
    left(program, seq)
    with pytest.raises(TimeoutError):
        program.event("stopped", timeout=0.05)


THREAD = """\
import threading
def work(n):
    total = n * 2
    total += 0  # stop
    done.append(total)
done = []
thread = threading.Thread(target=work, args=(4,))
thread.start()
thread.join()
print("result", done)
"""


def test_another_thread(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """Ctrl-C goes to the shell's thread, not to the main one."""
    program = stopped(THREAD)
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.type("total = 33\n")
    terminal.expect(">>> ")
    run_for_ever(program, terminal)
    terminal.interrupt()
    terminal.expect(">>> ")
    terminal.interrupt()
    terminal.expect(">>> ")
    terminal.type("6 * 7\n")
    terminal.expect("\n42\n>>> ")
    terminal.type("\x04")
    left(program, seq)
    program.resume()
    terminal.expect(r"result \[33\]")
    assert program.finish()[0] == 0


@pytest.mark.parametrize("text", [PROGRAM, THREAD], ids=["main", "thread"])
@pytest.mark.parametrize("busy", [False, True], ids=["prompt", "busy"])
@pytest.mark.parametrize("how", ["cancel", "gone"])
def test_it_is_ended_from_outside(
    stopped: Callable[..., Session], terminal: Terminal, text: str, busy: bool, how: str
) -> None:
    """By cancel, or because the client is gone: then the program goes on."""
    program = stopped(text)
    seq = open_shell(program)
    terminal.expect(">>> ")
    if busy:
        run_for_ever(program, terminal)
    if how == "cancel":
        program.request("cancel", requestId=seq)
        assert failure(program, seq) == "the shell was interrupted"
        assert program.evaluate("total") == "8"
        program.resume()
    else:
        program.channel.shutdown(2)
    terminal.expect("result")
    program.process.wait(TIMEOUT)
    assert program.process.returncode == 0


def test_requests_wait(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """What is asked meanwhile is answered afterwards; statistics at once."""
    program = stopped()
    seq = open_shell(program)
    terminal.expect(">>> ")
    waiting = program.send("evaluate", expression="total", context="watch")
    assert program.stats()["stops"] >= 1
    assert waiting not in program.responses
    terminal.type("total = 12\n")
    terminal.leave()
    left(program, seq)
    assert program.answer(waiting)["body"]["result"] == "12"


ASYNC = """\
import asyncio
async def work():
    value = 1
    value += 1  # stop
    await asyncio.sleep(0)
    return value, asyncio.current_task().get_name()
async def main():
    return await asyncio.create_task(work(), name="mine")
print("result", asyncio.run(main()))
"""


def test_in_a_coroutine(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """The thread's event loop is out of the way, and back afterwards."""
    program = stopped(ASYNC)
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.type("import asyncio; asyncio.run(asyncio.sleep(0, 42))\n")
    terminal.expect("\n42\n>>> ")
    terminal.type("value = 8\n")
    terminal.leave()
    left(program, seq)
    program.resume()
    terminal.expect(r"result \(9, 'mine'\)")
    assert program.finish()[0] == 0


def test_what_ends_the_process_ends_it(stopped: Callable[..., Session], terminal: Terminal) -> None:
    program = stopped()
    open_shell(program)
    terminal.expect(">>> ")
    terminal.type("os._exit(7)\n")
    assert program.finish()[0] == 7


def test_another_program_in_its_place(stopped: Callable[..., Session], terminal: Terminal) -> None:
    program = stopped()
    open_shell(program)
    terminal.expect(">>> ")
    terminal.type("os.execvp('sh', ['sh', '-c', 'echo from sh; exit 3'])\n")
    terminal.expect("\nfrom sh")
    assert program.finish()[0] == 3


def test_forks_and_commands(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """Children use the terminal; Ctrl-C that ends one does not end the shell."""
    program = stopped()
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.type("pid = os.fork() or os._exit(5)\n")
    terminal.expect("\n>>> ")
    terminal.type("os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])\n")
    terminal.expect("\n5\n>>> ")
    terminal.type("import subprocess; subprocess.run(['sh', '-c', 'echo up; exec sleep 1000'])\n")
    terminal.expect("\nup")
    terminal.interrupt()
    terminal.leave(">>> ")
    left(program, seq)
    program.resume()
    terminal.expect("result")
    assert program.finish()[0] == 0


DEEP = """\
import sys
sys.setrecursionlimit(200)
def deepest(n):
    try:
        return deepest(n + 1)
    except RecursionError:
        return n
def work(n):
    if n == 0:
        return 1  # stop
    return work(n - 1)
work(deepest(0) - 8)
print("result")
"""
CLOSED = "import os\nfor number in (0, 1, 2):\n    os.close(number)\nn = 1\nn += 1  # stop\n"
NONE = "import sys\nsys.stdin = sys.stdout = sys.stderr = None\nn = 1\nn += 1  # stop\nassert sys.stdout is None\n"
GENERATOR = "def count():\n    n = 1\n    n += 1  # stop\n    yield n\nprint('result', list(count()))\n"


@pytest.mark.parametrize("text", [DEEP, CLOSED, NONE, GENERATOR], ids=["deep", "closed", "none", "generator"])
def test_odd_places(stopped: Callable[..., Session], terminal: Terminal, text: str) -> None:
    """At the limit of recursion, without streams, in a generator."""
    program = stopped(text)
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.type("n * 0 + 42\n")
    terminal.expect("\n42")
    terminal.leave()
    left(program, seq)
    program.resume()
    assert program.finish()[0] == 0


def test_post_mortem(session: Start, terminal: Terminal, tmp_path: Path) -> None:
    """The frames of a program that failed can be looked at, too."""
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    text = "def work(a):\n    b = a + 1\n    return b / 0\nwork(1)\n"
    program = session(text=text, terminal=terminal.slave, environment=environment)
    program.start()
    program.wait_stop("exception")
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.type("a, b\n")
    terminal.expect(r"\n\(1, 2\)")
    terminal.leave()
    left(program, seq)
    program.resume()
    assert program.finish()[0] == 1


def test_many_leave_nothing(
    stopped: Callable[..., Session], terminal: Terminal, python: interpreters.Interpreter
) -> None:
    """No descriptor and no thread is left of them; cancelling one at any moment is answered."""
    program = stopped()
    process = Path(f"/proc/{program.process.pid}")
    counts = set()
    for _ in range(12):
        seq = open_shell(program)
        terminal.expect(">>> ")
        terminal.type("\x04")
        left(program, seq)
        counts.add((len(list((process / "fd").iterdir())), len(list((process / "task").iterdir()))))
    assert len(counts) == 1
    for _ in range(12):
        seq = open_shell(program)
        if python.debug and python.version < (3, 12):
            terminal.expect(">>> ")  # os.stat() of that build aborts when a signal comes, as while modules are sought
        program.request("cancel", requestId=seq)
        assert failure(program, seq) in ("the shell was interrupted", "cancelled")
    assert program.evaluate("total") == "8"
    program.resume()
    terminal.expect("result")
    assert program.finish()[0] == 0


def with_shell(name: str) -> str:
    """An interpreter that has the shell: $PYTUI_SHELLS names some, by paths with colons between them."""
    named = [path for path in os.environ.get("PYTUI_SHELLS", "").split(":") if path]
    for path in named:
        if subprocess.run([path, "-c", f"import {name}"], capture_output=True).returncode == 0:
            return path
    found = interpreters.with_module(name)
    if not found:
        pytest.skip(f"no interpreter has {name}: make a venv with it and name its python in PYTUI_SHELLS")
    return found


@pytest.fixture
def real(terminal: Terminal, tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """A program stopped, in an interpreter that has a certain shell."""
    opened: list[Session] = []

    def start(module: str, text: str = PROGRAM, streams: bool = True) -> Session:
        script = tmp_path / "script.py"
        script.write_text(text)
        line = next(number for number, row in enumerate(text.splitlines(), 1) if "# stop" in row)
        home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config"), "TERM": "xterm"}
        home |= {"XDG_STATE_HOME": str(tmp_path / "state"), "IPYTHONDIR": str(tmp_path / "ipython")}
        opened.append(
            Session(
                with_shell(module), script, environment=home, terminal=terminal.slave, streams=streams, cwd=tmp_path
            )
        )
        opened[0].start(line)
        opened[0].wait_stop("breakpoint")
        return opened[0]

    yield start
    for each in opened:
        each.__exit__()


def leave(program: Session, terminal: Terminal, prompt: str) -> None:
    """Type Ctrl-D at the next prompt until the shell ends: what is typed while that is still being drawn is lost."""
    terminal.expect(prompt)
    deadline = time.monotonic() + TIMEOUT
    while not program.responses.keys() & {program.seq} and time.monotonic() < deadline:
        terminal.type("\x04")
        program.pump(1)


SHELLS = [
    ("ipython", "IPython", r"In \[\d+\]: "),
    ("ptpython", "ptpython", r">>> ?"),
    ("bpython", "bpython", r">>> "),
]


@pytest.mark.parametrize("streams", [True, False], ids=["terminal", "pipes"])
@pytest.mark.parametrize(("kind", "module", "prompt"), SHELLS, ids=[each[0] for each in SHELLS])
def test_real_shells(
    real: Callable[..., Session], terminal: Terminal, kind: str, module: str, prompt: str, streams: bool
) -> None:
    """IPython and the others read and write the frame, and leave the program as it was."""
    program = real(module, streams=streams)
    seq = open_shell(program, kind)
    terminal.expect(prompt)
    terminal.type("total = 99; items.append(4); print('is', n + helper())\n")
    terminal.expect("is 15")
    leave(program, terminal, prompt)
    left(program, seq, kind)
    assert program.evaluate("total, items, counter") == "(99, [1, 2, 3, 4], 11)"
    names = program.evaluate("sorted(set(globals()) - {'__warningregistry__'})")
    assert not re.search(r"'(In|Out|get_ipython|_ih|_i1|exit)'", names), names
    assert "get_ipython" not in program.evaluate("sorted(vars(__import__('builtins')))")
    program.resume()
    if streams:
        terminal.expect(r"result \(99, \[1, 2, 3, 4\]\) 11")
        assert program.finish()[0] == 0
    else:
        assert program.finish()[:2] == (0, "result (99, [1, 2, 3, 4]) 11\n")


@pytest.mark.parametrize(("kind", "module", "prompt"), SHELLS, ids=[each[0] for each in SHELLS])
def test_real_shells_at_the_module_level(
    real: Callable[..., Session], terminal: Terminal, kind: str, module: str, prompt: str
) -> None:
    """There, too, nothing of theirs stays; names that the program has are not lost."""
    program = real(module, "_ = str.upper\nIn = 5\nx = 1\nx += 0  # stop\nprint('end', x, In, _('a'))\n")
    seq = open_shell(program, kind)
    terminal.expect(prompt)
    terminal.type("x = 7\n")
    terminal.expect(prompt)
    terminal.type("'an ' + 'expression'\n")
    terminal.expect("an expression")
    leave(program, terminal, prompt)
    left(program, seq, kind)
    program.resume()
    terminal.expect("end 7 5 A")
    assert program.finish()[0] == 0


@pytest.mark.parametrize("text", [PROGRAM, THREAD, ASYNC], ids=["main", "thread", "async"])
@pytest.mark.parametrize(("kind", "module", "prompt"), SHELLS[:2], ids=[each[0] for each in SHELLS[:2]])
def test_real_shells_are_ended_from_outside(
    real: Callable[..., Session], terminal: Terminal, kind: str, module: str, prompt: str, text: str
) -> None:
    program = real(module, text)
    seq = open_shell(program, kind)
    terminal.expect(prompt)
    terminal.type("40 + 2\n")
    terminal.expect("42")
    terminal.expect(prompt)
    program.request("cancel", requestId=seq)
    assert failure(program, seq) == "the shell was interrupted"
    program.resume()
    terminal.expect("result")
    assert program.finish()[0] == 0


def test_auto_takes_the_first(real: Callable[..., Session], terminal: Terminal) -> None:
    program = real("IPython")
    seq = open_shell(program, "auto")
    terminal.expect(r"In \[1\]: ")
    terminal.type("exit\n")
    left(program, seq, "ipython")


def test_a_signal_to_the_process(stopped: Callable[..., Session], terminal: Terminal) -> None:
    """A SIGINT from elsewhere is the shell's as long as it runs."""
    program = stopped()
    seq = open_shell(program)
    terminal.expect(">>> ")
    terminal.interrupt(lambda: os.kill(program.process.pid, signal.SIGINT))
    terminal.leave(">>> ")
    left(program, seq)
    program.resume()
    terminal.expect("result")
    assert program.finish()[0] == 0


def test_a_thread_blocked_in_a_call(session: Start, terminal: Terminal) -> None:
    """Nothing of Python's can run there in the thread itself."""
    program = session(text="import time\nprint('up', flush=True)\ntime.sleep(1000)\n", terminal=terminal.slave)
    program.start()
    assert program.process.stdout.readline() == b"up\n"
    program.request("pause", threadId=0)
    program.wait_stop("pause")
    blocked = False
    while not blocked:  # the first stop in the last line may be before its call, the next one cannot be
        blocked = program.frames[0]["line"] == 3
        program.resume()
        program.request("pause", threadId=0)
        program.wait_stop("pause")
    with pytest.raises(RequestFailed, match="blocked in a call: use the console"):
        program.request("pytui/shell", kind="plain")
