"""Watches on top of Variables: adding, changing, removing, where they are for, and at the next start."""

import re

from conftest import at
from test_kept_breakpoints import leave

PROGRAM = """\
import os
go = os.path.join(os.path.dirname(os.path.abspath(__file__)), "go")
def slow():
    while not os.path.exists(go): pass
    return "at last"
def inner(depth):
    here = depth * 2
    return here # inner
def work(count, items):
    total = 0
    for i in range(count):
        total += inner(i) # stop
    return total
work(5, [1, [2, 3]])
"""
STOP = 1 + PROGRAM.splitlines().index("        total += inner(i) # stop")
INNER = 1 + PROGRAM.splitlines().index("    return here # inner")


def stopped(pytui, write, line=STOP, **options):
    """The program at its stop, with the cursor in Variables."""
    screen = pytui(
        write("watched.py", PROGRAM), options=["--continue", "-b", f"watched.py:{line}"], cols=120, **options
    )
    at(screen, f"watched.py:{line} in")
    screen.send("V")
    return screen


def watch(screen, expression):
    """Add a watch by its key."""
    screen.send("n")
    screen.expect("watch:")
    screen.send(expression + "\r")
    screen.expect(f"watched: {expression}")


def test_watches_stand_on_top_and_follow(pytui, write, each_engine):
    screen = stopped(pytui, write, interpreter=each_engine.path)
    watch(screen, "total + 100")
    screen.expect(re.compile(r"▾ Watches.*\n.* total \+ 100 +100\b"), re.compile(r"▾ Locals"))
    watch(screen, "items")
    screen.expect(re.compile(r"▸ items +list\[2\] +\[1, \[2, 3\]\].*\n[^\n]*▾ Locals"))
    screen.send("gjjl")
    screen.expect(re.compile(r"▾ items.*\n.*\[0\] +1\b.*\n.*▸ \[1\]"))
    screen.keys("F5")
    screen.keys("F5")
    screen.expect(re.compile(r"~ total \+ 100 +102 +was 100"), re.compile(r"▾ items.*\n.*\[0\] +1\b"))
    screen.send("u")
    screen.expect(re.compile(r"total \+ 100 +<NameError: name 'total'"))
    screen.send("V")
    screen.send(":watch len(items)\r")
    screen.expect(re.compile(r"len\(items\) +<NameError"))


def test_a_watch_is_changed_removed_and_brought_back(pytui, write):
    screen = stopped(pytui, write)
    watch(screen, "total")
    screen.send("gje")
    screen.expect("watch: total")
    screen.send(" - 7\r")
    screen.expect(re.compile(r"total - 7 +-7"))
    screen.keys("Delete")
    screen.expect("no longer watched: total - 7")
    screen.expect_not("Watches")
    screen.send("U")
    screen.expect(re.compile(r"Watches.*\n.*total - 7 +-7"))
    screen.send("U")
    screen.expect("no watch was removed")
    screen.send(":unwatch 5\r")
    screen.expect("there is no watch 5")
    screen.send(":unwatch 1\r")
    screen.expect_not("Watches")
    screen.keys("Delete")
    screen.expect("put the cursor on a watch")


def test_a_watch_of_one_function(pytui, write):
    screen = stopped(pytui, write)
    watch(screen, "total")
    screen.send("gjo")
    screen.expect("watched in this function", re.compile(r"total +0 +this function"))
    screen.send(f":tbreak {INNER}\r")
    screen.keys("F5")
    at(screen, f"watched.py:{INNER} in inner")
    screen.expect_not("Watches")
    screen.keys("Shift-F11")
    screen.expect(re.compile(r"▾ Watches.*\n.*total +0"))
    screen.send("gjo")
    screen.expect("watched in all projects", re.compile(r"total +0 +everywhere"))
    screen.send(":watch-in nowhere\r")
    screen.expect("watch it in the project, the function or everywhere")


def test_a_slow_watch_says_so_and_is_asked_again(pytui, write, tmp_path):
    screen = stopped(pytui, write)
    watch(screen, "slow()")
    screen.expect(re.compile(r"slow\(\) +<took longer.*Enter: again"))
    watch(screen, "total")
    screen.expect(re.compile(r"slow\(\) +<slow: not.*Enter: again"), re.compile(r"  total +0\b"))
    write("go", "")
    screen.send("gj\r")
    screen.expect(re.compile(r"slow\(\) +'at last'"))


def test_watches_are_there_at_the_next_start(pytui, write):
    screen = stopped(pytui, write)
    watch(screen, "total + 1")
    watch(screen, "count")
    screen.send("gjjoo")
    screen.expect("watched in all projects")
    leave(screen)
    screen = stopped(pytui, write)
    screen.expect(re.compile(r"Watches.*\n.*count +5 +everywhere.*\n.*total \+ 1 +1"))


def test_keys_typed_behind_a_watch_mean_its_row(pytui, write):
    screen = stopped(pytui, write)
    watch(screen, "total")
    screen.send("nslow()\rgjjoo")  # it is not answered before the file is there
    screen.expect("watched in all projects")
    screen.expect(re.compile(r"Watches.*\n.*total +0\b.*\n.*slow\(\) +<slow"))


def test_hostile_text_in_a_watch_is_escaped(pytui, write):
    screen = stopped(pytui, write)
    screen.send(":watch '\\x1b[31m' + chr(0x202e) + chr(0x200b)\r")
    screen.expect(re.compile(r"Watches"), re.compile(r"'\\x1b\[31m"))
