"""Looking at an exception after it was raised: `post_mortem()`, `pm()`, `on_exception()`, `install_excepthook()`."""

import sys
import threading
from collections.abc import Callable
from types import TracebackType

from pytui import _backend, _screen, _wait

_ENDS = (KeyboardInterrupt, SystemExit, GeneratorExit)


def _raised_with(traceback: TracebackType) -> BaseException:
    """Return the exception that TRACEBACK is of: the one being handled, the last uncaught one, or a cause of those."""
    candidates = [sys.exception(), _last()]
    while candidates:
        error = candidates.pop(0)
        if error is not None:
            if error.__traceback__ is traceback:
                return error
            candidates += [error.__cause__, error.__context__]
    return RuntimeError("a traceback without its exception").with_traceback(traceback)


def _last() -> BaseException | None:
    return getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)


def post_mortem(error: BaseException | TracebackType | None = None, *, no_terminal: str | None = None) -> None:
    """Look at an exception: its chain, and the frames that it left with their variables. Nothing can be stepped.

    Arguments:
        error: the exception, or its traceback; None is the exception that is being handled.
        no_terminal: "wait" or "continue", as for `set_trace()`.

    Raises:
        ValueError: there is no exception, or it was never raised; or NO_TERMINAL is something else.

    """
    _wait.check(no_terminal)
    if isinstance(error, TracebackType):
        error = _raised_with(error)
    if error is None:
        error = sys.exception()
    if error is None or error.__traceback__ is None:
        raise ValueError("there is no exception to look at" if error is None else "it was never raised")
    _screen.look(error, no_terminal)


def pm() -> None:
    """Look at the last exception that nobody handled, as in an interactive session.

    Raises:
        ValueError: there is none.

    """
    post_mortem(_last())


class on_exception:  # noqa: N801 (used as a function is)
    """`with pytui.on_exception():` looks at an exception that leaves the block, which then goes on its way.

    Arguments:
        kinds: the classes of exceptions to look at.

    """

    def __init__(self, *kinds: type[BaseException]) -> None:
        self._kinds = kinds or (Exception,)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, self._kinds):
            post_mortem(error)


def _look(error: BaseException | None) -> None:
    # A debugger that is attached has its own filter for what nobody handles.
    if error is not None and error.__traceback__ and not isinstance(error, _ENDS) and not _backend.active():
        post_mortem(error)


def install_excepthook() -> None:
    """From now on, look at exceptions that end the program or a thread, after they were printed.

    The hooks that are there are called first. Calling it again changes nothing.
    """
    if getattr(sys.excepthook, "__module__", None) != __name__:
        sys.excepthook = _hook(sys.excepthook, lambda _, error, __: error)
    if getattr(threading.excepthook, "__module__", None) != __name__:
        threading.excepthook = _hook(threading.excepthook, lambda arguments: arguments.exc_value)


def _hook(former: Callable[..., object], error_of: Callable[..., BaseException | None]) -> Callable[..., None]:
    def hook(*arguments: object) -> None:
        former(*arguments)
        _look(error_of(*arguments))

    return hook
