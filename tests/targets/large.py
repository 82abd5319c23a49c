"""Much of one kind, and a loop beside it.

usage: large.py frames|items|threads COUNT
"""

import sys
import threading

kind, count = sys.argv[1], int(sys.argv[2])
sys.setrecursionlimit(count + 1000 if kind == "frames" else 1000)
done = threading.Event()


def loop(items):
    total = 0
    for number in range(1000):
        total += number
        total -= 1
        total += 1
    return total, len(items)


def down(left):
    if left * left % 7 > 2:  # so that rows of the stack differ
        return down(left - 1)
    return down(left - 1) if left else loop([])


if kind == "frames":
    print("large", down(count))
elif kind == "items":
    print("large", loop(list(range(count))))
else:
    threads = [threading.Thread(target=done.wait, name=f"idle-{n}") for n in range(count)]
    for thread in threads:
        thread.start()
    print("large", loop([]))
    done.set()
