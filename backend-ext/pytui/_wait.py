"""Where a program that wants a debugger has no terminal for one: it says how to attach, and waits or goes on.

`PYTUI_NO_TERMINAL=wait` or `continue` says which. Without it, it waits where somebody can read that it does: with
standard error closed or on the null device it goes on, since nobody would ever know.
"""

import functools
import os
import stat
import sys
from collections.abc import Callable
from types import FrameType

from . import _backend, _listen

VARIABLE = "PYTUI_NO_TERMINAL"
WAYS = ("wait", "continue")
_RANKS = ("RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID", "PMI_RANK", "LOCAL_RANK")
_passed: set[str] = set()  # places that were passed, and said so


def rank() -> int | None:
    """Return which process of a parallel job this is; None where it is of none."""
    text = next((os.environ[name] for name in _RANKS if os.environ.get(name)), "")
    return int(text) if text.isdigit() else None


def worker() -> str:
    """Return which of several processes with one terminal this is, as pytest-xdist names it; "" otherwise."""
    return os.environ.get("PYTEST_XDIST_WORKER", "")


def place(frame: FrameType) -> str:
    """Return where FRAME stands, for people: "work.py:6 in total"."""
    code = frame.f_code
    inside = "" if code.co_name == "<module>" else f" in {code.co_name}"
    return f"{code.co_filename.rpartition('/')[2]}:{frame.f_lineno}{inside}"


def say(text: str) -> None:
    """Write one line to standard error as the user sees it, whatever captures it or has replaced it."""
    if type(sys.stderr).__module__ == "ipykernel.iostream":  # a cell's output
        print(f"pytui: {text}", file=sys.stderr, flush=True)
        return
    pytest = sys.modules.get("_pytest.debugging")
    manager = getattr(getattr(pytest, "pytestPDB", None), "_pluginmanager", None)
    capture = manager.getplugin("capturemanager") if manager else None
    data = f"pytui: {text}\n".encode(errors="replace")
    try:
        if capture is None:
            os.write(2, data)
        else:
            with capture.global_and_fixture_disabled():
                os.write(2, data)
    except OSError:
        pass  # nobody reads it


def _is_heard() -> bool:
    try:
        here = os.fstat(2)
        return not stat.S_ISCHR(here.st_mode) or here.st_rdev != os.stat(os.devnull).st_rdev  # noqa: PTH116
    except OSError:
        return False


def check(way: object) -> None:
    """Check an argument `no_terminal`.

    Raises:
        ValueError: it is no such word.

    """
    if way is not None and way not in WAYS:
        raise ValueError(f"no_terminal is 'wait' or 'continue', not {way!r}")


def _waits(way: str | None) -> bool:
    way = way or os.environ.get(VARIABLE, "")
    if way and way not in WAYS:
        say(f"{VARIABLE} takes wait or continue, not {way!r}")
    return way == "wait" or (way != "continue" and _is_heard())


def _who() -> str:
    number = rank()
    return f"rank {number}" if number is not None else " ".join(filter(None, [worker(), f"process {os.getpid()}"]))


def _go_on(where: str) -> None:
    if where in _passed:
        return
    _passed.add(where)
    listening = _backend.load().listening()
    more = f"pytui attach {listening}" if listening else f"with {VARIABLE}=wait it would wait for pytui attach"
    say(f"{_who()} has no terminal and goes on at {where}: {more}")


def _listen_no_more(armed: bool) -> None:
    _listen.unlisten()
    if armed:  # as it was before
        _listen.arm()


def begin(where: str, way: str | None = None) -> Callable[[], None] | None:
    """Have a debugger attached by somebody, if this program is to wait for that.

    Arguments:
        where: the place or the exception that it is about.
        way: "wait" or "continue"; None is what PYTUI_NO_TERMINAL says.

    Returns:
        what to call when the stop is over, until when it listens; None: nobody came.

    Raises:
        KeyboardInterrupt: the wait was ended by Ctrl-C.
        OSError: it cannot listen.

    """
    if not _waits(way):
        _go_on(where)
        return None
    backend = _backend.load()
    listening, armed = backend.listening(), backend.armed()
    address = listening or _listen.listen(name=worker() or None)
    end = functools.partial(_listen_no_more, armed) if not listening else lambda: None
    came = False
    try:
        say(f"{_who()} waits at {where}: pytui attach {address}")
        backend.wait()
        came = backend.active()
    finally:
        if not came:
            end()
    return end if came else None
