"""The first stop in every way that a program can be started, and strange surroundings."""

import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from client import Closed, RequestFailed, Session

Start = Callable[..., Session]

TARGETS = Path(__file__).resolve().parents[1] / "targets"
PROGRAM = "import sys\ndef f(n):\n    return n + 1\nprint(f(41))\n"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A directory with the program in every shape."""
    (tmp_path / "script.py").write_text(PROGRAM)
    (tmp_path / "mod.py").write_text(PROGRAM)
    package = tmp_path / "pkg"
    package.mkdir()
    (package / "__init__.py").write_text("value = 1\n")
    (package / "__main__.py").write_text(PROGRAM)
    directory = tmp_path / "dir"
    directory.mkdir()
    (directory / "__main__.py").write_text(PROGRAM)
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("__main__.py", PROGRAM)
    return tmp_path


FORMS = {
    "script": (["script.py"], "script.py"),
    "module": (["-m", "mod"], "mod"),
    "package": (["-m", "pkg"], "pkg"),
    "command": (["-c", PROGRAM], "-c"),
    "directory": (["dir"], "dir"),
    "zip": (["app.zip"], "app.zip"),
    "stdin": (["-"], "-"),
    "optimized": (["-OO", "script.py"], "script.py"),
    "safe-path": (["-P", "script.py"], "script.py"),
}


@pytest.mark.parametrize("words, name", FORMS.values(), ids=FORMS.keys())
def test_first_stop(python, programs: Path, words: list[str], name: str) -> None:
    """Before the first line of the program, with no frame below it; a step goes where it should."""
    with Session(python.path, *words, cwd=programs, stdin=subprocess.PIPE) as run:
        run.process.stdin.write(PROGRAM.encode())
        run.process.stdin.close()
        run.process.stdin = None
        run.start(stop_on_entry=True)
        assert os.path.basename(run.event("process")["name"]) == os.path.basename(name)
        assert run.where == ("<module>", 1)
        assert len(run.frames) == 1
        run.go("next", "step")
        run.go("next", "step")
        run.go("stepIn", "step")
        assert run.where == ("f", 3)
        run.go("stepOut", "step")
        assert run.where == ("<module>", 4) and len(run.frames) == 1
        run.resume("next")
        assert run.finish() == (0, "42\n", "")


def test_uncaught_exception_of_a_module(python, programs: Path) -> None:
    """runpy's frames are nobody's business."""
    (programs / "mod.py").write_text("def f():\n    1 / 0\nf()\n")
    with Session(python.path, "-m", "mod", cwd=programs) as run:
        run.start()
        run.wait_stop("exception")
        assert [each["name"] for each in run.frames] == ["f", "<module>"]
        run.resume()
        status, _, stderr = run.finish()
        assert status == 1 and "_run_module_as_main" in stderr


def test_tool_id_taken(python, programs: Path, tmp_path: Path) -> None:
    """Another tool has the debugger's id: another one does as well."""
    if python.version < (3, 12):
        pytest.skip("sys.monitoring begins with 3.12")
    environment = tmp_path / "venv"
    subprocess.run([python.path, "-m", "venv", "--without-pip", environment], check=True)
    (site,) = environment.glob("lib/python3.*/site-packages")
    (site / "taken.pth").write_text(
        "import sys; [m.use_tool_id(i, 'other') for m in [sys.monitoring] for i in (0, 1, 4) if not m.get_tool(i)]\n"
    )
    with Session(environment / "bin" / "python", "script.py", cwd=programs) as run:
        run.initialize()
        run.set_breakpoints(programs / "script.py", 3)
        run.configure()
        run.wait_stop("entry")
        run.go("next", "step")
        run.go("continue", "breakpoint")
        run.go("next", "step")
        run.resume()
        assert run.finish() == (0, "42\n", "")


def test_a_program_with_a_tool_of_its_own(session: Start, python) -> None:
    """Its events and ours do not disturb each other, though it disables and restarts them."""
    if python.version < (3, 12):
        pytest.skip("sys.monitoring begins with 3.12")
    text = """\
import sys
mon = sys.monitoring
seen = []
mon.use_tool_id(2, "mine")
def on_line(code, line):
    seen.append(line)
    return mon.DISABLE
mon.register_callback(2, mon.events.LINE, on_line)
def f(n):
    a = n
    return a
mon.set_local_events(2, f.__code__, mon.events.LINE)
for i in range(3):
    f(i)
    mon.restart_events()
print(seen)
"""
    run = session(text=text).start(10)
    for _ in range(3):
        run.wait_stop("breakpoint")
        run.go("next", "step")
        assert run.where == ("f", 11)
        run.resume()
    assert run.finish() == (0, "[10, 11, 10, 11, 10, 11]\n", "")


def test_a_program_that_takes_our_tools_away(session: Start, python) -> None:
    """It loses its debugger, no more."""
    if python.version < (3, 12):
        pytest.skip("sys.monitoring begins with 3.12")
    text = (
        "import sys\nfor i in range(6):\n    if sys.monitoring.get_tool(i):\n        sys.monitoring.free_tool_id(i)\n"
    )
    text += "def f():\n    pass\nfor i in range(100):\n    f()\nprint('end')\n"
    run = session(text=text).start(6)
    run.pump(0.2)
    assert run.finish()[:2] == (0, "end\n") or run.events


def test_where_the_kernel_refuses_a_private_table(python, programs: Path) -> None:
    """The channel's descriptor is a high one then; a forked child does not keep it, and the rest works as ever."""
    text = """\
import os
mark = 1
pid = os.fork()
if pid == 0:
    os._exit(len([each for each in os.listdir("/proc/self/fd") if int(each) > 100]))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
os.execv("/bin/echo", ["echo", "bye"])
"""
    (programs / "script.py").write_text(text)
    deny = TARGETS / "deny_close_range.py"
    with Session(sys.executable, "-I", deny, python.path, programs / "script.py", cwd=programs) as run:
        run.initialize()
        run.set_breakpoints(programs / "script.py", 2)
        run.configure(stop_on_entry=False)
        run.wait_stop("breakpoint")
        run.go("next", "step")
        run.resume()
        assert run.finish() == (0, "0\nbye\n", "")


def test_monkey(session: Start) -> None:
    """Requests at random, in any state, hurt neither side: all are answered, and the program ends right."""
    text = """\
import threading, time
def work(n):
    total = 0
    for i in range(n):
        total += i if i % 3 else help_out(i)
    return total
def help_out(i):
    try:
        if i % 7 == 0:
            raise ValueError(i)
    except ValueError:
        return 1
    return 2
def numbers(n):
    for i in range(n):
        yield work(i % 5)
threads = [threading.Thread(target=lambda: sum(numbers(200000))) for _ in range(3)]
for each in threads:
    each.start()
print(sum(numbers(200000)))
for each in threads:
    each.join()
print("end")
"""
    chance = random.Random(7)
    run = session(text=text).start(stop_on_entry=True)
    choices = [
        lambda: run.send("next", threadId=0),
        lambda: run.send("stepIn", threadId=0),
        lambda: run.send("stepOut", threadId=0),
        lambda: run.send("continue", threadId=0),
        lambda: run.send("pause", threadId=0),
        lambda: run.send("threads"),
        lambda: run.send("stackTrace", threadId=chance.randrange(6)),
        lambda: run.send("evaluate", expression="sum(range(100))", context="watch"),
        lambda: run.send("variables", variablesReference=chance.randrange(5)),
        lambda: run.send("cancel", requestId=max(1, run.seq - chance.randrange(3))),
        lambda: run.send(
            "setBreakpoints",
            source={"path": run.script},
            breakpoints=[{"line": chance.randrange(1, 22), "condition": chance.choice(["", "i == 3", "i > 5"])}],
        ),
        lambda: run.send("pytui/until", threadId=0, line=chance.choice((0, 3, 20))),
        lambda: run.send("pytui/runTo", threadId=0, source={"path": run.script}, line=chance.randrange(1, 24)),
        lambda: run.send("setFunctionBreakpoints", breakpoints=[{"name": chance.choice(["work", "numbers", "none"])}]),
    ]
    seqs = []
    try:
        for _ in range(600):
            seqs.append(chance.choice(choices)())
            if chance.random() < 0.3:
                run.pump(0.002)
        for seq in seqs:
            run.answer(seq)
        run.request("setFunctionBreakpoints", breakpoints=[])
        run.request("setBreakpoints", source={"path": run.script}, breakpoints=[])
        run.request("disconnect")
    except (BrokenPipeError, ConnectionResetError, Closed, RequestFailed):
        pass  # it ended
    status, stdout, stderr = run.finish()
    assert (status, stderr) == (0, "") and stdout.endswith("end\n")
