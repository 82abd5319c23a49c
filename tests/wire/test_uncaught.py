"""The exception that ends the program: seen whatever hook is set, in every form of program, and for nothing."""

import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from client import Session

Start = Callable[..., Session]


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


def bare(python: str, *words: str | Path, cwd: Path, stdin: str = "") -> tuple[int, str, str]:
    """Status and output of the program by itself."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run([python, *words], capture_output=True, text=True, cwd=cwd, env=env, input=stdin)
    return done.returncode, done.stdout, done.stderr


def stops_once(run: Session) -> tuple[int, str, str]:
    """Go on from the stop: what the program printed then, without another stop."""
    run.events.clear()
    run.resume()
    result = run.finish()
    assert "stopped" not in run.names_of_events()
    assert [each["body"]["exitCode"] for each in run.events if each["event"] == "exited"] == [result[0]]
    return result


CAUGHT = lines(
    "def fails(n): raise KeyError(n)",
    "def work(n):",
    "    try: fails(n)",
    "    except KeyError: pass",
    "def many():",
    "    for n in range(10_000): work(n)",
    "many()",
    "begin = True",
    "many()",
    "end = True",
)


def test_caught_exceptions_cost_nothing(session: Start) -> None:
    """Ten thousand of them, with the filters that are on at first: none of our functions is called for one."""
    run = session(text=CAUGHT).start(8, 10)
    run.wait_stop("breakpoint")
    before = run.stats()
    run.go("continue", "breakpoint")
    assert run.stats()["callbacks"] - before["callbacks"] < 10
    run.resume()
    assert run.finish()[0] == 0


HEAD = lines(
    "import atexit, builtins, functools, sys",
    "class Hook:",
    "    def method(self, kind, error, traceback): print('method', error)",
    "    def __call__(self, kind, error, traceback): print('called', error)",
    "    @classmethod",
    "    def of_class(cls, *error): print('class', error[1])",
    "class Made:",
    "    def __init__(self, *error): print('made', error[1])",
    "def function(kind, error, traceback): print('function', error, sys.excepthook is now)",
    "def bad(*error): raise TypeError('the hook itself')",
    "def fails(n):",
    "    local = n * 2",
    "    raise ValueError(local)",
    "sink = []",
    "atexit.register(lambda: print(len(sink), sys.excepthook is now, sys.__excepthook__))",
)

HOOKS = {
    "default": [],
    "function": ["sys.excepthook = function"],
    "lambda": ["sys.excepthook = lambda *error: print('lambda', error[1])"],
    "called-before": ["sys.excepthook = function", "now = None", "function(1, 2, 3)"],
    "default-called-before": ["sys.excepthook(ValueError, ValueError('by hand'), None)"],
    "partial": ["sys.excepthook = functools.partial(function)"],
    "partial-of-C": ["sys.excepthook = functools.partial(print, 'partial of C')"],
    "method": ["sys.excepthook = Hook().method"],
    "class-method": ["sys.excepthook = Hook.of_class"],
    "instance": ["sys.excepthook = Hook()"],
    "class": ["sys.excepthook = Made"],
    "C": ["sys.excepthook = builtins.print"],
    "C-type": ["sys.excepthook = max"],
    "C-method": ["sys.excepthook = sink.extend"],
    "none": ["sys.excepthook = None"],
    "raises": ["sys.excepthook = bad"],
    "generator": ["sys.excepthook = (lambda *error: (yield))"],
    "deep": ["sys.excepthook = lambda *e: sys.__excepthook__(*e)"],
    "noted-before": ["sys.last_exc = sys.last_value = ValueError(0)", "sys.last_traceback = sys.last_type = None"],
}


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS.keys())
def test_hooks(session: Start, python, tmp_path: Path, hook: list[str]) -> None:
    """Before any hook runs the program stops; then all is as without us: what is called, printed and left."""
    text = HEAD + lines(*hook, "now = sys.excepthook", "fails(21)")
    run = session(text=text).start()
    stopped = run.wait_stop("exception")
    assert (stopped["text"], stopped["pytui"]["postMortem"]) == ("ValueError: 42", True)
    assert "goesOn" not in stopped["pytui"]
    last = len(text.splitlines())
    assert [(each["name"], each["line"]) for each in run.frames] == [("fails", 13), ("<module>", last)]
    assert (run.evaluate("local"), run.evaluate("sys.excepthook is now")) == ("42", "True")
    assert run.request("threads")["threads"][0]["name"] == "MainThread"
    status, stdout, stderr = stops_once(run)
    expected = bare(python.path, run.script, cwd=tmp_path)
    assert (status, without_addresses(stdout), without_addresses(stderr)) == (
        expected[0],
        without_addresses(expected[1]),
        without_addresses(expected[2]),
    )


def without_addresses(text: str) -> list[str]:
    """The output's words without those that differ between runs."""
    return [word for word in text.split() if "0x" not in word]


def test_hook_that_exits(session: Start) -> None:
    """The status is the hook's."""
    run = session(text="import sys\nsys.excepthook = lambda *error: sys.exit(9)\n1 / 0\n").start()
    run.wait_stop("exception")
    assert stops_once(run)[0] == 9


def test_without_a_traceback(session: Start) -> None:
    """The program took it away: there is nothing to show but the exception."""
    text = lines("try: 1 / 0", "except ZeroDivisionError as error:", "    error.__traceback__ = None", "    raise")
    run = session(text=text).start()
    assert run.wait_stop("exception")["text"] == "ZeroDivisionError: division by zero"
    assert stops_once(run)[0] == 1


def test_hook_set_at_the_last_moment(session: Start) -> None:
    """While the exception is already on its way, and again at the stop."""
    text = lines(
        "import sys",
        "def first(*error): print('first')",
        "def second(*error): print('second')",
        "try: 1 / 0",
        "finally: sys.excepthook = first",
    )
    run = session(text=text).start()
    run.wait_stop("exception")
    run.evaluate("setattr(sys, 'excepthook', second)")
    assert stops_once(run)[1:] == ("second\n", "")


def test_without_a_hook(session: Start, python, tmp_path: Path) -> None:
    """Without any hook there is none to stop before on 3.12 and newer; the program ends the same."""
    run = session(text="import sys\ndel sys.excepthook\n1 / 0\n").start()
    if python.engine == "settrace":
        run.wait_stop("exception")
        run.resume()
    assert run.finish() == bare(python.path, run.script, cwd=tmp_path)
    assert ("stopped" in run.names_of_events()) is False


def test_hooks_called_by_hand(session: Start) -> None:
    """What a program shows by itself does not end it."""
    text = lines(
        "import sys, traceback, code",
        "try: 1 / 0",
        "except ZeroDivisionError as error:",
        "    sys.last_exc = sys.last_value = error",
        "    sys.excepthook(type(error), error, error.__traceback__)",
        "    traceback.print_exc()",
        "    code.InteractiveInterpreter().showtraceback()",
        "print('end')",
    )
    run = session(text=text).start()
    status, stdout, stderr = run.finish()
    assert (status, stdout, stderr.count("ZeroDivisionError")) == (0, "end\n", 3)
    assert "stopped" not in run.names_of_events()


FAILS = "def f(n): return 1 / n\nf(0)\n"
FORMS = {
    "script": ("script.py",),
    "-c": ("-c", FAILS),
    "-m": ("-m", "script"),
    "package": ("-m", "package"),
    "directory": ("directory",),
    "zip": ("program.zip",),
    "runpy": ("-c", "import runpy\nrunpy.run_path('script.py', run_name='__main__')"),
    "exec": ("-c", "exec(compile(open('script.py').read(), 'script.py', 'exec'))"),
}


@pytest.mark.parametrize("words", FORMS.values(), ids=FORMS.keys())
def test_forms(session: Start, python, tmp_path: Path, words: tuple[str, ...]) -> None:
    """However the program is started: the frames from its own code on, and the same output."""
    for name in ("script.py", "package/__main__.py", "directory/__main__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(FAILS)
    with zipfile.ZipFile(tmp_path / "program.zip", "w") as archive:
        archive.writestr("__main__.py", FAILS)
    run = session(*words).start()
    assert run.wait_stop("exception")["text"] == "ZeroDivisionError: division by zero"
    names = [each["name"] for each in run.frames]
    assert (names[0], names[-1], run.evaluate("n")) == ("f", "<module>", "0")
    assert "_run_module_as_main" not in names
    assert stops_once(run) == bare(python.path, *words, cwd=tmp_path)


def test_steps_end_there(session: Start) -> None:
    """A step that the exception ends stops once, post-mortem."""
    run = session(text="def f(): raise ValueError(1)\nx = 1\nf()\n").start(2)
    run.wait_stop("breakpoint")
    run.go("next", "step")
    run.go("stepIn", "step")
    assert run.where == ("f", 1)
    run.go("next", "exception")
    assert run.stopped["pytui"]["postMortem"] is True
    assert stops_once(run)[0] == 1


@pytest.mark.parametrize("filters", [["uncaught"], ["uncaught", "raised"], ["uncaught", "userUnhandled"]])
def test_with_other_filters(session: Start, filters: list[str]) -> None:
    """One post-mortem stop whatever else is watched; what the hook raises is no stop."""
    text = lines(
        "import sys",
        "def hook(*error):",
        "    try: raise KeyError",
        "    except KeyError: print('hook')",
        "sys.excepthook = hook",
        "raise ValueError(1)",
    )
    run = session(text=text)
    run.initialize()
    run.request("setExceptionBreakpoints", filters=filters)
    run.configure(stop_on_entry=False)
    if "raised" in filters:
        assert "postMortem" not in run.wait_stop("exception")["pytui"]
        run.resume()
    assert run.wait_stop("exception")["pytui"]["postMortem"] is True
    assert stops_once(run)[1] == "hook\n"


def test_switched_on_late(session: Start) -> None:
    """The filter counts at the moment of the end."""
    run = session(text="x = 1\n1 / 0\n")
    run.initialize()
    run.request("setExceptionBreakpoints", filters=[])
    run.set_breakpoints(run.script, 1)
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    run.request("setExceptionBreakpoints", filters=["uncaught"])
    run.go("continue", "exception")
    assert stops_once(run)[0] == 1


@pytest.mark.parametrize(
    "statement, status",
    [
        ("raise SystemExit(3)", 3),
        ("import sys; sys.exit('bye')", 1),
        ("class Exit(SystemExit): code = property(lambda self: 9)\nraise Exit(3)", 9),
        ("raise SystemExit(-1)", 255),
        ("import os; os.close(1); print('lost')", 120),
        ("import threading; threading.Thread(target=lambda: 1 / 0, daemon=True); raise SystemExit(256 + 5)", 5),
    ],
)
def test_status_of_quiet_ends(session: Start, python, tmp_path: Path, statement: str, status: int) -> None:
    """SystemExit is no uncaught exception; its status is told as the process ends with it."""
    run = session(text=statement + "\n").start()
    result = run.finish()
    assert result[0] == status
    assert [each["body"]["exitCode"] for each in run.events if each["event"] == "exited"] == [status]
    assert run.names_of_events()[-1] == "terminated" and "stopped" not in run.names_of_events()
    assert result == bare(python.path, run.script, cwd=tmp_path)


def test_client_goes_at_the_stop(session: Start, python, tmp_path: Path) -> None:
    """The program's hook runs all the same."""
    text = HEAD + "sys.excepthook = now = function\nfails(1)\n"
    run = session(text=text).start()
    run.wait_stop("exception")
    run.request("disconnect")
    result = run.finish()
    expected = bare(python.path, run.script, cwd=tmp_path)
    assert (result[0], result[1]) == (expected[0], expected[1])


def test_child_of_fork(session: Start, python, tmp_path: Path) -> None:
    """A forked child that ends by an exception is nobody's business; its hook runs, and its parent's end stops."""
    text = lines(
        "import os, sys",
        "sys.excepthook = lambda *error: print('hook', error[1], flush=True)",
        "child = os.fork()",
        "if not child: raise ValueError('child')",
        "os.waitpid(child, 0)",
        "raise ValueError('parent')",
    )
    run = session(text=text).start()
    assert run.wait_stop("exception")["text"] == "ValueError: parent"
    assert stops_once(run)[1] == "hook child\nhook parent\n"


def test_evaluate_at_the_end(session: Start, tmp_path: Path) -> None:
    """At that stop `sys` may be changed at will."""
    run = session(text=HEAD + "now = sys.excepthook\nfails(1)\n").start()
    run.wait_stop("exception")
    for n in range(200):
        run.evaluate(f"setattr(sys, 'name_{n}', {n})")
    run.evaluate("setattr(sys, 'last_traceback', None) or sys.__dict__.update(last_exc=1, last_type=2)")
    assert run.evaluate("sum(name.startswith('last_') for name in sys.__dict__)") in ("3", "4")
    assert stops_once(run)[2].endswith("ValueError: 2\n")
