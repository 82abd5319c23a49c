"""Real Jupyter kernels, where ipykernel is installed: found by their notebooks, stopped and stepped in their cells."""

import contextlib
import json
import os
import re
import signal
import subprocess
from pathlib import Path

import interpreters
import pytest
from conftest import PYTUI, at, restored
from screen import BUILD

HOME = BUILD / "backend-ext"
WORK = "def work(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total"
USE = "def go():\n    work(2)\n    return work(3)"


class Kernel:
    """A kernel, and the client that gives it cells."""

    def __init__(self, python, home, **variables):
        (home / "run").mkdir(mode=0o700, exist_ok=True)
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PY", "XDG", "JPY"))}
        env |= {"XDG_RUNTIME_DIR": str(home / "run"), "HOME": str(home), "JPY_SESSION_NAME": str(home / "sums.ipynb")}
        self.process = subprocess.Popen(
            [python, Path(__file__).with_name("kernel.py"), *(f"{key}={value}" for key, value in variables.items())],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.pid = int(self.process.stdout.readline())

    def give(self, cell):
        self.process.stdin.write(json.dumps(cell) + "\n")
        self.process.stdin.flush()

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def run(self, cell):
        self.give(cell)
        return self.answer()

    def close(self):
        """Ends both, whatever they are doing."""
        for pid in (self.pid, self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def kernel(home):
    """Starts a kernel: `kernel(PYTUI_LISTEN="1")`."""
    python = interpreters.with_module("ipykernel, jupyter_client")
    if not python:
        pytest.skip("no interpreter has ipykernel")
    started = []

    def start(**variables):
        started.append(Kernel(python, home, **variables))
        return started[-1]

    yield start
    for each in started:
        each.close()


def leave(screen):
    screen.send(":detach\r")
    assert screen.wait_end() == 0
    restored(screen)


@pytest.mark.parametrize("way", ["environment", "cell"])
def test_cells_are_stepped_through(terminal, kernel, way):
    if way == "environment":
        notebook = kernel(PYTUI_LISTEN="1", PYTUI_PYTHONPATH=str(HOME), PYTHONPATH=f"{HOME}/entry:{HOME}")
        first = 1
    else:
        notebook = kernel(PYTHONPATH=str(HOME))
        assert notebook.run("import pytui; address = pytui.listen()")[0] == "ok"
        first = 2
    assert notebook.run(WORK) == notebook.run(USE) == ["ok", ""]
    screen = terminal(PYTUI, "attach", cols=120)
    screen.send("sums")
    screen.expect(re.compile(rf"sums\.ipynb +{notebook.pid} +running .*Jupyter kernel"))
    screen.send("\r")
    screen.expect(re.compile(r"sums\.ipynb · running"), row=0)
    screen.send(":break work\r")
    screen.expect("breakpoint 1")
    notebook.give("x = go()\nprint(x)")
    at(screen, f"Cell [{first}]:2 in work")
    screen.expect(
        "def work(n):", re.compile(rf"go +Cell \[{first + 1}\]:2"), re.compile(rf"<module> +Cell \[{first + 2}\]:1")
    )
    screen.keys("Down", "Down", "Down", "b")
    screen.expect(re.compile(rf"● Cell \[{first}\]:5"))
    screen.send("c")
    at(screen, f"Cell [{first}]:5 in work")
    screen.send(":clear 1\r:clear 2\r")
    screen.expect("none; b in Source sets one")
    screen.send("n")
    at(screen, f"Cell [{first + 1}]:2 in go")
    screen.send("f")
    at(screen, f"Cell [{first + 2}]:1")
    screen.send("c")
    screen.expect(re.compile(r"sums\.ipynb · running"), row=0)
    assert notebook.answer() == ["ok", "3\n"]
    leave(screen)
    assert notebook.run("1 + 1") == ["ok", "2"]
