"""A program started as pytui starts it, with the test at the other end of the channel instead of a screen."""

import os
import socket
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import msgpack

BUILD = Path(os.environ["PYTUI_BUILD"])
LAUNCH = BUILD / "tests" / "wire" / "launch"
TIMEOUT = 30.0 * float(os.environ.get("PYTUI_TIMEOUT_FACTOR", "1"))
INITIALIZE = {"adapterID": "pytui", "pytui": {"protocolVersion": 1}}


@dataclass
class Launched:
    """A finished run: what the program left and what was said about it."""

    status: int
    stdout: bytes
    stderr: bytes
    messages: list[dict] = field(default_factory=list)

    def events(self, name: str) -> list[dict]:
        """The bodies of all events of a name."""
        return [m.get("body", {}) for m in self.messages if m["type"] == "event" and m["event"] == name]


class _Client:
    """Says what a debugger must say to let a program run, stopping at its first line and its uncaught exceptions."""

    def __init__(self, channel: socket.socket, stop_on_entry: bool) -> None:
        self.channel = channel
        self.seq = 0
        self.stop_on_entry = stop_on_entry
        self.messages: list[dict] = []

    def send(self, command: str, arguments: dict | None = None) -> None:
        self.seq += 1
        message = {"seq": self.seq, "type": "request", "command": command, "arguments": arguments or {}}
        content = msgpack.packb(message)
        try:
            self.channel.sendall(struct.pack(">I", len(content)) + content)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has ended; what it said before is still read

    def on_message(self, message: dict) -> None:
        self.messages.append(message)
        if message["type"] != "event":
            return
        if message["event"] == "initialized":
            self.send("configurationDone", {"pytui": {"stopOnEntry": self.stop_on_entry}})
        elif message["event"] == "stopped":
            self.send("continue", {"threadId": message["body"]["threadId"]})

    def run(self) -> list[dict]:
        """Talk until the other side closes the channel."""
        self.send("initialize", INITIALIZE)
        data = b""
        while chunk := self._receive():
            data += chunk
            while len(data) >= 4 and len(data) >= 4 + struct.unpack(">I", data[:4])[0]:
                end = 4 + struct.unpack(">I", data[:4])[0]
                self.on_message(msgpack.unpackb(data[4:end], strict_map_key=False))
                data = data[end:]
        assert not data, "half a frame at the end"
        return self.messages

    def _receive(self) -> bytes:
        try:
            return self.channel.recv(65536)
        except ConnectionResetError:
            return b""


def launch(*words: str | Path, stop_on_entry: bool = True, **options) -> Launched:
    """Run `pytui WORDS…` without a screen to the program's end.

    OPTIONS are subprocess's; stdin is empty unless given.
    """
    ours, theirs = socket.socketpair()
    ours.settimeout(TIMEOUT)
    options.setdefault("stdin", subprocess.DEVNULL)
    argv = [LAUNCH, str(theirs.fileno()), *map(str, words)]
    with (
        ours,
        subprocess.Popen(
            argv, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
        ) as process,
    ):
        theirs.close()
        try:
            messages = _Client(ours, stop_on_entry).run()
            stdout, stderr = process.communicate(timeout=TIMEOUT)
        except BaseException:
            process.kill()
            raise
    return Launched(process.returncode, stdout, stderr, messages)
