"""Programs at the limit of recursion or of memory: stops are served there, and the program's result is a bare run's."""

import os
from collections.abc import Callable
from pathlib import Path

import interpreters
import pytest
from client import RequestFailed, Session, run_bare

Start = Callable[..., Session]

# What the program says of itself: how deep it came, what it was told there, and that it can go on afterwards.
DEEP = """\
import sys, threading
sys.setrecursionlimit(300)
depth = 0
def leaf(n):
    return n
def down(n):
    global depth
    depth = n
    return down(n + 1)
def dive():
    try:
        down(0)
    except RecursionError as error:
        print(type(error).__name__, error, depth, sys.getrecursionlimit(), flush=True)
dive()
thread = threading.Thread(target=dive)
thread.start()
thread.join()
dive()
"""
DEEPEST = DEEP.splitlines().index("    return down(n + 1)") + 1

WATCHED: dict[str, list] = {
    "never": [{"line": 5}],
    "false condition": [{"line": DEEPEST, "condition": "n == -1"}],
    "false call": [{"line": DEEPEST, "condition": "len([n, n]) == 1"}],
    "false text": [{"line": DEEPEST, "condition": "n == 'text'"}],
    "false attribute": [{"line": DEEPEST, "condition": "n.real.real == -1 or str(n) == 'text'"}],
    "hit condition": [{"line": DEEPEST, "hitCondition": "1000000"}],
}


def shown(run: Session) -> dict[str, str]:
    """The names and values of the first page of the stop."""
    return {each["name"]: each["value"] for each in run.stopped["pytui"]["pages"][0]["variables"]}


@pytest.mark.parametrize("points", WATCHED.values(), ids=WATCHED.keys())
def test_recursion_error_is_the_programs(session: Start, python: interpreters.Interpreter, points: list) -> None:
    """It comes at the same depth, with the same words, whatever is watched."""
    run = session(text=DEEP)
    bare = run_bare(python.path, run.script)
    run.start(*points)
    assert run.finish() == bare
    assert "stopped" not in run.names_of_events() and bare[1].count("RecursionError") == 3


def test_breakpoint_in_the_deepest_frame(session: Start, python: interpreters.Interpreter) -> None:
    """It stops there, shows values and leads on by steps to where the RecursionError is caught."""
    run = session(text=DEEP)
    bare = run_bare(python.path, run.script)
    deepest = int(bare[1].split("\n")[0].split()[-2])
    run.start({"line": DEEPEST, "condition": f"n == {deepest}"})
    for _ in range(2):
        run.wait_stop("breakpoint")
        assert run.where == ("down", DEEPEST)
        assert shown(run) == {"n": str(deepest)}
        total = run.request("stackTrace", threadId=run.stopped["threadId"], startFrame=deepest - 1, levels=20)
        assert "dive" in [each["name"] for each in total["stackFrames"]]
        scope = run.request("scopes", frameId=run.frames[0]["id"])["scopes"][0]
        rows = run.request("variables", variablesReference=scope["variablesReference"])["variables"]
        assert [(each["name"], each["value"]) for each in rows] == [("n", str(deepest))]
        assert run.evaluate("n + 1", frameId=run.frames[0]["id"]) == str(deepest + 1)
        run.go("next", "step")
        assert run.where[0] == "dive"
        run.resume()
    assert run.finish() == bare


def test_steps_at_the_limit(session: Start, python: interpreters.Interpreter) -> None:
    """Into the call that fails, over it and out: each stops in the program, and its result stays."""
    run = session(text=DEEP)
    bare = run_bare(python.path, run.script)
    deepest = int(bare[1].split("\n")[0].split()[-2])
    run.start({"line": DEEPEST, "condition": f"n == {deepest}"})
    for command, count in (("stepIn", 2), ("stepOut", 1)):
        run.wait_stop("breakpoint")
        for _ in range(count):
            run.go(command, "step")
        assert run.where[0] == "dive"
        run.resume()
    assert run.finish() == bare


def test_log_message_at_the_limit(session: Start, python: interpreters.Interpreter) -> None:
    """Logging in the deepest frame says what it is to say, and leaves the depth alone."""
    run = session(text=DEEP)
    bare = run_bare(python.path, run.script)
    deepest = int(bare[1].split("\n")[0].split()[-2])
    run.start({"line": DEEPEST, "condition": f"n == {deepest}", "logMessage": "at {n}"})
    assert run.finish() == bare
    said = [each["body"]["output"] for each in run.events if each["event"] == "output"]
    assert said == [f"at {deepest}\n"] * 2


RECURSION = {"filterId": "raised", "condition": "RecursionError"}


def test_exception_filter_at_the_limit(session: Start, python: interpreters.Interpreter) -> None:
    """The RecursionError stops where it is raised, with its details."""
    run = session(text=DEEP)
    bare = run_bare(python.path, run.script)
    run.initialize()
    run.request("setExceptionBreakpoints", filters=[], filterOptions=[RECURSION])
    run.configure(stop_on_entry=False)
    for _ in range(3):
        run.wait_stop("exception")
        assert "maximum recursion depth exceeded" in run.stopped["text"] + run.stopped["description"], run.stopped
        assert run.frames[0]["name"] == "down"
        details = run.request("exceptionInfo", threadId=run.stopped["threadId"])
        assert details["exceptionId"].endswith("RecursionError")
        run.resume()
    assert run.finish() == bare


def test_uncaught_recursion_error(session: Start, python: interpreters.Interpreter) -> None:
    """Shown where it was raised; afterwards the interpreter says what it says bare."""
    run = session(text="def down(n):\n    return down(n + 1)\ndown(0)\n")
    bare = run_bare(python.path, run.script)
    run.start()
    run.wait_stop("exception")
    assert run.stopped["text"].startswith("RecursionError") and run.frames[0]["name"] == "down"
    assert int(run.evaluate("n")) > 900
    run.resume()
    assert run.finish() == bare


def test_limit_far_beyond_the_c_stack(session: Start, python: interpreters.Interpreter) -> None:
    """A limit of a hundred thousand: where the backend has stack segments of its own, they go as deep as bare."""
    text = DEEP.replace("(300)", "(100_000)")
    run = session(text=text)
    bare = run_bare(python.path, run.script)
    deepest = int(bare[1].split("\n")[0].split()[-2])
    run.start({"line": DEEPEST, "condition": f"n == {deepest}"})
    for _ in range(2):
        run.wait_stop("breakpoint")
        assert run.evaluate("n") == str(deepest)
        run.go("next", "step")
        run.resume()
    assert run.finish() == bare


no_limits = pytest.mark.skipif("PYTUI_SANITIZE" in os.environ, reason="sanitizers end a program that lacks memory")

# Memory. The program limits itself to what it has and a little more; what it then asks for in vain is its own affair.
SCARCE = """\
import resource
def limit(more):
    size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + more, resource.RLIM_INFINITY))
def lift():
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
big = "x" * 40_000_000
limit(20_000_000)
def work():
    kept = []
    try:
        while True:
            kept.append(bytearray(1_000_000))
    except MemoryError as error:
        caught = repr(error)
    del kept
    return caught
print(work(), flush=True)
ready = 1
print(work(), flush=True)
lift()
print(len(big), flush=True)
"""
READY = SCARCE.splitlines().index("ready = 1") + 1
CAUGHT = SCARCE.splitlines().index("        caught = repr(error)") + 1


@no_limits
def test_memory_error_of_the_program(session: Start, python: interpreters.Interpreter) -> None:
    """A stop where the memory has run out is served, and what the program prints is a bare run's."""
    run = session(text=SCARCE)
    bare = run_bare(python.path, run.script)
    run.start(CAUGHT)
    for _ in range(2):
        run.wait_stop("breakpoint")
        names = shown(run)
        assert names["kept"].startswith("[bytearray(") and names["error"].startswith("MemoryError")
        assert run.evaluate("type(error).__name__") == "'MemoryError'"
        run.go("next", "step")
        run.resume()
    assert run.finish() == bare and bare[1] == "MemoryError()\nMemoryError()\n40000000\n"


@no_limits
def test_memory_error_of_an_evaluate(session: Start, python: interpreters.Interpreter) -> None:
    """Code that asks for more than there is fails with an answer that says so; the session goes on."""
    run = session(text=SCARCE)
    bare = run_bare(python.path, run.script)
    run.start(READY)
    run.wait_stop("breakpoint")
    frame = run.frames[0]["id"]
    for expression in ("big + big", "[bytearray(1_000_000) for _ in range(1000)]", "bytearray(10**10)"):
        failed = run.request("evaluate", expression=expression, context="repl", frameId=frame)
        assert failed["pytui"]["exception"] == "MemoryError", expression
    with pytest.raises(RequestFailed, match="MemoryError"):
        run.request("setExpression", expression="big", value="big * 3", frameId=frame)
    copied = run.request("evaluate", expression="big", context="clipboard", frameId=frame)
    assert copied["type"] == "str[40000000]" and copied["result"] in ("<out of memory>", repr("x" * 8_000_000))
    assert run.evaluate("len(big)") == "40000000"
    run.go("next", "step")
    run.resume()
    assert run.finish() == bare


@no_limits
def test_uncaught_memory_error(session: Start, python: interpreters.Interpreter, tmp_path: Path) -> None:
    """Shown post-mortem with its frame's variables."""
    text = SCARCE.replace("print(work(), flush=True)", "kept = [bytearray(10**6) for _ in range(10**6)]", 1)
    run = session(text=text)
    bare = run_bare(python.path, run.script)
    run.start()
    run.wait_stop("exception")
    assert run.stopped["text"].startswith("MemoryError")
    assert run.evaluate("len(big)") == "40000000"
    run.resume()
    assert run.finish() == bare and bare[0] == 1


# The last sixteen bytes are used up when it stops.
FULL = (
    SCARCE.split("big =")[0]
    + """\
def work(kept):
    size = 1 << 20
    while size > 16:
        try:
            while True: kept.append(bytes(size))
        except MemoryError:
            size //= 2
    full = 1
    kept.clear()
    return full
limit(3_000_000)
print(work([None] * 100_000), flush=True)
lift()
"""
)


@no_limits
def test_stop_without_any_memory_left(session: Start, python: interpreters.Interpreter) -> None:
    """It is told, looked at and stepped on from; what is set aside for that comes back with the next stop."""
    if python.debug:
        pytest.skip("a debug build's allocators fail the program itself")
    run = session(text=FULL)
    bare = run_bare(python.path, run.script)
    run.start(FULL.splitlines().index("    full = 1") + 1)
    run.wait_stop("breakpoint")
    frame = run.frames[0]["id"]
    names = shown(run)
    assert names["kept"].startswith("[None") and names["size"] == "16"
    assert run.request("stackTrace", threadId=run.stopped["threadId"])["stackFrames"][1]["name"] == "<module>"
    assert int(run.evaluate("len(kept)")) > 100_000
    for expression in ("bytes(10**9)", "[bytes(1000) for _ in range(10**6)]"):
        failed = run.request("evaluate", expression=expression, context="repl", frameId=frame)
        assert failed["pytui"]["exception"] == "MemoryError"
    run.go("next", "step")
    run.go("next", "step")
    assert run.evaluate("full") == "1"
    run.resume()
    assert run.finish() == bare == (0, "1\n", "")
