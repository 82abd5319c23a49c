"""Find interpreters whose headers are here, for meson: one line each, "MAJOR.MINOR INCLUDE SUFFIX EXECUTABLE".

The first of each version wins: those named in PYTUI_PYTHONS (separated by colons), or else python3.X on PATH,
pyenv's, and the system's own in /usr. One without Python.h is left out.
"""

import glob
import os
import subprocess
import sys

PROBE = """
import sys, sysconfig
print("%d.%d" % sys.version_info[:2])
print(sysconfig.get_paths()["include"])
print(sysconfig.get_config_var("SOABI") or "")
print(int("t" in getattr(sys, "abiflags", "") or sys.implementation.name != "cpython"))
"""
VERSIONS = range(11, 16)


def candidates():
    """Yield paths that may be interpreters, the preferred ones first."""
    named = os.environ.get("PYTUI_PYTHONS")
    if named is not None:
        yield from filter(None, named.split(os.pathsep))
        return
    for minor in VERSIONS:
        for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
            yield os.path.join(directory, "python3.%d" % minor)
    roots = [os.environ.get("PYENV_ROOT"), os.path.expanduser("~/.pyenv"), "/opt/pyenv"]
    for root in filter(None, roots):
        yield from sorted(glob.glob(os.path.join(root, "versions", "3.*", "bin", "python3")))
    for minor in VERSIONS:
        yield "/usr/bin/python3.%d" % minor
        yield "/usr/local/bin/python3.%d" % minor
    yield "/usr/bin/python3"


def probe(path):
    """Return (version, include directory, SOABI) of the interpreter, or None."""
    try:
        run = subprocess.run([path, "-I", "-S", "-c", PROBE], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = run.stdout.splitlines()
    if run.returncode != 0 or len(lines) != 4 or lines[3] != "0":
        return None
    return lines[:3]


def main():
    """Print what was found."""
    seen = set()
    for path in candidates():
        if not os.access(path, os.X_OK) or os.path.isdir(path):
            continue
        found = probe(path)
        if not found:
            continue
        version, include, suffix = found
        if version in seen or not os.path.exists(os.path.join(include, "Python.h")):
            continue
        if int(version.split(".")[1]) not in VERSIONS:
            continue
        seen.add(version)
        print("|".join([version, include, suffix, path]))


if __name__ == "__main__":
    sys.exit(main())
