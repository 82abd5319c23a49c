"""Work of the bench, timed by itself: KIND COUNT RESULT writes the seconds that COUNT rounds took to RESULT.

The lines named in PLACES are where the bench sets its breakpoints.
"""

import sys
import time


def loop(count):
    total = 0
    for number in range(count):
        total += number
        if total < 0:
            total = 0  # never
    return total


def called(number):
    if number < 0:
        return 0  # never called
    return number + 1


def calls(count):
    total = 0
    for number in range(count):
        total += called(number)
    return total


def empty():
    pass


def empties(count):
    for _ in range(count):
        empty()


def elsewhere():
    return 1  # elsewhere


kind, count, result = sys.argv[1], int(sys.argv[2]), sys.argv[3]
work = {"loop": loop, "calls": calls, "empties": empties}[kind]
start = time.perf_counter()
work(count)
seconds = time.perf_counter() - start
with open(result, "w") as file:
    file.write(repr(seconds))
print("loops done")
