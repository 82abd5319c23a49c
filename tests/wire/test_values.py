"""What a stop shows: scopes, variables in pages, frames. Looking runs no code of the program and is bounded."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]
Row = dict[str, Any]


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


def line_of(text: str, words: str) -> int:
    """The number of the line that holds WORDS."""
    return next(number for number, row in enumerate(text.splitlines(), 1) if words in row)


def stop_at(session: Start, text: str, words: str = "# stop") -> Session:
    """Run the program to the line with WORDS."""
    program = session(text=text).start(line_of(text, words))
    program.wait_stop("breakpoint")
    return program


def children(program: Session, reference: int, **more: Any) -> list[Row]:
    """One page of what a reference stands for."""
    return program.request("variables", {"variablesReference": reference} | more)["variables"]


def scope(program: Session, name: str = "Locals") -> int:
    """The reference of a scope of the top frame."""
    found = [each for each in program.stopped["pytui"]["scopes"] if each["name"] == name]
    return found[0]["variablesReference"]


def shown(program: Session, name: str = "Locals") -> dict[str, Row]:
    """The rows of a scope by their names, from the stop's snapshot."""
    reference = scope(program, name)
    pages = program.stopped["pytui"]["pages"]
    rows = next(page["variables"] for page in pages if page["variablesReference"] == reference)
    return {row["name"]: row for row in rows}


def expand(program: Session, row: Row, **more: Any) -> dict[str, Row]:
    """The children of a row by their names."""
    return {each["name"]: each for each in children(program, row["variablesReference"], **more)}


def all_names(program: Session, reference: int) -> dict[str, Row]:
    """The rows of a namespace, those in its groups too."""
    rows = {each["name"]: each for each in children(program, reference, count=1000)}
    for group in ("protected", "private", "special variables", "methods", "functions"):
        rows |= expand(program, rows[group], count=1000) if group in rows else {}
    return rows


# name, statements that make it, value, type
FORMS = [
    ("none", "none = None", "None", "NoneType"),
    ("integer", "integer = -17", "-17", "int"),
    ("long", "long = 10 ** 40", "1" + "0" * 40, "int"),
    ("huge", "huge = -(10 ** 100000)", "~-1.000000e+100000 (332193 bits)", "int"),
    ("number", "number = 1.5", "1.5", "float"),
    ("unlimited", "unlimited = float('-inf')", "-inf", "float"),
    ("complicated", "complicated = 1 + 2j", "(1+2j)", "complex"),
    ("text", "text = 'it\\'s\\n\\x00\\xe9'", '"it\'s\\n\\x00é"', "str"),
    ("surrogate", "surrogate = 'a\\udc80'", "'a\\udc80'", "str"),
    ("data", "data = b'\\xff'", "b'\\xff'", "bytes"),
    ("array", "array = bytearray(b'q')", "bytearray(b'q')", "bytearray"),
    ("items", "items = [1, 'two', [3.0]]", "[1, 'two', [3.0]]", "list[3]"),
    ("single", "single = (1,)", "(1,)", "tuple[1]"),
    ("nothing", "nothing = {}", "{}", "dict[0]"),
    ("table", "table = {'a': 1, (1, 2): None}", "{'a': 1, (1, 2): None}", "dict[2]"),
    ("empty", "empty = set()", "set()", "set[0]"),
    ("frozen", "frozen = frozenset({1})", "frozenset({1})", "frozenset[1]"),
    ("steps", "steps = range(0, 10, 3)", "range(0, 10, 3)", "range[4]"),
    ("cut", "cut = slice(1, None)", "slice(1, None)", "slice"),
    ("cycle", "cycle = [1]; cycle.append(cycle)", "[1, [...]]", "list[2]"),
    ("nested", "nested = [[[[[1]]]]]", "[[[[…]]]]", "list[1]"),
    ("module", "import math as module", "<module 'math'>", "module"),
    ("kind", "kind = ValueError", "<class 'ValueError'>", "type"),
    ("builtin", "builtin = len", "<built-in function len>", "builtin_function_or_method"),
    ("error", "error = KeyError('k')", "KeyError('k')", "KeyError"),
    ("function", "def function(): pass", "<function function>", "function"),
    ("point", "point = Point(1, [2])", "Point(x=1, y=[2])", "Point"),
    ("colour", "colour = Colour.RED", "<Colour.RED: 1>", "Colour"),
    ("order", "order = Order.FIRST", "<Order.FIRST: 1>", "Order"),
    ("pair", "pair = Pair(1, 2)", "Pair(left=1, right=2)", "Pair[2]"),
    ("path", "path = pathlib.PurePosixPath('/tmp') / 'x'", "PurePosixPath('/tmp/x')", "PurePosixPath"),
    ("day", "day = datetime.date(2024, 2, 29)", "2024-02-29", "date"),
    ("clock", "clock = datetime.time(1, 2, 3, 4)", "01:02:03.000004", "time"),
    ("moment", "moment = datetime.datetime(2024, 1, 2, tzinfo=UTC)", "2024-01-02 00:00:00 UTC", "datetime"),
    ("span", "span = datetime.timedelta(1, 3)", "1 day, 0:00:03", "timedelta"),
    ("price", "price = decimal.Decimal('1.50')", "Decimal('1.50')", "Decimal"),
    ("third", "third = fractions.Fraction(1, 3)", "Fraction(1, 3)", "Fraction"),
    ("identity", "identity = uuid.UUID(int=1)", "UUID('00000000-0000-0000-0000-000000000001')", "UUID"),
    ("queue", "queue = collections.deque([1, 2])", "deque([1, 2])", "deque[2]"),
    ("counter", "counter = collections.Counter('aab')", "{'a': 2, 'b': 1}", "Counter[2]"),
    ("view", "view = types.MappingProxyType({'a': 1})", "mappingproxy({'a': 1})", "mappingproxy[1]"),
    ("plain", "plain = Plain()", "<Plain name='n', _hidden=1>", "Plain"),
    ("slots", "slots = Slots()", "<Slots a=1, b=2>", "Slots"),
    ("bare", "bare = Bare()", "<Bare object>", "Bare"),
    ("method", "method = plain.act", "<bound method Plain.act>", "method"),
]
CLASSES = lines(
    "import collections, dataclasses, datetime, decimal, enum, fractions, pathlib, types, uuid",
    "UTC = datetime.timezone.utc",
    "@dataclasses.dataclass",
    "class Point:",
    "    x: int",
    "    y: list",
    "class Colour(enum.Enum):",
    "    RED = 1",
    "class Order(enum.IntEnum):",
    "    FIRST = 1",
    "Pair = collections.namedtuple('Pair', 'left right')",
    "class Plain:",
    "    def __init__(self):",
    "        self.name, self._hidden = 'n', 1",
    "    def act(self): pass",
    "class Slots:",
    "    __slots__ = ('a', 'b', 'c')",
    "    def __init__(self): self.a, self.b = 1, 2",
    "class Bare: pass",
)


def test_forms(session: Start) -> None:
    """Every kind of value has its form, and none of them runs code."""
    text = CLASSES + "".join(f"{statement}\n" for _, statement, _, _ in FORMS) + "done = True # stop\n"
    program = stop_at(session, text)
    rows = all_names(program, scope(program))
    assert {name: (rows[name]["value"], rows[name]["type"]) for name, *_ in FORMS} == {
        name: (value, kind) for name, _, value, kind in FORMS
    }
    assert program.stats()["userCode"] == 0


HOSTILE = lines(
    "import os, weakref",
    "calls = []",
    "def lie(name):",
    "    def method(self, *rest, **more):",
    "        calls.append(name)",
    "        print('called', name, flush=True)",
    "        os._exit(9)",
    "    return method",
    "NAMES = ('__repr__ __str__ __len__ __eq__ __hash__ __iter__ __next__ __getattr__ __getattribute__ __dir__',",
    "         '__bool__ __format__ __index__ __int__ __getitem__ __contains__ __call__ __missing__ __fspath__')",
    "body = {name: lie(name) for words in NAMES for name in words.split()}",
    "body['__class__'] = property(lie('__class__'))",
    "body['__dict__'] = property(lie('__dict__'))",
    "body['__doc__'] = property(lie('__doc__'))",
    "body['prop'] = property(lie('prop'))",
    "class Meta(type):",
    "    __getattribute__ = __repr__ = __instancecheck__ = __subclasscheck__ = __eq__ = lie('meta')",
    "    __hash__ = type.__hash__",
    "    for name in '__name__ __module__ __mro__ __bases__ __dict__'.split(): locals()[name] = property(lie('meta'))",
    "made = type.__call__(Meta, 'Liar', (), dict(body))",
    "liars = {'liar': object.__new__(made)}",
    "for base in (list, dict, str, int, float, tuple, set, bytes, frozenset, ValueError):",
    "    liars[base.__name__] = base.__new__(type.__call__(Meta, 'Liar', (base,), dict(body)))",
    "list.append(liars['list'], 1); dict.__setitem__(liars['dict'], 'k', 2); set.add(liars['set'], 3)",
    "class Key:",
    "    def __hash__(self): return hash('name')",
    "    __eq__ = __repr__ = lie('key')",
    "class StrKey(str):",
    "    def __hash__(self): return hash('name')",
    "    __eq__ = __repr__ = lie('str key')",
    "keyed = dict.fromkeys([1])",
    "keyed[Key()] = 1",
    "class Holder:",
    "    def __init__(self): self.__dict__[StrKey('other')] = 1",
    "holder = Holder()",
    "class Raises:",
    "    def __getattr__(self, name): raise SystemExit",
    "    def __repr__(self):",
    "        while True: pass",
    "raises = Raises()",
    "proxy = weakref.proxy(liars['liar'])",
    "def look(liar, list_, dict_, str_, int_, float_, tuple_, set_, bytes_, fixed, error, held, keys, proxy, raises):",
    "    return len(calls) # stop",
    "print('calls', look(*liars.values(), holder, keyed, proxy, raises))",
)


def test_lying_objects(session: Start) -> None:
    """Objects that lie about themselves, or do harm when asked, are shown and expanded without being asked."""
    program = stop_at(session, HOSTILE)
    rows = shown(program)
    assert rows["liar"]["type"] == "Liar"
    assert {name: rows[name]["value"] for name in ("list_", "dict_", "str_", "int_", "set_", "tuple_")} == {
        "list_": "[1]",
        "dict_": "{'k': 2}",
        "str_": "''",
        "int_": "0",
        "set_": "{3}",
        "tuple_": "()",
    }
    assert rows["list_"]["type"] == "Liar[1]"
    assert rows["raises"]["value"] == "<Raises object>"
    for row in rows.values():
        if row["variablesReference"]:
            for child in expand(program, row).values():
                if child["name"] == "properties":
                    assert "prop" in expand(program, child)
                elif child["variablesReference"]:
                    children(program, child["variablesReference"])
    children(program, scope(program, "Globals"), count=1000)
    for text in ("liar.", "liar.p", "list_.", "proxy.x", "raises.", "l"):
        program.request("completions", text=text, column=len(text) + 1)
    assert program.stats()["userCode"] == 0
    program.resume()
    status, output, _ = program.finish()
    assert (status, output) == (0, "calls 0\n")


HUGE = lines(
    "def look():",
    "    items = [None] * 10 ** 7",
    "    text = 'x' * 10 ** 8",
    "    table = dict.fromkeys(range(10 ** 5), 0)",
    "    deep = []",
    "    for _ in range(10 ** 5): deep = [deep]",
    "    wide = [['y' * 1000] * 1000] * 1000",
    "    number = 1 << 10 ** 7",
    "    x = 1 # stop",
    "    return deep",
    "look() and None",
)


def test_huge_values(session: Start) -> None:
    """A value's size does not show in the stop's."""
    program = stop_at(session, HUGE)
    rows = shown(program)
    assert rows["items"]["type"] == "list[10000000]"
    assert rows["items"]["indexedVariables"] == 10**7
    assert rows["text"]["type"] == "str[100000000]"
    assert rows["text"]["value"].endswith("x…'")
    assert all(len(row["value"]) <= 130 for row in rows.values())
    page = program.request("variables", variablesReference=rows["items"]["variablesReference"], start=9999999, count=5)
    assert [row["name"] for row in page["variables"]] == ["[9999999]"]
    assert page["pytui"]["more"] is False
    before = program.stats()["bytesOut"]
    program.go("next")
    assert program.stats()["bytesOut"] - before < 8192


def test_pages(session: Start) -> None:
    """Children come in pages that join without a gap, in lists, dicts, sets and namespaces."""
    text = lines(
        "items = list(range(250))",
        "table = {i: str(i) for i in range(250)}",
        "del table[0]",
        "group = set(range(250))",
        "class Space: pass",
        "space = Space()",
        "space.__dict__.update({f'a{i}': i for i in range(250)})",
        "done = True # stop",
    )
    program = stop_at(session, text)
    rows = shown(program)
    for name, count in (("items", 250), ("table", 249), ("group", 250), ("space", 250)):
        reference = rows[name]["variablesReference"]
        found: list[str] = []
        more = True
        while more:
            body = program.request("variables", variablesReference=reference, start=len(found), count=60)
            found += [row["value"] for row in body["variables"]]
            more = body["pytui"]["more"]
        assert len(found) == count
        assert len(set(found)) == count
        again = [row["value"] for row in children(program, reference, start=10, count=3)]
        assert again == found[10:13]
        assert children(program, reference, start=1000) == []
    assert len(children(program, rows["items"]["variablesReference"])) == 100
    entry = children(program, rows["table"]["variablesReference"], start=1, count=1)[0]
    assert (entry["name"], entry["value"], entry["evaluateName"]) == ("[2]", "'2'", "table[2]")


def test_filter(session: Start) -> None:
    """A list with attributes gives either by the filter."""
    text = lines(
        "class Items(list): pass", "items = Items([1, 2])", "items.label = 'l'", "table = {'k': 1}", "x = 0 # stop"
    )
    program = stop_at(session, text)
    rows = shown(program)
    reference = rows["items"]["variablesReference"]
    assert [row["name"] for row in children(program, reference)] == ["[0]", "[1]", "label"]
    assert [row["name"] for row in children(program, reference, filter="indexed")] == ["[0]", "[1]"]
    assert [row["name"] for row in children(program, reference, filter="named")] == ["label"]
    table = rows["table"]["variablesReference"]
    assert [row["name"] for row in children(program, table, filter="named")] == ["['k']"]
    assert children(program, table, filter="indexed") == []


def test_children_can_be_evaluated(session: Start) -> None:
    """evaluateName leads to the same value, at any depth."""
    text = lines(
        "class Node:",
        "    def __init__(self): self.items = [{'a b': (1, 2)}, {(1, 'x'): 3}]",
        "def look(node):",
        "    return node # stop",
        "look(Node())",
    )
    program = stop_at(session, text)
    waiting = [shown(program)["node"]]
    seen = set()
    while waiting:
        row = waiting.pop()
        if "evaluateName" in row:
            seen.add(row["evaluateName"])
            if not row["variablesReference"]:
                assert program.evaluate(row["evaluateName"]) == row["value"]
        if row["variablesReference"]:
            waiting += children(program, row["variablesReference"])
    assert {"node", "node.items", "node.items[0]['a b'][1]", "node.items[1][(1, 'x')]"} <= seen


def test_visibility_and_kind(session: Start) -> None:
    """Rows say how a name is meant."""
    text = lines(
        "class C:",
        "    def __init__(self): self.a, self._b, self.__c = 1, 2, 3",
        "c = C() # made",
        "import os",
        "done = True # stop",
    )
    program = stop_at(session, text)
    rows = shown(program)
    assert rows["C"]["presentationHint"]["kind"] == "class"
    fields = all_names(program, rows["c"]["variablesReference"])
    names = {name: row["presentationHint"]["visibility"] for name, row in fields.items() if row["value"]}
    assert names == {"a": "public", "_b": "protected", "_C__c": "private", "__init__": "internal"}
    assert "__name__" not in rows
    special = expand(program, rows["special variables"])
    assert special["__name__"]["value"] == "'__main__'"
    assert special["__name__"]["presentationHint"]["visibility"] == "internal"


def test_properties_are_lazy(session: Start) -> None:
    """A property runs when it is expanded, and only then; what it raises is a value."""
    text = lines(
        "class C:",
        "    reads = 0",
        "    @property",
        "    def good(self):",
        "        C.reads += 1",
        "        return [C.reads]",
        "    @property",
        "    def bad(self): raise ValueError('no')",
        "c = C()",
        "print(C.reads) # stop",
    )
    program = stop_at(session, text)
    properties = expand(program, expand(program, shown(program)["c"])["properties"])
    assert properties["good"]["presentationHint"]["lazy"] is True
    assert program.stats()["userCode"] == 0
    value = expand(program, properties["good"])["good"]
    assert (value["value"], value["evaluateName"]) == ("[1]", "c.good")
    assert expand(program, properties["bad"])["bad"]["value"] == "<raised ValueError('no')>"
    assert program.stats()["userCode"] == 2
    program.resume()
    assert program.finish()[1] == "1\n"


def test_scopes(session: Start) -> None:
    """A function's scopes are its locals, its closure and the globals; a module has one namespace."""
    text = lines(
        "def outer(n):",
        "    seen = n + 1",
        "    def inner(own):",
        "        later = own",
        "        return seen + own # stop",
        "    return inner(n)",
        "outer(1)",
    )
    program = stop_at(session, text)
    scopes = program.stopped["pytui"]["scopes"]
    assert [each["name"] for each in scopes] == ["Locals", "Closure", "Globals"]
    assert [each["expensive"] for each in scopes] == [False, False, True]
    assert list(shown(program)) == ["own", "later"]
    assert {name: row["value"] for name, row in shown(program, "Closure").items()} == {"seen": "2"}
    outermost = program.frames[-1]
    assert outermost["name"] == "<module>"
    module = program.request("scopes", frameId=outermost["id"])["scopes"]
    assert [each["name"] for each in module] == ["Locals"]
    names = [row["name"] for row in children(program, module[0]["variablesReference"])]
    assert names == ["special variables", "functions"]


def test_class_body_and_comprehension(session: Start) -> None:
    """The body of a class shows its own names, a generator its own too."""
    program = stop_at(session, lines("class C:", "    a = 1", "    b = a + 1 # stop"))
    assert shown(program)["a"]["value"] == "1"
    assert [each["name"] for each in program.stopped["pytui"]["scopes"]] == ["Locals", "Globals"]


def test_looking_leaves_locals_alone(session: Start) -> None:
    """A program's own snapshot of its locals stays what it was."""
    text = lines(
        "def look():",
        "    n = 1",
        "    kept = locals()",
        "    kept['n'] = 'changed'",
        "    n = 2",
        "    m = 3 # stop",
        "    return kept['n']",
        "print(look())",
    )
    program = stop_at(session, text)
    children(program, scope(program))
    program.request("scopes", frameId=program.frames[0]["id"])
    program.resume()
    assert program.finish()[1] == "changed\n"


def test_watching_leaves_locals_alone(session: Start) -> None:
    """Neither does a watch, which is evaluated at every stop."""
    text = lines(
        "def look(n):",
        "    kept = locals()",
        "    kept['n'] = 'changed'",
        "    m = 3 # stop",
        "    return kept['n']",
        "print(look(1))",
    )
    program = stop_at(session, text)
    assert program.evaluate("n + 1") == "2"
    assert program.evaluate("[n + i for i in range(2)]") == "[1, 2]"
    program.resume()
    assert program.finish()[1] == "changed\n"


ASSIGN = lines(
    "class Box: pass",
    "total = 1",
    "def outer():",
    "    cell = 1",
    "    def inner(box, items, table, pair):",
    "        local = cell",
    "        local += 0 # stop",
    "        return local, cell, total, box.a, items, table, pair",
    "    return inner(box, [1, 2], {'k': 1, (1, 2): 1}, (1, 2))",
    "box = Box()",
    "box.a = 1",
    "print(*outer())",
)


def test_set_variable(session: Start) -> None:
    """Everything that Python lets one assign to can be assigned to, and the program sees it."""
    program = stop_at(session, ASSIGN)
    rows = shown(program)

    def assign(reference: int, name: str, value: str) -> Row:
        return program.request("setVariable", variablesReference=reference, name=name, value=value)

    answer = assign(scope(program), "local", "[cell, 2]")
    assert (answer["value"], answer["type"]) == ("[1, 2]", "list[2]")
    assert answer["variablesReference"] > 0
    assign(scope(program), "local", "5")
    assign(scope(program, "Closure"), "cell", "local + 1")
    assign(scope(program, "Globals"), "total", "7")
    assign(rows["box"]["variablesReference"], "a", "'b'")
    assign(rows["items"]["variablesReference"], "[1]", "None")
    assign(rows["table"]["variablesReference"], "['k']", "2")
    assign(rows["table"]["variablesReference"], "[(1, 2)]", "3")
    with pytest.raises(RequestFailed, match="TypeError"):
        assign(rows["pair"]["variablesReference"], "[0]", "2")
    with pytest.raises(RequestFailed, match="NameError"):
        assign(scope(program), "local", "missing")
    with pytest.raises(RequestFailed, match="SyntaxError"):
        assign(scope(program), "local", "x = 1")
    assert {row["name"]: row["value"] for row in children(program, scope(program))}["local"] == "5"
    program.resume()
    assert program.finish()[1] == "5 6 7 b [1, None] {'k': 2, (1, 2): 3} (1, 2)\n"


def test_return_value(session: Start) -> None:
    """After a step out the value is there, in the snapshot and as a scope."""
    text = lines("def give():", "    return [1, 2] # stop", "x = give()", "y = 1")
    program = stop_at(session, text)
    program.go("stepOut", "step")
    snapshot = program.stopped["pytui"]
    assert (snapshot["returnValue"]["name"], snapshot["returnValue"]["value"]) == ("give", "[1, 2]")
    rows = shown(program, "Return")
    assert [row["value"] for row in rows.values()] == ["[1, 2]"]
    program.go("next", "step")
    assert "returnValue" not in program.stopped["pytui"]


# Frames


def test_deep_stack_in_pages(session: Start) -> None:
    """A stack of 5,000 frames is found page by page."""
    text = lines(
        "import sys",
        "sys.setrecursionlimit(20000)",
        "def down(n):",
        "    if n == 0:",
        "        return 0 # stop",
        "    return down(n - 1)",
        "down(5000)",
    )
    program = stop_at(session, text)
    snapshot = program.stopped["pytui"]
    assert len(snapshot["stackFrames"]) == 20
    assert snapshot["moreFrames"] is True
    body = program.request("stackTrace", threadId=program.stopped["threadId"], startFrame=20, levels=5)
    assert [each["line"] for each in body["stackFrames"]] == [6] * 5
    assert body["totalFrames"] == 26
    body = program.request("stackTrace", threadId=0, startFrame=4995, levels=50)
    assert [each["name"] for each in body["stackFrames"]] == ["down"] * 6 + ["<module>"]
    assert body["pytui"]["moreFrames"] is False
    assert body["totalFrames"] == 5002
    assert program.request("stackTrace", threadId=0, startFrame=6000)["stackFrames"] == []
    last = body["stackFrames"][-2]["id"]
    rows = children(program, program.request("scopes", frameId=last)["scopes"][0]["variablesReference"])
    assert rows[0]["value"] == "5000"


def test_columns_are_utf16(session: Start) -> None:
    """PEP 657's bytes become UTF-16 columns, beyond the basic plane too."""
    text = lines("def go(*_):", "    pass # stop", "def call(): '😀é'; return go('😀é', 1); x = 1", "call()")
    program = stop_at(session, text)
    frame = program.frames[1]
    row = text.splitlines()[2]
    start = len(row[: row.index("go(")].encode("utf-16-le")) // 2 + 1
    end = start + len("go('😀é', 1)".encode("utf-16-le")) // 2
    assert (frame["column"], frame["endLine"], frame["endColumn"]) == (start, 3, end)


def test_frames_say_class_and_library(session: Start) -> None:
    """Methods have their class, also an inherited one; library code is subtle."""
    text = lines(
        "import functools",
        "class Base:",
        "    def act(self): return go()",
        "    @classmethod",
        "    def make(cls): return cls().act()",
        "class Derived(Base): pass",
        "def go():",
        "    return functools.reduce(lambda a, b: here(), [1, 2])",
        "def here():",
        "    return 1 # stop",
        "import json",
        "class Encoder(json.JSONEncoder):",
        "    def default(self, o): return Derived.make()",
        "json.dumps(object(), cls=Encoder)",
    )
    program = stop_at(session, text)
    frames = {each["name"]: each for each in program.frames}
    assert frames["Base.act"]["pytui"]["className"] == "Derived"
    assert frames["Base.make"]["pytui"]["className"] == "Derived"
    assert "pytui" not in frames["here"]
    assert frames["dumps"]["presentationHint"] == "subtle"
    assert frames["dumps"]["source"]["presentationHint"] == "deemphasize"
    assert "presentationHint" not in frames["go"]
    assert frames["go"]["source"]["path"] == program.script


def test_references_end_with_the_stop(session: Start) -> None:
    """What belongs to an earlier stop is refused, never mistaken for something else."""
    text = lines("def look(items):", "    a = 1 # stop", "    b = 2", "    return items", "look([1])")
    program = stop_at(session, text)
    reference = shown(program)["items"]["variablesReference"]
    frame = program.frames[0]["id"]
    assert [row["value"] for row in children(program, reference)] == ["1"]
    program.go("next", "step")
    for command, arguments in (
        ("variables", {"variablesReference": reference}),
        ("scopes", {"frameId": frame}),
        ("evaluate", {"expression": "1", "frameId": frame}),
        ("setVariable", {"variablesReference": reference, "name": "[0]", "value": "1"}),
        ("variables", {"variablesReference": -5}),
    ):
        with pytest.raises(RequestFailed, match="stop"):
            program.request(command, arguments)


# Sources


def test_source_of_generated_code(session: Start) -> None:
    """Code without a file is shown from linecache, if that has it."""
    text = lines(
        "import linecache",
        "code = 'def made(n):\\n    return n + 1\\n'",
        "linecache.cache['<made>'] = (len(code), None, code.splitlines(True), '<made>')",
        "exec(compile(code, '<made>', 'exec'))",
        "made(1) # stop",
    )
    program = stop_at(session, text)
    program.request("pytui/setJustMyCode", justMyCode=False)
    program.go("stepIn", "step")
    source = program.frames[0]["source"]
    assert source["path"] == "<made>"
    assert source["sourceReference"] > 0
    body = program.request("source", source=source, sourceReference=source["sourceReference"])
    assert body["content"] == "def made(n):\n    return n + 1\n"
    with pytest.raises(RequestFailed, match="does not have the text"):
        program.request("source", source={"path": "<unknown>"}, sourceReference=0)
    with pytest.raises(RequestFailed, match="does not have the text"):
        program.request("source", sourceReference=99)


def test_source_of_a_command(session: Start) -> None:
    """The text of -c is known, whatever stands before it."""
    program = session("-X", "dev", "-c", "a = 1\nb = 2\n")
    program.start(stop_on_entry=True)
    source = program.frames[0]["source"]
    assert program.request("source", source=source, sourceReference=0)["content"].rstrip() == "a = 1\nb = 2"


def test_source_in_a_zip(session: Start, tmp_path: Path) -> None:
    """Code in a zip file comes from its loader."""
    archive = tmp_path / "program.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("__main__.py", "a = 1\nb = 2\n")
    program = session(archive)
    program.start(stop_on_entry=True)
    source = program.frames[0]["source"]
    assert source["sourceReference"] > 0
    assert program.request("source", source=source, sourceReference=0)["content"].rstrip() == "a = 1\nb = 2"


# Lifetime


def test_nothing_leaks(session: Start) -> None:
    """A thousand stops, looked into each time, keep nothing alive."""
    text = lines(
        "import gc, weakref",
        "class Thing: pass",
        "dead = []",
        "def work(i):",
        "    thing = Thing()",
        "    thing.items = [i, {'k': Thing()}]",
        "    weakref.finalize(thing, dead.append, i)",
        "    return i # stop",
        "counts = []",
        "for i in range(1000):",
        "    work(i)",
        "    if i in (99, 999):",
        "        gc.collect()",
        "        counts.append(len(gc.get_objects()))",
        "print(len(dead), counts[1] - counts[0])",
    )
    program = session(text=text).start(line_of(text, "# stop"))
    for _ in range(1000):
        program.wait_stop("breakpoint")
        thing = shown(program)["thing"]
        expand(program, expand(program, thing)["items"])
        assert program.evaluate("thing.items[0] + 1") == str(int(shown(program)["i"]["value"]) + 1)
        program.resume()
    dead, grown = map(int, program.finish()[1].split())
    assert dead == 1000
    assert grown < 100


def test_no_member_twice(session: Start) -> None:
    """What the interpreter's own types keep in slots has one row, and only what is worth one."""
    text = lines(
        "import functools",
        "def work(): pass",
        "code, cut, some = work.__code__, slice(1, 2), functools.partial(work, 1)",
        "fail = OSError(2, 'no')",
        "done = True # stop",
    )
    program = stop_at(session, text)
    rows = {row["name"]: row for row in children(program, scope(program), count=1000)}
    names = {
        name: [each["name"] for each in children(program, rows[name]["variablesReference"])]
        for name in ("code", "cut", "some", "fail")
    }
    assert names["cut"] == ["start", "stop", "step"]
    assert names["some"] == ["func", "args", "keywords"]
    assert names["code"][:3] == ["co_qualname", "co_filename", "co_firstlineno"]
    assert {"errno", "filename", "args", "__cause__"} <= set(names["fail"])
    assert all(len(each) == len(set(each)) for each in names.values())


def test_the_end_of_a_long_stack(session: Start) -> None:
    """The oldest frames at once, with their number counted; what is left out of them; shorter stacks whole."""
    text = lines(
        "import sys",
        "sys.setrecursionlimit(20000)",
        "def down(n):",
        "    if n == 0:",
        "        return 0 # stop",
        "    return down(n - 1)",
        "down(5000)",
    )
    program = stop_at(session, text)
    last = program.request("stackTrace", threadId=0, levels=3, pytui={"fromEnd": True})
    assert [each["name"] for each in last["stackFrames"]] == ["down", "down", "<module>"]
    assert last["totalFrames"] == 5002 and last["pytui"] == {"startFrame": 4999, "moreFrames": False}
    before = program.request("stackTrace", threadId=0, startFrame=1, levels=3, pytui={"fromEnd": True})
    assert before["pytui"] == {"startFrame": 4998, "moreFrames": True}
    assert [each["id"] for each in before["stackFrames"][1:]] == [each["id"] for each in last["stackFrames"][:2]]
    whole = program.request("stackTrace", threadId=0, levels=6000, pytui={"fromEnd": True})
    assert len(whole["stackFrames"]) == whole["totalFrames"] == 5002 and whole["pytui"]["startFrame"] == 0
    none = program.request("stackTrace", threadId=0, startFrame=6000, pytui={"fromEnd": True})
    assert none["stackFrames"] == [] and none["totalFrames"] == 5002
