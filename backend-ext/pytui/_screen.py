"""The debugger's screen in the terminal of the program itself, or else somebody's who attaches.

It is another process, on `/dev/tty` whatever the standard streams are. It has the terminal while the program stands
still and gives it back before the program goes on.
"""

import contextlib
import errno
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from . import _backend, _wait

_NO_TERMINAL = (errno.ENXIO, errno.ENOENT, errno.EIO, errno.ENODEV, errno.ENOTTY)
_lock = threading.Lock()


class _NoTerminalError(OSError):
    """There is no terminal, or others of this process's kind share it."""


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()  # another thread of the parent may have had it


os.register_at_fork(after_in_child=_renew_lock)


def _find_program() -> Path:
    from . import __main__ as program  # not before: `python -m pytui` is to be the first to import it

    for path in program.candidates():
        if os.access(path, os.X_OK) and path.is_file():
            return path
    raise FileNotFoundError("the program pytui is missing; install the package again")


def _open() -> bool:
    if _wait.worker():
        raise _NoTerminalError
    program = str(_find_program())
    try:
        channel = _backend.load().open_screen((program, "--home", str(_backend.home()), "--channel", "3"))
    except OSError as error:
        if error.errno in _NO_TERMINAL:
            raise _NoTerminalError from None
        raise
    # It says itself, on the terminal, why it cannot be used.
    return _backend.attach(f"fd:{channel}", wait=True)


def _bring(where: str, no_terminal: str | None, remote: bool, after: contextlib.ExitStack) -> bool:
    """Return whether there is a debugger. What is to be done when the stop is over is added to AFTER."""
    if _backend.active():
        return True
    if not remote:
        with contextlib.suppress(_NoTerminalError):
            return _open()
    end = _wait.begin(where, no_terminal)
    if end:
        after.callback(end)  # not before, for a connection that is cut
    return end is not None


@contextlib.contextmanager
def debugger(where: str, no_terminal: str | None = None, *, remote: bool = False) -> Iterator[bool]:
    """Have a debugger: the one that is attached, else a screen on this process's terminal, else who attaches.

    The block gets whether there is one; if not, the reason was written to standard error.

    Arguments:
        where: the place or the exception that it is about, for who is to attach.
        no_terminal: "wait" or "continue", for where this process has no terminal; None: PYTUI_NO_TERMINAL says it.
        remote: as if there were no terminal.

    """
    there = False
    with contextlib.ExitStack() as after:
        with _lock:
            try:
                there = _bring(where, no_terminal, remote, after)
            except (OSError, RuntimeError) as error:  # UnavailableError is a RuntimeError, ConnectionError an OSError
                _wait.say(f"cannot open the debugger: {error}")
        yield there


def _in_exit_handler() -> bool:
    """Whether the main thread runs what no module called, an exit handler: no handler behind it would end a session."""
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
    if frame.f_globals.get("__name__") == "runpy":  # it runs modules for -m, directories and archives
        return False
    return frame.f_code.co_name != "<module>" and threading.current_thread() is threading.main_thread()


def stop(frame: FrameType, text: str | None = None, no_terminal: str | None = None) -> None:
    """Stop in FRAME, in the debugger that is attached or else in one that is brought.

    Arguments:
        frame: the innermost frame to show.
        text: more about the reason.
        no_terminal: "wait" or "continue", for where this process has no terminal; None: PYTUI_NO_TERMINAL says it.

    """
    alone = not _backend.active()
    with debugger(_wait.place(frame), no_terminal) as there:
        if there:
            _backend.stop(frame, text=text)
            if alone and _in_exit_handler():
                _backend.detach()


def look(error: BaseException, no_terminal: str | None = None, *, remote: bool = False) -> bool:
    """Show ERROR and the frames that it left. A session that is begun for this ends with it.

    Arguments:
        error: it was raised.
        no_terminal: "wait" or "continue", for where this process has no terminal; None: PYTUI_NO_TERMINAL says it.
        remote: as if there were no terminal.

    Returns:
        whether the debugger was there to the end: the user did not leave it.

    """
    alone = not _backend.active()
    with debugger(type(error).__name__, no_terminal, remote=remote) as there:
        if there:
            _backend.stop(None, reason="exception", exception=error, post_mortem=True)
            there = _backend.active()
            if alone:  # it is not to stop at it again where nobody handles it
                _backend.detach()
        return there
