"""Programs that listen: found, attached to, left, attached to again."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
from conftest import PYTUI, at, own_programs, restored
from screen import BUILD, FACTOR

PACKAGE = BUILD / "backend-ext"
PROGRAM = """\
import os, sys, time
def work(n):
    total = 0
    for i in range(n):
        total += i
    return total
rounds = 0
while not os.path.exists(sys.argv[1]):
    rounds += 1
    result = work(20)
    time.sleep(0.001)
print(result, rounds > 0)
sys.exit(3)
"""


class Listening:
    """A program in the background that listens where the screen's pytui looks."""

    def __init__(self, interpreter, script, home, words, before=(), **variables):
        runtime = home / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        self.end = script.with_suffix(".end")
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI", "XDG"))}
        env |= {"XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(PACKAGE)} | variables
        self.place = runtime / "pytui"
        self.process = subprocess.Popen(
            [*before, interpreter.path, "-m", "pytui", "--listen", *words, script, self.end],
            env=env,
            cwd=script.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 30 * FACTOR
        while not list(self.place.glob(f"[!.]*.{self.process.pid}*")):  # a hidden one is not listened on yet
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError(self.process.communicate())

    def finish(self):
        self.end.touch()
        stdout, stderr = self.process.communicate(timeout=30 * FACTOR)
        return self.process.returncode, stdout, stderr


RIGHT = (3, "190 True\n", "")


@pytest.fixture
def listening(python, write, home):
    """Starts a program: `listening(TEXT, "--name", "x")`."""
    started = []

    def run(*words, text=PROGRAM, name="busy.py", interpreter=None, before=(), **variables):
        started.append(Listening(interpreter or python, write(name, text), home, words, before, **variables))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


@pytest.fixture
def ls(home):
    """Runs `pytui ls` where the screen's pytui looks."""
    env = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def run(*words):
        return subprocess.run([PYTUI, "ls", *words], env=env, capture_output=True, text=True)

    return run


def eventually(condition, what):
    """Wait until the condition holds: a program tells of what happened to it when it has seen it."""
    deadline = time.monotonic() + 30 * FACTOR
    while not (value := condition()):
        assert time.monotonic() < deadline, what
    return value


def kill_screen(screen, home):
    """`kill -9`, and the program has seen it."""
    for each in [each for each, line in screen.processes().items() if "attach" in line]:
        os.kill(each, signal.SIGKILL)
    eventually(lambda: [row["attached"] for row in own_programs(home)] == [False], "attached for ever")


def running(screen, name="busy.py"):
    screen.expect(re.compile(re.escape(name) + r" · running"), row=0)


def leave(screen, key="D"):
    """`q`, and the answer to its question."""
    screen.send("q")
    screen.expect("Detach", "Terminate it")
    screen.send(key.lower())
    assert screen.wait_end() == 0
    restored(screen)


def test_attach_step_and_leave(terminal, listening, each_engine):
    program = listening(interpreter=each_engine)
    screen = terminal(PYTUI, "attach", "busy.py")
    running(screen)
    screen.expect("attached to busy.py", "rounds = 0")
    screen.send(":break 5\r")
    at(screen, "busy.py:5 in work")
    screen.send("n")
    at(screen, "busy.py:4 in work")
    screen.send("T")
    screen.expect("the program's terminal is elsewhere")
    screen.keys("Ctrl-]")
    leave(screen)
    again = terminal(PYTUI, "attach", "busy.py")
    at(again, "busy.py:5 in work")  # the breakpoint was kept
    again.send(":clear 1\rc")
    running(again)
    leave(again)
    assert program.finish() == RIGHT


def test_the_list_is_searched(terminal, listening):
    one = listening("--name", "alpha", RANK="0")
    two = listening("--name", "beta", name="other.py")
    screen = terminal(PYTUI, "attach", cols=120)
    screen.expect("Attach to", re.compile(rf"alpha +{one.process.pid} +running +rank 0"))
    screen.expect(re.compile(rf"beta +{two.process.pid} +running"))
    screen.send("bet")
    screen.wait_until(lambda: not screen.shows("alpha"), "the list is not filtered")
    screen.send("\r")
    running(screen, "beta")
    screen.send(":detach\r")
    assert screen.wait_end() == 0
    restored(screen)
    screen = terminal(PYTUI, "attach")
    screen.expect("Attach to")
    screen.keys("Esc")
    assert screen.wait_end() == 0
    assert one.finish() == two.finish() == RIGHT


def test_by_process_and_address_paused_at_once(terminal, listening):
    program = listening()
    for word in (program.process.pid, f"unix:{next(program.place.glob('busy*'))}"):
        screen = terminal(PYTUI, "--stop", "attach", str(word))
        screen.expect(re.compile(r"stopped: pause"), row=0)
        screen.expect(re.compile(r"<module> +busy\.py:\d"))  # it may be in a function of the library's
        leave(screen)
    assert program.finish() == RIGHT


def gone(screen, text):
    screen.wait_for(lambda: not screen.shows(text), f"{text} is still there")


def test_the_list_follows_what_happens(terminal, listening):
    """Programs come, go and change; what is typed and the row under the cursor stay."""
    programs = {name: listening("--name", name, name=f"{name}.py") for name in ("ab_two", "ab_three")}
    screen = terminal(PYTUI, "attach", cols=120)
    screen.expect("Attach to", re.compile("ab_two.*running"), re.compile("ab_three.*running"))
    screen.send("ab_t")
    screen.wait_for(lambda: screen.row_of("ab_three ") < screen.row_of("ab_two "), "not sorted")
    look = lambda name: screen.attributes_at(row := screen.row_of(f"{name} "), screen.lines[row].index(name))  # noqa: E731
    screen.keys("Down")
    programs["ab_t_one"] = listening("--name", "ab_t_one", name="ab_one.py")
    screen.expect(re.compile("ab_t_one +[0-9]+ +running"), "ab_two ", "ab_three ")
    screen.wait_for(lambda: look("ab_two") != look("ab_three") == look("ab_t_one"), "the cursor is not where it was")
    other = terminal(PYTUI, "attach", "ab_t_one")
    running(other, "ab_t_one")
    screen.expect(re.compile("ab_t_one +[0-9]+ +attached"))
    leave(other)
    screen.expect(re.compile("ab_t_one +[0-9]+ +running"))
    programs["ab_three"].process.kill()
    gone(screen, "ab_three ")
    screen.wait_for(lambda: look("ab_two") != look("ab_t_one"), "the cursor is not where it was")
    screen.send("\r")
    running(screen, "ab_two")
    leave(screen)
    for name in ("ab_two", "ab_t_one"):
        assert programs[name].finish() == RIGHT


def test_a_program_that_does_not_answer_holds_nobody_up(terminal, listening):
    """More questions than its door has places for; it is there again when it goes on."""
    frozen = listening("--name", "ab_frozen")
    other = listening("--name", "ab_other", name="other.py")
    screen = terminal(PYTUI, "attach", cols=120)
    screen.expect("ab_frozen ", "ab_other ")
    frozen.process.send_signal(signal.SIGSTOP)
    strangers = [socket.socket(socket.AF_UNIX) for _ in range(20)]
    for stranger in strangers:
        stranger.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            stranger.connect(str(next(frozen.place.glob("ab_frozen*"))))
    other.process.kill()
    gone(screen, "ab_other ")
    screen.expect("ab_frozen ")  # what was known of it stays
    screen.send("ab_frozen no such")
    screen.expect("no Python program matches", timeout=2)
    screen.keys("Ctrl-u")
    screen.expect("ab_frozen ")
    screen.send("ab_frozen")
    for stranger in strangers:
        stranger.close()
    frozen.process.send_signal(signal.SIGCONT)
    screen.expect(re.compile("ab_frozen +[0-9]+ +running"))
    screen.send("\r")
    running(screen, "ab_frozen")
    leave(screen)
    assert frozen.finish() == RIGHT


@pytest.fixture
def plain(python, tmp_path):
    """Starts a program that does not listen: `plain("name.py", *words, executable=…, **variables)`."""
    started = []

    def run(name, *words, executable=None, **variables):
        script = tmp_path / name
        script.write_text("import time\nprint(flush=True)\nwhile True: time.sleep(0.05)\n")
        started.append(
            subprocess.Popen(
                [executable or python.path, script, *words],
                env={key: value for key, value in os.environ.items() if not key.startswith("PY")} | variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=tmp_path,
            )
        )
        if not executable:
            started[-1].stdout.readline()
        return started[-1]

    yield run
    for each in started:
        each.kill()
        each.communicate()


def listed(ls, *words):
    """What `pytui ls --json` says, by process id."""
    return {row["pid"]: row for row in json.loads(ls("--json", *words).stdout)}


def test_processes_that_do_not_listen(terminal, listening, plain, ls, python, tmp_path):
    program = listening("--name", "ab_listens", name="ab_listens.py")
    process = plain("ab_plain.py", "\033[31m", "two\nlines", b"\xff", RANK="7")
    kernel = plain("ipykernel_launcher.py", "-f", "/x/kernel-1a2b3c4d-5e6f.json")
    notebook = plain("ipykernel_launcher.py", "-f", "/x/kernel-2.json", JPY_SESSION_NAME="/home/me/ab_data.ipynb")
    only = {program.process.pid: "session"}
    eventually(lambda: {pid: row["kind"] for pid, row in listed(ls).items()} == only, "it is not listed alone")
    found = {}
    answers = lambda: found.update(listed(ls, "--all")) or found[program.process.pid]["way"] == "listens"  # noqa: E731
    eventually(answers, "it does not answer")
    rows, row = found, found[process.pid]
    assert (row["name"], row["kind"], row["state"], row["rank"]) == ("ab_plain.py", "process", "running", 7)
    assert row["python"] == ".".join(map(str, python.version[:2]))
    assert row["script"] == str(tmp_path / "ab_plain.py")
    assert row["commandLine"].endswith("ab_plain.py \033[31m two\nlines \N{REPLACEMENT CHARACTER}")
    assert row["way"] in ("armed", "remote", "gdb", None)
    assert row["note"].startswith("does not listen")
    assert (rows[kernel.pid]["name"], rows[kernel.pid]["kernel"]) == ("kernel 1a2b3c4d", "kernel 1a2b3c4d")
    assert rows[notebook.pid]["name"] == "ab_data.ipynb"
    assert rows[program.process.pid]["way"] == "listens"
    assert set(row) == set(rows[program.process.pid])
    text = ls("--all").stdout
    assert "^[[31m" in text
    assert "\033" not in text
    assert text.index("ab_listens") < text.index("ab_plain.py")
    assert (
        len({line.find("python") for line in text.splitlines() if line.startswith("ab_") and "Jupyter" not in line})
        == 1
    )

    screen = terminal(PYTUI, "attach", cols=140)
    screen.send("ab_")
    screen.expect("ab_listens", re.compile(rf"ab_plain\.py +{process.pid} +running +rank 7 .*(by pid|no way in)"))
    screen.expect(re.compile(rf"ab_data\.ipynb +{notebook.pid} .*Jupyter kernel"))
    screen.keys("Ctrl-u")
    screen.send("ab_plain.py")
    screen.expect("does not listen")  # the whole of what can be done, below the list
    process.kill()
    gone(screen, f" {process.pid} ")
    screen.keys("Esc")
    assert screen.wait_end() == 0
    assert program.finish() == RIGHT


def test_a_process_that_cannot_be_entered(terminal, plain, tmp_path):
    """By its name an interpreter for which there is no backend."""
    old = tmp_path / "python3.9"
    name = f"ab_old{os.getpid()}"  # other runs may have theirs
    shutil.copy("/bin/cat", old)
    process = plain(f"{name}.py", "-", executable=old)
    screen = terminal(PYTUI, "attach", cols=120)
    screen.send(name)
    screen.expect(
        re.compile(rf"{process.pid} .*no way in"), "it runs Python 3.9; pytui has backends for 3.11 and newer"
    )
    screen.send("\r")
    screen.expect(re.compile(rf"process {process.pid}: does not listen, and cannot be entered: it runs Python 3\.9"))
    assert screen.shows("Attach to")
    screen.keys("Esc")
    assert screen.wait_end() == 0


def test_ls(listening, home, ls):
    assert own_programs(home) == []
    assert "no program of yours listens" in ls().stderr
    program = listening("--name", "näme \033[1m", RANK="4")
    (row,) = eventually(lambda: own_programs(home), "it is not listed")
    assert row["name"] == "näme \033[1m"
    assert (row["pid"], row["rank"], row["state"], row["attached"]) == (program.process.pid, 4, "running", False)
    assert row["script"].endswith("/busy.py")
    text = eventually(lambda: ls().stdout, "it is not listed")
    assert re.search(rf"^näme .*{program.process.pid} .* running +4 +3\.", text, re.MULTILINE)
    assert "RANK" in text
    assert "\033" not in text
    program.process.kill()
    program.process.wait()
    stale = list(program.place.iterdir())
    assert stale
    assert ls().returncode == 0
    assert not list(program.place.iterdir())


def test_what_cannot_be_attached_to(terminal, listening, home):
    for words, text in (
        (["--all", "attach"], "--all is for pytui ls"),
        (["attach", "unix:/nowhere"], "No such file"),
        (["attach", "tcp:1"], "not an address"),
        (["attach", "a", "b"], "one word too many"),
        (["--json", "attach"], "--json is for pytui ls"),
    ):
        screen = terminal(PYTUI, *words)
        assert screen.wait_end() in (1, 2)
        screen.expect(text)
    program = listening()
    screen = terminal(PYTUI, "attach", "nobody")
    assert screen.wait_end() == 1
    screen.expect("called nobody")
    first = terminal(PYTUI, "attach", "busy.py")
    running(first)
    second = terminal(PYTUI, "attach", "busy.py")
    second.expect("Another debugger is attached")
    second.keys("Esc")
    assert second.wait_end() == 0
    leave(first)
    assert program.finish() == RIGHT


def test_the_program_ends_or_is_ended(terminal, listening):
    program = listening()
    screen = terminal(PYTUI, "attach", "busy.py")
    running(screen)
    assert program.finish() == RIGHT
    screen.expect(re.compile(r"busy\.py · exited with status 3"), row=0)
    screen.send("q")
    assert screen.wait_end() == 0
    program.end.unlink()
    other = listening()
    screen = terminal(PYTUI, "attach", "busy.py")
    running(screen)
    leave(screen, "T")
    other.process.wait(timeout=30 * FACTOR)
    assert other.process.returncode == -signal.SIGTERM


def test_kill_9_of_either_side(terminal, listening, home):
    program = listening()
    screen = terminal(PYTUI, "--stop", "attach", "busy.py")
    screen.expect(re.compile(r"stopped"), row=0)
    kill_screen(screen, home)
    screen = terminal(PYTUI, "attach", "busy.py")
    running(screen)
    program.process.kill()
    screen.expect("the program closed the connection")
    screen.send("q")
    assert screen.wait_end() == 0


def test_a_stop_waits_for_the_next_one_if_that_is_set(terminal, listening, home):
    (home / "config/pytui").mkdir(parents=True)
    (home / "config/pytui/config.ini").write_text("when-lost = wait\n")
    program = listening()
    screen = terminal(PYTUI, "attach", "busy.py")
    running(screen)
    screen.send(":break 5\r")
    at(screen, "busy.py:5 in work")
    kill_screen(screen, home)
    screen = terminal(PYTUI, "attach")
    screen.expect(re.compile(rf"{program.process.pid} +waiting"))
    screen.send("\r")
    at(screen, "busy.py:5 in work")
    screen.expect("total")
    leave(screen)
    assert program.finish() == RIGHT


ELSEWHERE = """
mount -t tmpfs none "$1" && cp "$2" "$1/far.py" && shift 2 && exec "$@"
"""


# Not everywhere: as root only, and not where the root directory is no mount, as in a chroot.
MOUNTS = subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not MOUNTS, reason="no file system of its own can be given to a process here")
@pytest.mark.parametrize("mapped", [False, True])
def test_the_source_is_elsewhere(terminal, listening, home, write, tmp_path, mapped):
    """The program sees a directory that nobody else sees, as in a container."""
    far = tmp_path / "far"
    far.mkdir()
    begun = tmp_path / "begun"
    text = PROGRAM.replace("rounds = 0\n", f"rounds = 0; open({str(begun)!r}, 'w').close()\n")
    source = write("near/far.py", text)
    if mapped:
        (home / "config/pytui").mkdir(parents=True)
        (home / "config/pytui/config.ini").write_text(f"path-map = {far}={source.parent}\n")
    before = ["unshare", "--mount", "sh", "-c", ELSEWHERE, "sh", str(far), str(source)]
    text = f"import runpy\nrunpy.run_path({str(far / 'far.py')!r}, run_name='__main__')\n"
    program = listening(text=text, name="starter.py", before=before)
    assert not (far / "far.py").exists()
    eventually(begun.exists, "it does not begin")
    screen = terminal(PYTUI, "attach", "starter.py")
    running(screen, "starter.py")
    if not mapped:
        screen.keys("Ctrl-c")
        at(screen, "far.py")
        screen.expect("rounds = 0")
    screen.send(f":break {source}:5\r" if mapped else ":break 5\rc")
    at(screen, "far.py:5 in work")
    screen.expect(re.compile(r"total \+= i"), "rounds = 0")
    screen.send("n")
    at(screen, "far.py:4 in work")
    leave(screen)
    assert program.finish() == RIGHT
