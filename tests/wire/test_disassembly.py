"""Text of code without a file, wherever it is to be had; else its disassembly, in which steps and frames stand."""

import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from client import Message, RequestFailed, Session

Start = Callable[..., Session]


def text_of(run: Session, frame: Message) -> list[str]:
    """The lines of a frame's source, as the interpreter side has it."""
    source = frame["source"]
    return run.request("source", source=source, sourceReference=source["sourceReference"])["content"].splitlines()


def inside(run: Session) -> Session:
    """Steps into library code, too."""
    run.request("pytui/setJustMyCode", justMyCode=False)
    run.go("stepIn", "step")
    return run


def at_line(session: Start, text: str, line: int) -> Session:
    """Stopped at a line of the script."""
    run = session(text=text).start(line)
    run.wait_stop("breakpoint")
    return run


MADE = """\
space = {}
exec("def made(n):\\n    total = n + 1\\n    for i in range(3):\\n        total *= i\\n    return str(total)\\n", space)
space["made"](4)
end = 1
"""


def test_code_from_exec(session: Start) -> None:
    """Its disassembly has the frame's line, and names of variables, globals and constants."""
    run = inside(at_line(session, MADE, 3))
    frame = run.frames[0]
    source = frame["source"]
    assert (frame["name"], source["path"], source["origin"]) == ("made", "<string>", "generated")
    assert source["pytui"]["disassembly"] == "made" and source["sourceReference"] > 0
    assert frame["pytui"]["sourceLine"] == 2
    lines = text_of(run, frame)
    assert lines[0].startswith("# disassembly of made")
    here = lines[frame["line"] - 1]
    assert here.split()[0] == "2" and "LOAD_FAST" in here and "(n" in here
    whole = "\n".join(lines)
    for word in ("RESUME", "BINARY_OP", "(+)", "(*=)", "(total", "(str)", "FOR_ITER", "(to ", ">>"):
        assert word in whole, word
    assert "CACHE" not in whole and "opcode" not in whole
    assert run.evaluate("n") == "4"


def test_steps_go_by_the_missing_lines(session: Start) -> None:
    """Each step ends where a line of the source begins; the reference stays the same."""
    run = inside(at_line(session, MADE, 3))
    reference, seen = run.frames[0]["source"]["sourceReference"], []
    lines = text_of(run, run.frames[0])
    while run.frames[0]["name"] == "made":
        frame = run.frames[0]
        assert frame["source"]["sourceReference"] == reference
        assert "endLine" not in frame
        seen.append(frame["pytui"]["sourceLine"])
        if len(seen) < 9 and seen[-1] != 3:  # a loop is entered and gone on with in different places
            assert int(lines[frame["line"] - 1].split()[0]) == seen[-1]
        run.go("next", "step")
    assert seen[:9] == [2, 3, 4, 3, 4, 3, 4, 3, 5]
    assert run.frames[0]["source"]["path"] == run.script


def test_outer_frames(session: Start) -> None:
    """A caller without text stands at its call."""
    text = "def back():\n    return 1\nexec('x = 1\\ny = [back() for i in range(2)]\\n')\n"
    run = at_line(session, text, 2)
    callers = [each for each in run.frames if each["source"]["path"] == "<string>"]
    assert callers[-1]["name"] == "<module>" and callers[-1]["pytui"]["sourceLine"] == 2
    lines = text_of(run, callers[-1])
    assert "(back)" in "\n".join(lines) or len(callers) > 1
    assert "CALL" in lines[callers[-1]["line"] - 1]
    page = run.request("stackTrace", threadId=0)["stackFrames"]
    assert [each["line"] for each in page] == [each["line"] for each in run.frames]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int\n\nP(1)\nend = 1\n", "__init__"),
        ("import collections\nP = collections.namedtuple('P', 'x y')\n\n\n\nP(1, 2)\nend = 1\n", "__new__"),
    ],
)
def test_generated_methods(session: Start, text: str, name: str) -> None:
    """What dataclass and namedtuple make can be looked at."""
    run = inside(at_line(session, text, 6))
    frame = run.frames[0]
    assert frame["source"]["pytui"]["disassembly"].endswith((name, "<lambda>"))
    lines = text_of(run, frame)
    assert "(x" in "\n".join(lines) and frame["line"] <= len(lines)
    run.go("next", "step")


def test_file_that_is_gone(session: Start, tmp_path: Path) -> None:
    """Code whose file was deleted."""
    other = tmp_path / "gone.py"
    other.write_text("def f(a):\n    b = a\n    return b\n")
    text = f"import sys, os\nsys.path.insert(0, {str(tmp_path)!r})\nimport gone\nos.unlink(gone.__file__)\ngone.f(3)\n"
    run = at_line(session, text, 5)
    run.go("stepIn", "step")
    frame = run.frames[0]
    assert frame["source"]["path"] == str(other) and frame["source"]["pytui"]["disassembly"] == "f"
    assert frame["pytui"]["sourceLine"] == 2 and "(a" in text_of(run, frame)[frame["line"] - 1]


def test_text_that_is_there(session: Start, tmp_path: Path) -> None:
    """A module in a zip file; code that linecache knows, as IPython's cells; no disassembly of these."""
    archive = tmp_path / "library.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped.py", "def f(call):\n    return call()\n")
    cell = "def g():\n    return 1\n"
    text = f"import sys, linecache\nsys.path.insert(0, {str(archive)!r})\nimport zipped\ncell = {cell!r}\n"
    text += "linecache.cache['/tmp/ipykernel_1/7.py'] = (len(cell), None, cell.splitlines(True), 'cell')\n"
    text += "exec(compile(cell, '/tmp/ipykernel_1/7.py', 'exec'))\nzipped.f(g)\n"
    run = at_line(session, text, 7)
    run.go("stepIn", "step")
    run.go("stepIn", "step")
    top, caller = run.frames[:2]
    assert (top["name"], top["line"], caller["name"], caller["line"]) == ("g", 2, "f", 2)
    for frame, expected in ((top, cell), (caller, "def f(call):\n    return call()\n")):
        assert "\n".join(text_of(run, frame)) == expected.rstrip()
        assert "disassembly" not in frame["source"].get("pytui", {})


@pytest.mark.parametrize("name", ["compiled", "package/__init__", "package/inner"])
def test_zip_file_without_the_text(session: Start, python, tmp_path: Path, name: str) -> None:
    """A module of which only the compiled code is there has its disassembly; steps stand in it."""
    source = tmp_path / "source" / f"{name}.py"
    source.parent.mkdir(parents=True)
    source.write_text("def f(n):\n    n += 1\n    return n\n")
    compiled = source.with_suffix(".pyc")
    words = f"import py_compile; py_compile.compile({str(source)!r}, {str(compiled)!r}, doraise=True)"
    subprocess.run([python.path, "-c", words], check=True)
    archive = tmp_path / "library.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(compiled, f"{name}.pyc")
        if name == "package/inner":
            file.writestr("package/__init__.py", "")
    shutil.rmtree(tmp_path / "source")
    module = name.removesuffix("/__init__").replace("/", ".")
    text = f"import sys\nsys.path.insert(0, {str(archive)!r})\nimport {module} as module\nmodule.f(1)\nend = 1\n"
    run = at_line(session, text, 4)
    listed = {each["name"]: each["symbolStatus"] for each in run.request("modules")["modules"]}
    run.request("pytui/setJustMyCode", justMyCode=False)
    run.go("stepIn", "step")
    frame = run.frames[0]
    assert frame["name"] == "f" and frame["source"]["pytui"]["disassembly"] == "f"
    assert listed[module] == "no source file"
    lines = text_of(run, frame)
    assert lines[0].startswith("# disassembly of f") and lines[frame["line"] - 1].split()[0] == "2"
    run.go("next", "step")
    assert frame["line"] < run.frames[0]["line"] and run.frames[0]["pytui"]["sourceLine"] == 3
    run.resume()
    assert run.finish()[0] == 0


def test_command_line_program(session: Start) -> None:
    """-c has its text, and what it generates is not taken for a part of it."""
    run = session("-c", "a = 1\nexec('c = 2\\nd = 3\\ne = lambda: 1\\ne()')\nb = 2\n").start(stop_on_entry=True)
    assert text_of(run, run.frames[0])[2] == "b = 2"
    run.go("next", "step")
    inside(run)
    assert [each["source"]["path"] for each in run.frames[:2]] == ["<string>", "<string>"]
    inner, outer = run.frames[:2]
    assert "(c)" in "\n".join(text_of(run, inner)) and inner["pytui"]["sourceLine"] == 1
    assert text_of(run, outer)[1].startswith("exec(") and outer["line"] == 2


def test_frozen_modules(session: Start) -> None:
    """Those of the standard library come from its files."""
    text = "def f():\n    return 1\nimport importlib\nimportlib._bootstrap._call_with_frames_removed(f)\n"
    run = at_line(session, text, 2)
    frame = next(each for each in run.frames if each["source"]["path"] == "<frozen importlib._bootstrap>")
    assert "f(*args, **kwds)" in text_of(run, frame)[frame["line"] - 1]


def test_program_on_standard_input(python) -> None:
    """Who fed it to the program has its text: lines are those of that."""
    with Session(python.path, "-", stdin=subprocess.PIPE) as run:
        run.process.stdin.write(b"a = 1\nb = a\nc = b\n")
        run.process.stdin.close()
        run.process.stdin = None
        run.start(stop_on_entry=True)
        run.go("next", "step")
        frame = run.frames[0]
        assert (frame["source"]["path"], frame["line"]) == ("<stdin>", 2)
        assert "sourceReference" not in frame["source"] and "pytui" not in frame["source"]


def test_nothing_runs_and_nothing_stays(session: Start) -> None:
    """Constants that lie are not asked, no module is loaded, and the code is free to go."""
    text = (
        "import sys, weakref, gc\n"
        "class Liar:\n    def __repr__(self): raise SystemExit\n    __len__ = __iter__ = __eq__ = __repr__\n"
        "    __hash__ = object.__hash__\n"
        "def make():\n    space = {}\n    exec('def f():\\n    a = 77777\\n    return a\\n', space)\n"
        "    f = space['f']\n"
        "    f.__code__ = f.__code__.replace(co_consts=tuple(Liar() for c in range(9)))\n"
        "    return f\n"
        "f = make()\n"
        "before = set(sys.modules)\n"
        "f()\n"
        "code = weakref.ref(f.__code__)\n"
        "del f\n"
        "gc.collect()\n"
        "end = 1\n"
    )
    run = session(text=text).start(14, 18)
    run.wait_stop("breakpoint")
    inside(run)
    source = run.frames[0]["source"]
    assert "Liar" in "\n".join(text_of(run, run.frames[0]))
    assert run.evaluate("set(__import__('sys').modules) - __import__('__main__').before") == "set()"
    run.go(reason="breakpoint")
    assert run.line == 18 and run.evaluate("code() is None") == "True"
    with pytest.raises(RequestFailed, match="does not have the text"):
        run.request("source", source=source, sourceReference=source["sourceReference"])


def test_long_code(session: Start) -> None:
    """Arguments above 255, and as many lines as there are."""
    body = "\\n".join(f"v{i} = {i * 1000}" for i in range(400))
    run = at_line(session, f"text = '{body}'\nexec(text)\n", 2)
    inside(run)
    for _ in range(3):
        run.go("next", "step")
    frame = run.frames[0]
    lines = text_of(run, frame)
    assert frame["pytui"]["sourceLine"] == 4 and "(3000)" in lines[frame["line"] - 1]
    assert any("EXTENDED_ARG" in each for each in lines) and any("(v399)" in each for each in lines)
    assert any("(399000)" in each for each in lines)
