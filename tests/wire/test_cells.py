"""Cells of IPython and Jupyter, as their compilers leave them: code under a name of its own that linecache knows."""

from collections.abc import Callable

import pytest
from client import Session

Start = Callable[..., Session]

# What IPython keeps where, without IPython: get_code_name(), cache() and the shell's only instance.
SHELL = """\
import linecache, sys, types
ran = []
class Lies:
    def __get__(self, *_): ran.append('get'); return self
    def __getattribute__(self, name): ran.append(name); return object.__getattribute__(self, name)
class Compiler:
    def __init__(self): self._filename_map = {}
class InteractiveShell:
    def __getattribute__(self, name): ran.append(name); return object.__getattribute__(self, name)
    _instance = None
InteractiveShell._instance = object.__new__(InteractiveShell)
object.__getattribute__(InteractiveShell._instance, '__dict__')['compile'] = compiler = Compiler()
module = types.ModuleType('IPython.core.interactiveshell')
module.InteractiveShell = InteractiveShell
numbers = compiler._filename_map
def cell(number, name, text):
    text += chr(10)
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    numbers[name] = number
    exec(compile(text, name, 'exec'), globals())
"""
CELLS = """\
sys.modules['IPython.core.interactiveshell'] = module
cell(1, FIRST, 'def work(n):\\n    total = 0\\n    for i in range(n):\\n        total += i\\n    return total')
cell(2, SECOND, 'def go():\\n    work(2)\\n    return work(3)')
here = 1
cell(3, THIRD, 'x = go()\\ny = x + 1')
print(x, y, ran)
"""
NAMES = {
    "kernel": ("/tmp/ipykernel_4711/3416125355.py", "/tmp/ipykernel_4711/1204827923.py", "/tmp/ipykernel_4711/17.py"),
    "terminal": ("<ipython-input-1-0123456789ab>", "<ipython-input-2-0123456789ab>", "<ipython-input-3-0123456789ab>"),
}


def begin(session: Start, kind: str) -> tuple[Session, tuple[str, ...]]:
    """Stopped before the third cell."""
    names = NAMES[kind]
    text = SHELL + f"FIRST, SECOND, THIRD = {names!r}\n" + CELLS
    line = text.splitlines().index("here = 1") + 1
    run = session(text=text).start(line)
    run.wait_stop("breakpoint")
    return run, names


def labels(run: Session) -> list[str]:
    """What the files of the cells on the stack are called."""
    return [frame["source"]["name"] for frame in run.frames if frame["source"]["path"] in sum(NAMES.values(), ())]


@pytest.mark.parametrize("kind", NAMES)
def test_breakpoints_steps_and_names(session: Start, kind: str) -> None:
    run, (first, second, _) = begin(session, kind)
    assert run.set_breakpoints(second, 2)[0]["verified"]
    run.go("continue", "breakpoint")
    assert run.where == ("go", 2)
    assert labels(run) == ["Cell [2]", "Cell [3]"]
    run.go("stepIn", "step")
    assert run.where[0] == "work"
    source = run.frames[0]["source"]
    assert (source["name"], source["path"]) == ("Cell [1]", first)
    text = run.request("source", source=source, sourceReference=source["sourceReference"])["content"]
    assert text.startswith("def work(n):\n    total = 0\n")
    run.set_breakpoints(first, 5)
    run.go("continue", "breakpoint")
    assert run.where == ("work", 5)
    run.go("stepOut", "step")
    assert (run.where[0], labels(run)[0]) == ("go", "Cell [2]")
    run.set_breakpoints(first)
    run.set_breakpoints(second)
    run.go("stepOut", "step")
    assert labels(run) == ["Cell [3]"]
    run.go("next", "step")
    run.resume()
    assert run.finish() == (0, "3 4 []\n", "")


@pytest.mark.parametrize(
    "lie",
    [
        "InteractiveShell._instance = Lies()",
        "InteractiveShell._instance = None",
        "module.InteractiveShell = Lies()",
        "del module.InteractiveShell",
        "compiler._filename_map = Lies()",
        "type(compiler)._filename_map = property(lambda self: ran.append('map')); compiler.__dict__.clear()",
        "compiler._filename_map = {name: Lies() for name in (FIRST, SECOND, THIRD)}",
        "module = Lies()",
    ],
)
def test_a_shell_that_lies_is_not_asked(session: Start, lie: str) -> None:
    names = NAMES["kernel"]
    cells = CELLS.replace("sys.modules['IPython.core.interactiveshell'] = module\n", "")
    lie += "; sys.modules['IPython.core.interactiveshell'] = module; ran.clear()\n"
    text = SHELL + f"FIRST, SECOND, THIRD = {names!r}\n" + cells.replace("here = 1", lie + "here = 1")
    run = session(text=text).start(text.splitlines().index("here = 1") + 1)
    run.wait_stop("breakpoint")
    run.set_breakpoints(names[1], 2)
    run.go("continue", "breakpoint")
    assert labels(run) == ["1204827923.py", "17.py"]
    run.set_breakpoints(names[1])
    run.resume()
    assert run.finish() == (0, "3 4 []\n", "")
