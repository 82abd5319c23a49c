"""A program in a terminal, for tests: type, resize, and wait until the screen shows what it should.

`Screen` runs a command under `vtdrive`, which reads its pty through libvterm. Nothing here sleeps: `expect` looks at
the screen each time output came and fails, showing the screen, when the time is over. Under sanitizers times are
multiplied by PYTUI_TIMEOUT_FACTOR.
"""

import builtins
import contextlib
import json
import os
import re
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

TIMEOUT = 20.0
FACTOR = float(os.environ.get("PYTUI_TIMEOUT_FACTOR", "1"))
BUILD = Path(os.environ.get("PYTUI_BUILD", Path(__file__).parents[2] / "build"))
VTDRIVE = BUILD / "tests" / "screen" / "vtdrive"
# Marks a test's processes, so that whatever it left behind is found (and ended) through /proc.
TOKEN = "SCREEN_TEST_TOKEN"

Pattern = str | re.Pattern[str]

KEYS = {
    "Enter": "\r",
    "Tab": "\t",
    "Esc": "\x1b",
    "Space": " ",
    "Backspace": "\x7f",
    "Delete": "\x1b[3~",
    "Insert": "\x1b[2~",
    "PageUp": "\x1b[5~",
    "PageDown": "\x1b[6~",
    "Shift-Tab": "\x1b[Z",
    "Shift-F5": "\x1b[15;2~",
    "Shift-F11": "\x1b[23;2~",
    "Ctrl-]": "\x1d",
    "Ctrl-\\": "\x1c",
    "F1": "\x1bOP",
    "F2": "\x1bOQ",
    "F3": "\x1bOR",
    "F4": "\x1bOS",
    "F5": "\x1b[15~",
    "F6": "\x1b[17~",
    "F7": "\x1b[18~",
    "F8": "\x1b[19~",
    "F9": "\x1b[20~",
    "F10": "\x1b[21~",
    "F11": "\x1b[23~",
    "F12": "\x1b[24~",
}
# These depend on the mode that the program asked for: CSI or, with application keys, SS3.
CURSOR_KEYS = {"Up": "A", "Down": "B", "Right": "C", "Left": "D", "Home": "H", "End": "F"}

APPLICATION_CURSOR_KEYS = 1
BOLD, UNDERLINE, ITALIC, BLINK, REVERSE, STRIKE = (1 << bit for bit in range(6))


class ScreenMismatch(AssertionError):
    """The screen did not come to show what was expected; the text shows it."""


def alive(pid: int) -> bool:
    """Whether the process runs: a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Screen:
    """A command on a terminal of `rows` × `cols`.

    Args:
        argv: The command.
        term: What TERM says; None leaves it out.
        env: Variables added to a clean environment; None as a value removes one.
        home: A directory that becomes HOME and holds the XDG directories.
        cwd: The working directory; `home` unless given.
        first_run: Whether pytui was never run by this user.
        record: Whether to keep all that the command writes to the terminal; see `raw`.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        home: Path,
        rows: int = 24,
        cols: int = 80,
        term: str | None = "xterm-256color",
        env: dict[str, str | None] | None = None,
        cwd: Path | None = None,
        first_run: bool = False,
        record: bool = False,
    ) -> None:
        if not first_run:  # the user has seen the welcome
            (home / "state" / "pytui").mkdir(mode=0o700, parents=True, exist_ok=True)
            (home / "state" / "pytui" / "welcomed").touch()
        self.argv = [str(word) for word in argv]
        self.token = uuid.uuid4().hex
        self.log = home / "sanitizer"
        self.record = home / f"record.{self.token}" if record else None
        options = ["-r", str(self.record)] if record else []
        self.environment = self._environment(home, term, env or {})
        self._drive = subprocess.Popen(
            [VTDRIVE, *options, str(rows), str(cols), *self.argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.environment,
            cwd=cwd or home,
        )
        self.state: dict = {"serial": 0, "lines": [], "status": None}
        self._wait(0, 0)

    def _environment(self, home: Path, term: str | None, extra: dict[str, str | None]) -> dict[str, str]:
        runtime = home / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        env: dict[str, str | None] = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_RUNTIME_DIR": str(runtime),
            "LC_ALL": "C.UTF-8",
            "TERM": term,
            TOKEN: self.token,
        }
        if "PYTUI_SANITIZE" in os.environ:
            env |= sanitizer_environment(self.log)
        env |= extra
        return {name: value for name, value in env.items() if value is not None}

    # What vtdrive is told

    def _command(self, line: str) -> dict:
        self._drive.stdin.write(line.encode() + b"\n")
        self._drive.stdin.flush()
        answer = self._drive.stdout.readline()
        if not answer:
            raise RuntimeError(f"vtdrive ended with status {self._drive.wait()}")
        self.state = json.loads(answer)
        return self.state

    def _wait(self, serial: int, seconds: float) -> dict:
        return self._command(f"wait {serial} {max(0, int(seconds * 1000))}")

    def send(self, text: str | bytes) -> None:
        """Types text or bytes as they are."""
        data = text.encode() if isinstance(text, str) else text
        self._command(f"send {data.hex()}")

    def keys(self, *names: str) -> None:
        """Types keys by name ("Ctrl-x", "Alt-b", "F5", "Down", "Enter") or as themselves ("n")."""
        self.send("".join(self._key(name) for name in names))

    def _key(self, name: str) -> str:
        if name in KEYS:
            return KEYS[name]
        if name in CURSOR_KEYS:
            application = APPLICATION_CURSOR_KEYS in self.state["modes"]
            return ("\x1bO" if application else "\x1b[") + CURSOR_KEYS[name]
        if name.startswith("Ctrl-") and len(name) == len("Ctrl-x"):
            return chr(ord(name[-1].upper()) & 0x1F)
        if name.startswith("Alt-"):
            return "\x1b" + self._key(name.removeprefix("Alt-"))
        if len(name) == 1:
            return name
        raise ValueError(f"no such key: {name}")

    def click(self, row: int, col: int, button: int = 0) -> None:
        """Presses and releases a mouse button (0 left, 64 wheel up, 65 wheel down), as SGR mode 1006 reports it."""
        release = f"\x1b[<{button};{col + 1};{row + 1}m" if button < 64 else ""
        self.send(f"\x1b[<{button};{col + 1};{row + 1}M{release}")

    def resize(self, rows: int, cols: int) -> None:
        """Changes the size of the terminal."""
        self._command(f"resize {rows} {cols}")

    def signal(self, number: int) -> None:
        """Sends a signal to the command's process."""
        self._command(f"signal {int(number)}")

    def hangup(self) -> None:
        """Closes the terminal under the command."""
        self._command("hangup")

    @property
    def raw(self) -> "builtins.bytes":
        """All that the command wrote to the terminal so far, if it is recorded."""
        return self.record.read_bytes() if self.record else b""

    def mark(self) -> None:
        """Counts bytes from here on; see `bytes`."""
        self._command("mark")

    @property
    def bytes(self) -> int:
        """How many bytes the command wrote to the terminal since the last mark."""
        return self.state["bytes"]

    # What the screen shows

    @property
    def lines(self) -> list[str]:
        """The rows of the latest snapshot, without blanks at their ends."""
        return [line.rstrip() for line in self.state["lines"]]

    @property
    def text(self) -> str:
        """The whole screen of the latest snapshot."""
        return "\n".join(self.lines)

    @property
    def status(self) -> int | None:
        """The command's exit status, negative for a signal; None while it runs."""
        return self.state["status"]

    def row_of(self, pattern: Pattern) -> int:
        """The first row that shows the pattern in the latest snapshot."""
        for number, line in enumerate(self.lines):
            if _found(pattern, line):
                return number
        raise ScreenMismatch(f"no row shows {_name(pattern)}\n{self.dump()}")

    def cells(self) -> list[list[list[int]]]:
        """For each row its runs of equal attributes: column, cells, foreground, background, flags."""
        return self._command("cells")["cells"]

    def attributes_at(self, row: int, col: int) -> tuple[int, int, int]:
        """Foreground, background (-1 default, 0-255 palette, 0x1rrggbb) and flags of a cell."""
        for start, count, foreground, background, flags in self.cells()[row]:
            if start <= col < start + count:
                return foreground, background, flags
        raise IndexError((row, col))

    def dump(self) -> str:
        """The screen in a frame, with what else is known of the terminal; for people."""
        state = self.state
        width = state.get("cols", 80)
        rows = [f"│{line}{' ' * (width - len(line))}│" for line in self.lines]
        facts = {
            name: state.get(name) for name in ("status", "cursor", "alternate", "modes", "icanon", "echo", "bytes")
        }
        command = " ".join(self.argv)
        return "\n".join([f"$ {command}", f"┌{'─' * width}┐", *rows, f"└{'─' * width}┘", str(facts)])

    def png(self, path: Path) -> None:
        """Draws the screen with its colours, for people; needs PIL."""
        from picture import draw

        cells = self.cells()
        draw(self.state, cells, path)

    # Waiting

    def wait_for(self, condition: Callable[[], bool], what: str, timeout: float = TIMEOUT) -> None:
        """Waits until the condition holds for a snapshot, looking again whenever output came."""

        def holds() -> bool:
            try:
                return condition()
            except ScreenMismatch:  # from row_of: what it looks for is not there yet
                return False

        deadline = time.monotonic() + timeout * FACTOR
        while not holds():
            left = deadline - time.monotonic()
            before = self.state["serial"]
            if left <= 0:
                raise ScreenMismatch(f"after {timeout * FACTOR:.0f} s: {what}\n{self.dump()}{self.sanitizer_report()}")
            if self.status is not None and self._wait(before, 0.2)["serial"] == before and not holds():
                raise ScreenMismatch(f"the command ended: {what}\n{self.dump()}{self.sanitizer_report()}")
            self._wait(before, left)

    def expect(self, *patterns: Pattern, row: int | None = None, timeout: float = TIMEOUT) -> None:
        """Waits until the screen (or one row of it) shows all the patterns at once: texts or regular expressions."""
        where = "the screen" if row is None else f"row {row}"
        names = ", ".join(_name(pattern) for pattern in patterns)
        self.wait_for(lambda: self.shows(*patterns, row=row), f"{where} does not show {names}", timeout)

    def expect_not(self, *patterns: Pattern, timeout: float = TIMEOUT) -> None:
        """Waits until the screen shows none of the patterns."""
        names = ", ".join(_name(pattern) for pattern in patterns)
        self.wait_for(lambda: not any(self.shows(p) for p in patterns), f"the screen still shows {names}", timeout)

    def shows(self, *patterns: Pattern, row: int | None = None) -> bool:
        """Whether the latest snapshot shows all the patterns."""
        lines = self.lines
        text = "\n".join(lines) if row is None else lines[row] if -len(lines) <= row < len(lines) else ""
        return all(_found(pattern, text) for pattern in patterns)

    def settle(self, quiet: float = 0.15, timeout: float = TIMEOUT) -> None:
        """Waits until no output came for `quiet` seconds: for counting bytes, and for what must not change."""
        deadline = time.monotonic() + timeout * FACTOR
        while time.monotonic() < deadline:
            before = self.state["serial"]
            if self._wait(before, quiet)["serial"] == before:
                return
        raise ScreenMismatch(f"output never paused for {quiet} s\n{self.dump()}")

    def answered(self, before: int, patience: float = 1.0) -> None:
        """Waits for output after the snapshot whose serial was `before`, but not long: a key may paint nothing."""
        self._wait(before, patience * FACTOR)

    def unchanged(self, quiet: float = 0.3) -> None:
        """Demands that the screen shows the same in `quiet` seconds as in the latest snapshot."""
        before = self.text
        deadline = time.monotonic() + quiet
        while (left := deadline - time.monotonic()) > 0:
            self._wait(self.state["serial"], left)
            if self.text != before:
                raise ScreenMismatch(f"the screen changed; it was\n{before}\nand is\n{self.dump()}")

    def wait_until(self, condition: Callable[[], bool], what: str, timeout: float = TIMEOUT) -> None:
        """Waits for something that is not seen on the screen, such as a process that ends; the terminal is read on."""
        deadline = time.monotonic() + timeout * FACTOR
        while not condition():
            if time.monotonic() > deadline:
                raise ScreenMismatch(f"after {timeout * FACTOR:.0f} s: {what}\n{self.dump()}{self.sanitizer_report()}")
            self.pass_time(0.02)

    def pass_time(self, seconds: float) -> None:
        """Lets time pass while the terminal is read: for tests of what happens at random moments."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._wait(self.state["serial"], left)

    def wait_end(self, timeout: float = TIMEOUT) -> int:
        """Waits until the command ended; its exit status, negative for a signal."""
        deadline = time.monotonic() + timeout * FACTOR
        while self.status is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ScreenMismatch(f"the command did not end\n{self.dump()}")
            self._wait(self.state["serial"], left)
        return self.status

    # Processes

    def processes(self) -> dict[int, str]:
        """What runs in this test, by pid: the command line of every process that carries the test's token."""
        mark = f"{TOKEN}={self.token}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self._drive.pid:
                continue
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes() and alive(int(entry.name)):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(entry.name)] = command.decode(errors="replace").strip()
        return found

    def children(self, pid: int | None = None) -> list[int]:
        """The children of a process: of the command's unless given."""
        pid = self.state["pid"] if pid is None else pid
        found = []
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        return found

    def sanitizer_report(self) -> str:
        """What the sanitizers wrote, or nothing."""
        reports = sorted(self.log.parent.glob(self.log.name + ".*"))
        return "".join(f"\n{path.name}:\n{path.read_text(errors='replace')[:8000]}" for path in reports)

    def close(self) -> None:
        """Ends the command and whatever it left behind; a second time does nothing."""
        if self._drive.stdin.closed:
            return
        with contextlib.suppress(OSError):
            self._drive.stdin.write(b"quit\n")
            self._drive.stdin.close()
        self._drive.wait()
        self._drive.stdout.close()
        for pid in self.processes():
            with contextlib.suppress(OSError):
                os.kill(pid, 9)


def sanitizer_environment(log: Path) -> dict[str, str]:
    """What a process tree with ASan and UBSan needs; see run-pytest. Reports go to files beside `log`."""
    return {
        "LD_PRELOAD": os.environ["PYTUI_SANITIZE"],
        "ASAN_OPTIONS": f"detect_leaks=0:abort_on_error=1:handle_segv=0:log_path={log}",
        "UBSAN_OPTIONS": f"halt_on_error=1:print_stacktrace=1:log_path={log}",
        "PYTHONMALLOC": "malloc",
    }


def _found(pattern: Pattern, text: str) -> bool:
    if isinstance(pattern, str):
        return pattern in text
    return pattern.search(text) is not None


def _name(pattern: Pattern) -> str:
    return repr(pattern) if isinstance(pattern, str) else f"/{pattern.pattern}/"
