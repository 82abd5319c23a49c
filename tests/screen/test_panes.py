"""The panes and lines of the screen: Source, Variables, Stack, Breakpoints, the prompt, help, dialogs."""

import re

import pytest
from conftest import TARGETS, at, printed


def stopped_in_values(pytui, **options):
    """values.py at its last statement, where every local is set."""
    line = 1 + (TARGETS / "values.py").read_text().splitlines().index("    return locals()")
    screen = pytui("values.py", options=["--continue", "-b", f"values.py:{line}"], rows=50, cols=140, **options)
    at(screen, f"values.py:{line} in main")
    return screen


def test_source_moves_with_keys(pytui, tmp_path):
    program = tmp_path / "many.py"
    program.write_text("".join(f"line_{n} = {n}\n" for n in range(1, 501)))
    screen = pytui(program)
    at(screen, "many.py:1")
    screen.send("G")
    screen.expect("line_500")
    screen.send("g")
    screen.expect("line_1 ")
    screen.keys("PageDown", "PageDown", "PageDown")
    screen.expect_not(re.compile(r"\bline_1 "))
    screen.keys("Ctrl-b", "Ctrl-b", "Ctrl-b", "Ctrl-b")
    screen.expect(re.compile(r"\bline_1 "))


def test_go_to_line(pytui, tmp_path):
    program = tmp_path / "many.py"
    program.write_text("".join(f"line_{n} = {n}\n" for n in range(1, 501)))
    screen = pytui(program)
    at(screen, "many.py:1")
    screen.send("L")
    screen.send("321\r")
    screen.expect("line_321 = 321")
    screen.send("b")
    screen.expect(re.compile(r"● *321\b"))


def test_search_finds_and_repeats(pytui, tmp_path):
    program = tmp_path / "many.py"
    program.write_text("".join(f"line_{n} = {n}\n" for n in range(1, 501)))
    screen = pytui(program)
    at(screen, "many.py:1")
    screen.send("/")
    screen.send("_123\r")
    screen.expect("line_123 = 123")
    screen.send("b")
    screen.expect(re.compile(r"● *123\b"))
    screen.send("/nowhere to be found\r")
    screen.expect(re.compile("not found|no match", re.I))


def looks(screen, text, part):
    """The colours and attributes of a part of the row that shows the text."""
    row = screen.row_of(text)
    return screen.attributes_at(row, screen.lines[row].index(text) + text.index(part))


def test_all_hits_are_marked_until_esc(pytui, write):
    far = "# " + "x" * 200 + " needle"
    screen = pytui(write("hits.py", f"needle = 1\nother = needle + needle\nlast = 3\n{far}\n"))
    at(screen, "hits.py:1")
    screen.expect("last = 3")
    plain, current = looks(screen, "last = 3", "last"), looks(screen, "needle = 1", "1")
    screen.send("/needle")
    screen.wait_for(lambda: looks(screen, "other = needle", "needle")[1] not in (plain[1], current[1]), "a marked hit")
    hit = looks(screen, "other = needle", "needle")
    assert looks(screen, "needle = 1", "needle")[:2] == hit[:2], "the hit in the current line stands out, too"
    assert looks(screen, "+ needle", "needle") == hit
    screen.keys("Enter")
    screen.settle()
    assert looks(screen, "+ needle", "needle") == hit
    screen.send("..")
    screen.expect(re.compile("xxx needle"))
    screen.send(".")
    screen.expect("needle = 1")
    screen.keys("Esc")
    screen.wait_for(lambda: looks(screen, "+ needle", "needle") != hit, "no hits")


def test_focus_keys_reach_each_pane(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.send("nsnn")
    at(screen, "stepme.py:4 in work")
    screen.send("V")
    screen.send("jjjj\r")
    screen.send("S")
    screen.send("j\r")
    screen.expect(re.compile(r"▸ functions +1\b"))
    screen.send("C")
    screen.send("b")
    screen.expect(re.compile("●"))


def test_variables_expand_and_page(pytui):
    screen = stopped_in_values(pytui)
    screen.expect(re.compile(r"numbers +list\[1000\]"), re.compile(r"point +Point"))
    screen.send("V")
    row = screen.row_of(re.compile(r"▸.*numbers"))
    first = screen.row_of("Variables") + 1
    screen.send("g")
    screen.keys(*["Down"] * (row - first))
    screen.keys("Enter")
    screen.expect(re.compile(r"▾.*numbers"), re.compile(r"\b0 +0\b|\[0\] +0\b"))
    screen.keys("Space")
    screen.expect(re.compile(r"▸.*numbers"))


def test_names_are_grouped(pytui, write):
    program = write(
        "groups.py",
        "class Thing:\n    def __init__(self):\n        self.name, self._state, self.methods = 'n', 17, 4\n"
        "    def run(self): pass\nthing = Thing()\ndone = 1\n",
    )
    screen = pytui(program, cols=120)
    at(screen, "groups.py:1")
    screen.send("nn")
    at(screen, "groups.py:6")
    screen.send("V")
    screen.send("g")
    screen.keys("Down", "Enter")
    screen.expect(re.compile(r"▸ protected +1\b"), re.compile(r"▸ methods +2\b"), re.compile(r"methods +4\b"))
    screen.expect_not("_state   17")
    screen.keys("Down", "Down", "Down", "Enter")
    screen.expect(re.compile(r"▾ protected"), re.compile(r"_state +17"))
    screen.expect(re.compile(r"▸ methods +2\b"))


def test_hostile_values_are_shown_without_running_them(pytui, each_engine):
    screen = stopped_in_values(pytui, interpreter=each_engine.path)
    screen.expect(re.compile(r"hostile +<Hostile"), re.compile("values ready 0"))
    screen.send(":print(len(Hostile.ran))\r")
    screen.expect_not("ZeroDivisionError")


def test_control_characters_of_values_never_reach_the_terminal(pytui):
    screen = stopped_in_values(pytui)
    screen.expect(re.compile(r"control +'bell \\(a|x07) escape \\x1b"))
    screen.expect(re.compile("wide +'日本語"))


def test_prompt_evaluates_python_in_the_frame(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("ns")
    at(screen, "stepme.py:2 in work")
    screen.send(":n * 2 + 1\r")
    screen.expect("20001")


def test_prompt_runs_commands_by_name_and_keeps_history(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.send(":next\r")
    at(screen, "stepme.py:10")
    screen.send(":step\r")
    at(screen, "stepme.py:2 in work")
    screen.send(":")
    screen.keys("Up", "Up", "Enter")
    at(screen, "stepme.py:3 in work")


def test_prompt_shows_an_error_for_nonsense(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.send(":undefined_name_here\r")
    screen.expect("NameError")
    screen.send(":1 +\r")
    screen.expect("SyntaxError")


def test_assignment_in_the_prompt_reaches_the_frame(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path)
    at(screen, "stepme.py:1")
    screen.send("nsn")
    at(screen, "stepme.py:3 in work")
    screen.send(":total = 777\r")
    screen.expect(re.compile(r"total +777"))
    screen.send("n")
    at(screen, "stepme.py:4 in work")
    screen.expect(re.compile(r"total +777"))


def test_help_shows_the_keys(pytui):
    screen = pytui("stepme.py", rows=40, cols=100)
    at(screen, "stepme.py:1")
    screen.send("?")
    screen.expect(re.compile("step", re.I), re.compile("continue", re.I), re.compile("breakpoint", re.I))
    screen.keys("Esc")
    screen.expect("def work(n):")


def test_breakpoint_dialog_sets_a_condition(pytui, each_engine):
    screen = pytui("stepme.py", interpreter=each_engine.path, rows=30, cols=100)
    at(screen, "stepme.py:1")
    screen.send("jjjjjjb")
    screen.expect(re.compile(r"● .*stepme\.py:7"))
    screen.send("B")
    screen.keys("Enter")
    screen.expect(re.compile("condition", re.I), re.compile("log ?message", re.I))
    screen.keys("Down")
    screen.send("total > 100")
    screen.keys("Enter")
    screen.expect(re.compile(r"stepme\.py:7 .*if total > 100"))
    screen.send("C")
    screen.send("c")
    at(screen, "stepme.py:7 in work")
    screen.expect(re.compile(r"total +105"))


def test_a_condition_with_an_error_is_told_at_once(pytui):
    screen = pytui("stepme.py", rows=30, cols=100)
    at(screen, "stepme.py:1")
    screen.send("jjjjjjbB")
    screen.keys("Enter")
    screen.expect(re.compile("condition", re.I))
    screen.keys("Down")
    screen.send("total >")
    screen.keys("Enter")
    screen.expect(re.compile("syntax", re.I))


def test_source_changed_on_disk_is_told(pytui, write):
    program = write("changing.py", "a = 1\nb = 2\nc = 3\n")
    screen = pytui(program)
    at(screen, "changing.py:1")
    program.write_text("a = 1\nb = 22\nc = 3\nd = 4\n")
    screen.send("n")
    at(screen, "changing.py:2")
    screen.expect(re.compile("changed", re.I))


def test_source_that_does_not_exist(pytui, write):
    program = write("dynamic.py", "exec('def f():\\n    return 1\\n')\nf()\nprint('end')\n")
    screen = pytui(program)
    at(screen, "dynamic.py:1")
    screen.send("n")
    at(screen, "dynamic.py:2")
    screen.send(":just-my-code off\r")
    screen.send("s")
    screen.expect(re.compile(r"disassembly of f, <string>:\d+.*stopped"), row=0)
    screen.send("f")
    screen.expect(re.compile(r"dynamic\.py:[23]\b"), row=0)


def test_encoding_cookie_and_other_bytes(pytui, write):
    program = write("latin.py", "# -*- coding: latin-1 -*-\nname = 'caf\xe9'\nprint(len(name))\n".encode("latin-1"))
    screen = pytui(program)
    at(screen, "latin.py:2")
    screen.expect("café")


def test_lines_of_100000_characters(pytui, write):
    program = write("wide.py", f"text = '{'x' * 100_000}'\nprint(len(text))\n")
    screen = pytui(program)
    at(screen, "wide.py:1")
    screen.send("n")
    at(screen, "wide.py:2")
    screen.send("n")
    screen.expect(printed("100000"))


def test_wide_characters_and_tabs_in_the_source(pytui):
    screen = pytui("unicode_names.py", options=["--continue", "-b", "größe"])
    screen.expect(re.compile(r"unicode_names\.py:\d+ in größe\b"), row=0)
    screen.expect("def größe(名前):", re.compile("名前 +'日本語'"))


def test_zoom_shows_only_the_terminal(pytui):
    screen = pytui("stepme.py")
    at(screen, "stepme.py:1")
    screen.send("o")
    screen.expect_not("def work(n):")
    screen.keys("Ctrl-]")
    screen.send("o")
    screen.expect("def work(n):")


def test_help_is_whole_on_narrow_screens(pytui):
    screen = pytui("stepme.py", rows=24, cols=60)
    screen.expect("stopped", row=0)
    screen.send("?")
    screen.expect(re.compile(r"1-\d+ of \d+"))
    for top in range(2, 100):
        if "Back to the newest frame and its line" in " ".join(screen.text.replace("│", "").split()):
            break
        screen.keys("Down")
        screen.expect(re.compile(rf" {top}-\d+ of \d+"))
    else:
        pytest.fail("a long line does not go on below")
    screen.keys("G")
    screen.expect("pytui 0")
    screen.keys("Esc")
    screen.expect_not("Help")
