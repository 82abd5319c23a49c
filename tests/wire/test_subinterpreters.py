"""Other interpreters in the program's process: not debugged, not disturbed."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from client import Session

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
