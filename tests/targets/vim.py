"""Starts vim on a file, as a program that calls $EDITOR does."""

import subprocess
import sys
import tempfile

with tempfile.NamedTemporaryFile("w+", suffix=".txt") as note:
    note.write("a note to edit\n")
    note.flush()
    status = subprocess.call(["vim", "-N", "-u", "NONE", "-i", "NONE", note.name])
    text = open(note.name).read()
print("vim ended with", status, repr(text))
sys.exit(0)
