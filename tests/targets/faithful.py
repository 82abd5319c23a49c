"""Prints, as JSON, all that a program can see of how it was started. Run bare and under pytui, it must print the same."""

import sys

seen = {"modules": list(sys.modules)}  # first, before anything else is imported


def depth(n=1):
    """How many frames are left."""
    try:
        return depth(n + 1)
    except RecursionError:
        return n


def below():
    """The frames from the module's down."""
    frame, names = sys._getframe(1), []
    while frame:
        names.append("%s:%s" % (frame.f_code.co_filename, frame.f_code.co_name))
        frame = frame.f_back
    return names


seen["depth"] = depth()
seen["frames"] = below()
seen["main"] = {
    name: repr(type(value)) if name in ("__builtins__", "__loader__") else repr(value)
    for name, value in sorted(vars(sys.modules["__main__"]).items())
    if name.startswith("__")
}
seen["main_keys"] = list(vars(sys.modules["__main__"]))[:12]
for name in (
    "argv orig_argv path flags executable prefix exec_prefix base_prefix warnoptions _xoptions dont_write_bytecode "
    "pycache_prefix byteorder platlibdir implementation version float_repr_style"
).split():
    seen["sys." + name] = repr(getattr(sys, name, None))
for name in "getrecursionlimit getswitchinterval getdlopenflags gettrace getprofile getfilesystemencoding".split():
    seen["sys." + name] = repr(getattr(sys, name)())
for name in "excepthook displayhook unraisablehook breakpointhook".split():
    seen["sys." + name] = repr(getattr(sys, name))
seen["sys.hooks"] = [sys.excepthook is sys.__excepthook__, sys.breakpointhook is sys.__breakpointhook__]
seen["meta_path"] = [repr(finder) for finder in sys.meta_path]
seen["path_hooks"] = [getattr(hook, "__name__", repr(hook)) for hook in sys.path_hooks]
seen["importer_cache"] = list(sys.path_importer_cache)
seen["dir(sys)"] = dir(sys)

import builtins  # noqa: E402
import gc  # noqa: E402
import posix  # noqa: E402

seen["dir(builtins)"] = dir(builtins)
seen["posix.environ"] = [repr(item) for item in posix.environ.items()]
seen["gc"] = [gc.isenabled(), gc.get_threshold(), gc.get_debug(), len(gc.callbacks), len(gc.garbage), gc.get_freeze_count()]

import os  # noqa: E402
import signal  # noqa: E402
import subprocess  # noqa: E402
import threading  # noqa: E402

seen["environ"] = list(os.environ.items())
seen["os"] = [os.getcwd(), os.umask(0o22), os.nice(0), os.sched_getaffinity(0) is not None]
seen["signals"] = {int(number): repr(signal.getsignal(number)) for number in signal.valid_signals()}
seen["mask"] = sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ())))
seen["timers"] = [signal.getitimer(which) for which in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)]
seen["threads"] = [threading.active_count(), threading.main_thread().name, repr(threading.gettrace())]
seen["streams"] = [
    [stream.name, stream.encoding, stream.errors, stream.mode, stream.line_buffering] if stream else None
    for stream in (sys.stdin, sys.stdout, sys.stderr)
]
next_descriptor = os.open("/dev/null", os.O_RDONLY)
os.close(next_descriptor)
seen["descriptors"] = [next_descriptor, *sorted(int(name) for name in os.listdir("/proc/self/fd"))]
with open("/proc/self/status") as status:
    wanted = ("SigBlk", "SigIgn", "SigCgt", "Seccomp", "NoNewPrivs", "Umask")
    rows = dict(line.split(":") for line in status if line.startswith(wanted))
    # The C library catches two signals of its own, 32 and 33, once there is a thread.
    seen["status"] = {name: int(value, 16) & ~(3 << 31) for name, value in rows.items()}
child = subprocess.run(
    [sys.executable, "-c", "import os, sys; print(sys.path, sorted(os.environ.items()), list(sys.modules))"],
    capture_output=True,
    text=True,
)
seen["child"] = [child.returncode, child.stdout, child.stderr]
seen["env"] = subprocess.run(["env"], capture_output=True, text=True).stdout.splitlines()

import atexit  # noqa: E402
import json  # noqa: E402

atexit.register(print, "last at exit")
atexit.register(print, "first at exit")
print(json.dumps(seen, indent=1))
print("to stderr", file=sys.stderr)
if sys.argv[1:2] == ["--exit"]:
    sys.exit(int(sys.argv[2]))
