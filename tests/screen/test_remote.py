"""Programs that are reached over TCP: attached to by HOST:PORT, with the secret and without."""

import json
import os
import re
import subprocess

import pytest
from conftest import PYTUI, at
from test_attach import PROGRAM, Listening, leave, running


@pytest.fixture
def listening(python, write, home):
    """Starts a program with the screen's settings: `listening("tcp:127.0.0.1:0")`."""
    started = []

    def run(*words, **variables):
        variables = {"XDG_CONFIG_HOME": str(home / "config")} | variables
        started.append(Listening(python, write("busy.py", PROGRAM), home, words, **variables))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


def ls(home, *words):
    """What `pytui ls` writes."""
    env = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    return subprocess.run([PYTUI, "ls", *words], env=env, capture_output=True, text=True, check=True).stdout


def test_attach_over_tcp(terminal, listening, home):
    program = listening("tcp:127.0.0.1:0")
    row = next(row for row in json.loads(ls(home, "--json")) if row["pid"] == program.process.pid)
    address = row["listens"]
    assert re.fullmatch(r"tcp:127\.0\.0\.1:\d+", address)
    assert re.search(rf"busy\.py .* at {re.escape(address)}$", ls(home), re.MULTILINE)
    for word in (address.removeprefix("tcp:"), address):
        screen = terminal(PYTUI, "attach", word)
        running(screen)
        screen.expect("attached to busy.py")
        screen.send(":break 5\r")
        at(screen, "busy.py:5 in work")
        screen.send(":clear 1\rc")
        running(screen)
        leave(screen)
    (home / "config/pytui/secret").write_text("another secret of thirty-two bytes and more\n")
    screen = terminal(PYTUI, "attach", address)
    assert screen.wait_end() == 1
    screen.expect("does not take the secret")
    (home / "config/pytui/secret").unlink()
    screen = terminal(PYTUI, "attach", address)
    assert screen.wait_end() == 1
    screen.expect("there is no such file")
    status, stdout, stderr = program.finish()
    assert (status, stdout, stderr) == (3, "190 True\n", f"pytui: listens at {address}\n")
    screen = terminal(PYTUI, "attach", address)
    assert screen.wait_end() == 1


def test_other_machines_are_asked_for(listening):
    program = listening("tcp:0.0.0.0:0", "--public")
    assert program.finish()[2].startswith("pytui: listens at tcp:0.0.0.0:")
