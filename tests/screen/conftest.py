"""Fixtures of the screen tests: pytui itself, in a terminal, with a home of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "screen")]

import interpreters  # noqa: E402
from screen import BUILD, Screen  # noqa: E402

TARGETS = TESTS / "targets"
PYTUI = BUILD / "pytui"
ENGINES = interpreters.one_per_engine()

Pytui = Callable[..., Screen]


def pytest_report_header() -> list[str]:
    """Names what is tested, and what could not be."""
    used = ", ".join(f"{each} ({each.engine})" for each in ENGINES)
    return [f"interpreters: {used}", f"versions not found: {', '.join(interpreters.missing_versions()) or 'none'}"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """HOME of the test, with its XDG directories in it."""
    directory = tmp_path / "home"
    directory.mkdir()
    return directory


@pytest.fixture
def python() -> interpreters.Interpreter:
    """The interpreter of the tests that do not depend on the engine: the newest."""
    return ENGINES[-1]


@pytest.fixture(params=ENGINES, ids=lambda each: each.engine)
def each_engine(request: pytest.FixtureRequest) -> interpreters.Interpreter:
    """One interpreter per engine."""
    return request.param


@pytest.fixture
def terminal(home: Path) -> Iterator[Pytui]:
    """Runs any command in a terminal; ends it, and what it left behind, after the test."""
    screens: list[Screen] = []

    def run(*argv: str | Path, **options) -> Screen:
        screen = Screen(argv, home=home, **options)
        screens.append(screen)
        return screen

    yield run
    for screen in screens:
        screen.close()
    for screen in screens:
        report = screen.sanitizer_report()
        assert not report, report


@pytest.fixture
def pytui(terminal: Pytui, python: interpreters.Interpreter) -> Pytui:
    """Runs pytui on a target or any other program: `pytui("stepme.py", "arg", options=["--continue"], rows=40)`."""

    def run(
        *words: str | Path, options: list[str] | None = None, interpreter: str | None = None, **screen_options
    ) -> Screen:
        program = [TARGETS / word if (TARGETS / word).is_file() else word for word in words[:1]]
        path = interpreter or python.path
        return terminal(PYTUI, "--python", path, *(options or []), *program, *words[1:], **screen_options)

    return run


def at(screen: Screen, place: str, **options) -> None:
    """Waits until the status line says that the program is stopped at "stepme.py:6" or "stepme.py:6 in work"."""
    file, _, function = place.partition(" in ")
    pattern = re.escape(file) + r"\b" + (rf" in \S*\b{re.escape(function)}" if function else "")
    screen.expect(re.compile(pattern + r".*\bstopped\b"), row=0, **options)


def printed(text: str) -> re.Pattern[str]:
    """Matches what the program printed: at the start of a line of the Terminal, unlike the same text in Source."""
    return re.compile("^" + re.escape(text), re.MULTILINE)


def ended(screen: Screen, *texts: str, **options) -> None:
    """Waits until the status line says that the program ended, and how."""
    screen.expect(re.compile(r"exited|ended|killed"), *texts, row=0, **options)


def quit_pytui(screen: Screen, status: int | None = None) -> None:
    """Leaves pytui after the program's end, and checks the status and the terminal it leaves behind."""
    screen.send("q")
    result = screen.wait_end()
    if status is not None:
        assert result == status, screen.dump()
    restored(screen)


def program_of(screen: Screen, script: str) -> int:
    """The pid of the interpreter that runs the script: not of pytui, whose command line names the script as well."""
    commands = {pid: line.split() for pid, line in screen.processes().items()}
    (pid,) = [
        pid
        for pid, (name, *words) in commands.items()
        if Path(name).name.startswith("python") and any(Path(word).name == script for word in words)
    ]
    return pid


def own_programs(home: Path, *words: str) -> list[dict]:
    """What `pytui ls --json` tells of the test's own programs; the user may have others that listen."""
    env = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    output = subprocess.run([PYTUI, "ls", "--json", *words], env=env, stdout=subprocess.PIPE, check=True).stdout
    return [row for row in json.loads(output) if row["address"].startswith(f"unix:{home}/")]


def restored(screen: Screen) -> None:
    """Demands that the terminal is as it was before pytui."""
    state = screen.state
    assert state["icanon"] and state["echo"] and state["isig"] and state["opost"], screen.dump()
    assert not state["alternate"] and state["visible"], screen.dump()
    leftover = set(state["modes"]) - {7, 25}
    assert not leftover, f"private modes left on: {leftover}\n{screen.dump()}"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a program into the test's directory: `write("a.py", "print(1)")`."""

    def create(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return create
