"""pytui: a full-screen terminal debugger for Python.

`pytui script.py` debugs a program; `python -m pytui script.py` does the same with this interpreter.
"""

import sys as _sys
from collections.abc import Callable as _Callable

from pytui import _screen, _wait
from pytui._listen import arm, listen, unlisten
from pytui._on_error import attach_on_error, resume, retry
from pytui._post_mortem import install_excepthook, on_exception, pm, post_mortem

__all__ = [
    "__version__",
    "arm",
    "attach_on_error",
    "install_excepthook",
    "listen",
    "on_exception",
    "pm",
    "post_mortem",
    "register_presenter",
    "resume",
    "retry",
    "set_trace",
    "unlisten",
]

_presenters: dict[type, _Callable[[object], object]] = {}


def set_trace(cond: object = True, *, header: str | None = None, no_terminal: str | None = None) -> None:
    """Stop here and show the debugger, in the terminal that this program has or where one is attached.

    `PYTHONBREAKPOINT=pytui.set_trace` has `breakpoint()` do this. On `continue` the program's own screen is back. Where
    there is no terminal, a line on standard error says how to attach, and the program waits for that or goes on.

    Arguments:
        cond: stop only if this is true.
        header: shown as the reason of the stop.
        no_terminal: "wait" or "continue"; None is what the environment's PYTUI_NO_TERMINAL says, else to wait unless
            standard error is closed or the null device.

    Raises:
        ValueError: NO_TERMINAL is something else.

    """
    _wait.check(no_terminal)
    if cond:
        _screen.stop(_sys._getframe(1), header, no_terminal)


def register_presenter(kind: type, function: _Callable[[object], object] | None) -> None:
    """Have the debugger call FUNCTION to show objects of KIND and its subclasses, where the user asked for it.

    It gets the object and returns a str, or any other object to be shown in its place. What it raises is shown
    instead. A class may also have a method `__pytui__` that does the same; the nearer class wins, a registered
    function before the method. None takes the registration back.

    Raises:
        TypeError: KIND is no class, or FUNCTION cannot be called.

    """
    if not isinstance(kind, type):
        raise TypeError(f"a class is wanted, not {kind!r}")
    if function is None:
        _presenters.pop(kind, None)
    elif callable(function):
        _presenters[kind] = function
    else:
        raise TypeError(f"a function is wanted, not {function!r}")


def load_ipython_extension(shell: object) -> None:
    """Do what `%load_ext pytui` is for: give IPython the magic `%pytui`."""
    from pytui import _ipython

    _ipython.load(shell)


def unload_ipython_extension(shell: object) -> None:
    """Undo it, for `%unload_ext pytui`."""
    from pytui import _ipython

    _ipython.unload(shell)


def __getattr__(name: str) -> str:
    """Look `__version__` up when somebody asks, since reading the package's metadata takes a few milliseconds.

    `pytest -p pytui` asks a module that it takes for a plugin for `pytest_plugins`.
    """
    if name == "pytest_plugins":
        return "pytui._pytest"
    if name == "__version__":
        from importlib import metadata

        return metadata.version("pytui")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
