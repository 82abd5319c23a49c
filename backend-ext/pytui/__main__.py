"""`python -m pytui`: the program `pytui` that was installed with this package, debugging with this interpreter.

`python -m pytui --listen [ADDRESS] [--public] [--wait] [--name NAME] SCRIPT|-m MODULE|-c CODE …` runs a program without
a screen, to be attached to.
"""

import importlib.metadata
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from pytui._backend import PACKAGE


def candidates() -> Iterator[Path]:
    """Places where the program may be: where the installer put it, then the usual ones."""
    try:
        files = importlib.metadata.files("pytui") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    yield from (
        Path(str(file.locate())).resolve() for file in files if file.name == "pytui" and file.parent.name == "bin"
    )
    yield Path(sysconfig.get_path("scripts")) / "pytui"
    yield Path(sys.executable).parent / "pytui"
    yield PACKAGE / "bin" / "pytui"
    yield PACKAGE.parents[2] / "bin" / "pytui"  # PREFIX/lib/pytui/pytui
    yield PACKAGE.parents[1] / "pytui"  # the build directory
    yield PACKAGE.parents[1] / "tui" / "pytui"  # that of an editable installation


LISTEN_USAGE = (
    "usage: python -m pytui --listen [unix:PATH|tcp:HOST:PORT] [--public] [--wait] [--name NAME]"
    " SCRIPT|-m MODULE|-c CODE [ARGUMENT]..."
)


def home() -> Path | None:
    """Return the directory with the start-up file and the backends."""
    return next((place for place in (PACKAGE, PACKAGE.parent) if (place / "entry").is_dir()), None)


def listen(arguments: list[str]) -> None:
    """Become `python ARGUMENTS…` that listens: the interpreter itself runs the program, as without a debugger.

    ARGUMENTS follow `--listen`. Returns only by raising SystemExit.
    """
    words: list[str] = []
    flags = ("--wait", "--name", "--public")
    while arguments and (arguments[0] in flags or arguments[0].startswith(("unix:", "tcp:"))):
        word = arguments.pop(0)
        if word == "--name":
            word = f"name={arguments.pop(0)}" if arguments else sys.exit(LISTEN_USAGE)
        elif word.startswith("unix:"):
            word = f"unix:{Path(word[5:]).absolute()}"
        words.append(word.removeprefix("--"))
    place = home()
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-m", "-c", "-")) or place is None:
        sys.exit(LISTEN_USAGE if place else "python -m pytui: the start-up file is missing; install the package again")
    if any("," in word for word in words):
        sys.exit("python -m pytui --listen: addresses and names cannot hold commas")
    environment = dict(os.environ)
    if "PYTHONPATH" in environment:
        environment["PYTUI_PYTHONPATH"] = environment["PYTHONPATH"]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(place / "entry"), environment.get("PYTHONPATH")]))
    environment["PYTUI_LISTEN"] = ",".join(words) or "1"
    flags = subprocess._args_from_interpreter_flags()  # what multiprocessing hands on
    os.execve(sys.executable, [sys.executable, *flags, *arguments], environment)


def main() -> None:
    """Become the program; returns only by raising SystemExit when there is none."""
    if sys.argv[1:2] == ["--listen"]:
        listen(sys.argv[2:])
    for program in candidates():
        if os.access(program, os.X_OK) and program.is_file():
            place = home()
            options = ["--home", str(place)] if place else []
            os.execv(program, [str(program), *options, "--python", sys.executable, *sys.argv[1:]])
    sys.exit("python -m pytui: the program pytui is missing; install the package again")


if __name__ == "__main__":
    main()
