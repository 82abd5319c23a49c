"""The way into the debugged program, before any of its code runs.

`site` imports this as sitecustomize, since pytui put its directory first on PYTHONPATH. It takes itself out of
everything that the program can see, loads and starts the backend, and hands on to the user's own sitecustomize.
Interpreters that ignore PYTHONPATH or start without `site` run it by way of preload.c, which has cleaned the
environment already and gives the channel's address as ADDRESS. Where the package is installed its file pytui.pth runs
it, with ADDRESS None, if PYTUI_LISTEN is set or PYTUI is `arm`. enter.py has it run in programs that run already, with
ARM, for how many milliseconds.

It must be understood by every Python from 2.7 on, so that one without a backend can say so, and may import nothing
that the interpreter has not imported by itself: sys.modules is the program's.
"""

import posix
import sys

OLDEST, NEWEST = (3, 11), (3, 15)
STABLE_ABI = (3, 12)  # one module serves this version and all later ones


def take_address():
    """Undo what pytui did to the environment and to sys.path, and return the channel's address; None without one."""
    import os

    entry = __file__.rpartition("/")[0]
    sys.path[:] = [directory for directory in sys.path if directory != entry]
    sys.path_importer_cache.pop(entry, None)
    if sys.version_info >= (3,):  # Python 2 would end the module with its last reference
        sys.modules.pop("sitecustomize", None)
    saved = os.environ.pop("PYTUI_PYTHONPATH", None)
    address = os.environ.pop("PYTUI_CHANNEL", None)
    if saved is None:
        os.environ.pop("PYTHONPATH", None)
    else:
        os.environ["PYTHONPATH"] = saved
    return address


def take_listen():
    """Take PYTUI_LISTEN out of the environment: its words; None without it, or where it says no."""
    os = sys.modules.get("os")  # not there with -S
    if os:
        value = os.environ.pop("PYTUI_LISTEN", None)
    else:
        value = posix.environ.pop(b"PYTUI_LISTEN", None)
        if value is not None:
            posix.unsetenv(b"PYTUI_LISTEN")
            value = value.decode("utf-8", "replace")
    return None if value in (None, "", "0", "no") else value.split(",")


def wants_arm():
    """Return whether PYTUI asks for it. It stays in the environment: the program's children are armed too."""
    os = sys.modules.get("os")  # not there with -S
    return (os.environ.get("PYTUI") if os else posix.environ.get(b"PYTUI")) in ("arm", b"arm")


def pack(value):
    """Encode a small map, string or number below 128 as msgpack."""
    if isinstance(value, dict):
        data = bytearray([0x80 | len(value)])
        for key in value:
            data += pack(key) + pack(value[key])
        return data
    if isinstance(value, int):
        return bytearray([value])
    text = bytearray(value if isinstance(value, bytes) else value.encode("utf-8", "replace"))
    return bytearray([0xDA, len(text) >> 8, len(text) & 0xFF]) + text


def refuse(address, message):
    """Tell the debugger, or the user if it cannot be reached, why there is nothing to debug; end the process."""
    events = (("output", {"category": "important", "output": message + "\n"}), ("terminated", {}))
    frames = bytearray()
    for seq, (event, body) in enumerate(events):
        content = pack({"seq": seq + 1, "type": "event", "event": event, "body": body})
        frames += bytearray([0, 0, len(content) >> 8, len(content) & 0xFF]) + content
    descriptor = 2
    if address.startswith("fd:"):
        descriptor = int(address[3:])
    else:
        frames = bytearray(("pytui: " + message + "\n").encode("utf-8", "replace"))
    posix.write(descriptor, bytes(frames))
    posix._exit(2)


def version_text(version):
    """Return (3, 11) as "3.11"."""
    return "%d.%d" % version[:2]


def available(home):
    """Return a text that names the versions that have a backend in HOME."""
    names = posix.listdir(home)
    own = [name for name in sorted(names) if name.startswith("_pytui.cpython-3") and name.endswith(".so")]
    versions = ["3." + name[16:].partition("-")[0] for name in own]
    if "_pytui.abi3.so" in names:
        versions.append(version_text(STABLE_ABI) + " to " + version_text(NEWEST))
    return "CPython " + " and ".join(versions) if versions else "no version at all (it is not installed properly)"


def find_backend(home):
    """Return the path of the backend for this interpreter, or raise LookupError with the reason why there is none."""
    name = getattr(getattr(sys, "implementation", None), "name", "cpython")
    if "__pypy__" in sys.builtin_module_names:
        name = "pypy"
    who = "%s %d.%d.%d" % (("Python" if name == "cpython" else name,) + sys.version_info[:3])
    elsewhere = "; there is one for %s: choose another interpreter with --python PATH (this is %s)"
    elsewhere %= (available(home), sys.executable)
    if name != "cpython":
        raise LookupError("pytui has a backend for CPython only, and this is " + who + elsewhere)
    if "t" in getattr(sys, "abiflags", "") and sys.version_info >= (3, 13):
        reason = "a stop holds all threads by the global interpreter lock, which it does not have"
        raise LookupError("pytui has no backend for free-threaded %s yet (%s)%s" % (who, reason, elsewhere))
    if sys.version_info < OLDEST or sys.version_info[:2] > NEWEST:
        raise LookupError("pytui has no backend for " + who + elsewhere)
    import _imp

    suffixes = _imp.extension_suffixes()
    if sys.version_info < STABLE_ABI:
        suffixes = [suffix for suffix in suffixes if ".cpython-" in suffix]  # a debug build takes the common one too
    names = posix.listdir(home)
    for suffix in suffixes:
        if "_pytui" + suffix in names:
            return home + "/_pytui" + suffix
    raise LookupError("this pytui was built without a backend for " + who + elsewhere)


def load(path):
    """Return the backend's module, which stands at PATH. Not by import: that would leave it in sys.modules."""
    import _imp

    before = "encodings.ascii" in sys.modules
    module = _imp.create_dynamic(type(sys.__spec__)("_pytui", None, origin=path))
    _imp.exec_dynamic(module)
    if not before and sys.modules.pop("encodings.ascii", None):
        # 3.11 looks this codec up for the module's name in a debug build or with -X dev. Both caches forget it.
        import _codecs

        encodings = sys.modules["encodings"]
        del encodings.ascii
        encodings._cache.pop("ascii", None)
        _codecs.register(refuse)
        _codecs.unregister(refuse)
    return module


def find_in_use():
    """Return the path of the backend that this process has loaded, or None: all in it share one session."""
    with open("/proc/self/maps", "rb") as maps:
        for line in maps:
            path = line.rstrip().rpartition(b" ")[2]
            if path.rpartition(b"/")[2].startswith(b"_pytui.") and path.endswith(b".so"):
                return path.decode(sys.getfilesystemencoding(), "surrogateescape")
    return None


def arm(linger=0):
    """Let debuggers attach that know the process's id, for LINGER milliseconds or for ever. Returns the address."""
    home = __file__.rsplit("/", 2)[0]
    return load((find_in_use() if linger else None) or find_backend(home)).arm(linger)


def listen(words):
    """Have the program listen as PYTUI_LISTEN's WORDS say, and wait if they do. It runs in any case."""
    address = name = None
    public = wait = False
    try:
        for word in words:
            if word.startswith(("unix:/", "tcp:")):
                address = word
            elif word == "public":
                public = True
            elif word.startswith("name="):
                name = word[5:]
            elif word == "wait":
                wait = True
            elif word not in ("1", "yes"):
                takes = "1, wait, name=NAME, unix:/PATH, tcp:HOST:PORT and public, with commas"
                raise ValueError("PYTUI_LISTEN takes %s, not %r" % (takes, word))
        module = load(find_backend(__file__.rsplit("/", 2)[0]))
        listening = module.listen(address, name, public)
        if (address or "").endswith(":0") and address.startswith("tcp:"):  # nobody knows the port yet
            posix.write(2, ("pytui: listens at " + listening + "\n").encode("utf-8", "replace"))
        if wait:
            module.wait()
    except Exception as error:
        text = "pytui: the program does not listen: %s\n" % str(error).replace("pytui: ", "", 1)
        posix.write(2, text.encode("utf-8", "replace"))


def start(address):
    """Load the backend and connect it; returns once the debugger lets the program run."""
    home = __file__.rsplit("/", 2)[0]
    try:
        path = find_backend(home)
    except LookupError as error:
        refuse(address, error.args[0])
    try:
        load(path).start(address)
    except BaseException as error:
        kind = type(error).__name__
        refuse(address, "pytui's backend %s cannot be started: %s: %s" % (path, kind, error))


if __name__ == "sitecustomize":
    ADDRESS = take_address()
if __name__ != "enter":
    LISTEN = take_listen()
    if ADDRESS is not None:
        start(ADDRESS)
    elif LISTEN is not None:
        listen(LISTEN)
    elif wants_arm():
        try:
            arm()
        except LookupError:  # it is set for all programs, also those that nobody can attach to
            pass
        except Exception as error:
            posix.write(2, ("pytui: the program is not armed: %s\n" % error).encode("utf-8", "replace"))
if __name__ == "sitecustomize":
    # The user's own lands in sys.modules under its name; without one `site` expects this very ImportError.
    import sitecustomize  # noqa: F401
