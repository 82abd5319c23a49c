"""Programs that can be attached to: `pytui.listen()`."""

import sys
from pathlib import Path

from pytui import _backend


def listen(address: str | None = None, wait: bool = False, *, name: str | None = None, public: bool = False) -> str:
    """Let debuggers attach to this program from now on; it runs at full speed until one does.

    `pytui attach` finds it, `pytui ls` lists it. Only this user can connect. Calling it again changes nothing
    unless it names another address.

    Arguments:
        address: "unix:PATH"; None is a socket of its own where `pytui attach` looks. "tcp:HOST:PORT" or "HOST:PORT" is
            that socket and TCP, where debuggers must know this user's secret; it is not encrypted. Port 0 is any.
        wait: return only when a debugger is attached and ready, which is at once if one is there already. A debugger
            that wants to stop at the start stops here.
        name: what it is called in lists; None is the script's name.
        public: TCP may be reached from other machines: HOST need not be this machine's loopback.

    Returns:
        the address, for `pytui attach ADDRESS`.

    Raises:
        RuntimeError: this interpreter cannot be debugged, or it listens already somewhere else.
        OSError: it cannot listen there.

    """
    if address is not None and address.startswith("unix:"):
        address = f"unix:{Path(address[5:]).absolute()}"
    elif address is not None and ":" in address and not address.startswith("tcp:"):
        address = f"tcp:{address}"
    backend = _backend.load()
    listening = backend.listening()
    any_port = listening and address and address.endswith(":0") and listening.startswith(address[:-1])
    if listening is None or not (any_port or address in (None, listening)):
        listening = backend.listen(address, name, public)
    if wait and backend.wait():
        backend.stop(sys._getframe(1), "entry")
    return listening


def arm() -> None:
    """Let `pytui attach PID`, `pytui exec PID` and `pytui dump PID` into this program; no list shows it.

    Two native threads sleep until then; the program runs as without. `PYTUI=arm` in its environment does the same. A
    program that listens already is left as it is.

    Raises:
        RuntimeError: this interpreter cannot be debugged.
        OSError: it cannot listen.

    """
    _backend.load().arm()


def unlisten() -> None:
    """Listen no more, and be armed no more. A debugger that is attached stays."""
    _backend.load().unlisten()
