"""The stacks of a process that pytui cannot enter, read from outside by py-spy and printed as `pytui dump` does.

python -ISB outside.py PID [--locals] [--json]
"""

import json
import subprocess
import sys


def read(pid, variables):
    """Ask py-spy for the stacks of process PID."""
    words = ["py-spy", "dump", "--json", "--pid", pid] + (["--locals"] if variables else [])
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["it did not say why"]
        sys.exit(f"pytui: py-spy cannot read process {pid}: {lines[0]}")
    return json.loads(done.stdout)


def frame_of(frame):
    """Return one of py-spy's frames in our form."""
    found = {
        "function": frame["name"],
        "file": frame["filename"],
        "line": frame["line"],
        "library": "/lib/python3" in frame["filename"],
    }
    if frame.get("locals") is not None:
        rows = frame["locals"]
        found["locals"] = [{"name": row["name"], "value": row.get("repr") or "?", "type": ""} for row in rows]
    return found


def threads_of(threads):
    """Return py-spy's threads in our form."""
    return [
        {
            "name": each.get("thread_name") or f"thread {each['thread_id']}",
            "nativeId": each.get("os_thread_id"),
            "frames": [frame_of(frame) for frame in each["frames"]],
            "moreFrames": False,
        }
        for each in threads
    ]


def plain(text):
    """Return TEXT without what would give orders to a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def show(pid, command, threads):
    """Print lines for people."""
    print(f"process {pid}: {plain(command)}\nread from outside by py-spy; innermost frames first")
    for thread in threads:
        number = f" ({thread['nativeId']})" if thread["nativeId"] else ""
        print(f"\n{plain(thread['name'])}{number}")
        for frame in thread["frames"]:
            print(plain(f"    {frame['function']}  {frame['file']}:{frame['line']}"))
            for row in frame.get("locals", ()):
                print(plain(f"        {row['name']} = {row['value']}"))


def main():
    """Print the stacks of the process that the command line names."""
    pid = sys.argv[1]
    threads = threads_of(read(pid, "--locals" in sys.argv))
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            command = file.read().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        command = ""
    if "--json" not in sys.argv:
        show(pid, command, threads)
        return
    whole = {"pid": int(pid), "name": None, "python": None, "commandLine": command, "state": "running"}
    json.dump(whole | {"source": "py-spy", "threads": threads, "moreThreads": False}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
