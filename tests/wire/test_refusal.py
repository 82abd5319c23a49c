"""Interpreters that have no backend are refused before any code of the program runs, and say which ones have one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from launched import launch


def unsupported() -> list[str]:
    """Every Python on this machine that pytui does not support."""
    found = [shutil.which(name) for name in ("python2", "python2.7", "pypy3", "python3.13t", "python3.14t")]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [path for path in found if path and "shims" not in path]
    candidates += [str(path) for path in sorted(pyenv.glob("*/bin/python")) if old(path.parts[-3])]
    return candidates


def old(version: str) -> bool:
    """Whether a directory of pyenv's holds something that is not supported."""
    match = re.fullmatch(r"(\d+)\.(\d+)\.\d+(t?)", version)
    return not match or bool(match[3]) or not (3, 11) <= (int(match[1]), int(match[2])) <= (3, 15)


@pytest.mark.parametrize("python", unsupported() or [pytest.param("", marks=pytest.mark.skip("no old Python here"))])
def test_refused(python: str, tmp_path: Path) -> None:
    """The reason names the interpreter and the versions that have a backend."""
    version = subprocess.run(
        [python, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"], capture_output=True
    )
    (tmp_path / "a.py").write_text("open('ran', 'w')\n")
    run = launch("--python", python, "a.py", cwd=tmp_path)
    assert run.status == 2
    assert not (tmp_path / "ran").exists()
    assert run.stderr == b""
    (said,) = run.events("output")
    assert said["category"] == "important"
    for part in (version.stdout.decode().strip(), "there is one for CPython 3.", "--python", python):
        assert part in said["output"]
    assert run.messages[-1]["event"] == "terminated"
    assert [message["seq"] for message in run.messages] == [1, 2]
