"""Values of any length: pages wherever the cursor goes, places in them, searching what is not fetched."""

import re

import pytest
from conftest import at

PROGRAM = """\
def work():
    items = list(range(10_000_000))
    items[4_321_000] = "needle"
    nested = [[i, {"key": i}] for i in range(1000)]
    table = {f"name{i}": i for i in range(300_000)}
    config = {f"option{i}": i for i in range(1000)}
    text = "".join(f"{i:>9} " for i in range(10**6))
    for turn in range(5):
        items[9_999_990] = -turn
        turn += 0 # stop
work()
"""
STOP = 1 + PROGRAM.splitlines().index("        turn += 0 # stop")


@pytest.fixture
def stopped(pytui, write):
    """The program at its stop, with the cursor in Variables on `items`."""
    screen = pytui(write("big.py", PROGRAM), options=["--continue", "-b", f"big.py:{STOP}"], cols=120, rows=40)
    at(screen, f"big.py:{STOP} in work", timeout=60)
    screen.expect(re.compile(r"items +list\[10000000\]"))
    screen.send("V")
    return screen


def opened(screen):
    """Opens the list, and goes into it."""
    screen.send("lj")
    screen.expect(re.compile(r"\[0\] +0\b"), re.compile(r"1 of 10,000,000"))


def test_to_the_end_and_back(stopped):
    opened(stopped)
    stopped.send("G")
    stopped.expect(re.compile(r"\[9999999\] +9999999"), "10,000,000 of 10,000,000")
    stopped.keys("PageUp", "PageUp", "PageUp", "PageUp", "PageUp", "PageUp", "PageUp", "PageUp")
    stopped.expect(re.compile(r"\[99998(\d\d)\] +99998\1"))
    stopped.expect_not(re.compile(r"│ +… *$", re.MULTILINE))
    stopped.send("g")
    stopped.expect(re.compile(r"\[0\] +0\b"), "1 of 10,000,000")
    stopped.keys(
        "PageDown", "PageDown", "PageDown", "PageDown", "PageDown", "PageDown", "PageDown", "PageDown", "PageDown"
    )
    stopped.expect(re.compile(r"\[160\] +160\b"))
    stopped.send("GG")
    stopped.expect(re.compile(r"▸ Globals"), re.compile(r"turn +0"))


def test_go_to_an_item(stopped):
    opened(stopped)
    stopped.send("L5000000\r")
    stopped.expect(re.compile(r"\[5000000\] +5000000"), "5,000,001 of 10,000,000")
    stopped.keys("Up", "Up")
    stopped.expect(re.compile(r"\[4999998\] +4999998"), "4,999,999 of 10,000,000")
    stopped.send(":item -1\r")
    stopped.expect(re.compile(r"\[9999999\] +9999999"), "10,000,000 of 10,000,000")
    stopped.send(":item 10000000\r")
    stopped.expect("items has items 0 to 9999999", row=-1)
    stopped.send(":item x\r")
    stopped.expect("'x' is no number of an item", row=-1)
    stopped.send("GL")
    stopped.expect("put the cursor into an open value of more than 100 rows", row=-1)


def test_the_place_stays_over_steps(stopped):
    opened(stopped)
    stopped.send("L9999990\r")
    stopped.expect(re.compile(r"\[9999990\] +0\b"))
    stopped.keys("F5")
    stopped.expect(re.compile(r"~ \[9999990\] +-1 .*was 0"), "9,999,991 of 10,000,000")


def test_open_items_stay_open_in_the_window(stopped):
    stopped.send("jl")
    stopped.expect(re.compile(r"\[3\] +list\[2\]"))
    stopped.send("jjl")
    stopped.expect(re.compile(r"\[1\] +\{'key': 1\}|\[1\] +dict\[1\]"))
    stopped.send("L900\r")
    stopped.expect(re.compile(r"\[900\] +list\[2\]"))
    stopped.send("lj")
    stopped.expect(re.compile(r"\[0\] +900\b"))
    stopped.send("kg")
    stopped.expect(re.compile(r"▾ \[1\] +list\[2\]"))
    stopped.send("L900\rj")
    stopped.expect(re.compile(r"▾ \[900\] +list\[2\]"), re.compile(r"\[0\] +900\b"))


def test_a_search_finds_what_is_not_fetched(stopped):
    opened(stopped)
    stopped.send("Fneedle\r")
    stopped.expect(re.compile(r"\[4321000\] +'needle'"), "4,321,001 of 10,000,000", timeout=60)
    stopped.send("G,")
    stopped.expect("4,321,001 of 10,000,000", timeout=60)
    stopped.send("F\x15[99]\r")
    stopped.expect(re.compile(r"\[99\] +99\b"), timeout=60)
    stopped.expect("[99]: from the other end on", row=-1)


def test_a_search_looks_into_the_closed_value_at_the_cursor(stopped):
    stopped.send("jjj")
    stopped.send("Foption777\r")
    stopped.expect(re.compile(r"\['option777'\] +777\b"), "778 of 1,000")
    stopped.send("F\x15no such thing\r")
    stopped.expect("no open row holds no such thing", row=-1, timeout=60)


def test_a_search_says_how_far_it_is_and_can_be_stopped(stopped):
    opened(stopped)
    stopped.send("Fnothing of the kind\r")
    stopped.expect(
        re.compile(r"searching for nothing of the kind in items: [\d,]+ of 10,000,000 \(Esc stops\)"), row=-1
    )
    stopped.send("\x1b")
    stopped.expect("search stopped", row=-1)
    stopped.send("j")
    stopped.expect("2 of 10,000,000")


def test_a_search_ends_when_the_program_goes_on(stopped):
    opened(stopped)
    stopped.send("Fnothing of the kind\r")
    stopped.expect("searching for nothing", row=-1)
    stopped.keys("F5")
    stopped.expect("turn = 1")
    stopped.expect_not("searching for")
    stopped.send("Fneedle\x15[12]\r")
    stopped.expect("13 of 10,000,000")


def test_results_in_the_console_page_the_same_way(stopped):
    stopped.keys("Ctrl-x")
    stopped.send("items\r")
    stopped.expect("10502, 10503")
    stopped.keys("Ctrl-o", "Enter")
    stopped.expect(re.compile(r"\[0\] +0\b"))
    stopped.send("G")
    stopped.expect(re.compile(r"\[9999999\] +9999999"))
    stopped.keys("PageUp", "PageUp", "PageUp")
    stopped.expect(re.compile(r"\[99999[67]\d\]"))
    stopped.expect_not(re.compile(r"^ +… *$"))
    stopped.send("q")
    stopped.keys("F5")
    stopped.expect("turn = 1")
    stopped.keys("Ctrl-o")
    stopped.send("/9999900\rk")
    stopped.expect("… more")


def test_a_long_text_opens_into_pieces(stopped):
    stopped.send("jjjj")
    stopped.expect(re.compile(r"▸ text +str\[10000000\]"))
    stopped.send("lj")
    stopped.expect(re.compile(r"\[0:64\] +' +0 +1 "), "1 of 156,250")
    stopped.send("G")
    stopped.expect("156,250 of 156,250", re.compile(r"\[9999872:9999936\] +' 999987 "))
    stopped.send("F  654321\r")
    stopped.expect("102,238 of 156,250", timeout=60)
    stopped.expect(re.compile(r"\[6543168:6543232\]"))


def test_a_filter_looks_at_all_items(pytui, write):
    """In slices, while keys are answered; Esc ends it."""
    program = "items = list(range(600_000))\nitems[500_000] = 'needle'\nzeros = [0] * 10_000_000\nstop = 1\n"
    screen = pytui(write("many.py", program), options=["--continue", "-b", "many.py:4"], cols=120, rows=40)
    at(screen, "many.py:4", timeout=60)
    screen.send("V")
    screen.expect(re.compile(r"items +list\[600000\]"), re.compile(r"zeros +list\[10000000\]"))
    screen.send("lj")
    screen.expect(re.compile(r"\[0\] +0\b"), "1 of 600,000")
    screen.send(":filter needle\r")
    screen.expect(re.compile(r"\[500000\] +'needle'"), "with needle", timeout=60)
    screen.expect_not("looking …", re.compile(r"\[0\] +0\b"))
    screen.send("jlj")
    screen.expect(re.compile(r"\[0\] +0\b"), "1 of 10,000,000")
    screen.send(":filter nowhere at all\r")
    screen.expect(re.compile(r"looking … \d+ %  Esc ends it"))
    screen.keys("Esc")
    screen.expect("the filter was ended before all were looked through", re.compile(r"\[0\] +0\b"))
