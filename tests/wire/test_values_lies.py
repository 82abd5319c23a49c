"""Objects that lie, and looking that leaves no trace: the program ends as it would have without a debugger."""

import re
import subprocess
from collections.abc import Callable
from typing import Any

import interpreters
import pytest
from client import Closed, RequestFailed, Session
from test_values import Row, children, expand, lines, scope, shown, stop_at

Start = Callable[..., Session]

HOOKS = "__repr__ __str__ __len__ __eq__ __bool__ __getattr__ __iter__ __hash__ __dir__ __format__ __contains__".split()

# What a method of a lying class does; {self} is the object. Nothing of it is ever to run without being asked for.
DEEDS = {
    "raises": "raise ZeroDivisionError('lie')",
    "raises base": "raise BaseException('lie')",
    "loops": "while True: pass",
    "recurses": "return getattr(self, name)(*rest)",
    "prints": "print('lie', flush=True)",
    "exits": "os._exit(9)",
    "asks to exit": "raise SystemExit(9)",
    "forks": "os.fork() or os._exit(0)",
    "allocates": "bytearray(10 * 2 ** 30)",
    "locks": "lock.acquire()",
    "changes itself": "self.__class__ = Other; self.__dict__.clear()",
    "is deleted": "holder.clear()",
}


def liar_program(deed: str) -> str:
    """A program whose objects do DEED when they are asked for anything."""
    return lines(
        "import os, threading, weakref",
        "lock = threading.Lock(); lock.acquire()",
        "holder = []",
        "class Other: pass",
        "def lie(name):",
        "    def method(self, *rest):",
        f"        {deed}",
        "        return NotImplemented",
        "    return method",
        f"body = {{name: lie(name) for name in {HOOKS!r}}}",
        "body['__class__'] = property(lie('__class__'))",
        "body['value'] = property(lie('value'))",
        "class Meta(type):",
        "    __repr__ = __eq__ = __len__ = __bool__ = __iter__ = lie('meta')",
        "    __hash__ = type.__hash__",
        "made = [Meta(f'Lie{base.__name__}', (base,), dict(body)) for base in (object, list, dict, str, int, set)]",
        "liars = [base.__new__(base) for base in made]",
        "holder.append(object.__new__(made[0]))",
        "ref = weakref.ref(holder[0])",
        "def look(one, two, three, four, five, six, held, proxy):",
        "    keyed = [one, (two, [three])]",
        "    return 7 # stop",
        "result = look(*liars, holder, weakref.proxy(holder[0]))",
        "print('result', result, ref() is holder[0], flush=True)",
        "os._exit(4)",
    )


def look_everywhere(program: Session, reference: int, depth: int = 3) -> None:
    """Open all that can be opened without a property's code."""
    for row in children(program, reference):
        if row["variablesReference"] and depth and not row["presentationHint"].get("lazy"):
            look_everywhere(program, row["variablesReference"], depth - 1)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.replace(" ", "-"))
def test_looking_at_liars_is_harmless(session: Start, python: interpreters.Interpreter, deed: str) -> None:
    """Shown, opened, sorted, searched and completed: none of their code runs, and the end is that of a bare run."""
    text = liar_program(DEEDS[deed])
    program = stop_at(session, text)
    bare = subprocess.run([python.path, program.script], capture_output=True, text=True, timeout=60)
    assert (bare.returncode, bare.stdout) == (4, "result 7 True\n")
    local = scope(program)
    assert {name: shown(program)[name]["type"] for name in ("one", "two", "held")} == {
        "one": "Lieobject",
        "two": "Lielist[0]",
        "held": "list[1]",
    }
    look_everywhere(program, local)
    children(program, local, pytui={"sort": "type", "match": "lie"})
    for name in ("one", "two", "three", "proxy"):
        for display in ("type", "id", "default"):
            program.request("pytui/display", variablesReference=local, name=name, display=display)
        program.request("completions", text=f"{name}.v", column=len(name) + 3)
    assert program.stats()["userCode"] == 0
    program.resume()
    assert program.finish()[:2] == (bare.returncode, bare.stdout)


# What is said of a repr that does it, by evaluate. None: the connection ends.
SAID: dict[str, str | None] = {
    "raises": "<repr raised ZeroDivisionError('lie')>",
    "raises base": "<repr raised BaseException('lie')>",
    "loops": "interrupted: it took longer than",
    "recurses": "<repr raised RecursionError",
    "prints": "<repr raised TypeError",
    "exits": None,
    "asks to exit": "<repr raised SystemExit(9)>",
    "allocates": "<repr raised ",
    "locks": "interrupted: it took longer than",
    "changes itself": "<repr raised ",
    "is deleted": "<repr raised TypeError",
}


@pytest.mark.parametrize("deed", SAID, ids=lambda deed: deed.replace(" ", "-"))
def test_asking_liars_is_reported(session: Start, deed: str) -> None:
    """Asked for, their code runs; what it does is the answer, and the program goes on, unless it was ended."""
    program = stop_at(session, liar_program(DEEDS[deed].replace("10 * 2 ** 30", "2 ** 62")))
    seq = program.send("evaluate", expression="one", context="watch", pytui={"timeLimit": 1000})
    said = SAID[deed]
    if said is None:
        with pytest.raises(Closed):
            program.answer(seq)
        assert program.finish()[0] == 9
        return
    answer = program.answer(seq)
    found = answer["body"]["result"] if answer["success"] else answer["body"]["error"]["format"]
    assert said in found
    assert program.evaluate("1 + 1") == "2"
    program.resume()
    if deed != "is deleted":  # then its end is another
        assert program.finish()[:2] == (4, "result 7 True\n")


def test_a_fork_is_reported(session: Start) -> None:
    """Code that forks is named: its child goes on with the program, which the debugger does not follow."""
    program = stop_at(session, lines("import os", "done = 1 # stop", "print('end', flush=True)"))
    program.request("evaluate", expression="child = os.fork(); child or os._exit(0)", context="repl")
    said = [each["body"]["output"] for each in program.events if each["event"] == "output"]
    assert any("forked" in each for each in said)
    assert int(program.evaluate("os.waitpid(child, 0)[0] == child") == "True")
    program.resume()
    assert program.finish()[:2] == (0, "end\n")


SHAPES = lines(
    "import collections, types, unittest.mock, weakref",
    "class Lazy:",
    "    def __getattr__(self, name): raise SystemExit(name)",
    "class Node: pass",
    "def look():",
    "    items, text = [0] * 10 ** 7, 'x' * 10 ** 8",
    "    deep = []",
    "    for _ in range(10 ** 5): deep = [deep]",
    "    chain = {}",
    "    for _ in range(10 ** 5): chain = {'next': chain}",
    "    cycle = {}; cycle['self'] = cycle; cycle['items'] = [cycle, (cycle,)]",
    "    node = Node(); node.node = node",
    "    mock, lazy = unittest.mock.MagicMock(), Lazy()",
    "    target = Node(); proxy = weakref.proxy(target)",
    "    gone = weakref.proxy(Node())",
    "    chained = collections.ChainMap({'a': 1}, {})",
    "    space = types.SimpleNamespace(a=1)",
    "    return 1 # stop",
    "print(look(), flush=True)",
    "import os; os._exit(0)",
)


def test_shapes(session: Start) -> None:
    """Huge, deep, circular and borrowed objects are rows like others, and open a level at a time."""
    program = stop_at(session, SHAPES)
    rows = shown(program)
    assert rows["deep"]["type"] == "list[1]"
    for name in ("deep", "chain", "cycle", "node"):
        row: Row = rows[name]
        for _ in range(50):
            inside = expand(program, row)
            row = next(each for each in inside.values() if each["variablesReference"])
    for name in ("mock", "lazy", "proxy", "gone", "chained", "space"):
        if rows[name]["variablesReference"]:
            children(program, rows[name]["variablesReference"])
    assert program.stats()["userCode"] == 0
    assert len(program.evaluate("deep")) < 400
    assert "MagicMock" in program.evaluate("mock")
    assert "ReferenceError" in program.evaluate("str(gone)")
    assert program.evaluate("gone").startswith("<weakproxy")
    program.resume()
    assert program.finish()[:2] == (0, "1\n")


LIFE = lines(
    "import gc, weakref",
    "class Thing:",
    "    def __init__(self): self.part, self._own = [Thing.Part()], 1",
    "    @property",
    "    def lazy(self): return Thing.Part()",
    "    def __pytui__(self): return Thing.Part()",
    "    class Part:",
    "        pass",
    "dead = []",
    "def fail(thing): raise ValueError(thing)",
    "def work():",
    "    thing = Thing()",
    "    weakref.finalize(thing, dead.append, 'thing')",
    "    weakref.finalize(thing.part[0], dead.append, 'part')",
    "    number = 1 # stop",
    "    del thing",
    "    gc.collect()",
    "    return sorted(dead), number # looked",
    "print(work())",
)


def act_evaluate(program: Session, _: Row) -> None:
    for text in ("thing", "thing.part", "fresh = 1", "[thing for _ in range(3)]", "(lambda: thing)()", "missing"):
        program.request("evaluate", expression=text, context="repl")


def act_fail(program: Session, _: Row) -> None:
    assert "ValueError" in program.request("evaluate", expression="fail(thing)", context="repl")["result"]
    program.request("evaluate", expression="await thing", context="repl")


def act_open(program: Session, row: Row) -> None:
    rows = expand(program, row)
    expand(program, rows["part"])
    lazy = expand(program, rows["properties"])["lazy"]
    expand(program, lazy)
    children(program, row["variablesReference"], pytui={"sort": "name", "match": "a"})


def act_display(program: Session, _: Row) -> None:
    for display in ("repr", "str", "custom", "id", "type"):
        program.request("pytui/display", variablesReference=scope(program), name="thing", display=display)


def act_set_variable(program: Session, row: Row) -> None:
    program.request("setVariable", variablesReference=scope(program), name="number", value="2 if thing else 0")
    program.request(
        "setVariable", variablesReference=row["variablesReference"], name="_own", value="thing.part[0] and 2"
    )
    program.request("setExpression", expression="number", value="3 if thing else 0")
    with pytest.raises(RequestFailed):
        program.request("setExpression", expression="fail(thing)", value="thing")


def act_complete(program: Session, _: Row) -> None:
    for text in ("thing.", "thing.part", "th"):
        program.request("completions", text=text, column=len(text) + 1)


ACTS: list[Callable[[Session, Any], None]] = [
    act_evaluate,
    act_fail,
    act_open,
    act_display,
    act_set_variable,
    act_complete,
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__[4:])
def test_looking_keeps_nothing_alive(session: Start, act: Callable[[Session, Any], None]) -> None:
    """Whatever the user did at a stop, what the program lets go of afterwards is gone at once."""
    program = stop_at(session, LIFE)
    act(program, shown(program)["thing"])
    program.resume()
    status, output, errors = program.finish()
    assert re.fullmatch(r"\(\['part', 'thing'\], \d\)\n", output), (output, errors)
    assert status == 0
