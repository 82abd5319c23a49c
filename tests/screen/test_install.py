"""What is installed works from where it was put: under a prefix, and as a wheel."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from conftest import ENGINES, TARGETS, at, ended, printed, quit_pytui
from screen import BUILD, FACTOR
from test_set_trace import ends, plain  # noqa: F401

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
def test_installed_as_a_wheel(terminal, home, tmp_path, each_engine):
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
    for each in ENGINES:  # as by pipx: the programs of other environments, which have no pytui
        if each.version >= each_engine.version:
            debugs(terminal(venv / "bin/pytui", "--python", each.path, TARGETS / "stepme.py"))
    registered = "from importlib.metadata import entry_points; print(entry_points(group='pytest11')['pytui'].value)"
    found = subprocess.run([python, "-c", registered], capture_output=True, text=True)
    assert found.stdout == "pytui._pytest\n", found.stderr
    listens(terminal, home, venv)


def listens(terminal, home, venv):
    """By the wheel's own start-up file, without a word of the interpreter's development mode."""
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    env = os.environ | {"XDG_RUNTIME_DIR": str(home / "run"), "PYTUI_LISTEN": "wait,name=wheel"}
    command = [venv / "bin/python", "-X", "dev", "-c", "text = 'over'\nprint(text)"]
    program = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30 * FACTOR
    while not list((home / "run/pytui").glob("wheel.*")):
        assert program.poll() is None and time.monotonic() < deadline, program.communicate()
        time.sleep(0.01)
    screen = terminal(venv / "bin/pytui", "--stop", "attach", "wheel")
    at(screen, "<string>:1")
    screen.send("c")
    ended(screen)
    quit_pytui(screen, 0)
    assert program.communicate() == ("over\n", "")


# What an editable installation adds, whose package stands in the source and whose other parts in the build directory.
EDITABLE = """\
import sys
class MesonpyMetaFinder:
    _name, _build_path = "pytui", {build!r}
    def find_spec(self, *words): return None
sys.meta_path.append(MesonpyMetaFinder())
sys.path.insert(0, {source!r})
import pytui
assert pytui.__file__.startswith({source!r})
pytui.set_trace()
print("over")
"""


def test_installed_as_editable(plain):  # noqa: F811
    text = EDITABLE.format(build=str(BUILD), source=str(SOURCE / "backend-ext"))
    screen = plain(text, env={"PYTHONPATH": ""})
    at(screen, "own.py:9")
    screen.send("c")
    ends(screen, "over")


def test_breakpoints_in_an_archive(pytui, write, each_engine):
    """They are set by the path through it, before anything of it is loaded."""
    write("app/__main__.py", "from there import work\nwork.run(3)\n")
    write("app/there/__init__.py", "")
    source = write(
        "app/there/work.py", "def run(n):\n    total = n\n    total += 1\n    total += 2\n    return total\n"
    )
    archive = source.parents[2] / "app.pyz"
    subprocess.run([each_engine.path, "-m", "zipapp", source.parents[1], "-o", archive], check=True)
    inside = archive / "there/work.py"
    screen = pytui(archive, interpreter=each_engine.path, options=["-b", f"{inside}:3"])
    at(screen, "__main__.py:1")
    screen.send(f":break {inside}:4\r")
    screen.expect(re.compile(r"work\.py:4.*#2"))
    for line in (3, 4):
        screen.send("c")
        at(screen, f"work.py:{line} in run")
        screen.expect(re.compile(rf"▶● +{line} +total \+="))
    screen.send("s")
    at(screen, "work.py:5 in run")
