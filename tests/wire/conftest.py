"""Fixtures of the wire tests: the backend in every interpreter found, spoken to by client.py."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "wire")]

import interpreters  # noqa: E402
from client import HOME, Session  # noqa: E402

TARGETS = TESTS / "targets"

# A job in the background ignores SIGINT, nohup SIGHUP; the programs under test must not inherit that.
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler)


def has_backend(interpreter: interpreters.Interpreter) -> bool:
    """Whether the build directory has the module for it."""
    pattern = "_pytui.abi3.so" if interpreter.engine == "monitoring" else "_pytui.cpython-311-*.so"
    return any(HOME.glob(pattern))


FOUND = [each for each in interpreters.interpreters() if has_backend(each)]
LEFT_OUT = [str(each) for each in interpreters.interpreters() if not has_backend(each)]


def pytest_report_header() -> list[str]:
    """Names what is tested, and what could not be."""
    lines = [
        f"backends tested: {', '.join(f'{each} ({each.engine})' for each in FOUND) or 'none'}",
        f"versions not found: {', '.join(interpreters.missing_versions()) or 'none'}",
    ]
    if LEFT_OUT:
        lines.append(f"no backend was built for: {', '.join(LEFT_OUT)}")
    return lines


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says again at the end which versions were not tested."""
    missing = interpreters.missing_versions() + LEFT_OUT
    if missing:
        terminalreporter.write_line(f"not tested: {', '.join(missing)}")


@pytest.fixture(params=FOUND, ids=str)
def python(request: pytest.FixtureRequest) -> interpreters.Interpreter:
    """Each interpreter in turn."""
    return request.param


@pytest.fixture
def session(python: interpreters.Interpreter, tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """A function that starts a Session: of a program's text, of a target's name or of the interpreter's words.

    session(text="…") writes the text to a script of its own; session("name.py") runs a program of tests/targets;
    session("-m", "name") hands its words on.
    """
    opened: list[Session] = []

    def start(*words: str | Path, text: str | None = None, name: str = "script.py", **options: object) -> Session:
        if text is not None:
            path = tmp_path / name
            path.write_text(text)
            words = (path, *words)
        elif words and (TARGETS / str(words[0])).is_file():
            words = (TARGETS / str(words[0]), *words[1:])
        opened.append(Session(python.path, *words, cwd=options.pop("cwd", tmp_path), **options))
        return opened[-1]

    yield start
    for each in opened:
        each.__exit__()
