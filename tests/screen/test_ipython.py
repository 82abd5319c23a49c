"""The magic `%pytui`: in IPython and Jupyter where they are installed, and without them on every engine."""

import re

import interpreters
import pytest
from conftest import PYTUI, at, restored
from test_jupyter import HOME, kernel, leave  # noqa: F401
from test_set_trace import ends, plain  # noqa: F401

# What the magic uses of a shell.
SHELL = """\
import ast, linecache, sys, pytui
class Compiler:
    flags = 0
    def __init__(self): self._filename_map = {"first": 6}
    def cache(self, text, number, raw_code):
        name = f"<ipython-input-{number}-0123456789ab>"
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        return name
class Manager:
    magics = {"line": {}, "cell": {}}
class Shell:
    compile, user_ns, execution_count, magics_manager = Compiler(), globals(), 7, Manager()
    def transform_cell(self, text): return text + chr(10)
    def register_magic_function(self, function, magic_kind, magic_name):
        assert (magic_kind, magic_name) == ("line_cell", "pytui")
        self.magics_manager.magics["line"]["pytui"] = self.magics_manager.magics["cell"]["pytui"] = function
shell = Shell()
pytui.load_ipython_extension(shell)
magic = shell.magics_manager.magics["line"]["pytui"]
assert "look at the last error" in magic.__doc__
def work(n): return 10 // n
"""


def test_a_statement_is_run_from_its_first_line(plain, each_engine):  # noqa: F811
    program = plain(
        SHELL + "magic('x = work(5)')\nprint('x', x, [n for n in dir() if 'pytui' in n])\n",
        interpreter=each_engine.path,
    )
    at(program, "Cell [6]:1")
    program.expect("x = work(5)")
    program.send("s")
    at(program, "own.py:21 in work")
    program.send("c")
    ends(program, "x 2 ['pytui']")


def test_a_cell_that_fails_raises(plain, python):  # noqa: F811
    text = "try: magic('', 'a = 1\\nb = work(0)\\n')\nexcept ZeroDivisionError: print('raised', a)\n"
    program = plain(SHELL + text + "pytui.unload_ipython_extension(shell)\nprint(shell.magics_manager.magics)\n")
    at(program, "Cell [6]:1")
    program.send("n")
    at(program, "Cell [6]:2")
    program.send("c")
    ends(program, "raised 1", "{'line': {}, 'cell': {}}")


def test_the_last_error_is_looked_at(plain, each_engine):  # noqa: F811
    text = (
        "magic('')\ntry: work(0)\nexcept ZeroDivisionError as error: sys.last_value = error\nmagic('')\nprint('done')\n"
    )
    program = plain(SHELL + text, interpreter=each_engine.path)
    program.expect("post-mortem: ZeroDivisionError", row=0)
    program.expect(re.compile(r"work +own\.py:21"), re.compile(r"\bn +0\b"))
    program.send("c")
    ends(program, "pytui: there was no error; %pytui STATEMENT debugs a statement", "done")


def test_in_ipython(terminal, home):
    python = interpreters.with_module("IPython")
    if not python:
        pytest.skip("no interpreter has IPython")
    words = ["--no-banner", "--simple-prompt", "--colors=NoColor"]
    screen = terminal(python, "-m", "IPython", *words, env={"PYTHONPATH": str(HOME)})
    screen.expect("In [1]:", timeout=60)
    screen.send("%load_ext pytui\r")
    screen.expect("In [2]:")
    screen.send("def work(n): return 10 // n\r\r")
    screen.expect("In [3]:")
    screen.send("%pytui x = work(5)\r")
    at(screen, "Cell [3]:1")
    screen.send("s")
    at(screen, "Cell [2]:1 in work")
    screen.send("c")
    screen.expect("In [4]:")
    screen.send("x + 40\r")
    screen.expect("42", "In [5]:")
    screen.send("work(0)\r")
    screen.expect("ZeroDivisionError", "In [6]:")
    screen.send("%pytui\r")
    screen.expect("post-mortem: ZeroDivisionError", row=0)
    screen.expect("Cell [2]:1")
    screen.send("c")
    screen.expect("In [7]:")
    screen.send("exit\r")
    assert screen.wait_end() == 0
    restored(screen)


def test_in_a_notebook(terminal, kernel):  # noqa: F811
    """The cell's output says how to attach, and the cell waits for that."""
    notebook = kernel(PYTHONPATH=str(HOME))
    assert notebook.run("%load_ext pytui\ndef work(n): return 10 // n\n") == ["ok", ""]
    notebook.give("%pytui x = work(5)")
    (address,) = re.findall(r"pytui attach (unix:\S+)", notebook.answer())
    screen = terminal(PYTUI, "--stop", "attach", address)
    at(screen, "Cell [2]:1")
    screen.send("s")
    at(screen, "Cell [1]:2 in work")
    screen.send("c")
    assert notebook.answer()[0] == "ok"
    screen.expect("the program closed the connection")
    screen.send("q")
    assert screen.wait_end() == 0
    assert notebook.run("x") == ["ok", "2"]
