"""Exceptions looked at by the program's own wish: post_mortem(), pm(), on_exception(), an excepthook."""

import re

import pytest
from test_set_trace import ends, plain  # noqa: F401

HEAD = """\
import sys, threading, pytui
def inner(n):
    local = n * 2
    return local / (n - n)
def outer():
    try:
        return inner(21)
    except ZeroDivisionError as error:
        raise ValueError("no good") from error
"""

WAYS = {
    "the exception": "try: outer()\nexcept ValueError as error: pytui.post_mortem(error)\nprint('went on')\n",
    "being handled": "try: outer()\nexcept ValueError: pytui.post_mortem()\nprint('went on')\n",
    "its traceback": "try: outer()\nexcept ValueError: pytui.post_mortem(sys.exc_info()[2])\nprint('went on')\n",
    "pm": "try: outer()\nexcept ValueError as error: sys.last_value = error\npytui.pm()\nprint('went on')\n",
    "on_exception": "try:\n    with pytui.on_exception(): outer()\nexcept ValueError: print('went on')\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_is_looked_at_and_goes_its_way(plain, each_engine, way):  # noqa: F811
    screen = plain(HEAD + WAYS[way], interpreter=each_engine.path)
    screen.expect("post-mortem: ValueError: no good", row=0)
    at_line = re.compile(r"own\.py:9 in outer")
    screen.expect(at_line, row=0)
    screen.send("e")
    screen.expect("╭─ Exception", "caused by ZeroDivisionError", "own.py:4 in inner")
    screen.keys("Esc")
    screen.expect_not("╭─ Exception")
    screen.send("c")
    ends(screen, "went on")


def test_the_frames_variables_are_there(plain):  # noqa: F811
    screen = plain(HEAD + "with pytui.on_exception(): inner(21)\n")
    screen.expect("post-mortem: ZeroDivisionError", row=0)
    screen.expect(re.compile(r"\blocal +42\b"), re.compile(r"\bn +21\b"))
    screen.send("c")
    ends(screen, "ZeroDivisionError: division by zero", status=1)


def test_other_exceptions_pass(plain):  # noqa: F811
    text = "import pytui\nwith pytui.on_exception(KeyError): raise ValueError('another')\n"
    ends(plain(text), "ValueError: another", status=1)
    text = "import pytui\nwith pytui.on_exception(): raise SystemExit(7)\n"
    ends(plain(text), status=7)


@pytest.mark.parametrize("where", ["program", "thread"])
def test_what_nobody_handles(plain, each_engine, where):  # noqa: F811
    call = "outer()" if where == "program" else "one = threading.Thread(target=outer); one.start(); one.join()"
    screen = plain(
        HEAD + f"pytui.install_excepthook()\npytui.install_excepthook()\n{call}\n", interpreter=each_engine.path
    )
    screen.expect("post-mortem: ValueError: no good", row=0)
    screen.send("c")
    ends(screen, "ValueError: no good", status=1 if where == "program" else 0)


def test_what_cannot_be_looked_at(plain):  # noqa: F811
    text = """\
import pytui
for each in (pytui.pm, pytui.post_mortem, lambda: pytui.post_mortem(ValueError("never raised"))):
    try: each()
    except ValueError as error: print("ValueError:", error)
"""
    ends(plain(text), "there is no exception to look at", "it was never raised")


def test_leaving_does_not_swallow_it(plain):  # noqa: F811
    screen = plain("import pytui\nwith pytui.on_exception():\n    {}['key']\n")
    at_stop = re.compile("post-mortem: KeyError")
    screen.expect(at_stop, row=0)
    screen.send("q")
    screen.expect("Leave it running")
    screen.send("l")
    ends(screen, "KeyError: 'key'", status=1)
