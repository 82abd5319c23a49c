"""The Stack pane: threads as rows, folded library frames, class names, long stacks."""

import re
from collections.abc import Callable
from pathlib import Path

from conftest import Pytui, at

Write = Callable[[str, str | bytes], Path]

LIBRARIES = """\
import re
import unittest


class Base:
    def run(self):
        return found(None)


class Child(Base):
    pass


def found(match):
    return "x"


class Case(unittest.TestCase):
    def test_it(self):
        Child().run()


unittest.main(argv=["x"], exit=False)
"""

THREADS = """\
import threading

go_on = threading.Event()
workers = [threading.Thread(target=go_on.wait, name=f"worker {k}") for k in range(200)]
for each in workers:
    each.start()
print("all there")
go_on.set()
"""


def test_threads_are_rows_to_pick_and_freeze(pytui: Pytui, each_engine) -> None:
    screen = pytui("workers.py", options=["--continue", "-b", "workers.py:21"], cols=130, rows=40,
                   interpreter=each_engine.path)  # fmt: skip
    at(screen, "workers.py:21")
    screen.expect(re.compile(r"▾ MainThread  stopped here"), re.compile(r"▸ worker 1  (stopped|waits in time.sleep)"))
    screen.expect(re.compile(r"▶ <module>  workers.py:21"))
    screen.send("S")
    screen.keys("Down", "Down")
    screen.send("F")
    screen.expect("▸ worker 1  frozen", "1 thread is frozen")
    screen.keys("Enter")
    screen.expect(re.compile(r"in work · stopped: .*· worker 1 \(frozen\)"), row=0)
    screen.expect("▾ worker 1  frozen", "▸ MainThread  stopped here", re.compile(r"▶ work +workers.py"))
    screen.keys("Up", "Enter")
    screen.expect("▸ worker 1  frozen")
    screen.keys("Enter", "Down")
    screen.send("F")
    screen.expect("no thread is frozen", re.compile(r"▾ worker 1  (stopped|waits in time.sleep)"))
    screen.click(screen.row_of("▸ MainThread"), screen.lines[screen.row_of("▸ MainThread")].find("Main"))
    screen.expect(re.compile(r"in <module> · stopped: .*· MainThread"), row=0)


def test_one_thread_has_no_rows_for_threads(pytui: Pytui) -> None:
    screen = pytui("stepme.py", options=["--continue", "-b", "stepme.py:2"])
    at(screen, "stepme.py:2")
    screen.expect(re.compile(r"▶ work +stepme.py:2"))
    assert not screen.shows("▾ MainThread")


BLOCKED = """\
import os
import threading
import time

here, gone = os.pipe()
lock = threading.RLock()


def reads():
    with lock:
        os.read(here, 1)


def enters():
    while lock.acquire(blocking=False):
        lock.release()
    with lock:
        pass


for each in reads, enters:
    threading.Thread(target=each, name=each.__name__, daemon=True).start()
while True:
    time.sleep(0.01)
    print("again")
"""


def test_what_threads_are_blocked_in(pytui: Pytui, write: Write, each_engine) -> None:
    screen = pytui(write("blocks.py", BLOCKED), options=["--continue", "-b", "blocks.py:25"], cols=130, rows=30,
                   interpreter=each_engine.path)  # fmt: skip
    at(screen, "blocks.py:25")
    while not screen.shows("▸ enters  waits in with lock: held by reads"):
        screen.send("c")
        at(screen, "blocks.py:25")
        screen.expect(re.compile(r"▸ enters  (waits|stopped)"))
    screen.expect("▸ reads  waits in os.read(here, 1)", "▾ MainThread  stopped here")


def test_two_hundred_threads(pytui: Pytui, write: Write) -> None:
    screen = pytui(write("many.py", THREADS), options=["--continue", "-b", "many.py:7"], cols=120, rows=30)
    at(screen, "many.py:7")
    screen.expect("▾ MainThread")
    screen.send("SG")
    screen.expect(re.compile(r"▸ worker 199  waits in Event.wait"))
    screen.send("g")
    screen.expect("▾ MainThread  stopped here")


def test_library_frames_fold(pytui: Pytui, write: Write) -> None:
    program = write("folds.py", LIBRARIES)
    screen = pytui(program, options=["--continue", "-b", f"{program}:15"], cols=140, rows=50)
    at(screen, "folds.py:15")
    screen.expect(re.compile(r"▶ found +folds.py:15"), re.compile(r"… \d+ library frames"), "Base.run [Child]")
    assert not screen.shows(re.compile(r"Case.test_it \["))
    assert not screen.shows("TestProgram")
    screen.send("SG")
    screen.keys("Up", "Enter")
    screen.expect_not(re.compile(r"… \d+ library frames"))
    screen.expect("TestProgram")
    screen.send("n")
    at(screen, "folds.py:7")
    screen.expect(re.compile(r"… \d+ library frames"))
    screen.send("uu")
    screen.expect_not(re.compile(r"… \d+ library frames"))
    screen.send(":set fold-library-frames = no\r")
    screen.send("n")
    screen.expect("TestProgram")


def test_a_stack_of_ten_thousand_frames_is_fetched_as_it_is_looked_at(pytui: Pytui) -> None:
    screen = pytui("deep.py", "10000", options=["--continue", "-b", "deep.py:11"], cols=120, rows=40)
    screen.expect("stopped", row=0)
    screen.expect(re.compile(r"Stack +1/\d+\+"))
    for _ in range(3):  # a step asks for no more than it shows
        screen.send("n")
        screen.settle()
    screen.expect("stopped: step", re.compile(r"Stack +1/\d\d?\+"))
    screen.send("SG")
    screen.expect(re.compile(r"Stack +1/9999(?!\+)"), re.compile(r"<module> +deep.py:24"))
    screen.keys(*["PageUp"] * 30)  # over frames that were not fetched
    screen.expect_not(re.compile(r"<module> +deep.py"))
    screen.expect(re.compile(r"down +deep.py:12"))
    screen.expect_not(re.compile(r"│ +… +│"))
    screen.keys("Enter")
    screen.expect(re.compile(r"Stack +9\d{3}/9999(?!\+)"), re.compile(r"left +\d+"))
    screen.send("u:where -400\r")
    screen.expect("frames that were not looked at")
    screen.send("Sg")
    screen.expect(re.compile(r"left +\d+"))
