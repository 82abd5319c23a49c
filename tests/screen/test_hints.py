"""What the next key can do: by pane and state, in dialogs and prompts; where it is shown; help that is searched."""

import re

import pytest
from conftest import Pytui, at, ended, printed
from screen import Screen

MOVES = ("n next", "s into", "f out", "c continue")
PANES = {
    "Source": ("C", ("? help", *MOVES, "b breakpoint", "t run here", "/ search"), ("Enter",)),
    "Variables": ("V", ("Enter expand", "e edit", "/ filter", "n watch", "? help", "F11 into"), ("n next", "s into")),
    "Stack": ("S", ("Enter select", "F freeze", "n next"), ("b breakpoint",)),
    "Breakpoints": ("B", ("Enter edit", "d delete", "b on/off", "U undo", "o show", "n next"), ("b breakpoint",)),
    "Console": ("\x18", ("Ctrl-o results", "Ctrl-r recall", "F10 next", "F1 help"), ("n next", "? help", "q quit")),
    "Terminal": ("T", ("Ctrl-] leave",), ("help", "next", "quit")),
}


def hinted(screen: Screen, *shown: str, gone: tuple[str, ...] = (), row: int = 0) -> None:
    """Waits until the row shows these hints and not those."""
    screen.wait_for(
        lambda: screen.shows(*shown, row=row) and not any(screen.shows(each, row=row) for each in gone),
        f"hints {shown} without {gone}",
    )


def configured(home, text: str) -> None:
    (home / "config" / "pytui").mkdir(parents=True)
    (home / "config" / "pytui" / "config.ini").write_text(text)


@pytest.mark.parametrize("pane", PANES)
def test_each_pane_has_its_own(pytui: Pytui, pane: str) -> None:
    """Those of the pane; a global key that the pane has for itself is not there."""
    keys, shown, gone = PANES[pane]
    screen = pytui("stepme.py", rows=24, cols=240)
    at(screen, "stepme.py:1")
    screen.send(keys)
    hinted(screen, *shown, gone=gone)


def test_states_have_theirs(pytui: Pytui) -> None:
    """Stopped, running, ended."""
    screen = pytui("stepme.py", cols=200)
    at(screen, "stepme.py:1")
    hinted(screen, *MOVES, gone=("pause", "restart", "exception"))
    screen.send("c")
    screen.expect(printed("name?"))
    hinted(screen, "Ctrl-c pause", "q quit", gone=(*MOVES, "run here"))
    screen.send("Tx\r")
    ended(screen)
    hinted(screen, "R restart", "q quit", "? help", gone=(*MOVES, "pause", "commands"))


def test_exceptions_have_theirs(pytui: Pytui) -> None:
    """The viewer is the first that comes to mind; nothing can be stepped post mortem."""
    screen = pytui("raises.py", options=["--continue"], cols=200)
    screen.expect("post-mortem", row=0)
    hinted(screen, "? help", "e exception", "c continue", gone=("n next", "s into", "run here"))
    screen.send(":catch raised\rR")
    screen.expect("exception: ValueError", row=0)
    hinted(screen, "e exception", *MOVES)


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (":", ("Enter run", "Tab complete", "Up history", "Esc cancel")),
        ("/", ("Enter accept", "Esc cancel")),
        ("q", ("Enter choose", "Tab next", "Esc cancel")),
        (":help next\r", ("PgDn on", "PgUp back", "/ search", "Esc close")),
        (":theme\r", ("Enter choose", "Esc cancel")),
        ("bB\r", ("Enter accept", "Tab next field", "Esc cancel")),
        ("\x10", ("Enter save", "Right change", "Esc cancel")),
    ],
    ids=["commands", "search", "question", "text", "list", "form", "preferences"],
)
def test_dialogs_and_prompts_have_theirs(pytui: Pytui, home, keys: str, shown: tuple[str, ...]) -> None:
    configured(home, "hints = top\n")
    screen = pytui("stepme.py", rows=60, cols=160)
    at(screen, "stepme.py:1")
    hinted(screen, "n next")
    screen.send(keys)
    hinted(screen, *shown, gone=("c continue", "b breakpoint"))
    screen.keys("Esc")
    hinted(screen, "c continue", gone=("Esc ",))


@pytest.mark.parametrize(
    ("keys", "shown", "gone"),
    [(":help next\r", "Esc close", "/ search"), ("\x0b", "Esc cancel", "Down"), (":", "Esc cancel", "Up history")],
    ids=["text", "list", "commands"],
)
def test_the_way_out_goes_last(pytui: Pytui, keys: str, shown: str, gone: str) -> None:
    screen = pytui("stepme.py", options=["--continue", "-b", "stepme.py:5"], rows=24, cols=70)
    at(screen, "stepme.py:5 in work")
    screen.send(keys)
    hinted(screen, shown, gone=(gone,))


def test_a_key_that_does_nothing_tells_of_the_help(pytui: Pytui) -> None:
    """In the console "?" is text."""
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.keys("F6")
    screen.expect("F6 does nothing here; ? shows the keys")
    screen.send("\x18")
    screen.expect_not("does nothing")
    screen.keys("F6")
    screen.expect("F6 does nothing here; F1 shows the keys")


def test_keys_of_the_user_are_shown(pytui: Pytui, home) -> None:
    """Those in [keys], and none for a command without a key."""
    configured(home, "[keys]\nstep-over = F8\nstep-into = none\n")
    screen = pytui("stepme.py", cols=200)
    at(screen, "stepme.py:1")
    hinted(screen, "F8 next", gone=("n next", "into"))


def test_the_way_to_the_help_goes_last(pytui: Pytui) -> None:
    screen = pytui("stepme.py", options=["--continue", "-b", "stepme.py:5"])
    at(screen, "stepme.py:5 in work")
    screen.send("V")
    hinted(screen, "Enter expand", "e edit", "? help", gone=("n watch", "MainThread"))
    screen.resize(24, 62)
    hinted(screen, "stopped: b", "Enter expand", "? help", gone=("e edit",))
    screen.resize(24, 56)
    hinted(screen, "stopped: breakpoint", "? help", gone=("expand",))


def test_what_leads_on_is_seen_beside_any_text(pytui: Pytui) -> None:
    """Long messages leave room for it; threads are named as soon as there are others."""
    screen = pytui("raises.py", options=["--continue"])
    hinted(screen, "post-mortem: LookupError: bad", "…", "e exception", "? help")
    screen = pytui("workers.py", options=["--continue", "-b", "workers.py:12"])
    hinted(screen, "· worker 0", "? help")


@pytest.mark.parametrize("cols", [200, 80, 60, 40, 20])
def test_hints_that_do_not_fit_are_left_out(pytui: Pytui, cols: int) -> None:
    """Whole ones or none; the state of the program goes before."""
    screen = pytui("stepme.py", cols=cols)
    screen.expect("stepme.py:1", row=0)
    screen.settle()
    top = screen.lines[0]
    words = top.partition("entry")[2].removeprefix(" · MainThread").split("  ")
    whole = [*MOVES, "? help", "q quit", "Ctrl-k commands", "b breakpoint", "t run here", "/ search"]
    assert all(word.strip() in whole or not word.strip() for word in words), top


def test_the_bottom_line(pytui: Pytui, home) -> None:
    """A row of their own, which prompts and messages use too; what there is no room for is not there."""
    configured(home, "hints = bottom\n")
    screen = pytui("stepme.py", rows=24, cols=80)
    at(screen, "stepme.py:1")
    hinted(screen, "? help", *MOVES, "q quit", row=23)
    assert not screen.shows("next", row=0)
    screen.send("V")
    hinted(screen, "Enter expand", row=23)
    screen.send(":nothing.at.all\r")
    screen.expect(re.compile("NameError"))
    screen.send("T")
    hinted(screen, "Ctrl-] leave", row=23)
    screen.keys("Ctrl-]")
    screen.send("z")
    screen.expect_not("Variables")
    hinted(screen, "? help", *MOVES, row=23)
    screen.send("z")
    screen.resize(10, 60)
    screen.expect_not("? help")
    screen.resize(24, 80)
    hinted(screen, "? help", *MOVES, row=23)


def test_none(pytui: Pytui, home) -> None:
    configured(home, "hints = none\n")
    screen = pytui("stepme.py", cols=160)
    at(screen, "stepme.py:1")
    screen.settle()
    assert not screen.shows("next", row=0) and not screen.shows("next", row=23)


@pytest.mark.parametrize(("pane", "first"), [("C", "b "), ("V", "l, Right"), ("S", "Enter, Space"), ("B", "Enter, e")])
def test_help_begins_with_the_pane(pytui: Pytui, pane: str, first: str) -> None:
    screen = pytui("stepme.py", rows=40, cols=120)
    at(screen, "stepme.py:1")
    screen.send(pane + "?")
    screen.expect(re.compile(r"│ +Here, in \w+ .*\n.*│ +" + re.escape(first)))


def test_f1_helps_in_the_console_too(pytui: Pytui) -> None:
    screen = pytui("stepme.py", rows=40, cols=120)
    at(screen, "stepme.py:1")
    screen.keys("Ctrl-x", "F1")
    screen.expect("Here, in Console", "Ctrl-o")


def test_help_is_searched(pytui: Pytui) -> None:
    """As it is typed; on and back; not found; Esc leaves the search, then the help."""
    screen = pytui("stepme.py", rows=24, cols=100)
    at(screen, "stepme.py:1")
    screen.send("?")
    screen.expect(re.compile(r"1-\d+ of \d+ "))
    screen.send("/clipboard or nothing")
    screen.expect("not found")
    screen.keys("Esc")
    screen.expect(re.compile(r"1-\d+ of \d+ "))
    screen.send("/watch an")
    screen.expect("Watch an expression")
    screen.keys("Enter")
    screen.expect(re.compile(r"\d+-\d+ of \d+ .*\. , go on"))
    before = screen.row_of("Watch an expression")
    assert before
    screen.send(".")
    screen.expect("watch [EXPRESSION]")
    screen.send(",")
    screen.expect("Watch an expression")
    screen.keys("Esc")
    screen.expect_not("╭─ Help")
