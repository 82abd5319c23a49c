"""Breakpoints: where they bind, when they stop, what they cost."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from client import Closed, RequestFailed, Session

Start = Callable[..., Session]

LOOP = """\
def work(n):
    total = 0
    # no code here

    for i in range(n):
        total += i
    return total

print(work(100))
print(work(100))
"""


def test_pending_then_verified(session: Start) -> None:
    """Before the program runs a breakpoint is pending; when its file is loaded the client is told."""
    run = session(text=LOOP)
    run.initialize()
    (before,) = run.set_breakpoints(run.script, 6)
    assert (before["verified"], before["pytui"]["state"], before["line"]) == (False, "pending", 6)
    run.configure(stop_on_entry=False)
    changed = run.event("breakpoint")
    assert changed["reason"] == "changed"
    assert changed["breakpoint"]["id"] == before["id"]
    assert changed["breakpoint"]["verified"] and changed["breakpoint"]["pytui"]["state"] == "verified"
    run.wait_stop("breakpoint")
    assert run.stopped["hitBreakpointIds"] == [before["id"]]
    assert run.stopped["pytui"]["hits"][0]["pytui"]["hits"] == 1


def test_moved(session: Start) -> None:
    """A line without code moves to the next that has some, and says so; past the end it is an error."""
    run = session(text=LOOP)
    run.initialize()
    moved, past = run.set_breakpoints(run.script, 3, 99)
    assert moved["line"] == 5 and moved["pytui"]["requestedLine"] == 3
    assert past["pytui"]["state"] == "error" and "99" in past["message"]
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert run.line == 5
    (moved,) = run.set_breakpoints(run.script, 4)
    assert moved["pytui"] == {"hits": 0, "state": "moved", "requestedLine": 4} and moved["verified"]
    assert "5" in moved["message"]


def test_stable_ids(session: Start) -> None:
    """A breakpoint keeps its id while it stays in the list; a new one gets a new id."""
    run = session(text=LOOP)
    run.initialize()
    first, second = run.set_breakpoints(run.script, 2, 6)
    kept, new = run.set_breakpoints(run.script, 6, 7)
    assert kept["id"] == second["id"]
    assert new["id"] not in (first["id"], second["id"])


@pytest.mark.parametrize(
    "condition, hits",
    [
        ("i == 3", 2),
        ("i > 97", 4),
        ("3 < i < 5", 2),
        ("total == sum(range(i)) and i == 9", 2),
        ("i in [k for k in (1, n)]", 2),
        ("(lambda: i == n - 1)()", 2),
        ("i == -1", 0),
        ("i == 'x'", 0),
        ("i != 0 # comment", 198),
        ("i is None", 0),
        ("LIMIT == i", 2),
    ],
)
def test_condition(session: Start, condition: str, hits: int) -> None:
    """Stops exactly where the condition is true."""
    run = session(text="LIMIT = 7\n" + LOOP).start({"line": 7, "condition": condition})
    seen = 0
    with pytest.raises(Closed):
        while True:
            run.wait_stop("breakpoint")
            seen += 1
            if seen > 10:
                run.set_breakpoints(run.script)
                seen = hits
            run.resume()
    assert seen == hits


def test_condition_at_module_level_and_in_class(session: Start) -> None:
    """Globals, class bodies and closures are seen too."""
    text = "x = 1\nfor k in range(5):\n    x += k\nclass A:\n    y = 2\n    z = 3\ndef f():\n    c = 4\n"
    text += "    def g():\n        return c\n    return g()\nf()\n"
    run = session(text=text).start(
        {"line": 3, "condition": "k == 2"}, {"line": 6, "condition": "y == 2"}, {"line": 10, "condition": "c == 4"}
    )
    for line in (3, 6, 10):
        run.wait_stop("breakpoint")
        assert run.line == line and "text" not in run.stopped
        run.resume()


@pytest.mark.parametrize("condition", ["1 / 0", "nothing_of_that_name", "later > 1", "later == 1"])
def test_condition_that_raises_stops_and_says_so(session: Start, condition: str) -> None:
    """An error in a condition is never swallowed."""
    text = "def f():\n    a = 1\n    later = 2\n    return a + later\nf()\n"
    run = session(text=text).start({"line": 2, "condition": condition})
    run.wait_stop("breakpoint")
    assert "Error" in run.stopped["text"]


def test_bad_condition_is_reported_at_once(session: Start) -> None:
    """A condition that does not compile is an error on the breakpoint, which never stops."""
    run = session(text=LOOP)
    run.initialize()
    bad, hit, log = run.set_breakpoints(
        run.script,
        {"line": 6, "condition": "i =="},
        {"line": 6, "hitCondition": "soon"},
        {"line": 6, "logMessage": "{i"},
    )
    for each in (bad, hit, log):
        assert not each["verified"] and each["pytui"]["state"] == "error"
    assert bad["message"].startswith("condition: SyntaxError") and "number" in hit["message"] and "{" in log["message"]
    run.configure(stop_on_entry=False)
    assert run.finish()[0] == 0


@pytest.mark.parametrize(
    "hit_condition, values",
    [
        ("5", [4]),
        ("==5", [4]),
        (">=199", [98, 99]),
        (">199", [99]),
        ("<3", [0, 1]),
        ("<= 2", [0, 1]),
        ("%100", [99, 99]),
    ],
)
def test_hit_condition(session: Start, hit_condition: str, values: list[int]) -> None:
    """Counted over the whole run."""
    run = session(text=LOOP).start({"line": 6, "hitCondition": hit_condition})
    seen = []
    with pytest.raises(Closed):
        while True:
            run.wait_stop("breakpoint")
            seen.append(int(run.evaluate("i")))
            run.resume()
    assert seen == values


def test_log_point(session: Start) -> None:
    """A log message is an output event with its place, and does not stop."""
    message = "i={i} {{braces}} {total!r if False else total} {'a' + \"}\"} {1/0}".replace("!r", "")
    run = session(text=LOOP).start({"line": 6, "condition": "i < 2", "logMessage": message})
    status, stdout, _ = run.finish()
    assert status == 0 and stdout == "4950\n4950\n"
    outputs = [each["body"] for each in run.events if each["event"] == "output"]
    assert [each["output"] for each in outputs] == [
        f"i={i} {{braces}} 0 a}} <ZeroDivisionError: division by zero>\n" for i in (0, 1, 0, 1)
    ]
    assert outputs[0]["category"] == "console" and outputs[0]["line"] == 6
    assert outputs[0]["source"]["path"] == run.script


def test_temporary(session: Start) -> None:
    """Stops once, and is reported as removed."""
    run = session(text=LOOP).start({"line": 6, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    assert run.event("breakpoint", lambda body: body["reason"] == "removed")["breakpoint"]["line"] == 6
    run.resume()
    assert run.finish()[0] == 0


def test_disabled(session: Start) -> None:
    """Kept and shown, never hit, and armed nowhere."""
    run = session(text=LOOP).start({"line": 6, "pytui": {"enabled": False}}, 9)
    run.wait_stop("breakpoint")
    assert run.line == 9
    run.set_breakpoints(run.script, {"line": 6, "pytui": {"enabled": False}})
    assert run.stats()["armedCode"] == 0
    run.resume()
    assert run.finish()[0] == 0


def test_function_breakpoints(session: Start) -> None:
    """By name, by qualified name, in a module; the stop is at the first line of the body, once a call."""
    text = "class A:\n    def m(self):\n        while True:\n            break\n        return 1\n"
    text += "def m(): return 2\ndef plain():\n    return m()\nA().m()\nplain()\nA().m()\n"
    run = session(text=text)
    run.initialize()
    answer = run.request("setFunctionBreakpoints", breakpoints=[{"name": "A.m"}, {"name": "script:plain"}])
    assert [each["pytui"]["state"] for each in answer["breakpoints"]] == ["pending", "pending"]
    run.configure(stop_on_entry=False)
    for place in (("A.m", 3), ("plain", 8), ("A.m", 3)):
        run.wait_stop("function breakpoint")
        assert run.where == place
        assert run.stopped["hitBreakpointIds"]
        run.resume()
    assert run.finish()[0] == 0


def test_function_breakpoint_of_one_line(session: Start) -> None:
    """A body on the def line is no different."""
    run = session(text="def f(a): return a + 1\nf(1)\nf(2)\n")
    run.initialize()
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "f", "condition": "a == 2"}])
    run.configure(stop_on_entry=False)
    run.wait_stop("function breakpoint")
    assert run.evaluate("a") == "2"
    run.resume()
    assert run.finish()[0] == 0


def test_function_breakpoint_on_code_that_ran_before(session: Start) -> None:
    """Set late, it stops at the next call."""
    run = session(text="def f():\n    return 1\nf()\nf()\nf()\n").start(4)
    run.wait_stop("breakpoint")
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "f"}])
    run.go("continue", "function breakpoint")
    assert run.where == ("f", 2)


def test_body_on_def_line(session: Start) -> None:
    """From 3.13 on no LINE comes for a body that stands on the def line."""
    run = session(text="f = lambda n: n * 2\ndef g(n): return f(n)\nfor i in range(3):\n    g(i)\nf(7)\n").start(1, 2)
    run.wait_stop("breakpoint")
    assert run.where == ("<module>", 1)
    run.go("continue", "breakpoint")
    assert run.where == ("<module>", 2)
    for _ in range(3):
        run.go("continue", "breakpoint")
        assert run.where == ("g", 2)
        run.go("continue", "breakpoint")
        assert run.where == ("<lambda>", 1)
    run.go("continue", "breakpoint")
    assert run.where == ("<lambda>", 1) and run.evaluate("n") == "7"
    run.resume()
    assert run.finish()[0] == 0


def test_one_line_loop(session: Start) -> None:
    """A loop on one line reaches its line at each pass; a comprehension does not."""
    run = session(text="x = 0\nfor i in range(4): x += i\ny = [i * i for i in range(9) if i % 2]\n").start(2, 3)
    for i in range(4):
        run.wait_stop("breakpoint")
        assert run.line == 2
        run.resume()
    run.wait_stop("breakpoint")
    if run.line == 2:  # the pass that finds nothing left
        run.go("continue", "breakpoint")
    assert run.line == 3
    run.resume()
    assert run.finish()[0] == 0


def test_set_in_a_frame_that_runs_with_its_lines_disabled(session: Start) -> None:
    """Lines passed before, and told not to report any more, report again when they get a breakpoint."""
    run = session(text=LOOP).start({"line": 6, "condition": "i == 50"})
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script, 5)
    run.go("continue", "breakpoint")
    assert run.line == 5 and run.evaluate("i") == "50"
    run.set_breakpoints(run.script, 7)
    run.go("continue", "breakpoint")
    assert run.line == 7


def test_suspended_generator_and_coroutine(session: Start) -> None:
    """Code is armed, not frames: what is suspended stops too."""
    text = "def g():\n    yield 1\n    a = 2\n    yield a\nit = g()\nnext(it)\nmark = 1\nnext(it)\n"
    run = session(text=text).start(7)
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script, 3)
    run.go("continue", "breakpoint")
    assert run.where == ("g", 3)


def test_module_not_imported_yet(session: Start, tmp_path: Path) -> None:
    """A breakpoint waits for its module; its line is known before."""
    other = tmp_path / "other.py"
    other.write_text("def f():\n    # nothing\n    return 1\n")
    run = session(text="a = 1\nimport other\nother.f()\n")
    run.initialize()
    (pending,) = run.set_breakpoints(other, 2)
    assert (pending["line"], pending["pytui"]["state"]) == (3, "pending")
    run.configure(stop_on_entry=True)
    run.wait_stop("entry")
    run.go("continue", "breakpoint")
    assert run.where == ("f", 3)
    changed = run.event("breakpoint")
    assert changed["breakpoint"]["pytui"]["state"] == "moved" and changed["breakpoint"]["verified"]


def test_paths(session: Start, tmp_path: Path) -> None:
    """A file is found by its identity: through links, with dots, and from relative names."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "mod.py").write_text("def f():\n    return 1\n")
    (tmp_path / "link").symlink_to(real)
    run = session(text="import sys\nsys.path.insert(0, 'link')\nimport mod\nmod.f()\n")
    run.initialize()
    run.set_breakpoints(tmp_path / "link" / ".." / "real" / "mod.py", 2)
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert run.where == ("f", 2)


def test_source_on_disk_differs(session: Start, tmp_path: Path) -> None:
    """What is loaded decides, not what the file says now; a syntax error in it is no trouble."""
    run = session(text=LOOP).start(stop_on_entry=True)
    Path(run.script).write_text("def broken(:\n")
    (bound,) = run.set_breakpoints(run.script, 6)
    assert bound["verified"] and bound["line"] == 6
    run.go("continue", "breakpoint")
    assert run.line == 6


def test_compiling_a_file_warns_nobody(session: Start, tmp_path: Path) -> None:
    """The compiler's warnings belong to the import, once."""
    (tmp_path / "warns.py").write_text("x = 1 is 1\ny = '\\d'\n")
    bare = session(text="import warns\n")
    bare.start()
    expected = bare.finish()[2]
    (tmp_path / "__pycache__").is_dir() and [each.unlink() for each in (tmp_path / "__pycache__").iterdir()]
    run = session(text="import warns\n")
    run.initialize()
    run.set_breakpoints(tmp_path / "warns.py", 2)
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    run.resume()
    assert run.finish()[2] == expected and expected.count("SyntaxWarning") <= 2


def test_recursion_limit(session: Start) -> None:
    """A breakpoint near the recursion limit stops, and the program still gets its RecursionError where it would."""
    text = "import sys\ndeep = 0\ndef down():\n    global deep\n    deep += 1\n    down()\n"
    text += "try:\n    down()\nexcept RecursionError:\n    pass\nprint(deep)\n"
    bare = session(text=text).start()
    expected = bare.finish()[1]
    depth = int(expected)
    conditions = (f"deep == {depth}", f"abs(deep) == {depth}")
    run = session(text=text).start(*({"line": 6, "condition": each} for each in conditions))
    run.wait_stop("breakpoint")
    assert run.frames[0]["name"] == "down" and "text" not in run.stopped
    assert len(run.stopped["hitBreakpointIds"]) == 2
    run.resume()
    assert run.finish()[1] == expected


def test_unhit_breakpoint_costs_nothing(session: Start, python) -> None:
    """After the first pass there is not one callback for a breakpoint that is not reached."""
    if python.engine != "monitoring":
        pytest.skip("a trace function is called for all lines of the functions that hold a breakpoint")
    text = "def f(n):\n    if n < 0:\n        return -1\n    return n\n"
    text += "def loop(n):\n    t = 0\n    for i in range(n):\n        t += f(i)\n    return t\nloop(10)\nloop(10)\n"
    text += "loop(20000)\nend = 1\n"
    run = session(text=text).start(3, 12, 13)
    run.wait_stop("breakpoint")
    assert run.line == 12
    before = run.stats()
    run.go("continue", "breakpoint")
    after = run.stats()
    assert run.line == 13
    assert after["callbacks"] - before["callbacks"] <= 2, "the lines of the two stops"
    assert after["conditions"] == 0 and after["restartEvents"] == 0


def test_a_counted_hit_costs_one_report(session: Start, python) -> None:
    """What only counts is told of once a hit, evaluates nothing, and counts right as others come and go beside it."""
    run = session(text=LOOP.replace("work(100)", "work(1000)") + "print(work(1000))\n")
    run.start({"line": 6, "hitCondition": "2000"}, {"line": 7, "condition": "n < 0"}, 10)
    run.wait_stop("breakpoint")
    assert run.line == 10
    run.set_breakpoints(run.script, {"line": 6, "hitCondition": "2000"})
    before = run.stats()
    run.go("continue", "breakpoint")
    after = run.stats()
    assert run.line == 6 and run.evaluate("i") == "999"
    lines = 1000 if python.engine == "monitoring" else 2000  # a trace function hears of each line of the loop
    assert after["callbacks"] - before["callbacks"] <= lines + 20
    assert after["conditions"] == before["conditions"]
    run.set_breakpoints(run.script, {"line": 6, "hitCondition": "500"}, {"line": 5, "hitCondition": ">=1000"})
    run.go("continue", "breakpoint")
    assert run.line == 6 and run.evaluate("i") == "499"
    run.set_breakpoints(run.script, {"line": 5, "hitCondition": ">=1000"})
    run.go("continue", "breakpoint")
    assert run.line == 5 and run.evaluate("i") == "997"


def test_set_while_running(session: Start) -> None:
    """A breakpoint set in a running loop is hit."""
    text = "import time\ndef spin():\n    n = 0\n    while True:\n        n += 1\nspin()\n"
    run = session(text=text).start()
    run.set_breakpoints(run.script, 5)
    run.wait_stop("breakpoint")
    assert run.where == ("spin", 5)


def test_needs_a_path(session: Start) -> None:
    """A request without what it needs is an error, not a breakpoint."""
    run = session(text=LOOP)
    run.initialize()
    with pytest.raises(RequestFailed, match="path"):
        run.request("setBreakpoints", source={}, breakpoints=[{"line": 1}])


@pytest.mark.parametrize("count", [20, 100])
def test_condition_of_many_variables(session: Start, count: int) -> None:
    """All of them are the frame's own, however many, though there are globals of the same names."""
    names = [f"v{i}" for i in range(count)]
    rows = [
        "def f():",
        *(f"    {name} = 1" for name in names),
        "    return 1",
        *(f"{name} = 2" for name in names),
        "f()",
    ]
    run = session(text="\n".join(rows) + "\n")
    line = count + 2
    run.start({"line": line, "condition": f"sum([{', '.join(names)}]) == {count}"})
    stopped = run.wait_stop("breakpoint")
    assert run.line == line and "text" not in stopped


@pytest.mark.parametrize("spelling", ["\u00b5", "\u03bc", "\uff4e"])
def test_condition_in_another_spelling(session: Start, spelling: str) -> None:
    """Identifiers are normalised: the micro sign is the letter mu, and a wide n is an n."""
    run = session(text="def f(\u00b5, n):\n    return n\nf(3, 3)\n").start(
        {"line": 2, "condition": f"({spelling} == 3)"}
    )
    assert "text" not in run.wait_stop("breakpoint")


@pytest.mark.parametrize("options", [(), ("-W", "error")], ids=["default", "error"])
def test_compiling_a_condition_warns_nobody(session: Start, tmp_path: Path, options: tuple[str, ...]) -> None:
    """A condition that the compiler has something to say about leaves the program's stderr alone."""
    script = tmp_path / "warn.py"
    script.write_text("i = 1\nx = 2\n")
    run = session(*options, script).start({"line": 2, "condition": "i is 1"})
    run.wait_stop("breakpoint")
    run.resume()
    assert run.finish() == (0, "", "")


def test_file_that_is_none(session: Start, tmp_path: Path) -> None:
    """Opening a FIFO to see its lines would wait for a writer, with the interpreter held."""
    os.mkfifo(tmp_path / "fifo.py")
    run = session(text="x = 1\n")
    run.initialize()
    assert run.set_breakpoints(tmp_path / "fifo.py", 1)[0]["pytui"]["state"] == "pending"
    assert run.set_breakpoints("/dev/zero", 1)[0]["pytui"]["state"] == "pending"


def test_looking_at_a_file_does_not_ask_the_program(session: Start, tmp_path: Path) -> None:
    """Whatever it has put in the place of compile(); and the file says itself how it is encoded."""
    other = tmp_path / "other.py"
    other.write_text("# -*- coding: latin-1 -*-\nx = '\u00e4'\n\ny = 2\n", encoding="latin-1")
    text = "import builtins\nbuiltins.compile = lambda *_, **__: print('asked')\nx = 1\n"
    run = session(text=text).start(3)
    run.wait_stop()
    assert run.set_breakpoints(other, 3)[0]["line"] == 4
    run.resume()
    assert run.finish() == (0, "", "")


def test_log_points_are_bounded(session: Start) -> None:
    """A message of 20 MB comes cut, and one with a NUL whole."""
    run = session(text="a = 'x' * 20_000_000\nb = 'x\\0y'\nc = 1\n")
    run.start({"line": 2, "logMessage": "{a}"}, {"line": 3, "logMessage": "{b}"})
    run.finish()
    output = [each["body"]["output"] for each in run.events if each["event"] == "output"]
    assert output == ["x" * 65536 + "\u2026\n", "x\0y\n"]


def test_breakpoint_in_a_file_whose_name_is_not_utf8(session: Start, tmp_path: Path) -> None:
    """Its bytes name it: `pytui.rawPath`, sent back as it came."""
    path = os.fsencode(tmp_path) + b"/na\xffme.py"
    Path(os.fsdecode(path)).write_text("x = 1\ny = 2\n")
    run = session(text=f"import runpy\nrunpy.run_path({os.fsdecode(path)!r})\n")
    run.initialize()
    source = {"path": "na?me.py", "pytui": {"rawPath": path}}
    body = run.request("setBreakpoints", source=source, breakpoints=[{"line": 2}])
    assert body["breakpoints"][0]["pytui"]["state"] == "pending", body
    run.configure(False)
    run.wait_stop("breakpoint")
    assert run.frames[0]["source"]["pytui"]["rawPath"] == path
    run.resume("continue")
    assert run.finish()[0] == 0
