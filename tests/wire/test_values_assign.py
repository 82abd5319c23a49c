"""Assigning: setVariable and setExpression reach the program, whatever holds the value; errors say what is wrong."""

from collections.abc import Callable

import pytest
from client import RequestFailed, Session
from test_values import all_names, children, expand, lines, scope, shown, stop_at

Start = Callable[..., Session]

FRAMES = lines(
    "import threading",
    "total = 1",
    "class Thing:",
    "    shared = 'class'",
    "    __slots__ = ('slot', '_own', '__dict__')",
    "    def __init__(self):",
    "        self.slot, self._own, self.field = 1, 2, 3",
    "    @property",
    "    def size(self): return self.field",
    "    @size.setter",
    "    def size(self, value): self.field = value * 2",
    "    @property",
    "    def fixed(self): return 1",
    "def outer(n):",
    "    cell = n + 1",
    "    plain = 'outer'",
    "    def inner(argument):",
    "        thing = Thing()",
    "        items, table, fixed = [1, 2, 3], {'k': 1, (1, 2): 2}, (1, 2)",
    "        group = {1}",
    "        local = 'inner'",
    "        def numbers():",
    "            yielded = 1",
    "            yield yielded # stop",
    "        got = next(numbers())",
    "        return argument, cell, items, table, local, thing.slot, thing._own, thing.field, Thing.shared, got",
    "    result = inner(5)",
    "    return cell, plain, result, total, fixed if (fixed := locals().get('nothing')) else n",
    "class Body:",
    "    attribute = 1",
    "    value = outer(10)",
    "    attribute = attribute + 1 if attribute < 100 else attribute",
    "print(Body.attribute, *Body.value)",
)


def references(program: Session, frame: int) -> dict[str, int]:
    """The scopes of a frame: their references by name."""
    found = program.request("scopes", frameId=program.frames[frame]["id"])["scopes"]
    return {each["name"]: each["variablesReference"] for each in found}


def assign(program: Session, reference: int, name: str, value: str) -> dict[str, object]:
    """The answer to setVariable."""
    return program.request("setVariable", variablesReference=reference, name=name, value=value)


def evaluate(program: Session, expression: str, frame: int) -> str:
    """What an expression gives in a frame."""
    return program.request("evaluate", expression=expression, frameId=frame, context="watch")["result"]


def test_variables_of_any_frame(session: Start) -> None:
    """Locals, cells, free variables, class bodies and globals, of the top frame and of callers, keep what was set."""
    program = stop_at(session, FRAMES)
    assert [each["name"].split(".")[-1] for each in program.frames] == ["numbers", "inner", "outer", "Body", "<module>"]
    generator, inner, outer, body, module = (references(program, i) for i in range(5))
    assert assign(program, generator["Locals"], "yielded", "41")["value"] == "41"
    assert assign(program, inner["Locals"], "argument", "argument + 1")["value"] == "6"
    assert assign(program, inner["Locals"], "local", "'set ' + local")["value"] == "'set inner'"
    assert assign(program, inner["Closure"], "cell", "cell * 100")["value"] == "1100"
    assert assign(program, outer["Locals"], "plain", "'changed'")["value"] == "'changed'"
    assert assign(program, outer["Locals"], "n", "77")["value"] == "77"
    assert assign(program, body["Locals"], "attribute", "100")["value"] == "100"
    assert assign(program, module["Locals"], "total", "total + 1")["value"] == "2"
    rows = {each["name"]: each["value"] for each in children(program, outer["Locals"])}
    assert (rows["cell"], rows["plain"], rows["n"]) == ("1100", "'changed'", "77")
    program.resume()
    status, output, _ = program.finish()
    wanted = "100 1100 changed (6, 1100, [1, 2, 3], {'k': 1, (1, 2): 2}, 'set inner', 1, 2, 3, 'class', 41) 2 77\n"
    assert (status, output) == (0, wanted)


def test_items_and_attributes(session: Start) -> None:
    """Items, slots, attributes in groups, class attributes, and a property's setter."""
    program = stop_at(session, FRAMES)
    local = references(program, 1)["Locals"]
    rows = {each["name"]: each for each in children(program, local)}
    items, table = rows["items"]["variablesReference"], rows["table"]["variablesReference"]
    thing = rows["thing"]["variablesReference"]
    assert assign(program, items, "[1]", "'second'")["value"] == "'second'"
    assert assign(program, table, "['k']", "[0]")["variablesReference"] > 0
    assign(program, table, "[(1, 2)]", "None")
    assert assign(program, thing, "slot", "10")["value"] == "10"
    groups = expand(program, rows["thing"])
    assign(program, groups["protected"]["variablesReference"], "_own", "20")
    assign(program, groups["properties"]["variablesReference"], "size", "30")
    owner = next(row for row in children(program, references(program, 4)["Locals"]) if row["name"] == "Thing")
    assign(program, owner["variablesReference"], "shared", "'new'")
    assert all_names(program, thing)["field"]["value"] == "60"
    program.resume()
    output = program.finish()[1]
    assert "[1, 'second', 3], {'k': [0], (1, 2): None}, 'inner', 10, 20, 60, 'new', 1)" in output


@pytest.mark.parametrize(
    ("row", "name", "value", "error"),
    [
        ("fixed", "[0]", "1", "TypeError: 'tuple' object does not support item assignment"),
        ("group", "[0]", "1", "items of a set cannot be assigned to"),
        ("items", "[9]", "1", "IndexError"),
        ("table", "['none']", "1", "there is no entry"),
        ("items", "[0]", "1 +", "SyntaxError"),
        ("items", "[0]", "missing", "NameError: name 'missing' is not defined"),
        ("items", "[0]", "x = 1", "SyntaxError"),
        ("thing", "fixed", "1", "AttributeError"),
    ],
)
def test_errors_say_what_is_wrong(session: Start, row: str, name: str, value: str, error: str) -> None:
    """What cannot be assigned is refused with the reason, and nothing changes."""
    program = stop_at(session, FRAMES)
    rows = {each["name"]: each for each in children(program, references(program, 1)["Locals"])}
    before = {each: row["value"] for each, row in rows.items()}
    with pytest.raises(RequestFailed, match=error.replace("(", "\\(")):
        assign(program, rows[row]["variablesReference"], name, value)
    after = {each["name"]: each["value"] for each in children(program, references(program, 1)["Locals"])}
    assert after == before


def test_entries_that_look_alike(session: Start) -> None:
    """Where a shortened key does not tell which entry is meant, none is changed."""
    text = lines(
        "table = {'x' * 200 + 'a': 1, 'x' * 200 + 'b': 2}", "huge = dict.fromkeys(range(300_000), 0)", "y = 1 # stop"
    )
    program = stop_at(session, text)
    rows = shown(program)
    entry = children(program, rows["table"]["variablesReference"])[0]
    with pytest.raises(RequestFailed, match="several entries look like"):
        assign(program, rows["table"]["variablesReference"], entry["name"], "3")
    assert assign(program, rows["huge"]["variablesReference"], "[299999]", "9")["value"] == "9"
    assert program.evaluate("huge[299999], len(huge)") == "(9, 300000)"


@pytest.mark.parametrize(
    ("target", "value", "check", "result"),
    [
        ("argument", "argument + 1", "argument", "6"),
        ("cell", "40", "cell", "40"),
        ("total", "7", "total", "7"),
        ("items[1]", "[2]", "items", "[1, [2], 3]"),
        ("items[0:2]", "[]", "items", "[3]"),
        ("table['new']", "1", "table['new']", "1"),
        ("thing.field", "'f' # comment", "thing.field", "'f'"),
        ("thing.size # comment", "4", "thing.field", "8"),
        ("Thing.shared", "0", "Thing.shared", "0"),
        ("(argument, local)", "(1, 2)", "(argument, local)", "(1, 2)"),
        ("fresh", "1", "fresh", "1"),
    ],
)
def test_expressions(session: Start, target: str, value: str, check: str, result: str) -> None:
    """setExpression assigns to whatever may stand left of =, in the frame asked for."""
    program = stop_at(session, FRAMES)
    frame = program.frames[1]["id"]
    if target == "total":
        frame = program.frames[4]["id"]
    body = program.request("setExpression", expression=target, value=value, frameId=frame)
    assert body["value"] and body["type"]
    assert evaluate(program, check, frame) == result


@pytest.mark.parametrize(
    ("target", "value", "error"),
    [
        ("outer()", "1", "cannot assign to function call"),
        ("1", "1", "cannot assign to literal"),
        ("items) = (cell", "1", "SyntaxError"),
        ("items; cell", "1", "SyntaxError"),
        ("items", "1; cell", "SyntaxError"),
        ("thing.fixed", "1", "AttributeError"),
        ("items", "1 / 0", "ZeroDivisionError: division by zero"),
        ("", "1", "SyntaxError"),
    ],
)
def test_targets_that_are_none(session: Start, target: str, value: str, error: str) -> None:
    """What is no target, or more than one statement, is refused with the interpreter's reason."""
    program = stop_at(session, FRAMES)
    with pytest.raises(RequestFailed, match=error):
        program.request("setExpression", expression=target, value=value, frameId=program.frames[1]["id"])
    with pytest.raises(RequestFailed, match="no such frame"):
        program.request("setExpression", expression="a", value="1", frameId=4711)
    rows = {each["name"]: each["value"] for each in children(program, references(program, 1)["Locals"])}
    assert rows["items"] == "[1, 2, 3]"


def test_assigned_objects_are_the_same(session: Start) -> None:
    """The very object is assigned, not a copy; strings in it stay as they are."""
    program = stop_at(session, FRAMES)
    frame = program.frames[1]["id"]
    program.request("setExpression", expression="local", value="items", frameId=frame)
    program.request("setExpression", expression="thing.field", value="(''.join(['a b']), items)", frameId=frame)
    assert evaluate(program, "local is items and thing.field[1] is items", frame) == "True"


def test_scopes_of_other_threads(session: Start) -> None:
    """A thread that waits keeps what was assigned to its frame."""
    text = lines(
        "import threading",
        "go, ready = threading.Event(), threading.Event()",
        "def wait():",
        "    mine = 1",
        "    ready.set()",
        "    go.wait()",
        "    print('mine', mine)",
        "worker = threading.Thread(target=wait)",
        "worker.start()",
        "ready.wait()",
        "x = 1 # stop",
        "go.set()",
        "worker.join()",
    )
    program = stop_at(session, text)
    threads = program.request("threads")["threads"]
    other = next(each["id"] for each in threads if each["id"] != program.stopped["threadId"])
    frames = program.request("stackTrace", threadId=other)["stackFrames"]
    frame = next(each for each in frames if each["name"] == "wait")
    local = program.request("scopes", frameId=frame["id"])["scopes"][0]["variablesReference"]
    assert assign(program, local, "mine", "mine + 41")["value"] == "42"
    assert scope(program)
    program.resume()
    assert program.finish()[1] == "mine 42\n"
