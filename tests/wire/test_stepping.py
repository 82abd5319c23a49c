"""Stepping: over, into, out, in every construct that has a rule of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from client import Closed, Session
from interpreters import Interpreter

Start = Callable[..., Session]


@dataclass(frozen=True)
class Walk:
    """A program, where the walk begins, and the steps with the place that each must lead to.

    A place is (function, line), a line in the same function, or None for the program's end.
    """

    text: str
    begin: int
    steps: list[tuple[str, tuple[str, int] | None]] = field(default_factory=list)


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


CALLS = lines(
    "def inner(n):",  # 1
    "    a = n + 1",
    "    return a",
    "def outer(n):",  # 4
    "    b = inner(n)",
    "    c = inner(b)",
    "    return c",
    "x = outer(1)",  # 8
    "y = outer(x)",
    "print(y)",
)
GENERATOR = lines(
    "def numbers():",  # 1
    "    yield 1",
    "    yield 2",
    "    done = True",
    "total = 0",  # 5
    "for n in numbers():",
    "    total += n",
    "print(total)",
)
COROUTINES = lines(
    "import asyncio",  # 1
    "async def child(n):",
    "    await asyncio.sleep(0)",
    "    return n",
    "async def main():",  # 5
    "    task = asyncio.create_task(child(9))",
    "    a = await child(1)",
    "    await asyncio.sleep(0.01)",
    "    b = await task",
    "    return a + b",  # 10
    "print(asyncio.run(main()))",
)
EXCEPTIONS = lines(
    "def fails():",  # 1
    "    raise ValueError('no')",
    "def passes():",
    "    fails()",
    "    return 1",  # 5
    "try:",
    "    passes()",
    "except ValueError:",
    "    caught = True",
    "print(caught)",  # 10
)
ONE_LINE = lines(
    "total = 0",  # 1
    "for i in range(3): total += i",
    "while total > 1: total -= 1",
    "squares = [i * i for i in range(10)]",
    "pairs = {i: i for i in squares if i % 2}",  # 5
    "print(total)",
)
WITHS = lines(
    "class Manager:",  # 1
    "    def __enter__(self):",
    "        return self",
    "    def __exit__(self, *args):",
    "        return True",  # 5
    "with Manager() as m:",
    "    x = 1",
    "    raise KeyError(x)",
    "print('after')",
)
RECURSION = lines(
    "def down(n):",  # 1
    "    if n == 0:",
    "        return 0",
    "    r = down(n - 1)",
    "    return r + 1",  # 5
    "print(down(3))",
)
CLASSES = lines(
    "class Thing:",  # 1
    "    size = 3",
    "    def __init__(self):",
    "        self.x = 1",
    "    @property",  # 5
    "    def double(self):",
    "        return self.x * 2",
    "t = Thing()",
    "print(t.double)",
)
LAMBDAS = lines(
    "f = lambda n: n + 1",  # 1
    "def g(n): return f(n)",
    "x = g(1)",
    "y = list(map(f, [1, 2]))",
    "print(x, y)",  # 5
)

WALKS = {
    "over": Walk(CALLS, 5, [("next", ("outer", 6)), ("next", ("outer", 7)), ("next", ("<module>", 8))]),
    "into": Walk(CALLS, 5, [("stepIn", ("inner", 2)), ("next", ("inner", 3)), ("next", ("outer", 5))]),
    "into-twice": Walk(CALLS, 8, [("stepIn", ("outer", 5)), ("stepIn", ("inner", 2))]),
    "out": Walk(CALLS, 2, [("stepOut", ("outer", 5)), ("stepOut", ("<module>", 8)), ("next", ("<module>", 9))]),
    "into-after-out": Walk(CALLS, 2, [("stepOut", ("outer", 5)), ("next", ("outer", 6)), ("stepIn", ("inner", 2))]),
    "over-stays-in-generator": Walk(GENERATOR, 2, [("next", ("numbers", 3)), ("next", ("numbers", 4))]),
    "generator-end": Walk(GENERATOR, 4, [("next", ("<module>", 6)), ("next", ("<module>", 8))]),
    "into-generator": Walk(GENERATOR, 6, [("stepIn", ("numbers", 2)), ("stepIn", ("<module>", 6))]),
    "out-of-generator": Walk(GENERATOR, 2, [("stepOut", ("<module>", 6))]),
    "over-await": Walk(COROUTINES, 6, [("next", ("main", 7)), ("next", ("main", 8)), ("next", ("main", 9))]),
    "into-coroutine": Walk(COROUTINES, 7, [("stepIn", ("child", 3)), ("next", ("child", 4)), ("next", ("main", 7))]),
    "exception-out": Walk(EXCEPTIONS, 2, [("next", ("<module>", 8)), ("next", ("<module>", 9))]),
    "exception-over": Walk(EXCEPTIONS, 7, [("next", ("<module>", 8))]),
    "exception-step-out": Walk(EXCEPTIONS, 4, [("stepOut", ("<module>", 8))]),
    "one-line-for": Walk(
        ONE_LINE, 2, [("next", ("<module>", 2)), ("next", ("<module>", 2)), ("next", ("<module>", 2))]
    ),
    "comprehensions-are-one-step": Walk(
        ONE_LINE, 4, [("next", ("<module>", 5)), ("next", ("<module>", 6)), ("next", None)]
    ),
    "with": Walk(WITHS, 7, [("next", ("<module>", 8)), ("next", ("<module>", 6)), ("next", ("<module>", 9))]),
    "recursion-over": Walk(RECURSION, 4, [("next", ("down", 5)), ("next", ("<module>", 6))]),
    "into-init": Walk(CLASSES, 8, [("stepIn", ("Thing.__init__", 4)), ("next", ("<module>", 8))]),
    "into-property": Walk(CLASSES, 9, [("stepIn", ("Thing.double", 7))]),
    "into-def-line": Walk(LAMBDAS, 3, [("stepIn", ("g", 2)), ("stepIn", ("<lambda>", 1)), ("next", ("g", 2))]),
    "into-through-c": Walk(LAMBDAS, 4, [("stepIn", ("<lambda>", 1)), ("next", ("<module>", 4))]),
    "end": Walk(CALLS, 10, [("next", None)]),
    "out-of-main": Walk(CALLS, 10, [("stepOut", None)]),
}


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS.keys())
def test_walk(session: Start, walk: Walk) -> None:
    """Each step leads where it must."""
    run = session(text=walk.text).start({"line": walk.begin, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    for number, (command, place) in enumerate(walk.steps):
        if place is None:
            run.resume(command)
            assert run.finish()[0] == 0
            return
        run.go(command, "step")
        assert run.where == place, f"step {number}: {command}"


def test_return_value(session: Start) -> None:
    """Leaving a function shows what it returned, in the caller."""
    run = session(text=CALLS).start(7)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.where == ("<module>", 8)
    assert run.stopped["pytui"]["returnValue"]["value"] == "3"


def test_step_out_passes_breakpoints_only_where_there_are_none(session: Start) -> None:
    """A breakpoint on the way ends a step."""
    run = session(text=CALLS).start(2, 8)
    run.wait_stop("breakpoint")
    run.go("next", "breakpoint")
    assert run.where == ("inner", 2)


def test_run_to(session: Start) -> None:
    """Run to a line, once; a line without code moves to the next one with some."""
    run = session(text=CALLS).start(stop_on_entry=True)
    run.go("pytui/runTo", "goto", source={"path": run.script}, line=3)
    assert run.where == ("inner", 3)
    run.resume()
    with pytest.raises(Closed):
        run.event("stopped")


def test_run_to_is_forgotten_at_another_stop(session: Start) -> None:
    """What was run to does not stop later."""
    run = session(text=CALLS).start(5, stop_on_entry=True)
    run.go("pytui/runTo", "breakpoint", source={"path": run.script}, line=10)
    run.set_breakpoints(run.script)
    run.resume()
    assert run.finish()[0] == 0


def test_step_into_import(session: Start, tmp_path) -> None:
    """Stepping into an import leads to the module's first line, not through the import machinery, and back."""
    (tmp_path / "other.py").write_text("a = 1\nb = 2\n")
    run = session(text="import other\nprint(other.b)\n").start(stop_on_entry=True)
    run.go("stepIn", "step")
    assert run.frames[0]["source"]["path"].endswith("other.py") and run.line == 1
    run.go("next", "step")
    run.go("next", "step")
    assert run.where == ("<module>", 1)
    run.go("next", "step")
    assert run.where == ("<module>", 2)


def test_steps_cost_no_restart(session: Start) -> None:
    """Steps run no code of the program and restart no events."""
    run = session(text=CALLS).start(5)
    run.wait_stop("breakpoint")
    before = run.stats()
    for command in ("next", "stepIn", "next"):
        run.go(command)
    after = run.stats()
    assert after["restartEvents"] == before["restartEvents"]
    assert after["userCode"] == before["userCode"]
    assert after["stops"] == before["stops"] + 3


def test_caught_exceptions_cost_a_step_little(session: Start, python: Interpreter) -> None:
    """A step over what raises and catches is told at most of each frame that is left; from 3.15 on of its own only."""
    text = lines(
        "def fail():",  # 1
        "    raise KeyError",
        "def work(count):",
        "    for _ in range(count):",
        "        try:",
        "            fail()",
        "        except KeyError:",
        "            pass",
        "work(500)",  # 9
        "done = True",
    )
    run = session(text=text).start(9)
    run.wait_stop("breakpoint")
    before = run.stats()
    run.go("next")
    assert run.line == 10
    after = run.stats()
    told = after["callbacks"] - before["callbacks"]
    assert told < (10 if python.version < (3, 12) or python.version >= (3, 15) else 510), told
    assert after["lineCallbacks"] - before["lineCallbacks"] < 10


def test_a_step_is_left_by_an_exception(session: Start) -> None:
    """However often other frames fail meanwhile, also of the same code, the step ends where its own is caught."""
    text = lines(
        "def fail(depth):",  # 1
        "    if depth:",
        "        try:",
        "            fail(depth - 1)",
        "        except KeyError:",
        "            depth = 0",  # 6
        "    raise KeyError",
        "def work():",  # 8
        "    try:",
        "        fail(3)",
        "    except KeyError:",
        "        done = True",
        "    return done",
        "work()",  # 14
    )
    run = session(text=text).start(4)
    run.wait_stop("breakpoint")
    run.request("setBreakpoints", source={"path": run.script}, breakpoints=[])
    run.go("next", "step")
    assert run.where == ("fail", 5)
    for line in (6, 7):
        run.go("next", "step")
        assert run.where == ("fail", line)
    run.go("next", "step")
    assert run.where == ("work", 11)
    run.go("stepOut", "step")
    assert run.where == ("<module>", 14)
