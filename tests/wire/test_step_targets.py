"""Step-in targets: which calls of a statement there are, and stepping into the one that is chosen."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from client import RequestFailed, Session
from interpreters import Interpreter

Start = Callable[..., Session]


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


def targets(run: Session) -> dict[str, int]:
    """The targets of this stop: label and id, in their order."""
    found = run.request("stepInTargets", frameId=run.frames[0]["id"])["targets"]
    assert len({each["id"] for each in found}) == len(found)
    return {each["label"]: each["id"] for each in found}


def into(run: Session, label: str, reason: str = "step") -> tuple[str, int]:
    """Step into the call with this LABEL; where that ends."""
    run.go("stepIn", reason, targetId=targets(run)[label])
    return run.where


PROGRAM = lines(
    "import functools, asyncio",  # 1
    "def f(x=0):",
    "    return x + 1",
    "def g():",
    "    return 1",  # 5
    "def gen(n):",
    "    yield n",
    "    yield n + 1",
    "async def co(n):",
    "    await asyncio.sleep(0)",  # 10
    "    return n",
    "class Thing:",
    "    def __init__(self, n):",
    "        self.n = n",
    "    def method(self, n=0):",  # 15
    "        return self",
    "    def __call__(self):",
    "        return 3",
    "    def __enter__(self):",
    "        return self",  # 20
    "    def __exit__(self, *args):",
    "        return False",
    "def deco(n):",
    "    def wrap(function):",
    "        return function",  # 25
    "    return wrap",
    "class New:",
    "    def __new__(cls):",
    "        return object.__new__(cls)",
    "plain = lambda n: n",  # 30
    "async def main():",
    "    return await co(f(1)) + await co(2)",
    "def work(thing):",
    "    a = f(f(1))",
    "    a = g() + g()",  # 35
    "    a = len([1]) + f(2)",
    "    a = Thing(f(3)).method(g()).method()",
    "    a = list(gen(f(4)))",
    "    a = sorted([2, 1], key=plain), f(5)",
    "    a = f(",  # 40
    "        g(),",
    "    ) + thing()",
    "    for i in range(3): i > 1 and f(i)",
    "    a = [f(i) for i in range(2)], g()",
    "    for item in gen(5): a = f(item)",  # 45
    "    with Thing(6) as t: a = g()",
    "    a = g() if len('') else f(7)",
    "    a = New(), plain(8), f(*[9]), f(x=10)",
    "    @deco(f(11))",
    "    def inner(n=g()):",  # 50
    "        return n",
    "    class Local(Thing):",
    "        x = f(12)",
    "    a = asyncio.run(main()), f(13)",
    "    return functools.reduce(lambda p, q: p + q, [1, f(14)])",  # 55
    "print(work(Thing(0)))",
)


@dataclass(frozen=True)
class Choice:
    """A line, the labels that are offered there, the one that is chosen and where that leads to."""

    line: int
    labels: list[str]
    chosen: str
    where: tuple[str, int]
    check: tuple[str, str] | None = None


CHOICES = [
    Choice(34, ["f(1)", "f(f(1))"], "f(1)", ("f", 3), ("x", "1")),
    Choice(34, ["f(1)", "f(f(1))"], "f(f(1))", ("f", 3), ("x", "2")),
    Choice(36, ["len([1])", "f(2)"], "f(2)", ("f", 3)),
    Choice(36, ["len([1])", "f(2)"], "len([1])", ("work", 37)),
    Choice(
        37,
        ["f(3)", "Thing(f(3))", "g()", "Thing(f(3)).method(g())", "Thing(f(3)).method(g()).method()"],
        "g()",
        ("g", 5),
    ),
    Choice(37, [], "Thing(f(3))", ("Thing.__init__", 14)),
    Choice(37, [], "Thing(f(3)).method(g())", ("Thing.method", 16), ("n", "1")),
    Choice(37, [], "Thing(f(3)).method(g()).method()", ("Thing.method", 16), ("n", "0")),
    Choice(38, ["f(4)", "gen(f(4))", "list(gen(f(4)))"], "gen(f(4))", ("gen", 7), ("n", "5")),
    Choice(39, ["sorted([2, 1], key=plain)", "f(5)"], "sorted([2, 1], key=plain)", ("<lambda>", 30)),
    Choice(39, [], "f(5)", ("f", 3)),
    Choice(40, ["g()", "f(g(),)", "thing()"], "f(g(),)", ("f", 3)),
    Choice(40, [], "thing()", ("Thing.__call__", 18)),
    Choice(43, ["range(3)", "f(i)"], "f(i)", ("f", 3), ("x", "2")),
    Choice(44, [], "g()", ("g", 5)),
    Choice(45, ["gen(5)", "f(item)"], "f(item)", ("f", 3), ("x", "5")),
    Choice(45, [], "gen(5)", ("gen", 7)),
    Choice(46, ["Thing(6)", "g()"], "g()", ("g", 5)),
    Choice(46, [], "Thing(6)", ("Thing.__init__", 14)),
    Choice(47, ["len('')", "g()", "f(7)"], "f(7)", ("f", 3)),
    Choice(47, [], "g()", ("work", 48)),
    Choice(48, ["New()", "plain(8)", "f(*[9])", "f(x=10)"], "New()", ("New.__new__", 29)),
    Choice(48, [], "plain(8)", ("<lambda>", 30)),
    Choice(48, [], "f(*[9])", ("f", 3), ("x", "9")),
    Choice(48, [], "f(x=10)", ("f", 3), ("x", "10")),
    Choice(49, ["f(11)", "@deco(f(11))"], "@deco(f(11))", ("deco", 24)),
    Choice(52, ["class Local(Thing)"], "class Local(Thing)", ("work.<locals>.Local", 52)),
    Choice(54, ["main()", "asyncio.run(main())", "f(13)"], "main()", ("main", 32)),
    Choice(54, [], "f(13)", ("f", 3), ("x", "13")),
    Choice(32, ["f(1)", "co(f(1))", "co(2)"], "co(f(1))", ("co", 10), ("n", "2")),
    Choice(32, [], "co(2)", ("co", 10), ("n", "2")),
    Choice(55, ["f(14)", "functools.reduce(lambda p, q: p + q, [1, f(14)])"], "f(14)", ("f", 3)),
    Choice(55, [], "functools.reduce(lambda p, q: p + q, [1, f(14)])", ("work.<locals>.<lambda>", 55)),
]


@pytest.mark.parametrize("choice", CHOICES, ids=lambda each: f"{each.line}-{each.chosen}")
def test_choice(session: Start, choice: Choice) -> None:
    """The chosen call is stepped into, whatever else the statement calls; the program then runs as ever."""
    run = session(text=PROGRAM).start({"line": choice.line, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    if choice.labels:
        assert list(targets(run)) == choice.labels
    assert into(run, choice.chosen) == choice.where
    if choice.check:
        assert run.evaluate(choice.check[0]) == choice.check[1]
    run.resume()
    assert run.finish()[:2] == (0, "16\n")


def test_capability(session: Start) -> None:
    """It is advertised."""
    assert session(text=PROGRAM).initialize()["supportsStepInTargetsRequest"]


def test_the_same_call_twice(session: Start) -> None:
    """Two calls with one text are two targets, told apart by their columns."""
    run = session(text=PROGRAM).start(35)
    run.wait_stop("breakpoint")
    found = run.request("stepInTargets", frameId=0)["targets"]
    assert [(each["label"], each["column"], each["endColumn"]) for each in found] == [("g()", 9, 12), ("g()", 15, 18)]
    run.go("stepIn", "step", targetId=found[1]["id"])
    assert run.where == ("g", 5)
    run.go("stepOut", "step")
    assert run.where == ("work", 35) and run.request("stepInTargets", frameId=0)["targets"] == []


def test_what_is_still_to_come(session: Start) -> None:
    """After a call returned only those behind it are offered; in a loop on one line all of it comes again."""
    run = session(text=PROGRAM).start({"line": 34, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    assert into(run, "f(1)") == ("f", 3)
    run.go("stepOut", "step")
    assert list(targets(run)) == ["f(f(1))"]
    assert into(run, "f(f(1))") == ("f", 3) and run.evaluate("x") == "2"
    run.go("pytui/runTo", "goto", source={"path": run.script}, line=43)
    run.go("next", "step")
    assert run.where == ("work", 43) and "f(i)" in targets(run)
    assert into(run, "f(i)") == ("f", 3) and run.evaluate("x") == "2"


def test_recursion(session: Start) -> None:
    """The call of this frame is meant, not the same one of another."""
    text = lines(
        "def down(n):",  # 1
        "    if n == 0:",
        "        return leaf(0)",
        "    return down(n - 1) + leaf(n)",
        "def leaf(n):",  # 5
        "    return n",
        "print(down(3))",
    )
    run = session(text=text).start({"line": 4, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    assert into(run, "leaf(n)") == ("leaf", 6) and run.evaluate("n") == "3"


def test_breakpoints_and_exceptions_on_the_way(session: Start) -> None:
    """A breakpoint in what is stepped over stops; an exception leads to its handler."""
    text = lines(
        "def fails():",  # 1
        "    raise KeyError(1)",
        "def other(n):",
        "    return n",
        "def work():",  # 5
        "    try:",
        "        other(fails())",
        "    except KeyError:",
        "        pass",
        "    return other(other(1))",  # 10
        "work()",
    )
    run = session(text=text).start({"line": 7, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    assert into(run, "other(fails())") == ("work", 8)
    run.go("pytui/until", "step", line=10)
    run.set_breakpoints(run.script, 4)
    run.go("stepIn", "breakpoint", targetId=targets(run)["other(other(1))"])
    assert run.where == ("other", 4)


def test_calls_stepped_over_cost_nothing(session: Start, python: Interpreter) -> None:
    """What the chosen call's arguments do is not watched, where the interpreter can tell of single calls."""
    text = lines(
        "def small(n):",  # 1
        "    return n",
        "def busy():",
        "    return sum(small(1) for _ in range(20000))",
        "def last(n):",  # 5
        "    return n",
        "print(last(busy()))",
    )
    run = session(text=text).start(7)
    run.wait_stop("breakpoint")
    chosen = targets(run)["last(busy())"]
    before = run.stats()
    run.go("stepIn", "step", targetId=chosen)
    after = run.stats()
    assert run.where == ("last", 6)
    if python.engine == "monitoring":
        assert after["callbacks"] - before["callbacks"] < 40
    assert after["restartEvents"] == before["restartEvents"] and after["userCode"] == before["userCode"]


def test_library_code_is_entered_when_chosen(session: Start, tmp_path) -> None:
    """Just my code leaves libraries out, but not one that the user names."""
    text = "import textwrap, statistics\ntextwrap.dedent('a')\nprint(statistics.mean([1, 2]))\n"
    run = session(text=text).start(2)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step")
    assert run.where == ("<module>", 3)
    where = into(run, "statistics.mean([1, 2])")
    assert where[0] == "mean"
    run.go("stepOut", "step")
    assert run.where == ("<module>", 3)


def test_code_without_a_file_or_columns(session: Start, tmp_path) -> None:
    """Calls have numbers for names where there is no text, and are told apart without columns."""
    inner = "def a(n): return n\\ndef b(n): return n\\nb(a(1))\\n"
    run = session(text=f"code = compile('{inner}', '<made up>', 'exec')\nexec(code)\n").start(2)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step") if "exec(code)" not in targets(run) else into(run, "exec(code)")
    while run.frames[0]["pytui"]["sourceLine"] < 3:
        run.go("next", "step")
    assert len(targets(run)) == 2
    script = tmp_path / "plain.py"
    script.write_text("def a(n):\n    return n\ndef b(n):\n    return n\nb(a(1))\n")
    run = session("-X", "no_debug_ranges", script).start(5)
    run.wait_stop("breakpoint")
    found = run.request("stepInTargets", frameId=0)["targets"]
    assert len(found) == 2 and "column" not in found[0]
    run.go("stepIn", "step", targetId=found[1]["id"])
    assert run.where == ("b", 4)


def test_columns_of_wide_text(session: Start) -> None:
    """Columns count UTF-16 units, labels keep their characters."""
    run = session(text="def f(n): return n\nx = '𝄞é' and f('𝄞')\n").start(2)
    run.wait_stop("breakpoint")
    (found,) = run.request("stepInTargets", frameId=0)["targets"]
    assert (found["label"], found["column"], found["endColumn"]) == ("f('𝄞')", 15, 22)


def test_refusals(session: Start) -> None:
    """Targets are of their stop and of the frame on top."""
    run = session(text=PROGRAM).start(34, 3)
    run.wait_stop("breakpoint")
    old = targets(run)["f(1)"]
    run.go("continue", "breakpoint")
    with pytest.raises(RequestFailed, match="frame on top"):
        run.request("stepInTargets", frameId=run.frames[1]["id"])
    for each in (old, 1, -1, 2**62):
        with pytest.raises(RequestFailed, match="no such target"):
            run.request("stepIn", threadId=0, targetId=each)


def test_no_user_code_runs(session: Start) -> None:
    """Looking for targets and stepping to one asks nothing of objects that lie."""
    text = lines(
        "class Liar:",  # 1
        "    def __getattribute__(self, name):",
        "        if name.startswith('__') and name != '__class__': print('asked', name)",
        "        return object.__getattribute__(self, name)",
        "    def __call__(self):",  # 5
        "        return 1",
        "liar = Liar()",
        "print(liar() + liar())",
    )
    run = session(text=text).start(8)
    run.wait_stop("breakpoint")
    run.go("stepIn", "step", targetId=run.request("stepInTargets", frameId=0)["targets"][1]["id"])
    assert run.where == ("Liar.__call__", 6)
    run.resume()
    assert run.finish()[1] == "2\n"


def test_library_code_stays_left_out(session: Start, python: Interpreter) -> None:
    """A step into a library's function brings that one back alone: what else was passed costs no further step anything.

    On 3.11, which does not tell of calls, all comes back once; that is cheap there.
    """
    text = """\
import argparse, json, textwrap
def library():
    json.dumps({1: 2}); textwrap.wrap("a b c d e" * 20); argparse.ArgumentParser().parse_args([])
library()
library()
end = 1
"""
    run = session(text=text).start(3)
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script)

    def starts() -> int:
        before = run.stats()["startCallbacks"]
        run.go("stepIn", "step")
        return run.stats()["startCallbacks"] - before

    assert starts() > 20 and run.line == 4, "library code is met, and given up"
    starts()
    starts()
    assert run.where == ("library", 3)
    assert into(run, next(label for label in targets(run) if "wrap" in label))[0] == "wrap"
    run.go("stepOut", "step")
    assert run.where == ("library", 3)
    again = starts()
    assert run.line == 5 and (again < 5 or python.engine == "settrace")
