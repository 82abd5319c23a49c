"""What the user waits for who attaches: from the command to the first paint that shows where the program is.

Each way in is a Way: how the program is started, and the words after `pytui attach`. The program spins in Python, as a
training loop does, so that a pause and a client have to come in between its lines.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from terminal import Bench, attempt, seconds_to

PROGRAM = """\
import sys
def work(n):
    total = 0
    for i in range(n):
        total += i
    return total
while True:
    work(1000)
"""
NAME = "attached.py"
START_TIMEOUT = 30


@dataclass(frozen=True)
class Way:
    """A way into a running program.

    Args:
        what: Names the row.
        goal: What the figure is held against.
        words: What stands between the interpreter and the program.
        variables: Of the program's environment.
        address: The word after `attach`, made from the process id.
        ready: Whether the program can be attached to: given the rendezvous directory and the process id.
    """

    what: str
    goal: str
    words: tuple[str, ...]
    variables: dict[str, str]
    address: Callable[[int], str]
    ready: Callable[[Path, int], bool]


def listens(place: Path, pid: int) -> bool:
    """Whether its socket is there."""
    return any(place.glob(f"*.{pid}*"))


def is_armed(place: Path, pid: int) -> bool:
    """Whether its hidden socket is there."""
    return (place / f".armed.{pid}").exists()


def runs(_place: Path, pid: int) -> bool:
    """Whether it has come to its loop: nothing else can be seen of it."""
    return len(Path(f"/proc/{pid}/maps").read_text()) > 0 and cpu_seconds(pid) > SETTLED


def cpu_seconds(pid: int) -> float:
    """What process PID has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


SETTLED = 0.3  # seconds of its own after which it certainly loops
LISTENING = Way("listening", "≤ 60 ms", ("-m", "pytui", "--listen"), {}, str, listens)
ARMED = Way("armed", "≤ 60 ms", (), {"PYTUI": "arm"}, str, is_armed)
ENTERED = Way("entered (3.14+)", "≤ 60 ms + python's start", (), {}, str, runs)
WAYS = [LISTENING, ARMED, ENTERED]
REMOTE = "import sys; sys.exit(not hasattr(sys, 'remote_exec'))"


def ways(bench: Bench) -> list[Way]:
    """Those that this interpreter has."""
    remote = subprocess.run([bench.python, "-c", REMOTE]).returncode == 0
    return [way for way in WAYS if remote or way is not ENTERED]


@contextlib.contextmanager
def running(bench: Bench, way: Way, home: Path) -> Iterator[int]:
    """The program, once it can be attached to; its process id."""
    script = bench.scratch / NAME
    script.write_text(PROGRAM)
    runtime = home / "run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI", "XDG"))}
    package = bench.screen.BUILD / "backend-ext"
    places = [package / "entry", package] if way is ARMED else [package]
    variables |= {"XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": ":".join(map(str, places)), "HOME": str(home)}
    variables |= way.variables
    process = subprocess.Popen(
        [bench.python, *way.words, script], env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not way.ready(runtime / "pytui", process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{way.what}: the program cannot be attached to")
            time.sleep(0.001)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def paint(bench: Bench, home: Path, word: str, keys: str) -> float:
    """Milliseconds from `pytui --stop attach WORD` to the stop on the screen; it is left then by KEYS."""
    with bench.terminal(*bench.pytui, "--stop", "attach", word, home=home) as screen:
        taken = seconds_to(screen, "stopped", "def work(n)")
        screen.send(keys)
        screen.wait_end()
        return taken


def first_paint(bench: Bench, home: Path, word: str) -> float:
    """Milliseconds from `pytui attach WORD` to a screen that says that the program runs."""
    with bench.terminal(*bench.pytui, "attach", word, home=home) as screen:
        taken = seconds_to(screen, "running", row=0)
        screen.expect(f"attached to {NAME}", timeout=START_TIMEOUT)
        screen.send(":detach\r")
        screen.wait_end()
        return taken


def attach_group(bench: Bench) -> None:
    """Each way in: to the first paint, to the first stop, and the same again for who comes back."""
    for way in ways(bench):
        names = (f"attach, {way.what}: first paint", f"attach, {way.what}: first stop", f"reattach, {way.what}: stop")
        rows = [bench.row(name, "ms", way.goal) for name in names]
        for number in range(min(bench.rounds, 5)):
            home = bench.scratch / f"attach-{way.what.replace(' ', '-')}-{number}"
            with running(bench, way, home) as pid:
                word = way.address(pid)
                rows[0].add("pytui", attempt(way.what, lambda h=home, w=word: first_paint(bench, h, w)))
            with running(bench, way, home) as pid:
                for row in rows[1:]:
                    word = way.address(pid)
                    row.add("pytui", attempt(way.what, lambda h=home, w=word: paint(bench, h, w, ":detach\r")))


# What it costs who never attaches.

SPIN = """\
import time
def work(n):
    total = 0
    for i in range(n):
        total += i
    return total
best = 1e9
for _ in range(40):
    begin = time.perf_counter()
    work(100_000)
    best = min(best, time.perf_counter() - begin)
print(best * 1000)
"""


def spin(bench: Bench, **variables: str) -> float:
    """Milliseconds of the same work in a program with these variables."""
    runtime = bench.scratch / "rest"
    runtime.mkdir(mode=0o700, exist_ok=True)
    env = {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(runtime)} | variables
    return float(subprocess.run([bench.python, "-c", SPIN], env=env, capture_output=True, text=True).stdout)


def start(python: Path) -> float:
    """Milliseconds of processor time that an interpreter takes that does nothing: others that run do not count."""
    process = subprocess.Popen([python, "-c", "pass"], env={"PATH": os.environ["PATH"]})
    _, process.returncode, used = os.wait4(process.pid, 0)
    return (used.ru_utime + used.ru_stime) * 1000


def rest_group(bench: Bench) -> None:
    """An armed program that nobody attaches to, and the start-up file of the wheel."""
    package = bench.screen.BUILD / "backend-ext"
    armed = bench.row("armed, at rest: a hot loop", "ms", "bare")
    for _ in range(bench.rounds):
        armed.add("bare", spin(bench))
        armed.add("pytui", spin(bench, PYTUI="arm", PYTHONPATH=f"{package / 'entry'}"))
    file = bench.row("python -c pass with pytui.pth", "ms", "bare + 0.5 ms")
    place = bench.scratch / "venv"
    subprocess.run([bench.python, "-m", "venv", "--without-pip", place], check=True)
    site = next(place.glob("lib/python3*/site-packages"))
    startup = Path(__file__).resolve().parents[2] / "backend-ext" / "pytui" / "pytui.pth"
    for _ in range(bench.rounds * 10):
        (site / "pytui.pth").unlink(missing_ok=True)
        file.add("bare", start(place / "bin" / "python"))
        shutil.copy(startup, site)
        file.add("pytui", start(place / "bin" / "python"))


GROUPS = {"attach": attach_group, "rest": rest_group}
