"""What a long session leaves behind in the program: no references, no memory, no complaints of a strict interpreter."""

from collections.abc import Callable

import interpreters
import pytest
from client import Session

Start = Callable[..., Session]

# From 3.14 on a frame keeps every value that was overwritten through f_locals until it ends; these are made once.
PROGRAM = """\
import sys
WRAP = 1000 if sys.version_info < (3, 14) else 250
class Point:
    def __init__(self, x): self.x, self.y = x, [x]
def called(n):
    return n + 1
def work(n):
    items, table, point = [1, 'two', (3.0,)], {'a': 1, 2: 'b'}, Point(n)
    text, total = 'text', 0
    while n:
        total += called(n)
        total %= WRAP
        try:
            raise ValueError(total)
        except ValueError as error:
            text = str(error)
        [total + k for k in range(2)]
work(3)
print('done')
"""
CALL = 1 + PROGRAM[: PROGRAM.index("        total += called")].count("\n")
CYCLES, PARTS, PARTS_MOST = 1000, 5, 12


def look_around(run: Session) -> None:
    """What a user at a stop does: everything that reads, evaluates and assigns."""
    frame = run.frames[0]["id"]
    run.request("stackTrace", threadId=run.stopped["threadId"])
    scopes = run.request("scopes", frameId=frame)["scopes"]
    for variable in run.request("variables", variablesReference=scopes[0]["variablesReference"])["variables"]:
        if variable["variablesReference"] and variable["name"] in ("items", "table", "point"):
            run.request("variables", variablesReference=variable["variablesReference"])
    run.request("setVariable", variablesReference=scopes[0]["variablesReference"], name="total", value="total + 1")
    run.evaluate("[point.x, len(items), text]")
    run.request("evaluate", expression="made = Point(5); made", context="repl", frameId=frame)
    run.answer(run.send("evaluate", expression="1 / 0", context="watch", frameId=frame))
    run.request("completions", text="point.", column=7, frameId=frame)


def cycle(run: Session) -> None:
    """From one stop at the breakpoint to the next one, by way of steps over and into the call."""
    look_around(run)
    run.go("stepIn", "step")
    run.go("stepOut", "step")
    run.go("next", "step")
    run.go("continue", "breakpoint")


def leftovers(run: Session, count: int, what: str) -> int:
    """By how much the value of the expression WHAT grows in COUNT cycles."""
    what = f"__import__('gc').collect() and None or {what}"
    before = int(run.evaluate(what))
    for _ in range(count):
        cycle(run)
    return int(run.evaluate(what)) - before


@pytest.mark.parametrize("what", ["sys.getallocatedblocks()", "sys.gettotalrefcount()"])
def test_nothing_is_left_of_a_stop(session: Start, python: interpreters.Interpreter, what: str) -> None:
    """A thousand cycles in parts, and more where threads take turns in other orders: tables and free lists grow in the
    first of them, a leak in all, however many there are.
    """
    if "refcount" in what and not python.debug:
        pytest.skip("only a debug build counts references")
    if "refcount" in what and python.engine == "settrace":
        pytest.skip("a module of a release build counts no references on 3.11")
    run = session(text=PROGRAM).start({"line": CALL, "condition": "n == 3"}, {"line": CALL + 1, "logMessage": "at {n}"})
    run.wait_stop("breakpoint")
    grown = [leftovers(run, CYCLES // PARTS, what) for _ in range(PARTS)]
    while min(grown) >= CYCLES // PARTS // 10 and len(grown) < PARTS_MOST:
        grown.append(leftovers(run, CYCLES // PARTS, what))
    assert min(grown) < CYCLES // PARTS // 10, grown
    run.request("setBreakpoints", source={"path": run.script}, breakpoints=[])
    run.request("setVariable", variablesReference=run.request("scopes", frameId=run.frames[0]["id"])["scopes"][0][
        "variablesReference"], name="n", value="0")  # fmt: skip
    run.resume()
    assert run.finish() == (0, "done\n", "")


def test_development_mode_has_nothing_to_say(session: Start, tmp_path, python: interpreters.Interpreter) -> None:
    """-X dev: checked allocators, every warning, asyncio's checks."""
    script = tmp_path / "script.py"
    script.write_text(PROGRAM.replace("work(3)", "work(int(sys.argv[1]))"))
    run = session("-X", "dev", "-W", "error", script, "1")
    run.initialize()
    run.set_breakpoints(script, CALL)
    run.request("setExceptionBreakpoints", filters=["raised"])
    run.configure(stop_on_entry=True)
    run.wait_stop("entry")
    run.go("continue", "breakpoint")
    look_around(run)
    for command in ("stepIn", "stepOut", "next", "next"):
        run.go(command, "step")
    run.go("continue", "exception")
    run.request("exceptionInfo", threadId=run.stopped["threadId"])
    run.request("setVariable", variablesReference=run.request("scopes", frameId=run.frames[0]["id"])["scopes"][0][
        "variablesReference"], name="n", value="0")  # fmt: skip
    run.resume()
    assert run.finish() == (0, "done\n", "")
