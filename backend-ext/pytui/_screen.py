"""The debugger's screen in the terminal of the program itself.

It is another process, on `/dev/tty` whatever the standard streams are. It has the terminal while the program stands
still and gives it back before the program goes on.
"""

import errno
import os
import sys
import threading
from pathlib import Path
from types import FrameType

from . import _backend

_NO_TERMINAL = (errno.ENXIO, errno.ENOENT, errno.EIO, errno.ENODEV, errno.ENOTTY)
_lock = threading.Lock()


def _find_program() -> Path:
    from . import __main__ as program  # not before: `python -m pytui` is to be the first to import it

    for path in program.candidates():
        if os.access(path, os.X_OK) and path.is_file():
            return path
    raise FileNotFoundError("the program pytui is missing; install the package again")


def _open() -> bool:
    program = str(_find_program())
    try:
        channel = _backend.load().open_screen((program, "--home", str(_backend.home()), "--channel", "3"))
    except OSError as error:
        if error.errno in _NO_TERMINAL:
            raise OSError("this process has no terminal") from None
        raise
    # It says itself, on the terminal, why it cannot be used.
    return _backend.attach(f"fd:{channel}", wait=True)


def available() -> bool:
    """Have a debugger: the one that is attached, or else one with a screen on this process's terminal.

    Returns:
        whether there is one; if not, the reason was written to standard error.

    """
    with _lock:
        if _backend.active():
            return True
        try:
            return _open()
        except (OSError, RuntimeError) as error:  # UnavailableError is a RuntimeError, ConnectionError an OSError
            print(f"pytui: cannot open the debugger: {error}", file=sys.__stderr__, flush=True)
            return False


def _in_exit_handler() -> bool:
    """Whether the main thread runs what no module called, an exit handler: no handler behind it would end a session."""
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
    return frame.f_code.co_name != "<module>" and threading.current_thread() is threading.main_thread()


def stop(frame: FrameType, text: str | None = None) -> None:
    """Stop in FRAME, in the debugger that is attached or else on a screen of its own.

    Arguments:
        frame: the innermost frame to show.
        text: more about the reason.

    """
    alone = not _backend.active()
    if available():
        _backend.stop(frame, text=text)
        if alone and _in_exit_handler():
            _backend.detach()
