"""Every command of the table, by each of its keys and by its name: what it does is seen on the screen.

The table comes from the build (`tui/reference --list`), so that a new command or key without a case here fails.
"""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import PYTUI, Pytui, at, printed
from screen import BUILD, Pattern, Screen

PROGRAM = """\
import textwrap


class Thing:
    def __init__(self, n):
        self.n, self._hidden = n, 2

    def __repr__(self):
        return f"Thing<{self.n}>"

    def __str__(self):
        return f"thing {self.n}"

    def __pytui__(self):
        return f"own {self.n}"

    def run(self):
        pass


def double(n):
    return 2 * n


def work(thing, count, text, items):
    total = double(count) + double(1)
    thing.n = total; items.append(total)
    for item in items:
        total += item
    return total


first = Thing(7)
result = work(first, 255, "hello", [1, 2, 3])
print("end")
name = input("name? ")
"""
STOP = 26
SUSPENDS = "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nname = input('name? ')\n"
EDITOR = '#!/bin/sh\nfor file; do :; done\nsed -i s/textwrap/json/ "$file"\n'

FOCUS = {
    "Variables": "V",
    "Stack": "S",
    "Breakpoints": "B",
    "Console": "\x18",
    "Terminal": "T",
    "the exception viewer": "e",
}


@dataclass(frozen=True)
class Command:
    """A row of the table."""

    scope: str
    name: str
    keys: tuple[str, ...]


def table() -> list[Command]:
    """The commands, as the program has them."""
    listing = subprocess.run([BUILD / "tui" / "reference", "--list"], capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in listing.splitlines()]
    return [Command(row[1], row[2], tuple(row[3].split())) for row in rows if row[0] == "command"]


COMMANDS = table()


@dataclass(frozen=True)
class Case:
    """What a command does that is seen, and was not there before.

    Args:
        shows: What the screen comes to show.
        gone: What it does not show any more.
        stage: Which program is there, and where it stands.
        before: What is typed first, in the command's pane.
        ready: What the screen shows when that was done.
        answer: What a key is followed by, where the name takes an argument instead.
        argument: That argument.
        after: What is typed at last, either way.
        grows: A number that has to become greater.
        shrinks: One that has to become smaller.
        by_name: Whether `:` is there in the pane, to type the name at.
    """

    shows: tuple[Pattern, ...] = ()
    gone: tuple[Pattern, ...] = ()
    stage: str = "work"
    before: str = ""
    ready: tuple[Pattern, ...] = ()
    answer: str = ""
    argument: str = ""
    after: str = ""
    grows: Callable[[Screen], int] | None = None
    shrinks: Callable[[Screen], int] | None = None
    by_name: bool = True


def line(pattern: str) -> re.Pattern[str]:
    """Matches at the start of a row, or of the part right of Source."""
    return re.compile(r"(?:^|│) ?" + pattern, re.MULTILINE)


def stop(number: int, function: str) -> re.Pattern[str]:
    """Matches the top line at a stop."""
    return re.compile(rf"prog\.py:{number} in {function} · stopped")


def divider(screen: Screen) -> int:
    """The column of the border beside Source."""
    return screen.lines[2].find("│")


def slot(screen: Screen) -> int:
    """The row in which Terminal and Console begin."""
    return screen.row_of(re.compile("^ Terminal │ Console"))


def prompt(text: str) -> re.Pattern[str]:
    """Matches the last row."""
    return re.compile(rf"^{text} ?\Z", re.MULTILINE)


ONLY_SOURCE = {"shows": ("def work",), "gone": ("Variables", "Stack")}
VIEWER = {"stage": "failed", "by_name": False, "ready": ("return key, parse(value)",)}
CASES = {
    "help": Case(shows=("╭─ Help",)),
    "step-over": Case(shows=(stop(27, "work"),)),
    "step-into": Case(shows=(stop(22, "double"),)),
    "finish": Case(shows=(re.compile(r"prog\.py:3[45] in <module> · stopped"),)),
    "continue": Case(shows=(printed("name?"), "prog.py · running")),
    "just-my-code": Case(shows=("steps stop in all code",), argument="off"),
    "step-into-target": Case(shows=("╭─ Step into", "1 double(count)", "2 double(1)")),
    "until": Case(shows=(stop(27, "work"),)),
    "run-to": Case(shows=(stop(30, "work"),), argument="30"),
    "jump": Case(shows=(stop(30, "work"),), argument="30"),
    "pause": Case(shows=("stopped: pause",), stage="running"),
    "terminate": Case(shows=(re.compile(r"prog\.py · (exited|killed)"),)),
    "restart": Case(shows=("End and restart",)),
    "resume": Case(shows=("the program goes on",), stage="suspended"),
    "detach": Case(grows=lambda screen: int(screen.status is not None)),
    "take-over": Case(shows=("there is nothing to take over",)),
    "quit": Case(shows=("The program has not ended.",)),
    "frame-up": Case(shows=("▶ <module>",)),
    "frame-down": Case(shows=("▶ work",), before="u", ready=("▶ <module>",)),
    "show-current": Case(shows=("▶ work",), before="u", ready=("▶ <module>",)),
    "where": Case(shows=(line("> work  /"),)),
    "modules": Case(shows=("╭─ Modules",), argument="textw"),
    "args": Case(shows=(line("count = 255 "), line("text = 'hello' "))),
    "retval": Case(shows=("work = 1030",), before="f", ready=(re.compile("work +1030"),)),
    "list": Case(shows=(re.compile(r"^ *26 B-> ", re.MULTILINE),)),
    "longlist": Case(shows=(re.compile(r"^ *26 B-> ", re.MULTILINE),)),
    "browse": Case(shows=("╭─ Modules, functions and classes", "Thing.run")),
    "open": Case(shows=(prompt(":open"),)),
    "stacks": Case(shows=("Thread 1 MainThread",)),
    "exception": Case(shows=("╭─ Exception",), stage="failed"),
    "exceptions": Case(shows=("as it stopped",), stage="failed"),
    "threads": Case(shows=("╭─ Threads", "stopped here"), stage="threads"),
    "freeze": Case(shows=("· 1 frozen",), stage="threads", argument="Ada"),
    "thaw": Case(
        shows=("no thread is frozen",), stage="threads", before=":freeze Ada\r", ready=("· 1 frozen",), argument="Ada"
    ),
    "single": Case(shows=("· MainThread · single",)),
    "focus-source": Case(**ONLY_SOURCE, before="V", after="z"),
    "focus-variables": Case(shows=("Variables",), gone=("Stack", "def work"), after="z"),
    "focus-stack": Case(shows=("▶ work",), gone=("Variables", "def work"), after="z"),
    "focus-breakpoints": Case(shows=("● prog.py:26",), gone=("Stack", "def work"), after="z"),
    "focus-terminal": Case(shows=("Ctrl-] leave",)),
    "toggle-console": Case(shows=(line(">>>"),)),
    "shell": Case(shows=(line(">>>"),)),
    "focus-next": Case(shows=("Variables",), gone=("Stack", "def work"), after="z"),
    "focus-previous": Case(**ONLY_SOURCE, before="V", after="z"),
    "zoom-terminal": Case(gone=("def work", "Variables")),
    "search-output": Case(shows=(prompt("/"),)),
    "command-line": Case(shows=(prompt(":"),)),
    "evaluate": Case(shows=(line("255000"),), argument="count * 1000"),
    "print": Case(shows=(line("255000"),), argument="count * 1000"),
    "pretty-print": Case(shows=(line("255000"),), argument="count * 1000"),
    "whatis": Case(shows=("Function double",), argument="double"),
    "source": Case(shows=("return w.fill(",), argument="textwrap.shorten"),
    "display": Case(shows=("display count: 255",), argument="count"),
    "undisplay": Case(
        shows=("no longer displayed: count",),
        before=":display count\r",
        ready=("display count: 255",),
        argument="count",
    ),
    "interact": Case(shows=("Python in work, line 26",)),
    "debug": Case(shows=("step into a call where the program makes it",), argument="double(3)"),
    "alias": Case(shows=("short is now",), argument="short p 1"),
    "unalias": Case(
        shows=("short is no alias any more",),
        before=":alias short p 1\r",
        ready=("short is now",),
        argument="short",
    ),
    "set": Case(shows=(re.compile(r"count +7\b"),), argument="count = 7"),
    "break": Case(shows=("● prog.py:30",), argument="30"),
    "tbreak": Case(shows=(re.compile("prog.py:30 .*(once|temporary)"),), argument="30"),
    "clear": Case(shows=("none; b in Source",), argument="1"),
    "condition": Case(shows=("if count > 5",), argument="1 count > 5"),
    "ignore": Case(shows=("the next 3 hits will not stop",), argument="1 3"),
    "commands": Case(shows=("breakpoint 1: p 5",), argument="1 p 5"),
    "break-thread": Case(shows=("thread MainThread",), argument="1 MainThread"),
    "break-after": Case(shows=("after #1",), before=":break 30\r", ready=("prog.py:30",), argument="2 1"),
    "log-limit": Case(shows=(re.compile(r"Log limit +2\b"),), argument="1 2", after="B\r"),
    "enable": Case(shows=("● prog.py:26",), before=":disable 1\r", ready=("○ prog.py:26",), argument="1"),
    "disable": Case(shows=("○ prog.py:26",), argument="1"),
    "catch": Case(shows=("◆ raised exceptions   ValueError",), argument="raised ValueError"),
    "zoom": Case(**ONLY_SOURCE),
    "layout": Case(shows=("layout: wide",)),
    "sidebar": Case(shows=(re.compile("^ Variables", re.MULTILINE),)),
    "sidebar-wider": Case(shrinks=divider),
    "sidebar-narrower": Case(grows=divider),
    "sidebar-widest": Case(shrinks=divider),
    "sidebar-narrowest": Case(grows=divider),
    "higher": Case(shrinks=slot),
    "lower": Case(grows=slot),
    "theme": Case(shows=("╭─ Theme", "dracula")),
    "preferences": Case(shows=("╭─ Preferences", "sidebar-width")),
    "palette": Case(shows=("╭─ Commands", "step-over")),
    "redraw": Case(grows=lambda screen: screen.bytes // 2000),
    "suspend": Case(shows=("Stopped",), gone=("Variables",), stage="shell"),
    "toggle-breakpoint": Case(shows=("● prog.py:28",), before="jj"),
    "cycle-breakpoint": Case(shows=("● prog.py:28",), before="jj"),
    "break-statement": Case(shows=("Which statement of line 27?",), before="j"),
    "run-to-cursor": Case(shows=(stop(30, "work"),), before="jjjj"),
    "jump-to-cursor": Case(shows=(stop(30, "work"),), before="jjjj"),
    "search": Case(shows=("● prog.py:33",), answer="Thing(7)\r", argument="Thing(7)", after="b"),
    "search-next": Case(shows=("● prog.py:28",), before="/items\r", after="b"),
    "search-previous": Case(shows=("● prog.py:25",), before="/items\r", after="b"),
    "go-to-line": Case(shows=("● prog.py:33",), answer="33\r", argument="33", after="b"),
    "edit-source": Case(shows=("import json",), gone=("import textwrap",), stage="editor"),
    "reload-source": Case(shows=("import json",), gone=("import textwrap",), stage="edited"),
    "expand": Case(shows=("▾ thing", re.compile(r"n +7\b"))),
    "collapse": Case(shows=("▸ thing",), before="l", ready=("▾ thing",)),
    "toggle-expand": Case(shows=("▾ thing", re.compile(r"n +7\b"))),
    "edit-variable": Case(shows=(prompt("count = 255"),), before="j"),
    "show-default": Case(shows=(re.compile(r"thing +<Thing n=7"),), before="r", ready=(re.compile("thing +Thing<7>"),)),
    "show-type": Case(shows=(re.compile(r"thing +__main__.Thing +type\b"),)),
    "show-repr": Case(shows=(re.compile(r"thing +Thing<7> +repr\b"),)),
    "show-str": Case(shows=(re.compile(r"thing +thing 7 +str\b"),)),
    "show-id": Case(shows=(re.compile(r"thing +0x[0-9a-f]+ +id\b"),)),
    "show-hex": Case(shows=(re.compile(r"count +0xff +hex\b"),), before="j"),
    "show-custom": Case(shows=(re.compile(r"thing +own 7 +custom\b"),)),
    "show-as": Case(shows=(re.compile(r"thing +Thing<7> +repr\b"),), argument="repr"),
    "sort": Case(shows=("order of their name", re.compile(r"count.*\n.*items.*\n.*text.*\n.*thing"))),
    "filter": Case(shows=("▾ Locals  with hell",), answer="hell\r", argument="hell"),
    "copy-value": Case(shows=(re.compile(r"copied \d+ bytes"),)),
    "find": Case(shows=(prompt("items = .*"),), answer="list\r", argument="list", after="e"),
    "find-next": Case(shows=(prompt("items = .*"),), before="Fe\r", after="e"),
    "find-previous": Case(shows=(prompt("thing = .*"),), before="Fe\r", after="e"),
    "go-to-item": Case(
        shows=("322 of 500", re.compile(r"\[321\] +321\b")),
        before=":items = list(range(500))\rgjjjl",
        ready=(re.compile(r"\[2\] +2\b"),),
        answer="321\r",
        argument="321",
    ),
    "pin": Case(shows=("@  count", "shown on top, too"), before="j"),
    "highlight": Case(shows=("highlighted",)),
    "wrap": Case(shows=("wrapped",)),
    "access": Case(shows=("public names of thing",), before="l", ready=("▸ protected",)),
    "methods": Case(shows=("▾ methods", "run "), before="l", ready=("▾ thing",)),
    "watch": Case(shows=("▾ Watches", re.compile(r"count \+ 1 +256")), answer="count + 1\r", argument="count + 1"),
    "unwatch": Case(shows=("no longer watched: count",), before=":watch count\rgj", ready=("▾ Watches",)),
    "restore-watch": Case(shows=("▾ Watches",), before=":watch count\r:unwatch 1\r", ready=("no longer watched",)),
    "watch-in": Case(shows=("watched in this function",), before=":watch count\rgj", ready=("▾ Watches",)),
    "select-frame": Case(shows=("▶ <module>",), before="j"),
    "freeze-thread": Case(shows=("· 1 frozen",), stage="threads", before="jj"),
    "edit-breakpoint": Case(shows=("╭─ Breakpoint prog.py:26", "Hit condition")),
    "delete-breakpoint": Case(shows=("none; b in Source",)),
    "enable-breakpoint": Case(shows=("○ prog.py:26",)),
    "undelete-breakpoint": Case(shows=("● prog.py:26",), before="d", ready=("none; b in Source",)),
    "show-breakpoint": Case(**ONLY_SOURCE, after="z"),
    "console-results": Case(shows=("Enter opens",), before="items\r", ready=(line(r"▸ \[1, 2"),), by_name=False),
    "console-history": Case(shows=("history",), before="items\r", ready=(line(r"▸ \[1, 2"),), by_name=False),
    "console-clear": Case(gone=(line(r"▸ \[1, 2, 3\]"),), before="items\r", ready=(line(r"▸ \[1, 2"),), by_name=False),
    "show-exception-frame": Case(
        **VIEWER, shows=("in the traceback of exception 1",), gone=("╭─ Exception",), before="j"
    ),
    "toggle-exception": Case(**VIEWER, shows=("▸ LookupError",)),
    "open-exception": Case(
        stage="failed", by_name=False, shows=("▾ LookupError",), before=" ", ready=("▸ LookupError",)
    ),
    "close-exception": Case(**VIEWER, shows=("▸ LookupError",)),
    "copy-traceback": Case(**VIEWER, shows=(re.compile(r"copied \d+ bytes"),)),
    "search-exception": Case(**VIEWER, shows=("not found",), answer="no such text"),
    "search-exception-next": Case(**VIEWER, shows=("raises.py:17 in <module> ·",), before="/raises\r", after="\r"),
    "search-exception-previous": Case(**VIEWER, shows=("raises.py:12 in load ·",), before="/raises\r", after="\r"),
    "leave-exception": Case(**VIEWER, gone=("╭─ Exception",)),
    "leave-terminal": Case(gone=("Ctrl-] leave",), by_name=False),
}


class Stages:
    """Programs at the places where commands are tried."""

    def __init__(self, pytui: Pytui, terminal: Pytui, write: Callable[[str, str], Path]) -> None:
        self.pytui, self.terminal, self.write = pytui, terminal, write

    def work(self, **options) -> Screen:
        """In a function, with variables of some kinds."""
        words = ["--continue", "-b", f"prog.py:{STOP}"]
        screen = self.pytui(self.write("prog.py", PROGRAM), options=words, rows=42, cols=130, **options)
        screen.expect(stop(STOP, "work"), "▶ work", "● prog.py:26", re.compile("thing +<Thing n=7"))
        return screen

    def threads(self) -> Screen:
        """Two threads that wait."""
        screen = self.pytui("cooks.py", options=["--continue", "-b", "cooks.py:24"], rows=40, cols=120)
        at(screen, "cooks.py:24")
        screen.expect("▸ Ada", "▸ Bram")
        return screen

    def running(self) -> Screen:
        """A loop without an end."""
        screen = self.pytui("spin.py", options=["--continue"], rows=40)
        screen.expect(printed("spinning"))
        return screen

    def failed(self) -> Screen:
        """Where an exception that nobody caught was raised."""
        screen = self.pytui("raises.py", options=["--continue"], rows=40, cols=120)
        screen.expect("post-mortem: LookupError")
        return screen

    def suspended(self) -> Screen:
        """A program that was stopped by a signal."""
        screen = self.pytui(self.write("prog.py", SUSPENDS), options=["--continue"], cols=120)
        screen.expect("suspended by SIGSTOP")
        return screen

    def shell(self) -> Screen:
        """Under a shell with job control."""
        screen = self.terminal("bash", "--norc", "--noprofile", "-i", env={"PS1": "shell> "}, rows=40)
        screen.expect("shell>")
        screen.send(f"{PYTUI} {self.write('prog.py', PROGRAM)}\n")
        at(screen, "prog.py:1")
        screen.expect("Variables")
        return screen

    def editor(self) -> Screen:
        """With an editor that edits by itself."""
        editor = self.write("editor", EDITOR)
        editor.chmod(0o755)
        return self.work(env={"EDITOR": str(editor), "VISUAL": None})

    def edited(self) -> Screen:
        """The file was edited since."""
        screen = self.work()
        self.write("prog.py", PROGRAM.replace("textwrap", "json"))
        return screen


WAYS = [
    pytest.param(command, way, id=f"{command.name}-{way}")
    for command in COMMANDS
    for way in (*command.keys, *(["by-name"] if CASES.get(command.name, Case()).by_name else []))
]


def test_every_command_has_a_case() -> None:
    """Neither a command without a case, nor a case that is left over."""
    assert {command.name for command in COMMANDS} == set(CASES)


def press(screen: Screen, command: Command, case: Case, way: str) -> None:
    """Runs the command by a key, or by its name at `:`."""
    if way == "by-name":
        screen.send(f":{command.name} {case.argument}".rstrip() + "\r")
        return
    screen.keys(way)
    screen.send(case.answer)


def shown(screen: Screen, case: Case) -> bool:
    """Whether the screen looks as after the command."""
    return screen.shows(*case.shows) and not any(screen.shows(pattern) for pattern in case.gone)


@pytest.mark.parametrize(("command", "way"), WAYS)
def test_command(pytui: Pytui, terminal: Pytui, write, command: Command, way: str) -> None:
    """The effect is there after the key or the name, and was not there before."""
    case = CASES[command.name]
    screen = getattr(Stages(pytui, terminal, write), case.stage)()
    screen.send(FOCUS.get(command.scope, "") + case.before)
    screen.expect(*case.ready)
    screen.settle()
    measure = case.grows or case.shrinks or (lambda _: 0)
    assert measure is not None
    screen.mark()
    before = measure(screen)
    assert case.grows or case.shrinks or not shown(screen, case), screen.dump()
    press(screen, command, case, way)
    screen.send(case.after)
    screen.wait_for(lambda: shown(screen, case), f"{command.name} does not show")
    if case.grows:
        screen.wait_for(lambda: measure(screen) > before, f"not more than {before}")
    if case.shrinks:
        screen.wait_for(lambda: measure(screen) < before, f"not less than {before}")
