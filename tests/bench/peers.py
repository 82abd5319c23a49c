#!/usr/bin/python3
"""The other debuggers that pytui is held against, each under the interpreter that is measured.

pdb is always there. What else is in BUILD/peers/X.Y is found, or in the interpreter itself. usage: peers.py [--build
DIR] [--python PATH]… puts debugpy and pudb there, from PyPI by pip, for each interpreter that the bench measures
"""

import argparse
import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine import Case, Times

HERE = Path(__file__).resolve().parent
WANTED = ("debugpy", "pudb")
NEWEST = "3.15"  # Debian unstable's, where no pip may reach the network: it gets what another interpreter is given


def directory(version: str) -> Path:
    """Where the modules for one version of Python are, if they are."""
    return Path(os.environ["PYTUI_BUILD"]) / "peers" / version


@functools.cache
def environment(python: str) -> dict[str, str]:
    """What an interpreter needs to find them; nothing more than that."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip()
    found = directory(version)
    return os.environ | ({"PYTHONPATH": str(found)} if found.is_dir() else {})


def has(python: str, module: str, least: str = "True") -> bool:
    """Whether an interpreter has a module."""
    code = f"import sys, {module}; assert {least}"
    return subprocess.run([python, "-c", code], capture_output=True, env=environment(python)).returncode == 0


def run_bdb(python: str, result: Path, case: "Case", scale: int, name: str) -> "Times":
    """The program under pdb or pudb."""
    from engine import ELSEWHERE, MEASURED, WORK

    lines = [
        (str(WORK), each["line"], each.get("condition"), 1 << 40 if "hitCondition" in each else 0)
        for each in case.breakpoints
    ]
    if case.elsewhere:
        lines = [(*ELSEWHERE, None, 0)]
    setting = json.dumps({"breakpoints": lines, "over": MEASURED if case.over else 0})
    result.unlink(missing_ok=True)
    argv = [python, HERE / "under_bdb.py", name, setting, WORK, result, str(scale), "1", *case.kinds]
    subprocess.run(argv, check=True, capture_output=True, timeout=60, env=environment(python))
    return json.loads(result.read_text())


def run_debugpy(python: str, result: Path, case: "Case", scale: int) -> "Times":
    """The program under debugpy."""
    from dap import Debugpy
    from engine import MEASURED, WORK

    result.unlink(missing_ok=True)
    peer = Debugpy(python, [str(WORK), str(result), str(scale), "1", *case.kinds], environment(python))
    try:
        peer.run(WORK, case.breakpoints, MEASURED if case.over else None)
    finally:
        peer.close()
    return json.loads(result.read_text())


def peers(python: str) -> Iterator[tuple[str, Callable[[Path, "Case", int], "Times"]]]:
    """The other debuggers that this interpreter has."""
    yield "pdb settrace", lambda result, case, scale: run_bdb(python, result, case, scale, "settrace")
    if has(python, "pdb", "sys.version_info >= (3, 14)"):
        yield "pdb monitoring", lambda result, case, scale: run_bdb(python, result, case, scale, "monitoring")
    if has(python, "pudb"):
        yield "pudb", lambda result, case, scale: run_bdb(python, result, case, scale, "pudb")
    if has(python, "debugpy"):
        yield "debugpy", lambda result, case, scale: run_debugpy(python, result, case, scale)


def install(python: str, version: str) -> None:
    """Puts the modules into the version's directory, by a pip of a virtual environment."""
    tool = directory(version).with_name(f"pip-{version}")
    subprocess.run([python, "-m", "venv", tool], check=True)
    subprocess.run(
        [tool / "bin" / "python", "-m", "pip", "install", "-q", "--upgrade", "--target", directory(version), *WANTED],
        check=True,
    )


def main() -> None:
    """Installs them for all interpreters that are measured."""
    parser = argparse.ArgumentParser(usage=__doc__.rpartition("usage: ")[2])
    parser.add_argument("--build", default="build")
    parser.add_argument("--python", action="append")
    options = parser.parse_args()
    os.environ["PYTUI_BUILD"] = str(Path(options.build).resolve())
    sys.path.insert(0, str(HERE.parent))
    from bench import versions

    found = {f"{each.version[0]}.{each.version[1]}": each.path for each in versions(options)}
    for version, python in ({NEWEST: list(found.values())[-1]} | found).items():
        print(f"peers: {', '.join(WANTED)} for {version}", file=sys.stderr)
        install(python, version)


if __name__ == "__main__":
    main()
