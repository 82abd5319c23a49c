"""The guide's screens are those of pytui: each is played here, and is what stands in docs/GUIDE.md.

`make guide` plays them and writes them into the guide; what changed there is to be read before it is kept.
"""

import os
import re

import pytest
from conftest import TARGETS, TESTS, Pytui
from guide_scenes import SCENES, Scene
from interpreters import Interpreter
from screen import BUILD, Screen, ScreenMismatch

GUIDE = TESTS.parent / "docs" / "GUIDE.md"
BLOCK = re.compile(r"<!-- screen: (?P<name>[a-z-]+) -->\n```text\n(?P<text>.*?)```\n", re.DOTALL)
# How many of these there are depends on the version of Python, or changes with each new command.
VARYING = re.compile(r"(special variables|methods|\d+ of)( +)\d+")
UPDATE = "PYTUI_UPDATE_GUIDE" in os.environ


def blocks() -> dict[str, str]:
    """The screens in the guide, by the names of their scenes."""
    return {match["name"]: match["text"] for match in BLOCK.finditer(GUIDE.read_text())}


def write_block(name: str, text: str) -> None:
    """Puts a screen into the guide."""

    def renewed(match: re.Match[str]) -> str:
        return match[0] if match["name"] != name else f"<!-- screen: {name} -->\n```text\n{text}```\n"

    GUIDE.write_text(BLOCK.sub(renewed, GUIDE.read_text()))


def shown(screen: Screen, scene: Scene) -> str:
    """The part of the screen that the guide shows."""
    return "".join(VARYING.sub(r"\1\2…", line) + "\n" for line in screen.lines[scene.first : scene.last])


def test_every_screen_in_the_guide_has_a_scene_and_every_scene_a_place() -> None:
    """A block without a scene would never be looked at again."""
    marks = re.findall(r"<!-- screen: (\S+) -->", GUIDE.read_text())
    assert sorted(marks) == sorted(blocks()) == sorted(SCENES)


@pytest.mark.parametrize("name", SCENES)
def test_screen_of_the_guide(pytui: Pytui, terminal: Pytui, python: Interpreter, name: str) -> None:
    """What the user is told to expect is what comes."""
    scene = SCENES[name]
    options = {"rows": scene.rows, "cols": scene.cols, "first_run": scene.first_run}
    if scene.plain:
        screen = terminal(
            python.path, TARGETS / scene.program, env={"PYTHONPATH": str(BUILD / "backend-ext")}, **options
        )
    else:
        screen = pytui(scene.program, *scene.words, options=scene.options, **options)
    scene.play(screen)
    if UPDATE:
        screen.settle(0.5)
        write_block(name, shown(screen, scene))
        return
    wanted = blocks()[name]
    try:
        screen.wait_for(lambda: shown(screen, scene) == wanted, "the guide's screen", timeout=5)
    except ScreenMismatch:
        assert shown(screen, scene) == wanted, "the guide shows another screen: `make guide` renews it"
