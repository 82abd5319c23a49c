"""Stepping in every construct of the language: where each step must lead, the same on every version.

A walk is a program, the line where it begins, and steps: `n` over, `s` into, `o` out, each with the place where it
must end, as "function:line", or "line" in the same function; `end` is the end of the program.
"""

from collections.abc import Callable

import pytest
from client import Session

Start = Callable[..., Session]

COMMANDS = {"n": "next", "s": "stepIn", "o": "stepOut"}

ASYNC_FOR = """\
import asyncio
async def agen():
    for i in range(2):
        await asyncio.sleep(0)
        yield i
async def main():
    total = 0
    async for n in agen():
        total += n
    return total
print(asyncio.run(main()))
"""
ASYNC_WITH = """\
import asyncio
class CM:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return self
    async def __aexit__(self, *a):
        await asyncio.sleep(0)
        return False
async def other():
    for i in range(20): await asyncio.sleep(0)
async def main():
    t = asyncio.create_task(other())
    async with CM() as c:
        x = 1
    await t
    return x
print(asyncio.run(main()))
"""
TASKS = """\
import asyncio
async def worker(k):
    for i in range(3):
        await asyncio.sleep(0)
        k = k + 1
    return k
async def main():
    a = asyncio.create_task(worker(1))
    b = asyncio.create_task(worker(2))
    r = await asyncio.gather(a, b)
    s = await worker(5)
    return s
print(asyncio.run(main()))
"""
ONE_TASK = """\
import asyncio
async def worker():
    await asyncio.sleep(0)
    return 1
async def main():
    task = asyncio.create_task(worker())
    r = await task
    return r
print(asyncio.run(main()))
"""
AWAIT_ERROR = """\
import asyncio
async def child():
    await asyncio.sleep(0)
    raise KeyError
async def main():
    try:
        await child()
    except KeyError:
        x = 1
    t = asyncio.create_task(child())
    try:
        await t
    except KeyError:
        y = 1
    return 1
asyncio.run(main())
"""
WAIT_FOR = """\
import asyncio
async def child():
    x = 1
    await asyncio.sleep(0)
    return x
async def main():
    r = await asyncio.wait_for(child(), 5)
    s = r
    return s
asyncio.run(main())
"""
COMPREHENSIONS = """\
def f(x):
    return x + 1
def g(items):
    a = [f(i) for i in items]
    b = {i: f(i) for i in items}
    c = sum(f(i) for i in items)
    return a
g([1, 2])
"""
FACTORIAL = """\
def fact(n):
    if n <= 1:
        return 1
    r = fact(n - 1) * n
    return r
x = fact(4)
print(x)
"""
FINALLY = """\
def boom():
    raise ValueError
def f():
    try:
        boom()
    finally:
        x = 1
    return x
try:
    f()
except ValueError:
    y = 2
print(y)
"""
FINALLY_RETURN = """\
def f():
    try:
        return g()
    finally:
        x = 1
def g():
    return 7
y = f()
print(y)
"""
MANAGER = """\
from contextlib import contextmanager
@contextmanager
def cm():
    x = 1
    try:
        yield x
    finally:
        x = 2
def f():
    a = 0
    with cm() as v:
        a = v
    return a
f()
"""
MANAGERS = """\
from contextlib import ExitStack, suppress
def f():
    with suppress(KeyError):
        raise KeyError
    with ExitStack() as st:
        st.callback(print)
    return 1
f()
"""
DECORATOR = """\
def deco(fn):
    def wrapper(*a):
        r = fn(*a)
        return r
    return wrapper
@deco
def f(x): return x + 1
y = f(3)
z = 1
print(y)
"""
WRAPS = """\
import functools
def deco(f):
    @functools.wraps(f)
    def w(*a):
        return f(*a)
    return w
@deco
def f(x): return x
f(1)
g = 1
"""
EXEC = """\
def cb():
    return 1
exec("a = cb()\\nb = 2")
c = 3
d = 4
"""
CLASS = """\
class A:
    x = 1
    def f(self): pass
    y = 2
a = A()
b = 2
"""
LAMBDA = """\
f = lambda x: (x +
    1)
y = f(2)
z = f(3)
print(y, z)
"""
ONE_LINE = """\
for i in range(2): x = i
a = 1; b = 2; c = 3
if a: d = 4
e = 5
"""
YIELD_FROM = """\
def inner():
    a = yield 1
    b = yield 2
    return 3
def outer():
    r = yield from inner()
    s = r
    yield s
for v in outer():
    w = v
print(w)
"""
CLOSE = """\
def gen():
    try:
        yield 1
        yield 2
    finally:
        x = 1
g = gen()
next(g)
g.close()
h = 1
"""
THROW = """\
def gen():
    try:
        yield 1
    except KeyError:
        x = 1
        yield 5
g = gen()
next(g)
r = g.throw(KeyError)
h = 1
"""
THROW_THROUGH = """\
def gen():
    yield 1
    yield 2
g = gen()
next(g)
try:
    g.throw(KeyError)
except KeyError:
    b = 1
h = 1
"""
FROM_C = """\
def key(x):
    return -x
a = sorted([3, 1], key=key)
b = list(map(key, a))
c = 1
"""
ATTRIBUTES = """\
class D:
    def __set__(self, o, v): o.v = v
    def __get__(self, o, t): return 1
class A:
    d = D()
    @property
    def p(self):
        return 1
    def __getattr__(self, n):
        return 2
a = A(); a.d = 1
x = a.p
y = a.q
z = a.d
c = 1
"""
DEL = """\
import weakref
class A:
    def __del__(self):
        x = 1
def cb(r):
    y = 1
a = A()
a = None
b = A(); w = weakref.ref(b, cb)
del b
c = 1
"""
CHAIN = """\
def a():
    raise KeyError
def b():
    try:
        a()
    finally:
        z = 1
def c():
    try:
        b()
    except KeyError:
        y = 1
c()
d = 1
"""
MATCH = """\
v = (1, 2)
match v:
    case (1, x):
        y = x
    case _:
        y = 0
z = 1
"""
LONG_CALL = """\
def f(*a):
    return a
x = f(
    1,
    f(2),
)
y = 1
"""
THREADS = """\
import threading
def work():
    for i in range(1000):
        x = i
ts = [threading.Thread(target=work) for _ in range(4)]
for t in ts: t.start()
a = 1
for i in range(2):
    a += i
for t in ts: t.join()
"""
POOL = """\
from concurrent.futures import ThreadPoolExecutor
def work(n):
    m = n + 1
    return m
with ThreadPoolExecutor(1) as pool:
    r = list(pool.map(work, [1, 2]))
print(r)
"""
UNITTEST = """\
import unittest
class T(unittest.TestCase):
    def test_a(self):
        x = 1
    def test_b(self):
        y = 1
unittest.main(exit=False)
print(1)
"""
FUNCTOOLS = """\
import functools
def add(a, b):
    return a + b
x = functools.reduce(add, [1, 2, 3])
@functools.lru_cache
def f(x):
    return x
class A:
    @functools.cached_property
    def p(self):
        return 1
f(1)
A().p
y = 1
"""
EXIT = """\
import sys
def f():
    sys.exit(3)
try:
    f()
finally:
    x = 1
y = 2
"""

WALKS = {
    "async-for-over": (ASYNC_FOR, 8, "n 9, n 8, n 9, n 8, n 10, n <module>:11, n end"),
    "async-for-into": (ASYNC_FOR, 8, "s agen:3, s 4, s 5, s main:8, n 9, n 8, n 9"),
    "async-generator-yield": (ASYNC_FOR, 5, "s main:8, n 9, s 8"),
    "async-generator-over": (ASYNC_FOR, 4, "n 5, n 3, n 4, n 5, n 3, n main:8, n 10"),
    "async-generator-out": (ASYNC_FOR, 4, "o main:8, n 10"),
    "async-with-over": (ASYNC_WITH, 12, "n 13, n 14, n 13, n 15, n 16, n <module>:17"),
    "async-with-into": (ASYNC_WITH, 13, "s CM.__aenter__:4, n 5, n main:13, s 14, s 13, s CM.__aexit__:7"),
    "await-over-other-tasks": (TASKS, 8, "n 9, n 10, n 11, n 12, n <module>:13, n end"),
    "await-stays-in-task": (TASKS, 4, "n 5, n 3, n 4, n 5, n 3, n 4, n 5, n 3, n 6"),
    "await-into-stays-in-task": (TASKS, 4, "s 5, s 3, s 4, s 5"),
    "await-into-and-out": (TASKS, 11, "s worker:3, o main:11, n 12"),
    "await-of-tasks-into": (TASKS, 10, "s 11, s worker:3"),
    "run-into": (TASKS, 13, "s main:8, n 9"),
    "task-end-over": (ONE_TASK, 4, "n main:8, n <module>:9, n end"),
    "task-out": (ONE_TASK, 3, "o main:8, n <module>:9"),
    "await-error-over": (AWAIT_ERROR, 7, "n 8, n 9, n 10"),
    "await-error-inside": (AWAIT_ERROR, 4, "n main:8, n 9"),
    "await-error-out": (AWAIT_ERROR, 3, "o main:8, n 9"),
    "await-error-of-task": (AWAIT_ERROR, 12, "n 13, n 14"),
    "library-coroutine-over": (WAIT_FOR, 7, "n 8, n 9"),
    "comprehension-over": (COMPREHENSIONS, 4, "n 5, n 6, n 7, n <module>:8"),
    "comprehension-out-of-callee": (COMPREHENSIONS, 4, "s f:2, o @:4, n g:5"),
    "comprehension-callee-again": (COMPREHENSIONS, 5, "s f:2, n @:5, s f:2, n @:5, n g:6"),
    "generator-expression-over": (COMPREHENSIONS, 6, "n 7"),
    "generator-expression-into": (COMPREHENSIONS, 6, "s g.<locals>.<genexpr>:6, s f:2, n g.<locals>.<genexpr>:6"),
    "recursion-over": (FACTORIAL, 4, "n 5, n <module>:6, n 7"),
    "recursion-into-and-over": (FACTORIAL, 4, "s 2, n 4, n 5, n 4, n 5, n <module>:6"),
    "recursion-out": (FACTORIAL, 3, "o 4, o 4, o 4, o <module>:6, n 7"),
    "finally-over": (FINALLY, 4, "n 5, n 7, n <module>:11, n 12, n 13"),
    "finally-into": (FINALLY, 10, "s f:4, s 5, s boom:2, s f:7, s <module>:11, s 12, s 13"),
    "finally-out": (FINALLY, 5, "o <module>:11, n 12"),
    "finally-after-return": (FINALLY_RETURN, 3, "n 5, n <module>:8, n 9"),
    "context-manager-over": (MANAGER, 11, "n 12, n 11, n 13, n <module>:14"),
    "context-manager-into": (MANAGER, 11, "s cm:4, s 5, s 6, s f:11, s 12, s 11, s cm:8, s f:11, s 13"),
    "context-managers-of-library": (MANAGERS, 3, "n 4, n 3, n 5, n 6, n 5, n 7, n <module>:8"),
    "decorator-over": (DECORATOR, 8, "n 9"),
    "decorated-into": (DECORATOR, 8, "s deco.<locals>.wrapper:3, s f:7, n deco.<locals>.wrapper:3, n 4, n <module>:8"),
    "decorator-definition": (DECORATOR, 6, "s 7, s 6, s deco:2, s 5, s <module>:6"),
    "decorator-with-wraps": (WRAPS, 9, "s deco.<locals>.w:5, s f:8, n deco.<locals>.w:5, n <module>:9, n 10"),
    "exec-over": (EXEC, 3, "n 4, n 5"),
    "exec-into": (EXEC, 3, "s cb:2, s <module>:3, n 4"),
    "class-body-over": (CLASS, 1, "n 5, n 6"),
    "class-body-into": (CLASS, 1, "s A:1, n 2, n 3, n 4, n <module>:1, n 5"),
    "class-body-out": (CLASS, 3, "o <module>:1, n 5"),
    "lambda": (LAMBDA, 1, "n 3, n 4, s <lambda>:1, n 2, n 1, n <module>:4"),
    "one-line-loops": (ONE_LINE, 1, "n 1, n 1, n 2, n 3, n 4"),
    "yield-from-inside": (YIELD_FROM, 2, "n 3, n 4, n outer:6, n 7, n 8, n <module>:9, n 11"),
    "yield-from-over": (YIELD_FROM, 6, "n 7, n 8"),
    "yield-from-into": (YIELD_FROM, 9, "s outer:6, s inner:2, s outer:6, s <module>:9, s 10, s 9, s inner:3"),
    "generator-closed": (CLOSE, 3, "n 6, n <module>:10"),
    "generator-closed-into": (CLOSE, 9, "s gen:6, s <module>:10"),
    "generator-thrown-into": (THROW, 3, "n 4, n 5, n 6, n end"),
    "generator-throw-into": (THROW, 9, "s gen:4, s 5, s 6, s <module>:9, s 10"),
    "generator-throw-through": (THROW_THROUGH, 7, "n 8, n 9, n 10"),
    "generator-thrown-through": (THROW_THROUGH, 2, "n <module>:8, n 9"),
    "callback-of-sorted": (FROM_C, 3, "s key:2, n <module>:3, s key:2, n <module>:3, s 4, s key:2, o <module>:4, n 5"),
    "attributes-into": (
        ATTRIBUTES,
        11,
        "s D.__set__:2, n <module>:11, n 12, s A.p:8, n <module>:12, n 13, s A.__getattr__:10, n <module>:13, n 14, "
        "s D.__get__:3, o <module>:14, n 15",
    ),
    "finalizers-into": (DEL, 8, "s A.__del__:4, n <module>:8, n 9, n 10, s A.__del__:4, o <module>:10, n 11"),
    "exception-through-finally": (CHAIN, 2, "n b:7, n c:11, n 12, n <module>:13"),
    "exception-out": (CHAIN, 7, "o c:11, n 12"),
    "match": (MATCH, 2, "n 3, n 4, n 7"),
    "call-of-several-lines": (LONG_CALL, 3, "n 4, n 5, n 3, n 7"),
    "threads-stay-away": (THREADS, 6, "n 6, n 6, n 6, n 6, n 7, s 8, s 9, s 8, s 9, n 8, n 10"),
    "thread-pool": (POOL, 3, "n 4, n 3, n 4, n end"),
    "unittest-into": (UNITTEST, 7, "s T.test_a:4, n T.test_b:6, n <module>:7, n 8"),
    "unittest-out": (UNITTEST, 4, "o <module>:7, n 8"),
    "functools-reduce": (FUNCTOOLS, 4, "s add:3, o <module>:4, s add:3, n <module>:4, n 5"),
    "functools-cached": (FUNCTOOLS, 12, "s f:7, n <module>:12, n 13, s A.p:11, n <module>:13, n 14"),
    "exit": (EXIT, 3, "n <module>:7, n end"),
}


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS.keys())
def test_walk(session: Start, walk: tuple[str, int, str]) -> None:
    """Each step leads where it must, in the thread where the first stop was."""
    text, begin, steps = walk
    run = session(text=text).start({"line": begin, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    function, thread = run.where[0], run.stopped["threadId"]
    for number, step in enumerate(steps.split(", ")):
        command, place = step.split(" ")
        if place == "end":
            run.resume(COMMANDS[command])
            assert run.finish()[0] == (3 if "exit(3)" in text else 0)
            return
        where, _, line = place.rpartition(":")
        run.go(COMMANDS[command], "step")
        if where == "@":  # the comprehension, or the function that it is part of since 3.12
            assert run.line == int(line), f"step {number}: {step}"
            continue
        function = where or function
        assert run.where == (function, int(line)), f"step {number}: {step}"
        assert run.stopped["threadId"] == thread


def test_breakpoint_on_a_comprehension_stops_once(session: Start) -> None:
    """A step from a comprehension's line does not come to its breakpoint again, on 3.11 neither."""
    run = session(text=COMPREHENSIONS).start(4, 5)
    run.wait_stop("breakpoint")
    assert run.where == ("g", 4)
    run.go("next", "breakpoint")
    assert run.where == ("g", 5)
    run.go("next", "step")
    assert run.where == ("g", 6)


def test_recursion_stays_in_its_frame(session: Start) -> None:
    """Step over a recursive call comes back to the same activation."""
    run = session(text=FACTORIAL).start({"line": 4, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.where == ("fact", 5)
    assert run.evaluate("n, r") == "(4, 24)"


def test_value_of_a_step_out_and_over(session: Start) -> None:
    """What a function returned is told where it was called, of a coroutine too; a class body returns nothing."""
    run = session(text=TASKS).start({"line": 11, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    run.go("stepIn", "step")
    run.go("stepOut", "step")
    value = run.stopped["pytui"]["returnValue"]
    assert (value["name"], value["value"]) == ("worker", "8")
    run = session(text=CLASS, name="body.py").start({"line": 4, "pytui": {"temporary": True}})
    run.wait_stop("breakpoint")
    run.go("next", "step")
    assert run.where == ("<module>", 1)
    assert "returnValue" not in run.stopped["pytui"]
