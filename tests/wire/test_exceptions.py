"""What is shown of exceptions: post-mortem frames, the chain, groups, notes, syntax errors."""

from collections.abc import Callable
from typing import Any

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


def post_mortem(session: Start, text: str) -> Session:
    """Run the program to its uncaught exception."""
    program = session(text=text).start()
    program.wait_stop("exception")
    return program


def details(program: Session) -> dict[str, Any]:
    """The exception of the stop."""
    return program.stopped["pytui"]["exception"]


def test_post_mortem(session: Start) -> None:
    """The raising line, with its locals, which evaluate too; then the program ends as it would have."""
    text = lines(
        "def fails(n):",
        "    secret = n * 2",
        "    try:",
        "        raise ValueError(f'bad {n}')",
        "    finally:",
        "        secret += 1",
        "def passes():",
        "    return fails(3)",
        "passes()",
    )
    program = post_mortem(session, text)
    assert program.stopped["pytui"]["postMortem"] is True
    assert [(each["name"], each["line"]) for each in program.frames] == [("fails", 4), ("passes", 8), ("<module>", 9)]
    assert program.frames[0]["pytui"]["exception"] == "ValueError: bad 3"
    assert program.evaluate("secret") == "7"
    assert [each["name"] for each in program.stopped["pytui"]["scopes"]] == ["Locals", "Exception", "Globals"]
    assert (details(program)["message"], details(program)["fullTypeName"]) == ("bad 3", "ValueError")
    assert details(program)["stackTrace"].splitlines()[-3:] == [
        f'  File "{program.script}", line 4, in fails',
        "    raise ValueError(f'bad {n}')",
        "ValueError: bad 3",
    ]
    info = program.request("exceptionInfo", threadId=0)
    assert (info["exceptionId"], info["description"], info["breakMode"]) == ("ValueError", "bad 3", "unhandled")
    program.resume()
    status, _, errors = program.finish()
    assert (status, errors.splitlines()[-1]) == (1, "ValueError: bad 3")


def test_chain_and_notes(session: Start) -> None:
    """Cause and context are there, in order, and the notes."""
    text = lines(
        "def first(): {}['key']",
        "def second():",
        "    try: first()",
        "    except KeyError as error: raise RuntimeError('second') from error",
        "try: second()",
        "except RuntimeError as error:",
        "    error.add_note('a note')",
        "    raise OSError(2, 'No such file', 'name')",
    )
    program = post_mortem(session, text)
    outer = details(program)
    assert (outer["typeName"], outer["message"]) == ("FileNotFoundError", "[Errno 2] No such file: 'name'")
    middle = outer["innerException"][0]
    assert (middle["typeName"], middle["message"]) == ("RuntimeError", "second")
    assert (middle["innerException"][0]["typeName"], middle["innerException"][0]["message"]) == ("KeyError", "'key'")
    trace = outer["stackTrace"]
    assert trace.index("KeyError: 'key'") < trace.index("direct cause") < trace.index("RuntimeError: second\na note\n")
    assert trace.index("During handling") < trace.index("FileNotFoundError: [Errno 2] No such file: 'name'")
    program.resume()
    assert program.finish()[2].splitlines()[-1] == "FileNotFoundError: [Errno 2] No such file: 'name'"


def test_group(session: Start) -> None:
    """The members of a group are its inner exceptions."""
    text = lines("raise ExceptionGroup('many', [ValueError(1), ExceptionGroup('inner', [TypeError('t')])])")
    program = post_mortem(session, text)
    group = details(program)
    assert group["message"] == "many (2 sub-exceptions)"
    assert [each["typeName"] for each in group["innerException"]] == ["ValueError", "ExceptionGroup"]
    assert group["innerException"][1]["innerException"][0]["message"] == "t"
    program.resume()
    printed = [row for row in program.finish()[2].splitlines() if "^" not in row and "~" not in row]
    assert [row for row in group["stackTrace"].splitlines() if row] == printed


def test_circular_chain(session: Start) -> None:
    """A chain that bites its tail has an end."""
    text = lines(
        "a, b = ValueError('a'), ValueError('b')", "a.__cause__, b.__cause__ = b, a", "a.__context__ = a", "raise a"
    )
    program = post_mortem(session, text)
    assert details(program)["stackTrace"].count("ValueError: a") == 1


def test_strange_str_is_not_asked(session: Start) -> None:
    """Showing an exception runs none of its methods."""
    text = lines(
        "class Odd(Exception):",
        "    def __str__(self): print('asked', flush=True); return 'said'",
        "    __repr__ = __str__",
        "    @property",
        "    def __notes__(self): print('asked'); return []",
        "import sys",
        "sys.excepthook = lambda *_: None",
        "raise Odd('argument', 1)",
    )
    program = post_mortem(session, text)
    assert details(program)["message"] == "('argument', 1)"
    assert details(program)["fullTypeName"] == "__main__.Odd"
    assert program.stats()["userCode"] == 0
    program.resume()
    assert program.finish()[1] == ""


def test_deep_recursion(session: Start) -> None:
    """A thousand frames are counted, not listed."""
    program = post_mortem(session, lines("def down(): down()", "down()"))
    assert details(program)["typeName"] == "RecursionError"
    trace = details(program)["stackTrace"]
    assert "Previous line repeated" in trace
    assert len(trace) < 4096
    assert program.stopped["pytui"]["moreFrames"] is True
    assert program.evaluate("1 + 1") == "2"


def test_syntax_error_of_an_import(session: Start, tmp_path: Any) -> None:
    """The innermost place is the line that does not parse."""
    (tmp_path / "broken.py").write_text("a = 1\nb = = 2\n")
    program = post_mortem(session, "import broken\n")
    frame = program.frames[0]
    assert frame["source"]["path"] == str(tmp_path / "broken.py")
    assert (frame["line"], frame["column"]) == (2, 5)
    assert [each["name"] for each in program.stopped["pytui"]["scopes"]] == ["Exception"]
    assert program.frames[1]["line"] == 1


def test_syntax_error_of_the_script(session: Start) -> None:
    """A script that does not parse is shown at its line."""
    program = session(text="a = 1\ndef f(:\n    pass\n").start()
    program.wait_stop("exception")
    assert (program.frames[0]["line"], program.frames[0]["source"]["name"]) == (2, "script.py")
    assert details(program)["typeName"] == "SyntaxError"
    program.resume()
    assert program.finish()[0] == 1


def test_traceback_of_caught_and_raised_again(session: Start) -> None:
    """The lines are those where the exception passed, not where the frames went on to."""
    text = lines(
        "def fails():",
        "    raise ValueError('x')",
        "def handles():",
        "    try:",
        "        fails()",
        "    except ValueError:",
        "        note = 'seen'",
        "        raise",
        "handles()",
    )
    program = post_mortem(session, text)
    assert [(each["name"], each["line"]) for each in program.frames] == [("fails", 2), ("handles", 5), ("<module>", 9)]
    scope = program.request("scopes", frameId=program.frames[1]["id"])["scopes"][0]
    rows = program.request("variables", variablesReference=scope["variablesReference"])["variables"]
    assert {row["name"]: row["value"] for row in rows} == {"note": "'seen'"}


def test_syntax_error_of_other_text(session: Start) -> None:
    """Text that is no file has no place of its own: the call is shown."""
    text = lines("import ast", "def read(text): return ast.literal_eval(text)", "read('1 +')")
    program = post_mortem(session, text)
    assert [each["name"] for each in program.frames] == ["parse", "literal_eval", "read", "<module>"]


CHAIN = lines(
    "def first(key):",
    "    table = {}",
    "    return 1 + table[key]",
    "def second():",
    "    inner = 'i'",
    "    try: first('k')",
    "    except KeyError as error:",
    "        error.add_note('at first')",
    "        raise RuntimeError('second') from error",
    "def third():",
    "    try: second()",
    "    except RuntimeError:",
    "        hidden = ValueError('no traceback')",
    "        raise ExceptionGroup('many', [hidden, OSError(2, 'No such file')])",
    "third()",
)


def numbered(details: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Number, type, relation and whether it has a traceback, in the order of the walk."""
    extra = details["pytui"]
    rows = [(extra["number"], details["typeName"], extra.get("relation"), extra["traceback"])]
    for inner in details.get("innerException", []):
        rows += numbered(inner)
    return rows


def test_frames_of_the_chain(session: Start) -> None:
    """Each exception of the chain has its own frames, with positions, locals and a place to evaluate in."""
    program = post_mortem(session, CHAIN)
    assert numbered(details(program)) == [
        (0, "ExceptionGroup", None, True),
        (1, "RuntimeError", "context", True),
        (2, "KeyError", "cause", True),
        (3, "ValueError", "member", False),
        (4, "FileNotFoundError", "member", False),
    ]
    assert details(program)["innerException"][0]["innerException"][0]["pytui"]["notes"] == ["at first"]

    def frames(number: int, **page: int) -> list[dict[str, Any]]:
        return program.request("pytui/exceptionFrames", {"exception": number} | page)["stackFrames"]

    assert [(each["name"], each["line"]) for each in frames(0)] == [("third", 14), ("<module>", 15)]
    assert [(each["name"], each["line"]) for each in frames(1)] == [("second", 9), ("third", 11)]
    cause = frames(2)
    assert [(each["name"], each["line"]) for each in cause] == [("first", 3), ("second", 6)]
    assert [cause[0][key] for key in ("column", "endLine", "endColumn")] == [16, 3, 26]
    assert [cause[1][key] for key in ("column", "endLine", "endColumn")] == [10, 6, 20]
    assert [each["id"] for each in frames(2, startFrame=1)] == [cause[1]["id"]]
    assert program.evaluate("(key, table)", frameId=cause[0]["id"]) == "('k', {})"
    scopes = program.request("scopes", frameId=cause[0]["id"])["scopes"]
    assert [each["name"] for each in scopes] == ["Locals", "Exception", "Globals"]
    rows = program.request("variables", variablesReference=scopes[1]["variablesReference"])["variables"]
    assert "KeyError" in rows[0]["value"]
    outer = program.request("scopes", frameId=cause[1]["id"])["scopes"]
    assert [each["name"] for each in outer] == ["Locals", "Globals"]
    assert frames(3) == frames(4) == []
    for number in (5, -1, 1 << 40):
        with pytest.raises(RequestFailed, match="no exception"):
            frames(number)
    assert program.evaluate("len(__name__)") == "8"
    assert program.stats()["userCode"] == 2
    program.resume()
    assert program.finish()[0] == 1


def test_frames_of_the_chain_at_a_live_stop(session: Start) -> None:
    """The same where an exception is raised and the program goes on."""
    text = lines(
        "def f():",
        "    try: {}['k']",
        "    except KeyError: raise ValueError('v')",
        "for _ in range(2):",
        "    try: f()",
        "    except ValueError: pass",
        "x = 1",
    )
    program = session(text=text)
    program.initialize()
    program.request(
        "setExceptionBreakpoints", filterOptions=[{"filterId": "raised", "condition": "ValueError"}], filters=[]
    )
    program.configure(stop_on_entry=False)
    for _ in range(2):
        program.wait_stop("exception")
        frames = program.request("pytui/exceptionFrames", exception=1)["stackFrames"]
        assert [(each["name"], each["line"]) for each in frames] == [("f", 2)]
        program.resume()
    assert program.finish()[0] == 0


def test_hostile_chains(session: Start) -> None:
    """Circles, long chains, groups of groups and lists of notes that lie are walked to a bound."""
    text = lines(
        "a, b = ValueError('a'), ValueError('b')",
        "a.__cause__, b.__cause__ = b, a",
        "a.__notes__ = [1, 'two\\n2', object, *range(1000)]",
        "b.__notes__ = 5",
        "deep = a",
        "for n in range(100):",
        "    outer = KeyError(n)",
        "    outer.__context__ = deep",
        "    deep = outer",
        "wide = ExceptionGroup('w', [ExceptionGroup('v', [TypeError(i) for i in range(50)]) for _ in range(50)])",
        "wide.__cause__ = deep",
        "deep.__cause__ = a",
        "raise wide",
    )
    program = post_mortem(session, text)
    rows = numbered(details(program))
    assert 10 < len(rows) <= 64 and [row[0] for row in rows] == list(range(len(rows)))
    assert [row[1] for row in rows[:4]] == ["ExceptionGroup", "KeyError", "ValueError", "ValueError"]
    for number in range(len(rows)):
        program.request("pytui/exceptionFrames", exception=number)
    assert len(details(program)["innerException"][0]["innerException"][0]["pytui"]["notes"]) == 32
    program.resume()
    assert program.finish()[0] == 1


@pytest.mark.parametrize(
    ("text", "where", "left_out"),
    [
        ("raise ExceptionGroup('g', [ValueError(i) for i in range(1000)])", [], {"membersOmitted": 985}),
        ("raise ExceptionGroup('g', [ValueError(i) for i in range(15)])", [], {}),
        (
            "e = None\nfor i in range(1000):\n    new = KeyError(i)\n    new.__cause__ = e\n    e = new\nraise e",
            [0] * 8,
            {"chainOmitted": True},
        ),
        (
            "e = None\nfor i in range(9):\n    new = KeyError(i)\n    new.__cause__ = e\n    e = new\nraise e",
            [0] * 8,
            {},
        ),
    ],
    ids=["group", "small group", "chain", "short chain"],
)
def test_what_is_left_out_is_said(session: Start, text: str, where: list[int], left_out: dict[str, Any]) -> None:
    """Groups and chains of a thousand, and those that just fit."""
    program = post_mortem(session, text + "\n")
    found = details(program)
    for index in where:
        found = found["innerException"][index]
    given = {name: value for name, value in found["pytui"].items() if name.endswith("Omitted")}
    assert given == left_out
    assert len(numbered(details(program))) <= 64


def test_suppressed_context(session: Start) -> None:
    """`from None` hides what came before."""
    text = lines("try: 1 / 0", "except ZeroDivisionError: raise ValueError from None")
    program = post_mortem(session, text)
    assert numbered(details(program)) == [(0, "ValueError", None, True)]


def test_positions_of_the_failing_expression(session: Start) -> None:
    """Columns of the very part that failed, in UTF-16 units, also over several lines."""
    text = lines(
        "def f(x): return x",
        "data = {'ä😀': None}",
        "f(",
        "    1",
        ") + f(data['ä😀']['k'])",
    )
    program = post_mortem(session, text)
    frame = program.frames[0]
    assert [frame[key] for key in ("line", "column", "endLine", "endColumn")] == [5, 7, 5, 23]
