"""Texts that run in the middle of a program, and the variables of its stacks."""

import os
from collections.abc import Iterator
from pathlib import Path

import interpreters
import pytest
from client import Message, RequestFailed
from test_by_pid import RIGHT, TEXT, Program, attach, nothing, runs, wait

Result = tuple[int, str, str]


class Running:
    """A program with a session, in which texts run."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.session = attach(program)

    def run(self, source: str, name: str = "text.py") -> Result:
        """Status, standard output and error output of SOURCE."""
        self.session.request("pytui/exec", source=source, name=name)
        return self.end()

    def end(self) -> Result:
        status = self.session.event("pytui/execEnded")["status"]
        return status, self.output("stdout"), self.output("stderr")

    def output(self, category: str) -> str:
        """What has come of it."""
        bodies = [each["body"] for each in self.session.events if each["event"] == "output"]
        text = "".join(each["output"] for each in bodies if each["category"] == category)
        self.session.events = [
            each for each in self.session.events if each["event"] != "output" or each["body"]["category"] != category
        ]
        return text


@pytest.fixture
def running(python: interpreters.Interpreter, tmp_path: Path) -> Iterator[Running]:
    program = Program(python.path, tmp_path, TEXT, "", PYTUI="arm")
    runs(program)
    found = Running(program)
    yield found
    found.session.channel.close()
    if program.process.poll() is None:
        result = program.finish()
        assert result == RIGHT
        assert nothing(program)
    program.process.communicate()


def test_output_status_and_names(running: Running) -> None:
    assert running.run("print('hällo', work(4), __name__)") == (0, "hällo 6 __main__\n", "")
    assert running.run("import sys\nsys.stderr.write('no end')\nsys.stdout.buffer.write(b'by\\xc3\\xa9tes\\xff')") == (
        0,
        "byétes\ufffd",
        "no end",
    )
    assert running.run("result = 'mine'\nprint(result)") == (0, "mine\n", "")  # and not the program's
    assert running.run("import sys; sys.exit()") == (0, "", "")
    assert running.run("import sys; sys.exit(300)") == (300 & 0xFF, "", "")
    assert running.run("import sys; sys.exit('why')") == (1, "", "why\n")


def test_exceptions_are_shown(running: Running) -> None:
    status, output, error = running.run("print(1)\ndef fails():\n    raise KeyError(3)\nfails()\n", "/tmp/no such.py")
    assert (status, output) == (1, "1\n")
    assert error.startswith("Traceback (most recent call last):\n")
    assert 'File "/tmp/no such.py", line 4, in <module>\n' in error
    assert error.endswith("KeyError: 3\n")
    assert "<pytui>" not in error
    status, _, error = running.run("def\n")
    assert status == 1
    assert "SyntaxError" in error
    # What shows them on 3.13 and newer is the standard library's.
    running.run("import sys\nfor name in {'traceback', 'linecache'}: sys.modules.pop(name, None)")


def test_the_programs_output_is_its_own(running: Running) -> None:
    source = """\
import sys, threading, time, __main__
def other():
    print('of another thread', flush=True)
    print('to it', file=sys.stderr, flush=True)
thread = threading.Thread(target=other)
thread.start()
thread.join()
print('mine', sys.stdout.writable(), sys.stdout is sys.stderr)
for name in ('threading',): sys.modules.pop(name)
"""
    assert running.run(source) == (0, "mine True False\n", "")
    status, stdout, stderr = running.program.finish()
    assert (status, stdout, stderr) == (0, "of another thread\n190 []\n", "to it\n")


def test_much_output_is_whole(running: Running) -> None:
    status, output, _ = running.run("print('é' * 700_000)\nfor i in range(20_000): print(i)")
    assert status == 0
    assert output == "é" * 700_000 + "\n" + "".join(f"{i}\n" for i in range(20_000))


def test_one_at_a_time_and_the_client_goes(running: Running) -> None:
    source = "print('here', flush=True)\nwhile True: pass\n"
    running.session.request("pytui/exec", source=source)
    running.session.event("output", lambda body: body["output"] == "here\n")
    with pytest.raises(RequestFailed, match="one text runs already"):
        running.session.request("pytui/exec", source="1")
    running.session.channel.close()  # it is interrupted then
    wait(lambda: threads(running.program) == 3, running.program)
    again = Running(running.program)
    assert again.run("import sys; print(type(sys.stdout).__name__)") == (0, "Split\n", "")
    again.session.request("disconnect")


def threads(program: Program) -> int:
    """Its own, and those of one that is armed."""
    return len(os.listdir(f"/proc/{program.process.pid}/task"))


def test_stops_are_real(running: Running) -> None:
    running.session.request("pytui/exec", source="def ask():\n    x = 5\n    breakpoint()\nask()\nprint('on')")
    running.session.wait_stop()
    assert running.session.evaluate("x") == "5"
    with pytest.raises(RequestFailed, match="the program is stopped"):
        running.session.request("pytui/exec", source="1")
    running.session.request("continue", threadId=0)
    assert running.end() == (0, "on\n", "")


def test_the_program_ends_meanwhile(running: Running) -> None:
    running.session.send("pytui/exec", source="import os\nos._exit(4)\n")  # perhaps before it is answered
    assert running.program.process.wait(30) == 4
    running.program.process.communicate()


def variables(frame: Message) -> dict[str, str]:
    return {each["name"]: each["value"] for each in frame["locals"]}


def test_stacks_with_their_variables(running: Running) -> None:
    source = """\
class Liar:
    def __repr__(self): raise RuntimeError
    def __getattribute__(self, name): raise RuntimeError
def outer(number):
    import time
    liar, unbound = Liar(), 1
    del unbound
    def inner(text):
        print('ready', flush=True)
        while not stop:
            time.sleep(0.001)
        return number
    inner("some text")
stop = []
import __main__
__main__.stop = stop
outer(7)
"""
    running.session.request("pytui/exec", source=source)
    running.session.event("output", lambda body: body["output"] == "ready\n")
    body = running.session.request("pytui/where", locals=True)
    assert body["state"] == "running"
    frames = {each["name"]: each for thread in body["threads"] for each in thread["stackFrames"]}
    inner = next(frame for name, frame in frames.items() if name.endswith("inner"))
    outer = next(frame for name, frame in frames.items() if name.endswith("outer"))
    found = variables(inner)
    assert (found["text"], found["number"]) == ("'some text'", "7")
    found = variables(outer)
    assert "unbound" not in found
    assert "Liar" in found["liar"]
    assert all("locals" not in each for each in running.session.request("pytui/where")["threads"][0]["stackFrames"])
