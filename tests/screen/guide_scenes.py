"""The scenes of the guide: what is typed until the screen is the one that docs/GUIDE.md shows.

Nothing in them may depend on time, on the machine or on the version of Python.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from conftest import at
from screen import Screen


@dataclass(frozen=True)
class Scene:
    """How to come to one of the guide's screens.

    Args:
        play: Types, and waits for what makes the screen complete.
        program: A target, by its file's name.
        words: The program's arguments.
        options: Those of pytui.
        rows: The height of the terminal.
        cols: Its width.
        first_run: Whether pytui was never run by this user.
        first: The first row that the guide shows.
        plain: Whether the interpreter runs the program, which opens the debugger itself.
        last: The row behind the last one; None for all.
    """

    play: Callable[[Screen], None]
    program: str
    words: Sequence[str] = ()
    options: list[str] = field(default_factory=list)
    rows: int = 24
    cols: int = 96
    first_run: bool = False
    plain: bool = False
    first: int = 0
    last: int | None = None


SCENES: dict[str, Scene] = {}


def scene(program: str, *options: str, **rest) -> Callable[[Callable[[Screen], None]], Callable[[Screen], None]]:
    """Makes a scene of a function, with the function's name."""

    def register(play: Callable[[Screen], None]) -> Callable[[Screen], None]:
        SCENES[play.__name__.replace("_", "-")] = Scene(play, program, options=list(options), **rest)
        return play

    return register


def command(screen: Screen, text: str) -> None:
    """Types a command behind `:`."""
    screen.send(f":{text}\r")


def at_charge(screen: Screen) -> None:
    """The inn, where the first guest's meal is written down."""
    screen.expect("Your name?")
    screen.send("T")
    screen.expect("Ctrl-] leave")
    screen.send("Eve\r")
    at(screen, "showcase.py:57 in charge")
    screen.keys("Ctrl-]")
    screen.expect_not("Ctrl-] leave")


INN = ("showcase.py", "--continue", "-b", "showcase.py:57")
RABBITS = ("rabbits.py", "--continue", "-b", "rabbits.py:7")


@scene("showcase.py", first_run=True)
def welcome(screen: Screen) -> None:
    screen.expect("Welcome to pytui")


@scene(*INN, rows=26)
def first_session(screen: Screen) -> None:
    at_charge(screen)


@scene(*RABBITS, cols=100)
def stepping(screen: Screen) -> None:
    at(screen, "rabbits.py:7 in rabbits")
    screen.send("cccn")
    at(screen, "rabbits.py:8 in rabbits")
    screen.expect("was 2")


@scene(*RABBITS, cols=100, last=11)
def returned(screen: Screen) -> None:
    at(screen, "rabbits.py:7 in rabbits")
    command(screen, "clear all")
    screen.expect("none; b in")
    screen.send("f")
    screen.expect(re.compile("rabbits +233"))


@scene("calls.py", first=1, last=19)
def step_into_target(screen: Screen) -> None:
    at(screen, "calls.py:1")
    command(screen, "until 12")
    at(screen, "calls.py:12")
    screen.send("i")
    screen.expect("Step into")


@scene("stepme.py", rows=28, first=1, last=24)
def breakpoint_dialog(screen: Screen) -> None:
    at(screen, "stepme.py:1")
    command(screen, "break 7")
    screen.expect("stepme.py:7")
    screen.send("B\r")
    screen.expect("Hit condition")
    screen.keys("Down")
    screen.send("total > 100")
    screen.expect("total > 100")


@scene("stepme.py", rows=24, first=1, last=8)
def breakpoints(screen: Screen) -> None:
    at(screen, "stepme.py:1")
    for text in (
        "break 7, total > 100",
        "break work",
        "break 6",
        "break 9",
        "break 8",
        "break-thread 5 MainThread",
        "disable 4",
        "catch raised ValueError",
    ):
        command(screen, text)
    screen.expect("stops at: raised")
    screen.send("Bz")
    screen.expect("thread MainThread", "◆ raised exceptions")
    screen.keys("Down", "Down", "Enter")
    screen.expect("Log message")
    screen.keys("Down", "Down", "Down")
    screen.send("total is {total}\r")
    screen.expect("log total is")


@scene(*INN, rows=20, cols=90, first=1, last=13)
def variables(screen: Screen) -> None:
    at_charge(screen)
    screen.send("V")
    screen.send("zl")
    screen.expect("The Stepping Hare")
    screen.keys("n")
    screen.expect("watch:", row=-1)
    screen.send("sum(self.bills.values())\r")
    screen.expect("watched: sum")
    command(screen, "tbreak 58")
    screen.keys("F5")
    screen.expect("was 0")


@scene("cooks.py", "--continue", "-b", "cooks.py:24", rows=26)
def threads(screen: Screen) -> None:
    at(screen, "cooks.py:24")
    screen.expect(re.compile("Ada +waits in"), re.compile("Bram +waits in"))


@scene("raises.py", "--continue", last=19)
def post_mortem(screen: Screen) -> None:
    screen.expect("post-mortem: LookupError", "size=large")


@scene("raises.py", "--continue", rows=20)
def exception_viewer(screen: Screen) -> None:
    screen.expect("post-mortem: LookupError", row=0)
    screen.send("e")
    screen.expect("raises.py:17 in <module>", "caused by ValueError", "number = int(text)", "return key, parse(value)")


@scene("showcase.py", "--continue", "-b", "showcase.py:57", rows=36, first=25)
def console(screen: Screen) -> None:
    at_charge(screen)
    screen.keys("Ctrl-x")
    screen.expect(">>>")
    screen.send("for meal in Meal:\rprint(meal.name, meal.value)\r\r")
    screen.expect("ROAST 9")
    screen.send("self.bills\r")
    screen.expect("{}")


@scene("stepme.py", first=16)
def completion(screen: Screen) -> None:
    at(screen, "stepme.py:1")
    screen.send(":bre")
    screen.keys("Tab")
    screen.expect("break-after")


@scene("stepme.py", first=5, last=20)
def help_of_until(screen: Screen) -> None:
    at(screen, "stepme.py:1")
    command(screen, "help until")
    screen.expect("keys: N")


@scene("showcase.py", first=1, last=14)
def palette(screen: Screen) -> None:
    at(screen, "showcase.py:1")
    screen.keys("Ctrl-k")
    screen.send("brea")
    screen.expect("tbreak")


@scene(*INN, cols=120)
def layout_wide(screen: Screen) -> None:
    at_charge(screen)
    screen.keys("Ctrl-w")
    screen.expect("layout: wide")


@scene("showcase.py", rows=20, first=1, last=19)
def preferences(screen: Screen) -> None:
    at(screen, "showcase.py:1")
    screen.keys("Ctrl-p")
    screen.expect("Preferences")


@scene("halfway.py", plain=True, last=11)
def from_inside(screen: Screen) -> None:
    screen.expect("more than ten", row=0)
    screen.expect(re.compile(r"result +14"))


@scene("stepme.py", first=6, last=18)
def finished(screen: Screen) -> None:
    at(screen, "stepme.py:1")
    command(screen, "set finish = ask")
    screen.send("cT")
    screen.expect("Ctrl-] leave")
    screen.send("Eve\r")
    screen.expect("Finished")
