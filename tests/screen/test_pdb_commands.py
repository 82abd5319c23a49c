"""What users of pdb type at `:`, doing what pdb's help says."""

import re

import pytest
from conftest import at

PROGRAM = """\
class Point:
    def __init__(self, x):
        self.x = x
    def double(self):
        return self.x * 2
def work(a, b=2, *rest, key=4):
    total = 0
    for i in range(6):
        total += i
        print(i)
    return total
point = Point(7)
doubled = point.double()
result = work(1, 3, key=5)
print("end")
"""


@pytest.fixture
def in_work(pytui, write):
    """Stopped in work(), with a console of some rows."""

    def start(**options):
        words = ["--continue", "-b", "prog.py:9"]
        screen = pytui(write("prog.py", PROGRAM), options=words, rows=40, cols=120, **options)
        at(screen, "prog.py:9 in work")
        return screen

    return start


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("args", [r"^ ?a = 1 ", r"b = 3 ", r"key = 5 ", r"rest = \(\)"]),
        ("a", [r"b = 3 "]),
        ("ll", [r"^ *6 +def work", r"^ *9 B-> ", r"^ *11 +return total"]),
        ("list", [r"^ *4 +def double", r"^ *9 B-> ", r"^ *14 "]),
        ("list 1, 2", [r"^ *1 +class Point", r"^ *2 +def __init__"]),
        ("l .", [r"^ *9 B-> "]),
        ("whatis work", [r"Function work"]),
        ("whatis point.double", [r"Method Point.double"]),
        ("whatis Point", [r"Class __main__.Point"]),
        ("whatis total", [r"<class 'int'>"]),
        ("source Point.double", [r"4 +def double\(self\):", r"5 +return self.x \* 2"]),
        ("source 5", [r"TypeError"]),
        ("where 1", [r"^ ?> work  /\S*"]),
        ("p total;; p total + 100", [r"^ ?100\b"]),
        ("help ignore", [r"ignore NUMBER \[COUNT\]", "Hits whose condition is false do not count"]),
        ("h n", ["step-over", "also: n next", "keys: n"]),
        ("interact", ["Python in work, line 9"]),
        ("retval", ["no function has returned here"]),
        ("debug work(1)", ["step into a call where the program makes it"]),
        ("unalias nothing", ["no alias is called that"]),
        ("alias", ["there are no aliases"]),
        ("undisplay x", ["x is not displayed"]),
        ("commands 77", ["no breakpoint has this number"]),
        ("ignore 1 many", ["many is no count"]),
        ("list x", ["list wants a line"]),
        ("where x", ["where wants a count"]),
        ("help nonsense", ["no command is called nonsense"]),
    ],
)
def test_a_command_shows(in_work, line, shown):
    screen = in_work()
    screen.send(f":{line}\r")
    screen.expect(*[re.compile(pattern, re.MULTILINE) for pattern in shown])


def test_list_goes_on_where_it_ended(in_work):
    screen = in_work()
    screen.send(":list 1, 2\r")
    screen.expect(re.compile(r"^ *2 +def __init__", re.MULTILINE))
    screen.send(":list\r")
    screen.expect(re.compile(r"^ *3 +self.x = x", re.MULTILINE), re.compile(r"^ *9 B-> ", re.MULTILINE))


def test_display_writes_what_changed(in_work):
    screen = in_work()
    screen.send(":display total\r")
    screen.expect("display total: 0")
    screen.send(":display nowhere\r")
    screen.expect(re.compile(r"display nowhere: \*\* NameError.*\*\*"))
    screen.send("c")
    screen.expect(re.compile(r"i +1\b"))
    screen.send("c")
    screen.expect("display total: 1  [old: 0]")
    screen.send(":undisplay total\r")
    screen.expect("no longer displayed: total")
    screen.send("c")
    screen.expect(re.compile(r"total +3\b"))
    screen.expect_not("display total: 3")


def test_displays_are_for_their_function(in_work):
    screen = in_work()
    screen.send(":display i\r")
    screen.expect("display i: 0")
    screen.send(":u\r")
    screen.send(":display\r")
    screen.expect("nothing is displayed in this function")


def test_ignored_hits_pass(in_work, each_engine):
    screen = in_work(interpreter=each_engine.path)
    screen.send(":ignore 1 3\r")
    screen.expect("the next 3 hits will not stop", re.compile(r"prog.py:9 +hit >3"))
    screen.send("c")
    screen.expect(re.compile(r"i +4\b"))


def test_ignoring_again_counts_anew(in_work):
    screen = in_work()
    screen.send(":ignore 1 1\r")
    screen.send("c")
    screen.expect(re.compile(r"i +2\b"))
    screen.send(":ignore 1 1\r")
    screen.expect(re.compile(r"prog.py:9 +hit >=2"))
    screen.send("c")
    screen.expect(re.compile(r"i +4\b"))
    screen.send(":ignore 1\r")
    screen.expect("stops at its next hit")
    screen.send("c")
    screen.expect(re.compile(r"i +5\b"))


def test_commands_are_asked_for_and_run(in_work, each_engine):
    screen = in_work(interpreter=each_engine.path)
    screen.send(":b 11\r")
    screen.expect("prog.py:11")
    screen.send(":commands 1\r")
    screen.expect("commands of 1 (end: done)")
    screen.send("silent\rp 'at', i\rcontinue\r")
    screen.expect(re.compile(r"breakpoint 1: silent ;; p 'at', i ;; continue"))
    screen.send("c")
    at(screen, "prog.py:11 in work")
    screen.expect(*[f"('at', {number})" for number in (3, 4, 5)])
    screen.expect_not("● breakpoint 1 at")


def test_commands_without_silent_tell_the_place(in_work):
    screen = in_work()
    screen.send(":commands 1 p 'here', i\r")
    screen.send("c")
    screen.expect("● breakpoint 1 at prog.py:9 in work", "('here', 1)")
    screen.send(":commands 1 end\r")
    screen.expect("breakpoint 1: no commands")
    screen.send("c")
    screen.expect(re.compile(r"i +2\b"))
    screen.expect_not("('here', 2)")


def test_commands_are_kept_with_the_breakpoint(in_work, pytui, write):
    screen = in_work()
    screen.send(":commands 1 p 'kept', i\r")
    screen.expect("breakpoint 1: p 'kept', i")
    screen.send(":quit\r")
    screen.expect(re.compile("End", re.IGNORECASE))
    screen.send("e")
    screen.wait_end()
    again = pytui(write("prog.py", PROGRAM), options=["--continue"], rows=40, cols=120)
    again.expect("● breakpoint 1 at prog.py:9 in work", "('kept', 0)")


def test_aliases_take_arguments_and_are_kept(in_work):
    screen = in_work()
    screen.send(":alias sum3 p 'sum', %1 + %2 + 3 ;; p 'all', '%*'\r")
    screen.expect("sum3 is now")
    screen.send(":sum3 total 10\r")
    screen.expect("('sum', 13)", "('all', 'total 10')")
    screen.send(":sum3 1\r")
    screen.expect("sum3: the alias wants more arguments")
    screen.send(":quit\r")
    screen.expect(re.compile("End", re.IGNORECASE))
    screen.send("e")
    screen.wait_end()
    again = in_work()
    again.send(":alias\r")
    again.expect("sum3 = p 'sum', %1 + %2 + 3 ;; p 'all', '%*'")
    again.send(":unalias sum3\r")
    again.send(":alias\r")
    again.expect("there are no aliases")


def test_a_line_waits_for_each_stop(in_work):
    screen = in_work()
    screen.send(":n;; n;; p 'then', i\r")
    screen.expect("('then', 0)")
    at(screen, "prog.py:8 in work")


def test_retval_is_what_was_returned(in_work):
    screen = in_work()
    screen.send(":clear all\r")
    screen.send("f")
    screen.expect(re.compile("prog.py:1[45]"), row=0)
    screen.send(":retval\r")
    screen.expect(re.compile(r"work\S* = 15"))


def test_clear_asks_and_takes_several(in_work):
    screen = in_work()
    screen.send(":b 10\r:b 11\r")
    screen.expect("prog.py:10", "prog.py:11")
    screen.send(":clear 2 3\r")
    screen.expect_not("prog.py:10")
    screen.send(":clear\r")
    screen.expect("Remove all breakpoints?")
    screen.send("r")
    screen.expect("1 breakpoints removed")


CALLS = """\
def double(n):
    return 2 * n
def work():
    a = double(1) + double(double(3))
    b = 1
    c = [double(0), double(1), double(2), double(3), double(4), double(5),
         double(6), double(7), double(8), double(9), double(10), double(11)]; d = 0
    return b
work()
"""


def test_what_the_calls_of_a_line_returned(pytui, write):
    screen = pytui(write("calls.py", CALLS), options=["--continue", "-b", "calls.py:4"], rows=40, cols=120)
    at(screen, "calls.py:4 in work")
    screen.send("n")
    at(screen, "calls.py:5 in work")
    screen.expect("▾ Return", re.compile(r"double +2\b"), re.compile(r"double \(2\) +6\b"))
    screen.expect(re.compile(r"double \(3\) +12\b"))
    screen.send(":retval\r")
    screen.expect("double = 2", "double (2) = 6", "double (3) = 12")
    screen.send("n")
    at(screen, "calls.py:6 in work")
    screen.expect_not("▾ Return")
