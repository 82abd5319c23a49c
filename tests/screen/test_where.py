"""The stacks of all threads on the screen, while the program runs and while it cannot be stopped."""

import re

from conftest import at, printed


def test_stacks_while_it_runs(pytui, each_engine):
    screen = pytui("spin.py", "sleep", options=["--continue"], interpreter=each_engine.path)
    screen.expect(printed("spinning"))
    screen.send("W")
    screen.expect(
        "Thread 1 MainThread", re.compile(r"    sleep +spin\.py:\d+"), re.compile(r"    <module> +spin\.py:\d+")
    )
    screen.expect(re.compile("spin.py · running"), row=0)


def test_stacks_at_a_stop(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.send("ns")
    at(screen, "stepme.py:2 in work")
    screen.send(":where all\r")
    screen.expect(
        "Thread 1 MainThread", re.compile(r"    <module> +stepme\.py:10"), re.compile(r"    work +stepme\.py:2")
    )
    screen.send(":where some\r")
    screen.expect("where wants a count of frames, or all")


def test_pause_while_c_code_keeps_the_interpreter(pytui, each_engine):
    screen = pytui("spin.py", "native", options=["--continue"], interpreter=each_engine.path, rows=40, cols=100)
    screen.expect(printed("spinning"))
    screen.keys("Ctrl-c")
    screen.expect(re.compile("spin.py · in C code; stops at the next line"), row=0)
    screen.expect(re.compile(r"    native +spin\.py:\d+"), re.compile("Thread 2 "), "the console has the stacks")
    screen.send("?")  # it stays alive meanwhile
    screen.expect("Help")
    screen.keys("Esc")
    screen.expect(re.compile(r"spin\.py:\d+ in (native|sleep)\b.*stopped: pause"), row=0)
    screen.send(":where all\r")
    screen.expect("Thread 2 napper")


def test_modules_to_pick_from(pytui):
    screen = pytui("spin.py", "sleep", options=["--continue"], rows=30, cols=110)
    screen.expect(printed("spinning"))
    screen.send(":modules threading\r")
    screen.expect("Modules", re.compile(r"threading +/.*/threading\.py"))
    screen.keys("Enter")
    screen.expect("Thread module emulating a subset")
    screen.send(":modules _thread\r")
    screen.expect(re.compile("_thread +built in"))
    screen.keys("Enter")
    screen.expect("_thread has no source to show: built in")
    screen.send(":modules nosuch\r")
    screen.expect('no module\'s name or file holds "nosuch"')


def test_more_modules_than_are_looked_through(pytui, write):
    program = """\
import sys, types
for n in range(6000):
    name = f"made{n}"
    sys.modules[name] = types.ModuleType(name)
end = 1
"""
    screen = pytui(write("prog.py", program), options=["--continue", "-b", "prog.py:5"], rows=30, cols=110)
    at(screen, "prog.py:5")
    screen.send(":modules made123\r")
    screen.expect(re.compile(r"Modules among the first 5000 of 6\d\d\d"), re.compile("made1234 +built in"))
    screen.keys("Esc")
    screen.expect_not("made1234 ")
    screen.send(":modules made5999\r")
    screen.expect(re.compile(r'no module\'s name or file holds "made5999" among the first 5000 of 6\d\d\d'))
