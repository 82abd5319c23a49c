#!/usr/bin/python3
"""Write the seeds in corpus/message: real messages, alone and framed, by python3-msgpack, which knows nothing of
our encoder. Run it again when the table of messages grows; the files are committed."""

import struct
from pathlib import Path

import msgpack

CORPUS = Path(__file__).parent / "corpus" / "message"


def request(seq, command, **arguments):
    return {"seq": seq, "type": "request", "command": command, "arguments": arguments}


def response(seq, request_seq, command, body=None):
    message = {"seq": seq, "type": "response", "request_seq": request_seq, "success": True, "command": command}
    return message if body is None else {**message, "body": body}


def event(seq, name, body=None):
    message = {"seq": seq, "type": "event", "event": name}
    return message if body is None else {**message, "body": body}


SOURCE = {"name": "a.py", "path": "/home/é/a.py", "pytui": {"rawPath": b"/home/\xe9/a.py"}}
VARIABLE = {
    "name": "items",
    "value": "[0, 1, 2, …]",
    "type": "list[20]",
    "evaluateName": "items",
    "variablesReference": 7,
    "indexedVariables": 20,
    "presentationHint": {"kind": "data", "attributes": ["readOnly"], "lazy": False},
}
FRAME = {"id": 1, "name": "work", "source": SOURCE, "line": 6, "column": 9, "pytui": {"className": "A"}}
BREAKPOINT = {"id": 3, "verified": True, "line": 7, "source": SOURCE, "pytui": {"hits": 2, "state": "verified"}}
SNAPSHOT = {
    "stackFrames": [FRAME, {**FRAME, "id": 2}],
    "moreFrames": False,
    "scopes": [{"name": "Locals", "variablesReference": 5, "expensive": False}],
    "pages": [{"variablesReference": 5, "start": 0, "variables": [VARIABLE] * 2, "more": True}],
    "threadName": "MainThread",
    "hits": [BREAKPOINT],
    "exception": {"message": "x", "innerException": [{"message": "y", "innerException": []}]},
}

MESSAGES = {
    "initialize": request(
        1, "initialize", adapterID="pytui", linesStartAt1=True, pytui={"protocolVersion": 1, "snapshotFrames": 20}
    ),
    "capabilities": response(
        1,
        1,
        "initialize",
        {
            "supportsLogPoints": True,
            "exceptionBreakpointFilters": [{"filter": "uncaught", "label": "Uncaught", "default": True}],
            "pytui": {
                "protocolVersion": 1,
                "backendVersion": "0.1.0",
                "pythonVersion": "3.13.0",
                "implementation": "cpython",
                "engine": "monitoring",
                "pid": 70000,
            },
        },
    ),
    "initialized": event(2, "initialized"),
    "set-breakpoints": request(
        2,
        "setBreakpoints",
        source=SOURCE,
        breakpoints=[{"line": 7, "condition": "x > 1", "pytui": {"enabled": True}}, {"line": 300, "logMessage": "{x}"}],
    ),
    "set-breakpoints-wrong": request(3, "setBreakpoints", source=SOURCE, breakpoints=[{"line": "7"}]),
    "breakpoints": response(3, 2, "setBreakpoints", {"breakpoints": [BREAKPOINT]}),
    "configuration-done": request(4, "configurationDone"),
    "stopped": event(5, "stopped", {"reason": "step", "threadId": 1, "allThreadsStopped": True, "pytui": SNAPSHOT}),
    "next": request(6, "next", threadId=1),
    "variables": request(7, "variables", variablesReference=5, start=100, count=100),
    "variables-response": response(8, 7, "variables", {"variables": [VARIABLE], "pytui": {"more": False}}),
    "evaluate": request(9, "evaluate", expression="1 + 1", frameId=1, context="repl"),
    "error": {
        "seq": 10,
        "type": "response",
        "request_seq": 9,
        "success": False,
        "command": "evaluate",
        "message": "cancelled",
        "body": {"error": {"id": 1, "format": "cancelled", "showUser": True}},
    },
    "unknown": request(11, "teleport", where=None),
    "all-types": event(
        2**40,
        "x",
        {
            "numbers": [0, 127, 128, 256, 65536, 2**32, 2**63 - 1, -1, -33, -129, -32769, -(2**31) - 1, -(2**63)],
            "floats": [0.5, float("nan"), float("inf")],
            "strings": ["", "x" * 32, "x" * 256, "a\0b", "𝒳"],
            "bytes": [b"", b"\xff" * 20],
            "nested": [[[[[{"a": {"b": {}}}]]]]],
            "null": None,
            **{f"key {i}": i for i in range(20)},
        },
    ),
}


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    stream = b""
    for name, message in MESSAGES.items():
        content = msgpack.packb(message)
        (CORPUS / name).write_bytes(content)
        stream += struct.pack(">I", len(content)) + content
    (CORPUS / "stream").write_bytes(stream)
    (CORPUS / "stream-cut").write_bytes(stream[:-5])
    (CORPUS / "frame-too-long").write_bytes(b"\xff\xff\xff\xff")
    (CORPUS / "deep").write_bytes(b"\x81\xa1k" + b"\x91" * 31 + b"\x01")
    (CORPUS / "too-deep").write_bytes(b"\x81\xa1k" + b"\x91" * 1000 + b"\x01")
    (CORPUS / "count-bomb").write_bytes(b"\x81\xa1k\xdd\xff\xff\xff\xff\x01")
    (CORPUS / "float32").write_bytes(b"\x81\xa1k\xca\x3f\x80\x00\x00")
    (CORPUS / "key-twice").write_bytes(b"\x82\xa1k\x01\xa1k\x02")
    (CORPUS / "empty-key").write_bytes(b"\x81\xa0\x01")
    (CORPUS / "extension").write_bytes(b"\x81\xa1k\xd4\x01\x01")


if __name__ == "__main__":
    main()
