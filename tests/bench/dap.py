"""The smallest client of debugpy: starts a program under it and lets it run with breakpoints."""

import json
import socket
import subprocess
import time
from pathlib import Path


class Debugpy:
    """One program under debugpy, listening on the loopback."""

    def __init__(self, python: str, words: list[str], environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        argv = [python, "-Xfrozen_modules=off", "-m", "debugpy", "--listen", f"127.0.0.1:{port}", "--wait-for-client"]
        self.process = subprocess.Popen(
            [*argv, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )
        self.seq = 0
        for _ in range(200):
            try:
                self.socket = socket.create_connection(("127.0.0.1", port))
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        else:
            self.process.kill()
            raise RuntimeError("debugpy does not listen")
        self.socket.settimeout(60)
        self.file = self.socket.makefile("rb")

    def send(self, command: str, **arguments: object) -> None:
        """Sends a request."""
        self.seq += 1
        text = json.dumps({"seq": self.seq, "type": "request", "command": command, "arguments": arguments}).encode()
        self.socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))

    def message(self) -> dict:
        """The next message."""
        length = 0
        while line := self.file.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not length:
            raise RuntimeError("debugpy closed the connection")
        return json.loads(self.file.read(length))

    def event(self, name: str) -> dict:
        """Waits for an event."""
        while True:
            message = self.message()
            if message.get("event") == name:
                return message.get("body", {})

    def run(self, script: Path, breakpoints: list[dict], over: int | None) -> None:
        """Lets the program run to its end, stepping over the line OVER wherever it stops there."""
        self.send("initialize", adapterID="bench", pathFormat="path")
        self.send("attach", justMyCode=False, subProcess=False)
        self.event("initialized")
        if breakpoints:
            self.send("setBreakpoints", source={"path": str(script)}, breakpoints=breakpoints)
        self.send("configurationDone")
        while True:
            message = self.message()
            if message.get("event") == "stopped":
                step = message["body"]["reason"] == "breakpoint" and over is not None
                self.send("next" if step else "continue", threadId=message["body"]["threadId"])
            elif message.get("event") == "terminated":
                return

    def close(self) -> None:
        """Ends what is left."""
        self.socket.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
