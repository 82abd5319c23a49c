"""A stack of DEPTH (5,000 unless given) frames with a loop at its top."""

import sys

depth = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
sys.setrecursionlimit(depth + 1000)


def down(left):
    if left == 0:
        return bottom()
    return down(left - 1)


def bottom():
    total = 0
    for number in range(1000):
        total += number
        total -= 1
        total += 1
    return total


print("deep", down(depth))
