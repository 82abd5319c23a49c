"""Processes that the program makes, in every way there is: they run as if never debugged, and say nothing to us."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from client import Session

Start = Callable[..., Session]

# What a child finds of us: tools, trace functions, threads, variables, and sockets that it can reach. Line 15 has the
# breakpoint, which only the parent may reach.
STATE = """\
import os, subprocess, sys, threading, time
def state():
    tools = [sys.monitoring.get_tool(i) for i in range(6)] if hasattr(sys, "monitoring") else []
    traces = sys.gettrace(), sys.getprofile(), threading.gettrace()
    names = [each for each in (*os.environ, *sys.path, *sys.modules) if "pytui" in each.lower()]
    return [each for each in (*tools, *traces, *names) if each] + own_threads()
def own_threads():
    for _ in range(500):  # the kernel's thread outlives the one that was joined by a moment
        if len(os.listdir("/proc/self/task")) == threading.active_count(): return []
        time.sleep(0.01)
    return ["threads"]
def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
def child(name="child"):
    mark = 1
    say(name, state())
    return mark
def wait(pid):
    say("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""

MARK = 15

WAYS = {
    "fork": "pid = os.fork()\nif not pid:\n    child()\n    os._exit(5)\nwait(pid)\n",
    "fork_and_exit": "pid = os.fork()\nif not pid:\n    child()\n    sys.exit(6)\nwait(pid)\n",
    "fork_and_raise": (
        "sys.excepthook = lambda *_: say('hook')\npid = os.fork()\nif not pid:\n    child()\n    1 / 0\nwait(pid)\n"
    ),
    "thread": (
        "def run():\n    pid = os.fork()\n    if not pid:\n        child()\n        os._exit(5)\n    wait(pid)\n"
        "import warnings\nwarnings.simplefilter('ignore')\n"
        "thread = threading.Thread(target=run)\nthread.start()\nthread.join()\n"
    ),
    "grandchild": (
        "reader, writer = os.pipe()\npid = os.fork()\nif not pid:\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
        "    child('daemon')\n    os.write(writer, b'done')\n    os._exit(0)\n"
        "os.close(writer)\nsay(os.read(reader, 9))\nwait(pid)\n"
    ),
    "forkpty": (
        "import pty\npid, terminal = pty.fork()\nif not pid:\n    child()\n    os._exit(5)\n"
        "text = b''\nwhile not text.endswith(b'\\n'): text += os.read(terminal, 200)\n"
        "say(text.replace(b'\\r', b''))\nwait(pid)\n"
    ),
    "preexec": "done = subprocess.run(['true'], preexec_fn=child)\nsay(done.returncode)\n",
    "vfork": "done = subprocess.run([sys.executable, '-c', 'print(5)'], close_fds=False)\nsay(done.returncode)\n",
    "shell": "say(os.system('exit 3'))\nwith os.popen('echo out') as out:\n    say(out.read())\n",
    "posix_spawn": "wait(os.posix_spawn('/bin/sh', ['sh', '-c', 'exit 4'], os.environ))\n",
    "spawnv": "say(os.spawnv(os.P_WAIT, '/bin/sh', ['sh', '-c', 'exit 4']))\n",
    "exec": (
        "words = [sys.executable, '-c', 'import os; print(*sorted(os.environ))']\nos.execv(sys.executable, words)\n"
    ),
    "exec_itself": (
        "if len(sys.argv) > 1:\n    child('again')\nelse:\n"
        "    os.execv(sys.executable, [sys.executable, sys.argv[0], 'again'])\n"
    ),
    "exec_in_a_child": (
        "pid = os.fork()\nif not pid: os.execvp('sh', ['sh', '-c', 'ls /proc/self/fd | wc -l'])\nwait(pid)\n"
    ),
    "fork_twice": (
        "for n in range(20):\n    pid = os.fork()\n"
        "    if not pid:\n        child()\n        os._exit(n)\n    wait(pid)\n"
    ),
    "unraisable_in_a_child": (
        "class Loud:\n    def __del__(self): raise ValueError('in the child')\n"
        "pid = os.fork()\nif not pid:\n    sys.stderr = None\n    Loud()\n    child()\n    os._exit(5)\nwait(pid)\n"
    ),
    "thread_fails_in_a_child": (
        "pid = os.fork()\nif not pid:\n    threading.excepthook = lambda _: say('hook')\n"
        "    thread = threading.Thread(target=lambda: 1 / 0)\n    thread.start()\n    thread.join()\n"
        "    child()\n    os._exit(5)\nwait(pid)\n"
    ),
    "multiprocessing_fork": "METHOD = 'fork'\n",
    "multiprocessing_spawn": "METHOD = 'spawn'\n",
    "multiprocessing_forkserver": "METHOD = 'forkserver'\n",
}

POOL = """\
import multiprocessing
def work(n):
    return n * n, state()
if __name__ == "__main__":
    with multiprocessing.get_context(METHOD).Pool(2) as pool:
        say(pool.map(work, range(4)))
"""


def program(tmp_path: Path, way: str) -> Path:
    """Write the program that makes children in that WAY."""
    path = tmp_path / f"{way}.py"
    path.write_text(STATE + WAYS[way] + (POOL if way.startswith("multiprocessing") else ""))
    return path


@pytest.mark.parametrize("filters", [["uncaught"], ["raised", "unraisable", "uncaught"]], ids=["default", "all"])
@pytest.mark.parametrize("way", WAYS)
def test_children(session: Start, python, tmp_path: Path, way: str, filters: list[str]) -> None:
    """A program and its children print and return what they do bare; only the parent reaches breakpoints."""
    path = program(tmp_path, way)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI"))}
    bare = subprocess.run(
        [python.path, path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        env=clean,
        timeout=60,
    )
    run = session(path)
    run.initialize()
    run.set_breakpoints(path, MARK)
    types = [{"filterId": each, "condition": "ZeroDivisionError"} for each in filters]
    run.request("setExceptionBreakpoints", filters=[], filterOptions=types)
    run.configure(stop_on_entry=False)
    status, stdout, stderr = run.finish()
    assert (status, stdout, stderr) == (bare.returncode, bare.stdout, bare.stderr)
    assert bare.returncode == 0 and "stopped" not in run.names_of_events()


def test_fork_at_a_stop_of_another_thread(session: Start) -> None:
    """A step over a fork while another thread waits with its own hit: the child is free, the hit is not lost."""
    text = (
        STATE
        + """\
import time, warnings
warnings.simplefilter("ignore")
go = threading.Event()
def other():
    go.wait()
    mark = 2
thread = threading.Thread(target=other)
thread.start()
def fork():
    go.set(); time.sleep(0.1)
    return os.fork()
pid = fork()
if not pid:
    child()
    os._exit(5)
wait(pid)
thread.join()
"""
    )
    mark = text.splitlines().index("    mark = 2") + 1
    start = text.splitlines().index("pid = fork()") + 1
    run = session(text=text).start(MARK, mark, start)
    run.wait_stop("breakpoint")
    assert run.line == start
    reasons = []
    run.request("next", threadId=0)
    for _ in range(2):
        run.wait_stop()
        reasons.append((run.frames[0]["name"], run.stopped["reason"]))
        run.resume()
    assert ("other", "breakpoint") in reasons
    status, stdout, _ = run.finish()
    assert status == 0 and stdout.splitlines()[-1] == "status 5" and "child []" in stdout


def test_fork_by_evaluate_leaves_the_session(session: Start) -> None:
    """A child made at a stop by an evaluate serves nobody; the parent is served as before."""
    run = session(text=STATE + "x = 1\nsay('end')\n").start(20)
    run.wait_stop("breakpoint")
    for code in (3, 4):
        status = "os.waitstatus_to_exitcode(os.waitpid(p, 0)[1])"
        fork = f"(lambda p: {status} if p else os._exit(child() + {code}))(os.fork())"
        assert run.evaluate(fork) == str(code + 1)
    assert run.evaluate("x if 'x' in globals() else 'none'") == "'none'"
    run.resume()
    status, stdout, _ = run.finish()
    assert (status, stdout) == (0, "child []\nchild []\nend\n")


def test_exec_closes_the_channel(session: Start) -> None:
    """The process is another program now: no `exited` is said, and the channel ends."""
    run = session(text="import os\nos.execvp('sleep', ['sleep', '0.2'])\n").start()
    status, _, _ = run.finish()
    assert status == 0 and "exited" not in run.names_of_events()
