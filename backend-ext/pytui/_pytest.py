"""`pytest --pytui`: the debugger at each failure; `pytest --pytui-trace`: at the start of each test.

pytest finds it by the package's entry point where pytui is installed, elsewhere by `-p pytui`. Without one of its
options it does nothing.
"""

import contextlib
import inspect
import linecache
import os
import signal
import sys
from collections.abc import Iterator
from types import CodeType, FrameType, TracebackType

import pytest

_HOOKED = ("", "pytui.set_trace", "pdb.set_trace")  # of PYTHONBREAKPOINT: what stops in a debugger, whichever


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("debugging")
    group.addoption("--pytui", action="store_true", help="look at each failure in pytui; breakpoint() stops there")
    group.addoption("--pytui-trace", action="store_true", help="stop in pytui at the start of each test")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Become active if an option asks for it."""
    looks, traces = config.getoption("pytui"), config.getoption("pytui_trace")
    if config.getoption("usepdb") and looks:
        raise pytest.UsageError("--pdb and --pytui do the same: one of them, please")
    if looks or traces:
        config.pluginmanager.register(_Debugger(config), "pytui-debugger")
    if looks:
        # pytest's own debugger has been set up before. Its option has tearDown() of a TestCase wait for the debugger,
        # and a doctest stop where it fails first.
        config.option.usepdb = True


def _cause(error: BaseException) -> BaseException:
    """Return what went wrong in the user's code where ERROR is a doctest's or a conftest's wrapping of it."""
    inner = getattr(error, "exc_info", None) or getattr(error, "excinfo", None)
    found = inner[1] if isinstance(inner, tuple) else getattr(error, "cause", None)
    for number, example in enumerate(getattr(getattr(error, "test", None), "examples", ())):  # while it runs only
        name, lines = f"<doctest {error.test.name}[{number}]>", example.source.splitlines(keepends=True)
        linecache.cache[name] = (len(example.source), None, lines, name)
    return found if isinstance(found, BaseException) and found.__traceback__ else error


def _is_machinery(traceback: TracebackType) -> bool:
    """Whether this is a frame of pytest or unittest, or one that says by their conventions that it helps them."""
    names = traceback.tb_frame.f_globals
    package = str(names.get("__name__", "")).partition(".")[0]
    helps = "__unittest" in names or traceback.tb_frame.f_locals.get("__tracebackhide__")
    return package in ("_pytest", "pytest", "pluggy") or bool(helps)


@contextlib.contextmanager
def _without_machinery(error: BaseException) -> Iterator[BaseException]:
    """Give ERROR without the frames of pytest that lead to the user's code, and those in which that ended."""
    whole = error.__traceback__
    rows, row = [], whole
    while row:
        rows.append(row)
        row = row.tb_next
    while rows and _is_machinery(rows[-1]):
        rows.pop()
    first = next((index for index, row in enumerate(rows) if not _is_machinery(row)), 0)
    shown = None
    for row in reversed(rows[first:]):
        shown = TracebackType(shown, row.tb_frame, row.tb_lasti, row.tb_lineno)
    try:
        yield error.with_traceback(shown or whole)
    finally:
        error.__traceback__ = whole


def _fresh_code(item: pytest.Item) -> CodeType | None:
    """Return the code of the test function, made to be one that never ran; None where it has none."""
    function = inspect.unwrap(getattr(item, "obj", None))
    function = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    function = inspect.unwrap(getattr(function, "__func__", function))
    if not inspect.isfunction(function):
        return None
    function.__code__ = function.__code__.replace()
    return function.__code__


class _Debugger:
    """What is active in a run with one of the options."""

    def __init__(self, config: pytest.Config) -> None:
        from pytui import _backend, _screen  # not before: they are of no use otherwise

        self._config, self._backend, self._screen = config, _backend, _screen
        self._pid = os.getpid()
        self._used = False
        self._session = False  # one was begun that is to last
        self._left = False  # the user left the debugger: the run goes on without
        self._looks, self._traces = config.getoption("pytui"), config.getoption("pytui_trace")
        self._restore = contextlib.ExitStack()
        self._take_breakpoints()
        self._take_sigterm()

    def pytest_unconfigure(self) -> None:
        """Give back what was taken."""
        self._restore.close()

    def _take_breakpoints(self) -> None:
        hook, set_trace = sys.breakpointhook, pytest.set_trace

        def stop_hook(*arguments: object, **named: object) -> object:
            if os.environ.get("PYTHONBREAKPOINT", "") not in _HOOKED:
                return hook(*arguments, **named)
            return self._stop(sys._getframe(1), None)

        def stop_here(*_: object, header: str | None = None, **__: object) -> None:
            self._stop(sys._getframe(1), header)

        sys.breakpointhook, pytest.set_trace = stop_hook, stop_here
        self._restore.callback(setattr, sys, "breakpointhook", hook)
        self._restore.callback(setattr, pytest, "set_trace", set_trace)

    def _take_sigterm(self) -> None:
        """Have the debugger's "End it" end the run as pytest does that, with its summary."""
        with contextlib.suppress(ValueError):  # this is not the main thread
            if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
                signal.signal(signal.SIGTERM, self._on_sigterm)
                self._restore.callback(signal.signal, signal.SIGTERM, signal.SIG_DFL)

    def _on_sigterm(self, number: int, _: FrameType | None) -> None:
        if os.getpid() != self._pid:  # a test has forked
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        self._left = True
        pytest.exit("Quitting pytui" if self._used else "terminated")

    @contextlib.contextmanager
    def _uncaptured(self) -> Iterator[None]:
        """Let what is written come to the terminal, and tell plugins of a debugger: timeouts must not count it."""
        capture = self._config.pluginmanager.getplugin("capturemanager")
        self._used = True
        if capture:
            capture.suspend(in_=True)
        self._config.hook.pytest_enter_pdb(config=self._config, pdb=self)
        try:
            yield
        finally:
            self._config.hook.pytest_leave_pdb(config=self._config, pdb=self)
            if capture:
                capture.resume()

    def _is_left(self) -> bool:
        self._left = self._left or (self._session and not self._backend.active())
        return self._left

    def _stop(self, frame: FrameType, header: str | None) -> None:
        if not self._is_left():
            with self._uncaptured():
                self._screen.stop(frame, header)
            self._session = True

    def pytest_exception_interact(self, call: pytest.CallInfo[object], report: pytest.TestReport) -> None:
        """Look at what failed. What pytest has to say of it is on the terminal, for `o`, and not again at the end."""
        if self._looks and call.excinfo and not self._is_left():
            with self._uncaptured(), _without_machinery(_cause(call.excinfo.value)) as error:
                self._write(report)
                self._left = not self._screen.look(error)

    def _write(self, report: pytest.TestReport) -> None:
        capture = self._config.pluginmanager.getplugin("capturemanager")
        terminal = self._config.pluginmanager.getplugin("terminalreporter")
        if capture:
            sys.stdout.write("".join(capture.read_global_capture()))  # since the report was made
        if terminal is None:
            return
        writer, shown = terminal._tw, self._config.option.showcapture
        writer.line()
        for name, text in (("stdout", report.capstdout), ("stderr", report.capstderr), ("log", report.caplog)):
            if text and shown in (name, "all"):
                writer.sep(">", f"captured {name}")
                writer.line(text.removesuffix("\n"))
        writer.sep(">", "traceback")
        report.toterminal(writer)
        writer.sep(">", "pytui")
        writer.flush()
        report._pdbshown = True

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Have the test's function stop where it begins."""
        code = _fresh_code(item) if self._traces and not self._is_left() else None
        if code is None or not self._begin(item):
            yield
            return
        self._backend.load().await_code(code)
        self._config.hook.pytest_enter_pdb(config=self._config, pdb=self)
        try:
            yield
        finally:
            self._config.hook.pytest_leave_pdb(config=self._config, pdb=self)
            self._backend.load().await_code(None)

    def _begin(self, item: pytest.Item) -> bool:
        """Return whether there is a debugger, after it was brought. Once the user has left it there is no other."""
        if not self._session:
            self._session = True
            with self._uncaptured(), self._screen.debugger(item.nodeid):
                pass
        return not self._is_left()
