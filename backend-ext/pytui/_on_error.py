"""`@pytui.attach_on_error()`: a debugger on the frame that raised, where the environment asks for one."""

import functools
import inspect
import os
from collections.abc import AsyncGenerator, Callable, Collection, Generator
from typing import Any, NamedTuple, TypeVar, overload

from pytui import _backend, _screen, _wait

_ENABLING = ("PYTUI_DEBUG", "IPDB_DEBUG")
_MODES = ("PYTUI_MODE", "IPDB_MODE")
_SEEN = "_pytui_seen"  # on an exception: the user has looked at it

Target = TypeVar("Target", bound=Callable[..., Any])
Kinds = type[BaseException] | tuple[type[BaseException], ...]


class _Decision(NamedTuple):
    """What becomes of a call whose exception was looked at: it is made again, or has a value after all."""

    again: bool
    value: object = None


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
    return next((os.environ[name] for name in names if os.environ.get(name)), "").lower()


def _enabled() -> bool:
    said = _first(_ENABLING)
    return said in ("1", "true", "yes", "on") or (not said and _first(_MODES) != "")


def _is_remote() -> bool:
    """Whether somebody is to attach, rather than that the screen opens here."""
    mode = _first(_MODES)
    if mode == "web":
        _wait.say("there is no web page yet; a socket instead")
    elif mode not in ("", "console", "socket"):
        _wait.say(f"there is no mode {mode!r}, only console and socket; it is chosen automatically")
    return mode in ("socket", "web") or (mode != "console" and _wait.rank() not in (None, 0))


def _show(error: BaseException) -> _Decision | None:
    """Stop at ERROR; what the user decided, None: it goes on its way."""
    global _decided
    _decided = None
    # A debugger was asked for, by the environment: it is worth to wait for.
    way = os.environ.get(_wait.VARIABLE) or "wait"
    stayed = _screen.look(error, way, remote=not _backend.active() and _is_remote())
    decided, _decided = _decided, None
    return decided if stayed else None


class _Call:
    """A call, as a block: what it raises is looked at, and swallowed if the user decided so.

    Attributes:
        again: the call is to be made, or to be made again.
        value: what it returns, if it does not return by itself.

    """

    def __init__(self, guard: "_Guard", repeatable: bool) -> None:
        self._guard, self._repeatable = guard, repeatable
        self.again, self.value = True, None

    def __enter__(self) -> None:
        self.again = False

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        decision = self._guard.look(error) if error is not None else None
        if decision is None or error is None:
            return False
        if decision.again and not self._repeatable:
            _wait.say(f"what was done before {type(error).__name__} cannot be done again here: it goes its way")
            return False
        if decision.again:
            error.__dict__.pop(_SEEN, None)  # the very same object may be raised again
        self.again, self.value = decision
        return True


class _Guard:
    """The decorator and context manager that `attach_on_error()` returns."""

    def __init__(self, exc: Kinds, when: Callable[[Any], object] | None, ranks: Collection[int] | None) -> None:
        self._exc = exc
        self._when = when
        self._here = _enabled() and (ranks is None or (_wait.rank() or 0) in ranks)

    def _is_wanted(self, error: BaseException) -> bool:
        if not isinstance(error, self._exc) or getattr(error, _SEEN, False):
            return False
        try:
            return self._when is None or bool(self._when(error))
        except Exception as failure:
            _wait.say(f"when= failed: {type(failure).__name__}: {failure}")
            return True

    def look(self, error: BaseException) -> _Decision | None:
        """Show ERROR if it is one of those wanted; what the user decided, None: it goes on its way."""
        if not self._is_wanted(error):
            return None
        error.__dict__[_SEEN] = True  # it may come through other guards on its way
        return _show(error)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        return self._here and _Call(self, repeatable=False).__exit__(kind, error, traceback)

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        return self.__exit__(kind, error, traceback)

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
            elif type(member) is property:
                parts = [part and self(part) for part in (member.fget, member.fset, member.fdel)]
                setattr(target, name, property(*parts, doc=member.__doc__))
        return target

    def _guard_function(self, target: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(target)
        def run(*arguments: object, **named: object) -> object:
            call = _Call(self, repeatable=True)
            while call.again:
                with call:
                    return target(*arguments, **named)
            return call.value

        return run

    def _guard_coroutine(self, target: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(target)
        async def run(*arguments: object, **named: object) -> object:
            call = _Call(self, repeatable=True)
            while call.again:
                with call:
                    return await target(*arguments, **named)
            return call.value

        return run

    def _guard_generator(self, target: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(target)
        def run(*arguments: object, **named: object) -> Generator[Any, Any, Any]:
            with (call := _Call(self, repeatable=False)):
                return (yield from target(*arguments, **named))
            return call.value

        return run

    def _guard_async_generator(self, target: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(target)
        async def run(*arguments: object, **named: object) -> AsyncGenerator[Any, Any]:
            generator = target(*arguments, **named)
            step = generator.__anext__()
            with _Call(self, repeatable=False):
                while True:
                    try:
                        item = await step
                    except StopAsyncIteration:
                        return
                    try:
                        step = generator.asend((yield item))
                    except GeneratorExit:
                        await generator.aclose()
                        raise
                    except BaseException as thrown:
                        step = generator.athrow(thrown)

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

    A decorator for functions, coroutines, generators of both kinds and classes (all their methods and properties), and
    a context manager for `with` and `async with`. It does nothing, and costs nothing, unless PYTUI_DEBUG (or
    IPDB_DEBUG) is 1 or PYTUI_MODE (or IPDB_MODE) is set when it decorates. The mode "console" opens the screen on the
    program's terminal; "socket" prints how to attach and waits; without one, rank 0 with a terminal is "console".

    Leaving the debugger raises the exception again, as does `q`. `pytui.retry()` or `pytui.resume(value)`, evaluated
    while the debugger shows it, have the call made again or return a value instead. Generators and blocks cannot be
    made again.

    Arguments:
        target: what is decorated, where it is written without parentheses.
        exc: the classes of exceptions to stop at.
        when: called with the exception; stop only if it returns something true.
        ranks: of a job; stop in these only.

    """
    guard = _Guard(exc, when, ranks)
    return guard if target is None else guard(target)
