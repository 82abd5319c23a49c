"""A text of Python in a thread of its own, in the middle of a program: what `pytui exec` runs.

exec.c runs this inside the program, in a namespace that no other code sees: nothing of it is in sys.modules. It imports
nothing but what every interpreter has.
"""

import _io
import _thread
import builtins
import sys


class Raw(_io._RawIOBase):
    """Bytes on their way to the client."""

    def __init__(self, category, write):
        """Send by WRITE, as CATEGORY."""
        self.category = category
        self.send = write

    def writable(self):
        """Say that it takes bytes."""
        return True

    def write(self, data):
        """Send DATA."""
        self.send(self.category, bytes(data))
        return len(data)


class Split:
    """A stream that is the client's for one thread, and for all others what stood there before."""

    __slots__ = ("_pytui_before", "_pytui_ident", "_pytui_own")

    def __init__(self, own, before):
        """Be OWN for the calling thread, BEFORE (None: nothing takes it) for others."""
        object.__setattr__(self, "_pytui_own", own)
        object.__setattr__(self, "_pytui_before", before)
        object.__setattr__(self, "_pytui_ident", _thread.get_ident())

    def __getattribute__(self, name):
        """Ask the thread's own."""
        mine = _thread.get_ident() == object.__getattribute__(self, "_pytui_ident")
        return getattr(object.__getattribute__(self, "_pytui_own" if mine else "_pytui_before"), name)

    def __setattr__(self, name, value):
        """Tell the thread's own."""
        mine = _thread.get_ident() == object.__getattribute__(self, "_pytui_ident")
        setattr(object.__getattribute__(self, "_pytui_own" if mine else "_pytui_before"), name, value)

    def __iter__(self):
        """Be what a stream is."""
        return iter(self.readline, "")

    def __enter__(self):
        """Be what a stream is."""
        return self

    def __exit__(self, *_):
        """Stay open: it is not the block's."""


def namespace(name):
    """Return what the text runs in: its own names, behind them those of the program's main module as they are now."""
    main = getattr(sys.modules.get("__main__"), "__dict__", {})
    return {"__name__": "__main__", "__file__": name, "__builtins__": {**vars(builtins), **main}}


def show(error):
    """Print ERROR as the interpreter does, without our own frame."""
    traceback = error.__traceback__ and error.__traceback__.tb_next
    sys.__excepthook__(type(error), error.with_traceback(traceback), traceback)


def status_of(code):
    """Return the status that SystemExit with CODE means, as the interpreter does."""
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


def perform(source, name):
    """Run SOURCE, and return its status."""
    try:
        exec(compile(source, name, "exec", dont_inherit=True), namespace(name))
    except SystemExit as error:
        return status_of(error.code)
    except BaseException as error:
        show(error)
        return 1
    return 0


def run(source, name, write, done):
    """Be the thread."""
    status = 1
    placed = []
    try:
        for stream in ("stdout", "stderr"):
            own = _io.TextIOWrapper(Raw(stream, write), "utf-8", "backslashreplace", None, True)
            before = getattr(sys, stream, None)
            split = own if before is None else Split(own, before)
            placed.append((stream, split, own, before))
            setattr(sys, stream, split)
        status = perform(source, name)
    except KeyboardInterrupt:
        pass
    finally:
        for stream, split, own, before in placed:
            if getattr(sys, stream, None) is split:
                setattr(sys, stream, before)
            try:
                own.flush()
            except Exception:
                status = 1
        done(status)


def start(source, name, write, done):
    """Start the thread; return its ident."""
    return _thread.start_new_thread(run, (source, name, write, done))
