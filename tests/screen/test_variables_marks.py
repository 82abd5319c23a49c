"""What the user gives rows of Variables: pins, highlights, wrapping, access levels; kept over stops."""

import re

from conftest import at

PROGRAM = """\
class Thing:
    def __init__(self, n): self.name, self._inner, self.__own, self.__doc__ = n, 2, 3, "d"
    def run(self): pass
def work(count, thing, text, nested):
    for i in range(count):
        thing.name = i
        nested[0].append(i) # stop
    return nested
work(5, Thing("t"), "abcdefghij" * 11 + "THE" + " END", [[1, 2], 3])
"""
STOP = 1 + PROGRAM.splitlines().index("        nested[0].append(i) # stop")


def stopped(pytui, write, **options):
    """The program at its stop, with the cursor on the first variable."""
    screen = pytui(
        write("marked.py", PROGRAM), options=["--continue", "-b", f"marked.py:{STOP}"], cols=120, rows=40, **options
    )
    at(screen, f"marked.py:{STOP} in work")
    screen.expect(re.compile(r"thing +<Thing"))
    screen.send("V")
    return screen


def test_a_pin_stands_on_top_at_every_stop(pytui, write, each_engine):
    screen = stopped(pytui, write, interpreter=each_engine.path)
    screen.send("jl")
    screen.expect(re.compile(r" name +0"))
    screen.send("j@")
    screen.expect("shown on top, too", re.compile(r"Variables.*\n.*@  thing.name +0\b.*\n.* count +5"))
    screen.send("hh")
    screen.expect(re.compile(r"▸ thing +<Thing"))
    screen.keys("F5")
    screen.expect(re.compile(r"Variables.*\n.*~ thing.name +1\b.* was 0"), re.compile(r"▸ thing +<Thing"))
    screen.send("g@")
    screen.expect("no longer shown on top")
    screen.expect_not("thing.name  ")


def test_a_pinned_value_opens_on_top(pytui, write):
    screen = stopped(pytui, write)
    screen.send("jjj@gl")
    screen.expect(re.compile(r"Variables.*\n.*▾ nested.*\n.*▸ \[0\].*\n.*\[1\] +3\b.*\n.* count +5"))


def test_long_values_wrap_and_highlights_stay(pytui, write):
    screen = stopped(pytui, write)
    screen.expect_not("THE END")
    screen.send("jjw")
    screen.expect("wrapped", re.compile(r"text +'abc.*\n.*│ +[a-j]+.*\n(.*\n)*.*THE END'"))
    screen.keys("F5")
    screen.expect("THE END'")
    screen.send("H")
    screen.expect("highlighted")
    screen.send("w")
    screen.expect("no longer wrapped")
    screen.expect_not("THE END")
    screen.send("H")
    screen.expect("no longer highlighted")


def test_a_message_does_not_hide_the_row(pytui, write):
    """It lies over the last row of the screen: the value is above it."""
    screen = stopped(pytui, write)
    screen.send("zjj")
    screen.expect_not("Stack")
    screen.resize(6, 80)
    screen.expect("nested", row=5)
    screen.send("w")
    screen.expect("wrapped", "THE END'")


def test_access_goes_round(pytui, write):
    screen = stopped(pytui, write)
    screen.send("jl")
    screen.expect("▸ protected  1", "▸ private  1", "▸ special variables  1", "▸ methods")
    screen.send("*")
    screen.expect("public names of thing")
    screen.expect_not("protected")
    screen.expect_not("methods")
    screen.send("*")
    screen.expect("▾ protected  1", re.compile(r"_inner +2"), re.compile(r"_Thing__own +3"))
    screen.expect_not("special variables")
    screen.keys("F5")
    screen.expect("▾ protected  1", re.compile(r"_inner +2"), re.compile(r"_Thing__own +3"))
    screen.expect_not("special variables")
    screen.send("*")
    screen.expect("▾ special variables  1", re.compile(r"__doc__ +'d'"), "▸ methods")
    screen.send("*")
    screen.expect("▸ special variables  1", "▸ protected  1")
    screen.send(":access public\r")
    screen.expect_not("protected")
    screen.send("m")
    screen.expect("▾ methods", re.compile(r"run +<function Thing.run>"))
    screen.send("m")
    screen.expect_not("methods  ")
    screen.send(":access nothing\r")
    screen.expect("access groups, public, private or all")


def test_finding_goes_round(pytui, write):
    screen = stopped(pytui, write)
    screen.send("jjjl")
    screen.expect(re.compile(r"▸ \[0\] +list\[2\]"))
    screen.send("F")
    screen.expect("find:")
    screen.send("LIST\r")
    screen.expect("no open row holds LIST")
    screen.send(":find list\r")
    screen.expect("list")
    screen.send("@")
    screen.expect(re.compile(r"▸ nested\[0\] +list\[2\]"))
    screen.send("@")
    screen.expect_not("nested[0]  ")
    screen.send(",@")
    screen.expect(re.compile(r"Variables.*\n.*▾ nested"))
    screen.send("@..")
    screen.expect("from the other end on")
