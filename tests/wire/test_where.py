"""The stacks of all threads of a program that goes on running: pytui/where, and a pause that C code delays."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from client import RequestFailed, Session
from interpreters import Interpreter

Start = Callable[..., Session]

# `block(seconds)` is C code that keeps the interpreter.
BLOCK = "import ctypes\ndef block(seconds):\n    ctypes.PyDLL(None).usleep(ctypes.c_uint(int(seconds * 1000000)))\n"
C_CALLS = {
    # A debug build takes four times as long for it.
    "sum": "sum(range(2 * 10**8 // (4 if hasattr(__import__('sys'), 'gettotalrefcount') else 1)))",
    "re": "__import__('re').match(r'(a+)+$', 'a' * 27 + 'b')",
    "power": "three ** 10000000",
    "library": "block(1.5)",
}
WAITS = {
    "deadlock": (
        "import threading\na, b, both = threading.Lock(), threading.Lock(), threading.Barrier(2)\n"
        "def first():\n    with a:\n        both.wait()\n        b.acquire()\n"
        "def second():\n    with b:\n        both.wait()\n        a.acquire()\n"
        "t = threading.Thread(target=second, daemon=True)\nt.start()\nfirst()\n",
        {"MainThread": "first", "Thread-1 (second)": "second"},
    ),
    "join": (
        "import threading, time\ndef nap():\n    time.sleep(60)\n"
        "def linger():\n    t.join()\n"  # not a name that Thread.start(), too, has in its stack
        "t = threading.Thread(target=nap, daemon=True, name='napper')\nt.start()\nlinger()\n",
        {"MainThread": "linger", "napper": "nap"},
    ),
    "child": (
        "import subprocess\ndef wait():\n    subprocess.run(['sleep', '60'], start_new_session=False)\nwait()\n",
        {"MainThread": "wait"},
    ),
    "loop": ("def spin():\n    while True:\n        pass\nspin()\n", {"MainThread": "spin"}),
}


def stacks(answer: dict[str, Any]) -> dict[str, list[tuple[str, int]]]:
    """Name and line of each frame, innermost first, by the thread's name; names without their class."""
    return {
        thread["name"]: [(frame["name"].rsplit(".")[-1], frame["line"]) for frame in thread["stackFrames"]]
        for thread in answer["threads"]
    }


def where_until(run: Session, fits: Callable[[dict[str, list[tuple[str, int]]]], bool]) -> dict[str, Any]:
    """Ask until the stacks are as they will be."""
    for _ in range(200):
        answer = run.request("pytui/where")
        if fits(stacks(answer)):
            return answer
        run.pump(0.02)
    raise AssertionError(answer)


def wait_up(run: Session) -> None:
    """Wait for the program's first line of output, and a moment for what follows it."""
    assert run.process.stdout.readline() == b"up\n"
    run.pump(0.1)


@pytest.mark.parametrize("text, expected", WAITS.values(), ids=WAITS.keys())
def test_where_while_it_runs(session: Start, text: str, expected: dict[str, str]) -> None:
    """All threads with their names and functions; nothing stops, and nobody sees that it was asked."""
    run = session(text=text).start()
    run.event("process")

    def fits(found: dict[str, list[tuple[str, int]]]) -> bool:
        names = {name: [function for function, _ in frames] for name, frames in found.items()}
        return set(found) == set(expected) and all(expected[name] in names[name] for name in expected)

    answer = where_until(run, fits)
    assert answer["state"] == "running" and not answer["moreThreads"]
    assert [thread["id"] for thread in answer["threads"]] == sorted(thread["id"] for thread in answer["threads"])
    main = answer["threads"][0]
    assert main["stackFrames"][-1]["source"]["path"] == run.script
    assert main["pytui"]["nativeId"] == run.process.pid and not main["moreFrames"]
    assert "stopped" not in run.names_of_events()
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    assert expected["MainThread"] in [frame["name"] for frame in run.frames]


@pytest.mark.parametrize("call", C_CALLS.values(), ids=C_CALLS.keys())
def test_c_code_keeps_the_interpreter(session: Start, call: str) -> None:
    """where and pause answer all the same, with the stacks; the stop comes at the next line."""
    text = (
        f"{BLOCK}def crunch():\n    return {call}\nthree = 3\nprint('up', flush=True)\nn = crunch()\n"
        "for end in range(9):\n    pass\n"
    )
    run = session(text=text).start()
    wait_up(run)
    answer = run.request("pytui/where")
    assert answer["state"] == "blocked" and ("crunch", 5) in stacks(answer)["MainThread"]
    begin = time.monotonic()
    extension = run.request("pause", threadId=0)["pytui"]
    assert extension["state"] == "blocked" and time.monotonic() - begin < 2
    assert stacks(extension["stacks"])["MainThread"][-2:] == [("crunch", 5), ("<module>", 8)]
    assert extension["stacks"]["threads"][0]["stackFrames"][-1]["source"]["path"] == run.script
    run.wait_stop("pause")
    assert run.where in (("crunch", 5), ("<module>", 9), ("<module>", 10), ("block", 3))
    run.resume()
    assert run.finish()[0] == 0


def test_other_threads_while_c_code_runs(session: Start) -> None:
    """All of them, under the ids and names that they have otherwise."""
    text = (
        f"{BLOCK}import threading, time\ndef nap():\n    time.sleep(60)\n"
        "for i in range(3):\n    threading.Thread(target=nap, daemon=True, name=f'nap {i}').start()\n"
        "print('up', flush=True)\ninput()\nblock(1.5)\n"
    )
    run = session(text=text, stdin=subprocess.PIPE).start()
    wait_up(run)
    before = run.request("pytui/where")
    run.process.stdin.write(b"go\n")
    run.process.stdin.flush()
    run.pump(0.1)
    after = run.request("pytui/where")
    assert after["state"] == "blocked"
    assert [(each["id"], each["name"]) for each in after["threads"]] == [
        (each["id"], each["name"]) for each in before["threads"]
    ]
    assert stacks(after)["nap 2"][0] == ("nap", 6)
    page = run.request("pytui/where", start=1, count=2, startFrame=1, levels=1)
    assert [(each["name"], len(each["stackFrames"])) for each in page["threads"]] == [("nap 0", 1), ("nap 1", 1)]
    assert page["moreThreads"] and page["threads"][0]["moreFrames"]


def test_input_can_be_paused(session: Start) -> None:
    """input() gives the interpreter away: a real stop right there."""
    run = session(text="def ask():\n    input()\nprint('up', flush=True)\nask()\n", stdin=subprocess.PIPE).start()
    wait_up(run)
    assert stacks(run.request("pytui/where"))["MainThread"] == [("ask", 2), ("<module>", 4)]
    run.request("pause", threadId=0)
    run.wait_stop("pause")
    assert run.where == ("ask", 2)
    assert stacks(run.request("pytui/where"))["MainThread"] == [("ask", 2), ("<module>", 4)]


def test_pages(session: Start) -> None:
    """Threads and frames come in pages that say whether there is more; one thread alone can be asked for."""
    text = (
        "import threading, time\ndef dive(n):\n    return dive(n - 1) if n else time.sleep(60)\n"
        "for i in range(4):\n    threading.Thread(target=dive, args=(300,), daemon=True).start()\n"
        "print('up', flush=True)\ndive(10)\n"
    )
    run = session(text=text).start()
    wait_up(run)
    whole = run.request("pytui/where")
    assert len(whole["threads"]) == 5 and not whole["moreThreads"]
    assert [each["moreFrames"] for each in whole["threads"]] == [False, True, True, True, True]
    assert len(whole["threads"][1]["stackFrames"]) == 50
    page = run.request("pytui/where", start=1, count=3, startFrame=290, levels=1000)
    assert [each["id"] for each in page["threads"]] == [each["id"] for each in whole["threads"][1:4]]
    assert page["moreThreads"] and not page["threads"][0]["moreFrames"]
    assert 10 < len(page["threads"][0]["stackFrames"]) < 20
    alone = run.request("pytui/where", threadId=whole["threads"][4]["id"], levels=3)
    assert [each["id"] for each in alone["threads"]] == [whole["threads"][4]["id"]] and not alone["moreThreads"]
    with pytest.raises(RequestFailed, match="no thread 99"):
        run.request("pytui/where", threadId=99)
    assert run.request("pytui/where", start=50)["threads"] == []


def test_while_an_evaluate_runs(session: Start) -> None:
    """A stop does not keep the stacks from being seen when its thread is busy for a client."""
    run = session(text="def work():\n    return 1\nwork()\n").start(2)
    run.wait_stop("breakpoint")
    busy = run.send("evaluate", expression="[0 for _ in iter(int, 1)]", context="watch")
    run.pump(0.1)
    answer = run.request("pytui/where")
    assert answer["state"] == "blocked" and ("work", 2) in stacks(answer)["MainThread"]
    run.request("cancel", requestId=busy)
    run.answer(busy)


def test_hostile_names(session: Start) -> None:
    """Names that the program chose do not break what is read from outside."""
    text = (
        f'{BLOCK}code = compile("block(1.5)", \'odd", line 7 in x\\nThread 0x1 \\u20ac\\udc80\\\\x41\', "exec")\n'
        "print('up', flush=True)\nexec(code, {'block': block})\n"
    )
    run = session(text=text).start()
    wait_up(run)
    answer = run.request("pytui/where")
    assert answer["state"] == "blocked" and set(stacks(answer)) == {"MainThread"}
    frame = answer["threads"][0]["stackFrames"][1]
    assert frame["source"]["path"] == 'odd", line 7 in x\\x0aThread 0x1 €\\udc80\\x41'
    assert (frame["name"], frame["line"]) == ("<module>", 1)


def test_nothing_is_changed(session: Start, python: Interpreter, tmp_path: Path) -> None:
    """Signals, modules, descriptors and children are those of a bare run, also while stacks are read from outside."""
    text = (
        f"import os, signal, sys\n{BLOCK}seen = []\nsignal.signal(signal.SIGCHLD, lambda *_: seen.append('child'))\n"
        "print('up', flush=True)\n"
        "try:\n    block(1.2)\n    os.waitpid(-1, 0)\nexcept ChildProcessError:\n    seen.append('none')\n"
        "lines = [line.split() for line in open('/proc/self/status')]\n"
        "pthreads = 3 << 31  # signals of the C library's own, once there was a thread\n"
        "masks = [int(line[1], 16) & ~pthreads for line in lines if line[0] in ('SigBlk:', 'SigIgn:', 'SigCgt:')]\n"
        "handlers = [str(signal.getsignal(n)) for n in range(34, 65)]\n"
        "print(seen, masks, handlers, sorted(os.listdir('/proc/self/fd')), 'faulthandler' in sys.modules)\n"
    )
    script = tmp_path / "nothing.py"
    script.write_text(text)
    for options in ([], ["-X", "faulthandler"], ["-X", "dev"]):
        bare = subprocess.run([python.path, *options, script], capture_output=True, text=True, check=True)
        run = session(*options, script).start()
        wait_up(run)
        assert run.request("pytui/where")["state"] == "blocked"
        code, output, errors = run.finish()
        assert (code, "up\n" + output, errors) == (0, bare.stdout, bare.stderr)


def test_the_programs_own_faulthandler(session: Start, tmp_path: Path) -> None:
    """enable, register, dump_traceback_later and unregister do what they do, and so do we."""
    log = tmp_path / "log"
    text = (
        f"{BLOCK}import faulthandler, os, signal, sys\nlog = open({str(log)!r}, 'w')\n"
        "faulthandler.enable(log)\nfaulthandler.register(signal.SIGUSR1, log, all_threads=False)\n"
        "faulthandler.dump_traceback_later(0.2, file=log)\nprint('up', flush=True)\nblock(1.0)\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\n"
        "assert faulthandler.unregister(signal.SIGUSR1) and not faulthandler.unregister(signal.SIGUSR1)\n"
        "assert faulthandler.is_enabled()\nprint('in', flush=True)\ninput()\nfaulthandler._sigsegv()\n"
    )
    run = session(text=text, stdin=subprocess.PIPE).start()
    wait_up(run)
    assert stacks(run.request("pytui/where"))["MainThread"][0] == ("block", 3)
    assert run.process.stdout.readline() == b"in\n"
    text = log.read_text()
    assert text.count("Timeout") == 1 and text.count("line 11 in <module>") == 1
    run.process.communicate(b"\n", timeout=30)
    assert run.process.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in log.read_text() and "line 16 in <module>" in log.read_text()


def test_a_thousand_times(session: Start, tmp_path: Path) -> None:
    """Busy threads compute what they would have; nothing is left behind."""
    flag = tmp_path / "flag"
    text = (
        "import os, threading\nresults = []\n"
        "def work(n, seed):\n    return seed if n == 0 else work(n - 1, (seed * 31 + n) % 1000003)\n"
        "def run():\n    while True:\n        results.append(work(40, 7))\n"
        f"        if os.path.exists({str(flag)!r}):\n            return\n"
        "files = sorted(os.listdir('/proc/self/fd'))\n"
        "ts = [threading.Thread(target=run) for _ in range(3)]\n[t.start() for t in ts]\nprint('up', flush=True)\n"
        "[t.join() for t in ts]\n"
        "print(len(set(results)), len(results) > 3, files == sorted(os.listdir('/proc/self/fd')))\n"
    )
    run = session(text=text).start()
    wait_up(run)
    for _ in range(100):
        assert len(run.request("pytui/where")["threads"]) == 4
    before = resident(run)
    for _ in range(10):
        for seq in [run.send("pytui/where") for _ in range(90)]:
            run.answer(seq)
    if "libasan" not in Path(f"/proc/{run.process.pid}/maps").read_text():  # which keeps what is freed
        assert resident(run) - before < 20 << 10  # the results themselves grow meanwhile
    flag.touch()
    assert run.finish()[:2] == (0, "1 True True\n")
    assert "stopped" not in run.names_of_events()


def resident(run: Session) -> int:
    """KiB of memory that the program uses."""
    lines = Path(f"/proc/{run.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def test_many_times_from_outside(session: Start) -> None:
    """Reading from outside leaves no process, descriptor or memory behind."""
    run = session(text=f"{BLOCK}print('up', flush=True)\nblock(6)\n").start()
    wait_up(run)
    tasks = Path(f"/proc/{run.process.pid}/task/{run.process.pid}/children")
    for _ in range(12):
        assert run.request("pytui/where")["state"] == "blocked"
    readers = Path(f"/proc/{run.process.pid}/task").glob("*/children")
    assert tasks.read_text() == "" and not any(each.read_text() for each in readers)


def test_asked_at_the_end(session: Start) -> None:
    """Requests on their way while the interpreter ends do no harm; each has an answer or the channel closes."""
    for delay in range(10):
        text = (
            "import threading, time\ndef nap():\n    time.sleep(60)\n"
            "[threading.Thread(target=nap, daemon=True).start() for _ in range(3)]\n"
            f"print('up', flush=True)\ntime.sleep({delay} / 100)\n"
        )
        run = session(text=text, name=f"end{delay}.py").start()
        assert run.process.stdout.readline() == b"up\n"
        try:
            for _ in range(100):
                run.send("pytui/where")
        except OSError:
            pass  # it was faster
        assert run.finish()[::2] == (0, "")


def test_a_forked_child(session: Start) -> None:
    """Has nothing of it: it may use faulthandler and signals as ever."""
    text = (
        f"{BLOCK}import os, signal, faulthandler\nprint('up', flush=True)\nblock(0.6)\npid = os.fork()\n"
        "if pid == 0:\n    block(0.3)\n    faulthandler.register(signal.SIGUSR1, all_threads=False)\n"
        "    os.kill(os.getpid(), signal.SIGUSR1)\n    os._exit(0)\n"
        "print(os.waitpid(pid, 0)[1], flush=True)\n"
    )
    run = session(text=text).start()
    wait_up(run)
    assert run.request("pytui/where")["state"] == "blocked"
    code, output, errors = run.finish()
    assert (code, output) == (0, "0\n") and "line 11 in <module>" in errors


def test_the_client_goes_meanwhile(session: Start) -> None:
    """While the answer is being made from outside: the program goes on."""
    run = session(text=f"{BLOCK}print('up', flush=True)\nblock(1)\nprint('end')\n").start()
    wait_up(run)
    run.send("pytui/where")
    run.send("pause", threadId=0)
    run.pump(0.15)
    run.channel.close()
    assert run.process.communicate(timeout=30)[0] == b"end\n" and run.process.returncode == 0


def test_after_disconnect_nothing_is_registered(session: Start) -> None:
    """The signal is free again: the program may register it with faulthandler itself."""
    text = (
        "import time, faulthandler, sys\nprint('up', flush=True)\ninput()\n"
        "print([n for n in range(34, 65) if faulthandler.unregister(n)])\n"
    )
    run = session(text=text, stdin=subprocess.PIPE).start()
    wait_up(run)
    run.request("disconnect", terminateDebuggee=False)
    time.sleep(0.3)
    assert run.process.communicate(b"\n", timeout=30)[0] == b"[]\n"
    assert os.waitstatus_to_exitcode(run.process.returncode) == 0
