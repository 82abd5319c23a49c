"""The program's own terminal inside pytui."""

import re
from pathlib import Path

from conftest import TARGETS, at, ended, printed, program_of


def sleeps(pid: int) -> bool:
    """Whether the process's main thread waits in the kernel."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"


def test_input_and_getpass(pytui, each_engine):
    screen = pytui("ask.py", options=["--continue"], interpreter=each_engine.path)
    screen.expect(printed("name?"))
    screen.send("T")
    screen.send("Grace\r")
    screen.expect(printed("hello, Grace"), printed("secret?"))
    screen.send("xyzzy\r")
    ended(screen, "0")
    screen.expect("5 characters")
    assert "xyzzy" not in screen.text


def test_keys_go_to_the_program_until_it_is_left(pytui):
    screen = pytui("ask.py", options=["--continue"])
    screen.expect(printed("name?"))
    screen.send("T")
    screen.send("qcn?:")
    screen.expect(printed("name? qcn?:"))
    screen.keys("Ctrl-]")
    screen.send("?")
    screen.expect("Run to the next line")


def test_ctrl_c_in_the_terminal_reaches_the_program(pytui):
    screen = pytui("ask.py", options=["--continue"])
    screen.expect(printed("name?"))
    screen.send("T")
    # Once it sleeps in its read: before that, a signal waits until the read returns, in a bare run too.
    program = program_of(screen, "ask.py")
    screen.wait_until(lambda: sleeps(program), "input() never waited")
    screen.keys("Ctrl-c")
    screen.expect("KeyboardInterrupt")


def test_curses_program_draws_resizes_and_reads_keys(pytui):
    screen = pytui("screenful.py", options=["--continue"], rows=30, cols=100)
    screen.expect(printed("curses here"), re.compile(r"size \d+x\d+"), "key none")
    screen.send("T")
    screen.keys("Up")
    screen.expect("key KEY_UP")
    screen.keys("F5")
    screen.expect("key KEY_F(5)")
    before = re.search(r"size (\d+)x(\d+)", screen.text).group()
    screen.resize(40, 120)
    screen.expect_not(before)
    screen.expect(printed("curses here"), re.compile(r"size \d+x\d+"))
    screen.send("q")
    screen.expect(printed("curses done"))
    ended(screen, "0")


def test_vim_started_by_the_program(pytui):
    screen = pytui("vim.py", options=["--continue"], rows=30, cols=100)
    screen.expect(printed("a note to edit"))
    screen.send("T")
    screen.send("Atwo\x1b")
    screen.expect("a note to edittwo")
    screen.send(":wq\r")
    screen.expect("vim ended with 0", "edittwo")


def test_a_flood_of_output_ends_and_keys_are_answered_meanwhile(pytui):
    screen = pytui("flood.py", "30", options=["--continue"])
    screen.expect(printed("0123456789 the quick"))
    screen.send("?")
    screen.expect("╭─ Help")
    screen.keys("Esc")
    screen.expect(printed("flood done"), timeout=120)
    ended(screen, "0")


def test_colours_of_the_program_are_kept(pytui, write):
    program = write("colours.py", r"print('\x1b[31mred\x1b[0m \x1b[38;5;208morange\x1b[0m plain')" + "\n")
    screen = pytui(program, options=["--continue"])
    screen.expect("red orange plain")
    row = screen.row_of("red orange plain")
    col = screen.lines[row].index("red orange plain")
    assert screen.attributes_at(row, col)[0] in (1, 9)
    assert screen.attributes_at(row, col + len("red "))[0] == 208


def test_hostile_output_does_no_harm(pytui, write):
    program = write(
        "hostile.py",
        "import sys\n"
        "w = sys.stdout.write\n"
        "w('\\x1b[99999b'); w('\\x1b[5;10r'); w('\\x1b]0;' + 'x' * 100000 + '\\x07')\n"
        "w('\\x1b[?1049h' * 50 + '\\x1b[?1049l' * 49 + '\\x1b[?1049l')\n"
        "w('e' + '\\u0301' * 1000); w('\\x1bP' + 'q' * 5000 + '\\x1b\\\\')\n"
        "w('\\x1b[2147483647;2147483647H\\x1b[2147483647X\\x1b[2147483647@')\n"
        "w('\\x1bc\\x1b[!p'); w('\\xff\\x00\\x9b31m')\n"
        "sys.stdout.flush(); print('\\nsurvived')\n",
    )
    screen = pytui(program, options=["--continue"])
    screen.expect(printed("survived"))
    ended(screen, "0")
    for rows, cols in [(10, 40), (50, 150), (24, 80)]:
        screen.resize(rows, cols)
    screen.expect(printed("survived"))


def test_fork_does_not_disturb_the_session(pytui, each_engine):
    screen = pytui("forks.py", interpreter=each_engine.path)
    at(screen, "forks.py:1")
    screen.send("c")
    screen.expect("child 45", "parent saw 3")
    ended(screen, "3")


def test_fork_with_a_breakpoint_in_the_child_leaves_the_child_alone(pytui, each_engine):
    line = 1 + (TARGETS / "forks.py").read_text().splitlines().index("    total = sum(range(10))")
    screen = pytui("forks.py", options=["--continue", "-b", f"forks.py:{line}"], interpreter=each_engine.path)
    screen.expect("parent saw 3")
    ended(screen, "3")


def test_keys_for_a_program_that_was_continued_do_not_wait_for_each_other(pytui, write):
    program = write("long.py", "line = input('line? ')\nprint(len(line), 'characters')\n")
    screen = pytui(program)
    at(screen, "long.py:1")
    screen.send("c")
    screen.expect(printed("line?"))
    screen.send("T" + "x" * 2000 + "\r")
    screen.expect("2000 characters", timeout=15)
