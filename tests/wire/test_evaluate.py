"""Running Python in a stopped frame: results, output, errors, assignments, interrupts, completions."""

from collections.abc import Callable
from typing import Any

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


def stop_at(session: Start, text: str, words: str = "# stop") -> Session:
    """Run the program to the line with WORDS."""
    line = next(number for number, row in enumerate(text.splitlines(), 1) if words in row)
    program = session(text=text).start(line)
    program.wait_stop("breakpoint")
    return program


def run(program: Session, text: str, **more: Any) -> dict[str, Any]:
    """What typing TEXT at the prompt gives."""
    return program.request("evaluate", {"expression": text, "context": "repl"} | more)


def printed(program: Session, category: str = "stdout") -> str:
    """What evaluations wrote since the last call."""
    mine = [each for each in program.events if each["event"] == "output" and each["body"]["category"] == category]
    program.events = [each for each in program.events if each not in mine]
    return "".join(each["body"]["output"] for each in mine)


FRAME = lines(
    "total = 10",
    "def outer():",
    "    cell = 2",
    "    def bump():",
    "        nonlocal cell",
    "        cell += 1",
    "        return cell",
    "    def inner(n, items):",
    "        x = n + cell",
    "        x += 0 # stop",
    "        return n, x, items, cell, total, bump()",
    "    return inner(1, [1, 2, 3])",
    "print(*outer())",
)


@pytest.mark.parametrize(
    ("text", "result", "kind"),
    [
        ("n", "1", "int"),
        ("  n + cell", "3", "int"),
        ("items", "[1, 2, 3]", "list[3]"),
        ("None", "", "NoneType"),
        ("[n + i + cell for i in items]", "[4, 5, 6]", "list[3]"),
        ("list(n + i for i in items)", "[2, 3, 4]", "list[3]"),
        ("(lambda: n + cell + total)()", "13", "int"),
        ("sorted(items, key=lambda i: -i * n)", "[3, 2, 1]", "list[3]"),
        ("len(\n  items\n)", "3", "int"),
        ("'é\\ud800'", "'é\\ud800'", "str"),
        ("outer.__name__", "'outer'", "str"),
    ],
)
def test_expressions(session: Start, text: str, result: str, kind: str) -> None:
    """An expression sees what the frame sees, inner functions included."""
    answer = run(stop_at(session, FRAME), text)
    assert (answer["result"], answer["type"]) == (result, kind)
    assert "pytui" not in answer


def test_statements(session: Start) -> None:
    """Statements run; what they print and show arrives as output."""
    program = stop_at(session, FRAME)
    answer = run(program, "print('a', n); x")
    assert (answer["result"], answer["pytui"]) == ("", {"statement": True})
    assert printed(program) == "a 1\n3\n"
    run(program, "for i in items:\n    print(i, end='')")
    assert printed(program) == "123"
    run(program, "    y = n\n    print(y)\n")
    run(program, "import sys; sys.stderr.write('error\\n'); None")
    run(program, "def double(v):\n    return v * n * 2\nprint(double(4))")
    assert printed(program) == "1\n6\n8\n"
    assert printed(program, "stderr") == "error\n"
    run(program, "sys.stdout.buffer.write(b'raw\\n'); sys.stdout.flush()")
    assert "raw\n" in printed(program)
    run(program, "print('\\udc80')")
    assert printed(program) == "\\udc80\n"
    program.resume()
    assert program.finish()[1:] == ("1 3 [1, 2, 3] 2 10 3\n", "")


def test_names_live_on(session: Start) -> None:
    """A name made at the prompt is there for the next one, and among the variables."""
    program = stop_at(session, FRAME)
    run(program, "fresh = n + 100")
    assert run(program, "fresh")["result"] == "101"
    run(program, "def helper(): return n + 1")
    assert run(program, "helper()")["result"] == "2"
    scopes = program.request("scopes", frameId=program.frames[0]["id"])["scopes"]
    rows = program.request("variables", variablesReference=scopes[0]["variablesReference"])["variables"]
    assert {"n": "1", "fresh": "101"}.items() <= {row["name"]: row["value"] for row in rows}.items()


def test_assignments_reach_the_program(session: Start) -> None:
    """Locals, closures, globals and outer frames change for good, whatever the version."""
    program = stop_at(session, FRAME)
    run(program, "n = 5")
    run(program, "x, items = n * 2, [n]")
    run(program, "cell = 7")
    run(program, "global total; total = 8")
    run(program, "bump()")
    assert run(program, "cell")["result"] == "8"
    run(program, "n += 1")
    assert run(program, "(n, x, items, cell, total)")["result"] == "(6, 10, [5], 8, 8)"
    program.resume()
    assert program.finish()[1] == "6 10 [5] 8 8 9\n"


def test_outer_frame(session: Start) -> None:
    """frameId chooses the frame, to read and to write."""
    program = stop_at(session, FRAME)
    outer, module = program.frames[1]["id"], program.frames[2]["id"]
    assert run(program, "inner.__name__", frameId=outer)["result"] == "'inner'"
    run(program, "cell = 40", frameId=outer)
    run(program, "total = 41", frameId=module)
    assert run(program, "cell + total")["result"] == "81"


ERRORS = lines(
    "class Odd(Exception):",
    "    def __str__(self): return 'said ' + self.args[0]",
    "class Silent:",
    "    def __repr__(self): raise ZeroDivisionError('no repr')",
    "def fail(): raise Odd('this')",
    "silent = Silent()",
    "done = True # stop",
)


def test_errors_are_results(session: Start) -> None:
    """What the code raises is shown like the interpreter shows it, and reaches nothing else."""
    program = stop_at(session, ERRORS)
    answer = run(program, "fail()")
    assert answer["pytui"]["exception"] == "Odd: said this"
    assert answer["result"].splitlines() == [
        "Traceback (most recent call last):",
        '  File "<pytui>", line 1, in <module>',
        f'  File "{program.script}", line 5, in fail',
        "    def fail(): raise Odd('this')",
        "Odd: said this",
    ]
    assert run(program, "1 +")["pytui"]["exception"].startswith("SyntaxError")
    assert run(program, "raise SystemExit(3)")["pytui"]["exception"] == "SystemExit: 3"
    assert run(program, "missing")["pytui"]["exception"].startswith("NameError")
    assert program.evaluate("silent") == "<repr raised ZeroDivisionError('no repr')>"
    assert run(program, "[silent, 1]")["result"] == "[<repr raised ZeroDivisionError('no repr')>, 1]"
    answer = program.request("evaluate", expression="x = 1", context="watch")
    assert answer["pytui"]["exception"].startswith("SyntaxError")
    program.resume()
    assert program.finish() == (0, "", "")


def test_results_are_bounded(session: Start) -> None:
    """A result has an end, and its children can be looked at."""
    program = stop_at(session, FRAME)
    answer = run(program, "list(range(10 ** 6))")
    assert len(answer["result"]) < 1 << 16
    assert (answer["type"], answer["indexedVariables"]) == ("list[1000000]", 10**6)
    rows = program.request("variables", variablesReference=answer["variablesReference"], start=999999)["variables"]
    assert rows[0]["value"] == "999999"
    assert len(program.evaluate("'x' * 10 ** 7")) < 400
    assert len(run(program, "'x' * 10 ** 7")["result"]) < 1 << 16
    run(program, "for i in range(200000): print(i)")
    assert len(printed(program)) < 2 << 20


def test_children_of_a_result(session: Start) -> None:
    """Children of an expression evaluate in its frame, whatever its precedence."""
    program = stop_at(session, FRAME)
    answer = run(program, "items + [9]")
    rows = program.request("variables", variablesReference=answer["variablesReference"])["variables"]
    assert rows[3]["evaluateName"] == "(items + [9])[3]"
    assert program.evaluate(rows[3]["evaluateName"]) == "9"


def test_streams_are_put_back(session: Start) -> None:
    """Capturing ends with the evaluation, unless the code itself put in another stream."""
    text = lines(
        "import sys",
        "kept = sys.stdout",
        "x = 1 # stop",
        "print(sys.stdout is kept, type(sys.displayhook).__name__)",
    )
    program = stop_at(session, text)
    run(program, "x; saved = sys.stdout")
    run(program, "1/0")
    run(program, "saved.write('late\\n')")
    program.resume()
    assert program.finish()[1] == "True builtin_function_or_method\n"


def test_frozen_world(session: Start) -> None:
    """An evaluation that waits for another thread gets its answer; nothing deadlocks."""
    text = lines(
        "import queue, threading",
        "asked, answered = queue.Queue(), queue.Queue()",
        "def serve():",
        "    while (item := asked.get()) is not None: answered.put(item + 1)",
        "worker = threading.Thread(target=serve)",
        "worker.start()",
        "x = 1 # stop",
        "asked.put(None)",
    )
    program = stop_at(session, text)
    assert run(program, "asked.put(41), answered.get(timeout=10)")["result"] == "(None, 42)"
    program.resume()
    assert program.finish()[0] == 0


def test_interrupt(session: Start) -> None:
    """A loop without end is interrupted; the program does not hear of it."""
    program = stop_at(session, FRAME)
    for text in ("while True: pass", "__import__('time').sleep(60)", "[0 for _ in iter(int, 1)]"):
        seq = program.send("evaluate", expression=text, context="repl")
        program.pump(0.1)
        program.request("cancel", requestId=seq)
        answer = program.answer(seq)
        assert (answer["success"], answer["body"]["error"]["format"]) == (False, "interrupted")
    assert run(program, "n")["result"] == "1"
    program.resume()
    assert program.finish()[:2] == (0, "1 3 [1, 2, 3] 2 10 3\n")


def labels(program: Session, text: str, **more: Any) -> list[str]:
    """What may follow TEXT."""
    answer = program.request("completions", {"text": text, "column": len(text.encode("utf-16-le")) // 2 + 1} | more)
    return [each["label"] for each in answer["targets"]]


def test_completions(session: Start) -> None:
    """Names of the frame, builtins and keywords; attributes by their dotted name; nothing is called."""
    text = lines(
        "import os.path",
        "class Base:",
        "    shared = {}",
        "    __slots__ = ('slot',)",
        "class C(Base):",
        "    @property",
        "    def prop(self): raise SystemExit",
        "    def __getattr__(self, name): raise SystemExit",
        "    def __dir__(self): raise SystemExit",
        "    def __init__(self): self.slot, self.field, self._hidden = 1, [1], 2",
        "def look(item):",
        "    iterations = 3 # stop",
        "    return item",
        "look(C())",
    )
    program = stop_at(session, text)
    assert labels(program, "it") == ["item", "iter"]
    assert labels(program, "x = ite") == ["item", "iter"]
    assert labels(program, "whi") == ["while"]
    assert labels(program, "item.") == ["field", "prop", "shared", "slot"]
    assert labels(program, "item._h") == ["_hidden"]
    assert labels(program, "print(item.fi") == ["field"]
    assert labels(program, "item.field.app") == ["append"]
    assert labels(program, "item.prop.") == []
    assert labels(program, "C.sh") == ["shared"]
    assert labels(program, "os.path.joi") == ["join"]
    assert labels(program, "nothing.") == []
    assert "look" in labels(program, "", frameId=program.frames[1]["id"])
    target = program.request("completions", text="é😀 + it", column=9)["targets"][0]
    assert (target["start"], target["length"], target["type"]) == (6, 2, "variable")
    assert program.stats()["userCode"] == 0


def test_wrong_frame(session: Start) -> None:
    """A frame that is not there is an error that says so."""
    program = stop_at(session, FRAME)
    for command in ("evaluate", "completions"):
        with pytest.raises(RequestFailed, match="no such frame"):
            program.request(command, expression="1", text="", column=1, frameId=12345)
