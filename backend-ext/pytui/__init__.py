"""pytui: a full-screen terminal debugger for Python.

`pytui script.py` debugs a program; `python -m pytui script.py` does the same with this interpreter.
"""

from importlib import metadata as _metadata

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Look `__version__` up when somebody asks, since reading the package's metadata takes a few milliseconds."""
    if name == "__version__":
        return _metadata.version("pytui")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
