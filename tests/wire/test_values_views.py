"""How children are arranged: groups, sorting, searching, formats, and any page of a huge container."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from client import RequestFailed, Session
from test_values import Row, all_names, children, expand, lines, scope, shown, stop_at

Start = Callable[..., Session]

GROUPS = lines(
    "import os",
    "limit, _cache, __secret = 1, 2, 3",
    "def helper(): pass",
    "class Base:",
    "    shared = 1",
    "    def run(self): pass",
    "    def _quiet(self): pass",
    "class Thing(Base):",
    "    kind = 'k'",
    "    _count = 0",
    "    __hidden = 1",
    "    def __init__(self):",
    "        self.name, self._state, self.__key, self.__doc__ = 'n', 1, 2, 'd'",
    "        self.callback = helper",
    "    def run(self): pass",
    "    @staticmethod",
    "    def make(): pass",
    "    @classmethod",
    "    def build(cls): pass",
    "    @property",
    "    def size(self): return 1",
    "class Slotted:",
    "    __slots__ = ('open', '_inner', '__own')",
    "    def __init__(self): self.open, self._inner, self.__own = 1, 2, 3",
    "thing, slotted = Thing(), Slotted()",
    "def look(thing, slotted, _plain):",
    "    __inner = 1",
    "    return thing # stop",
    "class Body:",
    "    a = 1",
    "    _b = 2",
    "    def c(self): pass",
    "    d = look(thing, slotted, 1)",
)


def names(rows: list[Row] | dict[str, Row]) -> list[str]:
    """What the rows are called, in order."""
    return list(rows) if isinstance(rows, dict) else [row["name"] for row in rows]


def test_attributes_are_grouped(session: Start) -> None:
    """Public data of an object stands plainly; all else is in groups, which say how many they hold."""
    program = stop_at(session, GROUPS)
    rows = expand(program, shown(program)["thing"])
    assert names(rows) == ["name", "callback", "protected", "private", "special variables", "methods", "properties"]
    assert {name: row["namedVariables"] for name, row in rows.items() if "namedVariables" in row} == {
        "protected": 1,
        "private": 1,
        "special variables": 1,
        "methods": 5,
    }
    assert all(rows[name]["presentationHint"]["kind"] == "virtual" for name in names(rows)[2:])
    assert names(expand(program, rows["protected"])) == ["_state"]
    assert names(expand(program, rows["private"])) == ["_Thing__key"]
    assert names(expand(program, rows["special variables"])) == ["__doc__"]
    methods = expand(program, rows["methods"])
    assert names(methods) == ["__init__", "run", "make", "build", "_quiet"]
    assert {row["presentationHint"]["kind"] for row in methods.values()} == {"method"}
    assert methods["run"]["value"] == "<function Thing.run>"
    assert program.evaluate(methods["make"]["evaluateName"]).startswith("<function Thing.make")
    assert expand(program, rows["private"])["_Thing__key"]["evaluateName"] == "thing._Thing__key"
    slots = expand(program, shown(program)["slotted"])
    assert names(slots) == ["open", "protected", "private", "methods"]
    assert names(expand(program, slots["private"])) == ["_Slotted__own"]


def test_variables_of_a_function_are_not_grouped(session: Start) -> None:
    """What a function calls _x or __x is its own business: all its variables stand plainly."""
    program = stop_at(session, GROUPS)
    assert names(shown(program)) == ["thing", "slotted", "_plain", "__inner"]


def test_namespaces_are_grouped(session: Start) -> None:
    """Modules, classes and class bodies have the same groups."""
    program = stop_at(session, GROUPS)
    module = program.request("scopes", frameId=program.frames[-1]["id"])["scopes"][0]["variablesReference"]
    rows = {row["name"]: row for row in children(program, module)}
    assert names(rows) == [
        "os",
        "limit",
        "Base",
        "Thing",
        "Slotted",
        "thing",
        "slotted",
        "protected",
        "private",
        "special variables",
        "functions",
    ]
    assert names(expand(program, rows["functions"])) == ["helper", "look"]
    assert expand(program, rows["private"])["__secret"]["evaluateName"] == "__secret"
    owner = expand(program, rows["Thing"])
    assert names(owner) == ["kind", "size", "protected", "private", "special variables", "methods"]
    assert names(expand(program, owner["methods"])) == ["__init__", "run", "make", "build"]
    body = program.request("scopes", frameId=program.frames[1]["id"])["scopes"][0]["variablesReference"]
    assert names(children(program, body)) == ["a", "protected", "special variables", "functions"]
    assert program.stats()["userCode"] == 0


def test_many_names_are_not_grouped(session: Start) -> None:
    """An object that holds a table's worth of names is paged like one."""
    text = lines(
        "class Space: pass",
        "space = Space()",
        "space.__dict__.update({f'_{i}': i for i in range(100_001)})",
        "done = 1 # stop",
    )
    program = stop_at(session, text)
    reference = shown(program)["space"]["variablesReference"]
    assert names(children(program, reference, start=99_999, count=2)) == ["_99999", "_100000"]


SORTED = lines(
    "class Space: pass",
    "space = Space()",
    "space.beta, space.Alpha, space.gamma, space._x = 'word', 2, 1.5, 0",
    "table = {10: 'ten', 9: 'nine', 'b': 1, 'A': 2}",
    "items = [3, 'x', None, 2.5, 'y']",
    "numbers = {i * 7919 % 1000: i for i in range(1000)}",
    "done = 1 # stop",
)


@pytest.mark.parametrize(
    ("name", "sort", "order"),
    [
        ("space", "definition", ["beta", "Alpha", "gamma", "protected"]),
        ("space", "name", ["Alpha", "beta", "gamma", "protected"]),
        ("space", "type", ["gamma", "Alpha", "beta", "protected"]),
        ("table", "name", ["[9]", "[10]", "['A']", "['b']"]),
        ("items", "type", ["[3]", "[0]", "[2]", "[1]", "[4]"]),
        ("items", "name", ["[0]", "[1]", "[2]", "[3]", "[4]"]),
    ],
)
def test_sorting(session: Start, name: str, sort: str, order: list[str]) -> None:
    """By name numbers count as numbers and capitals as small letters; what compares equal keeps its order."""
    program = stop_at(session, SORTED)
    reference = shown(program)[name]["variablesReference"]
    found = [each for each in names(children(program, reference, pytui={"sort": sort})) if each != "methods"]
    if name == "table":
        assert sorted(found) == sorted(order)
        assert found.index("[9]") < found.index("[10]")
        assert found.index("['A']") < found.index("['b']")
    else:
        assert found == order


def test_sorting_and_searching_page_right(session: Start) -> None:
    """Pages of what was sorted or found join without a gap."""
    program = stop_at(session, SORTED)
    reference = shown(program)["numbers"]["variablesReference"]
    found: list[str] = []
    more = True
    while more:
        body = program.request(
            "variables", variablesReference=reference, start=len(found), count=64, pytui={"sort": "name"}
        )
        found += names(body["variables"])
        more = body["pytui"]["more"]
    assert found == [f"[{i}]" for i in range(1000)]
    wanted = [f"[{key}]" for key, value in ((i * 7919 % 1000, i) for i in range(1000)) if "77" in f"[{key}]{value}"]
    first = children(program, reference, count=10, pytui={"match": "77"})
    rest = children(program, reference, start=10, count=1000, pytui={"match": "77"})
    assert set(names(first + rest)) >= {"[77]", "[770]", "[777]"}
    assert names(first + rest) == [each for each in names(children(program, reference, count=1000)) if each in wanted]


def test_searching_looks_into_groups(session: Start) -> None:
    """A search finds by name and by value, wherever a name stands, and shows no groups."""
    program = stop_at(session, GROUPS)
    reference = shown(program)["thing"]["variablesReference"]
    assert names(children(program, reference, pytui={"match": "KEY"})) == ["_Thing__key"]
    assert names(children(program, reference, pytui={"match": "build"})) == ["build"]
    assert names(children(program, reference, pytui={"match": "size"})) == ["size"]
    assert names(children(program, reference, pytui={"match": "helper"})) == ["callback"]
    assert children(program, reference, pytui={"match": "nothing like it"}) == []
    local = scope(program)
    assert names(children(program, local, pytui={"match": "INNER"})) == ["slotted", "__inner"]
    assert names(children(program, local, pytui={"sort": "name"})) == ["__inner", "_plain", "slotted", "thing"]
    with pytest.raises(RequestFailed, match="sort"):
        program.request("variables", variablesReference=reference, pytui={"sort": "size"})
    assert program.stats()["userCode"] == 0


BIG = lines(
    "def look():",
    "    items = list(range(3 * 10 ** 6))",
    "    table = dict.fromkeys(range(3 * 10 ** 6))",
    "    for i in range(0, 3 * 10 ** 6, 3): del table[i]",
    "    group = set(range(3 * 10 ** 6))",
    "    x = 1 # stop",
    "    return x",
    "look()",
)


def test_any_page_of_a_huge_container(session: Start) -> None:
    """Random access by page is right, forwards and back, in dicts with holes and in sets."""
    program = stop_at(session, BIG)
    rows = shown(program)
    assert rows["table"]["namedVariables"] == 2 * 10**6
    table = rows["table"]["variablesReference"]
    for start in (1_999_998, 5, 1_000_000, 999_999, 1_999_999, 0, 123_456, 123_457):
        page = program.request("variables", variablesReference=table, start=start, count=1)
        number = start // 2 * 3 + 1 + start % 2
        assert names(page["variables"]) == [f"[{number}]"]
        assert page["pytui"]["more"] is (start != 1_999_999)
    group = rows["group"]["variablesReference"]
    assert rows["group"]["indexedVariables"] == 3 * 10**6
    for start in (2_999_999, 17, 1_500_000, 1_499_000):
        page = children(program, group, start=start, count=3)
        assert [row["value"] for row in page] == [str(i) for i in range(start, min(start + 3, 3 * 10**6))]
        assert names(page) == [f"[{i}]" for i in range(start, min(start + 3, 3 * 10**6))]


def arranged(program: Session, reference: int, **more: Any) -> dict[str, Any]:
    """The page, asked for until all children were looked at, each time further ones."""
    looked = -1
    while True:
        body = program.request("variables", {"variablesReference": reference} | more)
        if "looked" not in body["pytui"]:
            return body
        assert body["variables"] == [] and body["pytui"]["more"] and body["pytui"]["looked"] > looked
        looked = body["pytui"]["looked"]


def test_all_of_a_huge_container_is_searched(session: Start) -> None:
    """In slices, wherever the hits are; what matches too often, or cannot be sorted, says so."""
    text = BIG.replace("3 * 10 ** 6", "500_000").replace("set(range(500_000))", "set(range(250_000))")
    program = stop_at(session, text)
    items, table, group = (shown(program)[name]["variablesReference"] for name in ("items", "table", "group"))
    found = arranged(program, items, pytui={"match": "499998"})
    assert (names(found["variables"]), found["pytui"]) == (["[499998]"], {"more": False, "total": 1})
    found = arranged(program, table, pytui={"match": "9999", "sort": "type"}, count=3)
    keys = [key for key in range(500_000) if key % 3 and "9999" in str(key)]
    assert found["pytui"]["total"] == len(keys) and names(found["variables"]) == [f"[{key}]" for key in keys[:3]]
    found = arranged(program, group, pytui={"match": "249999"})
    assert [each["value"] for each in found["variables"]] == ["249999"]
    again = program.request("variables", variablesReference=group, pytui={"match": "249999"})
    assert names(again["variables"]) == names(found["variables"])  # at once: it is kept
    found = arranged(program, items, pytui={"match": "["}, start=199_999, count=2)
    assert found["pytui"] == {"more": False, "limited": True, "total": 200_000} and len(found["variables"]) == 1
    body = arranged(program, table, pytui={"sort": "name"}, count=2)
    assert (names(body["variables"]), body["pytui"]) == (["[1]", "[2]"], {"more": True, "limited": True})
    body = program.request("variables", variablesReference=items, pytui={"sort": "name"}, start=499_999)
    assert (names(body["variables"]), body["pytui"]) == (["[499999]"], {"more": False})
    assert program.stats()["userCode"] == 0


def test_searching_again_after_a_change(session: Start) -> None:
    """What the user's own code did is seen by the same search."""
    text = lines("table = {i: i for i in range(1000)}", "done = 1 # stop")
    program = stop_at(session, text)
    table = shown(program)["table"]["variablesReference"]
    assert names(arranged(program, table, pytui={"match": "777"})["variables"]) == ["[777]"]
    program.request("evaluate", expression="table[1] = 'is 777'; del table[777]", context="repl")
    assert names(arranged(program, table, pytui={"match": "777"})["variables"]) == ["[1]"]


def test_a_change_between_pages(session: Start) -> None:
    """What the user's own code does to a container does not put pages of it in the wrong place."""
    text = lines("table = {i: i for i in range(100_000)}", "group = set(range(100_000))", "done = 1 # stop")
    program = stop_at(session, text)
    rows = shown(program)
    table, group = rows["table"]["variablesReference"], rows["group"]["variablesReference"]
    children(program, table, start=90_000, count=1)
    children(program, group, start=90_000, count=1)
    program.request("evaluate", expression="table.pop(5); table[5] = 5; group.remove(7)", context="repl")
    assert names(children(program, table, start=50_000, count=1)) == ["[50001]"]
    assert names(children(program, table, start=99_999, count=2)) == ["[5]"]
    assert [row["value"] for row in children(program, group, start=50_000, count=1)] == ["50001"]
    program.request("evaluate", expression="table.clear(); group.clear()", context="repl")
    assert children(program, table, start=50_000, count=1) == children(program, group, start=50_000, count=1) == []


def test_hexadecimal(session: Start) -> None:
    """format.hex shows integers, and those in containers, in hexadecimal; names stay as they are."""
    text = lines(
        "class Odd(int):",
        "    def __index__(self): raise SystemExit",
        "    __repr__ = __hash__ = __index__",
        "values = {255: [16, -1, True, 1.5, 2 ** 70]}",
        "small, least, odd, huge = -255, -2 ** 63, Odd(17), 10 ** 100000",
        "done = 1 # stop",
    )
    program = stop_at(session, text)
    rows = {row["name"]: row for row in children(program, scope(program), format={"hex": True})}
    assert rows["values"]["value"] == "{0xff: [0x10, -0x1, True, 1.5, 0x400000000000000000]}"
    assert (rows["small"]["value"], rows["least"]["value"]) == ("-0xff", "-0x8000000000000000")
    assert rows["odd"]["value"] == "0x11"
    assert rows["huge"]["value"].startswith("~1.000000e+100000")
    inner: list[dict[str, Any]] = children(program, rows["values"]["variablesReference"], format={"hex": True})
    assert names(inner) == ["[255]"]
    assert {row["name"]: row["value"] for row in children(program, scope(program))}["small"] == "-255"
    assert program.stats()["userCode"] == 0


def test_all_names_of_a_search_are_rows(session: Start) -> None:
    """A search for nothing in particular finds every name that the groups hold."""
    program = stop_at(session, GROUPS)
    reference = shown(program)["thing"]["variablesReference"]
    in_groups = {name for name, row in all_names(program, reference).items() if row["type"]}
    found = {row["name"] for row in children(program, reference, pytui={"match": "_"}) if row["type"]}
    assert found == {name for name in in_groups if "_" in name or "_" in all_names(program, reference)[name]["value"]}


def step_seconds(session: Start, count: int) -> float:
    """The quickest of ten steps in a function with so many variables, all of them bound."""
    bound = [f"    v{number} = {number}" for number in range(count)]
    text = lines("def work():", *bound, *["    x = 1"] * 12, "work()")
    run = session(text=text, name=f"names{count}.py").start(count + 2)
    run.wait_stop("breakpoint")
    times = []
    for _ in range(10):
        begun = time.perf_counter()
        run.go("next", "step")
        times.append(time.perf_counter() - begun)
    assert shown(run)["v1"]["value"] == "1"
    return min(times)


def test_thousands_of_variables_cost_what_is_seen(session: Start) -> None:
    assert step_seconds(session, 3000) < 25 * step_seconds(session, 100)
