"""Other interpreters in the program's process: not debugged, not disturbed."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from client import Session, run_bare

Start = Callable[..., Session]

TEXT = """\
import sys, threading
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
run = getattr(interpreters, "exec", None) or interpreters.run_string
code = f'''
import sys
sys.path.insert(0, {sys.path[0]!r})
import shared
print(shared.work(20), shared.catches(), sys.gettrace(), flush=True)
class Loud:
    def __del__(self): raise ValueError("in the subinterpreter")
sys.stderr = None
Loud()
'''
def other():
    one = interpreters.create()
    run(one, code)
    interpreters.destroy(one)
for _ in range(3):
    other()
thread = threading.Thread(target=other)
thread.start()
thread.join()
import shared
print(shared.work(1), flush=True)
"""

SHARED = """\
def work(n):
    total = 0
    for i in range(n):
        total += i
    return total
def catches():
    try: 1 / 0
    except ZeroDivisionError: return 'caught'
"""


def test_subinterpreters(session: Start, python, tmp_path: Path) -> None:
    """Code that runs there passes breakpoints and filters; the same code in the main interpreter stops."""
    (tmp_path / "shared.py").write_text(SHARED)
    script = tmp_path / "script.py"
    script.write_text(TEXT)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI"))}
    bare = subprocess.run([python.path, script], capture_output=True, text=True, cwd=tmp_path, env=clean, timeout=60)
    run = session(script)
    run.initialize()
    run.set_breakpoints(tmp_path / "shared.py", 4)
    options = [{"filterId": each, "condition": "ZeroDivisionError, ValueError"} for each in ("raised", "unraisable")]
    run.request("setExceptionBreakpoints", filters=["uncaught"], filterOptions=options)
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert run.where == ("work", 4) and run.frames[1]["source"]["path"] == str(script)
    assert run.evaluate("n") == "1"
    assert run.stats()["unhandled"] == 0
    run.resume()
    assert run.finish() == (bare.returncode, bare.stdout, bare.stderr)
    assert bare.returncode == 0 and bare.stdout.count("190 caught None") == 4


PUBLIC = """\
import sys, threading
from concurrent import interpreters
import shared
code = f'''
import sys
sys.path.insert(0, {sys.path[0]!r})
import shared
print(shared.work(20), shared.catches(), sys.gettrace(), flush=True)
'''
def other():
    one = interpreters.create()
    one.exec(code)
    print(one.call(pow, 2, 5), flush=True)
    try:
        one.exec("1 / 0")
    except interpreters.ExecutionFailed as error:
        print(error.excinfo.type.__name__, flush=True)
    one.close()
other()
threads = [threading.Thread(target=other) for _ in range(2)]
for each in threads: each.start()
for each in threads: each.join()
print(shared.work(1), flush=True)
left = interpreters.create()
left.prepare_main(kept=1)
print("end", flush=True)
"""


def test_public_module(session: Start, python, tmp_path: Path) -> None:
    """concurrent.interpreters: one after the other, two at once in threads, and one that lives to the end."""
    if python.version < (3, 14):
        pytest.skip("concurrent.interpreters begins with 3.14")
    (tmp_path / "shared.py").write_text(SHARED)
    run = session(text=PUBLIC)
    bare = run_bare(python.path, run.script, cwd=tmp_path)
    run.initialize()
    run.set_breakpoints(tmp_path / "shared.py", 4)
    run.request("setExceptionBreakpoints", filters=["uncaught", "unraisable"])
    run.configure(stop_on_entry=False)
    run.wait_stop("breakpoint")
    assert run.where == ("work", 4) and run.evaluate("n") == "1"
    run.request("pytui/where")
    run.go("next", "step")
    run.resume()
    status, stdout, stderr = run.finish()
    assert (status, sorted(stdout.split("\n")), stderr) == (bare[0], sorted(bare[1].split("\n")), bare[2])
    assert bare[0] == 0 and bare[1].count("190 caught None") == 3 and bare[1].endswith("end\n")


AT_ONCE = """\
import os, sys, threading, time
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
run = getattr(interpreters, "exec", None) or interpreters.run_string
def code(mine, other):
    return f'''
import os, sys
sys.path.insert(0, {sys.path[0]!r})
import shared
os.write({mine}, b"x")
os.read({other}, 1)
total = sum(shared.work(20) for _ in range(500))
os.write(1, (str(total) + chr(10)).encode())
'''
pipes = [os.pipe() for _ in range(2)]
def other(k):
    one = interpreters.create()
    run(one, code(pipes[k][1], pipes[1 - k][0]))
    interpreters.destroy(one)
threads = [threading.Thread(target=other, args=(k,)) for k in range(2)]
import shared
for each in threads: each.start()
for _ in range(20): shared.work(1)
for each in threads: each.join()
print("end", flush=True)
"""


def test_two_at_once(session: Start, python, tmp_path: Path) -> None:
    """Two of them run the file's code while the main interpreter stops in it twenty times, with steps and pauses."""
    (tmp_path / "shared.py").write_text(SHARED)
    run = session(text=AT_ONCE)
    bare = run_bare(python.path, run.script, cwd=tmp_path)
    run.initialize()
    run.set_breakpoints(tmp_path / "shared.py", 4)
    run.configure(stop_on_entry=False)
    for _ in range(20):
        run.wait_stop("breakpoint")
        assert run.where == ("work", 4) and run.evaluate("n") == "1"
        run.go("stepOut", "step")
        run.resume()
    assert run.finish() == bare == (0, "95000\n95000\nend\n", "")
