"""`python -m pytui`: the program `pytui` that was installed with this package, debugging with this interpreter."""

import importlib.metadata
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


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


def main() -> None:
    """Become the program; returns only by raising SystemExit when there is none."""
    for program in candidates():
        if os.access(program, os.X_OK) and program.is_file():
            places = [place for place in (PACKAGE, PACKAGE.parent) if (place / "entry").is_dir()]
            home = ["--home", str(places[0])] if places else []
            os.execv(program, [str(program), *home, "--python", sys.executable, *sys.argv[1:]])
    sys.exit("python -m pytui: the program pytui is missing; install the package again")


if __name__ == "__main__":
    main()
