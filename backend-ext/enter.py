"""The way into a process from outside: has it listen for the debugger. Run by the interpreter that the process runs.

    python -I -S enter.py WAY PID START-TIME DIRECTORY LINGER

WAY is `remote`, sys.remote_exec(), or `gdb`, by which a throwaway child is entered first: the process itself is not
touched unless that did no harm. DIRECTORY is this user's alone. What happens is told on standard output, a line each:
`asked` once the process was told, then `ok ADDRESS` or `error WHY`. When standard input ends before that, it gives up:
the process then does nothing. Nothing is left in DIRECTORY.
"""

import os
import select
import sys
import time

ENTRY = os.path.dirname(os.path.abspath(__file__)) + "/entry/sitecustomize.py"
PROBE_LINGER = 500  # ms
PROBE_PATIENCE = 30  # s

# What the process runs, in its main thread. Its first act is to remove itself: where that fails we have given up. Where
# we are gone it does nothing either.
SCRIPT = """\
def _():
    import posix
    try:
        posix.unlink({script!r})
        posix.stat("/proc/{us}")
    except OSError:
        return
    try:
        with open({entry!r}, "rb") as file:
            text = file.read()
        space = {{"__name__": "enter", "__file__": {entry!r}}}
        exec(compile(text, "pytui", "exec"), space)
        answer = "ok " + space["arm"]({linger})
    except KeyboardInterrupt:
        import _thread
        _thread.interrupt_main()
        answer = "error it was interrupted by a Ctrl-C: try again"
    except Exception as error:
        answer = "error " + (str(error) or type(error).__name__)
    try:
        descriptor = posix.open({result!r}, posix.O_WRONLY | posix.O_CLOEXEC)
        posix.write(descriptor, (answer + "\\n").encode("utf-8", "surrogateescape"))
        posix.close(descriptor)
    except OSError:
        pass
try:
    _()
finally:
    del _
"""

# Run by gdb: the interpreter is asked to run the script when it next can, which needs no lock of its.
CALL = """(int)Py_AddPendingCall((void *)PyRun_SimpleString, \
(void *)strdup("try:\\n exec(open('{script}').read(), {{}})\\nexcept OSError: pass\\n"))"""

CHILD = "import sys\nfor line in sys.stdin: print(sum(range(int(line))), flush=True)\nsys.exit(7)\n"


class GivenUpError(Exception):
    """Nobody waits any more."""


class FailedError(Exception):
    """It does not work; the text says why."""


def tell(line: str) -> None:
    """Write a line for whoever started this."""
    os.write(1, (line.replace("\n", " ") + "\n").encode("utf-8", "surrogateescape"))


def start_time(pid: int) -> int:
    """Return when process PID began, in clock ticks, 0 for one that is gone: its id may be another one's by now."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] in (b"Z", b"X") else int(fields[19])


def remove(path: str) -> None:
    """Remove a file that may not be there."""
    try:
        os.unlink(path)
    except OSError:
        pass


class Errand:
    """One script in one process, and its answer."""

    def __init__(self, pid: int, directory: str, linger: int) -> None:
        """Write the script into DIRECTORY."""
        self.pid = pid
        self.script = f"{directory}/.enter.{pid}.{os.getpid()}.py"
        self.answers = os.memfd_create("pytui")  # gone with us, whatever ends us
        result = f"/proc/{os.getpid()}/fd/{self.answers}"
        values = {"script": self.script, "entry": ENTRY, "result": result, "linger": linger, "us": os.getpid()}
        descriptor = os.open(self.script, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", errors="surrogateescape") as file:
            file.write(SCRIPT.format(**values))

    def take_answer(self) -> "str | None":
        """Return what the process said, once it did."""
        answer = os.pread(self.answers, 4096, 0).decode(errors="surrogateescape")
        return answer.rstrip("\n") if answer.endswith("\n") else None

    def clean(self) -> None:
        """Leave nothing."""
        remove(self.script)
        os.close(self.answers)


def hear(errand: Errand, began: int, seconds: float, watched: bool = True) -> str:
    """Wait for the answer of a process for SECONDS, looking rarely where that takes long.

    Raises:
        GivenUpError: standard input has ended.
        FailedError: the process has.

    """
    waiting = select.poll()
    if watched:
        waiting.register(0, select.POLLIN | select.POLLHUP)
    pause = 1.0
    deadline = time.monotonic() + seconds
    while (answer := errand.take_answer()) is None:
        if start_time(errand.pid) != began:
            raise FailedError("the program has ended meanwhile")
        if time.monotonic() > deadline:
            raise FailedError("it did not come to run Python")
        if waiting.poll(pause):
            raise GivenUpError
        pause = min(pause * 1.2, 50.0)
    return answer


def ask(errand: Errand) -> None:
    """Have the process run the script; one that is just starting has no thread for that yet."""
    patience = 50
    while True:
        try:
            sys.remote_exec(errand.pid, errand.script)
        except RuntimeError as error:
            patience -= 1
            if not patience:
                raise FailedError(f"sys.remote_exec() was refused: {error}") from None
            time.sleep(0.02)
        except Exception as error:
            raise FailedError(f"sys.remote_exec() was refused: {error}") from None
        else:
            return


def remote(errand: Errand, began: int) -> str:
    """Enter by sys.remote_exec()."""
    try:
        if start_time(errand.pid) != began:
            raise FailedError("the program has ended meanwhile")
        ask(errand)
        tell("asked")
        return hear(errand, began, float("inf"))
    except GivenUpError:
        # The interpreter complains of a script that is gone: it gets one that does nothing.
        try:
            os.truncate(errand.script, 0)
            if start_time(errand.pid) == began:
                sys.remote_exec(errand.pid, os.devnull)
        except (OSError, RuntimeError) as error:
            tell(f"note {error}")
        raise


def call_by_gdb(errand: Errand) -> None:
    """Have gdb make the call.

    Raises:
        FailedError: it did not, or said that it could not.

    """
    import shutil
    import subprocess

    gdb = shutil.which("gdb")
    if gdb is None:
        raise FailedError("there is no gdb")
    words = [gdb, "-nx", "-batch", "-p", str(errand.pid), "-ex", f"print {CALL.format(script=errand.script)}"]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PROBE_PATIENCE)
    except subprocess.TimeoutExpired:
        raise FailedError("gdb did not come to an end") from None
    if done.returncode != 0 or "= 0" not in done.stdout:
        words = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise FailedError(f"gdb cannot call functions in it ({words[-1]})")


def probe(directory: str) -> None:
    """Enter a throwaway child of this interpreter.

    Raises:
        FailedError: that did not work, or the child did not do its work afterwards.

    """
    import subprocess

    words = [sys.executable, "-I", "-S", "-c", CHILD]
    child = subprocess.Popen(words, stdin=-1, stdout=-1, stderr=-1, text=True, bufsize=1)
    errand = None
    try:
        child.stdin.write("3\n")
        child.stdout.readline()
        errand = Errand(child.pid, directory, PROBE_LINGER)
        call_by_gdb(errand)
        child.stdin.write("4\n")  # it runs Python for that
        answer = hear(errand, start_time(child.pid), 2.0, watched=False)
        rest, complaints = child.communicate("5\n", timeout=PROBE_PATIENCE)
        if not answer.startswith("ok ") or rest != "6\n10\n" or complaints or child.returncode != 7:
            raise FailedError("it did not survive unharmed")
    except (OSError, FailedError, subprocess.TimeoutExpired) as error:
        what = "it did not survive" if isinstance(error, OSError) else error
        why = f"a throwaway child of the same interpreter was tried first, and there {what}"
        raise FailedError(why) from None
    finally:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            try:
                stream.close()
            except OSError:
                pass  # what is left in a buffer was for a child that is gone
        if errand:
            errand.clean()


def by_gdb(errand: Errand, began: int, directory: str) -> str:
    """Enter by gdb, if it is known to work."""
    probe(directory)
    if start_time(errand.pid) != began:
        raise FailedError("the program has ended meanwhile")
    call_by_gdb(errand)
    tell("asked")
    return hear(errand, began, float("inf"))


def sweep(directory: str) -> None:
    """Remove what others left here who were killed, unless a process may yet look for it."""
    for name in os.listdir(directory):
        if name.startswith(".enter."):
            process, owner = map(int, name.split(".")[2:4])
            if not start_time(owner) and not start_time(process):
                remove(f"{directory}/{name}")


def main() -> None:
    """Go the way that the command line says."""
    way, pid, began, directory, linger = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
    sweep(directory)
    errand = Errand(pid, directory, linger)
    try:
        tell(remote(errand, began) if way == "remote" else by_gdb(errand, began, directory))
    except FailedError as error:
        tell(f"error {error}")
    except GivenUpError:
        pass
    finally:
        errand.clean()


if __name__ == "__main__":
    main()
