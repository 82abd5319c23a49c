"""kill -9 of either side, while attaching, stopping, evaluating and leaving: the program's result is right.

A moment is a step of the conversation and some microseconds after it began. 50 of them are tried on one interpreter of
each engine and ten on the others; PYTUI_KILLS is another number, for all of them. The moments follow from a seed, which
is printed when something fails; PYTUI_SEED plays the same ones again. Programs wait side by side for their turn.
"""

import math
import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import interpreters
import pytest
from client import TIMEOUT, Closed, Session
from test_listen import Program

PROGRAM = """\
import atexit, os, sys, threading, time
def work(n):
    total = 0
    for i in range(n):
        total += i              # work
    return total
def caught(n):
    try:
        return {}[n]
    except KeyError as error:
        return error.args[0] * 2
def numbers(n):
    yield from range(n)
def spin(results):
    while not (results and os.path.exists(sys.argv[1])):
        results.add((work(20), caught(4), sum(numbers(5))))
        time.sleep(0.0005)
first, second = set(), set()
thread = threading.Thread(target=spin, args=(second,))
thread.start()
spin(first)
thread.join()
atexit.register(print, "the end")
print(first == second, *first, sys.gettrace(), sys.getswitchinterval())
sys.exit(7)
"""
WORK = next(number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# work"))
RIGHT = (7, "True (190, 8, 10) None 0.005\nthe end\n", "")
AT_ONCE = 10  # programs


class Victim(Program):
    """One of several programs that listen in one place."""

    def sockets(self) -> list[Path]:
        return sorted((self.runtime / "pytui").glob(f"[!.]*.{self.process.pid}"))


# A conversation. What a step begins the next one may have to wait for.


def say(command: str, **arguments: object) -> Callable[[Session], None]:
    """A request, whose answer is not waited for."""
    return lambda run: setattr(run, "last", run.send(command, arguments))


def ask(expression: str, context: str = "watch") -> Callable[[Session], None]:
    """Something to be evaluated, which is not waited for."""
    return lambda run: say("evaluate", expression=expression, context=context, frameId=run.frames[0]["id"])(run)


def hear(run: Session) -> None:
    """The answer to the last request."""
    assert run.answer(run.last)["success"]


def hear_stop(run: Session) -> None:
    """A stop."""
    run.wait_stop()


def hear_end(run: Session) -> None:
    """The other side closes the connection."""
    with pytest.raises(Closed):
        while True:
            run.take()


def set_breakpoint(run: Session, *lines: int) -> None:
    """The breakpoints of the script."""
    breakpoints = [{"line": line} for line in lines]
    say("setBreakpoints", source={"path": run.script}, breakpoints=breakpoints)(run)


def pause(run: Session) -> None:
    """No breakpoints, and a pause wherever it is then."""
    set_breakpoint(run)
    run.resume()
    say("pause", threadId=0)(run)


def variables(run: Session) -> None:
    """The variables of the frame."""
    reference = run.stopped["pytui"]["scopes"][0]["variablesReference"]
    say("variables", variablesReference=reference)(run)


# The first two, which are the client's own, are to say hello and to be let in.
STEPS: list[tuple[str, Callable[[Session], None]]] = [
    ("attach", lambda run: None),
    ("attach", lambda run: None),
    ("attach", lambda run: set_breakpoint(run, WORK)),
    ("attach", hear),
    ("attach", say("configurationDone")),
    ("attach", hear),
    ("stop", hear_stop),
    ("stop", say("next", threadId=0)),
    ("stop", hear_stop),
    ("stop", say("continue", threadId=0)),
    ("stop", hear_stop),
    ("evaluate", ask("total + n")),
    ("evaluate", hear),
    ("evaluate", variables),
    ("evaluate", hear),
    ("evaluate", ask("sum(range(200000))")),
    ("evaluate", hear),
    ("evaluate", ask("__import__('time').sleep(0.002)", "repl")),
    ("evaluate", hear),
    ("evaluate", ask("seen = [work(3) for _ in range(50)]; print(seen)", "repl")),
    ("evaluate", hear),
    ("stop", pause),
    ("stop", hear_stop),
    ("stop", say("stepOut", threadId=0)),
    ("detach", say("disconnect")),
    ("detach", hear),
    ("detach", hear_end),
]


@dataclass(frozen=True)
class Moment:
    """When the signal is sent: so many microseconds after a step began."""

    step: int
    microseconds: float
    when_lost: str

    @classmethod
    def choose(cls, chance: random.Random, number: int) -> "Moment":
        """Each phase in turn; short times as often as long ones."""
        phase = ("attach", "stop", "evaluate", "detach")[number % 4]
        step = chance.choice([index for index, (name, _) in enumerate(STEPS) if name == phase])
        return cls(step, math.exp(chance.uniform(0, math.log(3000))), chance.choice(["continue", "wait"]))


class Client:
    """A process that holds the conversation with a program."""

    def __init__(self, program: Program, moment: Moment) -> None:
        self.moment = moment
        self.place, script = program.socket, program.script
        self.report = program.directory / "client"
        self.progress, theirs = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(theirs)
            return
        status = 3
        try:
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
            status = self.talk(theirs, script)
        except BaseException:
            self.report.write_text(traceback.format_exc())
        finally:
            os._exit(status)

    def talk(self, progress: int, script: Path) -> int:
        """In the child: every step, each told before it begins. 1: the program was gone in the middle of it."""
        try:
            os.write(progress, b".")
            run = self.say_hello(script)
            os.write(progress, b".")
            while not run.answer(run.last)["success"]:  # the one before is not gone yet
                run.channel.close()
                run = self.say_hello(script)
            for _, step in STEPS[2:]:
                os.write(progress, b".")
                step(run)
        except (Closed, ConnectionError, FileNotFoundError):
            return 1
        finally:
            with suppress(BrokenPipeError):
                os.write(progress, b"." * len(STEPS))
        return 0

    def say_hello(self, script: Path) -> Session:
        run = Session.connect(self.place, script)
        pytui = {"protocolVersion": 1, "whenLost": self.moment.when_lost}
        say("initialize", adapterID="pytui", pytui=pytui)(run)
        return run

    def wait_for_moment(self) -> None:
        """Until its step has begun and the time is over."""
        told = 0
        while told <= self.moment.step:
            data = os.read(self.progress, self.moment.step + 1 - told)
            assert data, self.complaint()
            told += len(data)
        until = time.perf_counter() + self.moment.microseconds / 1e6
        while time.perf_counter() < until:
            pass

    def complaint(self) -> str:
        return self.report.read_text() if self.report.exists() else "the client ended early"

    def wait(self) -> int:
        """Its status: 0: it said all; 1: the program was gone; negative: killed."""
        os.close(self.progress)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        assert status in (0, 1, -signal.SIGKILL), self.complaint()
        return status

    def kill(self) -> int:
        os.kill(self.pid, signal.SIGKILL)
        return self.wait()


Start = Callable[[int], list[Victim]]


@pytest.fixture
def start(python: interpreters.Interpreter, tmp_path: Path) -> Iterator[Start]:
    """Starts programs that wait for their turn."""
    started: list[Victim] = []

    def run(count: int) -> list[Victim]:
        (tmp_path / "end").unlink(missing_ok=True)
        started.extend(Victim(python.path, tmp_path, PROGRAM, "1") for _ in range(count))
        return started[-count:]

    yield run
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.communicate()


@pytest.fixture
def chance() -> random.Random:
    """Random numbers that can be had again."""
    seed = int(os.environ.get("PYTUI_SEED", random.randrange(1 << 30)))
    print(f"PYTUI_SEED={seed}")
    return random.Random(seed)


def moments(python: interpreters.Interpreter, chance: random.Random) -> Iterator[list[Moment]]:
    """The moments of this interpreter, as many at once as there are to be programs."""
    usual = 50 if python in interpreters.one_per_engine() else 10
    count = int(os.environ.get("PYTUI_KILLS", usual))
    chosen = [Moment.choose(chance, number) for number in range(count)]
    for first in range(0, count, AT_ONCE):
        yield chosen[first : first + AT_ONCE]


def visit(program: Program) -> None:
    """A client that comes afterwards, is let in, and leaves; what waits for one goes on."""
    with program.attach() as session:
        session.request("disconnect")


def test_clients_that_are_killed(start: Start, python: interpreters.Interpreter, chance: random.Random) -> None:
    """The program goes on to its right end; one that waits for another client does so once that came."""
    for batch in moments(python, chance):
        programs = start(len(batch))
        for program, moment in zip(programs, batch, strict=True):
            print(program.process.pid, moment)
            client = Client(program, moment)
            client.wait_for_moment()
            client.kill()
            if moment.when_lost == "wait" and chance.random() < 0.5:  # what it left is met by one that is killed, too
                client = Client(program, Moment.choose(chance, chance.randrange(4)))
                print("again", client.moment)
                client.wait_for_moment()
                client.kill()
                visit(program)
            elif moment.when_lost == "wait" or chance.random() < 0.5:
                visit(program)
        for program in programs:
            print(program.process.pid, "ends")
            assert program.finish() == RIGHT
            assert program.sockets() == []


def test_programs_that_are_killed(start: Start, python: interpreters.Interpreter, chance: random.Random) -> None:
    """The client learns it at once; a socket stays that refuses everybody."""
    for batch in moments(python, chance):
        programs = start(len(batch))
        for program, moment in zip(programs, batch, strict=True):
            print(program.process.pid, moment)
            client = Client(program, moment)
            client.wait_for_moment()
            program.process.kill()
            assert client.wait() in (0, 1)
            program.process.wait(timeout=TIMEOUT)
        place = programs[0].runtime / "pytui"
        assert len(list(place.iterdir())) == len(programs)
        for each in place.iterdir():
            with pytest.raises(ConnectionRefusedError):
                Session.connect(each)
            each.unlink()
