"""What the gallery shows: every screen of pytui, and what is typed to come to it.

A step is text that is typed, or a pattern that is waited for; where a screen is too small to show it, the next step
comes all the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

Step = str | re.Pattern[str]

# Programs of the gallery's own, by the names of their files.
PROGRAMS = {
    "group.py": """\
def fail(number):
    raise ValueError(f"number {number} is odd")
def check(numbers):
    errors = []
    for number in numbers:
        try:
            fail(number)
        except ValueError as error:
            errors.append(error)
    raise ExceptionGroup("odd numbers", [*errors, ExceptionGroup("others", [KeyError("key"), OSError(2, "gone")])])
try:
    check(range(20))
except ExceptionGroup as group:
    group.add_note("found while checking")
    raise RuntimeError("the check failed") from group
""",
    "generated.py": """\
space = {}
exec("def made(n):\\n    total = n + 1\\n    return total\\n", space)
made = space["made"]
made(4)
""",
    "wide.py": """\
grüße = "日本語 ñ é"
名前 = {"ключ": "значение", "漢字": [1, 2, 3]}
text = "a\\u202eb\\u200bc\\x1b[31m red"
emoji = "🐇 hops 👩‍🌾"
print(grüße, 名前)
""",
    "many.py": """\
import json
class Thing:
    def __init__(self, name, size):
        self.name, self._size, self.__secret = name, size, [size] * 3
    @property
    def area(self):
        return self._size ** 2
    def grow(self):
        self._size += 1
def look(numbers, words, table, thing, text):
    count = len(numbers)
    first, *rest = words
    return json.dumps({"count": count, "first": first, "area": thing.area})
things = [Thing(f"thing {n}", n) for n in range(40)]
long_text = "It was the best of times, it was the worst of times. " * 30
for round in range(3):
    words = "the quick brown fox jumps".split()
    look(list(range(100000)), words, {n: str(n) * 9 for n in range(500)}, things[2], long_text)
""",
    "one_line.py": """\
def double(n):
    return 2 * n
def work(count):
    total = double(1) + double(2)
    total += 1; total += count
    return total
result = work(3)
""",
    "listens.py": """\
import time
def work(n):
    total = 0
    for i in range(n):
        total += i
    return total
rounds = 0
while True:
    rounds += 1
    result = work(20)
    time.sleep(0.01)
""",
    "asks.py": """\
import pytui
def inner(n):
    local = n * 2
    return local / (n - n)
print("before the debugger")
try:
    inner(21)
except ZeroDivisionError as error:
    pytui.post_mortem(error)
print("went on")
""",
}


@dataclass(frozen=True)
class Picture:
    """One screen.

    Args:
        program: A target, or one of PROGRAMS; None for the words alone.
        steps: What leads to the screen from the start.
        options: Those of pytui.
        settings: What config.ini says, beside the theme.
        first_run: Whether pytui was never run by this user.
        plain: Whether the interpreter runs the program, which opens the debugger itself.
        listening: How many programs listen meanwhile.
    """

    program: str | None
    steps: Sequence[Step] = ()
    options: Sequence[str] = ()
    settings: str = ""
    first_run: bool = False
    plain: bool = False
    listening: int = 0
    env: dict[str, str] = field(default_factory=dict)


def has(text: str) -> re.Pattern[str]:
    """Waits for a text."""
    return re.compile(re.escape(text))


STOP = has("stopped")
DIALOG = has("╭─")
INN = ("--continue", "-b", "showcase.py:57")
AT_CHARGE = (has("Your name?"), "T", has("Ctrl-] leave"), "Eve\r", has(":57"), "\x1d")
MANY = ("--continue", "-b", "many.py:11")
WORK = ("--continue", "-b", "one_line.py:5")
BREAKS = (":break 7, total > 100\r", ":break work\r", ":break 6\r", ":break 9\r", ":break 8\r",
          ":break-thread 5 MainThread\r", ":disable 4\r", ":catch raised ValueError\r")  # fmt: skip


def inn(*steps: Step, **rest) -> Picture:
    """In the showcase, stopped where the first guest's meal is written down."""
    return Picture("showcase.py", (*AT_CHARGE, *steps), INN, **rest)


def many(*steps: Step, **rest) -> Picture:
    """In a function with values of many kinds, after a step."""
    return Picture("many.py", (STOP, "n", has(":12"), "n", has(":13"), *steps), MANY, **rest)


def first(program: str, *steps: Step, **rest) -> Picture:
    """At the first line of a program."""
    return Picture(program, (STOP, *steps), **rest)


def died(program: str, *steps: Step, **rest) -> Picture:
    """Where an exception ended the program."""
    return Picture(program, (has("post-mortem"), *steps), ("--continue",), **rest)


PICTURES: dict[str, Picture] = {
    # The panes and the layouts
    "welcome": Picture("showcase.py", (has("Welcome"),), first_run=True),
    "source-first": inn(),
    "wide": inn("\x17", has("layout: wide")),
    "tall": inn("\x17\x17", has("layout: tall")),
    "terminal-first": inn("\x17\x17\x17", has("layout: terminal-first")),
    "sidebar left": inn(":sidebar left\r"),
    "values inline": many("z"),
    "caller": many("u"),
    "variables": many("V", ":watch thing.area + count\r", ":watch 1/0\r", has("ZeroDivision"), ":find thing\r",
                      "l", "@"),
    "variables zoomed": many("Vz", ":find numbers\r", "l", has("[0]"), "\x1b[B\x1b[BH", ":find text\r", "w"),
    "variables pins": many("Vz", ":find thing\r", "l@", ":find table\r", "@", ":find words\r", "@"),
    "edit a variable": many("V", ":find words\r", "e", "['other'"),
    "filter": many("V", "/wo"),
    "filtered": many("V", "/wo\r"),
    "threads": Picture("cooks.py", (STOP, has("waits in"), "S"), ("--continue", "-b", "cooks.py:24")),
    "stack zoomed": Picture("deep.py", (STOP, "Sz"), ("--continue", "-b", "deep.py:16")),
    "breakpoints": first("stepme.py", *BREAKS, has("raised"), "B"),
    "breakpoints zoomed": first("stepme.py", *BREAKS, has("raised"), "Bz"),
    "wide characters": first("wide.py", "nnnn", has(":5"), "V"),
    "disassembly": first("generated.py", ":just-my-code off\r", "nnns", has("disassembly of")),
    # The program
    "running": Picture("ask.py", (has("?"),), ("--continue",)),
    "terminal": Picture("showcase.py", (has("Your name?"), "T", has("Ctrl-] leave"), "Ev"), ("--continue",)),
    "terminal zoomed": inn("o"),
    "scrolled back": Picture("flood.py", (has("exited"), "T", "\x1b[5;2~\x1b[5;2~", has("back")), ("--continue",)),
    "exited": Picture("exits.py", (has("exited"),), ("--continue",)),
    "finished": Picture("calls.py", (has("Finished"),), ("--continue",), settings="finish = ask"),
    "returned": Picture("rabbits.py", (STOP, ":clear all\r", "f", has("233")), ("--continue", "-b", "rabbits.py:7")),
    # Exceptions
    "exception": Picture("raises.py", (has("post-mortem"), ":catch raised\r", "R", has("stopped")), ("--continue",)),
    "post-mortem": died("raises.py"),
    "exception viewer": died("raises.py", "e", DIALOG),
    "exception group": died("group.py", "e", DIALOG),
    "exception group's end": died("group.py", "e", DIALOG, "\x1b[F"),
    "exceptions": died("raises.py", ":exceptions\r", DIALOG),
    "exceptions of a group": died("group.py", ":exceptions\r", DIALOG),
    # Console and prompts
    "console": inn("\x18", has(">>>"), "for meal in Meal:\rprint(meal.name, meal.value)\r\r", has("ROAST"),
                   "self\r", "1/0\r", has("division")),
    "console results": inn("\x18", has(">>>"), "self\r", has("Inn"), "vars(self)\r", has("bills"), "\x0f", "l"),
    "console completes": inn("\x18", has(">>>"), "self.", has("bills")),
    "console recalls": inn("\x18", has(">>>"), "1 + 1\r", has("2"), "max(1, 2)\r", "\x12", "m"),
    "console large": inn("\x17\x17\x17", has("terminal-first"), ":where\r", "\x18", has(">>>"), "self\r", has("Inn"),
                         "print(vars(self))\r"),
    "console zoomed": inn("\x18", has(">>>"), ":zoom\r", ":where\r", "self\r", has("Inn"), "vars(self)\r"),
    "where": many(":where\r", ":list\r", ":stacks\r", "\x18"),
    "commands complete": first("stepme.py", ":bre\t", has("break-after")),
    "files complete": first("stepme.py", ":open \t", has("many.py")),
    "search": first("showcase.py", "/self"),
    "an error": first("stepme.py", ":nonsense\r"),
    "another error": first("stepme.py", ":break 9999\r"),
    # Dialogs
    "quit": first("stepme.py", "q", DIALOG),
    "restart": first("stepme.py", "R", DIALOG),
    "clear": first("stepme.py", "b", ":clear\r", DIALOG),
    "statements": Picture("one_line.py", (STOP, ";", DIALOG), WORK),
    "step into": Picture("one_line.py", (STOP, "u", ":break 4\r", "R", "\r", has(":4"), "i", DIALOG), WORK),
    "modules": many(":modules\r", DIALOG),
    "browser": many("mjso", DIALOG),
    "threads dialog": Picture("cooks.py", (STOP, "\x14", DIALOG), ("--continue", "-b", "cooks.py:24")),
    "palette": first("showcase.py", "\x0b", DIALOG),
    "palette filtered": first("showcase.py", "\x0bbrea", DIALOG),
    "themes": first("showcase.py", ":theme\r", DIALOG),
    "preferences": first("showcase.py", "\x10", DIALOG, "\x1b[B\x1b[B\x1b[B\x1b[C"),
    "preferences' end": first("showcase.py", "\x10", DIALOG, "\x1b[A"),
    "help": first("showcase.py", "?", DIALOG),
    "help's middle": first("showcase.py", "?", DIALOG, "/Variables\r"),
    "help of a command": first("showcase.py", ":help catch\r", DIALOG),
    "breakpoint": first("stepme.py", ":break 7, total > 100\r", has("stepme.py:7"), "B\r", DIALOG),
    "breakpoint of a function": first("stepme.py", ":break work\r", has("work"), "B\r", DIALOG),
    # Ways in
    "shell": many(":shell plain\r", has(">>>"), "count\r"),
    "set_trace": Picture("halfway.py", (has("more than ten"),), plain=True),
    "set_trace output": Picture("halfway.py", (has("more than ten"), "o"), plain=True),
    "post_mortem": Picture("asks.py", (has("post-mortem"),), plain=True),
    "attach": Picture(None, (DIALOG,), ("attach",), listening=3),
    "attached": Picture(None, (DIALOG, "\r", has("running")), ("attach",), listening=1),
    "attached, leaving": Picture(None, (DIALOG, "\r", has("running"), "q", DIALOG), ("attach",), listening=1),
    "ls": Picture(None, (), ("ls",), listening=3),
    # Complaints
    "no such file": Picture(None, (), ("nothing.py",)),
    "usage": Picture(None, (), ("--help",)),
    "settings with errors": first("stepme.py", "\x18", settings="colour = 7\nfinish = sometimes\n[keys]\nnext = n\n"),
}  # fmt: skip
