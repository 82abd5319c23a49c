"""Breakpoints with rules, as a user sets and sees them."""

import re

from conftest import at

LOOP = """\
def work(n):
    for i in range(n):
        total = i
    return total
work(1000)
work(3)
end = 1
"""


def start(pytui, tmp_path, text=LOOP, **options):
    program = tmp_path / "rules.py"
    program.write_text(text)
    screen = pytui(program, rows=40, cols=200, **options)
    at(screen, "rules.py:1")
    return screen


def test_log_messages_over_the_limit_are_counted(pytui, tmp_path, each_engine):
    screen = start(pytui, tmp_path, interpreter=each_engine.path)
    screen.send(":break 3\r")
    screen.expect("breakpoint 1")
    screen.send("B\r")
    screen.expect("Log message", "Log limit", "Thread", "After")
    for _ in range(3):
        screen.keys("Down")
    screen.send("i is {{{i}}}\r")
    screen.expect("log i is")
    screen.send(":log-limit 1 2\r")
    screen.send(":break 7\r")
    screen.expect("rules.py:7")
    screen.send("c")
    at(screen, "rules.py:7")
    screen.expect(re.compile(r"◆ rules.py:3 .*1003 hits +1001 dropped +#1"))
    screen.keys("Ctrl-x")
    screen.expect("i is {0}", "i is {1}", re.compile(r"… \d+ log messages dropped"))


def test_breakpoint_after_another_one(pytui, tmp_path):
    screen = start(pytui, tmp_path)
    screen.send(":break 3\r:break 6\r:break-after 1 2\r")
    screen.expect(re.compile(r"rules.py:3 +after #2 +waits for breakpoint 2"), re.compile(r"rules.py:6 .*#2"))
    screen.send("c")
    at(screen, "rules.py:6")
    screen.expect_not("waits for")
    screen.send("c")
    at(screen, "rules.py:3 in work")


def test_breakpoint_of_one_thread(pytui, tmp_path):
    text = "import threading\ndef work():\n    return 1\nwork()\n"
    text += "thread = threading.Thread(target=work, name='Worker')\nthread.start()\nthread.join()\n"
    screen = start(pytui, tmp_path, text)
    screen.send(":break 3\r:break-thread 1 Worker\r")
    screen.expect(re.compile(r"rules.py:3 +thread Worker"))
    screen.send("c")
    screen.expect(re.compile(r"rules.py:3 in work.*Worker"))
    screen.send(":break-thread 1\r")
    screen.expect_not("thread Worker")


ONE_LINE = """\
x = 0
def f(n): return n
x = f(1); x = f(2); x = f(3)
y = x
"""


def test_statement_of_a_line_by_command(pytui, tmp_path, each_engine):
    screen = start(pytui, tmp_path, ONE_LINE, interpreter=each_engine.path)
    screen.send(":break 3:21\r")
    screen.expect(re.compile(r"● rules.py:3:21"))
    screen.send("c")
    at(screen, "rules.py:3:21 in")
    screen.expect(re.compile(r"\bx +2\b"))
    screen.send(":clear 3:21\r")
    screen.expect_not("● rules.py:3:21")
    screen.send("n")
    at(screen, "rules.py:4")


def test_statement_of_a_line_chosen_from_a_list(pytui, tmp_path):
    screen = start(pytui, tmp_path, ONE_LINE)
    screen.send("jj;")
    screen.expect(
        "Which statement of line 3?", re.compile(r"x = f\(1\) +column 1"), re.compile(r"x = f\(3\) +column 21")
    )
    screen.send("j\r")
    screen.expect(re.compile(r"● rules.py:3:11"))
    screen.expect_not("Which statement")
    screen.send("c")
    at(screen, "rules.py:3:11 in")
    screen.expect(re.compile(r"\bx +1\b"))
    screen.send(";")
    screen.expect(re.compile(r"column 11 +●"))
    screen.send("j\r")
    screen.expect_not("● rules.py:3:11")
    screen.send("G;")
    screen.expect("one statement")


def test_exceptions_with_a_condition(pytui, tmp_path, each_engine):
    text = "def f(n):\n    raise ValueError(n)\n"
    text += "for i in range(3):\n    try:\n        f(i)\n    except ValueError:\n        pass\n"
    screen = start(pytui, tmp_path, text, interpreter=each_engine.path)
    screen.send(":catch raised ValueError if n == 1\r")
    screen.expect(re.compile(r"◆ raised exceptions +ValueError +if n == 1"))
    screen.send("c")
    at(screen, "rules.py:2 in f")
    screen.expect(re.compile(r"\bn +1\b"))
    screen.send(":catch raised if 1 +\r")
    screen.expect("SyntaxError")
    screen.expect_not("◆ raised")


def test_function_breakpoints_have_a_form_of_their_own(pytui, tmp_path):
    screen = start(pytui, tmp_path)
    screen.send(":break work\r")
    screen.expect("work()")
    screen.send("B\r")
    screen.expect("Function", "Log message")
    screen.keys("Down")
    screen.send("n == 3\r")
    screen.expect(re.compile(r"work\(\) +if n == 3"))
    screen.send("c")
    at(screen, "rules.py:2 in work")
    screen.expect(re.compile(r"\bn +3\b"))


FAILS = """\
def check(item):
    return item
for item in (1, 2, 0, 0, 0, 7):
    check(item)
end = 1
"""


def test_condition_that_raises_stops_once(pytui, tmp_path, each_engine):
    """The first failure stops and is shown with the breakpoint; the next ones are counted."""
    screen = start(pytui, tmp_path, FAILS, interpreter=each_engine.path)
    screen.send(":break 2, 7 // item == 1\r:break 5\r")
    screen.expect("rules.py:5")
    screen.send("c")
    at(screen, "rules.py:2 in check")
    screen.expect(re.compile(r"rules.py:2 +if 7 // item == 1 +condition failed: ZeroDiv"))
    screen.send("c")
    at(screen, "rules.py:2 in check")
    screen.expect(re.compile(r"rules.py:2 +if 7 // item == 1 +1 hit +condition failed 3×: Zero"))
    screen.send(":condition 1 item == 9\r")
    screen.expect_not("condition failed")
    screen.send("c")
    at(screen, "rules.py:5")


def test_x_goes_round(pytui, tmp_path, each_engine):
    """Stop, log with a message that is proposed, neither; U brings the log point back."""
    screen = start(pytui, tmp_path, interpreter=each_engine.path)
    screen.send("jj")
    for keys, shown, said in (
        ("x", "● rules.py:3", "x again makes it log"),
        ("x", "log instead ({expressions}): i={i}", "● rules.py:3"),
        ("\x1b", "still stops", "● rules.py:3"),
        ("x", "log instead", "i={i}"),
        ("\x15\r", "still stops", "● rules.py:3"),
        ("x", "log instead", "i={i}"),
        (" seen\r", "◆ rules.py:3", "log i={i} seen"),
        ("x", "log point deleted; U", "none; b in Source"),
        ("BU", "◆ rules.py:3", "log i={i} seen"),
    ):
        screen.send(keys)
        screen.expect(shown, said)
    screen.send(":log-limit 2 3\rc")
    screen.keys("Ctrl-x")
    screen.expect("i=0 seen", "i=1 seen")


def test_x_keeps_what_the_breakpoint_has(pytui, tmp_path):
    """A condition goes along; a removal by b comes back, too."""
    screen = start(pytui, tmp_path)
    screen.send(":break 3, i == 2\rCjj")
    screen.expect("● rules.py:3   if i == 2")
    screen.send("x")
    screen.expect("i={i}")
    screen.send("\r")
    screen.expect(re.compile(r"◆ rules.py:3 .*if i == 2.*log i=\{i\}"))
    screen.send("b")
    screen.expect("none; b in Source")
    screen.send(":undelete-breakpoint\r")
    screen.expect(re.compile(r"◆ rules.py:3 .*if i == 2.*log i=\{i\}"))
