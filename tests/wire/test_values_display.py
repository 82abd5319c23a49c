"""Values shown as the user asks: type, id, repr, str, presenters; the whole text; await; time limits."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from client import RequestFailed, Session
from test_values import Row, children, expand, lines, scope, shown, stop_at

Start = Callable[..., Session]
PACKAGE = Path(__file__).resolve().parents[2] / "backend-ext"

VALUES = lines(
    "class Loud:",
    "    made = 0",
    "    def __repr__(self):",
    "        Loud.made += 1",
    "        print('repr ran')",
    "        return f'Loud!{Loud.made}'",
    "    def __str__(self): return 'two\\nlines'",
    "class Broken:",
    "    def __repr__(self): raise ZeroDivisionError('no')",
    "    __str__ = __repr__",
    "class Endless:",
    "    def __repr__(self):",
    "        while True: pass",
    "class Leaves:",
    "    def __repr__(self): raise SystemExit(3)",
    "class Priced:",
    "    def __init__(self): self.net, self._vat = 100, 19",
    "    @property",
    "    def gross(self): return self.net + self._vat",
    "    def __pytui__(self): return f'{self.gross} EUR'",
    "class Table(Priced):",
    "    def __pytui__(self): return {'rows': [1, 2]}",
    "class Odd(Priced):",
    "    def __pytui__(self): raise LookupError('odd')",
    "class Bare: pass",
    "def look():",
    "    loud, broken, endless, leaves = Loud(), Broken(), Endless(), Leaves()",
    "    priced, table, odd, bare = Priced(), Table(), Odd(), Bare()",
    "    items, number = [Loud(), 255], 255",
    "    return loud # stop",
    "look()",
    "print(Loud.made)",
)


def display(program: Session, name: str, how: str, reference: int = 0, **more: object) -> Row:
    """The answer to pytui/display, of a local unless a reference says where."""
    return program.request(
        "pytui/display", {"variablesReference": reference or scope(program), "name": name, "display": how} | more
    )


def test_displays(session: Start) -> None:
    """Type and id run no code of the program; repr and str do, once each; names in containers too."""
    program = stop_at(session, VALUES)
    assert display(program, "loud", "type")["value"] == "__main__.Loud"
    assert display(program, "loud", "default")["value"] == "<Loud object>"
    assert int(display(program, "loud", "id")["value"], 16) > 0
    assert display(program, "number", "default", format={"hex": True})["value"] == "0xff"
    assert program.stats()["userCode"] == 0
    assert display(program, "loud", "repr")["value"] == "Loud!1"
    assert display(program, "loud", "str")["value"] == "two\nlines"
    assert display(program, "items", "repr")["value"] == "[Loud!2, 255]"
    items = shown(program)["items"]["variablesReference"]
    assert display(program, "[0]", "repr", items)["value"] == "Loud!3"
    assert program.stats()["userCode"] == 4
    assert display(program, "number", "str")["value"] == "255"
    program.resume()
    assert program.finish()[:2] == (0, "3\n")


def test_displays_of_what_fails(session: Start) -> None:
    """An exception is the value; SystemExit too, and the program goes on."""
    program = stop_at(session, VALUES)
    assert display(program, "broken", "repr")["value"] == "<repr raised ZeroDivisionError('no')>"
    assert display(program, "broken", "str")["value"] == "<str raised ZeroDivisionError('no')>"
    assert display(program, "leaves", "repr")["value"] == "<repr raised SystemExit(3)>"
    with pytest.raises(RequestFailed, match="there is no nothing"):
        display(program, "nothing", "repr")
    with pytest.raises(RequestFailed, match="display is"):
        display(program, "loud", "hexdump")
    with pytest.raises(RequestFailed, match="earlier stop"):
        display(program, "loud", "repr", 99999)
    program.resume()
    assert program.finish()[:2] == (0, "0\n")


def test_a_time_limit(session: Start) -> None:
    """What takes longer than its limit is interrupted and says so; the program does not hear of it."""
    program = stop_at(session, VALUES)
    with pytest.raises(RequestFailed, match="interrupted: it took longer than 200 ms"):
        display(program, "endless", "repr", pytui={"timeLimit": 200})
    for arguments in ({"context": "repl"}, {"context": "watch"}):
        with pytest.raises(RequestFailed, match="longer than 300 ms"):
            program.request(
                "evaluate", {"expression": "[0 for _ in iter(int, 1)]", "pytui": {"timeLimit": 300}} | arguments
            )
    with pytest.raises(RequestFailed, match="longer than 250 ms"):
        program.request("setExpression", expression="number", value="repr(endless)", pytui={"timeLimit": 250})
    assert display(program, "number", "repr")["value"] == "255"
    seq = program.send("pytui/display", variablesReference=scope(program), name="endless", display="repr")
    program.pump(0.1)
    program.request("cancel", requestId=seq)
    assert program.answer(seq)["body"]["error"]["format"] == "interrupted"
    program.resume()
    assert program.finish()[:2] == (0, "0\n")


def test_presenters(session: Start) -> None:
    """__pytui__ gives a text, or an object to be shown instead; without one the default is shown."""
    program = stop_at(session, VALUES)
    assert display(program, "priced", "custom")["value"] == "119 EUR"
    answer = display(program, "table", "custom")
    assert (answer["value"], answer["type"]) == ("{'rows': [1, 2]}", "dict[1]")
    assert [row["name"] for row in children(program, answer["variablesReference"])] == ["['rows']"]
    assert display(program, "odd", "custom")["value"] == "<presenter raised LookupError('odd')>"
    assert display(program, "bare", "custom")["value"] == "<Bare object>"
    assert display(program, "number", "custom")["value"] == "255"


def test_registered_presenters(session: Start) -> None:
    """pytui.register_presenter() is for any class; the nearer class wins; None takes it back."""
    text = VALUES.replace(
        "look()\n",
        "import pytui\n"
        "pytui.register_presenter(int, lambda n: f'number {n}')\n"
        "pytui.register_presenter(Priced, lambda p: 'registered')\n"
        "pytui.register_presenter(Bare, print)\n"
        "pytui.register_presenter(Bare, None)\n"
        "for wrong in ((1, print), (int, 1)):\n"
        "    try: pytui.register_presenter(*wrong)\n"
        "    except TypeError as error: print(error)\n"
        "look()\n",
        1,
    )
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "# stop" in row)
    path = os.pathsep.join(filter(None, [str(PACKAGE), os.environ.get("PYTHONPATH", "")]))
    program = session(text=text, environment={"PYTHONPATH": path}).start(line)
    program.wait_stop("breakpoint")
    assert display(program, "number", "custom")["value"] == "number 255"
    assert display(program, "priced", "custom")["value"] == "registered"
    assert display(program, "table", "custom")["value"] == "{'rows': [1, 2]}"
    assert display(program, "bare", "custom")["value"] == "<Bare object>"
    program.resume()
    assert program.finish()[1] == "a class is wanted, not 1\na function is wanted, not 1\n0\n"


def test_display_of_a_property(session: Start) -> None:
    """A property is read when its display is asked for."""
    program = stop_at(session, VALUES)
    groups = expand(program, shown(program)["priced"])
    properties = groups["properties"]["variablesReference"]
    assert display(program, "gross", "repr", properties)["value"] == "119"
    assert program.stats()["userCode"] == 1


def test_contexts(session: Start) -> None:
    """clipboard gives all of a value; hover and variables a line; only the prompt takes statements."""
    program = stop_at(session, lines("text = 'x' * 100_000", "number = 300", "y = 1 # stop"))

    def result(expression: str, context: str, **more: object) -> str:
        arguments = {"expression": expression, "context": context} | more
        return program.request("evaluate", arguments)["result"]

    assert result("text", "clipboard") == repr("x" * 100_000)
    assert len(result("text", "hover")) < 300 > len(result("text", "variables"))
    assert result("number", "hover", format={"hex": True}) == "0x12c"
    assert result("[number]", "repl", format={"hex": True}) == "[0x12c]"
    for context in ("hover", "variables", "clipboard", "watch"):
        answer = program.request("evaluate", expression="number = 1", context=context)
        assert answer["pytui"]["exception"].startswith("SyntaxError")
    assert result("number", "watch") == "300"


AWAIT = lines(
    "import asyncio",
    "async def ready(n): return n + 1",
    "async def slow():",
    "    try: await asyncio.sleep(1000)",
    "    finally: print('slow ended')",
    "def plain(n):",
    "    return n # plain",
    "async def work(n):",
    "    plain(n)",
    "    return n # stop",
    "def by_hand(coroutine):",
    "    try: coroutine.send(None)",
    "    except StopIteration as stop: return stop.value",
    "print(asyncio.run(work(1)), by_hand(work(2)))",
)


def test_await(session: Start) -> None:
    """await runs what need not wait, in the frame of a coroutine; what must wait ends with the reason."""
    program = stop_at(session, AWAIT)

    def run(expression: str) -> Row:
        return program.request("evaluate", expression=expression, context="repl")

    for n in ("1", "2"):
        assert run("await ready(n)")["result"] == str(int(n) + 1)
        assert run("[await ready(i) for i in (1, n)]")["result"] == f"[2, {int(n) + 1}]"
        run("fresh = await ready(10)")
        assert run("fresh")["result"] == "11"
        answer = run("await slow()")
        assert "no event loop runs while the program is stopped" in answer["pytui"]["exception"] or n == "2"
        assert "pytui" in answer
        if n == "1":
            program.resume()
            program.wait_stop("breakpoint")
    program.resume()
    status, output, errors = program.finish()
    assert (status, output, errors) == (0, "1 2\n", "")


def test_await_elsewhere(session: Start) -> None:
    """Where no coroutine is, await is refused with what to do."""
    program = stop_at(session, AWAIT, "# plain")
    answer = program.request("evaluate", expression="await ready(1)", context="repl")
    assert answer["pytui"]["exception"].startswith("SyntaxError: 'await' outside a coroutine")
    answer = program.request("evaluate", expression="await ready(n)", context="repl", frameId=program.frames[1]["id"])
    assert answer["result"] == "2"
