"""The backend of this interpreter: finding its extension module `_pytui`, and what the module offers.

Nothing happens on import. `attach()` begins a session in the middle of the running program; `stop()` stops it where it
is called; `detach()` ends the session. All of the package's ways in are made of these.
"""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import FrameType, ModuleType


def _find_package() -> Path:
    """Return this directory; where the package is installed as editable, the one with what was compiled for it."""
    for finder in sys.meta_path:
        if type(finder).__name__ == "MesonpyMetaFinder" and getattr(finder, "_name", "") == "pytui":
            built = Path(getattr(finder, "_build_path", "")) / "backend-ext" / "pytui"
            if built.is_dir():
                return built
    return Path(__file__).resolve().parent


PACKAGE = _find_package()
OLDEST, NEWEST = (3, 11), (3, 15)
STABLE_ABI = (3, 12)  # one module serves this version and all later ones

_loaded: ModuleType | None = None


class UnavailableError(RuntimeError):
    """There is no backend for this interpreter; the text says why."""


def home() -> Path:
    """Return the directory with the modules: the package's own in a wheel, else the one above it."""
    return PACKAGE if (PACKAGE / "entry").is_dir() else PACKAGE.parent


def _in_use() -> Path | None:
    """Return the module's file if this process has one: all in it share one session, so it must be that one."""
    try:
        with open("/proc/self/maps", "rb") as maps:  # noqa: PTH123 (a program may have replaced Path's parts)
            for line in maps:
                path = line.rstrip().rpartition(b" ")[2]
                if path.rpartition(b"/")[2].startswith(b"_pytui.") and path.endswith(b".so"):
                    return Path(path.decode(errors="surrogateescape"))
    except OSError:
        pass
    return None


def find() -> Path:
    """Return the file of the module for this interpreter.

    Raises:
        UnavailableError: there is none, or the interpreter is not supported.

    """
    version = sys.version_info[:2]
    who = f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}"
    if sys.implementation.name != "cpython" or not OLDEST <= version <= NEWEST:
        raise UnavailableError(f"pytui has no backend for {who}")
    if "t" in getattr(sys, "abiflags", ""):
        raise UnavailableError(f"pytui has no backend for free-threaded {who} yet")
    suffixes = importlib.machinery.EXTENSION_SUFFIXES
    if version < STABLE_ABI:
        suffixes = [suffix for suffix in suffixes if ".cpython-" in suffix]
    if found := _in_use():
        return found
    for suffix in suffixes:
        path = home() / f"_pytui{suffix}"
        if path.is_file():
            return path
    raise UnavailableError(f"this pytui was built without a backend for {who} (looked in {home()})")


def load() -> ModuleType:
    """Return the extension module, loaded once; it does not appear in sys.modules.

    Raises:
        UnavailableError: there is none for this interpreter.

    """
    global _loaded
    if _loaded is None:
        loader = importlib.machinery.ExtensionFileLoader("_pytui", str(find()))
        spec = importlib.util.spec_from_loader("_pytui", loader)
        assert spec is not None  # noqa: S101
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        _loaded = module
    return _loaded


def attach(address: str, *, wait: bool = False) -> bool:
    """Begin a session in this running program, with the debugger at ADDRESS.

    Arguments:
        address: "fd:N", a connected stream socket, which is taken over, or "unix:PATH", to be connected to.
        wait: serve in this thread until the debugger has set its breakpoints or left; else return at once.

    Returns:
        whether the debugger is still there.

    Raises:
        UnavailableError: there is no backend for this interpreter.
        RuntimeError: it cannot be debugged, or is being debugged already.
        ConnectionError: the debugger cannot be reached.

    """
    return load().attach(address, wait)


def active() -> bool:
    """Return whether a debugger is attached to this process, by whatever way in."""
    return (_loaded is not None or _in_use() is not None) and load().active()


def stop(
    frame: FrameType | None = None,
    *,
    reason: str = "breakpoint",
    text: str | None = None,
    exception: BaseException | None = None,
    post_mortem: bool = False,
) -> bool:
    """Stop the calling thread, and with it the program, until the debugger lets it go on.

    Arguments:
        frame: the innermost frame to show; None is the caller's.
        reason: of the event `stopped`, one of DAP's.
        text: more about it.
        exception: the one that this stop is about.
        post_mortem: show the frames that EXCEPTION left; nothing can be stepped in them.

    Returns:
        whether there was a stop: a debugger is attached, and this is not code that it evaluates itself.

    """
    return active() and load().stop(frame or sys._getframe(1), reason, text, exception, post_mortem)


def detach() -> None:
    """End the session, if there is one: the debugger's connection closes and nothing of it is left."""
    if active():
        load().detach()
