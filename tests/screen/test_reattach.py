"""Programs that pytui launched and left: found again, with their terminal."""

import os
import re
import signal

import pytest
from conftest import PYTUI, at, ended, own_programs, printed, program_of, quit_pytui, restored
from screen import alive

ASKING = """\
import sys
print("first \\033[31mred\\033[m words")
while True:
    line = input("name? ")
    if line == "end":
        break
    print("hello", line)
print("bye")
sys.exit(5)
"""
WORKING = """\
import os, sys, time
rounds = 0
print("begins", flush=True)
while not os.path.exists(sys.argv[1]):
    rounds += 1
    time.sleep(0.001)
print("x" * 100000)
print("last words", flush=True)
"""


@pytest.fixture
def place(home):
    """Where programs listen."""
    return home / "run" / "pytui"


def listens(screen, place, script, pid):
    """Waits until the program PID and its terminal can be had."""
    names = {f"{script}.{pid}", f".tty.{pid}"}
    screen.wait_until(lambda: place.is_dir() and names <= set(os.listdir(place)), f"{script} does not listen")


def left(screen, place, script):
    """Leaves a program that runs, by its screen; its pid."""
    pid = program_of(screen, script)
    screen.send(":detach\r")
    assert screen.wait_end() == 0
    restored(screen)
    listens(screen, place, script, pid)
    return pid


def killed(screen, place, script):
    """Kills pytui, and what watches it; the program's pid."""
    pid = program_of(screen, script)
    keeper = parent_of(pid)
    for each, line in screen.processes().items():
        if line.startswith(str(PYTUI)) and each != keeper:
            os.kill(each, signal.SIGKILL)
    screen.wait_end()
    listens(screen, place, script, pid)
    return pid


def parent_of(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def types(screen, word, answer):
    """Says a word to the program, which answers."""
    screen.expect(re.compile(r"^name\?", re.MULTILINE))
    screen.send(word + "\r")
    screen.expect(printed(answer))


def test_left_and_attached_again(pytui, terminal, write, home, place, each_engine):
    screen = pytui(write("ask.py", ASKING), options=["--continue"], interpreter=each_engine.path)
    screen.expect(printed("name?"))
    screen.send("T")
    screen.expect("Ctrl-] leaves")
    types(screen, "ann", "hello ann")
    screen.keys("Ctrl-]")
    screen.expect_not("Ctrl-] leaves")
    screen.send("q")
    screen.expect("Leave it running")
    screen.send("l")
    assert screen.wait_end() == 0
    restored(screen)
    screen.expect("goes on: `pytui attach")
    pid = program_of(screen, "ask.py")
    listens(screen, place, "ask.py", pid)
    (row,) = own_programs(home)
    assert (row["name"], row["pid"], row["state"], row["attached"]) == ("ask.py", pid, "running", False)
    again = terminal(PYTUI, "attach", "ask.py")
    again.expect("ask.py · running", printed("first red words"), printed("hello ann"), printed("name?"))
    row = again.row_of(printed("first red words"))
    assert again.attributes_at(row, again.lines[row].index("red"))[0] == 1
    again.send("T")
    again.expect("Ctrl-] leaves")
    types(again, "bob", "hello bob")
    again.send("end\r")
    ended(again, "5")
    again.expect(printed("bye"))
    quit_pytui(again, 5)
    again.wait_until(lambda: not os.listdir(place), "a socket was left behind")


def test_kill_9_of_pytui_and_what_was_printed_then(pytui, terminal, write, tmp_path, place):
    """Nobody could say what was on the screen: it begins with what was printed since."""
    end = tmp_path / "end"
    screen = pytui(write("work.py", WORKING + "input()\n"), end, options=["--continue"])
    screen.expect(printed("begins"))
    pid = killed(screen, place, "work.py")
    end.touch()
    again = terminal(PYTUI, "attach", str(pid))
    again.expect(printed("last words"))
    again.send("T\r")
    ended(again, "0")
    quit_pytui(again, 0)


@pytest.mark.parametrize("way", ["hangup", "TERM"])
def test_the_terminal_is_closed(pytui, terminal, write, home, place, way):
    screen = pytui(write("ask.py", ASKING), options=["--continue"])
    screen.expect(printed("name?"))
    pid = program_of(screen, "ask.py")
    if way == "hangup":
        screen.hangup()
    else:
        screen.signal(signal.SIGTERM)
    screen.wait_end()
    listens(screen, place, "ask.py", pid)
    again = terminal(PYTUI, "attach", "ask.py")
    again.expect(printed("first red words"), printed("name?"))
    again.send("q")
    again.expect("Detach", "Terminate it")
    again.send("t")
    again.wait_end()
    again.wait_until(lambda: not alive(pid) and f".tty.{pid}" not in os.listdir(place), "something was left behind")
    assert own_programs(home) == []  # what the killed program could not remove is removed by who looks
    assert not os.listdir(place)


def test_two_at_once_and_many_times(pytui, terminal, write, place):
    pids = []
    for name in ("one.py", "two.py"):
        screen = pytui(write(name, ASKING), options=["--continue"])
        screen.expect(printed("name?"))
        screen.send("T")
        screen.expect("Ctrl-] leaves")
        types(screen, name[:3], f"hello {name[:3]}")
        screen.keys("Ctrl-]")
        screen.expect_not("Ctrl-] leaves")
        pids.append(left(screen, place, name))
    for _ in range(10):
        for pid, name in zip(pids, ("one.py", "two.py"), strict=True):
            screen = terminal(PYTUI, "attach", str(pid))
            screen.expect(f"{name} · running", printed(f"hello {name[:3]}"))
            screen.send(":detach\r")
            assert screen.wait_end() == 0
            listens(screen, place, name, pid)
    for pid, name in zip(pids, ("one.py", "two.py"), strict=True):
        screen = terminal(PYTUI, "attach", name)
        screen.expect(printed(f"hello {name[:3]}"), printed("name?"))
        screen.send("T")
        screen.expect("Ctrl-] leaves")
        screen.send("end\r")
        ended(screen, "5")
        quit_pytui(screen, 5)
    screen.wait_until(lambda: not os.listdir(place), "a socket was left behind")


def test_it_ends_while_nobody_looks(pytui, write, tmp_path, place):
    end = tmp_path / "end"
    screen = pytui(write("work.py", WORKING), end, options=["--continue"])
    screen.expect(printed("begins"))
    pid = left(screen, place, "work.py")
    end.touch()
    screen.wait_until(lambda: not alive(pid) and not os.listdir(place), "something was left behind")
    screen.wait_until(lambda: not screen.processes(), "a process was left behind")


def test_a_stop_waits_if_that_is_set(pytui, terminal, write, tmp_path, home, place, each_engine):
    (home / "config/pytui").mkdir(parents=True)
    (home / "config/pytui/config.ini").write_text("when-lost = wait\n")
    end = tmp_path / "end"
    screen = pytui(write("work.py", WORKING), end, interpreter=each_engine.path)
    at(screen, "work.py:1")
    screen.send(":until 5\r")
    at(screen, "work.py:5")
    pid = killed(screen, place, "work.py")
    again = terminal(PYTUI, "attach")
    again.expect(re.compile(rf"{pid} +waiting"))
    again.send("\r")
    at(again, "work.py:5")
    again.send("n")
    at(again, "work.py:6")
    end.touch()
    again.send("c")
    ended(again, "0")
    again.expect(printed("last words"))
    quit_pytui(again, 0)


@pytest.mark.parametrize("who", ["keeper", "program"])
def test_kill_9_of_what_is_left(pytui, terminal, write, home, place, who):
    screen = pytui(write("ask.py", ASKING), options=["--continue"])
    screen.expect(printed("name?"))
    pid = left(screen, place, "ask.py")
    os.kill(parent_of(pid) if who == "keeper" else pid, signal.SIGKILL)
    screen.wait_until(lambda: not alive(pid), "the program lives")
    screen.wait_until(lambda: not screen.processes(), "a process was left behind")
    assert own_programs(home) == []
    assert not os.listdir(place)
    nobody = terminal(PYTUI, "attach", "ask.py")
    assert nobody.wait_end() == 1


@pytest.mark.parametrize("who", ["keeper", "program", "pytui"])
def test_kill_9_of_what_was_taken_back(pytui, terminal, write, place, who):
    screen = pytui(write("ask.py", ASKING), options=["--continue"])
    screen.expect(printed("name?"))
    pid = left(screen, place, "ask.py")
    again = terminal(PYTUI, "attach", "ask.py")
    again.expect("ask.py · running", printed("name?"))
    if who == "pytui":
        for each in [each for each, line in again.processes().items() if "attach" in line]:
            os.kill(each, signal.SIGKILL)
        again.wait_end()
        listens(screen, place, "ask.py", pid)
        again = terminal(PYTUI, "attach", "ask.py")
        again.expect("ask.py · running", printed("name?"))
        os.kill(pid, signal.SIGKILL)
    else:
        os.kill(parent_of(pid) if who == "keeper" else pid, signal.SIGKILL)
    ended(again, "HUP" if who == "keeper" else "KILL")
    quit_pytui(again)
    again.wait_until(lambda: not alive(pid), "the program lives")


def test_a_terminal_of_another_size(pytui, terminal, write, place):
    """A program that fills its terminal draws itself anew."""
    text = """\
import os, signal, time
signal.signal(signal.SIGWINCH, lambda *_: print("\\033[2J\\033[Hwide", os.get_terminal_size().columns, flush=True))
print("\\033[?1049h\\033[2J\\033[Hat first", os.get_terminal_size().columns, flush=True)
while True:
    time.sleep(0.01)
"""
    screen = pytui(write("full.py", text), options=["--continue", "--no-color"], rows=24, cols=80)
    screen.expect("at first")
    pid = left(screen, place, "full.py")
    again = terminal(PYTUI, "attach", "full.py", rows=30, cols=100)
    again.expect("wide 100")
    os.kill(pid, signal.SIGKILL)
    ended(again, "KILL")
    quit_pytui(again)


def test_nothing_listens_if_that_is_set(pytui, write, tmp_path, home, place):
    (home / "config/pytui").mkdir(parents=True)
    (home / "config/pytui/config.ini").write_text("reattach = no\n")
    end = tmp_path / "end"
    screen = pytui(write("work.py", WORKING), end, options=["--continue"])
    screen.expect(printed("begins"))
    pid = program_of(screen, "work.py")
    screen.send(":detach\r")
    assert screen.wait_end() == 0
    assert not screen.shows("goes on")
    screen.wait_until(lambda: threads_of(pid) == 1, "the debugger's threads are still there")
    assert not place.exists()
    end.touch()
    screen.wait_until(lambda: not screen.processes(), "something was left behind")


def threads_of(pid):
    return len(os.listdir(f"/proc/{pid}/task"))
