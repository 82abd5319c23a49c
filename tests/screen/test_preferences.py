"""The palette, the themes to pick from and the preferences."""

from pathlib import Path

from conftest import Pytui, at
from screen import Screen


def test_palette(pytui: Pytui) -> None:
    """Ctrl-K opens all commands; typing filters them, Enter runs the best one."""
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.keys("Ctrl-k")
    screen.expect("Commands", "step-over", "n, F10")
    screen.send("stov")
    screen.expect("1 of ", "step-over")
    screen.keys("Enter")
    at(screen, "stepme.py:10")
    screen.keys("Ctrl-k")
    screen.send("nothing-like-it")
    screen.expect("no command is called that")
    screen.keys("Enter", "Esc")
    screen.expect_not("Commands")


def test_palette_asks_for_an_argument(pytui: Pytui) -> None:
    """A command that needs an argument stands in the prompt, ready for it."""
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.keys("Ctrl-k")
    screen.send("tbreak")
    screen.expect("breakpoint for one stop")
    screen.keys("Enter")
    screen.expect(":tbreak", row=-1)
    screen.send("7\r")
    screen.expect("stepme.py:7")


def background(screen: Screen) -> int:
    """The colour behind the text of Source."""
    return screen.attributes_at(10, 30)[1]


def test_theme_preview(pytui: Pytui, home: Path) -> None:
    """The theme under the cursor is seen at once; Esc brings the former one back, Enter keeps the new one."""
    screen = pytui("stepme.py", rows=30)
    at(screen, "stepme.py:1")
    before = background(screen)
    screen.send(":theme\r")
    screen.expect("Theme")
    screen.send("gruvbox-light")
    screen.wait_for(lambda: background(screen) != before, "the theme's colours")
    screen.keys("Esc")
    screen.wait_for(lambda: background(screen) == before, "the former colours")
    screen.send(":theme\r")
    screen.expect("Theme")
    screen.send("gruvbox-light\r")
    screen.expect("theme gruvbox-light, written into config.ini", row=-1)
    assert background(screen) != before
    (config,) = home.rglob("config.ini")
    assert config.read_text() == "theme = gruvbox-light\n"


def test_preferences(pytui: Pytui, home: Path) -> None:
    """A change is seen at once; Esc brings all back, Enter writes what was changed and nothing else."""
    screen = pytui("stepme.py", rows=60)
    at(screen, "stepme.py:1")
    screen.expect(" 1  ")
    screen.keys("Ctrl-p")
    screen.expect("Preferences", "theme: default, a name", "line-numbers", "scrollback")
    row = screen.row_of("line-numbers")
    for _ in range(row - screen.row_of("theme  ")):
        screen.keys("Down")
    screen.expect("show line numbers")
    screen.keys("Space")
    screen.expect("[ ]", row=row)
    screen.keys("Esc")
    screen.expect_not("Preferences")
    screen.expect(" 1  ")
    assert not list(home.rglob("config.ini"))
    screen.keys("Ctrl-p")
    screen.expect("Preferences", "line-numbers")
    screen.click(row, screen.lines[row].index("line-numbers"))
    screen.keys("Space", "Down", "Down")
    screen.keys("Ctrl-u")
    screen.send("12x")
    screen.expect("is a number from")
    screen.keys("Enter")
    screen.expect("is a number from")
    screen.keys("Backspace", "Enter")
    screen.expect("2 settings written into config.ini", row=-1)
    (config,) = home.rglob("config.ini")
    assert config.read_text() == "line-numbers = no\nscrollback = 12\n"
