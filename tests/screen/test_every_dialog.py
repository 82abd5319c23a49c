"""Every dialog: what opens it, that it fits on small screens, that Esc closes it and changes nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import TESTS, Pytui, at
from screen import Pattern, Screen

PROGRAM = """\
def double(n):
    return 2 * n
def work(count):
    total = double(1) + double(2)
    total += 1; total += count
    return total
result = work(3)
"""
# Where a dialog's title is no text of its own in the sources, what stands there.
VARIABLE_TITLES = {"title", "command->name", "list->title"}
# These are opened in another file.
ELSEWHERE = {"Attach to": "test_attach.py", "Attach": "test_watching.py"}
SIZES = [(24, 80), (12, 40), (50, 160)]


@dataclass(frozen=True)
class Dialog:
    """A dialog and the way to it.

    Args:
        open: What is typed.
        shows: What stands in it.
        program: A target; else the program above, stopped in work().
        settings: What config.ini says.
        first_run: Whether it is the user's first run.
    """

    open: str
    shows: tuple[Pattern, ...]
    program: str | None = None
    settings: str = ""
    first_run: bool = False


DIALOGS = {
    "Quit": Dialog("q", ("has not ended", "End it", "Cancel")),
    "Restart": Dialog("R", ("has not ended", "End and restart")),
    "Clear": Dialog(":clear\r", ("Remove all breakpoints?",)),
    "Finished": Dialog("c", ("exited with status 0", "Restart", "Examine", "Quit"), settings="finish = ask"),
    "Which statement of line 5?": Dialog("j;", ("total += 1", "total += count")),
    "Step into": Dialog("i", ("1 double(1)", "2 double(2)", "Enter picks")),
    "Exceptions": Dialog(":exceptions\r", ("1 LookupError", "2 "), program="raises.py"),
    "Exception": Dialog("e", ("caused by ValueError", "Enter frame"), program="raises.py"),
    "Modules": Dialog(":modules\r", (re.compile("Modules.*\n(.*\n)*.*Enter"),)),
    "Modules, functions and classes": Dialog("mdouble", (re.compile("double .*in this"),)),
    "Threads": Dialog("\x14", ("1 MainThread", "Enter picks")),
    "Commands": Dialog("\x0bstep-ov", ("step-over",)),
    "Theme": Dialog(":theme\r", ("default",)),
    "Preferences": Dialog("\x10", ("theme  ", "Esc brings all back")),
    "Help": Dialog("?", (re.compile(r"1-\d+ of \d+"),)),
    "step-over": Dialog(":help next\r", ("step-over", "Run to the next line")),
    "Breakpoint prog.py:4": Dialog("B\r", ("Condition", "Enter accepts")),
    "Breakpoint work()": Dialog(":clear all\r:break work\rB\r", ("Function", "Enter accepts")),
    "Welcome to pytui": Dialog("", ("The program stands",), first_run=True),
}

Start = Callable[[Dialog, int, int], Screen]


@pytest.fixture
def start(pytui: Pytui, write: Callable[[str, str], Path], home: Path) -> Start:
    """Runs pytui to where a dialog can be opened."""

    def run(dialog: Dialog, rows: int, cols: int) -> Screen:
        if dialog.settings:
            (home / "config" / "pytui").mkdir(parents=True)
            (home / "config" / "pytui" / "config.ini").write_text(dialog.settings + "\n")
        words = ["--continue"] if dialog.program else ["--continue", "-b", "prog.py:4"]
        screen = pytui(
            dialog.program or write("prog.py", PROGRAM),
            options=words,
            rows=rows,
            cols=cols,
            first_run=dialog.first_run,
        )
        if not dialog.first_run:
            screen.expect(re.compile(r"^ ?[▶ ]*●? *(4|14) ", re.MULTILINE))
            screen.expect(re.compile(r"stopped|post-mortem|prog\.py:4|raises\.py:14"), row=0)
        return screen

    return run


def whole(screen: Screen, title: str) -> bool:
    """Whether a frame is drawn around the dialog, with (the begin of) its title in it."""
    for top, text in enumerate(screen.lines):
        if re.search(r"╭─ " + re.escape(title[:12]), text):
            left, right = text.index("╭"), text.index("╮")
            below = [line.ljust(right + 1) for line in screen.lines[top + 1 :]]
            bottom = next((n for n, line in enumerate(below) if line[left] == "╰"), -1)
            sides = [(line[left], line[right]) for line in below[: max(0, bottom)]]
            return bottom > 0 and below[bottom][right] == "╯" and all(each == ("│", "│") for each in sides)
    return False


@pytest.mark.parametrize(("rows", "cols"), SIZES, ids=str)
@pytest.mark.parametrize("title", DIALOGS)
def test_dialog(start: Start, title: str, rows: int, cols: int) -> None:
    """It is there with its frame at every size; Esc closes it, and keys are commands again."""
    dialog = DIALOGS[title]
    screen = start(dialog, rows, cols)
    screen.send(dialog.open)
    screen.wait_for(lambda: whole(screen, title), f"the dialog {title}")
    if rows > 12:
        screen.expect(*dialog.shows)
    screen.settle()
    screen.keys("Esc")
    screen.expect_not("╭─")
    screen.send("C")
    if title == "Finished":
        screen.send(":")
        screen.expect(re.compile("^:$"), row=-1)
        return
    screen.send(":p 40 + 2\r")
    screen.expect(re.compile(r"^ ?42\b|\b42 *$", re.MULTILINE))


def test_a_high_dialog_leaves_the_status_line(start: Start) -> None:
    """With what the program does and the dialog's keys."""
    screen = start(DIALOGS["Preferences"], 24, 80)
    screen.keys("Ctrl-p")
    screen.expect("Esc brings all back")
    screen.expect("prog.py:4", row=0)
    screen.expect("Enter", row=0)
    screen.expect("╭─ Preferences", row=1)
    screen.expect("╰─", row=-1)


def test_every_dialog_has_a_case() -> None:
    """The titles in the sources, and those of the cases."""
    text = "".join(path.read_text() for path in sorted((TESTS.parent / "tui").glob("*.c")) if "pane_" not in path.name)
    calls = re.findall(r"dialog_(?:confirm|form|text|open)\(\s*app,\s*(\"[^\"]*\"|[\w>-]+)", text)
    calls += re.findall(r"(?:choice_list|find_list)\)\{\s*\.title = (\"[^\"]*\"|[\w>-]+)", text)
    titles = {call.strip('"') for call in calls} - VARIABLE_TITLES - set(ELSEWHERE)
    for title, file in ELSEWHERE.items():
        assert title in (TESTS / "screen" / file).read_text()
    assert titles and titles <= set(DIALOGS), titles - set(DIALOGS)


def test_the_start_is_where_it_says(start: Start) -> None:
    """The program above, stopped in work()."""
    at(start(DIALOGS["Quit"], 24, 80), "prog.py:4 in work")
