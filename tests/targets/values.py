"""Values of many kinds in one frame, some of them hostile."""

import collections
import dataclasses
import datetime
import enum
import pathlib


class Color(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Slots:
    __slots__ = ("left", "right")

    def __init__(self):
        self.left = "l"
        self.right = "r"


class Hostile:
    """Running any of these without being asked would be seen in `ran`."""

    ran = []

    def __repr__(self):
        Hostile.ran.append("repr")
        raise ZeroDivisionError("no repr")

    def __len__(self):
        Hostile.ran.append("len")
        raise ValueError("no len")

    def __getattr__(self, name):
        Hostile.ran.append(name)
        raise AttributeError(name)

    @property
    def lazy(self):
        Hostile.ran.append("lazy")
        return 42


def main():
    numbers = list(range(1000))
    nested = {"a": [1, 2, {"deep": (3, 4)}], "b": {5, 6}}
    text = "plain"
    wide = "日本語 ñ é \u0301"
    control = "bell \a escape \x1b[31m tab \t nul \0 newline \n end"
    lone = "\ud800"
    data = b"\x00\xffbytes"
    point = Point(1, 2)
    color = Color.RED
    slots = Slots()
    when = datetime.datetime(2024, 2, 29, 12, 30)
    path = pathlib.Path("/tmp")
    ordered = collections.OrderedDict(one=1)
    loop = [1]
    loop.append(loop)
    hostile = Hostile()
    print("values ready", len(Hostile.ran))
    return locals()


main()
