"""Which interpreters there are to debug: shared by the suites of pytest and the bench.

`python3.X` on PATH, pyenv's, and Debian's own; each version once. With PYTUI_ONE_PER_ENGINE set, one for the settrace
engine (3.11) and one for the monitoring engine (3.12 and newer) are enough. PYTUI_INTERPRETERS names others to use
instead, by paths with colons between them.
"""

import functools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 15)
PROBE = "import sys; print(sys.implementation.name, *sys.version_info[:3], getattr(sys, 'abiflags', ''))"


@dataclass(frozen=True)
class Interpreter:
    """A CPython that pytui supports."""

    path: str
    version: tuple[int, int, int]
    debug: bool = False

    @property
    def engine(self) -> str:
        """The name of the engine that it needs."""
        return "monitoring" if self.version >= (3, 12) else "settrace"

    def __str__(self) -> str:
        return ".".join(map(str, self.version)) + ("d" if self.debug else "")


def _candidates() -> list[Path]:
    if named := os.environ.get("PYTUI_INTERPRETERS"):
        return [Path(path) for path in named.split(":")]
    names = [f"python3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    directories = [Path(part) for part in os.environ.get("PATH", "").split(":") if part]
    # The shims of pyenv say that a version is not active; its versions stand beside them.
    on_path = [directory / name for directory in directories if "shims" not in directory.parts for name in names]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    return [Path("/usr/bin/python3"), *on_path, *sorted(pyenv.glob("3.*/bin/python3"))]


def _probe(path: Path) -> Interpreter | None:
    if not os.access(path, os.X_OK):
        return None
    probe = subprocess.run([path, "-I", "-S", "-c", PROBE], capture_output=True, text=True)
    fields = probe.stdout.split()
    if probe.returncode != 0 or fields[0] != "cpython" or "t" in "".join(fields[4:]):
        return None
    version = (int(fields[1]), int(fields[2]), int(fields[3]))
    debug = "d" in "".join(fields[4:])
    return Interpreter(str(path), version, debug) if OLDEST <= version[:2] <= NEWEST else None


@functools.cache
def all_interpreters() -> tuple[Interpreter, ...]:
    """One interpreter for each version, the oldest first; Debian's own wins over others of its version."""
    found: dict[tuple[int, int], Interpreter] = {}
    for path in _candidates():
        interpreter = _probe(path)
        if interpreter:
            found.setdefault(interpreter.version[:2], interpreter)
    return tuple(found[version] for version in sorted(found))


@functools.cache
def one_per_engine() -> tuple[Interpreter, ...]:
    """The newest interpreter of each engine."""
    return tuple({found.engine: found for found in all_interpreters()}.values())


def with_module(name: str) -> str | None:
    """An interpreter that has a module which need not be installed."""
    for path in map(str, _candidates()):
        if _probe(Path(path)) and subprocess.run([path, "-c", f"import {name}"], capture_output=True).returncode == 0:
            return path
    return None


def interpreters() -> tuple[Interpreter, ...]:
    """Those that the tests are to use."""
    return one_per_engine() if os.environ.get("PYTUI_ONE_PER_ENGINE") else all_interpreters()


def missing_versions() -> list[str]:
    """Supported versions that this machine does not have."""
    have = {found.version[:2] for found in all_interpreters()}
    wanted = [(3, minor) for minor in range(OLDEST[1], NEWEST[1] + 1)]
    return [f"{major}.{minor}" for major, minor in wanted if (major, minor) not in have]


if __name__ == "__main__":
    for each in all_interpreters():
        print(each, each.engine, each.path)
    print("not found:", ", ".join(missing_versions()) or "none", file=sys.stderr)
