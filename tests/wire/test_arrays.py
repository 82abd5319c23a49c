"""Arrays open into their items, in pages from anywhere: those of the standard library, of ctypes and of numpy."""

from collections.abc import Callable, Iterator
from pathlib import Path

import interpreters
import pytest
from client import Session
from test_values import Row, children, lines, scope, shown, stop_at

Start = Callable[..., Session]

STANDARD = lines(
    "import array, ctypes",
    "class Pair(ctypes.Structure):",
    "    _fields_ = [('x', ctypes.c_int), ('y', ctypes.c_double)]",
    "class Lies(array.array):",
    "    def __len__(self): raise SystemExit",
    "    def __getitem__(self, index): raise SystemExit",
    "    def __iter__(self): raise SystemExit",
    "numbers = array.array('d', [1.5, 2.5, 3.5])",
    "letters = array.array('u', 'ab')",
    "lies = Lies('i', [7, 8])",
    "huge = array.array('i', range(1_000_000))",
    "view = memoryview(bytearray(b'abc'))",
    "cast = memoryview(huge)[::2]",
    "flat = memoryview(bytes(12)).cast('B', (3, 4))",
    "gone = memoryview(b'x')",
    "gone.release()",
    "ints = (ctypes.c_int * 5)(1, 2, 3)",
    "pairs = (Pair * 2)(Pair(1, 2.0), Pair(3, 4.0))",
    "rows = ((ctypes.c_int * 2) * 3)()",
    "rows[2][1] = 9",
    "mark = 1 # stop",
)


def items(run: Session, row: Row, start: int = 0, count: int = 5) -> list[tuple[str, str]]:
    """Names and values of a page of its items."""
    arguments = {"variablesReference": row["variablesReference"], "filter": "indexed", "start": start, "count": count}
    return [(each["name"], each["value"]) for each in run.request("variables", arguments)["variables"]]


def test_arrays_of_the_standard_library(session: Start) -> None:
    """Their items by the types' own functions, whatever a subclass says; any page of a huge one."""
    run = stop_at(session, STANDARD)
    rows = shown(run)
    assert items(run, rows["numbers"]) == [("[0]", "1.5"), ("[1]", "2.5"), ("[2]", "3.5")]
    assert rows["numbers"]["value"] == "<array [1.5, 2.5, 3.5]>" and rows["numbers"]["type"] == "array[3]"
    assert items(run, rows["letters"]) == [("[0]", "'a'"), ("[1]", "'b'")]
    assert items(run, rows["lies"]) == [("[0]", "7"), ("[1]", "8")]
    assert rows["huge"]["indexedVariables"] == 1_000_000
    assert items(run, rows["huge"], 999_998) == [("[999998]", "999998"), ("[999999]", "999999")]
    assert items(run, rows["view"]) == [("[0]", "97"), ("[1]", "98"), ("[2]", "99")]
    assert items(run, rows["cast"], 499_999) == [("[499999]", "999998")]
    assert items(run, rows["flat"]) == items(run, rows["gone"]) == []
    assert items(run, rows["ints"]) == [(f"[{k}]", str(value)) for k, value in enumerate((1, 2, 3, 0, 0))]
    assert rows["pairs"]["indexedVariables"] == 2 and len(items(run, rows["pairs"])) == 2
    assert items(run, rows["rows"], 2) == [("[2]", "<c_int_Array_2 [0, 9]>")]
    third = run.request("variables", variablesReference=rows["rows"]["variablesReference"])["variables"][2]
    assert items(run, third) == [("[0]", "0"), ("[1]", "9")] and third["evaluateName"] == "rows[2]"


def test_items_of_arrays_are_assigned_found_and_sorted(session: Start) -> None:
    """As those of a list are."""
    run = stop_at(session, STANDARD)
    numbers, huge = shown(run)["numbers"], shown(run)["huge"]
    reference = numbers["variablesReference"]
    run.request("setVariable", variablesReference=reference, name="[1]", value="9.25")
    assert items(run, numbers)[1] == ("[1]", "9.25") and run.evaluate("numbers[1]") == "9.25"
    found = run.request("pytui/findVariable", variablesReference=huge["variablesReference"], text="4321")
    assert found["index"] == 4321
    matching = run.request("variables", variablesReference=reference, pytui={"match": "9.25"})["variables"]
    assert [each["name"] for each in matching] == ["[1]"]


NUMPY = lines(
    "import numpy",
    "class Own(numpy.ndarray):",
    "    def __array_finalize__(self, other): ran.append(other)",
    "    def __getitem__(self, index): ran.append(index)",
    "    def __len__(self): ran.append(0)",
    "ran = []",
    "line = numpy.arange(5.0)",
    "table = numpy.arange(12).reshape(3, 4)",
    "cube = numpy.zeros((2, 3, 4), dtype=numpy.int16)",
    "huge = numpy.arange(1_000_000)",
    "things = numpy.array([1, 'x', None], dtype=object)",
    "words = numpy.array(['ab', 'c'])",
    "days = numpy.array(['2020-01-01', 'NaT'], dtype='datetime64[D]')",
    "none, point = numpy.array([]), numpy.array(5)",
    "masked = numpy.ma.array([1, 2, 3], mask=[0, 1, 0])",
    "own = table.view(Own)",
    "own_line = line.view(Own)",
    "ran.clear()",
    "mark = 1 # stop",
)


@pytest.fixture
def numpy(tmp_path: Path) -> Iterator[Session]:
    """The program with arrays of numpy, stopped, where numpy is installed."""
    path = interpreters.with_module("numpy")
    if not path:
        pytest.skip("numpy is not installed for any interpreter")
    program = tmp_path / "script.py"
    program.write_text(NUMPY)
    with Session(path, program, cwd=tmp_path) as run:
        run.start(1 + NUMPY.splitlines().index("mark = 1 # stop"))
        run.wait_stop("breakpoint")
        yield run


def test_numpy(numpy: Session) -> None:
    """Items of lines, rows of tables, which open; none of numpy's Python, and no method of a subclass, is run."""
    rows = {each["name"]: each for each in children(numpy, scope(numpy))}
    assert rows["line"]["value"] == "<ndarray (5,) float64 [0.0, 1.0, 2.0, 3.0, 4.0]>"
    assert items(numpy, rows["line"], 3) == [("[3]", "3.0"), ("[4]", "4.0")]
    assert rows["table"]["value"] == "<ndarray (3, 4) int64>" and rows["table"]["indexedVariables"] == 3
    assert items(numpy, rows["table"], 1) == [
        ("[1]", "<ndarray (4,) int64 [4, 5, 6, 7]>"),
        ("[2]", "<ndarray (4,) int64 [8, 9, 10, 11]>"),
    ]
    page = children(numpy, rows["table"]["variablesReference"])
    assert page[1]["evaluateName"] == "table[1]" and items(numpy, page[1], 2) == [("[2]", "6"), ("[3]", "7")]
    assert items(numpy, rows["cube"]) == [("[0]", "<ndarray (3, 4) int16>"), ("[1]", "<ndarray (3, 4) int16>")]
    assert items(numpy, rows["huge"], 999_999) == [("[999999]", "999999")]
    assert [value for _, value in items(numpy, rows["things"])] == ["1", "'x'", "None"]
    assert [value for _, value in items(numpy, rows["words"])] == ["'ab'", "'c'"]
    assert [value for _, value in items(numpy, rows["days"])] == ["<datetime64 2020-01-01>", "<datetime64 NaT>"]
    for name in ("none", "point", "masked", "own"):
        assert items(numpy, rows[name]) == [], name
    assert items(numpy, rows["own_line"], 4) == [("[4]", "4.0")]
    assert numpy.evaluate("ran") == "[]"
