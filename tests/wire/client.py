"""A debugger's end of the wire, written from the protocol's description alone: sockets, struct and msgpack.

A Session runs one program under the backend, in the place of pytui. Requests wait for their answer; events are kept
until a test asks for them.
"""

import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgpack

BUILD = Path(os.environ.get("PYTUI_BUILD", Path(__file__).resolve().parents[2] / "build"))
HOME = BUILD / "backend-ext"
TIMEOUT = 20.0 * float(os.environ.get("PYTUI_TIMEOUT_FACTOR", "1"))
PROTOCOL_VERSION = 1

Message = dict[str, Any]


class RequestFailed(Exception):
    """The answer was an error; the text is error.format, the message is in `response`."""

    def __init__(self, response: Message) -> None:
        super().__init__(response["body"]["error"]["format"])
        self.response = response


class Closed(Exception):
    """The other side closed the channel."""


def frame(message: Message) -> bytes:
    """The bytes of a message on the wire."""
    content = msgpack.packb(message)
    return struct.pack(">I", len(content)) + content


class Session:
    """One program and the channel to the backend in it. A context manager: the program is killed at its end."""

    def __init__(
        self,
        python: str | Path,
        *words: str | Path,
        cwd: Path | None = None,
        environment: dict[str, str] | None = None,
        stdin: int = subprocess.DEVNULL,
        plain: bool = False,
        terminal: int | None = None,
        streams: bool = False,
    ) -> None:
        """Start `PYTHON WORDS…` with a channel; nothing is said on it yet.

        PLAIN: as without a debugger; the package can be imported, and DEBUGGER is the address to attach to.
        TERMINAL is a descriptor of what becomes its controlling terminal; with STREAMS its standard streams, too.
        """
        self.channel, theirs = socket.socketpair()
        self.seq = 0
        self.buffer = b""
        self.events: list[Message] = []
        self.responses: dict[int, Message] = {}
        self.stopped: Message = {}
        self.script = next((str(word) for word in words if str(word).endswith(".py")), "")
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI"))}
        variables |= environment or {}
        if "PYTHONPATH" in variables and not plain:
            variables["PYTUI_PYTHONPATH"] = variables["PYTHONPATH"]
        parts = [str(HOME if plain else HOME / "entry"), variables.get("PYTHONPATH", "")]
        variables["PYTHONPATH"] = ":".join(filter(None, parts))
        variables["DEBUGGER" if plain else "PYTUI_CHANNEL"] = f"fd:{theirs.fileno()}"
        self.process = subprocess.Popen(
            [str(python), *map(str, words)],
            cwd=cwd,
            env=variables,
            stdin=terminal if streams else stdin,
            stdout=terminal if streams else subprocess.PIPE,
            stderr=terminal if streams else subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            preexec_fn=None if terminal is None else lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0),
        )
        theirs.close()

    @classmethod
    def connect(cls, path: str | Path, script: str | Path = "") -> "Session":
        """A session with a program that listens at PATH; it is nobody's child."""
        channel = socket.socket(socket.AF_UNIX)
        channel.connect(str(path))
        return cls.over(channel, script)

    @classmethod
    def over(cls, channel: socket.socket, script: str | Path = "") -> "Session":
        """A session over CHANNEL, which is connected."""
        self = cls.__new__(cls)
        self.channel = channel
        self.seq, self.buffer, self.events, self.responses = 0, b"", [], {}
        self.stopped, self.script, self.process = {}, str(script), None
        return self

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()
        if self.process is None:
            return
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.communicate()

    # Messages

    def send_bytes(self, data: bytes) -> None:
        """Send DATA as it is."""
        self.channel.sendall(data)

    def send(self, command: str, arguments: Message | None = None, **more: Any) -> int:
        """Send a request and return its seq."""
        self.seq += 1
        message = {"seq": self.seq, "type": "request", "command": command, "arguments": (arguments or {}) | more}
        self.send_bytes(frame(message))
        return self.seq

    def _receive(self, deadline: float) -> Message:
        while True:
            if len(self.buffer) >= 4:
                end = 4 + struct.unpack(">I", self.buffer[:4])[0]
                if len(self.buffer) >= end:
                    content, self.buffer = self.buffer[4:end], self.buffer[end:]
                    return msgpack.unpackb(content, strict_map_key=True)
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.channel], [], [], left)[0]:
                raise TimeoutError(f"nothing more came; events so far: {[event['event'] for event in self.events]}")
            try:
                data = self.channel.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                raise Closed
            self.buffer += data

    def _take(self, deadline: float) -> None:
        message = self._receive(deadline)
        if message["type"] == "event":
            self.events.append(message)
        else:
            assert message["type"] == "response"
            assert message["request_seq"] not in self.responses, "a second answer to one request"
            self.responses[message["request_seq"]] = message

    def take(self, timeout: float = TIMEOUT) -> None:
        """Wait for one message and keep it for whoever asks."""
        self._take(time.monotonic() + timeout)

    def answer(self, seq: int, timeout: float = TIMEOUT) -> Message:
        """Wait for the response to the request SEQ, successful or not."""
        deadline = time.monotonic() + timeout
        while seq not in self.responses:
            self._take(deadline)
        return self.responses[seq]

    def request(self, command: str, arguments: Message | None = None, **more: Any) -> Message:
        """Send a request and return the body of its answer; raise RequestFailed for an error."""
        response = self.answer(self.send(command, arguments, **more))
        if not response["success"]:
            raise RequestFailed(response)
        return response.get("body") or {}

    def event(
        self, name: str, match: Callable[[Message], bool] = lambda body: True, timeout: float = TIMEOUT
    ) -> Message:
        """Wait for the event NAME whose body satisfies MATCH, take it out of `events` and return its body."""
        deadline = time.monotonic() + timeout
        seen = 0
        while True:
            for index, message in enumerate(self.events[seen:], seen):
                body = message.get("body") or {}
                if message["event"] == name and match(body):
                    del self.events[index]
                    return body
            seen = len(self.events)
            self._take(deadline)

    def pump(self, seconds: float = 0.0) -> None:
        """Take in what comes during SECONDS."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                self._take(max(deadline, time.monotonic() + 0.001))
        except (TimeoutError, Closed):
            pass

    # What a debugger does

    def initialize(self, **pytui: Any) -> Message:
        """Say hello; the capabilities."""
        capabilities = self.request(
            "initialize", adapterID="pytui", pytui={"protocolVersion": PROTOCOL_VERSION} | pytui
        )
        self.event("initialized")
        return capabilities

    def set_breakpoints(self, path: str | Path, *breakpoints: int | Message) -> list[Message]:
        """Set all breakpoints of a file: lines, or SourceBreakpoints."""
        items = [{"line": each} if isinstance(each, int) else each for each in breakpoints]
        return self.request("setBreakpoints", source={"path": str(path)}, breakpoints=items)["breakpoints"]

    def configure(self, stop_on_entry: bool = True) -> None:
        """Let the program start."""
        self.request("configurationDone", pytui={"stopOnEntry": stop_on_entry})

    def start(self, *breakpoints: int | Message, stop_on_entry: bool = False) -> "Session":
        """Everything up to the first stop on entry, if there is to be one, with breakpoints in the script itself."""
        self.initialize()
        if breakpoints:
            self.set_breakpoints(self.script, *breakpoints)
        self.configure(stop_on_entry)
        if stop_on_entry:
            self.wait_stop("entry")
        return self

    def wait_stop(self, reason: str | None = None) -> Message:
        """Wait for the next stop; its body, which is kept as `stopped`."""
        self.stopped = self.event("stopped")
        if reason is not None:
            assert self.stopped["reason"] == reason, self.stopped
        return self.stopped

    def go(self, command: str = "continue", reason: str | None = None, **arguments: Any) -> Message:
        """Let the program go on by COMMAND and wait for the next stop."""
        self.request(command, {"threadId": 0} | arguments)
        return self.wait_stop(reason)

    def resume(self, command: str = "continue") -> None:
        """Let the program go on without waiting for a stop."""
        self.request(command, threadId=0)

    @property
    def frames(self) -> list[Message]:
        """The frames that the last stop showed, innermost first."""
        return self.stopped["pytui"]["stackFrames"]

    @property
    def where(self) -> tuple[str, int]:
        """Function and line of the last stop."""
        return self.frames[0]["name"], self.frames[0]["line"]

    @property
    def line(self) -> int:
        """Line of the last stop."""
        return self.frames[0]["line"]

    def evaluate(self, expression: str, **more: Any) -> str:
        """The result of an expression in the top frame, as text."""
        return self.request("evaluate", {"expression": expression, "context": "watch"} | more)["result"]

    def stats(self) -> dict[str, int]:
        """The backend's counts."""
        return self.request("pytui/stats")

    def finish(self, timeout: float = TIMEOUT) -> tuple[int, str, str]:
        """Wait for the end of the channel and of the program: status, stdout and stderr."""
        deadline = time.monotonic() + timeout
        try:
            while True:
                self._take(deadline)
        except Closed:
            pass
        stdout, stderr = self.process.communicate(timeout=timeout)
        return self.process.returncode, (stdout or b"").decode(), (stderr or b"").decode()

    def names_of_events(self) -> Sequence[str]:
        """Names of the events that no test has taken yet."""
        return [message["event"] for message in self.events]


def run_bare(python: str | Path, *words: str | Path, cwd: Path | None = None) -> tuple[int, str, str]:
    """Run `PYTHON WORDS…` without a debugger: status, stdout and stderr, to be compared with `Session.finish()`."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI"))}
    done = subprocess.run(
        [str(python), *map(str, words)],
        cwd=cwd,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        timeout=TIMEOUT * 3,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()
