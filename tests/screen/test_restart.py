"""`:restart`: the program anew at any moment, with what the user set, and nothing left of the old one."""

import os
import re
from pathlib import Path

import pytest
from conftest import PYTUI, at, ended, printed, program_of, quit_pytui, restored

TEXT = """\
import os, sys
def work(n):
    total = n * 2
    return total
print("run", os.getpid() and len(sys.argv), *sys.argv[1:], flush=True)
for n in range(3):
    work(n)
print("end of work", flush=True)
name = input("name? ")
print("bye", name)
"""


def program(write) -> Path:
    """Some calls, then it waits for a line."""
    return write("again.py", TEXT)


def restart(screen, line: str = "restart") -> None:
    """`:restart`, with the question answered."""
    screen.send(f":{line}")
    screen.keys("Enter")
    screen.expect("The program has not ended")
    screen.send("e")


def test_at_a_stop_with_all_that_the_user_set(pytui, write, each_engine):
    screen = pytui(program(write), "one", interpreter=each_engine.path, rows=34, cols=120)
    at(screen, "again.py:1")
    for line in (":break 3, n > 0", ":catch raised KeyError", ":p 6 * 7"):
        screen.send(line)
        screen.keys("Enter")
    screen.expect("◆ raised exceptions   KeyError")
    screen.send("c")
    at(screen, "again.py:3 in work")
    screen.expect(re.compile(r"1 hit\b"))
    first = program_of(screen, "again.py")
    restart(screen)
    at(screen, "again.py:1")
    assert program_of(screen, "again.py") != first
    screen.wait_until(lambda: first not in screen.processes(), "the first process is still there")
    screen.expect("◆ raised exceptions   KeyError")
    screen.expect_not(re.compile(r"1 hit\b"))
    screen.send("c")
    at(screen, "again.py:3 in work")
    screen.expect(re.compile(r"n +1"))
    screen.expect(re.compile(r"1 hit\b"))
    screen.send("T")
    screen.expect("── restarted ──")
    screen.expect(printed("run 2 one"))
    screen.keys("Ctrl-]", "Ctrl-x")
    screen.expect("42")


def test_after_the_end_and_with_other_arguments(pytui, write):
    screen = pytui(program(write), "one", options=["--continue"], rows=34, cols=120)
    screen.send("T")
    screen.expect("name? ")
    screen.send("first")
    screen.keys("Enter")
    ended(screen, "0")
    screen.keys("Ctrl-]")
    screen.send(":restart two 'three four'")
    screen.keys("Enter")
    screen.expect(printed("run 3 two three four"))
    screen.expect("running", row=0)
    screen.send("T")
    screen.send("second")
    screen.keys("Enter")
    screen.expect("bye second")
    ended(screen, "0")
    screen.keys("Ctrl-]")
    screen.send("R")  # the arguments stay
    screen.wait_until(lambda: screen.text.count("run 3 two three four") == 2, "no third run")
    screen.send("q")
    screen.keys("Enter")
    screen.wait_end()
    restored(screen)
    screen.wait_until(lambda: not screen.processes(), "something was left behind")


def test_cancel_and_wrong_arguments(pytui, write):
    screen = pytui(program(write), rows=30, cols=110)
    at(screen, "again.py:1")
    pid = program_of(screen, "again.py")
    screen.send(":restart 'a")
    screen.keys("Enter")
    screen.expect("a quote is not closed")
    screen.send("R")
    screen.expect("The program has not ended")
    screen.keys("Esc")
    screen.expect_not("The program has not ended")
    screen.send("n")
    at(screen, "again.py:2")
    assert program_of(screen, "again.py") == pid


def test_in_post_mortem_and_of_a_changed_file(pytui, write, each_engine):
    screen = pytui(write("fails.py", "x = 1\n1 / 0\n"), options=["--continue"], interpreter=each_engine.path)
    screen.expect(re.compile(r"fails\.py:2 .*post-mortem: ZeroDivisionError"), row=0)
    write("fails.py", "x = 1\ny = 1 / 1\nprint('repaired')\nprint(input())\n")
    screen.send("R")
    screen.expect(printed("repaired"))
    screen.expect("y = 1 / 1")
    screen.expect(re.compile("running"), row=0)


@pytest.mark.parametrize(
    "text",
    [
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('up', flush=True)\n"
        "while True: time.sleep(60)\n",
        "import time\nprint('up', flush=True)\ntry:\n    while True: time.sleep(60)\nfinally: print('clean')\n",
        "import os\nprint('up', flush=True)\nos.execvp('sleep', ['sleep', '600'])\n",
        "print('up', flush=True)\nwhile True: pass\n",
    ],
    ids=["deaf", "sleeping", "exec", "busy"],
)
def test_running(pytui, write, text):
    screen = pytui(write("runs.py", text), options=["--continue"])
    screen.expect(printed("up"))
    before = set(screen.processes())
    restart(screen)
    screen.wait_until(lambda: screen.text.count("\nup") + screen.text.count("│up") >= 2, "it did not start again")
    screen.send("q")
    screen.keys("Enter")
    screen.wait_end()
    assert before


def test_full_screen_program_leaves_no_modes(pytui, write):
    text = (
        "import sys\nsys.stdout.write('\\033[?1049h\\033[?1000h\\033[31m\\033[2;5r\\033[?25lfull')\n"
        "sys.stdout.flush()\ninput()\n"
    )
    screen = pytui(write("full.py", text), options=["--continue"])
    screen.expect("full")
    write("full.py", "print('plain')\ninput()\n")
    restart(screen)
    screen.expect("── restarted ──")
    screen.expect(printed("plain"))


def test_keeps_nothing_of_twenty_runs(pytui, write):
    screen = pytui(write("short.py", "print('ran')\nx = input()\n"), options=["--continue"], rows=30, cols=110)

    def own() -> int:
        """The debugger's process, not its supervisor: the one with the descriptors of the session."""
        mine = [pid for pid, line in screen.processes().items() if line.split()[0] == str(PYTUI)]
        return max(mine, key=lambda pid: len(os.listdir(f"/proc/{pid}/fd")))

    screen.expect(printed("ran"))
    pid = own()
    descriptors = processes = 0
    for run in range(21):
        former = program_of(screen, "short.py")
        restart(screen)
        screen.wait_until(
            lambda former=former: (
                former not in screen.processes()
                and any("short.py" in line and "python" in line.split()[0] for line in screen.processes().values())
            ),
            "it did not start again",
        )
        screen.expect("running", row=0)
        if run == 0:
            screen.wait_until(lambda: len(screen.processes()) <= 4, "an old keeper is left")
            descriptors, processes = len(os.listdir(f"/proc/{pid}/fd")), len(screen.processes())
    screen.wait_until(lambda: len(screen.processes()) <= processes, "processes are left")
    screen.wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) <= descriptors, "descriptors are left")
    screen.send("q")
    screen.keys("Enter")
    screen.wait_end()
    restored(screen)
    screen.wait_until(lambda: not screen.processes(), "something was left behind")


def test_what_cannot_be_started_again_says_why(terminal, python, write):
    script = program(write)
    screen = terminal("sh", "-c", f"echo x | {PYTUI} --python {python.path} {script}")
    at(screen, "again.py:1")
    screen.send("R")
    screen.expect("standard input is redirected")
    screen.send("c")
    ended(screen, "0")
    screen.send("R")
    screen.expect("standard input is redirected")
    quit_pytui(screen, 0)


def test_a_script_that_is_gone(pytui, write):
    script = write("gone.py", "x = 1\n")
    screen = pytui(script, options=["--continue"])
    ended(screen, "0")
    script.unlink()
    screen.send("R")
    screen.expect("the program was not restarted")
    script.write_text("y = 2\nprint('there again')\n")
    screen.send("R")
    screen.expect(printed("there again"))
    ended(screen, "0")
    quit_pytui(screen, 0)
