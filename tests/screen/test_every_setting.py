"""Every setting of the table has an effect that is seen: with it in config.ini, and not without.

`:set` and the dialog for them are the matter of test_settings and test_preferences.
"""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Pytui, at, ended, printed
from screen import BUILD, Screen, ScreenMismatch

MOUSE_MODES = {1000, 1002, 1006}
PROGRAM = """\
import sys
import threading
sys.path.insert(0, sys.path[0] + "/site-packages")
import helpers
import own
def callback(n):
    return n + 1 # stop
x = helpers.apply(callback, 1)
y = own.passed()
thread = threading.Thread(target=callback, args=[2], name="Worker")
thread.start()
thread.join()
for i in range(300):
    print("line", i)
name = input("name? ")
"""
OWN = "def passed():\n    return 1\n"
LIBRARY = "def apply(function, value):\n    result = function(value)\n    return result\n"
CALL = 1 + PROGRAM.splitlines().index("x = helpers.apply(callback, 1)")
STOP = 1 + PROGRAM.splitlines().index("    return n + 1 # stop")
FULL = """\
import sys
sys.stdout.write("\\x1b[?1049h\\x1b[2J\\x1b[Hfull screen here")
sys.stdout.flush()
answer = input()
"""

Start = Callable[..., Screen]


def settings() -> list[str]:
    """The names of the settings, as the program has them."""
    listing = subprocess.run([BUILD / "tui" / "reference", "--list"], capture_output=True, text=True, check=True).stdout
    return [line.split("\t")[1] for line in listing.splitlines() if line.startswith("setting\t")]


@dataclass(frozen=True)
class Case:
    """What is seen of a setting.

    Args:
        value: What it is set to.
        seen: Starts the program, plays, and says whether the setting shows.
        also: Other settings that are the same with and without it.
    """

    value: str
    seen: Callable[[Start], bool]
    also: str = ""


def first_stop(start: Start, **options) -> Screen:
    """Before the first line, with everything painted."""
    screen = start(**options)
    at(screen, "prog.py:1")
    screen.expect("Console", re.compile(r"1/1\b"))
    screen.settle()
    return screen


def looks(*patterns: str | re.Pattern[str]) -> Callable[[Start], bool]:
    """Whether the first screen shows the patterns."""
    return lambda start: first_stop(start).shows(*patterns)


def light(start: Start) -> bool:
    """Whether the background of Source is light."""
    background = first_stop(start).attributes_at(20, 30)[1]
    return background in (7, 15, 231, 230, 255) or (background >= 1 << 24 and background & 0xFF > 0x80)


def colourless(start: Start) -> bool:
    """Whether no cell has a colour."""
    return {(fg, bg) for row in first_stop(start).cells() for _, _, fg, bg, _ in row} == {(-1, -1)}


def without_mouse(start: Start) -> bool:
    """Whether the terminal is not asked for the mouse."""
    return not MOUSE_MODES & set(first_stop(start).state["modes"])


def wide_sidebar(start: Start) -> bool:
    """Whether the border beside Source is left of the middle."""
    return first_stop(start).lines[2].find("│") < 50


def wide_variables(start: Start) -> bool:
    """Whether Stack begins right of the middle, further than its own half."""
    screen = first_stop(start)
    return screen.lines[screen.row_of("Stack")].find("Stack") > 80


def rows_between(first: str, second: str) -> Callable[[Start], int]:
    """How far apart two titles stand."""

    def measured(start: Start) -> int:
        screen = first_stop(start)
        return (screen.row_of(second) if second else len(screen.lines)) - screen.row_of(first)

    return measured


def more_than(rows: int, measured: Callable[[Start], int]) -> Callable[[Start], bool]:
    """Whether there are more rows than that."""
    return lambda start: measured(start) > rows


def library_frames_in_the_stack(start: Start) -> bool:
    """Whether the frames of threading stand each in a row of its own."""
    screen = start("--continue", "-b", f"prog.py:{STOP}")
    at(screen, f"prog.py:{STOP} in callback")
    screen.send("c")
    screen.expect(re.compile(r"Worker +stopped here"))
    screen.settle()
    return screen.shows("Thread._bootstrap")


def rings(start: Start) -> bool:
    """Whether a step rings the bell."""
    screen = first_stop(start)
    bells = screen.state["bells"]
    screen.send("n")
    at(screen, "prog.py:2")
    screen.settle()
    return screen.state["bells"] > bells


def asks_at_the_end(start: Start) -> bool:
    """Whether a dialog asks what is next."""
    screen = start("--continue", program="name = 1\n")
    ended(screen)
    screen.settle()
    return screen.shows("Finished", "Restart")


def values_beside_lines(start: Start) -> bool:
    """Whether Source shows what names hold."""
    screen = start("--continue", "-b", f"prog.py:{STOP}")
    at(screen, f"prog.py:{STOP} in callback")
    screen.settle()
    return screen.shows(re.compile(r"def callback\(n\): +n = 1"))


def remembers_output(start: Start) -> bool:
    """Whether early output can be searched for."""
    screen = start("--continue")
    screen.expect(printed("name?"))
    screen.send(":search-output line 42\r")
    screen.expect(re.compile(r"has not printed|\d+/\d+ back"))
    found = screen.shows(re.compile(r"\d+/\d+ back"))
    if found:  # the title is painted before the rows
        screen.expect(printed("line 42"))
    return found


def remembers_prompts(start: Start) -> bool:
    """Whether the prompt knows what was typed."""
    screen = first_stop(start)
    screen.send(":print 41 + 1\r")
    screen.expect("42")
    screen.send(":")
    screen.keys("Up")
    screen.send("!")
    screen.expect(re.compile("!", re.MULTILINE), row=-1)
    return screen.shows("print 41", row=-1)


def steps_into_helpers(start: Start) -> bool:
    """Whether a step goes into the library."""
    screen = start("--continue", "-b", f"prog.py:{CALL}")
    at(screen, f"prog.py:{CALL}")
    screen.send("s")
    screen.expect(re.compile(rf"helpers\.py:2 in|prog\.py:{STOP} in"), row=0)
    return screen.shows("helpers.py:2", row=0)


def passes_own_module(start: Start) -> bool:
    """Whether a step passes over a module of the program."""
    screen = start("--continue", "-b", f"prog.py:{CALL + 1}")
    at(screen, f"prog.py:{CALL + 1}")
    screen.send("s")
    screen.expect(re.compile(rf"own\.py:2 in|prog\.py:{CALL + 2} in"), row=0)
    return screen.shows(f"prog.py:{CALL + 2} in", row=0)


def panes_beside_a_full_screen(start: Start) -> bool:
    """Whether the panes stay when the program fills its terminal."""
    screen = start("--continue", program=FULL)
    screen.expect(printed("full screen here"))
    try:
        screen.expect_not("Variables", "Breakpoints", timeout=2)
    except ScreenMismatch:
        return True
    return False


def forgets_breakpoints(start: Start) -> bool:
    """Whether a breakpoint is gone at the next start."""
    screen = first_stop(start)
    screen.send(":break 9\r")
    screen.expect("● prog.py:9")
    screen.send(":set quit = end\rq")
    screen.wait_end()
    return not first_stop(start).shows("● prog.py:9")


def names_while_typing(start: Start) -> bool:
    """Whether the Console offers names before Tab."""
    screen = first_stop(start)
    screen.keys("Ctrl-x")
    screen.send("Keyboard")
    screen.expect(">>> Keyboard")
    screen.settle()
    return screen.shows("KeyboardInterrupt")


def shell_in_the_terminal(start: Start) -> bool:
    """`!` opens a shell, and not the Console."""
    screen = first_stop(start)
    screen.send("!")
    screen.expect(re.compile("^>>>", re.MULTILINE))
    return "Ctrl-D leaves" in screen.text


def quits_unasked(start: Start) -> bool:
    """Whether `q` leaves while the program is not at its end."""
    screen = first_stop(start)
    screen.send("q")
    screen.wait_for(lambda: screen.status is not None or screen.shows("The program has not ended"), "an answer to q")
    return screen.status is not None


def opposite(seen: Callable[[Start], bool]) -> Callable[[Start], bool]:
    """What is seen without the setting."""
    return lambda start: not seen(start)


CASES = {
    "theme": Case("light", light),
    "colour": Case("none", colourless),
    "mouse": Case("no", without_mouse),
    "layout": Case("wide", looks(re.compile(r"Console ─+┴─+$", re.MULTILINE))),
    "sidebar": Case("left", looks(re.compile("^ Variables", re.MULTILINE))),
    "sidebar-width": Case("70", wide_sidebar),
    "slot-height": Case("60", more_than(20, rows_between("Console", ""))),
    "stack-height": Case("60", more_than(16, rows_between("Stack", "Breakpoints"))),
    "breakpoints-height": Case("60", more_than(16, rows_between("Breakpoints", ""))),
    "variables-width": Case("80", wide_variables, also="layout = tall"),
    "fold-library-frames": Case("no", library_frames_in_the_stack),
    "notify": Case("none", opposite(rings), also="notify-after = 0"),
    "notify-after": Case("0", rings),
    "finish": Case("ask", asks_at_the_end),
    "hints": Case("bottom", looks(re.compile(r"^ *\? help [^\n]*\Z", re.MULTILINE))),
    "line-numbers": Case("no", looks(re.compile("^ ▶ import sys", re.MULTILINE))),
    "inline-values": Case("no", opposite(values_beside_lines)),
    "scrollback": Case("20", opposite(remembers_output)),
    "history": Case("0", opposite(remembers_prompts)),
    "just-my-code": Case("no", steps_into_helpers),
    "user-code": Case("helpers", steps_into_helpers),
    "library-code": Case("own", passes_own_module),
    "zoom-full-screen": Case("no", panes_beside_a_full_screen),
    "keep-breakpoints": Case("no", forgets_breakpoints),
    "completion": Case("tab", opposite(names_while_typing)),
    "shell": Case("plain", shell_in_the_terminal),
    "quit": Case("end", quits_unasked),
}
# What needs more than a start is seen in another file.
ELSEWHERE = {"when-lost": "test_attach.py", "path-map": "test_attach.py", "reattach": "test_reattach.py"}


@pytest.fixture
def start(pytui: Pytui, write: Callable[[str, str], Path]) -> Start:
    """Runs pytui on the program, or on another one."""

    def run(*options: str, program: str = PROGRAM) -> Screen:
        write("site-packages/helpers.py", LIBRARY)
        write("own.py", OWN)
        return pytui(write("prog.py", program), options=list(options), rows=42, cols=120)

    return run


def test_every_setting_has_a_case() -> None:
    """Neither a setting without a case, nor a case that is left over."""
    assert sorted(settings()) == sorted([*CASES, *ELSEWHERE])
    for name, file in ELSEWHERE.items():
        assert f"{name} = " in (Path(__file__).parent / file).read_text()


@pytest.mark.parametrize("name", CASES)
def test_setting(start: Start, home: Path, name: str) -> None:
    """It is seen when it is set, and not at the beginning."""
    case = CASES[name]
    config = home / "config" / "pytui" / "config.ini"
    config.parent.mkdir(parents=True)
    config.write_text(f"{case.also}\n")
    assert not case.seen(start), f"{name} shows without being set"
    config.write_text(f"{case.also}\n{name} = {case.value}\n")
    assert case.seen(start), f"{name} does not show"
