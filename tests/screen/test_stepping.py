"""Moving through a program: stepping, running, breakpoints, frames, pause."""

import re

from conftest import at, ended, printed, quit_pytui


def test_stops_before_the_first_line_on_each_engine(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.expect("def work(n):", "Variables", "Stack", "Breakpoints", "Terminal")


def test_next_steps_over_calls_and_into_shows_them(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("n")
    at(screen, "stepme.py:10")
    screen.send("s")
    at(screen, "stepme.py:2 in work")
    screen.expect(re.compile(r"n +10000"))
    screen.send("n")
    at(screen, "stepme.py:3 in work")
    screen.expect(re.compile(r"total +0"))


def test_stepping_marks_what_changed(pytui):
    screen = pytui("stepme.py", cols=120)
    at(screen, "stepme.py:1")
    screen.send("nsnnn")
    at(screen, "stepme.py:5 in work")
    screen.send("nnnnnn")
    at(screen, "stepme.py:7 in work")
    screen.expect(re.compile(r"~ total +1\b.*was 0"))
    screen.send("nnnn")
    at(screen, "stepme.py:7 in work")
    screen.expect(re.compile(r"~ total +3\b.*was 1"))
    screen.send("n")
    at(screen, "stepme.py:8 in work")
    screen.expect_not("was 1")


def test_finish_returns_to_the_caller(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("ns")
    at(screen, "stepme.py:2 in work")
    screen.send("f")
    screen.expect(re.compile(r"stepme\.py:1[01]\b.*stopped"), row=0)


def test_r_finishes_too(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.send("ns")
    at(screen, "stepme.py:2 in work")
    screen.send("r")
    screen.expect(re.compile(r"stepme\.py:1[01]\b.*stopped"), row=0)


def test_keys_typed_ahead_are_all_carried_out(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    screen.send("nsnnnnnnnn")
    at(screen, "stepme.py:6 in work")
    screen.expect(re.compile(r"\bi +1\b"))


def test_function_keys_step(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.keys("F10")
    at(screen, "stepme.py:10")
    screen.keys("F11")
    at(screen, "stepme.py:2 in work")
    screen.keys("Shift-F11")
    screen.expect(re.compile(r"stepme\.py:1[01]\b.*stopped"), row=0)


def test_breakpoint_at_the_cursor_stops_there(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.keys("Down", "Down", "Down", "Down", "Down", "Down", "b")
    screen.expect(re.compile(r"● *7\b"), re.compile(r"● .*stepme\.py:7"))
    screen.send("c")
    at(screen, "stepme.py:7 in work")
    screen.expect("breakpoint", row=0)
    screen.expect(re.compile(r"total +0\b"))
    screen.send("c")
    screen.expect(re.compile(r"total +1\b"))
    screen.send("b")
    screen.expect_not(re.compile(r"● *7\b"))
    screen.send("c")
    screen.expect(printed("name?"))


def test_breakpoint_on_a_line_without_code_moves_and_says_so(pytui, write):
    program = write("gap.py", "a = 1\n\n# nothing\n\nb = 2\nc = 3\n")
    screen = pytui(program)
    at(screen, "gap.py:1")
    screen.send("jjb")
    screen.expect(re.compile(r"● *5\b"), re.compile("gap.py:5"))
    screen.send("c")
    at(screen, "gap.py:5")


def test_breakpoint_in_a_module_that_is_not_imported_yet(pytui, write, each_engine):
    module = write("later.py", "def helper():\n    x = 1\n    return x\n")
    program = write("main.py", "print('start')\nimport later\nlater.helper()\nprint('end')\n")
    screen = pytui(program, options=["-b", f"{module}:2"], interpreter=each_engine.path)
    at(screen, "main.py:1")
    screen.send("c")
    at(screen, "later.py:2 in helper")


def test_run_to_the_cursor(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("jjjjt")
    at(screen, "stepme.py:5 in work")
    screen.expect_not(re.compile(r"● *5\b"))


def test_up_and_down_the_stack(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("nsn")
    at(screen, "stepme.py:3 in work")
    screen.expect(re.compile(r"work +stepme\.py:3"), re.compile(r"<module> +stepme\.py:10"))
    screen.send("u")
    screen.expect(re.compile(r"▸ functions +1"))
    screen.expect_not(re.compile(r"\bn +10000"))
    screen.send("d")
    screen.expect(re.compile(r"\bn +10000"))


def test_continue_runs_to_the_end_and_the_screen_stays(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("c")
    screen.expect(printed("name?"))
    screen.send("T")
    screen.send("Ann\n")
    ended(screen, "0")
    screen.expect(printed("goodbye, Ann"), "def work(n):")
    screen.keys("Ctrl-]")
    quit_pytui(screen, 0)


def test_pause_stops_a_busy_loop(pytui, each_engine):
    screen = pytui("spin.py", options=["--continue"], interpreter=each_engine.path)
    screen.expect(printed("spinning"))
    screen.keys("Ctrl-c")
    screen.expect(re.compile(r"spin\.py:\d+ in spin\b.*stopped: pause"), row=0)
    screen.expect(re.compile(r"count +\d+"))
    screen.send("n")
    screen.expect(re.compile("stopped: step"), row=0)


def test_pause_stops_a_sleep(pytui, each_engine):
    screen = pytui("spin.py", "sleep", options=["--continue"], interpreter=each_engine.path)
    screen.expect(printed("spinning"))
    screen.keys("Ctrl-c")
    screen.expect(re.compile(r"spin\.py:\d+ in sleep\b.*stopped: pause"), row=0)


def test_pause_stops_a_deadlock(pytui):
    screen = pytui("spin.py", "lock", options=["--continue"])
    screen.expect(printed("spinning"))
    screen.keys("Ctrl-c")
    screen.expect(re.compile(r"spin\.py:\d+ in lock\b.*stopped: pause"), row=0)
    screen.expect("held")


def test_an_uncaught_exception_opens_where_it_was_raised(pytui, each_engine):
    screen = pytui("raises.py", options=["--continue"], interpreter=each_engine.path, rows=30, cols=110)
    screen.expect(re.compile(r"raises\.py:\d+ in load\b"), row=0)
    screen.expect("LookupError", "bad setting size", "size=large")
    screen.send("q")
    assert screen.wait_end() == 1


def test_step_sends_few_bytes_when_the_next_line_is_visible(pytui):
    screen = pytui("stepme.py", rows=40, cols=120)
    at(screen, "stepme.py:1")
    screen.send("nsnnnn")
    at(screen, "stepme.py:6 in work")
    screen.settle()
    for line in (7, 8, 5, 6, 7):
        screen.mark()
        screen.send("n")
        at(screen, f"stepme.py:{line} in work")
        screen.settle()
        assert screen.bytes <= 1024, screen.dump()


def test_breakpoints_from_the_command_line(pytui, each_engine):
    screen = pytui(
        "stepme.py",
        options=["--continue", "-b", "stepme.py:9", "-b", "work"],
        interpreter=each_engine.path,
    )
    at(screen, "stepme.py:2 in work")
    screen.send("c")
    at(screen, "stepme.py:9 in work")
    screen.expect(re.compile(r"total +49995000"))


def test_catch_stops_where_an_exception_is_raised(pytui, each_engine):
    screen = pytui("raises.py", interpreter=each_engine.path, rows=30, cols=110)
    at(screen, "raises.py:1")
    screen.send(":catch raised LookupError")
    screen.keys("Enter")
    screen.expect("◆ raised exceptions   LookupError")
    screen.send("c")
    screen.expect(re.compile(r"raises\.py:\d+ in load\b.*stopped: exception: LookupError"), row=0)
    screen.send("Bd")
    screen.expect_not("◆ raised")


def test_jump_to_the_cursor_skips_lines(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("nsn")
    at(screen, "stepme.py:3 in work")
    screen.send("jjjjjjJ")
    at(screen, "stepme.py:9 in work")
    screen.expect(re.compile(r"total +0"))
    screen.send("n")
    at(screen, "stepme.py:10")


def test_jump_says_why_not(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("nsn")
    at(screen, "stepme.py:3 in work")
    screen.send(":jump 6\r")
    screen.expect("line 6 cannot be jumped to: can't jump into the body of a for loop")
    screen.send(":j 10\r")
    screen.expect("comes after the current code block")
    screen.send(":j 2\r")
    at(screen, "stepme.py:2 in work")
    screen.send("n")
    at(screen, "stepme.py:3 in work")


def test_until_leaves_the_loop(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send(":until 10\r")
    at(screen, "stepme.py:10")
    screen.send("sNNNNNN")
    at(screen, "stepme.py:8 in work")
    screen.send("N")
    at(screen, "stepme.py:9 in work")
    screen.send(":until x\r")
    screen.expect("'x' is no line number")


CHAIN = """\
def first(key):
    table = {}
    return 1 + table[key]
def second():
    try: first('k')
    except KeyError as error:
        raise RuntimeError('second') from error
second()
"""


def test_frames_of_a_chained_exception(pytui, write, each_engine):
    program = write("chain.py", CHAIN)
    screen = pytui(program, options=["--continue"], interpreter=each_engine.path, rows=30, cols=110)
    screen.expect(re.compile(r"chain\.py:7 in second .*post-mortem: RuntimeError: second"), row=0)
    screen.send(":exceptions")
    screen.keys("Enter")
    screen.expect(re.compile(r"1 +RuntimeError: second +as it stopped"), re.compile(r"2 +. KeyError: 'k' +cause"))
    screen.send("2")
    screen.keys("Enter")
    screen.expect(re.compile(r"chain\.py:3 in first .*exception 2 of the chain: KeyError: 'k'"), row=0)
    screen.expect(
        re.compile(r"key +'k'"), re.compile(r"table +\{\}"), re.compile(r"▶ first .*:3"), re.compile(r"second .*:5")
    )
    screen.send(":p key * 2")
    screen.keys("Enter")
    screen.expect("'kk'")
    screen.send("u")
    screen.expect(re.compile(r"▶ second .*:5"))
    screen.send(":exceptions 1")
    screen.keys("Enter")
    screen.expect(re.compile(r"chain\.py:7 in second .*post-mortem"), row=0)
    for line, answer in ((":exceptions 3", "exceptions 1 to 2"), (":exceptions x", "is no number")):
        screen.send(line)
        screen.keys("Enter")
        screen.expect(answer)


def test_step_into_one_of_several_calls(pytui, each_engine):
    screen = pytui("calls.py", interpreter=each_engine.path)
    at(screen, "calls.py:1")
    screen.send(":until 12\r")
    at(screen, "calls.py:12")
    screen.send("i")
    screen.expect("Step into", "1 twice(1)", "2 twice(2)", "3 add(twice(1), twice(2))")
    screen.send("2\r")
    at(screen, "calls.py:9 in twice")
    screen.expect(re.compile(r"n +2"))
    screen.send("f")
    at(screen, "calls.py:12")
    screen.send("i")
    at(screen, "calls.py:5 in add")


def test_step_into_a_call_by_name(pytui, each_engine):
    screen = pytui("calls.py", interpreter=each_engine.path)
    at(screen, "calls.py:1")
    screen.send("i")
    screen.expect("no call is still to come in this statement")
    screen.send(":until 12\r")
    at(screen, "calls.py:12")
    screen.send(":step-into-target nosuch\r")
    screen.expect("Step into")
    screen.keys("Esc")
    screen.expect_not("Step into")
    screen.send(":step-into-target 7\r")
    screen.expect("there are 3 calls to step into")
    screen.send(":step-into-target add\r")
    at(screen, "calls.py:5 in add")
    screen.send("fn")
    at(screen, "calls.py:13")
    screen.send("i3")
    screen.expect("1 twice(3)", "2 str(twice(3))")
    screen.keys("Esc")
    screen.expect_not("Step into")
    screen.send("ni")
    screen.expect("1 add(total, 1)", "line 15", "line 14")
    screen.keys("Down", "Up", "Enter")
    at(screen, "calls.py:5 in add")
