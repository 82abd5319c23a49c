"""Too much of everything: pastes, keys held down, resizes, themes, all commands at random; alive and right after it."""

import contextlib
import os
import random
import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from conftest import BUILD, Screen, at, printed, restored

MEGABYTE = 1_000_000
MEMORY_LIMIT = 200_000  # kB of one of our processes; some pastes are kept twice, for undoing and for the history

PROGRAM = """\
import sys, time, threading


class Node:
    def __init__(self, depth):
        self.children = [Node(depth - 1) for _ in range(2)] if depth else []
        self.table = {str(i): i for i in range(depth)}


def leaf(number):
    if number % 7 == 0:
        raise ValueError(number)
    return number * 2


def work(number):
    node = Node(2)
    try:
        result = leaf(number)
    except ValueError as error:
        result = error
    text = "x" * number
    return node, result, text


def worker():
    while True:
        time.sleep(0.01)
        leaf(1)


threading.Thread(target=worker, name="worker", daemon=True).start()
for number in range(1, 10_000_000):
    work(number % 1000)
    if number % 50 == 0:
        time.sleep(0.002)
        print("line", number, "\\x1b[3%dm" % (number % 8), "colours" * 9, "\\x1b[m", flush=True)
"""

FLOOD = """\
import sys
line = "\\x1b[3%dm0123456789 the quick brown fox jumps over the lazy dog\\x1b[m\\n"
block = "".join(line % (i % 8) for i in range(512))
for _ in range(int(sys.argv[1]) * 1_000_000 // len(block)):
    sys.stdout.write(block)
print("flood done", flush=True)
if len(sys.argv) > 2:
    input("wait ")
"""


def memory(screen: Screen) -> int:
    """kB that the greatest of our processes ever had."""
    most = 0
    for pid, command in screen.processes().items():
        if Path(command.split()[0]).name == "pytui":
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text()
                most = max(most, int((re.search(r"VmHWM:\s+(\d+)", status) or [0, 0])[1]))
    return most


def bounded(screen: Screen) -> None:
    """Demands that we have not grown without bounds; sanitizers need more, and keep what was freed."""
    limit = MEMORY_LIMIT * (8 if "LD_PRELOAD" in screen.environment else 1)
    assert memory(screen) < limit


def picture(screen: Screen) -> tuple[list[str], list]:
    """What is on the screen, with its colours, but for the message row."""
    cells = screen.cells()
    return screen.lines[:-1], cells[:-1]


def right(screen: Screen) -> None:
    """Demands that painting all anew shows what was there: nothing on the screen is left over or missing."""
    screen.settle()
    before = picture(screen)
    screen.keys("Ctrl-l")
    screen.settle()
    after = picture(screen)
    for row, (was, is_now) in enumerate(zip(zip(*before, strict=True), zip(*after, strict=True), strict=True)):
        assert was == is_now, f"row {row} was {was}\nbut is {is_now}\n{screen.dump()}"


def home(screen: Screen) -> None:
    """Leaves dialogs, prompts, Terminal and Console: keys are commands. An Esc must not meet the key behind it."""
    screen.keys("Esc")
    for _ in range(30):
        screen.pass_time(0.1)
        if screen.shows("╭"):
            screen.keys("Esc")
        elif screen.shows("? help", row=0) and screen.state["visible"] is False:
            break
        elif screen.shows("Ctrl-] leave", row=0):
            screen.keys("Ctrl-]")
        else:  # a prompt takes the one, the Console the other
            screen.keys("Ctrl-g")
            screen.pass_time(0.1)
            if not screen.shows("? help", row=0):
                screen.keys("Ctrl-x")
    screen.keys("C")
    screen.pass_time(0.1)


def answers(screen: Screen) -> None:
    """Demands that keys are answered: help opens and closes."""
    screen.keys("?")
    screen.expect("Run to the next line")
    screen.keys("Esc")
    screen.expect_not("Run to the next line")


def leave(screen: Screen) -> None:
    """Ends pytui whatever the program does, and looks at what it leaves behind."""
    screen.send("q")
    screen.settle(0.1)
    if screen.status is None:
        screen.keys("Enter")
    screen.wait_end(timeout=60)
    restored(screen)
    screen.wait_until(lambda: not screen.processes(), "something is left")


def paste(screen: Screen, text: str, bracketed: bool = True) -> None:
    """Pastes a long text as terminals do, in pieces."""
    data = f"\x1b[200~{text}\x1b[201~" if bracketed else text
    for start in range(0, len(data), 16_000):
        screen.send(data[start : start + 16_000])


@pytest.fixture
def started(pytui: Callable[..., Screen], write: Callable[[str, str], Path]) -> Callable[..., Screen]:
    """pytui on the program above, stopped in its innermost function."""

    def start(**options: object) -> Screen:
        words = ["--continue", "-b", "storm.py:13"]
        screen = pytui(write("storm.py", PROGRAM), options=words, **{"rows": 40, "cols": 120} | options)
        at(screen, "storm.py:13")
        return screen

    return start


PASTED = "'" + "0123456789" * (MEGABYTE // 10) + "'"
# How a place that takes text is reached.
FIELDS = {
    "prompt": ":",
    "search": "/",
    "go to line": "L",
    "filter of variables": "V/",
    "find in variables": "VF",
    "assignment": "Ve",
    "watch": "Vn",
    "breakpoint": "Be",
    "palette": "\x0b",
    "browser": "m",
    "preferences": "\x10",
    "help": "?",
    "theme": ":theme\r",
    "console": "\x18",
    "console history": "\x18\x12",
    "source": "",
}


def test_a_paste_that_lost_its_end_swallows_no_key(started):
    """Enter, typed after it, runs what was pasted."""
    screen = started()
    screen.send(":")
    screen.expect(re.compile("^:$"), row=-1)
    screen.send(b"\x1b[200~print 6 * 7")
    screen.pass_time(0.3)
    screen.send("\r")
    screen.expect(re.compile(r"^ ?42\b", re.MULTILINE))
    screen.send(":")
    screen.expect(re.compile("^:$"), row=-1)
    screen.send(b"\x1b[200~lost")
    screen.pass_time(0.05)
    screen.keys("Ctrl-c")
    screen.expect_not(re.compile("^:", re.MULTILINE))
    right(screen)


@pytest.mark.parametrize("way", FIELDS.values(), ids=FIELDS.keys())
def test_a_megabyte_is_pasted_into(started, way):
    screen = started()
    for each in way:
        screen.send(each)
        screen.settle(0.1)
    paste(screen, PASTED)
    screen.settle(0.3, timeout=60)
    screen.send("x")
    screen.keys("Backspace", "Left", "Home", "End", "Ctrl-w")
    screen.settle(timeout=60)
    home(screen)
    right(screen)
    answers(screen)
    bounded(screen)
    leave(screen)


@pytest.mark.parametrize("way", [":", "\x18"], ids=["prompt", "console"])
def test_a_megabyte_comes_without_brackets(started, way):
    screen = started()
    screen.send(way)
    screen.settle(0.1)
    paste(screen, PASTED, bracketed=False)
    screen.settle(1, timeout=120)
    screen.keys("Ctrl-u")
    screen.send("p 6 * 7\r" if way == ":" else "6 * 7\r")
    screen.expect(re.compile(r"\b42\b"), timeout=60)
    home(screen)
    right(screen)
    bounded(screen)
    leave(screen)


READER = """\
import os, sys, termios, tty
before = termios.tcgetattr(0)
tty.setraw(0)
print("ready", flush=True)
count = 0
while count < {wanted}:
    count += len(os.read(0, 65536))
termios.tcsetattr(0, termios.TCSANOW, before)
print("\\r\\nread", count)
"""


@pytest.mark.parametrize("bracketed", [False, True])
def test_a_megabyte_is_pasted_to_a_program_that_reads(pytui, write, bracketed):
    screen = pytui(write("reader.py", READER.format(wanted=MEGABYTE)), options=["--continue"])
    screen.expect(printed("ready"))
    screen.send("T")
    screen.settle(0.1)
    paste(screen, "0123456789" * (MEGABYTE // 10), bracketed)
    screen.expect(f"read {MEGABYTE}", timeout=60)
    screen.expect("exited", row=0)
    bounded(screen)
    right(screen)
    leave(screen)


def test_a_megabyte_is_pasted_to_a_program_that_does_not_read(pytui, write):
    screen = pytui(
        write("deaf.py", "import time\nprint('ready', flush=True)\ntime.sleep(1000)\n"), options=["--continue"]
    )
    screen.expect(printed("ready"))
    screen.send("T")
    screen.settle(0.1)
    for bracketed in (False, True):
        paste(screen, "0123456789" * (MEGABYTE // 10), bracketed)
        screen.settle(0.5, timeout=60)
        screen.keys("Ctrl-]")
        screen.expect("? help", row=0)
        answers(screen)
        screen.send("T")
        screen.settle(0.1)
    screen.keys("Ctrl-]")
    screen.expect("? help", row=0)
    bounded(screen)
    screen.keys("Ctrl-c")
    screen.expect("stopped: pause", row=0)
    right(screen)
    leave(screen)


HELD = "n s j k Ctrl-w z ? Esc Tab u d b + ] Down PageDown F10 o T :".split()


HELD_RUNNING = "n j Ctrl-w z ? Esc T".split()


@pytest.mark.parametrize(("key", "running"), [*((key, False) for key in HELD), *((key, True) for key in HELD_RUNNING)])
def test_a_key_is_held_down(started, key, running):
    screen = started()
    if running:
        screen.send(":clear all\rc")
        screen.expect("running", row=0)
    for _ in range(10):
        screen.keys(*[key] * 200)
    screen.keys("Ctrl-]")
    home(screen)
    if running:
        screen.keys("Ctrl-c")
        screen.expect(re.compile("stopped"), row=0, timeout=60)
    answers(screen)
    right(screen)
    bounded(screen)
    leave(screen)


SIZES = [(1, 1), (1, 300), (100, 1), (5, 20), (20, 5), (24, 80), (100, 300), (2, 2), (50, 160)]


def resize_storm(screen: Screen, count: int, seed: int) -> None:
    """Many sizes, then an ordinary one."""
    chance = random.Random(seed)
    for number in range(count):
        screen.resize(*(chance.choice(SIZES) if number % 3 else (chance.randint(1, 100), chance.randint(1, 300))))
    screen.resize(40, 120)


def test_a_thousand_resizes_during_a_flood(pytui, write):
    screen = pytui(write("flood.py", FLOOD), "30", "wait", options=["--continue"])
    screen.expect("the quick brown fox")
    resize_storm(screen, 1000, 3)
    screen.expect(printed("flood done"), timeout=120)
    right(screen)
    screen.keys("Ctrl-]")
    answers(screen)
    bounded(screen)
    leave(screen)


PLACES = {
    **FIELDS,
    **{f"layout {name}": f":layout {name}\r" for name in ("wide", "tall", "terminal-first")},
    "sidebar": ":sidebar left\r",
    "zoom": "Vz",
    "zoomed terminal": "o",
    "modules": ":modules\r",
    "threads": ":threads\r",
    "question": "q",
}


def test_a_thousand_resizes_of_everything(started):
    screen = started()
    for number, (name, way) in enumerate(PLACES.items()):
        for each in way:
            screen.send(each)
        screen.settle(0.1)
        resize_storm(screen, 1 + 1000 // len(PLACES), number)
        if name not in ("console", "zoomed terminal"):  # Ctrl-l is the console's, or the program's
            right(screen)
        home(screen)
        if name == "zoom":
            screen.send("Vz")
    answers(screen)
    bounded(screen)
    leave(screen)


THEMES = sorted(path.stem for path in (Path(__file__).parents[2] / "themes").glob("*.theme"))


def test_themes_change_during_a_flood(pytui, write):
    assert len(THEMES) > 20
    screen = pytui(write("flood.py", FLOOD), "100", options=["--continue"])
    screen.expect("the quick brown fox")
    for name in THEMES:
        screen.send(f":theme {name}\r")
    screen.expect(re.compile("running|exited"), row=0)
    screen.keys("Ctrl-p")
    for _ in range(3):
        screen.keys(*["Right"] * 30, *["Left"] * 30)
    screen.keys("Esc")
    screen.send(":theme\r")
    screen.keys(*["Down"] * 40, *["Up"] * 40)
    screen.keys("Esc")
    screen.expect(printed("flood done"), timeout=240)
    screen.expect("exited", row=0)
    home(screen)
    right(screen)
    answers(screen)
    bounded(screen)
    leave(screen)


def command_names() -> list[str]:
    """All of the command table."""
    lines = subprocess.run([BUILD / "tui" / "reference", "--list"], check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in lines.splitlines()]
    return [row[2] for row in rows if row[0] == "command"]


UNWANTED = {"quit", "suspend"}  # they end it, or would stop the test
ARGUMENTS = ["", "", "", "leaf, number > 5", *"1 2 all work storm.py:13 number node node.children on off".split()]
NAMED = "Enter Esc Tab Up Down Left Right PageUp PageDown Home End Delete Backspace Shift-Tab".split()
CONTROL = [f"Ctrl-{letter}" for letter in "abdefghijklnoprtuvwxy]"] + [f"F{number}" for number in range(1, 13)]
LETTERS = [chr(code) for code in range(33, 127) if chr(code) != "q"]


class Monkey:
    """Does anything at all, the same for the same seed."""

    def __init__(self, screen: Screen, names: Iterable[str], seed: int) -> None:
        self.screen = screen
        self.chance = random.Random(seed)
        self.names = [name for name in names if name not in UNWANTED]
        self.done: list[str] = []
        often = [self.key] * 12 + [self.command] * 6 + [self.click] * 3
        self.acts = [*often, self.resize, self.paste, self.stop, self.wait, self.go]

    def step(self) -> None:
        """One act."""
        act = self.chance.choice(self.acts)
        self.done.append(act.__name__)
        act()

    def key(self) -> None:
        """A key, perhaps held."""
        name = self.chance.choice(self.chance.choice([NAMED, CONTROL, LETTERS, LETTERS]))
        self.done[-1] += f" {name}"
        self.screen.keys(*[name] * self.chance.choice([1, 1, 1, 3, 20]))

    def command(self) -> None:
        """Any command with any argument."""
        line = f":{self.chance.choice(self.names)} {self.chance.choice(ARGUMENTS)}\r"
        self.done[-1] += f" {line!r}"
        self.screen.send(line)

    def click(self) -> None:
        """The mouse, anywhere."""
        self.screen.click(self.chance.randrange(60), self.chance.randrange(160), self.chance.choice([0, 0, 2, 64, 65]))

    def resize(self) -> None:
        """Any size."""
        self.screen.resize(*self.chance.choice([*SIZES, (40, 120), (40, 120)]))

    def paste(self) -> None:
        """Any text."""
        paste(self.screen, self.chance.choice(["number", "x\\ny\\n", "\\x1b[31m", "z" * 5000]))

    def stop(self) -> None:
        """Makes the program stop."""
        self.screen.keys("Ctrl-]", "Ctrl-c")

    def go(self) -> None:
        """Lets it go on."""
        self.screen.keys("F5")

    def wait(self) -> None:
        """Lets it draw."""
        self.screen.pass_time(self.chance.choice([0.01, 0.05, 0.1]))


@pytest.mark.parametrize("seed", range(*map(int, os.environ.get("PYTUI_STORM_SEEDS", "0 6").split())))
@pytest.mark.parametrize("flood", [False, True], ids=["", "flood"])
def test_anything_at_all(pytui, write, seed, flood):
    text = PROGRAM.replace("10_000_000", "30_000" if flood else "3_000")
    if flood:
        text = text.replace("    work(number % 1000)\n", "    work(number % 1000); print('\\x1b[32mflood' * 300)\n")
    program = write("storm.py", text)
    names = command_names()
    assert len(names) > 100
    screen = pytui(program, rows=40, cols=120, env={"EDITOR": "true", "VISUAL": None})
    screen.expect("stopped", row=0)
    monkey = Monkey(screen, names, seed)
    for _ in range(300):
        if screen.status is not None:
            break
        monkey.step()
    print(*monkey.done, sep="\n")
    screen.resize(40, 120)
    screen.pass_time(1.5)  # a paste whose end was typed into the editor is over after a second of silence
    if screen.status is None:
        bounded(screen)
        home(screen)
    if screen.status is None:
        screen.keys("Ctrl-c")
        screen.expect(re.compile("stopped|exited|ended|post-mortem|killed"), row=0, timeout=60)
        screen.send(":clear all\r")
        answers(screen)
        right(screen)
        leave(screen)
    assert screen.status >= 0
    restored(screen)
