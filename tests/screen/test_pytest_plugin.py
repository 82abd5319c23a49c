"""`pytest --pytui` and `--pytui-trace`: what users of pytest do and see."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import PYTUI, at
from test_set_trace import ALONE, PACKAGE, ends, plain, waits  # noqa: F401

HERE = str(Path(pytest.__file__).parents[1])  # this pytest, for interpreters that have none
PYTEST = "{python} -m pytest -p pytui -p no:cacheprovider "


@pytest.fixture
def run(plain, python, tmp_path, monkeypatch):  # noqa: F811
    """Runs pytest on a text: `run(TEXT, "--pytui")`."""
    monkeypatch.chdir(tmp_path)

    def start(text, *words, interpreter=None, env=None, around="{pytest}", **options):
        path = interpreter or python.path

        variables = {"PYTHONPATH": os.pathsep.join([PACKAGE, HERE]), "PYTHONWARNINGS": "ignore"} | (env or {})
        probe = subprocess.run(
            [path, "-c", "import pytest"], env=os.environ | variables, capture_output=True, text=True
        )
        if probe.returncode != 0:
            pytest.skip(f"{path} cannot run this pytest: {probe.stderr.splitlines()[-1]}")
        shell = around.replace("{pytest}", PYTEST + " ".join(words) + " {script}")
        options = {"cols": 120} | options
        return plain(text, shell=shell, name="test_own.py", interpreter=path, env=variables, **options)

    return start


def failed(screen, line, text):
    screen.expect(re.compile(rf"^ test_own\.py:{line}\b.* post-mortem: {text}"), row=0)


FAILURES = """\
import unittest, pytest
def helper(n):
    print("captured", n)
    assert n == 5, "not five"
@pytest.fixture
def broken(): raise RuntimeError("setup")
@pytest.fixture
def late():
    yield
    raise OSError("teardown")
def test_assert():
    helper(42)
def test_setup(broken): pass
def test_teardown(late): pass
def test_skip(): pytest.skip("no")
@pytest.mark.xfail
def test_expected(): assert 0
def test_does_not_raise():
    with pytest.raises(KeyError): pass
class TestCase(unittest.TestCase):
    def setUp(self): self.open = True
    def tearDown(self): self.open = False
    def test_equal(self): self.assertEqual(self.open, 6)
@pytest.mark.parametrize("x", [1, 2])
def test_parameter(x): assert x == 1
def test_after(): pass
"""


def test_each_failure_is_looked_at(run, each_engine):
    screen = run(FAILURES, "--pytui", interpreter=each_engine.path)
    failed(screen, 4, "AssertionError: not five")
    screen.expect(re.compile(r"\bn +42\b"), re.compile(r"▶ helper +test_own\.py:4\n.* test_assert"))
    screen.expect_not("@py_assert", "library frames")
    screen.send("o")
    screen.expect(re.compile(r"> captured stdout >"), "captured 42", "Enter goes back")
    screen.send("\n")
    failed(screen, 4, "AssertionError: not five")
    for line, text in (
        (6, "RuntimeError: setup"),
        (10, "OSError: teardown"),
        (19, "Failed: DID NOT RAISE"),
        (23, "AssertionError: True != 6"),  # tearDown() waits
        (25, "AssertionError: assert 2 == 1"),
    ):
        screen.send("c")
        failed(screen, line, text)
    screen.send("c")
    ends(screen, re.compile(r"4 failed, 3 passed, 1 skipped, 1 xfailed, 2 errors in"), status=1)


def test_quitting_ends_the_run(run):
    screen = run(FAILURES, "--pytui")
    failed(screen, 4, "AssertionError")
    screen.send("q")
    screen.expect("End it")
    screen.send("e")
    ends(screen, "Exit: Quitting pytui", "1 failed in", status=2)


def test_leaving_lets_the_run_go_on(run):
    screen = run(FAILURES, "--pytui")
    failed(screen, 4, "AssertionError")
    screen.send("q")
    screen.expect("Leave it running")
    screen.send("l")
    ends(screen, "4 failed, 3 passed", status=1)


def test_the_first_failure_ends_it(run):
    screen = run(FAILURES, "--pytui", "-x")
    failed(screen, 4, "AssertionError")
    screen.send("c")
    ends(screen, "stopping after 1 failures", "1 failed in", status=1)


STOPS = """\
import pytest
def test_breakpoint(capsys):
    value = 21
    print("before")
    breakpoint()
    print("after")
    assert capsys.readouterr().out == "before\\nafter\\n"
def test_set_trace():
    value = 33
    pytest.set_trace(header="look here")
def test_last(): pass
"""


@pytest.mark.parametrize("capture", ["fd", "sys", "no"])
def test_breakpoints_of_the_users(run, capture):
    screen = run(STOPS, "--pytui", f"--capture={capture}")
    at(screen, "test_own.py:5 in test_breakpoint")
    screen.expect(re.compile(r"\bvalue +21\b"))
    screen.send("n")
    at(screen, "test_own.py:6 in test_breakpoint")
    screen.send("c")
    screen.expect("look here", row=0)
    at(screen, "test_own.py:10 in test_set_trace")
    screen.send("c")
    ends(screen, "3 passed")


@pytest.mark.parametrize("trace", [False, True])
def test_ending_it_from_a_breakpoint(run, trace):
    screen = run(STOPS, "--pytui-trace" if trace else "--pytui")
    at(screen, "test_own.py:3" if trace else "test_own.py:5")
    screen.send("q")
    screen.expect("End it")
    screen.send("e")
    ends(screen, "Exit: Quitting pytui", status=2)


TRACED = """\
import asyncio, unittest, pytest
@pytest.mark.parametrize("x", [1, 2])
def test_parameter(x):
    '''Says something.'''
    y = x
class TestCase(unittest.TestCase):
    def test_method(self):
        self.assertTrue(True)
async def test_async():
    await asyncio.sleep(0)
def test_short(): assert True
"""
CONFTEST = """\
import asyncio, inspect, pytest
@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        asyncio.run(pyfuncitem.obj())
        return True
"""


def test_it_stops_where_each_test_begins(run, write, each_engine):
    write("conftest.py", CONFTEST)
    screen = run(TRACED, "--pytui-trace", interpreter=each_engine.path)
    for line, name, more in (
        (5, "test_parameter", r"\bx +1\b"),
        (5, "test_parameter", r"\bx +2\b"),
        (8, "test_method", r"\bself\b"),
        (10, "test_async", "test_async"),
        (11, "test_short", "test_short"),
    ):
        at(screen, f"test_own.py:{line} in {name}")
        screen.expect(re.compile(more))
        screen.send("c")
    ends(screen, "5 passed")


def test_a_doctest(run):
    text = "def double(n):\n    '''\n    >>> double(None)\n    4\n    '''\n    return n * 2\n"
    screen = run(text, "--pytui", "--doctest-modules")
    failed(screen, 6, "TypeError")
    screen.send("u")
    screen.expect("<doctest test_own.double[0]>:1", row=0)
    screen.expect(re.compile(r"▷ +1 +double\(None\)"))
    screen.send("c")
    ends(screen, "1 failed", status=1)


def test_without_a_terminal_it_waits_whatever_is_captured(run, terminal):
    program = run(FAILURES, "--pytui", "-x", "--tb=no", around=ALONE.replace("{python} {script}", "{pytest}"), cols=160)
    ((what, address),) = waits(program)
    assert what == "AssertionError"
    screen = terminal(PYTUI, "attach", address)
    failed(screen, 4, "AssertionError")
    screen.send("c")
    ends(program, "1 failed")


def test_a_worker_has_no_screen_of_its_own(run, terminal):
    """Several of them share the terminal of the process that hands out tests."""
    program = run(FAILURES, "--pytui", "-x", env={"PYTEST_XDIST_WORKER": "gw3"}, cols=160)
    ((what, address),) = waits(program, r"gw3 process \d+")
    screen = terminal(PYTUI, "attach", "gw3")
    failed(screen, 4, "AssertionError")
    screen.send("c")
    ends(program, "1 failed", status=1)


def test_it_goes_on_where_that_is_wanted(run):
    env = {"PYTEST_XDIST_WORKER": "gw3", "PYTUI_NO_TERMINAL": "continue"}
    screen = run(STOPS + "def test_fails(): assert 0\n", "--pytui", "--tb=no", env=env, cols=160)
    ends(screen, re.compile(r"gw3 process \d+ .*goes on at test_own.py:5 in test_breakpoint"), "1 failed", status=1)


INERT = """\
import os, signal, sys, pytest
def test_nothing_is_changed():
    assert sys.breakpointhook is sys.__breakpointhook__ and pytest.set_trace.__self__.__name__ == "pytestPDB"
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert not any("_pytui." in line for line in open("/proc/self/maps"))
"""


def test_without_its_options_it_does_nothing(run):
    ends(run(INERT), "1 passed")


def test_what_cannot_be_together(run):
    ends(run(INERT, "--pytui", "--pdb"), "--pdb and --pytui do the same", status=4)


def test_a_child_of_a_test_ends_by_its_signal(run):
    text = """\
import os, signal, time
def test_fork():
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
"""
    assert signal.SIGTERM == 15
    ends(run(text, "--pytui"), "1 passed")
