"""Every size of terminal from 20×5 to 300×100, every kind of terminal, and changes of size at any moment."""

import random
import re

import pytest
from conftest import at, printed, restored
from screen import REVERSE

SIZES = [(5, 20), (6, 30), (10, 40), (16, 60), (24, 80), (40, 120), (60, 200), (100, 300)]
TERMS = ["xterm-256color", "tmux-256color", "linux", "xterm", "vt100"]


@pytest.mark.parametrize(("rows", "cols"), SIZES, ids=lambda value: str(value))
def test_draws_and_steps_at_every_size(pytui, rows, cols):
    screen = pytui("stepme.py", rows=rows, cols=cols)
    screen.expect("def work(n)")
    screen.expect(re.compile(r"▶ *1\b|> *1\b"))
    screen.send("n")
    screen.expect(re.compile(r"▶ *10\b|> *10\b"))
    screen.send("s")
    screen.expect(re.compile(r"▶ *2\b|> *2\b"))
    screen.send("cq")
    screen.settle()


def test_too_small_says_so_and_recovers(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.resize(3, 12)
    screen.expect(re.compile("small", re.I))
    screen.resize(24, 80)
    at(screen, "stepme.py:1")
    screen.expect("def work(n):", "Variables", "Stack", "Breakpoints")


def test_starts_too_small_and_recovers(pytui):
    screen = pytui("stepme.py", rows=2, cols=10)
    screen.expect(re.compile("small", re.I))
    screen.resize(24, 80)
    at(screen, "stepme.py:1")


def test_a_storm_of_resizes(pytui):
    chance = random.Random(5)
    screen = pytui("screenful.py", options=["--continue"])
    screen.expect(printed("curses here"))
    for _ in range(100):
        screen.resize(chance.randint(1, 100), chance.randint(2, 300))
    screen.resize(30, 90)
    screen.expect(printed("curses here"), "size 29x90", "Ctrl-] leave")
    screen.keys("Ctrl-]")
    screen.expect(printed("curses here"), "Variables", re.compile("running"))
    screen.keys("Ctrl-c")
    screen.expect(re.compile("stopped: pause"), row=0)


@pytest.mark.parametrize("term", TERMS)
def test_every_kind_of_terminal(pytui, term):
    screen = pytui("stepme.py", term=term)
    at(screen, "stepme.py:1")
    screen.send("ns")
    at(screen, "stepme.py:2 in work")
    screen.expect("Variables", "Stack", "Breakpoints", re.compile(r"n +10000"))
    screen.send("b")
    screen.expect(re.compile(r"stepme\.py:2.*|2 .*stepme"))
    colours = {run[2] for row in screen.cells() for run in row} | {run[3] for row in screen.cells() for run in row}
    if term == "vt100":
        assert colours == {-1}
    elif term in ("linux", "xterm"):
        assert max(colours) < 16
    screen.send("q")
    screen.keys("Enter")
    screen.wait_end()
    restored(screen)


def test_no_colour_when_asked(pytui):
    screen = pytui("stepme.py", env={"NO_COLOR": "1"})
    at(screen, "stepme.py:1")
    assert {run[2] for row in screen.cells() for run in row} == {-1}


def test_without_colours_what_completes_is_told_from_what_it_lies_on(pytui):
    screen = pytui("stepme.py", env={"NO_COLOR": "1"})
    at(screen, "stepme.py:1")

    def reversed_at(word):
        row = screen.row_of(word)
        return bool(screen.attributes_at(row, screen.lines[row].index(word))[2] & REVERSE)

    screen.send(":bre\t")
    screen.expect("break-after", "break-thread")
    assert reversed_at("break-after") and reversed_at("break-thread")
    screen.keys("Tab", "Tab")
    screen.wait_for(lambda: not reversed_at(" break-after"), "a row that is picked")
    assert reversed_at("break-thread")


def test_ascii_locale_draws_without_other_characters(pytui):
    screen = pytui("stepme.py", env={"LC_ALL": "C"})
    at(screen, "stepme.py:1")
    screen.expect("def work(n):", "Variables")
    assert "\ufffd" not in screen.text
