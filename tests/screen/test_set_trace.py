"""Programs that open the debugger themselves, in the terminal that they have."""

import os
import re
import signal

import pytest
from conftest import PYTUI, at, program_of, restored
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


@pytest.mark.parametrize("form", ["-m own", "directory", "archive"])
def test_steps_in_whatever_is_run(plain, write, form):
    write("there/__main__.py", PROGRAM)
    run = {"-m own": "-m own", "directory": "there", "archive": "there.pyz"}[form]
    pack = "{python} -m zipapp there && " if form == "archive" else ""
    screen = plain(PROGRAM, shell=f"cd $(dirname {{script}}) && {pack}{{python}} {run}")
    name = "own.py" if form == "-m own" else "__main__.py"
    at(screen, f"{name}:9")
    screen.expect(re.compile(r"▶ +9 +pytui.set_trace"))
    screen.send("n")
    at(screen, f"{name}:10")
    screen.send("c")
    given(screen)
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


ALONE = "setsid -w {python} {script} 2>&1 </dev/null | cat"  # without a terminal


@pytest.mark.parametrize("how", ["environment", "argument"])
def test_without_a_terminal_it_says_once_that_it_goes_on(plain, how):
    argument, env = ("", {"PYTUI_NO_TERMINAL": "continue"}) if how == "environment" else ("no_terminal='continue'", {})
    text = f"import pytui\nfor i in range(3):\n    pytui.set_trace({argument})\nprint('went on')\n"
    screen = plain(text, shell=ALONE, env=env, cols=160)
    ends(screen, re.compile(r"^pytui: process \d+ has no terminal and goes on at own.py:3: with PYTUI_NO_TERMINAL="))
    assert screen.shows("went on") and "\n".join(screen.state["lines"]).count("goes on at") == 1


def test_it_goes_on_where_nobody_could_read_that_it_waits(plain):
    text = "import pytui\npytui.set_trace()\nprint('went on')\n"
    for stream in ("2>/dev/null", "2>&-"):
        ends(plain(text, shell=f"setsid -w {{python}} {{script}} {stream} | cat"), "went on")


def test_what_it_does_without_a_terminal_is_one_of_two(plain):
    text = """\
import pytui
for function in (pytui.set_trace, pytui.post_mortem):
    try: function(no_terminal="ask")
    except ValueError as error: print(function.__name__, error)
"""
    ends(plain(text), "set_trace no_terminal is 'wait' or 'continue', not 'ask'", "post_mortem no_terminal is")
    text = "import pytui\npytui.set_trace()\nprint('went on')\n"
    screen = plain(text, shell="setsid -w {python} {script} 2>/dev/null | cat", env={"PYTUI_NO_TERMINAL": "ask"})
    ends(screen, "went on")


def waits(screen, who=r"process \d+"):
    """What the program says, and the addresses where its processes wait."""
    line = re.compile(rf"^pytui: {who} waits at (.*): pytui attach (unix:\S+)", re.MULTILINE)
    screen.expect(line)
    return line.findall("\n".join(screen.state["lines"]))


WAITING = """\
import pytui
def f(a):
    pytui.set_trace()
    return a
print("result", f(4))
pytui.set_trace(no_terminal="continue")
print("listens", pytui._backend.load().listening())
"""


def test_without_a_terminal_it_waits_for_who_attaches(plain, terminal, each_engine):
    program = plain(WAITING, shell=ALONE, interpreter=each_engine.path, cols=160)
    ((place, address),) = waits(program)
    assert place == "own.py:3 in f"
    screen = terminal(PYTUI, "attach", address)
    at(screen, "own.py:3 in f")
    screen.expect(re.compile(r"\ba +4\b"))
    screen.send("n")
    at(screen, "own.py:4 in f")
    screen.send("q")
    screen.expect("Detach")
    screen.send("d")
    assert screen.wait_end() == 0
    ends(program, "result 4", "goes on at own.py:6", "listens None")


def test_the_wait_is_ended_by_ctrl_c(plain, each_engine):
    text = "import pytui\npytui.arm()\ntry: pytui.set_trace()\nexcept KeyboardInterrupt: print('interrupted')\n"
    text += "print('listens', pytui._backend.load().listening(), 'armed', pytui._backend.load().armed())\n"
    program = plain(text, shell=ALONE, interpreter=each_engine.path, cols=160)
    waits(program)
    os.kill(program_of(program, "own.py"), signal.SIGINT)
    ends(program, "interrupted", "listens None armed True")


TOGETHER = """\
import multiprocessing, os, threading
import pytui
def child(number):
    pytui.set_trace()
    print("child", number)
if os.fork() == 0:
    child(1)
    os._exit(0)
if os.fork() == 0:
    thread = threading.Thread(target=child, args=(2,))
    thread.start()
    thread.join()
    os._exit(0)
for _ in range(2): os.wait()
print("over")
"""


def test_several_processes_wait_at_once(plain, terminal, each_engine):
    program = plain(TOGETHER, shell=ALONE.replace("{python}", "{python} -u"), interpreter=each_engine.path, cols=160)
    program.wait_until(lambda: len(waits(program)) == 2, "not both wait")
    for place, address in waits(program):
        assert place == "own.py:4 in child"
        screen = terminal(PYTUI, "attach", address)
        at(screen, "own.py:4 in child")
        screen.send("c")
    ends(program, "child 1", "child 2", "over")


def test_post_mortem_waits_without_a_terminal(plain, terminal):
    program = plain("import pytui\nwith pytui.on_exception():\n    {}['key']\n", shell=ALONE, cols=160)
    ((what, address),) = waits(program)
    assert what == "KeyError"
    screen = terminal(PYTUI, "attach", address)
    screen.expect("post-mortem: KeyError", row=0)
    screen.send("c")
    screen.expect("debugging is over, and the program goes on")
    screen.expect("debugging is over", row=0)
    program.expect("KeyError: 'key'")


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
