"""How it ends: statuses, signals, a killed debugger, a killed program, a closed terminal."""

import os
import random
import re
import signal
import time

import pytest
from conftest import PYTUI, TARGETS, at, ended, printed, program_of, quit_pytui, restored
from screen import alive


@pytest.mark.parametrize(
    ("words", "text", "status"),
    [
        (["0"], "0", 0),
        (["3"], "3", 3),
        (["os_exit", "7"], "7", 7),
        (["signal", "9"], "KILL", 128 + 9),
        (["signal", "15"], "TERM", 128 + 15),
        (["signal", "6"], "ABRT", 128 + 6),
        (["exec"], "5", 5),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_status_of_the_program_is_shown_and_passed_on(pytui, words, text, status):
    screen = pytui("exits.py", *words, options=["--continue"])
    ended(screen, text)
    screen.expect(printed("about to end"))
    quit_pytui(screen, status)


def test_quit_asks_and_ends_the_program(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("q")
    screen.expect(re.compile("end", re.I), re.compile("leave|running", re.I))
    screen.keys("Esc")
    screen.expect_not(re.compile("leave it", re.I))
    at(screen, "stepme.py:1")
    screen.send("q")
    screen.expect(re.compile("end", re.I))
    screen.keys("Enter")
    screen.wait_end()
    restored(screen)
    screen.wait_until(lambda: not screen.processes(), "something was left behind")


def leaves_a_trace(write, tmp_path):
    """A program that works for a moment, and a file that it writes at its right end."""
    trace = tmp_path / "trace"
    program = write(
        "tracing.py",
        "import time\n"
        "def work():\n"
        "    for i in range(20):\n"
        "        time.sleep(0.02)\n"
        "        print('line', i, flush=True)\n"
        "work()\n"
        f"open({str(trace)!r}, 'w').write('right end')\n",
    )
    return program, trace


def wait_for_trace(screen, trace):
    """Waits until the program is gone, and demands that it came to its right end."""
    screen.wait_until(lambda: not screen.processes(), "the program never ended")
    assert trace.exists() and trace.read_text() == "right end"


def test_quit_can_leave_the_program_running(pytui, write, tmp_path, each_engine):
    program, trace = leaves_a_trace(write, tmp_path)
    screen = pytui(program, interpreter=each_engine.path)
    at(screen, "tracing.py:1")
    screen.send("nn")
    screen.send("q")
    screen.expect(re.compile("leave", re.I))
    screen.send("l")
    screen.wait_end()
    restored(screen)
    wait_for_trace(screen, trace)


def test_leaving_amid_an_evaluation(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.send(":!__import__('time').sleep(1)\r")
    screen.expect("evaluating")
    screen.send("q")
    screen.expect(re.compile("leave it", re.I))
    screen.send("l")
    assert screen.wait_end() == 0, screen.dump()
    restored(screen)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["term", "hup"])
@pytest.mark.parametrize("running", [False, True], ids=["stopped", "running"])
def test_term_and_hup_restore_the_terminal(pytui, write, tmp_path, number, running):
    program, trace = leaves_a_trace(write, tmp_path)
    screen = pytui(program, options=["--continue"] if running else [])
    screen.expect("line 1") if running else at(screen, "tracing.py:1")
    screen.signal(number)
    screen.wait_end()
    restored(screen)
    wait_for_trace(screen, trace)


def tui_of(screen):
    """The process that draws: the child of the one that the shell started, or that one itself."""
    children = [pid for pid in screen.children() if alive(pid)]
    names = {pid: line for pid, line in screen.processes().items() if pid in children and "pytui" in line}
    return min(names) if names else screen.state["pid"]


@pytest.mark.parametrize("seed", range(10))
def test_kill_at_any_moment_lets_the_program_reach_its_right_end(pytui, write, tmp_path, seed):
    """A kill in each of ten runs side by side, ten times: 100 random moments between start and end."""
    chance = random.Random(seed)
    runs = []
    for run in range(10):
        (tmp_path / str(run)).mkdir()
        program, trace = leaves_a_trace(lambda name, text: write(f"{run}/{name}", text), tmp_path / str(run))
        screen = pytui(program, options=["--continue"] if chance.random() < 0.5 else [])
        runs.append((time.monotonic() + chance.random() * 0.5, screen, trace))
    killed = []
    for moment, screen, trace in sorted(runs, key=lambda run: run[0]):
        screen.wait_for(lambda: bool(screen.children()), "the debugger never started")
        screen.pass_time(max(0.0, moment - time.monotonic()))
        started = any("tracing.py" in line and "pytui" not in line for line in screen.processes().values())
        os.kill(tui_of(screen), signal.SIGKILL)
        killed.append((screen, trace if started else None))
    for screen, trace in killed:
        screen.wait_end()
        restored(screen)
        if trace:
            wait_for_trace(screen, trace)
    assert any(trace for _, trace in killed), "every kill came before the program had started"


def test_kill_of_the_whole_debugger_lets_the_program_go_on(pytui, write, tmp_path, each_engine):
    program, trace = leaves_a_trace(write, tmp_path)
    screen = pytui(program, interpreter=each_engine.path)
    at(screen, "tracing.py:1")
    for pid in (screen.state["pid"], tui_of(screen)):
        os.kill(pid, signal.SIGKILL)
    screen.wait_end()
    wait_for_trace(screen, trace)


def test_kill_of_the_program_is_reported(pytui, each_engine):
    screen = pytui("spin.py", options=["--continue"], interpreter=each_engine.path)
    screen.expect(printed("spinning"))
    target = program_of(screen, "spin.py")
    os.kill(target, signal.SIGKILL)
    ended(screen, "KILL")
    quit_pytui(screen, 128 + 9)


def test_kill_of_the_stopped_program_is_reported(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    target = program_of(screen, "stepme.py")
    os.kill(target, signal.SIGKILL)
    ended(screen, "KILL")
    quit_pytui(screen, 128 + 9)


def test_a_closed_terminal_leaves_nothing_but_the_program(pytui, write, tmp_path):
    program, trace = leaves_a_trace(write, tmp_path)
    screen = pytui(program)
    at(screen, "tracing.py:1")
    screen.hangup()
    screen.wait_end()
    wait_for_trace(screen, trace)


def test_suspend_and_resume(terminal, python):
    shell = ["bash", "--norc", "--noprofile", "-i"]
    screen = terminal(*shell, env={"PS1": "shell> "})
    screen.expect("shell>")
    screen.send(f"{PYTUI} --python {python.path} {TARGETS / 'stepme.py'}\n")
    at(screen, "stepme.py:1")
    screen.keys("Ctrl-z")
    screen.expect("Stopped")
    assert not screen.state["alternate"]
    screen.send("stty -a | tr ';' '\\n' | grep -o ' icanon'; echo back\n")
    screen.expect("icanon", "back")
    screen.send("fg\n")
    at(screen, "stepme.py:1")
    screen.send("n")
    at(screen, "stepme.py:10")
    screen.resize(30, 100)
    at(screen, "stepme.py:10")


def test_exit_with_threads_still_running(pytui):
    screen = pytui("threads.py", options=["--continue"])
    screen.expect("threads done True", timeout=60)
    ended(screen, "0")
    quit_pytui(screen, 0)


def test_an_exception_of_a_thread_opens_there_and_the_program_goes_on(pytui, write, each_engine):
    text = (
        "import threading\n"
        "def fails():\n"
        "    local = 42\n"
        "    1 / 0\n"
        "threading.Thread(target=fails, name='worker').start()\n"
        "x = input('on? ')\n"
    )
    screen = pytui(write("thread.py", text), options=["--continue"], interpreter=each_engine.path, rows=30, cols=110)
    screen.expect(re.compile(r"thread\.py:4 in fails .*post-mortem: ZeroDivisionError: division by zero"), row=0)
    screen.expect("worker", row=0)
    screen.expect(re.compile(r"local +42"))
    screen.send("q")
    screen.expect("The program has not ended")
    screen.keys("Esc")
    screen.send("cT")
    screen.expect("on? ")


def test_unraisable_exceptions_stand_in_the_console(pytui, write, each_engine):
    text = "class Loud:\n    def __del__(self):\n        raise ValueError('in del')\nLoud()\nx = input('on? ')\n"
    screen = pytui(write("loud.py", text), options=["--continue"], interpreter=each_engine.path, rows=40, cols=160)
    screen.expect("unraisable exception 1, see the console: ValueError: in del")
    screen.keys("Ctrl-x")
    screen.expect(re.compile(r"◆ unraisable exception 1: Exception ignored (in|while calling)"))
    screen.expect("ValueError: in del")


DECLINES = """\
import os, signal, time
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"not yet\\n"))
os.write(1, b"begun\\n")
while True:
    time.sleep(0.01)
    mark = 1
"""


def test_terminate_twice(pytui, write):
    screen = pytui(write("declines.py", DECLINES), options=["--continue", "-b", "declines.py:6"])
    at(screen, "declines.py:6")
    screen.send(":terminate\r")
    screen.expect("not yet", re.compile("declines.py · running"))
    screen.send(":terminate\r")
    screen.expect(re.compile("killed by .*TERM|killed by signal 15"))
