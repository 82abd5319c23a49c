"""kill -9 of either side, while pytui attaches, stops, evaluates and leaves: what the user is left with.

The moments follow from a seed, which is printed when something fails; PYTUI_SEED plays the same ones again.
"""

import contextlib
import os
import random
import signal
import socket
import struct
import subprocess
import threading

import msgpack
import pytest
from conftest import PYTUI, at, own_programs, restored
from screen import alive
from test_attach import PROGRAM, RIGHT, Listening, running


def attaching(screen):
    """It has just been started."""


def attached(screen):
    running(screen)


def breaking(screen):
    attached(screen)
    screen.send(":break 5\r")


def stopped(screen):
    breaking(screen)
    at(screen, "busy.py:5 in work")


def stepping(screen):
    stopped(screen)
    screen.send("nn")


def evaluating(screen):
    stopped(screen)
    screen.send(":p sum(range(10**6))\r")


def going_on(screen):
    stopped(screen)
    screen.send(":clear 1\rc")


def leaving(screen):
    stopped(screen)
    screen.send(":detach\r")


STATES = [attaching, attached, breaking, stopped, stepping, evaluating, going_on, leaving]


@pytest.fixture
def chance():
    """Random numbers that can be had again."""
    seed = int(os.environ.get("PYTUI_SEED", random.randrange(1 << 30)))
    print(f"PYTUI_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def program(python, write, home):
    """A program that listens, or was killed."""
    started = Listening(python, write("busy.py", PROGRAM), home, ())
    yield started
    if started.process.poll() is None:
        started.process.kill()
    started.process.communicate()


def wait_a_little(screen, state, chance):
    """To some moment in what the last key began; attaching takes longer."""
    screen.pass_time(chance.random() * (0.05 if state is attaching else 0.005))


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize("turn", range(3))
def test_the_program_is_killed(terminal, program, home, chance, state, turn):
    """The screen says so, ends with a key, gives the terminal back; the next `pytui ls` cleans up."""
    screen = terminal(PYTUI, "attach", "busy.py")
    state(screen)
    wait_a_little(screen, state, chance)
    program.process.kill()
    program.process.wait()
    screen.wait_for(lambda: screen.status is not None or screen.shows("connection lost", row=0), "nothing is said")
    if screen.status is None:
        screen.send("q")
        assert screen.wait_end() == 0
    elif state is not leaving:
        assert screen.status in (1, 2)
        screen.expect("pytui: ")
    restored(screen)
    assert state is attaching or list(program.place.iterdir())  # `attach` may have been looking when it died
    assert own_programs(home) == []
    assert not list(program.place.iterdir())


def describe_once(door):
    """A program that says who it is, and dies."""
    guest, _ = door.accept()
    door.close()
    guest.recv(1 << 16)
    body = {"name": "short", "pid": os.getpid(), "state": "running", "attached": False, "pythonVersion": "3.11.2"}
    body |= {"commandLine": ["short"], "executable": "/bin/false", "directory": "/", "began": 0}
    body |= {"protocolVersion": 1, "backendVersion": "0"}
    message = {"seq": 1, "type": "response", "request_seq": 1, "success": True, "command": "pytui/describe"}
    content = msgpack.packb(message | {"body": body})
    guest.sendall(struct.pack(">I", len(content)) + content)
    guest.close()


def test_the_program_is_gone_between_looking_and_attaching(terminal, home):
    place = home / "run" / "pytui"
    place.mkdir(mode=0o700, parents=True)
    place.parent.chmod(0o700)
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(place / f"short.{os.getpid()}"))
    door.listen()
    thread = threading.Thread(target=describe_once, args=(door,))
    thread.start()
    screen = terminal(PYTUI, "attach", "short")
    assert screen.wait_end() == 2, screen.dump()
    thread.join()
    screen.expect("pytui: ")
    restored(screen)


def test_the_pid_of_a_dead_program_is_anothers_now(terminal, python, home):
    """What is left of the dead one is no way into the living one, which is left alone."""
    place = home / "run" / "pytui"
    place.mkdir(mode=0o700, parents=True)
    place.parent.chmod(0o700)
    with subprocess.Popen([python.path, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as other:
        door = socket.socket(socket.AF_UNIX)
        door.bind(str(place / f"dead.{other.pid}"))
        door.close()
        screen = terminal(PYTUI, "attach", "dead")
        assert screen.wait_end() == 1
        screen.expect("pytui: ")
        assert not list(place.iterdir())
        assert other.poll() is None
        other.communicate(b"\n")
    assert other.returncode == 0


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize("victim", ["screen", "supervisor", "both"])
def test_pytui_is_killed(terminal, program, chance, state, victim):
    """The program comes to its right end; of pytui's two processes the other one gives the terminal back."""
    screen = terminal(PYTUI, "attach", "busy.py")
    state(screen)
    wait_a_little(screen, state, chance)
    supervisor = screen.state["pid"]
    victims = {"screen": screen.children(), "supervisor": [supervisor], "both": [supervisor, *screen.children()]}
    for pid in victims[victim]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if victims[victim]:
        screen.wait_end()
        screen.wait_until(lambda: not any(map(alive, screen.processes())), "something is still running")
        if victim != "both":
            screen.wait_for(lambda: not screen.state["alternate"], "the main screen is not back")
            restored(screen)
    assert program.finish() == RIGHT
    assert not list(program.place.iterdir())
