"""A text that no row shows whole opens into pieces, whatever its length."""

from collections.abc import Callable

import pytest
from client import RequestFailed, Session
from test_find_variable import find
from test_values import children, lines, shown, stop_at

Start = Callable[..., Session]

PROGRAM = lines(
    "def look():",
    "    text = ''.join(f'{i:>9} ' for i in range(100_000))",
    "    data = bytes(range(256)) * 1000 + b'e'",
    "    array = bytearray(data)",
    "    huge = 'x' * 10**8 + 'needle'",
    "    wide = '\\u00e9\\U0001f40d' * 400",
    "    short, nothing = 'x' * 120, ''",
    "    return text # stop",
    "look()",
)


def test_pieces_of_a_text(session: Start) -> None:
    """Each piece is the slice that its name says, and can be evaluated; the last one ends with the text."""
    program = stop_at(session, PROGRAM)
    rows = shown(program)
    for name, length, size in (("text", 10**6, 64), ("data", 256_001, 16), ("array", 256_001, 16), ("wide", 800, 64)):
        assert rows[name]["indexedVariables"] == -(-length // size), name
        reference = rows[name]["variablesReference"]
        for index in (0, 1, length // size - 1, -(-length // size) - 1):
            (row,) = children(program, reference, start=index, count=1)
            assert row["name"] == f"[{size * index}:{size * index + size}]"
            assert row["evaluateName"] == f"{name}{row['name']}"
            told = program.request("evaluate", expression=row["evaluateName"], context="watch",
                                   frameId=program.frames[0]["id"])["result"]  # fmt: skip
            assert row["value"] == told
        assert children(program, reference, start=length) == []
    assert rows["short"]["variablesReference"] == rows["nothing"]["variablesReference"] == 0
    assert program.request("variables", variablesReference=rows["text"]["variablesReference"], filter="named") == {
        "variables": [],
        "pytui": {"more": False},
    }


def test_text_is_found_across_pieces(session: Start) -> None:
    """A search finds what begins in one piece and ends in the next, at the end of 100 MB, too."""
    program = stop_at(session, PROGRAM)
    rows = shown(program)
    text, huge = rows["text"]["variablesReference"], rows["huge"]["variablesReference"]
    assert find(program, text, "4031      4032") == 40315 // 64
    assert find(program, text, "no such text") is None
    assert find(program, huge, "xneedle") == (10**8 - 1) // 64
    assert rows["huge"]["indexedVariables"] == -(-(10**8 + 6) // 64)


def test_a_piece_is_not_assigned_to(session: Start) -> None:
    """Texts cannot be changed; a display of a piece is of that piece."""
    program = stop_at(session, PROGRAM)
    reference = shown(program)["text"]["variablesReference"]
    with pytest.raises(RequestFailed):
        program.request("setVariable", variablesReference=reference, name="[64:128]", value="'x'")
    (row,) = children(program, reference, start=15_000, count=1)
    told = program.request("pytui/display", variablesReference=reference, name=row["name"], display="repr")
    assert told["value"] == row["value"]
