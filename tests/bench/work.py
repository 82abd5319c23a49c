"""Work of the bench, timed by itself: RESULT SCALE REPEAT KIND… writes {kind: seconds} to RESULT.

Each kind of work is done REPEAT times, and for ENOUGH seconds, and the fastest counts (processor time: others may be
busy); its amount is that of AMOUNTS divided by SCALE. The lines with a comment are where the bench sets its breakpoints.
"""

import json
import sys
import time


class Thing:
    def empty_method(self):
        pass

    def simple_method(self):
        a = 1  # hot simple
        b = 2
        c = 3
        d = 4
        e = 5
        f = 6
        g = 7
        h = 8
        i = 9
        j = 10
        if a < 0:
            a = 0  # never simple
        return a


def empty(count):
    thing = Thing()
    for number in range(count):
        thing.empty_method()
        if number < 0:
            number = 0  # never empty


def simple(count):
    thing = Thing()
    for _ in range(count):
        thing.simple_method()


def loop(count):
    total = 0
    for number in range(count // 3):
        total += number  # hot loop
        if total < 0:
            total = 0  # never loop
    return total


def inline(count):
    total = 0
    for number in range(count // 3):
        total += 1 if number and total else 2
        if total < 0:
            total = 0  # never inline
    return total


def wide(count):
    a = b = c = d = e = f = g = h = i = j = k = l = m = n = o = 1
    p = q = r = s = t = u = v = w = x = y = z = aa = bb = cc = 1
    for number in range(count):
        a += number  # hot wide
    return a


def fibonacci(n):
    if n < 2:
        return n
    if n > 100:
        return 0  # never fib
    return fibonacci(n - 1) + fibonacci(n - 2)


def fib(count):
    for _ in range(count // 1000):
        fibonacci(15)  # 1,973 calls


def fail(number):
    raise ValueError(number)


def caught(count):
    for number in range(count):
        try:
            fail(number)
        except ValueError:
            pass
        if number < 0:
            number = 0  # never caught


class Switch:
    def __await__(self):
        yield


async def switching(count):
    for number in range(count):
        await Switch()
        if number < 0:
            number = 0  # never switch


def switch(count):
    coroutine = switching(count)
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        pass


def elsewhere():
    return 1  # elsewhere


def ready():
    return 1  # ready


AMOUNTS = {
    "empty": 1_000_000,
    "simple": 200_000,
    "loop": 1_000_000,
    "inline": 1_000_000,
    "wide": 300_000,
    "fib": 50_000,
    "caught": 200_000,
    "switch": 100_000,
}
ENOUGH = 0.1


def measure(kind, amount, repeat):
    work = globals()[kind]
    fastest = float("inf")
    total = 0
    while repeat > 0 or total < ENOUGH:
        start = time.process_time()
        work(amount)
        passed = time.process_time() - start
        fastest = min(fastest, passed)
        total += passed
        repeat -= 1
    return fastest


def main():
    result, scale, repeat = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    found = {}
    for kind in sys.argv[4:]:
        globals()[kind](1000)
    ready()
    for kind in sys.argv[4:]:
        found[kind] = measure(kind, AMOUNTS[kind] // scale, repeat)  # measured
    with open(result, "w") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main()
