"""`import pytui.b` stops where it stands, as `pytui.set_trace()` does, every time that it is reached."""

import importlib.machinery
import sys
from types import FrameType

from . import _screen


def _stop(frame: FrameType | None) -> None:
    while frame and frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    if frame:
        _screen.stop(frame)


class _Spec(importlib.machinery.ModuleSpec):
    """An import statement that finds its module loaded asks the module's spec whether it is ready."""

    @property
    def _initializing(self) -> bool:
        _stop(sys._getframe(1))
        return False


_stop(sys._getframe(1))
__spec__ = _Spec(__name__, __spec__.loader, origin=__spec__.origin)
