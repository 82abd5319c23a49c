"""Several statements on one line: where breakpoints can stand, and that they stop exactly there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]


def locations(run: Session, line: int, **more: int) -> list[int]:
    """The columns of one line where breakpoints can stand."""
    answer = run.request("breakpointLocations", source={"path": run.script}, line=line, **more)
    assert all(each["line"] >= line for each in answer["breakpoints"])
    return [each["column"] for each in answer["breakpoints"]]


LINES = """\
def f(): return 1
a = f(); b = f(); c = "\u00e9\U0001f40d"; d = f()
if a: f(); f()
for i in (1, 2): a += i; f()
h = lambda n: n * 2; k = h(1)
class C: u = f(); v = f()
try: f(); f()
finally: f(); a = 2
while b: b -= 1; f()
with open(__file__) as w: a = 3; f()
def g(x): x += 1; return x
a = 4; g(a)
end = [f(),
       f()]; last = f()
"""


def test_locations(session: Start) -> None:
    """By UTF-16 column, of one line or several, between columns."""
    run = session(text=LINES)
    capabilities = run.initialize()
    assert capabilities["supportsBreakpointLocationsRequest"]
    assert [locations(run, line) for line in (1, 2, 3, 4, 5)] == [
        [1, 10],
        [1, 10, 19, 30],
        [1, 7, 12],
        [1, 18, 26],
        [1, 15, 22],
    ]
    assert [locations(run, line) for line in (6, 7, 8, 9, 10, 11)] == [
        [1, 10, 19],
        [1, 6, 11][-len(locations(run, 7)) :],
        [10, 15],
        [1, 10, 18],
        [1, 27, 34],
        [1, 11, 19],
    ]
    assert locations(run, 14) == [14]
    assert locations(run, 2, column=2, endColumn=20) == [10, 19]
    both = run.request("breakpointLocations", source={"path": run.script}, line=11, endLine=12)["breakpoints"]
    assert both[-1] == {"line": 12, "column": 8, "endLine": 12, "endColumn": 12}


@pytest.mark.parametrize(
    "line, column, stops",
    [
        (2, 1, 1),
        (2, 10, 1),
        (2, 30, 1),
        (3, 7, 1),
        (3, 12, 1),
        (4, 1, 1),
        (4, 18, 2),
        (4, 26, 2),
        (5, 15, 1),
        (5, 22, 1),
        (6, 10, 1),
        (6, 19, 1),
        (7, 11, 1),
        (8, 10, 1),
        (8, 15, 1),
        (9, 10, 1),
        (9, 18, 1),
        (10, 27, 1),
        (10, 34, 1),
        (11, 11, 1),
        (11, 19, 1),
        (12, 1, 1),
        (12, 8, 1),
    ],
)
def test_stops_at_its_statement(session: Start, line: int, column: int, stops: int) -> None:
    """As often as that statement runs, before it does anything."""
    run = session(text=LINES)
    run.initialize()
    (place,) = run.set_breakpoints(run.script, {"line": line, "column": column})
    assert (place["line"], place["column"]) == (line, column)
    run.configure(stop_on_entry=False)
    for _ in range(stops):
        run.wait_stop("breakpoint")
        top = run.frames[0]
        assert top["line"] == line and column <= top["column"] <= place["endColumn"]
        assert run.stopped["hitBreakpointIds"] == [place["id"]]
        run.resume()
    assert run.finish()[0] == 0


def test_what_ran_before_it(session: Start) -> None:
    """The statements before it on the line have run, it has not."""
    run = session(text="x = 0; x = 1; x = 2\n").start({"line": 1, "column": 15})
    run.wait_stop("breakpoint")
    assert run.evaluate("x") == "1"
    run.resume()
    assert run.finish()[0] == 0


def test_column_in_the_middle(session: Start) -> None:
    """The statement around the column is meant, and the answer says where it begins."""
    run = session(text="def f(a):\n    return a\nx = f(1); y = f(2)\n")
    run.initialize()
    (place,) = run.set_breakpoints(run.script, {"line": 3, "column": 16})
    assert place["column"] == 11
    (only,) = run.set_breakpoints(run.script, {"line": 2, "column": 9})
    assert only["column"] == 5
    run.configure(stop_on_entry=False)
    for value in ("1", "2"):
        run.wait_stop("breakpoint")
        assert run.evaluate("a") == value
        run.resume()
    assert run.finish()[0] == 0


def test_together_with_the_line_and_stepping(session: Start) -> None:
    """One stop where two stand at one instruction; a step ends there once; conditions and counts are each one's own."""
    text = "def f(n):\n    a = n; b = a; c = b\n    return c\nf(1)\nf(2)\n"
    run = session(text=text)
    run.initialize()
    line, first, last = run.set_breakpoints(
        run.script, 2, {"line": 2, "column": 5}, {"line": 2, "column": 19, "condition": "b == 2"}
    )
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert run.stopped["hitBreakpointIds"] == [line["id"], first["id"]]
    run.go("next", "step")
    assert run.line == 3
    run.set_breakpoints(run.script, {"line": 2, "column": 5}, {"line": 2, "column": 19, "condition": "b == 2"}, 5)
    run.go("continue", "breakpoint")
    assert run.line == 5
    run.go("stepIn")
    assert run.where == ("f", 2) and run.stopped["hitBreakpointIds"] == [first["id"]]
    run.go("next", "breakpoint")
    assert run.where == ("f", 2) and run.stopped["hitBreakpointIds"] == [last["id"]] and run.evaluate("b") == "2"
    run.go("next", "step")
    assert run.line == 3
    run.resume()
    assert run.finish()[0] == 0


def test_set_while_its_frame_runs(session: Start) -> None:
    """In a loop on one line that runs already, and on the very place where it stands."""
    text = "def f(n): return n\ndef work():\n    for i in range(5): f(i); f(-i)\nwork()\n"
    run = session(text=text).start({"line": 1, "column": 11, "condition": "n == 2"})
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script, {"line": 3, "column": 30})
    for value in ("2", "3", "4"):
        run.go("continue", "breakpoint")
        assert run.where == ("work", 3) and run.evaluate("i") == value
    run.resume()
    assert run.finish()[0] == 0


def test_set_where_the_program_stands(session: Start) -> None:
    """Set on the statement that a step stopped at: the next pass stops, or this one does, but none is lost."""
    text = "def work():\n    for i in range(4):\n        a = i; b = i\n    return b\nwork()\n"
    run = session(text=text).start(3)
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script, {"line": 3, "column": 9})
    seen = []
    for _ in range(3):
        run.go("continue", "breakpoint")
        seen.append(run.evaluate("i"))
    assert seen == ["1", "2", "3"]
    run.resume()
    assert run.finish()[0] == 0


def test_generator_and_coroutine(session: Start) -> None:
    """Suspended in the middle of the line, and resumed there."""
    text = "import asyncio\nasync def nap(): await asyncio.sleep(0); x = 1; return x\n"
    text += "def gen(): yield 1; yield 2\nasyncio.run(nap())\nprint(list(gen()))\n"
    run = session(text=text).start({"line": 2, "column": 42}, {"line": 3, "column": 21})
    run.wait_stop("breakpoint")
    assert run.where == ("nap", 2)
    run.go("continue", "breakpoint")
    assert run.where == ("gen", 3)
    run.resume()
    assert run.finish()[0] == 0


def test_many_constants(session: Start) -> None:
    """An instruction with a prefix for its large argument is reached once."""
    text = "def f():\n    x = [" + ", ".join(f"'{n}' + str()" for n in range(400)) + "]\n"
    text += "    a = 'one'; b = 'two'; c = 'three'\n    return c\nf()\n"
    run = session(text=text).start({"line": 3, "column": 16}, {"line": 3, "column": 27})
    run.wait_stop("breakpoint")
    assert run.evaluate("a") == "'one'"
    run.go("continue", "breakpoint")
    assert run.evaluate("b") == "'two'"
    run.resume()
    assert run.finish()[0] == 0


def test_pending_until_import(session: Start, tmp_path: Path) -> None:
    """The column is known before the module is."""
    (tmp_path / "other.py").write_text("def f(): a = 1; b = 2; return b\n")
    run = session(text="import other\nother.f()\n")
    run.initialize()
    (place,) = run.set_breakpoints(tmp_path / "other.py", {"line": 1, "column": 17})
    assert place["pytui"]["state"] == "pending" and place["column"] == 17
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert run.where == ("f", 1) and run.evaluate("a") == "1"


def test_two_on_a_line_keep_their_ids(session: Start) -> None:
    """By line and column."""
    run = session(text="a = 1; b = 2\n")
    run.initialize()
    first, second = run.set_breakpoints(run.script, {"line": 1, "column": 1}, {"line": 1, "column": 8})
    (kept,) = run.set_breakpoints(run.script, {"line": 1, "column": 8})
    assert kept["id"] == second["id"] != first["id"]


def test_no_text(session: Start, tmp_path: Path) -> None:
    """Without a text there are no columns, and it is said."""
    run = session(text="exec(compile('a = 1; b = 2', '<made>', 'exec'))\n")
    run.initialize()
    (place,) = run.set_breakpoints("<made>", {"line": 1, "column": 8})
    assert "column" not in place
    with pytest.raises(RequestFailed, match="no text"):
        run.request("breakpointLocations", source={"path": "<made>"}, line=1)
    (tmp_path / "wrong.py").write_text("a = (\n")
    with pytest.raises(RequestFailed, match="no Python"):
        run.request("breakpointLocations", source={"path": str(tmp_path / "wrong.py")}, line=1)
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    (hit,) = run.stopped["pytui"]["hits"]  # the frame is at a line of the disassembly
    assert hit["line"] == 1 and hit["message"]


def test_cost(session: Start, python) -> None:
    """A function that holds one pays for its own pass, and for no other instruction after the first."""
    if python.engine != "monitoring":
        pytest.skip("a trace function is called for all instructions of the functions that hold one")
    text = "def f(n):\n    if n < 0: a = 1; b = 2\n    c = n; d = c; e = d\n    return e\n"
    text += "def loop(n):\n    for i in range(n):\n        f(i)\nloop(10)\nloop(20000)\nend = 1\n"
    run = session(text=text).start({"line": 2, "column": 22}, 9, 10)
    run.wait_stop("breakpoint")
    before = run.stats()
    run.go("continue", "breakpoint")
    assert run.line == 10 and run.stats()["callbacks"] - before["callbacks"] <= 20004


def test_program_does_not_see_the_parser(session: Start) -> None:
    """Nothing is imported or warned for it, and nobody's compile() is called."""
    text = "import builtins, sys\nbuiltins.compile = lambda *_, **__: print('asked')\nmark = 1\n"
    text += "z = '\\d'; y = 2\nprint('_ast' in sys.modules, 'ast' in sys.modules)\n"
    bare = session(text=text).start()
    expected = bare.finish()
    run = session(text=text).start(3)
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script, {"line": 4, "column": 11})
    assert locations(run, 4) == [1, 11]
    run.go("continue", "breakpoint")
    run.resume()
    assert run.finish() == expected and expected[1] == "False False\n"
