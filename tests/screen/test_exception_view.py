"""The exception viewer: the chain as a tree, notes, frames with what failed underlined; from it to a frame."""

import re

import pytest
from conftest import at
from screen import UNDERLINE, Screen

CHAIN = """\
def first(key):
    table = {"a": 1}
    return 1 + table[key] * 2

def second(n):
    if n:
        return second(n - 1)
    try:
        first("k")
    except KeyError as error:
        error.add_note("while reading\\nthe settings")
        raise RuntimeError("second\\nand its second line") from error

def third():
    try:
        second(1)
    except RuntimeError:
        hidden = ValueError("never raised")
        raise ExceptionGroup("many", [hidden, ExceptionGroup("inner", [OSError(2, "No such file")])])

third()
"""


def opened(pytui, program, key: str = "e", **options) -> Screen:
    """The viewer, at the exception that ends the program."""
    options = {"options": ["--continue"], "rows": 50, "cols": 110} | options
    screen = pytui(program, **options)
    screen.expect("post-mortem", row=0)
    screen.send(key)
    screen.expect("─ Exception ─", "Enter frame")
    return screen


def underlined(screen: Screen, text: str) -> str:
    """What is underlined of the row that shows the text."""
    row = screen.row_of(text)
    line = screen.lines[row]
    return "".join(
        line[start : start + count] for start, count, _, _, flags in screen.cells()[row] if flags & UNDERLINE
    )


def underlines(screen: Screen, text: str, wanted: str) -> None:
    screen.wait_for(lambda: underlined(screen, text) == wanted, f"{wanted!r} underlined")


@pytest.mark.parametrize("key", ["e", ":exception\r"])
def test_all_of_it_is_shown(pytui, write, each_engine, key):
    """Types, messages of several lines, notes, relations, frames with their lines, members without frames."""
    screen = opened(pytui, write("chain.py", CHAIN), key, interpreter=each_engine.path)
    rows = [
        r"▾ ExceptionGroup: many \(2 sub-exceptions\)",
        r"chain.py:19 in third",
        r"raise ExceptionGroup\(",
        r"chain.py:21 in <module>",
        r"  ▾ while handling RuntimeError: second",
        r"and its second line",
        r"chain.py:12 in second",
        r"chain.py:7 in second",
        r"return second\(n - 1\)",
        r"chain.py:16 in third",
        r"    ▾ caused by KeyError: 'k'",
        r"while reading",
        r"the settings",
        r"chain.py:3 in first",
        r"return 1 \+ table\[key\] \* 2",
        r"chain.py:9 in second",
        r"  ▾ member ValueError: never raised",
        r"not raised: it has no frames",
        r"  ▾ member ExceptionGroup: inner \(1 sub-exception\)",
        r"    ▾ member FileNotFoundError: \[Errno 2\] No such file",
    ]
    screen.expect(re.compile(".*".join(rows), re.DOTALL))
    underlines(screen, "return 1 + table", "table[key]")
    underlines(screen, "return second(n", "second(n - 1)")
    underlines(screen, 'first("k")', "")
    screen.keys("Esc")
    screen.expect_not("─ Exception ─")


def test_it_is_seen_that_there_is_more(pytui, write):
    """Below the last row, and behind the end of a line."""
    screen = opened(pytui, write("chain.py", CHAIN), rows=20, cols=40)
    screen.expect(re.compile(r"1 of [2-9]\d\+?   Enter frame"), re.compile(r"raise ExceptionGroup\(.*… +│"))
    screen.send("j")
    screen.expect(re.compile(r"[23] of [2-9]\d\+?   Enter"))
    screen.send("G")
    screen.expect(re.compile(r"([2-9]\d) of \1   Enter"))


def test_enter_shows_the_frame(pytui, write, each_engine):
    screen = opened(pytui, write("chain.py", CHAIN), interpreter=each_engine.path)
    screen.expect("table[key]")
    screen.send("/1 + tab")
    screen.expect("/1 + tab")
    screen.keys("Enter")
    screen.expect("Enter frame")
    screen.keys("Enter")
    screen.expect(re.compile(r"chain\.py:3 in first .*exception 3 of the chain: KeyError: 'k'"), row=0)
    screen.expect(re.compile(r"key +'k'"), re.compile(r"table +dict"), re.compile(r"▶ first .*:3"), "H goes back")
    screen.send(":p key * 2\r")
    screen.expect("'kk'")
    screen.send("u")
    screen.expect(re.compile(r"chain\.py:9 in second"), row=0)
    screen.send("CH")
    screen.expect(re.compile(r"chain\.py:19 in third .*post-mortem"), row=0)
    screen.expect(re.compile(r"▶ third .*:19"))


def test_frames_of_the_first_exception_at_a_live_stop(pytui, write, each_engine):
    """It left frames behind already, and the program can be stepped on afterwards."""
    text = "def f(d):\n    return d['k']\ndef g():\n    try: f({})\n    except KeyError as e:\n        raise\n"
    program = write("live.py", text + "try: g()\nexcept KeyError: x = 1\ny = 2\n")
    screen = pytui(program, interpreter=each_engine.path, rows=30, cols=110)
    at(screen, "live.py:1")
    screen.send(":catch raised KeyError\rc")
    screen.expect(re.compile(r"live\.py:2 in f.*exception: KeyError"), row=0)
    screen.send("e")
    screen.expect("▾ KeyError: 'k'", "live.py:2 in f", "return d['k']")
    underlines(screen, "return d['k']", "d['k']")
    screen.send("j\r")
    screen.expect_not("─ Exception ─")
    at(screen, "live.py:2 in f")
    screen.send("n")
    screen.expect(re.compile(r"live\.py:\d+ in g\b.*stopped: step"), row=0)
    screen.send("e")
    screen.expect("the program did not stop at an exception")


def test_exceptions_close_and_open(pytui, write):
    screen = opened(pytui, write("chain.py", CHAIN))
    screen.expect("table[key]")
    screen.send(" ")
    screen.expect("▸ ExceptionGroup: many")
    screen.expect_not("RuntimeError")
    screen.send("l")
    screen.expect("▾ ExceptionGroup: many", "table[key]")
    screen.send("jh")  # a frame: to its exception, which stays open
    screen.send("h")
    screen.expect_not("RuntimeError")
    screen.keys("Enter")
    screen.expect("RuntimeError")
    screen.send("q")
    screen.expect_not("─ Exception ─")


def test_search(pytui, write):
    """As it is typed, on and back, not found, and left by Esc."""
    screen = opened(pytui, write("chain.py", CHAIN))
    screen.expect("table[key]")

    def chosen() -> str:
        """The row that the cursor is on: its background is another than that of the blank row above."""
        backgrounds = [next((run[3] for run in runs if run[0] <= 4 < run[0] + run[1]), None) for runs in screen.cells()]
        rows = [row for row in range(2, len(backgrounds) - 3) if backgrounds[row] != backgrounds[1]]
        return "\n".join(screen.lines[row] for row in rows)

    screen.wait_for(lambda: "ExceptionGroup: many" in chosen(), "the cursor on the first row")
    screen.send("/KEYE")
    screen.expect(re.compile("/KEYE .*not found"))
    screen.keys("Backspace", "Backspace", "Backspace", "Backspace")
    screen.send("keyerror\r")
    screen.wait_for(lambda: "KeyError" in chosen(), "the cursor on KeyError")
    for keys, hit in (
        ("/second(\r", "return second(n - 1)"),
        (".", "second(1)"),
        (",", "return second(n - 1)"),
        (",", "second(1)"),
        ("/nowhere at all", "second(1)"),
    ):
        screen.send(keys)
        screen.wait_for(lambda hit=hit: hit in chosen(), f"the cursor on {hit}")
    screen.expect("/nowhere at all")
    screen.keys("Esc")
    screen.expect_not("/nowhere")
    screen.wait_for(lambda: "second(1)" in chosen(), "the row where the search began")
    screen.expect("─ Exception ─")
    screen.keys("Esc")
    screen.expect_not("─ Exception ─")


def test_copy_hands_over_the_whole_traceback(pytui, write):
    screen = opened(pytui, write("chain.py", CHAIN))
    screen.send("y")
    screen.expect(re.compile(r"copied \d+ bytes"))
    copied = int(re.search(r"copied (\d+) bytes", screen.text)[1])
    screen.keys("Esc")
    screen.send(":copy-traceback\r")
    screen.expect(f"copied {copied} bytes")
    assert copied > len(CHAIN) / 2


def test_the_mouse_chooses(pytui, write):
    screen = opened(pytui, write("chain.py", CHAIN))
    screen.expect("table[key]")
    row = screen.row_of("return 1 + table[key]")
    screen.click(row, 20)
    screen.click(row, 20)
    screen.expect(re.compile(r"chain\.py:3 in first"), row=0)


LIMITS = {
    "group": ("raise ExceptionGroup('g', [ValueError(i) for i in range(1000)])\n", "985 more members"),
    "chain": (
        "e = None\nfor i in range(1000):\n    new = KeyError(i)\n    new.__cause__ = e\n    e = new\nraise e\n",
        "… and what came before it",
    ),
    "deep": ("def f(n):\n    return f(n - 1) if n else 1 / 0\nf(500)\n", "… more frames"),
}


@pytest.mark.parametrize("case", LIMITS)
def test_a_thousand(pytui, write, case):
    """Groups, chains and tracebacks that are long are shown to a bound, which is said."""
    text, said = LIMITS[case]
    screen = opened(pytui, write("many.py", text))
    screen.expect("many.py")
    screen.send("/" + said + "\r")
    screen.expect(said)
    if case == "group":
        screen.keys("Enter")
        screen.expect_not("─ Exception ─")
        screen.expect(re.compile(r"▾ exception +"), re.compile(r"▸ exceptions +tuple\[1000\]"))
        screen.send(":exceptions\r")
        screen.expect(re.compile(r"1 ExceptionGroup: g \(1000 sub-exceptions\) +as it stopped · 985 more members"))
    if case == "deep":
        screen.send("G")
        for shown in (12, 212, 412):
            screen.expect(f"… more frames, {shown} are shown")
            screen.keys("Enter")
            screen.expect_not(f"{shown} are shown")
            screen.send("G")
        screen.expect("many.py:3 in <module>")
        screen.keys("Enter")
        screen.expect(re.compile(r"many\.py:3 in <module>"), row=0)


def test_hostile_text_is_shown_escaped(pytui, write):
    text = "raise ValueError('\\x1b]0;title\\x07\\x1b[31mred\\u202e\\nnext\\r' + 'x' * 5000)\n"
    screen = opened(pytui, write("bad.py", text), rows=24, cols=80)
    screen.expect(re.compile(r"\^\[|<1b>|␛|\\x1b", re.I), "]0;title")
    screen.send("j" * 80)
    screen.expect("bad.py:1 in <module>")
    screen.resize(5, 20)
    screen.resize(40, 140)
    screen.expect("bad.py:1 in <module>")


def test_what_is_not_there(pytui, write):
    """A syntax error has the place in its file; without an exception the key says so."""
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.send("e")
    screen.expect("the program did not stop at an exception")
    screen.send(":toggle-exception\r")
    screen.expect("the exception viewer is not open")
