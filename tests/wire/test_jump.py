"""Jump: goto and gotoTargets, and "until": a step over that passes backward jumps."""

from collections.abc import Callable
from pathlib import Path

import pytest
from client import RequestFailed, Session
from interpreters import Interpreter

Start = Callable[..., Session]


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


def jump(run: Session, line: int, reached: int | None = None) -> None:
    """Jump to LINE, and see the stop there (or at REACHED)."""
    targets = run.request("gotoTargets", source={"path": run.script}, line=line)["targets"]
    assert [target["line"] for target in targets] == [reached or line]
    function = run.where[0]
    run.request("goto", threadId=0, targetId=targets[0]["id"])
    run.wait_stop("goto")
    assert run.where == (function, reached or line)


def refusal(run: Session, line: int, path: str | None = None) -> str:
    """Why LINE cannot be jumped to."""
    before = run.where
    with pytest.raises(RequestFailed) as failure:
        targets = run.request("gotoTargets", source={"path": path or run.script}, line=line)["targets"]
        run.request("goto", threadId=0, targetId=targets[0]["id"])
    assert "stopped" not in run.names_of_events()
    frame = run.request("stackTrace", threadId=0, levels=1)["stackFrames"][0]
    assert (frame["name"], frame["line"]) == before
    return str(failure.value)


FLOW = lines(
    "def work(n):",  # 1
    "    log = []",
    "    log.append('a')",
    "    for i in range(n):",
    "        log.append(i)",  # 5
    "        done = i",
    "    with memoryview(b'some') as f:",
    "        log.append('with')",
    "    try:",
    "        log.append('try')",  # 10
    "    finally:",
    "        log.append('finally')",
    "    late = 1",
    "",
    "    return log",  # 15
    "print(work(2))",
    "print('end')",
)


def test_capability(session: Start) -> None:
    """It is advertised."""
    assert session(text=FLOW).initialize()["supportsGotoTargetsRequest"]


def test_jump_forward_skips(session: Start) -> None:
    """What stands between is not run; a step goes on from there, and the new line is not stopped at twice."""
    run = session(text=FLOW).start(3)
    run.wait_stop("breakpoint")
    jump(run, 13)
    assert run.evaluate("log") == "[]"
    run.go("next", "step")
    assert run.where == ("work", 15)
    run.resume()
    assert run.finish()[1] == "[]\nend\n"


def test_jump_back_runs_again(session: Start) -> None:
    """Statements run again, over and over, whatever moves the program between."""
    run = session(text=FLOW).start(5)
    run.wait_stop("breakpoint")
    run.set_breakpoints(run.script)
    jump(run, 3)
    run.go("next", "step")
    assert run.where == ("work", 4)
    jump(run, 3)
    jump(run, 2)
    jump(run, 3)
    run.go("stepIn", "step")
    assert run.where == ("work", 4)
    run.resume()
    assert run.finish()[1] == "['a', 'a', 'a', 0, 1, 'with', 'try', 'finally']\nend\n"


def test_jump_and_continue_into_breakpoints(session: Start) -> None:
    """The line jumped to does not stop once more, but does when it is reached anew; others stop as ever."""
    run = session(text=FLOW).start(5, 6)
    run.wait_stop("breakpoint")
    run.go("continue", "breakpoint")
    assert run.where == ("work", 6)
    jump(run, 5)
    run.go("continue", "breakpoint")
    assert run.where == ("work", 6)
    run.go("continue", "breakpoint")
    assert run.where == ("work", 5) and run.evaluate("log") == "['a', 0, 0]"
    run.set_breakpoints(run.script, 13)
    jump(run, 6)
    run.go("continue", "breakpoint")
    assert run.where == ("work", 13)


def test_line_without_code(session: Start) -> None:
    """The next one with code is taken, and said before."""
    run = session(text=FLOW).start(3)
    run.wait_stop("breakpoint")
    jump(run, 14, 15)


def test_out_of_blocks(session: Start) -> None:
    """A jump leaves for, with and try; __exit__ and finally are not run by it."""
    run = session(text=FLOW).start(5)
    run.wait_stop("breakpoint")
    jump(run, 15)
    run.resume()
    assert run.finish()[1] == "['a']\nend\n"


@pytest.mark.parametrize(("begin", "target"), [(8, 13), (10, 13), (6, 9), (12, 9)])
def test_out_of_each_block(session: Start, begin: int, target: int) -> None:
    """Also from inside with, try and the loop."""
    run = session(text=FLOW).start({"line": begin, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    jump(run, target)
    run.resume()
    status, stdout, stderr = run.finish()
    assert status == 0 and stdout.endswith("end\n") and "Warning" not in stderr


@pytest.mark.parametrize(
    ("line", "reason"), [(5, "for"), (8, "cannot be jumped to: "), (12, ""), (40, "after"), (1, "")]
)
def test_refused_with_the_interpreters_reason(session: Start, line: int, reason: str) -> None:
    """Into a block, and out of the code: nothing happens, and the program runs on."""
    run = session(text=FLOW).start(3)
    run.wait_stop("breakpoint")
    if reason:
        assert reason in refusal(run, line)
    run.resume()
    assert run.finish()[1].endswith("end\n")


def test_other_functions_and_files(session: Start) -> None:
    """Only the function on top can be jumped in."""
    run = session(text=FLOW).start(3)
    run.wait_stop("breakpoint")
    assert "after the current code block" in refusal(run, 17)
    assert "another file" in refusal(run, 3, "/nowhere/else.py")
    run.go("stepOut", "step")
    assert "on top" in refusal(run, 17)
    run.go("next", "step")
    jump(run, 16)


def test_module_level_and_entry(session: Start) -> None:
    """From the first stop of all, past everything."""
    run = session(text=FLOW).start(stop_on_entry=True)
    jump(run, 17)
    run.resume()
    assert run.finish()[:2] == (0, "end\n")


GENERATORS = lines(
    "import asyncio",  # 1
    "def numbers():",
    "    yield 1",
    "    a = 2",
    "    yield a",  # 5
    "    a = 3",
    "    yield a",
    "async def main():",
    "    a = 1",
    "    await asyncio.sleep(0)",  # 10
    "    a = 2",
    "    await asyncio.sleep(0)",
    "    return a",
    "print(list(numbers()))",
    "print(asyncio.run(main()))",  # 15
)


def test_generator(session: Start) -> None:
    """A generator that runs jumps like a function."""
    run = session(text=GENERATORS).start(4)
    run.wait_stop("breakpoint")
    jump(run, 6)
    run.go("next", "step")
    run.set_breakpoints(run.script)
    run.resume()
    assert run.finish()[1].startswith("[1, 3]\n")


def test_coroutine(session: Start) -> None:
    """A coroutine too, past an await and back before one."""
    run = session(text=GENERATORS).start(11)
    run.wait_stop("breakpoint")
    jump(run, 9)
    run.go("next", "step")
    assert run.where == ("main", 10)
    jump(run, 13)
    run.resume()
    assert run.finish()[1].endswith("\n1\n")


UNBOUND = lines(
    "def work():",  # 1
    "    a = 1",
    "    late = 2",
    "    later = 3",
    "    return a, late",  # 5
    "print(work())",
    "print(sorted(n for n in globals() if 'warning' in n))",
)


@pytest.mark.parametrize("words", [[], ["-W", "error"]])
def test_unbound_variables(session: Start, python: Interpreter, tmp_path: Path, words: list[str]) -> None:
    """They become None; that is said in the stop, and not on the program's stderr or as an exception in it."""
    script = tmp_path / "script.py"
    script.write_text(UNBOUND)
    run = session(*words, script)
    run.start(2)
    run.wait_stop("breakpoint")
    jump(run, 5)
    if python.engine == "settrace":
        assert "text" not in run.stopped  # 3.11 leaves them unbound
        run.go("continue", "exception")
        assert "UnboundLocalError" in run.stopped["text"]
        return
    assert run.stopped["text"].startswith("a, late, later: None")
    run.resume()
    assert run.finish() == (0, "(None, None)\n[]\n", "")


RAISES = lines(
    "def fails():",  # 1
    "    raise KeyError('x')",
    "try:",
    "    fails()",
    "except KeyError:",  # 5
    "    pass",
    "one = lambda n: n + 1",
    "one(1)",
    "fails()",
)


def test_where_nothing_can_jump(session: Start) -> None:
    """Stops that are no line: an exception, a function's beginning, the end."""
    run = session(text=RAISES)
    run.initialize()
    run.request("setExceptionBreakpoints", filters=["raised", "uncaught"])
    run.configure()
    run.wait_stop("entry")
    run.go("continue", "exception")
    assert "trace event" in refusal(run, 2) and run.where == ("fails", 2)
    run.request("setExceptionBreakpoints", filters=["uncaught"])
    run.go("pytui/runTo", "goto", source={"path": run.script}, line=8)
    run.go("stepIn", "step")
    assert run.where == ("<lambda>", 7)
    run.go("continue", "exception")
    assert run.stopped["pytui"]["postMortem"]
    assert "post-mortem" in refusal(run, 2)
    run.resume()
    assert run.finish()[0] == 1


def test_pause_in_a_call(session: Start) -> None:
    """The frame that waits in C is not at a line."""
    run = session(text="import time\ndef nap():\n    time.sleep(60)\nnap()\n").start(3)
    run.wait_stop("breakpoint")
    run.resume()
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    assert "inside a call" in refusal(run, 3)


def test_stale_targets(session: Start) -> None:
    """A target is of its stop, and of its thread."""
    run = session(text=FLOW).start(3)
    run.wait_stop("breakpoint")
    target = run.request("gotoTargets", source={"path": run.script}, line=13)["targets"][0]["id"]
    with pytest.raises(RequestFailed, match="thread"):
        run.request("goto", threadId=99, targetId=target)
    run.go("next", "step")
    for each in (target, 0, -1, 2**62):
        with pytest.raises(RequestFailed, match="no such target"):
            run.request("goto", threadId=0, targetId=each)


def test_finalizers_of_what_is_dropped(session: Start) -> None:
    """A loop's iterator is closed by the jump out of it, whatever its code does."""
    text = lines(
        "def items():",  # 1
        "    try:",
        "        yield 1",
        "    finally:",
        "        print('closed')",  # 5
        "def work():",
        "    for item in items():",
        "        a = item",
        "    return 'out'",
        "print(work())",  # 10
    )
    run = session(text=text).start(8, 5)
    run.wait_stop("breakpoint")
    jump(run, 9)
    run.resume()
    assert run.finish()[:2] == (0, "closed\nout\n")


LOOP = lines(
    "def work():",  # 1
    "    total = 0",
    "    for i in range(5):",
    "        total += i",
    "        total += 1",  # 5
    "    total *= 2",
    "    return total",
    "print(work())",
)


def test_until_passes_the_loop(session: Start) -> None:
    """Backward jumps do not stop; the next greater line does."""
    run = session(text=LOOP).start({"line": 5, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    run.go("pytui/until", "step")
    assert run.where == ("work", 6) and run.evaluate("total") == "15"
    run.go("pytui/until", "step")
    assert run.where == ("work", 7)
    run.go("pytui/until", "step")
    assert run.where == ("<module>", 8) and run.stopped["pytui"]["returnValue"]["value"] == "30"


def test_until_a_line(session: Start) -> None:
    """At that line or a greater one; or where the frame is left."""
    run = session(text=LOOP).start({"line": 4, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    run.go("pytui/until", "step", line=5)
    assert run.where == ("work", 5)
    run.go("pytui/until", "step", line=7)
    assert run.where == ("work", 7)
    jump(run, 2)
    run.go("pytui/until", "step", line=99)
    assert run.where == ("<module>", 8)
    with pytest.raises(RequestFailed, match="from 1"):
        run.request("pytui/until", threadId=0, line=-3)


def test_until_ends_at_breakpoints_and_exceptions(session: Start) -> None:
    """A breakpoint on the way stops; an exception leads to its handler."""
    run = session(text=LOOP).start({"line": 5, "condition": "i != 1"})
    run.wait_stop("breakpoint")
    run.go("pytui/until", "breakpoint")
    assert run.where == ("work", 5) and run.evaluate("i") == "2"
    run = session(text=RAISES).start(2)
    run.wait_stop("breakpoint")
    run.go("pytui/until", "step")
    assert run.where == ("<module>", 5)


def test_until_in_recursion_and_generators(session: Start) -> None:
    """Other frames of the same code do not stop it, nor does a yield."""
    text = lines(
        "def down(n):",  # 1
        "    a = n",
        "    b = down(n - 1) if n else 0",
        "    return a + b",
        "def numbers():",  # 5
        "    yield 1",
        "    yield 2",
        "print(down(3), list(numbers()))",
    )
    run = session(text=text).start({"line": 2, "pytui": {"temporary": True}}, {"line": 6, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    run.go("pytui/until", "step", line=4)
    assert run.evaluate("n") == "3"
    run.go("continue", "breakpoint")
    run.go("pytui/until", "step")
    assert run.where == ("numbers", 7)
