"""`%load_ext pytui`: the magic `%pytui` of IPython and Jupyter."""

import ast
import os
import sys
from types import CodeType
from typing import Protocol

from pytui import _backend, _post_mortem, _screen

_STOP = "__pytui_stop__"  # stands in the user's namespace until the statement begins


class Compiler(Protocol):
    """The compiler of a shell."""

    flags: int

    def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> str:
        """Keep the text of a cell for linecache; the name of its file."""


class Magics(Protocol):
    """The magics of a shell, by kind and name."""

    magics: dict[str, dict[str, object]]


class Shell(Protocol):
    """What is used of IPython's InteractiveShell."""

    user_ns: dict[str, object]
    compile: Compiler
    magics_manager: Magics
    execution_count: int

    def transform_cell(self, raw_cell: str) -> str:
        """Make Python of IPython's syntax."""

    def register_magic_function(self, func: object, magic_kind: str = "line", magic_name: str | None = None) -> None:
        """Add a magic."""


def _is_remote(shell: Shell) -> bool:
    """Whether the user does not sit at this process's terminal, as with a Jupyter kernel."""
    mode = os.environ.get("PYTUI_MODE") or os.environ.get("IPDB_MODE")
    return mode != "console" if mode else getattr(shell, "kernel", None) is not None


def _compile(shell: Shell, text: str) -> CodeType:
    """Compile TEXT as a cell that begins with a call of `_STOP` at the place of its first statement."""
    transformed = shell.transform_cell(text)
    numbers = vars(shell.compile).get("_filename_map", {})
    number = max(numbers.values(), default=shell.execution_count)  # that of the cell that has the magic
    name = shell.compile.cache(transformed, number, text)
    tree = ast.parse(transformed, name)
    if tree.body:
        call = ast.Expr(ast.Call(ast.Name(_STOP, ast.Load()), [], []))
        first = tree.body[0]
        for node in ast.walk(call):
            ast.copy_location(node, first)
            node.end_lineno, node.end_col_offset = first.lineno, first.col_offset
        tree.body.insert(0, call)
    return compile(tree, name, "exec", shell.compile.flags, dont_inherit=True)


def _debug(shell: Shell, text: str) -> None:
    namespace = shell.user_ns
    code = _compile(shell, text)

    def stop() -> None:
        del namespace[_STOP]
        _backend.stop(sys._getframe(1), reason="entry")

    alone = not _backend.active()
    with _screen.debugger("%pytui", "wait", remote=_is_remote(shell)) as there:
        if not there:
            return
        namespace[_STOP] = stop
        try:
            exec(code, namespace)  # noqa: S102 (what the user typed)
        finally:
            namespace.pop(_STOP, None)
            if alone:  # the session was for this
                _backend.detach()


def _look_at_last_error(shell: Shell) -> None:
    error = _post_mortem._last()
    if error is None or error.__traceback__ is None:
        print("pytui: there was no error; %pytui STATEMENT debugs a statement", file=sys.stderr)
    else:
        _screen.look(error, "wait", remote=_is_remote(shell))


def load(shell: Shell) -> None:
    """Give SHELL, an InteractiveShell, the magic `%pytui` and `%%pytui`."""

    def pytui(line: str, cell: str | None = None) -> None:
        """Debug with pytui.

        %pytui              look at the last error: its chain, its frames and their variables
        %pytui STATEMENT    run a statement, stopped before it begins
        %%pytui             the same for all of a cell

        At a terminal the screen opens there and leaves when the statement has ended. In a Jupyter notebook the cell's
        output says what to type in a terminal, `pytui attach ...`, and the cell waits for that.
        """
        text = cell if cell is not None else line
        if text.strip():
            _debug(shell, text)
        else:
            _look_at_last_error(shell)

    shell.register_magic_function(pytui, magic_kind="line_cell", magic_name="pytui")


def unload(shell: Shell) -> None:
    """Take the magic away."""
    for magics in shell.magics_manager.magics.values():
        magics.pop("pytui", None)
