"""Programs that are reached over TCP, with the secret and without; and by ssh, which is one of the test's."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

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


# By ssh

SSH = """\
#!/usr/bin/python3
'''A ssh that goes nowhere: it runs the command here, and forwards unix sockets.'''
import os, select, signal, socket, sys, threading

words, forwards, options = sys.argv[1:], [], []
while words and words[0].startswith("-"):
    word = words.pop(0)
    if word == "--":
        break
    if word == "-L":
        forwards.append(words.pop(0).split(":"))
    elif word == "-o":
        options.append(words.pop(0))
    elif word not in ("-N", "-T"):
        sys.exit(f"fake ssh: {word}?")
host = words.pop(0)
with open(os.environ["SSH_LOG"], "a") as log:
    print(os.getpid(), host, len(forwards), file=log)
if host == "unreachable":
    print("ssh: Could not resolve hostname unreachable: Name or service not known", file=sys.stderr)
    sys.exit(255)
if host == "locked":
    with open("/dev/tty", "r+b", buffering=0) as terminal:
        terminal.write(b"me@locked's password: ")
        if terminal.readline().strip() != b"sesame":
            sys.exit(255)
if words:
    os.environ["PATH"] = os.environ["SSH_PATH"] if host != "bare" else "/nowhere"
    os.execv("/bin/sh", ["sh", "-c", words[0].replace("sh -c", "/bin/sh -c", 1)])

def carry(near, path):
    far = socket.socket(socket.AF_UNIX)
    try:
        far.connect(path)
    except OSError as error:
        print(f"channel 2: open failed: connect failed: {error.strerror}", file=sys.stderr, flush=True)
        near.close()
        return
    while True:
        for each in select.select([near, far], [], [])[0]:
            data = each.recv(65536)
            if not data:
                near.close(), far.close()
                return
            (far if each is near else near).sendall(data)

def forward(door, path):
    while True:
        near, _ = door.accept()
        threading.Thread(target=carry, args=(near, path if host != "cut" else "/nowhere"), daemon=True).start()

for here, there in forwards:
    door = socket.socket(socket.AF_UNIX)
    door.bind(here)
    door.listen()
    threading.Thread(target=forward, args=(door, there), daemon=True).start()
signal.pause()
"""


@pytest.fixture
def by_ssh(terminal, home, tmp_path):
    """Starts pytui with a ssh of the test's: `by_ssh("attach", "ssh:box")`; `by_ssh.left()` says what is left of it."""
    places = {name: tmp_path / name for name in ("bin", "far")}
    for place in places.values():
        place.mkdir()
    ssh = places["bin"] / "ssh"
    ssh.write_text(SSH)
    ssh.chmod(0o755)
    (places["far"] / "pytui").symlink_to(PYTUI)
    log = tmp_path / "ssh.log"
    env = {
        "PATH": f"{places['bin']}:{os.environ['PATH']}",
        "SSH_PATH": f"{places['far']}:/usr/bin:/bin",
        "SSH_LOG": str(log),
    }

    def run(*words, **more):
        return terminal(PYTUI, *words, env=env, **more)

    def left():
        alive = []
        for line in log.read_text().splitlines():
            command = Path("/proc", line.split()[0], "cmdline")
            alive += [line] if command.exists() and b"ssh" in command.read_bytes() else []
        return alive

    run.left, run.env = left, env
    return run


def gone(screen, by_ssh):
    screen.wait_until(lambda: not by_ssh.left(), "ssh is still there")


def directories(screen):
    """Those of a pytui that is on the screen: they have the name of the process that the terminal started."""
    pids = {pid for pid, line in screen.processes().items() if "attach" in line}
    return [each for each in Path("/tmp").glob("pytui-ssh-*") if int(each.name.split("-")[2]) in pids]


def test_attach_by_ssh(listening, by_ssh):
    program = listening("--name", "night")
    screen = by_ssh("attach", f"ssh:box:{program.process.pid}")
    running(screen, "night")
    (directory,) = directories(screen)
    assert directory.stat().st_mode & 0o7777 == 0o700
    screen.send(":break 5\r")
    at(screen, "busy.py:5 in work")
    leave(screen)
    gone(screen, by_ssh)
    assert not directory.exists()
    assert program.finish()[0] == 3


def test_the_list_of_another_machine(listening, by_ssh):
    one, two = listening("--name", "night"), listening("--name", "nightly")
    screen = by_ssh("attach", "ssh:box:night", cols=120)
    running(screen, "night")  # the whole name wins
    leave(screen)
    screen = by_ssh("attach", "ssh:box:ight", cols=120)
    screen.expect("Attach to", re.compile(rf"night +{one.process.pid}"), re.compile(rf"nightly +{two.process.pid}"))
    screen.send("nightly")
    screen.expect("1 of 2")
    screen.send("\r")
    running(screen, "nightly")
    leave(screen)
    gone(screen, by_ssh)
    assert (one.finish()[0], two.finish()[0]) == (3, 3)


def test_a_password_is_asked_for_before_the_screen_opens(listening, by_ssh):
    program = listening("--name", "night")
    screen = by_ssh("attach", "ssh:locked:night")
    for count in (1, 2):  # for the list, for the sockets
        screen.wait_until(
            lambda count=count: sum("password:" in line for line in screen.lines) == count, "no password is asked for"
        )
        screen.send("sesame\r")
    running(screen, "night")
    leave(screen)
    screen = by_ssh("attach", "ssh:locked:night")
    screen.expect("password:")
    screen.send("wrong\r")
    assert screen.wait_end() == 1
    screen.expect("ssh:locked: ssh failed")
    gone(screen, by_ssh)
    assert program.finish()[0] == 3


def test_ctrl_c_at_the_password_leaves_nothing(listening, by_ssh):
    program = listening("--name", "night")
    screen = by_ssh("attach", "ssh:locked:night")
    screen.expect("password:")
    screen.send("sesame\r")
    screen.wait_until(lambda: directories(screen), "no second ssh")
    screen.wait_until(lambda: sum("password:" in line for line in screen.lines) == 2, "no second password")
    (directory,) = directories(screen)
    screen.keys("Ctrl-c")
    screen.wait_end()
    gone(screen, by_ssh)
    assert not directory.exists()
    assert program.finish()[0] == 3


def test_what_ssh_cannot_do_is_said(listening, by_ssh):
    program = listening("--name", "night")
    for word, *texts in (
        ("ssh:unreachable", "Could not resolve hostname", "ssh:unreachable: ssh failed"),
        ("ssh:bare", "ssh:bare: there is no pytui"),
        ("ssh:box:nobody", "ssh:box: no program that listens is called nobody"),
        ("ssh:-oProxyCommand=false", "not an address"),
        ("ssh:cut:night", "the program does not answer: channel 2: open failed: connect failed"),
    ):
        screen = by_ssh("attach", word, cols=150)
        assert screen.wait_end() == 1
        screen.expect(*texts)
        gone(screen, by_ssh)
    assert program.finish()[0] == 3


def test_kill_9_takes_ssh_along(listening, by_ssh):
    program = listening("--name", "night")
    screen = by_ssh("attach", "ssh:box:night")
    running(screen, "night")
    (directory,) = directories(screen)
    for each in [each for each, line in screen.processes().items() if "attach" in line]:
        os.kill(each, signal.SIGKILL)
    gone(screen, by_ssh)
    again = by_ssh("attach", "ssh:box:night")
    running(again, "night")
    assert not directory.exists()  # the next one removes what is left
    leave(again)
    assert program.finish()[0] == 3


def test_ls_by_ssh(listening, by_ssh, home):
    program = listening("--name", "night")
    env = by_ssh.env | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "LC_ALL": "C.UTF-8"}

    def remote(*words):
        return subprocess.run([PYTUI, "ls", *words], env=env, capture_output=True, text=True)

    row = next(row for row in json.loads(remote("--json", "ssh:box").stdout) if row["pid"] == program.process.pid)
    assert (row["name"], row["state"], row["address"]) == ("night", "running", f"ssh:box:{program.process.pid}")
    assert re.search(rf"^night +{program.process.pid} ", remote("ssh:box").stdout, re.MULTILINE)
    assert "ssh:box is enough" not in remote("ssh:box").stderr
    for word, text in (("ssh:box:night", "is enough"), ("ssh:bare", "there is no pytui"), ("box", "one word too many")):
        done = remote(word)
        assert (done.stdout, done.returncode in (1, 2)) == ("", True)
        assert text in done.stderr
    assert program.finish()[0] == 3
