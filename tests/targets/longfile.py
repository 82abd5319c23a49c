"""Writes a program of LINES lines to PATH: functions of ten lines, strings that span lines, and a loop at the end.

usage: longfile.py PATH [LINES]
"""

import sys

FUNCTION = '''\
def function_{number}(a, b={number}):
    """Adds, in a docstring that
    spans lines: "quoted" and 'quoted'."""
    total = a + b  # a comment
    for i in range(a):
        total += i * {number}
        if total > 10_000:
            total = 0
    return f"{{total}} and {{a!r}}"

'''
TAIL = """\
def main():
    total = 0
    for number in range(1000):
        total += number
        total -= 1
        total += 1
    return total


print("long", main())
"""

path = sys.argv[1]
lines = int(sys.argv[2]) if len(sys.argv) > 2 else 60_000
functions = (lines - TAIL.count("\n")) // FUNCTION.count("\n")
with open(path, "w") as program:
    program.writelines(FUNCTION.format(number=number) for number in range(functions))
    program.write("\n" * (lines - TAIL.count("\n") - functions * FUNCTION.count("\n")))
    program.write(TAIL)
