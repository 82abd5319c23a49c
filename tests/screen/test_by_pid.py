"""`pytui attach PID` for programs that do not listen: armed, of Python 3.14 and newer, and those that cannot be had."""

import json
import os
import re
import subprocess
import sys
import time

import interpreters
import pytest
from conftest import PYTUI, at, restored
from screen import BUILD, FACTOR

ENTRY = BUILD / "backend-ext" / "entry"
PROGRAM = """\
import os, sys, time
def work(n):
    total = 0
    for i in range(n):
        total += i
    return total
open(sys.argv[1] + ".here", "w").close()
while not os.path.exists(sys.argv[1]):
    result = work(20)
    time.sleep(0.001)
print(result)
sys.exit(3)
"""
RIGHT = (3, "190\n", "")


class Plain:
    """A program in the background that does not listen."""

    def __init__(self, interpreter, script, home, **variables):
        self.home = home
        self.end = script.with_suffix(".end")
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI", "XDG"))}
        env |= {"XDG_RUNTIME_DIR": str(home / "run")} | variables
        self.process = subprocess.Popen(
            [interpreter.path, script, self.end],
            env=env,
            cwd=script.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 30 * FACTOR
        while not script.with_suffix(".end.here").exists():
            assert self.process.poll() is None and time.monotonic() < deadline, self.process.communicate()

    @property
    def pid(self):
        return str(self.process.pid)

    def finish(self):
        self.end.touch()
        stdout, stderr = self.process.communicate(timeout=30 * FACTOR)
        return self.process.returncode, stdout, stderr


@pytest.fixture
def plain(python, write, home):
    """Starts a program: `plain(PYTUI="arm")`."""
    started = []
    (home / "run").mkdir(mode=0o700, exist_ok=True)

    def run(interpreter=None, text=PROGRAM, **variables):
        started.append(Plain(interpreter or python, write("plain.py", text), home, **variables))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


@pytest.fixture
def newest():
    """An interpreter that lets others in."""
    found = [each for each in interpreters.all_interpreters() if each.version >= (3, 14)]
    if not found:
        pytest.skip("only Python 3.14 and newer lets others in, and there is none here")
    return found[-1]


@pytest.fixture
def pytui(home):
    """Runs `pytui WORDS…` as in a shell without gdb."""
    tools = home / "bin"
    tools.mkdir()
    tools.joinpath("python3").symlink_to(interpreters.all_interpreters()[0].path)

    def run(*words, **variables):
        env = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "PATH": str(tools), "LC_ALL": "C.UTF-8"}
        done = subprocess.run([PYTUI, *words], env=env | variables, capture_output=True, text=True, stdin=-3)
        return done.returncode, done.stdout, done.stderr

    return run


def leave(screen):
    screen.send("q")
    screen.expect("Detach", "Terminate it")
    screen.send("d")
    assert screen.wait_end() == 0
    restored(screen)


def step_and_leave(screen):
    screen.expect(re.compile(r"plain\.py · running"), row=0)
    screen.expect("attached to plain.py")
    screen.send(":break 5\r")
    at(screen, "plain.py:5 in work")
    screen.send("n")
    at(screen, "plain.py:4 in work")
    screen.send(":clear 1\rc")
    screen.expect(re.compile(r"plain\.py · running"), row=0)
    leave(screen)


def test_an_armed_program(terminal, plain, each_engine, pytui):
    program = plain(each_engine, PYTUI="arm", PYTHONPATH=str(ENTRY))
    assert pytui("ls", "--json") == (0, "[]\n", "")
    for _ in range(2):
        step_and_leave(terminal(PYTUI, "attach", program.pid))
    assert program.finish() == RIGHT


@pytest.mark.parametrize("armed", [True, False])
def test_it_is_picked_from_the_list(terminal, plain, armed, request):
    """Those that listen come first, the others are shown dimly with the way into them."""
    program = plain(PYTUI="arm", PYTHONPATH=str(ENTRY)) if armed else plain(request.getfixturevalue("newest"))
    screen = terminal(PYTUI, "attach", cols=120)
    screen.expect("Attach to")
    screen.send(f"plain.py {program.pid}")
    screen.expect(re.compile(rf"plain\.py +{program.pid} +running .*by pid: {'armed' if armed else '3.14'}"))
    screen.expect("does not listen; ")
    screen.send("\r")
    step_and_leave(screen)
    assert program.finish() == RIGHT


def test_a_program_that_lets_others_in(terminal, plain, newest):
    program = plain(newest)
    for _ in range(2):
        step_and_leave(terminal(PYTUI, "attach", program.pid))
    assert program.finish() == RIGHT
    assert list((program.home / "run" / "pytui").iterdir()) == []


def test_waiting_is_told_and_given_up(terminal, plain, newest):
    program = plain(newest, text="import sys, time\nopen(sys.argv[1] + '.here', 'w').close()\ntime.sleep(1000)\n")
    screen = terminal(PYTUI, "attach", program.pid)
    screen.expect("waiting for the program to run Python; Ctrl-C gives up")
    screen.keys("Ctrl-c")
    assert screen.wait_end() != 0
    deadline = time.monotonic() + 30 * FACTOR
    while list((program.home / "run" / "pytui").iterdir()):
        assert time.monotonic() < deadline
    program.process.terminate()
    assert program.process.communicate() == ("", "")


def test_what_cannot_be_attached_to_says_why(plain, pytui):
    old = next(each for each in interpreters.all_interpreters() if each.version < (3, 14))
    program = plain(old)
    status, _, error = pytui("attach", program.pid)
    assert status == 1
    assert re.search(r"runs Python 3\.1[123], which lets nobody in from outside", error)
    assert "PYTUI=arm" in error
    assert program.finish() == RIGHT
    assert f"there is no process {program.pid}" in pytui("attach", program.pid)[2]


def test_what_is_no_python_program_says_so(pytui):
    other = subprocess.Popen(["sleep", "1000"])
    try:
        assert "it is no Python program: it runs" in pytui("attach", str(other.pid))[2]
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert "it has ended already" in pytui("attach", str(other.pid))[2]
    finally:
        other.kill()
        other.wait()


def test_another_users_program(plain, pytui):
    if os.getuid() != 0:
        pytest.skip("only root can start programs of others")
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, user=65534)
    status, _, error = pytui("attach", str(other.pid))
    other.communicate()
    assert status == 1
    assert (
        f"it belongs to user 65534, not to user 0: run pytui as that user (sudo -u '#65534' pytui attach {other.pid})"
        in error
    )


def test_gdb_is_tried_on_a_child_first(plain, pytui, home):
    old = next(each for each in interpreters.all_interpreters() if each.version < (3, 14))
    program = plain(old)
    log = home / "gdb.log"
    gdb = home / "bin" / "gdb"
    gdb.write_text(f"#!/bin/sh\necho \"$4\" >>{log}\necho 'ptrace: Operation not permitted.' >&2\nexit 1\n")
    gdb.chmod(0o755)
    path = os.pathsep.join([str(gdb.parent), "/usr/bin", "/bin"])
    status, _, error = pytui("attach", program.pid, PATH=path)
    assert status == 1
    assert "a throwaway child of the same interpreter was tried first" in error
    assert "ptrace: Operation not permitted." in error
    assert "which lets nobody in from outside" in error
    assert len(log.read_text().splitlines()) == 1
    assert program.pid not in log.read_text().split()
    assert program.finish() == RIGHT


SERVICE = """\
import os, sys, threading, time
counter, ready = 0, threading.Event()
def worker(text):
    ready.set()
    while True:
        time.sleep(0.01)
threading.Thread(target=worker, args=("some \\x1b text",), daemon=True, name="helper").start()
ready.wait()
open(sys.argv[1] + ".here", "w").close()
while not os.path.exists(sys.argv[1]):
    counter += 1
    time.sleep(0.001)
print("end")
"""
ENDED = (0, "end\n", "")


@pytest.fixture(params=["armed", "entered"])
def service(request, plain, python):
    """A program that another terminal looks into, by each way."""
    if request.param == "armed":
        program = plain(python, text=SERVICE, PYTUI="arm", PYTHONPATH=str(ENTRY))
    else:
        program = plain(request.getfixturevalue("newest"), text=SERVICE)
    yield program
    assert program.finish() == ENDED
    assert list((program.home / "run" / "pytui").iterdir()) == []


def test_exec(service, pytui, write):
    code = "import __main__; print(counter > 0, sep=''); __main__.answer = 42"
    assert pytui("exec", service.pid, "-c", code) == (0, "True\n", "")
    script = write("inside.py", "import sys\nprint(answer)\nprint('é', file=sys.stderr)\n1 / 0\n")
    status, output, error = pytui("exec", service.pid, script)
    assert (status, output) == (1, "42\n")
    assert error.startswith("é\nTraceback (most recent call last):\n")
    assert f'File "{script}", line 4, in <module>' in error
    assert error.endswith("ZeroDivisionError: division by zero\n")
    assert pytui("exec", service.pid, "-") == (0, "", "")
    assert pytui("exec", service.pid, "-c", "raise SystemExit(7)") == (7, "", "")


def test_dump(service, pytui):
    status, output, error = pytui("dump", service.pid)
    assert (status, error) == (0, "")
    assert re.search(r"^MainThread \(\d+\)\n    <module>  .*/plain\.py:1[123]$", output, re.M)
    assert re.search(r"^helper \(\d+\)\n    worker  .*/plain\.py:[56]$", output, re.M)
    status, output, error = pytui("dump", "--locals", service.pid)
    assert (status, error) == (0, "")
    assert re.search(r"^        counter = \d+$", output, re.M)
    assert r"        text = 'some \x1b text'" in output.splitlines()
    status, output, error = pytui("dump", service.pid, "--json", "--locals")
    assert (status, error) == (0, "")
    found = json.loads(output)
    assert (found["pid"], found["name"], found["state"]) == (int(service.pid), "plain.py", "running")
    assert {"python", "commandLine", "source", "threads", "moreThreads"} < set(found)
    helper = next(each for each in found["threads"] if each["name"] == "helper")
    assert helper["nativeId"] > 0 and helper["moreFrames"] is False
    frame = helper["frames"][0]
    assert (frame["function"], frame["library"]) == ("worker", False)
    assert {"name": "text", "value": r"'some \x1b text'", "type": "str"} in frame["locals"]


def test_dump_of_a_program_that_is_debugged(terminal, plain, pytui):
    program = plain(text=SERVICE, PYTUI="arm", PYTHONPATH=str(ENTRY))
    screen = terminal(PYTUI, "--stop", "attach", program.pid)
    screen.expect(re.compile(r"stopped: paused?"), row=0)
    status, output, error = pytui("dump", program.pid)
    assert (status, error) == (0, "")
    assert ", stopped; innermost" in output
    assert "MainThread" in output
    status, _, error = pytui("exec", program.pid, "-c", "1")
    assert status == 1
    assert "another debugger is attached" in error
    leave(screen)
    assert program.finish() == ENDED


def test_dump_by_py_spy(plain, pytui, home):
    old = next(each for each in interpreters.all_interpreters() if each.version < (3, 14))
    program = plain(old)
    status, output, error = pytui("dump", program.pid)
    assert (status, output) == (1, "")
    assert "py-spy" in error and "PYTUI=arm" in error
    spy = home / "bin" / "py-spy"
    answer = [
        {"pid": 1, "thread_id": 2, "thread_name": None, "os_thread_id": 3, "active": True, "owns_gil": True}
        | {"frames": [{"name": "f", "filename": "/a/b.py", "line": 7, "locals": [{"name": "x", "repr": "1"}]}]}
    ]
    spy.write_text(f"#!/bin/sh\necho \"$@\" >{home}/spy.log\necho '{json.dumps(answer)}'\n")
    spy.chmod(0o755)
    status, output, error = pytui("dump", "--locals", program.pid)
    assert (status, error) == (0, "")
    assert output.endswith("thread 2 (3)\n    f  /a/b.py:7\n        x = 1\n")
    assert (home / "spy.log").read_text() == f"dump --json --pid {program.pid} --locals\n"
    found = json.loads(pytui("dump", "--json", program.pid)[1])
    assert found["source"] == "py-spy"
    assert found["threads"][0]["frames"][0]["function"] == "f"
    assert program.finish() == RIGHT


def test_wrong_usage(pytui):
    assert "in which program" in pytui("exec")[2]
    assert "what is to be run" in pytui("exec", "1")[2]
    assert "takes no arguments" in pytui("exec", "1", "file.py", "more")[2]
    assert "of which program" in pytui("dump")[2]
    assert "--locals is for" in pytui("ls", "--locals")[2]
    assert pytui("exec", "999999999", "-c", "1") == (1, "", "pytui: there is no process 999999999\n")
