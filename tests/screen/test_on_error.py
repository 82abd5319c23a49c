"""attach_on_error: a debugger on the frame that raised, and what becomes of the call."""

import re

import pytest
from conftest import PYTUI
from test_set_trace import ends, plain  # noqa: F401

DEBUG = {"PYTUI_DEBUG": "1"}
HEAD = """\
import asyncio, pytui
calls = []
def fail(n):
    calls.append(n)
    if len(calls) < 2: raise ValueError("first call")
    return n * 2
"""
KINDS = {
    "function": "@pytui.attach_on_error()\ndef run(n): return fail(n)\nuse = lambda: run(21)\n",
    "bare": "@pytui.attach_on_error\ndef run(n): return fail(n)\nuse = lambda: run(21)\n",
    "coroutine": "@pytui.attach_on_error()\nasync def run(n): return fail(n)\nuse = lambda: asyncio.run(run(21))\n",
    "class": """\
@pytui.attach_on_error()
class Thing:
    def run(self, n): return self.deeper(n)
    @staticmethod
    def deeper(n): return fail(n)
use = lambda: Thing().run(21)
""",
    "property": """\
@pytui.attach_on_error()
class Thing:
    @property
    def run(self, n=21): return fail(n)
use = lambda: Thing().run
""",
    "generator": """\
@pytui.attach_on_error()
def run(n):
    got = yield n
    yield got
    return fail(n)
def use():
    generator = run(21)
    assert next(generator) == 21 and generator.send(4) == 4
    try: next(generator)
    except StopIteration as end: return end.value
""",
    "asynchronous generator": """\
@pytui.attach_on_error()
async def run(n):
    got = yield n
    yield got
    fail(n)
async def drive():
    generator = run(21)
    assert await generator.__anext__() == 21 and await generator.asend(4) == 4
    return [each async for each in generator]
use = lambda: asyncio.run(drive())
""",
}
TAIL = """\
try: print("result", use())
except ValueError as error: print("raised", error)
print("called", len(calls))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_it_stops_and_the_exception_goes_its_way(plain, each_engine, kind):  # noqa: F811
    screen = plain(HEAD + KINDS[kind] + TAIL, interpreter=each_engine.path, env=DEBUG)
    screen.expect("post-mortem: ValueError: first call", row=0)
    screen.expect(re.compile(r"own\.py:5 in fail"), re.compile(r"\bn +21\b"))
    screen.send("c")
    ends(screen, "raised first call", "called 1")


@pytest.mark.parametrize(
    ("kind", "say", "texts"),
    [
        ("function", "retry()", ["result 42", "called 2"]),
        ("coroutine", "retry()", ["result 42", "called 2"]),
        ("class", "retry()", ["result 42", "called 2"]),
        ("property", "retry()", ["result 42", "called 2"]),
        ("generator", "retry()", ["cannot be done again here", "raised first call"]),
        ("function", "resume('mine')", ["result mine", "called 1"]),
        ("coroutine", "resume('mine')", ["result mine"]),
        ("generator", "resume('mine')", ["result mine"]),
        ("asynchronous generator", "resume()", ["result []"]),
    ],
)
def test_what_the_user_decides_instead(plain, kind, say, texts):  # noqa: F811
    screen = plain(HEAD + KINDS[kind] + TAIL, env=DEBUG)
    screen.expect("post-mortem: ValueError", row=0)
    screen.send(f"!pytui.{say}\r")
    screen.expect(f">>> pytui.{say}")
    screen.keys("F5")
    ends(screen, *texts)


BLOCKS = {
    "with": "with pytui.attach_on_error(): fail(1)\n",
    "async with": "async def use():\n    async with pytui.attach_on_error(): fail(1)\nasyncio.run(use())\n",
}


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block(plain, kind):  # noqa: F811
    screen = plain(HEAD + BLOCKS[kind] + "print('behind it')\n", env=DEBUG)
    screen.expect("post-mortem: ValueError", row=0)
    screen.send("!pytui.resume()\r")
    screen.expect(">>> pytui.resume()")
    screen.keys("F5")
    ends(screen, "behind it")


def test_leaving_never_swallows_it(plain):  # noqa: F811
    """Whatever was said before: nobody is there to answer for it."""
    screen = plain(HEAD + KINDS["function"] + TAIL, env=DEBUG, cols=140)
    screen.expect("post-mortem: ValueError", "e exception", row=0)
    screen.send("!pytui.resume()\r")
    screen.expect(">>> pytui.resume()")
    screen.keys("Ctrl-x")
    screen.expect("e exception", row=0)  # a key of the Source pane
    screen.send("q")
    screen.expect("Leave it running")
    screen.send("l")
    ends(screen, "raised first call", "called 1")


def test_a_condition_that_fails_stops(plain):  # noqa: F811
    text = HEAD + "@pytui.attach_on_error(when=lambda error: error.nothing)\ndef run(n): return fail(n)\n"
    screen = plain(text + "use = lambda: run(21)\n" + TAIL, env=DEBUG)
    screen.expect("post-mortem: ValueError", row=0)
    screen.send("c")
    ends(screen, "pytui: when= failed: AttributeError", "raised first call")


def test_one_object_that_is_raised_again_is_shown_again(plain):  # noqa: F811
    text = """\
import pytui
error, calls = ValueError(), []
@pytui.attach_on_error()
def run():
    calls.append(1)
    error.args = (f"call {len(calls)}",)
    if len(calls) < 3: raise error
    return len(calls)
print("result", run())
"""
    screen = plain(text, env=DEBUG)
    for number in (1, 2):
        screen.expect(f"post-mortem: ValueError: call {number}", row=0)
        screen.send("!pytui.retry()\r")
        screen.expect(">>> pytui.retry()")
        screen.keys("F5")
    ends(screen, "result 3")


@pytest.mark.parametrize(
    ("env", "options"),
    [
        ({}, ""),
        ({"PYTUI_DEBUG": "0", "IPDB_MODE": "console"}, ""),
        (DEBUG, "exc=KeyError"),
        (DEBUG, "when=lambda error: 'second' in str(error)"),
        (DEBUG | {"RANK": "3"}, "ranks=(0, 1)"),
    ],
)
def test_where_it_does_nothing(plain, env, options):  # noqa: F811
    text = HEAD + f"@pytui.attach_on_error({options})\ndef run(n): return fail(n)\nuse = lambda: run(21)\n" + TAIL
    ends(plain(text, env=env), "raised first call", "called 1")


def test_it_is_what_it_was_unless_enabled(plain):  # noqa: F811
    text = """\
import pytui
def run(): "text"
print("same", pytui.attach_on_error()(run) is run, pytui.attach_on_error(run) is run)
"""
    ends(plain(text), "same True True")
    text = """\
import pytui
@pytui.attach_on_error()
def run(a, *, b=2): "text"
print(run.__name__, run.__doc__, run.__wrapped__.__kwdefaults__)
"""
    ends(plain(text, env=DEBUG), "run text {'b': 2}")


@pytest.mark.parametrize("env", [{"IPDB_MODE": "socket"}, DEBUG | {"SLURM_PROCID": "4"}, {"IPDB_MODE": "web"}])
def test_without_a_console_it_waits_on_a_socket(plain, terminal, env):  # noqa: F811
    program = plain(HEAD + KINDS["function"] + TAIL, env=env, cols=160)
    program.expect(re.compile(r"waits at ValueError: pytui attach unix:\S+"))
    address = re.search(r"unix:\S+", "\n".join(program.state["lines"]))[0]
    screen = terminal(PYTUI, "attach", address)
    screen.expect("post-mortem: ValueError: first call", row=0)
    screen.send("c")
    ends(program, "raised first call", "called 1")
