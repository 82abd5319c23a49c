"""`pytui attach PID` for programs that do not listen: armed, of Python 3.14 and newer, and those that cannot be had."""

import os
import re
import shutil
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
        env = {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(home / "run"), "LC_ALL": "C.UTF-8"} | variables
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
    tools.joinpath("python3").symlink_to(shutil.which("python3"))

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
