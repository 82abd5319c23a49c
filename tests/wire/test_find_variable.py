"""Looking for a child by its text, in slices: every container, both directions, bounds, no code of the program."""

from collections.abc import Callable
from typing import Any

import pytest
from client import RequestFailed, Session
from test_values import children, lines, scope, shown, stop_at

Start = Callable[..., Session]

BIG = lines(
    "from collections import deque",
    "def look():",
    "    items = list(range(300_000))",
    "    items[277_777] = 'Needle'",
    "    frozen, ring = tuple(items), deque(items)",
    "    table = {i: i for i in range(300_000)}",
    "    table['last'] = 'Needle'",
    "    group = set(range(1000))",
    "    odd = {i: [i] for i in range(300)}",
    "    return items # stop",
    "look()",
)


def find(program: Session, reference: int, text: str, **more: Any) -> int | None:
    """The index of the child that holds the text, slice by slice; None when there is none."""
    start = more.pop("start", 0)
    best = None
    while True:
        body = program.request("pytui/findVariable", variablesReference=reference, text=text, start=start, **more)
        best = body.get("index", best)
        end = more.get("end") or body["next"] + 1
        if (best is not None and not more.get("last")) or not body["more"] or body["next"] >= end:
            return best
        assert body["next"] > start, body
        start = body["next"]


def test_every_container_is_searched(session: Start) -> None:
    """The child that is found stands at that index of the page, far beyond what a filter looks at."""
    program = stop_at(session, BIG)
    rows = shown(program)
    for name, index in (("items", 277_777), ("frozen", 277_777), ("ring", 277_777), ("table", 300_000)):
        reference = rows[name]["variablesReference"]
        assert find(program, reference, "needle") == index, name
        (row,) = children(program, reference, start=index, count=1)
        assert row["value"] == "'Needle'"
        assert find(program, reference, "needle", start=index + 1) is None
    assert find(program, rows["group"]["variablesReference"], "999") is not None
    assert program.stats()["userCode"] == 0


def test_capitals_names_and_types(session: Start) -> None:
    """Capitals count when that is asked for; names and types are searched, too."""
    program = stop_at(session, BIG)
    rows = shown(program)
    items, odd = rows["items"]["variablesReference"], rows["odd"]["variablesReference"]
    assert find(program, items, "needle", caseSensitive=True) is None
    assert find(program, items, "Needle", caseSensitive=True) == 277_777
    assert find(program, items, "[4242]") == 4242
    assert find(program, odd, "list[1]") == 0
    assert find(program, scope(program), "ring") == list(rows).index("ring")


def test_ranges_and_the_last_one(session: Start) -> None:
    """`end` is not looked at, `last` finds the last one before it."""
    program = stop_at(session, BIG)
    items = shown(program)["items"]["variablesReference"]
    assert find(program, items, "needle", start=277_000, end=277_777) is None
    assert find(program, items, "needle", start=277_000, end=277_778) == 277_777
    assert find(program, items, "99", start=0, end=1000, last=True) == 999
    assert find(program, items, "99", start=0, end=990, last=True) == 899
    body = program.request("pytui/findVariable", variablesReference=items, text="7", start=0, end=5)
    assert (body["next"], body["more"], "index" in body) == (5, True, False)
    assert find(program, items, "7", start=2**40) is None
    assert find(program, items, "7", start=-5, end=-1) == 7


def test_a_slice_is_bounded(session: Start) -> None:
    """One answer never looks at all of ten million children; together they look at each one once."""
    text = lines("items = [None] * 10**7", "done = 1 # stop")
    program = stop_at(session, text)
    items = shown(program)["items"]["variablesReference"]
    body = program.request("pytui/findVariable", variablesReference=items, text="absent")
    assert "index" not in body
    assert body["more"]
    assert 0 < body["next"] < 10**7


def test_order_and_filter_count(session: Start) -> None:
    """Indexes are those of the rows as they are sorted and filtered."""
    text = lines("table = {'b': 'x1', 'a': 'y', 'd': 'x2', 'c': 'x3'}", "done = 1 # stop")
    program = stop_at(session, text)
    table = shown(program)["table"]["variablesReference"]
    for arranged in ({"sort": "name"}, {"match": "x"}, {"sort": "name", "match": "x"}):
        rows = children(program, table, pytui=arranged)
        (index,) = [i for i, row in enumerate(rows) if row["value"] == "'x3'"]
        assert find(program, table, "x3", pytui=arranged) == index
    page = program.request("variables", variablesReference=table, pytui={"match": "x"}, count=1)
    assert page["pytui"]["total"] == 3


def test_nothing_runs(session: Start) -> None:
    """Neither reprs nor properties nor keys run for a search; a property is not searched at all."""
    text = lines(
        "ran = []",
        "class Loud:",
        "    def __repr__(self): ran.append('repr'); return 'needle'",
        "    __str__ = __repr__",
        "    def __hash__(self): return 1",
        "    def __eq__(self, other): ran.append('eq'); return self is other",
        "    def __len__(self): ran.append('len'); return 1",
        "    @property",
        "    def needle(self): ran.append('property'); return 'needle'",
        "things = {Loud(): Loud() for _ in range(3)}",
        "one = Loud()",
        "ran.clear()",
        "done = 1 # stop",
    )
    program = stop_at(session, text)
    rows = shown(program)
    assert find(program, rows["things"]["variablesReference"], "needle") is None
    find(program, rows["one"]["variablesReference"], "needle")
    assert shown(program)["ran"]["value"] == "[]"
    assert program.stats()["userCode"] == 0
    group = next(row for row in children(program, rows["one"]["variablesReference"]) if row["name"] == "properties")
    (lazy,) = children(program, group["variablesReference"])
    with pytest.raises(RequestFailed, match="property"):
        program.request("pytui/findVariable", variablesReference=lazy["variablesReference"], text="needle")


def test_it_is_advertised_and_checked(session: Start) -> None:
    """The capability, a reference of nothing and an unknown order."""
    program = session("x = 1\n")
    assert program.initialize()["pytui"]["supportsFindVariable"] is True
    program = stop_at(session, "x = [1]\ndone = 1 # stop\n")
    with pytest.raises(RequestFailed, match="987654"):
        program.request("pytui/findVariable", variablesReference=987654, text="x")
    with pytest.raises(RequestFailed, match="sort"):
        program.request("pytui/findVariable", variablesReference=scope(program), text="x", pytui={"sort": "size"})
    with pytest.raises(RequestFailed, match="text"):
        program.request("pytui/findVariable", variablesReference=scope(program))
