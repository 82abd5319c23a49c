"""Programs that open the debugger themselves, in the terminal that they have."""

import os
import re
import signal

import pytest
from conftest import at, restored
from screen import BUILD

PACKAGE = str(BUILD / "backend-ext")
PROGRAM = """\
import sys
def work(n):
    total = 0
    for i in range(n):
        total += i
        print("line", i)
    return total
import pytui
pytui.set_trace(header="look here")
x = work(3)
print("typed", input("name? "))
print("done", x)
"""


@pytest.fixture
def plain(terminal, python, write):
    """Runs a text with a plain interpreter: `plain(TEXT)`, or a command line with `{python}` and `{script}` in it."""

    def run(text, shell=None, name="own.py", interpreter=None, env=None, **options):
        script = write(name, text)
        path = interpreter or python.path
        command = ["sh", "-c", shell.format(python=path, script=script)] if shell else [path, script]
        return terminal(*command, env={"PYTHONPATH": PACKAGE, **(env or {})}, **options)

    return run


def given(screen):
    """The program has its terminal, and asks in it."""
    screen.wait_for(lambda: not screen.state["alternate"] and screen.shows("name?"), "the program has no terminal")


def ends(screen, *texts, status=0):
    """The program's end: its own screen is back, with all that it wrote."""
    screen.expect(*texts)
    assert screen.wait_end() == status
    restored(screen)
    screen.wait_until(lambda: not screen.processes(), "something is still running")


def test_it_stops_and_gives_the_terminal_back(plain, each_engine):
    screen = plain(PROGRAM, interpreter=each_engine.path)
    at(screen, "own.py:9")
    screen.expect("look here", row=0)
    assert screen.state["alternate"]
    screen.send("n")
    at(screen, "own.py:10")
    screen.send("s")
    at(screen, "own.py:3 in work")
    screen.send("nn")
    at(screen, "own.py:5 in work")
    screen.send("c")
    given(screen)
    screen.expect(re.compile(r"^line 0\s*\nline 1\s*\nline 2\s*\nname\?", re.MULTILINE))
    assert screen.state["icanon"] and screen.state["echo"]
    screen.send("me\n")
    ends(screen, "typed me", "done 3")


def test_what_was_written_meanwhile_can_be_looked_at(plain):
    screen = plain(PROGRAM)
    at(screen, "own.py:9")
    screen.send("nnn")
    given(screen)
    screen.send("you\n")
    at(screen, "own.py:12")
    screen.send("o")
    screen.expect("name? you", "typed you", "Enter goes back")
    screen.send("\n")
    at(screen, "own.py:12")
    screen.send("c")
    ends(screen, "done 3")


def test_ctrl_c_is_the_programs_while_it_runs(plain):
    screen = plain("import time, pytui\npytui.set_trace()\nprint('name?')\nwhile True:\n    time.sleep(0.01)\n")
    at(screen, "own.py:2")
    screen.send("c")
    given(screen)
    screen.keys("Ctrl-c")
    screen.expect("post-mortem: KeyboardInterrupt", row=0)
    screen.send("c")
    screen.expect(re.compile(r"^KeyboardInterrupt", re.MULTILINE))
    assert screen.wait_end() == -signal.SIGINT
    restored(screen)


def test_a_shell_has_the_terminal_until_it_is_left(plain, each_engine):
    screen = plain(
        "import pytui\nnumber = 21\npytui.set_trace()\nprint('over', number)\n", interpreter=each_engine.path
    )
    at(screen, "own.py:3")
    screen.send(":shell plain\r")
    screen.wait_for(lambda: not screen.state["alternate"] and screen.shows(">>>"), "the shell has no terminal")
    screen.send("number *= 2; print('now', number)\n")
    screen.expect(re.compile(r"^now 42\s*\n>>>", re.MULTILINE))
    screen.keys("Ctrl-d")
    at(screen, "own.py:3")
    screen.expect(re.compile(r"\bnumber +42\b"))
    screen.send("c")
    ends(screen, "now 42", "over 42")


def test_leaving_lets_it_run_and_another_call_opens_it_again(plain):
    screen = plain("import pytui\nfor i in range(3):\n    print('round', i)\n    pytui.set_trace()\nprint('over')\n")
    for number in range(3):
        at(screen, "own.py:4")
        screen.expect(re.compile(rf"\bi +{number}\b"))
        screen.send("q")
        screen.expect("Leave it running")
        screen.send("l")
    ends(screen, "round 0", "round 2", "over")


def test_ending_it(plain):
    screen = plain(PROGRAM)
    at(screen, "own.py:9")
    screen.send("q")
    screen.expect("End it")
    screen.send("e")
    screen.wait_end()
    restored(screen)
    assert not screen.shows("done 3")


BREAKPOINT = "def f(a):\n    breakpoint()\n    return a\nprint('result', f(4))\n"


def test_breakpoint_by_the_environment(plain, each_engine):
    screen = plain(BREAKPOINT, interpreter=each_engine.path, env={"PYTHONBREAKPOINT": "pytui.set_trace"})
    at(screen, "own.py:2 in f")
    screen.expect(re.compile(r"\ba +4\b"))
    screen.send("c")
    ends(screen, "result 4")


def test_import_b_stops_every_time(plain, each_engine):
    text = "def f(a):\n    import pytui.b\n    return a\nprint('result', f(1) + f(2))\n"
    screen = plain(text, interpreter=each_engine.path)
    for argument in (1, 2):
        at(screen, "own.py:2 in f")
        screen.expect(re.compile(rf"\ba +{argument}\b"))
        screen.send("c")
    ends(screen, "result 3")


def test_a_condition(plain):
    screen = plain("import pytui\nfor i in range(9):\n    pytui.set_trace(i == 7)\nprint('over')\n")
    at(screen, "own.py:3")
    screen.expect(re.compile(r"\bi +7\b"))
    screen.send("c")
    ends(screen, "over")


@pytest.mark.parametrize(
    "shell",
    [
        "{python} {script} </dev/null | cat",
        "echo in | {python} {script} 2>/dev/null",
        "{python} {script} <&- >&- 2>&-; echo ended",
        "{python} -c 'import subprocess, sys; subprocess.run([sys.executable, sys.argv[1]])' {script}",
        "setsid -w true; {python} -X dev {script}",
    ],
    ids=["pipe", "input", "closed", "subprocess", "dev"],
)
def test_whatever_the_streams_are(plain, shell):
    screen = plain(
        "import pytui\nvalue = 77\npytui.set_trace()\n"
        "work = value + 1\ntry: print('work', work)\nexcept OSError: pass\n",
        shell=shell,
    )
    at(screen, "own.py:3")
    screen.expect(re.compile(r"\bvalue +77\b"))
    screen.send("n")
    at(screen, "own.py:4")
    screen.send("c")
    ends(screen, "ended" if "closed" in shell or "&-" in shell else "work 78")


FORKS = """\
import os, sys, threading, atexit
import pytui
def late(): pytui.set_trace(); print("at exit")
def child(): pytui.set_trace(); print("in child"); os._exit(5)
def thread(): pytui.set_trace(); print("in thread")
how = sys.argv[1]
if how == "thread":
    one = threading.Thread(target=thread, name="worker"); one.start(); one.join()
elif how == "atexit":
    atexit.register(late)
elif how == "fork" and os.fork() == 0:
    child()
elif how == "fork":
    print("child ended", os.waitstatus_to_exitcode(os.wait()[1]))
elif how == "both":
    pytui.set_trace()
    if os.fork() == 0: child()
    print("child ended", os.waitstatus_to_exitcode(os.wait()[1]))
print("last line")
"""


@pytest.mark.parametrize(
    ("how", "stops", "texts"),
    [
        ("thread", ["own.py:5 in thread"], ["in thread", "last line"]),
        ("atexit", ["own.py:3 in late"], ["last line", "at exit"]),
        ("fork", ["own.py:4 in child"], ["in child", "child ended 5", "last line"]),
        ("both", ["own.py:16", "own.py:4 in child"], ["in child", "child ended 5", "last line"]),
    ],
)
def test_threads_children_and_the_end(plain, each_engine, how, stops, texts):
    screen = plain(FORKS, shell=f"{{python}} {{script}} {how}", interpreter=each_engine.path)
    for place in stops:
        at(screen, place)
        screen.send("c")
    ends(screen, *texts)


def test_no_child_is_seen_and_no_signal_comes(plain):
    text = """\
import os, pytui, signal
seen = []
signal.signal(signal.SIGCHLD, lambda *_: seen.append(1))
pytui.set_trace()
try: print("waited", os.wait())
except ChildProcessError: print("no child", seen)
"""
    screen = plain(text)
    at(screen, "own.py:4")
    screen.send("c")
    ends(screen, "no child []")


def test_without_a_terminal_it_says_so_and_goes_on(plain):
    screen = plain(
        "import pytui\npytui.set_trace()\nprint('went on')\n", shell="setsid -w {python} {script} 2>&1 | cat"
    )
    ends(screen, "pytui: cannot open the debugger: this process has no terminal", "went on")


def test_a_killed_screen_lets_the_program_go_on(plain):
    """What it wrote before the terminal was given back may be lost with that screen."""
    text = "import pytui\npytui.set_trace()\nprint('went on')\n"
    screen = plain(text, shell="{python} {script}; echo status $?; read line; echo over $line")
    at(screen, "own.py:2")
    os.kill(max(pid for pid, line in screen.processes().items() if "--channel" in line), signal.SIGKILL)
    screen.wait_for(lambda: not screen.state["alternate"], "the terminal was not given back")
    screen.send("now\n")
    ends(screen, "over now")


def test_a_killed_program_gives_the_terminal_back(plain):
    screen = plain("import pytui\npytui.set_trace()\n", shell="{python} {script}; echo status $?; sleep 0.3; echo over")
    at(screen, "own.py:2")
    for pid, line in screen.processes().items():
        if "own.py" in line and "sh -c" not in line and "--channel" not in line:
            os.kill(pid, signal.SIGKILL)
    ends(screen, "over")


def test_in_a_program_that_pytui_started(pytui, write):
    """The debugger that is there is the one that shows it."""
    text = f"import sys\nsys.path.insert(0, {PACKAGE!r})\nimport pytui\npytui.set_trace()\nprint('over')\n"
    screen = pytui(write("own.py", text), options=["--continue"])
    at(screen, "own.py:4")
    screen.send("n")
    at(screen, "own.py:5")


def test_suspended_and_brought_back(terminal, python, write):
    script = write("own.py", "import pytui\npytui.set_trace()\nprint('went on')\n")
    screen = terminal("bash", "--norc", "--noprofile", "-i", env={"PS1": "shell> ", "PYTHONPATH": PACKAGE})
    screen.expect("shell>")
    screen.send(f"{python.path} {script}\n")
    at(screen, "own.py:2")
    screen.keys("Ctrl-z")
    screen.expect("Stopped", "shell>")
    screen.send("fg\n")
    at(screen, "own.py:2")
    screen.send("c")
    screen.expect(re.compile(r"^went on\s*\nshell>", re.MULTILINE))
    screen.send("exit\n")
    screen.wait_end()


def test_a_job_in_the_background_waits_to_be_in_the_foreground(terminal, python, write):
    script = write("own.py", "import pytui\npytui.set_trace()\nprint('went on')\n")
    screen = terminal("bash", "--norc", "--noprofile", "-i", env={"PS1": "shell> ", "PYTHONPATH": PACKAGE})
    screen.expect("shell>")
    screen.send(f"{python.path} {script} &\n")
    screen.expect(re.compile(r"\[1\] \d+"))
    screen.wait_until(lambda: screen.send("jobs\n") or screen.shows("Stopped"), "it was not stopped")
    screen.send("fg\n")
    at(screen, "own.py:2")
    screen.send("c")
    screen.expect(re.compile(r"^went on\s*\nshell>", re.MULTILINE))
    screen.send("exit\n")
    screen.wait_end()
