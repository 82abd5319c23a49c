#!/usr/bin/env python3
"""Every screen of pytui as pictures, for people to look at: each theme at each size, six to nine on a sheet.

    gallery.py --build BUILD [--out DIR] [--theme NAME …] [--size ROWSxCOLS …] [WORD …]

WORDs choose the screens whose names hold one of them. DIR gets a directory for each theme and size: the screens as
PNG and as text, and `sheet-N.png`. What a screen should have shown and did not is told at the end; small ones cannot
show all.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
THEMES = ("classic", "dark", "light")
SIZES = ("24x80", "50x160")
# A sheet is about as wide as what is looked at in one go.
SHEET_WIDTH, CAPTION = 1560, 22
# Terminals that have fewer colours, or none, as themes.
TERMINALS = {"vt100": "vt100", "8": "xterm", "16": "xterm-16color", "no-color": "xterm-256color"}
PATIENCE = 3.0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="pictures of every screen")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--theme", action="append", help=f"a theme, or one of {', '.join(TERMINALS)}")
    parser.add_argument("--size", action="append", help="ROWSxCOLS")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.out = options.out or options.build / "gallery"
    return options


OPTIONS = arguments()
os.environ["PYTUI_BUILD"] = str(OPTIONS.build)
sys.path[:0] = [str(HERE), str(TESTS)]

import interpreters  # noqa: E402
import picture  # noqa: E402
from gallery_scenes import PICTURES, PROGRAMS, Picture  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402
from screen import Screen, ScreenMismatch  # noqa: E402

PYTUI = OPTIONS.build / "pytui"
PACKAGE = OPTIONS.build / "backend-ext"
PYTHON = interpreters.one_per_engine()[-1].path


def terminal_of(theme: str, settings: str) -> tuple[str, dict[str, str | None], str]:
    """TERM, variables and config.ini for a theme's name."""
    if theme not in TERMINALS:
        return "xterm-256color", {}, f"theme = {theme}\n{settings}"
    return TERMINALS[theme], {"NO_COLOR": "1"} if theme == "no-color" else {}, settings


def listening(home: Path, count: int) -> list[subprocess.Popen]:
    """Programs that wait for who attaches, in the place where the screen's pytui looks."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTUI", "XDG"))}
    env |= {"XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(PACKAGE)}
    started = []
    for number in range(count):
        words = ["--name", f"worker {number}"] if number else []
        command = [PYTHON, "-m", "pytui", "--listen", *words, home / "work" / "listens.py"]
        started.append(subprocess.Popen(command, env=env | {"RANK": str(number)}, stdout=subprocess.DEVNULL))
    return started


def there(home: Path, count: int) -> bool:
    """Whether so many programs listen."""
    return len(list((home / "run" / "pytui").glob("*.[0-9]*"))) >= count


def program_path(home: Path, name: str) -> Path:
    """Where a program of the gallery is: a target, or written anew."""
    return home / "work" / name if name in PROGRAMS else TESTS / "targets" / name


def start(shown: Picture, home: Path, theme: str, rows: int, cols: int) -> Screen:
    """Opens what the picture shows."""
    term, env, settings = terminal_of(theme, shown.settings)
    (home / "config" / "pytui").mkdir(parents=True)
    (home / "config" / "pytui" / "config.ini").write_text(settings)
    program = [program_path(home, shown.program)] if shown.program else []
    argv = [PYTHON, *program] if shown.plain else [PYTUI, "--python", PYTHON, *shown.options, *program]
    if shown.plain:
        env |= {"PYTHONPATH": str(PACKAGE)}
    return Screen(
        argv, home=home, rows=rows, cols=cols, term=term, env=env, cwd=home / "work", first_run=shown.first_run
    )


def play(screen: Screen, shown: Picture) -> list[str]:
    """Types what leads to the picture; what did not come."""
    missed = []
    for step in shown.steps:
        if isinstance(step, str):
            screen.send(step)
            screen.settle(0.12)
            continue
        try:
            screen.expect(step, timeout=PATIENCE)
        except ScreenMismatch:
            missed.append(step.pattern)
    screen.settle(0.3)
    return missed


def take(name: str, theme: str, size: str, directory: Path) -> str:
    """Makes one picture; what is to be told of it."""
    rows, cols = (int(number) for number in size.split("x"))
    shown = PICTURES[name]
    home = Path(tempfile.mkdtemp(prefix="gallery-"))
    (home / "work").mkdir()
    for file, text in PROGRAMS.items():
        (home / "work" / file).write_text(text)
    programs = listening(home, shown.listening)
    screen = None
    try:
        while not there(home, shown.listening) and all(each.poll() is None for each in programs):
            signal.sigtimedwait([], 0.02)
        screen = start(shown, home, theme, rows, cols)
        missed = play(screen, shown)
        file = directory / name.replace(" ", "-")
        picture.draw(screen.state, screen.cells(), file.with_suffix(".png"), light=theme.endswith(("light", "latte")))
        file.with_suffix(".txt").write_text(screen.dump() + "\n")
    finally:
        if screen:
            screen.close()
        for each in programs:
            each.kill()
            each.wait()
        shutil.rmtree(home, ignore_errors=True)
    return f"{theme} {size} {name}: no {', '.join(missed)}" if missed else ""


def sheets(directory: Path, names: Sequence[str], size: str) -> None:
    """Puts the pictures on sheets, each under its name."""
    rows, cols = (int(number) for number in size.split("x"))
    across = 1 if cols > 120 else 2 if cols > 60 else 3
    down = 2 if rows > 30 else 3 if rows > 15 else 5
    width = SHEET_WIDTH // across
    height = width * rows * picture.CELL_HEIGHT // (cols * picture.CELL_WIDTH)
    font = ImageFont.truetype(picture.FONT % "-Bold", 15)
    for number, at in enumerate(range(0, len(names), across * down)):
        sheet = Image.new("RGB", (across * width, down * (height + CAPTION)), (0x80, 0x80, 0x80))
        pen = ImageDraw.Draw(sheet)
        for place, name in enumerate(names[at : at + across * down]):
            left, top = place % across * width, place // across * (height + CAPTION)
            pen.text((left + 4, top + 2), name, font=font, fill=(0, 0, 0))
            shot = Image.open(directory / (name.replace(" ", "-") + ".png"))
            sheet.paste(shot.resize((width - 4, height - 4), Image.Resampling.LANCZOS), (left, top + CAPTION))
        sheet.save(directory / f"sheet-{number:02}.png")


def main() -> None:
    """Plays what was asked for."""
    names = [name for name in PICTURES if not OPTIONS.words or any(word in name for word in OPTIONS.words)]
    told: list[str] = []
    for theme in OPTIONS.theme or THEMES:
        for size in OPTIONS.size or SIZES:
            directory = OPTIONS.out / f"{theme}-{size}"
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            with ThreadPoolExecutor(OPTIONS.jobs) as pool:
                told += [line for line in pool.map(lambda name: take(name, theme, size, directory), names) if line]
            sheets(directory, names, size)
            print(f"{directory}: {len(names)} screens", flush=True)
    print("\n".join(told))


if __name__ == "__main__":
    main()
