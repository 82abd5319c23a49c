"""What is installed works from where it was put: under a prefix, and as a wheel."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import TARGETS, at, printed, quit_pytui
from screen import BUILD

SOURCE = Path(__file__).resolve().parents[2]
sanitized = pytest.mark.skipif("PYTUI_SANITIZE" in os.environ, reason="nobody installs a build with sanitizers")


def debugs(screen):
    """The installed program stops, steps and ends."""
    at(screen, "stepme.py:1")
    screen.send("n")
    at(screen, "stepme.py:10")
    screen.send("c")
    screen.expect(printed("name?"))
    screen.send("TAnn\r")
    screen.expect(printed("goodbye, Ann"))
    screen.keys("Ctrl-]")
    quit_pytui(screen, 0)


@sanitized
def test_installed_under_a_prefix(terminal, tmp_path, each_engine):
    env = os.environ | {"DESTDIR": str(tmp_path / "root")}
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet"], env=env, check=True)
    program = next((tmp_path / "root").glob("**/bin/pytui"))
    prefix = program.parents[1]
    assert (prefix / "share/man/man1/pytui.1").exists() and list(prefix.glob("share/pytui/themes/*.theme"))
    debugs(terminal(program, "--python", each_engine.path, "--theme", "dark", TARGETS / "stepme.py"))


@sanitized
def test_installed_as_a_wheel(terminal, tmp_path, each_engine):
    venv = tmp_path / "venv"
    subprocess.run([each_engine.path, "-m", "venv", venv], check=True)
    sources = tmp_path / "source"
    subprocess.run(["git", "-c", "safe.directory=*", "clone", "-q", SOURCE, sources], check=True)
    install = subprocess.run([venv / "bin/pip", "install", "-q", sources], capture_output=True, text=True)
    if "No matching distribution" in install.stderr or "ConnectionError" in install.stderr:
        pytest.skip("pip reaches no index to get meson-python from")
    assert install.returncode == 0, install.stderr
    python = venv / "bin/python"
    version = subprocess.run([python, "-c", "import pytui; print(pytui.__version__)"], capture_output=True, text=True)
    assert version.stdout.strip() == "0.1.0", version.stderr
    debugs(terminal(venv / "bin/pytui", "--theme", "dark", TARGETS / "stepme.py", env={"VIRTUAL_ENV": str(venv)}))
    debugs(terminal(python, "-m", "pytui", TARGETS / "stepme.py"))
