"""`@pytui.attach_on_error()`: a debugger on the frame that raised, where the environment asks for one."""

import functools
import inspect
import os
import sys
from collections.abc import AsyncGenerator, Callable, Collection, Generator
from typing import Any, TypeVar, overload

from pytui import _backend, _listen, _screen

_ENABLING = ("PYTUI_DEBUG", "IPDB_DEBUG")
_MODES = ("PYTUI_MODE", "IPDB_MODE")
_RANKS = ("RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID", "PMI_RANK", "LOCAL_RANK")
_SEEN = "_pytui_seen"  # on an exception: the user has looked at it

Target = TypeVar("Target", bound=Callable[..., Any])
Kinds = type[BaseException] | tuple[type[BaseException], ...]


class _Decision:
    """What becomes of a call whose exception was looked at: it is made again, or has a value after all."""

    def __init__(self, again: bool, value: object = None) -> None:
        self.again, self.value = again, value


_decided: _Decision | None = None


def retry() -> None:
    """To be called while a debugger shows an exception for `attach_on_error`: make the call again."""
    global _decided
    _decided = _Decision(again=True)


def resume(value: object = None) -> None:
    """To be called while a debugger shows an exception for `attach_on_error`: have the call return VALUE."""
    global _decided
    _decided = _Decision(again=False, value=value)


def _first(names: tuple[str, ...]) -> str:
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


def _enabled() -> bool:
    said = _first(_ENABLING).lower()
    return said in ("1", "true", "yes", "on") or (not said and _first(_MODES) != "")


def _rank() -> int | None:
    text = _first(_RANKS)
    return int(text) if text.isdigit() else None


def _in_console() -> bool:
    mode = _first(_MODES)
    if mode == "web":
        print("pytui: there is no web page yet; a socket instead", file=sys.__stderr__, flush=True)
    if mode in ("console", "socket", "web"):
        return mode == "console"
    if _rank() not in (None, 0):
        return False
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def _wait_for_debugger(error: BaseException) -> bool:
    """Have a debugger attached, whoever comes."""
    listening = _backend.load().listening()
    address = listening or _listen.listen()
    rank = _rank()
    who = f"rank {rank}" if rank is not None else f"process {os.getpid()}"
    print(f"pytui: {who} waits at {type(error).__name__}: pytui attach {address}", file=sys.__stderr__, flush=True)
    try:
        _backend.load().wait()
        return _backend.active()
    finally:
        if not listening:
            _listen.unlisten()


def _show(error: BaseException) -> _Decision | None:
    """Stop at ERROR; what the user decided, None: it goes on its way."""
    global _decided
    alone = not _backend.active()
    try:
        there = not alone or (_screen.available() if _in_console() else _wait_for_debugger(error))
    except (OSError, RuntimeError) as failure:
        print(f"pytui: cannot open the debugger: {failure}", file=sys.__stderr__, flush=True)
        return None
    _decided = None
    if there:
        _backend.stop(None, reason="exception", exception=error, post_mortem=True)
        if alone:  # the session was for this
            _backend.detach()
    decided, _decided = _decided, None
    return decided


class _Guard:
    """The decorator and context manager that `attach_on_error()` returns."""

    def __init__(self, exc: Kinds, when: Callable[[Any], object] | None, ranks: Collection[int] | None) -> None:
        self._exc = exc
        self._when = when
        self._here = _enabled() and (ranks is None or (_rank() or 0) in ranks)

    def _look(self, error: BaseException) -> _Decision | None:
        if not isinstance(error, self._exc) or getattr(error, _SEEN, False):
            return None
        if self._when is not None and not self._when(error):
            return None
        try:
            setattr(error, _SEEN, True)  # it may come through other guards on its way
        except AttributeError:
            pass
        return _show(error)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        decision = self._look(error) if self._here and error is not None else None
        return decision is not None and not decision.again

    def __call__(self, target: Target) -> Target:
        if not self._here:
            return target
        if inspect.isclass(target):
            return self._guard_class(target)
        if inspect.isasyncgenfunction(target):
            return self._guard_async_generator(target)
        if inspect.iscoroutinefunction(target):
            return self._guard_coroutine(target)
        if inspect.isgeneratorfunction(target):
            return self._guard_generator(target)
        return self._guard_function(target)

    def _guard_class(self, target: type) -> type:
        for name, member in list(vars(target).items()):
            if inspect.isfunction(member):
                setattr(target, name, self(member))
            elif isinstance(member, staticmethod | classmethod):
                setattr(target, name, type(member)(self(member.__func__)))
        return target

    def _guard_function(self, target: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(target)
        def run(*arguments: object, **named: object) -> object:
            while True:
                try:
                    return target(*arguments, **named)
                except BaseException as error:
                    decision = self._look(error)
                    if decision is None:
                        raise
                if not decision.again:
                    return decision.value

        return run

    def _guard_coroutine(self, target: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(target)
        async def run(*arguments: object, **named: object) -> object:
            while True:
                try:
                    return await target(*arguments, **named)
                except BaseException as error:
                    decision = self._look(error)
                    if decision is None:
                        raise
                if not decision.again:
                    return decision.value

        return run

    def _guard_generator(self, target: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(target)
        def run(*arguments: object, **named: object) -> Generator[Any, Any, Any]:
            try:
                return (yield from target(*arguments, **named))
            except BaseException as error:
                decision = self._look(error)
                if decision is None or decision.again:  # what was yielded cannot be taken back
                    raise
                return decision.value

        return run

    def _guard_async_generator(self, target: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(target)
        async def run(*arguments: object, **named: object) -> AsyncGenerator[Any, Any]:
            generator = target(*arguments, **named)
            step = generator.__anext__()
            try:
                while True:
                    item = await step
                    try:
                        step = generator.asend((yield item))
                    except GeneratorExit:
                        await generator.aclose()
                        raise
                    except BaseException as thrown:
                        step = generator.athrow(thrown)
            except StopAsyncIteration:
                return
            except BaseException as error:
                decision = self._look(error)
                if decision is None or decision.again:
                    raise

        return run


@overload
def attach_on_error(
    *, exc: Kinds = ..., when: Callable[[Any], object] | None = ..., ranks: Collection[int] | None = ...
) -> _Guard: ...
@overload
def attach_on_error(target: Target, /) -> Target: ...
def attach_on_error(
    target: Callable[..., object] | None = None,
    /,
    *,
    exc: Kinds = Exception,
    when: Callable[[Any], object] | None = None,
    ranks: Collection[int] | None = None,
) -> object:
    """Have a debugger stop where an exception was raised, with its chain and all variables, before it goes on its way.

    A decorator for functions, coroutines, generators and classes (all their methods), and a context manager. It does
    nothing, and costs nothing, unless PYTUI_DEBUG (or IPDB_DEBUG) is 1 or PYTUI_MODE (or IPDB_MODE) is set when it
    decorates. The mode "console" opens the screen on the program's terminal; "socket" prints how to attach and waits;
    without one, rank 0 with a terminal is "console".

    Leaving the debugger raises the exception again, as does `q`. `pytui.retry()` or `pytui.resume(value)`, evaluated
    while the debugger shows it, have the call made again or return a value instead.

    Arguments:
        target: what is decorated, where it is written without parentheses.
        exc: the classes of exceptions to stop at.
        when: called with the exception; stop only if it returns something true.
        ranks: of a job; stop in these only.

    """
    guard = _Guard(exc, when, ranks)
    return guard if target is None else guard(target)
