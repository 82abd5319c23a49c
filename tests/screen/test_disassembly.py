"""Code without a text: its disassembly in the Source pane."""

import re

from conftest import at

MADE = """\
space = {}
exec("def made(n):\\n    total = n + 1\\n    total *= 7\\n    return total\\n", space)
made = space["made"]
made(4)
end = 1
"""


def test_steps_through_a_disassembly(pytui, tmp_path, each_engine):
    """The current instruction is marked, the place is that of the missing text, and no breakpoint is set there."""
    program = tmp_path / "making.py"
    program.write_text(MADE)
    screen = pytui(program, rows=40, cols=140, interpreter=each_engine.path)
    at(screen, "making.py:1")
    screen.send(":just-my-code off\r")
    screen.send("nnns")
    screen.expect("disassembly of made, <string>:2", row=0)
    screen.expect("# disassembly of made: there is no source text of <string>")
    screen.expect(re.compile(r"▶ +\d+ +2 .*LOAD_\w+ +\d+ \(n"), re.compile(r"▶ made +<string>:2"))
    screen.send("n")
    screen.expect("disassembly of made, <string>:3", row=0)
    screen.expect(re.compile(r"▶ +\d+ +3 .*\(total"), re.compile(r"total +5"))
    screen.send("b")
    screen.expect("there is no source to set a breakpoint in")
    screen.send("u")
    screen.expect("making.py:4 in <module>", row=0)
    screen.expect("made(4)")
    screen.send("d")
    screen.expect(re.compile(r"▶ +\d+ +3 "))
    screen.send("nn")
    screen.expect(re.compile(r"returned|returns|making.py:4"))
    screen.send("n")
    at(screen, "making.py:5")
