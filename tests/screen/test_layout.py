"""Where panes stand: layouts, zoom, sizes by keys and by dragging borders; welcome, the end, notifications."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Pytui, at, ended
from screen import Screen

SIZES = [(5, 20), (24, 80), (30, 100), (50, 160), (100, 300)]
LAYOUTS = ["source-first", "wide", "tall", "terminal-first"]
PANES = {"C": "Source", "V": "Variables", "S": "Stack", "B": "Breakpoints"}

Configured = Callable[..., Screen]


@pytest.fixture
def configured(pytui: Pytui, home: Path) -> Configured:
    """Runs pytui on stepme.py with a config.ini: `configured("layout = wide")`."""

    def run(settings: str, **options) -> Screen:
        directory = home / "config" / "pytui"
        directory.mkdir(parents=True)
        (directory / "config.ini").write_text(settings + "\n")
        screen = pytui("stepme.py", **({"cols": 100, "rows": 41} | options))
        screen.expect(re.compile(r"▶ +1 "))
        return screen

    return run


def row_of(screen: Screen, text: str) -> int:
    """The row in which TEXT stands; -1 when it does not, as in the middle of a paint."""
    return next((row for row, line in enumerate(screen.lines) if text in line), -1)


def column_of(screen: Screen, text: str) -> int:
    """Where TEXT begins in its row; -1 when it does not stand there."""
    return max((line.find(text) for line in screen.lines), default=-1)


def divider(screen: Screen) -> int:
    """The column of the border beside Source."""
    return screen.lines[2].find("│")


def saved(home: Path) -> str:
    """What config.ini says; "" when there is none."""
    file = home / "config" / "pytui" / "config.ini"
    return file.read_text() if file.exists() else ""


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("rows", "cols"), SIZES, ids=str)
def test_every_layout_shows_the_focused_pane_at_every_size(configured, layout, rows, cols):
    screen = configured(f"layout = {layout}", rows=rows, cols=cols)
    for key, title in PANES.items():
        screen.send(key)
        screen.expect("def work" if key == "C" else title)
        screen.send("z")
        screen.expect("def work" if key == "C" else title)
        screen.wait_for(lambda: not any("│" in line for line in screen.lines), "nothing else is shown")
        screen.send("z")
    screen.keys("Ctrl-x")
    screen.expect("Console")
    screen.keys("Ctrl-x")
    screen.send("C")
    screen.expect(re.compile(r"▶ +1 "))
    screen.send("n")
    screen.expect(re.compile(r"▶ +10 "))


def test_layouts_go_round_and_are_kept(pytui, home):
    screen = pytui("stepme.py", cols=100, rows=40)
    at(screen, "stepme.py:1")
    screen.expect("Console", "Breakpoints")
    console, right = row_of(screen, "Console"), divider(screen)
    screen.keys("Ctrl-w")
    screen.expect("layout: wide")
    screen.expect(re.compile(r"Console ─+┴─+$", re.MULTILINE))
    screen.keys("Ctrl-w")
    screen.expect("layout: tall")
    screen.wait_for(lambda: row_of(screen, "Variables") > 12, "Variables below Source")
    screen.expect(re.compile(r"Variables ─+┬ Stack ─+"))
    screen.wait_for(lambda: divider(screen) == -1, "nothing beside Source")
    screen.keys("Ctrl-w")
    screen.expect("layout: terminal-first")
    screen.wait_for(lambda: 4 < row_of(screen, "Console") < 15, "a large Terminal")
    assert "layout = terminal-first" in saved(home)
    screen.send(":layout source-first\r")
    screen.wait_for(lambda: row_of(screen, "Console") == console, "the first layout again")
    screen.send(":sidebar left\r")
    screen.wait_for(lambda: column_of(screen, "Variables") == 1, "Variables on the left")
    screen.wait_for(lambda: column_of(screen, "total = 0") > 40, "Source on the right")
    assert "sidebar = left" in saved(home)
    screen.send(":sidebar\r")
    screen.wait_for(lambda: divider(screen) == right, "and back")
    screen.send(":layout round\r")
    screen.expect("'layout' is one of: source-first wide tall terminal-first; not 'round'")


@pytest.mark.parametrize(
    ("focus", "key", "setting"),
    [
        ("C", "+", "sidebar-width"),
        ("C", "-", "sidebar-width"),
        ("C", "=", "sidebar-width"),
        ("C", "_", "sidebar-width"),
        ("C", "]", "slot-height"),
        ("C", "[", "slot-height"),
        ("V", "]", "stack-height"),
        ("S", "]", "stack-height"),
        ("S", "[", "stack-height"),
        ("B", "]", "breakpoints-height"),
    ],
)
def test_sizes_by_keys_are_kept(pytui, home, focus, key, setting):
    sized_by_key(pytui, home, "", focus, key, setting)


@pytest.mark.parametrize(
    ("focus", "key", "setting"),
    [("V", "]", "sidebar-width"), ("S", "]", "breakpoints-height"), ("B", "]", "breakpoints-height")],
)
def test_sizes_of_the_layout_tall_are_kept(pytui, home, focus, key, setting):
    sized_by_key(pytui, home, "layout = tall\n", focus, key, setting)


def sized_by_key(pytui, home, settings, focus, key, setting):
    """Another size by a key, the same at the next start."""
    (home / "config" / "pytui").mkdir(parents=True)
    (home / "config" / "pytui" / "config.ini").write_text(settings)

    def places(screen: Screen) -> tuple[int, ...]:
        side = 0 if settings else divider(screen)
        return side, *(row_of(screen, title) for title in ("Variables", "Stack", "Breakpoints", "Console"))

    screen = pytui("stepme.py", cols=100, rows=41)
    at(screen, "stepme.py:1")
    screen.expect("Breakpoints", "Console")
    before = places(screen)
    screen.send(focus + key)
    screen.wait_for(lambda: -1 not in places(screen) and places(screen) != before, "another size")
    screen.settle()
    after = places(screen)
    screen.wait_until(lambda: f"{setting} = " in saved(home), f"{setting} is written")
    screen.send("q\r")
    screen.wait_end()
    again = pytui("stepme.py", cols=100, rows=41)
    at(again, "stepme.py:1")
    again.wait_for(lambda: places(again) == after, "the sizes of the run before")


@pytest.mark.parametrize(
    ("settings", "text", "rows", "columns", "setting"),
    [
        ("", "│", 0, -12, "sidebar-width"),
        ("sidebar = left", "│", 0, 10, "sidebar-width"),
        ("", "Console", -5, 0, "slot-height"),
        ("layout = wide", "Console", -5, 0, "slot-height"),
        ("layout = terminal-first", "Console", 5, 0, "slot-height"),
        ("layout = tall", "Variables", 3, 0, "sidebar-width"),
        ("layout = tall", "│", 0, -12, "variables-width"),
        ("layout = tall", "│", 0, 9, "variables-width"),
        ("layout = tall", "Breakpoints", -2, 0, "breakpoints-height"),
        ("", "Stack", 4, 0, "stack-height"),
        ("", "Breakpoints", -3, 0, "breakpoints-height"),
    ],
)
def test_borders_are_dragged(configured, home, settings, text, rows, columns, setting):
    screen = configured(settings)
    row = screen.row_of(text) if text != "│" else 28 if "tall" in settings else 2
    column = 50 if text in ("Console", "Variables") else 90

    def border() -> int:
        return screen.lines[row].find("│")

    if text == "│":
        screen.wait_for(lambda: border() > 0, "a border")
        column = border()

    def goes_there() -> bool:
        if text == "│":
            return border() == column + columns
        return row_of(screen, text) == row + rows

    screen.send(f"\x1b[<0;{column + 1};{row + 1}M")
    for part in (2, 1):
        screen.send(f"\x1b[<32;{column + columns // part + 1};{row + rows // part + 1}M")
    screen.send(f"\x1b[<0;{column + columns + 1};{row + rows + 1}m")
    screen.wait_for(goes_there, "the border where it was dragged to")
    screen.wait_until(lambda: f"{setting} = " in saved(home), f"{setting} is written")
    screen.send("n")
    screen.expect(re.compile(r"▶ +10 "))


def test_mouse_focuses_and_sets_breakpoints(configured):
    screen = configured("")
    screen.click(screen.row_of("Stack"), 70)
    screen.send("z")
    screen.expect_not("def work")
    screen.send("z")
    screen.expect("def work", "total = 0", "return total")
    screen.click(screen.row_of("total = 0"), 20)
    screen.send("b")
    screen.expect(re.compile(r"● +2 "), "stepme.py:2")
    screen.click(screen.row_of("return total"), 2)
    screen.expect(re.compile(r"● +9 "), "stepme.py:9")
    screen.click(screen.row_of("return total"), 2)
    screen.expect_not("stepme.py:9")


def test_welcome_is_shown_once_and_loses_no_key(pytui):
    screen = pytui("stepme.py", rows=30, cols=100, first_run=True)
    screen.expect("Welcome to pytui", "next line, over calls", "all commands, to search in", "all keys; leave")
    screen.send("n")
    at(screen, "stepme.py:10")
    screen.expect_not("Welcome")
    screen.send("q\r")
    screen.wait_end()
    again = pytui("stepme.py", rows=30, cols=100, first_run=True)
    at(again, "stepme.py:1")
    again.expect("def work(n):", "Breakpoints")
    assert not again.shows("Welcome")


@pytest.mark.parametrize("key", ["Enter", "Esc", "Space"])
def test_welcome_closes(pytui, key):
    screen = pytui("stepme.py", first_run=True)
    screen.expect("Welcome to pytui")
    screen.keys(key)
    screen.expect_not("Welcome")
    at(screen, "stepme.py:1")


def test_the_end_stays_or_quits_or_asks(configured, pytui):
    screen = configured("finish = ask", options=["-b", "stepme.py:11"])
    screen.send("c")
    at(screen, "stepme.py:11")
    screen.send("cT")
    screen.expect("name?")
    screen.send("ada\r")
    screen.expect("Finished", "stepme.py: exited with status 0", "Restart", "Examine", "Quit")
    screen.send("e")
    screen.expect_not("Finished")
    ended(screen, "R restart", "q quit")
    screen.send("C:set finish = quit\r")
    screen.send("R")
    at(screen, "stepme.py:1")
    screen.send(":clear all\r")
    screen.send("cT")
    screen.expect("name?")
    screen.send("bob\r")
    assert screen.wait_end() == 0


@pytest.mark.parametrize(("key", "status"), [("q", 3), ("r", None)])
def test_the_question_at_the_end(pytui, home, key, status):
    directory = home / "config" / "pytui"
    directory.mkdir(parents=True)
    (directory / "config.ini").write_text("finish = ask\n")
    screen = pytui("exits.py", "3")
    screen.expect("stopped", row=0)
    screen.send("c")
    screen.expect("Finished", "exits.py: exited with status 3")
    screen.send(key)
    if status is None:
        screen.expect("restarted", "stopped")
    else:
        assert screen.wait_end() == status


@pytest.mark.parametrize(("notify", "after", "rings"), [("bell", 0, True), ("none", 0, False), ("bell", 3600, False)])
def test_a_long_run_rings_when_it_stops(configured, notify, after, rings):
    screen = configured(f"notify = {notify}\nnotify-after = {after}")
    bells = screen.state["bells"]
    screen.send("n")
    at(screen, "stepme.py:10")
    screen.settle()
    assert (screen.state["bells"] > bells) == rings
